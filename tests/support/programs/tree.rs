//! What programs are made of.

/// The types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `string`
    Text,
    /// `decimal`
    Decimal,
    /// `duration`
    Duration,
    /// `[int]`
    Ints,
    /// `[string: int]`
    Counts,
    /// `int?`
    Maybe,
    /// `type Point { x: int, y: int?, label: string }`
    Point,
    /// `type Shape = Dot | Circle { radius: int } | Box { wide: int, tall: int }`
    Shape,
}

impl Type {
    pub const ALL: [Type; 10] = [
        Type::Int,
        Type::Bool,
        Type::Text,
        Type::Decimal,
        Type::Duration,
        Type::Ints,
        Type::Counts,
        Type::Maybe,
        Type::Point,
        Type::Shape,
    ];
}

/// A whole program: functions, and a flow that gives what its variables hold at its end.
#[derive(Debug)]
pub struct Unit {
    /// `fn f0(n: int, k: int) -> int { if n <= 0 { return k }; return EXPR }`
    pub functions: Vec<Expr>,
    pub body: Vec<Statement>,
}

/// The variables that every flow has, and what they begin with in text.
pub const VARIABLES: [(&str, Type, &str); 11] = [
    ("a", Type::Int, "0"),
    ("b", Type::Int, "1"),
    ("flag", Type::Bool, "false"),
    ("text", Type::Text, "\"bc\""),
    ("price", Type::Decimal, "1.50"),
    ("span", Type::Duration, "1500ms"),
    ("list", Type::Ints, "[3, 1, 2]"),
    ("counts", Type::Counts, "{ \"one\": 1 }"),
    ("maybe", Type::Maybe, "none"),
    ("point", Type::Point, "{ x: 1, label: \"p\" }"),
    ("shape", Type::Shape, "Circle { radius: 2 }"),
];

pub type Boxed = Box<Expr>;

/// What gives a value.
#[derive(Debug)]
pub enum Expr {
    Int(i64),
    Bool(bool),
    Text(&'static str),
    /// In hundredths.
    Decimal(i64),
    /// In milliseconds.
    Duration(i64),
    /// `nothing()`, which gives none.
    None,
    /// `some(n)`, an optional that is there.
    Some(Boxed),
    Read(String),
    /// Arithmetic, comparison, `and`, `or`, `??`.
    Binary(&'static str, Boxed, Boxed),
    /// `decimal * (int % 10)`
    Scaled(Boxed, Boxed),
    Not(Boxed),
    Negate(Boxed),
    If(Boxed, Boxed, Boxed),
    /// `if c { variable = e; variable } else { e }`
    Assigning(Boxed, String, Boxed, Boxed),
    Catch(Boxed, Boxed),
    /// A call that fails once its argument is there.
    Fails(Boxed),
    /// `match n { 0, 1 => , 2 => , else => }`
    MatchInt(Boxed, Boxed, Boxed, Boxed),
    /// `match m { none => , n => }`
    MatchMaybe(Boxed, Boxed, String, Boxed),
    /// `match s { Dot => , Circle { radius } => , Box { wide, tall } => }`
    MatchShape(Boxed, Boxed, (String, Boxed), (String, String, Boxed)),
    Field(Boxed, &'static str),
    /// `(if c { point })?.x`
    Chain(Boxed, Boxed, &'static str),
    Point(Boxed, Boxed, Boxed),
    /// `Point { ...point, x: e }`
    Spread(Boxed, Boxed),
    Shape(&'static str, Vec<(&'static str, Expr)>),
    /// The one text of several parts.
    Interpolated(Vec<Expr>),
    /// Items, and lists whose items they are where the flag is set.
    List(Vec<(bool, Expr)>),
    /// `counts({ ...map, "key": e })`
    Map(Option<Boxed>, Vec<(&'static str, Expr)>),
    /// A method without a lambda.
    Method(Boxed, &'static str, Vec<Expr>),
    /// A method with a lambda over numbers.
    Each(Boxed, &'static str, String, Boxed),
    /// `reduce(start, (total, item) => e)`
    Reduce(Boxed, Boxed, String, String, Boxed),
    /// `f0(n, k)`
    Call(usize, Boxed, Boxed),
    /// `tool.echo(n) retry e every 1s within 10s once "k{e}"`
    Echo {
        number: Boxed,
        retry: Option<Boxed>,
        once: Option<Boxed>,
    },
    /// `swapped(k: e, n: e)`: arguments in another order than the parameters'.
    Swapped(Boxed, Boxed),
}

/// What does something.
#[derive(Debug)]
pub enum Statement {
    /// A name for the rest of the block.
    Bind(String, Type, Expr),
    /// A variable for the rest of the block.
    Variable(String, Type, Expr),
    Set(String, Expr),
    Log(Expr),
    If(Expr, Vec<Statement>, Vec<Statement>),
    For(String, Expr, Vec<Statement>),
    /// `for i in (a % 4)..(b % 4)`
    Range(String, Expr, Expr, Vec<Statement>),
    /// `var n = 3; while n > 0 and c { n = n - 1; … }`
    While(String, Expr, Vec<Statement>),
    Try(Vec<Statement>, String, Vec<Statement>),
    MatchShape(Expr, Vec<Statement>, (String, Vec<Statement>), Vec<Statement>),
    Break,
    Continue,
    Parallel(Vec<Branch>),
    /// The winner by its number; every other branch waits.
    First(usize, Vec<Branch>),
    /// `name = for item in list parallel N { …; e }`
    AtOnce {
        name: Option<String>,
        item: String,
        list: Expr,
        limit: Option<Expr>,
        body: Vec<Statement>,
        value: Expr,
    },
}

/// One of several that go on at a time.
#[derive(Debug)]
pub enum Branch {
    Named(String, Type, Expr),
    Block(Vec<Statement>),
}
