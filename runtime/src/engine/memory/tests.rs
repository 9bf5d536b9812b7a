//! Runs in memory, on a host whose services and clock are the test's.

use std::collections::VecDeque;
use std::sync::Mutex;

use callflow_artifact::bytecode::{Clauses, Effect, FunctionId};
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};

use super::*;
use crate::engine::testing::{Assembly, call, effect, give, toil};
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
    program_in("UTC")
}

fn program_in(zone: &str) -> Program {
    let mut assembly = Assembly::new();
    assembly.artifact.declared.timezone = zone.into();
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
    let program = program_in("Etc/GMT-1");
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

/// A program whose flow has these branches and waits for the first of them, or for all.
fn branching(
    build: impl Fn(&mut Assembly) -> Vec<(FunctionId, TypeId)>,
    is_first: bool,
) -> Program {
    let mut assembly = Assembly::new();
    let branches = build(&mut assembly);
    let functions: Box<[FunctionId]> = branches.iter().map(|(function, _)| *function).collect();
    let mut results = Vec::new();
    for (_, ty) in branches {
        let is_optional = is_first && ty != TypeId::NONE;
        results.push(if is_optional { assembly.artifact.types.optional(ty) } else { ty });
    }
    let joined = assembly.joined(&results);
    let statement = match is_first {
        true => Effect::First { branches: functions, types: [].into() },
        false => Effect::Parallel { branches: functions, types: [].into() },
    };
    assembly.flow(&[joined], joined, vec![effect(1, statement, &[]), give(1)], vec![])
}

fn acting(assembly: &mut Assembly) -> (FunctionId, TypeId) {
    let piece = assembly.piece("crm", |_| {});
    let text = TypeId::STRING;
    let action = assembly.action(piece, "read", EffectClass::Read, text, ActionBody::Native);
    let code = vec![call(0, action, &[], &[]), give(0)];
    (assembly.function("acting", 0, vec![text], text, code, vec![]), text)
}

fn waiting(assembly: &mut Assembly, millis: i64) -> (FunctionId, TypeId) {
    let wait = assembly.load(0, Constant::Duration(millis));
    let code = vec![wait, effect(1, Effect::Wait, &[0]), give(1)];
    let registers = vec![TypeId::DURATION, TypeId::NONE];
    (assembly.function("waiting", 0, registers, TypeId::NONE, code, vec![]), TypeId::NONE)
}

#[tokio::test(start_paused = true)]
async fn several_attempts_go_on_at_once() {
    let start = Instant::now();
    let answers = (0..3).map(|n| Ok(Value::text(n.to_string()))).collect();
    let host = TestHost::new(false, answers);
    let program = branching(|it| vec![acting(it), acting(it), acting(it)], false);
    let (ended, _) = run_with(&host, &program, Options::default()).await;
    let texts = ["0", "1", "2"].map(Value::text);
    assert_eq!(ended.status(), &Status::Succeeded(Value::record(texts.into())));
    assert_eq!(start.elapsed(), Duration::from_millis(250));
}

#[tokio::test(start_paused = true)]
async fn what_loses_is_dropped() {
    let start = Instant::now();
    // The action never answers.
    let host = TestHost::new(false, vec![]);
    let program = branching(|it| vec![acting(it), waiting(it, 60_000)], true);
    let (ended, notes) = run_with(&host, &program, Options::default()).await;
    assert_eq!(ended.status(), &Status::Succeeded(Value::record(vec![Value::None, Value::None])));
    // The timer of tokio counts in milliseconds.
    assert_eq!(start.elapsed().as_secs(), 60);
    assert!(notes.contains("another branch was first"), "{notes}");
}

#[tokio::test(start_paused = true)]
async fn in_the_sandbox_the_earliest_timer_fires_first() {
    let start = Instant::now();
    let host = TestHost::new(true, vec![Ok(Value::text("hello"))]);
    // What is under way ends before any time is skipped.
    let answered = branching(|it| vec![waiting(it, 7_200_000), acting(it)], true);
    let (ended, _) = run_with(&host, &answered, Options::default()).await;
    let first = Value::record(vec![Value::None, Value::text("hello")]);
    assert_eq!(ended.status(), &Status::Succeeded(first));
    let waits =
        branching(|it| vec![waiting(it, 3000), waiting(it, 1000), waiting(it, 2000)], false);
    let (ended, _) = run_with(&host, &waits, Options::default()).await;
    assert!(matches!(ended.status(), Status::Succeeded(_)));
    assert_eq!(start.elapsed(), Duration::from_millis(250));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_used_once() {
    // The host has one answer: a second call would never end.
    let host = TestHost::new(false, vec![Ok(Value::text("done"))]);
    let keyed = |assembly: &mut Assembly, action| {
        let clauses = Clauses { once: true, ..Clauses::default() };
        let dial = Effect::Action { action, types: [].into(), connection: None, clauses };
        let key = assembly.load(0, Constant::Text("lead 7".into()));
        let code = vec![key, effect(0, dial, &[0]), give(0)];
        let text = TypeId::STRING;
        (assembly.function("keyed", 0, vec![text], text, code, vec![]), text)
    };
    let both = |assembly: &mut Assembly| {
        let piece = assembly.piece("crm", |_| {});
        let (class, text) = (EffectClass::Once, TypeId::STRING);
        let action = assembly.action(piece, "dial", class, text, ActionBody::Native);
        vec![keyed(assembly, action), keyed(assembly, action)]
    };
    let (ended, _) = run_with(&host, &branching(both, false), Options::default()).await;
    let both = Value::record(vec![Value::text("done"), Value::text("done")]);
    assert_eq!(ended.status(), &Status::Succeeded(both));
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_begins_itself_comes_to_an_end() {
    let launch = Effect::Launch { flow: FlowId(0), waits: false };
    let code = vec![effect(1, launch, &[0]), give(1)];
    let program = Assembly::new().flow(&[TypeId::NONE], TypeId::NONE, code, vec![]);
    let host = TestHost::new(true, vec![]);
    let (ended, notes) = run_with(&host, &program, Options::default()).await;
    assert_eq!(ended.runs.len(), 1000);
    assert!(ended.runs.iter().all(|run| run.status.is_final()));
    assert!(notes.contains("1000 runs have begun each other"), "{notes}");
}

/// A branch that computes for much longer than a slice.
fn toiling(assembly: &mut Assembly, turns: i64) -> (FunctionId, TypeId) {
    let mut code = toil(assembly, 0, 0, turns);
    code.push(give(0));
    let registers = vec![TypeId::INT, TypeId::INT, TypeId::BOOL];
    (assembly.function("toiling", 0, registers, TypeId::INT, code, vec![]), TypeId::INT)
}

#[tokio::test]
async fn a_run_is_cancelled_while_it_computes() {
    let host = TestHost::new(true, vec![]);
    let program = branching(|it| vec![toiling(it, i64::MAX)], false);
    // Others on this task get their turn, and one of them cancels.
    let cancelled = async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
    };
    let options = Options { cancelled: Box::pin(cancelled), ..Options::default() };
    let (ended, _) = run_with(&host, &program, options).await;
    assert_eq!(ended.status(), &Status::Cancelled);
    assert!(ended.runs[0].budget.0 > Options::BUDGET.0 / 2);
}

#[tokio::test]
async fn time_passes_while_a_run_computes() {
    let host = TestHost::new(false, vec![]);
    let program = branching(|it| vec![toiling(it, i64::MAX), waiting(it, 1)], true);
    let (ended, _) = run_with(&host, &program, Options::default()).await;
    assert_eq!(ended.status(), &Status::Succeeded(Value::record(vec![Value::None, Value::None])));
}

#[tokio::test]
async fn in_the_sandbox_no_time_passes_while_a_run_computes() {
    let host = TestHost::new(true, vec![]);
    let program = branching(|it| vec![toiling(it, 100_000), waiting(it, 1)], true);
    let (ended, _) = run_with(&host, &program, Options::default()).await;
    let first = Value::record(vec![Value::Int(0), Value::None]);
    assert_eq!(ended.status(), &Status::Succeeded(first));
}
