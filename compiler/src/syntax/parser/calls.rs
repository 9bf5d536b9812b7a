//! Calls: their arguments, the clauses that follow them, and `start` and `run`.

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::errors::{Trouble, What};
use super::expressions::{Suffix, literal_with, paren, suffix, text_literal};
use super::recovery::{ahead, entries, missing, refused, required};
use super::types::named_ahead;
use super::{Context, Extra, Input, Rule, line_break_if, name, required_name, span, word};
use crate::source::Span;
use crate::syntax::token::Kind;
use crate::syntax::tree::{Argument, Clause, ClauseKind, Expr, ExprKind, Pause, TypeExpr};

/// `(a, name: b, into: [Lead?])`
pub(super) fn arguments(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Vec<Argument>> {
    let type_ahead = ahead(What::Value, |context, index| is_type(&context.kinds, index));
    let ty = type_ahead
        .ignore_then(ty)
        .map(|ty| Expr { span: ty.span, kind: ExprKind::Type(ty) })
        .boxed();
    let equals = refused(What::NamedByEquals, |context, index| {
        context.kind(index).is_some_and(Kind::is_word)
            && context.kind(index + 1) == Some(Kind::Equal)
    });
    let named = named_ahead()
        .or(equals)
        .ignore_then(name())
        .then_ignore(just(Kind::Colon).or(just(Kind::Equal)))
        .then(required(ty.clone().or(expr.clone())))
        .map(|(name, value)| Argument { name: Some(name), value });
    let positional = ty.or(expr).map(|value| Argument { name: None, value });
    entries(named.or(positional))
        .delimited_by(just(Kind::ParenOpen), just(Kind::ParenClose))
        .boxed()
}

/// Whether the tokens of an argument are a type and cannot be a value: names and brackets, and among them a `?`
/// or a `:`.
fn is_type(kinds: &[Kind], first: usize) -> bool {
    let mut brackets = 0_u32;
    let mut marked = false;
    for kind in kinds.get(first..).unwrap_or_default() {
        match kind {
            kind if kind.is_word() => {}
            Kind::Dot => {}
            Kind::BracketOpen => brackets += 1,
            Kind::BracketClose if brackets > 0 => brackets -= 1,
            Kind::Question => marked = true,
            Kind::Colon if brackets > 0 => marked = true,
            Kind::Comma | Kind::ParenClose => return marked && brackets == 0,
            _ => return false,
        }
    }
    false
}

/// `retry 5 every 10s within 30s once "key"`, behind a call, on its line or on the ones below it.
pub(super) fn clauses(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Vec<Clause>> {
    let value = required(operand(expr, ty));
    let every = word("every").ignore_then(value.clone()).map(Pause::Every);
    let dots = just(Kind::DotDot).ignored().or(missing(What::Longest));
    let backoff = word("backoff")
        .ignore_then(value.clone())
        .then_ignore(dots)
        .then(value.clone())
        .map(|(first, longest)| Pause::Backoff { first, longest });
    let retry = word("retry")
        .ignore_then(value.clone())
        .then(every.or(backoff).or_not())
        .map(|(count, pause)| ClauseKind::Retry { count, pause });
    let within = just(Kind::Within).ignore_then(value.clone()).map(ClauseKind::Within);
    let once = word("once").ignore_then(value).map(ClauseKind::Once);
    let clause = choice((retry, within, once)).map_with(|kind, at| Clause { span: span(at), kind });
    let first = clause_ahead(true).ignore_then(clause.clone().boxed());
    let further = clause_ahead(false).ignore_then(clause.boxed());
    first
        .map(|first| vec![first])
        .foldl(further.repeated(), |mut clauses, clause| {
            clauses.push(clause);
            clauses
        })
        .boxed()
}

/// Holds before a clause, and takes the line's end before it. The first follows the `)` of the call.
fn clause_ahead(first: bool) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        let before = index.checked_sub(1).and_then(|before| context.kind(before));
        let broken = context.kind(index) == Some(Kind::Newline);
        let word = index + usize::from(broken);
        let found = (!first || before == Some(Kind::ParenClose))
            && is_clause_word(context, word)
            && (!broken || begins_operand(context.kind(word + 1)));
        if !found {
            return Err(Trouble::new(index, What::Word));
        }
        if broken {
            inp.skip();
        }
        Ok(())
    })
}

fn is_clause_word(context: &Context, index: usize) -> bool {
    match context.kind(index) {
        Some(Kind::Within) => true,
        Some(Kind::Name) => matches!(context.word(index), "retry" | "once"),
        _ => false,
    }
}

/// Whether a token behind a word on a new line makes a clause of it: nothing else begins like that. A `(` makes
/// a call.
fn begins_operand(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Int | Kind::Number | Kind::Duration | Kind::TextOpen))
        || kind.is_some_and(Kind::is_word)
}

/// What a clause says: a literal, a name with what follows it, or anything in parentheses. Operators belong to
/// what stands around the call.
fn operand(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Expr> {
    choice((literal_with(text_literal(expr.clone())), paren(expr.clone()), place(expr, ty))).boxed()
}

/// A name and what follows it: `lead.id`, `llm.extract(into: Lead)`.
pub(super) fn place(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Expr> {
    name()
        .map(|name| Expr { span: name.span, kind: ExprKind::Name(name.text) })
        .foldl(suffix(expr, ty).repeated(), |base, suffix: Suffix| suffix.of(Box::new(base)))
        .boxed()
}

/// `start follow_up(lead)`, `run crm.sync(id: "1")`; in tests also `run follow_up with { … }`.
pub(super) fn launch(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Expr> {
    let ahead = ahead(What::Word, |context, index| {
        context.kind(index) == Some(Kind::Name)
            && context.kind(index + 1).is_some_and(Kind::is_word)
            && matches!(context.word(index), "start" | "run")
    });
    let waits = word("run").to(true).or(word("start").to(false));
    let first = name().map(|name| Expr { span: name.span, kind: ExprKind::Name(name.text) });
    let more = just(Kind::Dot).ignore_then(required_name());
    let flow = first.foldl(more.repeated(), |base, name| {
        Suffix::Field { optional: false, name }.of(Box::new(base))
    });
    let parens = arguments(expr.clone(), ty).map_with(|arguments, at| (arguments, span(at)));
    let event = line_break_if(|context, next| context.in_test(next) && context.is(next, "with"))
        .ignore_then(event_ahead())
        .ignore_then(word("with"))
        .ignore_then(required(expr));
    ahead
        .ignore_then(waits)
        .then(flow)
        .then(parens.or(no_arguments()))
        .then(event.or_not())
        .map_with(|(((waits, flow), (arguments, parens)), event), at| Expr {
            span: span(at),
            kind: ExprKind::Launch {
                waits,
                flow: Box::new(flow),
                arguments,
                parens,
                event: event.map(Box::new),
            },
        })
        .boxed()
}

/// No `(…)` behind a flow, which a test may leave out: the samples of the flow's trigger stand for it.
fn no_arguments() -> impl Parser<'static, Input, (Vec<Argument>, Span), Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        let place = context.cover((index..index).into());
        // The flow's name is in the test even where the test ends behind it.
        if !context.in_test(index.saturating_sub(1)) && !context.is(index, "with") {
            inp.emit(Trouble::expected(index, Kind::ParenOpen));
        }
        Ok((Vec::new(), place))
    })
}

/// Holds before `with { … }`, which is reported outside of tests.
fn event_ahead() -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        if !context.is(index, "with") {
            return Err(Trouble::new(index, What::Word));
        }
        if !context.in_test(index) {
            inp.emit(Trouble::new(index, What::TestOnly));
        }
        Ok(())
    })
}
