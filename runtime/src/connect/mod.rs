//! The settings of connections.
//!
//! A piece declares how it may be connected ([`callflow_artifact::piece::Connection`]); the project says with
//! which settings (`[connections.hubspot]` in callflow.toml). [`Connections`] has what the project says,
//! [`Connection`] is one of them held against its declaration and ready to use. [`Environment`] and [`Secrets`] have
//! what it says beside. [`secret`] keeps credentials from being printed.

mod error;
mod named;
pub mod secret;

use std::fmt;

use callflow_artifact::needs::Need;
use callflow_artifact::piece::{self, ConnectionKind, Piece, Template, TemplatePart};
use ecow::EcoString;
use indexmap::IndexMap;

use self::error::At;
pub use self::error::ConnectionError;
pub use self::named::{Environment, Secrets};
pub use self::secret::{Redactor, Secret};

/// The settings of all connections of a project, by the name of the piece.
#[derive(Clone, Default)]
pub struct Connections {
    by_piece: IndexMap<String, IndexMap<String, Given>>,
    sandbox: bool,
}

/// What a project says for a setting.
#[derive(Clone)]
enum Given {
    Value(Secret),
    /// It asks for an environment variable that is not set.
    Unset(String),
}

impl Connections {
    /// The connections that a project's settings describe: for each piece the entries of its
    /// `[connections.PIECE]`. Each `${NAME}` in a value stands for an environment variable, which `env` looks
    /// up. One that is not set is an error only when the connection is used.
    pub fn from_settings<S, E>(settings: S, env: &dyn Fn(&str) -> Option<String>) -> Connections
    where
        S: IntoIterator<Item = (String, E)>,
        E: IntoIterator<Item = (String, String)>,
    {
        let resolve = |entries: E| {
            entries.into_iter().map(|(name, value)| (name, resolve(&value, env))).collect()
        };
        let by_piece = settings.into_iter().map(|(piece, it)| (piece, resolve(it))).collect();
        Connections { by_piece, sandbox: false }
    }

    /// The same connections for the sandbox: what is not given, or is a secret, has a placeholder.
    pub fn for_sandbox(self) -> Connections {
        Connections { sandbox: true, ..self }
    }

    /// The connection of a piece; none for a piece that needs none.
    ///
    /// # Errors
    /// What the project has to say and does not: the kind, a setting, an environment variable.
    pub fn of(&self, piece: &Piece) -> Result<Option<Connection>, ConnectionError> {
        self.named(piece, &piece.name)
    }

    /// A connection of a piece by its name; none for a piece that needs none.
    ///
    /// # Errors
    /// What the project has to say and does not: the kind, a setting, an environment variable.
    pub fn named(&self, piece: &Piece, name: &str) -> Result<Option<Connection>, ConnectionError> {
        if piece.connections.is_empty() {
            return Ok(None);
        }
        let nothing = IndexMap::new();
        let given = self.by_piece.get(name);
        let at = At { piece, name };
        let declared = self.choose(at, given)?;
        let given = given.unwrap_or(&nothing);
        let mut settings = IndexMap::new();
        for setting in known_settings(declared) {
            let value = if self.sandbox {
                Some(placeholder(&setting, given))
            } else {
                value(at, declared, &setting, given)?
            };
            if let Some(value) = value {
                settings.insert(setting.name.clone(), (value, setting.secret));
            }
        }
        Ok(Some(Connection { declared: declared.clone(), settings }))
    }

    /// All that is wrong with the connections that are needed, so that a project can be checked before it runs.
    pub fn check(&self, needs: &[Need<'_>]) -> Vec<ConnectionError> {
        needs.iter().filter_map(|need| self.named(need.piece, need.name).err()).collect()
    }

    /// What hides every secret of the connections that are needed in a text.
    pub fn redactor(&self, needs: &[Need<'_>]) -> Redactor {
        let mut redactor = Redactor::default();
        if self.sandbox {
            return redactor;
        }
        let connection = |need: &Need<'_>| self.named(need.piece, need.name).ok().flatten();
        for connection in needs.iter().filter_map(connection) {
            for (value, _) in connection.settings.values().filter(|(_, secret)| *secret) {
                redactor.add(value.expose());
            }
        }
        redactor
    }

    /// Which of a piece's ways to connect is in use: the one that `kind` names, else the only one, else the
    /// first one that has all that it needs.
    fn choose<'p>(
        &self,
        at: At<'p>,
        given: Option<&IndexMap<String, Given>>,
    ) -> Result<&'p piece::Connection, ConnectionError> {
        let piece = at.piece;
        let kind = given.and_then(|it| it.get("kind")).and_then(Given::text);
        let found = match (kind, given) {
            (Some(kind), _) => {
                let named = piece.connections.iter().find(|it| it.name == kind);
                return named.ok_or_else(|| ConnectionError::unknown_kind(at, kind));
            }
            (None, Some(given)) => piece.connections.iter().find(|it| is_complete(it, given)),
            (None, None) => piece.connections.iter().find(|it| it.kind == ConnectionKind::None),
        };
        match (found, piece.connections.as_slice()) {
            (Some(connection), _) | (None, [connection]) => Ok(connection),
            (None, [first, ..]) if self.sandbox => Ok(first),
            (None, several) => match (easiest(several), given) {
                (Some(connection), None) => {
                    Err(ConnectionError::missing(at, connection, |_| false))
                }
                _ => Err(ConnectionError::which_kind(at)),
            },
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_piece.keys()).finish()
    }
}

/// A connection that can be used: a declaration and the values of its settings.
#[derive(Debug, Clone)]
pub struct Connection {
    /// What the piece says of it.
    pub declared: piece::Connection,
    settings: IndexMap<EcoString, (Secret, bool)>,
}

impl Connection {
    /// The value of a setting that is no secret, and the connection's name for `kind`: what an action may read.
    pub fn readable(&self, name: &str) -> Option<&str> {
        match (name, self.settings.get(name)) {
            ("kind", _) => Some(&self.declared.name),
            (_, Some((value, false))) => Some(value.expose()),
            _ => None,
        }
    }

    /// The value of a setting, secret or not: for what is sent to the service itself.
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|(value, _)| value.expose())
    }

    /// A template with the settings in place; none where one of them has no value.
    pub fn render(&self, template: &Template) -> Option<String> {
        let part = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => Some(text.to_string()),
            TemplatePart::Setting(name) => self.secret(name).map(str::to_owned),
        };
        template.0.iter().map(part).collect()
    }
}

impl Given {
    fn text(&self) -> Option<&str> {
        match self {
            Given::Value(value) => Some(value.expose()),
            Given::Unset(_) => None,
        }
    }
}

/// The settings that a kind implies beside those that the piece declares.
fn known_settings(connection: &piece::Connection) -> Vec<piece::Setting> {
    let implied: &[(&str, bool)] = match connection.kind {
        ConnectionKind::OAuth2 => &[("access_token", true)],
        ConnectionKind::Basic => &[("user", false), ("password", true)],
        ConnectionKind::Key | ConnectionKind::None => &[],
    };
    let is_declared = |name: &str| connection.settings.iter().any(|it| it.name == name);
    let implied = implied.iter().filter(|(name, _)| !is_declared(name)).map(|&(name, secret)| {
        piece::Setting {
            name: name.into(),
            secret,
            default: None,
            optional: false,
            doc: EcoString::new(),
        }
    });
    connection.settings.iter().cloned().chain(implied).collect()
}

fn is_mandatory(setting: &piece::Setting) -> bool {
    !setting.optional && setting.default.is_none()
}

fn is_complete(connection: &piece::Connection, given: &IndexMap<String, Given>) -> bool {
    known_settings(connection)
        .iter()
        .all(|setting| !is_mandatory(setting) || given.contains_key(setting.name.as_str()))
}

/// The one to recommend: a key is pasted, an authorisation takes a browser.
fn easiest(connections: &[piece::Connection]) -> Option<&piece::Connection> {
    let pasted = connections.iter().find(|it| it.kind != ConnectionKind::OAuth2);
    pasted.or(connections.first())
}

fn value(
    at: At<'_>,
    connection: &piece::Connection,
    setting: &piece::Setting,
    given: &IndexMap<String, Given>,
) -> Result<Option<Secret>, ConnectionError> {
    match given.get(setting.name.as_str()) {
        Some(Given::Value(value)) if !value.expose().is_empty() => Ok(Some(value.clone())),
        Some(Given::Unset(variable)) => {
            Err(ConnectionError::unset(at, &setting.name, variable.clone()))
        }
        _ => match &setting.default {
            Some(default) => Ok(Some(Secret::new(default.as_str()))),
            None if setting.optional => Ok(None),
            None => Err(ConnectionError::missing(at, connection, |name| {
                given.get(name).and_then(Given::text).is_some_and(|it| !it.is_empty())
            })),
        },
    }
}

/// What a setting is in the sandbox. Real secrets are not even looked at.
fn placeholder(setting: &piece::Setting, given: &IndexMap<String, Given>) -> Secret {
    let given = given.get(setting.name.as_str()).and_then(Given::text);
    match given.or(setting.default.as_deref()) {
        Some(value) if !setting.secret && !value.is_empty() => Secret::new(value),
        _ if setting.name.contains("url") => Secret::new("https://sandbox.invalid"),
        _ => Secret::new("sandbox"),
    }
}

/// A value with each `${NAME}` replaced. A `$` that begins no such thing stands for itself.
fn resolve(value: &str, env: &dyn Fn(&str) -> Option<String>) -> Given {
    let mut resolved = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        let Some(value) = env(name.trim()) else { return Given::Unset(name.trim().to_owned()) };
        resolved.push_str(before);
        resolved.push_str(&value);
        rest = after;
    }
    resolved.push_str(rest);
    Given::Value(Secret::new(resolved))
}

#[cfg(test)]
mod tests;
