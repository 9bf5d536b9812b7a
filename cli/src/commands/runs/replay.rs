//! A stored run again, here: its event, and its recorded results as answers. Nothing leaves the machine.
//!
//! The run has its old id, so that each step has the key that it had: a step is known by that, whatever order branches
//! take. Where a step is another one than was recorded, or is called with something else, that is told.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callflow_runtime::connect::Environment;
use callflow_runtime::durable::{Entry, Outcome};
use callflow_runtime::engine::core::step_key;
use callflow_runtime::engine::memory::{self, Host};
use callflow_runtime::engine::{Status, Step};
use callflow_runtime::execute::Program;
use callflow_runtime::pieces::{ActionFailure, BoxFuture};
use callflow_runtime::store::history::Story;
use callflow_runtime::{Error, ErrorKind, Value, value};
use ecow::EcoString;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::exit::Failure;
use crate::terminal::Style;

/// How much of a value is shown where it differs, in characters.
const SHOWN: usize = 90;

/// A step as it was.
#[derive(Debug, Clone)]
struct Recorded {
    action: EcoString,
    input: String,
    output: Option<String>,
    error: Option<Error>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Replayed {
    /// Each step that went as it was recorded, and each difference, a line each.
    pub(super) lines: Vec<String>,
    /// Whether something was another way.
    pub(super) differs: bool,
}

impl Replayed {
    /// Each line, and what it all means.
    pub(super) fn page(&self, style: Style) -> String {
        let mut out = String::new();
        for line in &self.lines {
            out.push_str(&match line.starts_with('!') {
                true => format!("{}\n", style.yellow(line)),
                false => format!("{line}\n"),
            });
        }
        out.push_str(match self.differs {
            true => "\nIt went another way; the lines with ! say where.\n",
            false => "\nIt went the same way.\n",
        });
        out
    }
}

/// Runs a stored run again on a program. `stories` are those of the run and of all that it began.
pub(super) fn replay(
    program: &Program,
    environment: Environment,
    stories: &[Story],
) -> Result<Replayed, Failure> {
    let Some(story) = stories.first() else { return Err(Failure::Usage(String::new())) };
    let flows = &program.artifact().flows;
    let flow = flows.iter().find(|flow| story.run.flow == flow.address).ok_or_else(|| {
        Failure::Usage(format!(
            "there is no flow `{}` here any more; replay what the run began with: add --version stored",
            story.run.flow
        ))
    })?;
    let json: Json = serde_json::from_str(&story.event).unwrap_or_default();
    let event = value::decode(program.types(), flow.trigger.event, &json).map_err(|mismatch| {
        Failure::Failed(format!("the run's event does not fit the flow as it is now: {mismatch}"))
    })?;
    let recording = Recording {
        program,
        environment,
        began: Timestamp::from_millisecond(story.run.created).unwrap_or_default(),
        steps: stories.iter().flat_map(steps).collect(),
        seen: Mutex::default(),
    };
    let options = memory::Options { id: Some(story.run.id.clone()), ..memory::Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime
        .map_err(|error| Failure::Missing(format!("the system gives no event loop: {error}")))?;
    let ended = runtime.block_on(memory::run(program, &recording, &mut (), flow, event, options));
    Ok(recording.compare(story, ended.status(), flow.result))
}

/// The steps of a run by their keys; of one that was done again, what came of it last.
fn steps(story: &Story) -> impl Iterator<Item = (EcoString, Recorded)> + '_ {
    story.journal.iter().filter_map(|noted| match &noted.entry {
        Entry::Step { step, action, input, output, error, .. } => {
            let recorded = Recorded {
                action: action.clone(),
                input: input.clone(),
                output: output.clone(),
                error: error.clone(),
            };
            Some((step_key(&story.run.id, *step), recorded))
        }
        _ => None,
    })
}

/// What answers: the recording.
struct Recording<'a> {
    program: &'a Program,
    environment: Environment,
    began: Timestamp,
    steps: HashMap<EcoString, Recorded>,
    seen: Mutex<Seen>,
}

/// What was asked for.
#[derive(Default)]
struct Seen {
    keys: BTreeSet<EcoString>,
    lines: Vec<String>,
    differs: bool,
}

impl Recording<'_> {
    fn answer(&self, step: &Step) -> Result<Value, ActionFailure> {
        let (name, input) = (self.name(step), self.input(step));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // However often it is tried, it is one step.
        let is_new = seen.keys.insert(step.key.clone());
        let mut tell = |differs: bool, text: String| {
            if is_new {
                seen.differs |= differs;
                seen.lines.push(format!(
                    "{}{:>3}  {text}",
                    if differs { '!' } else { ' ' },
                    step.id
                ));
            }
        };
        let brief = |json: &str| match serde_json::from_str(json) {
            Ok(json) => value::brief_json(&json, SHOWN),
            Err(_) => json.to_owned(),
        };
        let Some(recorded) = self.steps.get(&step.key).filter(|it| it.action == name) else {
            let was = match self.steps.get(&step.key) {
                Some(recorded) => format!("it was {}", recorded.action),
                None => "nothing like it was recorded".to_owned(),
            };
            tell(true, format!("{name} is called now; {was}"));
            return Err(unanswered(&format!("`{name}` has no recorded result; {was}")));
        };
        let before: Json = serde_json::from_str(&recorded.input).unwrap_or_default();
        if before != input {
            tell(true, format!("{name} is called with something else"));
            tell(true, format!("     then  {}", brief(&recorded.input)));
            tell(true, format!("     now   {}", value::brief_json(&input, SHOWN)));
        }
        match (&recorded.output, &recorded.error) {
            (Some(output), _) => match self.result(step, output) {
                Ok(result) => {
                    if before == input {
                        tell(false, format!("{name}  → {}", brief(output)));
                    }
                    Ok(result)
                }
                Err(why) => {
                    tell(true, format!("{name}: the recorded result does not fit any more: {why}"));
                    Err(unanswered(&why))
                }
            },
            (None, error) => {
                let error = error.clone().unwrap_or_else(|| {
                    Error::new(ErrorKind::Failed, "it failed, and why was not recorded")
                });
                tell(false, format!("{name}  ✗ {}: {}", error.kind, error.message));
                Err(ActionFailure { error, certainly_without_effect: false })
            }
        }
    }

    fn name(&self, step: &Step) -> EcoString {
        let artifact = self.program.artifact();
        let action = artifact.actions.get(step.action.0 as usize);
        let piece = action.and_then(|action| artifact.pieces.get(action.piece.0 as usize));
        match (piece, action) {
            (Some(piece), Some(action)) => ecow::eco_format!("{}.{}", piece.name, action.name),
            _ => EcoString::new(),
        }
    }

    /// The arguments as they are recorded.
    fn input(&self, step: &Step) -> Json {
        let action = self.program.artifact().actions.get(step.action.0 as usize);
        let parameters = action.map(|action| action.parameters.as_slice()).unwrap_or_default();
        let given = parameters.iter().zip(&step.arguments).filter(|(_, value)| !value.is_none());
        let shown = given.map(|(parameter, value)| {
            let ty = self.program.resolve(parameter.ty, &step.types);
            (parameter.name.to_string(), value::encode_shown(self.program.types(), ty, value))
        });
        Json::Object(shown.collect::<Map<_, _>>())
    }

    fn result(&self, step: &Step, output: &str) -> Result<Value, String> {
        let action = self.program.artifact().actions.get(step.action.0 as usize);
        let ty = action.map(|action| self.program.resolve(action.result, &step.types));
        let json: Json = serde_json::from_str(output).map_err(|error| error.to_string())?;
        match ty {
            Some(callflow_artifact::TypeId::NONE) | None => Ok(Value::None),
            Some(ty) => value::decode(self.program.types(), ty, &json)
                .map_err(|mismatch| mismatch.to_string()),
        }
    }

    /// What was recorded and does not happen now, and how it ends.
    fn compare(
        self,
        story: &Story,
        status: &Status,
        result: callflow_artifact::TypeId,
    ) -> Replayed {
        let mut seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        for noted in &story.journal {
            let Entry::Step { step, action, .. } = &noted.entry else { continue };
            let key = step_key(&story.run.id, *step);
            if seen.keys.insert(key) {
                seen.differs = true;
                seen.lines.push(format!("!{step:>3}  {action} was called then, and is not now"));
            }
        }
        let now = match status {
            Status::Succeeded(value) if value.is_none() => "succeeded".to_owned(),
            Status::Succeeded(value) => {
                let json = value::encode_shown(self.program.types(), result, value);
                format!("succeeded: {}", value::brief_json(&json, SHOWN))
            }
            Status::Failed(failure) => failed(&failure.error),
            _ => "was cancelled".to_owned(),
        };
        let then = match &story.outcome {
            Some(Outcome::Succeeded(json)) if json == "null" => "succeeded".to_owned(),
            Some(Outcome::Succeeded(json)) => match serde_json::from_str(json) {
                Ok(json) => format!("succeeded: {}", value::brief_json(&json, SHOWN)),
                Err(_) => format!("succeeded: {json}"),
            },
            Some(Outcome::Failed { error, .. }) => failed(error),
            Some(Outcome::Cancelled) => "was cancelled".to_owned(),
            None => "had not ended".to_owned(),
        };
        match now == then {
            true => seen.lines.push(format!("      it {now}, as it did")),
            false => {
                seen.differs = true;
                seen.lines.push(format!("!     it {then} then, and now it {now}"));
            }
        }
        Replayed { lines: seen.lines, differs: seen.differs }
    }
}

impl Host for Recording<'_> {
    fn now(&self) -> Timestamp {
        self.began
    }

    fn uuid(&self) -> EcoString {
        uuid::Uuid::new_v4().to_string().into()
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn sleep(&self, _span: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn act(&self, step: Arc<Step>) -> BoxFuture<'_, Result<Value, ActionFailure>> {
        Box::pin(async move { self.answer(&step) })
    }

    fn environment(&self, name: &str) -> Result<EcoString, Error> {
        self.environment.get(name)
    }

    /// Waits are skipped.
    fn is_sandbox(&self) -> bool {
        true
    }
}

fn failed(error: &Error) -> String {
    match error.kind {
        ErrorKind::Failed => format!("failed with `{}`", error.message),
        kind => format!("failed with {kind}: `{}`", error.message),
    }
}

fn unanswered(why: &str) -> ActionFailure {
    ActionFailure { error: Error::new(ErrorKind::Failed, why), certainly_without_effect: false }
}
