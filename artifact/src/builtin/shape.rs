//! Types in the signatures of methods, relative to what the method is called on.

use crate::types::{Type, TypeId, Types};

use super::Meaning;

/// A type in a signature, relative to the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A fixed type.
    Is(TypeId),
    /// A fixed type or none.
    Optional(TypeId),
    /// A text that means something to the method.
    Meant(Meaning),
    /// Such a text, or none.
    OptionalMeant(Meaning),
    /// A list of a fixed type.
    ListOf(TypeId),
    /// `[string: string]?`
    OptionalMapOfText,
    /// `[[string: string]]`
    ListOfMapsOfText,
    /// The receiver's own type.
    Receiver,
    /// `T` of a receiver `[T]` or `[string: T]`.
    Item,
    /// `T?`
    OptionalItem,
    /// `[T]`
    ListOfItem,
    /// `[T]` of a receiver `[T?]`.
    ListOfPresent,
    /// `[[T]]`
    ListOfLists,
    /// `T?` where the average of `[int]` is a `decimal`.
    OptionalAverage,
    /// `[{ key: string, value: T }]`
    ListOfEntries,
    /// `[{ index: int, item: T }]`
    ListOfNumbered,
}

impl Shape {
    /// The type that the shape means on a receiver of a type.
    pub fn resolve(self, types: &mut Types, receiver: TypeId) -> TypeId {
        let item = match types.get(receiver) {
            Type::List(item) | Type::Map(item) => item,
            _ => TypeId::UNKNOWN,
        };
        match self {
            Shape::Is(ty) => ty,
            Shape::Optional(ty) => types.optional(ty),
            Shape::Meant(_) => TypeId::STRING,
            Shape::OptionalMeant(_) => types.optional(TypeId::STRING),
            Shape::ListOf(ty) => types.list(ty),
            Shape::OptionalMapOfText => {
                let map = types.map(TypeId::STRING);
                types.optional(map)
            }
            Shape::ListOfMapsOfText => {
                let map = types.map(TypeId::STRING);
                types.list(map)
            }
            Shape::Receiver => receiver,
            Shape::Item => item,
            Shape::OptionalItem => types.optional(item),
            Shape::ListOfItem => types.list(item),
            Shape::ListOfPresent => {
                let present = types.without_optional(item);
                types.list(present)
            }
            Shape::ListOfLists => {
                let list = types.list(item);
                types.list(list)
            }
            Shape::OptionalAverage => {
                let mean = if item == TypeId::INT { TypeId::DECIMAL } else { item };
                types.optional(mean)
            }
            Shape::ListOfEntries => {
                let entry = types.entry_record(item);
                types.list(entry)
            }
            Shape::ListOfNumbered => {
                let numbered = types.numbered_record(item);
                types.list(numbered)
            }
        }
    }

    /// What a text of this type means, if it means more than itself.
    pub fn meaning(self) -> Option<Meaning> {
        match self {
            Shape::Meant(meaning) | Shape::OptionalMeant(meaning) => Some(meaning),
            _ => None,
        }
    }
}
