//! The flow, the header and the test with the effects that the first flow does not have.

use crate::artifact::{Artifact, Flow, FlowSettings, Test, Trigger};
use crate::bytecode::{
    ActionId, Answer, AnswerKind, Clauses, ConstantId, Effect, FlowId, Function, FunctionId, Op,
    Origin, Reg, TestEffect,
};
use crate::constant::Constant;
use crate::types::{TypeId, Types};

use super::r;

/// ```flow
/// second: on call_finished -> string with concurrency 2 per env("REGION") <
///   parallel { a = transcript; log(transcript, transcript) }
///   first { a = transcript; log(transcript, transcript) }
///   for tag in tags parallel { tag }
///   …
/// >
/// ```
pub(super) fn add(artifact: &mut Artifact, event: TypeId, lead: TypeId) {
    artifact.environment = vec!["REGION".into()];
    artifact.secrets = vec!["CRM_KEY".into(), "OTHER_KEY".into()];
    branches(artifact);
    flow(artifact, event, lead);
    test(artifact, event, lead);
    header(artifact, event);
}

/// The flow's branches: one that gives its text, one that gives nothing, and one for an item.
const GIVES: FunctionId = FunctionId(2);
const LOGS: FunctionId = FunctionId(3);
const ITEM: FunctionId = FunctionId(4);

fn branches(artifact: &mut Artifact) {
    let mut gives = Code::new(&[TypeId::STRING]);
    gives.op(Op::Return { src: r(0) });
    gives.finish(artifact, "gives", 1, TypeId::STRING);
    let mut logs = Code::new(&[TypeId::STRING]);
    let done = logs.effect(TypeId::NONE, Effect::Log, &[r(0), r(0)]);
    logs.op(Op::Return { src: done });
    logs.finish(artifact, "logs", 1, TypeId::NONE);
    let mut item = Code::new(&[TypeId::STRING; 2]);
    item.op(Op::Concat { dst: r(0), parts: [r(0), r(1)].into() });
    item.op(Op::Return { src: r(0) });
    item.finish(artifact, "item", 2, TypeId::STRING);
}

fn flow(artifact: &mut Artifact, event: TypeId, lead: TypeId) {
    let types = &mut artifact.types;
    let (texts, limit) = (types.list(TypeId::STRING), types.optional(TypeId::INT));
    let both = shape(types, [TypeId::STRING, TypeId::NONE]);
    let maybe = types.optional(TypeId::STRING);
    let either = shape(types, [maybe, TypeId::NONE]);
    let mut code = Code::new(&[event]);
    let (text, tags) = (code.field(TypeId::STRING, 0), code.field(texts, 1));
    let none = code.constant(artifact, limit, Constant::None);
    let branches: Box<[FunctionId]> = [GIVES, LOGS].into();
    let types: Box<[TypeId]> = [].into();
    let parallel = Effect::Parallel { branches: branches.clone(), types: types.clone() };
    let all = code.effect(both, parallel, &[text]);
    code.op(Op::Field { dst: text, src: all, index: 0 });
    code.effect(either, Effect::First { branches, types: types.clone() }, &[text]);
    code.effect(texts, Effect::ForEach { body: ITEM, types }, &[tags, none, text]);
    let count = code.constant(artifact, TypeId::INT, Constant::Int(3));
    let pause = code.constant(artifact, TypeId::DURATION, Constant::Duration(1000));
    let longest = code.constant(artifact, TypeId::DURATION, Constant::Duration(60_000));
    let bounded = Effect::Action {
        action: ActionId(0),
        types: [lead].into(),
        connection: Some("emea".into()),
        clauses: Clauses { retry: true, pauses: true, within: true, once: true },
    };
    code.effect(lead, bounded, &[text, count, pause, longest, longest, text]);
    code.effect(TypeId::NONE, Effect::Launch { flow: FlowId(1), waits: false }, &[r(0)]);
    let result = Effect::Launch { flow: FlowId(1), waits: true };
    let result = code.effect(TypeId::STRING, result, &[r(0)]);
    code.effect(TypeId::STRING, Effect::Environment { name: "REGION".into() }, &[]);
    code.constant(artifact, TypeId::SECRET, Constant::Text("CRM_KEY".into()));
    code.op(Op::Return { src: result });
    let function = code.finish(artifact, "second", 1, TypeId::STRING);
    artifact.flows.push(Flow {
        name: "second".into(),
        address: "sample.second".into(),
        doc: Default::default(),
        trigger: Trigger {
            name: "call_finished".into(),
            event,
            arguments: vec![],
            parameters: vec![],
        },
        function,
        result: TypeId::STRING,
        settings: FlowSettings::default(),
    });
}

fn test(artifact: &mut Artifact, event: TypeId, lead: TypeId) {
    let mut code = Code::new(&[]);
    let text = code.constant(artifact, TypeId::STRING, Constant::Text("text".into()));
    let pause = code.constant(artifact, TypeId::DURATION, Constant::Duration(1000));
    let count = code.constant(artifact, TypeId::INT, Constant::Int(1));
    let yes = code.constant(artifact, TypeId::BOOL, Constant::Bool(true));
    let json = code.constant(artifact, TypeId::JSON, Constant::Json("{}".into()));
    let [found, event] = [lead, event].map(|ty| {
        let dst = code.register(ty);
        code.op(Op::Decode { dst, src: json, ty });
        dst
    });
    let fails = AnswerKind::Fails { kind: "timeout".into(), message: true };
    let answers = [
        Answer { kind: AnswerKind::Returns, after: true },
        Answer { kind: fails, after: false },
        Answer { kind: AnswerKind::Fails { kind: "failed".into(), message: false }, after: false },
    ];
    let given = TestEffect::Given {
        action: ActionId(0),
        types: [lead].into(),
        parameters: [0].into(),
        answers: answers.into(),
    };
    let called = TestEffect::Called { action: ActionId(0), exactly: true, parameters: [0].into() };
    let started = TestEffect::Started { flow: FlowId(1), exactly: true, fields: [3].into() };
    let asked: [(TestEffect, &[Reg]); 13] = [
        (given, &[text, found, pause, text]),
        (TestEffect::Run(FlowId(1)), &[event]),
        (TestEffect::Advance, &[pause]),
        (TestEffect::Crash, &[]),
        (called, &[count, text]),
        (started, &[count, found]),
        (TestEffect::Succeeded, &[]),
        (TestEffect::Failed { message: true }, &[text]),
        (TestEffect::Failed { message: false }, &[]),
        (TestEffect::Waiting, &[]),
        (TestEffect::Logged, &[text]),
        (TestEffect::Holds { compared: None }, &[yes]),
        (TestEffect::Holds { compared: Some("==".into()) }, &[yes, text, text]),
    ];
    for (effect, arguments) in asked {
        code.effect(TypeId::NONE, Effect::Test(effect), arguments);
    }
    code.effect(TypeId::STRING, Effect::Test(TestEffect::Result(FlowId(1))), &[]);
    let none = code.constant(artifact, TypeId::NONE, Constant::None);
    code.op(Op::Return { src: none });
    let function = code.finish(artifact, "test", 0, TypeId::NONE);
    let origin = Origin { start: 0, end: 1 };
    artifact.tests.push(Test { name: "a lead".into(), function, origin });
}

fn header(artifact: &mut Artifact, event: TypeId) {
    let mut code = Code::new(&[event]);
    let region = Effect::Environment { name: "REGION".into() };
    let region = code.effect(TypeId::STRING, region, &[]);
    code.op(Op::Return { src: region });
    let function = code.finish(artifact, "header", 1, TypeId::STRING);
    artifact.flows[1].settings = FlowSettings {
        deadline: Some(2000),
        fallback: Some(function),
        concurrency: Some(2),
        concurrency_key: Some(function),
        dedupe_key: Some(function),
        dedupe_window: Some(60_000),
        timeout: Some(3_600_000),
    };
}

fn shape(types: &mut Types, fields: [TypeId; 2]) -> TypeId {
    types.shape(["0", "1"].map(Into::into).into_iter().zip(fields).collect())
}

/// A function under way.
struct Code {
    registers: Vec<TypeId>,
    code: Vec<Op>,
}

impl Code {
    fn new(parameters: &[TypeId]) -> Code {
        Code { registers: parameters.to_vec(), code: vec![] }
    }

    fn register(&mut self, ty: TypeId) -> Reg {
        self.registers.push(ty);
        r(self.registers.len() as u16 - 1)
    }

    fn op(&mut self, op: Op) {
        self.code.push(op);
    }

    fn field(&mut self, ty: TypeId, index: u16) -> Reg {
        let dst = self.register(ty);
        self.op(Op::Field { dst, src: r(0), index });
        dst
    }

    fn constant(&mut self, artifact: &mut Artifact, ty: TypeId, constant: Constant) -> Reg {
        artifact.constants.push(constant);
        let dst = self.register(ty);
        self.op(Op::Constant { dst, constant: ConstantId(artifact.constants.len() as u32 - 1) });
        dst
    }

    fn effect(&mut self, ty: TypeId, effect: Effect, arguments: &[Reg]) -> Reg {
        let dst = self.register(ty);
        self.op(Op::Effect { dst, effect, arguments: arguments.into() });
        dst
    }

    fn finish(
        self,
        artifact: &mut Artifact,
        name: &str,
        parameters: u16,
        result: TypeId,
    ) -> FunctionId {
        artifact.functions.push(Function {
            name: name.into(),
            parameters,
            type_parameters: 0,
            result,
            registers: self.registers,
            origins: vec![Origin { start: 0, end: 1 }; self.code.len()],
            code: self.code,
            handlers: vec![],
            file: 0,
        });
        FunctionId(artifact.functions.len() as u32 - 1)
    }
}
