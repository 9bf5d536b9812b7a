//! Answers of a type: samples, with what is known put in its place.

use callflow_artifact::types::{Field, Record};
use callflow_artifact::{Type, TypeId, Types};
use serde_json::{Map, Number, Value as Json};

use crate::value::{decode, sample};

/// The fields by which services name their objects, the likeliest first.
const ID_FIELDS: [&str; 6] = ["id", "uuid", "sid", "gid", "key", "ts"];

/// The fields in which lists stand, the likeliest first; any other list of records will do.
const LIST_FIELDS: [&str; 6] = ["results", "data", "items", "records", "values", "members"];

/// The fields that tell of a further page.
const PAGE_FIELDS: [&str; 12] = [
    "paging",
    "pagination",
    "next",
    "next_page",
    "nextPage",
    "next_cursor",
    "nextPageToken",
    "next_page_token",
    "next_url",
    "has_more",
    "hasMore",
    "response_metadata",
];

/// A sample of a type in which the entries of `known` stand in the fields of the same names, as deep as names
/// agree. What does not fit a field's type is left as the sample has it.
pub(super) fn filled(types: &Types, ty: TypeId, known: &Json) -> Json {
    let mut json = sample(types, ty);
    fill(types, ty, &mut json, known);
    json
}

/// Puts the entries of `known` into a value of a type.
pub(super) fn fill(types: &Types, ty: TypeId, json: &mut Json, known: &Json) {
    let inner = types.without_optional(ty);
    match (record(types, inner), known) {
        (Some(record), Json::Object(entries)) => fill_record(types, record, json, entries),
        (Some(_), _) => {}
        (None, known) => {
            if let Some(fitting) = fitting(types, inner, known) {
                *json = fitting;
            }
        }
    }
}

/// Where in an answer of a type its object stands: the answer itself where it has an id, else a record in it that
/// has one. With the name of the id's field.
pub(super) fn subject(types: &Types, ty: TypeId) -> Option<(Option<&Field>, &Field)> {
    let outer = record(types, ty)?;
    if let Some(id) = id_field(outer) {
        return Some((None, id));
    }
    outer.fields.iter().find_map(|field| {
        let id = id_field(record(types, field.ty)?)?;
        Some((Some(field), id))
    })
}

/// Where in an answer of a type its list of objects stands (the answer itself without a field), and the type of
/// the items. None for an answer that is an object itself.
pub(super) fn list(types: &Types, ty: TypeId) -> Option<(Option<&Field>, TypeId)> {
    if let Some(item) = item(types, ty) {
        return Some((None, item));
    }
    let outer = record(types, ty)?;
    if id_field(outer).is_some() {
        return None;
    }
    let lists =
        || outer.fields.iter().filter_map(|field| Some((Some(field), item(types, field.ty)?)));
    let named = LIST_FIELDS.iter().find_map(|name| {
        lists().find(|(field, _)| field.is_some_and(|field| field.wire_name() == *name))
    });
    named.or_else(|| lists().next())
}

/// Takes out of an answer what would make its reader ask for a further page.
pub(super) fn end_pages(types: &Types, ty: TypeId, json: &mut Json) {
    let mut last = json.clone();
    if let Json::Object(entries) = &mut last {
        entries.retain(|name, value| !PAGE_FIELDS.contains(&name.as_str()) || value.is_boolean());
        for (name, value) in entries.iter_mut() {
            if PAGE_FIELDS.contains(&name.as_str()) {
                *value = Json::Bool(false);
            }
        }
    }
    if decode(types, ty, &last).is_ok() {
        *json = last;
    }
}

/// An object with the entries of another one over its own; objects in both are joined likewise.
pub(super) fn join(under: &mut Json, over: &Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (name, value) in over {
                join(under.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

fn record(types: &Types, ty: TypeId) -> Option<&Record> {
    match types.get(types.without_optional(ty)) {
        Type::Record(id) => types.record(id),
        _ => None,
    }
}

/// The item type of a list of records.
fn item(types: &Types, ty: TypeId) -> Option<TypeId> {
    match types.get(types.without_optional(ty)) {
        Type::List(item) if record(types, item).is_some() => Some(item),
        _ => None,
    }
}

fn id_field(record: &Record) -> Option<&Field> {
    ID_FIELDS.iter().find_map(|name| record.fields.iter().find(|it| it.wire_name() == *name))
}

fn fill_record(types: &Types, record: &Record, json: &mut Json, known: &Map<String, Json>) {
    let Json::Object(entries) = json else { return };
    for field in &record.fields {
        let name = field.wire_name();
        let Some(value) = known.get(name) else { continue };
        if value.is_null() {
            continue;
        }
        let mut slot = entries.get(name).cloned().unwrap_or_else(|| sample(types, field.ty));
        fill(types, field.ty, &mut slot, value);
        if decode(types, field.ty, &slot).is_ok() {
            entries.insert(name.to_owned(), slot);
        }
    }
}

/// The value in the form that fits a type: as it is, as text, as a number, or item by item.
fn fitting(types: &Types, ty: TypeId, known: &Json) -> Option<Json> {
    let fits = |json: &Json| decode(types, ty, json).is_ok();
    if fits(known) {
        return Some(known.clone());
    }
    match (known, types.get(ty)) {
        (Json::Array(items), Type::List(item)) => {
            let items = items.iter().map(|it| filled(types, item, it)).collect();
            Some(Json::Array(items)).filter(fits)
        }
        (Json::Object(entries), Type::Map(value)) => {
            let fitting = |(name, it): (&String, &Json)| {
                let inner = types.without_optional(value);
                Some((name.clone(), fitting(types, inner, it)?))
            };
            Some(Json::Object(entries.iter().filter_map(fitting).collect()))
        }
        (Json::String(text), _) => {
            let number = text.parse::<Number>().ok().map(Json::Number);
            let parsed = number.or_else(|| text.parse().ok().map(Json::Bool));
            parsed.filter(fits)
        }
        (Json::Number(_) | Json::Bool(_), _) => Some(Json::String(known.to_string())).filter(fits),
        _ => None,
    }
}
