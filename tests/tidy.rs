//! Tidiness is a test: how long files are, which crate may know which, what every crate promises.

// What tests share may fail as loudly as a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

/// The longest file, in lines. A piece is one file a service, however much the service offers.
const LONGEST: [(&str, usize); 2] = [(".rs", 900), (".flow", 1500)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All files of the repository with one of these endings, but for what is built.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && name != "target" {
                    folders.push(entry.path());
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(entry.path());
            }
        }
    }
    assert!(!found.is_empty(), "no file ends in {endings:?}");
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The members of the workspace, by their folders.
fn members() -> Vec<String> {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    members.iter().map(|member| member.as_str().unwrap().to_owned()).collect()
}

fn dependencies(member: &str) -> Vec<String> {
    let manifest: toml::Table = read(&format!("{member}/Cargo.toml")).parse().unwrap();
    let table = manifest.get("dependencies").and_then(|it| it.as_table());
    table.map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for (ending, most) in LONGEST {
        for path in files(&[ending]) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > most {
                long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "split by concern:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    // Written apart, so that this file does not hold what it looks for.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX:")];
    let mut left = Vec::new();
    for path in files(&[".rs", ".flow", ".md", ".toml"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let has = |word: &&str| {
                let mut parts = line.split(|c: char| !c.is_ascii_alphanumeric() && c != ':');
                parts.any(|part| part.trim_end_matches(':') == word.trim_end_matches(':'))
            };
            // HubSpot's tasks are of a kind that it calls by such a word.
            if words.iter().any(has) && !line.contains('"') && !line.contains('`') {
                left.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn arrows_point_one_way() {
    let forbidden: [(&str, &[&str]); 5] = [
        ("artifact", &["callflow", "tokio", "reqwest", "chumsky", "logos", "clap"]),
        (
            "compiler",
            &["callflow-runtime", "callflow-stdlib", "tokio", "reqwest", "ariadne", "clap"],
        ),
        (
            "runtime",
            &["callflow-compiler", "callflow-stdlib", "chumsky", "logos", "ariadne", "clap"],
        ),
        ("stdlib", &["callflow", "tokio", "serde"]),
        ("cli", &["chumsky", "logos", "reqwest", "rustls"]),
    ];
    for (member, names) in forbidden {
        for dependency in dependencies(member) {
            let known = names.iter().any(|name| {
                dependency == *name || (*name == "callflow" && dependency.starts_with("callflow-"))
            });
            assert!(!known, "{member} must not know {dependency}");
        }
    }
}

#[test]
fn every_crate_has_the_lints_and_says_what_it_is() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for member in members() {
        let manifest: toml::Table = read(&format!("{member}/Cargo.toml")).parse().unwrap();
        let lints = manifest.get("lints").and_then(|it| it["workspace"].as_bool());
        assert_eq!(lints, Some(true), "{member} does without the workspace's lints");
        let description = manifest["package"].get("description").and_then(|it| it.as_str());
        assert!(description.is_some_and(|it| it.len() > 20), "{member} has no description");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = files(&[".rs"])
        .iter()
        .filter(|path| !is_test(path))
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            let first = text.lines().next().unwrap_or_default();
            !first.starts_with("//! ") || first.len() < 12
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top:\n{}", silent.join("\n"));
}

/// Tests beside the code are explained by their names.
fn is_test(path: &Path) -> bool {
    let path = path.strip_prefix(root()).unwrap();
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

#[test]
fn every_crate_stands_in_the_architecture() {
    let architecture = read("ARCHITECTURE.md");
    for member in members() {
        assert!(architecture.contains(&format!("`{member}/`")), "{member} is not told of");
    }
}

#[test]
fn the_documents_are_there() {
    for document in
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]
    {
        assert!(read(document).len() > 500, "{document} says little");
    }
}
