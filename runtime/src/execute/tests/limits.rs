//! Values that would outgrow the host.

use callflow_artifact::bytecode::{Arithmetic, Number, Op};
use callflow_artifact::types::TypeId;
use callflow_artifact::{Constant, Reg};

use super::assembler::{Assembler, Body};
use super::result;
use crate::execute::{Budget, LoadError, Outcome, Program, Resume, Slice, interpret};
use crate::value::Value;
use crate::value::testing::{field, record};

/// A loop that does something again and again until it fails.
fn again_and_again(body: &mut Body<'_>, step: impl FnOnce(&mut Body<'_>)) {
    let top = body.here();
    step(body);
    body.op(Op::Jump { to: top });
}

#[test]
fn a_text_that_doubles_ends_with_an_error() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[], TypeId::NONE, |body| {
        let text = body.text("ab");
        again_and_again(body, |body| {
            body.op(Op::Concat { dst: text, parts: [text, text].into() });
        });
    });
    let error = result(&assembler.program(), main, vec![]);
    assert_eq!(error, Err("failed: a text may be 16 MB long and no longer".into()));
}

#[test]
fn a_chain_of_records_ends_with_an_error() {
    let mut assembler = Assembler::new();
    let (id, node) = record(assembler.types(), "Node", vec![]);
    let next = assembler.types().optional(node);
    assembler.types().record_mut(id).unwrap().fields.push(field("next", next));
    let main = assembler.function(&[], TypeId::NONE, |body| {
        let last = body.constant(next, Constant::None);
        let dst = body.register(node);
        again_and_again(body, |body| {
            body.op(Op::Record { dst, record: id, fields: [last].into() });
            body.op(Op::Some { dst: last, src: dst });
        });
    });
    let error = result(&assembler.program(), main, vec![]);
    assert_eq!(error, Err("failed: records may be nested 127 levels deep and no deeper".into()));
}

#[test]
fn a_tree_that_shares_its_branches_uses_up_the_budget() {
    let mut assembler = Assembler::new();
    let (id, tree) = record(assembler.types(), "Tree", vec![]);
    let branch = assembler.types().optional(tree);
    let fields = &mut assembler.types().record_mut(id).unwrap().fields;
    fields.extend([field("left", branch), field("right", branch)]);
    let main = assembler.function(&[], TypeId::NONE, |body| {
        let branch = body.constant(branch, Constant::None);
        let dst = body.register(tree);
        again_and_again(body, |body| {
            body.op(Op::Record { dst, record: id, fields: [branch, branch].into() });
            body.op(Op::Some { dst: branch, src: dst });
        });
    });
    let program = assembler.program();
    let mut fiber = interpret::start(&program, main, vec![], vec![]);
    let outcome = interpret::resume(
        &program,
        &mut fiber,
        Resume::Begin,
        &mut Budget(1_000_000),
        Slice::ENDLESS,
    );
    let Outcome::Failed(error, ..) = outcome else { panic!("{outcome:?}") };
    assert!(error.message.contains("step budget"), "{error}");
}

#[test]
fn a_list_that_grows_without_end_ends_with_an_error() {
    let mut assembler = Assembler::new();
    let list = assembler.types().list(TypeId::INT);
    let main = assembler.function(&[], TypeId::NONE, |body| {
        let (items, item) = (body.constant(list, Constant::List(vec![])), body.int(1));
        again_and_again(body, |body| {
            body.op(Op::Append { list: items, item });
        });
    });
    let program = assembler.program();
    let mut fiber = interpret::start(&program, main, vec![], vec![]);
    let mut budget = Budget(10_000_000);
    let resume = Resume::Begin;
    let outcome = interpret::resume(&program, &mut fiber, resume, &mut budget, Slice::ENDLESS);
    let Outcome::Failed(error, ..) = outcome else { panic!("{outcome:?}") };
    insta::assert_snapshot!(error, @"failed: a list or map may have 1000000 items and no more");
}

#[test]
fn json_that_is_put_into_itself_ends_with_an_error() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[], TypeId::NONE, |body| {
        let object = body.constant(TypeId::JSON, Constant::Json("{}".into()));
        let key = body.text("inside");
        again_and_again(body, |body| {
            body.op(Op::JsonInsert { object, key, value: object });
        });
    });
    let error = result(&assembler.program(), main, vec![]);
    assert_eq!(error, Err("failed: JSON may be nested 127 levels deep and no deeper".into()));
}

#[test]
fn a_shared_value_is_not_written_out_beyond_the_limit() {
    let mut assembler = Assembler::new();
    let mut ty = TypeId::INT;
    let types: Vec<TypeId> = (0..40)
        .map(|_| {
            ty = assembler.types().list(ty);
            ty
        })
        .collect();
    let main = assembler.function(&[], TypeId::JSON, |body| {
        let mut value = body.int(1);
        for ty in types {
            let dst = body.register(ty);
            body.op(Op::List { dst, items: [value, value].into() });
            value = dst;
        }
        let dst = body.register(TypeId::JSON);
        let conversion = callflow_artifact::bytecode::Conversion::ToJson;
        body.op(Op::Convert { dst, src: value, conversion });
        body.give(dst);
    });
    let error = result(&assembler.program(), main, vec![]);
    assert_eq!(error, Err("failed: the value is too large or too deeply nested for JSON".into()));
}

#[test]
fn appending_costs_the_same_however_long_the_list_is() {
    let mut assembler = Assembler::new();
    let list = assembler.types().list(TypeId::INT);
    let main = assembler.function(&[], list, |body| {
        let items = body.constant(list, Constant::List(vec![]));
        let (i, one, limit) = (body.int(0), body.int(1), body.int(100_000));
        let more = body.register(TypeId::BOOL);
        let order = callflow_artifact::bytecode::Order::Less;
        let top = body.op(Op::Compare { order, dst: more, a: i, b: limit });
        let end = body.op(Op::JumpIfNot { condition: more, to: 0 });
        body.op(Op::Append { list: items, item: i });
        body.op(Op::Arithmetic { op: Arithmetic::Add, number: Number::Int, dst: i, a: i, b: one });
        body.op(Op::Jump { to: top });
        body.land(end);
        body.give(items);
    });
    let program = assembler.program();
    let mut fiber = interpret::start(&program, main, vec![], vec![]);
    let mut budget = Budget(600_000);
    let outcome =
        interpret::resume(&program, &mut fiber, Resume::Begin, &mut budget, Slice::ENDLESS);
    let Outcome::Returned(Value::List(items)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(items.len(), 100_000);
}

#[test]
fn a_failed_change_leaves_the_value_as_it_was() {
    let mut assembler = Assembler::new();
    let main = assembler.function(&[TypeId::JSON], TypeId::JSON, |body| {
        let (object, key) = (Reg(0), body.text("k"));
        let at = body.op(Op::JsonInsert { object, key, value: key });
        body.op(Op::Stop);
        body.handler(at, at + 1);
        body.give(object);
    });
    let array = Value::json(serde_json::json!([1]));
    assert_eq!(result(&assembler.program(), main, vec![array.clone()]), Ok(array));
}

#[test]
fn types_that_are_nested_too_deeply_are_refused() {
    let mut assembler = Assembler::new();
    let mut ty = TypeId::INT;
    for level in 0..300 {
        ty = record(assembler.types(), &format!("Level{level}"), vec![field("inner", ty)]).1;
    }
    assert_eq!(Program::load(assembler.artifact).unwrap_err(), LoadError::TooDeep);
}
