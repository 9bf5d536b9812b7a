//! The memory of a service: collections of objects, created, found, changed and deleted the way that nearly all
//! web APIs do it.

use callflow_artifact::types::Field;
use callflow_artifact::{TypeId, Types};
use serde_json::{Map, Value as Json, json};

use super::Reply;
use super::check::Checked;
use super::shape::{end_pages, fill, filled, join, list, subject};
use super::store::{Store, Stored};

/// Last segments of paths at which a POST looks something up.
const SEARCHES: [&str; 5] = ["search", "query", "list", "filter", "lookup"];

/// What a service with this memory answers.
pub(super) fn answer(types: &Types, ty: TypeId, store: &mut Store, request: &Checked) -> Reply {
    if store.is_deleted(request.parent(), request.last()) && request.method != "PUT" {
        return gone(request);
    }
    match request.method.as_str() {
        "POST" => post(types, ty, store, request),
        "PUT" | "PATCH" => change(types, ty, store, request),
        "DELETE" => delete(types, ty, store, request),
        _ => read(types, ty, store, request),
    }
}

fn ok(body: Json) -> Reply {
    Reply { status: 200, body }
}

fn gone(request: &Checked) -> Reply {
    let message = format!("{} was deleted", request.path);
    Reply { status: 404, body: json!({ "message": message }) }
}

fn read(types: &Types, ty: TypeId, store: &Store, request: &Checked) -> Reply {
    if let Some(stored) = store.get(request.parent(), request.last()) {
        return ok(reply_about(types, ty, &stored.object));
    }
    match list(types, ty) {
        Some((field, item)) => {
            let wanted = Wanted::Fields(&request.query);
            ok(listing(types, ty, field, item, store, &request.path, wanted))
        }
        None => ok(unknown(types, ty, request)),
    }
}

fn post(types: &Types, ty: TypeId, store: &mut Store, request: &Checked) -> Reply {
    if store.get(request.parent(), request.last()).is_some() {
        return change(types, ty, store, request);
    }
    let is_search = SEARCHES.contains(&request.last());
    match list(types, ty) {
        Some((field, item)) => match (several(&request.body), is_search) {
            (Some(inputs), false) => {
                let collection = request.path.split("/batch").next().unwrap_or(&request.path);
                let created: Vec<Json> = inputs
                    .iter()
                    .map(|input| upsert(types, item, store, collection, input))
                    .collect();
                ok(with_list(types, ty, field, created))
            }
            _ => {
                let collection = if is_search { request.parent() } else { &request.path };
                let wanted = Wanted::Values(values(&request.body));
                ok(listing(types, ty, field, item, store, collection, wanted))
            }
        },
        None if is_search => ok(unknown(types, ty, request)),
        None => {
            let body = create(types, ty, store, &request.path, &request.body);
            let status = if subject(types, ty).is_some() { 201 } else { 200 };
            Reply { status, body }
        }
    }
}

/// Creates an object of a batch. An input whose `id` is what another property is to be (`idProperty: "email"`)
/// changes the object that has it, where there is one.
fn upsert(types: &Types, ty: TypeId, store: &mut Store, collection: &str, input: &Json) -> Json {
    let Some(property) = input.get("idProperty").and_then(Json::as_str) else {
        return create(types, ty, store, collection, input);
    };
    let wanted = text_of(input.get("id"));
    let mut fields = input.clone();
    if let Json::Object(entries) = &mut fields {
        entries.retain(|name, _| name != "id" && name != "idProperty");
    }
    let known = store
        .list(collection, ty)
        .find(|stored| wanted.is_some() && text_of(find(&stored.object, property)) == wanted)
        .cloned();
    match known {
        Some(mut stored) => {
            join(&mut stored.object, &fields);
            let answer = reply_about(types, ty, &stored.object);
            store.put(stored);
            answer
        }
        None => create(types, ty, store, collection, &fields),
    }
}

/// Creates an object, and gives the answer to its creation.
fn create(types: &Types, ty: TypeId, store: &mut Store, collection: &str, input: &Json) -> Json {
    let mut answer = reply_about(types, ty, input);
    let host = collection.split('/').next().unwrap_or_default();
    let (kind, place) = match subject(types, ty) {
        Some(place) => (format!("{host} {ty:?}"), Some(place)),
        None => (collection.to_owned(), None),
    };
    let count = store.count(kind);
    let Some(object) = subject_of(place, &mut answer) else { return answer };
    let id_name = place.map_or("id", |(_, id)| id.wire_name()).to_owned();
    let first = match object.get(&id_name) {
        Some(Json::Number(number)) => number.to_string(),
        Some(Json::String(text)) if !text.is_empty() => text.clone(),
        // Objects of no particular type get ids only where there is something to name.
        _ if ty == TypeId::JSON && input.is_object() => "1".to_owned(),
        _ => return answer,
    };
    let id = advanced(&first, count);
    if input.get(&id_name).is_none() {
        rename(object, &id_name, &first, &id);
    }
    let id = text_of(object.get(&id_name)).unwrap_or(id);
    let mut known = input.clone();
    join(&mut known, &Json::Object(object.clone()));
    store.put(Stored { ty, collection: collection.to_owned(), id, object: known });
    answer
}

fn change(types: &Types, ty: TypeId, store: &mut Store, request: &Checked) -> Reply {
    let mut object = match store.get(request.parent(), request.last()) {
        Some(stored) => stored.object.clone(),
        None => unknown(types, ty, request),
    };
    join(&mut object, &request.body);
    let answer = reply_about(types, ty, &object);
    store.put(Stored {
        ty,
        collection: request.parent().to_owned(),
        id: request.last().to_owned(),
        object,
    });
    ok(answer)
}

fn delete(types: &Types, ty: TypeId, store: &mut Store, request: &Checked) -> Reply {
    let stored = store.delete(request.parent(), request.last());
    match subject(types, ty) {
        Some(_) => ok(match stored {
            Some(stored) => reply_about(types, ty, &stored.object),
            None => unknown(types, ty, request),
        }),
        None if ty == TypeId::JSON => Reply { status: 204, body: Json::Null },
        None => ok(filled(types, ty, &Json::Null)),
    }
}

/// What is said of an object that the flow did not create: a sample, with the id that was asked for.
fn unknown(types: &Types, ty: TypeId, request: &Checked) -> Json {
    let mut answer = reply_about(types, ty, &request.body);
    let looks_like_id = request.last().contains(|c: char| c.is_ascii_digit());
    if let (Some(place), true) = (subject(types, ty), looks_like_id)
        && let Some(object) = subject_of(Some(place), &mut answer)
    {
        let id_name = place.1.wire_name();
        let first = text_of(object.get(id_name)).unwrap_or_default();
        rename(object, id_name, &first, request.last());
    }
    answer
}

/// An answer of a type about an object. Where the answer is only an envelope, the object's fields go into the
/// records in it as well.
fn reply_about(types: &Types, ty: TypeId, object: &Json) -> Json {
    if ty == TypeId::JSON {
        return if object.is_null() { json!({}) } else { object.clone() };
    }
    let mut answer = filled(types, ty, object);
    if let callflow_artifact::Type::Record(id) = types.get(types.without_optional(ty))
        && !matches!(subject(types, ty), Some((None, id)) if id.wire_name() == "id")
        && let Some(record) = types.record(id)
    {
        for field in record.fields.iter().filter(|it| object.get(it.wire_name()).is_none()) {
            fill(types, ty, &mut answer, &json!({ field.wire_name(): object }));
        }
    }
    answer
}

/// What the items of a list must have.
enum Wanted<'a> {
    /// In the fields of these names, where an item has them.
    Fields(&'a [(String, String)]),
    /// Anywhere, one of these; nothing in particular where there is none.
    Values(Vec<String>),
}

impl Wanted<'_> {
    fn fits(&self, object: &Json) -> bool {
        match self {
            Wanted::Fields(fields) => fields.iter().all(|(name, value)| {
                find(object, name).is_none_or(|known| text_of(Some(known)).as_ref() == Some(value))
            }),
            Wanted::Values(values) => {
                values.is_empty() || values.iter().any(|value| holds(object, value))
            }
        }
    }

    /// Whether one thing in the world is looked for, so that an answer that was made up would be another one.
    fn is_particular(&self) -> bool {
        matches!(self, Wanted::Values(values) if values.iter().any(|it| is_address(it)))
    }
}

/// An email address, a phone number, a domain.
fn is_address(text: &str) -> bool {
    let is_domain = text.rsplit_once('.').is_some_and(|(name, end)| {
        !name.is_empty() && end.len() > 1 && end.chars().all(|c| c.is_ascii_alphabetic())
    });
    text.contains('@') || is_domain || text.starts_with('+')
}

/// The objects of a collection as an answer of a type. Where the flow has created none and does not look for one
/// thing in the world, the sample stands for what others have created.
fn listing(
    types: &Types,
    ty: TypeId,
    field: Option<&Field>,
    item: TypeId,
    store: &Store,
    collection: &str,
    wanted: Wanted<'_>,
) -> Json {
    let mut stored = store.list(collection, item).peekable();
    if stored.peek().is_none() && !wanted.is_particular() {
        let mut answer = filled(types, ty, &Json::Null);
        end_pages(types, ty, &mut answer);
        return answer;
    }
    let items = stored
        .filter(|stored| wanted.fits(&stored.object))
        .map(|stored| filled(types, item, &stored.object))
        .collect();
    with_list(types, ty, field, items)
}

fn with_list(types: &Types, ty: TypeId, field: Option<&Field>, items: Vec<Json>) -> Json {
    let items = Json::Array(items);
    let mut answer = filled(types, ty, &Json::Null);
    match (field, &mut answer) {
        (Some(field), Json::Object(entries)) => {
            entries.insert(field.wire_name().to_owned(), items);
        }
        _ => answer = items,
    }
    end_pages(types, ty, &mut answer);
    answer
}

fn subject_of<'a>(
    place: Option<(Option<&Field>, &Field)>,
    answer: &'a mut Json,
) -> Option<&'a mut Map<String, Json>> {
    match place {
        Some((Some(field), _)) => answer.get_mut(field.wire_name())?.as_object_mut(),
        _ => answer.as_object_mut(),
    }
}

/// The one list of objects in a body: what a batch creates.
fn several(body: &Json) -> Option<&Vec<Json>> {
    let is_batch = |items: &&Vec<Json>| !items.is_empty() && items.iter().all(Json::is_object);
    match body {
        Json::Array(items) => Some(items).filter(is_batch),
        Json::Object(entries) => entries.get("inputs")?.as_array().filter(is_batch),
        _ => None,
    }
}

/// What a search looks for, whatever its notation: the texts under `value`, `values` and `query`.
fn values(body: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![(false, body)];
    while let Some((is_value, json)) = rest.pop() {
        match json {
            Json::Object(entries) => rest.extend(entries.iter().map(|(name, value)| {
                (matches!(name.as_str(), "value" | "values" | "query"), value)
            })),
            Json::Array(items) => rest.extend(items.iter().map(|item| (is_value, item))),
            scalar if is_value => found.extend(text_of(Some(scalar))),
            _ => {}
        }
    }
    found
}

/// Whether a text stands anywhere in an object, in whatever case.
fn holds(json: &Json, text: &str) -> bool {
    match json {
        Json::Object(entries) => entries.values().any(|value| holds(value, text)),
        Json::Array(items) => items.iter().any(|item| holds(item, text)),
        Json::String(known) => known.eq_ignore_ascii_case(text),
        scalar => text_of(Some(scalar)).as_deref() == Some(text),
    }
}

/// The scalar under a name, at any depth.
fn find<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    let entries = json.as_object()?;
    let own = entries.get(name).filter(|value| !value.is_object() && !value.is_array());
    own.or_else(|| entries.values().find_map(|value| find(value, name)))
}

fn text_of(json: Option<&Json>) -> Option<String> {
    match json? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Gives an object its own id, also where the sample's other texts (its URL) hold the sample's id.
fn rename(object: &mut Map<String, Json>, id_name: &str, first: &str, id: &str) {
    for (name, value) in object.iter_mut() {
        match value {
            Json::Number(_) if name == id_name => {
                *value = serde_json::from_str(id).unwrap_or_else(|_| json!(id));
            }
            Json::String(text) if name == id_name => id.clone_into(text),
            Json::String(text) if first.len() > 2 => *text = text.replace(first, id),
            _ => {}
        }
    }
    object.entry(id_name).or_insert_with(|| json!(id));
}

/// The id that comes so many after another one: its last digits count on.
fn advanced(id: &str, by: u32) -> String {
    let digits = id.chars().rev().take_while(char::is_ascii_digit).count().min(9);
    let (stem, number) = id.split_at(id.len() - digits);
    match number.parse::<u64>() {
        Ok(number) => format!("{stem}{:0digits$}", number + u64::from(by)),
        Err(_) if by == 0 => id.to_owned(),
        Err(_) => format!("{id}-{}", by + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::advanced;

    #[test]
    fn ids_count_on() {
        let ids = ["901", "C0123456789", "1772442996.000100", "deal", "", "a-009", "999"];
        let next: Vec<String> = ids.iter().map(|id| advanced(id, 1)).collect();
        assert_eq!(
            next,
            ["902", "C0123456790", "1772442996.000101", "deal-2", "-2", "a-010", "1000"]
        );
        assert!(ids.iter().all(|id| advanced(id, 0) == *id));
    }
}
