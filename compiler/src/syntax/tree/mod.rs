//! The syntax tree: what stands in a file, before anything is known of its meaning.
//!
//! Every node knows its [`Span`]. A tree is always complete: where the text is broken, [`ExprKind::Missing`],
//! [`TypeKind::Missing`] or an empty [`Name`] stands in its place, and a diagnostic says why. Comments are kept
//! in a list beside the items, in order of position.

mod expressions;
mod items;
mod pieces;
mod statements;
mod types;

use ecow::EcoString;

use crate::source::Span;

pub use expressions::{
    Argument, Arm, BinaryOp, Clause, ClauseKind, Element, Entry, Expr, ExprKind, Pattern,
    PatternKind, Pause, TextPart, UnaryOp,
};
pub use items::{
    ConstItem, Deadline, Flow, FlowSetting, FlowSettingKind, FunctionItem, Parameter, TestItem,
    UseItem, UseSource,
};
pub use pieces::{ActionItem, ConnectionEntry, ConnectionItem, ErrorRule, TriggerItem};
pub use statements::{Answer, AnswerKind, Block, Expectation, Given, Stmt, StmtKind, Times};
pub use types::{Field, TypeDefinition, TypeExpr, TypeItem, TypeKind, VariantItem, VariantKind};

/// A whole file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// In order of position.
    pub items: Vec<Item>,
    /// Every `//` and `///` comment, in order of position.
    pub comments: Vec<Comment>,
}

/// A comment, its slashes included in the span.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Whether it is a `///`.
    pub doc: bool,
}

/// A name where it stands. Empty where one is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The text.
    pub text: EcoString,
    /// Where it stands.
    pub span: Span,
}

/// A top-level definition.
#[derive(Debug, Clone)]
pub struct Item {
    /// The whole item, without its documentation.
    pub span: Span,
    /// The `///` lines before it, without slashes and joined by newlines.
    pub doc: EcoString,
    /// What it defines.
    pub kind: ItemKind,
}

/// What an item defines.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `[label:] on trigger(…) [as name] [-> T] [within D else E] [with …] < … >`
    Flow(Box<Flow>),
    /// `use "./crm.flow"`, `use hubspot as emea with connection "hubspot-emea"`
    Use(UseItem),
    /// `test "…" { … }`
    Test(TestItem),
    /// `type Name { … }`, `type Name = …`
    Type(TypeItem),
    /// `fn name(…) -> T { … }`
    Function(FunctionItem),
    /// `const NAME = …`
    Const(ConstItem),
    /// `piece name` and the declarations that go with it.
    Piece(Name),
    /// `base "…"`
    Base(Expr),
    /// `docs "…"`
    Docs(Expr),
    /// `connection KIND [NAME] { … }`
    Connection(ConnectionItem),
    /// `limits 100 per 10s`
    Limits {
        /// How many requests.
        requests: Expr,
        /// In what time.
        per: Expr,
    },
    /// `errors { 401, 403 => auth }`
    Errors(Vec<ErrorRule>),
    /// `[default] action name(…) -> T clauses { … }`
    Action(ActionItem),
    /// `trigger name(…) -> T` (a declaration of the prelude or of a piece)
    Trigger(TriggerItem),
    /// What could not be read.
    Broken,
}
