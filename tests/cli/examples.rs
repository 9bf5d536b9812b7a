//! Every example runs in the sandbox, with what it does on one page, and its own tests pass.

use std::fs;

use insta::assert_snapshot;

use crate::process::{call_in_repository, root, settled};

#[test]
fn every_example_runs() {
    let folders = fs::read_dir(root().join("examples")).unwrap();
    let mut names: Vec<String> =
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut page = String::new();
    for name in names {
        let path = format!("examples/{name}");
        let called = call_in_repository(&["run", &path, "--sandbox"]);
        assert_eq!(called.code, 0, "{path}: {}", called.page());
        page += &format!("{path}: {}\n", settled(&called.page()));
    }
    assert_snapshot!(page);
}

#[test]
fn the_tests_of_the_examples_pass() {
    let called = call_in_repository(&["test", "examples"]);
    assert_eq!(called.code, 0, "{}", called.page());
    assert!(called.stdout.contains("✓ an interested caller becomes a deal"), "{}", called.page());
}
