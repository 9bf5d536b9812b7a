use crate::artifact::Artifact;
use crate::bytecode::{
    ActionId, Answer, AnswerKind, Clauses, Effect, FlowId, Function, FunctionId, Op, Reg,
    TestEffect,
};
use crate::sample;
use crate::types::TypeId;
use crate::verify::verify;

/// Where the sample has each effect.
fn effects(artifact: &Artifact) -> Vec<(usize, usize)> {
    let functions = artifact.functions.iter().enumerate();
    let of = |(function, body): (usize, &Function)| {
        let effect = |(_, op): &(usize, &Op)| matches!(op, Op::Effect { .. });
        let found: Vec<(usize, usize)> =
            body.code.iter().enumerate().filter(effect).map(|(at, _)| (function, at)).collect();
        found
    };
    functions.flat_map(of).collect()
}

/// What the verifier says of the sample with another instruction in one place.
fn with(place: (usize, usize), op: Op) -> Result<(), String> {
    let mut artifact = sample::artifact();
    artifact.functions[place.0].code[place.1] = op;
    verify(&artifact).map_err(|error| error.to_string())
}

/// All that an effect could say of itself instead, in one thing at a time.
fn otherwise(effect: &Effect) -> Vec<Effect> {
    let with_types = |types: &[TypeId]| {
        let mut changed = effect.clone();
        *changed.types_mut().unwrap() = types.into();
        changed
    };
    let mut all: Vec<Effect> = match effect.types() {
        [] => vec![],
        [_] => vec![with_types(&[]), with_types(&[TypeId::INT]), with_types(&[TypeId(999)])],
        more => panic!("no effect of the sample has {more:?}"),
    };
    match effect.clone() {
        Effect::Action { types, connection, clauses: old, .. } => {
            let clauses = [
                Clauses { retry: !old.retry, ..old },
                Clauses { pauses: !old.pauses, ..old },
                Clauses { within: !old.within, ..old },
                Clauses { once: !old.once, ..old },
            ];
            let connection = || connection.clone();
            all.extend(clauses.map(|clauses| Effect::Action {
                action: ActionId(0),
                types: types.clone(),
                connection: connection(),
                clauses,
            }));
            let action = ActionId(99);
            all.push(Effect::Action { action, types, connection: connection(), clauses: old });
        }
        Effect::Parallel { types, .. } => {
            let made = |branches| Effect::Parallel { branches, types: types.clone() };
            all.extend(wrong_branches().map(made));
            all.push(with_types(&[TypeId::STRING]));
        }
        Effect::First { types, .. } => {
            let made = |branches| Effect::First { branches, types: types.clone() };
            all.extend(wrong_branches().map(made));
            all.push(with_types(&[TypeId::STRING]));
        }
        Effect::ForEach { types, .. } => {
            let made = |body| Effect::ForEach { body: FunctionId(body), types: types.clone() };
            all.extend([0, 1, 2, 3, 99].map(made));
            all.push(with_types(&[TypeId::STRING]));
        }
        Effect::Launch { flow, waits } => {
            all.push(Effect::Launch { flow, waits: !waits });
            all.push(Effect::Launch { flow: FlowId(2), waits });
        }
        Effect::Environment { .. } => all.push(Effect::Environment { name: "OTHER".into() }),
        Effect::Test(test) => all.extend(other_tests(&test).into_iter().map(Effect::Test)),
        _ => {}
    }
    all
}

fn wrong_branches() -> impl Iterator<Item = Box<[FunctionId]>> {
    let all: [&[u32]; 8] = [&[], &[2], &[2, 3, 3], &[3, 2], &[2, 2], &[2, 99], &[4, 3], &[1, 3]];
    all.into_iter().map(|ids| ids.iter().copied().map(FunctionId).collect())
}

fn other_tests(test: &TestEffect) -> Vec<TestEffect> {
    let flow = FlowId(9);
    match test.clone() {
        TestEffect::Given { action, types, parameters, answers } => {
            let answers_instead = |change: &dyn Fn(&mut Vec<Answer>)| {
                let mut changed = answers.to_vec();
                change(&mut changed);
                TestEffect::Given {
                    action,
                    types: types.clone(),
                    parameters: parameters.clone(),
                    answers: changed.into(),
                }
            };
            let fails = |kind: &str, message| AnswerKind::Fails { kind: kind.into(), message };
            let given = |action, parameters: &[u16]| TestEffect::Given {
                action,
                types: types.clone(),
                parameters: parameters.into(),
                answers: answers.clone(),
            };
            vec![
                answers_instead(&|answers| answers.clear()),
                answers_instead(&|answers| answers[0].after = false),
                answers_instead(&|answers| answers[1].after = true),
                answers_instead(&|answers| answers[0].kind = fails("failed", true)),
                answers_instead(&|answers| answers[0].kind = fails("failed", false)),
                answers_instead(&|answers| answers[1].kind = fails("odd", true)),
                answers_instead(&|answers| answers[1].kind = fails("timeout", false)),
                answers_instead(&|answers| answers[2].kind = fails("failed", true)),
                answers_instead(&|answers| answers[2].kind = AnswerKind::Returns),
                given(ActionId(9), &[0]),
                given(action, &[]),
                given(action, &[1]),
                given(action, &[0, 0]),
            ]
        }
        TestEffect::Run(_) => vec![TestEffect::Run(flow)],
        TestEffect::Result(_) => {
            vec![TestEffect::Result(flow), TestEffect::Result(FlowId(0))]
        }
        TestEffect::Called { action, .. } => {
            let called = |action, exactly, parameters: &[u16]| TestEffect::Called {
                action,
                exactly,
                parameters: parameters.into(),
            };
            vec![
                called(ActionId(9), true, &[0]),
                called(action, false, &[0]),
                called(action, true, &[]),
                called(action, true, &[1]),
            ]
        }
        TestEffect::Started { flow: right, .. } => {
            let started = |flow, exactly, fields: &[u16]| TestEffect::Started {
                flow,
                exactly,
                fields: fields.into(),
            };
            vec![
                started(flow, true, &[3]),
                started(right, false, &[3]),
                started(right, true, &[]),
                started(right, true, &[0]),
                started(right, true, &[9]),
            ]
        }
        TestEffect::Failed { message } => vec![TestEffect::Failed { message: !message }],
        TestEffect::Holds { compared: None } => {
            vec![TestEffect::Holds { compared: Some("<".into()) }]
        }
        TestEffect::Holds { compared: Some(_) } => vec![TestEffect::Holds { compared: None }],
        _ => vec![],
    }
}

#[test]
fn what_an_effect_says_of_itself_is_held_against_what_there_is() {
    let artifact = sample::artifact();
    let mut report = Vec::new();
    for place in effects(&artifact) {
        let op = artifact.functions[place.0].code[place.1].clone();
        let Op::Effect { dst, effect, arguments } = op else { continue };
        for effect in otherwise(&effect) {
            let arguments = arguments.clone();
            let told = with(place, Op::Effect { dst, effect: effect.clone(), arguments });
            report.push(told.expect_err(&format!("{effect:?}")));
        }
    }
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn every_operand_of_every_effect_has_its_type() {
    let artifact = sample::artifact();
    for place in effects(&artifact) {
        let function = &artifact.functions[place.0];
        let Op::Effect { dst, effect, arguments } = function.code[place.1].clone() else {
            continue;
        };
        let others = |than: Reg| {
            let ty = function.registers[usize::from(than.0)];
            let other = move |register: &Reg| function.registers[usize::from(register.0)] != ty;
            (0..function.registers.len() as u16).map(Reg).filter(other)
        };
        let refused = |dst, arguments: Vec<Reg>| {
            let op = Op::Effect { dst, effect: effect.clone(), arguments: arguments.into() };
            assert!(with(place, op.clone()).is_err(), "{op:?}");
        };
        for other in others(dst) {
            refused(other, arguments.to_vec());
        }
        // The sides of a comparison are of any type.
        let free = |at: usize| {
            matches!(effect, Effect::Test(TestEffect::Holds { compared: Some(_) })) && at > 0
        };
        for (at, &argument) in arguments.iter().enumerate() {
            for other in others(argument).filter(|_| !free(at)) {
                let mut changed = arguments.to_vec();
                changed[at] = other;
                refused(dst, changed);
            }
            let mut fewer = arguments.to_vec();
            fewer.remove(at);
            refused(dst, fewer);
        }
        for more in (0..function.registers.len() as u16).map(Reg) {
            refused(dst, [&arguments[..], &[more]].concat());
        }
    }
}

#[test]
fn headers_tests_and_names_are_held_against_what_there_is() {
    let changed = |change: fn(&mut Artifact)| {
        let mut artifact = sample::artifact();
        change(&mut artifact);
        verify(&artifact).map_or_else(|error| error.to_string(), |()| "fine".into())
    };
    let report = [
        changed(|artifact| artifact.flows[1].settings.fallback = Some(FunctionId(2))),
        changed(|artifact| artifact.flows[1].settings.fallback = Some(FunctionId(99))),
        changed(|artifact| artifact.flows[1].settings.concurrency_key = Some(FunctionId(2))),
        changed(|artifact| artifact.flows[1].settings.dedupe_key = Some(FunctionId(0))),
        // A flow's body logs, which a header does not.
        changed(|artifact| {
            artifact.flows[1].settings.dedupe_key = Some(artifact.flows[1].function)
        }),
        changed(|artifact| artifact.tests[0].function = FunctionId(99)),
        changed(|artifact| artifact.tests[0].function = FunctionId(2)),
        changed(|artifact| artifact.environment.clear()),
        changed(|artifact| artifact.environment = vec!["B".into(), "A".into()]),
        changed(|artifact| artifact.secrets.clear()),
        changed(|artifact| artifact.secrets = vec!["CRM_KEY".into(), "CRM_KEY".into()]),
    ];
    insta::assert_snapshot!(report.join("\n"));
}

/// Moves an instruction of the sample into another function, with its registers.
fn moved(from: usize, wanted: fn(&Effect) -> bool, to: usize) -> String {
    let mut artifact = sample::artifact();
    let found = artifact.functions[from]
        .code
        .iter()
        .position(|op| matches!(op, Op::Effect { effect, .. } if wanted(effect)));
    let mut code = artifact.functions[from].code.clone();
    code.truncate(found.unwrap() + 1);
    code.push(Op::Stop);
    let registers = artifact.functions[from].registers.clone();
    let function = &mut artifact.functions[to];
    assert!(registers.starts_with(&function.registers[..usize::from(function.parameters)]));
    function.origins.resize(code.len(), function.origins[0]);
    function.registers = registers;
    function.code = code;
    verify(&artifact).map_or_else(|error| error.to_string(), |()| "fine".into())
}

#[test]
fn only_tests_ask_what_tests_ask() {
    let (test, flow, header, branch) = (6, 5, 7, 3);
    assert_eq!(sample::artifact().functions[test].name, "test");
    assert_eq!(sample::artifact().functions[flow].name, "second");
    assert_eq!(sample::artifact().functions[header].name, "header");
    // A branch is reached as what is called is.
    let mut artifact = sample::artifact();
    let crash = Effect::Test(TestEffect::Crash);
    let code = &mut artifact.functions[branch].code;
    code[0] = Op::Effect { dst: Reg(1), effect: crash.clone(), arguments: [].into() };
    let told = verify(&artifact).unwrap_err().to_string();
    assert_eq!(
        told,
        "function `logs`, instruction 0: expected an effect that a flow can have, found Test(Crash)"
    );
    // Settings of the project are what a header may read, and nothing else of a flow.
    assert_eq!(moved(flow, |effect| matches!(effect, Effect::Environment { .. }), flow), "fine");
    let told = moved(flow, |effect| matches!(effect, Effect::Parallel { .. }), header);
    assert!(told.contains("expected an effect that a flow's header can have, found Parallel"));
    let told = moved(test, |effect| matches!(effect, Effect::Test(TestEffect::Crash)), test);
    assert_eq!(told, "fine");
}
