//! Types, and the fields of records.

use chumsky::prelude::*;

use super::errors::What;
use super::expressions::plain_text;
use super::recovery::{ahead, entries, required, required_type};
use super::{Extra, Input, Rule, doc, name, required_name, span};
use crate::syntax::token::Kind;
use crate::syntax::tree::{Expr, Field, Parameter, TypeExpr, TypeKind, VariantItem, VariantKind};

/// A type.
pub(super) fn ty(expr: Rule<Expr>) -> Rule<TypeExpr> {
    recursive(|ty| {
        let ty = ty.boxed();
        let named = name()
            .then(just(Kind::Dot).ignore_then(required_name()).repeated().collect::<Vec<_>>())
            .map(|(first, mut rest)| {
                rest.insert(0, first);
                TypeKind::Name(rest)
            });
        let list = required_type(ty.clone())
            .then(just(Kind::Colon).ignore_then(required_type(ty.clone())).or_not())
            .then_ignore(super::recovery::tail(What::EntryEnd))
            .delimited_by(just(Kind::BracketOpen), just(Kind::BracketClose))
            .map(|(first, second)| match second {
                Some(value) => TypeKind::Map(Box::new(first), Box::new(value)),
                None => TypeKind::List(Box::new(first)),
            });
        let record = fields(expr, ty.clone()).map(TypeKind::Record);
        let literals = literal_variant()
            .separated_by(just(Kind::Pipe))
            .at_least(1)
            .collect::<Vec<_>>()
            .map(TypeKind::Choice);
        let paren = ty
            .then_ignore(super::recovery::tail(What::EntryEnd))
            .delimited_by(just(Kind::ParenOpen), just(Kind::ParenClose));
        let unknown = just(Kind::Unknown).or(just(Kind::Cut)).to(TypeKind::Missing);
        let atom = choice((named.boxed(), list.boxed(), record.boxed(), literals.boxed(), unknown))
            .map_with(|kind, at| TypeExpr { span: span(at), kind })
            .or(paren);
        let question = just(Kind::Question).to(TypeKind::Optional as fn(Box<TypeExpr>) -> TypeKind);
        let brackets = super::recovery::refused(What::ListBehind, |context, index| {
            context.kind(index) == Some(Kind::BracketOpen)
                && context.kind(index + 1) == Some(Kind::BracketClose)
        });
        let brackets = brackets
            .then(just(Kind::BracketOpen).then(just(Kind::BracketClose)))
            .to(TypeKind::List as fn(Box<TypeExpr>) -> TypeKind);
        atom.foldl_with(question.or(brackets).repeated(), |inner, make, at| TypeExpr {
            span: inner.span.to(span(at)),
            kind: make(Box::new(inner)),
        })
    })
    .boxed()
}

/// `"won"` as an alternative.
pub(super) fn literal_variant() -> Rule<VariantItem> {
    plain_text()
        .map_with(|(text, _), at| VariantItem {
            span: span(at),
            doc: doc(at),
            kind: VariantKind::Literal(text),
        })
        .boxed()
}

/// `{ name: type, … }`
pub(super) fn fields(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Vec<Field>> {
    entries(field(expr, ty)).delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose)).boxed()
}

/// What may follow a field's type.
enum Clause {
    Nullable,
    Default(Expr),
    Wire((ecow::EcoString, crate::source::Span)),
    Sample(Expr),
}

/// `name: type` and its clauses, in any order.
pub(super) fn field(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Field> {
    let clause = choice((
        just(Kind::Nullable).map(|_| Clause::Nullable),
        just(Kind::Equal).ignore_then(required(expr.clone())).map(Clause::Default),
        just(Kind::Wire).ignore_then(plain_text()).map(Clause::Wire),
        just(Kind::Sample).ignore_then(required(expr)).map(Clause::Sample),
    ));
    let optional = super::recovery::refused(What::QuestionBefore, |context, index| {
        context.kind(index) == Some(Kind::Question) && context.kind(index + 1) == Some(Kind::Colon)
    });
    let optional = optional.then(just(Kind::Question)).or_not();
    let ty = required_type(just(Kind::Colon).ignore_then(required_type(ty)));
    let ty = optional.then(ty).map(|(question, ty)| match question {
        Some(_) => TypeExpr { span: ty.span, kind: TypeKind::Optional(Box::new(ty)) },
        None => ty,
    });
    name()
        .then(ty)
        .then(clause.repeated().collect::<Vec<_>>())
        .map_with(|((name, ty), clauses), at| {
            let mut field = Field {
                span: span(at),
                doc: doc(at),
                name,
                ty,
                nullable: false,
                default: None,
                wire: None,
                sample: None,
            };
            for clause in clauses {
                match clause {
                    Clause::Nullable => field.nullable = true,
                    Clause::Default(value) => field.default = Some(value),
                    Clause::Wire(name) => field.wire = Some(name),
                    Clause::Sample(value) => field.sample = Some(value),
                }
            }
            field
        })
        .boxed()
}

/// `(name: type = default, into: type T = json)`
pub(super) fn parameters(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Vec<Parameter>> {
    entries(parameter(expr, ty)).delimited_by(just(Kind::ParenOpen), just(Kind::ParenClose)).boxed()
}

/// `name: type = default`
pub(super) fn parameter(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Parameter> {
    let type_parameter = just(Kind::Type)
        .ignore_then(
            required_name()
                .map(|name| TypeExpr { span: name.span, kind: TypeKind::Name(vec![name]) }),
        )
        .then(just(Kind::Equal).ignore_then(required_type(ty.clone())).or_not())
        .map(|(ty, default)| (ty, true, None, default));
    let value_parameter = required_type(ty)
        .then(just(Kind::Equal).ignore_then(required(expr)).or_not())
        .map(|(ty, default)| (ty, false, default, None));
    let colon = just(Kind::Colon).ignored().recover_with(via_parser(empty()));
    name()
        .then_ignore(colon)
        .then(type_parameter.boxed().or(value_parameter.boxed()))
        .map_with(|(name, (ty, is_type, default, default_type)), at| Parameter {
            span: span(at),
            doc: doc(at),
            name,
            ty,
            is_type,
            default,
            default_type,
        })
        .boxed()
}

/// `-> T`
pub(super) fn result(ty: Rule<TypeExpr>) -> Rule<Option<TypeExpr>> {
    just(Kind::Arrow).ignore_then(required_type(ty)).or_not().boxed()
}

/// Holds before a word and a colon.
pub(super) fn named_ahead() -> impl Parser<'static, Input, (), Extra> + Clone {
    ahead(What::Name, |context, index| {
        context.kind(index).is_some_and(Kind::is_word)
            && context.kind(index + 1) == Some(Kind::Colon)
    })
}
