//! Stored runs and programs as the admin API shows them. Times are in milliseconds since 1970.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::durable::{Outcome, Source};
use crate::error::Error;
use crate::store::history::{RunStatus, Story, Summary};

/// Which runs are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunFilter {
    /// Only runs of the flow with this address.
    pub flow: Option<String>,
    /// Only runs in this state.
    pub status: Option<RunStatus>,
    /// Only runs that were created before this one, which is known by its id: where the last page ended.
    pub before: Option<String>,
    /// How many at most, from 1 to [`RunFilter::MOST`].
    pub limit: usize,
}

impl RunFilter {
    /// The most runs of a page.
    pub const MOST: usize = 500;
}

impl Default for RunFilter {
    fn default() -> RunFilter {
        RunFilter { flow: None, status: None, before: None, limit: 50 }
    }
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunView {
    /// What it is known by.
    pub id: String,
    /// Its flow's address.
    pub flow: String,
    /// The program that it runs on.
    pub version: i64,
    /// Where its event came from.
    pub source: Source,
    /// How far it is.
    pub status: RunStatus,
    /// When it was created.
    pub created_at: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Whether who waited for its answer was given another one, because it was time.
    pub late: bool,
    /// When it goes on, where it waits for a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
}

/// All that is known of a run but its journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunDetail {
    /// What a list says of it.
    #[serde(flatten)]
    pub run: RunView,
    /// What it began with, secrets hidden.
    pub event: Json,
    /// The id of the run that began it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The ids of runs that it began.
    pub children: Vec<String>,
    /// What it gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Json>,
    /// What it failed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Where in the source it failed: `sales.flow:12:3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A program in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionView {
    /// Its number.
    pub version: i64,
    /// The SHA-256 of its artifact, in hex.
    pub hash: String,
    /// When it was added.
    pub added_at: i64,
    /// How many runs are on it that have not ended.
    pub runs: u64,
}

impl From<Summary> for RunView {
    fn from(run: Summary) -> RunView {
        RunView {
            id: run.id.into(),
            flow: run.flow.into(),
            version: run.version.0,
            source: run.source,
            status: run.status,
            created_at: run.created,
            ended_at: run.ended,
            late: run.late,
            due: run.due,
        }
    }
}

impl From<Story> for RunDetail {
    fn from(story: Story) -> RunDetail {
        let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let (mut result, mut error, mut place) = (None, None, None);
        match story.outcome {
            Some(Outcome::Succeeded(text)) => result = Some(json(&text)),
            Some(Outcome::Failed { error: why, place: at }) => {
                error = Some(why);
                place = Some(at);
            }
            Some(Outcome::Cancelled) | None => {}
        }
        let children = story.children.into_iter().map(|run| run.id.into());
        RunDetail {
            event: json(&story.event),
            parent: story.parent.map(|run| run.id.into()),
            children: children.collect(),
            run: story.run.into(),
            result,
            error,
            place,
        }
    }
}
