//! What a server says when it listens.

use callflow_artifact::constant::Constant;
use callflow_artifact::{Artifact, Flow};
use callflow_runtime::value::duration;

/// The flows that something outside starts, and where it does.
pub(crate) fn routes(artifact: &Artifact, address: &str) -> String {
    let lines: Vec<(String, &str)> =
        artifact.flows.iter().flat_map(|flow| starts(artifact, flow, address)).collect();
    let width =
        lines.iter().map(|(what, _)| what.chars().count()).max().unwrap_or_default().min(60);
    lines.iter().map(|(what, flow)| format!("  {what:width$}  {flow}\n")).collect()
}

/// What starts a flow, a line each.
fn starts<'a>(artifact: &'a Artifact, flow: &'a Flow, address: &str) -> Vec<(String, &'a str)> {
    let text = |name: &str| {
        let found = flow.trigger.arguments.iter().find(|(known, _)| known == name);
        match found.map(|(_, value)| value) {
            Some(Constant::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    };
    let number = |name: &str| match flow.trigger.arguments.iter().find(|(known, _)| known == name) {
        Some((_, Constant::Duration(millis))) => Some(*millis),
        _ => None,
    };
    let path = text("path").unwrap_or_default();
    let lines = match flow.trigger.name.as_str() {
        "webhook" => vec![format!("{:6} {address}{path}", text("method").unwrap_or("POST"))],
        "form" => vec![format!("form   {address}{path}")],
        "schedule" => match (text("cron"), number("every")) {
            (Some(cron), _) => {
                let zone = text("zone").unwrap_or(&artifact.declared.timezone);
                vec![format!("clock  {cron}, {zone}")]
            }
            (None, Some(every)) => vec![format!("clock  every {}", duration::format(every))],
            (None, None) => Vec::new(),
        },
        hook @ ("call_finished" | "pre_call" | "function_call") => {
            let declared = &artifact.declared.platforms;
            let platforms: Vec<&str> = match text("platform") {
                Some(platform) => vec![platform],
                None if declared.is_empty() => vec!["http"],
                None => declared.iter().map(|name| name.as_str()).collect(),
            };
            let hooks = platforms.iter();
            hooks.map(|platform| format!("POST   {address}/hooks/{platform}/{hook}")).collect()
        }
        "failed" => vec!["failed runs".to_owned()],
        _ => Vec::new(),
    };
    lines.into_iter().map(|line| (line, flow.address.as_str())).collect()
}
