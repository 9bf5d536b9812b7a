//! Expressions, and what stands in them.

use ecow::EcoString;

use super::{Block, Name, TypeExpr};
use crate::source::Span;

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// Nothing stands where an expression must.
    Missing,
    /// `none`
    None,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`, `1_000`
    Int(i64),
    /// `0.5`: digits as written, for it may be a float or a decimal.
    Number(EcoString),
    /// `30s`, in milliseconds.
    Duration(i64),
    /// `2026-11-22`
    Date(jiff::civil::Date),
    /// `2026-11-22T09:30:00Z`
    Time(jiff::Timestamp),
    /// `"text {expr}"`, escapes resolved.
    Text(Vec<TextPart>),
    /// `lead`
    Name(EcoString),
    /// `lead.company`, `lead?.company`
    Field {
        /// Left of the dot.
        base: Box<Expr>,
        /// Whether it is `?.`.
        optional: bool,
        /// Right of the dot.
        name: Name,
    },
    /// `list[0]`
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// Whether it is `?.[`. Always false for now in the grammar's base form.
        optional: bool,
        /// The index.
        index: Box<Expr>,
    },
    /// `f(a, name: b)`
    Call {
        /// What is called: a name, or a field for `piece.action` and methods.
        callee: Box<Expr>,
        /// In order.
        arguments: Vec<Argument>,
        /// From `(` to `)`.
        parens: Span,
    },
    /// `not a`, `-a`
    Unary {
        /// Which.
        op: UnaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// On what.
        operand: Box<Expr>,
    },
    /// `a + b` …
    Binary {
        /// Which.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `a..b`, both ends included.
    Range {
        /// The first.
        from: Box<Expr>,
        /// The last.
        to: Box<Expr>,
    },
    /// `e as T`
    As {
        /// What is read.
        value: Box<Expr>,
        /// As what.
        ty: TypeExpr,
    },
    /// `e catch f`, `e catch error => f`
    Catch {
        /// What may fail.
        value: Box<Expr>,
        /// What the error is called.
        error: Option<Name>,
        /// What stands for it then.
        fallback: Box<Expr>,
    },
    /// `if c { a } else { b }`
    If {
        /// Conditions with their blocks; `else if` makes more than one.
        branches: Vec<(Expr, Block)>,
        /// `else { }`
        otherwise: Option<Block>,
    },
    /// `match e { … }`
    Match {
        /// What is looked at.
        subject: Box<Expr>,
        /// In order.
        arms: Vec<Arm>,
    },
    /// `hubspot.create_deal(…) retry 5 every 10s within 30s once "key"`
    Clauses {
        /// The call.
        call: Box<Expr>,
        /// In order.
        clauses: Vec<Clause>,
    },
    /// `for item in items parallel 10 { … }`, which gives a list of what the body gives.
    ParallelFor {
        /// What each item is called.
        name: Name,
        /// The list.
        iterable: Box<Expr>,
        /// How many at a time; all at once where only `parallel` is written.
        limit: Option<Box<Expr>>,
        /// What is done for each.
        body: Block,
    },
    /// `start other_flow(…)`, `run other_flow(…)`; in tests also `run other_flow with { … }`
    Launch {
        /// Whether the word is `run`, which waits for the result.
        waits: bool,
        /// The flow: a name, or a field for one of another file.
        flow: Box<Expr>,
        /// The event's fields.
        arguments: Vec<Argument>,
        /// From `(` to `)`; empty where there are none.
        parens: Span,
        /// `with { … }`: the event's fields as a record, in tests.
        event: Option<Box<Expr>>,
    },
    /// `[a, b, ...c]`
    List(Vec<Element>),
    /// `{ name: "x", amount, ...other }`, also as a map's or `json`'s literal; keys may be quoted.
    Record(Vec<Entry>),
    /// `Won { amount: 5 }`: a capitalised name directly before a record. `Lead { … }` likewise names a record, and
    /// `crm.Lead { … }` that of another file.
    Tagged {
        /// The file or piece that has it, where it is not this one.
        owner: Option<Name>,
        /// The tag or the record's name.
        name: Name,
        /// Its fields.
        entries: Vec<Entry>,
    },
    /// `x => x.name`, `(a, b) => a + b`
    Lambda {
        /// What it takes.
        parameters: Vec<Name>,
        /// What it gives.
        body: Box<Expr>,
    },
    /// `{ … }` as the body of a lambda or an arm. Elsewhere braces make a record.
    Block(Block),
    /// `(e)`, kept for the formatter.
    Paren(Box<Expr>),
    /// `Lead?`, `[string: Lead]` as an argument: a type that can be no value.
    Type(TypeExpr),
}

/// How one call is repeated and bounded.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// What a clause says.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `retry 5`, `retry 5 every 10s`, `retry 5 backoff 1s..5m`
    Retry {
        /// How many more attempts after the first.
        count: Expr,
        /// The pauses between them; where missing, the runtime's own.
        pause: Option<Pause>,
    },
    /// `within 30s`: the call's whole time, pauses included.
    Within(Expr),
    /// `once "key"`: no other call with this key, in any run.
    Once(Expr),
}

/// The pauses between attempts.
#[derive(Debug, Clone)]
pub enum Pause {
    /// `every 10s`
    Every(Expr),
    /// `backoff 1s..5m`: doubling, from the first to the longest.
    Backoff {
        /// The first pause.
        first: Expr,
        /// The longest one.
        longest: Expr,
    },
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// As it stands, escapes resolved.
    Text(EcoString),
    /// `{expr}`
    Expr(Expr),
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Argument {
    /// `name:`
    pub name: Option<Name>,
    /// Its value. Where `into: Stage` gives a type, the type as it looks as an expression, or an
    /// [`ExprKind::Type`] where it looks like none.
    pub value: Expr,
}

/// An item of a list literal.
#[derive(Debug, Clone)]
pub struct Element {
    /// Whether `...` stands before it.
    pub spread: bool,
    /// Its value.
    pub value: Expr,
}

/// An entry of a record literal.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `name: value`; `name` alone is `name: name`; `"any text": value`.
    Field {
        /// The key.
        name: Name,
        /// Its value; the name itself as an expression where only that is written.
        value: Expr,
        /// Whether only the name is written.
        shorthand: bool,
    },
    /// `...other`
    Spread(Expr),
}

/// An arm of a `match`.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The whole arm.
    pub span: Span,
    /// `"a", "b" =>`: any of them.
    pub patterns: Vec<Pattern>,
    /// Right of `=>`.
    pub body: Expr,
}

/// What an arm takes.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// What a pattern is.
#[derive(Debug, Clone)]
pub enum PatternKind {
    /// `else`
    Else,
    /// `"won"`, `3`, `-1`, `true`, `none`, `1.5`
    Literal(Expr),
    /// `Won`, `Won { amount, reason: why }`
    Variant {
        /// The tag.
        name: Name,
        /// The fields and what they are called in the arm.
        fields: Option<Vec<(Name, Name)>>,
    },
    /// `value`: anything that is left, under that name; of an optional, what is there.
    Bind(Name),
    /// What could not be read.
    Missing,
}

/// `not`, `-`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
    /// `??`
    Coalesce,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::In => "in",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Coalesce => "??",
        }
    }
}
