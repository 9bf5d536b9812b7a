//! Several things at a time, one after the other looked at.

use callflow_artifact::bytecode::{
    ActionId, Clauses, Effect, FlowId, FunctionId, Handler, Op, Reg,
};
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};

use super::support::{advance_through, begun, failure, new_run, show, tell, text};
use crate::engine::core::advance;
use crate::engine::testing::{Assembly, call, effect, give};
use crate::engine::{Completion, Run, Status, Ticket};
use crate::error::{Error, ErrorKind};
use crate::execute::Program;
use crate::value::Value;

/// An action that gives a text.
fn action(assembly: &mut Assembly, class: EffectClass) -> ActionId {
    let piece = assembly.piece("crm", |_| {});
    assembly.action(piece, "act", class, TypeId::STRING, ActionBody::Native)
}

/// A branch that gives what an action gives.
fn acting(assembly: &mut Assembly, action: ActionId) -> FunctionId {
    let code = vec![call(0, action, &[], &[]), give(0)];
    assembly.function("acting", 0, vec![TypeId::STRING], TypeId::STRING, code, vec![])
}

/// A branch that waits an hour.
fn waiting(assembly: &mut Assembly) -> FunctionId {
    let code = vec![
        assembly.load(0, Constant::Duration(3_600_000)),
        effect(1, Effect::Wait, &[0]),
        give(1),
    ];
    let registers = vec![TypeId::DURATION, TypeId::NONE];
    assembly.function("waiting", 0, registers, TypeId::NONE, code, vec![])
}

fn parallel(branches: &[FunctionId]) -> Effect {
    Effect::Parallel { branches: branches.into(), types: [].into() }
}

fn first(branches: &[FunctionId]) -> Effect {
    Effect::First { branches: branches.into(), types: [].into() }
}

/// A flow that does a read and a write at a time and gives both results, or the message of what failed.
fn both() -> Program {
    let mut assembly = Assembly::new();
    let read = action(&mut assembly, EffectClass::Read);
    let write = action(&mut assembly, EffectClass::Write);
    let branches = [acting(&mut assembly, read), acting(&mut assembly, write)];
    let joined = assembly.joined(&[TypeId::STRING, TypeId::STRING]);
    let error = assembly.artifact.error;
    let code = vec![
        effect(1, parallel(&branches), &[]),
        Op::Field { dst: Reg(2), src: Reg(1), index: 0 },
        Op::Field { dst: Reg(3), src: Reg(1), index: 1 },
        Op::Concat { dst: Reg(2), parts: [Reg(2), Reg(3)].into() },
        give(2),
        Op::Field { dst: Reg(2), src: Reg(4), index: 1 },
        give(2),
    ];
    let handler = Handler { from: 0, to: 1, target: 5, error: Reg(4) };
    let registers = [joined, TypeId::STRING, TypeId::STRING, error];
    assembly.flow(&registers, TypeId::STRING, code, vec![handler])
}

#[test]
fn all_branches_begin_at_once_and_all_are_waited_for() {
    let story = tell(
        &both(),
        [
            Completion::Begin,
            Completion::Acted(Ticket(2), text("second")),
            Completion::Acted(Ticket(2), text("twice")),
            Completion::Acted(Ticket(1), text("first ")),
        ],
    );
    insta::assert_snapshot!(story, @r#"
    #1 act: step 1 attempt 1
    #2 act: step 2 attempt 1
    settled: step 2 after 1 attempts: Text("second")
    settled: step 1 after 1 attempts: Text("first ")
    end
    succeeded
    "#);
    let mut run = new_run(&both());
    advance(&both(), &mut run, Completion::Begin);
    advance(&both(), &mut run, Completion::Acted(Ticket(2), text("second")));
    advance(&both(), &mut run, Completion::Acted(Ticket(1), text("first ")));
    assert_eq!(run.status, Status::Succeeded(Value::text("first second")));
}

#[test]
fn the_first_failure_cancels_the_others() {
    let refused = failure(ErrorKind::Rejected, true);
    let mut run = new_run(&both());
    advance(&both(), &mut run, Completion::Begin);
    let commands = advance(&both(), &mut run, Completion::Acted(Ticket(2), Err(refused)));
    let commands: Vec<String> = commands.iter().map(show).collect();
    insta::assert_snapshot!(commands.join("\n"), @r#"
    settled: step 2 after 1 attempts: rejected: the reason
    abort #1
    settled: step 1 after 1 attempts: cancelled: another branch failed
    end
    "#);
    // It is raised at the statement, where it can be caught.
    assert_eq!(run.status, Status::Succeeded(Value::text("the reason")));
}

/// A flow that waits for an action, but an hour at most, and gives the action's result.
fn an_hour_at_most() -> Program {
    let mut assembly = Assembly::new();
    let read = action(&mut assembly, EffectClass::Read);
    let branches = [acting(&mut assembly, read), waiting(&mut assembly)];
    let optional = assembly.artifact.types.optional(TypeId::STRING);
    let joined = assembly.joined(&[optional, TypeId::NONE]);
    let code = vec![
        effect(1, first(&branches), &[]),
        Op::Field { dst: Reg(2), src: Reg(1), index: 0 },
        give(2),
    ];
    assembly.flow(&[joined, optional], optional, code, vec![])
}

#[test]
fn the_first_to_end_wins() {
    let begun = || {
        let mut run = new_run(&an_hour_at_most());
        advance(&an_hour_at_most(), &mut run, Completion::Begin);
        run
    };
    let mut stories = String::new();
    let ends: [(&str, Completion); 3] = [
        ("it answers", Completion::Acted(Ticket(1), text("hello"))),
        ("the hour is over", Completion::Fired(Ticket(2))),
        ("it fails", Completion::Acted(Ticket(1), Err(failure(ErrorKind::Rejected, true)))),
    ];
    for (what, completion) in ends {
        let mut run = begun();
        let commands = advance(&an_hour_at_most(), &mut run, completion);
        let commands: Vec<String> = commands.iter().map(show).collect();
        stories.push_str(&format!("{what}: {}\n  {}\n", commands.join("; "), end_of(&run)));
    }
    insta::assert_snapshot!(stories, @r#"
    it answers: settled: step 1 after 1 attempts: Text("hello"); abort #2; end
      Text("hello")
    the hour is over: abort #1; settled: step 1 after 1 attempts: cancelled: another branch was first; end
      None
    it fails: settled: step 1 after 1 attempts: rejected: the reason; abort #2; end
      rejected: the reason at 0..5 of FunctionId(0)
    "#);
}

fn end_of(run: &Run) -> String {
    match &run.status {
        Status::Succeeded(value) => format!("{value:?}"),
        Status::Failed(failure) => format!(
            "{} at {}..{} of {:?}",
            failure.error, failure.origin.start, failure.origin.end, failure.function
        ),
        status => status.as_str().to_owned(),
    }
}

/// A flow that does something with each item of a list, so many at a time, and gives what it was given.
fn each(items: &[&str], limit: Option<i64>) -> Program {
    let mut assembly = Assembly::new();
    let read = action(&mut assembly, EffectClass::Read);
    let code = vec![
        call(2, read, &[], &[]),
        Op::Concat { dst: Reg(0), parts: [Reg(1), Reg(0), Reg(2)].into() },
        give(0),
    ];
    let body = assembly.function("body", 2, vec![TypeId::STRING; 3], TypeId::STRING, code, vec![]);
    let list = assembly.artifact.types.list(TypeId::STRING);
    let optional = assembly.artifact.types.optional(TypeId::INT);
    let mut code: Vec<Op> = Vec::new();
    for (n, item) in items.iter().enumerate() {
        code.push(assembly.load(n as u16 + 5, Constant::Text((*item).into())));
    }
    let all = (0..items.len()).map(|n| Reg(n as u16 + 5)).collect();
    code.push(Op::List { dst: Reg(1), items: all });
    code.push(assembly.load(2, limit.map_or(Constant::None, Constant::Int)));
    code.push(assembly.load(3, Constant::Text("-".into())));
    let for_each = Effect::ForEach { body, types: [].into() };
    code.push(effect(4, for_each, &[1, 2, 3]));
    code.push(give(4));
    let mut registers = vec![list, optional, TypeId::STRING, list];
    registers.extend(items.iter().map(|_| TypeId::STRING));
    assembly.flow(&registers, list, code, vec![])
}

#[test]
fn items_begin_as_others_end_and_results_keep_their_order() {
    let program = each(&["a", "b", "c", "d"], Some(2));
    let story = tell(
        &program,
        [
            Completion::Begin,
            Completion::Acted(Ticket(2), text("2")),
            Completion::Acted(Ticket(3), text("3")),
            Completion::Acted(Ticket(4), text("4")),
            Completion::Acted(Ticket(1), text("1")),
        ],
    );
    insta::assert_snapshot!(story, @r#"
    #1 act: step 1 attempt 1
    #2 act: step 2 attempt 1
    settled: step 2 after 1 attempts: Text("2")
    #3 act: step 3 attempt 1
    settled: step 3 after 1 attempts: Text("3")
    #4 act: step 4 attempt 1
    settled: step 4 after 1 attempts: Text("4")
    settled: step 1 after 1 attempts: Text("1")
    end
    succeeded
    "#);
    let mut run = begun(&program);
    for ticket in [2, 3, 4, 1] {
        assert_eq!(run.state(), "running");
        let result = text(&ticket.to_string());
        advance(&program, &mut run, Completion::Acted(Ticket(ticket), result));
    }
    let texts = ["-a1", "-b2", "-c3", "-d4"].map(Value::text);
    assert_eq!(run.status, Status::Succeeded(Value::list(texts.into())));
}

#[test]
fn nothing_to_do_is_done_at_once() {
    let program = each(&[], None);
    let run = begun(&program);
    assert_eq!(run.status, Status::Succeeded(Value::list(Vec::new())));
}

#[test]
fn where_nothing_catches_it_a_run_fails_where_its_branch_did() {
    let program = each(&["a", "b"], None);
    let mut run = begun(&program);
    let refused = failure(ErrorKind::Rejected, true);
    advance(&program, &mut run, Completion::Acted(Ticket(2), Err(refused)));
    insta::assert_snapshot!(end_of(&run), @"rejected: the reason at 0..5 of FunctionId(0)");
    assert!(run.branches.is_empty() && run.asked.is_empty());
}

#[test]
fn stop_in_a_branch_ends_the_run() {
    let mut assembly = Assembly::new();
    let read = action(&mut assembly, EffectClass::Read);
    let stops = assembly.function("stops", 0, vec![], TypeId::NONE, vec![Op::Stop], vec![]);
    let branches = [acting(&mut assembly, read), stops, acting(&mut assembly, read)];
    let joined = assembly.joined(&[TypeId::STRING, TypeId::NONE, TypeId::STRING]);
    let none = assembly.load(2, Constant::None);
    let code = vec![none, effect(1, parallel(&branches), &[]), give(2)];
    let program = assembly.flow(&[joined, TypeId::NONE], TypeId::NONE, code, vec![]);
    // The third branch has not begun when the second one stops.
    insta::assert_snapshot!(tell(&program, [Completion::Begin]), @r#"
    #1 act: step 1 attempt 1
    abort #1
    settled: step 1 after 1 attempts: cancelled: the run stopped
    end
    succeeded
    "#);
}

#[test]
fn more_branches_than_there_may_be_are_an_error() {
    let items = vec!["x"; 10_001];
    let mut run = new_run(&each(&items, None));
    advance(&each(&items, None), &mut run, Completion::Begin);
    insta::assert_snapshot!(end_of(&run), @"failed: a run may do 10000 things at a time and no more; `parallel 10` does a list's items so many at a time at 100040..100045 of FunctionId(1)");
    let mut run = new_run(&each(&items, Some(3)));
    let commands = advance(&each(&items, Some(3)), &mut run, Completion::Begin);
    assert_eq!(commands.len(), 3);
}

#[test]
fn branches_that_hold_more_than_they_may_fail() {
    let mut assembly = Assembly::new();
    let wait =
        vec![assembly.load(0, Constant::Duration(1)), effect(1, Effect::Wait, &[0]), give(1)];
    let mut registers = vec![TypeId::DURATION, TypeId::NONE];
    registers.resize(60_000, TypeId::INT);
    let large = assembly.function("large", 0, registers, TypeId::NONE, wait, vec![]);
    let joined = assembly.joined(&[TypeId::NONE; 50]);
    let none = assembly.load(2, Constant::None);
    let code = vec![none, effect(1, parallel(&[large; 50]), &[]), give(2)];
    let program = assembly.flow(&[joined, TypeId::NONE], TypeId::NONE, code, vec![]);
    let run = begun(&program);
    insta::assert_snapshot!(end_of(&run), @"failed: the run holds values of more than 64 MB, and may not; keep only the fields that are needed, or let a flow of its own do each part with `run` at 10..15 of FunctionId(0)");
}

#[test]
fn a_used_up_budget_ends_the_run_whatever_catches() {
    let mut assembly = Assembly::new();
    let turns =
        assembly.function("turns", 0, vec![], TypeId::NONE, vec![Op::Jump { to: 0 }], vec![]);
    let joined = assembly.joined(&[TypeId::NONE]);
    let error = assembly.artifact.error;
    let none = assembly.load(2, Constant::None);
    let code = vec![none, effect(1, parallel(&[turns]), &[]), give(2), give(2)];
    let handler = Handler { from: 1, to: 2, target: 3, error: Reg(3) };
    let program = assembly.flow(&[joined, TypeId::NONE, error], TypeId::NONE, code, vec![handler]);
    let mut run = new_run(&program);
    advance_through(&program, &mut run, Completion::Begin);
    assert!(matches!(run.status, Status::Failed(_)), "{:?}", run.status);
}

/// A flow with one call of a class that has every clause: three more attempts after pauses of 1 s to 3 s, 10 s
/// for all of it, and a key.
fn with_clauses(class: EffectClass) -> Program {
    let mut assembly = Assembly::new();
    let action = action(&mut assembly, class);
    let clauses = Clauses { retry: true, pauses: true, within: true, once: true };
    let effect_of = Effect::Action { action, types: [].into(), connection: None, clauses };
    let code = vec![
        assembly.load(2, Constant::Int(3)),
        assembly.load(3, Constant::Duration(1000)),
        assembly.load(4, Constant::Duration(3000)),
        assembly.load(5, Constant::Duration(10_000)),
        assembly.load(6, Constant::Text("lead 7".into())),
        effect(1, effect_of, &[2, 3, 4, 5, 6]),
        give(1),
    ];
    let registers = [
        TypeId::STRING,
        TypeId::INT,
        TypeId::DURATION,
        TypeId::DURATION,
        TypeId::DURATION,
        TypeId::STRING,
    ];
    assembly.flow(&registers, TypeId::STRING, code, vec![])
}

#[test]
fn a_call_says_how_it_is_repeated() {
    let program = with_clauses(EffectClass::Once);
    let busy =
        |ticket| Completion::Acted(Ticket(ticket), Err(failure(ErrorKind::Unavailable, true)));
    let mut completions = vec![Completion::Begin, busy(1)];
    for attempt in 0..4 {
        completions.push(Completion::Fired(Ticket(attempt * 2 + 3)));
        completions.push(busy(attempt * 2 + 4));
    }
    insta::assert_snapshot!(tell(&program, completions), @r#"
    #1 act: step 1 attempt 1
    #2 deadline: 10000 ms
    #3 again in 1000 ms and a bit: unavailable: the reason
    #4 act: step 1 attempt 2
    #5 again in 2000 ms and a bit: unavailable: the reason
    #6 act: step 1 attempt 3
    #7 again in 3000 ms and a bit: unavailable: the reason
    #8 act: step 1 attempt 4
    abort #2
    settled: step 1 after 4 attempts: unavailable: the reason
    end
    failed: unavailable: the reason, at 50..55 of FunctionId(0)
    "#);
    let mut run = new_run(&program);
    let commands = advance(&program, &mut run, Completion::Begin);
    let crate::engine::Command::Act(_, step) = &commands[0] else { panic!("{commands:?}") };
    assert_eq!((step.once.as_deref(), step.arguments.len()), (Some("lead 7"), 0));
}

#[test]
fn all_attempts_of_a_call_have_one_deadline() {
    let program = with_clauses(EffectClass::Read);
    let lost = Completion::Acted(Ticket(1), Err(failure(ErrorKind::Timeout, false)));
    // While it acts, and while it pauses.
    let acting = tell(&program, [Completion::Begin, Completion::Fired(Ticket(2))]);
    let pausing = tell(&program, [Completion::Begin, lost, Completion::Fired(Ticket(2))]);
    insta::assert_snapshot!(format!("{acting}\n\n{pausing}"), @r#"
    #1 act: step 1 attempt 1
    #2 deadline: 10000 ms
    abort #1
    settled: step 1 after 1 attempts: timeout: crm.act: not done within 10s
    end
    failed: timeout: crm.act: not done within 10s, at 50..55 of FunctionId(0)

    #1 act: step 1 attempt 1
    #2 deadline: 10000 ms
    #3 again in 1000 ms and a bit: timeout: the reason
    abort #3
    settled: step 1 after 1 attempts: timeout: crm.act: not done within 10s
    end
    failed: timeout: crm.act: not done within 10s, at 50..55 of FunctionId(0)
    "#);
}

#[test]
fn a_flow_has_a_time() {
    let mut assembly = Assembly::new();
    let read = action(&mut assembly, EffectClass::Read);
    let code = vec![call(1, read, &[], &[]), give(1)];
    assembly.add_flow(&[TypeId::STRING], TypeId::STRING, code, vec![]);
    assembly.artifact.flows[0].settings.timeout = Some(90_000);
    let program = assembly.finish();
    let late = tell(&program, [Completion::Begin, Completion::Fired(Ticket(1))]);
    let done = tell(&program, [Completion::Begin, Completion::Acted(Ticket(2), text("x"))]);
    insta::assert_snapshot!(format!("{late}\n\n{done}"), @r#"
    #1 deadline: 90000 ms
    #2 act: step 1 attempt 1
    abort #2
    settled: step 1 after 1 attempts: cancelled: the run's time was over
    end
    failed: timeout: the run was not done within 1m 30s, at 0..5 of FunctionId(0)

    #1 deadline: 90000 ms
    #2 act: step 1 attempt 1
    settled: step 1 after 1 attempts: Text("x")
    abort #1
    end
    succeeded
    "#);
}

/// A flow that begins another one, and where it `waits` gives its result.
fn launching(waits: bool) -> Program {
    let mut assembly = Assembly::new();
    let code = vec![assembly.load(1, Constant::Text("x".into())), give(1)];
    let other = assembly.add_flow(&[TypeId::STRING], TypeId::STRING, code, vec![]);
    let result = if waits { TypeId::STRING } else { TypeId::NONE };
    let launch = |flow: FlowId| effect(1, Effect::Launch { flow, waits }, &[0]);
    assembly.flow(&[result], result, vec![launch(other), launch(other), give(1)], vec![])
}

#[test]
fn a_run_begins_others() {
    let ended = |ticket, result| Completion::Ended(Ticket(ticket), result);
    let waiting = [
        Completion::Begin,
        ended(1, Ok(Value::text("x"))),
        ended(2, Err(Error::new(ErrorKind::Failed, "no"))),
    ];
    let waiting = tell(&launching(true), waiting);
    let not_waiting = tell(&launching(false), [Completion::Begin]);
    let cancelled = tell(&launching(true), [Completion::Begin, Completion::Cancel]);
    insta::assert_snapshot!(format!("{waiting}\n\n{not_waiting}\n\n{cancelled}"), @r#"
    #1 launch: flow 0 as 611cdb
    #2 launch: flow 0 as c1eeb7
    end
    failed: failed: no, at 10..15 of FunctionId(1)

    #- launch: flow 0 as 611cdb
    #- launch: flow 0 as c1eeb7
    end
    succeeded

    #1 launch: flow 0 as 611cdb
    abort #1
    end
    cancelled
    "#);
}

#[test]
fn a_setting_of_the_project_is_asked_for() {
    let mut assembly = Assembly::new();
    assembly.artifact.environment.push("REGION".into());
    let code = vec![effect(1, Effect::Environment { name: "REGION".into() }, &[]), give(1)];
    let program = assembly.flow(&[TypeId::STRING], TypeId::STRING, code, vec![]);
    let missing = Error::new(ErrorKind::NotFound, "REGION is not set");
    let found =
        tell(&program, [Completion::Begin, Completion::Answer(Ticket(1), Ok(Value::text("eu")))]);
    let missing = tell(&program, [Completion::Begin, Completion::Answer(Ticket(1), Err(missing))]);
    insta::assert_snapshot!(format!("{found}\n\n{missing}"), @r#"
    #1 ask: Environment("REGION")
    end
    succeeded

    #1 ask: Environment("REGION")
    end
    failed: not_found: REGION is not set, at 0..5 of FunctionId(0)
    "#);
}
