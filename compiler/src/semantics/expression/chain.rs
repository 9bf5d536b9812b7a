//! Chains of `.field`, `?.field`, `[index]` and calls.
//!
//! `a?.b.c` is none where `a` is, and else what `.b.c` makes of what is there: a `?.` covers the rest of its
//! chain. So a chain is checked from its base outward, and each `?.` on the way leaves an open end that is
//! closed around the whole.

use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, Kind, broken};
use crate::semantics::narrow::as_declared;
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind, LocalId};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind as Tree};

use super::Hint;
use super::calls::CallSite;

/// The `?.`s of a chain that are still open: the optional, and the local for what is there.
type Open = Vec<(Expr, LocalId)>;

impl<'t> Body<'_, 't> {
    /// A field, an index or a call, with all that hangs before it.
    pub(super) fn chain(&mut self, expr: &'t tree::Expr, hint: Hint) -> Expr {
        let mut open = Open::new();
        let value = self.link(expr, hint, &mut open);
        self.close(open, value)
    }

    fn close(&mut self, open: Open, value: Expr) -> Expr {
        let mut value = value;
        if open.is_empty() || value.ty == TypeId::UNKNOWN {
            return value;
        }
        let span = value.span;
        if value.ty != TypeId::NEVER {
            let ty = self.checker.optional(value.ty);
            if ty != value.ty {
                value = Expr { ty, span, kind: ExprKind::Some(Box::new(value)) };
            }
        }
        for (base, local) in open.into_iter().rev() {
            let ty = if value.ty == TypeId::NEVER { TypeId::NONE } else { value.ty };
            let (base, then) = (Box::new(base), Box::new(value));
            value = Expr { ty, span, kind: ExprKind::OptionalChain { base, local, then } };
        }
        value
    }

    fn link(&mut self, expr: &'t tree::Expr, hint: Hint, open: &mut Open) -> Expr {
        match &expr.kind {
            Tree::Field { base, optional, name } => {
                self.field_link(base, *optional, name, expr.span, open)
            }
            Tree::Index { base, optional, index } => {
                self.index_link(base, *optional, index, expr.span, open)
            }
            Tree::Call { callee, arguments, parens } => {
                let parens = *parens;
                let call = CallSite { callee: callee.span, arguments, parens, span: expr.span };
                self.call_link(callee, call, hint, open)
            }
            _ => self.expr(expr, hint),
        }
    }

    fn field_link(
        &mut self,
        base: &'t tree::Expr,
        optional: bool,
        name: &'t tree::Name,
        span: Span,
        open: &mut Open,
    ) -> Expr {
        if let Tree::Name(owner) = &base.kind {
            if owner == "connection"
                && self.kind == Kind::Piece
                && !self.names.contains_key("connection")
            {
                return self.setting(name, span);
            }
            if self.is_piece(owner) {
                let known = self
                    .piece_scope(owner)
                    .is_some_and(|scope| scope.actions.contains_key(name.text.as_str()));
                let at = self.at(span);
                if known {
                    self.report(report::names::action_as_value(owner, &name.text, at));
                } else if !name.text.is_empty() {
                    self.unknown_action(owner, name);
                }
                return broken(span);
            }
        }
        if let Tree::Name(owner) = &base.kind
            && let Some(scope) = self.file_scope(owner)
        {
            return self.item_of_file(owner, scope, name, span);
        }
        if self.is_lost(base) {
            return broken(span);
        }
        let base = self.base_link(base, optional, name.span, open);
        self.field(base, name, span)
    }

    /// What stands before a dot or an index. A `?.` opens it.
    fn base_link(
        &mut self,
        base: &'t tree::Expr,
        optional: bool,
        link: Span,
        open: &mut Open,
    ) -> Expr {
        let value = self.link(base, None, open);
        if !optional {
            return value;
        }
        let value = as_declared(value);
        match self.checker.types.get(value.ty) {
            Type::Optional(inner) => {
                let span = value.span;
                let local = self.hidden_local(inner, span);
                open.push((value, local));
                self.read(local, span)
            }
            Type::Unknown => value,
            _ => {
                let (at, found) = (self.at(value.span), self.name(value.ty));
                let dot = self.at(Span::new(value.span.end, link.start));
                self.report(report::optionals::needless_question(at, dot, &found));
                value
            }
        }
    }

    /// A record's field.
    fn field(&mut self, base: Expr, name: &'t tree::Name, span: Span) -> Expr {
        if name.text.is_empty() || base.ty == TypeId::UNKNOWN || base.ty == TypeId::NEVER {
            return broken(span);
        }
        let Type::Record(record) = self.checker.types.get(base.ty) else {
            self.tell_no_field(&base, name);
            return broken(span);
        };
        let fields = self.checker.types.record(record).map(|record| record.fields.as_slice());
        let fields = fields.unwrap_or_default();
        let found = fields.iter().enumerate().find(|(_, field)| field.name == name.text);
        if let Some((index, field)) = found {
            let ty = field.ty;
            let kind = ExprKind::Field(Box::new(base), index as u16);
            return self.narrowed(Expr { ty, span, kind });
        }
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let meant = self.checker.nearest(&name.text, names.iter().copied());
        let (at, owner) = (self.at(name.span), self.name(base.ty));
        let place = self.checker.record_place(record);
        let diagnostic = report::names::unknown_field(name, at, &owner, &names, meant, place);
        self.report(diagnostic);
        broken(span)
    }

    /// A field of what is no record, or may not be there.
    fn tell_no_field(&mut self, base: &Expr, name: &tree::Name) {
        let at = self.at(base.span);
        let found = self.name(base.ty);
        let types = &self.checker.types;
        let diagnostic = match types.get(base.ty) {
            Type::Optional(_) => {
                let text = self.checker.sources.slice(at).to_owned();
                let var = self.reads_var(base);
                let diagnostic = report::optionals::optional_used(at, &text, &found, None, var);
                let dot = self.at(Span::new(base.span.end, name.span.start));
                report::optionals::with_question(diagnostic, dot, &text, &name.text)
            }
            ty => {
                let method = callflow_artifact::builtin::find_method(types, base.ty, &name.text);
                let place = self.at(name.span);
                let base = (at, self.checker.sources.slice(at));
                report::names::no_fields(name, place, &found, ty, base, method.is_some())
            }
        };
        self.report(diagnostic);
    }

    /// The number of a list's item.
    fn list_index(&mut self, index: &'t tree::Expr) -> Expr {
        let index = self.expr(index, Some(TypeId::INT));
        if callflow_artifact::builtin::is_text(&self.checker.types, index.ty) {
            let at = self.at(index.span);
            self.report(report::operators::list_by_text(at));
            return broken(index.span);
        }
        self.fit(index, TypeId::INT, super::Reason::NONE)
    }

    fn index_link(
        &mut self,
        base: &'t tree::Expr,
        optional: bool,
        index: &'t tree::Expr,
        span: Span,
        open: &mut Open,
    ) -> Expr {
        let base = self.base_link(base, optional, index.span, open);
        let boxed = |base, index| (Box::new(base), Box::new(index));
        let (ty, kind) = match self.checker.types.get(base.ty) {
            Type::List(item) => {
                let index = self.list_index(index);
                let (base, index) = boxed(base, index);
                (item, ExprKind::ListIndex(base, index))
            }
            Type::Map(value) => {
                let index = self.check(index, TypeId::STRING);
                let ty = self.checker.optional(value);
                let (base, index) = boxed(base, index);
                (ty, ExprKind::MapIndex(base, index))
            }
            Type::Json => {
                let index = self.expr(index, None);
                let fine = matches!(index.ty, TypeId::STRING | TypeId::INT | TypeId::UNKNOWN);
                if !fine {
                    let (at, found) = (self.at(index.span), self.name(index.ty));
                    self.report(report::operators::json_index(at, &found));
                }
                let ty = self.checker.optional(TypeId::JSON);
                let (base, index) = boxed(base, index);
                (ty, ExprKind::JsonIndex(base, index))
            }
            ty => {
                self.expr(index, None);
                if !matches!(ty, Type::Unknown | Type::Never) {
                    let (at, found) = (self.at(base.span), self.name(base.ty));
                    let diagnostic = match ty {
                        Type::Optional(_) => {
                            let text = self.checker.sources.slice(at).to_owned();
                            let var = self.reads_var(&base);
                            report::optionals::optional_used(at, &text, &found, None, var)
                        }
                        _ => report::operators::cannot_index(at, &found),
                    };
                    self.report(diagnostic);
                }
                return broken(span);
            }
        };
        Expr { ty, span, kind }
    }

    fn call_link(
        &mut self,
        callee: &'t tree::Expr,
        call: CallSite<'t>,
        hint: Hint,
        open: &mut Open,
    ) -> Expr {
        match &callee.kind {
            Tree::Name(name) => self.call_name(name, call, hint),
            Tree::Field { base, optional, name } => {
                if let Tree::Name(owner) = &base.kind
                    && self.is_piece(owner)
                {
                    return self.call_piece(owner, name, call, hint);
                }
                if let Tree::Name(owner) = &base.kind
                    && let Some(scope) = self.file_scope(owner)
                {
                    return self.call_of_file(owner, scope, name, call, hint);
                }
                if self.is_lost(base) {
                    self.discard(call.arguments);
                    return broken(call.span);
                }
                let receiver = self.base_link(base, *optional, name.span, open);
                self.method(receiver, name, CallSite { callee: name.span, ..call }, hint)
            }
            Tree::Missing => {
                self.discard(call.arguments);
                broken(call.span)
            }
            _ => {
                let found = self.link(callee, None, open);
                self.discard(call.arguments);
                if found.ty != TypeId::UNKNOWN {
                    let (at, name) = (self.at(found.span), self.name(found.ty));
                    self.report(report::calls::not_callable(at, &name));
                }
                broken(call.span)
            }
        }
    }

    /// `connection.NAME`: a setting of the connection that the action runs on.
    fn setting(&mut self, name: &'t tree::Name, span: Span) -> Expr {
        if name.text.is_empty() {
            return broken(span);
        }
        let piece = self.checker.piece_of(self.file);
        match piece.and_then(|piece| self.checker.setting_type(piece, &name.text)) {
            Some(ty) => {
                self.narrowed(Expr { ty, span, kind: ExprKind::Setting(name.text.clone()) })
            }
            None => {
                let (known, secret) = self.checker.setting_names(piece, &name.text);
                let known: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
                let meant = self.checker.nearest(&name.text, known.iter().copied());
                let at = self.at(name.span);
                let diagnostic = report::names::unknown_setting(name, at, &known, meant, secret);
                self.report(diagnostic);
                broken(span)
            }
        }
    }
}
