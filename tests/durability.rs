//! A run may be written down at any effect and go on in another process, and nobody can tell.
//!
//! Each flow runs twice over the same completions: once in this process without ever being written down, once
//! with every single step of the engine taken by a process of its own, which gets the run as bytes and gives it
//! back as bytes. States, commands and result must be the same at every suspension. Which attempts fail is drawn
//! at random, so that retries, failures and what catches them are met as well.

// What tests share may fail as loudly as a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

use callflow_artifact::encode;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};
use callflow_runtime::connect::Connections;
use callflow_runtime::engine::memory::Options;
use callflow_runtime::engine::{Ambient, Command, Completion, Run, Step, Ticket, core};
use callflow_runtime::execute::{Program, interpret};
use callflow_runtime::pieces::sandbox::Sandbox;
use callflow_runtime::pieces::{ActionFailure, ActionHost};
use callflow_runtime::{Error, ErrorKind, Value, value};
use proptest::prelude::*;

const LIBRARY: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

/// What the examples do not do: wait, ask, retry, catch, loop, call functions that call actions.
const EVERY_EFFECT: &str = r#"
type Stage = Won { amount: decimal } | Lost { reason: string }

fn note(text: string, round: int) -> string {
  found = http.get("https://example.com/notes", query: { text, round }) as Note
  return "{round}: {found.text}"
}

type Note { text: string }

on manual(rounds: int = 3, start: time) -> [string] <
  var notes: [string] = []
  begun = now()
  for round in 1..rounds {
    if round % 2 == 0 { wait 2h } else { wait until start }
    try {
      notes = [...notes, note("{uuid()} {today()}", round)]
    } catch error {
      log("{error.kind} in round {round}", level: "warn")
      notes = [...notes, error.message]
    }
  }
  stage: Stage = if random() < 0.5 { Won { amount: 12.50 } } else { Lost { reason: "chance" } }
  match stage {
    Won { amount } => log("won {amount} since {begun}")
    Lost { reason } => log("lost: {reason}")
  }
  return notes.map(text => text.upper())
>
"#;

/// Several things at a time, in each other.
const BRANCHES: &str = r#"
fn find(text: string, round: int) -> string {
  found: Note = http.get("https://example.com/notes", query: { text, round }) retry 1 every 5s within 1m
  wait 1h
  return found.text
}

type Note { text: string }

other: on manual(text: string) -> string <
  return text
>

main: on manual(items: [string] = ["a", "b", "c"]) -> [string] with timeout 9d <
  parallel {
    one = find("one", 1) catch "none"
    {
      start other(text: "x")
      wait 3h
    }
    many = for item in items parallel 2 { find(item, 2) }
  }
  first {
    late = find("late", 3)
    wait 30m
  }
  return [one, late ?? "too late", ...many]
>
"#;

proptest! {
    // Each case starts a process for every step of the engine.
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_run_goes_on_in_another_process(failing in prop::collection::vec(any::<u8>(), 0..8)) {
        // All are kept until the last one is done: flows of one project share its file.
        let subjects = subjects();
        for subject in &subjects {
            subject.compare(&failing);
        }
    }
}

/// A flow and its artifact on disk.
struct Subject {
    name: String,
    program: Arc<Program>,
    flow: usize,
    file: PathBuf,
}

/// Every flow of every example, and the one above.
fn subjects() -> Vec<Subject> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folders = fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    let mut projects: Vec<(String, Vec<Source>)> = folders
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), sources(&path)))
        .collect();
    assert!(projects.len() >= 2, "where are the examples?");
    for (name, text) in [("every_effect", EVERY_EFFECT), ("branches", BRANCHES)] {
        let source = Source { path: format!("{name}.flow").into(), text: text.into() };
        projects.push((name.to_owned(), vec![source]));
    }
    projects.into_iter().flat_map(|(name, files)| compile(&name, files)).collect()
}

fn sources(folder: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "flow") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push(Source {
                path: name.into(),
                text: fs::read_to_string(&path).unwrap().into(),
            });
        }
    }
    files
}

fn compile(name: &str, files: Vec<Source>) -> Vec<Subject> {
    let compiled = callflow_compiler::compile(Project::new(name, files), &LIBRARY);
    let artifact =
        compiled.artifact.unwrap_or_else(|| panic!("{name}: {:#?}", compiled.diagnostics));
    let file =
        std::env::temp_dir().join(format!("callflow-{}-{name}.callflow", std::process::id()));
    fs::write(&file, encode::to_bytes(&artifact).unwrap()).unwrap();
    let program = Arc::new(Program::load(artifact).unwrap());
    let flows = 0..program.artifact().flows.len();
    let subject = |flow| Subject {
        name: format!("{name}[{flow}]"),
        program: Arc::clone(&program),
        flow,
        file: file.clone(),
    };
    flows.map(subject).collect()
}

impl Subject {
    fn compare(&self, failing: &[u8]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let sandbox = Arc::new(Sandbox::new(Arc::clone(&self.program)));
        let host = ActionHost::new(Arc::clone(&self.program), Connections::default(), sandbox);
        let mut here = self.begin();
        let mut there = here.clone();
        let mut completion = Completion::Begin;
        let mut open: Vec<Open> = Vec::new();
        let mut drawn = failing.iter().cycle();
        let mut attempts = 0;
        for step in 0.. {
            assert!(step < 500, "{} does not end", self.name);
            let commands = core::advance(&self.program, &mut here, completion.clone());
            let (run, others) = self.in_another_process(&there, &completion);
            there = run;
            assert_eq!(commands, others, "{}, step {step}", self.name);
            assert_eq!(here, there, "{}, step {step}", self.name);
            for command in commands {
                match command {
                    Command::Abort(ticket) => open.retain(|it| it.ticket != ticket),
                    other => open.extend(Open::of(other)),
                }
            }
            if open.is_empty() {
                break;
            }
            // What happens next is drawn as well.
            let next = usize::from(drawn.next().copied().unwrap_or_default()) % open.len();
            let Open { ticket, what } = open.remove(next);
            completion = match what {
                What::Act(step) => {
                    let fails = failing.get(attempts).is_some_and(|byte| byte % 3 == 0);
                    attempts += 1;
                    let outcome = match fails {
                        true => Err(failure(failing[attempts - 1])),
                        false => runtime.block_on(host.act(&step)),
                    };
                    Completion::Acted(ticket, outcome)
                }
                What::Fire => Completion::Fired(ticket),
                What::Answer(what) => Completion::Answer(ticket, Ok(answer(what))),
                What::End => Completion::Ended(ticket, Ok(Value::None)),
            };
        }
        assert!(here.status.is_final(), "{}: {:?}", self.name, here.status);
    }

    fn begin(&self) -> Run {
        let flow = &self.program.artifact().flows[self.flow];
        let types = self.program.types();
        let event = value::sample(types, flow.trigger.event);
        let event = value::decode(types, flow.trigger.event, &event).unwrap();
        let fiber = interpret::start(&self.program, flow.function, Vec::new(), vec![event]);
        core::create("run_1".into(), self.flow as u32, fiber, Options::BUDGET)
    }

    fn in_another_process(&self, run: &Run, completion: &Completion) -> (Run, Vec<Command>) {
        let mut child = Process::new(env!("CARGO_BIN_EXE_resume"))
            .arg(&self.file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let state = postcard::to_stdvec(&(run, completion)).unwrap();
        child.stdin.take().unwrap().write_all(&state).unwrap();
        let mut state = Vec::new();
        child.stdout.take().unwrap().read_to_end(&mut state).unwrap();
        assert!(child.wait().unwrap().success(), "{}", self.name);
        postcard::from_bytes(&state).unwrap()
    }
}

/// What a run asked for and has no answer to.
struct Open {
    ticket: Ticket,
    what: What,
}

enum What {
    Act(Arc<Step>),
    Fire,
    Answer(Ambient),
    End,
}

impl Open {
    fn of(command: Command) -> Option<Open> {
        let (ticket, what) = match command {
            Command::Act(ticket, step) => (ticket, What::Act(step)),
            Command::Backoff { ticket, .. }
            | Command::Wait(ticket, _)
            | Command::Yield(ticket)
            | Command::Deadline(ticket, _) => (ticket, What::Fire),
            Command::Ask(ticket, what) => (ticket, What::Answer(what)),
            Command::Launch { ticket, .. } => (ticket?, What::End),
            Command::Abort(_) | Command::Log { .. } | Command::Settled { .. } | Command::End => {
                return None;
            }
        };
        Some(Open { ticket, what })
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// A failure that is tried again, or one that is not.
fn failure(byte: u8) -> ActionFailure {
    let kind = if byte.is_multiple_of(2) { ErrorKind::Unavailable } else { ErrorKind::Rejected };
    ActionFailure { error: Error::new(kind, "drawn at random"), certainly_without_effect: true }
}

fn answer(what: Ambient) -> Value {
    let time: jiff::Timestamp = "2026-03-02T09:15:01Z".parse().unwrap();
    match what {
        Ambient::Now => Value::Time(time),
        Ambient::Today => Value::Date(jiff::civil::date(2026, 3, 2)),
        Ambient::Uuid => Value::text("00000000-0000-4000-8000-000000000001"),
        Ambient::Random => Value::Float(0.25),
        Ambient::Environment(name) => Value::Text(name),
    }
}
