//! Whether a request is one that a service could take.

use serde_json::{Map, Value as Json};

use crate::pieces::{HttpRequest, encode};

/// A request in its parts.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) method: String,
    /// Host and path, without the query and without a slash at its end.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// The fields of a JSON or form body; null without one.
    pub(super) body: Json,
}

impl Checked {
    /// What follows the last `/` of the path.
    pub(super) fn last(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The path without its last segment.
    pub(super) fn parent(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

/// The request in its parts.
///
/// # Errors
/// What a service would stumble over, in words.
pub(super) fn check(request: &HttpRequest) -> Result<Checked, String> {
    let HttpRequest { method, url, expects, .. } = request;
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    if !known.contains(&method.as_str()) {
        return Err(format!("`{method}` is no method of a web API"));
    }
    let (scheme, rest) = url.split_once("://").ok_or_else(|| format!("`{url}` is not absolute"))?;
    let is_own = expects.base.as_ref().is_none_or(|base| base.starts_with("http://"));
    if scheme != "https" && !(scheme == "http" && is_own) {
        return Err(format!("`{scheme}://` would send credentials in the open; use https://"));
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let host = path.split('/').next().unwrap_or_default();
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(format!("`{url}` names no host"));
    }
    let segments = path.split('/').skip(1);
    if let Some(hole) = segments.clone().find(|it| it.contains("%7B") || it.contains('{')) {
        return Err(format!(
            "the path holds `{}`, which nothing replaced",
            encode::decode_percent(hole)
        ));
    }
    let body = body(request)?;
    if !body.is_null() && matches!(method.as_str(), "GET" | "HEAD") {
        return Err(format!("a {method} has no body"));
    }
    Ok(Checked {
        method: method.clone(),
        path: path.trim_end_matches('/').to_owned(),
        query: encode::pairs(query).collect(),
        body,
    })
}

fn body(request: &HttpRequest) -> Result<Json, String> {
    if request.body.is_empty() {
        return Ok(Json::Null);
    }
    let media_type = request
        .headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| value.split(';').next().unwrap_or(value).trim());
    match media_type {
        Some(json) if json == "application/json" || json.ends_with("+json") => {
            serde_json::from_slice(&request.body).map_err(|error| format!("its JSON: {error}"))
        }
        Some("application/x-www-form-urlencoded") => {
            let text = std::str::from_utf8(&request.body)
                .map_err(|_| "its form is not UTF-8".to_owned())?;
            Ok(form(text))
        }
        Some(_) => Ok(Json::String(String::from_utf8_lossy(&request.body).into_owned())),
        None => Err("its body has no content-type".to_owned()),
    }
}

/// The fields of a form as nested objects: `a[b][]=x` is `{a: {b: [x]}}`.
fn form(text: &str) -> Json {
    encode::pairs(text).fold(Json::Object(Map::new()), |fields, (name, value)| {
        let keys: Vec<&str> = name.split('[').map(|key| key.trim_end_matches(']')).collect();
        insert(fields, &keys, value)
    })
}

/// A JSON value with a text put in at the end of a path of keys; an empty one and a number count items.
fn insert(place: Json, keys: &[&str], value: String) -> Json {
    let Some((&key, inner)) = keys.split_first() else { return Json::String(value) };
    let index = if key.is_empty() { Some(usize::MAX) } else { key.parse().ok() };
    match (place, index) {
        (Json::Array(mut items), Some(index)) => {
            match items.get_mut(index) {
                Some(item) => *item = insert(item.take(), inner, value),
                None => items.push(insert(Json::Null, inner, value)),
            }
            Json::Array(items)
        }
        (Json::Null, Some(_)) => Json::Array(vec![insert(Json::Null, inner, value)]),
        (place, _) => {
            let mut entries = match place {
                Json::Object(entries) => entries,
                _ => Map::new(),
            };
            let entry = entries.entry(key).or_insert(Json::Null);
            *entry = insert(entry.take(), inner, value);
            Json::Object(entries)
        }
    }
}
