//! What a piece says of itself: its connections, errors, limits and actions.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::bytecode::FunctionId;
use crate::constant::Constant;
use crate::types::TypeId;

/// An index into the artifact's pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PieceId(pub u32);

/// A connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// `hubspot`.
    pub name: EcoString,
    /// The `///` text.
    pub doc: EcoString,
    /// What relative paths are appended to; a template over the connection's settings.
    pub base: Option<Template>,
    /// Where the vendor documents the service.
    pub docs: Option<EcoString>,
    /// The ways to connect, in order of preference; empty where none is needed.
    pub connections: Vec<Connection>,
    /// How answers become errors, first match first; the defaults of [`default_error_kind`] stand behind them.
    pub errors: Vec<ErrorRule>,
    /// How many requests in how many milliseconds.
    pub limits: Vec<Limit>,
    /// The action that the piece's own name calls.
    pub default_action: Option<EcoString>,
    /// SHA-256 of the piece's source, in hex.
    pub hash: EcoString,
}

/// One way to connect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// How credentials are had.
    pub kind: ConnectionKind,
    /// What `kind` in the project's settings names; the kind's own word unless stated (`connection key anthropic`).
    pub name: EcoString,
    /// The `///` text.
    pub doc: EcoString,
    /// What a person must give, secret or not.
    pub settings: Vec<Setting>,
    /// Where settings go in every request.
    pub placements: Vec<Placement>,
    /// Another base than the piece's.
    pub base: Option<Template>,
    /// The cheapest request that proves the connection works: method and path.
    pub check: Option<(EcoString, EcoString)>,
    /// For `oauth2`.
    pub oauth2: Option<OAuth2>,
}

/// How credentials are had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionKind {
    /// An authorisation server gives tokens; `access_token` is its one implied setting.
    OAuth2,
    /// Named secrets, placed as the piece says.
    Key,
    /// A user name and a password: settings `user` and `password`.
    Basic,
    /// Nothing.
    None,
}

/// What a person gives for a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The name under `[connections.NAME]`.
    pub name: EcoString,
    /// `secret` or `string`.
    pub secret: bool,
    /// Where it may be left out.
    pub default: Option<EcoString>,
    /// Whether it may be left out without a default.
    pub optional: bool,
    /// The `///` text.
    pub doc: EcoString,
}

/// Where a template over the settings goes in every request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// Which part of the request.
    pub place: Place,
    /// The header's or parameter's name.
    pub name: EcoString,
    /// Its value.
    pub value: Template,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A header.
    Header,
    /// A query parameter.
    Query,
}

/// A text with settings in it: `"Bearer {token}"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template(pub Vec<TemplatePart>);

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TemplatePart {
    /// As it stands.
    Text(EcoString),
    /// The value of a setting.
    Setting(EcoString),
}

/// What an authorisation server needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OAuth2 {
    /// Where a person consents.
    pub authorize: EcoString,
    /// Where tokens come from.
    pub token: EcoString,
    /// Whether each refresh replaces the refresh token.
    pub rotating: bool,
}

/// Answers with one of these statuses are errors of this kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorRule {
    /// HTTP statuses.
    pub statuses: Vec<u16>,
    /// A literal of the error kinds.
    pub kind: EcoString,
}

/// How many requests the service takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// This many …
    pub requests: u32,
    /// … in this many milliseconds.
    pub per: i64,
}

/// How an action may be repeated when its outcome is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EffectClass {
    /// Changes nothing: retried freely.
    Read,
    /// Repeating changes nothing more: retried with the same key.
    Idempotent,
    /// Retried only when the request certainly did not take effect.
    Write,
    /// At most once.
    Once,
}

/// An action: what a flow can do with a piece.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Whose it is.
    pub piece: PieceId,
    /// `create_deal`.
    pub name: EcoString,
    /// The `///` text.
    pub doc: EcoString,
    /// In order; positional arguments fill them from the left.
    pub parameters: Vec<Parameter>,
    /// The names of its type parameters: `T` of `into: type T`.
    pub type_parameters: Vec<TypeParameter>,
    /// What it gives; may hold type parameters.
    pub result: TypeId,
    /// How it may be repeated.
    pub effect: EffectClass,
    /// What the connection must be allowed to do.
    pub scopes: Vec<EcoString>,
    /// What it does.
    pub body: ActionBody,
}

/// A parameter of an action or a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name for named arguments.
    pub name: EcoString,
    /// Its type.
    pub ty: TypeId,
    /// What stands for it where it is left out; an optional one without a default may be left out too, as none.
    pub default: Option<Constant>,
    /// The `///` text.
    pub doc: EcoString,
}

/// `into: type T`: a type that is given by name (`into: Stage`) or comes from what is expected of the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TypeParameter {
    /// The parameter's name for named arguments: `into`.
    pub name: EcoString,
    /// The type's name in the action: `T`.
    pub type_name: EcoString,
    /// What it is where nothing says (`into: type T = json`).
    pub default: Option<TypeId>,
    /// The `///` text.
    pub doc: EcoString,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionBody {
    /// Written in the flow language.
    Function(FunctionId),
    /// Registered in the runtime under `piece.action`.
    Native,
}

/// The kinds of error, in the order of the `ErrorKind` choice.
pub const ERROR_KINDS: [&str; 11] = [
    "auth",
    "invalid",
    "not_found",
    "conflict",
    "rate_limited",
    "timeout",
    "unavailable",
    "outcome_unknown",
    "rejected",
    "cancelled",
    "failed",
];

/// The kind of error that an HTTP status means where the piece says nothing else; none for success.
pub fn default_error_kind(status: u16) -> Option<&'static str> {
    match status {
        0..400 => None,
        401 | 403 => Some("auth"),
        404 | 410 => Some("not_found"),
        408 => Some("timeout"),
        409 | 412 => Some("conflict"),
        429 => Some("rate_limited"),
        400 | 405 | 406 | 411 | 413..=417 | 422 => Some("invalid"),
        400..500 => Some("rejected"),
        _ => Some("unavailable"),
    }
}
