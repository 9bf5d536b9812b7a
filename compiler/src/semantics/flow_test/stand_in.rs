//! `given`: what stands in for an action.

use callflow_artifact::bytecode::ActionId;
use callflow_artifact::piece::ERROR_KINDS;
use callflow_artifact::types::TypeId;

use crate::semantics::body::Body;
use crate::semantics::fits::Reason;
use crate::semantics::report;
use crate::semantics::typed::{Answer, AnswerKind, Expr, TestStmt};
use crate::source::Span;
use crate::syntax::tree::{self, Argument, Entry, ExprKind as Tree};

/// What is wanted of the calls that a test names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Their types: without a call, nobody can say of which type an answer must be.
    Types,
    /// That there can be any.
    Calls,
    /// That there are none.
    None,
}

/// An action as a test names it.
pub(super) struct Named<'t> {
    pub(super) action: ActionId,
    /// `into: Lead`
    types: &'t [Argument],
    span: Span,
}

impl<'t> Body<'_, 't> {
    pub(super) fn given(&mut self, given: &'t tree::Given) -> Option<TestStmt> {
        let Some(named) = self.action_named(&given.action, "given") else {
            self.discard_given(given);
            return None;
        };
        let Some(types) = self.types_of(&named, Wanted::Types) else {
            self.discard_given(given);
            return None;
        };
        let signature = self.checker.action_signature(named.action)?;
        let result = self.checker.types.substitute(signature.result, &types);
        let arguments = self.partial_arguments(named.action, &types, given.arguments.as_ref());
        let answers = given.answers.iter().map(|answer| self.answer(answer, &named, result));
        let answers = answers.collect();
        Some(TestStmt::Given { action: named.action, types, arguments, answers })
    }

    fn discard_given(&mut self, given: &'t tree::Given) {
        for answer in &given.answers {
            if let tree::AnswerKind::Returns(value) = &answer.kind {
                self.expr(value, None);
            }
        }
    }

    fn answer(&mut self, answer: &'t tree::Answer, named: &Named<'t>, result: TypeId) -> Answer {
        let kind = match &answer.kind {
            tree::AnswerKind::Returns(value) => {
                AnswerKind::Returns(self.answered(value, named, result))
            }
            tree::AnswerKind::Fails { kind, message } => {
                self.error_kind(kind);
                let message = message.as_ref().map(|text| self.check(text, TypeId::STRING));
                AnswerKind::Fails(kind.text.clone(), message)
            }
        };
        let after = answer.after.as_ref().map(|time| self.check(time, TypeId::DURATION));
        Answer { kind, after }
    }

    /// What an action is made to give. What a record leaves out is made up, for a service sends more than a test
    /// cares for.
    fn answered(&mut self, value: &'t tree::Expr, named: &Named<'t>, result: TypeId) -> Expr {
        let place = self.checker.action_signature(named.action).and_then(|known| known.at);
        if result == TypeId::NONE {
            let found = self.expr(value, None);
            if found.ty != TypeId::NONE && found.ty != TypeId::UNKNOWN {
                let (at, name) = (self.at(value.span), self.written(named.span));
                self.report(report::testing::answers_nothing(at, &name, place));
            }
            return found;
        }
        let before = std::mem::replace(&mut self.test.completes, true);
        let found = self.expr(value, Some(result));
        self.test.completes = before;
        self.fit(found, result, Reason::at(place, "the action is declared here"))
    }

    fn error_kind(&mut self, kind: &tree::Name) {
        if kind.text.is_empty() || ERROR_KINDS.contains(&kind.text.as_str()) {
            return;
        }
        let at = self.at(kind.span);
        let meant = self.checker.nearest(&kind.text, ERROR_KINDS.iter().copied());
        self.report(report::testing::no_error_kind(at, &kind.text, &ERROR_KINDS, meant));
    }

    /// The action that a test names: `hubspot.create_deal`, `llm`, `llm.extract(into: Lead)`.
    pub(super) fn action_named(&mut self, named: &'t tree::Expr, word: &str) -> Option<Named<'t>> {
        let (callee, types): (_, &'t [Argument]) = match &named.kind {
            Tree::Call { callee, arguments, .. } => (callee.as_ref(), arguments),
            _ => (named, &[]),
        };
        let span = callee.span;
        let found = match &callee.kind {
            Tree::Missing => return None,
            Tree::Name(name) if self.is_piece(name) => {
                let scope = self.piece_scope(name);
                let default = scope.and_then(|scope| scope.default_action);
                if default.is_none() {
                    let mut actions: Vec<&str> = Vec::new();
                    actions.extend(scope.into_iter().flat_map(|scope| scope.actions.keys()));
                    actions.sort_unstable();
                    let told = report::calls::no_default_action(self.at(span), name, &actions);
                    self.report(told);
                }
                default
            }
            Tree::Field { base, name, .. } => match &base.kind {
                Tree::Name(owner) if self.is_piece(owner) => {
                    let scope = self.piece_scope(owner);
                    let action = scope.and_then(|scope| scope.actions.get(name.text.as_str()));
                    let action = action.copied();
                    if action.is_none() && !name.text.is_empty() {
                        self.unknown_action(owner, name);
                    }
                    action
                }
                Tree::Name(_) if self.is_lost(base) => None,
                Tree::Name(owner) => {
                    let pieces = self.checker.piece_names.iter().map(|piece| piece.as_str());
                    let meant = self.checker.nearest(owner, pieces);
                    let at = self.at(base.span);
                    self.report(report::names::unknown_piece(owner, at, meant));
                    None
                }
                _ => self.no_action(span, word),
            },
            _ => self.no_action(span, word),
        };
        found.map(|action| Named { action, types, span })
    }

    fn no_action(&mut self, span: Span, word: &str) -> Option<ActionId> {
        let at = self.at(span);
        let written = self.written(span);
        self.report(report::testing::no_action(at, word, &written));
        None
    }

    /// What the type parameters of an action are where a test names it: what it says, else what the one call of
    /// the flows that it runs has.
    pub(super) fn types_of(&mut self, named: &Named<'t>, wanted: Wanted) -> Option<Vec<TypeId>> {
        let signature = self.checker.action_signature(named.action)?;
        let at = self.at(named.span);
        let name = self.written(named.span);
        let said = self.types_said(named);
        let uses = self.test.reached.types(named.action).to_vec();
        let fits = |types: &&Vec<TypeId>| {
            types.iter().zip(&said).all(|(ty, said)| said.is_none_or(|said| said == *ty))
        };
        let fitting: Vec<&Vec<TypeId>> = uses.iter().filter(fits).collect();
        if let [types] = fitting.as_slice() {
            return Some((*types).clone());
        }
        let said: Option<Vec<TypeId>> = said.into_iter().collect();
        let unclear = said.is_none() && wanted == Wanted::Types;
        if fitting.is_empty() {
            if unclear || (self.test.runs && wanted != Wanted::None) {
                let others = !uses.is_empty();
                self.report(report::testing::never_called(at, &name, others, unclear));
            }
        } else if unclear {
            let parameter = signature.type_parameters.first().map(|p| p.name.clone());
            let types = fitting.iter().filter_map(|types| types.first());
            let types: Vec<String> = types.map(|&ty| self.name(ty)).collect();
            let parameter = parameter.unwrap_or_default();
            self.report(report::testing::several_types(at, &name, &parameter, &types));
        }
        match said {
            None if unclear => None,
            None => Some(vec![TypeId::UNKNOWN; signature.type_parameters.len()]),
            said => said,
        }
    }

    /// What `(into: Lead)` says for each type parameter.
    fn types_said(&mut self, named: &Named<'t>) -> Vec<Option<TypeId>> {
        let Some(signature) = self.checker.action_signature(named.action) else {
            return Vec::new();
        };
        let mut said = vec![None; signature.type_parameters.len()];
        for Argument { name, value } in named.types {
            let position = name.as_ref().and_then(|name| {
                signature.type_parameters.iter().position(|known| known.name == name.text)
            });
            match position.and_then(|index| said.get_mut(index)) {
                Some(slot) => *slot = Some(self.type_argument(value)),
                None => {
                    let at = self.at(name.as_ref().map_or(value.span, |name| name.span));
                    self.report(report::testing::only_types(at));
                }
            }
        }
        said
    }

    /// `with { name: "Acme" }`: the parameters that count, each with its position.
    pub(super) fn partial_arguments(
        &mut self,
        action: ActionId,
        types: &[TypeId],
        with: Option<&'t tree::Expr>,
    ) -> Vec<(u16, Expr)> {
        let (Some(with), Some(signature)) = (with, self.checker.action_signature(action)) else {
            return Vec::new();
        };
        let mut found: Vec<(u16, Expr)> = Vec::new();
        for (name, value) in self.entries(with) {
            let known = signature.parameters.iter().enumerate();
            let Some((index, parameter)) = known.clone().find(|(_, p)| p.name == name.text) else {
                self.expr(value, None);
                self.unknown_argument(&signature, &name);
                continue;
            };
            let ty = self.checker.types.substitute(parameter.ty, types);
            let reason = Reason::at(signature.place(index), "the parameter stands here");
            let value = self.expr(value, Some(ty));
            let value = self.fit(value, ty, reason);
            if self.tell_secret(&value, "be compared, which a test would do") {
                continue;
            }
            found.push((index as u16, value));
        }
        found
    }

    /// The fields of `with { … }`, each once.
    pub(super) fn entries(&mut self, with: &'t tree::Expr) -> Vec<(tree::Name, &'t tree::Expr)> {
        let Tree::Record(entries) = &with.kind else {
            self.expr(with, None);
            if !matches!(with.kind, Tree::Missing) {
                let at = self.at(with.span);
                self.report(report::testing::with_no_record(at));
            }
            return Vec::new();
        };
        let mut found = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Field { name, value, .. } => {
                    self.no_second_entry(entries, index, name);
                    found.push((name.clone(), value));
                }
                Entry::Spread(from) => {
                    self.expr(from, None);
                    let at = self.at(from.span);
                    self.report(report::testing::spread_here(at));
                }
            }
        }
        found
    }

    /// The text of a place.
    pub(super) fn written(&self, span: Span) -> String {
        self.checker.sources.slice(self.at(span)).to_owned()
    }
}
