//! Calls of functions and actions: which argument is for which parameter, and what is given where one is left out.

use std::collections::BTreeMap;
use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::bytecode::{ActionId, FunctionId};
use callflow_artifact::types::TypeId;

use crate::semantics::body::{Body, Kind, broken, constant};
use crate::semantics::constant::Purpose;
use crate::semantics::fits::Reason;
use crate::semantics::names::{BUILT_IN_FUNCTIONS, PRELUDE, ScopeId, ValueNameKind};
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Block, Expr, ExprKind, Stmt, StmtKind};
use crate::source::Span;
use crate::syntax::tree::{self, Argument};

use super::Hint;

/// A call as it is written.
#[derive(Clone, Copy)]
pub(in crate::semantics) struct CallSite<'t> {
    /// What stands before the brackets.
    pub(in crate::semantics) callee: Span,
    /// In order.
    pub(in crate::semantics) arguments: &'t [Argument],
    /// From `(` to `)`; empty where there are none.
    pub(in crate::semantics) parens: Span,
    /// The whole call.
    pub(in crate::semantics) span: Span,
}

/// What the parameters of a call get: types for the type parameters, a value for each other one.
pub(in crate::semantics) struct Given {
    /// For the type parameters.
    pub(in crate::semantics) types: Vec<TypeId>,
    /// For the parameters, in order and complete.
    pub(in crate::semantics) arguments: Vec<Expr>,
}

/// Which expression was written for which parameter.
struct Matched<'t> {
    /// Whether one was wrong, and perhaps meant for a parameter that has none now.
    wrong: bool,
    values: Vec<Option<&'t tree::Expr>>,
    types: Vec<Option<&'t tree::Expr>>,
}

impl<'t> Body<'_, 't> {
    /// `f(…)`
    pub(super) fn call_name(&mut self, name: &'t str, call: CallSite<'t>, hint: Hint) -> Expr {
        if BUILT_IN_FUNCTIONS.contains(&name) {
            return self.intrinsic(name, call);
        }
        if let Some(ValueNameKind::Function(id)) = self.find_value(name).map(|value| value.kind) {
            return self.call_function(id, call, hint);
        }
        if self.is_piece(name) {
            let default = self.piece_scope(name).and_then(|scope| scope.default_action);
            if let Some(action) = default {
                return self.call_action(action, name, call, hint);
            }
        }
        self.discard(call.arguments);
        if !name.is_empty() {
            let diagnostic = self.no_function(name, call.callee);
            self.report(diagnostic);
        }
        broken(call.span)
    }

    fn no_function(&self, name: &'t str, callee: Span) -> crate::diagnostics::Diagnostic {
        let at = self.at(callee);
        if self.names.contains_key(name) || self.find_value(name).is_some() {
            return report::calls::not_a_function(at, name);
        }
        if let Some(scope) = self.piece_scope(name) {
            let mut actions: Vec<&str> = scope.actions.keys().copied().collect();
            actions.sort_unstable();
            return report::calls::no_default_action(at, name, &actions);
        }
        let scopes = || self.own_scope().into_iter().chain(self.checker.scope(PRELUDE));
        if scopes().any(|s| s.types.contains_key(name) || s.tags.contains_key(name)) {
            return report::calls::calls_type(at, name);
        }
        if self.own_scope().is_some_and(|scope| scope.actions.contains_key(name)) {
            return report::calls::action_of_own_piece(at, name);
        }
        let functions = scopes().flat_map(|scope| scope.values.keys().copied());
        let pieces = self.checker.piece_names.iter().map(|piece| piece.as_str());
        let candidates = functions.chain(BUILT_IN_FUNCTIONS).chain(pieces);
        report::calls::unknown_function(at, name, self.checker.nearest(name, candidates))
    }

    /// `piece.action(…)`
    pub(super) fn call_piece(
        &mut self,
        piece: &'t str,
        name: &'t tree::Name,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Expr {
        let scope = self.piece_scope(piece);
        let action = scope.and_then(|scope| scope.actions.get(name.text.as_str()).copied());
        match action {
            Some(action) => {
                let callee = Span::new(call.span.start, name.span.end);
                self.call_action(action, piece, CallSite { callee, ..call }, hint)
            }
            None => {
                self.discard(call.arguments);
                if !name.text.is_empty() {
                    self.unknown_action(piece, name);
                }
                broken(call.span)
            }
        }
    }

    /// `crm.score(…)`: a function of another file.
    pub(super) fn call_of_file(
        &mut self,
        owner: &str,
        scope: ScopeId,
        name: &'t tree::Name,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Expr {
        let found = self.checker.scope(scope).and_then(|s| s.values.get(name.text.as_str()));
        match found.map(|found| found.kind) {
            Some(ValueNameKind::Function(id)) => {
                let callee = Span::new(call.span.start, name.span.end);
                return self.call_function(id, CallSite { callee, ..call }, hint);
            }
            Some(ValueNameKind::Const(_)) => {
                let at = self.at(call.callee);
                self.report(report::calls::not_a_function(at, &name.text));
            }
            None if name.text.is_empty() => {}
            None => self.unknown_item(owner, scope, name),
        }
        self.discard(call.arguments);
        broken(call.span)
    }

    /// Tells of an action that a piece does not have.
    pub(in crate::semantics) fn unknown_action(&mut self, piece: &str, name: &tree::Name) {
        let Some(scope) = self.piece_scope(piece) else { return };
        let mut actions: Vec<&str> = scope.actions.keys().copied().collect();
        actions.sort_unstable();
        let meant = self.checker.nearest(&name.text, actions.iter().copied());
        let at = self.at(name.span);
        let diagnostic = report::names::unknown_action(piece, name, at, &actions, meant);
        self.report(diagnostic);
    }

    fn call_action(
        &mut self,
        id: ActionId,
        piece: &'t str,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Expr {
        let span = call.span;
        let Some(signature) = self.checker.action_signature(id) else { return broken(span) };
        let at = self.at(call.callee);
        match self.kind {
            Kind::Constant(purpose) => {
                self.discard(call.arguments);
                self.report(report::calls::action_in_constant(at, &signature.name, purpose));
                return broken(span);
            }
            Kind::Piece if piece != "http" => {
                self.discard(call.arguments);
                self.report(report::calls::action_in_piece(at, &signature.name));
                return broken(span);
            }
            Kind::Test => {
                self.discard(call.arguments);
                self.report(report::testing::calls_action(at, &signature.name));
                return broken(span);
            }
            _ => {}
        }
        self.effectful = true;
        match self.arguments(&signature, call, hint) {
            Some(given) => {
                let ty = self.checker.types.substitute(signature.result, &given.types);
                let Given { types, arguments } = given;
                self.check_agent(&signature, &arguments);
                let connection = self.checker.connection_named(self.file, piece);
                Expr {
                    ty,
                    span,
                    kind: ExprKind::Action {
                        action: id,
                        types,
                        arguments,
                        connection,
                        clauses: None,
                    },
                }
            }
            None => broken(span),
        }
    }

    fn call_function(&mut self, id: FunctionId, call: CallSite<'t>, hint: Hint) -> Expr {
        let span = call.span;
        let Some(signature) = self.checker.function_signature(id) else { return broken(span) };
        if let Kind::Constant(purpose) = self.kind {
            self.discard(call.arguments);
            let at = self.at(call.callee);
            self.report(report::calls::function_in_constant(at, &signature.name, purpose));
            return broken(span);
        }
        self.note_call(id, call.callee);
        match self.arguments(&signature, call, hint) {
            Some(given) => {
                let ty = self.checker.types.substitute(signature.result, &given.types);
                let Given { types, arguments } = given;
                self.check_agent(&signature, &arguments);
                Expr { ty, span, kind: ExprKind::Call { function: id, types, arguments } }
            }
            None => broken(span),
        }
    }

    /// Remembers a call for the effects' pass.
    pub(super) fn note_call(&mut self, id: FunctionId, span: Span) {
        self.calls.push(id);
        if self.is_certain() {
            self.certain_calls.push((id, span));
        }
    }

    /// Checks the arguments of a call. None where a type parameter cannot be told; a wrong argument is a broken
    /// expression among the others, for the call's type is known all the same.
    pub(in crate::semantics) fn arguments(
        &mut self,
        signature: &Rc<Signature>,
        call: CallSite<'t>,
        hint: Hint,
    ) -> Option<Given> {
        let parens = call.parens;
        let matched = self.match_arguments(signature, call.arguments);
        let types = self.type_arguments(signature, &matched.types, call.callee, hint);
        let known = types.as_deref().unwrap_or_default();
        let mut values = self.in_written_order(signature, &matched.values, known);
        let mut given = Vec::with_capacity(signature.parameters.len());
        let mut missing = Vec::new();
        for (index, parameter) in signature.parameters.iter().enumerate() {
            let ty = self.checker.types.substitute(parameter.ty, known);
            given.push(match (values.remove(&index), &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => constant(default.clone(), ty, parens),
                (None, None) if self.checker.may_be_left_out(ty) => {
                    constant(Constant::None, ty, parens)
                }
                (None, None) => {
                    missing.push((parameter.name.clone(), ty));
                    broken(parens)
                }
            });
        }
        if !missing.is_empty() && !matched.wrong {
            let (at, brackets) = (self.at(call.callee), self.at(parens));
            let source = self.checker.sources.slice(brackets);
            let types = &self.checker.types;
            let diagnostic =
                report::calls::missing(at, brackets, signature, &missing, types, source);
            self.report(diagnostic);
        }
        Some(Given { types: types?, arguments: given })
    }

    /// The values of the parameters that have one, by position. They are evaluated as they are written: where
    /// that is another order than the parameters', the first one evaluates all of them into locals.
    fn in_written_order(
        &mut self,
        signature: &Rc<Signature>,
        values: &[Option<&'t tree::Expr>],
        known: &[TypeId],
    ) -> BTreeMap<usize, Expr> {
        let written = values.iter().enumerate();
        let mut written: Vec<(usize, &tree::Expr)> =
            written.filter_map(|(index, value)| Some((index, (*value)?))).collect();
        written.sort_by_key(|(_, value)| value.span.start);
        let mut moved = !written.is_sorted_by_key(|(index, _)| *index);
        let mut checked = Vec::with_capacity(written.len());
        for (index, value) in written {
            let Some(parameter) = signature.parameters.get(index) else { continue };
            let ty = self.checker.types.substitute(parameter.ty, known);
            let reason = Reason::at(signature.place(index), "the parameter stands here");
            let value = self.expr(value, Some(ty));
            checked.push((index, self.fit(value, ty, reason)));
        }
        let computed = |(_, value): &&(usize, Expr)| !matches!(value.kind, ExprKind::Constant(_));
        moved &= checked.iter().filter(computed).count() > 1;
        if moved { self.evaluated_first(checked) } else { checked.into_iter().collect() }
    }

    /// Lets the first of some values by position evaluate all of them, in the order in which they stand.
    fn evaluated_first(&mut self, values: Vec<(usize, Expr)>) -> BTreeMap<usize, Expr> {
        let mut statements = Vec::with_capacity(values.len());
        let mut reads = BTreeMap::new();
        for (index, value) in values {
            if let ExprKind::Constant(_) = value.kind {
                reads.insert(index, value);
                continue;
            }
            let (ty, span) = (value.ty, value.span);
            let local = self.hidden_local(ty, span);
            statements.push(Stmt { span, kind: StmtKind::Set { local, value } });
            reads.insert(index, self.read(local, span));
        }
        if let Some(mut first) = reads.first_entry() {
            let Expr { ty, span, .. } = *first.get();
            let value = std::mem::replace(first.get_mut(), broken(span));
            let block = Block { statements, value: Some(Box::new(value)) };
            first.insert(Expr { ty, span, kind: ExprKind::Block(block) });
        }
        reads
    }

    fn match_arguments(&mut self, signature: &Signature, arguments: &'t [Argument]) -> Matched<'t> {
        let mut matched = Matched {
            wrong: false,
            values: vec![None; signature.parameters.len()],
            types: vec![None; signature.type_parameters.len()],
        };
        let mut named = false;
        for (position, argument) in arguments.iter().enumerate() {
            let value = &argument.value;
            let Some(name) = &argument.name else {
                match matched.values.get_mut(position) {
                    _ if named => {
                        let at = self.at(value.span);
                        self.expr(value, None);
                        matched.wrong = true;
                        self.report(report::calls::positional_after_named(at, signature));
                    }
                    Some(slot) => *slot = Some(value),
                    None => {
                        self.discard(std::slice::from_ref(argument));
                        // One error for all that is too much.
                        if position == signature.parameters.len() {
                            let at = self.at(value.span);
                            self.report(report::calls::too_many(at, signature));
                        }
                    }
                }
                continue;
            };
            named = true;
            let index = signature.parameters.iter().position(|p| p.name == name.text);
            let type_index = signature.type_parameters.iter().position(|p| p.name == name.text);
            let slot = match (index, type_index) {
                (Some(index), _) => matched.values.get_mut(index),
                (None, Some(index)) => matched.types.get_mut(index),
                (None, None) => None,
            };
            match slot {
                Some(slot) if slot.is_none() => *slot = Some(value),
                Some(slot) => {
                    let first = slot.map(|value| self.at(value.span));
                    let at = self.at(name.span);
                    self.discard(std::slice::from_ref(argument));
                    self.report(report::calls::given_twice(at, &name.text, first));
                }
                None => {
                    self.discard(std::slice::from_ref(argument));
                    matched.wrong = true;
                    self.unknown_argument(signature, name);
                }
            }
        }
        matched
    }

    pub(in crate::semantics) fn unknown_argument(
        &mut self,
        signature: &Signature,
        name: &tree::Name,
    ) {
        if name.text.is_empty() {
            return;
        }
        let names = signature.parameters.iter().map(|parameter| parameter.name.as_str());
        let types = signature.type_parameters.iter().map(|parameter| parameter.name.as_str());
        let known: Vec<&str> = names.chain(types).collect();
        let meant = self.checker.nearest(&name.text, known.iter().copied());
        let at = self.at(name.span);
        let diagnostic = report::calls::unknown_argument(at, &name.text, signature, &known, meant);
        self.report(diagnostic);
    }
}

/// What a constant expression may not do, in words.
pub(in crate::semantics) fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Constant => "a constant",
        Purpose::Default => "a default",
        Purpose::Sample => "a sample",
        Purpose::Setting => "a setting",
    }
}
