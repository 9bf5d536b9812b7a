//! Named texts and files, as forms and query strings send them, and the JSON that they are for a type.
//!
//! A field of a record within a record is named `address.city` or `address[city]`; a list has one name several
//! times, or `tags[]`; a list of records is named `items[0][name]`. A text that is nothing like its type stays a
//! text, so that whoever reads the JSON says what is wrong.

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callflow_artifact::types::{RecordId, Type, TypeId, Types, Variants};
use indexmap::IndexMap;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Number, Value as Json, json};

use super::options::FIELDS;
use super::problem::Problem;
use super::runs::NewFile;
use crate::value::json::{DEPTH_LIMIT, parse};

/// The longest name of a field, in bytes, and the most parts of it.
const LONGEST_NAME: usize = 500;
const MOST_PARTS: usize = 16;

/// What came under a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    /// A text.
    Text(String),
    /// A file.
    File(Upload),
}

/// A file that came with a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Upload {
    /// Its name, as the sender has it.
    pub(super) name: String,
    /// What it holds.
    pub(super) media_type: String,
    /// Its content.
    pub(super) content: Bytes,
}

/// Named texts and files, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields {
    entries: IndexMap<String, Vec<Given>>,
    count: usize,
}

impl Fields {
    /// What a query string or a body like one has.
    ///
    /// # Errors
    /// There is too much of it.
    pub(super) fn of_pairs(text: &[u8]) -> Result<Fields, Problem> {
        let mut fields = Fields::default();
        for (name, value) in form_urlencoded::parse(text) {
            fields.add(&name, Given::Text(value.into_owned()))?;
        }
        Ok(fields)
    }

    /// Adds one.
    ///
    /// # Errors
    /// There are too many, or its name is too long.
    pub(super) fn add(&mut self, name: &str, given: Given) -> Result<(), Problem> {
        self.count += 1;
        if self.count > FIELDS {
            return Err(Problem::bad(format!("There may be {FIELDS} fields and no more.")));
        }
        let name = plain_name(name);
        if name.len() > LONGEST_NAME || name.split('.').count() > MOST_PARTS {
            return Err(Problem::bad("The name of a field is too long."));
        }
        self.entries.entry(name).or_default().push(given);
        Ok(())
    }

    /// All that came under a name.
    pub(super) fn get(&self, name: &str) -> &[Given] {
        self.entries.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The text under a name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).iter().find_map(|given| match given {
            Given::Text(text) => Some(text.as_str()),
            Given::File(_) => None,
        })
    }

    /// All texts under a name.
    pub(super) fn all_texts(&self, name: &str) -> Vec<&str> {
        let texts = self.get(name).iter().filter_map(|given| match given {
            Given::Text(text) => Some(text.as_str()),
            Given::File(_) => None,
        });
        texts.collect()
    }

    /// Each name with its first text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.keys().filter_map(|name| Some((name.as_str(), self.text(name)?)))
    }

    /// Whether there is something whose name goes on behind this one.
    fn has_parts_of(&self, name: &str) -> bool {
        self.entries
            .keys()
            .any(|known| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.entries.keys()
    }
}

/// `a.b.0.c` of `a[b][0][c]`, and `tags` of `tags[]`.
fn plain_name(name: &str) -> String {
    let name = name.strip_suffix("[]").unwrap_or(name);
    if name.contains('[') {
        name.replace("][", ".").replace('[', ".").replace(']', "")
    } else {
        name.to_owned()
    }
}

/// Makes JSON of fields.
pub(super) struct Reader<'a> {
    /// The program's types.
    pub(super) types: &'a Types,
    /// What times without a zone are of.
    pub(super) zone: &'a TimeZone,
    /// What came.
    pub(super) fields: &'a Fields,
    /// The files that the JSON made so far refers to.
    pub(super) files: Vec<NewFile>,
}

impl Reader<'_> {
    /// The JSON of a whole body of a type.
    pub(super) fn body(&mut self, ty: TypeId) -> Json {
        match self.types.get(self.types.without_optional(ty)) {
            Type::Record(record) => self.record(record, ""),
            _ => self.untyped(),
        }
    }

    /// The JSON of a record whose fields' names begin with a text, which ends in a dot or is empty.
    fn record(&mut self, record: RecordId, before: &str) -> Json {
        let types = self.types;
        let fields = types.record(record).map(|record| record.fields.as_slice());
        let mut object = Map::new();
        for field in fields.unwrap_or_default() {
            let name = format!("{before}{}", field.wire_name());
            if let Some(json) = self.field(field.ty, &name) {
                object.insert(field.wire_name().to_owned(), json);
            }
        }
        Json::Object(object)
    }

    /// The JSON of what came under a name; none where nothing came.
    pub(super) fn field(&mut self, ty: TypeId, name: &str) -> Option<Json> {
        let fields = self.fields;
        let given = fields.get(name);
        match self.types.get(self.types.without_optional(ty)) {
            Type::List(item) if given.is_empty() => self.numbered(item, name),
            Type::List(item) => Some(given.iter().map(|given| self.item(item, given)).collect()),
            Type::Record(record) if ty != TypeId::FILE && given.is_empty() => {
                let is_there = self.fields.has_parts_of(name);
                is_there.then(|| self.record(record, &format!("{name}.")))
            }
            _ => given.first().map(|given| self.item(ty, given)),
        }
    }

    /// A list whose items are numbered.
    fn numbered(&mut self, item: TypeId, name: &str) -> Option<Json> {
        let mut items = Vec::new();
        while items.len() < FIELDS {
            let Some(json) = self.field(item, &format!("{name}.{}", items.len())) else { break };
            items.push(json);
        }
        (!items.is_empty()).then_some(Json::Array(items))
    }

    /// The JSON of one text or file of a type.
    pub(super) fn item(&mut self, ty: TypeId, given: &Given) -> Json {
        let inner = self.types.without_optional(ty);
        match given {
            Given::Text(text) if text.is_empty() && inner != ty => Json::Null,
            Given::Text(text) => scalar(self.types, self.zone, inner, text),
            Given::File(upload) if inner == TypeId::BYTES => {
                Json::String(STANDARD.encode(&upload.content))
            }
            Given::File(upload) if upload.content.is_empty() && upload.name.is_empty() => {
                Json::Null
            }
            Given::File(upload) => self.kept(upload),
        }
    }

    /// A file by reference.
    fn kept(&mut self, upload: &Upload) -> Json {
        let id = super::file_id(&upload.content);
        let Upload { name, media_type, content } = upload.clone();
        let size = content.len();
        let json =
            json!({ "id": id.as_str(), "name": name, "media_type": media_type, "size": size });
        self.files.push(NewFile { id, content });
        json
    }

    /// Everything under its name: a text, or a list where there are several.
    fn untyped(&mut self) -> Json {
        let fields = self.fields;
        let object = fields.names().map(|name| {
            let mut all: Vec<Json> =
                fields.get(name).iter().map(|given| self.item(TypeId::STRING, given)).collect();
            let only = if all.len() == 1 { all.pop() } else { None };
            (name.clone(), only.unwrap_or(Json::Array(all)))
        });
        Json::Object(object.collect())
    }
}

/// The JSON that a text is for a type.
fn scalar(types: &Types, zone: &TimeZone, ty: TypeId, text: &str) -> Json {
    let trimmed = text.trim();
    let as_it_is = || Json::String(text.to_owned());
    match types.get(ty) {
        Type::Bool => match trimmed.to_ascii_lowercase().as_str() {
            "on" | "true" | "yes" | "1" => Json::Bool(true),
            "off" | "false" | "no" | "0" | "" => Json::Bool(false),
            _ => as_it_is(),
        },
        Type::Int | Type::Float | Type::Decimal | Type::Duration => {
            trimmed.parse::<Number>().map_or_else(|_| trimmed.into(), Json::Number)
        }
        Type::Phone => {
            let filler = |c: char| c.is_whitespace() || matches!(c, '-' | '(' | ')' | '.' | '/');
            if trimmed.starts_with('+') {
                trimmed.replace(filler, "").into()
            } else {
                trimmed.into()
            }
        }
        Type::Time => match trimmed.parse::<DateTime>() {
            Ok(civil) if trimmed.parse::<jiff::Timestamp>().is_err() => civil
                .to_zoned(zone.clone())
                .map_or_else(|_| as_it_is(), |at| at.timestamp().to_string().into()),
            _ => trimmed.into(),
        },
        Type::Date => trimmed.into(),
        Type::Bytes => STANDARD.encode(text).into(),
        Type::Json => parse(text.as_bytes(), usize::MAX).unwrap_or_else(|_| as_it_is()),
        _ => as_it_is(),
    }
}

/// Whether a value of a type may have a file in it.
pub(super) fn has_file(types: &Types, ty: TypeId) -> bool {
    let mut seen = std::collections::HashSet::new();
    let mut waiting = vec![ty];
    while let Some(ty) = waiting.pop() {
        if ty == TypeId::FILE {
            return true;
        }
        if !seen.insert(ty) {
            continue;
        }
        let mut records = Vec::new();
        match types.get(ty) {
            Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => waiting.push(inner),
            Type::Record(record) => records.push(record),
            Type::Choice(choice) => {
                let variants = types.choice(choice).map(|choice| &choice.variants);
                if let Some(Variants::Tagged(variants) | Variants::Untagged(variants)) = variants {
                    records.extend(variants.iter().map(|variant| variant.record));
                }
            }
            _ => {}
        }
        for record in records.into_iter().filter_map(|record| types.record(record)) {
            waiting.extend(record.fields.iter().map(|field| field.ty));
        }
    }
    false
}

const _: () = assert!(MOST_PARTS < DEPTH_LIMIT, "what fields are made into can be read back");

#[cfg(test)]
mod tests {
    use callflow_artifact::types::{Field, Record};

    use super::*;

    fn field(name: &str, ty: TypeId) -> Field {
        let (wire, default, sample) = (None, None, None);
        Field { name: name.into(), wire, ty, nullable: false, default, sample, doc: "".into() }
    }

    fn record(types: &mut Types, fields: Vec<Field>) -> TypeId {
        types.add_record(Record { name: "R".into(), doc: "".into(), fields }).1
    }

    fn read(types: &Types, ty: TypeId, query: &str) -> Json {
        let fields = Fields::of_pairs(query.as_bytes()).unwrap();
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        Reader { types, zone: &zone, fields: &fields, files: Vec::new() }.body(ty)
    }

    #[test]
    fn texts_become_what_the_type_says() {
        let mut types = Types::new();
        let maybe = types.optional(TypeId::STRING);
        let all = [
            ("n", TypeId::INT),
            ("price", TypeId::DECIMAL),
            ("yes", TypeId::BOOL),
            ("phone", TypeId::PHONE),
            ("at", TypeId::TIME),
            ("span", TypeId::DURATION),
            ("maybe", maybe),
            ("text", TypeId::STRING),
        ];
        let ty = record(&mut types, all.into_iter().map(|(name, ty)| field(name, ty)).collect());
        let query = "n=+5&price=1.50&yes=on&phone=%2B1+(415)+555-0111&at=2026-03-02T09:00&span=1m&maybe=&text=";
        assert_eq!(
            read(&types, ty, query).to_string(),
            r#"{"n":5,"price":1.50,"yes":true,"phone":"+14155550111","at":"2026-03-02T08:00:00Z","span":"1m","maybe":null,"text":""}"#
        );
        assert_eq!(read(&types, ty, "n=five"), json!({ "n": "five" }));
    }

    #[test]
    fn names_lead_into_records_and_lists() {
        let mut types = Types::new();
        let texts = types.list(TypeId::STRING);
        let inner = record(&mut types, vec![field("city", TypeId::STRING)]);
        let inners = types.list(inner);
        let fields = vec![field("address", inner), field("tags", texts), field("items", inners)];
        let ty = record(&mut types, fields);
        let expected = json!({
            "address": { "city": "Graz" },
            "tags": ["a", "b"],
            "items": [{ "city": "x" }, { "city": "y" }],
        });
        for query in [
            "address[city]=Graz&tags[]=a&tags[]=b&items[0][city]=x&items[1][city]=y",
            "address.city=Graz&tags=a&tags=b&items.0.city=x&items.1.city=y",
        ] {
            assert_eq!(read(&types, ty, query), expected);
        }
        assert_eq!(read(&types, TypeId::JSON, "a=1&b=2&b=3"), json!({ "a": "1", "b": ["2", "3"] }));
    }

    #[test]
    fn there_is_a_limit_to_fields_and_names() {
        let many = "a=1&".repeat(FIELDS + 1);
        assert!(Fields::of_pairs(many.as_bytes()).is_err());
        let deep = format!("{}a=1", "a.".repeat(MOST_PARTS));
        assert!(Fields::of_pairs(deep.as_bytes()).is_err());
    }

    #[test]
    fn a_type_is_known_to_have_files() {
        let mut types = Types::new();
        let plain = record(&mut types, vec![field("a", TypeId::STRING)]);
        let files = types.list(TypeId::FILE);
        let with = record(&mut types, vec![field("b", plain), field("c", files)]);
        assert!(!has_file(&types, plain));
        assert!(has_file(&types, with));
    }
}
