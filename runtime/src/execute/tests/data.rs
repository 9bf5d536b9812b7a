//! Instructions on numbers, texts, records, lists, maps and JSON.

use callflow_artifact::Reg;
use callflow_artifact::bytecode::{Arithmetic, Conversion, Number, Op};
use callflow_artifact::types::{Type, TypeId};
use serde_json::json;

use super::assembler::Assembler;
use super::result;
use crate::value::Value;
use crate::value::testing::{field, record, tagged};

/// What one instruction gives for registers of some types with some values, the last register being its `dst`.
fn one(
    assembler: Assembler,
    arguments: Vec<(TypeId, Value)>,
    of: TypeId,
    op: impl FnOnce(Reg) -> Op,
) -> Result<Value, String> {
    let mut assembler = assembler;
    let (types, values): (Vec<TypeId>, Vec<Value>) = arguments.into_iter().unzip();
    let function = assembler.function(&types, of, |body| {
        let dst = body.register(of);
        body.op(op(dst));
        body.give(dst);
    });
    result(&assembler.program(), function, values)
}

fn calculate(op: Arithmetic, number: Number, a: Value, b: Value) -> Result<Value, String> {
    let ty = match number {
        Number::Int => TypeId::INT,
        Number::Float => TypeId::FLOAT,
        Number::Decimal => TypeId::DECIMAL,
        Number::Duration => TypeId::DURATION,
    };
    one(Assembler::new(), vec![(ty, a), (ty, b)], ty, |dst| Op::Arithmetic {
        op,
        number,
        dst,
        a: Reg(0),
        b: Reg(1),
    })
}

#[test]
fn numbers_are_checked() {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    let int = |op, a, b| calculate(op, Number::Int, Value::Int(a), Value::Int(b));
    let float = |op, a, b| calculate(op, Number::Float, Value::Float(a), Value::Float(b));
    let decimal = |op, a: &str, b: &str| {
        let number = |text: &str| Value::Decimal(text.parse().unwrap());
        calculate(op, Number::Decimal, number(a), number(b))
    };
    assert_eq!(int(Divide, -7, 2), Ok(Value::Int(-3)));
    assert_eq!(int(Remainder, -7, 2), Ok(Value::Int(-1)));
    assert_eq!(int(Remainder, i64::MIN, -1), Ok(Value::Int(0)));
    assert_eq!(decimal(Add, "0.1", "0.2"), Ok(Value::Decimal("0.3".parse().unwrap())));
    let duration = calculate(Subtract, Number::Duration, Value::Duration(5), Value::Duration(7));
    assert_eq!(duration, Ok(Value::Duration(-2)));
    let errors = [
        int(Add, i64::MAX, 1),
        int(Multiply, i64::MAX, -2),
        int(Divide, i64::MIN, -1),
        int(Divide, 1, 0),
        int(Remainder, 1, 0),
        float(Divide, 1.5, 0.0),
        float(Multiply, 1e300, 1e300),
        decimal(Divide, "1.50", "0.00"),
        decimal(Multiply, "79228162514264337593543950335", "2"),
        calculate(Add, Number::Duration, Value::Duration(i64::MAX), Value::Duration(1)),
    ];
    let errors: Vec<String> = errors.into_iter().map(Result::unwrap_err).collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn whole_numbers_become_floats_without_loss_or_not_at_all() {
    let convert = |number| {
        one(Assembler::new(), vec![(TypeId::INT, Value::Int(number))], TypeId::FLOAT, |dst| {
            Op::Convert { dst, src: Reg(0), conversion: Conversion::IntToFloat }
        })
    };
    assert_eq!(convert(1 << 53), Ok(Value::Float(9_007_199_254_740_992.0)));
    assert_eq!(
        convert((1 << 53) + 1),
        Err("invalid: 9007199254740993 has more digits than a float can hold".into())
    );
}

#[test]
fn an_index_outside_a_list_names_both() {
    let at = |index| {
        let mut assembler = Assembler::new();
        let list = assembler.types().list(TypeId::INT);
        let items = Value::list(vec![Value::Int(10), Value::Int(20)]);
        one(assembler, vec![(list, items), (TypeId::INT, Value::Int(index))], TypeId::INT, |dst| {
            Op::ListIndex { dst, list: Reg(0), index: Reg(1) }
        })
    };
    assert_eq!(at(1), Ok(Value::Int(20)));
    assert_eq!(at(-2), Ok(Value::Int(10)));
    assert_eq!(at(2), Err("invalid: index 2 is outside a list of 2 items".into()));
    assert_eq!(
        at(i64::MIN),
        Err(format!("invalid: index {} is outside a list of 2 items", i64::MIN))
    );
}

#[test]
fn changing_a_list_or_a_map_changes_no_other() {
    let mut assembler = Assembler::new();
    let list = assembler.types().list(TypeId::INT);
    let map = assembler.types().map(TypeId::INT);
    let both = assembler.types().list(list);
    let append = assembler.function(&[list, TypeId::INT], both, |body| {
        let (given, copy) = (Reg(0), body.register(list));
        body.op(Op::Move { dst: copy, src: given });
        body.op(Op::Append { list: copy, item: Reg(1) });
        let dst = body.register(both);
        body.op(Op::List { dst, items: [given, copy].into() });
        body.give(dst);
    });
    let maybe = assembler.types().optional(TypeId::INT);
    let insert = assembler.function(&[map, TypeId::STRING, TypeId::INT], maybe, |body| {
        let (given, copy) = (Reg(0), body.register(map));
        body.op(Op::Move { dst: copy, src: given });
        body.op(Op::MapInsert { map: copy, key: Reg(1), value: Reg(2) });
        let dst = body.register(maybe);
        body.op(Op::MapIndex { dst, map: given, key: Reg(1) });
        let found = body.op(Op::JumpIfNone { src: dst, to: 0 });
        body.give(dst);
        body.land(found);
        body.op(Op::MapIndex { dst, map: copy, key: Reg(1) });
        body.give(dst);
    });
    let program = assembler.program();
    let ints = |numbers: &[i64]| Value::list(numbers.iter().copied().map(Value::Int).collect());
    assert_eq!(
        result(&program, append, vec![ints(&[1]), Value::Int(2)]),
        Ok(Value::list(vec![ints(&[1]), ints(&[1, 2])]))
    );
    let empty = Value::Map(Default::default());
    assert_eq!(
        result(&program, insert, vec![empty, Value::text("a"), Value::Int(7)]),
        Ok(Value::Int(7))
    );
}

#[test]
fn a_tagged_value_is_its_record_and_a_name() {
    let mut assembler = Assembler::new();
    let reason = vec![field("reason", TypeId::STRING)];
    let outcome = tagged(assembler.types(), "Outcome", vec![("Won", vec![]), ("Lost", reason)]);
    let Type::Choice(choice) = assembler.types().get(outcome) else { panic!() };
    let variants = match &assembler.types().choice(choice).unwrap().variants {
        callflow_artifact::types::Variants::Tagged(variants) => variants.clone(),
        other => panic!("{other:?}"),
    };
    let lost = assembler.types().find(Type::Record(variants[1].record)).unwrap();
    let won = assembler.types().find(Type::Record(variants[0].record)).unwrap();
    let wrap = assembler.function(&[lost], outcome, |body| {
        let dst = body.register(outcome);
        body.op(Op::Tagged { dst, choice, variant: 1, record: Reg(0) });
        body.give(dst);
    });
    let is_lost = assembler.function(&[outcome], TypeId::BOOL, |body| {
        let dst = body.register(TypeId::BOOL);
        body.op(Op::IsVariant { dst, src: Reg(0), variant: 1 });
        body.give(dst);
    });
    let payload = assembler.function(&[outcome], lost, |body| {
        let dst = body.register(lost);
        body.op(Op::Payload { dst, src: Reg(0), variant: 1 });
        body.give(dst);
    });
    let other = assembler.function(&[outcome], won, |body| {
        let dst = body.register(won);
        body.op(Op::Payload { dst, src: Reg(0), variant: 0 });
        body.give(dst);
    });
    let program = assembler.program();
    let record = Value::record(vec![Value::text("price")]);
    let value = result(&program, wrap, vec![record.clone()]).unwrap();
    assert_eq!(value, Value::Tagged(1, vec![Value::text("price")].into()));
    assert_eq!(result(&program, is_lost, vec![value.clone()]), Ok(Value::Bool(true)));
    assert_eq!(result(&program, payload, vec![value.clone()]), Ok(record));
    assert_eq!(
        result(&program, other, vec![value]),
        Err("invalid: it is another alternative of its choice".into())
    );
}

#[test]
fn json_is_built_by_the_types_of_what_goes_in() {
    let mut assembler = Assembler::new();
    let fields = vec![
        callflow_artifact::types::Field {
            wire: Some("First-Name".into()),
            ..field("first_name", TypeId::STRING)
        },
        field("need", assembler.types().optional(TypeId::STRING)),
    ];
    let (_, lead) = record(assembler.types(), "Lead", fields);
    let maybe = assembler.types().optional(TypeId::DURATION);
    let parameters = [TypeId::JSON, lead, maybe, TypeId::JSON];
    let build = assembler.function(&parameters, TypeId::JSON, |body| {
        let (object, lead, maybe, json) = (Reg(0), Reg(1), Reg(2), Reg(3));
        body.op(Op::JsonExtend { object, from: lead });
        for (name, value) in [("for", maybe), ("raw", json)] {
            let key = body.text(name);
            body.op(Op::JsonInsert { object, key, value });
        }
        body.give(object);
    });
    let program = assembler.program();
    let lead = Value::record(vec![Value::text("Ann"), Value::None]);
    let build = |object, maybe, raw| {
        let arguments = vec![Value::json(object), lead.clone(), maybe, Value::json(raw)];
        result(&program, build, arguments)
    };
    assert_eq!(
        build(json!({ "id": 1 }), Value::Duration(1500), json!(null)).map(text),
        Ok(r#"{"id":1,"First-Name":"Ann","for":1.5,"raw":null}"#.into())
    );
    assert_eq!(
        build(json!({ "for": 3 }), Value::None, json!([1])).map(text),
        Ok(r#"{"for":3,"First-Name":"Ann","raw":[1]}"#.into())
    );
    assert_eq!(
        build(json!([1]), Value::None, json!(1)),
        Err("invalid: only an object takes entries, and this is [1]".into())
    );
}

#[test]
fn json_is_read_by_key_and_index() {
    let at = |json: serde_json::Value, key: Value| {
        let mut assembler = Assembler::new();
        let maybe = assembler.types().optional(TypeId::JSON);
        let ty = if matches!(key, Value::Int(_)) { TypeId::INT } else { TypeId::STRING };
        one(assembler, vec![(TypeId::JSON, Value::json(json)), (ty, key)], maybe, |dst| {
            Op::JsonIndex { dst, json: Reg(0), key: Reg(1) }
        })
        .unwrap()
    };
    assert_eq!(at(json!({ "a": 1 }), Value::text("a")), Value::json(json!(1)));
    assert_eq!(at(json!({ "a": null }), Value::text("a")), Value::None);
    assert_eq!(at(json!({ "a": 1 }), Value::text("b")), Value::None);
    assert_eq!(at(json!([1, 2]), Value::Int(-1)), Value::json(json!(2)));
    assert_eq!(at(json!([1, 2]), Value::Int(2)), Value::None);
    assert_eq!(at(json!("text"), Value::Int(0)), Value::None);
}

#[test]
fn a_schema_is_a_json_value() {
    let schema =
        one(Assembler::new(), vec![], TypeId::JSON, |dst| Op::Schema { dst, ty: TypeId::INT });
    assert_eq!(schema, Ok(Value::json(json!({ "type": "integer" }))));
}

fn text(value: Value) -> String {
    match value {
        Value::Json(json) => json.to_string(),
        other => panic!("{other:?}"),
    }
}
