//! What a piece says of itself.

use ecow::EcoString;

use super::{Block, Expr, Field, Name, Parameter, TypeExpr};
use crate::source::Span;

/// `connection KIND [NAME] { … }`
#[derive(Debug, Clone)]
pub struct ConnectionItem {
    /// `oauth2`, `key`, `basic`, `none`.
    pub kind: Name,
    /// Another name than the kind's.
    pub name: Option<Name>,
    /// What it declares.
    pub entries: Vec<ConnectionEntry>,
}

/// A line of a connection.
#[derive(Debug, Clone)]
pub enum ConnectionEntry {
    /// `token: secret`, `model: string = "…"`
    Setting(Box<Field>),
    /// A word and its values: `header "Authorization" "Bearer {token}"`, `authorize "…"`, `check get "/x"`,
    /// `refresh rotating`. A word among the values is an [`ExprKind::Name`](super::ExprKind::Name).
    Directive {
        /// The word.
        word: Name,
        /// What follows it on the line.
        values: Vec<Expr>,
    },
}

/// `401, 403 => auth`
#[derive(Debug, Clone)]
pub struct ErrorRule {
    /// The statuses.
    pub statuses: Vec<Expr>,
    /// The kind.
    pub kind: Name,
}

/// `action …`
#[derive(Debug, Clone)]
pub struct ActionItem {
    /// `default action …`
    pub is_default: bool,
    /// Its name.
    pub name: Name,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// `-> T`
    pub result: Option<TypeExpr>,
    /// `scope "…"`, each.
    pub scopes: Vec<(EcoString, Span)>,
    /// `effect write`
    pub effect: Option<Name>,
    /// `{ … }`; none where `native` stands for it.
    pub body: Option<Block>,
}

/// `trigger …`
#[derive(Debug, Clone)]
pub struct TriggerItem {
    /// Its name.
    pub name: Name,
    /// Filters and settings.
    pub parameters: Vec<Parameter>,
    /// `-> T`, the event.
    pub event: Option<TypeExpr>,
    /// `sample { … }`
    pub sample: Option<Expr>,
}
