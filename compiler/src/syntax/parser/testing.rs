//! Tests, and the statements that stand only in them. Their words are names everywhere else.

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::calls::place;
use super::errors::What;
use super::expressions::{Rules, plain_text};
use super::recovery::{ahead, junk, missing, required};
use super::statements::required_block;
use super::{Context, Extra, Input, Rule, line_break_if, required_name, span, word};
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Answer, AnswerKind, Expectation, Expr, Given, ItemKind, StmtKind, TestItem, Times, TypeExpr,
};

/// `test "…" { … }`
pub(super) fn test(rules: &Rules) -> Rule<ItemKind> {
    let ahead = ahead(What::Item, |context, index| {
        context.is(index, "test") && context.kind(index + 1) == Some(Kind::TextOpen)
    });
    ahead
        .ignore_then(word("test"))
        .ignore_then(plain_text())
        .then_ignore(enter())
        .then(required_block(rules.block.clone()))
        .map(|(name, body)| ItemKind::Test(TestItem { name, body }))
        .boxed()
}

/// Takes nothing. From here to the closer of the brace that opens here, the words of tests are words.
fn enter() -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        let start = *inp.cursor().inner();
        let context = &mut inp.state().0;
        let mut depth = 0_u32;
        let rest = context.kinds.get(start..).unwrap_or_default();
        let length = rest.iter().position(|kind| {
            if kind.closer().is_some() {
                depth += 1;
            } else if kind.is_closer() {
                depth = depth.saturating_sub(1);
            }
            depth == 0
        });
        context.test = (start, start + length.unwrap_or(0));
        Ok(())
    })
}

/// `given …`, `advance …`, `crash` or `expect …`, in a test.
pub(super) fn statement(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<StmtKind> {
    let in_test = ahead(What::Word, |context, index| {
        context.kind(index) == Some(Kind::Name)
            && context.in_test(index)
            && is_statement(context, index)
    });
    let advance = word("advance").ignore_then(required(expr.clone())).map(StmtKind::Advance);
    let crash = word("crash").to(StmtKind::Crash);
    in_test
        .ignore_then(choice((
            given(expr.clone(), ty.clone()),
            expect(expr, ty),
            advance.boxed(),
            crash.boxed(),
        )))
        .boxed()
}

/// Whether one of the words begins a statement of a test: not where it is assigned or looked into, and `crash`
/// only where nothing follows.
fn is_statement(context: &Context, index: usize) -> bool {
    use Kind::*;
    let next = context.kind(index + 1);
    match context.word(index) {
        "crash" => ends(next),
        "given" | "expect" | "advance" => !matches!(
            next,
            Some(
                Equal
                    | PlusEqual
                    | MinusEqual
                    | StarEqual
                    | SlashEqual
                    | PercentEqual
                    | Colon
                    | Dot
                    | QuestionDot
            )
        ),
        _ => false,
    }
}

/// Whether a statement ends before a token.
fn ends(kind: Option<Kind>) -> bool {
    kind.is_none_or(|kind| matches!(kind, Kind::Newline | Kind::Semicolon) || kind.is_closer())
}

/// A word of a statement of tests, on its line or at the beginning of the next.
fn further(words: &'static str) -> impl Parser<'static, Input, (), Extra> + Clone {
    line_break_if(move |context, next| context.is(next, words)).ignore_then(word(words))
}

/// `with { … }`: only calls whose arguments are these.
fn with(expr: Rule<Expr>) -> Rule<Option<Expr>> {
    further("with").ignore_then(required(expr)).or_not().boxed()
}

/// `given ACTION [with { … }] returns V [after D] then fails KIND ["message"] …`
fn given(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<StmtKind> {
    let text_ahead =
        ahead(What::Word, |context, index| context.kind(index) == Some(Kind::TextOpen));
    let fails = further("fails")
        .ignore_then(required_name())
        .then(text_ahead.ignore_then(expr.clone()).or_not())
        .map(|(kind, message)| AnswerKind::Fails { kind, message });
    let returns = further("returns").ignore_then(required(expr.clone())).map(AnswerKind::Returns);
    let after = further("after").ignore_then(required(expr.clone()));
    let answer = |kind: Rule<AnswerKind>| {
        kind.then(after.clone().or_not()).map_with(|(kind, after), at| Answer {
            span: span(at),
            kind,
            after,
        })
    };
    let value = required(expr.clone()).map(AnswerKind::Returns);
    let said = ahead(What::Answer, |context, index| {
        let index = index + usize::from(context.kind(index) == Some(Kind::Newline));
        context.is(index, "returns") || context.is(index, "fails")
    });
    let first = said.ignore_then(returns.clone().boxed().or(fails.clone().boxed()));
    let fails_ahead = ahead(What::Word, |context, index| {
        context.is(index, "fails") && context.kind(index + 1).is_some_and(Kind::is_word)
    });
    let next = choice((fails_ahead.ignore_then(fails).boxed(), returns.boxed(), value.boxed()));
    let answers = answer(first.boxed())
        .map(|answer| vec![answer])
        .foldl(further("then").ignore_then(answer(next.boxed())).repeated(), |mut all, answer| {
            all.push(answer);
            all
        })
        .recover_with(via_parser(junk(What::Answer, 0).to(Vec::new())));
    word("given")
        .ignore_then(required(place(expr.clone(), ty)))
        .then(with(expr))
        .then(answers)
        .map(|((action, arguments), answers)| StmtKind::Given(Given { action, arguments, answers }))
        .boxed()
}

/// `expect …`
fn expect(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<StmtKind> {
    let alone = |said: &'static str| {
        ahead(What::Word, move |context, index| {
            context.is(index, said) && ends(context.kind(index + 1))
        })
        .ignore_then(word(said))
    };
    let failed_ahead = ahead(What::Word, |context, index| {
        let next = index + 1 + usize::from(context.kind(index + 1) == Some(Kind::Newline));
        context.is(index, "failed") && (ends(context.kind(index + 1)) || context.is(next, "with"))
    });
    let failed = failed_ahead
        .ignore_then(word("failed"))
        .ignore_then(with(expr.clone()))
        .map(Expectation::Failed);
    let logged_ahead = ahead(What::Word, |context, index| {
        context.is(index, "logged")
            && context.kind(index + 1).is_some_and(|kind| kind == Kind::TextOpen || kind.is_word())
    });
    let logged = logged_ahead
        .ignore_then(word("logged"))
        .ignore_then(required(expr.clone()))
        .map(Expectation::Logged);
    let expectation = choice((
        alone("succeeded").to(Expectation::Succeeded).boxed(),
        alone("waiting").to(Expectation::Waiting).boxed(),
        failed.boxed(),
        logged.boxed(),
        called(expr.clone(), ty),
        required(expr).map(Expectation::Holds).boxed(),
    ));
    word("expect").ignore_then(expectation).map(StmtKind::Expect).boxed()
}

/// `slack.send_message called once with { … }`, `follow_up not started`
fn called(expr: Rule<Expr>, ty: Rule<TypeExpr>) -> Rule<Expectation> {
    let said = word("called").to(false).or(word("started").to(true));
    let never = just(Kind::Not).ignore_then(said.clone()).map(|started| (started, Times::Never));
    let times = choice((
        word("once").to(Times::Once).boxed(),
        ahead(What::Word, |context, index| {
            context.kind(index) == Some(Kind::Int) || context.kind(index) == Some(Kind::Name)
        })
        .ignore_then(ahead(What::Word, |context, index| !context.is(index, "with")))
        .ignore_then(expr.clone())
        .then_ignore(word("times").or(missing(What::Times)))
        .map(Times::Exactly)
        .boxed(),
    ))
    .or_not()
    .map(|times| times.unwrap_or(Times::AtLeastOnce));
    ahead(What::Word, is_called)
        .ignore_then(place(expr.clone(), ty))
        .then(never.or(said.then(times)).boxed())
        .then(with(expr))
        .map(|((callee, (started, times)), arguments)| Expectation::Called {
            callee,
            started,
            times,
            arguments,
        })
        .boxed()
}

/// Whether the tokens are a name, perhaps with an argument list, and `called` or `started` behind it.
fn is_called(context: &Context, first: usize) -> bool {
    let mut index = first;
    if !context.kind(index).is_some_and(Kind::is_word) {
        return false;
    }
    while context.kind(index + 1) == Some(Kind::Dot) {
        index += 2;
    }
    index += 1;
    if context.kind(index) == Some(Kind::ParenOpen) {
        let mut depth = 0_u32;
        let rest = context.kinds.get(index..).unwrap_or_default();
        let length = rest.iter().position(|kind| {
            if kind.closer().is_some() {
                depth += 1;
            } else if kind.is_closer() {
                depth = depth.saturating_sub(1);
            }
            depth == 0
        });
        index += length.map_or(1, |length| length + 1);
    }
    index += usize::from(context.kind(index) == Some(Kind::Not));
    context.is(index, "called") || context.is(index, "started")
}
