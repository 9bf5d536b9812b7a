//! The typed program: what the checker makes of a syntax tree, and what lowering turns into bytecode.
//!
//! Every name is resolved, every expression has its type, every conversion stands as an expression of its own,
//! arguments are complete and in the order of the parameters. A program with errors has
//! [`ExprKind::Broken`] in it and is never lowered.

use callflow_artifact::artifact::{SourceFile, Trigger};
use callflow_artifact::builtin::Builtin;
use callflow_artifact::bytecode::FlowId;
use callflow_artifact::bytecode::{ActionId, Arithmetic, Conversion, FunctionId, Number, Order};
use callflow_artifact::constant::Constant;
use callflow_artifact::piece::{Action, Piece};
use callflow_artifact::types::{ChoiceId, RecordId, Type, TypeId, Types};
use ecow::EcoString;

use crate::source::{FileId, Span};

/// A whole project, checked.
#[derive(Debug, Clone)]
pub struct Program {
    /// All types.
    pub types: Types,
    /// The prelude's `Error` record.
    pub error: TypeId,
    /// All pieces that were loaded.
    pub pieces: Vec<Piece>,
    /// All their actions; [`ActionId`]s index it.
    pub actions: Vec<Action>,
    /// All bodies; [`FunctionId`]s index it.
    pub functions: Vec<Function>,
    /// The flows, in the order of files and lines; [`FlowId`]s index it.
    pub flows: Vec<Flow>,
    /// The tests, in the order of files and lines.
    pub tests: Vec<Test>,
    /// All files, [`FileId`]s index it.
    pub files: Vec<SourceFile>,
}

/// A flow's header, checked; its body is a function that takes the event.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its label, else its trigger's name.
    pub name: EcoString,
    /// `file_stem.name` or `file_stem`.
    pub address: EcoString,
    /// The `///` text.
    pub doc: EcoString,
    /// What starts it.
    pub trigger: Trigger,
    /// Its body.
    pub function: FunctionId,
    /// What it returns.
    pub result: TypeId,
    /// How its runs relate to each other and to time.
    pub settings: FlowSettings,
    /// Where its header stands.
    pub header: Span,
    /// In which file.
    pub file: FileId,
}

/// `within D else E` and `with …` of a header. Expressions over the event are functions that take it.
#[derive(Debug, Clone, Default)]
pub struct FlowSettings {
    /// `within D`, in milliseconds.
    pub deadline: Option<i64>,
    /// `else E`: takes the event, gives what is answered at the deadline.
    pub fallback: Option<FunctionId>,
    /// `concurrency N`
    pub concurrency: Option<u32>,
    /// `per X`: takes the event, gives the text by which runs are told apart.
    pub concurrency_key: Option<FunctionId>,
    /// `dedupe by X`: takes the event, gives the text that makes two events the same.
    pub dedupe_key: Option<FunctionId>,
    /// `for D`, in milliseconds.
    pub dedupe_window: Option<i64>,
    /// `timeout D`, in milliseconds.
    pub timeout: Option<i64>,
}

/// A test; its body is a function that takes nothing.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it is called.
    pub name: EcoString,
    /// Its body.
    pub function: FunctionId,
    /// Its name, where it stands.
    pub span: Span,
    /// In which file.
    pub file: FileId,
}

/// A local variable of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// The body of a flow, a function or an action.
#[derive(Debug, Clone)]
pub struct Function {
    /// For messages and traces.
    pub name: EcoString,
    /// In which file it stands.
    pub file: FileId,
    /// The first locals are the parameters.
    pub parameters: u16,
    /// How many type parameters it has.
    pub type_parameters: u8,
    /// What it returns.
    pub result: TypeId,
    /// Every local of the body, lambdas' included; [`LocalId`]s index it.
    pub locals: Vec<Local>,
    /// What it does.
    pub body: Block,
    /// Whether it calls an action or asks for another effect, by itself or through others.
    pub effectful: bool,
}

/// A local variable.
#[derive(Debug, Clone)]
pub struct Local {
    /// As written; empty for one that the checker made.
    pub name: EcoString,
    /// Its type for its whole life.
    pub ty: TypeId,
    /// Where it is bound.
    pub span: Span,
}

/// Statements in order.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// In order.
    pub statements: Vec<Stmt>,
    /// What the block gives, where it stands as a value.
    pub value: Option<Box<Expr>>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// Where it stands.
    pub span: Span,
    /// What it does.
    pub kind: StmtKind,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// Gives a local its value, the first or (for a `var`) a new one.
    Set {
        /// Which local.
        local: LocalId,
        /// Of the local's type.
        value: Expr,
    },
    /// For its effect.
    Expr(Expr),
    /// `for`, over a list.
    For {
        /// Each item.
        item: LocalId,
        /// A list.
        iterable: Expr,
        /// What is done for each.
        body: Block,
    },
    /// `for i in a..b`, both ends included, without a list.
    ForRange {
        /// Each number.
        item: LocalId,
        /// The first.
        from: Expr,
        /// The last.
        to: Expr,
        /// What is done for each.
        body: Block,
    },
    /// `while`
    While {
        /// A bool.
        condition: Expr,
        /// What is done in each turn.
        body: Block,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `try { } catch error { }`
    Try {
        /// What may fail.
        body: Block,
        /// The error; always there, for lowering needs its register.
        error: LocalId,
        /// What is done then.
        handler: Block,
    },
    /// `return e`; of the function's result type. None returns none.
    Return(Option<Expr>),
    /// `stop`
    Stop,
    /// Begins all branches and waits for all of them; the first failure cancels the rest.
    Parallel(Vec<Branch>),
    /// Begins all branches and waits for the first that ends; the rest is cancelled. The others' targets are
    /// none, so that all targets are optional.
    First(Vec<Branch>),
    /// What a test does.
    Test(TestStmt),
}

/// One branch. It sees the locals around it as they are when it begins, and gives none of them another value.
#[derive(Debug, Clone)]
pub struct Branch {
    /// What its value is called afterwards.
    pub target: Option<LocalId>,
    /// What it does; its value is the target's (for [`StmtKind::First`] what is in the target's optional), and
    /// none where there is no target.
    pub body: Block,
    /// Where it stands.
    pub span: Span,
}

/// A statement that only tests have.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a file has few of them, and each lives on the heap already"
)]
pub enum TestStmt {
    /// `given`
    Given {
        /// Which action.
        action: ActionId,
        /// Its type parameters in the calls that it stands for.
        types: Vec<TypeId>,
        /// Only calls with these arguments: the parameter's position, and its value.
        arguments: Vec<(u16, Expr)>,
        /// In order; the last one again and again.
        answers: Vec<Answer>,
    },
    /// `run flow …`: begins the flow's run and drives it until it ends or waits. The event, complete.
    Run {
        /// Which flow.
        flow: FlowId,
        /// Of its event's type.
        event: Expr,
    },
    /// `advance d`
    Advance(Expr),
    /// `crash`
    Crash,
    /// `expect`
    Expect(Expectation),
}

/// How a stand-in answers one call.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it answers.
    pub kind: AnswerKind,
    /// A duration.
    pub after: Option<Expr>,
}

/// What a stand-in answers.
#[derive(Debug, Clone)]
pub enum AnswerKind {
    /// Of the action's result type.
    Returns(Expr),
    /// A literal of the error kinds, and a string.
    Fails(EcoString, Option<Expr>),
}

/// What a test expects of its last run.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a file has few of them, and each lives on the heap already"
)]
pub enum Expectation {
    /// Calls of an action.
    Called {
        /// Which.
        action: ActionId,
        /// How often.
        times: Times,
        /// Only calls with these arguments count: the parameter's position, and its value.
        arguments: Vec<(u16, Expr)>,
    },
    /// Starts of another flow, by `start` or `run`.
    Started {
        /// Which.
        flow: FlowId,
        /// How often.
        times: Times,
        /// Only those whose event's fields are these count: the field's position, and its value.
        fields: Vec<(u16, Expr)>,
    },
    /// It ended well.
    Succeeded,
    /// It failed, with a message that contains this string.
    Failed(Option<Expr>),
    /// It has not ended.
    Waiting,
    /// It wrote a line that contains this string.
    Logged(Expr),
    /// A bool is true.
    Holds(Expr),
    /// A comparison is true. Kept apart so that both sides can be shown.
    Compares {
        /// As it is written: `==`, `<` …
        symbol: &'static str,
        /// Left.
        left: Expr,
        /// Right.
        right: Expr,
        /// A bool over the two locals that hold the sides.
        holds: Expr,
        /// Holds the left side.
        left_local: LocalId,
        /// Holds the right side.
        right_local: LocalId,
    },
}

/// How often something is expected.
#[derive(Debug, Clone)]
pub enum Times {
    /// Once or more often.
    AtLeastOnce,
    /// So often; an int.
    Exactly(Expr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its type.
    pub ty: TypeId,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// The checker told what is wrong with it.
    Broken,
    /// Known now; of any type that a constant fits, records and lists included.
    Constant(Constant),
    /// A local's value.
    Local(LocalId),
    /// Texts joined; each part is a string.
    Concat(Vec<Expr>),
    /// The one text form of a scalar.
    Format(Box<Expr>),
    /// A conversion of the table, by the operand's type.
    Convert(Conversion, Box<Expr>),
    /// `T` to `T?`.
    Some(Box<Expr>),
    /// `T?` to `T` where a condition has shown that it is there.
    Unwrap(Box<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// `-`
    Negate(Number, Box<Expr>),
    /// Both of one number type, and so is the result.
    Arithmetic(Arithmetic, Number, Box<Expr>, Box<Expr>),
    /// Both of one ordered type.
    Compare(Order, Box<Expr>, Box<Expr>),
    /// `==` (`!=` is its [`ExprKind::Not`]); both of one type, optionals included.
    Equal(Box<Expr>, Box<Expr>),
    /// `and`: the right side only where the left is true.
    And(Box<Expr>, Box<Expr>),
    /// `or`: the right side only where the left is false.
    Or(Box<Expr>, Box<Expr>),
    /// `a ?? b`: left optional; right of the whole's type (or never).
    Coalesce(Box<Expr>, Box<Expr>),
    /// `a?.b…`: none where `base` is none, else `then` with `local` bound to what is there. `then` is of the
    /// whole's (optional) type.
    OptionalChain {
        /// An optional.
        base: Box<Expr>,
        /// What is there.
        local: LocalId,
        /// What is made of it.
        then: Box<Expr>,
    },
    /// Binds a local for the length of an expression.
    Let {
        /// Which local.
        local: LocalId,
        /// Its value.
        value: Box<Expr>,
        /// Where it is bound.
        body: Box<Expr>,
    },
    /// A record's field by position.
    Field(Box<Expr>, u16),
    /// `list[i]`
    ListIndex(Box<Expr>, Box<Expr>),
    /// `map[key]`, optional.
    MapIndex(Box<Expr>, Box<Expr>),
    /// `json[key]`, optional; the key is a string or an int.
    JsonIndex(Box<Expr>, Box<Expr>),
    /// A record, its values in the order of its fields (spreads and defaults resolved).
    Record(RecordId, Vec<Expr>),
    /// A list; with spreads, a list of lists' parts.
    List(Vec<ListPart>),
    /// A map.
    Map(Vec<MapPart>),
    /// A JSON object from a record literal where `json` is expected.
    JsonObject(Vec<JsonPart>),
    /// A tagged alternative around its record.
    Tagged(ChoiceId, u16, Box<Expr>),
    /// The record of a tagged value that a [`Pattern::Variant`] has shown to be that variant.
    Payload(Box<Expr>, u16),
    /// A function of the project, the prelude or a piece.
    Call {
        /// Which.
        function: FunctionId,
        /// For its type parameters.
        types: Vec<TypeId>,
        /// For its parameters.
        arguments: Vec<Expr>,
    },
    /// An action.
    Action {
        /// Which.
        action: ActionId,
        /// For its type parameters.
        types: Vec<TypeId>,
        /// For its parameters.
        arguments: Vec<Expr>,
        /// The connection's name, where it is another than the piece's (`use hubspot as emea with connection …`).
        connection: Option<EcoString>,
        /// `retry`, `within` and `once`.
        clauses: Option<Box<Clauses>>,
    },
    /// `start flow(…)` and `run flow(…)`: a run of another flow.
    Launch {
        /// Which.
        flow: FlowId,
        /// Of its event's type.
        event: Box<Expr>,
        /// Whether its result is waited for, and is the value.
        waits: bool,
    },
    /// `for … parallel`: a list of the body's values, in the order of the items; none where the body gives none.
    ParallelFor {
        /// Each item.
        item: LocalId,
        /// A list.
        iterable: Box<Expr>,
        /// How many at a time; an int. All at once where it is missing.
        limit: Option<Box<Expr>>,
        /// A branch for each item.
        body: Block,
    },
    /// The result of a test's last run, which is one of this flow.
    TestResult(FlowId),
    /// `env("NAME")`: a string.
    Environment(EcoString),
    /// A method of a built-in type; the receiver is the first argument.
    Builtin(Builtin, Vec<Expr>),
    /// A list method that takes a lambda; lowered to a loop.
    Loop {
        /// Which.
        method: LoopMethod,
        /// The list.
        list: Box<Expr>,
        /// What is done for each item.
        lambda: Lambda,
    },
    /// `now()`, `today()`, `uuid()`, `random()`
    Ambient(Ambient),
    /// `log(message, level)`; gives nothing.
    Log(Box<Expr>, Box<Expr>),
    /// `wait d`; gives nothing.
    Wait(Box<Expr>),
    /// `wait until t`; gives nothing.
    WaitUntil(Box<Expr>),
    /// `connection.NAME` in an action: a setting's value, `string?` (or `string` where it has a default).
    Setting(EcoString),
    /// `fail(message)`, `fail(message, kind: …)`; never gives a value.
    Fail(Box<Expr>, Option<Box<Expr>>),
    /// `fail(error)`: fails again with a caught error.
    Raise(Box<Expr>),
    /// `e as T`; the operand is json, the type the expression's.
    Decode(Box<Expr>),
    /// `json_schema(T)`; json.
    Schema(TypeId),
    /// `if`; each block gives the whole's type where a value is wanted.
    If(Box<Expr>, Block, Block),
    /// `match`
    Match(Box<Match>),
    /// `e catch f`: `error` is bound in `fallback`.
    Catch {
        /// What may fail; of the whole's type.
        value: Box<Expr>,
        /// The error; always there.
        error: LocalId,
        /// What stands for it then; of the whole's type (or never).
        fallback: Box<Expr>,
    },
    /// Statements before a value.
    Block(Block),
}

/// How one call of an action is repeated and bounded.
#[derive(Debug, Clone, Default)]
pub struct Clauses {
    /// `retry N …`
    pub retry: Option<Retry>,
    /// `within D`: a duration.
    pub within: Option<Expr>,
    /// `once K`: a string.
    pub once: Option<Expr>,
}

/// `retry N every D`, `retry N backoff D..E`
#[derive(Debug, Clone)]
pub struct Retry {
    /// How many more attempts after the first; an int.
    pub count: Expr,
    /// The first pause and the longest one, durations; the runtime's own where they are missing.
    pub pauses: Option<(Expr, Expr)>,
}

/// A `match`, exhaustive.
#[derive(Debug, Clone)]
pub struct Match {
    /// What is looked at, bound once.
    pub subject: Expr,
    /// The subject's local, which tests refer to.
    pub local: LocalId,
    /// Tried in order; the last one always fits.
    pub arms: Vec<Arm>,
}

/// An arm of a [`Match`].
#[derive(Debug, Clone)]
pub struct Arm {
    /// Any of them must hold.
    pub patterns: Vec<Pattern>,
    /// What the arm binds, in order, each from an expression over the subject's local.
    pub bindings: Vec<(LocalId, Expr)>,
    /// What it gives.
    pub body: Block,
}

/// What an arm asks of the subject.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// Nothing: it always fits.
    Always,
    /// It is none.
    IsNone,
    /// It is there (an optional that is not none).
    IsSome,
    /// It equals a constant of the subject's type, its optional removed; an optional that is none does not.
    Equals(Constant),
    /// It is this variant of a tagged choice; an optional that is none is not.
    Variant(u16),
}

/// A part of a list literal.
#[derive(Debug, Clone)]
pub enum ListPart {
    /// One item.
    Item(Expr),
    /// All items of a list of the same type.
    Spread(Expr),
}

/// A part of a map literal.
#[derive(Debug, Clone)]
pub enum MapPart {
    /// One entry.
    Entry(EcoString, Expr),
    /// All entries of a map of the same type.
    Spread(Expr),
}

/// A part of a JSON object.
#[derive(Debug, Clone)]
pub enum JsonPart {
    /// One entry, of any type that can be JSON. An optional that is none leaves the entry out.
    Entry(EcoString, Expr),
    /// All entries of a record, a map or `json`.
    Spread(Expr),
}

/// A lambda, only ever the argument of a [`LoopMethod`].
#[derive(Debug, Clone)]
pub struct Lambda {
    /// Bound to the item; for `reduce` first to the accumulator, for `zip` then to the other list's item, and for a
    /// map's `filter` to the key and the value.
    pub parameters: Vec<LocalId>,
    /// What it gives.
    pub body: Box<Expr>,
    /// For `reduce`: the start value. For `zip`: the other list.
    pub initial: Option<Box<Expr>>,
}

/// Methods of lists and maps that take a lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoopMethod {
    /// `map(x => e)`: `[E]`
    Map,
    /// `filter(x => bool)`: `[T]`
    Filter,
    /// `find(x => bool)`: `T?`
    Find,
    /// `find_index(x => bool)`: `int?`
    FindIndex,
    /// `any(x => bool)`: `bool`
    Any,
    /// `all(x => bool)`: `bool`
    All,
    /// `count(x => bool)`: `int`
    Count,
    /// `sum(x => number)`: the number's type
    Sum,
    /// `sort_by(x => ordered)`: `[T]`
    SortBy,
    /// `min_by(x => ordered)`: `T?`
    MinBy,
    /// `max_by(x => ordered)`: `T?`
    MaxBy,
    /// `group_by(x => text)`: `[string: [T]]`
    GroupBy,
    /// `index_by(x => text)`: `[string: T]`
    IndexBy,
    /// `unique_by(x => value)`: `[T]`
    UniqueBy,
    /// `flat_map(x => [E])`: `[E]`
    FlatMap,
    /// `reduce(start, (sum, x) => e)`: the start's type
    Reduce,
    /// `zip(others, (x, y) => e)`: `[E]`, as long as the shorter list
    Zip,
    /// `map_values(x => e)` of a map: `[string: E]`
    MapValues,
    /// `filter((key, value) => bool)` of a map: the map's type
    FilterEntries,
}

impl LoopMethod {
    /// Those of a type, with their names.
    pub fn of(ty: Type) -> &'static [(&'static str, LoopMethod)] {
        match ty {
            Type::List(_) => LoopMethod::OF_LISTS,
            Type::Map(_) => LoopMethod::OF_MAPS,
            _ => &[],
        }
    }

    /// Every such method of a list with its name.
    pub const OF_LISTS: &'static [(&'static str, LoopMethod)] = &[
        ("map", LoopMethod::Map),
        ("filter", LoopMethod::Filter),
        ("find", LoopMethod::Find),
        ("find_index", LoopMethod::FindIndex),
        ("any", LoopMethod::Any),
        ("all", LoopMethod::All),
        ("count", LoopMethod::Count),
        ("sum", LoopMethod::Sum),
        ("sort_by", LoopMethod::SortBy),
        ("min_by", LoopMethod::MinBy),
        ("max_by", LoopMethod::MaxBy),
        ("group_by", LoopMethod::GroupBy),
        ("index_by", LoopMethod::IndexBy),
        ("unique_by", LoopMethod::UniqueBy),
        ("flat_map", LoopMethod::FlatMap),
        ("reduce", LoopMethod::Reduce),
        ("zip", LoopMethod::Zip),
    ];

    /// Every such method of a map with its name.
    pub const OF_MAPS: &'static [(&'static str, LoopMethod)] =
        &[("map_values", LoopMethod::MapValues), ("filter", LoopMethod::FilterEntries)];
}

/// What only the host knows; recorded, so that a resumed run sees the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ambient {
    /// `now()`: a time
    Now,
    /// `today()`: a date
    Today,
    /// `uuid()`: a string
    Uuid,
    /// `random()`: a float in 0..1
    Random,
}
