//! The store that a command is about, opened for reading.

use std::path::{Path, PathBuf};

use callflow_runtime::durable::{RunNumber, Version};
use callflow_runtime::store::history::{Filter, History, Story, Summary};
use callflow_runtime::store::sqlite::SqliteReader;
use callflow_runtime::store::{Reader, StoreError};

use super::list::ID;
use crate::commands::serve::settings::store_path;
use crate::exit::Failure;
use crate::project::settings_of;

/// How many runs are named where a beginning means several.
const NAMED: usize = 5;

/// A store for reading.
pub(crate) struct Stored {
    /// Its file.
    pub(crate) path: PathBuf,
    reader: SqliteReader,
}

impl Stored {
    /// The store that is named, or that of the project here.
    pub(crate) fn open(given: Option<&Path>) -> Result<Stored, Failure> {
        let path = store_path(&settings_of(Path::new(""))?, given);
        if !path.exists() {
            return Err(Failure::Missing(format!(
                "there is no store `{}`; name the one that is meant with --store, or begin one with `callflow serve`",
                path.display()
            )));
        }
        let reader = SqliteReader::open(&path).map_err(|error| unreadable(&error))?;
        Ok(Stored { path, reader })
    }

    /// The runs that are meant.
    pub(crate) fn list(&self, filter: &Filter) -> Result<Vec<Summary>, Failure> {
        self.reader.list(filter).map_err(|error| unreadable(&error))
    }

    /// The one run whose id begins so.
    pub(crate) fn find(&self, run: &str) -> Result<Summary, Failure> {
        let mut found = self.reader.find(run, NAMED + 1).map_err(|error| unreadable(&error))?;
        if let Some(whole) = found.iter().position(|it| it.id == run) {
            return Ok(found.swap_remove(whole));
        }
        match found.as_slice() {
            [_] => found.pop().ok_or_else(|| Failure::Usage(String::new())),
            [] => Err(Failure::Usage(format!(
                "no run of `{}` begins with `{run}`; `callflow runs list` shows them",
                self.path.display()
            ))),
            several => {
                let ids: Vec<String> = several
                    .iter()
                    .take(NAMED)
                    .map(|it| format!("  {}  {}", it.id, it.flow))
                    .collect();
                let more = if several.len() > NAMED { "\n  …" } else { "" };
                Err(Failure::Usage(format!(
                    "several runs begin with `{run}`; write more of the id ({ID} characters are mostly enough):\n{}{more}",
                    ids.join("\n")
                )))
            }
        }
    }

    /// A run by its number.
    pub(crate) fn summary(&self, run: RunNumber) -> Result<Summary, Failure> {
        let found = self.reader.summary(run).map_err(|error| unreadable(&error))?;
        found.ok_or_else(|| Failure::Usage("the run is gone".to_owned()))
    }

    /// All that is told of the one run whose id begins so.
    pub(crate) fn story(&self, run: &str) -> Result<Story, Failure> {
        let run = self.find(run)?;
        let story = self.reader.story(run.number).map_err(|error| unreadable(&error))?;
        story.ok_or_else(|| Failure::Usage(format!("the run {} is gone", run.id)))
    }

    /// The story of a run, and after it those of all runs that were begun on its way, as far as they are told.
    pub(crate) fn family(&self, run: &str) -> Result<Vec<Story>, Failure> {
        let mut family = vec![self.story(run)?];
        let mut looked_at = 0;
        while let Some(story) = family.get(looked_at) {
            looked_at += 1;
            let children: Vec<RunNumber> = story.children.iter().map(|run| run.number).collect();
            for child in children {
                let story = self.reader.story(child).map_err(|error| unreadable(&error))?;
                family.extend(story.filter(|_| looked_at < Story::CHILDREN));
            }
        }
        Ok(family)
    }

    /// The bytes of an artifact that the store keeps; none where it does not.
    pub(crate) fn artifact(&self, version: Version) -> Option<Vec<u8>> {
        self.reader.artifact(version).ok().flatten()
    }
}

fn unreadable(error: &StoreError) -> Failure {
    Failure::Missing(error.to_string())
}
