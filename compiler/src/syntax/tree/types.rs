//! Types where they are defined and where they are written.

use ecow::EcoString;

use super::{Expr, Name};
use crate::source::Span;

/// `type …`
#[derive(Debug, Clone)]
pub struct TypeItem {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub definition: TypeDefinition,
}

/// What a `type` item stands for.
#[derive(Debug, Clone)]
pub enum TypeDefinition {
    /// `{ company: string, … }`
    Record(Vec<Field>),
    /// `"new" | "won"` or `Won { … } | Lost { … }`, with a leading `|` allowed. One bare name alone is an alias.
    Choice(Vec<VariantItem>),
    /// `[Lead]`, `Lead?` …
    Alias(TypeExpr),
}

/// An alternative of a choice.
#[derive(Debug, Clone)]
pub struct VariantItem {
    /// The whole alternative.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: EcoString,
    /// What it is.
    pub kind: VariantKind,
}

/// What an alternative is.
#[derive(Debug, Clone)]
pub enum VariantKind {
    /// `"won"`
    Literal(EcoString),
    /// `Won`, `Won { amount: decimal }`
    Tagged {
        /// The tag.
        name: Name,
        /// Its fields.
        fields: Vec<Field>,
    },
}

/// A field of a record type.
#[derive(Debug, Clone)]
pub struct Field {
    /// The whole field.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: EcoString,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// `nullable`
    pub nullable: bool,
    /// `= value`
    pub default: Option<Expr>,
    /// `wire "First-Name"`, without quotes.
    pub wire: Option<(EcoString, Span)>,
    /// `sample value`
    pub sample: Option<Expr>,
}

/// A type where it is written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// Nothing stands where a type must.
    Missing,
    /// `string`, `Lead`, `hubspot.Deal` as its two names.
    Name(Vec<Name>),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `[string: T]`
    Map(Box<TypeExpr>, Box<TypeExpr>),
    /// `{ name: string }` in place.
    Record(Vec<Field>),
    /// `"a" | "b"` in place.
    Choice(Vec<VariantItem>),
}
