//! Random programs: whatever passes the verifier runs without a panic, without damage, and alike whether it is
//! stored at each effect or not.

use std::ops::RangeInclusive;

use callflow_artifact::builtin::Builtin;
use callflow_artifact::bytecode::{
    ActionId, Arithmetic, Conversion, Effect, FunctionId, Handler, Number, Op, Order, Reg,
};
use callflow_artifact::types::{RecordId, TypeId};
use callflow_artifact::{Artifact, Constant};
use proptest::prelude::*;

use super::assembler::Assembler;
use super::stored;
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Outcome, Program, Resume, Slice, interpret};
use crate::value::Value;
use crate::value::testing::{field, record};

const LEAD: RecordId = RecordId(2);

// The registers of every random function, by type.
const ERROR: Reg = Reg(0);
const INTS: RangeInclusive<u16> = 1..=4;
const BOOLS: RangeInclusive<u16> = 5..=6;
const TEXTS: RangeInclusive<u16> = 7..=9;
const DECIMALS: RangeInclusive<u16> = 10..=11;
const FLOAT: Reg = Reg(12);
const LISTS: RangeInclusive<u16> = 13..=14;
const MAPS: RangeInclusive<u16> = 15..=16;
const JSONS: RangeInclusive<u16> = 17..=18;
const MAYBE_INT: Reg = Reg(19);
const RECORDS: RangeInclusive<u16> = 20..=21;
const TEXT_LIST: Reg = Reg(22);
const MAYBE_JSON: Reg = Reg(23);

/// How many instructions give all registers but the parameter their first values.
const SETUP: u32 = 23;

fn any_of(registers: RangeInclusive<u16>) -> impl Strategy<Value = Reg> {
    registers.prop_map(Reg)
}

/// An instruction whose registers have the right types, with jumps to anywhere in `SETUP..end`.
fn instructions(end: u32) -> impl Strategy<Value = Op> {
    let int = || any_of(INTS);
    let bool = || any_of(BOOLS);
    let text = || any_of(TEXTS);
    let decimal = || any_of(DECIMALS);
    let list = || any_of(LISTS);
    let map = || any_of(MAPS);
    let json = || any_of(JSONS);
    let lead = || any_of(RECORDS);
    let to = || SETUP..end;
    let operators = vec![
        Arithmetic::Add,
        Arithmetic::Subtract,
        Arithmetic::Multiply,
        Arithmetic::Divide,
        Arithmetic::Remainder,
    ];
    let operator = || proptest::sample::select(operators.clone());
    let orders =
        proptest::sample::select(vec![Order::Less, Order::LessOrEqual, Order::GreaterOrEqual]);
    let numbers = prop_oneof![
        (operator(), int(), int(), int()).prop_map(|(op, dst, a, b)| Op::Arithmetic {
            op,
            number: Number::Int,
            dst,
            a,
            b
        }),
        (operator(), decimal(), decimal(), decimal()).prop_map(|(op, dst, a, b)| Op::Arithmetic {
            op,
            number: Number::Decimal,
            dst,
            a,
            b
        }),
        operator().prop_map(|op| Op::Arithmetic {
            op,
            number: Number::Float,
            dst: FLOAT,
            a: FLOAT,
            b: FLOAT
        }),
        (int(), int()).prop_map(|(dst, src)| Op::Negate { number: Number::Int, dst, src }),
        (decimal(), int()).prop_map(|(dst, src)| Op::Convert {
            dst,
            src,
            conversion: Conversion::IntToDecimal
        }),
        int().prop_map(|src| Op::Convert { dst: FLOAT, src, conversion: Conversion::IntToFloat }),
        (orders, bool(), int(), int()).prop_map(|(order, dst, a, b)| Op::Compare {
            order,
            dst,
            a,
            b
        }),
        (int(), int()).prop_map(|(dst, src)| Op::Move { dst, src }),
        int().prop_map(|src| Op::Some { dst: MAYBE_INT, src }),
        int().prop_map(|dst| Op::Unwrap { dst, src: MAYBE_INT }),
        (bool(), bool()).prop_map(|(dst, src)| Op::Not { dst, src }),
    ];
    let texts = prop_oneof![
        (text(), int()).prop_map(|(dst, src)| Op::Format { dst, src }),
        (text(), text(), text()).prop_map(|(dst, a, b)| Op::Concat { dst, parts: [a, b].into() }),
        (text(), text(), int()).prop_map(|(dst, a, times)| Op::Builtin {
            dst,
            builtin: Builtin::TextRepeat,
            arguments: [a, times].into()
        }),
        (text(), text()).prop_map(|(a, separator)| Op::Builtin {
            dst: TEXT_LIST,
            builtin: Builtin::TextSplit,
            arguments: [a, separator].into()
        }),
        (text(), text(), int()).prop_map(|(dst, a, length)| Op::Builtin {
            dst,
            builtin: Builtin::TextPadEnd,
            arguments: [a, length, a].into()
        }),
        (bool(), text(), text()).prop_map(|(dst, a, b)| Op::Equal { dst, a, b }),
    ];
    let collections = prop_oneof![
        (list(), int(), int()).prop_map(|(dst, a, b)| Op::List { dst, items: [a, b].into() }),
        (list(), int()).prop_map(|(list, item)| Op::Append { list, item }),
        (list(), list()).prop_map(|(dst, src)| Op::Move { dst, src }),
        (int(), list(), int()).prop_map(|(dst, list, index)| Op::ListIndex { dst, list, index }),
        (list(), list(), list()).prop_map(|(dst, a, b)| Op::Builtin {
            dst,
            builtin: Builtin::ListConcat,
            arguments: [a, b].into()
        }),
        (int(), list()).prop_map(|(dst, list)| Op::Builtin {
            dst,
            builtin: Builtin::ListSum,
            arguments: [list].into()
        }),
        (bool(), list(), list()).prop_map(|(dst, a, b)| Op::Equal { dst, a, b }),
        (map(), text(), int())
            .prop_map(|(dst, key, value)| Op::Map { dst, entries: [(key, value)].into() }),
        (map(), text(), int()).prop_map(|(map, key, value)| Op::MapInsert { map, key, value }),
        (map(), text()).prop_map(|(map, key)| Op::MapIndex { dst: MAYBE_INT, map, key }),
        (map(), map()).prop_map(|(dst, src)| Op::Move { dst, src }),
        (lead(), int(), text()).prop_map(|(dst, id, name)| Op::Record {
            dst,
            record: LEAD,
            fields: [id, name].into()
        }),
        (int(), lead()).prop_map(|(dst, src)| Op::Field { dst, src, index: 0 }),
        (bool(), lead(), lead()).prop_map(|(dst, a, b)| Op::Equal { dst, a, b }),
    ];
    let jsons = prop_oneof![
        (json(), lead()).prop_map(|(dst, src)| Op::Convert {
            dst,
            src,
            conversion: Conversion::ToJson
        }),
        (json(), map()).prop_map(|(dst, src)| Op::Convert {
            dst,
            src,
            conversion: Conversion::ToJson
        }),
        (json(), text(), json()).prop_map(|(object, key, value)| Op::JsonInsert {
            object,
            key,
            value
        }),
        (json(), text()).prop_map(|(object, key)| Op::JsonInsert { object, key, value: MAYBE_INT }),
        (json(), json()).prop_map(|(object, from)| Op::JsonExtend { object, from }),
        (json(), lead()).prop_map(|(object, from)| Op::JsonExtend { object, from }),
        (json(), text()).prop_map(|(json, key)| Op::JsonIndex { dst: MAYBE_JSON, json, key }),
        json().prop_map(|dst| Op::Unwrap { dst, src: MAYBE_JSON }),
        (bool(), json(), json()).prop_map(|(dst, a, b)| Op::Equal { dst, a, b }),
        (int(), json()).prop_map(|(dst, src)| Op::Decode { dst, src, ty: TypeId::INT }),
    ];
    let control = prop_oneof![
        to().prop_map(|to| Op::Jump { to }),
        (bool(), to()).prop_map(|(condition, to)| Op::JumpIf { condition, to }),
        (bool(), to()).prop_map(|(condition, to)| Op::JumpIfNot { condition, to }),
        to().prop_map(|to| Op::JumpIfNone { src: MAYBE_INT, to }),
        int().prop_map(|src| Op::Return { src }),
        text().prop_map(|message| Op::Fail { message, kind: None }),
        Just(Op::Raise { error: ERROR }),
        (int(), int(), text()).prop_map(|(dst, a, b)| Op::Call {
            dst,
            function: FunctionId(1),
            types: [].into(),
            arguments: [a, b].into()
        }),
    ];
    let effects = prop_oneof![
        text().prop_map(|dst| Op::Effect { dst, effect: Effect::Uuid, arguments: [].into() }),
        Just(Op::Effect { dst: FLOAT, effect: Effect::Random, arguments: [].into() }),
        (json(), text()).prop_map(|(dst, url)| Op::Effect {
            dst,
            effect: Effect::action(ActionId(0), []),
            arguments: [url].into()
        }),
    ];
    prop_oneof![4 => numbers, 2 => texts, 4 => collections, 3 => jsons, 3 => control, 1 => effects]
}

/// An instruction on any registers, which the verifier may or may not pass.
fn wild_instructions() -> impl Strategy<Value = Op> {
    let any = || any_of(0..=MAYBE_JSON.0);
    let methods = proptest::sample::select(Builtin::ALL).prop_flat_map(move |builtin| {
        let count = builtin.signature().parameters.len() + 1;
        let arguments = proptest::collection::vec(any(), count);
        (any(), arguments).prop_map(move |(dst, arguments)| Op::Builtin {
            dst,
            builtin,
            arguments: arguments.into(),
        })
    });
    prop_oneof![
        (any(), any()).prop_map(|(dst, src)| Op::Move { dst, src }),
        (any(), any()).prop_map(|(dst, src)| Op::Some { dst, src }),
        (any(), any()).prop_map(|(dst, src)| Op::Unwrap { dst, src }),
        (any(), any()).prop_map(|(dst, src)| Op::Format { dst, src }),
        (any(), any(), any()).prop_map(|(dst, a, b)| Op::Equal { dst, a, b }),
        (any(), any(), 0_u16..3).prop_map(|(dst, src, index)| Op::Field { dst, src, index }),
        (any(), any()).prop_map(|(object, from)| Op::JsonExtend { object, from }),
        (any(), 0_u32..16).prop_map(|(dst, ty)| Op::Decode {
            dst,
            src: Reg(*JSONS.start()),
            ty: TypeId(ty)
        }),
        methods,
    ]
}

/// A program: its code behind the setup, and what a handler covers and leads to.
#[derive(Debug, Clone)]
struct Plan {
    code: Vec<Op>,
    handler: Option<(u32, u32, u32)>,
}

fn plans() -> impl Strategy<Value = Plan> {
    (4_u32..30).prop_flat_map(|length| {
        let end = SETUP + length;
        let code = proptest::collection::vec(instructions(end), length as usize);
        let handler = proptest::option::of((SETUP..end, SETUP..end, SETUP..end));
        (code, handler).prop_map(|(code, handler)| Plan { code, handler })
    })
}

/// An artifact with the planned code as function 0, and a small function 1 that it can call.
fn assemble(plan: &Plan) -> Artifact {
    let mut assembler = Assembler::new();
    let error = assembler.artifact.error;
    let fields = vec![field("id", TypeId::INT), field("name", TypeId::STRING)];
    let (id, lead) = record(assembler.types(), "Lead", fields);
    assert_eq!(id, LEAD);
    let list = assembler.types().list(TypeId::INT);
    let map = assembler.types().map(TypeId::INT);
    let maybe_int = assembler.types().optional(TypeId::INT);
    let texts = assembler.types().list(TypeId::STRING);
    let maybe_json = assembler.types().optional(TypeId::JSON);
    assembler.action("get", &[TypeId::STRING], 0, TypeId::JSON);
    assembler.function(&[error], TypeId::INT, |body| {
        for number in [0, 1, -1, 7] {
            body.int(number);
        }
        for value in [true, false] {
            body.constant(TypeId::BOOL, Constant::Bool(value));
        }
        for text in ["", "a", "b,c"] {
            body.text(text);
        }
        for number in [0, 5] {
            body.constant(TypeId::DECIMAL, Constant::Decimal(number.into()));
        }
        body.constant(TypeId::FLOAT, Constant::Float(1.5));
        for items in [vec![], vec![Constant::Int(1)]] {
            body.constant(list, Constant::List(items));
        }
        for entries in [vec![], vec![("a".into(), Constant::Int(1))]] {
            body.constant(map, Constant::Map(entries));
        }
        for text in ["{}", "{\"a\":1}"] {
            body.constant(TypeId::JSON, Constant::Json(text.into()));
        }
        body.constant(maybe_int, Constant::None);
        for (number, name) in [(1, "Ann"), (2, "Ben")] {
            let values = vec![Constant::Int(number), Constant::Text(name.into())];
            body.constant(lead, Constant::Record(id, values));
        }
        body.constant(texts, Constant::List(vec![]));
        body.constant(maybe_json, Constant::None);
        assert_eq!(body.here(), SETUP);
        for op in &plan.code {
            body.op(op.clone());
        }
        body.give(Reg(1));
        if let Some((a, b, target)) = plan.handler {
            let (from, to) = (a.min(b), a.max(b));
            if from < to && !(from..to).contains(&target) {
                body.function.handlers.push(Handler { from, to, target, error: ERROR });
            }
        }
    });
    assembler.function(&[TypeId::INT, TypeId::STRING], TypeId::INT, |body| {
        let (number, text) = (Reg(0), Reg(1));
        let dst = body.register(TypeId::STRING);
        body.op(Op::Effect { dst, effect: Effect::Uuid, arguments: [].into() });
        let same = body.register(TypeId::BOOL);
        body.op(Op::Equal { dst: same, a: text, b: dst });
        let jump = body.op(Op::JumpIf { condition: same, to: 0 });
        let sum = body.calculate(Arithmetic::Add, number, number);
        body.give(sum);
        body.land(jump);
        body.op(Op::Fail { message: text, kind: None });
    });
    assembler.artifact
}

/// What the host answers to the n-th request.
fn answer(effect: &Effect, n: usize) -> Resume {
    match effect {
        _ if n % 5 == 4 => Resume::Error(Error::new(ErrorKind::Timeout, "no answer")),
        Effect::Uuid => Resume::Value(Value::text(if n.is_multiple_of(2) { "a" } else { "b" })),
        Effect::Random => Resume::Value(Value::Float(0.25)),
        _ => Resume::Value(Value::json(serde_json::json!({ "a": n, "b": null }))),
    }
}

/// Runs a program to its end, or for at most so many requests; all outcomes and what is left of the budget. With
/// slices of so much work it is written down wherever it stops.
fn play(program: &Program, slices: Option<u64>) -> (Vec<Outcome>, Budget) {
    let error = Error::invalid("first").to_value(program.types(), program.artifact().error);
    let mut fiber = interpret::start(program, FunctionId(0), vec![], vec![error]);
    let mut budget = Budget(20_000);
    let mut outcomes = Vec::new();
    let mut next = Resume::Begin;
    while outcomes.len() < 30 {
        let mut slice = Slice::ENDLESS;
        if let Some(work) = slices {
            fiber = stored(&fiber);
            slice = Slice::of(budget, work);
        }
        let outcome = interpret::resume(program, &mut fiber, next, &mut budget, slice);
        if outcome == Outcome::Paused {
            next = Resume::GoOn;
            continue;
        }
        outcomes.push(outcome.clone());
        match outcome {
            Outcome::Suspended(request) => next = answer(&request.effect, outcomes.len()),
            _ => break,
        }
    }
    (outcomes, budget)
}

fn assert_undamaged(outcomes: &[Outcome]) -> Result<(), TestCaseError> {
    for outcome in outcomes {
        if let Outcome::Failed(error, ..) = outcome {
            prop_assert!(!error.message.contains("damaged"), "{}", error);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn programs_run_alike_however_often_they_pause_and_are_stored(plan in plans(), work in 0_u64..100) {
        let program = Program::load(assemble(&plan)).unwrap();
        let kept = play(&program, None);
        assert_undamaged(&kept.0)?;
        prop_assert_eq!(play(&program, Some(work)), kept);
    }

    #[test]
    fn whatever_passes_the_verifier_runs_undamaged(
        plan in plans(),
        wild in proptest::collection::vec((0_usize..4, wild_instructions()), 1..3),
    ) {
        let mut plan = plan;
        for (at, op) in wild {
            plan.code[at] = op;
        }
        if let Ok(program) = Program::load(assemble(&plan)) {
            assert_undamaged(&play(&program, None).0)?;
        }
    }
}
