//! The methods of built-in types, as one table: the checker resolves against it, the verifier and the printer
//! read it, the runtime implements it, and the documentation is made from it.
//!
//! Methods that take a lambda are not here: the compiler turns them into loops over these.

use serde::{Deserialize, Serialize};

use crate::types::{Type, TypeId, Types, Variants};

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
    /// Texts.
    Texts,
    /// Lists.
    Lists,
}

/// A type in a signature, relative to the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A fixed type.
    Is(TypeId),
    /// The receiver's own type.
    Receiver,
    /// `T` of a receiver `[T]` or `[string: T]`.
    Item,
    /// `T?`
    OptionalItem,
    /// `[T]`
    ListOfItem,
    /// `[[T]]`
    ListOfLists,
    /// `[string]`
    ListOfText,
    /// `[int]`
    ListOfInt,
    /// A fixed type or none.
    Optional(TypeId),
    /// `T?` where the average of `[int]` is a `decimal`.
    OptionalAverage,
    /// `[{ key: string, value: T }]`
    ListOfEntries,
    /// `[json]`
    ListOfJson,
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
    /// `none`, for an optional parameter.
    None,
}

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
}

macro_rules! default {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! builtins {
    ($($id:ident = $receiver:expr => $name:literal ( $($param:ident : $shape:expr $(, = $default:expr)? );* ) -> $result:expr, $doc:literal)*) => {
        /// A method of a built-in type. The receiver is its first argument.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Builtin {
            $(#[doc = $doc] $id,)*
        }

        impl Builtin {
            /// Every method, in the order of the table.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$id),*];

            /// What the method takes and gives.
            pub fn signature(self) -> Signature {
                match self {
                    $(Builtin::$id => Signature {
                        name: $name,
                        receiver: $receiver,
                        parameters: &[$(BuiltinParameter {
                            name: stringify!($param),
                            shape: $shape,
                            default: default!($($default)?),
                        }),*],
                        result: $result,
                        doc: $doc,
                    },)*
                }
            }
        }
    };
}

use DefaultValue::{Int as DInt, None as DNone, Text as DText};
use Shape::*;

const TEXT: Shape = Is(TypeId::STRING);
const INT: Shape = Is(TypeId::INT);
const FLOAT: Shape = Is(TypeId::FLOAT);
const DECIMAL: Shape = Is(TypeId::DECIMAL);
const BOOL: Shape = Is(TypeId::BOOL);
const TIME: Shape = Is(TypeId::TIME);
const DATE: Shape = Is(TypeId::DATE);
const DURATION: Shape = Is(TypeId::DURATION);
const JSON: Shape = Is(TypeId::JSON);
const BYTES: Shape = Is(TypeId::BYTES);

builtins! {
    TextLength = Receiver::Text => "length"() -> INT, "How many characters the text has."
    TextIsEmpty = Receiver::Text => "is_empty"() -> BOOL, "Whether the text has no character but white space."
    TextLower = Receiver::Text => "lower"() -> TEXT, "The text in lower case."
    TextUpper = Receiver::Text => "upper"() -> TEXT, "The text in upper case."
    TextTrim = Receiver::Text => "trim"() -> TEXT, "The text without white space at both ends."
    TextSplit = Receiver::Text => "split"(separator: TEXT) -> ListOfText, "The parts between the separators."
    TextContains = Receiver::Text => "contains"(text: TEXT) -> BOOL, "Whether the other text occurs in it; case counts."
    TextStartsWith = Receiver::Text => "starts_with"(text: TEXT) -> BOOL, "Whether it begins with the other text."
    TextEndsWith = Receiver::Text => "ends_with"(text: TEXT) -> BOOL, "Whether it ends with the other text."
    TextReplace = Receiver::Text => "replace"(old: TEXT; new: TEXT) -> TEXT, "The text with every occurrence of `old` replaced."
    TextSlice = Receiver::Text => "slice"(start: INT; end: Optional(TypeId::INT), = DNone) -> TEXT, "The characters from `start` up to `end`, counted from 0; negative from the end; past the end is the end."
    TextPadStart = Receiver::Text => "pad_start"(length: INT; with: TEXT, = DText(" ")) -> TEXT, "The text filled up on the left to a length."
    TextPadEnd = Receiver::Text => "pad_end"(length: INT; with: TEXT, = DText(" ")) -> TEXT, "The text filled up on the right to a length."
    TextRepeat = Receiver::Text => "repeat"(times: INT) -> TEXT, "The text several times in a row."
    TextReverse = Receiver::Text => "reverse"() -> TEXT, "The characters in reverse order."
    TextIndexOf = Receiver::Text => "index_of"(text: TEXT) -> Optional(TypeId::INT), "Where the other text begins, counted from 0, or none."
    TextLines = Receiver::Text => "lines"() -> ListOfText, "The lines, without their ends."
    TextWords = Receiver::Text => "words"() -> ListOfText, "What stands between white space."
    TextCapitalize = Receiver::Text => "capitalize"() -> TEXT, "The text with its first character in upper case."
    TextToInt = Receiver::Text => "to_int"() -> Optional(TypeId::INT), "The whole number it spells, or none."
    TextToFloat = Receiver::Text => "to_float"() -> Optional(TypeId::FLOAT), "The number it spells, or none."
    TextToDecimal = Receiver::Text => "to_decimal"() -> Optional(TypeId::DECIMAL), "The exact number it spells, or none."
    TextToBool = Receiver::Text => "to_bool"() -> Optional(TypeId::BOOL), "`true` or `false` where it spells one of true, false, yes, no, 1, 0; else none."
    TextToTime = Receiver::Text => "to_time"() -> Optional(TypeId::TIME), "The instant it spells (RFC 3339), or none."
    TextToDate = Receiver::Text => "to_date"() -> Optional(TypeId::DATE), "The date it spells (2026-11-22), or none."
    TextToPhone = Receiver::Text => "to_phone"() -> Optional(TypeId::PHONE), "The number it spells (E.164, `sip:`, `client:`), or none."
    TextParseJson = Receiver::Text => "parse_json"() -> JSON, "The JSON it spells; a typed error where it is none."
    TextUrlEncode = Receiver::Text => "url_encode"() -> TEXT, "Percent-encoded for a URL's path or query."
    TextUrlDecode = Receiver::Text => "url_decode"() -> TEXT, "Percent-decoded; a typed error where it is malformed."
    TextBase64 = Receiver::Text => "base64"() -> TEXT, "Its UTF-8 bytes in base64."
    TextToBytes = Receiver::Text => "to_bytes"() -> BYTES, "Its UTF-8 bytes."
    TextHash = Receiver::Text => "hash"() -> TEXT, "SHA-256 of its UTF-8 bytes, in hex."
    TextMask = Receiver::Text => "mask"(keep: INT, = DInt(4)) -> TEXT, "The text with all but the last characters replaced by `*`."

    IntAbs = Receiver::Int => "abs"() -> INT, "Without its sign; a typed error for the least number."
    IntClamp = Receiver::Int => "clamp"(min: INT; max: INT) -> INT, "The nearest number within the bounds."
    IntToFloat = Receiver::Int => "to_float"() -> FLOAT, "The nearest float."
    IntToDecimal = Receiver::Int => "to_decimal"() -> DECIMAL, "The same number as a decimal."
    IntFormat = Receiver::Int => "format"(thousands: TEXT, = DText(",")) -> TEXT, "Digits in groups of three."
    FloatAbs = Receiver::Float => "abs"() -> FLOAT, "Without its sign."
    FloatRound = Receiver::Float => "round"(digits: INT, = DInt(0)) -> FLOAT, "Rounded half away from zero to digits after the point."
    FloatFloor = Receiver::Float => "floor"() -> INT, "The greatest whole number below; a typed error where it does not fit."
    FloatCeil = Receiver::Float => "ceil"() -> INT, "The least whole number above; a typed error where it does not fit."
    FloatClamp = Receiver::Float => "clamp"(min: FLOAT; max: FLOAT) -> FLOAT, "The nearest number within the bounds."
    FloatToDecimal = Receiver::Float => "to_decimal"() -> DECIMAL, "The decimal that is written like it; a typed error where there is none."
    DecimalAbs = Receiver::Decimal => "abs"() -> DECIMAL, "Without its sign."
    DecimalRound = Receiver::Decimal => "round"(digits: INT, = DInt(0)) -> DECIMAL, "Rounded half away from zero to digits after the point."
    DecimalFloor = Receiver::Decimal => "floor"() -> INT, "The greatest whole number below; a typed error where it does not fit."
    DecimalCeil = Receiver::Decimal => "ceil"() -> INT, "The least whole number above; a typed error where it does not fit."
    DecimalClamp = Receiver::Decimal => "clamp"(min: DECIMAL; max: DECIMAL) -> DECIMAL, "The nearest number within the bounds."
    DecimalToFloat = Receiver::Decimal => "to_float"() -> FLOAT, "The nearest float."
    DecimalFormat = Receiver::Decimal => "format"(digits: INT, = DInt(2); thousands: TEXT, = DText(",")) -> TEXT, "Digits in groups of three, and so many after the point."

    DurationMilliseconds = Receiver::Duration => "milliseconds"() -> INT, "Whole milliseconds."
    DurationSeconds = Receiver::Duration => "seconds"() -> INT, "Whole seconds, toward zero."
    DurationMinutes = Receiver::Duration => "minutes"() -> INT, "Whole minutes, toward zero."
    DurationHours = Receiver::Duration => "hours"() -> INT, "Whole hours, toward zero."
    DurationDays = Receiver::Duration => "days"() -> INT, "Whole days of 24 hours, toward zero."
    TimeAdd = Receiver::Time => "add"(duration: DURATION) -> TIME, "The instant so much later."
    TimeSince = Receiver::Time => "since"(other: TIME) -> DURATION, "How much later than the other it is."
    TimeIsBefore = Receiver::Time => "is_before"(other: TIME) -> BOOL, "Whether it is earlier than the other."
    TimeIsAfter = Receiver::Time => "is_after"(other: TIME) -> BOOL, "Whether it is later than the other."
    TimeDate = Receiver::Time => "date"(zone: Optional(TypeId::STRING), = DNone) -> DATE, "The date there, in the project's zone or the one given."
    TimeFormat = Receiver::Time => "format"(pattern: TEXT; zone: Optional(TypeId::STRING), = DNone) -> TEXT, "By strftime's `%` letters, in the project's zone or the one given."
    TimeHour = Receiver::Time => "hour"(zone: Optional(TypeId::STRING), = DNone) -> INT, "The hour of the day, 0 to 23."
    TimeWeekday = Receiver::Time => "weekday"(zone: Optional(TypeId::STRING), = DNone) -> TEXT, "`mon` to `sun`."
    DateAddDays = Receiver::Date => "add_days"(days: INT) -> DATE, "The date so many days later."
    DateDaysSince = Receiver::Date => "days_since"(other: DATE) -> INT, "How many days later than the other it is."
    DateIsBefore = Receiver::Date => "is_before"(other: DATE) -> BOOL, "Whether it is earlier than the other."
    DateIsAfter = Receiver::Date => "is_after"(other: DATE) -> BOOL, "Whether it is later than the other."
    DateWeekday = Receiver::Date => "weekday"() -> TEXT, "`mon` to `sun`."
    DateFormat = Receiver::Date => "format"(pattern: TEXT) -> TEXT, "By strftime's `%` letters."

    BytesLength = Receiver::Bytes => "length"() -> INT, "How many bytes there are."
    BytesBase64 = Receiver::Bytes => "base64"() -> TEXT, "In base64."
    BytesToText = Receiver::Bytes => "to_text"() -> Optional(TypeId::STRING), "The text they are in UTF-8, or none."

    JsonGet = Receiver::Json => "get"(key: TEXT) -> Optional(TypeId::JSON), "An object's value, or none."
    JsonPath = Receiver::Json => "path"(path: TEXT) -> Optional(TypeId::JSON), "The value at `a.b[0].c`, or none."
    JsonKeys = Receiver::Json => "keys"() -> ListOfText, "An object's keys; empty for anything else."
    JsonItems = Receiver::Json => "items"() -> ListOfJson, "An array's items; a typed error for anything else."
    JsonIsNull = Receiver::Json => "is_null"() -> BOOL, "Whether it is `null`."
    JsonToText = Receiver::Json => "to_text"() -> TEXT, "Compact JSON text."

    ListLength = Receiver::List(Items::Any) => "length"() -> INT, "How many items there are."
    ListIsEmpty = Receiver::List(Items::Any) => "is_empty"() -> BOOL, "Whether there is no item."
    ListGet = Receiver::List(Items::Any) => "get"(index: INT) -> OptionalItem, "The item at an index from 0 (negative from the end), or none."
    ListFirst = Receiver::List(Items::Any) => "first"() -> OptionalItem, "The first item, or none."
    ListLast = Receiver::List(Items::Any) => "last"() -> OptionalItem, "The last item, or none."
    ListTake = Receiver::List(Items::Any) => "take"(count: INT) -> ListOfItem, "At most so many items from the start."
    ListDrop = Receiver::List(Items::Any) => "drop"(count: INT) -> ListOfItem, "The items without so many from the start."
    ListConcat = Receiver::List(Items::Any) => "concat"(other: ListOfItem) -> ListOfItem, "The items of both."
    ListContains = Receiver::List(Items::Any) => "contains"(item: Item) -> BOOL, "Whether an equal item is in it."
    ListIndexOf = Receiver::List(Items::Any) => "index_of"(item: Item) -> Optional(TypeId::INT), "Where the first equal item stands, or none."
    ListReverse = Receiver::List(Items::Any) => "reverse"() -> ListOfItem, "The items in reverse order."
    ListUnique = Receiver::List(Items::Any) => "unique"() -> ListOfItem, "The items without later equal ones."
    ListChunk = Receiver::List(Items::Any) => "chunk"(size: INT) -> ListOfLists, "Lists of at most so many items."
    ListFlatten = Receiver::List(Items::Lists) => "flatten"() -> Item, "The items of its lists, in one list."
    ListSort = Receiver::List(Items::Ordered) => "sort"() -> ListOfItem, "The items in ascending order; equal ones keep theirs."
    ListMin = Receiver::List(Items::Ordered) => "min"() -> OptionalItem, "The least item, or none."
    ListMax = Receiver::List(Items::Ordered) => "max"() -> OptionalItem, "The greatest item, or none."
    ListSum = Receiver::List(Items::Numbers) => "sum"() -> Item, "The sum; zero of an empty list."
    ListAverage = Receiver::List(Items::Numbers) => "average"() -> OptionalAverage, "The mean, or none of an empty list; of whole numbers it is a decimal."
    ListJoin = Receiver::List(Items::Texts) => "join"(separator: TEXT, = DText(", ")) -> TEXT, "One text with the separator between the items."
    ListOrder = Receiver::List(Items::Ordered) => "sorted_indices"() -> ListOfInt, "The positions of the items in ascending order."

    MapLength = Receiver::Map => "length"() -> INT, "How many entries there are."
    MapIsEmpty = Receiver::Map => "is_empty"() -> BOOL, "Whether there is no entry."
    MapKeys = Receiver::Map => "keys"() -> ListOfText, "The keys in order."
    MapValues = Receiver::Map => "values"() -> ListOfItem, "The values in order."
    MapGet = Receiver::Map => "get"(key: TEXT) -> OptionalItem, "The value at a key, or none."
    MapHas = Receiver::Map => "has"(key: TEXT) -> BOOL, "Whether there is such a key."
    MapSet = Receiver::Map => "set"(key: TEXT; value: Item) -> Shape::Receiver, "The map with one entry set."
    MapWithout = Receiver::Map => "without"(key: TEXT) -> Shape::Receiver, "The map without a key."
    MapMerge = Receiver::Map => "merge"(other: Shape::Receiver) -> Shape::Receiver, "The entries of both; the other's win."
    MapEntries = Receiver::Map => "entries"() -> ListOfEntries, "Its entries as records of `key` and `value`."

    ToJson = Receiver::Any => "to_json"() -> JSON, "The value as JSON, with the names on the wire."
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
                Items::Texts => is_text(types, item),
                Items::Lists => matches!(types.get(item), Type::List(_)),
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

impl Shape {
    /// The type that the shape means on a receiver of a type.
    pub fn resolve(self, types: &mut Types, receiver: TypeId) -> TypeId {
        let item = match types.get(receiver) {
            Type::List(item) | Type::Map(item) => item,
            _ => TypeId::UNKNOWN,
        };
        match self {
            Is(ty) => ty,
            Shape::Receiver => receiver,
            Item => item,
            OptionalItem => types.optional(item),
            ListOfItem => types.list(item),
            ListOfLists => {
                let list = types.list(item);
                types.list(list)
            }
            ListOfText => types.list(TypeId::STRING),
            ListOfInt => types.list(TypeId::INT),
            Optional(ty) => types.optional(ty),
            OptionalAverage => {
                let mean = if item == TypeId::INT { TypeId::DECIMAL } else { item };
                types.optional(mean)
            }
            ListOfEntries => {
                let entry = types.entry_record(item);
                types.list(entry)
            }
            ListOfJson => types.list(TypeId::JSON),
        }
    }
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
