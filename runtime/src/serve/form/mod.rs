//! Forms: a page that asks a person for a record, and what becomes of it when it is sent.
//!
//! [`mod@inputs`] says what is asked for, [`mod@page`] shows it, [`mod@check`] holds what was entered against the types, and
//! [`token`] sees to it that what is sent was asked for here.

mod check;
mod inputs;
mod page;
mod token;

use axum::body::Body;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use callflow_artifact::Flow;
use callflow_artifact::types::{Type, TypeId};
use ecow::eco_format;
use jiff::Timestamp;

use self::check::{Wrong, check};
use self::inputs::{Input, inputs};
use self::page::{Page, Pages};
use self::token::{Key, is_cookie, new_cookie};
use super::body;
use super::event::{Making, of_values};
use super::problem::Problem;
use super::reply::refused;
use super::routes::{Found, argument};
use super::state::Server;
use super::texts::Fields;
use super::webhook::field_type;
use crate::durable::{Answer, Source};
use crate::service::Wait;
use crate::value::Value;

/// What stands behind the address of the page that thanks.
const SENT: &str = "sent";
/// What the page's token is sent as.
const TOKEN: &str = "_token";

const TOO_OLD: &str =
    "The page was open for too long, or was not opened here. Please send it again.";
const NOT_NOW: &str = "This cannot be taken in right now. Please send it again in a minute.";

/// What forms need of the server.
pub(super) struct Forms {
    pages: Pages,
    key: Key,
}

impl Forms {
    /// Ready for people. Pages outlive a restart where there is a secret.
    pub(super) fn new(secret: Option<&str>) -> Forms {
        Forms { pages: Pages::new(), key: Key::new(secret) }
    }
}

/// Shows a form or takes it in.
///
/// # Errors
/// The program is not what the address was found in.
pub(super) async fn take(
    server: &Server,
    making: Making,
    found: Found,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let form = Form::of(server, &making, &head)?;
    if head.method == Method::POST {
        return form.sent(&making, found, &head.headers, body).await;
    }
    if head.uri.query() == Some(SENT) {
        return Ok(form.server.forms.pages.thanks(&form.title));
    }
    Ok(form.page(None, &[], None, StatusCode::OK))
}

struct Form<'a> {
    server: &'a Server,
    title: String,
    intro: String,
    ty: TypeId,
    inputs: Vec<Input>,
    address: String,
    /// The browser's, if it has one.
    cookie: Option<String>,
}

impl<'a> Form<'a> {
    fn of(server: &'a Server, making: &Making, head: &Parts) -> Result<Form<'a>, Problem> {
        let flow = making.flow()?;
        let types = making.types();
        let ty = field_type(types, flow.trigger.event, "body").ok_or_else(Problem::not_found)?;
        let Type::Record(record) = types.get(ty) else { return Err(Problem::not_found()) };
        let (title, intro) = title(flow);
        Ok(Form {
            title,
            intro,
            ty,
            inputs: inputs(types, record),
            address: head.uri.path().to_owned(),
            cookie: cookie(&head.headers, cookie_name(server)),
            server,
        })
    }

    /// The page, with what was entered and what is wrong with it.
    fn page(
        &self,
        entered: Option<&Fields>,
        wrong: &[Wrong],
        trouble: Option<&str>,
        status: StatusCode,
    ) -> Response {
        let forms = &self.server.forms;
        let cookie = self.cookie.clone().unwrap_or_else(new_cookie);
        let page = Page {
            title: self.title.clone(),
            intro: self.intro.clone(),
            inputs: page::shown(&self.inputs, entered, wrong),
            token: forms.key.token(&self.address, &cookie, now()),
            files: page::has_files(&self.inputs),
            errors: page::errors(&self.inputs, wrong),
            trouble: trouble.map(str::to_owned),
        };
        let mut response = forms.pages.form(page, status);
        if self.cookie.is_none() {
            let name = cookie_name(self.server);
            let secure = if is_secure(self.server) { "; Secure" } else { "" };
            let cookie = format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Lax{secure}");
            let cookie = HeaderValue::from_str(&cookie).ok();
            response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
        }
        response
    }

    /// What becomes of what was sent.
    async fn sent(
        &self,
        making: &Making,
        found: Found,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, Problem> {
        let Ok(_place) = self.server.place(Wait::Stored) else {
            return Ok(self.page(None, &[], Some(NOT_NOW), StatusCode::SERVICE_UNAVAILABLE));
        };
        let bytes = body::bytes(headers, body, &self.server.options).await;
        let fields = match bytes {
            Ok(bytes) => body::fields(headers, bytes).await,
            Err(problem) => Err(problem),
        };
        let fields = match fields {
            Ok(fields) => fields,
            Err(problem) => return Ok(self.page(None, &[], Some(&problem.detail), problem.status)),
        };
        let token = fields.text(TOKEN).unwrap_or_default();
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let Some(page) = self.server.forms.key.page(token, &self.address, cookie, now()) else {
            return Ok(self.page(Some(&fields), &[], Some(TOO_OLD), StatusCode::FORBIDDEN));
        };
        let (value, files) = match check(&making.current.program, self.ty, &self.inputs, &fields) {
            Ok(entered) => entered,
            Err(wrong) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return Ok(self.page(Some(&fields), &wrong, None, status));
            }
        };
        let mut given = vec![("body", value)];
        let parameters = found.parameters.iter();
        given.extend(parameters.map(|(name, text)| (name.as_str(), Value::text(text.as_str()))));
        let value = of_values(making.types(), making.flow()?.trigger.event, &given);
        let source = Source { kind: "form".into(), name: self.address.as_str().into() };
        let delivery = Some(eco_format!("form:{}", page.simple()));
        let event = making.event(value, source, delivery, Wait::Stored)?;
        let answer = match self.server.keep(files).await {
            Ok(()) => self.server.runs.submit(event).await,
            Err(problem) => Answer::Refused(problem.detail),
        };
        Ok(match answer {
            Answer::Accepted { .. } | Answer::Ended { .. } | Answer::Late { .. } => {
                let location = HeaderValue::from_str(&format!("{}?{SENT}", self.address));
                let mut response = StatusCode::SEE_OTHER.into_response();
                let location = location.map_err(|_| refused())?;
                response.headers_mut().insert(LOCATION, location);
                response
            }
            Answer::Unfit(error) => {
                let message = body::capital(&error.message);
                self.page(Some(&fields), &[], Some(&message), StatusCode::UNPROCESSABLE_ENTITY)
            }
            Answer::Refused(_) | Answer::No(_) | Answer::Yes => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                self.page(Some(&fields), &[], Some(NOT_NOW), status)
            }
        })
    }
}

/// What stands above a form, and below that: its title and the flow's documentation.
fn title(flow: &Flow) -> (String, String) {
    let doc = flow.doc.trim();
    match argument(&flow.trigger, "title") {
        Some(title) => (title.to_owned(), doc.to_owned()),
        None if doc.is_empty() => (inputs::label(&flow.name), String::new()),
        None => {
            let (first, rest) = doc.split_once('\n').unwrap_or((doc, ""));
            (first.trim_end_matches('.').to_owned(), rest.trim().to_owned())
        }
    }
}

fn is_secure(server: &Server) -> bool {
    server.options.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

fn cookie_name(server: &Server) -> &'static str {
    if is_secure(server) { "__Host-callflow-form" } else { "callflow-form" }
}

/// The browser's cookie of a name.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        all.flat_map(|text| text.split(';')).filter_map(|it| it.trim().split_once('='));
    let found = cookies.find(|(known, value)| *known == name && is_cookie(value));
    found.map(|(_, value)| value.to_owned())
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
