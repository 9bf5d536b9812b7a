//! The HTTP server, over real sockets: what becomes of a request, and what its sender is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod api;
mod client;
#[path = "../support/compile.rs"]
mod compile;
mod desk;
mod forms;
mod health;
mod hooks;
mod limits;
mod webhooks;
