//! What a flow asks of its platform that the platform cannot do: results that it does not carry out, fields that
//! it never sends, hooks that it does not have.
//!
//! A result must be possible on every platform that the flow may run on. A field may be missing on some of them,
//! for its type says so: it is an error where none of them ever sends it.

use std::collections::HashSet;

use callflow_artifact::Constant;
use callflow_artifact::bytecode::FunctionId;
use callflow_artifact::types::{ChoiceId, RecordId, Type, TypeId, Variants};
use ecow::EcoString;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Location, Span};

use super::checker::Checker;
use super::flow::FlowItem;
use super::names::{PRELUDE, ValueNameKind};
use super::platforms::{Platform, Wait};
use super::report;
use super::report::hooks::Asked;
use super::typed::{Expr, ExprKind};
use super::walk;

/// The results of a `pre_call`, each with the function of the prelude that makes it.
const RESULTS: [(&str, &str); 3] =
    [("Allow", "allow"), ("Block", "block"), ("Transfer", "transfer")];

/// A result where it is made.
struct Made {
    /// `Allow`, `Block`, `Transfer`
    variant: EcoString,
    at: Location,
    /// The fields that are given a value, and where.
    fields: Vec<(EcoString, Location)>,
}

/// What one flow may run on, and what it is checked for.
struct Asking<'c, 't> {
    checker: &'c Checker<'t>,
    trigger: EcoString,
    platforms: Vec<&'static Platform>,
    told: Vec<Diagnostic>,
}

impl<'t> Checker<'t> {
    /// Holds each flow against the platforms that it may run on, where these are known.
    pub(super) fn check_capabilities(&mut self) {
        let mut told = Vec::new();
        for (index, item) in self.flow_items.iter().enumerate() {
            let platforms = self.platforms_of(item);
            let Some(flow) = self.flows.get(index).filter(|_| !platforms.is_empty()) else {
                continue;
            };
            let trigger = item.header.trigger.name.clone();
            let mut asking = Asking { checker: self, trigger, platforms, told: Vec::new() };
            asking.hook(item);
            let roots = [Some(flow.function), flow.settings.fallback];
            for function in self.own_functions(roots.into_iter().flatten()) {
                asking.function(function);
            }
            told.append(&mut asking.told);
        }
        for diagnostic in told {
            self.report(diagnostic);
        }
    }

    /// Functions, and those of the project that they call.
    fn own_functions(&self, roots: impl Iterator<Item = FunctionId>) -> Vec<FunctionId> {
        let mut open: Vec<FunctionId> = roots.collect();
        let mut seen: HashSet<FunctionId> = open.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            let Some(item) = self.functions.get(id.0 as usize) else { continue };
            if self.scope_of(item.file) == PRELUDE {
                continue;
            }
            found.push(id);
            let calls = item.checked.as_ref().map(|checked| checked.calls.as_slice());
            let calls = calls.unwrap_or_default().iter().copied();
            open.extend(calls.filter(|&callee| seen.insert(callee)));
        }
        found
    }

    /// The result that a function of the prelude makes.
    fn result_made_by(&self, function: FunctionId) -> Option<&'static str> {
        let values = &self.scope(PRELUDE)?.values;
        let makes = |name: &str| {
            values.get(name).is_some_and(|v| v.kind == ValueNameKind::Function(function))
        };
        RESULTS.iter().find(|(_, name)| makes(name)).map(|(variant, _)| *variant)
    }

    /// A variant's name, and the names of its fields, where the choice is that of results.
    fn result_variant(
        &self,
        choice: ChoiceId,
        variant: u16,
    ) -> Option<(EcoString, Vec<EcoString>)> {
        if self.types.get(self.prelude_type("PreCallResult")) != Type::Choice(choice) {
            return None;
        }
        let (Variants::Tagged(variants) | Variants::Untagged(variants)) =
            &self.types.choice(choice)?.variants
        else {
            return None;
        };
        let variant = variants.get(usize::from(variant))?;
        let fields = &self.types.record(variant.record)?.fields;
        Some((variant.name.clone(), fields.iter().map(|field| field.name.clone()).collect()))
    }

    fn field_name(&self, record: RecordId, index: u16) -> Option<EcoString> {
        let field = self.types.record(record)?.fields.get(usize::from(index))?;
        Some(field.name.clone())
    }
}

impl Asking<'_, '_> {
    /// A hook that none of the platforms has.
    fn hook(&mut self, item: &FlowItem<'_>) {
        if self.platforms.iter().all(|platform| platform.wait(&self.trigger) == Wait::Never) {
            let span = item.tree.trigger.last().map_or(item.tree.header, |name| name.span);
            let at = Location { file: item.file, span };
            self.told.push(report::hooks::no_hook(at, &self.trigger, &self.platforms));
        }
    }

    fn function(&mut self, id: FunctionId) {
        let item = self.checker.functions.get(id.0 as usize);
        let Some(function) = item.and_then(|item| item.checked.as_ref()).map(|c| &c.function)
        else {
            return;
        };
        let file = function.file;
        let mut found = Vec::new();
        walk::expressions(&function.body, &mut |expr| found.push(expr));
        for expr in found {
            if self.trigger == "pre_call"
                && let Some(made) = self.made(expr, file)
            {
                self.result(&made);
            }
            if let ExprKind::Field(base, index) = &expr.kind {
                self.field(base.ty, *index, Location { file, span: expr.span });
            }
        }
    }

    /// The result that an expression makes.
    fn made(&self, expr: &Expr, file: FileId) -> Option<Made> {
        let at = |span: Span| Location { file, span };
        let (variant, names, values) = match &expr.kind {
            ExprKind::Call { function, arguments, .. } => {
                let variant = self.checker.result_made_by(*function)?;
                let signature = self.checker.function_signature(*function)?;
                let names = signature.parameters.iter().map(|p| p.name.clone()).collect();
                (variant.into(), names, arguments)
            }
            ExprKind::Tagged(choice, variant, payload) => {
                let (variant, names) = self.checker.result_variant(*choice, *variant)?;
                let ExprKind::Record(_, values) = &payload.kind else { return None };
                (variant, names, values)
            }
            ExprKind::Constant(Constant::Tagged(choice, variant, values)) => {
                let (variant, names) = self.checker.result_variant(*choice, *variant)?;
                let given = names.into_iter().zip(values).filter(|(_, value)| !is_empty(value));
                let fields = given.map(|(name, _)| (name, at(expr.span))).collect();
                return Some(Made { variant, at: at(expr.span), fields });
            }
            _ => return None,
        };
        let given = |value: &&Expr| match &value.kind {
            ExprKind::Constant(value) => !is_empty(value),
            _ => true,
        };
        let fields: Vec<EcoString> = names;
        let fields = fields.into_iter().zip(values).filter(|(_, value)| given(value));
        let fields = fields.map(|(name, value)| (name, at(value.span))).collect();
        Some(Made { variant, at: at(expr.span), fields })
    }

    /// Tells of a result, or a field of one, that not all platforms carry out.
    fn result(&mut self, made: &Made) {
        let carried_out = |platform: &Platform| match made.variant.as_str() {
            "Allow" => Some(platform.allow),
            "Block" => platform.block,
            _ => platform.transfer,
        };
        let cannot = self.lacking(|platform| carried_out(platform).is_none());
        if !cannot.is_empty() {
            let asked = Asked::Result(&made.variant);
            let pinned = self.platforms.len() == cannot.len();
            self.told.push(report::hooks::cannot(made.at, asked, &cannot, pinned));
            return;
        }
        for (field, at) in &made.fields {
            if matches!(field.as_str(), "reason" | "to") {
                continue;
            }
            let ignored = self.lacking(|platform| {
                carried_out(platform).is_some_and(|fields| !fields.contains(&field.as_str()))
            });
            if !ignored.is_empty() {
                let asked = Asked::Field(&made.variant, field);
                let pinned = self.platforms.len() == ignored.len();
                self.told.push(report::hooks::cannot(*at, asked, &ignored, pinned));
            }
        }
    }

    /// Tells of a field that none of the platforms sends.
    fn field(&mut self, owner: TypeId, index: u16, at: Location) {
        let Type::Record(record) = self.checker.types.get(owner) else { return };
        let is = |name: &str| owner == self.checker.prelude_type(name);
        let unsent: fn(&Platform) -> &'static [&'static str] = match self.trigger.as_str() {
            "pre_call" if is("IncomingCall") => |platform| platform.unsent_before,
            "call_finished" if is("Call") => |platform| platform.unsent_after,
            "call_finished" if is("Analysis") => |platform| platform.unsent_analysis,
            _ => return,
        };
        let Some(name) = self.checker.field_name(record, index) else { return };
        if self.platforms.iter().all(|platform| unsent(platform).contains(&name.as_str())) {
            let told = report::hooks::never_sent(at, &name, &self.trigger, &self.platforms);
            self.told.push(told);
        }
    }

    fn lacking(&self, lacks: impl Fn(&Platform) -> bool) -> Vec<&'static Platform> {
        self.platforms.iter().copied().filter(|platform| lacks(platform)).collect()
    }
}

/// Whether a value is what a field has that is not given.
fn is_empty(value: &Constant) -> bool {
    match value {
        Constant::None => true,
        Constant::Map(entries) => entries.is_empty(),
        _ => false,
    }
}
