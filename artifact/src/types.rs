//! The types of values, interned: two types are the same exactly when their ids are.

use std::collections::{BTreeSet, HashMap};

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::constant::Constant;
use crate::file;
use crate::mentions::{self, Mention};

/// An interned [`Type`]; its meaning is relative to one [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TypeId(pub u32);

/// An index into [`Types`]' records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordId(pub u32);

/// An index into [`Types`]' choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChoiceId(pub u32);

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// What a broken expression has. It fits everywhere, so that one mistake gives one error. Never in an
    /// artifact.
    Unknown,
    /// What an expression has that never gives a value: `fail("…")`. It fits everywhere.
    Never,
    /// The type of `none` alone, and of what gives nothing (a flow without a result).
    None,
    /// `true` or `false`.
    Bool,
    /// 64-bit signed; overflow is a typed error.
    Int,
    /// IEEE 754 double.
    Float,
    /// Exact, up to 28 significant digits.
    Decimal,
    /// UTF-8 text.
    String,
    /// A signed span of time, in whole milliseconds.
    Duration,
    /// An instant.
    Time,
    /// A civil date without a zone.
    Date,
    /// Raw bytes; base64 in JSON.
    Bytes,
    /// An E.164 number, or a `sip:` or `client:` address.
    Phone,
    /// Any JSON value: the only dynamic type.
    Json,
    /// A credential.
    Secret,
    /// The value or `none`. Never nested: `T??` is `T?`.
    Optional(TypeId),
    /// `[T]`.
    List(TypeId),
    /// `[string: T]`, in insertion order.
    Map(TypeId),
    /// A record.
    Record(RecordId),
    /// One of several texts, or one of several tagged records.
    Choice(ChoiceId),
    /// The n-th type parameter of the enclosing function, known when it is called.
    Parameter(u8),
}

/// A record type: named by `type Lead { … }`, or the shape of a literal that nothing named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `Lead`, `hubspot.Deal` for a piece's own; empty for the shape of a literal.
    pub name: EcoString,
    /// The `///` text, empty where there is none.
    pub doc: EcoString,
    /// In the order of definition, which is the order of the value's slots.
    pub fields: Vec<Field>,
}

/// A field of a [`Record`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The name in flows.
    pub name: EcoString,
    /// The name in JSON, where it differs (`wire "First-Name"`).
    pub wire: Option<EcoString>,
    /// The type of its value.
    pub ty: TypeId,
    /// Whether `null` is another thing than absence when writing (`T? nullable`).
    pub nullable: bool,
    /// What a literal may leave out and JSON may lack.
    pub default: Option<Constant>,
    /// A value to show in docs and to answer with in the sandbox (`sample …`).
    pub sample: Option<Constant>,
    /// The `///` text, empty where there is none.
    pub doc: EcoString,
}

impl Field {
    /// The field's name in JSON.
    pub fn wire_name(&self) -> &str {
        self.wire.as_deref().unwrap_or(&self.name)
    }
}

/// A choice type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// `Stage`, `hubspot.Stage`; empty for `"a" | "b"` written in place.
    pub name: EcoString,
    /// The `///` text, empty where there is none.
    pub doc: EcoString,
    /// What it is one of.
    pub variants: Variants,
}

/// The alternatives of a [`Choice`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Variants {
    /// `"new" | "won"`: a value is the text itself.
    Literals(Vec<EcoString>),
    /// `Won { … } | Lost { … }`: a value is a tag and its record. In JSON: the record's object with the tag's
    /// name under `"type"`.
    Tagged(Vec<Variant>),
    /// `Person | Company`, each a record with a name of its own. In JSON: the record's object alone, told apart
    /// by its fields. The first is meant whose required fields are all there.
    Untagged(Vec<Variant>),
}

/// One tagged alternative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The tag.
    pub name: EcoString,
    /// Its fields; a record without fields where none are written.
    pub record: RecordId,
    /// The `///` text, empty where there is none.
    pub doc: EcoString,
}

/// All types of one program.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Types {
    types: Vec<Type>,
    records: Vec<Record>,
    choices: Vec<Choice>,
    #[serde(skip)]
    index: HashMap<Type, TypeId>,
}

macro_rules! well_known {
    ($($name:ident = $index:literal $type:ident $(($of:expr))? $doc:literal;)*) => {
        impl TypeId {
            $(#[doc = $doc] pub const $name: TypeId = TypeId($index);)*
        }
        /// The types that every program has, in the order of their fixed ids.
        const WELL_KNOWN: &[Type] = &[$(Type::$type$(($of))?),*];
    };
}

well_known! {
    UNKNOWN = 0 Unknown "The id of [`Type::Unknown`] in every [`Types`].";
    NEVER = 1 Never "The id of [`Type::Never`] in every [`Types`].";
    NONE = 2 None "The id of [`Type::None`] in every [`Types`].";
    BOOL = 3 Bool "The id of [`Type::Bool`] in every [`Types`].";
    INT = 4 Int "The id of [`Type::Int`] in every [`Types`].";
    FLOAT = 5 Float "The id of [`Type::Float`] in every [`Types`].";
    DECIMAL = 6 Decimal "The id of [`Type::Decimal`] in every [`Types`].";
    STRING = 7 String "The id of [`Type::String`] in every [`Types`].";
    DURATION = 8 Duration "The id of [`Type::Duration`] in every [`Types`].";
    TIME = 9 Time "The id of [`Type::Time`] in every [`Types`].";
    DATE = 10 Date "The id of [`Type::Date`] in every [`Types`].";
    BYTES = 11 Bytes "The id of [`Type::Bytes`] in every [`Types`].";
    PHONE = 12 Phone "The id of [`Type::Phone`] in every [`Types`].";
    JSON = 13 Json "The id of [`Type::Json`] in every [`Types`].";
    SECRET = 14 Secret "The id of [`Type::Secret`] in every [`Types`].";
    FILE = 15 Record (RecordId::FILE) "The id of the record of a stored file in every [`Types`].";
}

impl RecordId {
    /// The record of a stored file, [`file::record`], in every [`Types`].
    pub const FILE: RecordId = RecordId(0);
}

/// How deep and how long a type is written out for people, who read no more, and so that a table of types
/// from anywhere can be shown.
const DEEPEST_SHOWN: usize = 32;
const LONGEST_SHOWN: usize = 400;

impl Types {
    /// The types that every program has, at their fixed ids.
    pub fn new() -> Types {
        let mut types = Types { records: vec![file::record()], ..Types::default() };
        for &ty in WELL_KNOWN {
            types.intern(ty);
        }
        types
    }

    /// The id of a type; the same one for the same type.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        // An artifact read back has no index.
        if self.index.is_empty() {
            self.rebuild_index();
        }
        if let Some(&id) = self.index.get(&ty) {
            return id;
        }
        let id = TypeId(self.types.len() as u32);
        self.types.push(ty);
        self.index.insert(ty, id);
        id
    }

    /// Makes the index of types to ids again, which is not written into files.
    pub(crate) fn rebuild_index(&mut self) {
        self.index = self.types.iter().enumerate().map(|(i, &t)| (t, TypeId(i as u32))).collect();
    }

    /// Leaves out what is not to be kept. What is kept still mentions others by their old ids.
    pub(crate) fn retain(
        &mut self,
        types: &BTreeSet<TypeId>,
        records: &BTreeSet<RecordId>,
        choices: &BTreeSet<ChoiceId>,
    ) {
        fn keep<T>(all: &mut Vec<T>, is_kept: impl Fn(u32) -> bool) {
            let mut id = 0..;
            all.retain(|_| id.next().is_some_and(&is_kept));
        }
        keep(&mut self.types, |id| types.contains(&TypeId(id)));
        keep(&mut self.records, |id| records.contains(&RecordId(id)));
        keep(&mut self.choices, |id| choices.contains(&ChoiceId(id)));
    }

    /// Tells of each id that stands in the table. They may be changed, as long as each type stands once.
    pub(crate) fn each_mention(&mut self, visit: &mut dyn FnMut(Mention<'_>)) {
        self.types.iter_mut().for_each(|it| mentions::in_type(it, visit));
        self.records.iter_mut().for_each(|it| mentions::in_record(it, visit));
        self.choices.iter_mut().for_each(|it| mentions::in_choice(it, visit));
        self.rebuild_index();
    }

    /// `T?`; `T` itself where it is optional (or `none`, or broken) already.
    pub fn optional(&mut self, inner: TypeId) -> TypeId {
        match self.get(inner) {
            Type::Optional(_) | Type::None | Type::Unknown => inner,
            _ => self.intern(Type::Optional(inner)),
        }
    }

    /// `[T]`.
    pub fn list(&mut self, item: TypeId) -> TypeId {
        self.intern(Type::List(item))
    }

    /// `[string: T]`.
    pub fn map(&mut self, value: TypeId) -> TypeId {
        self.intern(Type::Map(value))
    }

    /// Adds a record; a new type each time, for records are told apart by name and not by shape.
    pub fn add_record(&mut self, record: Record) -> (RecordId, TypeId) {
        let id = RecordId(self.records.len() as u32);
        self.records.push(record);
        (id, self.intern(Type::Record(id)))
    }

    /// Adds a choice; a new type each time.
    pub fn add_choice(&mut self, choice: Choice) -> (ChoiceId, TypeId) {
        let id = ChoiceId(self.choices.len() as u32);
        self.choices.push(choice);
        (id, self.intern(Type::Choice(id)))
    }

    /// The record type of a literal that nothing named: one for each list of names and types.
    pub fn shape(&mut self, fields: Vec<(EcoString, TypeId)>) -> TypeId {
        let known = self.records.iter().position(|record| {
            record.name.is_empty()
                && record.fields.len() == fields.len()
                && record.fields.iter().zip(&fields).all(|(f, (n, t))| f.name == *n && f.ty == *t)
        });
        if let Some(index) = known {
            return self.intern(Type::Record(RecordId(index as u32)));
        }
        let field = |(name, ty): (EcoString, TypeId)| Field {
            name,
            wire: None,
            ty,
            nullable: false,
            default: None,
            sample: None,
            doc: EcoString::new(),
        };
        let fields = fields.into_iter().map(field).collect();
        let record = Record { name: EcoString::new(), doc: EcoString::new(), fields };
        self.add_record(record).1
    }

    /// `{ key: string, value: T }`, what a map's `entries` are.
    pub fn entry_record(&mut self, value: TypeId) -> TypeId {
        self.shape(vec![("key".into(), TypeId::STRING), ("value".into(), value)])
    }

    /// `{ index: int, item: T }`, what a list's `enumerate` gives.
    pub fn numbered_record(&mut self, item: TypeId) -> TypeId {
        self.shape(vec![("index".into(), TypeId::INT), ("item".into(), item)])
    }

    /// The type behind an id; [`Type::Unknown`] for an id of another table.
    pub fn get(&self, id: TypeId) -> Type {
        self.types.get(id.0 as usize).copied().unwrap_or(Type::Unknown)
    }

    /// The record behind an id.
    pub fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(id.0 as usize)
    }

    /// The record behind an id, to fill in what could not be known when it was added.
    pub fn record_mut(&mut self, id: RecordId) -> Option<&mut Record> {
        self.records.get_mut(id.0 as usize)
    }

    /// The choice behind an id.
    pub fn choice(&self, id: ChoiceId) -> Option<&Choice> {
        self.choices.get(id.0 as usize)
    }

    /// The choice behind an id, to fill in what could not be known when it was added.
    pub fn choice_mut(&mut self, id: ChoiceId) -> Option<&mut Choice> {
        self.choices.get_mut(id.0 as usize)
    }

    /// How many types, records and choices there are.
    pub fn len(&self) -> (usize, usize, usize) {
        (self.types.len(), self.records.len(), self.choices.len())
    }

    /// Whether nothing was interned yet, which no [`Types::new`] is.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// All types with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, Type)> + '_ {
        self.types.iter().enumerate().map(|(i, &ty)| (TypeId(i as u32), ty))
    }

    /// What `T` is in `T?`, and the type itself where it is not optional.
    pub fn without_optional(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Optional(inner) => inner,
            _ => id,
        }
    }

    /// The type with each [`Type::Parameter`] replaced by what the call gave for it.
    pub fn substitute(&mut self, id: TypeId, arguments: &[TypeId]) -> TypeId {
        match self.get(id) {
            Type::Parameter(n) => arguments.get(n as usize).copied().unwrap_or(TypeId::UNKNOWN),
            Type::Optional(inner) => {
                let inner = self.substitute(inner, arguments);
                self.optional(inner)
            }
            Type::List(item) => {
                let item = self.substitute(item, arguments);
                self.list(item)
            }
            Type::Map(value) => {
                let value = self.substitute(value, arguments);
                self.map(value)
            }
            _ => id,
        }
    }

    /// The id of a type that is interned already.
    pub fn find(&self, ty: Type) -> Option<TypeId> {
        if self.index.len() == self.types.len() {
            return self.index.get(&ty).copied();
        }
        self.types.iter().position(|&known| known == ty).map(|i| TypeId(i as u32))
    }

    /// What [`Types::substitute`] gives, without adding a type: none where the result is not interned.
    pub fn resolve(&self, id: TypeId, arguments: &[TypeId]) -> Option<TypeId> {
        match self.get(id) {
            Type::Parameter(n) => arguments.get(n as usize).copied(),
            Type::Optional(inner) => {
                let inner = self.resolve(inner, arguments)?;
                match self.get(inner) {
                    Type::Optional(_) | Type::None | Type::Unknown => Some(inner),
                    _ => self.find(Type::Optional(inner)),
                }
            }
            Type::List(item) => self.find(Type::List(self.resolve(item, arguments)?)),
            Type::Map(value) => self.find(Type::Map(self.resolve(value, arguments)?)),
            _ => Some(id),
        }
    }

    /// The type as an author writes it: `[Lead]?`, `"new" | "won"`, `{ name: string, n: int }`. What is very
    /// long ends in dots.
    pub fn display(&self, id: TypeId) -> String {
        let mut out = String::new();
        self.write(id, &mut out, 0);
        out
    }

    fn write(&self, id: TypeId, out: &mut String, depth: usize) {
        if depth > DEEPEST_SHOWN || out.len() > LONGEST_SHOWN {
            out.push('…');
            return;
        }
        let depth = depth + 1;
        match self.get(id) {
            Type::Unknown => out.push('?'),
            Type::Never => out.push_str("never"),
            Type::None => out.push_str("none"),
            Type::Bool => out.push_str("bool"),
            Type::Int => out.push_str("int"),
            Type::Float => out.push_str("float"),
            Type::Decimal => out.push_str("decimal"),
            Type::String => out.push_str("string"),
            Type::Duration => out.push_str("duration"),
            Type::Time => out.push_str("time"),
            Type::Date => out.push_str("date"),
            Type::Bytes => out.push_str("bytes"),
            Type::Phone => out.push_str("phone"),
            Type::Json => out.push_str("json"),
            Type::Secret => out.push_str("secret"),
            Type::Optional(inner) => {
                self.write(inner, out, depth);
                out.push('?');
            }
            Type::List(item) => {
                out.push('[');
                self.write(item, out, depth);
                out.push(']');
            }
            Type::Map(value) => {
                out.push_str("[string: ");
                self.write(value, out, depth);
                out.push(']');
            }
            Type::Record(record) => match self.record(record) {
                Some(record) if !record.name.is_empty() => out.push_str(&record.name),
                Some(record) => {
                    out.push_str("{ ");
                    for (i, field) in record.fields.iter().take(LONGEST_SHOWN).enumerate() {
                        if i > 0 {
                            out.push_str(", ");
                        }
                        out.push_str(&field.name);
                        out.push_str(": ");
                        self.write(field.ty, out, depth);
                    }
                    out.push_str(" }");
                }
                None => out.push('?'),
            },
            Type::Choice(choice) => match self.choice(choice) {
                Some(choice) if !choice.name.is_empty() => out.push_str(&choice.name),
                Some(choice) => match &choice.variants {
                    Variants::Literals(texts) => {
                        let texts: Vec<String> = texts.iter().map(|t| format!("{t:?}")).collect();
                        out.push_str(&texts.join(" | "));
                    }
                    Variants::Tagged(variants) | Variants::Untagged(variants) => {
                        let names: Vec<&str> = variants.iter().map(|v| v.name.as_str()).collect();
                        out.push_str(&names.join(" | "));
                    }
                },
                None => out.push('?'),
            },
            Type::Parameter(n) => {
                out.push('T');
                if n > 0 {
                    out.push_str(&n.to_string());
                }
            }
        }
    }
}
