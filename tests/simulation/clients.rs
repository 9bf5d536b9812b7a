//! Those outside: they send numbered events, wait, send again when nothing or a refusal comes back, and go away.

use std::collections::BTreeMap;

use callflow_runtime::durable::{Answer, Event, RunNumber, Source, Token, Version, Waiter};
use ecow::{EcoString, eco_format};
use serde_json::json;

use crate::dice::Dice;
use crate::job::{self, Op};
use crate::model::{EventKey, Expected, Model};
use crate::programs;
use crate::verdict::{Promise, Verdict, hold};

/// For how long `orders` remembers a number, in milliseconds.
const ORDERS_WINDOW: i64 = 3_600_000;

/// For how long a delivery must be remembered, in milliseconds.
const DELIVERY_WINDOW: i64 = 30 * 24 * 3_600_000;

/// How long a hook waits, in milliseconds.
const HOOK: i64 = 5_000;

/// Those outside.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    requests: Vec<Request>,
    open: BTreeMap<Token, Purpose>,
    tokens: u64,
    ids: u64,
    /// The item of the poll that is being brought in, by the process that does so.
    polling: Option<i64>,
}

/// An event that somebody wants to bring in.
#[derive(Debug, Clone)]
struct Request {
    flow: &'static str,
    ops: Vec<Op>,
    customer: &'static str,
    number: i64,
    delivery: Option<EcoString>,
    key: Option<EventKey>,
    for_end: bool,
    /// How long somebody waits, in milliseconds.
    patience: Option<i64>,
    tries: u32,
    /// Whether it is to be sent, for the first time or again.
    is_pending: bool,
}

/// What an answer is for.
#[derive(Debug, Clone)]
enum Purpose {
    Event { request: usize, id: EcoString, until: Option<i64> },
    Poll { item: i64, id: EcoString },
    Cancel(RunNumber),
    Retry,
}

impl Clients {
    /// Makes up what will be sent.
    pub(crate) fn new(dice: &mut Dice) -> Clients {
        let requests = (0..1 + dice.below(6)).map(|_| request(dice)).collect();
        Clients { requests, ..Clients::default() }
    }

    /// Whether anything is to be sent.
    pub(crate) fn wants_to_send(&self) -> bool {
        self.requests.iter().any(|it| it.is_pending)
    }

    /// Whether somebody waits for an answer.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.open.is_empty()
    }

    /// Sends one of the events that are to be sent. Sometimes it is to be sent once more, at the same time.
    pub(crate) fn send(
        &mut self,
        dice: &mut Dice,
        now: i64,
        version: Version,
        model: &mut Model,
    ) -> Event {
        let pending: Vec<usize> =
            (0..self.requests.len()).filter(|it| self.requests[*it].is_pending).collect();
        let index = *dice.pick(&pending);
        let (id, token) = (self.id(), self.token());
        let request = &mut self.requests[index];
        request.tries += 1;
        request.is_pending = request.key.is_some() && request.tries < 4 && dice.chance(300);
        let job: EcoString = eco_format!("{index}.{}", request.tries);
        let compiled = programs::version(version);
        let flow = compiled.flow(request.flow);
        let (ops, customer, number) = (&request.ops, request.customer, request.number);
        let json = match request.flow {
            "hook" => json!({
                "body": { "job": job, "ops": ops }, "job": job, "ops": ops, "headers": {}, "query": {},
            }),
            "lane" => json!({ "job": job, "customer": customer, "ops": ops }),
            "orders" => json!({ "job": job, "number": number, "ops": ops }),
            _ => json!({ "job": job, "ops": ops }),
        };
        let window = if request.flow == "orders" { ORDERS_WINDOW } else { DELIVERY_WINDOW };
        let expected = Expected { key: request.key.clone(), is_urgent: request.for_end, window };
        model.expected.insert(job, expected);
        let until = request.patience.filter(|_| request.for_end).map(|it| now + it);
        self.open.insert(token, Purpose::Event { request: index, id: id.clone(), until });
        Event {
            version,
            flow,
            event: compiled.event(flow, &json),
            json: json.to_string(),
            source: Source { kind: "webhook".into(), name: request.flow.into() },
            id,
            delivery: request.delivery.clone(),
            cursor: None,
            waiter: Some(Waiter { token, for_end: request.for_end, until }),
        }
    }

    /// Brings in the next item of the poll, unless one is under way.
    pub(crate) fn poll(&mut self, last: i64, version: Version) -> Option<Event> {
        if self.polling.is_some() {
            return None;
        }
        let item = last + 1;
        self.polling = Some(item);
        let compiled = programs::version(version);
        let flow = compiled.flow("poll");
        let due = jiff::Timestamp::from_millisecond(1_767_225_600_000 + item * 900_000).unwrap();
        let json = json!({ "due": due.to_string() });
        let (id, token) = (self.id(), self.token());
        self.open.insert(token, Purpose::Poll { item, id: id.clone() });
        Some(Event {
            version,
            flow,
            event: compiled.event(flow, &json),
            json: json.to_string(),
            source: Source { kind: "schedule".into(), name: eco_format!("{item}") },
            id,
            delivery: None,
            cursor: Some(("poll".into(), item.to_string())),
            waiter: Some(Waiter { token, for_end: false, until: None }),
        })
    }

    /// Somebody wants a run to end.
    pub(crate) fn cancel(&mut self, run: RunNumber) -> Token {
        let token = self.token();
        self.open.insert(token, Purpose::Cancel(run));
        token
    }

    /// Somebody wants a failed run to go on.
    pub(crate) fn retry(&mut self) -> Token {
        let token = self.token();
        self.open.insert(token, Purpose::Retry);
        token
    }

    /// Somebody goes away.
    pub(crate) fn go_away(&mut self, dice: &mut Dice) -> Option<Token> {
        let waiting = self.open.iter().filter(|(_, it)| matches!(it, Purpose::Event { .. }));
        let waiting: Vec<Token> = waiting.map(|(token, _)| *token).collect();
        if waiting.is_empty() {
            return None;
        }
        let token = *dice.pick(&waiting);
        self.open.remove(&token);
        Some(token)
    }

    /// Nobody gets an answer any more. Most send again.
    pub(crate) fn crash(&mut self, dice: &mut Dice) {
        self.polling = None;
        for (_, purpose) in std::mem::take(&mut self.open) {
            if let Purpose::Event { request, .. } = purpose {
                self.requests[request].is_pending |= dice.chance(800);
            }
        }
    }

    /// An answer has come.
    pub(crate) fn answered(
        &mut self,
        dice: &mut Dice,
        token: Token,
        answer: &Answer,
        told: i64,
        disk_was_full: bool,
        model: &mut Model,
    ) -> Verdict {
        // Who went away hears nothing.
        let Some(purpose) = self.open.remove(&token) else { return Ok(()) };
        match purpose {
            Purpose::Event { request, id, until } => {
                if matches!(answer, Answer::Refused(_)) {
                    self.requests[request].is_pending |= dice.chance(800);
                }
                let request = self.requests[request].clone();
                answered(&request, &id, until, answer, told, disk_was_full, model)
            }
            Purpose::Poll { item, id } => {
                self.polling = None;
                match answer {
                    Answer::Accepted { id: told, known: false } if *told == id => {
                        acknowledge(model, &id)
                    }
                    Answer::Refused(_) if disk_was_full => is_not_there(model, &id),
                    other => hold(Promise::Cursors, false, || {
                        format!("item {item} was answered with {other:?}")
                    }),
                }
            }
            Purpose::Cancel(run) => {
                let ended = model.runs.get(&run).is_some_and(|run| !run.outcomes.is_empty());
                hold(Promise::Cancelled, *answer != Answer::Yes || ended, || {
                    format!("run {} goes on after it was said that it is cancelled", run.0)
                })
            }
            Purpose::Retry => Ok(()),
        }
    }

    /// Whoever has not been answered although it was time, when nothing is under way.
    pub(crate) fn overdue(&self, told: i64) -> Verdict {
        let late = self.open.values().find(|purpose| match purpose {
            Purpose::Event { until: Some(until), .. } => *until <= told,
            _ => false,
        });
        hold(Promise::OnTime, late.is_none(), || format!("nobody answered {late:?} by {told}"))
    }

    /// Whoever waits although everything is over.
    pub(crate) fn is_over(&self) -> Verdict {
        hold(Promise::OnTime, self.open.is_empty(), || format!("nobody answered {:?}", self.open))
    }

    fn token(&mut self) -> Token {
        self.tokens += 1;
        Token(self.tokens)
    }

    fn id(&mut self) -> EcoString {
        self.ids += 1;
        eco_format!("run-{}", self.ids)
    }
}

fn request(dice: &mut Dice) -> Request {
    let flow = *dice.pick(&["plain", "plain", "plain", "hook", "hook", "lane", "lane", "orders"]);
    let ops = if flow == "hook" { job::brief(dice) } else { job::any(dice) };
    let delivery = dice.chance(500).then(|| eco_format!("delivery {}", dice.below(3)));
    let order = dice.within(1, 3);
    let key = match (flow, &delivery) {
        ("orders", _) => Some(EventKey(format!("order {order}"))),
        (_, Some(delivery)) => Some(EventKey(format!("{flow} {delivery}"))),
        _ => None,
    };
    let for_end = flow == "hook" || dice.chance(150);
    let patience = if flow == "hook" { Some(HOOK) } else { dice.chance(500).then_some(60_000) };
    let customer = *dice.pick(&["ann", "bob"]);
    Request {
        flow,
        ops,
        customer,
        number: order,
        delivery,
        key,
        for_end,
        patience,
        tries: 0,
        is_pending: true,
    }
}

fn answered(
    request: &Request,
    id: &EcoString,
    until: Option<i64>,
    answer: &Answer,
    told: i64,
    disk_was_full: bool,
    model: &mut Model,
) -> Verdict {
    match answer {
        Answer::Accepted { id: run, known } => {
            hold(Promise::OneRun, *known || run == id, || {
                format!("{id} was stored, and its client is told of {run}")
            })?;
            is_its_run(request, id, run, model)
        }
        Answer::Ended { id: run, outcome } => {
            is_its_run(request, id, run, model)?;
            let ended = model.by_id(run).is_some_and(|it| it.outcomes.contains(outcome));
            hold(Promise::Acknowledged, ended, || {
                format!("the outcome of {run} was told before it was stored")
            })
        }
        Answer::Late { id: run, fallback } => {
            is_its_run(request, id, run, model)?;
            hold(Promise::OnTime, until.is_some_and(|until| until <= told), || {
                format!("{run} is late before its time")
            })?;
            // That of the program that the event came for, whichever the run is on.
            let is_fallback = |json: &String| {
                (1..=programs::VERSIONS)
                    .any(|it| *json == format!(r#"{{"version":{it},"results":["late"]}}"#))
            };
            let fits = match fallback {
                Some(json) => request.flow == "hook" && is_fallback(json),
                None => request.flow != "hook",
            };
            hold(Promise::OnTime, fits, || format!("{fallback:?} was answered"))?;
            let run = model.by_id(run);
            let late = run.map(|run| (run.number, model.crashes));
            model.told_late.extend(late);
            Ok(())
        }
        Answer::Refused(_) if disk_was_full => is_not_there(model, id),
        other => hold(Promise::Acknowledged, false, || format!("{id} was answered with {other:?}")),
    }
}

/// Whether a run is that of an event.
fn is_its_run(request: &Request, sent: &EcoString, run: &EcoString, model: &mut Model) -> Verdict {
    acknowledge(model, run)?;
    if sent == run {
        return Ok(());
    }
    let key = model.by_id(run).and_then(|it| model.expected.get(&it.job)?.key.clone());
    hold(Promise::OneRun, key.is_some() && key == request.key, || {
        format!("the event {:?} was said to be run {run}, of {key:?}", request.key)
    })
}

fn acknowledge(model: &mut Model, id: &EcoString) -> Verdict {
    hold(Promise::Acknowledged, model.by_id(id).is_some(), || {
        format!("{id} was answered and is not stored")
    })?;
    model.acknowledged.insert(id.clone());
    Ok(())
}

fn is_not_there(model: &Model, id: &EcoString) -> Verdict {
    hold(Promise::Acknowledged, model.by_id(id).is_none(), || {
        format!("{id} was refused and is stored")
    })
}
