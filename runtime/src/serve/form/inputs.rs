//! What a person is asked for: the inputs of a page, from a record's type.

use callflow_artifact::types::{ChoiceId, Field, RecordId, Type, TypeId, Types, Variants};

use crate::value::format::format;
use crate::value::from_constant;

/// Names of fields that hold more than a line.
const LONG: [&str; 8] =
    ["comment", "comments", "description", "details", "message", "note", "notes", "question"];

/// Something that a person is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Input {
    /// The field's name in what is sent, with those of the records around it: `address.city`.
    pub(super) name: String,
    /// The field's name in JSON.
    pub(super) wire: String,
    /// `First name` of `first_name`.
    pub(super) label: String,
    /// The field's documentation.
    pub(super) help: String,
    /// Whether the field may be left out: it has a default or is none then.
    pub(super) optional: bool,
    /// Whether something must be entered.
    pub(super) required: bool,
    /// What stands there before the person enters something.
    pub(super) initial: String,
    /// What is entered.
    pub(super) kind: Kind,
    /// What it is read as.
    pub(super) ty: TypeId,
}

/// What is entered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A line.
    Line(Line),
    /// A text of several lines.
    Area,
    /// A list, one item a line.
    Lines,
    /// JSON, for what has no input of its own.
    Json,
    /// A box to tick.
    Tick,
    /// One of several texts.
    OneOf(Vec<String>),
    /// Any of several texts.
    AnyOf(Vec<String>),
    /// A file, or several.
    File {
        /// Whether there may be several.
        many: bool,
    },
    /// The inputs of a record.
    Group(Vec<Input>),
}

/// What sort of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Text,
    Email,
    Url,
    Phone,
    Whole,
    Number,
    Date,
    Time,
    Duration,
}

/// The inputs for a record.
pub(super) fn inputs(types: &Types, record: RecordId) -> Vec<Input> {
    Maker { types, around: Vec::new() }.record(record, "")
}

struct Maker<'a> {
    types: &'a Types,
    /// The records around the one at hand: one that is among them is not opened again.
    around: Vec<RecordId>,
}

impl Maker<'_> {
    fn record(&mut self, id: RecordId, before: &str) -> Vec<Input> {
        let types = self.types;
        self.around.push(id);
        let fields = types.record(id).map(|record| record.fields.as_slice()).unwrap_or_default();
        let inputs = fields.iter().map(|field| self.input(field, before)).collect();
        self.around.pop();
        inputs
    }

    fn input(&mut self, field: &Field, before: &str) -> Input {
        let name = format!("{before}{}", field.wire_name());
        let inner = self.types.without_optional(field.ty);
        let optional = inner != field.ty || field.default.is_some();
        let kind = self.kind(field, inner, &name);
        let never = matches!(kind, Kind::Tick | Kind::AnyOf(_) | Kind::Group(_) | Kind::Lines);
        let initial = field.default.as_ref().map(from_constant);
        Input {
            label: label(&field.name),
            help: field.doc.trim().to_owned(),
            required: !optional && !never,
            optional,
            initial: initial.and_then(|value| format(&value)).unwrap_or_default().into(),
            wire: field.wire_name().to_owned(),
            ty: field.ty,
            kind,
            name,
        }
    }

    fn kind(&mut self, field: &Field, inner: TypeId, name: &str) -> Kind {
        if inner == TypeId::FILE {
            return Kind::File { many: false };
        }
        match self.types.get(inner) {
            Type::Bool if inner == field.ty => Kind::Tick,
            Type::Bool => Kind::OneOf(vec!["yes".into(), "no".into()]),
            Type::Int => Kind::Line(Line::Whole),
            Type::Float | Type::Decimal => Kind::Line(Line::Number),
            Type::Duration => Kind::Line(Line::Duration),
            Type::Time => Kind::Line(Line::Time),
            Type::Date => Kind::Line(Line::Date),
            Type::Phone => Kind::Line(Line::Phone),
            Type::Bytes => Kind::File { many: false },
            Type::String => text(&field.name),
            Type::Choice(choice) => self.texts(choice).map_or(Kind::Json, Kind::OneOf),
            Type::List(TypeId::FILE) => Kind::File { many: true },
            Type::List(item) => match self.types.get(item) {
                Type::Choice(choice) => self.texts(choice).map_or(Kind::Json, Kind::AnyOf),
                Type::Bool
                | Type::Int
                | Type::Float
                | Type::Decimal
                | Type::Duration
                | Type::Time
                | Type::Date
                | Type::Phone
                | Type::String => Kind::Lines,
                _ => Kind::Json,
            },
            Type::Record(record) if !self.around.contains(&record) => {
                Kind::Group(self.record(record, &format!("{name}.")))
            }
            _ => Kind::Json,
        }
    }

    fn texts(&self, choice: ChoiceId) -> Option<Vec<String>> {
        match &self.types.choice(choice)?.variants {
            Variants::Literals(texts) => Some(texts.iter().map(ToString::to_string).collect()),
            Variants::Tagged(_) | Variants::Untagged(_) => None,
        }
    }
}

/// What a text is by its field's name: browsers offer another keyboard, and what they remember.
fn text(name: &str) -> Kind {
    let last = name.rsplit('_').next().unwrap_or(name);
    match last {
        "email" | "mail" => Kind::Line(Line::Email),
        "url" | "website" | "link" | "homepage" => Kind::Line(Line::Url),
        _ if LONG.contains(&last) => Kind::Area,
        _ => Kind::Line(Line::Text),
    }
}

/// `First name` of `first_name`.
pub(super) fn label(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut chars = words.trim().chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}
