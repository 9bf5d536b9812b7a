//! Tests of whole checks: what is said of small sources, and what the typed program looks like.

mod branches;
mod calls;
mod clauses;
mod constants;
mod control;
mod flows;
mod hooks;
mod launch;
mod library;
mod names;
mod optionals;
mod pieces;
mod records;
mod robust;
mod secrets;
mod settings;
mod support;
mod testing;
mod typed;
mod types;
mod unions;
mod uses;
mod warnings;
