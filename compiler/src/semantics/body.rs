//! The check of one body: of a flow, a function, an action, or a constant expression.
//!
//! Holds what is known at the place that is being checked: which names are visible, which optionals were shown
//! to be there, and whether the place can be reached.

use std::collections::HashMap;

use callflow_artifact::Constant;
use callflow_artifact::bytecode::FunctionId;
use callflow_artifact::piece::PieceId;
use callflow_artifact::types::TypeId;
use ecow::EcoString;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Location, Span};
use crate::syntax::tree;

use super::checker::{CheckedBody, Checker, FunctionSource};
use super::constant::Purpose;
use super::flow_test::TestState;
use super::names::{Scope, ScopeId};
use super::narrow::Facts;
use super::parallel::Fork;
use super::report;
use super::signature::Signature;
use super::typed::{self, Expr, ExprKind, LocalId};
use super::types::TypeScope;

/// What is being checked, which decides what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A flow; whether it must answer.
    Flow { answers: bool },
    /// A function of a project or the prelude.
    Function,
    /// An action or a function of a piece: of the actions, only `http`'s can be called.
    Piece,
    /// A test: it runs flows and calls no action itself.
    Test,
    /// A constant expression: nothing can be called.
    Constant(Purpose),
}

/// What a visible name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// A local.
    Local(LocalId),
    /// A field of the event, or of the event's `body`.
    Event(Vec<u16>),
}

/// What is known of a local beside its type.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalState {
    /// Whether it may be assigned again.
    pub(super) var: bool,
    /// Whether anything reads it.
    pub(super) used: bool,
    /// Whether it is worth a warning when nothing does.
    pub(super) watched: bool,
}

/// A loop around the place that is being checked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loop {
    /// Whether a `break` leaves it.
    pub(super) left: bool,
}

/// The state of the check of one body.
pub(super) struct Body<'c, 't> {
    pub(super) checker: &'c mut Checker<'t>,
    pub(super) file: FileId,
    pub(super) scope: ScopeId,
    pub(super) kind: Kind,
    /// What `return` must give.
    pub(super) result: TypeId,
    /// Where that is written.
    pub(super) result_at: Option<Location>,
    /// The names of type parameters.
    pub(super) type_names: Vec<&'t str>,
    pub(super) locals: Vec<typed::Local>,
    pub(super) states: Vec<LocalState>,
    /// What each visible name stands for.
    pub(super) names: HashMap<EcoString, Binding>,
    /// The visible names, the last bound at the end, each with what it stood for before.
    pub(super) order: Vec<(EcoString, Option<Binding>)>,
    /// What was shown to be there.
    pub(super) facts: Facts,
    /// Whether control can come to this place.
    pub(super) reachable: bool,
    /// The loops around this place, within the innermost lambda.
    pub(super) loops: Vec<Loop>,
    /// The branches around this place, the innermost last.
    pub(super) forks: Vec<Fork<'t>>,
    /// How many lambdas there are around this place.
    pub(super) lambdas: u32,
    /// How many constructs there are around this place that may not come to run it.
    pub(super) uncertain: u32,
    /// Whether a path before this place may have left the body.
    may_have_left: bool,
    pub(super) effectful: bool,
    pub(super) calls: Vec<FunctionId>,
    pub(super) certain_calls: Vec<(FunctionId, Span)>,
    /// What only the check of a test knows.
    pub(super) test: TestState,
    /// The text that is a path, where `{name}` stands for a part of an address.
    pub(super) path: Option<Span>,
}

/// A place in the scopes to come back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    names: usize,
    facts: usize,
}

impl<'t> Checker<'t> {
    /// Checks the bodies of functions and actions; those of flows are checked with their headers.
    pub(super) fn check_bodies(&mut self) {
        for index in 0..self.functions.len() {
            let Some(item) = self.functions.get(index) else { continue };
            let (file, source, signature) = (item.file, item.source, item.signature.clone());
            let in_piece = self.piece_of(file).is_some();
            let type_names = item.type_names.clone();
            let (block, parameters, result_at, kind) = match source {
                FunctionSource::Flow(_) | FunctionSource::Setting(_) | FunctionSource::Test(_) => {
                    continue;
                }
                FunctionSource::Function(item) => {
                    let kind = if in_piece { Kind::Piece } else { Kind::Function };
                    (&item.body, &item.parameters, item.result.as_ref(), kind)
                }
                FunctionSource::Action(item) => match &item.body {
                    Some(body) => (body, &item.parameters, item.result.as_ref(), Kind::Piece),
                    None => continue,
                },
            };
            let mut body = Body::new(self, file, kind);
            body.result = signature.result;
            body.result_at = result_at.map(|ty| Location { file, span: ty.span });
            body.type_names = type_names;
            let watched = matches!(source, FunctionSource::Function(_));
            body.bind_parameters(parameters, &signature, watched);
            let checked = body.function(block, &signature);
            if let Some(item) = self.functions.get_mut(index) {
                item.checked = Some(checked);
            }
        }
    }

    /// The piece that a file defines.
    pub(super) fn piece_of(&self, file: FileId) -> Option<PieceId> {
        self.scope(self.scope_of(file)).and_then(|scope| scope.piece)
    }
}

impl<'c, 't> Body<'c, 't> {
    /// The check of a body in a file.
    pub(super) fn new(checker: &'c mut Checker<'t>, file: FileId, kind: Kind) -> Body<'c, 't> {
        let scope = checker.scope_of(file);
        Body {
            checker,
            file,
            scope,
            kind,
            result: TypeId::NONE,
            result_at: None,
            type_names: Vec::new(),
            locals: Vec::new(),
            states: Vec::new(),
            names: HashMap::new(),
            order: Vec::new(),
            facts: Facts::default(),
            reachable: true,
            loops: Vec::new(),
            forks: Vec::new(),
            lambdas: 0,
            uncertain: 0,
            may_have_left: false,
            effectful: false,
            calls: Vec::new(),
            certain_calls: Vec::new(),
            test: TestState::default(),
            path: None,
        }
    }

    /// The check of a constant expression.
    pub(super) fn constant(
        checker: &'c mut Checker<'t>,
        file: FileId,
        purpose: Purpose,
    ) -> Body<'c, 't> {
        Body::new(checker, file, Kind::Constant(purpose))
    }

    /// Ends the check of a constant expression.
    pub(super) fn finish_constant(mut self) {
        self.warn_of_unused();
    }

    /// Binds a function's parameters to its first locals.
    pub(super) fn bind_parameters(
        &mut self,
        parameters: &'t [tree::Parameter],
        signature: &Signature,
        watched: bool,
    ) {
        let values = parameters.iter().filter(|parameter| !parameter.is_type);
        for (parameter, typed) in values.zip(&signature.parameters) {
            // Two of one name were told with the signature.
            let watched = watched && !self.names.contains_key(&parameter.name.text);
            let local = self.new_local(&parameter.name, typed.ty, false, watched);
            self.make_visible(&parameter.name.text, Binding::Local(local));
        }
    }

    /// Checks a whole body whose parameters are bound.
    pub(super) fn function(mut self, block: &'t tree::Block, signature: &Signature) -> CheckedBody {
        let parameters = self.locals.len() as u16;
        let body = self.statements(block);
        self.check_end(block);
        self.finish(body, parameters, signature)
    }

    /// Ends the check of a body.
    pub(super) fn finish(
        mut self,
        body: typed::Block,
        parameters: u16,
        signature: &Signature,
    ) -> CheckedBody {
        self.warn_of_unused();
        CheckedBody {
            function: typed::Function {
                name: signature.name.clone(),
                file: self.file,
                parameters,
                type_parameters: self.type_names.len() as u8,
                result: self.result,
                locals: self.locals,
                body,
                effectful: self.effectful,
            },
            calls: self.calls,
            certain_calls: self.certain_calls,
        }
    }

    /// Where a span of this file stands.
    pub(super) fn at(&self, span: Span) -> Location {
        Location { file: self.file, span }
    }

    /// Control does not go on from here. What follows is reached by other paths at most, so that it is not
    /// certain to run if this place may be come to.
    pub(super) fn goes_no_further(&mut self) {
        self.reachable = false;
        self.may_have_left |= self.uncertain > 0;
    }

    /// Whether every run of the body comes to this place.
    pub(super) fn is_certain(&self) -> bool {
        self.reachable && self.uncertain == 0 && !self.may_have_left
    }

    /// Takes a diagnostic.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.checker.report(diagnostic);
    }

    /// The type as messages name it.
    pub(super) fn name(&self, ty: TypeId) -> String {
        self.checker.name(ty)
    }

    /// This file's own scope.
    pub(super) fn own_scope(&self) -> Option<&Scope<'t>> {
        self.checker.scope(self.scope)
    }

    /// Resolves a type that is written in the body.
    pub(super) fn resolve_type(&mut self, ty: &'t tree::TypeExpr) -> TypeId {
        let scope = TypeScope { file: self.file, parameters: &self.type_names };
        self.checker.resolve_type(scope, ty)
    }

    /// Opens a scope; names and facts from here on end with [`Body::leave`].
    pub(super) fn enter(&self) -> Mark {
        Mark { names: self.order.len(), facts: self.facts.mark() }
    }

    /// Closes a scope.
    pub(super) fn leave(&mut self, mark: Mark) {
        while self.order.len() > mark.names {
            match self.order.pop() {
                Some((name, Some(before))) => drop(self.names.insert(name, before)),
                Some((name, None)) => drop(self.names.remove(&name)),
                None => return,
            }
        }
        self.facts.undo(mark.facts);
    }

    /// A local without a name.
    pub(super) fn hidden_local(&mut self, ty: TypeId, span: Span) -> LocalId {
        self.locals.push(typed::Local { name: EcoString::new(), ty, span });
        self.states.push(LocalState { var: false, used: true, watched: false });
        LocalId(self.locals.len() as u32 - 1)
    }

    /// A local with a name that is not visible yet.
    pub(super) fn new_local(
        &mut self,
        name: &tree::Name,
        ty: TypeId,
        var: bool,
        watched: bool,
    ) -> LocalId {
        self.locals.push(typed::Local { name: name.text.clone(), ty, span: name.span });
        let exempt = name.text.is_empty() || name.text.starts_with('_');
        self.states.push(LocalState { var, used: false, watched: watched && !exempt });
        LocalId(self.locals.len() as u32 - 1)
    }

    /// Makes a name visible up to the end of the scope.
    pub(super) fn make_visible(&mut self, name: &EcoString, binding: Binding) {
        if !name.is_empty() {
            let before = self.names.insert(name.clone(), binding);
            self.order.push((name.clone(), before));
        }
    }

    /// A new visible local. A name that is visible already is told, and from there on means what was bound
    /// last, for that is what the author means by it.
    pub(super) fn bind(&mut self, name: &'t tree::Name, ty: TypeId, var: bool) -> LocalId {
        let local = self.new_local(name, ty, var, true);
        if !self.is_free(name) {
            self.unwatch(local);
        }
        self.make_visible(&name.text, Binding::Local(local));
        local
    }

    /// Makes a local one that no warning tells of.
    pub(super) fn unwatch(&mut self, local: LocalId) {
        if let Some(state) = self.states.get_mut(local.0 as usize) {
            state.watched = false;
        }
    }

    /// Whether a name can be bound; told where it cannot.
    fn is_free(&mut self, name: &'t tree::Name) -> bool {
        let at = self.at(name.span);
        let text = name.text.as_str();
        let diagnostic = match self.names.get(text) {
            Some(Binding::Local(local)) => {
                let local = *local;
                let first = self.locals.get(local.0 as usize).map(|local| self.at(local.span));
                let var = self.is_var(local);
                // What reads the name from here on would have read this one.
                self.unwatch(local);
                report::names::bound_twice(text, at, first.unwrap_or(at), var)
            }
            Some(Binding::Event(_)) => report::names::binds_trigger_field(text, at),
            None => match self.own_scope().and_then(|scope| scope.values.get(text)) {
                Some(item) => report::names::binds_item(text, at, item.at),
                None => return true,
            },
        };
        self.report(diagnostic);
        false
    }

    /// Whether a local may be assigned again.
    pub(super) fn is_var(&self, local: LocalId) -> bool {
        self.states.get(local.0 as usize).is_some_and(|state| state.var)
    }

    /// Whether a name stands for a local that may be assigned again.
    pub(super) fn is_visible_var(&self, name: &tree::Name) -> bool {
        let binding = self.names.get(name.text.as_str());
        matches!(binding, Some(Binding::Local(local)) if self.is_var(*local))
    }

    /// A local's type.
    pub(super) fn local_type(&self, local: LocalId) -> TypeId {
        self.locals.get(local.0 as usize).map_or(TypeId::UNKNOWN, |local| local.ty)
    }

    /// A local's value.
    pub(super) fn read(&self, local: LocalId, span: Span) -> Expr {
        Expr { ty: self.local_type(local), span, kind: ExprKind::Local(local) }
    }
}

/// An expression that was told to be wrong.
pub(super) fn broken(span: Span) -> Expr {
    Expr { ty: TypeId::UNKNOWN, span, kind: ExprKind::Broken }
}

/// A constant of a type.
pub(super) fn constant(value: Constant, ty: TypeId, span: Span) -> Expr {
    Expr { ty, span, kind: ExprKind::Constant(value) }
}
