//! Jumps, calls, errors and effects.

use callflow_artifact::Constant;
use callflow_artifact::bytecode::{Arithmetic, Effect, FunctionId, Number, Op, Order, Origin, Reg};
use callflow_artifact::types::TypeId;

use super::assembler::Assembler;
use super::{ENOUGH, result, run, stored};
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Outcome, Resume, Slice, interpret};
use crate::value::Value;

/// `pub(super) fn sum(n: int) -> int`, the numbers below `n` added up in a loop.
pub(super) fn sum(assembler: &mut Assembler) -> FunctionId {
    assembler.function(&[TypeId::INT], TypeId::INT, |body| {
        let limit = Reg(0);
        let (zero, one) = (body.int(0), body.int(1));
        let (i, sum) = (body.register(TypeId::INT), body.register(TypeId::INT));
        body.op(Op::Move { dst: i, src: zero });
        body.op(Op::Move { dst: sum, src: zero });
        let more = body.register(TypeId::BOOL);
        let top = body.op(Op::Compare { order: Order::Less, dst: more, a: i, b: limit });
        let end = body.op(Op::JumpIfNot { condition: more, to: 0 });
        for (dst, b) in [(sum, i), (i, one)] {
            let number = Number::Int;
            body.op(Op::Arithmetic { op: Arithmetic::Add, number, dst, a: dst, b });
        }
        body.op(Op::Jump { to: top });
        body.land(end);
        body.give(sum);
    })
}

#[test]
fn a_loop_adds_up() {
    let mut assembler = Assembler::new();
    let sum = sum(&mut assembler);
    let program = assembler.program();
    assert_eq!(result(&program, sum, vec![Value::Int(1000)]), Ok(Value::Int(499_500)));
}

#[test]
fn a_loop_without_end_uses_up_the_budget_past_all_handlers() {
    let mut assembler = Assembler::new();
    let forever = assembler.function(&[], TypeId::INT, |body| {
        body.op(Op::Jump { to: 0 });
    });
    let main = assembler.function(&[], TypeId::INT, |body| {
        let dst = body.register(TypeId::INT);
        let call =
            body.op(Op::Call { dst, function: forever, types: [].into(), arguments: [].into() });
        body.give(dst);
        body.handler(call, call + 1);
        let zero = body.int(0);
        body.give(zero);
    });
    let program = assembler.program();
    let mut fiber = interpret::start(&program, main, vec![], vec![]);
    let mut budget = Budget(1000);
    let outcome =
        interpret::resume(&program, &mut fiber, Resume::Begin, &mut budget, Slice::ENDLESS);
    let Outcome::Failed(error, function, _) = outcome else { panic!("{outcome:?}") };
    assert_eq!(function, forever);
    assert_eq!(budget, Budget(0));
    insta::assert_snapshot!(error, @"failed: the run has done as much as its step budget allows; is there a loop without end?");
}

#[test]
fn a_handler_that_leads_back_uses_up_the_budget_too() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[], TypeId::INT, |body| {
        body.handler(2, 3);
        let text = body.text("again");
        body.op(Op::Move { dst: text, src: text });
        body.op(Op::Fail { message: text, kind: None });
    });
    let program = assembler.program();
    let error = result(&program, main, vec![]).unwrap_err();
    assert!(error.contains("step budget"), "{error}");
}

#[test]
fn recursion_ends_with_an_error_that_can_be_caught() {
    let mut assembler = Assembler::new();
    let next = FunctionId(assembler.artifact.functions.len() as u32);
    let call = |dst| Op::Call { dst, function: next, types: [].into(), arguments: [].into() };
    let deeper = assembler.function(&[], TypeId::INT, |body| {
        let dst = body.register(TypeId::INT);
        body.op(call(dst));
        body.give(dst);
    });
    let main = assembler.function(&[], TypeId::STRING, |body| {
        let dst = body.register(TypeId::INT);
        let at = body.op(call(dst));
        let text = body.text("returned");
        body.give(text);
        let error = body.handler(at, at + 1);
        let message = body.register(TypeId::STRING);
        body.op(Op::Field { dst: message, src: error, index: 1 });
        body.give(message);
    });
    let program = assembler.program();
    assert_eq!(result(&program, main, vec![]), Ok(Value::text("calls go 200 deep and no deeper")));
    let Outcome::Failed(_, function, _) = run(&program, deeper, vec![]) else { panic!() };
    assert_eq!(function, deeper);
}

#[test]
fn the_innermost_handler_gets_the_error() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[], TypeId::STRING, |body| {
        let message = body.text("no such deal");
        let kind = body.text("not_found");
        let fail = body.op(Op::Fail { message, kind: Some(kind) });
        let inner = body.handler(fail, fail + 1);
        // Fails again, which the outer handler gets.
        let again = body.op(Op::Raise { error: inner });
        let outer = body.handler(fail, again + 1);
        let text = body.register(TypeId::STRING);
        body.op(Op::Field { dst: text, src: outer, index: 1 });
        body.give(text);
    });
    let program = assembler.program();
    assert_eq!(result(&program, main, vec![]), Ok(Value::text("no such deal")));
}

#[test]
fn a_failure_says_where_it_began() {
    let mut assembler = Assembler::new();
    let divide = assembler.function(&[TypeId::INT, TypeId::INT], TypeId::INT, |body| {
        let dst = body.calculate(Arithmetic::Divide, Reg(0), Reg(1));
        body.give(dst);
    });
    let main = assembler.function(&[], TypeId::INT, |body| {
        let (a, b) = (body.int(7), body.int(0));
        let dst = body.register(TypeId::INT);
        let arguments = [a, b].into();
        body.op(Op::Call { dst, function: divide, types: [].into(), arguments });
        body.give(dst);
    });
    let program = assembler.program();
    assert_eq!(
        run(&program, main, vec![]),
        Outcome::Failed(
            Error::invalid("7 is divided by zero"),
            divide,
            Origin { start: 0, end: 1 }
        )
    );
}

#[test]
fn stop_ends_from_any_depth() {
    let mut assembler = Assembler::new();
    let stop = assembler.function(&[], TypeId::NONE, |body| {
        body.op(Op::Stop);
    });
    let main = assembler.function(&[], TypeId::NONE, |body| {
        let dst = body.register(TypeId::NONE);
        let arguments = [].into();
        body.op(Op::Call { dst, function: stop, types: [].into(), arguments });
        body.give(dst);
    });
    assert_eq!(run(&assembler.program(), main, vec![]), Outcome::Stopped);
}

#[test]
fn an_effect_goes_on_with_what_the_host_answers() {
    let mut assembler = Assembler::new();
    let action = assembler.action("get", &[TypeId::STRING], 0, TypeId::STRING);
    let main = assembler.function(&[TypeId::STRING], TypeId::STRING, |body| {
        let url = Reg(0);
        let dst = body.register(TypeId::STRING);
        let effect = Effect::action(action, []);
        let at = body.op(Op::Effect { dst, effect, arguments: [url].into() });
        body.give(dst);
        let error = body.handler(at, at + 1);
        let message = body.register(TypeId::STRING);
        body.op(Op::Field { dst: message, src: error, index: 1 });
        body.give(message);
    });
    let program = assembler.program();
    let begin = || {
        let mut fiber = interpret::start(&program, main, vec![], vec![Value::text("/deals")]);
        let first = interpret::resume(
            &program,
            &mut fiber,
            Resume::Begin,
            &mut ENOUGH.clone(),
            Slice::ENDLESS,
        );
        // Asked again, it asks for the same.
        let again = interpret::resume(
            &program,
            &mut fiber,
            Resume::Begin,
            &mut ENOUGH.clone(),
            Slice::ENDLESS,
        );
        assert_eq!(first, again);
        let Outcome::Suspended(request) = first else { panic!("{first:?}") };
        assert_eq!(request.effect, Effect::action(action, []));
        assert_eq!(request.arguments, [Value::text("/deals")]);
        assert_eq!((request.function, request.origin), (main, Origin { start: 0, end: 1 }));
        stored(&fiber)
    };
    let finish = |resume| {
        interpret::resume(&program, &mut begin(), resume, &mut ENOUGH.clone(), Slice::ENDLESS)
    };
    assert_eq!(
        finish(Resume::Value(Value::text("found"))),
        Outcome::Returned(Value::text("found"))
    );
    assert_eq!(
        finish(Resume::Error(Error::new(ErrorKind::Timeout, "no answer"))),
        Outcome::Returned(Value::text("no answer"))
    );
}

#[test]
fn an_answer_to_no_question_is_an_error() {
    let mut assembler = Assembler::new();
    let sum = sum(&mut assembler);
    let program = assembler.program();
    let mut fiber = interpret::start(&program, sum, vec![], vec![Value::Int(3)]);
    let answer = Resume::Value(Value::Int(1));
    let outcome =
        interpret::resume(&program, &mut fiber, answer, &mut ENOUGH.clone(), Slice::ENDLESS);
    assert!(matches!(outcome, Outcome::Failed(..)), "{outcome:?}");
    let outcome =
        interpret::resume(&program, &mut fiber, Resume::Begin, &mut ENOUGH.clone(), Slice::ENDLESS);
    assert!(matches!(outcome, Outcome::Failed(..)), "{outcome:?}");
}

#[test]
fn an_optional_is_told_apart_from_none() {
    let mut assembler = Assembler::new();
    let maybe = assembler.types().optional(TypeId::INT);
    let or_zero = assembler.function(&[maybe], TypeId::INT, |body| {
        let (given, dst) = (Reg(0), body.register(TypeId::INT));
        let jump = body.op(Op::JumpIfNone { src: given, to: 0 });
        body.op(Op::Unwrap { dst, src: given });
        body.give(dst);
        body.land(jump);
        let zero = body.int(0);
        body.give(zero);
    });
    let unwrap = assembler.function(&[], TypeId::INT, |body| {
        let none = body.constant(maybe, Constant::None);
        let dst = body.register(TypeId::INT);
        body.op(Op::Unwrap { dst, src: none });
        body.give(dst);
    });
    let program = assembler.program();
    assert_eq!(result(&program, or_zero, vec![Value::Int(5)]), Ok(Value::Int(5)));
    assert_eq!(result(&program, or_zero, vec![Value::None]), Ok(Value::Int(0)));
    assert_eq!(
        result(&program, unwrap, vec![]),
        Err("invalid: a value is needed here, but it is none".into())
    );
}
