//! The syntax tree: what stands in a file, before anything is known of its meaning.
//!
//! Every node knows its [`Span`]. A tree is always complete: where the text is broken, [`ExprKind::Missing`],
//! [`TypeKind::Missing`] or an empty [`Name`] stands in its place, and a diagnostic says why. Comments are kept
//! in a list beside the items, in order of position.

use ecow::EcoString;

use crate::source::Span;

/// A whole file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// In order of position.
    pub items: Vec<Item>,
    /// Every `//` and `///` comment, in order of position.
    pub comments: Vec<Comment>,
}

/// A comment, its slashes included in the span.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Whether it is a `///`.
    pub doc: bool,
}

/// A name where it stands. Empty where one is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The text.
    pub text: EcoString,
    /// Where it stands.
    pub span: Span,
}

/// A top-level definition.
#[derive(Debug, Clone)]
pub struct Item {
    /// The whole item, without its documentation.
    pub span: Span,
    /// The `///` lines before it, without slashes and joined by newlines.
    pub doc: EcoString,
    /// What it defines.
    pub kind: ItemKind,
}

/// What an item defines.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a file has few of them, and each lives on the heap already"
)]
pub enum ItemKind {
    /// `[label:] on trigger(…) [as name] [-> T] [within D else E] [with …] < … >`
    Flow(Box<Flow>),
    /// `use "./crm.flow"`, `use hubspot as emea with connection "hubspot-emea"`
    Use(UseItem),
    /// `test "…" { … }`
    Test(TestItem),
    /// `type Name { … }`, `type Name = …`
    Type(TypeItem),
    /// `fn name(…) -> T { … }`
    Function(FunctionItem),
    /// `const NAME = …`
    Const(ConstItem),
    /// `piece name` and the declarations that go with it.
    Piece(Name),
    /// `base "…"`
    Base(Expr),
    /// `docs "…"`
    Docs(Expr),
    /// `connection KIND [NAME] { … }`
    Connection(ConnectionItem),
    /// `limits 100 per 10s`
    Limits {
        /// How many requests.
        requests: Expr,
        /// In what time.
        per: Expr,
    },
    /// `errors { 401, 403 => auth }`
    Errors(Vec<ErrorRule>),
    /// `[default] action name(…) -> T clauses { … }`
    Action(ActionItem),
    /// `trigger name(…) -> T` (a declaration of the prelude or of a piece)
    Trigger(TriggerItem),
    /// What could not be read.
    Broken,
}

/// A flow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// `label:`
    pub label: Option<Name>,
    /// `call_finished`, or `vapi.call_finished` as its two names.
    pub trigger: Vec<Name>,
    /// `NAME` of `function_call NAME(…)`.
    pub tool: Option<Name>,
    /// `agent: "x"` and `"/path"`: arguments of the trigger. For `manual` and `function_call`, empty.
    pub arguments: Vec<Argument>,
    /// `p: T` of `manual(p: T)` and `function_call name(p: T)`. For others, empty. The parser decides by the
    /// trigger's name.
    pub parameters: Vec<Parameter>,
    /// `as call`
    pub binding: Option<Name>,
    /// `-> T`
    pub result: Option<TypeExpr>,
    /// `within 2s else allow()`
    pub deadline: Option<Deadline>,
    /// `with concurrency 5 per customer, timeout 1h`, in order.
    pub settings: Vec<FlowSetting>,
    /// The header, from the label to before `<`.
    pub header: Span,
    /// Between `<` and `>`.
    pub body: Block,
}

/// `within D else E`
#[derive(Debug, Clone)]
pub struct Deadline {
    /// How long.
    pub duration: Expr,
    /// What is answered then.
    pub fallback: Option<Expr>,
}

/// One of the settings that follow `with` in a flow's header.
#[derive(Debug, Clone)]
pub struct FlowSetting {
    /// Where it stands.
    pub span: Span,
    /// What it sets.
    pub kind: FlowSettingKind,
}

/// What a setting of a flow sets.
#[derive(Debug, Clone)]
pub enum FlowSettingKind {
    /// `concurrency 5 per customer`
    Concurrency {
        /// How many runs at a time.
        limit: Expr,
        /// Of those with the same value of this; of all where it is missing.
        per: Option<Expr>,
    },
    /// `dedupe by id for 7d`
    Dedupe {
        /// What makes two events the same.
        by: Expr,
        /// For how long the first is remembered.
        window: Option<Expr>,
    },
    /// `timeout 1h`
    Timeout(Expr),
}

/// `use …`
#[derive(Debug, Clone)]
pub struct UseItem {
    /// What is used.
    pub source: UseSource,
    /// `as emea`
    pub alias: Option<Name>,
    /// `with connection "hubspot-emea"`: the connection's name, without quotes.
    pub connection: Option<(EcoString, Span)>,
}

/// What a `use` item names.
#[derive(Debug, Clone)]
pub enum UseSource {
    /// `"./crm.flow"`, without quotes.
    File(EcoString, Span),
    /// `hubspot`
    Piece(Name),
}

/// `test "…" { … }`
#[derive(Debug, Clone)]
pub struct TestItem {
    /// What it is called, without quotes.
    pub name: (EcoString, Span),
    /// Its statements, those of tests among them.
    pub body: Block,
}

/// `type …`
#[derive(Debug, Clone)]
pub struct TypeItem {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub definition: TypeDefinition,
}

/// What a `type` item stands for.
#[derive(Debug, Clone)]
pub enum TypeDefinition {
    /// `{ company: string, … }`
    Record(Vec<Field>),
    /// `"new" | "won"` or `Won { … } | Lost { … }`, with a leading `|` allowed. One bare name alone is an alias.
    Choice(Vec<VariantItem>),
    /// `[Lead]`, `Lead?` …
    Alias(TypeExpr),
}

/// An alternative of a choice.
#[derive(Debug, Clone)]
pub struct VariantItem {
    /// The whole alternative.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: EcoString,
    /// What it is.
    pub kind: VariantKind,
}

/// What an alternative is.
#[derive(Debug, Clone)]
pub enum VariantKind {
    /// `"won"`
    Literal(EcoString),
    /// `Won`, `Won { amount: decimal }`
    Tagged {
        /// The tag.
        name: Name,
        /// Its fields.
        fields: Vec<Field>,
    },
}

/// A field of a record type.
#[derive(Debug, Clone)]
pub struct Field {
    /// The whole field.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: EcoString,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// `nullable`
    pub nullable: bool,
    /// `= value`
    pub default: Option<Expr>,
    /// `wire "First-Name"`, without quotes.
    pub wire: Option<(EcoString, Span)>,
    /// `sample value`
    pub sample: Option<Expr>,
}

/// A parameter of a function, an action, a trigger or a flow.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The whole parameter.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: EcoString,
    /// Its name.
    pub name: Name,
    /// Its type; [`TypeKind::Missing`] where none is written.
    pub ty: TypeExpr,
    /// Whether it is `name: type T`; then `ty` is the name `T`, and `default` a type in the form of an expression.
    pub is_type: bool,
    /// `= value`
    pub default: Option<Expr>,
    /// `= T` of a type parameter.
    pub default_type: Option<TypeExpr>,
}

/// `fn …`
#[derive(Debug, Clone)]
pub struct FunctionItem {
    /// Its name.
    pub name: Name,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// `-> T`
    pub result: Option<TypeExpr>,
    /// `{ … }`
    pub body: Block,
}

/// `const …`
#[derive(Debug, Clone)]
pub struct ConstItem {
    /// Its name.
    pub name: Name,
    /// `: T`
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}

/// `connection KIND [NAME] { … }`
#[derive(Debug, Clone)]
pub struct ConnectionItem {
    /// `oauth2`, `key`, `basic`, `none`.
    pub kind: Name,
    /// Another name than the kind's.
    pub name: Option<Name>,
    /// What it declares.
    pub entries: Vec<ConnectionEntry>,
}

/// A line of a connection.
#[derive(Debug, Clone)]
pub enum ConnectionEntry {
    /// `token: secret`, `model: string = "…"`
    Setting(Box<Field>),
    /// A word and its values: `header "Authorization" "Bearer {token}"`, `authorize "…"`, `check get "/x"`,
    /// `refresh rotating`. A word among the values is a [`ExprKind::Name`].
    Directive {
        /// The word.
        word: Name,
        /// What follows it on the line.
        values: Vec<Expr>,
    },
}

/// `401, 403 => auth`
#[derive(Debug, Clone)]
pub struct ErrorRule {
    /// The statuses.
    pub statuses: Vec<Expr>,
    /// The kind.
    pub kind: Name,
}

/// `action …`
#[derive(Debug, Clone)]
pub struct ActionItem {
    /// `default action …`
    pub is_default: bool,
    /// Its name.
    pub name: Name,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// `-> T`
    pub result: Option<TypeExpr>,
    /// `scope "…"`, each.
    pub scopes: Vec<(EcoString, Span)>,
    /// `effect write`
    pub effect: Option<Name>,
    /// `{ … }`; none where `native` stands for it.
    pub body: Option<Block>,
}

/// `trigger …`
#[derive(Debug, Clone)]
pub struct TriggerItem {
    /// Its name.
    pub name: Name,
    /// Filters and settings.
    pub parameters: Vec<Parameter>,
    /// `-> T`, the event.
    pub event: Option<TypeExpr>,
    /// `sample { … }`
    pub sample: Option<Expr>,
}

/// Statements between braces, or the body of a flow.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Its braces or angle brackets included.
    pub span: Span,
    /// In order. An expression as the last statement is the block's value where one is wanted.
    pub statements: Vec<Stmt>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// Where it stands, without the newline or `;` that ends it.
    pub span: Span,
    /// What it does.
    pub kind: StmtKind,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// `name = e`, `name: T = e`, `var name = e`: whether `name = e` binds or assigns is not known here.
    Bind {
        /// Whether `var` stands before it.
        var: bool,
        /// What is bound.
        name: Name,
        /// `: T`
        ty: Option<TypeExpr>,
        /// Its value.
        value: Expr,
    },
    /// `total += 1`, and `=` to what is no plain name (an error that the checker tells).
    Assign {
        /// What is assigned.
        target: Expr,
        /// `+` of `+=`.
        operator: Option<BinaryOp>,
        /// The value.
        value: Expr,
    },
    /// A call, an `if`, a `match` … for its effect or as a block's value.
    Expr(Expr),
    /// `for item in items { }`
    For {
        /// What each item is called.
        name: Name,
        /// The list.
        iterable: Expr,
        /// What is done for each.
        body: Block,
    },
    /// `while cond { }`
    While {
        /// Checked before each turn.
        condition: Expr,
        /// What is done in each.
        body: Block,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `wait 3d`
    Wait(Expr),
    /// `wait until t`
    WaitUntil(Expr),
    /// `try { } catch error { }`
    Try {
        /// What may fail.
        body: Block,
        /// `error`
        error: Option<Name>,
        /// What is done then.
        handler: Block,
    },
    /// `return`, `return e`
    Return(Option<Expr>),
    /// `stop`
    Stop,
    /// `parallel { a = x(); b = y() }`: each statement is a branch.
    Parallel(Block),
    /// `first { reply = x(); wait 2h }`: each statement is a branch.
    First(Block),
    /// `{ … }` as a statement: several statements that are one branch. Elsewhere the checker refuses it.
    Block(Block),
    /// `given …`, only in tests.
    Given(Given),
    /// `advance 14d`, only in tests.
    Advance(Expr),
    /// `crash`, only in tests.
    Crash,
    /// `expect …`, only in tests.
    Expect(Expectation),
    /// What could not be read.
    Broken,
}

/// `given hubspot.create_deal with { name: "x" } returns { … } then fails timeout`
#[derive(Debug, Clone)]
pub struct Given {
    /// The action: a name, or a field for `piece.action`; a call where `into:` says for which type.
    pub action: Expr,
    /// `with { … }`: only calls whose arguments are these.
    pub arguments: Option<Expr>,
    /// What the calls are answered with, in order; the last one again and again.
    pub answers: Vec<Answer>,
}

/// How a stand-in answers one call.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where it stands.
    pub span: Span,
    /// What it answers.
    pub kind: AnswerKind,
    /// `after 2h`: how long the call takes.
    pub after: Option<Expr>,
}

/// What a stand-in answers.
#[derive(Debug, Clone)]
pub enum AnswerKind {
    /// `returns value`
    Returns(Expr),
    /// `fails rate_limited "slow down"`
    Fails {
        /// The kind of error.
        kind: Name,
        /// What the error says.
        message: Option<Expr>,
    },
}

/// What a test expects.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// `expect slack.send_message called once with { … }`, `expect follow_up started`
    Called {
        /// The action, or the flow where `started` is said of it.
        callee: Expr,
        /// Whether the word is `started`.
        started: bool,
        /// How often.
        times: Times,
        /// `with { … }`: only calls whose arguments are these count.
        arguments: Option<Expr>,
    },
    /// `expect succeeded`
    Succeeded,
    /// `expect failed`, `expect failed with "…"`
    Failed(Option<Expr>),
    /// `expect waiting`
    Waiting,
    /// `expect logged "…"`
    Logged(Expr),
    /// `expect result == 5`: anything that is true or false.
    Holds(Expr),
}

/// How often something is expected.
#[derive(Debug, Clone)]
pub enum Times {
    /// Once or more often.
    AtLeastOnce,
    /// `not called`
    Never,
    /// `called once`
    Once,
    /// `called 3 times`
    Exactly(Expr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// Nothing stands where an expression must.
    Missing,
    /// `none`
    None,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`, `1_000`
    Int(i64),
    /// `0.5`: digits as written, for it may be a float or a decimal.
    Number(EcoString),
    /// `30s`, in milliseconds.
    Duration(i64),
    /// `2026-11-22`
    Date(jiff::civil::Date),
    /// `2026-11-22T09:30:00Z`
    Time(jiff::Timestamp),
    /// `"text {expr}"`, escapes resolved.
    Text(Vec<TextPart>),
    /// `lead`
    Name(EcoString),
    /// `lead.company`, `lead?.company`
    Field {
        /// Left of the dot.
        base: Box<Expr>,
        /// Whether it is `?.`.
        optional: bool,
        /// Right of the dot.
        name: Name,
    },
    /// `list[0]`
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// Whether it is `?.[`. Always false for now in the grammar's base form.
        optional: bool,
        /// The index.
        index: Box<Expr>,
    },
    /// `f(a, name: b)`
    Call {
        /// What is called: a name, or a field for `piece.action` and methods.
        callee: Box<Expr>,
        /// In order.
        arguments: Vec<Argument>,
        /// From `(` to `)`.
        parens: Span,
    },
    /// `not a`, `-a`
    Unary {
        /// Which.
        op: UnaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// On what.
        operand: Box<Expr>,
    },
    /// `a + b` …
    Binary {
        /// Which.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `a..b`, both ends included.
    Range {
        /// The first.
        from: Box<Expr>,
        /// The last.
        to: Box<Expr>,
    },
    /// `e as T`
    As {
        /// What is read.
        value: Box<Expr>,
        /// As what.
        ty: TypeExpr,
    },
    /// `e catch f`, `e catch error => f`
    Catch {
        /// What may fail.
        value: Box<Expr>,
        /// What the error is called.
        error: Option<Name>,
        /// What stands for it then.
        fallback: Box<Expr>,
    },
    /// `if c { a } else { b }`
    If {
        /// Conditions with their blocks; `else if` makes more than one.
        branches: Vec<(Expr, Block)>,
        /// `else { }`
        otherwise: Option<Block>,
    },
    /// `match e { … }`
    Match {
        /// What is looked at.
        subject: Box<Expr>,
        /// In order.
        arms: Vec<Arm>,
    },
    /// `hubspot.create_deal(…) retry 5 every 10s within 30s once "key"`
    Clauses {
        /// The call.
        call: Box<Expr>,
        /// In order.
        clauses: Vec<Clause>,
    },
    /// `for item in items parallel 10 { … }`, which gives a list of what the body gives.
    ParallelFor {
        /// What each item is called.
        name: Name,
        /// The list.
        iterable: Box<Expr>,
        /// How many at a time; all at once where only `parallel` is written.
        limit: Option<Box<Expr>>,
        /// What is done for each.
        body: Block,
    },
    /// `start other_flow(…)`, `run other_flow(…)`; in tests also `run other_flow with { … }`
    Launch {
        /// Whether the word is `run`, which waits for the result.
        waits: bool,
        /// The flow: a name, or a field for one of another file.
        flow: Box<Expr>,
        /// The event's fields.
        arguments: Vec<Argument>,
        /// From `(` to `)`; empty where there are none.
        parens: Span,
        /// `with { … }`: the event's fields as a record, in tests.
        event: Option<Box<Expr>>,
    },
    /// `[a, b, ...c]`
    List(Vec<Element>),
    /// `{ name: "x", amount, ...other }`, also as a map's or `json`'s literal; keys may be quoted.
    Record(Vec<Entry>),
    /// `Won { amount: 5 }`: a capitalised name directly before a record. `Lead { … }` likewise names a record.
    Tagged {
        /// The tag or the record's name.
        name: Name,
        /// Its fields.
        entries: Vec<Entry>,
    },
    /// `x => x.name`, `(a, b) => a + b`
    Lambda {
        /// What it takes.
        parameters: Vec<Name>,
        /// What it gives.
        body: Box<Expr>,
    },
    /// `{ … }` as the body of a lambda or an arm. Elsewhere braces make a record.
    Block(Block),
    /// `(e)`, kept for the formatter.
    Paren(Box<Expr>),
    /// `Lead?`, `[string: Lead]` as an argument: a type that can be no value.
    Type(TypeExpr),
}

/// How one call is repeated and bounded.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// What a clause says.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `retry 5`, `retry 5 every 10s`, `retry 5 backoff 1s..5m`
    Retry {
        /// How many more attempts after the first.
        count: Expr,
        /// The pauses between them; where missing, the runtime's own.
        pause: Option<Pause>,
    },
    /// `within 30s`: the call's whole time, pauses included.
    Within(Expr),
    /// `once "key"`: no other call with this key, in any run.
    Once(Expr),
}

/// The pauses between attempts.
#[derive(Debug, Clone)]
pub enum Pause {
    /// `every 10s`
    Every(Expr),
    /// `backoff 1s..5m`: doubling, from the first to the longest.
    Backoff {
        /// The first pause.
        first: Expr,
        /// The longest one.
        longest: Expr,
    },
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// As it stands, escapes resolved.
    Text(EcoString),
    /// `{expr}`
    Expr(Expr),
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Argument {
    /// `name:`
    pub name: Option<Name>,
    /// Its value. Where `into: Stage` gives a type, the type as it looks as an expression, or an
    /// [`ExprKind::Type`] where it looks like none.
    pub value: Expr,
}

/// An item of a list literal.
#[derive(Debug, Clone)]
pub struct Element {
    /// Whether `...` stands before it.
    pub spread: bool,
    /// Its value.
    pub value: Expr,
}

/// An entry of a record literal.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `name: value`; `name` alone is `name: name`; `"any text": value`.
    Field {
        /// The key.
        name: Name,
        /// Its value; the name itself as an expression where only that is written.
        value: Expr,
        /// Whether only the name is written.
        shorthand: bool,
    },
    /// `...other`
    Spread(Expr),
}

/// An arm of a `match`.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The whole arm.
    pub span: Span,
    /// `"a", "b" =>`: any of them.
    pub patterns: Vec<Pattern>,
    /// Right of `=>`.
    pub body: Expr,
}

/// What an arm takes.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// What a pattern is.
#[derive(Debug, Clone)]
pub enum PatternKind {
    /// `else`
    Else,
    /// `"won"`, `3`, `-1`, `true`, `none`, `1.5`
    Literal(Expr),
    /// `Won`, `Won { amount, reason: why }`
    Variant {
        /// The tag.
        name: Name,
        /// The fields and what they are called in the arm.
        fields: Option<Vec<(Name, Name)>>,
    },
    /// `value`: anything that is left, under that name; of an optional, what is there.
    Bind(Name),
    /// What could not be read.
    Missing,
}

/// `not`, `-`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
    /// `??`
    Coalesce,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::In => "in",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Coalesce => "??",
        }
    }
}

/// A type where it is written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// Nothing stands where a type must.
    Missing,
    /// `string`, `Lead`, `hubspot.Deal` as its two names.
    Name(Vec<Name>),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `[T]`
    List(Box<TypeExpr>),
    /// `[string: T]`
    Map(Box<TypeExpr>, Box<TypeExpr>),
    /// `{ name: string }` in place.
    Record(Vec<Field>),
    /// `"a" | "b"` in place.
    Choice(Vec<VariantItem>),
}
