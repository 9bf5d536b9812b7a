//! What a file of flows holds.

use ecow::EcoString;

use super::{Argument, Block, Expr, Name, TypeExpr};
use crate::source::Span;

/// A flow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// `label:`
    pub label: Option<Name>,
    /// `call_finished`, or `vapi.call_finished` as its two names.
    pub trigger: Vec<Name>,
    /// `NAME` of `function_call NAME(…)`.
    pub tool: Option<Name>,
    /// `agent: "x"` and `"/path"`: arguments of the trigger. For `manual` and `function_call`, empty.
    pub arguments: Vec<Argument>,
    /// `p: T` of `manual(p: T)` and `function_call name(p: T)`. For others, empty. The parser decides by the
    /// trigger's name.
    pub parameters: Vec<Parameter>,
    /// `as call`
    pub binding: Option<Name>,
    /// `-> T`
    pub result: Option<TypeExpr>,
    /// `within 2s else allow()`
    pub deadline: Option<Deadline>,
    /// `with concurrency 5 per customer, timeout 1h`, in order.
    pub settings: Vec<FlowSetting>,
    /// The header, from the label to before `<`.
    pub header: Span,
    /// Between `<` and `>`.
    pub body: Block,
}

/// `within D else E`
#[derive(Debug, Clone)]
pub struct Deadline {
    /// How long.
    pub duration: Expr,
    /// What is answered then.
    pub fallback: Option<Expr>,
}

/// One of the settings that follow `with` in a flow's header.
#[derive(Debug, Clone)]
pub struct FlowSetting {
    /// Where it stands.
    pub span: Span,
    /// What it sets.
    pub kind: FlowSettingKind,
}

/// What a setting of a flow sets.
#[derive(Debug, Clone)]
pub enum FlowSettingKind {
    /// `concurrency 5 per customer`
    Concurrency {
        /// How many runs at a time.
        limit: Expr,
        /// Of those with the same value of this; of all where it is missing.
        per: Option<Expr>,
    },
    /// `dedupe by id for 7d`
    Dedupe {
        /// What makes two events the same.
        by: Expr,
        /// For how long the first is remembered.
        window: Option<Expr>,
    },
    /// `timeout 1h`
    Timeout(Expr),
}

/// `use …`
#[derive(Debug, Clone)]
pub struct UseItem {
    /// What is used.
    pub source: UseSource,
    /// `as emea`
    pub alias: Option<Name>,
    /// `with connection "hubspot-emea"`: the connection's name, without quotes.
    pub connection: Option<(EcoString, Span)>,
}

/// What a `use` item names.
#[derive(Debug, Clone)]
pub enum UseSource {
    /// `"./crm.flow"`, without quotes.
    File(EcoString, Span),
    /// `hubspot`
    Piece(Name),
}

/// `test "…" { … }`
#[derive(Debug, Clone)]
pub struct TestItem {
    /// What it is called, without quotes.
    pub name: (EcoString, Span),
    /// Its statements, those of tests among them.
    pub body: Block,
}

/// `fn …`
#[derive(Debug, Clone)]
pub struct FunctionItem {
    /// Its name.
    pub name: Name,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// `-> T`
    pub result: Option<TypeExpr>,
    /// `{ … }`
    pub body: Block,
}

/// A parameter of a function, an action, a trigger or a flow.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The whole parameter.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: EcoString,
    /// Its name.
    pub name: Name,
    /// Its type; [`TypeKind::Missing`](super::TypeKind::Missing) where none is written.
    pub ty: TypeExpr,
    /// Whether it is `name: type T`; then `ty` is the name `T`, and `default` a type in the form of an expression.
    pub is_type: bool,
    /// `= value`
    pub default: Option<Expr>,
    /// `= T` of a type parameter.
    pub default_type: Option<TypeExpr>,
}

/// `const …`
#[derive(Debug, Clone)]
pub struct ConstItem {
    /// Its name.
    pub name: Name,
    /// `: T`
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}
