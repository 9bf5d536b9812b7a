//! Which types fit where, and the conversions that make them fit.

use std::collections::HashSet;

use callflow_artifact::Constant;
use callflow_artifact::builtin::is_text;
use callflow_artifact::bytecode::Conversion;
use callflow_artifact::types::{Type, TypeId, Variants};

use crate::source::Location;

use super::body::{Body, broken, constant as constant_expr};
use super::checker::Checker;
use super::constant;
use super::report;
use super::typed::{Block, Expr, ExprKind, Stmt, StmtKind};

/// Why a type is expected, for the second label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reason {
    /// The place that asks for it.
    pub(super) at: Option<Location>,
    /// What stands there.
    pub(super) what: &'static str,
}

impl Reason {
    /// No other place asks for it.
    pub(super) const NONE: Reason = Reason { at: None, what: "" };

    /// A place asks for it.
    pub(super) fn at(at: Option<Location>, what: &'static str) -> Reason {
        Reason { at, what }
    }
}

impl<'t> Checker<'t> {
    /// Whether every value of the type can be written as JSON: there is no secret in it.
    pub(super) fn can_be_json(&self, ty: TypeId) -> bool {
        !self.holds(ty, |ty| matches!(ty, Type::Secret | Type::Never | Type::None))
    }

    /// Whether values of the type have a secret in them.
    pub(super) fn holds_secret(&self, ty: TypeId) -> bool {
        self.holds(ty, |ty| ty == Type::Secret)
    }

    /// Whether a type is one, or has one in it, that is looked for.
    fn holds(&self, ty: TypeId, is_wanted: impl Fn(Type) -> bool) -> bool {
        let mut seen: HashSet<TypeId> = HashSet::new();
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            match self.types.get(ty) {
                found if is_wanted(found) => return true,
                Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => open.push(inner),
                Type::Record(record) if seen.insert(ty) => {
                    let fields = self.types.record(record).map(|record| &record.fields);
                    open.extend(fields.into_iter().flatten().map(|field| field.ty));
                }
                Type::Choice(choice) if seen.insert(ty) => {
                    let variants = self.types.choice(choice).map(|choice| &choice.variants);
                    if let Some(Variants::Tagged(variants) | Variants::Untagged(variants)) =
                        variants
                    {
                        let records = variants.iter().filter_map(|v| self.types.record(v.record));
                        open.extend(records.flat_map(|r| r.fields.iter().map(|field| field.ty)));
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// The conversion that takes a value of one type where another is expected, optionals aside.
    fn conversion(&self, from: TypeId, to: TypeId) -> Option<Conversion> {
        match (self.types.get(from), self.types.get(to)) {
            (Type::Int, Type::Float) => Some(Conversion::IntToFloat),
            (Type::Int, Type::Decimal) => Some(Conversion::IntToDecimal),
            (_, Type::String) if is_text(&self.types, from) => Some(Conversion::ToText),
            (Type::Optional(_), Type::Json) => None,
            (_, Type::Json) if self.can_be_json(from) => Some(Conversion::ToJson),
            _ => None,
        }
    }

    /// Whether a value of one type fits where the other is expected.
    pub(super) fn fits(&self, from: TypeId, to: TypeId) -> bool {
        if from == to || is_any(from) || is_any(to) {
            return true;
        }
        match (self.types.get(from), self.types.get(to)) {
            (Type::None, Type::Optional(_)) => true,
            (Type::Optional(from), Type::Optional(to)) => self.fits(from, to),
            (_, Type::Optional(to)) => self.fits(from, to),
            _ => self.member_of(from, to).is_some() || self.conversion(from, to).is_some(),
        }
    }

    /// The narrowest type that both fit.
    pub(super) fn join(&mut self, one: TypeId, other: TypeId) -> Option<TypeId> {
        if one == TypeId::UNKNOWN || other == TypeId::UNKNOWN {
            return Some(TypeId::UNKNOWN);
        }
        if one == other || other == TypeId::NEVER {
            return Some(one);
        }
        if one == TypeId::NEVER {
            return Some(other);
        }
        if one == TypeId::NONE {
            return Some(self.optional(other));
        }
        if other == TypeId::NONE {
            return Some(self.optional(one));
        }
        if one != TypeId::JSON && other != TypeId::JSON {
            if self.fits(other, one) {
                return Some(one);
            }
            if self.fits(one, other) {
                return Some(other);
            }
        }
        let (bare, other_bare) =
            (self.types.without_optional(one), self.types.without_optional(other));
        if bare != one || other_bare != other {
            let inner = self.join(bare, other_bare)?;
            return Some(self.optional(inner));
        }
        // Two choices, or a choice and a phone, are texts.
        (is_text(&self.types, one) && is_text(&self.types, other)).then_some(TypeId::STRING)
    }
}

/// Whether a type fits everywhere.
fn is_any(ty: TypeId) -> bool {
    ty == TypeId::UNKNOWN || ty == TypeId::NEVER
}

impl<'t> Body<'_, 't> {
    /// The expression in another type, or itself where it does not fit.
    pub(super) fn convert(&mut self, expr: Expr, to: TypeId) -> Result<Expr, Box<Expr>> {
        if expr.ty == to || is_any(expr.ty) || to == TypeId::UNKNOWN {
            return Ok(expr);
        }
        let types = &self.checker.types;
        match (types.get(expr.ty), types.get(to)) {
            (Type::None, Type::Optional(_)) => Ok(none_of(expr, to)),
            (Type::Optional(from), Type::Optional(inner)) => {
                if !self.checker.fits(from, inner) {
                    return Err(Box::new(expr));
                }
                Ok(self.convert_inside(expr, from, to))
            }
            (_, Type::Optional(inner)) => {
                let span = expr.span;
                let inner = Box::new(self.convert(expr, inner)?);
                Ok(Expr { ty: to, span, kind: ExprKind::Some(inner) })
            }
            _ => {
                match (self.checker.member_of(expr.ty, to), self.checker.conversion(expr.ty, to)) {
                    (Some((choice, member)), _) => {
                        let span = expr.span;
                        let kind = ExprKind::Tagged(choice, member, Box::new(expr));
                        Ok(Expr { ty: to, span, kind })
                    }
                    (None, Some(conversion)) => Ok(self.converted(expr, conversion, to)),
                    (None, None) => Err(Box::new(expr)),
                }
            }
        }
    }

    /// `T?` as `U?`.
    fn convert_inside(&mut self, expr: Expr, from: TypeId, to: TypeId) -> Expr {
        let span = expr.span;
        let local = self.hidden_local(from, span);
        let there = self.read(local, span);
        match self.convert(there, to) {
            Ok(then) => {
                let (base, then) = (Box::new(expr), Box::new(then));
                Expr { ty: to, span, kind: ExprKind::OptionalChain { base, local, then } }
            }
            Err(_) => expr,
        }
    }

    fn converted(&mut self, expr: Expr, conversion: Conversion, to: TypeId) -> Expr {
        let span = expr.span;
        if conversion != Conversion::ToJson
            && let ExprKind::Constant(value) = &expr.kind
        {
            let types = &self.checker.types;
            if let Some(value) = constant::convert(conversion, value.clone(), expr.ty, types) {
                return constant_expr(value, to, span);
            }
        }
        Expr { ty: to, span, kind: ExprKind::Convert(conversion, Box::new(expr)) }
    }

    /// The expression in an expected type; a diagnostic where it does not fit.
    pub(super) fn fit(&mut self, expr: Expr, to: TypeId, reason: Reason) -> Expr {
        match self.convert(expr, to) {
            Ok(expr) => expr,
            Err(expr) => self.tell_mismatch(&expr, to, reason),
        }
    }

    fn tell_mismatch(&mut self, expr: &Expr, to: TypeId, reason: Reason) -> Expr {
        if !self.checker.holds_secret(to) {
            let cannot = match to {
                TypeId::JSON => "become JSON".to_owned(),
                to => format!("be given as `{}`", self.name(to)),
            };
            if self.tell_secret(expr, &cannot) {
                return broken(expr.span);
            }
        }
        let at = self.at(expr.span);
        if self.checker.sources.slice(at) == "null" && expr.ty == TypeId::JSON {
            let optional = matches!(self.checker.types.get(to), Type::Optional(_));
            let expected = self.name(to);
            self.report(report::types::no_null(at, &expected, optional));
            return broken(expr.span);
        }
        let (found, expected) = (self.name(expr.ty), self.name(to));
        let diagnostic = match self.checker.types.get(expr.ty) {
            Type::Optional(inner) if self.checker.fits(inner, to) => {
                let var = self.reads_var(expr);
                let text = self.checker.sources.slice(at).to_owned();
                report::optionals::optional_used(at, &text, &found, Some(&expected), var)
            }
            _ => {
                let types = &self.checker.types;
                let text = self.checker.sources.slice(at);
                let told = report::types::mismatch(at, &found, &expected, None);
                let known = report::mend::value(told, at, text, types, (expr.ty, to), &expected);
                known.unwrap_or_else(|told| match report::types::hint(types, expr.ty, to) {
                    Some(hint) => told.note(hint),
                    None => *told,
                })
            }
        };
        let diagnostic = match reason.at {
            Some(place) => diagnostic.also(place, reason.what),
            None => diagnostic,
        };
        self.report(diagnostic);
        broken(expr.span)
    }

    /// Whether an optional was not narrowed only because it reads a `var`.
    pub(super) fn reads_var(&self, expr: &Expr) -> bool {
        let mut expr = expr;
        loop {
            match &expr.kind {
                ExprKind::Local(local) => return self.is_var(*local),
                ExprKind::Field(base, _) | ExprKind::Unwrap(base) => expr = base,
                _ => return false,
            }
        }
    }

    /// The value of a block in a type that its own fits.
    pub(super) fn fit_block(&mut self, block: &mut Block, to: TypeId, end: crate::source::Span) {
        match block.value.take() {
            Some(value) => block.value = Some(Box::new(self.fit(*value, to, Reason::NONE))),
            None if matches!(self.checker.types.get(to), Type::Optional(_)) => {
                block.value = Some(Box::new(constant_expr(Constant::None, to, end)));
            }
            None => {}
        }
    }
}

/// An expression that gives nothing, as an optional that is none. What it does is done all the same.
fn none_of(expr: Expr, to: TypeId) -> Expr {
    let span = expr.span;
    let none = constant_expr(Constant::None, to, span);
    if matches!(expr.kind, ExprKind::Constant(_)) {
        return none;
    }
    let statements = vec![Stmt { span, kind: StmtKind::Expr(expr) }];
    let block = Block { statements, value: Some(Box::new(none)) };
    Expr { ty: to, span, kind: ExprKind::Block(block) }
}
