//! Bodies made by hand, for what the checker makes only in odd cases; whole programs from text are in
//! `compiler/tests`.

use callflow_artifact::artifact::{Artifact, SourceFile, Trigger};
use callflow_artifact::bytecode::{Arithmetic, FunctionId, Number, Op, Order};
use callflow_artifact::constant::Constant;
use callflow_artifact::print::print_function;
use callflow_artifact::types::{Choice, Field, Record, TypeId, Types, Variants};
use callflow_artifact::verify::verify;
use ecow::EcoString;

use super::*;
use crate::semantics::typed::{
    Block, Expr, ExprKind, Flow, Function, Lambda, ListPart, Local, LocalId, LoopMethod, Stmt,
    StmtKind,
};
use crate::source::{FileId, Span};

/// A program with one flow, whose body is made by hand. The event is `{ items: [int], flag: bool }`, local 0.
struct Maker {
    types: Types,
    error: TypeId,
    locals: Vec<Local>,
    items: TypeId,
}

const EVENT: LocalId = LocalId(0);

impl Maker {
    fn new() -> Maker {
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

    fn local(&mut self, ty: TypeId) -> LocalId {
        self.locals.push(Local { name: EcoString::new(), ty, span: Span::default() });
        LocalId(self.locals.len() as u32 - 1)
    }

    fn read(&self, local: LocalId) -> Expr {
        expr(self.locals[local.0 as usize].ty, ExprKind::Local(local))
    }

    fn list(&self) -> Expr {
        expr(self.items, ExprKind::Field(Box::new(self.read(EVENT)), 0))
    }

    fn flag(&self) -> Expr {
        expr(TypeId::BOOL, ExprKind::Field(Box::new(self.read(EVENT)), 1))
    }

    /// Lowers a body, verifies it, and prints it.
    fn print(self, result: TypeId, statements: Vec<StmtKind>) -> String {
        let artifact = self.lower(result, statements).unwrap();
        let text = print_function(&artifact, FunctionId(0));
        assert_eq!(verify(&artifact), Ok(()), "{text}");
        text
    }

    fn lower(self, result: TypeId, statements: Vec<StmtKind>) -> Result<Artifact, Box<Diagnostic>> {
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
            files: vec![file],
        };
        lower("test", program)
    }
}

fn expr(ty: TypeId, kind: ExprKind) -> Expr {
    Expr { ty, span: Span::new(1, 2), kind }
}

fn int(value: i64) -> Expr {
    expr(TypeId::INT, ExprKind::Constant(Constant::Int(value)))
}

fn text(value: &str) -> Expr {
    expr(TypeId::STRING, ExprKind::Constant(Constant::Text(value.into())))
}

fn add(a: Expr, b: Expr) -> Expr {
    let (a, b) = (Box::new(a), Box::new(b));
    expr(TypeId::INT, ExprKind::Arithmetic(Arithmetic::Add, Number::Int, a, b))
}

fn less(a: Expr, b: Expr) -> Expr {
    expr(TypeId::BOOL, ExprKind::Compare(Order::Less, Box::new(a), Box::new(b)))
}

fn fail() -> Expr {
    expr(TypeId::NEVER, ExprKind::Fail(Box::new(text("no")), None))
}

fn log(message: Expr) -> Expr {
    expr(TypeId::NONE, ExprKind::Log(Box::new(message), Box::new(text("info"))))
}

fn block(statements: Vec<StmtKind>) -> Block {
    let statement = |kind| Stmt { span: Span::new(1, 2), kind };
    Block { statements: statements.into_iter().map(statement).collect(), value: None }
}

fn giving(statements: Vec<StmtKind>, value: Expr) -> Block {
    Block { value: Some(Box::new(value)), ..block(statements) }
}

fn set(local: LocalId, value: Expr) -> StmtKind {
    StmtKind::Set { local, value }
}

#[test]
fn a_variable_that_a_later_operand_assigns_is_read_first() {
    let mut maker = Maker::new();
    let total = maker.local(TypeId::INT);
    // total + { total = 5; total }
    let later = giving(vec![set(total, int(5))], maker.read(total));
    let sum = add(maker.read(total), expr(TypeId::INT, ExprKind::Block(later)));
    let body = vec![set(total, int(1)), StmtKind::Return(Some(sum))];
    insta::assert_snapshot!(maker.print(TypeId::INT, body));
}

#[test]
fn a_variable_keeps_its_value_until_the_new_one_is_complete() {
    let mut maker = Maker::new();
    let items = maker.items;
    let list = maker.local(items);
    // list = [...list, ...list]
    let spread = || ListPart::Spread(expr(items, ExprKind::Local(list)));
    let twice = expr(items, ExprKind::List(vec![spread(), spread()]));
    let empty = expr(items, ExprKind::List(vec![]));
    let body = vec![set(list, empty), set(list, twice), StmtKind::Stop];
    insta::assert_snapshot!(maker.print(TypeId::NONE, body));
}

#[test]
fn what_follows_a_failure_is_not_in_the_code() {
    let mut maker = Maker::new();
    let number = maker.local(TypeId::INT);
    let never = maker.local(TypeId::NEVER);
    let body = vec![
        set(never, fail()),
        set(number, add(int(1), int(2))),
        StmtKind::Expr(log(text("after"))),
    ];
    let printed = maker.print(TypeId::INT, body);
    assert!(!printed.contains("after") && printed.contains("fail"), "{printed}");
}

#[test]
fn sides_that_never_give_a_value_need_no_register() {
    let mut maker = Maker::new();
    let number = maker.local(TypeId::INT);
    let chosen =
        ExprKind::If(Box::new(maker.flag()), giving(vec![], int(1)), giving(vec![], fail()));
    let body = vec![
        set(number, expr(TypeId::INT, chosen)),
        StmtKind::Return(Some(expr(TypeId::INT, ExprKind::Local(number)))),
    ];
    let printed = maker.print(TypeId::INT, body);
    assert!(!printed.contains("never"), "{printed}");
}

#[test]
fn a_range_ends_at_the_greatest_number() {
    let mut maker = Maker::new();
    let item = maker.local(TypeId::INT);
    let body = block(vec![
        StmtKind::Expr(expr(
            TypeId::NONE,
            ExprKind::If(
                Box::new(less(maker.read(item), int(3))),
                block(vec![StmtKind::Continue]),
                block(vec![StmtKind::Break]),
            ),
        )),
        StmtKind::Expr(log(text("never here"))),
    ]);
    let range = StmtKind::ForRange { item, from: int(i64::MAX - 1), to: int(i64::MAX), body };
    insta::assert_snapshot!(maker.print(TypeId::NONE, vec![range]));
}

#[test]
fn handlers_nest_and_cover_neither_themselves_nor_their_catch() {
    let mut maker = Maker::new();
    let error = maker.error;
    let [outer, inner] = [maker.local(error), maker.local(error)];
    let message = |local| {
        expr(TypeId::STRING, ExprKind::Field(Box::new(expr(error, ExprKind::Local(local))), 1))
    };
    let inner_try = StmtKind::Try {
        body: block(vec![StmtKind::Expr(log(text("try")))]),
        error: inner,
        handler: block(vec![StmtKind::Expr(log(message(inner)))]),
    };
    let outer_try = StmtKind::Try {
        body: block(vec![inner_try]),
        error: outer,
        handler: block(vec![StmtKind::Expr(expr(
            TypeId::NEVER,
            ExprKind::Raise(Box::new(expr(error, ExprKind::Local(outer)))),
        ))]),
    };
    insta::assert_snapshot!(maker.print(TypeId::NONE, vec![outer_try]));
}

/// Each list method over the event's items, with a lambda of the type that it wants.
fn method(method: LoopMethod) -> String {
    let mut maker = Maker::new();
    let item = maker.local(TypeId::INT);
    let total = maker.local(TypeId::INT);
    let condition = less(maker.read(item), int(10));
    let number = add(maker.read(item), int(1));
    let items = maker.items;
    let maybe = maker.types.optional(TypeId::INT);
    let key = expr(TypeId::STRING, ExprKind::Format(Box::new(maker.read(item))));
    let groups = maker.types.map(items);
    let (ty, body) = match method {
        LoopMethod::Map | LoopMethod::SortBy | LoopMethod::UniqueBy => (items, number),
        LoopMethod::Filter => (items, condition),
        LoopMethod::Find => (maybe, condition),
        LoopMethod::Any | LoopMethod::All => (TypeId::BOOL, condition),
        LoopMethod::Count => (TypeId::INT, condition),
        LoopMethod::Sum => (TypeId::INT, number),
        LoopMethod::MinBy | LoopMethod::MaxBy => (maybe, number),
        LoopMethod::GroupBy => (groups, key),
        LoopMethod::FlatMap => (items, expr(items, ExprKind::List(vec![ListPart::Item(number)]))),
        LoopMethod::Reduce => (TypeId::INT, add(maker.read(total), number)),
    };
    let reduce = method == LoopMethod::Reduce;
    let lambda = Lambda {
        parameters: if reduce { vec![total, item] } else { vec![item] },
        body: Box::new(body),
        initial: reduce.then(|| Box::new(int(0))),
    };
    let list = Box::new(maker.list());
    let value = expr(ty, ExprKind::Loop { method, list, lambda });
    maker.print(ty, vec![StmtKind::Return(Some(value))])
}

#[test]
fn list_methods_are_loops() {
    let printed: Vec<String> =
        LoopMethod::ALL.iter().map(|&(name, this)| format!("{name}:\n{}", method(this))).collect();
    insta::assert_snapshot!(printed.join("\n"));
}

#[test]
fn a_body_with_too_many_values_is_told() {
    let mut maker = Maker::new();
    let body = (0..70_000).map(|value| set(maker.local(TypeId::INT), int(value))).collect();
    let diagnostic = maker.lower(TypeId::NONE, body).unwrap_err();
    assert_eq!(diagnostic.code, Code::E0012);
    assert_eq!(diagnostic.message, "`manual` holds more values than a flow can");
}

#[test]
fn a_long_list_needs_few_registers() {
    let maker = Maker::new();
    let items = maker.items;
    let parts = (0..70_000).map(|value| ListPart::Item(int(value))).collect();
    let body = vec![StmtKind::Return(Some(expr(items, ExprKind::List(parts))))];
    let artifact = maker.lower(items, body).unwrap();
    assert_eq!(verify(&artifact), Ok(()));
    assert!(artifact.functions[0].registers.len() < 10);
    assert!(artifact.functions[0].code.iter().any(|op| matches!(op, Op::Append { .. })));
}
