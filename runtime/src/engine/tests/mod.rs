//! The core, fed by hand with what a shell might say.

mod branches;
mod memory;
mod random;
mod slices;
mod steps;
mod support;
