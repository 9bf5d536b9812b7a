//! Services, and the way to them: attempts that succeed, fail, hang, answer twice or too late, and act although
//! whoever asked is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use callflow_artifact::piece::EffectClass;
use callflow_runtime::durable::{RunNumber, Version};
use callflow_runtime::engine::{Step, Ticket};
use callflow_runtime::pieces::ActionFailure;
use callflow_runtime::{Error, ErrorKind, Value};
use ecow::EcoString;

use crate::dice::Dice;
use crate::programs;
use crate::verdict::{Promise, Verdict, hold};

/// What an attempt comes to.
type Outcome = Result<Value, ActionFailure>;

/// An attempt under way.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// Which process asked.
    pub(crate) epoch: u32,
    pub(crate) run: RunNumber,
    pub(crate) ticket: Ticket,
    pub(crate) call: Call,
    /// What is answered in the end.
    fate: Fate,
    /// Whether the service is still to do what it is asked for.
    acts: bool,
    pub(crate) is_aborted: bool,
    /// How many answers are still to come.
    answers: u8,
    /// Whether one has come.
    pub(crate) is_answered: bool,
}

/// What the service sees of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) action: &'static str,
    class: EffectClass,
    pub(crate) job: EcoString,
    pub(crate) tag: EcoString,
    version: i64,
    key: EcoString,
    number: u32,
    once: Option<EcoString>,
}

#[derive(Debug, Clone, PartialEq)]
enum Fate {
    Succeeds,
    Fails(ActionFailure),
}

/// An attempt that was begun, and what its process was told of it.
#[derive(Debug, Clone)]
struct Begun {
    epoch: u32,
    number: u32,
    told: Option<Told>,
    /// Whether somebody had the run go on after it failed, so that it may be repeated.
    is_forgiven: bool,
    run: RunNumber,
}

/// What an engine was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Done,
    /// The kind, and whether it certainly had no effect.
    Failed(ErrorKind, bool),
}

impl Told {
    fn had_no_effect(&self) -> bool {
        matches!(self, Told::Failed(_, true))
    }
}

/// Services, and what was asked of them.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) under_way: Vec<Attempt>,
    /// By step key.
    begun: BTreeMap<EcoString, Vec<Begun>>,
    /// By `once` key.
    under_key: BTreeMap<EcoString, Vec<(EcoString, usize)>>,
    /// How often something was done, by step key, and by `once` key.
    effects: BTreeMap<EcoString, u32>,
    /// What engines were told, by job and tag.
    told: BTreeMap<(EcoString, EcoString), Vec<Told>>,
    /// The job and the tag that were first done under a `once` key.
    first: BTreeMap<EcoString, (EcoString, EcoString)>,
    /// The `once` keys of all attempts, by process.
    once: BTreeMap<(u32, RunNumber, Ticket), EcoString>,
    /// `once` keys under which nobody knows what happened.
    unknown: Vec<EcoString>,
}

impl Call {
    /// Reads what an attempt asks for.
    pub(crate) fn of(version: Version, step: &Step) -> Call {
        let (action, class) = programs::version(version).action(step.action);
        let text = |index: usize| match &step.arguments[index] {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        let Value::Int(version) = step.arguments[2] else { panic!("{step:?}") };
        let once = step.once.clone();
        let (key, number) = (step.key.clone(), step.attempt);
        Call { action, class, job: text(0), tag: text(1), version, key, number, once }
    }

    fn answer(&self) -> Value {
        Value::Text(format!("ok:{}:{}", self.job, self.tag).into())
    }
}

impl Network {
    /// An attempt begins.
    pub(crate) fn begin(
        &mut self,
        dice: &mut Dice,
        epoch: u32,
        at: (RunNumber, Ticket),
        version: Version,
        step: &Arc<Step>,
        faults: usize,
    ) -> Verdict {
        let call = Call::of(version, step);
        hold(Promise::OneProgram, call.version == version.0, || {
            format!(
                "{} of {} says version {}, and runs on {version:?}",
                call.tag, call.job, call.version
            )
        })?;
        self.may_begin(epoch, &call)?;
        let begun = self.begun.entry(call.key.clone()).or_default();
        if let Some(once) = &call.once {
            self.once.insert((epoch, at.0, at.1), once.clone());
            let under_key = self.under_key.entry(once.clone()).or_default();
            under_key.push((call.key.clone(), begun.len()));
        }
        let (run, ticket) = at;
        begun.push(Begun { epoch, number: call.number, told: None, is_forgiven: false, run });
        let (fate, acts) = fate(dice, faults);
        let answers = if dice.chance(faults / 4) { 2 } else { 1 };
        let attempt = Attempt {
            epoch,
            run,
            ticket,
            call,
            fate,
            acts,
            is_aborted: false,
            answers,
            is_answered: false,
        };
        self.under_way.push(attempt);
        Ok(())
    }

    fn may_begin(&self, epoch: u32, call: &Call) -> Verdict {
        let begun = self.begun.get(&call.key).map(Vec::as_slice).unwrap_or_default();
        let described =
            || format!("attempt {} of {} ({} of {})", call.number, call.action, call.tag, call.job);
        let twice =
            begun.iter().any(|it| it.epoch == epoch && it.number == call.number && !it.is_forgiven);
        hold(Promise::Finished, !twice, || format!("{} began twice in a process", described()))?;
        let done = begun
            .iter()
            .any(|it| it.told == Some(Told::Done) && it.epoch == epoch && !it.is_forgiven);
        hold(Promise::Finished, !done, || format!("{} began after one was done", described()))?;
        if let Some(once) = &call.once {
            let others = self.under_key.get(once).map(Vec::as_slice).unwrap_or_default();
            let free = others.iter().all(|(key, index)| {
                let told = self.begun.get(key).and_then(|it| it.get(*index)?.told.as_ref());
                told.is_some_and(|told| told.had_no_effect())
            });
            return hold(Promise::InFlight, free, || {
                format!("{} began under the `once` key {once}, which another has", described())
            });
        }
        if matches!(call.class, EffectClass::Write | EffectClass::Once) {
            let free = begun.iter().all(|it| {
                it.is_forgiven || it.told.as_ref().is_some_and(|told| told.had_no_effect())
            });
            return hold(Promise::InFlight, free, || {
                format!("{} repeats one that may have had its effect", described())
            });
        }
        Ok(())
    }

    /// Something happens to an attempt: the request arrives, or its process is told how it ended. In `calm` all goes
    /// well from now on.
    pub(crate) fn happen(
        &mut self,
        dice: &mut Dice,
        index: usize,
        epoch: Option<u32>,
        calm: bool,
    ) -> Verdict<Option<(RunNumber, Ticket, Outcome)>> {
        let attempt = &mut self.under_way[index];
        let is_heard = epoch == Some(attempt.epoch);
        if attempt.acts && (is_heard || dice.chance(500)) {
            attempt.acts = false;
            let call = attempt.call.clone();
            self.act(&call)?;
            if dice.chance(300) {
                return Ok(None);
            }
        }
        let attempt = &mut self.under_way[index];
        let gone = !is_heard || (attempt.is_aborted && (calm || dice.chance(700)));
        if gone {
            self.under_way.swap_remove(index);
            return Ok(None);
        }
        attempt.answers -= 1;
        attempt.is_answered = true;
        let outcome = match &attempt.fate {
            Fate::Succeeds => Ok(attempt.call.answer()),
            Fate::Fails(failure) => Err(failure.clone()),
        };
        let at = (attempt.run, attempt.ticket);
        let call = attempt.call.clone();
        if attempt.answers == 0 {
            self.under_way.swap_remove(index);
        }
        self.tell(&call, epoch, &outcome);
        Ok(Some((at.0, at.1, outcome)))
    }

    /// A service does what it was asked for.
    fn act(&mut self, call: &Call) -> Verdict {
        let count = self.effects.entry(call.key.clone()).or_default();
        *count += 1;
        let forgiven =
            self.begun.get(&call.key).is_some_and(|it| it.iter().any(|it| it.is_forgiven));
        let is_once = matches!(call.class, EffectClass::Write | EffectClass::Once);
        hold(Promise::InFlight, *count == 1 || !is_once || forgiven, || {
            format!("{} of {} ({}) was done twice", call.tag, call.job, call.action)
        })?;
        let Some(once) = &call.once else { return Ok(()) };
        let key = format!("once {once}");
        let count = self.effects.entry(key.into()).or_default();
        *count += 1;
        hold(Promise::InFlight, *count == 1, || {
            format!("{} was done twice under the `once` key {once}", call.action)
        })?;
        self.first.insert(once.clone(), (call.job.clone(), call.tag.clone()));
        Ok(())
    }

    fn tell(&mut self, call: &Call, epoch: Option<u32>, outcome: &Outcome) {
        let told = match outcome {
            Ok(_) => Told::Done,
            Err(failure) => Told::Failed(failure.error.kind, failure.certainly_without_effect),
        };
        if let (Told::Failed(_, false), Some(once)) = (&told, &call.once) {
            self.unknown.push(once.clone());
        }
        let begun = self.begun.get_mut(&call.key).into_iter().flatten();
        for one in begun {
            if Some(one.epoch) == epoch && one.number == call.number {
                one.told = Some(told.clone());
            }
        }
        self.told.entry((call.job.clone(), call.tag.clone())).or_default().push(told);
    }

    /// A process ends: nobody is told any more how its attempts end.
    pub(crate) fn crash(&mut self, epoch: u32) {
        for attempt in self.under_way.iter().filter(|it| it.epoch == epoch) {
            self.unknown.extend(attempt.call.once.clone());
        }
    }

    /// The attempts of a process that somebody waits for.
    pub(crate) fn waited_for(&self, epoch: u32) -> impl Iterator<Item = &Attempt> {
        let is_waited_for =
            move |it: &&Attempt| it.epoch == epoch && !it.is_aborted && !it.is_answered;
        self.under_way.iter().filter(is_waited_for)
    }

    /// Nobody waits for an attempt any more.
    pub(crate) fn abort(&mut self, epoch: u32, run: RunNumber, ticket: Ticket) {
        for attempt in &mut self.under_way {
            if (attempt.epoch, attempt.run, attempt.ticket) == (epoch, run, ticket) {
                attempt.is_aborted = true;
            }
        }
        // It may have been answered already, and nobody listens to that any more.
        self.unknown.extend(self.once.get(&(epoch, run, ticket)).cloned());
    }

    /// Somebody has a failed run go on: what it did may be done again.
    pub(crate) fn forgive(&mut self, run: RunNumber) {
        let begun = self.begun.values_mut().flatten().filter(|it| it.run == run);
        begun.for_each(|it| it.is_forgiven = true);
    }

    /// Whether an engine was told that a step is done.
    pub(crate) fn was_done(&self, job: &str, tag: &str) -> bool {
        self.told_of(job, tag).contains(&Told::Done)
    }

    /// Whether an engine was told that an attempt of a step failed so.
    pub(crate) fn failed_so(&self, job: &str, tag: &str, kind: &str) -> bool {
        let is_it = |told: &Told| matches!(told, Told::Failed(it, _) if it.as_str() == kind);
        self.told_of(job, tag).iter().any(is_it)
    }

    /// The job and the tag that were first done under a `once` key.
    pub(crate) fn first_under(&self, once: &str) -> Option<&(EcoString, EcoString)> {
        self.first.get(once)
    }

    /// Whether nobody knows what happened under a `once` key.
    pub(crate) fn is_unknown(&self, once: &str) -> bool {
        self.unknown.iter().any(|it| it == once)
    }

    fn told_of(&self, job: &str, tag: &str) -> &[Told] {
        let told = self.told.get(&(job.into(), tag.into()));
        told.map(Vec::as_slice).unwrap_or_default()
    }
}

/// What becomes of an attempt, and whether the service does what it is asked for.
fn fate(dice: &mut Dice, faults: usize) -> (Fate, bool) {
    if !dice.chance(faults) {
        return (Fate::Succeeds, true);
    }
    let kind = *dice.pick(&ErrorKind::ALL);
    let mut error = Error::new(kind, "drawn by the dice");
    if kind == ErrorKind::RateLimited && dice.chance(500) {
        error.retry_after = Some(dice.within(1, 20) * 1000);
    }
    let certainly_without_effect =
        !matches!(kind, ErrorKind::OutcomeUnknown | ErrorKind::Timeout) && dice.chance(700);
    let acts = !certainly_without_effect && dice.chance(500);
    (Fate::Fails(ActionFailure { error, certainly_without_effect }), acts)
}
