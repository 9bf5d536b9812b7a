//! Artifacts for people to read: what starts flows, and what functions do, instruction by instruction.

mod effect;
mod instruction;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use ecow::{EcoString, eco_format};

use crate::artifact::{Artifact, Declared, Flow, FlowSettings, Trigger};
use crate::bytecode::{Function, FunctionId, Op, Reg, Target};
use crate::piece::{Action, ActionBody};
use crate::types::TypeId;

pub use instruction::constant;

/// The whole artifact as text.
pub fn print(artifact: &Artifact) -> String {
    let mut out = String::new();
    // Writing into a text cannot fail.
    let _ = Printer { artifact }.whole(&mut out);
    out
}

/// One function as text.
pub fn print_function(artifact: &Artifact, id: FunctionId) -> String {
    let mut out = String::new();
    if let Some(function) = artifact.functions.get(id.0 as usize) {
        let _ = Printer { artifact }.function(&mut out, id, function);
    }
    out
}

/// One instruction as text, as `print_function` would show it but for its number.
pub fn print_instruction(artifact: &Artifact, function: &Function, op: &Op) -> String {
    let mut out = String::new();
    let shown = instruction::Shown { artifact, function, labels: &Labels::new(function) };
    let _ = shown.op(&mut out, op);
    out
}

/// What starts a flow: `schedule(cron: "0 9 * * mon")`, `function_call(tool: "check_order", number: string)`.
pub fn trigger(artifact: &Artifact, trigger: &Trigger) -> String {
    let arguments = trigger.arguments.iter();
    let arguments = arguments.map(|(name, value)| format!("{name}: {}", constant(value)));
    let parameters = trigger.parameters.iter();
    let parameters = parameters.map(|it| format!("{}: {}", it.name, artifact.types.display(it.ty)));
    let all: Vec<String> = arguments.chain(parameters).collect();
    match all.is_empty() {
        true => trigger.name.to_string(),
        false => format!("{}({})", trigger.name, all.join(", ")),
    }
}

struct Printer<'a> {
    artifact: &'a Artifact,
}

impl Printer<'_> {
    fn whole(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "artifact {}", self.artifact.name)?;
        self.declared(out)?;
        for flow in &self.artifact.flows {
            writeln!(out)?;
            self.flow(out, flow)?;
        }
        for test in &self.artifact.tests {
            writeln!(out, "\ntest {:?}\n  body: f{}", test.name, test.function.0)?;
        }
        self.names(out, "env", &self.artifact.environment)?;
        self.names(out, "secret", &self.artifact.secrets)?;
        if !self.artifact.actions.is_empty() {
            writeln!(out)?;
        }
        for action in &self.artifact.actions {
            self.action(out, action)?;
        }
        for (index, function) in self.artifact.functions.iter().enumerate() {
            writeln!(out)?;
            self.function(out, FunctionId(index as u32), function)?;
        }
        Ok(())
    }

    /// What the project says of itself beyond what every project is taken to say.
    fn declared(&self, out: &mut String) -> fmt::Result {
        let Declared { timezone, platforms, agents } = &self.artifact.declared;
        let zone = (*timezone != Declared::default().timezone).then(|| timezone.clone());
        let agents = agents.iter().map(|agent| match &agent.platform {
            Some(platform) => eco_format!("{} on {platform}", agent.name),
            None => agent.name.clone(),
        });
        self.names(out, "timezone", zone.as_slice())?;
        self.names(out, "platforms", platforms)?;
        self.names(out, "agents", &agents.collect::<Vec<_>>())
    }

    fn flow(&self, out: &mut String, flow: &Flow) -> fmt::Result {
        let trigger = trigger(self.artifact, &flow.trigger);
        writeln!(out, "flow {} on {trigger} -> {}", flow.address, self.ty(flow.result))?;
        writeln!(out, "  event: {}", self.ty(flow.trigger.event))?;
        writeln!(out, "  body: f{}", flow.function.0)?;
        let FlowSettings {
            deadline,
            fallback,
            concurrency,
            concurrency_key,
            dedupe_key,
            dedupe_window,
            timeout,
        } = flow.settings;
        let milliseconds = |it: Option<i64>| it.map(|it| format!("{it}ms"));
        let function = |it: Option<FunctionId>| it.map(|it| format!("f{}", it.0));
        let settings = [
            ("within", milliseconds(deadline)),
            ("else", function(fallback)),
            ("concurrency", concurrency.map(|it| it.to_string())),
            ("per", function(concurrency_key)),
            ("dedupe by", function(dedupe_key)),
            ("for", milliseconds(dedupe_window)),
            ("timeout", milliseconds(timeout)),
        ];
        for (name, value) in settings {
            if let Some(value) = value {
                writeln!(out, "  {name}: {value}")?;
            }
        }
        Ok(())
    }

    fn names(&self, out: &mut String, what: &str, names: &[EcoString]) -> fmt::Result {
        if names.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{what}: {}", names.join(", "))
    }

    fn action(&self, out: &mut String, action: &Action) -> fmt::Result {
        let piece = self.artifact.pieces.get(action.piece.0 as usize);
        let piece = piece.map_or("?", |piece| piece.name.as_str());
        let effect = format!("{:?}", action.effect).to_lowercase();
        write!(out, "action {piece}.{}, {effect}: ", action.name)?;
        match action.body {
            ActionBody::Function(function) => writeln!(out, "f{}", function.0),
            ActionBody::Native => writeln!(out, "native"),
        }
    }

    fn function(&self, out: &mut String, id: FunctionId, function: &Function) -> fmt::Result {
        write!(out, "f{} {}(", id.0, function.name)?;
        let parameters = function.registers.iter().take(usize::from(function.parameters));
        for (index, &ty) in parameters.enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(out, "{comma}r{index}: {}", self.ty(ty))?;
        }
        write!(out, ") -> {}", self.ty(function.result))?;
        write!(out, ", {} registers", function.registers.len())?;
        let file = self.artifact.files.get(function.file as usize);
        if let (Some(file), Some(first)) = (file, function.origins.first()) {
            write!(out, ", {}:{}", file.path, file.position(first.start).0)?;
        }
        writeln!(out)?;
        let labels = Labels::new(function);
        let shown = instruction::Shown { artifact: self.artifact, function, labels: &labels };
        for (index, op) in function.code.iter().enumerate() {
            if let Some(label) = labels.at(index as Target) {
                writeln!(out, "{label}:")?;
            }
            write!(out, "{index:>5}  ")?;
            shown.op(out, op)?;
            writeln!(out)?;
        }
        for handler in &function.handlers {
            let (from, to) = (handler.from, handler.to.saturating_sub(1));
            let Reg(error) = handler.error;
            write!(out, "  where {from} to {to} fails: r{error} = error, jump ")?;
            writeln!(out, "{}", labels.show(handler.target))?;
        }
        Ok(())
    }

    fn ty(&self, ty: TypeId) -> String {
        self.artifact.types.display(ty)
    }
}

/// Names for the places that jumps and handlers lead to, in the order of the code.
pub(super) struct Labels(BTreeMap<Target, usize>);

impl Labels {
    fn new(function: &Function) -> Labels {
        let jumps = function.code.iter().filter_map(Op::target);
        let handlers = function.handlers.iter().map(|handler| handler.target);
        let mut labels: BTreeMap<Target, usize> =
            jumps.chain(handlers).map(|target| (target, 0)).collect();
        labels.values_mut().enumerate().for_each(|(index, label)| *label = index + 1);
        Labels(labels)
    }

    fn at(&self, index: Target) -> Option<String> {
        self.0.get(&index).map(|label| format!("L{label}"))
    }

    fn show(&self, target: Target) -> String {
        self.at(target).unwrap_or_else(|| target.to_string())
    }
}
