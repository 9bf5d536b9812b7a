use callflow_runtime::durable::{Entry, Outcome, RunNumber, Source, Version};
use callflow_runtime::store::Noted;
use callflow_runtime::{Error, ErrorKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use callflow_runtime::store::history::{RunStatus, Summary};

const BEGAN: &str = "2026-03-02T08:14:07.250Z";

fn millis(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn run(id: &str, flow: &str, status: RunStatus) -> Summary {
    Summary {
        number: RunNumber(7),
        id: id.into(),
        version: Version(3),
        flow: flow.into(),
        source: Source { kind: "webhook".into(), name: "POST /orders".into() },
        status,
        created: millis(BEGAN),
        ended: None,
        late: false,
        due: None,
        failure: None,
    }
}

fn story(status: RunStatus, journal: Vec<(i64, Entry)>) -> Story {
    let began = millis(BEGAN);
    let journal = (1..).zip(journal).map(|(number, (after, entry))| {
        let entry = match entry {
            Entry::Step { step, action, attempts, began: own, input, output, error, place } => {
                let began = began + own;
                Entry::Step { step, action, attempts, began, input, output, error, place }
            }
            Entry::Wait { until } => Entry::Wait { until: began + until },
            Entry::Retry { step, action, attempt, error, next } => {
                Entry::Retry { step, action, attempt, error, next: began + next }
            }
            entry => entry,
        };
        Noted { number, at: began + after, entry }
    });
    Story {
        run: run("0198f3ab41d27c0e9a55d0c1b2a39481", "orders.place", status),
        event: r#"{"number":"A-1","customer":"Acme","lines":[{"article":"trunk","count":40}]}"#
            .into(),
        outcome: None,
        journal: journal.collect(),
        parent: None,
        children: Vec::new(),
    }
}

fn ended(story: Story, after: i64, outcome: Outcome) -> Story {
    let run = Summary { ended: Some(story.run.created + after), ..story.run };
    Story { run, outcome: Some(outcome), ..story }
}

fn step(step: u32, action: &str, began: i64, input: &str, outcome: Result<&str, Error>) -> Entry {
    Entry::Step {
        step,
        action: action.into(),
        attempts: 1,
        began,
        input: input.to_owned(),
        output: outcome.as_ref().ok().map(|it| (*it).to_owned()),
        error: outcome.err(),
        place: format!("orders.flow:{step}:3"),
    }
}

fn error(kind: ErrorKind, message: &str) -> Error {
    let mut error = Error::new(kind, message);
    error.piece = Some("hubspot".into());
    error.action = Some("create_deal".into());
    error
}

/// The page as it is read half an hour later in Madrid.
fn shown(story: &Story, full: bool) -> String {
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let clock = Clock { now: millis("2026-03-02T08:44:08Z"), zone };
    let style = Style { colour: false };
    let page = page(story, &View { clock: &clock, full, artifact: None, store: "", style });
    for line in page.lines() {
        assert!(full || line.chars().count() <= 106, "{line}");
    }
    page
}

fn failed() -> Story {
    let limited = error(ErrorKind::RateLimited, "too many requests");
    let mut refused = error(ErrorKind::Auth, "the token has been revoked");
    refused.status = Some(401);
    refused.details = r#"{"status":"error","category":"INVALID_AUTHENTICATION"}"#.into();
    let deal =
        step(2, "hubspot.create_deal", 1900, r#"{"name":"Acme: A-1"}"#, Err(refused.clone()));
    let deal = match deal {
        Entry::Step { step, action, began, input, output, error, place, .. } => {
            Entry::Step { step, action, attempts: 2, began, input, output, error, place }
        }
        entry => entry,
    };
    let question =
        r#"{"text":"We need forty trunks, and we need them before the end of the month"}"#;
    let lead = r#"{"company":"Acme","interested":true}"#;
    let journal = vec![
        (1900, step(1, "llm.extract", 12, question, Ok(lead))),
        (1950, Entry::Log { level: "info".into(), message: "Acme is interested".into() }),
        (
            2400,
            Entry::Retry {
                step: 2,
                action: "hubspot.create_deal".into(),
                attempt: 1,
                error: limited,
                next: 4400,
            },
        ),
        (
            3100,
            step(3, "slack.send_message", 2000, r##"{"channel":"#sales"}"##, Ok(r#"{"ts":"1"}"#)),
        ),
        (4700, deal),
    ];
    let outcome = Outcome::Failed { error: refused, place: "orders.flow:12:3".into() };
    ended(story(RunStatus::Failed, journal), 4710, outcome)
}

#[test]
fn a_run_that_failed() {
    insta::assert_snapshot!(shown(&failed(), false));
}

#[test]
fn a_run_that_failed_in_full() {
    insta::assert_snapshot!(shown(&failed(), true));
}

#[test]
fn a_run_of_which_nobody_knows() {
    let unknown = error(
        ErrorKind::OutcomeUnknown,
        "the process ended while the request was under way, and nobody knows whether it had its effect",
    );
    let resumed = Entry::Resumed { step: 1, action: "hubspot.create_deal".into(), again: false };
    let sent = r#"{"name":"Acme: A-1","amount":1200}"#;
    let journal = vec![
        (61_000, resumed),
        (61_010, step(1, "hubspot.create_deal", 20, sent, Err(unknown.clone()))),
    ];
    let outcome = Outcome::Failed { error: unknown, place: "orders.flow:4:3".into() };
    let mut story = ended(story(RunStatus::Failed, journal), 61_020, outcome);
    story.run.late = true;
    insta::assert_snapshot!(shown(&story, false));
}

#[test]
fn a_run_that_waits() {
    const DAY: i64 = 86_400_000;
    let journal = vec![
        (40, step(1, "hubspot.find_contact", 10, r#"{"email":"ada@example.com"}"#, Ok("null"))),
        (
            50,
            Entry::Started { run: "abcdefabcdefabcdefabcdefabcdefab".into(), flow: "ship".into() },
        ),
        (50, Entry::Wait { until: DAY }),
    ];
    let mut story = story(RunStatus::Waiting, journal);
    story.run.due = Some(story.run.created + DAY);
    story.children = vec![run("abcdefabcdefabcdefabcdefabcdefab", "ship", RunStatus::Failed)];
    story.parent =
        Some(run("0198f3ab41d27c0e9a55d0c1b2a39400", "calls.finished", RunStatus::Succeeded));
    insta::assert_snapshot!(shown(&story, false));
}

#[test]
fn a_run_that_went_well_after_it_was_retried() {
    const NIGHT: i64 = 20 * 3_600_000;
    let refused = error(ErrorKind::Unavailable, "no connection");
    let journal = vec![
        (40, step(1, "hubspot.create_deal", 10, "{}", Err(refused))),
        (NIGHT, Entry::Retried),
        (NIGHT + 300, step(1, "hubspot.create_deal", NIGHT, "{}", Ok(r#"{"id":"1"}"#))),
        (NIGHT + 310, Entry::Late),
    ];
    let mut journal = story(RunStatus::Succeeded, journal);
    journal.journal[3].number = 104;
    let story = ended(journal, NIGHT + 320, Outcome::Succeeded(r#"{"deal":"1"}"#.into()));
    insta::assert_snapshot!(shown(&story, false));
}

#[test]
fn runs_in_a_table() {
    let clock = Clock { now: millis("2026-03-02T08:44:08Z"), zone: TimeZone::UTC };
    let waiting = Summary {
        due: Some(millis("2026-03-04T08:00:00Z")),
        ..story(RunStatus::Waiting, vec![]).run
    };
    let failed = Summary {
        failure: Some((ErrorKind::Auth, Some("hubspot.create_deal".into()))),
        ..failed().run
    };
    let long = "a_file_with_a_long_name.and_a_flow_with_one";
    let runs = [run("0198f3ab41d27c0e9a55d0c1b2a39400", long, RunStatus::Running), failed, waiting];
    let table = crate::commands::runs::list::table(&runs, &clock, Style { colour: false });
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    insta::assert_snapshot!(table);
}
