//! One seed: everything that happens is one of a few things, and the dice choose which is next.

use callflow_runtime::durable::{Ambience, Ask, Effect, Input, RunNumber, Token, Version};
use callflow_runtime::store::Found;
use ecow::{EcoString, eco_format};
use jiff::Timestamp;

use crate::clients::Clients;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::model::Model;
use crate::network::Network;
use crate::process::{Consequence, Process, to_engine};
use crate::programs;
use crate::trace::Trace;
use crate::verdict::{Promise, Verdict, hold};

/// When the world begins, in milliseconds since 1970.
const BEGINNING: i64 = 1_772_000_000_000;

/// How many things happen at most once all faults have stopped.
const PATIENCE: u64 = 40_000;

/// One of so many seeds has its disk in a real file.
const FILES: u64 = 40;

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    CarryOutTurn,
    TellTurned,
    BeginWriting,
    EndWriting,
    Consequence,
    AtOnce,
    Read,
    TellFound,
    TellInput,
    Network,
    Send,
    GoAway,
    Poll,
    Cancel,
    Retry,
    Time,
    Load,
    TidyUp,
    DiskFull,
    Crash,
}

/// How many kinds of things happen.
const KINDS: usize = Next::Crash as usize + 1;

/// One seed.
pub(crate) struct World {
    dice: Dice,
    now: i64,
    /// The times that the engine was told, since the process began.
    told: Vec<i64>,
    disk: Disk,
    process: Process,
    network: Network,
    clients: Clients,
    model: Model,
    current: Version,
    /// How likely each kind of thing is, beside the others.
    weights: [usize; KINDS],
    /// How many attempts in a thousand fail.
    faults: usize,
    is_calm: bool,
    pub(crate) trace: Trace,
    pub(crate) steps: u64,
}

/// The clock and the dice of a turn.
struct Here<'a> {
    now: i64,
    dice: &'a mut Dice,
}

impl Ambience for Here<'_> {
    fn now(&mut self) -> Timestamp {
        Timestamp::from_millisecond(self.now).unwrap()
    }

    fn uuid(&mut self) -> EcoString {
        eco_format!("{:016x}", self.dice.next())
    }

    fn random(&mut self) -> f64 {
        self.dice.below(1000) as f64 / 1000.0
    }
}

impl World {
    /// The world of a seed, which keeps the last so many things that happen.
    pub(crate) fn new(seed: u64, lines: usize) -> World {
        let mut dice = Dice::new(seed);
        let clients = Clients::new(&mut dice);
        let mut weights = [0; KINDS];
        for weight in &mut weights {
            *weight = 1 + dice.below(12);
        }
        let rare =
            |weight: &mut usize, dice: &mut Dice, most: usize| *weight = dice.below(most + 1);
        // In thousandths of the others, which are made larger below.
        for weight in &mut weights {
            *weight *= 100;
        }
        for (kind, most) in [
            (Next::Crash, 60),
            (Next::DiskFull, 40),
            (Next::Load, 30),
            (Next::TidyUp, 60),
            (Next::Cancel, 60),
            (Next::Retry, 150),
            (Next::GoAway, 40),
            (Next::Poll, 150),
            (Next::Time, 900),
            (Next::Send, 500),
        ] {
            rare(&mut weights[kind as usize], &mut dice, most);
        }
        let faults = *dice.pick(&[0, 50, 150, 400]);
        let mut world = World {
            dice,
            now: BEGINNING,
            told: Vec::new(),
            disk: Disk::new(seed.is_multiple_of(FILES)),
            process: Process::new(0),
            network: Network::default(),
            clients,
            model: Model::default(),
            current: Version(1),
            weights,
            faults,
            is_calm: false,
            trace: Trace::new(lines),
            steps: 0,
        };
        world.begin_process().unwrap();
        world
    }

    /// Lets everything happen, and then all come to rest.
    pub(crate) fn run(&mut self) -> Verdict {
        for _ in 0..self.dice.within(60, 500) {
            self.step()?;
        }
        if self.dice.chance(400) {
            self.crash()?;
        }
        self.come_to_rest()
    }

    fn come_to_rest(&mut self) -> Verdict {
        self.is_calm = true;
        self.trace.note(|| "-- all faults stop --".to_owned());
        self.disk.full_for = 0;
        self.faults = 0;
        let enough = self.steps + PATIENCE;
        while self.calm_step()? {
            hold(Promise::Waits, self.steps < enough, || "it never comes to rest".to_owned())?;
        }
        self.clients.is_over()?;
        self.model.is_kept(&self.disk)?;
        self.model.is_over(&self.disk)?;
        let left = self.process.engine.in_memory();
        hold(Promise::Waits, left == 0, || format!("{left} runs stay in memory"))
    }

    /// One thing more on the way to rest; whether there was one.
    fn calm_step(&mut self) -> Verdict<bool> {
        if !self.process.is_idle() {
            self.step()?;
            return Ok(true);
        }
        self.when_idle()?;
        if !self.network.under_way.is_empty() {
            self.happen(Next::Network)?;
        } else if self.clients.wants_to_send() {
            self.happen(Next::Send)?;
        } else if let Some(next) = self.process.engine.next() {
            self.now = self.now.max(next);
            self.tell(Input::Tick)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn step(&mut self) -> Verdict {
        let mut possible = [(Next::Crash, 0); KINDS];
        let mut count = 0;
        let mut sum = 0;
        for kind in KINDS_IN_ORDER {
            if self.can(kind) {
                sum += self.weights[kind as usize];
                possible[count] = (kind, self.weights[kind as usize]);
                count += 1;
            }
        }
        let mut drawn = self.dice.below(sum);
        for (kind, weight) in &possible[..count] {
            if drawn < *weight {
                return self.happen(*kind);
            }
            drawn -= *weight;
        }
        Ok(())
    }

    fn can(&self, next: Next) -> bool {
        let process = &self.process;
        match next {
            Next::CarryOutTurn => !process.turns.is_empty(),
            Next::TellTurned => !process.turned.is_empty(),
            Next::BeginWriting => process.can_write(),
            Next::EndWriting => !process.writing.is_empty() && process.written.is_empty(),
            Next::Consequence => !process.written.is_empty(),
            Next::AtOnce => !process.at_once.is_empty(),
            Next::Read => !process.asks.is_empty(),
            Next::TellFound => !process.found.is_empty(),
            Next::TellInput => !process.inputs.is_empty(),
            Next::Network => !self.network.under_way.is_empty(),
            Next::Send => self.clients.wants_to_send(),
            Next::GoAway => self.clients.is_waiting() && !self.is_calm,
            Next::Cancel | Next::Retry => !self.model.runs.is_empty() && !self.is_calm,
            Next::Load => self.current.0 < programs::VERSIONS && !self.is_calm,
            Next::Poll | Next::Time | Next::TidyUp | Next::DiskFull | Next::Crash => !self.is_calm,
        }
    }

    fn happen(&mut self, next: Next) -> Verdict {
        self.steps += 1;
        self.trace.mix(next as u64);
        match next {
            Next::CarryOutTurn => {
                let index = self.dice.below(self.process.turns.len());
                let turn = self.process.turns.swap_remove(index);
                self.trace.note(|| format!("turn of {}", run_of(&turn)));
                let turned = turn.carry_out(&mut Here { now: self.now, dice: &mut self.dice });
                self.process.turned.push(turned);
                Ok(())
            }
            Next::TellTurned => {
                let index = self.dice.below(self.process.turned.len());
                let turned = self.process.turned.swap_remove(index);
                self.tell(Input::Turned(Box::new(turned)))
            }
            Next::BeginWriting => {
                let most = 1 + self.dice.below(8);
                self.process.begin_writing(most);
                Ok(())
            }
            Next::EndWriting => self.end_writing(),
            Next::Consequence => match self.process.written.pop_front() {
                Some(Consequence::Effect(effect)) => self.effect(effect),
                Some(Consequence::Tell(input)) => self.tell(input),
                None => Ok(()),
            },
            Next::AtOnce => {
                let index = self.dice.below(self.process.at_once.len());
                let effect = self.process.at_once[index].pop_front();
                if self.process.at_once[index].is_empty() {
                    self.process.at_once.swap_remove(index);
                }
                effect.map_or(Ok(()), |effect| self.effect(effect))
            }
            Next::Read => {
                let Some(ask) = self.process.asks.pop_front() else { return Ok(()) };
                let found = match self.disk.answer(ask) {
                    Found::Run(run, stored) => Input::Stored(run, stored),
                    Found::Due(runs, next) => Input::Due(runs, next),
                    Found::Versions(versions) => Input::Needed(versions),
                    Found::Program(version, _) => Input::Load {
                        version,
                        program: programs::version(version).program.clone(),
                        is_current: false,
                    },
                };
                self.process.found.push_back(found);
                Ok(())
            }
            Next::TellFound => {
                let found = self.process.found.pop_front();
                found.map_or(Ok(()), |found| self.tell(found))
            }
            Next::TellInput => {
                let index = self.dice.below(self.process.inputs.len());
                let input = self.process.inputs.swap_remove(index);
                self.tell(input)
            }
            Next::Network => self.network(),
            Next::Send => {
                let (now, version) = (self.now, self.current);
                let event = self.clients.send(&mut self.dice, now, version, &mut self.model);
                self.tell(Input::Event(Box::new(event)))
            }
            Next::GoAway => match self.clients.go_away(&mut self.dice) {
                Some(token) => self.tell(Input::Forget(token)),
                None => Ok(()),
            },
            Next::Poll => {
                let last = self.disk.cursor("poll").and_then(|it| it.parse().ok()).unwrap_or(0);
                match self.clients.poll(last, self.current) {
                    Some(event) => self.tell(Input::Event(Box::new(event))),
                    None => Ok(()),
                }
            }
            Next::Cancel => {
                let run = self.any_run();
                let token = self.clients.cancel(run);
                if let Some(known) = self.model.runs.get_mut(&run) {
                    known.is_cancelled = true;
                }
                self.tell(Input::Cancel(run, token))
            }
            Next::Retry => self.retry(),
            Next::Time => self.time(),
            Next::Load => {
                self.current = Version(self.current.0 + 1);
                self.load(self.current, true)
            }
            Next::TidyUp => {
                self.process.asks.push_back(Ask::Versions);
                Ok(())
            }
            Next::DiskFull => {
                self.disk.full_for = 1 + self.dice.below(4);
                Ok(())
            }
            Next::Crash => self.crash(),
        }?;
        if self.process.is_idle() { self.when_idle() } else { Ok(()) }
    }

    /// What must hold whenever all that has happened has been dealt with.
    fn when_idle(&self) -> Verdict {
        // The engine says itself when it wants to be told the time.
        if self.process.engine.next().is_none_or(|next| next > self.now) {
            let told = self.told.last().copied().unwrap_or(i64::MIN);
            self.clients.overdue(told.min(self.now))?;
        }
        self.model.no_orphans(&self.disk)?;
        for attempt in self.network.waited_for(self.process.epoch) {
            let over = self.model.runs.get(&attempt.run).is_none_or(|run| run.has_ended);
            hold(Promise::Cancelled, !over, || {
                format!("{} of {} goes on after its run's end", attempt.call.tag, attempt.call.job)
            })?;
        }
        Ok(())
    }

    fn tell(&mut self, input: Input) -> Verdict {
        self.trace.note(|| format!("{} {}", self.now - BEGINNING, input_line(&input)));
        let is_tick = matches!(input, Input::Tick);
        let troubles = self.process.tell(self.now, input);
        if is_tick {
            self.told.push(self.now);
        }
        hold(Promise::Waits, troubles.is_empty(), || troubles.join("; "))
    }

    fn end_writing(&mut self) -> Verdict {
        match self.disk.commit(&self.process.writing) {
            Ok(answers) => {
                let batches = std::mem::take(&mut self.process.writing);
                self.trace.note(|| format!("written {}", batch_lines(&batches, &answers)));
                for (batch, answer) in batches.iter().zip(&answers) {
                    if answer.is_none() {
                        self.model.apply(batch, &mut self.network)?;
                    }
                }
                self.process.was_written(batches, answers);
            }
            Err(error) => {
                self.trace.note(|| format!("not written: {error}"));
                self.process.was_not_written(&error.to_string());
            }
        }
        Ok(())
    }

    fn effect(&mut self, effect: Effect) -> Verdict {
        self.trace.note(|| format!("    {}", effect_line(&effect)));
        self.model.may_act(&self.disk, &effect)?;
        match effect {
            Effect::Act { run, ticket, version, step, .. } => {
                let epoch = self.process.epoch;
                let acting: Vec<RunNumber> =
                    self.network.waited_for(epoch).map(|it| it.run).collect();
                self.model.has_place(run, &acting)?;
                self.is_not_early(&step)?;
                let dice = &mut self.dice;
                self.network.begin(dice, epoch, (run, ticket), version, &step, self.faults)
            }
            Effect::Abort { run, ticket } => {
                self.network.abort(self.process.epoch, run, ticket);
                Ok(())
            }
            Effect::Reply(token, answer) => self.reply(token, &answer),
            Effect::GoOn(run, ticket) => {
                self.process.inputs.push(Input::GoOn(run, ticket));
                Ok(())
            }
            other => match to_engine(other) {
                Ok(input) => self.tell(input),
                Err(_) => Ok(()),
            },
        }
    }

    fn reply(&mut self, token: Token, answer: &callflow_runtime::durable::Answer) -> Verdict {
        let told = self.told.iter().max().copied().unwrap_or(i64::MIN);
        let was_full = self.disk.was_full;
        self.clients.answered(&mut self.dice, token, answer, told, was_full, &mut self.model)
    }

    /// A step that follows a wait says until when that was: somebody must have told that time.
    fn is_not_early(&self, step: &callflow_runtime::engine::Step) -> Verdict {
        use callflow_runtime::Value;
        let [.., Value::Time(_), Value::Time(due)] = step.arguments[..] else { return Ok(()) };
        let told = self.told.iter().max().copied().unwrap_or(i64::MIN);
        // A process that comes after the wait was told the time by its own clock, which may have gone back since.
        let due = due.as_millisecond();
        hold(Promise::Waits, told >= due || self.model.crashes > 0, || {
            format!("a wait until {} ended before {}", due - BEGINNING, told - BEGINNING)
        })
    }

    fn network(&mut self) -> Verdict {
        let index = self.dice.below(self.network.under_way.len());
        let attempt = &self.network.under_way[index];
        self.trace.note(|| format!("net {} of {}", attempt.call.tag, attempt.call.job));
        let epoch = Some(self.process.epoch);
        let happened = self.network.happen(&mut self.dice, index, epoch, self.is_calm)?;
        if let Some((run, ticket, outcome)) = happened {
            self.process.inputs.push(Input::Acted(run, ticket, outcome));
        }
        Ok(())
    }

    fn any_run(&mut self) -> RunNumber {
        let runs: Vec<RunNumber> = self.model.runs.keys().copied().collect();
        *self.dice.pick(&runs)
    }

    fn retry(&mut self) -> Verdict {
        let failed: Vec<RunNumber> = self
            .model
            .runs
            .values()
            .filter(|run| {
                run.has_ended && run.outcomes.last().is_some_and(|it| it.as_str() == "failed")
            })
            .map(|run| run.number)
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        let run = *self.dice.pick(&failed);
        let token = self.clients.retry();
        self.tell(Input::Retry(run, token))
    }

    fn time(&mut self) -> Verdict {
        let next = self.process.engine.next();
        match self.dice.below(10) {
            0 => self.now += self.dice.within(-3_600_000, 3_600_000),
            1 => self.now += self.dice.within(-3, 3) * 86_400_000,
            2..5 => self.now += self.dice.within(0, 3_000),
            5..9 => self.now = self.now.max(next.unwrap_or(self.now)),
            _ => {}
        }
        match next {
            Some(next) if next <= self.now => self.tell(Input::Tick),
            _ => Ok(()),
        }
    }

    fn load(&mut self, version: Version, is_current: bool) -> Verdict {
        let program = programs::version(version).program.clone();
        self.tell(Input::Load { version, program, is_current })
    }

    /// The process ends at once. A transaction under way may be whole on the disk, or not at all.
    fn crash(&mut self) -> Verdict {
        self.trace.note(|| "-- crash --".to_owned());
        if let Some(answers) = self.disk.crash(&mut self.dice, &self.process.writing) {
            let batches = std::mem::take(&mut self.process.writing);
            self.trace.note(|| format!("and yet written {}", batch_lines(&batches, &answers)));
            for (batch, answer) in batches.iter().zip(&answers) {
                if answer.is_none() {
                    self.model.apply(batch, &mut self.network)?;
                }
            }
        }
        self.model.crashes += 1;
        self.network.crash(self.process.epoch);
        self.clients.crash(&mut self.dice);
        if self.dice.chance(300) {
            self.now += self.dice.within(-7_200_000, 7 * 86_400_000);
        }
        self.process = Process::new(self.process.epoch);
        self.begin_process()
    }

    fn begin_process(&mut self) -> Verdict {
        self.told.clear();
        self.process = Process::new(self.process.epoch + 1);
        self.model.is_kept(&self.disk)?;
        let start = self.disk.start();
        for version in start.versions.clone() {
            if version != self.current {
                self.load(version, false)?;
            }
        }
        self.load(self.current, true)?;
        self.tell(Input::Start(start))
    }
}

const KINDS_IN_ORDER: [Next; KINDS] = [
    Next::CarryOutTurn,
    Next::TellTurned,
    Next::BeginWriting,
    Next::EndWriting,
    Next::Consequence,
    Next::AtOnce,
    Next::Read,
    Next::TellFound,
    Next::TellInput,
    Next::Network,
    Next::Send,
    Next::GoAway,
    Next::Poll,
    Next::Cancel,
    Next::Retry,
    Next::Time,
    Next::Load,
    Next::TidyUp,
    Next::DiskFull,
    Next::Crash,
];

/// The id of a turn's run: the first text that a turn shows.
fn run_of(turn: &callflow_runtime::durable::Turn) -> String {
    let text = format!("{turn:?}");
    text.split('"').nth(1).unwrap_or_default().to_owned()
}

fn brief<T: std::fmt::Debug>(what: &T) -> String {
    let mut text = format!("{what:?}");
    if text.len() > 200 {
        let end = (0..=200).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

fn input_line(input: &Input) -> String {
    match input {
        Input::Turned(_) => "Turned".to_owned(),
        Input::Load { version, .. } => format!("Load {version:?}"),
        Input::Event(event) => format!("Event {} {}", event.id, event.json),
        Input::Stored(run, stored) => {
            let ending = stored.as_ref().map(|it| (it.ending.is_some(), it.messages.len()));
            format!("Stored {run:?} {ending:?}")
        }
        other => brief(other),
    }
}

fn effect_line(effect: &Effect) -> String {
    match effect {
        Effect::Act { run, ticket, step, .. } => {
            format!("Act {run:?} {ticket:?} step {} attempt {}", step.id, step.attempt)
        }
        other => brief(other),
    }
}

fn batch_lines(
    batches: &[callflow_runtime::durable::Batch],
    answers: &[Option<callflow_runtime::durable::Answered>],
) -> String {
    use callflow_runtime::durable::Write;
    let mut text = String::new();
    for (batch, answer) in batches.iter().zip(answers) {
        text.push_str("\n      batch");
        if let Some(question) = &batch.question {
            text.push_str(&format!(" {} -> {answer:?}", brief(question)));
        }
        for write in &batch.writes {
            text.push_str(&match write {
                Write::Suspend { run, due, awake, .. } => {
                    format!(" Suspend({}, {due:?}, {awake})", run.0)
                }
                Write::Create(new) => format!(" Create({} {} {})", new.number.0, new.id, new.flow),
                Write::Note { run, number, entry, .. } => {
                    format!(
                        " Note({} #{number} {})",
                        run.0,
                        brief(entry).chars().take(60).collect::<String>()
                    )
                }
                other => format!(" {}", brief(other).chars().take(120).collect::<String>()),
            });
        }
        for effect in &batch.effects {
            text.push_str(&format!("\n        then {}", effect_line(effect)));
        }
    }
    text
}
