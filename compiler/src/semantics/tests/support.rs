//! Checks small sources and writes what was found as a person would read it.

use crate::project::{Project, Settings};
use callflow_artifact::Artifact;

use crate::diagnostics::{self, Diagnostic, Fix, Label, Severity};
use crate::semantics::{Checked, check};
use crate::source::{Embedded, Library, Location, Source, Sources};

/// The standard library.
pub(super) const STDLIB: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

/// The standard library's prelude and `http`, with one small piece of tests beside them.
pub(super) struct TestLibrary;

const CRM: &str = include_str!("crm.flow");

impl Library for TestLibrary {
    fn prelude(&self) -> Vec<Source> {
        STDLIB.prelude()
    }

    fn piece(&self, name: &str) -> Option<Source> {
        match name {
            "crm" => Some(Source { path: "stdlib:crm.flow".into(), text: CRM.into() }),
            "http" => STDLIB.piece(name),
            _ => None,
        }
    }

    fn pieces(&self) -> Vec<&str> {
        vec!["crm", "http"]
    }
}

/// A file named `test.flow`.
pub(super) fn file(text: &str) -> Source {
    Source { path: "test.flow".into(), text: text.into() }
}

/// Checks one file against the tests' library.
pub(super) fn check_text(text: &str) -> Checked {
    check(Project::new("test", vec![file(text)]), &TestLibrary)
}

/// The source and all that was said of it.
pub(super) fn said(text: &str) -> String {
    said_of(vec![file(text)])
}

/// A file of a project that declares something, and all that was said of it.
pub(super) fn said_with(text: &str, settings: Settings) -> String {
    said_of_project(Project { files: vec![file(text)], settings, ..Project::default() })
}

/// The sources and all that was said of them.
pub(super) fn said_of(files: Vec<Source>) -> String {
    said_of_project(Project::new("test", files))
}

fn said_of_project(project: Project) -> String {
    let files = &project.files;
    let mut out = String::new();
    for source in files {
        if files.len() > 1 {
            out.push_str(&format!("# {}\n", source.path));
        }
        out.push_str(source.text.trim());
        out.push_str("\n\n");
    }
    let checked = check(project, &TestLibrary);
    let found = diagnostics::settle(checked.diagnostics);
    if found.is_empty() {
        out.push_str("nothing to say\n");
    }
    for diagnostic in &found {
        let first = diagnostic.message.chars().next().unwrap();
        assert!(!first.is_lowercase(), "begins like no sentence: {}", diagnostic.message);
        out.push_str(&render(diagnostic, &checked.sources));
    }
    out
}

/// A diagnostic in a few lines.
pub(super) fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{word} {}: {}\n", diagnostic.code, diagnostic.message);
    out.push_str(&label("-->", &diagnostic.primary, sources));
    for second in &diagnostic.secondary {
        out.push_str(&label("  &", second, sources));
    }
    for note in &diagnostic.notes {
        out.push_str(&format!("    = {note}\n"));
    }
    for fix in &diagnostic.fixes {
        out.push_str(&format!("    * {}: {}\n", fix.title, edits(fix, sources)));
    }
    out
}

fn label(mark: &str, label: &Label, sources: &Sources) -> String {
    let text: String = sources.slice(label.at).chars().take(40).collect();
    let text = text.replace('\n', "⏎");
    format!("  {mark} {} `{text}` {}\n", place(label.at, sources), label.text).replace(" \n", "\n")
}

fn edits(fix: &Fix, sources: &Sources) -> String {
    let edit = |edit: &crate::diagnostics::Edit| {
        format!("{} {:?} -> {:?}", place(edit.at, sources), sources.slice(edit.at), edit.text)
    };
    fix.edits.iter().map(edit).collect::<Vec<_>>().join(", ")
}

/// `2:5`, with the file's name where it is another than the tests' own.
fn place(at: Location, sources: &Sources) -> String {
    let source = sources.get(at.file).unwrap();
    let before = &source.text[..at.span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    if source.path == "test.flow" {
        format!("{line}:{column}")
    } else {
        format!("{}:{line}:{column}", source.path)
    }
}

/// Applies the first fix of the first diagnostic.
pub(super) fn mended(text: &str) -> String {
    let checked = check_text(text);
    let found = diagnostics::settle(checked.diagnostics);
    let fix = found[0].fixes[0].clone();
    let mut mended = text.to_owned();
    for edit in fix.edits.iter().rev() {
        let range = edit.at.span.start as usize..edit.at.span.end as usize;
        mended.replace_range(range, &edit.text);
    }
    mended
}

/// The artifact that a text is lowered to, to show that a typed program is whole.
pub(super) fn lowered(text: &str) -> Artifact {
    let checked = check_text(text);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    crate::lower::lower("test", checked.program, false).unwrap()
}

/// What is said of each of several bodies of a flow that is started by hand. The fields are there to be used.
pub(super) fn said_in_flow<const N: usize>(bodies: [&str; N]) -> String {
    said_of_each(bodies.map(|body| format!("{FLOW}{}\n>\n\n{TYPES}", body.trim_matches('\n'))))
        .replace(&format!("\n>\n\n{}", TYPES.trim()), "")
        .replace(FLOW, "")
}

/// What is said of each of several files.
pub(super) fn said_of_each<const N: usize, T: AsRef<str>>(texts: [T; N]) -> String {
    texts.map(|text| said(text.as_ref())).join("--------------------\n")
}

const FLOW: &str = "on manual(text: string, n: int, price: decimal, maybe: string?, lead: Lead, data: json, names: [string]) <\n";

const TYPES: &str = "type Lead { company: string, budget: decimal?, stage: Stage, boss: Person? }
type Person { name: string, phone: phone? }
type Stage = \"new\" | \"won\" | \"lost\"
type Outcome = Won { amount: decimal } | Lost { reason: string, by: string? } | Open
";
