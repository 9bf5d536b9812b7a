//! From an `http` action's arguments to a request.

use std::time::Duration;

use base64::Engine as _;
use callflow_artifact::TypeId;
use callflow_artifact::piece::{ConnectionKind, Place, Placement, Template, TemplatePart};
use serde_json::{Map, Value as Json};

use super::url;
use crate::connect::Connection;
use crate::error::Error;
use crate::pieces::host::Call;
use crate::pieces::{Expectation, HttpRequest, encode};
use crate::value::Value;

/// How long an answer may take where the action does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long it may take at most, whatever the action says.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(600);

/// What names us to services.
const USER_AGENT: &str = concat!("callflow/", env!("CARGO_PKG_VERSION"));

/// The request that a call of an `http` action describes, with the credentials of the connection that it runs
/// on. `expects` is the type of the answer's body.
///
/// # Errors
/// A URL that leads nowhere, a header that cannot be sent, two bodies.
pub(super) fn build(call: &Call<'_>, expects: TypeId) -> Result<HttpRequest, Error> {
    let base = base(call)?;
    let (mut url, is_below_base) = url::resolve(base.as_deref(), text(call, "url").unwrap_or(""))
        .map_err(|error| Error::invalid(error.to_string()))?;
    url = url::with_query(&url, &encode::query(&object(call, "query")?));

    let mut headers = Headers(vec![("user-agent".into(), USER_AGENT.into())]);
    let body = body(call, &mut headers)?;
    if let Some(Value::Map(given)) = call.argument("headers") {
        for (name, value) in given.iter() {
            headers.set(name, value.as_text().unwrap_or_default())?;
        }
    }
    let bearer = call.argument("bearer").and_then(Value::as_text);
    if let Some(token) = bearer {
        headers.set("authorization", &format!("Bearer {token}"))?;
    }
    let credentials = call.connection.filter(|_| is_below_base);
    if let Some(connection) = credentials {
        place(connection, &mut url, &mut headers)?;
    }
    Ok(HttpRequest {
        method: method(call)?,
        url,
        headers: headers.0,
        body,
        timeout: timeout(call),
        credentials: credentials.is_some() || bearer.is_some(),
        expects: Expectation {
            piece: call.owner.piece.name.to_string(),
            action: call.owner.action.name.to_string(),
            base,
            ty: expects,
        },
    })
}

/// `get` of `http.get`, or what `http.request` is told.
pub(super) fn method(call: &Call<'_>) -> Result<String, Error> {
    let method = match call.action.name.as_str() {
        "request" => text(call, "method").unwrap_or_default(),
        name => name,
    };
    let is_token = !method.is_empty() && method.chars().all(|c| c.is_ascii_alphabetic());
    if is_token {
        Ok(method.to_ascii_uppercase())
    } else {
        Err(Error::invalid(format!("`{method}` is no HTTP method")))
    }
}

/// What the owner's relative paths are appended to.
fn base(call: &Call<'_>) -> Result<Option<String>, Error> {
    let own = call.connection.and_then(|connection| connection.declared.base.as_ref());
    let Some(template) = own.or(call.owner.piece.base.as_ref()) else { return Ok(None) };
    let rendered = match call.connection {
        Some(connection) => connection.render(template),
        None => plain(template),
    };
    let base = rendered.ok_or_else(|| {
        Error::invalid(format!(
            "the base URL of {} needs a setting that has no value",
            call.owner.piece.name
        ))
    })?;
    match url::resolve(None, &base) {
        Ok(_) => Ok(Some(base)),
        Err(error) => Err(Error::invalid(format!("the base URL: {error}"))),
    }
}

/// A template without settings.
fn plain(template: &Template) -> Option<String> {
    let text = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => Some(text.to_string()),
        TemplatePart::Setting(_) => None,
    };
    template.0.iter().map(text).collect()
}

/// Puts a connection's credentials where its piece says; by their kind's own custom where it says nothing.
fn place(connection: &Connection, url: &mut String, headers: &mut Headers) -> Result<(), Error> {
    for Placement { place, name, value } in &connection.declared.placements {
        // An optional setting without a value leaves its place out.
        let Some(value) = connection.render(value) else { continue };
        match place {
            Place::Header => headers.set(name, &value)?,
            Place::Query => {
                let pair = format!("{}={}", encode::percent(name), encode::percent(&value));
                *url = url::with_query(url, &pair);
            }
        }
    }
    if !connection.declared.placements.is_empty() {
        return Ok(());
    }
    let setting = |name| connection.secret(name).unwrap_or_default();
    match connection.declared.kind {
        ConnectionKind::OAuth2 => {
            headers.set("authorization", &format!("Bearer {}", setting("access_token")))
        }
        ConnectionKind::Basic => {
            let pair = format!("{}:{}", setting("user"), setting("password"));
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            headers.set("authorization", &format!("Basic {encoded}"))
        }
        ConnectionKind::Key | ConnectionKind::None => Ok(()),
    }
}

fn body(call: &Call<'_>, headers: &mut Headers) -> Result<Vec<u8>, Error> {
    match (given(call, "json"), given(call, "form")) {
        (Some(_), Some(_)) => {
            Err(Error::invalid("a request has one body: give `json` or `form`, not both"))
        }
        (Some(json), None) => {
            headers.set("content-type", "application/json")?;
            Ok(json.to_string().into_bytes())
        }
        (None, Some(_)) => {
            headers.set("content-type", "application/x-www-form-urlencoded")?;
            Ok(encode::form(&object(call, "form")?).into_bytes())
        }
        (None, None) => Ok(Vec::new()),
    }
}

/// A `json` argument that is not left out.
fn given<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a Json> {
    match call.argument(name) {
        Some(Value::Json(json)) => Some(json),
        _ => None,
    }
}

/// The entries of a `json` argument that must be an object; none where it is left out.
fn object(call: &Call<'_>, name: &str) -> Result<Map<String, Json>, Error> {
    match given(call, name) {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(entries)) => Ok(entries.clone()),
        Some(other) => {
            let found = crate::value::brief::brief_json(other, 60);
            Err(Error::invalid(format!("`{name}` is to be an object, and is {found}")))
        }
    }
}

fn text<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a str> {
    call.argument(name).and_then(Value::as_text)
}

fn timeout(call: &Call<'_>) -> Duration {
    match call.argument("timeout") {
        Some(&Value::Duration(span)) => {
            Duration::from_millis(u64::try_from(span).unwrap_or(0)).min(LONGEST_TIMEOUT)
        }
        _ => DEFAULT_TIMEOUT,
    }
}

/// In order; names in lower case, each once.
struct Headers(Vec<(String, String)>);

impl Headers {
    /// Sets a header. Its text is not part of the error: it may be a secret.
    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            return Err(Error::invalid(format!("{name:?} is no name of a header")));
        }
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Error::invalid(format!(
                "the value of the header `{name}` holds a line break or another control character"
            )));
        }
        let name = name.to_ascii_lowercase();
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.to_owned()));
        Ok(())
    }
}
