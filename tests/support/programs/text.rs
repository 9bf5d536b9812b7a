//! Programs as text.

use std::fmt::{Display, Formatter, Result, Write};

use super::tree::{Branch, Expr, Statement, Type, Unit, VARIABLES};

/// What every program has beside its own functions and its flow.
const COMMON: &str = r#"
type Point { x: int, y: int?, label: string }
type Shape = Dot | Circle { radius: int } | Box { wide: int, tall: int }
type Held {
  a: int
  b: int
  flag: bool
  text: string
  price: int
  span: int
  list: [int]
  counts: [string: int]
  maybe: int?
  point: Point
  shape: Shape
}
fn fails(n: int) -> int { if n == n { fail("no") }; return n }
fn counts_of(m: [string: int]) -> [string: int] { return m }
fn point_of(p: Point) -> Point { return p }
fn shape_of(s: Shape) -> Shape { return s }
fn same(n: int?) -> int? { return n }
fn nothing() -> int? { return none }
fn some(n: int) -> int? { return n }
fn slow() -> int { wait 1h; return 0 }
fn swapped(n: int, k: int) -> int { return n - k * 2 }
"#;

/// What the flow gives at its end.
const HELD: &str = "return {\n  a, b, flag, text, list, counts, maybe, point, shape\n  \
                    price: (price * 100).floor()\n  span: span.milliseconds()\n}\n";

impl Display for Unit {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(COMMON)?;
        for (index, body) in self.functions.iter().enumerate() {
            writeln!(f, "fn f{index}(n: int, k: int) -> int {{")?;
            writeln!(f, "if n <= 0 {{ return k }}\nreturn {body}\n}}")?;
        }
        writeln!(f, "\non manual() -> Held <")?;
        for (name, ty, value) in VARIABLES {
            writeln!(f, "var {name}: {ty} = {value}")?;
        }
        writeln!(f, "{}{HELD}>", All(&self.body))
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Type::Int => "int",
            Type::Bool => "bool",
            Type::Text => "string",
            Type::Decimal => "decimal",
            Type::Duration => "duration",
            Type::Ints => "[int]",
            Type::Counts => "[string: int]",
            Type::Maybe => "int?",
            Type::Point => "Point",
            Type::Shape => "Shape",
        })
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Expr::Int(value) => write!(f, "{value}"),
            Expr::Bool(value) => write!(f, "{value}"),
            Expr::Text(text) => write!(f, "{text:?}"),
            Expr::Decimal(hundredths) => write!(f, "{}.{:02}", hundredths / 100, hundredths % 100),
            Expr::Duration(milliseconds) => write!(f, "{milliseconds}ms"),
            Expr::None => write!(f, "nothing()"),
            Expr::Some(e) => write!(f, "some({e})"),
            Expr::Read(name) => write!(f, "{name}"),
            Expr::Binary(op, a, b) => write!(f, "({a} {op} {b})"),
            Expr::Scaled(a, b) => write!(f, "({a} * ({b} % 10))"),
            Expr::Not(e) => write!(f, "(not {e})"),
            Expr::Negate(e) => write!(f, "(-{e})"),
            Expr::If(c, a, b) => write!(f, "(if {c} {{ {a} }} else {{ {b} }})"),
            Expr::Assigning(c, name, a, b) => {
                write!(f, "(if {c} {{ {name} = {a}; {name} }} else {{ {b} }})")
            }
            Expr::Catch(value, other) => write!(f, "({value} catch {other})"),
            Expr::Fails(value) => write!(f, "fails({value})"),
            Expr::MatchInt(subject, one, two, other) => {
                write!(f, "(match {subject} {{ 0, 1 => {one}, 2 => {two}, else => {other} }})")
            }
            Expr::MatchMaybe(subject, none, name, some) => {
                // A name would be known not to be none in the other arm.
                write!(f, "(match same({subject}) {{ none => {none}, {name} => {some} }})")
            }
            Expr::MatchShape(subject, dot, (radius, circle), (wide, tall, rest)) => write!(
                f,
                "(match {subject} {{ Dot => {dot}, Circle {{ radius: {radius} }} => {circle}, \
                 Box {{ wide: {wide}, tall: {tall} }} => {rest} }})"
            ),
            Expr::Field(e, name) => write!(f, "{e}.{name}"),
            Expr::Chain(c, point, name) => write!(f, "(if {c} {{ {point} }})?.{name}"),
            Expr::Point(x, y, label) => {
                write!(f, "point_of({{ x: {x}, y: {y}, label: {label} }})")
            }
            Expr::Spread(point, x) => write!(f, "point_of({{ ...{point}, x: {x} }})"),
            Expr::Shape(tag, fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, e)| format!(" {name}: {e} ")).collect();
                write!(f, "shape_of({tag} {{{}}})", fields.join(","))
            }
            Expr::Interpolated(parts) => {
                f.write_char('"')?;
                for part in parts {
                    match part {
                        Expr::Text(text) => f.write_str(text)?,
                        part => write!(f, "{{{part}}}")?,
                    }
                }
                f.write_char('"')
            }
            Expr::List(parts) => {
                let part = |(spread, e): &(bool, Expr)| match spread {
                    true => format!("...{e}"),
                    false => e.to_string(),
                };
                write!(f, "[{}]", parts.iter().map(part).collect::<Vec<_>>().join(", "))
            }
            Expr::Map(rest, entries) => {
                let rest = rest.iter().map(|rest| format!("...{rest}"));
                let entries = entries.iter().map(|(key, e)| format!("{key:?}: {e}"));
                let parts: Vec<String> = rest.chain(entries).collect();
                write!(f, "counts_of({{ {} }})", parts.join(", "))
            }
            Expr::Method(receiver, name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Expr::to_string).collect();
                write!(f, "{receiver}.{name}({})", arguments.join(", "))
            }
            Expr::Each(list, name, item, body) => write!(f, "{list}.{name}({item} => {body})"),
            Expr::Reduce(list, initial, total, item, body) => {
                write!(f, "{list}.reduce({initial}, ({total}, {item}) => {body})")
            }
            Expr::Call(index, n, k) => write!(f, "f{index}(({n} % 4) - 1, {k})"),
            Expr::Echo { number, retry, once } => {
                write!(f, "(tool.echo({number})")?;
                retry.iter().try_for_each(|retry| write!(f, " retry ({retry}) every 1s"))?;
                f.write_str(" within 10s")?;
                once.iter().try_for_each(|once| write!(f, " once \"k{{{once}}}\""))?;
                f.write_char(')')
            }
            Expr::Swapped(k, n) => write!(f, "swapped(k: {k}, n: {n})"),
        }
    }
}

/// Statements, each on a line.
struct All<'a>(&'a [Statement]);

impl Display for All<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.iter().try_for_each(|statement| writeln!(f, "{statement}"))
    }
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Statement::Bind(name, ty, value) => write!(f, "{name}: {ty} = {value}"),
            Statement::Variable(name, ty, value) => write!(f, "var {name}: {ty} = {value}"),
            Statement::Set(name, value) => write!(f, "{name} = {value}"),
            Statement::Log(text) => write!(f, "log({text})"),
            Statement::If(condition, then, other) => {
                write!(f, "if {condition} {{\n{}}} else {{\n{}}}", All(then), All(other))
            }
            Statement::For(item, list, body) => {
                write!(f, "for {item} in ({list}) {{\n{}}}", All(body))
            }
            Statement::Range(item, from, to, body) => {
                write!(f, "for {item} in ({from} % 4)..({to} % 4) {{\n{}}}", All(body))
            }
            Statement::While(name, condition, body) => write!(
                f,
                "var {name} = 3\nwhile {name} > 0 and {condition} {{\n{name} = {name} - 1\n{}}}",
                All(body)
            ),
            Statement::Try(body, error, handler) => {
                write!(f, "try {{\n{}}} catch {error} {{\n{}}}", All(body), All(handler))
            }
            Statement::MatchShape(subject, dot, (name, circle), other) => write!(
                f,
                "match ({subject}) {{\nDot => {{\n{}}}\nCircle {{ radius: {name} }} => {{\n{}}}\nelse => \
                 {{\n{}}}\n}}",
                All(dot),
                All(circle),
                All(other)
            ),
            Statement::Break => write!(f, "break"),
            Statement::Continue => write!(f, "continue"),
            Statement::Parallel(branches) => {
                writeln!(f, "parallel {{")?;
                branches.iter().try_for_each(|branch| writeln!(f, "{branch}"))?;
                write!(f, "}}")
            }
            Statement::First(winner, branches) => {
                writeln!(f, "first {{")?;
                for (index, branch) in branches.iter().enumerate() {
                    match branch {
                        branch if index == *winner => writeln!(f, "{branch}")?,
                        Branch::Named(name, ty, value) => {
                            writeln!(f, "{name}: {ty} = slow() + {value}")?;
                        }
                        Branch::Block(body) => writeln!(f, "{{\nwait 1h\n{}}}", All(body))?,
                    }
                }
                write!(f, "}}")
            }
            Statement::AtOnce { name, item, list, limit, body, value } => {
                if let Some(name) = name {
                    write!(f, "{name} = ")?;
                }
                write!(f, "for {item} in ({list}) parallel ")?;
                limit.iter().try_for_each(|limit| write!(f, "({limit}) "))?;
                write!(f, "{{\n{}", All(body))?;
                match name {
                    Some(_) => write!(f, "{value}\n}}"),
                    None => write!(f, "log(\"{{{value}}}\")\n}}"),
                }
            }
        }
    }
}

impl Display for Branch {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Branch::Named(name, ty, value) => write!(f, "{name}: {ty} = {value}"),
            Branch::Block(body) => write!(f, "{{\n{}}}", All(body)),
        }
    }
}
