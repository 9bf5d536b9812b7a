//! What programs mean: a walk over their trees.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::drive::echo;
use super::tree::{Branch, Expr, Statement, Unit};

/// Why evaluation does not go on.
#[derive(Debug, PartialEq)]
pub enum Leave {
    Fails,
    Break,
    Continue,
    /// It takes too long to be worth running.
    Tired,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Int(i64),
    Bool(bool),
    Text(String),
    /// In hundredths.
    Decimal(i128),
    /// In milliseconds.
    Duration(i64),
    Ints(Vec<i64>),
    Counts(Vec<(String, i64)>),
    Point(i64, Option<i64>, String),
    /// A tag and its fields in order.
    Shape(&'static str, Vec<i64>),
}

/// What the flow gives.
pub fn result(unit: &Unit) -> Result<Json, Leave> {
    let begin = [
        ("a", Value::Int(0)),
        ("b", Value::Int(1)),
        ("flag", Value::Bool(false)),
        ("text", Value::Text("bc".into())),
        ("price", Value::Decimal(150)),
        ("span", Value::Duration(1500)),
        ("list", Value::Ints(vec![3, 1, 2])),
        ("counts", Value::Counts(vec![("one".into(), 1)])),
        ("maybe", Value::None),
        ("point", Value::Point(1, None, "p".into())),
        ("shape", Value::Shape("Circle", vec![2])),
    ];
    let names = begin.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    let mut evaluator = Evaluator { unit, names, left: 20_000, deep: 0 };
    evaluator.statements(&unit.body)?;
    evaluator.held()
}

struct Evaluator<'u> {
    unit: &'u Unit,
    /// No two names of a function are the same, so that scopes need not be told apart.
    names: HashMap<String, Value>,
    left: u32,
    deep: u32,
}

impl Evaluator<'_> {
    fn held(&mut self) -> Result<Json, Leave> {
        let Value::Decimal(price) = self.names["price"] else { panic!("price") };
        let price = i64::try_from(price).map_err(|_| Leave::Fails)?;
        let mut held = json!({ "price": price });
        for name in ["a", "b", "flag", "text", "span", "list", "counts", "maybe", "point", "shape"]
        {
            if self.names[name] != Value::None {
                held[name] = json(&self.names[name]);
            }
        }
        Ok(held)
    }

    fn tire(&mut self, size: usize, most: usize) -> Result<(), Leave> {
        self.left = self.left.checked_sub(1).ok_or(Leave::Tired)?;
        if size > most { Err(Leave::Tired) } else { Ok(()) }
    }

    fn int(&mut self, expr: &Expr) -> Result<i64, Leave> {
        match self.expr(expr)? {
            Value::Int(value) => Ok(value),
            other => panic!("{other:?} for {expr}"),
        }
    }

    fn bool(&mut self, expr: &Expr) -> Result<bool, Leave> {
        match self.expr(expr)? {
            Value::Bool(value) => Ok(value),
            other => panic!("{other:?} for {expr}"),
        }
    }

    fn ints(&mut self, expr: &Expr) -> Result<Vec<i64>, Leave> {
        match self.expr(expr)? {
            Value::Ints(items) => Ok(items),
            other => panic!("{other:?} for {expr}"),
        }
    }

    fn expr(&mut self, expr: &Expr) -> Result<Value, Leave> {
        self.tire(0, 0)?;
        Ok(match expr {
            Expr::Int(value) => Value::Int(*value),
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Text(text) => Value::Text((*text).into()),
            Expr::Decimal(hundredths) => Value::Decimal((*hundredths).into()),
            Expr::Duration(milliseconds) => Value::Duration(*milliseconds),
            Expr::None => Value::None,
            Expr::Some(e) => self.expr(e)?,
            Expr::Read(name) => self.names[name].clone(),
            Expr::Binary("and", a, b) => Value::Bool(self.bool(a)? && self.bool(b)?),
            Expr::Binary("or", a, b) => Value::Bool(self.bool(a)? || self.bool(b)?),
            Expr::Binary("??", a, b) => match self.expr(a)? {
                Value::None => self.expr(b)?,
                value => value,
            },
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.expr(a)?, self.expr(b)?);
                binary(op, a, b)?
            }
            Expr::Scaled(a, b) => {
                let (Value::Decimal(a), b) = (self.expr(a)?, self.int(b)?) else { panic!("{a}") };
                decimal(a * i128::from(b % 10))?
            }
            Expr::Not(e) => Value::Bool(!self.bool(e)?),
            Expr::Negate(e) => match self.expr(e)? {
                Value::Int(value) => Value::Int(value.checked_neg().ok_or(Leave::Fails)?),
                Value::Decimal(value) => Value::Decimal(-value),
                Value::Duration(value) => Value::Duration(value.checked_neg().ok_or(Leave::Fails)?),
                other => panic!("-{other:?}"),
            },
            Expr::If(c, a, b) => {
                let side = if self.bool(c)? { a } else { b };
                self.expr(side)?
            }
            Expr::Assigning(c, name, a, b) => {
                if !self.bool(c)? {
                    return self.expr(b);
                }
                let value = self.expr(a)?;
                self.names.insert(name.clone(), value.clone());
                value
            }
            Expr::Catch(value, other) => match self.expr(value) {
                Err(Leave::Fails) => self.expr(other)?,
                value => value?,
            },
            Expr::Fails(value) => return self.expr(value).and(Err(Leave::Fails)),
            Expr::MatchInt(subject, one, two, other) => {
                let arm = match self.int(subject)? {
                    0 | 1 => one,
                    2 => two,
                    _ => other,
                };
                self.expr(arm)?
            }
            Expr::MatchMaybe(subject, none, name, some) => match self.expr(subject)? {
                Value::None => self.expr(none)?,
                value => {
                    self.names.insert(name.clone(), value);
                    self.expr(some)?
                }
            },
            Expr::MatchShape(subject, dot, circle, rest) => {
                let (tag, fields) = self.shape(subject)?;
                let arm = match tag {
                    "Dot" => dot,
                    "Circle" => {
                        self.names.insert(circle.0.clone(), Value::Int(fields[0]));
                        &circle.1
                    }
                    _ => {
                        self.names.insert(rest.0.clone(), Value::Int(fields[0]));
                        self.names.insert(rest.1.clone(), Value::Int(fields[1]));
                        &rest.2
                    }
                };
                self.expr(arm)?
            }
            Expr::Field(e, name) => field(self.expr(e)?, name),
            Expr::Chain(c, point, name) => match self.bool(c)? {
                true => field(self.expr(point)?, name),
                false => Value::None,
            },
            Expr::Point(x, y, label) => {
                let (x, y, label) = (self.int(x)?, self.expr(y)?, self.expr(label)?);
                let Value::Text(label) = label else { panic!("{label:?}") };
                Value::Point(x, optional(y), label)
            }
            Expr::Spread(point, x) => {
                let Value::Point(_, y, label) = self.expr(point)? else { panic!("{point}") };
                Value::Point(self.int(x)?, y, label)
            }
            Expr::Shape(tag, fields) => {
                let fields = fields.iter().map(|(_, e)| self.int(e));
                Value::Shape(tag, fields.collect::<Result<_, _>>()?)
            }
            Expr::Interpolated(parts) => {
                let mut whole = String::new();
                for part in parts {
                    match self.expr(part)? {
                        Value::Text(text) => whole.push_str(&text),
                        Value::Int(value) => whole.push_str(&value.to_string()),
                        Value::Bool(value) => whole.push_str(&value.to_string()),
                        other => panic!("{other:?} in a text"),
                    }
                }
                self.tire(whole.len(), 500)?;
                Value::Text(whole)
            }
            Expr::List(parts) => {
                let mut items = Vec::new();
                for (spread, part) in parts {
                    match spread {
                        true => items.extend(self.ints(part)?),
                        false => items.push(self.int(part)?),
                    }
                }
                // Lists that double in a loop grow past all use.
                self.tire(items.len(), 200)?;
                Value::Ints(items)
            }
            Expr::Map(rest, entries) => {
                let mut map = match rest {
                    Some(rest) => self.counts(rest)?,
                    None => Vec::new(),
                };
                for (key, e) in entries {
                    let value = self.int(e)?;
                    set(&mut map, key, value);
                }
                Value::Counts(map)
            }
            Expr::Method(receiver, name, arguments) => {
                let receiver = self.expr(receiver)?;
                let arguments = arguments.iter().map(|argument| self.expr(argument));
                let arguments: Vec<Value> = arguments.collect::<Result<_, _>>()?;
                method(receiver, name, &arguments)?
            }
            Expr::Each(list, name, item, body) => self.each(list, name, item, body)?,
            Expr::Reduce(list, initial, total, item, body) => {
                let list = self.ints(list)?;
                let mut value = self.int(initial)?;
                for number in list {
                    self.names.insert(total.clone(), Value::Int(value));
                    self.names.insert(item.clone(), Value::Int(number));
                    value = self.int(body)?;
                }
                Value::Int(value)
            }
            Expr::Call(index, n, k) => {
                let n = self.int(n)? % 4 - 1;
                let k = self.int(k)?;
                self.call(*index, n, k)?
            }
            Expr::Echo { number, retry, once } => {
                let number = self.int(number)?;
                for clause in retry.iter().chain(once) {
                    self.int(clause)?;
                }
                Value::Int(echo(number).ok_or(Leave::Fails)?)
            }
            Expr::Swapped(k, n) => {
                let (k, n) = (self.int(k)?, self.int(n)?);
                let twice = k.checked_mul(2).ok_or(Leave::Fails)?;
                Value::Int(n.checked_sub(twice).ok_or(Leave::Fails)?)
            }
        })
    }

    fn counts(&mut self, expr: &Expr) -> Result<Vec<(String, i64)>, Leave> {
        match self.expr(expr)? {
            Value::Counts(map) => Ok(map),
            other => panic!("{other:?} for {expr}"),
        }
    }

    fn shape(&mut self, expr: &Expr) -> Result<(&'static str, Vec<i64>), Leave> {
        match self.expr(expr)? {
            Value::Shape(tag, fields) => Ok((tag, fields)),
            other => panic!("{other:?} for {expr}"),
        }
    }

    /// Calls a function, whose names are its own.
    fn call(&mut self, index: usize, n: i64, k: i64) -> Result<Value, Leave> {
        if n <= 0 {
            return Ok(Value::Int(k));
        }
        self.deep += 1;
        if self.deep > 50 {
            return Err(Leave::Tired);
        }
        let own = [("n".to_string(), Value::Int(n)), ("k".to_string(), Value::Int(k))];
        let outer = std::mem::replace(&mut self.names, own.into());
        let value = self.expr(&self.unit.functions[index]);
        self.names = outer;
        self.deep -= 1;
        value
    }

    /// A method that takes a lambda.
    fn each(&mut self, list: &Expr, name: &str, item: &str, body: &Expr) -> Result<Value, Leave> {
        let list = self.ints(list)?;
        let mut made: Vec<(i64, Value)> = Vec::new();
        for number in list {
            self.names.insert(item.into(), Value::Int(number));
            let value = self.expr(body)?;
            let decided = match (name, &value) {
                ("any" | "find", Value::Bool(value)) => *value,
                ("all", Value::Bool(value)) => !value,
                _ => false,
            };
            made.push((number, value));
            if decided {
                break;
            }
        }
        let yes = |(_, value): &&(i64, Value)| *value == Value::Bool(true);
        let key = |value: &Value| match value {
            Value::Int(key) => *key,
            other => panic!("{other:?} as a key"),
        };
        let items = |made: Vec<(i64, Value)>| Value::Ints(made.iter().map(|made| made.0).collect());
        Ok(match name {
            "any" => Value::Bool(made.iter().any(|made| yes(&made))),
            "all" => Value::Bool(made.iter().all(|made| yes(&made))),
            "count" => Value::Int(made.iter().filter(yes).count() as i64),
            "find" => made.iter().find(yes).map_or(Value::None, |made| Value::Int(made.0)),
            "filter" => Value::Ints(made.iter().filter(yes).map(|made| made.0).collect()),
            "map" => Value::Ints(made.iter().map(|made| key(&made.1)).collect()),
            "flat_map" => {
                let lists = made.into_iter().flat_map(|made| match made.1 {
                    Value::Ints(items) => items,
                    other => panic!("{other:?}"),
                });
                let items: Vec<i64> = lists.collect();
                self.tire(items.len(), 200)?;
                Value::Ints(items)
            }
            "sum" => {
                let add = |sum: i64, made: &(i64, Value)| sum.checked_add(key(&made.1));
                Value::Int(made.iter().try_fold(0, add).ok_or(Leave::Fails)?)
            }
            "sort_by" => {
                made.sort_by_key(|made| key(&made.1));
                items(made)
            }
            "unique_by" => {
                let mut seen = Vec::new();
                made.retain(|made| {
                    let new = !seen.contains(&made.1);
                    seen.push(made.1.clone());
                    new
                });
                items(made)
            }
            "min_by" | "max_by" => {
                let better = |best: (i64, i64), new: (i64, i64)| {
                    let better = if name == "min_by" { new.1 < best.1 } else { new.1 > best.1 };
                    if better { new } else { best }
                };
                let keys = made.iter().map(|made| (made.0, key(&made.1)));
                keys.reduce(better).map_or(Value::None, |best| Value::Int(best.0))
            }
            other => panic!("{other}"),
        })
    }

    fn statements(&mut self, statements: &[Statement]) -> Result<(), Leave> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Leave> {
        self.tire(0, 0)?;
        match statement {
            Statement::Bind(name, _, value)
            | Statement::Variable(name, _, value)
            | Statement::Set(name, value) => {
                let value = self.expr(value)?;
                self.names.insert(name.clone(), value);
            }
            Statement::Log(text) => {
                self.expr(text)?;
            }
            Statement::If(condition, then, other) => {
                let body = if self.bool(condition)? { then } else { other };
                self.statements(body)?;
            }
            Statement::For(item, list, body) => {
                let list = self.ints(list)?;
                self.turns(item, list, body)?;
            }
            Statement::Range(item, from, to, body) => {
                let (from, to) = (self.int(from)? % 4, self.int(to)? % 4);
                self.turns(item, (from..=to).collect(), body)?;
            }
            Statement::While(name, condition, body) => {
                for turn in (0..=3).rev() {
                    self.names.insert(name.clone(), Value::Int(turn));
                    if turn == 0 || !self.bool(condition)? {
                        break;
                    }
                    self.names.insert(name.clone(), Value::Int(turn - 1));
                    match self.statements(body) {
                        Err(Leave::Break) => break,
                        Ok(()) | Err(Leave::Continue) => {}
                        leave => return leave,
                    }
                }
            }
            Statement::Try(body, _, handler) => match self.statements(body) {
                Err(Leave::Fails) => self.statements(handler)?,
                done => done?,
            },
            Statement::MatchShape(subject, dot, (name, circle), other) => {
                let (tag, fields) = self.shape(subject)?;
                let arm = match tag {
                    "Dot" => dot,
                    "Circle" => {
                        self.names.insert(name.clone(), Value::Int(fields[0]));
                        circle
                    }
                    _ => other,
                };
                self.statements(arm)?;
            }
            Statement::Break => return Err(Leave::Break),
            Statement::Continue => return Err(Leave::Continue),
            Statement::Parallel(branches) => {
                branches.iter().try_for_each(|branch| self.branch(branch))?;
            }
            Statement::First(winner, branches) => {
                for branch in branches {
                    if let Branch::Named(name, ..) = branch {
                        self.names.insert(name.clone(), Value::None);
                    }
                }
                self.branch(&branches[*winner])?;
            }
            Statement::AtOnce { name, item, list, limit, body, value } => {
                let list = self.ints(list)?;
                limit.iter().try_for_each(|limit| self.int(limit).map(|_| ()))?;
                let mut made = Vec::new();
                for number in list {
                    self.names.insert(item.clone(), Value::Int(number));
                    match self.statements(body) {
                        Ok(()) => made.push(self.int(value)?),
                        Err(Leave::Continue) if name.is_none() => {}
                        Err(leave) => return Err(leave),
                    }
                }
                name.iter().for_each(|name| {
                    self.names.insert(name.clone(), Value::Ints(made.clone()));
                });
            }
        }
        Ok(())
    }

    fn branch(&mut self, branch: &Branch) -> Result<(), Leave> {
        match branch {
            Branch::Named(name, _, value) => {
                let value = self.expr(value)?;
                self.names.insert(name.clone(), value);
                Ok(())
            }
            Branch::Block(body) => self.statements(body),
        }
    }

    fn turns(&mut self, item: &str, list: Vec<i64>, body: &[Statement]) -> Result<(), Leave> {
        for number in list {
            self.tire(0, 0)?;
            self.names.insert(item.into(), Value::Int(number));
            match self.statements(body) {
                Err(Leave::Break) => break,
                Ok(()) | Err(Leave::Continue) => {}
                leave => return leave,
            }
        }
        Ok(())
    }
}

fn optional(value: Value) -> Option<i64> {
    match value {
        Value::None => None,
        Value::Int(value) => Some(value),
        other => panic!("{other:?} as a number"),
    }
}

fn number(value: Option<i64>) -> Value {
    value.map_or(Value::None, Value::Int)
}

fn decimal(hundredths: i128) -> Result<Value, Leave> {
    // Far below what a decimal can hold without a loss of digits.
    if hundredths.abs() > 10_i128.pow(20) {
        Err(Leave::Tired)
    } else {
        Ok(Value::Decimal(hundredths))
    }
}

fn set(map: &mut Vec<(String, i64)>, key: &str, value: i64) {
    match map.iter_mut().find(|(known, _)| known == key) {
        Some((_, known)) => *known = value,
        None => map.push((key.into(), value)),
    }
}

fn field(value: Value, name: &str) -> Value {
    match (value, name) {
        (Value::Point(x, ..), "x") => Value::Int(x),
        (Value::Point(_, y, _), "y") => number(y),
        (Value::Point(.., label), "label") => Value::Text(label),
        (other, name) => panic!("{other:?}.{name}"),
    }
}

fn binary(op: &str, a: Value, b: Value) -> Result<Value, Leave> {
    if matches!(op, "==" | "!=") {
        return Ok(Value::Bool((equal(&a, &b)) == (op == "==")));
    }
    let order =
        |less: bool, equal: bool| Ok(Value::Bool(if op == "<" { less } else { less || equal }));
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => {
            let value = match op {
                "<" | "<=" => return order(a < b, a == b),
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                "/" => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            value.map(Value::Int).ok_or(Leave::Fails)
        }
        (Value::Decimal(a), Value::Decimal(b)) => match op {
            "<" | "<=" => order(a < b, a == b),
            "+" => decimal(a + b),
            _ => decimal(a - b),
        },
        (Value::Duration(a), Value::Duration(b)) => match op {
            "<" | "<=" => order(a < b, a == b),
            "+" => a.checked_add(b).map(Value::Duration).ok_or(Leave::Fails),
            _ => a.checked_sub(b).map(Value::Duration).ok_or(Leave::Fails),
        },
        (Value::Text(a), Value::Text(b)) => order(a < b, a == b),
        (a, b) => panic!("{a:?} {op} {b:?}"),
    }
}

/// Equality by value; the order of a map's entries does not count.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Counts(a), Value::Counts(b)) => {
            a.len() == b.len() && a.iter().all(|entry| b.contains(entry))
        }
        (a, b) => a == b,
    }
}

fn method(receiver: Value, name: &str, arguments: &[Value]) -> Result<Value, Leave> {
    let int = |at: usize| match &arguments[at] {
        Value::Int(value) => *value,
        other => panic!("{other:?}"),
    };
    let text = |at: usize| match &arguments[at] {
        Value::Text(value) => value.as_str(),
        other => panic!("{other:?}"),
    };
    Ok(match (receiver, name) {
        (Value::Text(it), "length") => Value::Int(it.chars().count() as i64),
        (Value::Text(it), "upper") => Value::Text(it.to_uppercase()),
        (Value::Text(it), "reverse") => Value::Text(it.chars().rev().collect()),
        (Value::Text(it), "contains") => Value::Bool(it.contains(text(0))),
        (Value::Text(it), "index_of") => number(it.find(text(0)).map(|at| at as i64)),
        (Value::Int(it), "clamp") => {
            let (least, most) = (int(0), int(1));
            if least > most {
                return Err(Leave::Fails);
            }
            Value::Int(it.clamp(least, most))
        }
        (Value::Decimal(it), "floor") => {
            Value::Int(i64::try_from(it.div_euclid(100)).map_err(|_| Leave::Fails)?)
        }
        (Value::Duration(it), "seconds") => Value::Int(it / 1000),
        (Value::Ints(it), "length") => Value::Int(it.len() as i64),
        (Value::Ints(it), "is_empty") => Value::Bool(it.is_empty()),
        (Value::Ints(it), "first") => number(it.first().copied()),
        (Value::Ints(it), "last") => number(it.last().copied()),
        (Value::Ints(it), "max") => number(it.iter().max().copied()),
        (Value::Ints(it), "get") => {
            let at = if int(0) < 0 { int(0) + it.len() as i64 } else { int(0) };
            number(usize::try_from(at).ok().and_then(|at| it.get(at)).copied())
        }
        (Value::Ints(it), "contains") => Value::Bool(it.contains(&int(0))),
        (Value::Ints(it), "take") => {
            Value::Ints(it.into_iter().take(int(0).max(0) as usize).collect())
        }
        (Value::Ints(it), "drop") => {
            Value::Ints(it.into_iter().skip(int(0).max(0) as usize).collect())
        }
        (Value::Ints(mut it), "reverse") => {
            it.reverse();
            Value::Ints(it)
        }
        (Value::Ints(mut it), "sort") => {
            it.sort_unstable();
            Value::Ints(it)
        }
        (Value::Ints(it), "unique") => {
            let mut kept = Vec::new();
            for item in it {
                if !kept.contains(&item) {
                    kept.push(item);
                }
            }
            Value::Ints(kept)
        }
        (Value::Ints(mut it), "concat") => match &arguments[0] {
            Value::Ints(other) => {
                it.extend(other);
                if it.len() > 200 {
                    return Err(Leave::Tired);
                }
                Value::Ints(it)
            }
            other => panic!("{other:?}"),
        },
        (Value::Counts(it), "values") => Value::Ints(it.iter().map(|entry| entry.1).collect()),
        (Value::Counts(it), "get") => {
            number(it.iter().find(|entry| entry.0 == text(0)).map(|entry| entry.1))
        }
        (Value::Counts(it), "has") => Value::Bool(it.iter().any(|entry| entry.0 == text(0))),
        (Value::Counts(mut it), "set") => {
            set(&mut it, text(0), int(1));
            Value::Counts(it)
        }
        (Value::Counts(mut it), "without") => {
            it.retain(|entry| entry.0 != text(0));
            Value::Counts(it)
        }
        (Value::Counts(mut it), "merge") => match &arguments[0] {
            Value::Counts(other) => {
                other.iter().for_each(|(key, value)| set(&mut it, key, *value));
                Value::Counts(it)
            }
            other => panic!("{other:?}"),
        },
        (receiver, name) => panic!("{receiver:?}.{name}"),
    })
}

fn json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Int(value) | Value::Duration(value) => json!(value),
        Value::Bool(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::Decimal(hundredths) => json!(hundredths.to_string()),
        Value::Ints(items) => json!(items),
        Value::Counts(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), json!(value))).collect())
        }
        Value::Point(x, y, label) => match y {
            Some(y) => json!({ "x": x, "y": y, "label": label }),
            None => json!({ "x": x, "label": label }),
        },
        Value::Shape(tag, fields) => match fields.as_slice() {
            [radius] => json!({ "type": tag, "radius": radius }),
            [wide, tall] => json!({ "type": tag, "wide": wide, "tall": tall }),
            _ => json!({ "type": tag }),
        },
    }
}
