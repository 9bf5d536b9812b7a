//! Two flows that want the same: a path, or a tool's name.

use std::collections::HashMap;

use callflow_artifact::Constant;
use callflow_artifact::artifact::Trigger;
use ecow::{EcoString, eco_format};

use crate::semantics::checker::Checker;
use crate::semantics::report;
use crate::source::{FileId, Location};
use crate::syntax::tree;

/// What is claimed so far, and where.
#[derive(Default)]
pub(super) struct Claims {
    /// By method and path.
    paths: HashMap<(EcoString, EcoString), Location>,
    /// By the tool's name and the agent's, which is empty for all agents.
    tools: HashMap<EcoString, Vec<(Option<EcoString>, Location)>>,
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
        let Some(path) = text(trigger, "path") else { return };
        let given = flow.arguments.first().map_or(flow.header, |argument| argument.value.span);
        let at = Location { file, span: given };
        let own = text(trigger, "method").unwrap_or_else(|| "POST".into());
        let form = trigger.name == "form";
        let methods = if form { FORM_METHODS.map(EcoString::from).to_vec() } else { vec![own] };
        // `/lead` and `/lead/` are one address.
        let address: EcoString = path.trim_end_matches('/').into();
        let mut taken = None;
        for method in methods {
            match claims.paths.get(&(method.clone(), address.clone())) {
                Some(&first) => taken = taken.or(Some((method, first))),
                None => {
                    claims.paths.insert((method, address.clone()), at);
                }
            }
        }
        if let Some((method, first)) = taken {
            let what = if form {
                eco_format!("`{path}`, where the form of this one is")
            } else {
                eco_format!("`{method} {path}`")
            };
            self.report(report::names::claimed_twice(&what, at, first));
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
