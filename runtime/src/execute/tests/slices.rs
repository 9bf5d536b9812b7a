//! Pauses between time slices.

use callflow_artifact::bytecode::{FunctionId, Op};
use callflow_artifact::types::TypeId;

use super::assembler::Assembler;
use super::control::sum;
use super::stored;
use crate::execute::{Budget, Outcome, Program, Resume, Slice, interpret};
use crate::value::Value;

/// What a function gives that is executed in slices, written down at each pause, how often it pauses, and what is
/// left of its budget.
fn in_slices(program: &Program, function: FunctionId, work: Option<u64>) -> (Outcome, u32, Budget) {
    let arguments = program.function(function).map_or(0, |function| function.parameters);
    let arguments = vec![Value::Int(1000); usize::from(arguments)];
    let mut fiber = interpret::start(program, function, vec![], arguments);
    let mut budget = Budget(10_000);
    let mut resume = Resume::Begin;
    let mut pauses = 0;
    loop {
        let slice = work.map_or(Slice::ENDLESS, |work| Slice::of(budget, work));
        match interpret::resume(program, &mut fiber, resume, &mut budget, slice) {
            Outcome::Paused => pauses += 1,
            outcome => return (outcome, pauses, budget),
        }
        fiber = stored(&fiber);
        resume = Resume::GoOn;
    }
}

#[test]
fn a_loop_pauses_and_is_the_same_loop() {
    let mut assembler = Assembler::new();
    let sum = sum(&mut assembler);
    let program = assembler.program();
    let (outcome, pauses, budget) = in_slices(&program, sum, None);
    assert_eq!((&outcome, pauses), (&Outcome::Returned(Value::Int(499_500)), 0));
    // Five instructions a turn of the loop, a pause after each 101st to 105th.
    for _ in 0..2 {
        assert_eq!(in_slices(&program, sum, Some(100)), (outcome.clone(), 47, budget));
    }
    assert_eq!(in_slices(&program, sum, Some(0)), (outcome, 1000, budget));
}

#[test]
fn calls_pause_as_well() {
    let mut assembler = Assembler::new();
    let next = FunctionId(assembler.artifact.functions.len() as u32);
    let deeper = assembler.function(&[], TypeId::INT, |body| {
        let dst = body.register(TypeId::INT);
        body.op(Op::Call { dst, function: next, types: [].into(), arguments: [].into() });
        body.give(dst);
    });
    let program = assembler.program();
    let (outcome, _, budget) = in_slices(&program, deeper, None);
    assert!(matches!(outcome, Outcome::Failed(..)), "{outcome:?}");
    assert_eq!(in_slices(&program, deeper, Some(20)), (outcome, 9, budget));
}

#[test]
fn a_handler_that_leads_back_pauses_as_well() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[], TypeId::INT, |body| {
        body.handler(2, 3);
        let text = body.text("again");
        body.op(Op::Move { dst: text, src: text });
        body.op(Op::Fail { message: text, kind: None });
    });
    let program = assembler.program();
    let (outcome, _, budget) = in_slices(&program, main, None);
    assert_eq!(budget, Budget(0));
    let (paused, pauses, left) = in_slices(&program, main, Some(1000));
    assert_eq!((paused, left), (outcome, budget));
    assert_eq!(pauses, 9);
}

#[test]
fn an_answer_is_not_lost_where_the_slice_is_over() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[], TypeId::STRING, |body| {
        let dst = body.register(TypeId::STRING);
        let effect = callflow_artifact::bytecode::Effect::Uuid;
        body.op(Op::Effect { dst, effect, arguments: [].into() });
        body.give(dst);
    });
    let program = assembler.program();
    let mut fiber = interpret::start(&program, main, vec![], vec![]);
    let mut budget = Budget(1000);
    let slice = Slice::of(budget, 0);
    let mut resume = |resume| interpret::resume(&program, &mut fiber, resume, &mut budget, slice);
    assert!(matches!(resume(Resume::Begin), Outcome::Suspended(_)));
    assert_eq!(resume(Resume::Value(Value::text("u"))), Outcome::Paused);
    assert_eq!(resume(Resume::GoOn), Outcome::Paused);
    let next = Slice::of(budget, 0);
    let outcome = interpret::resume(&program, &mut fiber, Resume::GoOn, &mut budget, next);
    assert_eq!(outcome, Outcome::Returned(Value::text("u")));
}
