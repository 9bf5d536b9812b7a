//! Artifacts written by hand.

use callflow_artifact::artifact::{Declared, SourceFile};
use callflow_artifact::bytecode::{
    ActionId, Arithmetic, ConstantId, Function, FunctionId, Handler, Number, Op, Origin, Reg,
    Target,
};
use callflow_artifact::piece::{
    Action, ActionBody, EffectClass, Parameter, Piece, PieceId, TypeParameter,
};
use callflow_artifact::types::{TypeId, Types};
use callflow_artifact::{Artifact, Constant};

use crate::execute::Program;
use crate::value::testing::error_type;

/// An artifact under way.
pub(crate) struct Assembler {
    pub(crate) artifact: Artifact,
}

impl Assembler {
    /// An artifact with nothing but the prelude's `Error` and a piece `http`.
    pub(crate) fn new() -> Assembler {
        let mut types = Types::new();
        let error = error_type(&mut types);
        let piece = Piece {
            name: "http".into(),
            doc: "".into(),
            base: None,
            docs: None,
            connections: vec![],
            errors: vec![],
            limits: vec![],
            default_action: None,
            hash: "".into(),
        };
        let file = SourceFile { path: "test.flow".into(), hash: "".into(), lines: vec![0] };
        let artifact = Artifact {
            name: "test".into(),
            declared: Declared::default(),
            types,
            error,
            constants: vec![],
            functions: vec![],
            pieces: vec![piece],
            actions: vec![],
            flows: vec![],
            tests: Vec::new(),
            environment: Vec::new(),
            secrets: Vec::new(),
            files: vec![file],
        };
        Assembler { artifact }
    }

    /// The table of types, to add some.
    pub(crate) fn types(&mut self) -> &mut Types {
        &mut self.artifact.types
    }

    /// Adds a function without type parameters.
    pub(crate) fn function(
        &mut self,
        parameters: &[TypeId],
        result: TypeId,
        write: impl FnOnce(&mut Body<'_>),
    ) -> FunctionId {
        self.generic(0, parameters, result, write)
    }

    /// Adds a function with type parameters.
    pub(crate) fn generic(
        &mut self,
        type_parameters: u8,
        parameters: &[TypeId],
        result: TypeId,
        write: impl FnOnce(&mut Body<'_>),
    ) -> FunctionId {
        let id = FunctionId(self.artifact.functions.len() as u32);
        let function = Function {
            name: format!("f{}", id.0).into(),
            parameters: parameters.len() as u16,
            type_parameters,
            result,
            registers: parameters.to_vec(),
            code: vec![],
            origins: vec![],
            handlers: vec![],
            file: 0,
        };
        let mut body = Body { artifact: &mut self.artifact, function };
        write(&mut body);
        let Body { mut function, .. } = body;
        // Each instruction comes from a byte of its own, which is its index.
        let origin = |start| Origin { start, end: start + 1 };
        function.origins = (0..function.code.len() as u32).map(origin).collect();
        self.artifact.functions.push(function);
        id
    }

    /// Adds a native action of `http`.
    pub(crate) fn action(
        &mut self,
        name: &str,
        parameters: &[TypeId],
        type_parameters: usize,
        result: TypeId,
    ) -> ActionId {
        let parameter =
            |&ty: &TypeId| Parameter { name: "p".into(), ty, default: None, doc: "".into() };
        let type_parameter = TypeParameter {
            name: "into".into(),
            type_name: "T".into(),
            default: None,
            doc: "".into(),
        };
        self.artifact.actions.push(Action {
            piece: PieceId(0),
            name: name.into(),
            doc: "".into(),
            parameters: parameters.iter().map(parameter).collect(),
            type_parameters: vec![type_parameter; type_parameters],
            result,
            effect: EffectClass::Read,
            scopes: vec![],
            body: ActionBody::Native,
        });
        ActionId(self.artifact.actions.len() as u32 - 1)
    }

    /// The program, verified.
    pub(crate) fn program(self) -> Program {
        Program::load(self.artifact).unwrap()
    }
}

/// A function's body under way.
pub(crate) struct Body<'a> {
    artifact: &'a mut Artifact,
    pub(crate) function: Function,
}

impl Body<'_> {
    /// A new register.
    pub(crate) fn register(&mut self, ty: TypeId) -> Reg {
        self.function.registers.push(ty);
        Reg(self.function.registers.len() as u16 - 1)
    }

    /// Adds an instruction; where it stands.
    pub(crate) fn op(&mut self, op: Op) -> Target {
        self.function.code.push(op);
        self.here() - 1
    }

    /// Where the next instruction will stand.
    pub(crate) fn here(&self) -> Target {
        self.function.code.len() as Target
    }

    /// A new register with a constant.
    pub(crate) fn constant(&mut self, ty: TypeId, constant: Constant) -> Reg {
        self.artifact.constants.push(constant);
        let constant = ConstantId(self.artifact.constants.len() as u32 - 1);
        let dst = self.register(ty);
        self.op(Op::Constant { dst, constant });
        dst
    }

    /// A new register with a whole number.
    pub(crate) fn int(&mut self, number: i64) -> Reg {
        self.constant(TypeId::INT, Constant::Int(number))
    }

    /// A new register with a text.
    pub(crate) fn text(&mut self, text: &str) -> Reg {
        self.constant(TypeId::STRING, Constant::Text(text.into()))
    }

    /// `a op b` of whole numbers into a new register.
    pub(crate) fn calculate(&mut self, op: Arithmetic, a: Reg, b: Reg) -> Reg {
        let dst = self.register(TypeId::INT);
        self.op(Op::Arithmetic { op, number: Number::Int, dst, a, b });
        dst
    }

    /// Ends the function.
    pub(crate) fn give(&mut self, src: Reg) {
        self.op(Op::Return { src });
    }

    /// Makes a jump that stands already lead to where the next instruction will stand.
    pub(crate) fn land(&mut self, jump: Target) {
        let here = self.here();
        match &mut self.function.code[jump as usize] {
            Op::Jump { to }
            | Op::JumpIf { to, .. }
            | Op::JumpIfNot { to, .. }
            | Op::JumpIfNone { to, .. } => *to = here,
            other => panic!("{other:?} is no jump"),
        }
    }

    /// Covers instructions with a handler that begins at the next instruction; the register of its error.
    pub(crate) fn handler(&mut self, from: Target, to: Target) -> Reg {
        let error = self.register(self.artifact.error);
        self.function.handlers.push(Handler { from, to, target: self.here(), error });
        error
    }
}
