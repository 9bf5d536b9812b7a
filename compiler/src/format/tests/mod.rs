//! What is laid out, and what holds for the layout of any text.

use crate::source::FileId;
use crate::syntax::tests::{library, print};
use crate::syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

#[test]
fn the_library_keeps_its_meaning() {
    for (name, text) in library() {
        let out = super::format(text);
        assert_eq!(print::file(&read(text).tree), print::file(&read(&out).tree), "{name}");
        assert_eq!(super::format(&out), out, "{name}");
    }
}
