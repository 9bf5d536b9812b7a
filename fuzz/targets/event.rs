//! Fuzzes the reading of events.

#![no_main]

#[path = "../../tests/support/hostile.rs"]
#[allow(dead_code, unreachable_pub)]
mod hostile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hostile::event(data));
