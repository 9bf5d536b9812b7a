//! The documentation is checked: its flows compile, and its tables are those of the program.

// A test's helpers are seen by nobody else, and its failures are panics.
#![allow(unreachable_pub, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use callflow_compiler::diagnostics::{Code, Diagnostic};
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};
use callflow_compiler::{graph, semantics};
use callflow_runtime::connect::Environment;
use callflow_runtime::execute::Program;
use callflow_runtime::testing;

mod support {
    pub mod methods;
}

/// Every flow in the documentation compiles without a word; one marked `flow fails` has an error.
#[test]
fn flows_in_the_documentation_are_what_they_say() {
    let mut found = 0;
    let mut problems = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page is text");
        for block in blocks(&text) {
            found += 1;
            if let Err(problem) = block.check() {
                problems.push(format!("{}:{}: {problem}", page.display(), block.line));
            }
        }
    }
    assert!(found > 30, "only {found} flows were found in the documentation");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// Tests that stand in the documentation pass, and each page of the cookbook has some.
#[test]
fn tests_in_the_documentation_pass() {
    let mut recipes = 0;
    let mut problems = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page is text");
        let mut found = 0;
        for block in blocks(&text).iter().filter(|block| block.mark.is_empty()) {
            let source = Source { path: "docs.flow".into(), text: block.text.as_str().into() };
            let project = Project::new("docs", vec![source]).with_tests();
            let Some(artifact) = callflow_compiler::compile(project, &library()).artifact else {
                continue;
            };
            let program = Program::load(artifact).expect("what was compiled can be loaded");
            for test in &program.artifact().tests {
                found += 1;
                let report = testing::run(&program, test, &Environment::default());
                for finding in &report.findings {
                    let place = format!("{}:{}", page.display(), block.line);
                    problems.push(format!("{place}: {}: {finding:?}", test.name));
                }
            }
        }
        // A recipe is a page below the cookbook that no list of pages is.
        let is_list = ["index.md", "steps.md", "conditions.md"].iter().any(|it| page.ends_with(it));
        if page.starts_with(docs().join("cookbook")) && !is_list {
            recipes += 1;
            assert!(found > 0, "{} has no test", page.display());
        }
    }
    assert!(recipes >= 30 + 22 + 12, "only {recipes} recipes were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_page_of_methods_is_the_table_of_methods() {
    assert_page("language/methods.md", &support::methods::page());
}

#[test]
fn the_page_of_diagnostics_is_the_list_of_codes() {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every diagnostic has a code that stays what it is. `callflow explain E0201` tells more of one, with an\n\
         example that has it and one that is mended.\n\n\
         Codes that begin with `E` are errors, and a project with one does not run. Those that begin with `W` are\n\
         warnings.\n\n\
         | code | the rule |\n| --- | --- |\n",
    );
    for code in Code::ALL {
        page += &format!("| `{code}` | {} |\n", code.title());
    }
    assert_page("language/diagnostics.md", &page);
}

#[test]
fn the_pictures_are_those_of_the_flows() {
    let example = docs().join("../../examples/qualify_lead/qualify_lead.flow");
    let example = fs::read_to_string(example).expect("the example");
    assert_page("images/qualify_lead.svg", &picture("qualify_lead.flow", &example));
    let tour = fs::read_to_string(docs().join("tour.md")).expect("the tour");
    let last = blocks(&tour).pop().expect("the flow at the tour's end");
    assert_page("images/tour.svg", &picture("after_call.flow", &last.text));
}

/// The book colours the words that the grammar has, and as keywords just those that no variable can have as its name.
#[test]
fn the_words_that_the_book_colours_are_those_of_the_grammar() {
    let script = fs::read_to_string(docs().join("../theme/flow.js")).expect("the book's colours");
    let list = |name: &str| -> BTreeSet<String> {
        let rest = script.split_once(&format!("const {name} =")).expect("a list of words").1;
        let list = rest.split_once(';').expect("the list's end").0;
        list.split(|it: char| !it.is_ascii_lowercase() && it != '_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (keywords, contextual) = (list("KEYWORDS"), list("CONTEXTUAL"));
    let grammar = fs::read_to_string(docs().join("language/grammar.md")).expect("the grammar");
    let is_word =
        |it: &&str| it.len() > 1 && it.chars().all(|it| it.is_ascii_lowercase() || it == '_');
    let written = grammar.split("```text").skip(1).filter_map(|it| it.split("```").next());
    let written: BTreeSet<String> = written
        .flat_map(|block| block.split('\'').skip(1).step_by(2))
        .filter(is_word)
        .filter(|it| *it != "ms")
        .map(str::to_owned)
        .collect();
    assert_eq!(keywords.union(&contextual).cloned().collect::<BTreeSet<_>>(), written);
    for word in &written {
        let text = format!("on manual() <\n  {word} = 1\n  log(\"{{{word}}}\")\n>\n");
        let block = Block { line: 0, mark: "", text };
        assert_eq!(block.check().is_err(), keywords.contains(word), "{word}");
    }
}

/// Every page that the summary names is there, and every page is named.
#[test]
fn the_summary_names_every_page() {
    let source = docs();
    let summary = fs::read_to_string(source.join("SUMMARY.md")).expect("a summary");
    let named: Vec<&str> =
        summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    for name in &named {
        assert!(source.join(name).is_file(), "the summary names {name}, which is not there");
    }
    for page in markdown(&source) {
        let name = page.strip_prefix(&source).expect("a page below the source").to_string_lossy();
        assert!(name == "SUMMARY.md" || named.contains(&&*name), "the summary lacks {name}");
    }
}

/// Every link within the documentation leads to a file, and to a heading of it where it says which.
#[test]
fn links_lead_somewhere() {
    let root = docs().join("../..");
    let mut pages = pages();
    pages.extend(["ARCHITECTURE.md", "CHANGELOG.md"].map(|name| root.join(name)));
    let mut found = 0;
    let mut problems = Vec::new();
    for page in pages {
        let text = prose(&fs::read_to_string(&page).expect("a page is text"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            found += 1;
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => page.clone(),
                path => page.parent().expect("a page is in a folder").join(path),
            };
            let is_there = target.exists()
                && (heading.is_empty()
                    || anchors(&fs::read_to_string(&target).expect("a page"))
                        .any(|it| it == heading));
            if !is_there {
                problems.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(found > 200, "only {found} links were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A fenced block of flow text.
struct Block<'a> {
    /// From 1, of the fence.
    line: usize,
    /// What stands after ` ```flow`.
    mark: &'a str,
    text: String,
}

impl Block<'_> {
    fn check(&self) -> Result<(), String> {
        let source = Source { path: "docs.flow".into(), text: self.text.as_str().into() };
        let compilation = callflow_compiler::check(Project::new("docs", vec![source]), &library());
        let diagnostics = &compilation.diagnostics;
        let list = || diagnostics.iter().map(told).collect::<Vec<_>>().join("\n  ");
        match self.mark {
            "" if diagnostics.is_empty() => Ok(()),
            "" => Err(format!("a flow that should compile:\n  {}", list())),
            "fails" if diagnostics.iter().any(Diagnostic::is_error) => Ok(()),
            "fails" => Err("a flow that should fail compiles".into()),
            mark => Err(format!("`flow {mark}` means nothing")),
        }
    }
}

fn picture(path: &str, text: &str) -> String {
    let source = Source { path: path.into(), text: text.into() };
    let checked = semantics::check(Project::new("docs", vec![source]), &library());
    graph::svg(&graph::build(&checked.program, &checked.sources, |_| true))
}

fn told(diagnostic: &Diagnostic) -> String {
    format!("{}: {}", diagnostic.code, diagnostic.message)
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) if info == "flow" || info.starts_with("flow ") => {
                let mark = info["flow".len()..].trim();
                blocks.push(Block { line: index + 1, mark, text: String::new() });
                open = true;
            }
            _ if open => {
                let block = blocks.last_mut().expect("an open block");
                block.text += line;
                block.text += "\n";
            }
            _ => {}
        }
    }
    blocks
}

/// A page without what stands in fences.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// What the headings of a page are reached by.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings: Vec<String> = prose(text)
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let is_kept = |it: &char| it.is_alphanumeric() || matches!(it, '-' | '_');
            title.replace(' ', "-").chars().filter(is_kept).collect()
        })
        .collect();
    headings.into_iter()
}

fn library() -> Embedded {
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES }
}

/// Compares a page with what it must be. With `CALLFLOW_UPDATE_DOCS` set it is written anew.
fn assert_page(name: &str, expected: &str) {
    let path = docs().join(name);
    if std::env::var_os("CALLFLOW_UPDATE_DOCS").is_some() {
        fs::write(&path, expected).expect("the page can be written");
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "docs/src/{name} is not up to date; CALLFLOW_UPDATE_DOCS=1 cargo test -p callflow-tests --test docs"
    );
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

fn pages() -> Vec<PathBuf> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let mut pages = markdown(&docs());
    pages.extend(readme.is_file().then_some(readme));
    pages
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages.extend(markdown(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}
