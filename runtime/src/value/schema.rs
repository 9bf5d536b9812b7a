//! The JSON Schema (2020-12) of a type, in the form that language models take as a structured output: every
//! property required, absent ones nullable, nothing additional.

use std::collections::HashMap;

use callflow_artifact::types::{ChoiceId, Field, Record, RecordId, Type, TypeId, Types, Variants};
use serde_json::{Map, Value as Json, json};

use super::{encode, from_constant};

/// The JSON Schema of what [`decode`](super::decode()) takes for a type.
///
/// A record or tagged choice that occurs more than once, as a recursive one does, stands under `$defs` and is
/// referred to; all others stand in place. Docs become `description`, samples `examples`.
pub fn schema(types: &Types, ty: TypeId) -> Json {
    let mut writer = Writer { types, uses: count_uses(types, ty), defs: Map::new() };
    let mut schema = writer.schema(ty);
    if let Some(object) = schema.as_object_mut()
        && !writer.defs.is_empty()
    {
        object.insert("$defs".into(), Json::Object(writer.defs));
    }
    schema
}

/// How often each record and tagged choice occurs in a type: once, or more than once.
fn count_uses(types: &Types, ty: TypeId) -> HashMap<Type, bool> {
    let mut is_shared = HashMap::new();
    let mut waiting = vec![ty];
    let add_fields = |waiting: &mut Vec<TypeId>, id: RecordId| {
        let fields = types.record(id).map(|record| record.fields.as_slice()).unwrap_or_default();
        waiting.extend(fields.iter().map(|field| field.ty));
    };
    while let Some(ty) = waiting.pop() {
        let ty = types.get(ty);
        if let Type::Record(_) | Type::Choice(_) = ty
            && is_shared.insert(ty, is_shared.contains_key(&ty)).is_some()
        {
            continue;
        }
        match ty {
            Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => waiting.push(inner),
            Type::Record(id) => add_fields(&mut waiting, id),
            Type::Choice(id) => match types.choice(id).map(|choice| &choice.variants) {
                Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                    variants.iter().for_each(|variant| add_fields(&mut waiting, variant.record));
                }
                // A few texts are said faster than referred to.
                _ => {
                    is_shared.remove(&ty);
                }
            },
            _ => {}
        }
    }
    is_shared
}

struct Writer<'a> {
    types: &'a Types,
    /// Of each record and tagged choice, whether it occurs more than once.
    uses: HashMap<Type, bool>,
    defs: Map<String, Json>,
}

impl Writer<'_> {
    fn schema(&mut self, ty: TypeId) -> Json {
        match self.types.get(ty) {
            Type::None => json!({ "type": "null" }),
            Type::Bool => json!({ "type": "boolean" }),
            Type::Int => json!({ "type": "integer" }),
            Type::Float | Type::Decimal => json!({ "type": "number" }),
            Type::String | Type::Secret => json!({ "type": "string" }),
            Type::Duration => json!({ "type": "number", "description": "In seconds" }),
            Type::Time => json!({ "type": "string", "format": "date-time" }),
            Type::Date => json!({ "type": "string", "format": "date" }),
            Type::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
            Type::Phone => json!({
                "type": "string",
                "description": "A phone number like +14155550111, or a sip: or client: address",
            }),
            Type::Json | Type::Unknown | Type::Never | Type::Parameter(_) => json!({}),
            Type::Optional(inner) => nullable(self.schema(inner)),
            Type::List(item) => json!({ "type": "array", "items": self.schema(item) }),
            Type::Map(value) => {
                json!({ "type": "object", "additionalProperties": self.schema(value) })
            }
            ty @ Type::Record(id) => self.named(ty, |writer| writer.record(id, None)),
            ty @ Type::Choice(id) => self.named(ty, |writer| writer.choice(id)),
        }
    }

    /// Writes a type in place, or under `$defs` and a reference to it.
    fn named(&mut self, ty: Type, write: impl FnOnce(&mut Self) -> Json) -> Json {
        if self.uses.get(&ty) != Some(&true) {
            return write(self);
        }
        let name = self.name(ty);
        if !self.defs.contains_key(&name) {
            // While it is written it stands there already, for it may refer to itself.
            self.defs.insert(name.clone(), Json::Null);
            let schema = write(self);
            self.defs.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// The name under `$defs`: the type's, or one of its own for a shape that nothing named.
    fn name(&self, ty: Type) -> String {
        let (name, number) = match ty {
            Type::Record(id) => (self.types.record(id).map(|record| &record.name), id.0),
            Type::Choice(id) => (self.types.choice(id).map(|choice| &choice.name), id.0),
            _ => (None, 0),
        };
        match name {
            Some(name) if !name.is_empty() => name.to_string(),
            _ => format!("shape_{number}"),
        }
    }

    fn record(&mut self, id: RecordId, tag: Option<(&str, &str)>) -> Json {
        let types = self.types;
        let empty = Record { name: Default::default(), doc: Default::default(), fields: vec![] };
        let record = types.record(id).unwrap_or(&empty);
        let mut properties = Map::new();
        if let Some((name, _)) = tag {
            properties.insert("type".into(), json!({ "type": "string", "const": name }));
        }
        for field in &record.fields {
            let schema = self.field(field);
            properties.insert(field.wire_name().to_owned(), schema);
        }
        let mut object = json!({ "type": "object" });
        let doc = tag.map_or(record.doc.as_str(), |(_, doc)| doc);
        describe(&mut object, doc);
        if let Some(object) = object.as_object_mut() {
            let required = properties.keys().cloned().collect::<Vec<String>>();
            object.insert("properties".into(), Json::Object(properties));
            object.insert("required".into(), required.into());
            object.insert("additionalProperties".into(), false.into());
        }
        object
    }

    fn field(&mut self, field: &Field) -> Json {
        let mut schema = self.schema(field.ty);
        // A reference must stand alone where it is to be understood by everyone.
        if schema.get("$ref").is_some() && !(field.doc.is_empty() && field.sample.is_none()) {
            schema = json!({ "anyOf": [schema] });
        }
        describe(&mut schema, &field.doc);
        if let (Some(sample), Some(object)) = (&field.sample, schema.as_object_mut()) {
            let example = encode(self.types, field.ty, &from_constant(sample));
            object.insert("examples".into(), json!([example]));
        }
        schema
    }

    fn choice(&mut self, id: ChoiceId) -> Json {
        let types = self.types;
        let Some(choice) = types.choice(id) else { return json!({}) };
        let mut schema = match &choice.variants {
            Variants::Literals(texts) => {
                let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
                json!({ "type": "string", "enum": texts })
            }
            Variants::Tagged(variants) => {
                let records = variants
                    .iter()
                    .map(|variant| self.record(variant.record, Some((&variant.name, &variant.doc))))
                    .collect::<Vec<Json>>();
                json!({ "anyOf": records })
            }
            Variants::Untagged(variants) => {
                let records = variants.iter().map(|variant| self.record(variant.record, None));
                json!({ "anyOf": records.collect::<Vec<Json>>() })
            }
        };
        describe(&mut schema, &choice.doc);
        schema
    }
}

/// Sets what a person wrote about it, over what the type alone says.
fn describe(schema: &mut Json, doc: &str) {
    if let (false, Some(object)) = (doc.is_empty(), schema.as_object_mut()) {
        object.insert("description".into(), doc.into());
    }
}

/// The schema of the same or null.
fn nullable(mut schema: Json) -> Json {
    let is_any = schema.as_object().is_some_and(Map::is_empty);
    if is_any {
        return schema;
    }
    match schema.as_object_mut() {
        Some(object) if object.get("type").is_some_and(|ty| ty != "object") => {
            if let Some(ty) = object.get_mut("type") {
                *ty = json!([ty.take(), "null"]);
            }
            if let Some(Json::Array(texts)) = object.get_mut("enum") {
                texts.push(Json::Null);
            }
            schema
        }
        Some(object) if object.get("anyOf").is_some() => {
            if let Some(Json::Array(alternatives)) = object.get_mut("anyOf") {
                alternatives.push(json!({ "type": "null" }));
            }
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}
