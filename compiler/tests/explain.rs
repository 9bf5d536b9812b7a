//! The pages of `callflow explain` are true: what they say fails does, with their code and no other, and what
//! they say works does.

use callflow_compiler::diagnostics::{Code, Diagnostic, Severity};
use callflow_compiler::project::{Agent, Project, Settings};
use callflow_compiler::source::{Embedded, Source};

const LIBRARY: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

/// The code of a mistake that would not fit on its page.
const TOO_LARGE: Code = Code::E0012;

/// The diagnostics of a file that is a project by itself, or with the one that stands beside it. It declares what
/// the page of its code takes it to declare, and of other pages nothing is known.
fn diagnostics(code: Code, text: &str, beside: Option<&str>) -> Vec<Diagnostic> {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let mut files = vec![source("example.flow", text)];
    files.extend(beside.map(|text| source("beside.flow", text)));
    let agent = Agent { name: "front_desk".into(), platform: None };
    let settings = match code {
        Code::E0703 => Settings { agents: Some(vec![agent]), ..Settings::default() },
        Code::E0704 => Settings { connections: Some(Vec::new()), ..Settings::default() },
        _ => Settings::default(),
    };
    let project = Project { settings, ..Project::new("example", files) };
    callflow_compiler::compile(project, &LIBRARY).diagnostics
}

/// The block of a page that a mark stands behind.
fn block<'a>(page: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("```flow {mark}\n"))?;
    let (block, _) = rest.split_once("\n```")?;
    Some(block)
}

/// What is wrong with a page, if anything.
fn wrong_with(code: Code) -> Option<String> {
    let page = code.explanation();
    let heading = format!("# {code}: {}\n\n", code.title());
    if !page.starts_with(&heading) {
        return Some(format!("does not begin with `{}`", heading.trim()));
    }
    let fails = block(page, "fails");
    if fails.is_some() == (code == TOO_LARGE) {
        return Some("has a block that fails where it should not, or none where it should".into());
    }
    let beside = block(page, "beside");
    if let Some(wrong) = fails.and_then(|text| wrong_with_mistake(code, text, beside)) {
        return Some(wrong);
    }
    let Some(works) = block(page, "works") else { return Some("has no block that works".into()) };
    let wrong = |d: &Diagnostic| d.is_error() || d.code == code;
    let left: Vec<Diagnostic> =
        diagnostics(code, works, beside).into_iter().filter(wrong).collect();
    (!left.is_empty()).then(|| format!("what works does not: {}", shown(&left)))
}

/// What is wrong with the block of a page that shows the mistake.
fn wrong_with_mistake(code: Code, text: &str, beside: Option<&str>) -> Option<String> {
    let is_warning = code.as_str().starts_with('W');
    let (found, rest): (Vec<_>, Vec<_>) =
        diagnostics(code, text, beside).into_iter().partition(|diagnostic| diagnostic.code == code);
    if found.is_empty() {
        return Some(format!("what fails does not have the code, but {}", shown(&rest)));
    }
    if let Some(other) = rest.iter().find(|other| other.is_error()) {
        return Some(format!("what fails has another code too: {}", told(other)));
    }
    let other_severity = |d: &Diagnostic| (d.severity == Severity::Warning) != is_warning;
    found.iter().any(other_severity).then(|| "has another severity than its code says".into())
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    format!("{:?}", diagnostics.iter().map(told).collect::<Vec<_>>())
}

fn told(diagnostic: &Diagnostic) -> String {
    format!("{} {}", diagnostic.code, diagnostic.message)
}

#[test]
fn every_page_is_true() {
    let wrong: Vec<String> = Code::ALL
        .iter()
        .filter_map(|&code| wrong_with(code).map(|wrong| format!("{code} {wrong}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
