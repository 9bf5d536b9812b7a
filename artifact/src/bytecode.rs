//! The instructions: typed, register-based, resumable.
//!
//! A function has a fixed number of registers, each of one type for its whole life. The first registers hold
//! the parameters. Code between two [`Op::Effect`]s is pure: it reads and writes registers and can fail, but
//! touches nothing outside. An effect suspends the run; the host resumes it with a value for the effect's
//! destination, or with an error, which is raised at that instruction.
//!
//! An optional needs no box: `T?` is held as the value or as none, so [`Op::Some`] and [`Op::Unwrap`] only
//! change what is known about it.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::builtin::Builtin;
use crate::types::{ChoiceId, RecordId, TypeId};

/// A register of the current frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reg(pub u16);

/// A position in a function's code.
pub type Target = u32;

/// An index into the artifact's functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FunctionId(pub u32);

/// An index into the artifact's constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConstantId(pub u32);

/// An index into the artifact's actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ActionId(pub u32);

/// An index into the artifact's flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FlowId(pub u32);

/// The body of a flow, a function, an action or a branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// For messages and traces: `qualify_lead`, `score`, `hubspot.create_deal`.
    pub name: EcoString,
    /// How many of the first registers are parameters.
    pub parameters: u16,
    /// How many type parameters a call must give; they are [`crate::Type::Parameter`] in this function's types.
    pub type_parameters: u8,
    /// What it returns.
    pub result: TypeId,
    /// The type of each register.
    pub registers: Vec<TypeId>,
    /// The instructions.
    pub code: Vec<Op>,
    /// Where each instruction came from; as long as `code`.
    pub origins: Vec<Origin>,
    /// Error handlers. Two ranges are apart or one lies in the other; an inner one comes before the one around
    /// it, and else the earlier range first. The first whose range holds the failed instruction gets the error.
    pub handlers: Vec<Handler>,
    /// The source file, an index into the artifact's.
    pub file: u32,
}

/// The bytes of the source that an instruction came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset past the last byte.
    pub end: u32,
}

/// Where control goes when an instruction in `from..to` fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// First instruction covered.
    pub from: Target,
    /// Past the last instruction covered.
    pub to: Target,
    /// Where to go on, outside the range.
    pub target: Target,
    /// Receives the error, a record of the artifact's `error` type.
    pub error: Reg,
}

/// The numbers that an arithmetic instruction works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Number {
    /// Checked 64-bit.
    Int,
    /// IEEE double.
    Float,
    /// Exact; overflow and inexact division beyond 28 digits round half even.
    Decimal,
    /// Milliseconds; only `Add`, `Subtract` and comparison, and `Negate`.
    Duration,
}

/// What an arithmetic instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arithmetic {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`; integers truncate toward zero, zero is a typed error.
    Divide,
    /// `a % b`, with the sign of `a`; zero is a typed error.
    Remainder,
}

/// An order of two values of one type: numbers, durations, times, dates, texts (by code point).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Order {
    /// `a < b`
    Less,
    /// `a <= b`
    LessOrEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterOrEqual,
}

/// A change of type that loses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Conversion {
    /// `int` to `float`; a typed error past 2^53.
    IntToFloat,
    /// `int` to `decimal`.
    IntToDecimal,
    /// A literal choice or `phone` to `string`: the same text.
    ToText,
    /// Any value to `json`, by the source register's type.
    ToJson,
}

/// One instruction. All operands are read before `dst` is written, and an instruction that fails writes
/// nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the line above each instruction says what its operands are")]
pub enum Op {
    /// `dst = constants[constant]`
    Constant { dst: Reg, constant: ConstantId },
    /// `dst = src`, of one type.
    Move { dst: Reg, src: Reg },
    /// `dst: T? = src: T`
    Some { dst: Reg, src: Reg },
    /// `dst: T = src: T?`; a typed error where it is none (narrowing puts it where it cannot be).
    Unwrap { dst: Reg, src: Reg },
    /// `dst = convert(src)`
    Convert { dst: Reg, src: Reg, conversion: Conversion },
    /// `dst = a op b`
    Arithmetic { op: Arithmetic, number: Number, dst: Reg, a: Reg, b: Reg },
    /// `dst = -src`
    Negate { number: Number, dst: Reg, src: Reg },
    /// `dst: bool = not src`
    Not { dst: Reg, src: Reg },
    /// `dst: bool = a order b`
    Compare { order: Order, dst: Reg, a: Reg, b: Reg },
    /// `dst: bool = a == b`, by value and depth; both of one type.
    Equal { dst: Reg, a: Reg, b: Reg },
    /// `dst: string`, a scalar's one text form.
    Format { dst: Reg, src: Reg },
    /// `dst: string`, the parts joined; each part a string.
    Concat { dst: Reg, parts: Box<[Reg]> },
    /// `dst: Record`, one register for each field in order.
    Record { dst: Reg, record: RecordId, fields: Box<[Reg]> },
    /// `dst = src.fields[index]`
    Field { dst: Reg, src: Reg, index: u16 },
    /// `dst: [T]`
    List { dst: Reg, items: Box<[Reg]> },
    /// Appends to the list in `list`.
    Append { list: Reg, item: Reg },
    /// `dst: T = list[index]`; out of range is a typed error. A negative index counts from the end.
    ListIndex { dst: Reg, list: Reg, index: Reg },
    /// `dst: [string: T]`, later entries win.
    Map { dst: Reg, entries: Box<[(Reg, Reg)]> },
    /// Sets `key` in the map in `map`.
    MapInsert { map: Reg, key: Reg, value: Reg },
    /// `dst: T? = map[key]`
    MapIndex { dst: Reg, map: Reg, key: Reg },
    /// `dst: json?`: an object's value at a string key, or an array's at an int; none where there is none, or `json` is neither.
    JsonIndex { dst: Reg, json: Reg, key: Reg },
    /// Sets `key` of the object in `object: json` to a value of any type that can be JSON, converted by its
    /// register's type. A value of optional type that is none is left out: an older entry stays as it is.
    JsonInsert { object: Reg, key: Reg, value: Reg },
    /// Puts all entries of `from` (an object: `json`, map or record by its register's type) into `object: json`.
    JsonExtend { object: Reg, from: Reg },
    /// `dst: T = src as T`, from `json`; a typed error with path, expected and found.
    Decode { dst: Reg, src: Reg, ty: TypeId },
    /// `dst: json`, the JSON Schema of a type.
    Schema { dst: Reg, ty: TypeId },
    /// `dst: Choice`, a tagged alternative around its record.
    Tagged { dst: Reg, choice: ChoiceId, variant: u16, record: Reg },
    /// `dst: bool`, whether the tagged value in `src` is that variant.
    IsVariant { dst: Reg, src: Reg, variant: u16 },
    /// `dst`: the record of a tagged value; a typed error where it is another variant.
    Payload { dst: Reg, src: Reg, variant: u16 },
    /// A method of a built-in type.
    Builtin { dst: Reg, builtin: Builtin, arguments: Box<[Reg]> },
    /// Calls a function of this artifact, on a new frame. `types` may name the type parameters of the function
    /// that calls.
    Call { dst: Reg, function: FunctionId, types: Box<[TypeId]>, arguments: Box<[Reg]> },
    /// Suspends until the host answers.
    Effect { dst: Reg, effect: Effect, arguments: Box<[Reg]> },
    /// Goes on elsewhere. A jump backwards is charged to the step budget.
    Jump { to: Target },
    /// Goes on elsewhere if `condition` is true.
    JumpIf { condition: Reg, to: Target },
    /// Goes on elsewhere if `condition` is false.
    JumpIfNot { condition: Reg, to: Target },
    /// Goes on elsewhere if `src` is none.
    JumpIfNone { src: Reg, to: Target },
    /// Ends the function.
    Return { src: Reg },
    /// Fails with an error made here: a text, and a kind (a literal of the error kinds) or `failed`.
    Fail { message: Reg, kind: Option<Reg> },
    /// Fails with an error that was caught before.
    Raise { error: Reg },
    /// Ends the run as succeeded, from any depth.
    Stop,
}

/// What a run asks of its host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the text above each effect says what its operands are")]
pub enum Effect {
    /// An action; the arguments are the action's parameters in order and those of `clauses`, the types its type
    /// parameters. In a flow this is a step. In an action's body it can only be one of `http`, on that action's
    /// connection. `connection` is its name where it is another than the piece's.
    Action {
        action: ActionId,
        types: Box<[TypeId]>,
        connection: Option<EcoString>,
        clauses: Clauses,
    },
    /// All branches at a time; answered when all have returned, or with the first failure. The arguments are the
    /// parameters of every branch, the types the type parameters of every branch. `dst` is a record with a field
    /// for what each returns, in order. Not in actions.
    Parallel { branches: Box<[FunctionId]>, types: Box<[TypeId]> },
    /// All branches at a time; answered when the first has returned or failed. The arguments are the parameters
    /// of every branch, the types the type parameters of every branch. `dst` is a record with an optional field
    /// for what each returns, in order, of which only the first one's is there. Not in actions.
    First { branches: Box<[FunctionId]>, types: Box<[TypeId]> },
    /// A branch for each item of a list, so many at a time; answered when all have returned, or with the first
    /// failure. The arguments are the list, an `int?` (none: all at once), and what follows the item among the
    /// parameters of `body`; the types are the type parameters of `body`. `dst` is a list of what each returns
    /// in the order of the items, or none where `body` returns none. Not in actions.
    ForEach { body: FunctionId, types: Box<[TypeId]> },
    /// Begins a run of another flow; the argument is its event. Where it waits, it is answered with the flow's
    /// result or failure, else with none at once. Not in actions.
    Launch { flow: FlowId, waits: bool },
    /// `env("NAME")`: a `string`. Not in actions.
    Environment { name: EcoString },
    /// What a test asks of its runner. Only in tests.
    Test(TestEffect),
    /// Sleeps for a `duration`.
    Wait,
    /// Sleeps until a `time`.
    WaitUntil,
    /// `now()`: a `time`.
    Now,
    /// `today()`: a `date` in the project's zone.
    Today,
    /// `uuid()`: a `string`.
    Uuid,
    /// `random()`: a `float` in 0..1.
    Random,
    /// `log(message, level)`: two strings.
    Log,
    /// A setting of the connection that the action runs on, as `string?`: the argument is the setting's name,
    /// `"kind"` gives the connection's kind. Only in actions.
    Setting,
}

impl Effect {
    /// A call of an action without clauses, on the piece's own connection.
    pub fn action(action: ActionId, types: impl Into<Box<[TypeId]>>) -> Effect {
        Effect::Action {
            action,
            types: types.into(),
            connection: None,
            clauses: Clauses::default(),
        }
    }
}

/// Which clauses a call of an action has. Their values stand behind the action's own arguments, in the order of
/// the fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clauses {
    /// `retry`: an `int`, how many more attempts after the first, and where [`Clauses::pauses`], two `duration`s,
    /// the first pause and the longest.
    pub retry: bool,
    /// Whether `retry` says its pauses.
    pub pauses: bool,
    /// `within`: a `duration`, the call's whole time.
    pub within: bool,
    /// `once`: a `string`.
    pub once: bool,
}

impl Clauses {
    /// The types of the clauses' values, in order.
    pub fn operands(self) -> impl Iterator<Item = TypeId> {
        let retry = self.retry.then_some(TypeId::INT).into_iter();
        let pauses = (self.retry && self.pauses).then_some([TypeId::DURATION; 2]);
        let within = self.within.then_some(TypeId::DURATION);
        let once = self.once.then_some(TypeId::STRING);
        retry.chain(pauses.into_iter().flatten()).chain(within).chain(once)
    }
}

/// What a test asks of its runner. The arguments are named in the order in which they stand; those in brackets
/// are there where the flag says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TestEffect {
    /// Lets an action be answered: [the arguments it is for], and those of each answer in order.
    Given {
        /// Which action.
        action: ActionId,
        /// Its type parameters.
        types: Box<[TypeId]>,
        /// The positions of the parameters whose values must be equal.
        parameters: Box<[u16]>,
        /// In order; the last one again and again.
        answers: Box<[Answer]>,
    },
    /// Begins a run of a flow and drives it until it ends or waits: the event.
    Run(FlowId),
    /// Lets time pass: a `duration`.
    Advance,
    /// Writes the run down, forgets it, and goes on from what was written.
    Crash,
    /// The last run's result, of the flow's result type; an error where it has none.
    Result(FlowId),
    /// So many calls of an action: [an `int`], and the arguments that count. Fewer or more fail the test.
    Called {
        /// Which action.
        action: ActionId,
        /// Whether it says how often; else once or more often.
        exactly: bool,
        /// The positions of the parameters whose values must be equal.
        parameters: Box<[u16]>,
    },
    /// So many runs of another flow: [an `int`], and the event's fields that count.
    Started {
        /// Which flow.
        flow: FlowId,
        /// Whether it says how often; else once or more often.
        exactly: bool,
        /// The positions of the event's fields whose values must be equal.
        fields: Box<[u16]>,
    },
    /// The last run has succeeded.
    Succeeded,
    /// The last run has failed: [a `string` that its message contains].
    Failed {
        /// Whether it says what the message contains.
        message: bool,
    },
    /// The last run has not ended.
    Waiting,
    /// The last run wrote a line: a `string` that it contains.
    Logged,
    /// A `bool` is true: the bool, and where `compared`, the two sides.
    Holds {
        /// The operator between the two sides.
        compared: Option<EcoString>,
    },
}

/// How a stand-in answers one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What it answers.
    pub kind: AnswerKind,
    /// Whether a `duration` follows: how long the call takes.
    pub after: bool,
}

/// What a stand-in answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AnswerKind {
    /// A value of the action's result type.
    Returns,
    /// Fails with an error of this kind: [a `string`, the message].
    Fails {
        /// A literal of the error kinds.
        kind: EcoString,
        /// Whether a message is given.
        message: bool,
    },
}
