//! Runs in memory, on a host whose services and clock are the test's.

use std::collections::VecDeque;
use std::sync::Mutex;

use callflow_artifact::bytecode::Effect;
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};
use jiff::tz::TimeZone;

use super::*;
use crate::engine::testing::{Assembly, call, effect, give};
use crate::error::ErrorKind;

struct TestHost {
    begun: Instant,
    outcomes: Mutex<VecDeque<Result<Value, ActionFailure>>>,
    sandbox: bool,
}

impl TestHost {
    fn new(sandbox: bool, outcomes: Vec<Result<Value, ActionFailure>>) -> TestHost {
        TestHost { begun: Instant::now(), outcomes: Mutex::new(outcomes.into()), sandbox }
    }
}

impl Host for TestHost {
    fn now(&self) -> Timestamp {
        let begun: Timestamp = "2026-03-02T23:30:00Z".parse().unwrap();
        begun + self.begun.elapsed()
    }

    fn uuid(&self) -> EcoString {
        "a-uuid".into()
    }

    fn random(&self) -> f64 {
        0.25
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(span))
    }

    fn act(&self, _: Arc<Step>) -> BoxFuture<'_, Result<Value, ActionFailure>> {
        let outcome = self.outcomes.lock().unwrap().pop_front();
        Box::pin(async move {
            match outcome {
                Some(outcome) => {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                    outcome
                }
                None => std::future::pending().await,
            }
        })
    }

    fn is_sandbox(&self) -> bool {
        self.sandbox
    }
}

/// Writes down what it sees.
#[derive(Default)]
struct Notes(Vec<String>);

impl Observer for Notes {
    fn started(&mut self, _: usize, step: &Step) {
        self.0.push(format!("step {} started", step.id));
    }

    fn retrying(&mut self, _: usize, step: &Step, error: &Error, pause: Duration) {
        self.0.push(format!(
            "attempt {} failed with {error}, next in {} s or so",
            step.attempt,
            pause.as_secs()
        ));
    }

    fn settled(&mut self, record: &StepRecord) {
        let StepRecord { step, outcome, sandbox, .. } = record;
        self.0.push(format!(
            "step {} settled after {} attempts (sandbox: {sandbox}): {outcome:?}",
            step.id, step.attempt
        ));
    }

    fn waiting(&mut self, _: usize, until: Until, skipped: bool) {
        self.0.push(format!("waiting: {until:?} (skipped: {skipped})"));
    }

    fn logged(&mut self, _: usize, level: &str, message: &str) {
        self.0.push(format!("{level}: {message}"));
    }

    fn ended(&mut self, _: usize, status: &Status) {
        self.0.push(format!("ended: {}", status.as_str()));
    }
}

/// A flow that acts, logs the answer, waits a day and gives the date.
fn program() -> Program {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let action =
        assembly.action(piece, "read", EffectClass::Read, TypeId::STRING, ActionBody::Native);
    let code = vec![
        call(1, action, &[], &[]),
        assembly.load(2, Constant::Text("info".into())),
        effect(3, Effect::Log, &[1, 2]),
        assembly.load(4, Constant::Duration(86_400_000)),
        effect(3, Effect::Wait, &[4]),
        effect(5, Effect::Today, &[]),
        give(5),
    ];
    let registers = [TypeId::STRING, TypeId::STRING, TypeId::NONE, TypeId::DURATION, TypeId::DATE];
    assembly.flow(&registers, TypeId::DATE, code, vec![])
}

async fn run_with(host: &TestHost, program: &Program, options: Options<'_>) -> (Ended, String) {
    let mut notes = Notes::default();
    let flow = &program.artifact().flows[0];
    let ended = run(program, host, &mut notes, flow, Value::record(vec![]), options).await;
    (ended, notes.0.join("\n"))
}

fn passing() -> Vec<Result<Value, ActionFailure>> {
    let error = Error::new(ErrorKind::Timeout, "no answer");
    let failure = ActionFailure { error, certainly_without_effect: false };
    vec![Err(failure), Ok(Value::text("hello"))]
}

#[tokio::test(start_paused = true)]
async fn a_run_takes_its_time() {
    let start = Instant::now();
    let host = TestHost::new(false, passing());
    let (ended, notes) = run_with(&host, &program(), Options::default()).await;
    insta::assert_snapshot!(notes, @r#"
    step 1 started
    attempt 1 failed with timeout: no answer, next in 1 s or so
    step 1 settled after 2 attempts (sandbox: false): Ok(Text("hello"))
    info: hello
    waiting: After(86400000) (skipped: false)
    ended: succeeded
    "#);
    assert_eq!(ended.status(), &Status::Succeeded(Value::Date(jiff::civil::date(2026, 3, 3))));
    assert_eq!(ended.runs[0].id, "a-uuid");
    assert!(start.elapsed() > Duration::from_secs(86_401));
    // Two attempts of a quarter of a second each, and the pause between them.
    let took = ended.steps[0].took;
    assert!((1500..1800).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_skips_time_and_the_clock_moves_on() {
    let start = Instant::now();
    let host = TestHost::new(true, passing());
    let program = program().with_zone(TimeZone::fixed(jiff::tz::offset(1)));
    let (ended, notes) = run_with(&host, &program, Options::default()).await;
    insta::assert_snapshot!(notes, @r#"
    step 1 started
    attempt 1 failed with timeout: no answer, next in 1 s or so
    step 1 settled after 2 attempts (sandbox: true): Ok(Text("hello"))
    info: hello
    waiting: After(86400000) (skipped: true)
    ended: succeeded
    "#);
    // A day later, and past midnight in the project's zone.
    assert_eq!(ended.status(), &Status::Succeeded(Value::Date(jiff::civil::date(2026, 3, 4))));
    assert_eq!(start.elapsed(), Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_run_is_cancelled_while_it_acts_and_while_it_waits() {
    let after = |span| Options {
        id: Some("run_7".into()),
        cancelled: Box::pin(tokio::time::sleep(span)),
        ..Options::default()
    };
    let program = program();
    let acting = TestHost::new(false, vec![]);
    let (ended, notes) = run_with(&acting, &program, after(Duration::from_secs(5))).await;
    assert_eq!((ended.status(), ended.runs[0].id.as_str()), (&Status::Cancelled, "run_7"));
    insta::assert_snapshot!(notes, @r#"
    step 1 started
    step 1 settled after 1 attempts (sandbox: false): Err(Error { kind: Cancelled, message: "the run was cancelled", piece: None, action: None, status: None, retry_after: None, details: "null" })
    ended: cancelled
    "#);

    let waiting = TestHost::new(false, vec![Ok(Value::text("hello"))]);
    let (ended, notes) = run_with(&waiting, &program, after(Duration::from_secs(60))).await;
    assert_eq!(ended.status(), &Status::Cancelled);
    assert!(
        notes.ends_with("waiting: After(86400000) (skipped: false)\nended: cancelled"),
        "{notes}"
    );
}
