//! Plausible JSON for a type: what the sandbox answers, and the event of a run that was given none.

use callflow_artifact::types::{ChoiceId, Field, RecordId, Type, TypeId, Types, Variants};
use serde_json::{Map, Value as Json, json};

use super::{encode, from_constant, json as json_number};

/// How deep optional fields are filled in.
const OPTIONAL_DEPTH: usize = 3;

/// Where a list or a map stays empty, so that recursive types come to an end.
const END: usize = 8;

/// Where a recursion that nothing ends is given up; no value of such a type exists.
const GIVE_UP: usize = 32;

/// How many values are made up at most, for types can hold each other many times over.
const MOST: usize = 10_000;

/// A sample of a type, always the same: from the fields' own samples and defaults, else from their names and
/// types. It fits the type, unless every value of the type is without end or very large.
pub fn sample(types: &Types, ty: TypeId) -> Json {
    Sampler { types, left: MOST }.of_type(ty, "", 0)
}

struct Sampler<'a> {
    types: &'a Types,
    left: usize,
}

impl Sampler<'_> {
    fn of_type(&mut self, ty: TypeId, name: &str, depth: usize) -> Json {
        self.left = self.left.saturating_sub(1);
        if depth > GIVE_UP || self.left == 0 {
            return Json::Null;
        }
        match self.types.get(ty) {
            Type::Bool => json!(true),
            Type::Int => json!(whole(name)),
            Type::Float => json!(0.5),
            Type::Decimal => json_number::number("1200.50"),
            Type::String => json!(text(name)),
            Type::Secret => json!("secret"),
            Type::Duration => json!(60),
            Type::Time => json!("2026-03-02T09:15:01Z"),
            Type::Date => json!("2026-03-02"),
            Type::Bytes => json!("aGVsbG8="),
            Type::Phone => json!("+14155550111"),
            Type::Json => json!({}),
            Type::None | Type::Unknown | Type::Never | Type::Parameter(_) => Json::Null,
            Type::Optional(inner) if depth < OPTIONAL_DEPTH => self.of_type(inner, name, depth),
            Type::Optional(_) => Json::Null,
            Type::List(_) if depth >= END => json!([]),
            Type::List(item) => json!([self.of_type(item, singular(name), depth + 1)]),
            Type::Map(_) if depth >= END => json!({}),
            Type::Map(value) => json!({ "key": self.of_type(value, singular(name), depth + 1) }),
            Type::Record(record) => self.of_record(record, Map::new(), depth),
            Type::Choice(choice) => self.of_choice(choice, depth),
        }
    }

    fn of_record(&mut self, id: RecordId, mut object: Map<String, Json>, depth: usize) -> Json {
        let types = self.types;
        let fields = types.record(id).map(|record| record.fields.as_slice()).unwrap_or_default();
        for field in fields {
            if let Some(json) = self.of_field(field, depth) {
                object.insert(field.wire_name().to_owned(), json);
            }
        }
        Json::Object(object)
    }

    /// A field's sample; none for an optional one that is left out.
    fn of_field(&mut self, field: &Field, depth: usize) -> Option<Json> {
        if let Some(known) = field.sample.as_ref().or(field.default.as_ref()) {
            let value = from_constant(known);
            return if value.is_none() { None } else { Some(encode(self.types, field.ty, &value)) };
        }
        let is_optional = matches!(self.types.get(field.ty), Type::Optional(_));
        if is_optional && depth + 1 >= OPTIONAL_DEPTH {
            return None;
        }
        Some(self.of_type(field.ty, &field.name, depth + 1))
    }

    fn of_choice(&mut self, id: ChoiceId, depth: usize) -> Json {
        let types = self.types;
        match types.choice(id).map(|choice| &choice.variants) {
            Some(Variants::Literals(texts)) => {
                texts.first().map_or(Json::Null, |text| json!(text.as_str()))
            }
            Some(Variants::Tagged(variants)) => {
                // Deep down, an alternative with fewer fields ends a recursion sooner.
                let size = |record| types.record(record).map_or(0, |record| record.fields.len());
                let variant = if depth < OPTIONAL_DEPTH {
                    variants.first()
                } else {
                    variants.iter().min_by_key(|variant| size(variant.record))
                };
                variant.map_or(Json::Null, |variant| {
                    let tag = ("type".to_owned(), json!(variant.name.as_str()));
                    self.of_record(variant.record, Map::from_iter([tag]), depth)
                })
            }
            None => Json::Null,
        }
    }
}

/// A text that suits a field's name.
fn text(name: &str) -> String {
    let name = name.to_lowercase();
    let is = |word: &str| name == word || name.ends_with(&format!("_{word}"));
    if is("id") || is("key") {
        "1".to_owned()
    } else if is("url") || is("uri") || is("link") || is("website") {
        match name.rsplit_once('_') {
            Some((of, _)) => format!("https://example.test/{of}"),
            None => "https://example.test/1".to_owned(),
        }
    } else if is("email") {
        "ann@example.test".to_owned()
    } else if is("phone") || is("number") {
        "+14155550111".to_owned()
    } else if is("company") {
        "Acme".to_owned()
    } else if is("first_name") {
        "Ann".to_owned()
    } else if is("last_name") {
        "Lee".to_owned()
    } else if is("name") {
        "Ann Lee".to_owned()
    } else if is("currency") {
        "EUR".to_owned()
    } else if name.is_empty() {
        "text".to_owned()
    } else {
        name.replace('_', " ")
    }
}

/// A whole number that suits a field's name.
fn whole(name: &str) -> i64 {
    if name == "status" || name.ends_with("_status") { 200 } else { 1 }
}

/// `message` of `messages`.
fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}
