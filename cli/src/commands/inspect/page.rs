//! An artifact for a person.

use callflow_artifact::artifact::Agent;
use callflow_artifact::encode::{self, FORMAT};
use callflow_artifact::needs::{self, Need};
use callflow_artifact::{Artifact, Flow, FlowSettings, SourceFile, print};
use callflow_runtime::value::duration;

use crate::artifact_file::Packed;
use crate::terminal::{Style, bytes, count};

/// How much of a file's hash is shown: enough to tell two apart.
const HASH: usize = 12;

/// The width of the column of names.
const NAME: usize = 24;

/// The whole page.
pub(super) fn text(packed: &Packed, style: Style) -> String {
    let Packed { artifact, bytes: encoded } = packed;
    let (name, size) = (style.bold(&artifact.name), bytes(encoded.len()));
    let flows = count(artifact.flows.len(), "flow");
    let mut out = format!("{name}: {flows} in {size}, format {FORMAT}\n");
    out.push_str(&format!("sha256 {}\n", encode::fingerprint(encoded)));
    let needs = needs::of_all(artifact);
    let sections = [
        ("Flows", artifact.flows.iter().flat_map(|it| flow(artifact, it)).collect()),
        ("Project", declared(artifact)),
        ("Needs connections", needs.iter().flat_map(connection).collect()),
        ("Needs in [env]", rows(&artifact.environment)),
        ("Needs in [secrets]", rows(&artifact.secrets)),
        ("Pieces", pieces(artifact)),
        ("Made from", artifact.files.iter().map(source).collect()),
        ("Size", sizes(artifact)),
    ];
    for (title, lines) in sections {
        if !lines.is_empty() {
            out.push_str(&format!("\n{}\n", style.bold(title)));
            lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
        }
    }
    out
}

/// A name, and what there is to say of it.
fn row(name: &str, text: &str) -> String {
    format!("{name:NAME$} {text}").trim_end().to_owned()
}

fn rows(names: &[ecow::EcoString]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

fn flow(artifact: &Artifact, flow: &Flow) -> Vec<String> {
    let result = artifact.types.get(flow.result);
    let result = match result {
        callflow_artifact::Type::None => String::new(),
        _ => format!(" -> {}", artifact.types.display(flow.result)),
    };
    let starts = format!("{}{result}", print::trigger(artifact, &flow.trigger));
    let mut lines = vec![row(&flow.address, &starts)];
    lines.extend(settings(&flow.settings).iter().map(|setting| row("", setting)));
    lines
}

/// `with` and `within` of a flow's header, in words.
fn settings(settings: &FlowSettings) -> Vec<String> {
    let time = duration::format;
    let deadline = settings.deadline.map(|deadline| {
        let or = if settings.fallback.is_some() { ", else gives something else" } else { "" };
        format!("answers within {}{or}", time(deadline))
    });
    let concurrency = settings.concurrency.map(|most| {
        let per = if settings.concurrency_key.is_some() { " per key" } else { "" };
        format!("at most {most} at a time{per}")
    });
    let dedupe = settings.dedupe_key.map(|_| {
        let window = settings.dedupe_window.map(|it| format!(" for {}", time(it)));
        format!("each key once{}", window.unwrap_or_default())
    });
    let timeout = settings.timeout.map(|it| format!("fails after {}", time(it)));
    [deadline, concurrency, dedupe, timeout].into_iter().flatten().collect()
}

fn declared(artifact: &Artifact) -> Vec<String> {
    let declared = &artifact.declared;
    let agent = |agent: &Agent| match &agent.platform {
        Some(platform) => format!("{} on {platform}", agent.name),
        None => agent.name.to_string(),
    };
    let agents: Vec<String> = declared.agents.iter().map(agent).collect();
    let entries = [
        ("timezone", declared.timezone.to_string()),
        ("platforms", declared.platforms.join(", ")),
        ("agents", agents.join(", ")),
    ];
    let said = entries.iter().filter(|(_, text)| !text.is_empty());
    said.map(|(name, text)| row(name, text)).collect()
}

fn connection(need: &Need<'_>) -> Vec<String> {
    let kinds: Vec<&str> = need.piece.connections.iter().map(|it| it.name.as_str()).collect();
    let mut what = kinds.join(" or ");
    if need.piece.name != need.name {
        what = format!("of {}: {what}", need.piece.name);
    }
    if need.is_optional() {
        what.push_str(" (may be left out)");
    }
    let list = |names: &std::collections::BTreeSet<&str>| {
        names.iter().copied().collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![row(need.name, &what), row("", &format!("for {}", list(&need.actions)))];
    if !need.scopes.is_empty() {
        lines.push(row("", &format!("scopes {}", list(&need.scopes))));
    }
    lines
}

fn pieces(artifact: &Artifact) -> Vec<String> {
    let piece = |(index, piece): (usize, &callflow_artifact::piece::Piece)| {
        let actions = artifact.actions.iter().filter(|it| it.piece.0 as usize == index);
        let actions: Vec<&str> = actions.map(|it| it.name.as_str()).collect();
        row(&piece.name, &format!("{}  {}", short(&piece.hash), actions.join(", ")))
    };
    artifact.pieces.iter().enumerate().map(piece).collect()
}

fn source(file: &SourceFile) -> String {
    row(&file.path, &format!("{}  {}", short(&file.hash), count(file.lines.len(), "line")))
}

fn sizes(artifact: &Artifact) -> Vec<String> {
    let instructions = artifact.functions.iter().map(|it| it.code.len()).sum();
    let functions = count(artifact.functions.len(), "function");
    let note = format!("{functions}, {}", count(instructions, "instruction"));
    let size = |(name, size): (&str, usize)| match name {
        "functions" => row(name, &format!("{}  {note}", bytes(size))),
        _ => row(name, &bytes(size)),
    };
    encode::sizes(artifact).into_iter().map(size).collect()
}

fn short(hash: &str) -> &str {
    hash.get(..HASH).unwrap_or(hash)
}
