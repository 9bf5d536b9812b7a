//! The core, fed by hand with what a shell might say.

mod branches;
mod random;
mod steps;
mod support;
