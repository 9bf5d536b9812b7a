//! `env("NAME")` and `secret("NAME")`: what the project's `callflow.toml` declares.

use callflow_artifact::Constant;
use callflow_artifact::types::TypeId;
use ecow::EcoString;

use crate::diagnostics::Diagnostic;
use crate::semantics::body::{Body, broken, constant};
use crate::semantics::checker::Checker;
use crate::semantics::names::PRELUDE;
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Expr, ExprKind};
use crate::source::{Location, Span};
use crate::syntax::tree::{Argument, ExprKind as Tree, TextPart};

use super::calls::CallSite;

impl Checker<'_> {
    /// What is wrong with the name of an agent, where the project says which agents it has.
    pub(in crate::semantics) fn unknown_agent(
        &self,
        name: &str,
        at: Location,
    ) -> Option<Diagnostic> {
        let agents = self.settings.agents.as_deref().filter(|agents| !agents.is_empty())?;
        if agents.iter().any(|agent| agent.name == name) {
            return None;
        }
        let known: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
        let meant = self.nearest(name, known.iter().copied());
        Some(report::settings::unknown_agent(at, name, &known, meant))
    }
}

impl<'t> Body<'_, 't> {
    /// `env("NAME")`: a setting of the project, read when the flow runs.
    pub(super) fn environment(&mut self, call: CallSite<'t>) -> Expr {
        let Some((name, at)) = self.setting_name("env", call) else { return broken(call.span) };
        let known = self.checker.settings.environment.as_deref();
        self.declared(&name, at, "env", known);
        self.effectful = true;
        Expr { ty: TypeId::STRING, span: call.span, kind: ExprKind::Environment(name) }
    }

    /// `secret("NAME")`: a value is the name alone, until an action is carried out.
    pub(super) fn secret(&mut self, call: CallSite<'t>) -> Expr {
        let Some((name, at)) = self.setting_name("secret", call) else { return broken(call.span) };
        let known = self.checker.settings.secrets.as_deref();
        self.declared(&name, at, "secrets", known);
        constant(Constant::Text(name), TypeId::SECRET, call.span)
    }

    /// The one argument, a text without anything in it.
    fn setting_name(&mut self, word: &str, call: CallSite<'t>) -> Option<(EcoString, Span)> {
        if let [Argument { name: None, value }] = call.arguments
            && let Tree::Text(parts) = &value.kind
            && let [TextPart::Text(name)] = parts.as_slice()
        {
            return Some((name.clone(), value.span));
        }
        self.discard(call.arguments);
        let at = match call.arguments {
            [argument] => argument.value.span,
            _ => Span::new(call.callee.start, call.parens.end),
        };
        let at = self.at(at);
        self.report(report::settings::one_literal(at, word));
        None
    }

    /// Looks at what a call gives for a parameter `agent` of a platform's action, or of the prelude's `allow`.
    pub(super) fn check_agent(&mut self, signature: &Signature, arguments: &[Expr]) {
        let owner = signature.at.and_then(|at| self.checker.piece_of(at.file));
        let owner = owner.and_then(|piece| self.checker.pieces.get(piece.0 as usize));
        let prelude = signature.at.is_some_and(|at| self.checker.scope_of(at.file) == PRELUDE);
        if !prelude && !owner.is_some_and(|piece| self.checker.is_platform(&piece.name)) {
            return;
        }
        let agent = signature.parameters.iter().position(|parameter| parameter.name == "agent");
        let Some(mut value) = agent.and_then(|index| arguments.get(index)) else { return };
        while let ExprKind::Some(inner) = &value.kind {
            value = inner;
        }
        if let ExprKind::Constant(Constant::Text(name)) = &value.kind {
            let told = self.checker.unknown_agent(name, self.at(value.span));
            told.into_iter().for_each(|diagnostic| self.report(diagnostic));
        }
    }

    fn declared(&mut self, name: &str, at: Span, section: &str, known: Option<&'t [EcoString]>) {
        let Some(known) = known.filter(|known| !known.iter().any(|known| known == name)) else {
            return;
        };
        let known: Vec<&str> = known.iter().map(EcoString::as_str).collect();
        let meant = self.checker.nearest(name, known.iter().copied());
        let at = self.at(at);
        self.report(report::settings::undeclared(at, name, section, &known, meant));
    }
}
