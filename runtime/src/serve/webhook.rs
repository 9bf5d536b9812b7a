//! Requests to webhooks.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use callflow_artifact::types::{Type, TypeId, Types};
use ecow::EcoString;
use indexmap::IndexMap;

use super::body;
use super::event::{Making, delivery, of_values};
use super::problem::Problem;
use super::reply::reply;
use super::routes::Found;
use super::state::Server;
use super::texts::Fields;
use crate::durable::Source;
use crate::value::Value;

/// What is a credential, and no part of an event: events are stored and shown.
const KEPT_BACK: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Hands a request to its flow.
///
/// # Errors
/// The request is not what the flow takes, or there is no room for it.
pub(super) async fn take(
    server: &Server,
    making: Making,
    found: Found,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let wait = making.wait(&server.options)?;
    let _place = server.place(wait)?;
    let delivery = delivery(&head.headers)?;
    let query = Fields::of_pairs(head.uri.query().unwrap_or_default().as_bytes())?;
    let bytes = body::bytes(&head.headers, body, &server.options).await?;

    let types = making.types();
    let ty = making.flow()?.trigger.event;
    let body_type = field_type(types, ty, "body").unwrap_or(TypeId::JSON);
    let program = &making.current.program;
    let body = body::read(program, body_type, &head.headers, bytes).await?;
    let mut given = vec![
        ("body", body.value),
        ("headers", map(headers(&head.headers))),
        ("query", map(query.texts())),
    ];
    let parameters = found.parameters.iter();
    given.extend(parameters.map(|(name, value)| (name.as_str(), Value::text(value.as_str()))));
    let value = of_values(types, ty, &given);
    let source = Source {
        kind: "webhook".into(),
        name: format!("{} {}", head.method, head.uri.path()).into(),
    };
    let event = making.event(value, source, delivery, wait)?;
    server.keep(body.files).await?;
    Ok(reply(server.runs.submit(event).await))
}

/// The type of an event's field.
pub(super) fn field_type(types: &Types, event: TypeId, name: &str) -> Option<TypeId> {
    let Type::Record(record) = types.get(event) else { return None };
    let fields = &types.record(record)?.fields;
    fields.iter().find(|field| field.name == name).map(|field| field.ty)
}

/// The headers that a flow sees. Of several with one name the first.
fn headers(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .keys()
        .filter(|name| !KEPT_BACK.contains(&name.as_str()))
        .filter_map(|name| Some((name.as_str(), headers.get(name)?.to_str().ok()?)))
}

fn map<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let entries = entries.map(|(name, text)| (EcoString::from(name), Value::text(text)));
    Value::Map(std::sync::Arc::new(entries.collect::<IndexMap<_, _>>()))
}
