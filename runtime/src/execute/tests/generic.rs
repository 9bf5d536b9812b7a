//! Functions with type parameters.

use callflow_artifact::Reg;
use callflow_artifact::bytecode::{Effect, FunctionId, Op};
use callflow_artifact::types::{Type, TypeId};

use super::assembler::Assembler;
use super::{result, run};
use crate::execute::{LoadError, Outcome, Program};
use crate::value::Value;
use crate::value::testing::{field, record};

#[test]
fn a_type_parameter_is_what_the_call_gave() {
    let mut assembler = Assembler::new();
    let parameter = assembler.types().intern(Type::Parameter(0));
    let many = assembler.types().list(parameter);
    let (_, lead) = record(assembler.types(), "Lead", vec![field("company", TypeId::STRING)]);
    let all = assembler.types().list(lead);
    let read = assembler.generic(1, &[TypeId::JSON], many, |body| {
        let dst = body.register(many);
        body.op(Op::Decode { dst, src: Reg(0), ty: many });
        body.give(dst);
    });
    let main = assembler.function(&[TypeId::JSON], all, |body| {
        let dst = body.register(all);
        body.op(Op::Call { dst, function: read, types: [lead].into(), arguments: [Reg(0)].into() });
        body.give(dst);
    });
    let program = assembler.program();
    let json = |text: &str| vec![Value::json(serde_json::from_str(text).unwrap())];
    assert_eq!(
        result(&program, main, json(r#"[{ "company": "Acme" }]"#)),
        Ok(Value::list(vec![Value::record(vec![Value::text("Acme")])]))
    );
    assert_eq!(
        result(&program, main, json(r#"[{ "company": "Acme" }, { "company": 7 }]"#)),
        Err("invalid: [1].company: expected string, found 7".into())
    );
}

#[test]
fn an_effect_names_types_that_the_artifact_does_not() {
    let mut assembler = Assembler::new();
    let parameter = assembler.types().intern(Type::Parameter(0));
    let many = assembler.types().list(parameter);
    let (_, lead) = record(assembler.types(), "Lead", vec![]);
    let get = assembler.action("get", &[], 1, TypeId::JSON);
    let ask = assembler.generic(1, &[], TypeId::JSON, |body| {
        let dst = body.register(TypeId::JSON);
        let effect = Effect::action(get, [many]);
        body.op(Op::Effect { dst, effect, arguments: [].into() });
        body.give(dst);
    });
    let main = assembler.function(&[], TypeId::JSON, |body| {
        let dst = body.register(TypeId::JSON);
        body.op(Op::Call { dst, function: ask, types: [lead].into(), arguments: [].into() });
        body.give(dst);
    });
    assert_eq!(assembler.types().find(Type::List(lead)), None);
    let again = Program::load(assembler.artifact.clone()).unwrap();
    let program = assembler.program();
    let outcome = run(&program, main, vec![]);
    let Outcome::Suspended(request) = &outcome else { panic!("{outcome:?}") };
    let Effect::Action { types, .. } = &request.effect else { panic!("{request:?}") };
    assert_eq!(program.types().display(types[0]), "[Lead]");
    // Another process numbers the type alike, so that it can go on.
    assert_eq!(run(&again, main, vec![]), outcome);
}

#[test]
fn types_without_end_are_refused() {
    let mut assembler = Assembler::new();
    let parameter = assembler.types().intern(Type::Parameter(0));
    let many = assembler.types().list(parameter);
    let function = FunctionId(0);
    let grow = assembler.generic(1, &[], TypeId::NONE, |body| {
        let dst = body.register(TypeId::NONE);
        body.op(Op::Call { dst, function, types: [many].into(), arguments: [].into() });
        body.give(dst);
    });
    assembler.function(&[], TypeId::NONE, |body| {
        let dst = body.register(TypeId::NONE);
        let types = [TypeId::INT].into();
        body.op(Op::Call { dst, function: grow, types, arguments: [].into() });
        body.give(dst);
    });
    let error = Program::load(assembler.artifact).unwrap_err();
    assert_eq!(error, LoadError::TooManyInstances);
}
