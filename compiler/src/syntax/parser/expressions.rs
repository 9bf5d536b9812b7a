//! Expressions.
//!
//! Binding, loosest first: `catch`; `or`; `and`; `not`; comparisons and `in`; `??`; `..`; `+ -`; `* / %`; unary
//! `-`; `as`; calls, fields and indexes. `??` binds tighter than comparisons, so that `budget ?? 0 > 1000` asks
//! what it seems to.
//!
//! There are two rules of expressions. The `head` of an `if`, a `match`, a `for` or a `while` has no braces
//! outside brackets, for the first brace opens the block.

use chumsky::pratt::{infix, left, postfix, prefix, right};
use chumsky::prelude::*;
use ecow::EcoString;

use super::branches;
use super::calls::{arguments, clauses, launch};
use super::errors::{Trouble, What};
use super::patterns::pattern;
use super::recovery::{ahead, entries, missing_operand, required, required_type, tail};
use super::statements::{self, required_block};
use super::types;
use super::{At, Extra, Input, Rule, name, required_name, span};
use crate::source::Span;
use crate::syntax::literal as value;
use crate::syntax::text;
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Argument, Arm, BinaryOp, Block, Clause, Element, Entry, Expr, ExprKind, Name, TextPart,
    TypeExpr, UnaryOp,
};

/// The rules that items are made of.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) expr: Rule<Expr>,
    pub(super) ty: Rule<TypeExpr>,
    pub(super) block: Rule<Block>,
    pub(super) statements: Rule<Vec<crate::syntax::tree::Stmt>>,
}

/// All rules. They refer to each other; each knot is tied by a `recursive`, so that dropping them frees them.
pub(super) fn rules() -> Rules {
    let expr = recursive(|expr| {
        let expr = expr.boxed();
        let ty = types::ty(expr.clone());
        let block = block(expr.clone(), ty.clone());
        let head = head(expr.clone(), ty.clone(), block.clone());
        let atom = atom(expr.clone(), ty.clone(), head, block.clone(), true);
        operators(atom, catch_block(block, true), expr, ty)
    })
    .boxed();
    let ty = types::ty(expr.clone());
    let block = block(expr.clone(), ty.clone());
    let head = head(expr.clone(), ty.clone(), block.clone());
    let statements = statements::statements(expr.clone(), head, ty.clone(), block.clone());
    Rules { expr, ty, block, statements }
}

fn block(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Block> {
    recursive(|block| {
        let block = block.boxed();
        let head = head(expr.clone(), ty.clone(), block.clone());
        statements::block(expr, head, ty, block)
    })
    .boxed()
}

fn head(expr: Rule<Expr>, ty: Rule<TypeExpr>, block: Rule<Block>) -> Rule<Expr> {
    recursive(|head| {
        let atom = atom(expr.clone(), ty.clone(), head.boxed(), block.clone(), false);
        operators(atom, catch_block(block, false), expr, ty)
    })
    .boxed()
}

/// What stands between operators. `braces` says whether a record may.
fn atom(
    expr: Rule<Expr>,
    ty: Rule<TypeExpr>,
    head: Rule<Expr>,
    block: Rule<Block>,
    braces: bool,
) -> Rule<Expr> {
    let body = lambda_body(expr.clone(), block.clone());
    let simple = choice((
        launch(expr.clone(), ty),
        named(expr.clone(), body.clone(), braces),
        literal_with(text_literal(expr.clone())),
        lambda(body.clone()),
        paren(expr.clone()),
        list(expr.clone()),
    ));
    let block = required_block(block);
    let compound = choice((
        if_else(head.clone(), block.clone()),
        match_of(head.clone(), body),
        branches::for_value(head, block),
        just(Kind::Unknown)
            .or(just(Kind::Cut))
            .map_with(|_, at| Expr { span: span(at), kind: ExprKind::Missing }),
        missing_operand(),
    ));
    if braces {
        choice((simple, record(expr), compound)).boxed()
    } else {
        choice((simple, compound)).boxed()
    }
}

/// The operators around atoms.
fn operators(
    atom: Rule<Expr>,
    catch_block: Rule<(Option<Name>, Block)>,
    expr: Rule<Expr>,
    ty: Rule<TypeExpr>,
) -> Rule<Expr> {
    let comparison = select! {
        Kind::Less => BinaryOp::Less,
        Kind::LessEqual => BinaryOp::LessOrEqual,
        Kind::Greater => BinaryOp::Greater,
        Kind::GreaterEqual => BinaryOp::GreaterOrEqual,
        Kind::EqualEqual => BinaryOp::Equal,
        Kind::NotEqual => BinaryOp::NotEqual,
        Kind::In => BinaryOp::In,
    };
    let sum = select! { Kind::Plus => BinaryOp::Add, Kind::Minus => BinaryOp::Subtract };
    let product = select! {
        Kind::Star => BinaryOp::Multiply,
        Kind::Slash => BinaryOp::Divide,
        Kind::Percent => BinaryOp::Remainder,
    };
    let and = just(Kind::And).to(BinaryOp::And);
    let or = just(Kind::Or).to(BinaryOp::Or);
    let coalesce = just(Kind::QuestionQuestion).to(BinaryOp::Coalesce);
    let not = just(Kind::Not).to(UnaryOp::Not).map_with(|op, at| (op, span(at)));
    let minus = just(Kind::Minus).to(UnaryOp::Negate).map_with(|op, at| (op, span(at)));
    let cast = just(Kind::As).ignore_then(required_type(ty.clone()));
    // A value is handed from operator to operator, to see which takes it: boxed, so that it is small.
    let atom = atom.map(Box::new);
    let operators = atom.pratt((
        prefix(4, not, |op, operand, _: &mut At<'_>| unary(op, operand)),
        prefix(10, minus, |op, operand, _: &mut At<'_>| unary(op, operand)),
        postfix(12, suffix(expr.clone(), ty.clone()), |base, suffix: Suffix, _: &mut At<'_>| {
            Box::new(suffix.of(base))
        }),
        postfix(12, clauses(expr, ty), |call: Box<Expr>, clauses: Vec<Clause>, _: &mut At<'_>| {
            let end = clauses.last().map_or(call.span, |last| last.span);
            boxed(call.span.to(end), ExprKind::Clauses { call, clauses })
        }),
        postfix(11, cast, |value: Box<Expr>, ty: TypeExpr, _: &mut At<'_>| {
            boxed(value.span.to(ty.span), ExprKind::As { value, ty })
        }),
        infix(left(9), spanned(product), binary),
        infix(left(8), spanned(sum), binary),
        infix(left(7), just(Kind::DotDot), |from: Box<Expr>, _, to: Box<Expr>, _: &mut At<'_>| {
            boxed(from.span.to(to.span), ExprKind::Range { from, to })
        }),
        infix(right(6), spanned(coalesce), binary),
        infix(left(5), spanned(comparison), binary),
        infix(left(3), spanned(and), binary),
        infix(left(2), spanned(or), binary),
        postfix(1, catch_block, |value: Box<Expr>, (error, block): (_, Block), _: &mut At<'_>| {
            let fallback = boxed(block.span, ExprKind::Block(block));
            boxed(value.span.to(fallback.span), ExprKind::Catch { value, error, fallback })
        }),
        infix(left(1), catch(), |value: Box<Expr>, error, fallback: Box<Expr>, _: &mut At<'_>| {
            boxed(value.span.to(fallback.span), ExprKind::Catch { value, error, fallback })
        }),
    ));
    operators.map(|expr| *expr).boxed()
}

/// `catch`, `catch error =>`
fn catch() -> Rule<Option<Name>> {
    just(Kind::Catch).ignore_then(name().then_ignore(just(Kind::FatArrow)).or_not()).boxed()
}

/// `catch error => { … }` where braces hold statements. Where a block follows the expression itself, as behind `if`,
/// no `braces` are of it.
fn catch_block(block: Rule<Block>, braces: bool) -> Rule<(Option<Name>, Block)> {
    let block_ahead = ahead(What::Value, move |context, index| {
        braces
            && context.kind(index) == Some(Kind::BraceOpen)
            && context.kind(index + 1) != Some(Kind::BraceClose)
            && !is_record(&context.kinds, index + 1)
    });
    catch().then_ignore(block_ahead).then(block).boxed()
}

/// What follows a value and belongs to it.
pub(super) enum Suffix {
    /// `.name`, `?.name`
    Field { optional: bool, name: Name },
    /// `(a, name: b)`
    Call(Vec<Argument>, Span),
    /// `[0]`, `?.[0]`
    Index { optional: bool, index: Expr, brackets: Span },
}

impl Suffix {
    /// The value with it.
    pub(super) fn of(self, base: Box<Expr>) -> Expr {
        let span = base.span;
        let (end, kind) = match self {
            Suffix::Field { optional, name } => {
                (name.span, ExprKind::Field { base, optional, name })
            }
            Suffix::Call(arguments, parens) => {
                (parens, ExprKind::Call { callee: base, arguments, parens })
            }
            Suffix::Index { optional, index, brackets } => {
                let index = Box::new(index);
                (brackets, ExprKind::Index { base, optional, index })
            }
        };
        Expr { span: span.to(end), kind }
    }
}

/// `.name`, `(…)` or `[…]`, the first and the last also after `?.`
pub(super) fn suffix(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Suffix> {
    let field = select! { Kind::Dot => false, Kind::QuestionDot => true }
        .then(required_name())
        .map(|(optional, name)| Suffix::Field { optional, name });
    let call =
        arguments(expr.clone(), ty).map_with(|arguments, at| Suffix::Call(arguments, span(at)));
    let brackets = required(expr)
        .then_ignore(tail(What::EntryEnd))
        .delimited_by(just(Kind::BracketOpen), just(Kind::BracketClose))
        .map_with(|index, at| (index, span(at)));
    let index =
        just(Kind::QuestionDot).or_not().then(brackets).map(|(question, (index, brackets))| {
            let optional = question.is_some();
            Suffix::Index { optional, index, brackets }
        });
    choice((index.boxed(), field.boxed(), call.boxed())).boxed()
}

fn spanned(
    operator: impl Parser<'static, Input, BinaryOp, Extra> + Clone + 'static,
) -> impl Parser<'static, Input, (BinaryOp, Span), Extra> + Clone + 'static {
    operator.map_with(|op, at| (op, span(at)))
}

fn binary(
    left: Box<Expr>,
    (op, op_span): (BinaryOp, Span),
    right: Box<Expr>,
    _: &mut At<'_>,
) -> Box<Expr> {
    boxed(left.span.to(right.span), ExprKind::Binary { op, op_span, left, right })
}

fn unary((op, op_span): (UnaryOp, Span), operand: Box<Expr>) -> Box<Expr> {
    boxed(op_span.to(operand.span), ExprKind::Unary { op, op_span, operand })
}

fn boxed(span: Span, kind: ExprKind) -> Box<Expr> {
    Box::new(Expr { span, kind })
}

/// A name, and what makes more of it: `x => …`, `Won { … }`, `crm.Won { … }`.
fn named(expr: Rule<Expr>, body: Rule<Expr>, braces: bool) -> Rule<Expr> {
    enum More {
        Lambda(Expr),
        Record(Vec<Entry>),
        RecordOf(Name, Vec<Entry>),
    }
    let lambda = just(Kind::FatArrow).ignore_then(required(body)).map(More::Lambda);
    let tag_before = ahead(What::Value, |context, index| {
        context.kind(index) == Some(Kind::BraceOpen)
            && index
                .checked_sub(1)
                .is_some_and(|tag| context.word(tag).starts_with(|c: char| c.is_ascii_uppercase()))
    });
    let entries = tag_before.ignore_then(record_entries(expr)).boxed();
    let record_of = just(Kind::Dot).ignore_then(name()).then(entries.clone());
    let record_of = record_of.map(|(name, entries)| More::RecordOf(name, entries));
    let record = entries.map(More::Record).or(record_of);
    let more = if braces { lambda.or(record).boxed() } else { lambda.boxed() };
    name()
        .then(more.or_not())
        .map_with(|(name, more), at| match more {
            None => Expr { span: name.span, kind: ExprKind::Name(name.text) },
            Some(More::Lambda(body)) => {
                let kind = ExprKind::Lambda { parameters: vec![name], body: Box::new(body) };
                Expr { span: span(at), kind }
            }
            Some(More::Record(entries)) => {
                Expr { span: span(at), kind: ExprKind::Tagged { owner: None, name, entries } }
            }
            Some(More::RecordOf(of, entries)) => {
                let kind = ExprKind::Tagged { owner: Some(name), name: of, entries };
                Expr { span: span(at), kind }
            }
        })
        .boxed()
}

/// `(a, b) => e`
fn lambda(body: Rule<Expr>) -> Rule<Expr> {
    name()
        .separated_by(just(Kind::Comma))
        .allow_trailing()
        .collect::<Vec<_>>()
        .delimited_by(just(Kind::ParenOpen), just(Kind::ParenClose))
        .then_ignore(just(Kind::FatArrow))
        .then(required(body))
        .map_with(|(parameters, body), at| Expr {
            span: span(at),
            kind: ExprKind::Lambda { parameters, body: Box::new(body) },
        })
        .boxed()
}

/// Right of `=>`: a block where braces hold statements, a record where they hold entries.
fn lambda_body(expr: Rule<Expr>, block: Rule<Block>) -> Rule<Expr> {
    let block_ahead = ahead(What::Value, |context, index| {
        context.kind(index) == Some(Kind::BraceOpen) && !is_record(&context.kinds, index + 1)
    });
    block_ahead
        .ignore_then(block)
        .map(|block| Expr { span: block.span, kind: ExprKind::Block(block) })
        .or(expr)
        .boxed()
}

/// Whether the tokens after a `{` are entries: `name:` that is no binding with a type, `"text":`, `...`, or a
/// name and a comma.
pub(super) fn is_record(kinds: &[Kind], first: usize) -> bool {
    let kind = |index: usize| kinds.get(index).copied();
    match kind(first) {
        Some(Kind::Spread) => true,
        Some(Kind::TextOpen) => {
            let rest = kinds.get(first..).unwrap_or_default();
            let close = rest.iter().position(|kind| *kind == Kind::TextClose);
            close.is_some_and(|close| kind(first + close + 1) == Some(Kind::Colon))
        }
        Some(word) if word.is_word() => match kind(first + 1) {
            Some(Kind::Comma) => true,
            Some(Kind::Colon) => !is_typed_binding(kinds.get(first + 2..).unwrap_or_default()),
            _ => false,
        },
        _ => false,
    }
}

/// Whether `=` comes before the end of the entry.
fn is_typed_binding(kinds: &[Kind]) -> bool {
    let mut depth = 0_u32;
    for kind in kinds {
        match kind {
            Kind::Equal if depth == 0 => return true,
            Kind::Comma | Kind::Newline | Kind::Semicolon if depth == 0 => return false,
            kind if kind.closer().is_some() => depth += 1,
            kind if kind.is_closer() && depth == 0 => return false,
            kind if kind.is_closer() => depth -= 1,
            _ => {}
        }
    }
    false
}

pub(super) fn paren(expr: Rule<Expr>) -> Rule<Expr> {
    required(expr)
        .then_ignore(tail(What::EntryEnd))
        .then_ignore(super::recovery::rest_of_brackets())
        .delimited_by(just(Kind::ParenOpen), just(Kind::ParenClose))
        .map_with(|inner, at| Expr { span: span(at), kind: ExprKind::Paren(Box::new(inner)) })
        .boxed()
}

fn list(expr: Rule<Expr>) -> Rule<Expr> {
    let spread = just(Kind::Spread).ignore_then(required(expr.clone())).map(|value| (true, value));
    let element = spread
        .or(expr.map(|value| (false, value)))
        .map(|(spread, value)| Element { spread, value });
    entries(element)
        .delimited_by(just(Kind::BracketOpen), just(Kind::BracketClose))
        .map_with(|elements, at| Expr { span: span(at), kind: ExprKind::List(elements) })
        .boxed()
}

fn record(expr: Rule<Expr>) -> Rule<Expr> {
    record_entries(expr)
        .map_with(|entries, at| Expr { span: span(at), kind: ExprKind::Record(entries) })
        .boxed()
}

/// `{ name: e, name, "text": e, ...e }`
fn record_entries(expr: Rule<Expr>) -> Rule<Vec<Entry>> {
    let value = just(Kind::Colon).ignore_then(required(expr.clone()));
    let named = name().then(value.clone().or_not()).map(|(name, value)| {
        let shorthand = value.is_none();
        let itself = || Expr { span: name.span, kind: ExprKind::Name(name.text.clone()) };
        let value = value.unwrap_or_else(itself);
        Entry::Field { name, value, shorthand }
    });
    let quoted = plain_text().then(required(value)).map(|((text, span), value)| Entry::Field {
        name: Name { text, span },
        value,
        shorthand: false,
    });
    let spread = just(Kind::Spread).ignore_then(required(expr)).map(Entry::Spread);
    entries(choice((named.boxed(), quoted.boxed(), spread.boxed())))
        .delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose))
        .boxed()
}

fn if_else(head: Rule<Expr>, block: Rule<Block>) -> Rule<Expr> {
    let branch = required(head).then(block.clone());
    let else_if = just(Kind::Else).then(just(Kind::If)).ignore_then(branch.clone());
    just(Kind::If)
        .ignore_then(branch)
        .map(|first| vec![first])
        .foldl(else_if.repeated(), |mut branches, branch| {
            branches.push(branch);
            branches
        })
        .then(just(Kind::Else).ignore_then(block).or_not())
        .map_with(|(branches, otherwise), at| Expr {
            span: span(at),
            kind: ExprKind::If { branches, otherwise },
        })
        .boxed()
}

fn match_of(head: Rule<Expr>, body: Rule<Expr>) -> Rule<Expr> {
    let patterns = pattern().separated_by(just(Kind::Comma)).at_least(1).collect::<Vec<_>>();
    let body = required(just(Kind::FatArrow).ignore_then(required(body)));
    let arm =
        patterns.then(body).map_with(|(patterns, body), at| Arm { span: span(at), patterns, body });
    let arms = entries(arm).delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose));
    let arms = arms.recover_with(via_parser(empty().to(Vec::new())));
    just(Kind::Match)
        .ignore_then(required(head))
        .then(arms)
        .map_with(|(subject, arms), at| Expr {
            span: span(at),
            kind: ExprKind::Match { subject: Box::new(subject), arms },
        })
        .boxed()
}

/// A literal without holes.
pub(super) fn literal() -> Rule<Expr> {
    let text = plain_text().map(|(text, span)| Expr {
        span,
        kind: ExprKind::Text(if text.is_empty() { vec![] } else { vec![TextPart::Text(text)] }),
    });
    literal_with(text.boxed())
}

pub(super) fn literal_with(text: Rule<Expr>) -> Rule<Expr> {
    let scalar = custom(|inp: &mut chumsky::input::InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        let span = context.token(index);
        let written = context.slice(span);
        let kind = match context.kind(index) {
            Some(Kind::Int) => value::int(written).map(ExprKind::Int),
            Some(Kind::Number) => Some(ExprKind::Number(value::number(written))),
            Some(Kind::Duration) => value::duration(written).map(ExprKind::Duration),
            Some(Kind::Date) => value::date(written).map(ExprKind::Date),
            Some(Kind::Time) => value::time(written).map(ExprKind::Time),
            Some(Kind::None) => Some(ExprKind::None),
            Some(Kind::Null) => Some(ExprKind::Null),
            Some(Kind::True) => Some(ExprKind::Bool(true)),
            Some(Kind::False) => Some(ExprKind::Bool(false)),
            _ => return Err(Trouble::new(index, What::Value)),
        };
        inp.skip();
        Ok(Expr { span, kind: kind.unwrap_or(ExprKind::Missing) })
    });
    text.or(scalar).boxed()
}

/// A text with holes.
pub(super) fn text_literal(expr: Rule<Expr>) -> Rule<Expr> {
    let part = just(Kind::TextPart).map_with(|_, at| text::Piece::Written(span(at)));
    let hole = required(expr)
        .then_ignore(tail(What::EntryEnd))
        .then_ignore(super::recovery::rest_of_brackets())
        .delimited_by(just(Kind::HoleOpen), just(Kind::HoleClose))
        .map(text::Piece::Hole);
    part.or(hole)
        .repeated()
        .collect::<Vec<_>>()
        .delimited_by(just(Kind::TextOpen), just(Kind::TextClose))
        .map_with(|pieces, at| {
            let span = span(at);
            Expr { span, kind: ExprKind::Text(text::build(&at.state().text, span, pieces)) }
        })
        .boxed()
}

/// A text without holes, and where it stands.
pub(super) fn plain_text() -> Rule<(EcoString, Span)> {
    just(Kind::TextPart)
        .map_with(|_, at| text::Piece::Written(span(at)))
        .repeated()
        .collect::<Vec<_>>()
        .delimited_by(just(Kind::TextOpen), just(Kind::TextClose))
        .map_with(|pieces, at| {
            let span = span(at);
            let mut parts = text::build(&at.state().text, span, pieces);
            match parts.pop() {
                Some(TextPart::Text(text)) => (text, span),
                _ => (EcoString::new(), span),
            }
        })
        .boxed()
}
