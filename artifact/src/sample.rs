//! An artifact made by hand, for the tests of this crate: a flow with an action, a function with a type
//! parameter, a loop and a handler; and a flow, a header and a test with every other effect.

mod more;

use ecow::EcoString;

use crate::artifact::{Agent, Artifact, Declared, Flow, FlowSettings, SourceFile, Trigger};
use crate::builtin::Builtin;
use crate::bytecode::{
    ActionId, Arithmetic, ConstantId, Effect, Function, FunctionId, Handler, Number, Op, Order,
    Origin, Reg,
};
use crate::constant::Constant;
use crate::piece::{Action, ActionBody, EffectClass, Parameter, Piece, PieceId, TypeParameter};
use crate::types::{Choice, Field, Record, RecordId, Type, TypeId, Types, Variant, Variants};

pub(crate) fn r(register: u16) -> Reg {
    Reg(register)
}

pub(crate) fn load(dst: u16, constant: u32) -> Op {
    Op::Constant { dst: r(dst), constant: ConstantId(constant) }
}

pub(crate) fn field(name: &str, ty: TypeId) -> Field {
    Field {
        name: name.into(),
        wire: None,
        ty,
        nullable: false,
        default: None,
        sample: None,
        doc: EcoString::new(),
    }
}

fn record(types: &mut Types, name: &str, fields: Vec<Field>) -> (RecordId, TypeId) {
    types.add_record(Record { name: name.into(), doc: EcoString::new(), fields })
}

/// The types of [`artifact`], by name.
pub(crate) struct Known {
    pub(crate) types: Types,
    pub(crate) error: TypeId,
    pub(crate) lead: (RecordId, TypeId),
    pub(crate) outcome: TypeId,
    pub(crate) event: TypeId,
}

pub(crate) fn types() -> Known {
    let mut types = Types::new();
    let text = types.optional(TypeId::STRING);
    let int = types.optional(TypeId::INT);
    let duration = types.optional(TypeId::DURATION);
    let decimal = types.optional(TypeId::DECIMAL);
    let choice =
        |name: &str, variants| Choice { name: name.into(), doc: EcoString::new(), variants };
    let kinds = crate::piece::ERROR_KINDS.iter().map(|&kind| kind.into()).collect();
    let (_, kind) = types.add_choice(choice("ErrorKind", Variants::Literals(kinds)));
    let fields = vec![
        field("kind", kind),
        field("message", TypeId::STRING),
        field("piece", text),
        field("action", text),
        field("status", int),
        field("retry_after", duration),
        field("details", TypeId::JSON),
    ];
    let (_, error) = record(&mut types, "Error", fields);
    let fields = vec![field("company", TypeId::STRING), field("budget", decimal)];
    let lead = record(&mut types, "Lead", fields);
    let (won, _) = record(&mut types, "Won", vec![field("amount", TypeId::DECIMAL)]);
    let (lost, _) = record(&mut types, "Lost", vec![]);
    let variant = |name: &str, record| Variant { name: name.into(), record, doc: EcoString::new() };
    let variants = Variants::Tagged(vec![variant("Won", won), variant("Lost", lost)]);
    let (_, outcome) = types.add_choice(choice("Outcome", variants));
    let texts = types.list(TypeId::STRING);
    let map = types.map(TypeId::JSON);
    let fields = vec![
        field("transcript", TypeId::STRING),
        field("tags", texts),
        field("metadata", map),
        field("lead", lead.1),
        field("outcome", outcome),
    ];
    let (_, event) = record(&mut types, "Call", fields);
    Known { types, error, lead, outcome, event }
}

/// One constant of each kind.
pub(crate) fn constants() -> Vec<Constant> {
    vec![
        Constant::None,
        Constant::Bool(true),
        Constant::Int(-1),
        Constant::Float(0.5),
        Constant::Decimal("1200.00".parse().unwrap()),
        Constant::Text("#sales".into()),
        Constant::Duration(30_000),
        Constant::Time("2026-11-22T09:30:00Z".parse().unwrap()),
        Constant::Date("2026-11-22".parse().unwrap()),
        Constant::Bytes(vec![1, 2, 3]),
        Constant::List(vec![Constant::Text("a".into())]),
        Constant::Map(vec![("a".into(), Constant::Json("[1]".into()))]),
        Constant::Record(RecordId(2), vec![Constant::Text("Acme".into()), Constant::None]),
        Constant::Tagged(crate::types::ChoiceId(1), 0, vec![Constant::Decimal(1.into())]),
        Constant::Json("{}".into()),
    ]
}

/// An artifact whose one flow has the given registers behind its event, and the given code.
pub(crate) fn with_code(known: Known, registers: &[TypeId], code: Vec<Op>) -> Artifact {
    let origins = vec![Origin { start: 0, end: 1 }; code.len()];
    let event = known.event;
    let function = Function {
        name: "call_finished".into(),
        parameters: 1,
        type_parameters: 0,
        result: TypeId::NONE,
        registers: [&[event], registers].concat(),
        code,
        origins,
        handlers: vec![],
        file: 0,
    };
    Artifact {
        name: "sample".into(),
        declared: Declared {
            timezone: "Europe/Madrid".into(),
            platforms: vec!["vapi".into()],
            agents: vec![
                Agent { name: "front desk".into(), platform: Some("vapi".into()) },
                Agent { name: "night".into(), platform: None },
            ],
        },
        types: known.types,
        error: known.error,
        constants: constants(),
        functions: vec![function],
        pieces: vec![],
        actions: vec![],
        flows: vec![Flow {
            name: "call_finished".into(),
            address: "sample".into(),
            doc: EcoString::new(),
            trigger: Trigger {
                name: "call_finished".into(),
                event,
                arguments: vec![("agent".into(), Constant::Text("front desk".into()))],
                parameters: vec![],
            },
            function: FunctionId(0),
            result: TypeId::NONE,
            settings: FlowSettings::default(),
        }],
        tests: vec![],
        environment: vec![],
        secrets: vec![],
        files: vec![SourceFile { path: "sample.flow".into(), hash: "00".into(), lines: vec![0] }],
    }
}

/// ```flow
/// total = 0
/// for tag in tags { total = total + length(first([tag]) ?? "") }
/// try { lead = llm.extract(transcript) } catch error { log(error.message, "info") }
/// ```
pub(crate) fn artifact() -> Artifact {
    let mut known = types();
    let lead = known.lead.1;
    let (error, event) = (known.error, known.event);
    let parameter = known.types.intern(Type::Parameter(0));
    let list = known.types.list(parameter);
    let found = known.types.optional(parameter);
    let texts = known.types.list(TypeId::STRING);
    let text = known.types.optional(TypeId::STRING);
    use TypeId as T;
    let registers = [
        texts,
        T::INT,
        T::INT,
        T::INT,
        T::BOOL,
        T::STRING,
        texts,
        text,
        T::INT,
        T::STRING,
        lead,
        error,
        T::STRING,
        T::NONE,
    ];
    let (int, less) = (Number::Int, Order::Less);
    let add = |dst, a, b| Op::Arithmetic { op: Arithmetic::Add, number: int, dst, a, b };
    let builtin =
        |dst, builtin, argument| Op::Builtin { dst, builtin, arguments: [argument].into() };
    let action = Effect::action(ActionId(0), [lead]);
    let code = vec![
        Op::Field { dst: r(1), src: r(0), index: 1 },
        builtin(r(2), Builtin::ListLength, r(1)),
        load(3, 15),
        load(4, 16),
        load(9, 15),
        // The loop's test.
        Op::Compare { order: less, dst: r(5), a: r(3), b: r(2) },
        Op::JumpIfNot { condition: r(5), to: 17 },
        Op::ListIndex { dst: r(6), list: r(1), index: r(3) },
        Op::List { dst: r(7), items: [r(6)].into() },
        Op::Call {
            dst: r(8),
            function: FunctionId(1),
            types: [T::STRING].into(),
            arguments: [r(7)].into(),
        },
        Op::JumpIfNone { src: r(8), to: 14 },
        Op::Unwrap { dst: r(6), src: r(8) },
        builtin(r(2), Builtin::TextLength, r(6)),
        add(r(9), r(9), r(2)),
        builtin(r(2), Builtin::ListLength, r(1)),
        add(r(3), r(3), r(4)),
        Op::Jump { to: 5 },
        // try
        Op::Field { dst: r(10), src: r(0), index: 0 },
        Op::Effect { dst: r(11), effect: action, arguments: [r(10)].into() },
        Op::Jump { to: 23 },
        // catch
        Op::Field { dst: r(13), src: r(12), index: 1 },
        load(10, 5),
        Op::Effect { dst: r(14), effect: Effect::Log, arguments: [r(13), r(10)].into() },
        load(14, 0),
        Op::Return { src: r(14) },
    ];
    let mut artifact = with_code(known, &registers, code);
    artifact.constants.extend([Constant::Int(0), Constant::Int(1)]);
    artifact.functions[0].handlers.push(Handler { from: 17, to: 19, target: 20, error: r(12) });
    artifact.functions.push(Function {
        name: "first".into(),
        parameters: 1,
        type_parameters: 1,
        result: found,
        registers: vec![list, found],
        code: vec![builtin(r(1), Builtin::ListFirst, r(0)), Op::Return { src: r(1) }],
        origins: vec![Origin { start: 5, end: 9 }; 2],
        handlers: vec![],
        file: 0,
    });
    artifact.pieces.push(Piece {
        name: "llm".into(),
        doc: EcoString::new(),
        base: None,
        docs: None,
        connections: vec![],
        errors: vec![],
        limits: vec![],
        default_action: None,
        hash: "00".into(),
    });
    artifact.actions.push(Action {
        piece: PieceId(0),
        name: "extract".into(),
        doc: EcoString::new(),
        parameters: vec![Parameter {
            name: "text".into(),
            ty: TypeId::STRING,
            default: None,
            doc: EcoString::new(),
        }],
        type_parameters: vec![TypeParameter {
            name: "into".into(),
            type_name: "T".into(),
            default: Some(TypeId::JSON),
            doc: EcoString::new(),
        }],
        result: parameter,
        effect: EffectClass::Read,
        scopes: vec![],
        body: ActionBody::Native,
    });
    more::add(&mut artifact, event, lead);
    artifact
}
