//! Runs without branches: steps, waits, questions, retries.

use callflow_artifact::bytecode::{Effect, Handler, Op, Reg};
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};
use proptest::prelude::*;

use super::support::{advance_through, begun, failure, new_run, show, tell, text};
use crate::engine::core::{advance, step_key};
use crate::engine::testing::{Assembly, call, effect, give};
use crate::engine::{BranchId, Command, Completion, Status, Ticket};
use crate::error::ErrorKind;
use crate::execute::Program;
use crate::pieces::ActionFailure;
use crate::value::Value;

/// A flow that calls an action of this class, and gives its text.
fn calling(class: EffectClass) -> Program {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let action = assembly.action(piece, "act", class, TypeId::STRING, ActionBody::Native);
    assembly.flow(
        &[TypeId::STRING],
        TypeId::STRING,
        vec![call(1, action, &[], &[]), give(1)],
        vec![],
    )
}

/// A flow with each effect: an action, a line, a wait, all that only the shell knows, and another action.
fn everything() -> Program {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let read =
        assembly.action(piece, "read", EffectClass::Read, TypeId::STRING, ActionBody::Native);
    let once =
        assembly.action(piece, "once", EffectClass::Once, TypeId::STRING, ActionBody::Native);
    let code = vec![
        call(1, read, &[], &[]),
        assembly.load(2, Constant::Text("info".into())),
        effect(3, Effect::Log, &[1, 2]),
        assembly.load(4, Constant::Duration(86_400_000)),
        effect(3, Effect::Wait, &[4]),
        effect(5, Effect::Now, &[]),
        effect(3, Effect::WaitUntil, &[5]),
        effect(6, Effect::Today, &[]),
        effect(7, Effect::Uuid, &[]),
        effect(8, Effect::Random, &[]),
        call(1, once, &[], &[]),
        give(1),
    ];
    let registers = [
        TypeId::STRING,
        TypeId::STRING,
        TypeId::NONE,
        TypeId::DURATION,
        TypeId::TIME,
        TypeId::DATE,
        TypeId::STRING,
        TypeId::FLOAT,
    ];
    assembly.flow(&registers, TypeId::STRING, code, vec![])
}

#[test]
fn a_run_from_its_begin_to_its_end() {
    let time: jiff::Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let story = tell(
        &everything(),
        [
            Completion::Begin,
            Completion::Acted(Ticket(1), text("hello")),
            Completion::Fired(Ticket(2)),
            Completion::Answer(Ticket(3), Ok(Value::Time(time))),
            Completion::Fired(Ticket(4)),
            Completion::Answer(Ticket(5), Ok(Value::Date(jiff::civil::date(2026, 3, 2)))),
            Completion::Answer(Ticket(6), Ok(Value::text("u"))),
            Completion::Answer(Ticket(7), Ok(Value::Float(0.5))),
            Completion::Acted(Ticket(8), text("done")),
        ],
    );
    insta::assert_snapshot!(story, @r#"
    #1 act: step 1 attempt 1
    settled: step 1 after 1 attempts: Text("hello")
    log info: hello
    #2 wait: After(86400000)
    #3 ask: Now
    #4 wait: At(2026-03-02T09:00:00Z)
    #5 ask: Today
    #6 ask: Uuid
    #7 ask: Random
    #8 act: step 2 attempt 1
    settled: step 2 after 1 attempts: Text("done")
    end
    succeeded
    "#);
}

/// The story of an action that always fails so.
fn failing(class: EffectClass, failure: ActionFailure) -> String {
    let mut completions = vec![Completion::Begin];
    for attempt in 0..5 {
        completions.push(Completion::Acted(Ticket(attempt * 2 + 1), Err(failure.clone())));
        completions.push(Completion::Fired(Ticket(attempt * 2 + 2)));
    }
    tell(&calling(class), completions)
}

#[test]
fn a_read_is_tried_four_times() {
    insta::assert_snapshot!(failing(EffectClass::Read, failure(ErrorKind::Timeout, false)), @r#"
    #1 act: step 1 attempt 1
    #2 again in 1000 ms and a bit: timeout: the reason
    #3 act: step 1 attempt 2
    #4 again in 2000 ms and a bit: timeout: the reason
    #5 act: step 1 attempt 3
    #6 again in 4000 ms and a bit: timeout: the reason
    #7 act: step 1 attempt 4
    settled: step 1 after 4 attempts: timeout: the reason
    end
    failed: timeout: the reason, at 0..5 of FunctionId(0)
    "#);
}

#[test]
fn a_write_is_tried_again_only_if_nothing_happened() {
    let unknown = failure(ErrorKind::OutcomeUnknown, false);
    insta::assert_snapshot!(failing(EffectClass::Write, unknown), @r#"
    #1 act: step 1 attempt 1
    settled: step 1 after 1 attempts: outcome_unknown: the reason
    end
    failed: outcome_unknown: the reason, at 0..5 of FunctionId(0)
    "#);
    let refused = failure(ErrorKind::Unavailable, true);
    assert!(failing(EffectClass::Write, refused).contains("after 4 attempts"));
}

#[test]
fn once_is_once() {
    let refused = failure(ErrorKind::Unavailable, true);
    insta::assert_snapshot!(failing(EffectClass::Once, refused), @r#"
    #1 act: step 1 attempt 1
    settled: step 1 after 1 attempts: unavailable: the reason
    end
    failed: unavailable: the reason, at 0..5 of FunctionId(0)
    "#);
}

#[test]
fn a_service_says_when_to_come_back() {
    let mut limited = failure(ErrorKind::RateLimited, true);
    limited.error.retry_after = Some(90_000);
    assert!(failing(EffectClass::Write, limited.clone()).contains("again in 90000 ms"));
    limited.error.retry_after = Some(7_200_000);
    insta::assert_snapshot!(failing(EffectClass::Write, limited), @r#"
    #1 act: step 1 attempt 1
    settled: step 1 after 1 attempts: rate_limited: the reason
    end
    failed: rate_limited: the reason, at 0..5 of FunctionId(0)
    "#);
}

#[test]
fn an_error_is_caught_after_the_last_attempt() {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let action =
        assembly.action(piece, "act", EffectClass::Write, TypeId::STRING, ActionBody::Native);
    let error = assembly.artifact.error;
    let code = vec![
        call(1, action, &[], &[]),
        give(1),
        Op::Field { dst: Reg(1), src: Reg(2), index: 1 },
        give(1),
    ];
    let handler = Handler { from: 0, to: 1, target: 2, error: Reg(2) };
    let program = assembly.flow(&[TypeId::STRING, error], TypeId::STRING, code, vec![handler]);
    let mut run = begun(&program);
    let outcome = Err(failure(ErrorKind::Rejected, true));
    advance(&program, &mut run, Completion::Acted(Ticket(1), outcome));
    assert_eq!(run.status, Status::Succeeded(Value::text("the reason")));
}

#[test]
fn a_run_is_cancelled_in_any_state() {
    let program = everything();
    let time: jiff::Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let way = [
        Completion::Begin,
        Completion::Acted(Ticket(1), Err(failure(ErrorKind::Timeout, false))),
        Completion::Fired(Ticket(2)),
        Completion::Acted(Ticket(3), text("hello")),
        Completion::Fired(Ticket(4)),
        Completion::Answer(Ticket(5), Ok(Value::Time(time))),
    ];
    let mut report = String::new();
    for steps in 0..=way.len() {
        let mut run = new_run(&program);
        for completion in way.iter().take(steps) {
            advance(&program, &mut run, completion.clone());
        }
        let state = run.branches.get(&BranchId::ROOT).map(|root| format!("{:?}", root.doing));
        let state = state.unwrap_or_default();
        let state = state.split(['(', ' ']).next().unwrap_or_default();
        let commands = advance(&program, &mut run, Completion::Cancel);
        let commands: Vec<String> = commands.iter().map(show).collect();
        assert_eq!(run.status, Status::Cancelled);
        report.push_str(&format!("{state:8} → {}\n", commands.join("; ")));
        // Once is enough, and nothing goes on.
        for completion in way.iter().chain([&Completion::Cancel]) {
            assert_eq!(advance(&program, &mut run, completion.clone()), []);
        }
    }
    insta::assert_snapshot!(report, @r#"
    Ready    → end
    Acting   → abort #1; settled: step 1 after 1 attempts: cancelled: the run was cancelled; end
    Pausing  → abort #2; settled: step 1 after 1 attempts: cancelled: the run was cancelled; end
    Acting   → abort #3; settled: step 1 after 2 attempts: cancelled: the run was cancelled; end
    Waiting  → abort #4; end
    Asking   → abort #5; end
    Waiting  → abort #6; end
    "#);
}

#[test]
fn a_loop_uses_the_budget_up() {
    let program = Assembly::new().flow(&[], TypeId::NONE, vec![Op::Jump { to: 0 }], vec![]);
    let mut run = new_run(&program);
    let commands = advance_through(&program, &mut run, Completion::Begin);
    assert_eq!(commands, [Command::End]);
    assert!(matches!(run.status, Status::Failed(_)), "{:?}", run.status);
}

#[test]
fn a_loop_that_only_logs_does_not_fill_the_memory() {
    let mut assembly = Assembly::new();
    let code = vec![
        assembly.load(1, Constant::Text("info".into())),
        effect(2, Effect::Log, &[1, 1]),
        Op::Jump { to: 1 },
    ];
    let program = assembly.flow(&[TypeId::STRING, TypeId::NONE], TypeId::NONE, code, vec![]);
    let mut run = new_run(&program);
    let commands = advance_through(&program, &mut run, Completion::Begin);
    assert!(commands.len() < 2000, "{} commands", commands.len());
    assert!(matches!(run.status, Status::Failed(_)));
}

#[test]
fn keys_are_stable_and_each_steps_own() {
    assert_eq!(step_key("run_1", 1), step_key("run_1", 1));
    let keys =
        [step_key("run_1", 1), step_key("run_1", 2), step_key("run_11", 1), step_key("r", 1)];
    let distinct: std::collections::HashSet<_> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
    assert!(keys.iter().all(|key| key.len() == 32));
    insta::assert_snapshot!(keys[0], @"27f0d5bc1619ecdec7dffcd916636159");
}

fn completions() -> impl Strategy<Value = Completion> {
    let ticket = (0_u64..12).prop_map(Ticket);
    let values = prop_oneof![
        Just(Value::None),
        Just(Value::text("x")),
        Just(Value::Float(0.5)),
        Just(Value::Time(jiff::Timestamp::UNIX_EPOCH)),
        Just(Value::Date(jiff::civil::date(2026, 3, 2))),
    ];
    let kinds = proptest::sample::select(ErrorKind::ALL.to_vec());
    let failures = (kinds, any::<bool>()).prop_map(|(kind, certain)| failure(kind, certain));
    prop_oneof![
        1 => Just(Completion::Begin),
        6 => (ticket.clone(), Just(text("x"))).prop_map(|(t, it)| Completion::Acted(t, it)),
        3 => (ticket.clone(), failures).prop_map(|(t, it)| Completion::Acted(t, Err(it))),
        6 => ticket.clone().prop_map(Completion::Fired),
        6 => (ticket, values).prop_map(|(t, value)| Completion::Answer(t, Ok(value))),
    ]
}

proptest! {
    /// Whatever comes, in whatever order: what does not belong to what the run waits for changes nothing, and an
    /// ended run stays as it is.
    #[test]
    fn nothing_that_comes_is_too_strange(completions in proptest::collection::vec(completions(), 0..200)) {
        let program = everything();
        let mut run = begun(&program);
        for completion in completions {
            let before = run.clone();
            let ticket = completion.ticket();
            let commands = advance(&program, &mut run, completion);
            if ticket != Some(before.ticket) || before.status.is_final() {
                prop_assert_eq!(&commands, &[]);
            }
            if commands.is_empty() {
                prop_assert_eq!(&before, &run);
            } else {
                prop_assert!(run.status.is_final() == commands.contains(&Command::End));
            }
        }
    }
}
