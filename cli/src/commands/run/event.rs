//! The event that a run begins with: given, kept beside the flow, or the trigger's own sample.
//!
//! Beside a flow an event is called `FLOW.event.json`, and in a folder with one flow also `event.json`. A
//! payload as a platform sends it has that platform's name before the ending: `event.vapi.json`.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use callflow_runtime::trigger;
use clap::ValueEnum;
use serde_json::Value;

use crate::exit::Failure;

/// The largest event that is read, in bytes.
const MAX_EVENT: u64 = 16 << 20;

/// Whose JSON an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Platform {
    /// Our own: the fields of the trigger's type
    Canonical,
    /// Vapi's webhook payload
    Vapi,
    /// Retell's webhook payload
    Retell,
    /// ElevenLabs' webhook payload
    #[value(name = "elevenlabs")]
    ElevenLabs,
}

impl Platform {
    /// As it is written in options and file names.
    pub(super) fn name(self) -> &'static str {
        match self {
            Platform::Canonical => "canonical",
            Platform::Vapi => "vapi",
            Platform::Retell => "retell",
            Platform::ElevenLabs => "elevenlabs",
        }
    }

    /// What turns its payloads into our JSON.
    pub(super) fn adapter(self) -> trigger::Platform {
        match self {
            Platform::Canonical => trigger::Platform::Http,
            Platform::Vapi => trigger::Platform::Vapi,
            Platform::Retell => trigger::Platform::Retell,
            Platform::ElevenLabs => trigger::Platform::ElevenLabs,
        }
    }
}

/// An event, read but not yet held against the trigger's type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// Where it came from, for a person.
    pub(super) origin: String,
    /// Whose JSON it is.
    pub(super) platform: Platform,
    /// As it stands there.
    pub(super) json: Value,
}

/// Where an event may be.
#[derive(Debug, Clone)]
pub(super) struct Places<'a> {
    /// `--event`: a file, or `-` for stdin.
    pub(super) given: Option<&'a str>,
    /// `--platform`
    pub(super) platform: Option<Platform>,
    /// The folder that the flow's file is in.
    pub(super) folder: &'a Path,
    /// The flow's address.
    pub(super) flow: &'a str,
    /// Whether it is its project's only one.
    pub(super) only: bool,
}

impl Places<'_> {
    /// Finds and reads the event; none where the trigger's sample must do.
    pub(super) fn find(&self) -> Result<Option<Event>, Failure> {
        let (path, platform) = match self.given {
            Some("-") => {
                let platform = self.platform.unwrap_or(Platform::Canonical);
                let text = read_all(io::stdin().lock())
                    .map_err(|error| Failure::Missing(format!("stdin cannot be read: {error}")))?;
                return Ok(Some(parse("stdin".to_owned(), platform, text)?));
            }
            Some(path) => {
                let path = PathBuf::from(path);
                // A file that says in its name whose payload it is need not be told twice.
                let named = path.file_name().and_then(|name| platform_of(&name.to_string_lossy()));
                let platform = self.platform.or(named).unwrap_or(Platform::Canonical);
                (path, platform)
            }
            None => match self.beside()? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let origin = path.display().to_string();
        let text = File::open(&path).and_then(read_all).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Failure::Missing(format!("there is no event `{origin}`; check the path's spelling"))
            }
            _ => Failure::Missing(format!("the event `{origin}` cannot be read: {error}")),
        })?;
        Ok(Some(parse(origin, platform, text)?))
    }

    /// The file beside the flow that has its event.
    fn beside(&self) -> Result<Option<(PathBuf, Platform)>, Failure> {
        let named = format!("{}.event", self.flow);
        let stems = [Some(named.as_str()), self.only.then_some("event")];
        for stem in stems.into_iter().flatten() {
            let found = self.with_stem(stem);
            match found.as_slice() {
                [] => {}
                [one] => return Ok(Some(one.clone())),
                several => {
                    let names: Vec<&str> = several.iter().map(|(_, it)| it.name()).collect();
                    return Err(Failure::Usage(format!(
                        "there are events of several platforms beside the flow; choose one with \
                         --platform {}",
                        names.join("|")
                    )));
                }
            }
        }
        match self.platform {
            None | Some(Platform::Canonical) => Ok(None),
            Some(platform) => Err(Failure::Usage(format!(
                "--platform {0} needs an event: give one with --event FILE, or keep one beside the \
                 flow as `event.{0}.json`",
                platform.name()
            ))),
        }
    }

    fn with_stem(&self, stem: &str) -> Vec<(PathBuf, Platform)> {
        let platforms = Platform::value_variants().iter().copied();
        let wanted = platforms.filter(|platform| self.platform.is_none_or(|it| it == *platform));
        let file = |platform| {
            let name = match platform {
                Platform::Canonical => format!("{stem}.json"),
                _ => format!("{stem}.{}.json", platform.name()),
            };
            (self.folder.join(name), platform)
        };
        wanted.map(file).filter(|(path, _)| path.is_file()).collect()
    }
}

/// `vapi` of `event.vapi.json`.
fn platform_of(file: &str) -> Option<Platform> {
    let stem = file.strip_suffix(".json")?;
    let mut parts = stem.split('.');
    parts.next();
    let platforms = Platform::value_variants();
    parts.find_map(|part| platforms.iter().copied().find(|platform| platform.name() == part))
}

fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_EVENT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_EVENT {
        let message = format!("it has more than {} MB", MAX_EVENT >> 20);
        return Err(io::Error::new(ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

fn parse(origin: String, platform: Platform, text: Vec<u8>) -> Result<Event, Failure> {
    match serde_json::from_slice(&text) {
        Ok(json) => Ok(Event { origin, platform, json }),
        Err(_) if text.trim_ascii().is_empty() => {
            Err(Failure::Usage(format!("the event `{origin}` is empty; it must be JSON")))
        }
        Err(error) => Err(Failure::Usage(format!("the event `{origin}` is no JSON: {error}"))),
    }
}

/// The folder that a flow's file is in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn find(
        folder: &Path,
        platform: Option<Platform>,
        only: bool,
    ) -> Result<Option<Event>, Failure> {
        Places { given: None, platform, folder, flow: "sales.lead", only }.find()
    }

    #[test]
    fn an_event_that_is_too_large() {
        let exactly = std::io::repeat(b' ').take(MAX_EVENT);
        assert_eq!(read_all(exactly).unwrap().len() as u64, MAX_EVENT);
        let error = read_all(std::io::repeat(b' ')).unwrap_err();
        insta::assert_snapshot!(error, @"it has more than 16 MB");
    }

    #[test]
    fn events_beside_the_flow() {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("callflow-event-{id}"));
        fs::create_dir_all(&folder).unwrap();
        let none = find(&folder, None, true);
        let missing = find(&folder, Some(Platform::Retell), true).unwrap_err();
        fs::write(folder.join("event.vapi.json"), "{}").unwrap();
        let of_vapi = find(&folder, None, true).unwrap().unwrap().platform;
        let of_another_flow = find(&folder, None, false);
        fs::write(folder.join("event.json"), "{}").unwrap();
        let several = find(&folder, None, true).unwrap_err();
        fs::write(folder.join("sales.lead.event.json"), "[").unwrap();
        let broken = find(&folder, None, false).unwrap_err();
        fs::remove_dir_all(&folder).unwrap();

        assert_eq!(none, Ok(None));
        assert_eq!(of_vapi, Platform::Vapi);
        assert_eq!(of_another_flow, Ok(None));
        let told = [missing, several, broken].map(|failure| failure.to_string()).join("\n");
        insta::assert_snapshot!(told.replace(&folder.display().to_string(), "DIR"));
    }

    #[test]
    fn a_name_says_whose_payload_it_is() {
        assert_eq!(platform_of("event.vapi.json"), Some(Platform::Vapi));
        assert_eq!(platform_of("elevenlabs.json"), None);
        assert_eq!(platform_of("vapi.end-of-call-report.json"), None);
    }
}
