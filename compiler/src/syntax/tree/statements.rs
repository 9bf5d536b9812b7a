//! Statements, those of tests among them.

use super::{BinaryOp, Expr, Name, TypeExpr};
use crate::source::Span;

/// Statements between braces, or the body of a flow.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Its braces or angle brackets included.
    pub span: Span,
    /// In order. An expression as the last statement is the block's value where one is wanted.
    pub statements: Vec<Stmt>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// Where it stands, without the newline or `;` that ends it.
    pub span: Span,
    /// What it does.
    pub kind: StmtKind,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// `name = e`, `name: T = e`, `var name = e`: whether `name = e` binds or assigns is not known here.
    Bind {
        /// Whether `var` stands before it.
        var: bool,
        /// What is bound.
        name: Name,
        /// `: T`
        ty: Option<TypeExpr>,
        /// Its value.
        value: Expr,
    },
    /// `total += 1`, and `=` to what is no plain name (an error that the checker tells).
    Assign {
        /// What is assigned.
        target: Expr,
        /// `+` of `+=`.
        operator: Option<BinaryOp>,
        /// The value.
        value: Expr,
    },
    /// A call, an `if`, a `match` … for its effect or as a block's value.
    Expr(Expr),
    /// `for item in items { }`
    For {
        /// What each item is called.
        name: Name,
        /// The list.
        iterable: Expr,
        /// What is done for each.
        body: Block,
    },
    /// `while cond { }`
    While {
        /// Checked before each turn.
        condition: Expr,
        /// What is done in each.
        body: Block,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `wait 3d`
    Wait(Expr),
    /// `wait until t`
    WaitUntil(Expr),
    /// `try { } catch error { }`
    Try {
        /// What may fail.
        body: Block,
        /// `error`
        error: Option<Name>,
        /// What is done then.
        handler: Block,
    },
    /// `return`, `return e`
    Return(Option<Expr>),
    /// `stop`
    Stop,
    /// `parallel { a = x(); b = y() }`: each statement is a branch.
    Parallel(Block),
    /// `first { reply = x(); wait 2h }`: each statement is a branch.
    First(Block),
    /// `{ … }` as a statement: several statements that are one branch. Elsewhere the checker refuses it.
    Block(Block),
    /// `given …`, only in tests.
    Given(Given),
    /// `advance 14d`, only in tests.
    Advance(Expr),
    /// `crash`, only in tests.
    Crash,
    /// `expect …`, only in tests.
    Expect(Expectation),
    /// What could not be read.
    Broken,
}

/// `given hubspot.create_deal with { name: "x" } returns { … } then fails timeout`
#[derive(Debug, Clone)]
pub struct Given {
    /// The action: a name, or a field for `piece.action`; a call where `into:` says for which type.
    pub action: Expr,
    /// `with { … }`: only calls whose arguments are these.
    pub arguments: Option<Expr>,
    /// What the calls are answered with, in order; the last one again and again.
    pub answers: Vec<Answer>,
}

/// How a stand-in answers one call.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where it stands.
    pub span: Span,
    /// What it answers.
    pub kind: AnswerKind,
    /// `after 2h`: how long the call takes.
    pub after: Option<Expr>,
}

/// What a stand-in answers.
#[derive(Debug, Clone)]
pub enum AnswerKind {
    /// `returns value`
    Returns(Expr),
    /// `fails rate_limited "slow down"`
    Fails {
        /// The kind of error.
        kind: Name,
        /// What the error says.
        message: Option<Expr>,
    },
}

/// What a test expects.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// `expect slack.send_message called once with { … }`, `expect follow_up started`
    Called {
        /// The action, or the flow where `started` is said of it.
        callee: Expr,
        /// Whether the word is `started`.
        started: bool,
        /// How often.
        times: Times,
        /// `with { … }`: only calls whose arguments are these count.
        arguments: Option<Expr>,
    },
    /// `expect succeeded`
    Succeeded,
    /// `expect failed`, `expect failed with "…"`
    Failed(Option<Expr>),
    /// `expect waiting`
    Waiting,
    /// `expect logged "…"`
    Logged(Expr),
    /// `expect result == 5`: anything that is true or false.
    Holds(Expr),
}

/// How often something is expected.
#[derive(Debug, Clone)]
pub enum Times {
    /// Once or more often.
    AtLeastOnce,
    /// `not called`
    Never,
    /// `called once`
    Once,
    /// `called 3 times`
    Exactly(Expr),
}
