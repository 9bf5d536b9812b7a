//! Numbers and texts.

use callflow_artifact::Constant;
use callflow_artifact::builtin::{Builtin, is_scalar, is_text};
use callflow_artifact::bytecode::Conversion;
use callflow_artifact::phone::is_phone;
use callflow_artifact::types::{ChoiceId, Type, TypeId, Variants};
use ecow::{EcoString, eco_format};
use rust_decimal::Decimal;

use crate::semantics::body::{Body, broken, constant};
use crate::semantics::report;
use crate::semantics::typed::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind as Tree, TextPart};

use super::Hint;

impl<'t> Body<'_, 't> {
    /// What is expected, its `?` removed.
    pub(super) fn bare(&self, hint: Hint) -> Option<TypeId> {
        hint.map(|hint| self.checker.types.without_optional(hint))
    }

    /// A whole number; a `decimal` or `float` where one is expected.
    pub(super) fn int(&mut self, value: i64, hint: Hint, span: Span) -> Expr {
        match self.bare(hint) {
            Some(TypeId::DECIMAL) => {
                constant(Constant::Decimal(value.into()), TypeId::DECIMAL, span)
            }
            Some(TypeId::FLOAT) if value.unsigned_abs() <= 1 << 53 => {
                constant(Constant::Float(value as f64), TypeId::FLOAT, span)
            }
            _ => constant(Constant::Int(value), TypeId::INT, span),
        }
    }

    /// A number with a fraction: exact, unless a `float` is expected.
    pub(super) fn number(&mut self, digits: &str, hint: Hint, span: Span) -> Expr {
        let digits = digits.replace('_', "");
        if self.bare(hint) == Some(TypeId::FLOAT)
            && let Ok(value) = digits.parse::<f64>()
            && value.is_finite()
        {
            return constant(Constant::Float(value), TypeId::FLOAT, span);
        }
        let value = Decimal::from_str_exact(&digits).or_else(|_| Decimal::from_scientific(&digits));
        match value {
            Ok(value) => constant(Constant::Decimal(value), TypeId::DECIMAL, span),
            Err(_) => {
                let at = self.at(span);
                self.report(report::types::too_many_digits(at));
                broken(span)
            }
        }
    }

    /// A text: plain, or with expressions in it.
    pub(super) fn text(&mut self, parts: &'t [TextPart], hint: Hint, span: Span) -> Expr {
        match parts {
            [] => self.plain_text(&EcoString::new(), hint, span),
            [TextPart::Text(text)] => self.plain_text(text, hint, span),
            _ if self.path == Some(span) => self.path_text(parts, span),
            _ => self.interpolation(parts, span),
        }
    }

    /// A path, where a name in braces stands as it is written.
    fn path_text(&mut self, parts: &'t [TextPart], span: Span) -> Expr {
        let mut path = EcoString::new();
        for part in parts {
            match part {
                TextPart::Text(text) => path.push_str(text),
                TextPart::Expr(tree::Expr { kind: Tree::Name(name), .. }) => {
                    path.push_str(&eco_format!("{{{name}}}"));
                }
                TextPart::Expr(other) => {
                    let at = self.at(other.span);
                    self.report(report::triggers::path_expression(at));
                    return broken(span);
                }
            }
        }
        constant(Constant::Text(path), TypeId::STRING, span)
    }

    fn plain_text(&mut self, text: &EcoString, hint: Hint, span: Span) -> Expr {
        let Some(expected) = self.bare(hint) else {
            return constant(Constant::Text(text.clone()), TypeId::STRING, span);
        };
        match self.checker.types.get(expected) {
            Type::Choice(choice) => self.choice_literal(choice, expected, text, span),
            Type::Phone => {
                if !is_phone(text) {
                    let at = self.at(span);
                    self.report(report::types::no_phone(at, text));
                    return broken(span);
                }
                constant(Constant::Text(text.clone()), expected, span)
            }
            _ => constant(Constant::Text(text.clone()), TypeId::STRING, span),
        }
    }

    fn choice_literal(
        &mut self,
        choice: ChoiceId,
        expected: TypeId,
        text: &EcoString,
        span: Span,
    ) -> Expr {
        let value = || constant(Constant::Text(text.clone()), expected, span);
        let Some(Variants::Literals(texts)) =
            self.checker.types.choice(choice).map(|choice| &choice.variants)
        else {
            return constant(Constant::Text(text.clone()), TypeId::STRING, span);
        };
        if texts.contains(text) {
            return value();
        }
        let meant = self.checker.nearest(text, texts.iter().map(EcoString::as_str));
        let (at, name) = (self.at(span), self.name(expected));
        let defined = self.checker.type_places.get(&expected).copied();
        let diagnostic = report::records::no_literal(at, text, &name, texts, meant, defined);
        self.report(diagnostic);
        broken(span)
    }

    fn interpolation(&mut self, parts: &'t [TextPart], span: Span) -> Expr {
        let mut typed = Vec::with_capacity(parts.len());
        let mut wrong = false;
        for part in parts {
            match part {
                TextPart::Text(text) => {
                    typed.push(constant(Constant::Text(text.clone()), TypeId::STRING, span));
                }
                TextPart::Expr(expr) => {
                    // `{stage ?? "unknown"}` wants a text, whatever the choice.
                    let hint = is_coalesce(expr).then_some(TypeId::STRING);
                    let value = self.expr(expr, hint);
                    let part = self.as_text(value);
                    wrong |= part.ty == TypeId::UNKNOWN;
                    typed.push(part);
                }
            }
        }
        if wrong {
            // The type is plain all the same: what is built on it needs no second error.
            return Expr { ty: TypeId::STRING, span, kind: ExprKind::Broken };
        }
        let kind = match typed.pop() {
            Some(only) if typed.is_empty() => only.kind,
            last => {
                typed.extend(last);
                ExprKind::Concat(typed)
            }
        };
        Expr { ty: TypeId::STRING, span, kind }
    }

    /// The text form of a value in a text.
    pub(in crate::semantics) fn as_text(&mut self, value: Expr) -> Expr {
        let span = value.span;
        let types = &self.checker.types;
        let kind = match types.get(value.ty) {
            Type::Unknown => return broken(span),
            Type::String | Type::Never => return value,
            _ if is_text(types, value.ty) => ExprKind::Convert(Conversion::ToText, Box::new(value)),
            _ if is_scalar(types, value.ty) => ExprKind::Format(Box::new(value)),
            // Written out by the author: `{lead.to_json()}`.
            Type::Json if matches!(value.kind, ExprKind::Builtin(Builtin::ToJson, _)) => {
                ExprKind::Builtin(Builtin::JsonToText, vec![value])
            }
            _ if self.tell_secret(&value, "become a part of a text") => return broken(span),
            ty => {
                let (at, found) = (self.at(span), self.name(value.ty));
                let text = self.checker.sources.slice(at).to_owned();
                let diagnostic = match ty {
                    Type::Optional(_) => {
                        let var = self.reads_var(&value);
                        report::optionals::optional_used(at, &text, &found, None, var)
                    }
                    _ => report::types::no_text_form(at, &text, &found, ty),
                };
                self.report(diagnostic);
                return broken(span);
            }
        };
        Expr { ty: TypeId::STRING, span, kind }
    }
}

/// Whether an expression is `a ?? b`.
fn is_coalesce(expr: &tree::Expr) -> bool {
    match &expr.kind {
        Tree::Paren(inner) => is_coalesce(inner),
        Tree::Binary { op, .. } => *op == tree::BinaryOp::Coalesce,
        _ => false,
    }
}
