//! The body of a request, read as a flow's type.

use std::convert::Infallible;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use callflow_artifact::types::{Type, TypeId};
use futures_util::stream;
use serde_json::Value as Json;

use super::options::Options;
use super::problem::Problem;
use super::runs::NewFile;
use super::texts::{Fields, Given, Reader, Upload, has_file};
use crate::execute::Program;
use crate::value::{Value, decode, json};

/// What a file without a media type holds.
const ANYTHING: &str = "application/octet-stream";

/// A body as a value of its type.
#[derive(Debug)]
pub(super) struct Read {
    /// The value.
    pub(super) value: Value,
    /// The files that it refers to.
    pub(super) files: Vec<NewFile>,
}

/// All bytes of a body.
///
/// # Errors
/// It is too large, or takes too long.
pub(super) async fn bytes(
    headers: &HeaderMap,
    body: Body,
    options: &Options,
) -> Result<Bytes, Problem> {
    let limit = options.body_limit;
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if told.is_some_and(|told: usize| told > limit) {
        return Err(Problem::too_large(limit));
    }
    match tokio::time::timeout(options.body_time, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let source = std::error::Error::source(&error);
            match source.is_some_and(|source| source.to_string().contains("length limit")) {
                true => Err(Problem::too_large(limit)),
                false => Err(Problem::bad("The body ends too early.")),
            }
        }
        Err(_) => {
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."))
        }
    }
}

/// Reads a body as a type.
///
/// # Errors
/// It is of a sort that is not read as this type, or does not fit it.
pub(super) async fn read(
    program: &Program,
    ty: TypeId,
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<Read, Problem> {
    let types = program.types();
    let plain = |value| Ok(Read { value, files: Vec::new() });
    match types.get(ty) {
        Type::Bytes => return plain(Value::Bytes(bytes.to_vec().into())),
        Type::String => return plain(Value::text(utf8(&bytes)?)),
        _ => {}
    }
    let media_type = media_type(headers);
    let json = match media_type.as_str() {
        "application/x-www-form-urlencoded" | "multipart/form-data" => {
            let fields = fields(headers, bytes).await?;
            let zone = program.zone();
            let mut reader = Reader { types, zone, fields: &fields, files: Vec::new() };
            let json = reader.body(ty);
            let files = reader.files;
            let value = decode(types, ty, &json).map_err(|wrong| Problem::mismatch(&wrong))?;
            return Ok(Read { value, files });
        }
        // A reference to a file is not a client's to make: it might be somebody else's file.
        _ if has_file(types, ty) => return Err(Problem::media_type("`multipart/form-data`")),
        "text/plain" if ty == TypeId::JSON => Json::String(utf8(&bytes)?.to_owned()),
        name if name.is_empty() || name == "application/json" || name.ends_with("+json") => {
            of_json(types.without_optional(ty) != ty || ty == TypeId::JSON, &bytes)?
        }
        _ => return Err(Problem::media_type("`application/json`")),
    };
    plain(decode(types, ty, &json).map_err(|wrong| Problem::mismatch(&wrong))?)
}

/// The named texts and files of a body, which is a form's.
///
/// # Errors
/// It is not what its content type says, or there is too much of it.
pub(super) async fn fields(headers: &HeaderMap, bytes: Bytes) -> Result<Fields, Problem> {
    if media_type(headers) != "multipart/form-data" {
        return Fields::of_pairs(&bytes);
    }
    let text = headers.get(CONTENT_TYPE).and_then(|text| text.to_str().ok()).unwrap_or_default();
    let broken = |error: multer::Error| Problem::bad(format!("The body cannot be read: {error}."));
    let boundary = multer::parse_boundary(text).map_err(broken)?;
    let all = stream::once(std::future::ready(Ok::<_, Infallible>(bytes)));
    let mut parts = multer::Multipart::new(all, boundary);
    let mut fields = Fields::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let given = match part.file_name().map(base_name) {
            Some(file) => {
                let media_type = part.content_type().map_or(ANYTHING, |it| it.essence_str());
                let media_type = media_type.to_owned();
                let content = part.bytes().await.map_err(broken)?;
                Given::File(Upload { name: file, media_type, content })
            }
            None => Given::Text(utf8(&part.bytes().await.map_err(broken)?)?.to_owned()),
        };
        fields.add(&name, given)?;
    }
    Ok(fields)
}

/// The media type of a body in small letters, without its parameters; empty where nothing is said.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|text| text.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// JSON; nothing at all is null where that will do.
pub(super) fn of_json(optional: bool, bytes: &[u8]) -> Result<Json, Problem> {
    if bytes.trim_ascii().is_empty() {
        return match optional {
            true => Ok(Json::Null),
            false => Err(Problem::bad("The body is missing; it must be JSON.")),
        };
    }
    json::parse(bytes, bytes.len()).map_err(|error| Problem::bad(capital(&error.to_string())))
}

fn utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|_| Problem::bad("The body is no UTF-8 text."))
}

/// The name of a file without the folders that some browsers send with it.
fn base_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.chars().filter(|c| !c.is_control()).take(255).collect()
}

/// A message of the runtime as a sentence of its own.
pub(super) fn capital(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
