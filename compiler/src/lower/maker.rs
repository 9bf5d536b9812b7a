//! A flow made by hand, for tests of lowering.

use callflow_artifact::artifact::{Artifact, SourceFile, Trigger};
use callflow_artifact::bytecode::{Arithmetic, FunctionId, Number, Order};
use callflow_artifact::constant::Constant;
use callflow_artifact::print::print_function;
use callflow_artifact::types::{Choice, Field, Record, TypeId, Types, Variants};
use callflow_artifact::verify::verify;
use ecow::EcoString;

use super::lower;
use crate::diagnostics::Diagnostic;
use crate::semantics::typed::{
    Block, Expr, ExprKind, Flow, FlowSettings, Function, Local, LocalId, Program, Stmt, StmtKind,
};
use crate::source::{FileId, Span};

/// A program with one flow, whose body is made by hand. The event is `{ items: [int], flag: bool }`, local 0.
pub(super) struct Maker {
    pub(super) types: Types,
    pub(super) error: TypeId,
    pub(super) locals: Vec<Local>,
    /// `[int]`
    pub(super) items: TypeId,
}

/// The event.
pub(super) const EVENT: LocalId = LocalId(0);

impl Maker {
    pub(super) fn new() -> Maker {
        let mut types = Types::new();
        let field = |(name, ty): (&str, TypeId)| Field {
            name: name.into(),
            wire: None,
            ty,
            nullable: false,
            default: None,
            sample: None,
            doc: EcoString::new(),
        };
        let record = |types: &mut Types, name: &str, fields: &[(&str, TypeId)]| {
            let fields = fields.iter().copied().map(field).collect();
            types.add_record(Record { name: name.into(), doc: EcoString::new(), fields }).1
        };
        let kinds = callflow_artifact::piece::ERROR_KINDS.iter().map(|&kind| kind.into()).collect();
        let variants = Variants::Literals(kinds);
        let kind = types
            .add_choice(Choice { name: "ErrorKind".into(), doc: EcoString::new(), variants })
            .1;
        let [text, int, duration] =
            [TypeId::STRING, TypeId::INT, TypeId::DURATION].map(|inner| types.optional(inner));
        let fields = [
            ("kind", kind),
            ("message", TypeId::STRING),
            ("piece", text),
            ("action", text),
            ("status", int),
            ("retry_after", duration),
            ("details", TypeId::JSON),
        ];
        let error = record(&mut types, "Error", &fields);
        let items = types.list(TypeId::INT);
        let event = record(&mut types, "Event", &[("items", items), ("flag", TypeId::BOOL)]);
        let mut maker = Maker { types, error, locals: vec![], items };
        maker.local(event);
        maker
    }

    pub(super) fn local(&mut self, ty: TypeId) -> LocalId {
        self.locals.push(Local { name: EcoString::new(), ty, span: Span::default() });
        LocalId(self.locals.len() as u32 - 1)
    }

    pub(super) fn read(&self, local: LocalId) -> Expr {
        expr(self.locals[local.0 as usize].ty, ExprKind::Local(local))
    }

    pub(super) fn list(&self) -> Expr {
        expr(self.items, ExprKind::Field(Box::new(self.read(EVENT)), 0))
    }

    pub(super) fn flag(&self) -> Expr {
        expr(TypeId::BOOL, ExprKind::Field(Box::new(self.read(EVENT)), 1))
    }

    /// Lowers a body, verifies it, and prints it.
    pub(super) fn print(self, result: TypeId, statements: Vec<StmtKind>) -> String {
        let artifact = self.lower(result, statements).unwrap();
        let text = print_function(&artifact, FunctionId(0));
        assert_eq!(verify(&artifact), Ok(()), "{text}");
        text
    }

    pub(super) fn lower(
        self,
        result: TypeId,
        statements: Vec<StmtKind>,
    ) -> Result<Artifact, Box<Diagnostic>> {
        let event = self.locals[0].ty;
        let function = Function {
            name: "manual".into(),
            file: FileId(0),
            parameters: 1,
            type_parameters: 0,
            result,
            locals: self.locals,
            body: block(statements),
            effectful: true,
        };
        let trigger =
            Trigger { name: "manual".into(), event, arguments: vec![], parameters: vec![] };
        let flow = Flow {
            name: "manual".into(),
            address: "test".into(),
            doc: EcoString::new(),
            trigger,
            function: FunctionId(0),
            result,
            settings: FlowSettings::default(),
            header: Span::default(),
            file: FileId(0),
        };
        let file = SourceFile { path: "test.flow".into(), hash: EcoString::new(), lines: vec![0] };
        let program = Program {
            types: self.types,
            error: self.error,
            pieces: vec![],
            actions: vec![],
            functions: vec![function],
            flows: vec![flow],
            tests: vec![],
            files: vec![file],
        };
        lower("test", program, false)
    }
}

pub(super) fn expr(ty: TypeId, kind: ExprKind) -> Expr {
    Expr { ty, span: Span::new(1, 2), kind }
}

pub(super) fn int(value: i64) -> Expr {
    expr(TypeId::INT, ExprKind::Constant(Constant::Int(value)))
}

pub(super) fn text(value: &str) -> Expr {
    expr(TypeId::STRING, ExprKind::Constant(Constant::Text(value.into())))
}

pub(super) fn add(a: Expr, b: Expr) -> Expr {
    let (a, b) = (Box::new(a), Box::new(b));
    expr(TypeId::INT, ExprKind::Arithmetic(Arithmetic::Add, Number::Int, a, b))
}

pub(super) fn less(a: Expr, b: Expr) -> Expr {
    expr(TypeId::BOOL, ExprKind::Compare(Order::Less, Box::new(a), Box::new(b)))
}

pub(super) fn fail() -> Expr {
    expr(TypeId::NEVER, ExprKind::Fail(Box::new(text("no")), None))
}

pub(super) fn log(message: Expr) -> Expr {
    expr(TypeId::NONE, ExprKind::Log(Box::new(message), Box::new(text("info"))))
}

pub(super) fn block(statements: Vec<StmtKind>) -> Block {
    let statement = |kind| Stmt { span: Span::new(1, 2), kind };
    Block { statements: statements.into_iter().map(statement).collect(), value: None }
}

pub(super) fn giving(statements: Vec<StmtKind>, value: Expr) -> Block {
    Block { value: Some(Box::new(value)), ..block(statements) }
}

pub(super) fn set(local: LocalId, value: Expr) -> StmtKind {
    StmtKind::Set { local, value }
}
