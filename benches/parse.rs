//! How fast a project is read, laid out and checked: `cargo bench -p callflow-benches --bench parse`.
//!
//! Prints megabytes a second of a generated 1 MB project for each stage, with its limit beside it, and the
//! rate of the lexer generator's bare automaton, above which no stage can be.

use callflow_benches::{median, project, rate};
use callflow_compiler::format::format;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, FileId, Source};
use callflow_compiler::{check, syntax};

const RUNS: usize = 15;

fn main() {
    let files = project(1_000_000);
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source { path: path.as_str().into(), text: text.as_str().into() })
        .collect();
    let library = Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

    let found = check(Project::new("bench", sources.clone()), &library).diagnostics;
    if let Some(first) = found.first() {
        eprintln!("the generated project has {} diagnostics, first: {first:?}", found.len());
        std::process::exit(1);
    }

    let tokens =
        median(RUNS, || files.iter().map(|(_, text)| syntax::count_tokens(text)).sum::<usize>());
    let parse = median(RUNS, || {
        files.iter().map(|(_, text)| syntax::parse(FileId(0), text).tree.items.len()).sum::<usize>()
    });
    let laid_out = median(RUNS, || files.iter().map(|(_, text)| format(text).len()).sum::<usize>());
    let checked =
        median(RUNS, || check(Project::new("bench", sources.clone()), &library).diagnostics.len());

    println!("{} files, {bytes} bytes, median of {RUNS}", files.len());
    println!("{:<28} {:>10} {:>10} {:>8}", "", "MB/s", "at least", "ratio");
    row("tokens alone (logos)", rate(bytes, tokens), None);
    row("lex and parse", rate(bytes, parse), Some(10.0));
    row("lex, parse and lay out", rate(bytes, laid_out), Some(5.0));
    row("lex, parse and check", rate(bytes, checked), Some(5.0));
}

fn row(what: &str, rate: f64, limit: Option<f64>) {
    match limit {
        Some(limit) => println!("{what:<28} {rate:>10.1} {limit:>10.1} {:>7.2}x", rate / limit),
        None => println!("{what:<28} {rate:>10.1}"),
    }
}
