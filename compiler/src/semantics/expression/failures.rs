//! What stands in for what is not there: `??`, `catch`, `as`.

use callflow_artifact::builtin::is_text;
use callflow_artifact::phone::is_phone;
use callflow_artifact::types::{Type, TypeId};

use crate::semantics::body::{Body, broken};
use crate::semantics::fits::Reason;
use crate::semantics::narrow::as_declared;
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind as Tree};

use super::Hint;

impl<'t> Body<'_, 't> {
    /// `a ?? b`
    pub(super) fn coalesce(
        &mut self,
        op_span: Span,
        left: &'t tree::Expr,
        right: &'t tree::Expr,
        hint: Hint,
        span: Span,
    ) -> Expr {
        let left_hint = hint.map(|hint| self.checker.optional(hint));
        let left = as_declared(self.expr(left, left_hint));
        let inner = match self.checker.types.get(left.ty) {
            Type::Optional(inner) => inner,
            Type::None => TypeId::NEVER,
            ty => {
                self.uncertain += 1;
                self.expr(right, Some(left.ty));
                self.uncertain -= 1;
                if !matches!(ty, Type::Unknown | Type::Never) {
                    let (at, found) = (self.at(left.span), self.name(left.ty));
                    let cut = self.at(Span::new(left.span.end, span.end));
                    let op = self.at(op_span);
                    self.report(report::optionals::needless_coalesce(op, at, cut, &found));
                }
                // What it is without the needless part.
                return Expr { ty: left.ty, span, kind: ExprKind::Broken };
            }
        };
        self.uncertain += 1;
        let right_hint = self.fallback_hint(inner, hint, right);
        let right = self.expr(right, right_hint);
        self.uncertain -= 1;
        if right.ty == TypeId::UNKNOWN {
            return Expr { ty: inner, span, kind: ExprKind::Broken };
        }
        // Anything can stand in for `json`, as anything can be given where `json` is expected.
        let joined = if inner == TypeId::JSON && self.checker.fits(right.ty, inner) {
            Some(inner)
        } else {
            self.join_for(inner, right.ty, hint)
        };
        let Some(ty) = joined else {
            let at = self.at(right.span);
            let (one, other) = (self.name(inner), self.name(right.ty));
            self.report(report::operators::coalesce_differs(at, self.at(left.span), &one, &other));
            return Expr { ty: inner, span, kind: ExprKind::Broken };
        };
        let right = self.fit(right, ty, Reason::NONE);
        let bare = self.checker.types.without_optional(ty);
        let wanted = self.checker.optional(bare);
        let left = self.fit(left, wanted, Reason::NONE);
        Expr { ty, span, kind: ExprKind::Coalesce(Box::new(left), Box::new(right)) }
    }

    /// What is expected right of `??`: what is left of it, but a text where a text is wanted of the whole, and
    /// where a plain text cannot be the phone number that is left: `customer ?? "unknown"` is for people.
    fn fallback_hint(&self, inner: TypeId, hint: Hint, right: &tree::Expr) -> Hint {
        let wanted = hint.map(|hint| self.checker.types.without_optional(hint));
        let text_wanted = wanted == Some(TypeId::STRING) && is_text(&self.checker.types, inner);
        let no_number = inner == TypeId::PHONE
            && wanted != Some(TypeId::PHONE)
            && matches!(&right.kind, Tree::Text(parts) if !is_number(parts));
        match inner {
            _ if text_wanted || no_number => Some(TypeId::STRING),
            TypeId::NEVER => hint,
            _ => Some(inner),
        }
    }

    /// `e catch f`, `e catch error => f`
    pub(super) fn catch(
        &mut self,
        value: &'t tree::Expr,
        error: Option<&'t tree::Name>,
        fallback: &'t tree::Expr,
        hint: Hint,
        span: Span,
    ) -> Expr {
        self.uncertain += 1;
        let value = self.expr(value, hint);
        let mark = self.enter();
        let error_type = self.checker.prelude_type("Error");
        let error = match error {
            Some(name) => self.bind(name, error_type, false),
            None => self.hidden_local(error_type, fallback.span),
        };
        let fallback_hint = match value.ty {
            TypeId::UNKNOWN | TypeId::NEVER | TypeId::NONE => hint,
            ty => Some(ty),
        };
        let fallback = self.expr(fallback, fallback_hint);
        self.leave(mark);
        self.uncertain -= 1;
        let Some(ty) = self.join_for(value.ty, fallback.ty, hint) else {
            let at = self.at(fallback.span);
            let (one, other) = (self.name(value.ty), self.name(fallback.ty));
            self.report(report::operators::catch_differs(at, self.at(value.span), &one, &other));
            return broken(span);
        };
        if ty == TypeId::UNKNOWN {
            return broken(span);
        }
        let value = Box::new(self.fit(value, ty, Reason::NONE));
        let fallback = Box::new(self.fit(fallback, ty, Reason::NONE));
        Expr { ty, span, kind: ExprKind::Catch { value, error, fallback } }
    }

    /// The type of two alternatives: the narrowest that both fit, else what is expected if they fit that.
    fn join_for(&mut self, one: TypeId, other: TypeId, hint: Hint) -> Option<TypeId> {
        let fits = |hint: &TypeId| self.checker.fits(one, *hint) && self.checker.fits(other, *hint);
        let expected = hint.filter(fits);
        self.checker.join(one, other).or(expected)
    }

    /// `e as T`: reads json as a type. Directly on the call of something generic it says what is expected.
    pub(super) fn read_as(
        &mut self,
        value: &'t tree::Expr,
        ty: &'t tree::TypeExpr,
        span: Span,
    ) -> Expr {
        let target = self.resolve_type(ty);
        let is_call = matches!(value.kind, Tree::Call { .. } | Tree::Clauses { .. });
        let value = self.expr(value, Some(target).filter(|_| is_call));
        if value.ty == TypeId::UNKNOWN || target == TypeId::UNKNOWN {
            return Expr { ty: target, span, kind: ExprKind::Broken };
        }
        self.read_type(target, ty.span);
        let generic = match &value.kind {
            ExprKind::Action { types, .. } | ExprKind::Call { types, .. } => !types.is_empty(),
            _ => false,
        };
        if generic && value.ty == target {
            return value;
        }
        match (self.checker.types.get(value.ty), self.checker.types.get(target)) {
            (Type::Json, _) => self.decode(value, target, span),
            // What may not be there can be read as what may not be there.
            (Type::Optional(TypeId::JSON), Type::Optional(_)) => {
                let local = self.hidden_local(TypeId::JSON, span);
                let there = self.read(local, span);
                let then = Box::new(self.decode(there, target, span));
                let base = Box::new(value);
                Expr { ty: target, span, kind: ExprKind::OptionalChain { base, local, then } }
            }
            _ => {
                let (at, found) = (self.at(value.span), self.name(value.ty));
                let diagnostic = match self.checker.types.get(value.ty) {
                    Type::Optional(TypeId::JSON) => {
                        let text = self.checker.sources.slice(at).to_owned();
                        let var = self.reads_var(&value);
                        report::optionals::optional_used(at, &text, &found, None, var)
                    }
                    _ => {
                        let cut = self.at(Span::new(value.span.end, span.end));
                        let same = value.ty == target;
                        report::operators::as_on_typed(at, cut, &found, same)
                    }
                };
                self.report(diagnostic);
                Expr { ty: target, span, kind: ExprKind::Broken }
            }
        }
    }

    fn decode(&mut self, value: Expr, target: TypeId, span: Span) -> Expr {
        if target == TypeId::JSON {
            return value;
        }
        Expr { ty: target, span, kind: ExprKind::Decode(Box::new(value)) }
    }
}

/// Whether a text literal is a phone's.
fn is_number(parts: &[tree::TextPart]) -> bool {
    matches!(parts, [tree::TextPart::Text(text)] if is_phone(text))
}
