//! A run for a person: each step as it happens, and how it ended.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use callflow_artifact::{Flow, TypeId, print};
use callflow_compiler::diagnostics::Label;
use callflow_runtime::connect::Redactor;
use callflow_runtime::engine::memory::{Observer, StepRecord};
use callflow_runtime::engine::{Failure as RunFailure, Status, Step, StepId, Until};
use callflow_runtime::{Error, value};

use super::choose::{action_name, effect_at};
use crate::exit::{self, Failure};
use crate::place::Places;
use crate::render;
use crate::terminal::Style;

/// How much of a result is shown on its step's line, in characters.
const RESULT: usize = 72;

/// How much of a run's own result or an argument is shown, in characters.
const IN_FULL: usize = 4000;

/// How much of what a service said is shown, in characters.
const SAID: usize = 300;

/// The width of the column of actions.
const ACTION: usize = 24;

/// Prints what happens. With `--json` only logs, retries and the trace, on stderr.
pub(super) struct Watcher<'a> {
    places: Places<'a>,
    redactor: Redactor,
    style: Style,
    json: bool,
    trace: bool,
    /// The flow of each run, in the order in which they began.
    runs: Vec<RunLine>,
    /// The steps under way, of all runs.
    under_way: Vec<(usize, StepId)>,
    /// How the run that was asked for ended: it is told last.
    end: Option<Status>,
    begun: Instant,
    /// Whether a step under way is told on stderr: it is a terminal, and steps take their time.
    progress: bool,
    /// Whether such a line stands there now.
    pending: bool,
    /// Whether anything happened between the first line and the last one.
    eventful: bool,
    /// The first failure to write; a run is not stopped by it.
    broken: Option<io::Error>,
}

impl<'a> Watcher<'a> {
    /// Nothing is printed yet.
    pub(super) fn new(
        places: Places<'a>,
        redactor: Redactor,
        style: Style,
        json: bool,
        trace: bool,
    ) -> Watcher<'a> {
        Watcher {
            places,
            redactor,
            style,
            json,
            trace,
            runs: Vec::new(),
            under_way: Vec::new(),
            end: None,
            begun: Instant::now(),
            progress: false,
            pending: false,
            eventful: false,
            broken: None,
        }
    }

    /// Says what is about to run.
    pub(super) fn begin(&mut self, flow: &Flow, event: &str, sandbox: bool) {
        let mut line = format!("{} from {event}", self.style.bold(&flow.address));
        if sandbox {
            line.push_str("; sandbox: nothing leaves this machine");
        }
        self.progress = !sandbox && !self.trace && !self.json && io::stderr().is_terminal();
        self.tell(&format!("{line}\n\n"));
        self.eventful = false;
    }

    /// Writes on stdout.
    pub(super) fn say(&mut self, text: &str) {
        self.eventful = true;
        if std::mem::take(&mut self.pending) {
            exit::say("\r\x1b[K");
        }
        let text = self.redactor.redact(text);
        if let Err(error) = io::stdout().write_all(text.as_bytes()) {
            self.broken.get_or_insert(error);
        }
    }

    /// Says how the run ended, and whether all that was to be said could be.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if let Some(status) = self.end.take() {
            let took = spent(self.begun.elapsed());
            let text = self.ending(0, &status, &took);
            let gap = if self.eventful { "\n" } else { "" };
            self.tell(&format!("{gap}{text}"));
        }
        match self.broken {
            Some(error) => Err(Failure::of_output(&error)),
            None => Ok(()),
        }
    }

    /// For a person alone.
    fn tell(&mut self, text: &str) {
        if !self.json {
            self.say(text);
        }
    }

    /// For a person, also one who reads JSON.
    fn note(&mut self, text: &str) {
        match self.json {
            true => exit::say(&self.redactor.redact(text)),
            false => self.say(text),
        }
    }

    /// What the action was called with, and where it stands in the source and the bytecode.
    fn traced(&self, step: &Step) -> String {
        let artifact = self.places.program.artifact();
        let name = action_name(artifact, step.action);
        let mut out = format!("{:>3}  {name}", step.id);
        out.push_str(&format!("  at {}\n", self.places.shown(step.function, step.origin)));
        let function = artifact.functions.get(step.function.0 as usize);
        if let (Some(function), Some(at)) =
            (function, effect_at(artifact, step.function, step.origin))
            && let Some(op) = function.code.get(at)
        {
            let op = print::print_instruction(artifact, function, op);
            out.push_str(&format!("     {} {at:04}  {op}\n", function.name));
        }
        let action = artifact.actions.get(step.action.0 as usize);
        let parameters = action.map(|action| action.parameters.as_slice()).unwrap_or_default();
        for (parameter, argument) in parameters.iter().zip(&step.arguments) {
            let ty = self.places.program.resolve(parameter.ty, &step.types);
            let shown = value::brief(self.places.program.types(), ty, argument, IN_FULL);
            out.push_str(&format!("     {}: {shown}\n", parameter.name));
        }
        out
    }

    fn outcome(&self, record: &StepRecord) -> String {
        let artifact = self.places.program.artifact();
        let action = artifact.actions.get(record.step.action.0 as usize);
        match (&record.outcome, action) {
            (Ok(result), Some(action)) => {
                let ty = self.places.program.resolve(action.result, &record.step.types);
                let types = self.places.program.types();
                format!("→ {}", value::brief(types, ty, result, RESULT))
            }
            (Ok(_), None) => "→ done".to_owned(),
            // The whole message follows where nothing catches it.
            (Err(error), _) => self.style.red(&format!("✗ {}", shortened(&told(error), RESULT))),
        }
    }

    /// The failure as a diagnostic on the line that it came from.
    fn failure(&self, failure: &RunFailure) -> String {
        let error = &failure.error;
        let message = format!("The run failed: {}", error.message);
        let mut notes = Vec::new();
        if error.details != "null" && !error.details.is_empty() {
            notes.push(format!("The service said: {}", shortened(&error.details, SAID)));
        }
        notes.push(format!("Its kind is `{}`, and a `try` around it could go on", error.kind));
        let Some(at) = self.places.location(failure.function, failure.origin) else {
            let place = self.places.shown(failure.function, failure.origin);
            let place = if place.is_empty() { place } else { format!("   at {place}\n") };
            let notes: String = notes.iter().map(|note| format!("   Note: {note}\n")).collect();
            return format!("{message}\n{place}{notes}");
        };
        let Places { project, sources, .. } = self.places;
        let mut out = Vec::new();
        let colour = self.style.colour;
        let primary = Label { at, text: "it failed here".to_owned() };
        let failure = render::Failure { text: &message, primary, secondary: &[], notes: &notes };
        match render::failure(&mut out, project, sources, &failure, colour) {
            Ok(()) => String::from_utf8_lossy(&out).into_owned(),
            Err(_) => format!("{message}\n"),
        }
    }
}

/// What is said of a run beside its number.
struct RunLine {
    address: String,
    result: TypeId,
}

impl Watcher<'_> {
    /// The action of a step, and whose step it is where there are several runs.
    fn name(&self, run: usize, step: &Step) -> String {
        let name = action_name(self.places.program.artifact(), step.action);
        match self.runs.get(run) {
            Some(line) if run > 0 => format!("{} › {name}", line.address),
            _ => name,
        }
    }

    /// The beginning of a line that is no step's.
    fn margin(&self, run: usize) -> String {
        match self.runs.get(run) {
            Some(line) if run > 0 => format!("     {} › ", line.address),
            _ => "     ".to_owned(),
        }
    }

    fn ending(&self, run: usize, status: &Status, took: &str) -> String {
        match status {
            Status::Succeeded(result) => {
                let done = self.style.green("succeeded");
                match (result.is_none(), self.runs.get(run)) {
                    (false, Some(line)) => {
                        let types = self.places.program.types();
                        let result = value::brief(types, line.result, result, IN_FULL);
                        format!("{done} in {took}: {result}\n")
                    }
                    _ => format!("{done} in {took}\n"),
                }
            }
            Status::Failed(failure) => {
                format!("{}{} after {took}\n", self.failure(failure), self.style.red("failed"))
            }
            _ => format!("{} after {took}\n", self.style.yellow(status.as_str())),
        }
    }

    /// Says on a terminal what is under way.
    fn progress(&mut self, latest: Option<&str>) {
        if !self.progress || self.under_way.is_empty() {
            return;
        }
        let text = match (self.under_way.as_slice(), latest) {
            ([(_, id)], Some(name)) => format!("{id:>3}  {name} …"),
            (several, _) => format!("     {} steps under way …", several.len()),
        };
        exit::say(&format!("\r\x1b[K{text}"));
        self.pending = true;
    }
}

impl Observer for Watcher<'_> {
    fn begun(&mut self, run: usize, flow: &Flow) {
        let line = RunLine { address: flow.address.to_string(), result: flow.result };
        if run > 0 {
            let begins = self.style.dim("begins");
            self.tell(&format!("     {} › {begins}\n", line.address));
        }
        self.runs.push(line);
    }

    fn started(&mut self, run: usize, step: &Step) {
        if self.trace {
            let text = self.traced(step);
            self.note(&text);
        }
        self.under_way.push((run, step.id));
        let name = self.name(run, step);
        self.progress(Some(&name));
    }

    fn retrying(&mut self, run: usize, step: &Step, error: &Error, pause: Duration) {
        let name = self.name(run, step);
        let again = format!("{}; trying again in {}", told(error), spent(pause));
        let again = self.style.yellow(&again);
        self.note(&format!("{:>3}  {name:ACTION$}  {again}\n", step.id));
    }

    fn settled(&mut self, record: &StepRecord) {
        self.under_way.retain(|step| *step != (record.run, record.step.id));
        let name = self.name(record.run, &record.step);
        let took = self.style.dim(&format!("{:>7}", spent(record.took)));
        let sandbox = if record.sandbox { self.style.dim("  sandbox") } else { String::new() };
        let outcome = self.outcome(record);
        self.tell(&format!("{:>3}  {name:ACTION$} {took}{sandbox}  {outcome}\n", record.step.id));
        self.progress(None);
    }

    fn waiting(&mut self, run: usize, until: Until, skipped: bool) {
        let until = match until {
            Until::After(millis) => format!("waits {}", value::duration::format(millis)),
            Until::At(time) => format!("waits until {time}"),
        };
        let skipped =
            if skipped { self.style.dim(" (skipped in the sandbox)") } else { String::new() };
        let margin = self.margin(run);
        self.tell(&format!("{margin}{until}{skipped}\n"));
    }

    fn logged(&mut self, run: usize, level: &str, message: &str) {
        let level = match level {
            "error" => self.style.red(level),
            "warn" => self.style.yellow(level),
            _ => self.style.dim(level),
        };
        let margin = self.margin(run);
        self.note(&format!("{margin}{level}: {message}\n"));
    }

    fn ended(&mut self, run: usize, status: &Status) {
        if run == 0 {
            self.end = Some(status.clone());
            return;
        }
        let took = spent(self.begun.elapsed());
        let text = self.ending(run, status, &took);
        let margin = self.margin(run);
        self.tell(&format!("{margin}{text}"));
    }
}

/// `rate_limited: …` on one line.
fn told(error: &Error) -> String {
    format!("{}: {}", error.kind, error.message.lines().collect::<Vec<_>>().join(" "))
}

fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// `38 ms`, `1.2 s`: as much as a glance takes in.
fn spent(time: Duration) -> String {
    match time.as_millis() {
        millis @ ..1000 => format!("{millis} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_a_glance() {
        let shown = [0, 38, 999, 1240, 61_000].map(|millis| spent(Duration::from_millis(millis)));
        assert_eq!(shown, ["0 ms", "38 ms", "999 ms", "1.2 s", "61.0 s"]);
    }
}
