//! What must hold of a trigger's arguments beside their types.

use callflow_artifact::Constant;
use callflow_artifact::artifact::Trigger;
use callflow_artifact::cron::Cron;
use callflow_artifact::path::Path;
use jiff::tz::TimeZoneDatabase;

use crate::diagnostics::Diagnostic;
use crate::semantics::checker::Checker;
use crate::semantics::platforms::LONGEST_TOOL_NAME;
use crate::semantics::report;
use crate::source::{FileId, Location};
use crate::syntax::tree;

use super::{FlowItem, Header, trigger_span};

/// No schedule comes more often, in milliseconds.
const SHORTEST_PERIOD: i64 = 1000;

/// The arguments of one header, with their places.
struct Arguments<'a> {
    file: FileId,
    flow: &'a tree::Flow,
    header: &'a Header,
}

impl Arguments<'_> {
    fn find(&self, name: &str) -> Option<&Constant> {
        let arguments = &self.header.trigger.arguments;
        arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.find(name) {
            Some(Constant::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Where an argument stands; a first one without a name stands for any.
    fn at(&self, name: &str) -> Location {
        let named = |argument: &&tree::Argument| {
            argument.name.as_ref().is_some_and(|known| known.text == name)
        };
        let found = self.flow.arguments.iter().find(named).or(self.flow.arguments.first());
        let span = found.map_or(self.flow.header, |argument| argument.value.span);
        Location { file: self.file, span }
    }
}

impl<'t> Checker<'t> {
    /// Looks at the arguments of a resolved header.
    pub(super) fn check_trigger_arguments(
        &mut self,
        file: FileId,
        flow: &tree::Flow,
        header: &Header,
    ) {
        let arguments = Arguments { file, flow, header };
        let mut told = match header.trigger.name.as_str() {
            "schedule" => self.schedule(&arguments),
            "webhook" | "form" => path(&arguments).into_iter().collect(),
            "pre_call" | "function_call" | "call_finished" => {
                tool_name(&arguments).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let agent = arguments.text("agent");
        told.extend(agent.and_then(|agent| self.unknown_agent(agent, arguments.at("agent"))));
        for diagnostic in told {
            self.report(diagnostic);
        }
    }

    fn schedule(&self, arguments: &Arguments<'_>) -> Vec<Diagnostic> {
        let mut told = Vec::new();
        match (arguments.find("cron"), arguments.find("every")) {
            (None, None) => {
                let span = trigger_span(arguments.flow);
                let at = Location { file: arguments.file, span };
                // An argument that is wrong was told.
                if arguments.flow.arguments.is_empty() {
                    told.push(report::triggers::schedule_without_time(at));
                }
            }
            (Some(_), Some(_)) => {
                told.push(report::triggers::schedule_with_both(arguments.at("every")));
            }
            (Some(Constant::Text(cron)), None) => {
                if let Err(wrong) = Cron::parse(cron) {
                    let at = arguments.at("cron");
                    told.push(report::triggers::cron(at, cron, &wrong, self.sources.slice(at)));
                }
            }
            (None, Some(Constant::Duration(every))) if *every < SHORTEST_PERIOD => {
                told.push(report::triggers::too_often(arguments.at("every")));
            }
            _ => {}
        }
        if let Some(zone) = arguments.text("zone") {
            let at = arguments.at("zone");
            if arguments.find("every").is_some() && arguments.find("cron").is_none() {
                told.push(report::triggers::zone_of_every(at));
            } else if let Some(unknown) = self.unknown_zone(at, zone) {
                told.push(unknown);
            }
        }
        told
    }

    /// What is wrong with the name of a time zone.
    pub(super) fn unknown_zone(&self, at: Location, zone: &str) -> Option<Diagnostic> {
        let zones = TimeZoneDatabase::bundled();
        if zones.get(zone).is_ok() {
            return None;
        }
        let known: Vec<String> = zones.available().map(|name| name.as_str().to_owned()).collect();
        let city = |name: &&String| {
            name.rsplit('/')
                .next()
                .is_some_and(|city| city.eq_ignore_ascii_case(&zone.replace(' ', "_")))
        };
        let meant = known.iter().find(city).map(String::as_str);
        let meant = meant.or_else(|| self.nearest(zone, known.iter().map(String::as_str)));
        Some(report::triggers::unknown_zone(at, zone, meant))
    }

    /// `failed(flow: "…")` names a flow of the project; from here on by its address.
    pub(super) fn failed_flow(&mut self, index: usize, item: &FlowItem<'t>) {
        let header = &*item.header;
        let arguments = Arguments { file: item.file, flow: item.tree, header };
        let (true, Some(named)) = (header.trigger.name == "failed", arguments.text("flow")) else {
            return;
        };
        let at = arguments.at("flow");
        let beside = |flow: &&super::typed::Flow| flow.file == item.file && flow.name == named;
        let found = self.flows.iter().position(|flow| flow.address == named);
        let found = found.or_else(|| self.flows.iter().position(|flow| beside(&flow)));
        // The only flow of a file is known by the file's name, but may have a label that can be given too.
        let only = |flow: &super::typed::Flow| {
            let label = named.strip_prefix(flow.address.as_str());
            label.and_then(|label| label.strip_prefix('.')) == Some(flow.name.as_str())
        };
        let found = found.or_else(|| self.flows.iter().position(only));
        let Some(found) = found else {
            let known = self.flows.iter().flat_map(|flow| [&flow.address, &flow.name]);
            let meant = self.nearest(named, known.map(|name| name.as_str())).map(str::to_owned);
            self.report(report::triggers::unknown_failed(at, named, meant.as_deref()));
            return;
        };
        if found == index {
            self.report(report::triggers::fails_itself(at));
        }
        let address = self.flows.get(found).map(|flow| flow.address.clone()).unwrap_or_default();
        let Some(flow) = self.flows.get_mut(index) else { return };
        for (name, value) in &mut flow.trigger.arguments {
            if name == "flow" {
                *value = Constant::Text(address.clone());
            }
        }
    }
}

/// A name that no platform takes for a tool.
fn tool_name(arguments: &Arguments<'_>) -> Option<Diagnostic> {
    let tool = arguments.flow.tool.as_ref()?;
    let odd = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let wrong = tool.text.len() > LONGEST_TOOL_NAME || tool.text.contains(odd);
    let at = Location { file: arguments.file, span: tool.span };
    wrong.then(|| report::triggers::tool_name(at, LONGEST_TOOL_NAME))
}

/// Where a webhook or a form is, unless that is wrong.
pub(super) fn path_of(trigger: &Trigger) -> Option<Path> {
    trigger.arguments.iter().find_map(|(name, value)| match value {
        Constant::Text(text) if name == "path" => Path::parse(text).ok(),
        _ => None,
    })
}

fn path(arguments: &Arguments<'_>) -> Option<Diagnostic> {
    let text = arguments.text("path")?;
    let at = arguments.at("path");
    match Path::parse(text) {
        Ok(path) => path.reserved().map(|own| report::triggers::reserved_path(at, own)),
        Err(error) => Some(report::triggers::path(at, text, &error)),
    }
}
