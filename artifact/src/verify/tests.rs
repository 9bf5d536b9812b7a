use proptest::prelude::*;

use super::*;
use crate::builtin::Builtin;
use crate::bytecode::{
    ActionId, Arithmetic, ConstantId, Conversion, Effect, FunctionId, Handler, Number, Op, Order,
    Reg,
};
use crate::constant::Constant;
use crate::piece::ActionBody;
use crate::sample::{self, field, load, r};
use crate::types::{Choice, ChoiceId, Record, RecordId, Type, TypeId, Variants};

/// What the verifier says of code in a flow: `r0` is the event, the other registers are given.
fn said(registers: &[TypeId], mut code: Vec<Op>) -> String {
    let known = sample::types();
    code.push(Op::Stop);
    say(&sample::with_code(known, registers, code))
}

fn say(artifact: &Artifact) -> String {
    match verify(artifact) {
        Ok(()) => "fine".into(),
        Err(error) => error.to_string(),
    }
}

fn changed(change: impl FnOnce(&mut Artifact)) -> String {
    let mut artifact = sample::artifact();
    change(&mut artifact);
    say(&artifact)
}

#[test]
fn the_sample_is_fine() {
    assert_eq!(say(&sample::artifact()), "fine");
}

#[test]
fn instructions_on_other_types_are_rejected() {
    let known = sample::types();
    let (won, lead, outcome) = (RecordId(3), known.lead, known.outcome);
    let won_type = known.types.iter().find(|(_, ty)| *ty == Type::Record(won)).unwrap().0;
    let list = known.types.iter().find(|(_, ty)| *ty == Type::List(TypeId::STRING)).unwrap().0;
    let maybe = known.types.iter().find(|(_, ty)| *ty == Type::Optional(TypeId::INT)).unwrap().0;
    use TypeId as T;
    // r1: int, r2: string, r3: bool, r4: decimal, r5: int?, r6: [string], r7: Lead, r8: Outcome, r9: Won, r10: json
    let registers =
        [T::INT, T::STRING, T::BOOL, T::DECIMAL, maybe, list, lead.1, outcome, won_type, T::JSON];
    let all = |op: Op| {
        let written = [2, 5, 1, 4, 0, 10, 12, 13, 14].into_iter();
        let to = [1, 2, 3, 4, 5, 6, 7, 8, 10].into_iter();
        let mut code: Vec<Op> =
            to.zip(written).map(|(dst, constant)| load(dst, constant)).collect();
        code.push(Op::Payload { dst: r(9), src: r(8), variant: 0 });
        code.push(op);
        said(&registers, code)
    };
    let add = |number, dst, a, b| {
        all(Op::Arithmetic { op: Arithmetic::Add, number, dst: r(dst), a: r(a), b: r(b) })
    };
    let regs = |all: &[u16]| -> Box<[Reg]> { all.iter().map(|&register| r(register)).collect() };
    let report = [
        load_all(&all, 2, 2),
        all(load(1, 99)),
        all(Op::Move { dst: r(1), src: r(2) }),
        all(Op::Move { dst: r(1), src: r(44) }),
        all(Op::Some { dst: r(5), src: r(2) }),
        all(Op::Some { dst: r(5), src: r(1) }),
        all(Op::Unwrap { dst: r(2), src: r(5) }),
        all(Op::Convert { dst: r(4), src: r(2), conversion: Conversion::IntToDecimal }),
        all(Op::Convert { dst: r(10), src: r(5), conversion: Conversion::ToJson }),
        add(Number::Int, 1, 1, 4),
        add(Number::Duration, 1, 1, 1),
        all(Op::Compare { order: Order::Less, dst: r(3), a: r(7), b: r(7) }),
        all(Op::Equal { dst: r(3), a: r(1), b: r(2) }),
        all(Op::Format { dst: r(2), src: r(6) }),
        all(Op::Concat { dst: r(2), parts: regs(&[2, 1]) }),
        all(Op::Record { dst: r(7), record: lead.0, fields: regs(&[2]) }),
        all(Op::Record { dst: r(7), record: won, fields: regs(&[4]) }),
        all(Op::Field { dst: r(2), src: r(7), index: 7 }),
        all(Op::Field { dst: r(2), src: r(6), index: 0 }),
        all(Op::List { dst: r(6), items: regs(&[1]) }),
        all(Op::Append { list: r(7), item: r(2) }),
        all(Op::ListIndex { dst: r(2), list: r(6), index: r(2) }),
        all(Op::MapInsert { map: r(6), key: r(2), value: r(2) }),
        all(Op::JsonIndex { dst: r(10), json: r(10), key: r(2) }),
        all(Op::JsonInsert { object: r(10), key: r(1), value: r(7) }),
        all(Op::JsonInsert { object: r(10), key: r(2), value: r(5) }),
        all(Op::JsonExtend { object: r(10), from: r(6) }),
        all(Op::Decode { dst: r(7), src: r(2), ty: lead.1 }),
        all(Op::Decode { dst: r(7), src: r(10), ty: T::NEVER }),
        all(Op::Tagged { dst: r(8), choice: ChoiceId(1), variant: 1, record: r(9) }),
        all(Op::Tagged { dst: r(8), choice: ChoiceId(1), variant: 9, record: r(9) }),
        all(Op::IsVariant { dst: r(3), src: r(7), variant: 0 }),
        all(Op::Payload { dst: r(7), src: r(8), variant: 0 }),
        all(Op::Builtin { dst: r(1), builtin: Builtin::ListLength, arguments: regs(&[2]) }),
        all(Op::Builtin { dst: r(1), builtin: Builtin::TextLength, arguments: regs(&[2, 2]) }),
        all(Op::Builtin { dst: r(1), builtin: Builtin::TextLength, arguments: regs(&[]) }),
        all(Op::Call {
            dst: r(1),
            function: FunctionId(7),
            types: [].into(),
            arguments: regs(&[]),
        }),
        all(Op::Call {
            dst: r(1),
            function: FunctionId(0),
            types: [].into(),
            arguments: regs(&[]),
        }),
        all(Op::Effect { dst: r(1), effect: Effect::Now, arguments: regs(&[]) }),
        all(Op::JumpIf { condition: r(1), to: 0 }),
        all(Op::JumpIfNone { src: r(1), to: 0 }),
        all(Op::Jump { to: 99 }),
        all(Op::Return { src: r(1) }),
        all(Op::Fail { message: r(1), kind: None }),
        all(Op::Raise { error: r(7) }),
    ];
    insta::assert_snapshot!(report.join("\n"));
}

fn load_all(all: &dyn Fn(Op) -> String, dst: u16, constant: u32) -> String {
    all(load(dst, constant))
}

#[test]
fn a_register_is_written_before_it_is_read_on_every_path() {
    use TypeId as T;
    let jump_if = |to| Op::JumpIf { condition: r(1), to };
    let log =
        |text| Op::Effect { dst: r(3), effect: Effect::Log, arguments: [r(text), r(text)].into() };
    let registers = [T::BOOL, T::STRING, T::NONE];
    assert_eq!(
        said(&registers, vec![log(2)]),
        "function `call_finished`, instruction 0: expected r2 to be written on every path to it, \
         found a path that does not"
    );
    // Written on one side only.
    let one_side = vec![load(1, 1), jump_if(3), load(2, 5), log(2)];
    assert!(said(&registers, one_side).contains("instruction 3: expected r2 to be written"));
    // Written on both.
    let both = vec![load(1, 1), jump_if(4), load(2, 5), Op::Jump { to: 5 }, load(2, 5), log(2)];
    assert_eq!(said(&registers, both), "fine");
    // Written in the turn before, which the first turn does not have.
    let turn = vec![load(1, 1), jump_if(4), log(2), Op::Stop, load(2, 5), Op::Jump { to: 1 }];
    assert!(said(&registers, turn).contains("instruction 2: expected r2 to be written"));
    // What nothing reaches reads what it likes.
    assert_eq!(said(&registers, vec![Op::Stop, log(2)]), "fine");
}

#[test]
fn a_handler_sees_only_what_was_written_before_its_range() {
    let handled = |written_inside: bool| {
        let mut artifact = sample::artifact();
        let function = &mut artifact.functions[0];
        // The handler reads the register that the body writes first, or one from before it.
        let read = if written_inside { r(10) } else { r(1) };
        function.code[20] = match written_inside {
            true => Op::Move { dst: r(13), src: read },
            false => Op::Field { dst: r(13), src: r(12), index: 1 },
        };
        say(&artifact)
    };
    assert_eq!(handled(false), "fine");
    assert_eq!(
        handled(true),
        "function `call_finished`, instruction 20: expected r10 to be written on every path to \
         it, found a path that does not"
    );
}

#[test]
fn handlers_nest() {
    let with = |handlers: &[(u32, u32, u32)]| {
        changed(|artifact| {
            let handler = |&(from, to, target)| Handler { from, to, target, error: r(12) };
            artifact.functions[0].handlers = handlers.iter().map(handler).collect();
        })
    };
    assert_eq!(with(&[(17, 19, 20)]), "fine");
    assert_eq!(with(&[(17, 18, 20), (18, 19, 20)]), "fine");
    assert_eq!(with(&[(18, 19, 20), (17, 19, 20)]), "fine");
    assert_eq!(with(&[(17, 19, 20), (17, 19, 20)]), "fine");
    let report = [
        with(&[(17, 19, 20), (18, 19, 20)]),
        with(&[(17, 19, 20), (16, 18, 20)]),
        with(&[(18, 19, 20), (17, 18, 20)]),
        with(&[(19, 17, 20)]),
        with(&[(17, 99, 20)]),
        with(&[(17, 19, 18)]),
        with(&[(17, 19, 99)]),
        changed(|artifact| artifact.functions[0].handlers[0].error = r(10)),
    ];
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn declarations_agree() {
    let report = [
        changed(|artifact| artifact.functions[0].code.truncate(24)),
        changed(|artifact| {
            artifact.functions[0].code.pop();
            artifact.functions[0].origins.pop();
        }),
        changed(|artifact| {
            artifact.functions[0].code.clear();
            artifact.functions[0].origins.clear();
        }),
        changed(|artifact| artifact.functions[0].parameters = 99),
        changed(|artifact| artifact.functions[0].file = 1),
        changed(|artifact| artifact.functions[0].result = TypeId(999)),
        changed(|artifact| artifact.functions[0].registers[3] = TypeId(999)),
        changed(|artifact| artifact.functions[0].registers[9] = TypeId::UNKNOWN),
        changed(|artifact| artifact.functions[1].type_parameters = 0),
        changed(|artifact| artifact.flows[0].function = FunctionId(9)),
        changed(|artifact| artifact.flows[0].function = FunctionId(1)),
        changed(|artifact| artifact.flows[0].result = TypeId::STRING),
        changed(|artifact| artifact.flows[0].trigger.event = TypeId::STRING),
        changed(|artifact| artifact.actions[0].piece = crate::piece::PieceId(3)),
        changed(|artifact| artifact.actions[0].result = TypeId::NEVER),
        changed(|artifact| artifact.actions[0].parameters[0].default = Some(Constant::Int(1))),
        changed(|artifact| artifact.actions[0].body = ActionBody::Function(FunctionId(9))),
        changed(|artifact| artifact.actions[0].body = ActionBody::Function(FunctionId(0))),
        changed(|artifact| artifact.error = TypeId::STRING),
    ];
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn calls_are_checked_with_their_type_parameters_put_in() {
    let call = |change: fn(&mut Op)| changed(|artifact| change(&mut artifact.functions[0].code[9]));
    let given = |types: &'static [TypeId]| {
        changed(move |artifact| {
            if let Op::Call { types: given, .. } = &mut artifact.functions[0].code[9] {
                *given = types.into();
            }
        })
    };
    let report = [
        given(&[]),
        given(&[TypeId::INT]),
        given(&[TypeId::NEVER]),
        given(&[TypeId(999)]),
        call(|op| {
            if let Op::Call { dst, .. } = op {
                *dst = r(6);
            }
        }),
        changed(|artifact| {
            if let Op::Effect { effect, .. } = &mut artifact.functions[0].code[18] {
                *effect = Effect::action(ActionId(4), []);
            }
        }),
    ];
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn actions_ask_only_for_requests_and_settings() {
    let body = |op: fn() -> Op| {
        changed(move |artifact| {
            let text = artifact.types.optional(TypeId::STRING);
            let function = &mut artifact.functions[1];
            function.parameters = 1;
            function.type_parameters = 1;
            function.registers = vec![TypeId::STRING, TypeId::NONE, TypeId::TIME, text];
            let parameter = artifact.types.intern(Type::Parameter(0));
            function.registers.push(parameter);
            function.result = parameter;
            function.code = vec![op(), Op::Fail { message: r(0), kind: None }];
            artifact.actions[0].body = ActionBody::Function(FunctionId(1));
            // The flow calls the function no more.
            artifact.functions[0].code[9] = load(8, 0);
        })
    };
    let setting = || Op::Effect { dst: r(3), effect: Effect::Setting, arguments: [r(0)].into() };
    let now = || Op::Effect { dst: r(2), effect: Effect::Now, arguments: [].into() };
    let extract = || Op::Effect {
        dst: r(3),
        effect: Effect::action(ActionId(0), [TypeId::JSON]),
        arguments: [r(0)].into(),
    };
    assert_eq!(body(setting), "fine");
    assert_eq!(
        body(now),
        "function `first`, instruction 0: expected a request of `http` or a setting, in an \
         action, found Now"
    );
    assert!(body(extract).starts_with("function `first`, instruction 0: expected json, found r3"));
    let flow = changed(|artifact| {
        let setting = Op::Effect { dst: r(8), effect: Effect::Setting, arguments: [r(6)].into() };
        artifact.functions[0].code[9] = setting;
    });
    assert!(flow.contains("expected an effect that a flow can have, found Setting"), "{flow}");
}

#[test]
fn the_table_of_types_is_one_that_a_compiler_makes() {
    fn raw(change: impl FnOnce(&mut Vec<Type>)) -> String {
        // Types has no way to be wrong but from a file.
        let artifact = sample::artifact();
        let (mut types, rest): (Vec<Type>, _) = {
            let bytes = postcard::to_stdvec(&artifact.types).unwrap();
            let (types, rest) = postcard::take_from_bytes(&bytes).unwrap();
            (types, rest.to_vec())
        };
        change(&mut types);
        let mut bytes = postcard::to_stdvec(&types).unwrap();
        bytes.extend(rest);
        say(&Artifact { types: postcard::from_bytes(&bytes).unwrap(), ..artifact })
    }
    let record = |name: &str, ty| Record {
        name: name.into(),
        doc: Default::default(),
        fields: vec![field("self", ty)],
    };
    let report = [
        raw(|_| {}),
        raw(|types| types.swap(3, 4)),
        raw(|types| types.truncate(9)),
        raw(|types| types.push(Type::List(TypeId::STRING))),
        raw(|types| types.push(Type::List(TypeId(types.len() as u32)))),
        raw(|types| types.push(Type::Optional(TypeId(999)))),
        raw(|types| types.push(Type::Optional(TypeId(16)))),
        raw(|types| types.push(Type::Record(RecordId(99)))),
        raw(|types| types.push(Type::Choice(ChoiceId(99)))),
        raw(|types| {
            for depth in types.len()..types.len() + 300 {
                types.push(Type::Map(TypeId(depth as u32 - 1)));
            }
        }),
        changed(|artifact| {
            artifact.types.add_record(record("Odd", TypeId::NEVER));
        }),
        changed(|artifact| {
            let (id, ty) = artifact.types.add_record(record("Odd", TypeId::INT));
            artifact.types.record_mut(id).unwrap().fields[0].ty = ty;
        }),
        changed(|artifact| {
            let (id, ty) = artifact.types.add_record(record("Tree", TypeId::INT));
            let list = artifact.types.list(ty);
            artifact.types.record_mut(id).unwrap().fields[0].ty = list;
        }),
        changed(|artifact| {
            let mut odd = record("Odd", TypeId::INT);
            odd.fields[0].default = Some(Constant::Text("one".into()));
            artifact.types.add_record(odd);
        }),
        changed(|artifact| {
            let variant = crate::types::Variant {
                name: "Odd".into(),
                record: RecordId(99),
                doc: Default::default(),
            };
            artifact.types.add_choice(Choice {
                name: "Choice".into(),
                doc: Default::default(),
                variants: Variants::Tagged(vec![variant]),
            });
        }),
    ];
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn much_code_is_checked_in_time() {
    // Many registers and many joins: more than are worth checking, and told so at once.
    let registers = vec![TypeId::BOOL; 60_000];
    let code = (1..40_000).map(|to| Op::JumpIf { condition: r(1), to }).collect();
    let told = said(&registers, code);
    assert!(told.ends_with("found code that takes too long to check"), "{told}");
    // Much of what a compiler makes is fine.
    let code = std::iter::repeat_with(|| [load(1, 1), load(2, 5)]).take(100_000).flatten();
    assert_eq!(said(&[TypeId::BOOL, TypeId::STRING], code.collect()), "fine");
}

fn any_op() -> impl Strategy<Value = Op> {
    let reg = || (0u16..18).prop_map(Reg);
    let target = || 0u32..30;
    let regs = || proptest::collection::vec((0u16..18).prop_map(Reg), 0..4).prop_map(Into::into);
    let ty = || (0u32..40).prop_map(TypeId);
    let builtin = || prop::sample::select(Builtin::ALL);
    prop_oneof![
        (reg(), 0u32..20).prop_map(|(dst, id)| Op::Constant { dst, constant: ConstantId(id) }),
        (reg(), reg()).prop_map(|(dst, src)| Op::Move { dst, src }),
        (reg(), reg()).prop_map(|(dst, src)| Op::Unwrap { dst, src }),
        (reg(), reg(), reg()).prop_map(|(dst, a, b)| Op::Equal { dst, a, b }),
        (reg(), 0u32..6, regs()).prop_map(|(dst, id, fields)| Op::Record {
            dst,
            record: RecordId(id),
            fields
        }),
        (reg(), reg(), 0u16..9).prop_map(|(dst, src, index)| Op::Field { dst, src, index }),
        (reg(), regs()).prop_map(|(dst, items)| Op::List { dst, items }),
        (reg(), reg(), ty()).prop_map(|(dst, src, ty)| Op::Decode { dst, src, ty }),
        (reg(), reg(), 0u16..3).prop_map(|(dst, src, variant)| Op::Payload { dst, src, variant }),
        (reg(), builtin(), regs()).prop_map(|(dst, builtin, arguments)| Op::Builtin {
            dst,
            builtin,
            arguments
        }),
        (reg(), 0u32..3, proptest::collection::vec(ty(), 0..2), regs()).prop_map(
            |(dst, id, types, arguments)| {
                Op::Call { dst, function: FunctionId(id), types: types.into(), arguments }
            }
        ),
        (reg(), proptest::collection::vec(ty(), 0..2), regs()).prop_map(
            |(dst, types, arguments)| {
                let effect = Effect::action(ActionId(0), types);
                Op::Effect { dst, effect, arguments }
            }
        ),
        target().prop_map(|to| Op::Jump { to }),
        (reg(), target()).prop_map(|(condition, to)| Op::JumpIf { condition, to }),
        (reg(), target()).prop_map(|(src, to)| Op::JumpIfNone { src, to }),
        reg().prop_map(|src| Op::Return { src }),
        Just(Op::Stop),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_change_of_the_code_panics(
        edits in proptest::collection::vec((0usize..25, any_op()), 1..4),
        handler in proptest::option::of((0u32..30, 0u32..30, 0u32..30, 0u16..18)),
        register in proptest::option::of((0usize..15, 0u32..40)),
    ) {
        let mut artifact = sample::artifact();
        let function = &mut artifact.functions[0];
        for (at, op) in edits {
            function.code[at] = op;
        }
        if let Some((from, to, target, error)) = handler {
            function.handlers.insert(0, Handler { from, to, target, error: r(error) });
        }
        if let Some((at, ty)) = register {
            function.registers[at] = TypeId(ty);
        }
        if let Err(error) = verify(&artifact) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
