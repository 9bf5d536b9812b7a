//! `callflow.toml`: what a project says of itself.
//!
//! Every key is known, so that a misspelt one is an error with a suggestion and not a setting without effect.
//! Secrets never stand in the file: the runtime reads `${NAME}` from the environment when a value is used.

use std::ops::Range;
use std::path::{Path, PathBuf};

use callflow_compiler::diagnostics::suggest;
use jiff::tz::TimeZoneDatabase;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The voice platforms whose payloads the runtime reads, beside our own JSON.
pub(crate) const PLATFORMS: &[&str] =
    &["diga", "vapi", "retell", "elevenlabs", "twilio", "bland", "livekit", "openai", "http"];

/// The keys that a `callflow.toml` may have.
const KEYS: &[&str] = &[
    "name",
    "platforms",
    "timezone",
    "public_url",
    "env",
    "secrets",
    "agents",
    "connections",
    "server",
    "network",
];

/// What a project says of itself. A folder without `callflow.toml` has the defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Settings {
    /// The file; none for the defaults.
    pub(crate) file: Option<PathBuf>,
    /// `name`
    pub(crate) name: Option<String>,
    /// `platforms`: voice platforms in use; none of them means our canonical JSON only.
    pub(crate) platforms: Vec<String>,
    /// `timezone`: for schedules and date methods without a zone.
    pub(crate) timezone: Option<String>,
    /// `public_url`
    pub(crate) public_url: Option<String>,
    /// `[env]`: what `env("NAME")` reads. Each `${VAR}` in a value stands for an environment variable.
    pub(crate) environment: Vec<(String, String)>,
    /// `[secrets]`: what `secret("NAME")` names. Each `${VAR}` in a value stands for an environment variable.
    pub(crate) secrets: Vec<(String, String)>,
    /// `[agents.NAME]`: the voice agents that flows name.
    pub(crate) agents: Vec<Agent>,
    /// `[connections.PIECE]`: each section's entries as they stand in the file.
    pub(crate) connections: Vec<(String, Vec<(String, String)>)>,
    /// `[server]`
    pub(crate) server: Server,
    /// `[network] allow`: private addresses and ranges that http may reach.
    pub(crate) allow: Vec<String>,
}

/// A section `[agents.NAME]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Agent {
    /// What flows call it.
    pub(crate) name: String,
    /// The platform that it lives on, where the project says so.
    pub(crate) platform: Option<String>,
}

/// The section `[server]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Server {
    /// Where `serve` listens.
    pub(crate) listen: Option<String>,
    /// Where `serve` keeps runs.
    pub(crate) store: Option<String>,
}

impl Settings {
    /// Reads the text of a `callflow.toml`. The error is one line with the place.
    pub(crate) fn read(file: &Path, text: &str) -> Result<Settings, String> {
        let reader = Reader { file, text };
        let document = DeTable::parse(text).map_err(|error| {
            reader.error(error.span().unwrap_or_default(), error.message().trim())
        })?;
        let mut settings = Settings { file: Some(file.to_owned()), ..Settings::default() };
        for (key, value) in document.get_ref() {
            match key.get_ref().as_ref() {
                "name" => settings.name = Some(reader.text(value)?),
                "platforms" => settings.platforms = reader.platforms(value)?,
                "timezone" => settings.timezone = Some(reader.zone(value)?),
                "public_url" => settings.public_url = Some(reader.text(value)?),
                "env" => settings.environment = reader.entries(value)?,
                "secrets" => settings.secrets = reader.entries(value)?,
                "agents" => {
                    for (name, section) in reader.table(value)? {
                        settings.agents.push(reader.agent(name.get_ref(), section)?);
                    }
                }
                "connections" => {
                    for (name, section) in reader.table(value)? {
                        let entries = reader.entries(section)?;
                        settings.connections.push((name.get_ref().to_string(), entries));
                    }
                }
                "server" => settings.server = reader.server(value)?,
                "network" => settings.allow = reader.network(value)?,
                _ => {
                    return Err(reader.unknown(key, KEYS.iter().copied()));
                }
            }
        }
        Ok(settings)
    }
}

/// Reads values at their places, so that every mistake is told with line and column.
struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    /// Names with their texts. Which entries a connection has is for its piece to say.
    fn entries(&self, section: &Value<'_>) -> Result<Vec<(String, String)>, String> {
        let entries = self.table(section)?.iter();
        entries.map(|(key, value)| Ok((key.get_ref().to_string(), self.text(value)?))).collect()
    }

    fn agent(&self, name: &str, section: &Value<'_>) -> Result<Agent, String> {
        let mut agent = Agent { name: name.to_owned(), platform: None };
        for (key, value) in self.table(section)? {
            match key.get_ref().as_ref() {
                "platform" => {
                    let platform = self.text(value)?;
                    self.known_platform(&platform, value)?;
                    agent.platform = Some(platform);
                }
                _ => return Err(self.unknown(key, ["platform"])),
            }
        }
        Ok(agent)
    }

    fn server(&self, section: &Value<'_>) -> Result<Server, String> {
        let mut server = Server::default();
        for (key, value) in self.table(section)? {
            match key.get_ref().as_ref() {
                "listen" => server.listen = Some(self.text(value)?),
                "store" => server.store = Some(self.text(value)?),
                _ => return Err(self.unknown(key, ["listen", "store"])),
            }
        }
        Ok(server)
    }

    fn network(&self, section: &Value<'_>) -> Result<Vec<String>, String> {
        let mut allow = Vec::new();
        for (key, value) in self.table(section)? {
            match key.get_ref().as_ref() {
                "allow" => allow = self.texts(value)?,
                _ => return Err(self.unknown(key, ["allow"])),
            }
        }
        Ok(allow)
    }

    fn zone(&self, value: &Value<'_>) -> Result<String, String> {
        let name = self.text(value)?;
        match TimeZoneDatabase::bundled().get(&name) {
            Ok(_) => Ok(name),
            Err(_) => Err(self.error(
                value.span(),
                &format!("no time zone is called `{name}`; write one such as `Europe/Madrid`"),
            )),
        }
    }

    fn platforms(&self, value: &Value<'_>) -> Result<Vec<String>, String> {
        let names = self.texts(value)?;
        names.iter().try_for_each(|name| self.known_platform(name, value))?;
        Ok(names)
    }

    fn known_platform(&self, name: &str, value: &Value<'_>) -> Result<(), String> {
        if PLATFORMS.contains(&name) {
            return Ok(());
        }
        let meant = did_you_mean(name, PLATFORMS.iter().copied());
        Err(self.error(value.span(), &format!("no platform is called `{name}`{meant}")))
    }

    fn text(&self, value: &Value<'_>) -> Result<String, String> {
        match value.get_ref().as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.expected("a text in quotes", value)),
        }
    }

    fn texts(&self, value: &Value<'_>) -> Result<Vec<String>, String> {
        match value.get_ref().as_array() {
            Some(items) => items.iter().map(|item| self.text(item)).collect(),
            None => Err(self.expected("a list of texts in quotes", value)),
        }
    }

    fn table<'v, 'a>(&self, value: &'v Value<'a>) -> Result<&'v DeTable<'a>, String> {
        value.get_ref().as_table().ok_or_else(|| self.expected("a section", value))
    }

    fn expected(&self, what: &str, value: &Value<'_>) -> String {
        let found = value.get_ref().type_str();
        self.error(value.span(), &format!("{what} is expected here, found {found}"))
    }

    fn unknown<'k>(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        known: impl IntoIterator<Item = &'k str>,
    ) -> String {
        let meant = did_you_mean(key.get_ref(), known);
        self.error(key.span(), &format!("no setting is called `{}`{meant}", key.get_ref()))
    }

    fn error(&self, span: Range<usize>, message: &str) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}: {message}", self.file.display())
    }
}

/// `; did you mean …?` where a name is near enough.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    match suggest::nearest(written, candidates) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        Settings::read(Path::new("callflow.toml"), text)
    }

    #[test]
    fn reads_all_sections() {
        let settings = read(
            r#"
name = "sales-calls"
platforms = ["vapi"]
timezone = "Europe/Madrid"
public_url = "https://flows.example.com"

[env]
REGION = "eu"

[secrets]
CRM_KEY = "${CRM_KEY}"

[agents.front_desk]
platform = "vapi"

[agents.night]

[connections.hubspot]
kind = "key"
token = "${HUBSPOT_TOKEN}"

[server]
listen = "127.0.0.1:7070"
store = "callflow.db"

[network]
allow = ["127.0.0.1"]
"#,
        )
        .unwrap();
        assert_eq!(settings.name.as_deref(), Some("sales-calls"));
        assert_eq!(settings.allow, ["127.0.0.1"]);
        let (name, entries) = &settings.connections[0];
        let entry = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(name, "hubspot");
        assert_eq!(*entries, [entry("kind", "key"), entry("token", "${HUBSPOT_TOKEN}")]);
        assert_eq!(settings.environment, [entry("REGION", "eu")]);
        assert_eq!(settings.secrets, [entry("CRM_KEY", "${CRM_KEY}")]);
        let agent = |name: &str, platform: Option<&str>| Agent {
            name: name.to_owned(),
            platform: platform.map(str::to_owned),
        };
        assert_eq!(settings.agents, [agent("front_desk", Some("vapi")), agent("night", None)]);
    }

    #[test]
    fn tells_what_is_wrong_and_where() {
        let texts = [
            "platfroms = [\"vapi\"]",
            "name = 3",
            "timezone = \"Europe/Madird\"",
            "platforms = [\"retel\"]",
            "[server]\nlisen = \"x\"",
            "[network]\nallow = \"127.0.0.1\"",
            "connections = 1",
            "name = \"x",
            "[connections.hubspot]\ntoken = 12",
            "[env]\nREGION = 5",
            "[agents.front_desk]\nplatfrom = \"vapi\"",
            "[agents.front_desk]\nplatform = \"vapo\"",
            "[secret]\nKEY = \"x\"",
        ];
        let messages: Vec<String> = texts.iter().map(|text| read(text).unwrap_err()).collect();
        insta::assert_snapshot!(messages.join("\n"));
    }
}
