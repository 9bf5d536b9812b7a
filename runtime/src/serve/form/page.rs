//! Pages for people.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::check::Wrong;
use super::inputs::{Input, Kind, Line};
use crate::serve::problem::Problem;
use crate::serve::texts::Fields;

const STYLE: &str = include_str!("style.css");
const TEMPLATES: [(&str, &str); 3] = [
    ("frame.html", include_str!("frame.html")),
    ("form.html", include_str!("form.html")),
    ("thanks.html", include_str!("thanks.html")),
];

/// Makes pages.
pub(super) struct Pages {
    templates: Environment<'static>,
    policy: String,
}

/// What a page says.
#[derive(Serialize)]
pub(super) struct Page {
    /// What stands above it.
    pub(super) title: String,
    /// What stands below that.
    pub(super) intro: String,
    /// What is asked for.
    pub(super) inputs: Vec<Shown>,
    /// Proof that the page is ours.
    pub(super) token: String,
    /// Whether files are sent.
    pub(super) files: bool,
    /// What is wrong, all in all.
    pub(super) errors: Vec<Error>,
    /// What is wrong with none of the inputs.
    pub(super) trouble: Option<String>,
}

/// An input that has something wrong in it.
#[derive(Serialize)]
pub(super) struct Error {
    id: String,
    label: String,
    message: String,
}

/// An input as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    name: String,
    label: String,
    help: String,
    required: bool,
    /// `line`, `area`, `tick`, `one`, `any`, `file`, `group`
    look: &'static str,
    /// Of a line: `text`, `tel` …
    sort: &'static str,
    /// The keyboard that a phone shows.
    keyboard: &'static str,
    /// What browsers may fill in.
    autocomplete: &'static str,
    many: bool,
    value: String,
    options: Vec<Choice>,
    error: String,
    described: String,
    inputs: Vec<Shown>,
}

#[derive(Serialize)]
struct Choice {
    id: String,
    value: String,
    label: String,
    chosen: bool,
}

impl Pages {
    /// Ready to make pages.
    pub(super) fn new() -> Pages {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in TEMPLATES {
            // One that is broken makes no page, which every test of a form sees.
            let _ = templates.add_template(name, text);
        }
        let style = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        Pages { templates, policy }
    }

    /// The page that asks.
    pub(super) fn form(&self, page: Page, status: StatusCode) -> Response {
        self.page("form.html", page, status)
    }

    /// The page that thanks.
    pub(super) fn thanks(&self, title: &str) -> Response {
        #[derive(Serialize)]
        struct Thanks<'a> {
            title: &'a str,
        }
        self.page("thanks.html", Thanks { title }, StatusCode::OK)
    }

    fn page(&self, name: &str, page: impl Serialize, status: StatusCode) -> Response {
        #[derive(Serialize)]
        struct Whole<T> {
            style: &'static str,
            #[serde(flatten)]
            page: T,
        }
        let whole = Whole { style: STYLE, page };
        let made = self.templates.get_template(name).and_then(|it| it.render(Serde(whole)));
        let Ok(html) = made else {
            let detail = "The page cannot be shown.";
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response();
        };
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        for (name, value) in [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, self.policy.as_str()),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
        ] {
            headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        }
        response
    }
}

/// Inputs with what was entered, if something was, and what is wrong with it.
pub(super) fn shown(inputs: &[Input], entered: Option<&Fields>, wrong: &[Wrong]) -> Vec<Shown> {
    inputs.iter().map(|input| show(input, entered, wrong)).collect()
}

/// What is wrong, for the list above the inputs.
pub(super) fn errors(inputs: &[Input], wrong: &[Wrong]) -> Vec<Error> {
    let label = |name: &str| find(inputs, name).map_or(name, |input| &input.label).to_owned();
    let error = |wrong: &Wrong| Error {
        id: id(&wrong.name),
        label: label(&wrong.name),
        message: wrong.message.clone(),
    };
    wrong.iter().map(error).collect()
}

/// Whether files are asked for.
pub(super) fn has_files(inputs: &[Input]) -> bool {
    inputs.iter().any(|input| match &input.kind {
        Kind::File { .. } => true,
        Kind::Group(inputs) => has_files(inputs),
        _ => false,
    })
}

fn find<'a>(inputs: &'a [Input], name: &str) -> Option<&'a Input> {
    inputs.iter().find_map(|input| match &input.kind {
        _ if input.name == name => Some(input),
        Kind::Group(inputs) => find(inputs, name),
        _ => None,
    })
}

fn show(input: &Input, entered: Option<&Fields>, wrong: &[Wrong]) -> Shown {
    let id = id(&input.name);
    let given: Vec<&str> = match entered {
        Some(fields) => fields.all_texts(&input.name),
        None if input.initial.is_empty() => Vec::new(),
        None => vec![input.initial.as_str()],
    };
    let (look, sort, keyboard) = match &input.kind {
        Kind::Line(line) => ("line", line.sort(), line.keyboard()),
        Kind::Area | Kind::Lines | Kind::Json => ("area", "", ""),
        Kind::Tick => ("tick", "", ""),
        Kind::OneOf(_) => ("one", "", ""),
        Kind::AnyOf(_) => ("any", "", ""),
        Kind::File { .. } => ("file", "", ""),
        Kind::Group(_) => ("group", "", ""),
    };
    let options = match &input.kind {
        Kind::OneOf(texts) | Kind::AnyOf(texts) => texts.as_slice(),
        Kind::Tick => &["yes".to_owned()],
        _ => &[],
    };
    let options = options.iter().enumerate().map(|(index, text)| Choice {
        id: format!("{id}-{index}"),
        label: super::inputs::label(text),
        chosen: given.contains(&text.as_str()) || given == ["true"] && text == "yes",
        value: text.clone(),
    });
    let note = match &input.kind {
        Kind::Lines => "One a line.",
        Kind::Json => "As JSON.",
        Kind::Line(Line::Phone) => "With the country code, as in +14155550111.",
        Kind::Line(Line::Duration) => "As in 30m or 1h 30m.",
        _ => "",
    };
    let help = [input.help.as_str(), note].join(" ").trim().to_owned();
    let error = wrong.iter().find(|wrong| wrong.name == input.name);
    let error = error.map(|wrong| wrong.message.clone()).unwrap_or_default();
    let described: Vec<String> = [("help", &help), ("error", &error)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(what, _)| format!("{id}-{what}"))
        .collect();
    Shown {
        name: input.name.clone(),
        label: input.label.clone(),
        required: input.required,
        autocomplete: autocomplete(&input.wire, &input.kind),
        many: matches!(input.kind, Kind::File { many: true }),
        value: given.first().copied().unwrap_or_default().to_owned(),
        options: options.collect(),
        inputs: match &input.kind {
            Kind::Group(inputs) => shown(inputs, entered, wrong),
            _ => Vec::new(),
        },
        described: described.join(" "),
        look,
        sort,
        keyboard,
        help,
        error,
        id,
    }
}

impl Line {
    fn sort(self) -> &'static str {
        match self {
            Line::Text | Line::Duration | Line::Whole | Line::Number => "text",
            Line::Email => "email",
            Line::Url => "url",
            Line::Phone => "tel",
            Line::Date => "date",
            Line::Time => "datetime-local",
        }
    }

    fn keyboard(self) -> &'static str {
        match self {
            Line::Whole => "numeric",
            Line::Number => "decimal",
            _ => "",
        }
    }
}

/// What a browser may fill in by itself.
fn autocomplete(name: &str, kind: &Kind) -> &'static str {
    match (name, kind) {
        (_, Kind::Line(Line::Email)) => "email",
        (_, Kind::Line(Line::Phone)) => "tel",
        ("name" | "full_name", _) => "name",
        ("first_name" | "given_name", _) => "given-name",
        ("last_name" | "family_name" | "surname", _) => "family-name",
        ("company" | "organization" | "organisation", _) => "organization",
        ("street" | "address", Kind::Line(_)) => "street-address",
        ("city", _) => "address-level2",
        ("zip" | "postcode" | "postal_code", _) => "postal-code",
        ("country", _) => "country-name",
        _ => "",
    }
}

/// An id for an element, of a name that may have anything in it.
fn id(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '.' };
    format!("field.{}", name.chars().map(plain).collect::<String>())
}
