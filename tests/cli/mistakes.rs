//! Single mistakes as people make them, and what they are told.
//!
//! Each file below `tests/mistakes` is a flow with one typical mistake. Each is checked by the real binary, and a
//! snapshot for each folder shows the flows with what was said, to be read as a newcomer would.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use crate::process::Folder;

/// The project that each flow is in.
const SETTINGS: &str = "[secrets]\nAPI_KEY = \"${API_KEY}\"\n";

/// What a file's mistake was answered with.
struct Answer {
    page: String,
    errors: usize,
    warnings: usize,
}

/// One mistake gives one error (or where it is no more than that, one warning).
#[test]
fn one_mistake_gives_one_error() {
    let mut total = 0;
    let mut wrong = Vec::new();
    for topic in sorted(&corpus()) {
        let files = sorted(&topic);
        let answers = in_parallel(&files, answer);
        total += files.len();
        let mut page = String::new();
        for (file, answer) in files.iter().zip(answers) {
            let name = format!("{}/{}", stem(&topic), stem(file));
            page += &format!("──── {}\n\n{}\n", stem(file), answer.page);
            if (answer.errors, answer.warnings) != (1, 0)
                && (answer.errors, answer.warnings) != (0, 1)
            {
                wrong.push(format!(
                    "{name}: {} errors, {} warnings",
                    answer.errors, answer.warnings
                ));
            }
        }
        insta::with_settings!({ snapshot_path => "snapshots/mistakes", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(stem(&topic), page);
        });
    }
    assert!(total >= 150, "only {total} mistakes were found");
    assert!(wrong.is_empty(), "more or less than one error:\n  {}", wrong.join("\n  "));
}

/// Each change that is offered mends what it is offered for.
#[test]
fn every_fix_mends() {
    let mut wrong = Vec::new();
    let mut total = 0;
    for topic in sorted(&corpus()) {
        let files = sorted(&topic);
        let tried = in_parallel(&files, tries);
        for (file, tried) in files.iter().zip(tried) {
            total += tried.len();
            let failed = tried.into_iter().flatten();
            wrong.extend(failed.map(|why| format!("{}/{}: {why}", stem(&topic), stem(file))));
        }
    }
    assert!(total >= 100, "only {total} changes were found");
    assert!(wrong.is_empty(), "changes that do not mend:\n{}", wrong.join("\n"));
}

/// Makes each change that is offered for a file, one at a time, and says of each that fails why.
fn tries(file: &Path) -> Vec<Option<String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut tried = Vec::new();
    for diagnostic in listed(&text) {
        for fix in diagnostic["fixes"].as_array().unwrap() {
            let mended = applied(&text, fix);
            let same = |other: &Value| {
                other["code"] == diagnostic["code"] && other["message"] == diagnostic["message"]
            };
            let left = listed(&mended).into_iter().find(same);
            tried.push(left.map(|_| format!("{} gives\n{mended}", fix["title"])));
        }
    }
    tried
}

/// What `callflow check --json` says of a text.
fn listed(text: &str) -> Vec<Value> {
    let folder = Folder::with_flow(text).with("callflow.toml", SETTINGS);
    let called = folder.call(&["check", "flow.flow", "--json"]);
    called.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A text with a change made.
fn applied(text: &str, fix: &Value) -> String {
    let mut out = String::new();
    let mut from = 0;
    for edit in fix["edits"].as_array().unwrap() {
        let offset = |end: &str| edit[end]["offset"].as_u64().unwrap() as usize;
        out += &text[from..offset("start")];
        out += edit["text"].as_str().unwrap();
        from = offset("end");
    }
    out + &text[from..]
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/mistakes")
}

/// What lies in a folder, by name.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Does the same with each file, as many at a time as there are cores.
fn in_parallel<T: Send>(files: &[PathBuf], each: fn(&Path) -> T) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return done };
            done.push((index, each(file)));
        }
    };
    let mut answers: Vec<(usize, T)> = thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn answer(file: &Path) -> Answer {
    let text = fs::read_to_string(file).unwrap();
    let folder = Folder::with_flow(&text).with("callflow.toml", SETTINGS);
    let called = folder.call(&["check", "flow.flow"]);
    let listed = folder.call(&["check", "flow.flow", "--json"]);
    let count = |severity: &str| {
        let wanted = format!("\"severity\":\"{severity}\"");
        listed.stdout.lines().filter(|line| line.contains(&wanted)).count()
    };
    let mut library = false;
    let page = called.stdout.lines().map(|line| line_of(line, &mut library)).collect();
    Answer { page, errors: count("error"), warnings: count("warning") }
}

/// A line of a page, without the number of a line of the standard library, which changes with it.
fn line_of(line: &str, library: &mut bool) -> String {
    if let Some((_, place)) = line.split_once("─[ ") {
        *library = place.starts_with("stdlib:");
    }
    let line = line.trim_end();
    if !*library {
        return format!("{line}\n");
    }
    let numbered =
        line.contains("─[ ") || line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let hidden = |c: char| if numbered && c.is_ascii_digit() { '0' } else { c };
    let (start, rest) = match line.split_once('│') {
        Some((start, rest)) => (start.chars().map(hidden).collect(), format!("│{rest}")),
        None => (line.chars().map(hidden).collect::<String>(), String::new()),
    };
    format!("{start}{rest}\n")
}
