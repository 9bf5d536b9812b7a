//! The flows of the repository are laid out themselves.

use std::fs;
use std::path::{Path, PathBuf};

use super::{collect, format};

/// Of the library, the examples, the documentation and the README. With `CALLFLOW_UPDATE_LAYOUT` set, those that
/// are not laid out are written anew.
#[test]
fn the_flows_of_the_repository_are_laid_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files: Vec<PathBuf> = vec![root.join("README.md")];
    for folder in ["stdlib", "examples", "docs/src"] {
        collect(&root.join(folder), &mut files);
    }
    let mut others = Vec::new();
    for file in files {
        let given = fs::read_to_string(&file).unwrap();
        let page = file.extension().is_some_and(|ending| ending == "md");
        let out = if page { blocks_laid_out(&given) } else { format(&given) };
        if out != given {
            if std::env::var_os("CALLFLOW_UPDATE_LAYOUT").is_some() {
                fs::write(&file, &out).unwrap();
            }
            others.push(file);
        }
    }
    assert!(
        others.is_empty(),
        "`callflow fmt`, or this test with CALLFLOW_UPDATE_LAYOUT=1: {others:?}"
    );
}

/// A page with its flows laid out.
fn blocks_laid_out(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("```flow") {
        let (mark, after) = after.split_once('\n').unwrap();
        let (block, after) = after.split_once("```").unwrap();
        out += &format!("{before}```flow{mark}\n{}```", super::format(block));
        rest = after;
    }
    out + rest
}
