//! Short names for the types that many signatures of the table have.

use crate::types::TypeId;

use super::Receiver::List;
use super::Shape::{Is, ListOf, Meant, Optional, OptionalMeant};
use super::{Items, Meaning, Receiver, Shape};

pub(super) const TEXT: Shape = Is(TypeId::STRING);
pub(super) const INT: Shape = Is(TypeId::INT);
pub(super) const FLOAT: Shape = Is(TypeId::FLOAT);
pub(super) const DECIMAL: Shape = Is(TypeId::DECIMAL);
pub(super) const BOOL: Shape = Is(TypeId::BOOL);
pub(super) const TIME: Shape = Is(TypeId::TIME);
pub(super) const DATE: Shape = Is(TypeId::DATE);
pub(super) const DURATION: Shape = Is(TypeId::DURATION);
pub(super) const JSON: Shape = Is(TypeId::JSON);
pub(super) const BYTES: Shape = Is(TypeId::BYTES);
pub(super) const TEXTS: Shape = ListOf(TypeId::STRING);
pub(super) const DATES: Shape = ListOf(TypeId::DATE);
pub(super) const MAYBE_TEXT: Shape = Optional(TypeId::STRING);
pub(super) const MAYBE_INT: Shape = Optional(TypeId::INT);

pub(super) const REGEX: Shape = Meant(Meaning::Regex);
pub(super) const ZONE: Shape = Meant(Meaning::Zone);
pub(super) const MAYBE_ZONE: Shape = OptionalMeant(Meaning::Zone);
/// What a date is cut to.
pub(super) const DATE_UNIT: Shape = Meant(Meaning::Word(&["week", "month", "quarter", "year"]));
/// What a time is cut to.
pub(super) const TIME_UNIT: Shape =
    Meant(Meaning::Word(&["second", "minute", "hour", "day", "week", "month", "quarter", "year"]));
/// What lies between two dates.
pub(super) const DATE_UNITS: Shape = Meant(Meaning::Word(&["days", "weeks", "months", "years"]));
/// What lies between two times.
pub(super) const TIME_UNITS: Shape =
    Meant(Meaning::Word(&["seconds", "minutes", "hours", "days", "weeks", "months", "years"]));
/// Units that are always of one length.
pub(super) const EXACT_UNITS: Shape =
    Meant(Meaning::Word(&["milliseconds", "seconds", "minutes", "hours", "days", "weeks"]));
pub(super) const UNIX_UNITS: Shape = Meant(Meaning::Word(&["seconds", "milliseconds"]));
pub(super) const DURATION_STYLE: Shape = Meant(Meaning::Word(&["short", "clock", "words"]));
pub(super) const WEEKDAY: Shape =
    Meant(Meaning::Word(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"]));

pub(super) const ITEMS: Receiver = List(Items::Any);
pub(super) const NUMBERS: Receiver = List(Items::Numbers);
pub(super) const ORDERED: Receiver = List(Items::Ordered);
pub(super) const SCALARS: Receiver = List(Items::Scalars);
pub(super) const OPTIONALS: Receiver = List(Items::Optionals);
pub(super) const LISTS: Receiver = List(Items::Lists);
pub(super) const RECORDS: Receiver = List(Items::Records);
