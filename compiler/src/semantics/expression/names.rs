//! Names as values.

use callflow_artifact::types::{Type, TypeId};

use super::Hint;
use crate::semantics::body::{Binding, Body, Kind, broken, constant};
use crate::semantics::names::{
    BUILT_IN_FUNCTIONS, PRELUDE, Scope, ScopeId, ValueName, ValueNameKind,
};
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind, LocalId};
use crate::source::Span;
use crate::syntax::tree;

impl<'t> Body<'_, 't> {
    /// A name where a value is wanted, or the tag of an alternative without fields: `Lost` for `Lost {}`.
    pub(super) fn name_or_tag(&mut self, expr: &'t tree::Expr, name: &'t str, hint: Hint) -> Expr {
        let is_name = self.names.contains_key(name) || self.find_value(name).is_some();
        match (!is_name).then(|| self.bare_tag(name, hint)).flatten() {
            Some((choice, variant)) => self.variant_of(choice, variant, &[], expr.span),
            None => self.name_use(name, expr.span),
        }
    }

    /// A name where a value is wanted.
    pub(super) fn name_use(&mut self, name: &'t str, span: Span) -> Expr {
        if name.is_empty() {
            return broken(span);
        }
        if let Some(value) = self.visible(name, span) {
            return value;
        }
        if let Some(item) = self.find_value(name)
            && let ValueNameKind::Const(id) = item.kind
        {
            return match self.checker.evaluate(id) {
                (ty, Some(value)) => constant(value, ty, span),
                (_, None) => broken(span),
            };
        }
        if name == "result"
            && let Some(result) = self.test_result(span)
        {
            return result;
        }
        let diagnostic = self.no_value(name, span);
        self.report(diagnostic);
        broken(span)
    }

    /// The value of a visible local or trigger field, as far as it was narrowed.
    pub(super) fn visible(&mut self, name: &str, span: Span) -> Option<Expr> {
        // An item of the file hides a trigger's field, which the author did not choose.
        let value = match self.names.get(name)? {
            Binding::Local(local) => {
                let local = *local;
                if let Some(state) = self.states.get_mut(local.0 as usize) {
                    state.used = true;
                }
                self.read(local, span)
            }
            Binding::Event(fields) => {
                if self.own_scope().is_some_and(|scope| scope.values.contains_key(name)) {
                    return None;
                }
                let event = self.read(LocalId(0), span);
                fields.iter().fold(event, |base, &index| self.field_at(base, index, span))
            }
        };
        Some(self.narrowed(value))
    }

    /// A field by position.
    fn field_at(&self, base: Expr, index: u16, span: Span) -> Expr {
        let ty = match self.checker.types.get(base.ty) {
            Type::Record(record) => {
                let record = self.checker.types.record(record);
                record.and_then(|record| record.fields.get(index as usize)).map(|field| field.ty)
            }
            _ => None,
        };
        let ty = ty.unwrap_or(TypeId::UNKNOWN);
        Expr { ty, span, kind: ExprKind::Field(Box::new(base), index) }
    }

    /// The function or constant of a name: this file's, else the prelude's.
    pub(super) fn find_value(&self, name: &str) -> Option<ValueName> {
        let find = |scope: ScopeId| self.checker.scope(scope)?.values.get(name).copied();
        find(self.scope).or_else(|| find(PRELUDE))
    }

    /// Whether a name stands for a loaded piece here: locals and items of that name go before.
    pub(in crate::semantics) fn is_piece(&self, name: &str) -> bool {
        !self.names.contains_key(name)
            && self.find_value(name).is_none()
            && self.checker.piece_named(self.file, name).is_some()
    }

    /// The scope of the piece that a name stands for.
    pub(in crate::semantics) fn piece_scope(&self, name: &str) -> Option<&Scope<'t>> {
        self.checker.scope(self.checker.piece_named(self.file, name)?)
    }

    /// The other file that a name stands for here, as its scope.
    pub(super) fn file_scope(&self, name: &str) -> Option<ScopeId> {
        let hidden = self.names.contains_key(name) || self.find_value(name).is_some();
        let (_, scope) = (!hidden).then(|| self.checker.file_named(self.file, name))??;
        Some(scope)
    }

    /// Whether an expression names a file or piece that is used and was not found.
    pub(in crate::semantics) fn is_lost(&self, expr: &tree::Expr) -> bool {
        let tree::ExprKind::Name(name) = &expr.kind else { return false };
        !self.names.contains_key(name) && self.checker.is_lost(self.file, name)
    }

    /// `crm.SALES`, `crm.Lost`: a constant or a tag of another file.
    pub(super) fn item_of_file(
        &mut self,
        owner: &str,
        scope: ScopeId,
        name: &'t tree::Name,
        span: Span,
    ) -> Expr {
        if name.text.is_empty() {
            return broken(span);
        }
        let found = self.checker.scope(scope).and_then(|s| s.values.get(name.text.as_str()));
        match found.map(|found| found.kind) {
            Some(ValueNameKind::Const(id)) => match self.checker.evaluate(id) {
                (ty, Some(value)) => constant(value, ty, span),
                (_, None) => broken(span),
            },
            Some(ValueNameKind::Function(_)) => {
                let at = self.at(span);
                let written = ecow::eco_format!("{owner}.{}", name.text);
                self.report(report::names::function_as_value(&written, at));
                broken(span)
            }
            None => self.bare_tag_of(owner, &name.text, span).unwrap_or_else(|| {
                self.unknown_item(owner, scope, name);
                broken(span)
            }),
        }
    }

    /// Tells of a function or constant that another file does not have.
    pub(super) fn unknown_item(&mut self, owner: &str, scope: ScopeId, name: &tree::Name) {
        let values = self.checker.scope(scope).map(|scope| scope.values.keys().copied());
        let mut known: Vec<&str> = values.into_iter().flatten().collect();
        known.sort_unstable();
        let meant = self.checker.nearest(&name.text, known.iter().copied());
        let at = self.at(name.span);
        self.report(report::uses::unknown_item(owner, &name.text, at, &known, meant));
    }

    fn no_value(&self, name: &'t str, span: Span) -> crate::diagnostics::Diagnostic {
        let at = self.at(span);
        if let Some(bound) = self.bound_by_sibling(name) {
            return report::branches::sibling(name, at, bound);
        }
        let is_function = BUILT_IN_FUNCTIONS.contains(&name) || self.find_value(name).is_some();
        if is_function {
            return report::names::function_as_value(name, at);
        }
        if name == "connection" && self.kind == Kind::Piece {
            return report::names::connection_as_value(at);
        }
        if self.checker.file_named(self.file, name).is_some() {
            return report::uses::file_as_value(name, at);
        }
        let is_piece = self.checker.piece_named(self.file, name).is_some();
        if is_piece || self.checker.piece_names.iter().any(|piece| piece == name) {
            return report::names::piece_as_value(name, at);
        }
        let scopes = || self.own_scope().into_iter().chain(self.checker.scope(PRELUDE));
        if scopes().any(|scope| scope.types.contains_key(name)) {
            return report::names::type_as_value(name, at);
        }
        if scopes().any(|scope| scope.tags.contains_key(name)) {
            return report::names::tag_as_value(name, at);
        }
        let items = scopes().flat_map(|scope| scope.values.keys().copied());
        let pieces = self.checker.piece_names.iter().map(|piece| piece.as_str());
        let candidates = self.names.keys().map(|name| name.as_str()).chain(items).chain(pieces);
        let candidates = candidates.chain(self.checker.aliases_of(self.file));
        report::names::unknown_name(name, at, self.checker.nearest(name, candidates))
    }
}
