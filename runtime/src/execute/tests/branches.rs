//! What a host needs to begin branches, and to go on behind them.

use callflow_artifact::Constant;
use callflow_artifact::bytecode::{Arithmetic, Effect, FunctionId, Op, Reg};
use callflow_artifact::types::{Type, TypeId};

use super::super::{Fiber, Outcome, Program, Request, Resume, Slice, interpret, pending};
use super::assembler::Assembler;
use super::{ENOUGH, run, stored};
use crate::value::Value;

fn branches(ids: [FunctionId; 2]) -> Box<[FunctionId]> {
    ids.into()
}

/// Runs up to the first effect, as another process would find it.
fn suspended(program: &Program, function: FunctionId, event: Vec<Value>) -> (Fiber, Request) {
    let mut fiber = interpret::start(program, function, vec![], event);
    let outcome =
        interpret::resume(program, &mut fiber, Resume::Begin, &mut ENOUGH.clone(), Slice::ENDLESS);
    let Outcome::Suspended(request) = outcome else { panic!("{outcome:?}") };
    (stored(&fiber), request)
}

fn ended(program: &Program, mut fiber: Fiber, how: Resume) -> Outcome {
    interpret::resume(program, &mut fiber, how, &mut ENOUGH.clone(), Slice::ENDLESS)
}

#[test]
fn branches_take_what_is_captured_and_are_joined() {
    let mut assembler = Assembler::new();
    let twice = assembler.function(&[TypeId::INT], TypeId::INT, |body| {
        let parameter = Reg(0);
        let doubled = body.calculate(Arithmetic::Add, parameter, parameter);
        body.give(doubled);
    });
    let stops = assembler.function(&[TypeId::INT], TypeId::NONE, |body| {
        body.op(Op::Stop);
    });
    let fields = ["0", "1"].map(Into::into).into_iter().zip([TypeId::INT, TypeId::NONE]);
    let record = assembler.types().shape(fields.collect());
    let main = assembler.function(&[TypeId::INT], TypeId::INT, |body| {
        let (all, first) = (body.register(record), body.register(TypeId::INT));
        let effect = Effect::Parallel { branches: branches([twice, stops]), types: [].into() };
        let arguments = Box::new([Reg(0)]);
        body.op(Op::Effect { dst: all, effect, arguments });
        body.op(Op::Field { dst: first, src: all, index: 0 });
        body.give(first);
    });
    let program = assembler.program();
    let (fiber, request) = suspended(&program, main, vec![Value::Int(21)]);
    assert_eq!(pending(&program, &fiber), Some(request.clone()));
    assert_eq!((request.branches(), request.branches_at_a_time()), (2, usize::MAX));
    let begun = |index| ended(&program, request.branch(&program, index).unwrap(), Resume::Begin);
    assert_eq!(begun(0), Outcome::Returned(Value::Int(42)));
    assert_eq!(begun(1), Outcome::Stopped);
    assert_eq!(request.branch(&program, 2), None);
    let joined = request.joined(&program, vec![Value::Int(42), Value::None]);
    assert_eq!(ended(&program, fiber, Resume::Value(joined)), Outcome::Returned(Value::Int(42)));
}

#[test]
fn a_branch_for_each_item_takes_it_first() {
    let mut assembler = Assembler::new();
    let less = assembler.function(&[TypeId::INT; 2], TypeId::INT, |body| {
        let [item, captured] = [0, 1].map(Reg);
        let left = body.calculate(Arithmetic::Subtract, item, captured);
        body.give(left);
    });
    let (list, limit) =
        (assembler.types().list(TypeId::INT), assembler.types().optional(TypeId::INT));
    let main = assembler.function(&[list, limit], list, |body| {
        let [items, most] = [0, 1].map(Reg);
        let (ten, all) = (body.int(10), body.register(list));
        let effect = Effect::ForEach { body: less, types: [].into() };
        body.op(Op::Effect { dst: all, effect, arguments: Box::new([items, most, ten]) });
        body.give(all);
    });
    let program = assembler.program();
    let items = Value::list(vec![Value::Int(12), Value::Int(11)]);
    let with = |limit| suspended(&program, main, vec![items.clone(), limit]);
    assert_eq!(with(Value::None).1.branches_at_a_time(), usize::MAX);
    assert_eq!(with(Value::Int(-3)).1.branches_at_a_time(), 1);
    let (fiber, request) = with(Value::Int(2));
    assert_eq!((request.branches(), request.branches_at_a_time()), (2, 2));
    let results = (0..2).map(|index| {
        let branch = request.branch(&program, index).unwrap();
        match ended(&program, branch, Resume::Begin) {
            Outcome::Returned(value) => value,
            other => panic!("{other:?}"),
        }
    });
    let joined = request.joined(&program, results.collect());
    let expected = Value::list(vec![Value::Int(2), Value::Int(1)]);
    assert_eq!(ended(&program, fiber, Resume::Value(joined)), Outcome::Returned(expected));
}

#[test]
fn a_branch_of_a_generic_function_knows_its_types() {
    let mut assembler = Assembler::new();
    let parameter = assembler.types().intern(Type::Parameter(0));
    let lists = assembler.types().list(parameter);
    let limit = assembler.types().optional(TypeId::INT);
    let read = assembler.generic(1, &[TypeId::JSON], parameter, |body| {
        let value = body.register(parameter);
        let src = Reg(0);
        body.op(Op::Decode { dst: value, src, ty: parameter });
        body.give(value);
    });
    let json = assembler.types().list(TypeId::JSON);
    let all = assembler.generic(1, &[json], lists, |body| {
        let most = body.constant(limit, Constant::None);
        let all = body.register(lists);
        let effect = Effect::ForEach { body: read, types: [parameter].into() };
        let items = Reg(0);
        body.op(Op::Effect { dst: all, effect, arguments: Box::new([items, most]) });
        body.give(all);
    });
    let texts = assembler.types().list(TypeId::STRING);
    let main = assembler.function(&[json], texts, |body| {
        let found = body.register(texts);
        let arguments = Box::new([Reg(0)]);
        body.op(Op::Call { dst: found, function: all, types: [TypeId::STRING].into(), arguments });
        body.give(found);
    });
    let program = assembler.program();
    let items = Value::list(vec![Value::json("a".into()), Value::json(1.into())]);
    let (_, request) = suspended(&program, main, vec![items]);
    assert_eq!(request.effect.types(), [TypeId::STRING]);
    let begun = |index| ended(&program, request.branch(&program, index).unwrap(), Resume::Begin);
    assert_eq!(begun(0), Outcome::Returned(Value::Text("a".into())));
    assert!(matches!(begun(1), Outcome::Failed(..)));
}

#[test]
fn what_stands_at_no_effect_has_asked_for_nothing() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[TypeId::INT], TypeId::INT, |body| {
        body.give(Reg(0));
    });
    let program = assembler.program();
    let fiber = interpret::start(&program, main, vec![], vec![Value::Int(1)]);
    assert_eq!(pending(&program, &fiber), None);
    assert_eq!(pending(&program, &Fiber { frames: vec![] }), None);
    assert_eq!(run(&program, main, vec![Value::Int(1)]), Outcome::Returned(Value::Int(1)));
}
