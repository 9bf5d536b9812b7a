//! Constants, defaults and samples: expressions whose value is known when a flow is compiled.
//!
//! They may need each other in any order, so each is evaluated when it is first needed. One that needs itself
//! is an error.

use callflow_artifact::Constant;
use callflow_artifact::bytecode::{Arithmetic, Conversion, Number};
use callflow_artifact::types::{RecordId, TypeId, Types};
use ecow::EcoString;

use crate::source::{FileId, Location};
use crate::syntax::tree;

use super::body::Body;
use super::checker::Checker;
use super::json_text::json_text;
use super::names::LazyId;
use super::report;
use super::typed::{Expr, ExprKind, JsonPart, ListPart, MapPart};
use super::types::TypeScope;

/// A chain of constants that need each other may be so long.
const LONGEST_CHAIN: u32 = 32;

/// What a constant expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// `const X = …`
    Constant,
    /// `name: T = …`
    Default,
    /// `sample …`
    Sample,
    /// A setting in a flow's header or a piece's declaration.
    Setting,
}

/// A constant expression that is evaluated when it is needed.
#[derive(Debug, Clone)]
pub(super) struct Lazy<'t> {
    pub(super) file: FileId,
    pub(super) expr: &'t tree::Expr,
    /// The type as written beside it.
    pub(super) ty: Option<&'t tree::TypeExpr>,
    /// The type where it is known otherwise.
    pub(super) expected: Option<TypeId>,
    pub(super) purpose: Purpose,
    pub(super) state: LazyState,
}

/// How far a [`Lazy`] is.
#[derive(Debug, Clone)]
pub(super) enum LazyState {
    Waiting,
    Busy,
    /// Its type and value; no value where it is broken, which was told.
    Done(TypeId, Option<Constant>),
}

impl<'t> Checker<'t> {
    /// Evaluates all constants, and puts defaults and samples where they belong.
    pub(super) fn evaluate_constants(&mut self) {
        for index in 0..self.lazies.len() {
            self.evaluate(LazyId(index as u32));
        }
        let defaults: Vec<_> = self.field_defaults.iter().map(|(&key, &id)| (key, id)).collect();
        for ((record, field), id) in defaults {
            let (_, value) = self.evaluate(id);
            self.set_field(record, field, |field| field.default = value);
        }
        let samples: Vec<_> = self.field_samples.iter().map(|(&key, &id)| (key, id)).collect();
        for ((record, field), id) in samples {
            let (_, value) = self.evaluate(id);
            self.set_field(record, field, |field| field.sample = value);
        }
        self.settle_defaults();
    }

    fn set_field(
        &mut self,
        record: RecordId,
        field: u16,
        set: impl FnOnce(&mut callflow_artifact::types::Field),
    ) {
        let record = self.types.record_mut(record);
        if let Some(field) = record.and_then(|record| record.fields.get_mut(field as usize)) {
            set(field);
        }
    }

    /// A constant's type and value; no value where it is broken.
    pub(super) fn evaluate(&mut self, id: LazyId) -> (TypeId, Option<Constant>) {
        let Some(lazy) = self.lazies.get_mut(id.0 as usize) else {
            return (TypeId::UNKNOWN, None);
        };
        let at = Location { file: lazy.file, span: lazy.expr.span };
        match &lazy.state {
            LazyState::Done(ty, value) => return (*ty, value.clone()),
            LazyState::Busy => {
                lazy.state = LazyState::Done(TypeId::UNKNOWN, None);
                self.report(report::control::constant_cycle(at));
                return (TypeId::UNKNOWN, None);
            }
            LazyState::Waiting => {}
        }
        if self.evaluating >= LONGEST_CHAIN {
            self.report(report::control::constant_chain(at));
            return (TypeId::UNKNOWN, None);
        }
        let lazy_copy = lazy.clone();
        lazy.state = LazyState::Busy;
        self.evaluating += 1;
        let done = self.evaluate_now(&lazy_copy);
        self.evaluating -= 1;
        if let Some(lazy) = self.lazies.get_mut(id.0 as usize) {
            // A cycle that was told on the way has settled the matter.
            if let LazyState::Done(ty, value) = &lazy.state {
                return (*ty, value.clone());
            }
            lazy.state = LazyState::Done(done.0, done.1.clone());
        }
        done
    }

    fn evaluate_now(&mut self, lazy: &Lazy<'t>) -> (TypeId, Option<Constant>) {
        let scope = TypeScope { file: lazy.file, parameters: &[] };
        let expected = match lazy.ty {
            Some(ty) => Some(self.resolve_type(scope, ty)),
            None => lazy.expected,
        };
        self.constant_of(lazy.file, lazy.expr, expected, lazy.purpose)
    }

    /// Checks and evaluates an expression that must be constant.
    pub(super) fn constant_of(
        &mut self,
        file: FileId,
        expr: &'t tree::Expr,
        expected: Option<TypeId>,
        purpose: Purpose,
    ) -> (TypeId, Option<Constant>) {
        let mut body = Body::constant(self, file, purpose);
        let value = match expected {
            Some(expected) => body.check(expr, expected),
            None => body.expr(expr, None),
        };
        body.finish_constant();
        self.fold_or_tell(file, &value, purpose)
    }

    /// The value of a checked expression; a diagnostic where it is not constant.
    pub(super) fn fold_or_tell(
        &mut self,
        file: FileId,
        value: &Expr,
        purpose: Purpose,
    ) -> (TypeId, Option<Constant>) {
        match fold(value, &self.types) {
            Ok(constant) => (value.ty, Some(constant)),
            Err(place) => {
                if let Some(span) = place {
                    let at = Location { file, span };
                    self.report(report::control::not_constant(at, purpose));
                }
                (TypeId::UNKNOWN, None)
            }
        }
    }
}

/// The value of an expression. Fails with the place of what is not constant, or with nothing where that was
/// told before.
pub(super) fn fold(expr: &Expr, types: &Types) -> Result<Constant, Option<crate::source::Span>> {
    let not_constant = Err(Some(expr.span));
    match &expr.kind {
        ExprKind::Broken => Err(None),
        ExprKind::Constant(constant) => Ok(constant.clone()),
        ExprKind::Some(inner) => fold(inner, types),
        ExprKind::Convert(conversion, inner) => {
            let value = fold(inner, types)?;
            convert(*conversion, value, inner.ty, types).ok_or(Some(expr.span))
        }
        ExprKind::Negate(number, inner) => {
            let value = fold(inner, types)?;
            negate(*number, &value).ok_or(Some(expr.span))
        }
        ExprKind::Arithmetic(op, _, left, right) => {
            let (left, right) = (fold(left, types)?, fold(right, types)?);
            arithmetic(*op, &left, &right).ok_or(Some(expr.span))
        }
        ExprKind::Concat(parts) => {
            let mut text = EcoString::new();
            for part in parts {
                match fold(part, types)? {
                    Constant::Text(part) => text.push_str(&part),
                    _ => return not_constant,
                }
            }
            Ok(Constant::Text(text))
        }
        ExprKind::Format(inner) => match fold(inner, types)? {
            Constant::Text(text) => Ok(Constant::Text(text)),
            Constant::Int(number) => Ok(Constant::Text(ecow::eco_format!("{number}"))),
            Constant::Bool(value) => Ok(Constant::Text(ecow::eco_format!("{value}"))),
            Constant::Decimal(number) => Ok(Constant::Text(ecow::eco_format!("{number}"))),
            _ => not_constant,
        },
        ExprKind::List(parts) => fold_list(parts, types),
        ExprKind::Map(parts) => fold_map(parts, types),
        ExprKind::JsonObject(parts) => fold_object(parts, types),
        ExprKind::Record(record, values) => {
            let values: Result<_, _> = values.iter().map(|value| fold(value, types)).collect();
            Ok(Constant::Record(*record, values?))
        }
        ExprKind::Tagged(choice, variant, payload) => match fold(payload, types)? {
            Constant::Record(_, values) => Ok(Constant::Tagged(*choice, *variant, values)),
            _ => not_constant,
        },
        _ => not_constant,
    }
}

type Folded = Result<Constant, Option<crate::source::Span>>;

fn fold_list(parts: &[ListPart], types: &Types) -> Folded {
    let mut items = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            ListPart::Item(item) => items.push(fold(item, types)?),
            ListPart::Spread(list) => match fold(list, types)? {
                Constant::List(more) => items.extend(more),
                _ => return Err(Some(list.span)),
            },
        }
    }
    Ok(Constant::List(items))
}

fn fold_map(parts: &[MapPart], types: &Types) -> Folded {
    let mut entries: Vec<(EcoString, Constant)> = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            MapPart::Entry(key, value) => entries.push((key.clone(), fold(value, types)?)),
            MapPart::Spread(map) => match fold(map, types)? {
                Constant::Map(more) => entries.extend(more),
                _ => return Err(Some(map.span)),
            },
        }
    }
    Ok(Constant::Map(entries))
}

fn fold_object(parts: &[JsonPart], types: &Types) -> Folded {
    let mut text = EcoString::from("{");
    for part in parts {
        let JsonPart::Entry(key, value) = part else {
            let JsonPart::Spread(from) = part else { continue };
            return Err(Some(from.span));
        };
        let folded = fold(value, types)?;
        if folded == Constant::None {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        super::json_text::write_text(key, &mut text);
        text.push(':');
        text.push_str(&json_text(&folded, value.ty, types).ok_or(Some(value.span))?);
    }
    text.push('}');
    Ok(Constant::Json(text))
}

/// A constant in another type, where the conversion can be done now.
pub(super) fn convert(
    conversion: Conversion,
    value: Constant,
    from: TypeId,
    types: &Types,
) -> Option<Constant> {
    match (conversion, value) {
        (Conversion::IntToFloat, Constant::Int(number)) if number.unsigned_abs() <= 1 << 53 => {
            Some(Constant::Float(number as f64))
        }
        (Conversion::IntToDecimal, Constant::Int(number)) => Some(Constant::Decimal(number.into())),
        (Conversion::ToText, text @ Constant::Text(_)) => Some(text),
        (Conversion::ToJson, value) => json_text(&value, from, types).map(Constant::Json),
        _ => None,
    }
}

/// A sum, difference or product, where it is exact. Quotients are left to the run, which knows how to round.
fn arithmetic(op: Arithmetic, left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Constant::Int(a), Constant::Int(b)) => match op {
            Arithmetic::Add => a.checked_add(*b),
            Arithmetic::Subtract => a.checked_sub(*b),
            Arithmetic::Multiply => a.checked_mul(*b),
            Arithmetic::Divide | Arithmetic::Remainder => None,
        }
        .map(Constant::Int),
        (Constant::Decimal(a), Constant::Decimal(b)) => match op {
            Arithmetic::Add => a.checked_add(*b),
            Arithmetic::Subtract => a.checked_sub(*b),
            Arithmetic::Multiply => a.checked_mul(*b),
            Arithmetic::Divide | Arithmetic::Remainder => None,
        }
        .map(Constant::Decimal),
        (Constant::Duration(a), Constant::Duration(b)) => match op {
            Arithmetic::Add => a.checked_add(*b),
            Arithmetic::Subtract => a.checked_sub(*b),
            _ => None,
        }
        .map(Constant::Duration),
        _ => None,
    }
}

/// A number with the other sign, where there is one.
pub(super) fn negate(number: Number, value: &Constant) -> Option<Constant> {
    match (number, value) {
        (Number::Int, Constant::Int(value)) => value.checked_neg().map(Constant::Int),
        (Number::Duration, Constant::Duration(value)) => {
            value.checked_neg().map(Constant::Duration)
        }
        (Number::Decimal, Constant::Decimal(value)) => Some(Constant::Decimal(-*value)),
        (Number::Float, Constant::Float(value)) => Some(Constant::Float(-value)),
        _ => None,
    }
}
