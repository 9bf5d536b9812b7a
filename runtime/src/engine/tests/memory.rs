//! Runs that hold more than they may.

use callflow_artifact::bytecode::{Effect, Handler, Op, Reg};
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};

use super::support::{advance_through, begun, new_run};
use crate::engine::core::advance;
use crate::engine::testing::{Assembly, call, effect, give};
use crate::engine::{Completion, Run, Status, Ticket};
use crate::execute::Program;
use crate::execute::limits::MEMORY_LIMIT;
use crate::value::Value;

/// What a run failed with.
fn failure(run: &Run) -> String {
    match &run.status {
        Status::Failed(failure) => failure.error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// A flow that has a text of a megabyte in register 1 and a list of texts in 2, and does something again and again:
/// 3 takes what gives none, 4 is a millisecond.
fn hoarding(step: Vec<Op>) -> (Program, Run) {
    let mut assembly = Assembly::new();
    let list = assembly.artifact.types.list(TypeId::STRING);
    let registers = [TypeId::STRING, list, TypeId::NONE, TypeId::DURATION];
    let mut code = vec![
        assembly.load(1, Constant::Text("x".repeat(1 << 20).into())),
        assembly.load(2, Constant::List(vec![])),
        assembly.load(4, Constant::Duration(1)),
    ];
    code.extend(step);
    code.push(Op::Jump { to: 3 });
    let program = assembly.flow(&registers, TypeId::NONE, code, vec![]);
    let run = new_run(&program);
    (program, run)
}

#[test]
fn a_run_that_collects_too_much_while_it_computes_fails() {
    let (program, mut run) = hoarding(vec![Op::Append { list: Reg(2), item: Reg(1) }]);
    advance_through(&program, &mut run, Completion::Begin);
    insta::assert_snapshot!(failure(&run), @"failed: the run holds values of more than 64 MB, and may not; keep only the fields that are needed, or let a flow of its own do each part with `run`");
    assert!(run.budget.0 > 0);
}

#[test]
fn a_run_that_collects_too_much_fails_where_it_waits() {
    let append = Op::Append { list: Reg(2), item: Reg(1) };
    let (program, mut run) = hoarding(vec![append, effect(3, Effect::Wait, &[4])]);
    let mut completion = Completion::Begin;
    let mut waits = 0;
    while !run.status.is_final() {
        advance(&program, &mut run, completion);
        waits += 1;
        completion = Completion::Fired(Ticket(waits));
    }
    // Beside the list there is the text itself.
    assert_eq!(waits, (MEMORY_LIMIT >> 20) - 1);
    assert!(failure(&run).contains("64 MB"), "{}", failure(&run));
}

#[test]
fn what_holds_too_much_can_be_left_behind() {
    let mut assembly = Assembly::new();
    let list = assembly.artifact.types.list(TypeId::STRING);
    let inner = vec![
        assembly.load(0, Constant::Text("x".repeat(1 << 20).into())),
        assembly.load(1, Constant::List(vec![])),
        Op::Append { list: Reg(1), item: Reg(0) },
        Op::Jump { to: 2 },
    ];
    let registers = vec![TypeId::STRING, list];
    let inner = assembly.function("inner", 0, registers, TypeId::NONE, inner, vec![]);
    let error = assembly.artifact.error;
    let invoke = Op::Call { dst: Reg(1), function: inner, types: [].into(), arguments: [].into() };
    let wait = effect(1, Effect::Wait, &[3]);
    let code = vec![assembly.load(3, Constant::Duration(1)), invoke, wait, give(1)];
    let handler = Handler { from: 1, to: 2, target: 2, error: Reg(2) };
    let registers = [TypeId::NONE, error, TypeId::DURATION];
    let program = assembly.flow(&registers, TypeId::NONE, code, vec![handler]);
    let mut run = new_run(&program);
    advance_through(&program, &mut run, Completion::Begin);
    assert_eq!(run.state(), "waiting");
    assert!(run.bytes < 1000, "{}", run.bytes);
}

#[test]
fn what_branches_return_counts() {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let string = TypeId::STRING;
    let action = assembly.action(piece, "read", EffectClass::Read, string, ActionBody::Native);
    let body = vec![call(1, action, &[], &[]), give(1)];
    let body = assembly.function("body", 1, vec![string, string], string, body, vec![]);
    let list = assembly.artifact.types.list(string);
    let at_a_time = assembly.artifact.types.optional(TypeId::INT);
    let items = Constant::List(vec![Constant::Text("item".into()); 100]);
    let each = Effect::ForEach { body, types: [].into() };
    let code = vec![
        assembly.load(1, items),
        assembly.load(2, Constant::Int(1)),
        effect(3, each, &[1, 2]),
        give(3),
    ];
    let program = assembly.flow(&[list, at_a_time, list], list, code, vec![]);
    let mut run = begun(&program);
    let answer = Value::text("x".repeat(1 << 20));
    let mut answers = 0;
    while !run.status.is_final() {
        answers += 1;
        let acted = Completion::Acted(Ticket(answers), Ok(answer.clone()));
        advance(&program, &mut run, acted);
    }
    assert_eq!(answers, MEMORY_LIMIT >> 20);
    assert!(failure(&run).contains("64 MB"), "{}", failure(&run));
}
