//! Flows made at random mean what a plain evaluator says: text through the whole compiler and the interpreter,
//! against a walk over the tree that the text was written from.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fmt;

use callflow_compiler::compile;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};
use callflow_runtime::execute::{Budget, Outcome, Program, Resume, resume, start};
use callflow_runtime::value::{decode, encode};
use proptest::prelude::*;
use serde_json::json;

const LIBRARY: Embedded = Embedded { prelude: callflow_stdlib::PRELUDE, pieces: &[] };

/// A number.
enum Int {
    Literal(i64),
    Read(String),
    Binary(char, Box<Int>, Box<Int>),
    If(Box<Bool>, Box<Int>, Box<Int>),
    /// `if c { variable = e; variable } else { e }`
    Assigning(Box<Bool>, String, Box<Int>, Box<Int>),
    /// `list.get(e) ?? e`
    Get(Box<List>, Box<Int>, Box<Int>),
    Catch(Box<Int>, Box<Int>),
    /// A call that fails.
    Fails(Box<Int>),
    Match(Box<Int>, Box<Int>, Box<Int>, Box<Int>),
    Sum(Box<List>, String, Box<Int>),
    /// `list.min_by(…) ?? e`, or `max_by`.
    Extreme(bool, Box<List>, String, Box<Int>, Box<Int>),
    Reduce(Box<List>, Box<Int>, String, String, Box<Int>),
}

/// A condition.
enum Bool {
    Less(Int, Int),
    Equal(Int, Int),
    And(Box<Bool>, Box<Bool>),
    Or(Box<Bool>, Box<Bool>),
    Not(Box<Bool>),
    Any(Box<List>, String, Box<Bool>),
    All(Box<List>, String, Box<Bool>),
}

/// A list of numbers.
enum List {
    Read,
    Items(Int, Box<List>, Int),
    Map(Box<List>, String, Box<Int>),
    Filter(Box<List>, String, Box<Bool>),
    SortBy(Box<List>, String, Box<Int>),
    UniqueBy(Box<List>, String, Box<Int>),
}

enum Statement {
    Set(String, Int),
    SetList(List),
    If(Bool, Vec<Statement>, Vec<Statement>),
    For(String, List, Vec<Statement>),
    Range(String, Int, Int, Vec<Statement>),
    Try(Vec<Statement>, String, Vec<Statement>),
    Break,
    Continue,
}

// To text.

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Int::Literal(value) => write!(f, "{value}"),
            Int::Read(name) => write!(f, "{name}"),
            Int::Binary(op, a, b) => write!(f, "({a} {op} {b})"),
            Int::If(c, a, b) => write!(f, "(if {c} {{ {a} }} else {{ {b} }})"),
            Int::Assigning(c, name, a, b) => {
                write!(f, "(if {c} {{ {name} = {a}; {name} }} else {{ {b} }})")
            }
            Int::Get(list, index, other) => write!(f, "({list}.get({index}) ?? {other})"),
            Int::Catch(value, other) => write!(f, "({value} catch {other})"),
            Int::Fails(value) => write!(f, "fails({value})"),
            Int::Match(subject, one, two, other) => {
                write!(f, "(match {subject} {{ 0, 1 => {one}, 2 => {two}, else => {other} }})")
            }
            Int::Sum(list, item, body) => write!(f, "{list}.sum({item} => {body})"),
            Int::Extreme(least, list, item, key, other) => {
                let name = if *least { "min_by" } else { "max_by" };
                write!(f, "({list}.{name}({item} => {key}) ?? {other})")
            }
            Int::Reduce(list, initial, total, item, body) => {
                write!(f, "{list}.reduce({initial}, ({total}, {item}) => {body})")
            }
        }
    }
}

impl fmt::Display for Bool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bool::Less(a, b) => write!(f, "({a} < {b})"),
            Bool::Equal(a, b) => write!(f, "({a} == {b})"),
            Bool::And(a, b) => write!(f, "({a} and {b})"),
            Bool::Or(a, b) => write!(f, "({a} or {b})"),
            Bool::Not(a) => write!(f, "(not {a})"),
            Bool::Any(list, item, body) => write!(f, "{list}.any({item} => {body})"),
            Bool::All(list, item, body) => write!(f, "{list}.all({item} => {body})"),
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            List::Read => write!(f, "list"),
            List::Items(first, rest, last) => write!(f, "[{first}, ...{rest}, {last}]"),
            List::Map(list, item, body) => write!(f, "{list}.map({item} => {body})"),
            List::Filter(list, item, body) => write!(f, "{list}.filter({item} => {body})"),
            List::SortBy(list, item, body) => write!(f, "{list}.sort_by({item} => {body})"),
            List::UniqueBy(list, item, body) => write!(f, "{list}.unique_by({item} => {body})"),
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statement::Set(name, value) => writeln!(f, "{name} = {value}"),
            Statement::SetList(value) => writeln!(f, "list = {value}"),
            Statement::If(condition, then, other) => {
                writeln!(f, "if {condition} {{\n{}}} else {{\n{}}}", all(then), all(other))
            }
            Statement::For(item, list, body) => {
                writeln!(f, "for {item} in {list} {{\n{}}}", all(body))
            }
            Statement::Range(item, from, to, body) => {
                writeln!(f, "for {item} in ({from} % 4)..({to} % 4) {{\n{}}}", all(body))
            }
            Statement::Try(body, error, handler) => {
                writeln!(f, "try {{\n{}}} catch {error} {{\n{}}}", all(body), all(handler))
            }
            Statement::Break => writeln!(f, "break"),
            Statement::Continue => writeln!(f, "continue"),
        }
    }
}

fn all(statements: &[Statement]) -> String {
    statements.iter().map(Statement::to_string).collect()
}

// To values.

/// Why evaluation does not go on.
#[derive(Debug, PartialEq)]
enum Leave {
    Fails,
    Break,
    Continue,
    /// It takes too long to be worth running.
    Tired,
}

struct Evaluator {
    numbers: HashMap<String, i64>,
    list: Vec<i64>,
    left: u32,
}

impl Evaluator {
    fn int(&mut self, int: &Int) -> Result<i64, Leave> {
        self.left = self.left.checked_sub(1).ok_or(Leave::Tired)?;
        match int {
            Int::Literal(value) => Ok(*value),
            Int::Read(name) => Ok(self.numbers.get(name).copied().unwrap()),
            Int::Binary(op, a, b) => {
                let (a, b) = (self.int(a)?, self.int(b)?);
                let value = match op {
                    '+' => a.checked_add(b),
                    '-' => a.checked_sub(b),
                    '*' => a.checked_mul(b),
                    '/' => a.checked_div(b),
                    _ => a.checked_rem(b),
                };
                value.ok_or(Leave::Fails)
            }
            Int::If(c, a, b) => {
                if self.bool(c)? {
                    self.int(a)
                } else {
                    self.int(b)
                }
            }
            Int::Assigning(c, name, a, b) => {
                if !self.bool(c)? {
                    return self.int(b);
                }
                let value = self.int(a)?;
                self.numbers.insert(name.clone(), value);
                Ok(value)
            }
            Int::Get(list, index, other) => {
                let (list, index) = (self.list(list)?, self.int(index)?);
                let index = if index < 0 { index + list.len() as i64 } else { index };
                match usize::try_from(index).ok().and_then(|index| list.get(index)) {
                    Some(&item) => Ok(item),
                    None => self.int(other),
                }
            }
            Int::Catch(value, other) => match self.int(value) {
                Err(Leave::Fails) => self.int(other),
                value => value,
            },
            Int::Fails(value) => self.int(value).and(Err(Leave::Fails)),
            Int::Match(subject, one, two, other) => match self.int(subject)? {
                0 | 1 => self.int(one),
                2 => self.int(two),
                _ => self.int(other),
            },
            Int::Sum(list, item, body) => {
                let values = self.each(list, item, |this| this.int(body))?;
                let sum = |sum: i64, (_, value): &(i64, i64)| sum.checked_add(*value);
                values.iter().try_fold(0, sum).ok_or(Leave::Fails)
            }
            Int::Extreme(least, list, item, key, other) => {
                let keys = self.each(list, item, |this| this.int(key))?;
                let better = |best: (i64, i64), new: &(i64, i64)| {
                    let better = if *least { new.1 < best.1 } else { new.1 > best.1 };
                    if better { *new } else { best }
                };
                match keys.split_first() {
                    Some((&first, rest)) => Ok(rest.iter().fold(first, better).0),
                    None => self.int(other),
                }
            }
            Int::Reduce(list, initial, total, item, body) => {
                let list = self.list(list)?;
                let mut value = self.int(initial)?;
                for number in list {
                    self.numbers.insert(total.clone(), value);
                    self.numbers.insert(item.clone(), number);
                    value = self.int(body)?;
                }
                Ok(value)
            }
        }
    }

    fn bool(&mut self, bool: &Bool) -> Result<bool, Leave> {
        match bool {
            Bool::Less(a, b) => Ok(self.int(a)? < self.int(b)?),
            Bool::Equal(a, b) => Ok(self.int(a)? == self.int(b)?),
            Bool::And(a, b) => Ok(self.bool(a)? && self.bool(b)?),
            Bool::Or(a, b) => Ok(self.bool(a)? || self.bool(b)?),
            Bool::Not(a) => Ok(!self.bool(a)?),
            Bool::Any(list, item, body) => self.decide(list, item, body, true),
            Bool::All(list, item, body) => self.decide(list, item, body, false),
        }
    }

    /// The first item for which the body is `decisive` decides.
    fn decide(
        &mut self,
        list: &List,
        item: &str,
        body: &Bool,
        decisive: bool,
    ) -> Result<bool, Leave> {
        for number in self.list(list)? {
            self.numbers.insert(item.into(), number);
            if self.bool(body)? == decisive {
                return Ok(decisive);
            }
        }
        Ok(!decisive)
    }

    /// Each item with what is made of it.
    fn each<T>(
        &mut self,
        list: &List,
        item: &str,
        mut body: impl FnMut(&mut Self) -> Result<T, Leave>,
    ) -> Result<Vec<(i64, T)>, Leave> {
        let mut made = Vec::new();
        for number in self.list(list)? {
            self.numbers.insert(item.into(), number);
            made.push((number, body(self)?));
        }
        Ok(made)
    }

    fn list(&mut self, list: &List) -> Result<Vec<i64>, Leave> {
        self.left = self.left.checked_sub(1).ok_or(Leave::Tired)?;
        match list {
            List::Read => Ok(self.list.clone()),
            List::Items(first, rest, last) => {
                let mut items = vec![self.int(first)?];
                items.extend(self.list(rest)?);
                items.push(self.int(last)?);
                Ok(items)
            }
            List::Map(list, item, body) => {
                let made = self.each(list, item, |this| this.int(body))?;
                Ok(made.into_iter().map(|(_, value)| value).collect())
            }
            List::Filter(list, item, body) => {
                let made = self.each(list, item, |this| this.bool(body))?;
                Ok(made.into_iter().filter(|(_, keep)| *keep).map(|(item, _)| item).collect())
            }
            List::SortBy(list, item, body) => {
                let mut made = self.each(list, item, |this| this.int(body))?;
                made.sort_by_key(|(_, key)| *key);
                Ok(made.into_iter().map(|(item, _)| item).collect())
            }
            List::UniqueBy(list, item, body) => {
                let made = self.each(list, item, |this| this.int(body))?;
                let mut seen = Vec::new();
                let new = |key: i64| {
                    let new = !seen.contains(&key);
                    seen.push(key);
                    new
                };
                let mut new = new;
                Ok(made.into_iter().filter(|(_, key)| new(*key)).map(|(item, _)| item).collect())
            }
        }
    }

    fn statements(&mut self, statements: &[Statement]) -> Result<(), Leave> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Leave> {
        match statement {
            Statement::Set(name, value) => {
                let value = self.int(value)?;
                self.numbers.insert(name.clone(), value);
            }
            Statement::SetList(list) => {
                let list = self.list(list)?;
                // Lists that double in a loop grow past all use.
                if list.len() > 200 {
                    return Err(Leave::Tired);
                }
                self.list = list;
            }
            Statement::If(condition, then, other) => {
                let body = if self.bool(condition)? { then } else { other };
                self.statements(body)?;
            }
            Statement::For(item, list, body) => {
                let list = self.list(list)?;
                self.turns(item, list, body)?;
            }
            Statement::Range(item, from, to, body) => {
                let (from, to) = (self.int(from)? % 4, self.int(to)? % 4);
                self.turns(item, (from..=to).collect(), body)?;
            }
            Statement::Try(body, _, handler) => match self.statements(body) {
                Err(Leave::Fails) => self.statements(handler)?,
                done => done?,
            },
            Statement::Break => return Err(Leave::Break),
            Statement::Continue => return Err(Leave::Continue),
        }
        Ok(())
    }

    fn turns(&mut self, item: &str, list: Vec<i64>, body: &[Statement]) -> Result<(), Leave> {
        for number in list {
            self.left = self.left.checked_sub(1).ok_or(Leave::Tired)?;
            self.numbers.insert(item.into(), number);
            match self.statements(body) {
                Err(Leave::Break) => break,
                Ok(()) | Err(Leave::Continue) => {}
                leave => return leave,
            }
        }
        Ok(())
    }
}

// At random.

/// The variables that every body has, beside `list`.
const VARIABLES: [&str; 3] = ["a", "b", "c"];

struct Maker {
    seed: u64,
    /// How many more parts may be made.
    left: u32,
    /// The names of numbers that can be read.
    readable: Vec<String>,
    /// How many names were given to items.
    named: u32,
    in_loop: bool,
    in_lambda: bool,
}

impl Maker {
    /// A number below `end`; xorshift.
    fn below(&mut self, end: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) as usize % end
    }

    /// What to make: 0, which has no parts, when enough was made.
    fn pick(&mut self, end: usize) -> usize {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 { 0 } else { self.below(end) }
    }

    fn variable(&mut self) -> String {
        let index = self.below(VARIABLES.len());
        VARIABLES.get(index).copied().unwrap_or("a").into()
    }

    /// A new name, which can be read in what `body` makes.
    fn item<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> (String, T) {
        self.named += 1;
        let name = format!("item_{}", self.named);
        self.readable.push(name.clone());
        let made = body(self);
        self.readable.pop();
        (name, made)
    }

    fn lambda<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> (String, Box<T>) {
        let outer = std::mem::replace(&mut self.in_lambda, true);
        let (item, body) = self.item(body);
        self.in_lambda = outer;
        (item, Box::new(body))
    }

    fn int(&mut self) -> Int {
        match self.pick(14) {
            1 => Int::Literal(self.below(9) as i64),
            2..=4 => {
                let op = ['+', '-', '*', '/', '%'].get(self.below(5)).copied().unwrap_or('+');
                Int::Binary(op, Box::new(self.int()), Box::new(self.int()))
            }
            5 => Int::If(Box::new(self.bool()), Box::new(self.int()), Box::new(self.int())),
            6 if !self.in_lambda => {
                let (condition, name) = (Box::new(self.bool()), self.variable());
                Int::Assigning(condition, name, Box::new(self.int()), Box::new(self.int()))
            }
            7 => Int::Get(Box::new(self.list()), Box::new(self.int()), Box::new(self.int())),
            8 => Int::Catch(Box::new(self.int()), Box::new(self.int())),
            9 => Int::Fails(Box::new(self.int())),
            10 => {
                let (subject, one) = (Box::new(self.int()), Box::new(self.int()));
                Int::Match(subject, one, Box::new(self.int()), Box::new(self.int()))
            }
            11 => {
                let list = Box::new(self.list());
                let (item, body) = self.lambda(Maker::int);
                Int::Sum(list, item, body)
            }
            12 => {
                let (least, list) = (self.below(2) == 0, Box::new(self.list()));
                let (item, key) = self.lambda(Maker::int);
                Int::Extreme(least, list, item, key, Box::new(self.int()))
            }
            13 => {
                let (list, initial) = (Box::new(self.list()), Box::new(self.int()));
                let (total, inner) = self.lambda(|maker| maker.lambda(Maker::int));
                let (item, body) = *inner;
                Int::Reduce(list, initial, total, item, body)
            }
            _ => {
                let index = self.below(self.readable.len());
                Int::Read(self.readable.get(index).cloned().unwrap_or("a".into()))
            }
        }
    }

    fn bool(&mut self) -> Bool {
        match self.pick(8) {
            1 => Bool::Equal(self.int(), self.int()),
            2 => Bool::And(Box::new(self.bool()), Box::new(self.bool())),
            3 => Bool::Or(Box::new(self.bool()), Box::new(self.bool())),
            4 => Bool::Not(Box::new(self.bool())),
            5 => {
                let list = Box::new(self.list());
                let (item, body) = self.lambda(Maker::bool);
                Bool::Any(list, item, body)
            }
            6 => {
                let list = Box::new(self.list());
                let (item, body) = self.lambda(Maker::bool);
                Bool::All(list, item, body)
            }
            _ => Bool::Less(self.int(), self.int()),
        }
    }

    fn list(&mut self) -> List {
        let method = self.pick(7);
        match method {
            1 => List::Items(self.int(), Box::new(self.list()), self.int()),
            2 => {
                let list = Box::new(self.list());
                let (item, body) = self.lambda(Maker::bool);
                List::Filter(list, item, body)
            }
            3..=5 => {
                let list = Box::new(self.list());
                let (item, body) = self.lambda(Maker::int);
                match method {
                    3 => List::Map(list, item, body),
                    4 => List::SortBy(list, item, body),
                    _ => List::UniqueBy(list, item, body),
                }
            }
            _ => List::Read,
        }
    }

    fn block(&mut self) -> Vec<Statement> {
        let count = self.below(4);
        (0..count).map(|_| self.statement()).collect()
    }

    fn turn(&mut self) -> (String, Vec<Statement>) {
        let outer = std::mem::replace(&mut self.in_loop, true);
        let made = self.item(Maker::block);
        self.in_loop = outer;
        made
    }

    fn statement(&mut self) -> Statement {
        match self.pick(9) {
            1 => Statement::SetList(self.list()),
            2 => Statement::If(self.bool(), self.block(), self.block()),
            3 => {
                let list = self.list();
                let (item, body) = self.turn();
                Statement::For(item, list, body)
            }
            4 => {
                let (from, to) = (self.int(), self.int());
                let (item, body) = self.turn();
                Statement::Range(item, from, to, body)
            }
            5 | 6 => {
                self.named += 1;
                let error = format!("error_{}", self.named);
                Statement::Try(self.block(), error, self.block())
            }
            7 if self.in_loop => Statement::Break,
            8 if self.in_loop => Statement::Continue,
            _ => Statement::Set(self.variable(), self.int()),
        }
    }
}

/// What the flow of a text returns, or none if it fails.
fn run(text: &str) -> Option<serde_json::Value> {
    let file = Source { path: "random.flow".into(), text: text.into() };
    let compilation = compile(Project::new("random", vec![file]), &LIBRARY);
    let artifact = compilation.artifact.unwrap_or_else(|| {
        let errors = compilation.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        let errors: Vec<String> =
            errors.map(|error| format!("{} {}", error.code, error.message)).collect();
        panic!("{}\n{text}", errors.join("\n"))
    });
    let program = Program::load(artifact).unwrap();
    let flow = program.artifact().flows.first().unwrap();
    let event = decode(program.types(), flow.trigger.event, &json!({})).unwrap();
    let mut fiber = start(&program, flow.function, vec![], vec![event]);
    match resume(&program, &mut fiber, Resume::Begin, &mut Budget(50_000_000)) {
        Outcome::Returned(value) => Some(encode(program.types(), flow.result, &value)),
        Outcome::Failed(..) => None,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_runs_is_what_is_written(seed: u64) {
        let mut maker = Maker {
            seed: seed | 1,
            left: 80,
            readable: VARIABLES.map(String::from).to_vec(),
            named: 0,
            in_loop: false,
            in_lambda: false,
        };
        let mut body = Vec::new();
        while maker.left > 0 {
            body.push(maker.statement());
        }
        let text = format!(
            "on manual() -> [int] <\nvar a = 0\nvar b = 1\nvar c = 2\nvar list = [3, 1, 2]\n{}\
             return [a, b, c, ...list]\n>\n\
             fn fails(n: int) -> int {{ if n == n {{ fail(\"no\") }}; return n }}\n",
            all(&body)
        );
        let numbers = VARIABLES.iter().zip(0..).map(|(name, value)| (name.to_string(), value));
        let mut evaluator =
            Evaluator { numbers: numbers.collect(), list: vec![3, 1, 2], left: 20_000 };
        let expected = match evaluator.statements(&body) {
            Ok(()) => {
                let numbers = VARIABLES.map(|name| evaluator.numbers.get(name).copied().unwrap());
                Some(json!([&numbers[..], &evaluator.list].concat()))
            }
            Err(Leave::Tired) => return Ok(()),
            Err(_) => None,
        };
        prop_assert_eq!(run(&text), expected, "{}", text);
    }
}
