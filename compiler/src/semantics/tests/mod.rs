//! Tests of whole checks: what is said of small sources, and what the typed program looks like.

mod support;

mod library;
