//! Broken and odd input, made of the flows that are there: each of them whole, and with a line or a character less or
//! twice. What must hold stands in `support/hostile.rs`, which the fuzz targets share.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;
use std::path::{Path, PathBuf};

mod support {
    pub mod hostile;
}

use support::hostile;

#[test]
fn flows_with_a_line_less_or_twice_are_checked() {
    for (_, text) in seeds() {
        hostile::check(text.as_bytes());
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        // Of long files, some lines: each check reads the library too.
        for index in (0..lines.len()).step_by(lines.len() / 12 + 1) {
            let mut fewer = lines.clone();
            let line = fewer.remove(index);
            hostile::check(fewer.concat().as_bytes());
            let mut more = lines.clone();
            more.insert(index, line);
            hostile::check(more.concat().as_bytes());
        }
    }
}

#[test]
fn flows_with_a_character_less_are_laid_out() {
    for (_, text) in seeds() {
        hostile::format_text(text.as_bytes());
        let places: Vec<(usize, char)> = text.char_indices().collect();
        for &(at, char) in places.iter().step_by(places.len() / 40 + 1) {
            let broken = format!("{}{}", &text[..at], &text[at + char.len_utf8()..]);
            hostile::parse(broken.as_bytes());
            hostile::format_text(broken.as_bytes());
        }
    }
}

#[test]
fn payloads_are_events_or_none() {
    let examples = root().join("examples");
    let mut found = 0;
    for (path, text) in files(&examples, "json") {
        found += 1;
        hostile::event(text.as_bytes());
        for at in (0..text.len()).step_by(7).filter(|&at| text.is_char_boundary(at)) {
            hostile::event(&text.as_bytes()[..at]);
            hostile::event(text.replacen(&text[at..=at], "0", 1).as_bytes());
        }
        assert!(!text.is_empty(), "{}", path.display());
    }
    assert!(found > 0, "no events were found");
}

#[test]
fn artifacts_with_a_byte_changed_run_without_harm() {
    for (path, text) in files(&root().join("examples"), "flow") {
        let bytes = hostile::compiled(&text).unwrap_or_else(|| panic!("{}", path.display()));
        hostile::artifact(&bytes);
        for at in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
            for change in [1, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                hostile::artifact(&changed);
            }
        }
    }
}

/// Every flow of the examples, the standard library and the mistakes.
fn seeds() -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for folder in ["examples", "stdlib", "tests/mistakes"] {
        all.extend(files(&root().join(folder), "flow"));
    }
    assert!(all.len() > 150, "only {} flows were found", all.len());
    all
}

fn files(folder: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|known| known == extension) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
