//! Whole programs from text to bytecode: each construct of the language in a small file, and the examples.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use callflow_artifact::Artifact;
use callflow_artifact::encode::{from_bytes, to_bytes};
use callflow_artifact::print::{print, print_function};
use callflow_artifact::verify::verify;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};

const LIBRARY: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

fn directory(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// All flow files of a directory, by name.
fn files(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "flow"))
        .collect();
    files.sort();
    files
}

/// Compiles a file as a project of its own. The diagnostics of one that does not compile are the error.
fn compile(path: &Path) -> Result<Artifact, String> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let file = Source { path: format!("{name}.flow").into(), text: text.as_str().into() };
    let compilation =
        callflow_compiler::compile(Project::new(name, vec![file]).with_tests(), &LIBRARY);
    let told = compilation.diagnostics.iter().map(|diagnostic| {
        let at = compilation.sources.slice(diagnostic.primary.at);
        format!("{name}: {} {}: `{at}`", diagnostic.code, diagnostic.message)
    });
    let told: Vec<String> = told.collect();
    match compilation.artifact {
        Some(artifact) if told.is_empty() => Ok(artifact),
        _ => Err(told.join("\n")),
    }
}

/// Compiles each file without a diagnostic, and looks at what comes of it.
fn check(files: &[PathBuf]) {
    assert!(!files.is_empty());
    let wrong: Vec<String> = files.iter().filter_map(|path| wrong_with(path).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrong_with(path: &Path) -> Result<(), String> {
    let artifact = compile(path)?;
    verify(&artifact)
        .map_err(|error| format!("{}: {error}\n{}", artifact.name, print(&artifact)))?;
    let bytes = to_bytes(&artifact).unwrap();
    let read = from_bytes(&bytes).unwrap();
    assert_eq!(verify(&read), Ok(()));
    assert_eq!(to_bytes(&read).unwrap(), bytes);
    assert_eq!(to_bytes(&compile(path)?).unwrap(), bytes, "the same input gives the same bytes");
    Ok(())
}

/// All that a file becomes.
fn whole(path: &str) -> String {
    print(&compile(&directory(path)).unwrap_or_else(|told| panic!("{told}")))
}

/// The bodies of a file's flows.
fn printed(path: &str) -> String {
    let artifact = compile(&directory(path)).unwrap_or_else(|told| panic!("{told}"));
    artifact.flows.iter().map(|flow| print_function(&artifact, flow.function)).collect()
}

#[test]
fn programs_compile_to_what_passes_verification() {
    check(&files(&directory("tests/programs")));
}

#[test]
fn examples_compile_to_what_passes_verification() {
    let examples = std::fs::read_dir(directory("../examples")).unwrap();
    let mut found: Vec<PathBuf> =
        examples.flat_map(|example| files(&example.unwrap().path())).collect();
    found.sort();
    check(&found);
}

#[test]
fn the_example_in_bytecode() {
    insta::assert_snapshot!(printed("../examples/qualify_lead/qualify_lead.flow"));
}

#[test]
fn errors_in_bytecode() {
    insta::assert_snapshot!(printed("tests/programs/errors.flow"));
}

#[test]
fn matches_in_bytecode() {
    insta::assert_snapshot!(printed("tests/programs/matching.flow"));
}

#[test]
fn json_in_bytecode() {
    insta::assert_snapshot!(printed("tests/programs/json.flow"));
}

#[test]
fn branches_in_bytecode() {
    insta::assert_snapshot!(whole("tests/programs/branches.flow"));
}

#[test]
fn launches_and_clauses_in_bytecode() {
    insta::assert_snapshot!(whole("tests/programs/launches.flow"));
}

#[test]
fn tests_in_bytecode() {
    insta::assert_snapshot!(whole("tests/programs/tests.flow"));
}

#[test]
fn a_piece_asks_the_host_for_nothing_but_requests() {
    for effect in ["log(id)", "wait 3s", "x = now()", "x = today()", "x = uuid()", "x = random()"] {
        let text = format!(
            "piece shop\n/// Finds.\naction find(id: string) -> json\n  effect read\n{{\n{effect}\n\
             return http.get(\"https://shop.example/{{id}}\")\n}}\n"
        );
        let file = Source { path: "shop.flow".into(), text: text.as_str().into() };
        let compilation = callflow_compiler::compile(Project::new("shop", vec![file]), &LIBRARY);
        let told = compilation.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
        let message = told.map(|diagnostic| diagnostic.message.as_str()).unwrap_or_default();
        assert!(message.ends_with("is for flows, and this is a piece"), "{effect}: {message}");
    }
}
