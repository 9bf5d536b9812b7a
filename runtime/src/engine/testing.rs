//! Programs made by hand, for the tests of the engine and of the action host.

use callflow_artifact::artifact::Declared;
use callflow_artifact::bytecode::{
    ActionId, Arithmetic, ConstantId, Effect, FlowId, Function, FunctionId, Handler, Number, Op,
    Order, Origin, Reg,
};
use callflow_artifact::piece::{Action, ActionBody, EffectClass, Piece, PieceId};
use callflow_artifact::{
    Artifact, Constant, Flow, FlowSettings, SourceFile, Trigger, TypeId, Types,
};

use crate::execute::Program;
use crate::value::testing::{error_type, record};

/// An artifact in the making. Register 0 of a flow is its event, a record without fields.
pub(crate) struct Assembly {
    pub(crate) artifact: Artifact,
    event: TypeId,
}

impl Assembly {
    pub(crate) fn new() -> Assembly {
        let mut types = Types::new();
        let error = error_type(&mut types);
        let event = record(&mut types, "Event", Vec::new()).1;
        let file = SourceFile { path: "test.flow".into(), hash: "".into(), lines: vec![0] };
        let artifact = Artifact {
            name: "test".into(),
            declared: Declared::default(),
            types,
            error,
            constants: Vec::new(),
            functions: Vec::new(),
            pieces: Vec::new(),
            actions: Vec::new(),
            flows: Vec::new(),
            tests: Vec::new(),
            environment: Vec::new(),
            secrets: Vec::new(),
            files: vec![file],
        };
        Assembly { artifact, event }
    }

    pub(crate) fn constant(&mut self, constant: Constant) -> ConstantId {
        self.artifact.constants.push(constant);
        ConstantId(self.artifact.constants.len() as u32 - 1)
    }

    /// `dst = constant`
    pub(crate) fn load(&mut self, dst: u16, constant: Constant) -> Op {
        Op::Constant { dst: Reg(dst), constant: self.constant(constant) }
    }

    pub(crate) fn piece(&mut self, name: &str, change: impl FnOnce(&mut Piece)) -> PieceId {
        let mut piece = Piece {
            name: name.into(),
            doc: "".into(),
            base: None,
            docs: None,
            connections: Vec::new(),
            errors: Vec::new(),
            limits: Vec::new(),
            default_action: None,
            hash: "".into(),
        };
        change(&mut piece);
        self.artifact.pieces.push(piece);
        PieceId(self.artifact.pieces.len() as u32 - 1)
    }

    /// An action without parameters.
    pub(crate) fn action(
        &mut self,
        piece: PieceId,
        name: &str,
        effect: EffectClass,
        result: TypeId,
        body: ActionBody,
    ) -> ActionId {
        self.artifact.actions.push(Action {
            piece,
            name: name.into(),
            doc: "".into(),
            parameters: Vec::new(),
            type_parameters: Vec::new(),
            result,
            effect,
            scopes: Vec::new(),
            body,
        });
        ActionId(self.artifact.actions.len() as u32 - 1)
    }

    pub(crate) fn function(
        &mut self,
        name: &str,
        parameters: u16,
        registers: Vec<TypeId>,
        result: TypeId,
        code: Vec<Op>,
        handlers: Vec<Handler>,
    ) -> FunctionId {
        let origins =
            (0..code.len() as u32).map(|at| Origin { start: at * 10, end: at * 10 + 5 }).collect();
        self.artifact.functions.push(Function {
            name: name.into(),
            parameters,
            type_parameters: 0,
            result,
            registers,
            code,
            origins,
            handlers,
            file: 0,
        });
        FunctionId(self.artifact.functions.len() as u32 - 1)
    }

    /// Adds a flow and loads the artifact. `registers` are those behind the event.
    pub(crate) fn flow(
        mut self,
        registers: &[TypeId],
        result: TypeId,
        code: Vec<Op>,
        handlers: Vec<Handler>,
    ) -> Program {
        self.add_flow(registers, result, code, handlers);
        self.finish()
    }

    /// Loads the artifact.
    pub(crate) fn finish(self) -> Program {
        Program::load(self.artifact).unwrap()
    }

    /// Adds a flow. `registers` are those behind the event.
    pub(crate) fn add_flow(
        &mut self,
        registers: &[TypeId],
        result: TypeId,
        code: Vec<Op>,
        handlers: Vec<Handler>,
    ) -> FlowId {
        let registers = [&[self.event], registers].concat();
        let function = self.function("test", 1, registers, result, code, handlers);
        self.artifact.flows.push(Flow {
            name: "test".into(),
            address: "test".into(),
            doc: "".into(),
            trigger: Trigger {
                name: "manual".into(),
                event: self.event,
                arguments: Vec::new(),
                parameters: Vec::new(),
            },
            function,
            result,
            settings: FlowSettings::default(),
        });
        FlowId(self.artifact.flows.len() as u32 - 1)
    }

    /// The record type of what branches give.
    pub(crate) fn joined(&mut self, fields: &[TypeId]) -> TypeId {
        let fields = fields.iter().enumerate();
        self.artifact.types.shape(fields.map(|(n, ty)| (format!("r{n}").into(), *ty)).collect())
    }
}

/// A loop of so many turns, five instructions each, over three registers from this one on: two integers and a
/// boolean. It begins at this instruction.
pub(crate) fn toil(assembly: &mut Assembly, registers: u16, at: u32, turns: i64) -> Vec<Op> {
    let [turn, one, more] = [0, 1, 2].map(|n| Reg(registers + n));
    let (op, number) = (Arithmetic::Subtract, Number::Int);
    vec![
        assembly.load(turn.0, Constant::Int(turns)),
        assembly.load(one.0, Constant::Int(1)),
        Op::Arithmetic { op, number, dst: turn, a: turn, b: one },
        Op::Compare { order: Order::GreaterOrEqual, dst: more, a: turn, b: one },
        Op::Move { dst: more, src: more },
        Op::Move { dst: more, src: more },
        Op::JumpIf { condition: more, to: at + 2 },
    ]
}

/// `dst = effect(arguments)`
pub(crate) fn effect(dst: u16, effect: Effect, arguments: &[u16]) -> Op {
    Op::Effect { dst: Reg(dst), effect, arguments: arguments.iter().map(|&r| Reg(r)).collect() }
}

/// `dst = action(arguments)`
pub(crate) fn call(dst: u16, action: ActionId, types: &[TypeId], arguments: &[u16]) -> Op {
    effect(dst, Effect::action(action, types), arguments)
}

pub(crate) fn give(src: u16) -> Op {
    Op::Return { src: Reg(src) }
}
