//! The methods of built-in types, as one table: the checker resolves against it, the verifier and the printer
//! read it, the runtime implements it, and the documentation is made from it.
//!
//! Methods that take a lambda are not here: the compiler turns them into loops over these.

use crate::types::{Type, TypeId, Types, Variants};

mod meaning;
mod shape;
mod table;
mod terms;

pub use meaning::Meaning;
pub use shape::Shape;
pub use table::Builtin;

/// What a method takes and gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signature {
    /// The method's name.
    pub name: &'static str,
    /// What it is called on.
    pub receiver: Receiver,
    /// In order, without the receiver.
    pub parameters: &'static [BuiltinParameter],
    /// What it gives.
    pub result: Shape,
    /// One line for people.
    pub doc: &'static str,
    /// A call, and what it gives: two expressions of the language that are equal. A test holds them against each
    /// other.
    pub example: (&'static str, &'static str),
}

/// A parameter of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuiltinParameter {
    /// For named arguments.
    pub name: &'static str,
    /// Its type.
    pub shape: Shape,
    /// What it is where it is left out.
    pub default: Option<DefaultValue>,
}

/// The default of a method's parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DefaultValue {
    /// A text.
    Text(&'static str),
    /// A number.
    Int(i64),
    /// A truth.
    Bool(bool),
    /// A duration in milliseconds.
    Duration(i64),
    /// A list without items.
    EmptyList,
    /// `none`, for an optional parameter.
    None,
}

/// What a method can be called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// `string`; a `phone` and a choice of literals count as one.
    Text,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `decimal`.
    Decimal,
    /// `duration`.
    Duration,
    /// `time`.
    Time,
    /// `date`.
    Date,
    /// `bytes`.
    Bytes,
    /// `json`.
    Json,
    /// A list whose items satisfy a condition.
    List(Items),
    /// A map of anything.
    Map,
    /// Any value; the method every type has: `to_json`.
    Any,
}

/// What a list's items must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Items {
    /// Anything.
    Any,
    /// `int`, `float`, `decimal`, `duration`.
    Numbers,
    /// What `<` compares: numbers, durations, times, dates, texts.
    Ordered,
    /// What has a text form.
    Scalars,
    /// What may be none.
    Optionals,
    /// Lists.
    Lists,
    /// Records.
    Records,
}

impl Receiver {
    /// Whether a method for this receiver can be called on a value of the type.
    pub fn takes(self, types: &Types, ty: TypeId) -> bool {
        match (self, types.get(ty)) {
            (Receiver::Text, _) => is_text(types, ty),
            (Receiver::Int, Type::Int)
            | (Receiver::Float, Type::Float)
            | (Receiver::Decimal, Type::Decimal)
            | (Receiver::Duration, Type::Duration)
            | (Receiver::Time, Type::Time)
            | (Receiver::Date, Type::Date)
            | (Receiver::Bytes, Type::Bytes)
            | (Receiver::Json, Type::Json)
            | (Receiver::Map, Type::Map(_)) => true,
            (Receiver::List(items), Type::List(item)) => match items {
                Items::Any => true,
                Items::Numbers => is_number(types, item),
                Items::Ordered => is_ordered(types, item),
                Items::Scalars => is_scalar(types, item),
                Items::Optionals => matches!(types.get(item), Type::Optional(_)),
                Items::Lists => matches!(types.get(item), Type::List(_)),
                Items::Records => matches!(types.get(item), Type::Record(_)),
            },
            (Receiver::Any, ty) => !matches!(
                ty,
                Type::Unknown | Type::Never | Type::None | Type::Secret | Type::Optional(_)
            ),
            _ => false,
        }
    }
}

/// Whether a value of the type is held as text: `string`, `phone`, a choice of literals.
pub fn is_text(types: &Types, ty: TypeId) -> bool {
    match types.get(ty) {
        Type::String | Type::Phone => true,
        Type::Choice(choice) => types
            .choice(choice)
            .is_some_and(|choice| matches!(choice.variants, Variants::Literals(_))),
        _ => false,
    }
}

/// Whether values of the type can be added up.
pub fn is_number(types: &Types, ty: TypeId) -> bool {
    matches!(types.get(ty), Type::Int | Type::Float | Type::Decimal | Type::Duration)
}

/// Whether `<` compares values of the type.
pub fn is_ordered(types: &Types, ty: TypeId) -> bool {
    is_number(types, ty) || matches!(types.get(ty), Type::String | Type::Time | Type::Date)
}

/// Whether a value of the type has one text form, so that it can stand in `"{…}"`.
pub fn is_scalar(types: &Types, ty: TypeId) -> bool {
    is_ordered(types, ty) || is_text(types, ty) || types.get(ty) == Type::Bool
}

/// The method of a name on a receiver of a type.
pub fn find_method(types: &Types, receiver: TypeId, name: &str) -> Option<Builtin> {
    Builtin::ALL.iter().copied().find(|builtin| {
        let signature = builtin.signature();
        signature.name == name && signature.receiver.takes(types, receiver)
    })
}

/// All methods that a value of the type has.
pub fn methods_of(types: &Types, receiver: TypeId) -> impl Iterator<Item = Builtin> + '_ {
    Builtin::ALL
        .iter()
        .copied()
        .filter(move |builtin| builtin.signature().receiver.takes(types, receiver))
}
