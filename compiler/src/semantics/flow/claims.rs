//! Two flows that want the same: a path, or a tool's name.

use std::collections::HashMap;

use callflow_artifact::Constant;
use callflow_artifact::artifact::Trigger;
use callflow_artifact::path::Path;
use ecow::{EcoString, eco_format};

use crate::semantics::checker::Checker;
use crate::semantics::report;
use crate::source::{FileId, Location};
use crate::syntax::tree;

use super::arguments::path_of;
use super::header::path_argument;

/// What is claimed so far, and where.
#[derive(Default)]
pub(super) struct Claims {
    /// By method and shape.
    paths: HashMap<(EcoString, Path), Location>,
    /// Those that have parameters, as they are written, by method and how many parts they have.
    patterns: HashMap<(EcoString, usize), Vec<Pattern>>,
    /// By the tool's name and the agent's, which is empty for all agents.
    tools: HashMap<EcoString, Vec<(Option<EcoString>, Location)>>,
}

/// A path with parameters that is taken.
struct Pattern {
    path: Path,
    /// As it is written.
    text: EcoString,
    at: Location,
}

/// A form's page is shown by one method and taken by the other.
const FORM_METHODS: [&str; 2] = ["GET", "POST"];

impl Checker<'_> {
    /// Two flows cannot answer on one path, or be one tool.
    pub(super) fn claim(
        &mut self,
        trigger: &Trigger,
        flow: &tree::Flow,
        file: FileId,
        claims: &mut Claims,
    ) {
        match trigger.name.as_str() {
            "webhook" | "form" => self.claim_path(trigger, flow, file, claims),
            "function_call" => self.claim_tool(trigger, flow, file, claims),
            _ => {}
        }
    }

    fn claim_path(
        &mut self,
        trigger: &Trigger,
        flow: &tree::Flow,
        file: FileId,
        claims: &mut Claims,
    ) {
        let (Some(text), Some(path)) = (text(trigger, "path"), path_of(trigger)) else { return };
        let span = path_argument(flow).map_or(flow.header, |path| path.span);
        let at = Location { file, span };
        let form = trigger.name == "form";
        let own = self::text(trigger, "method").unwrap_or_else(|| "POST".into());
        let methods = if form { FORM_METHODS.map(EcoString::from).to_vec() } else { vec![own] };
        let told = methods.into_iter().filter_map(|method| {
            let address = |path: &str| match form {
                true => eco_format!("`{path}`, where the form of this one is"),
                false => eco_format!("`{method} {path}`"),
            };
            let key = (method.clone(), path.shape());
            if let Some(&first) = claims.paths.get(&key) {
                return Some(report::names::claimed_twice(&address(&text), at, first));
            }
            claims.paths.insert(key, at);
            path.parameters().next()?;
            let alike = claims.patterns.entry((method.clone(), path.len())).or_default();
            let clash = alike
                .iter()
                .find(|it| it.path.overlaps(&path) && it.path.precedence(&path).is_none());
            let told = clash.map(|other| {
                let address = address(&other.path.common(&path));
                report::names::paths_overlap(&address, [&text, &other.text], at, other.at)
            });
            alike.push(Pattern { path: path.clone(), text: text.clone(), at });
            told
        });
        // A form is told once of its two methods.
        if let Some(diagnostic) = told.collect::<Vec<_>>().into_iter().next() {
            self.report(diagnostic);
        }
    }

    /// Two tools of one name are two tools where each is another agent's.
    fn claim_tool(
        &mut self,
        trigger: &Trigger,
        flow: &tree::Flow,
        file: FileId,
        claims: &mut Claims,
    ) {
        let Some(tool) = flow.tool.as_ref().filter(|tool| !tool.text.is_empty()) else { return };
        let at = Location { file, span: tool.span };
        let agent = text(trigger, "agent");
        let earlier = claims.tools.entry(tool.text.clone()).or_default();
        let clash = earlier
            .iter()
            .find(|(other, _)| other.is_none() || agent.is_none() || *other == agent)
            .map(|(_, first)| *first);
        match clash {
            Some(first) => {
                let what = eco_format!("the tool `{}`", tool.text);
                self.report(report::names::claimed_twice(&what, at, first));
            }
            None => earlier.push((agent, at)),
        }
    }
}

fn text(trigger: &Trigger, name: &str) -> Option<EcoString> {
    trigger.arguments.iter().find(|(known, _)| known == name).and_then(|(_, value)| match value {
        Constant::Text(text) => Some(text.clone()),
        _ => None,
    })
}
