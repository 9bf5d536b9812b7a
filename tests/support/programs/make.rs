//! Well-typed programs out of a seed.

use super::tree::{Boxed, Branch, Expr, Statement, Type, Unit, VARIABLES};

/// A program; the same one for the same seed.
pub fn unit(seed: u64) -> Unit {
    let mut maker = Maker {
        seed: seed | 1,
        left: 0,
        parts: 0,
        readable: vec![],
        assignable: vec![],
        functions: 0,
        named: 0,
        place: Place { in_lambda: true, breaks: false, continues: false },
    };
    let mut functions = Vec::new();
    for index in 0..2 {
        maker.functions = index + 1;
        maker.readable = vec![("n".into(), Type::Int), ("k".into(), Type::Int)];
        functions.push(maker.value(Type::Int));
    }
    maker.left = 30;
    maker.readable = VARIABLES.iter().map(|&(name, ty, _)| (name.into(), ty)).collect();
    maker.assignable = maker.readable.clone();
    maker.place.in_lambda = false;
    let mut body = Vec::new();
    while maker.left > 0 {
        body.push(maker.statement());
    }
    Unit { functions, body }
}

/// What may stand where something is made.
#[derive(Clone, Copy)]
struct Place {
    /// In a lambda or a function, where nothing is assigned.
    in_lambda: bool,
    breaks: bool,
    continues: bool,
}

struct Maker {
    seed: u64,
    /// How many more statements may be made.
    left: u32,
    /// How many more parts the expression at hand may get.
    parts: u32,
    readable: Vec<(String, Type)>,
    assignable: Vec<(String, Type)>,
    /// How many functions may be called.
    functions: usize,
    /// How many names were given.
    named: u32,
    place: Place,
}

const TEXTS: [&str; 4] = ["", "a", "bc", "Acme"];
const KEYS: [&str; 3] = ["one", "two", "x-y"];

impl Maker {
    /// A number below `end`; xorshift.
    fn below(&mut self, end: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) as usize % end
    }

    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn name(&mut self, what: &str) -> String {
        self.named += 1;
        format!("{what}_{}", self.named)
    }

    /// Makes something where a new name can be read.
    fn with<T>(&mut self, name: &str, ty: Type, body: impl FnOnce(&mut Self) -> T) -> T {
        self.readable.push((name.into(), ty));
        let made = body(self);
        self.readable.pop();
        made
    }

    /// Makes something in another place.
    fn at<T>(&mut self, place: Place, body: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.place, place);
        let made = body(self);
        self.place = outer;
        made
    }

    fn lambda(&mut self, ty: Type) -> (String, Boxed) {
        let item = self.name("item");
        let place = Place { in_lambda: true, ..self.place };
        let body = self.at(place, |this| this.with(&item, Type::Int, |this| this.boxed(ty)));
        (item, body)
    }

    // Expressions.

    fn boxed(&mut self, ty: Type) -> Boxed {
        Box::new(self.expr(ty))
    }

    /// An expression of a few parts.
    fn value(&mut self, ty: Type) -> Expr {
        self.parts = 2 + self.below(14) as u32;
        self.expr(ty)
    }

    fn expr(&mut self, ty: Type) -> Expr {
        self.parts = self.parts.saturating_sub(1);
        if self.parts == 0 {
            return self.leaf(ty);
        }
        match self.below(13) {
            0 => Expr::If(self.boxed(Type::Bool), self.boxed(ty), self.boxed(ty)),
            1 if !self.place.in_lambda => {
                let all = self.assignable.iter().filter(|(_, known)| *known == ty);
                let all: Vec<String> = all.map(|(name, _)| name.clone()).collect();
                if all.is_empty() {
                    return self.leaf(ty);
                }
                let condition = self.boxed(Type::Bool);
                let name = all[self.below(all.len())].clone();
                Expr::Assigning(condition, name, self.boxed(ty), self.boxed(ty))
            }
            2 => Expr::Catch(self.boxed(ty), self.boxed(ty)),
            3 => {
                let (subject, dot) = (self.boxed(Type::Shape), self.boxed(ty));
                let [radius, wide, tall] = ["radius", "wide", "tall"].map(|name| self.name(name));
                let circle = self.with(&radius, Type::Int, |this| this.boxed(ty));
                let rest = self.with(&wide, Type::Int, |this| {
                    this.with(&tall, Type::Int, |this| this.boxed(ty))
                });
                Expr::MatchShape(subject, dot, (radius, circle), (wide, tall, rest))
            }
            4 => {
                let (subject, none) = (self.boxed(Type::Maybe), self.boxed(ty));
                let name = self.name("there");
                let some = self.with(&name, Type::Int, |this| this.boxed(ty));
                Expr::MatchMaybe(subject, none, name, some)
            }
            5 | 6 => self.leaf(ty),
            _ => self.own(ty),
        }
    }

    /// A name that can be read, or a literal.
    fn leaf(&mut self, ty: Type) -> Expr {
        let known = self.readable.iter().filter(|(_, known)| *known == ty);
        let known: Vec<String> = known.map(|(name, _)| name.clone()).collect();
        if !known.is_empty() && !self.chance(3) {
            return Expr::Read(known[self.below(known.len())].clone());
        }
        match ty {
            Type::Int => Expr::Int(self.below(9) as i64),
            Type::Bool => Expr::Bool(self.chance(2)),
            Type::Text => Expr::Text(self.one_of(&TEXTS)),
            Type::Decimal => Expr::Decimal(self.below(5000) as i64),
            Type::Duration => Expr::Duration(self.below(5000) as i64),
            Type::Ints => {
                let count = 1 + self.below(3);
                Expr::List((0..count).map(|_| (false, Expr::Int(self.below(5) as i64))).collect())
            }
            Type::Counts => {
                Expr::Map(None, vec![(self.one_of(&KEYS), Expr::Int(self.below(5) as i64))])
            }
            Type::Maybe if self.chance(2) => Expr::None,
            Type::Maybe => Expr::Some(Box::new(Expr::Int(self.below(9) as i64))),
            Type::Point => {
                let [x, y] = [(); 2].map(|()| self.below(5) as i64);
                let y = Box::new(Expr::Some(Box::new(Expr::Int(y))));
                Expr::Point(Box::new(Expr::Int(x)), y, Box::new(Expr::Text(self.one_of(&TEXTS))))
            }
            Type::Shape => Expr::Shape("Dot", vec![]),
        }
    }

    /// What only a type has.
    fn own(&mut self, ty: Type) -> Expr {
        match ty {
            Type::Int => self.int(),
            Type::Bool => self.bool(),
            Type::Text => self.text(),
            Type::Decimal => match self.below(3) {
                0 => Expr::Scaled(self.boxed(ty), self.boxed(Type::Int)),
                1 => Expr::Negate(self.boxed(ty)),
                _ => self.binary(&["+", "-"], ty),
            },
            Type::Duration => match self.below(3) {
                0 => Expr::Negate(self.boxed(ty)),
                _ => self.binary(&["+", "-"], ty),
            },
            Type::Ints => self.ints(),
            Type::Counts => self.counts(),
            Type::Maybe => self.maybe(),
            Type::Point => match self.below(2) {
                0 => Expr::Spread(self.boxed(ty), self.boxed(Type::Int)),
                _ => {
                    let (x, y) = (self.boxed(Type::Int), self.boxed(Type::Maybe));
                    Expr::Point(x, y, self.boxed(Type::Text))
                }
            },
            Type::Shape => match self.below(2) {
                0 => Expr::Shape("Circle", vec![("radius", self.expr(Type::Int))]),
                _ => {
                    let wide = ("wide", self.expr(Type::Int));
                    Expr::Shape("Box", vec![wide, ("tall", self.expr(Type::Int))])
                }
            },
        }
    }

    fn binary(&mut self, operators: &[&'static str], ty: Type) -> Expr {
        Expr::Binary(self.one_of(operators), self.boxed(ty), self.boxed(ty))
    }

    fn method(&mut self, ty: Type, name: &'static str, arguments: &[Type]) -> Expr {
        let receiver = self.boxed(ty);
        Expr::Method(receiver, name, arguments.iter().map(|&ty| self.expr(ty)).collect())
    }

    fn each(&mut self, names: &[&'static str], gives: Type) -> Expr {
        let list = self.boxed(Type::Ints);
        let (item, body) = self.lambda(gives);
        Expr::Each(list, self.one_of(names), item, body)
    }

    fn int(&mut self) -> Expr {
        let ty = Type::Int;
        match self.below(18) {
            0..=3 => self.binary(&["+", "-", "*", "/", "%"], ty),
            4 => Expr::Binary("??", self.boxed(Type::Maybe), self.boxed(ty)),
            5 => Expr::Fails(self.boxed(ty)),
            6 => {
                let (subject, one, two) = (self.boxed(ty), self.boxed(ty), self.boxed(ty));
                Expr::MatchInt(subject, one, two, self.boxed(ty))
            }
            7 => self.each(&["sum"], ty),
            8 => self.each(&["count"], Type::Bool),
            9 => {
                let (list, initial) = (self.boxed(Type::Ints), self.boxed(ty));
                let (total, item) = (self.name("total"), self.name("item"));
                let place = Place { in_lambda: true, ..self.place };
                let body = self.at(place, |this| {
                    this.with(&total, ty, |this| this.with(&item, ty, |this| this.boxed(ty)))
                });
                Expr::Reduce(list, initial, total, item, body)
            }
            10 => self.method(Type::Ints, "length", &[]),
            11 => self.method(Type::Text, "length", &[]),
            12 => match self.below(3) {
                0 => self.method(Type::Decimal, "floor", &[]),
                1 => self.method(Type::Duration, "seconds", &[]),
                _ => self.method(ty, "clamp", &[ty, ty]),
            },
            13 => Expr::Field(self.boxed(Type::Point), "x"),
            14 if self.functions > 0 => {
                Expr::Call(self.below(self.functions), self.boxed(ty), self.boxed(ty))
            }
            15 => {
                let number = self.boxed(ty);
                let retry = self.chance(2).then(|| self.count());
                let once = self.chance(2).then(|| self.boxed(ty));
                Expr::Echo { number, retry, once }
            }
            16 => Expr::Swapped(self.boxed(ty), self.boxed(ty)),
            _ => Expr::Negate(self.boxed(ty)),
        }
    }

    /// A number that is no literal below one.
    fn count(&mut self) -> Boxed {
        let literal = Expr::Int(1 + self.below(3) as i64);
        Box::new(if self.chance(2) { literal } else { self.method(Type::Ints, "length", &[]) })
    }

    fn bool(&mut self) -> Expr {
        match self.below(9) {
            0 => self.binary(&["and", "or"], Type::Bool),
            1 => Expr::Not(self.boxed(Type::Bool)),
            2 => self.each(&["any", "all"], Type::Bool),
            3 => {
                let ty = self.one_of(&Type::ALL);
                self.binary(&["==", "!="], ty)
            }
            4 => self.method(Type::Text, "contains", &[Type::Text]),
            5 => self.method(Type::Ints, "contains", &[Type::Int]),
            6 => Expr::Method(self.boxed(Type::Counts), "has", vec![Expr::Text("one")]),
            7 => {
                let ty = self.one_of(&[Type::Decimal, Type::Duration, Type::Text]);
                self.binary(&["<", "<="], ty)
            }
            _ => self.binary(&["<", "<="], Type::Int),
        }
    }

    fn text(&mut self) -> Expr {
        match self.below(5) {
            0 => self.method(Type::Text, "upper", &[]),
            1 => self.method(Type::Text, "reverse", &[]),
            2 => Expr::Field(self.boxed(Type::Point), "label"),
            _ => {
                let count = 1 + self.below(3);
                let part = |this: &mut Maker| {
                    let ty = this.one_of(&[Type::Int, Type::Bool, Type::Text, Type::Text]);
                    this.expr(ty)
                };
                Expr::Interpolated((0..count).map(|_| part(self)).collect())
            }
        }
    }

    fn ints(&mut self) -> Expr {
        let ty = Type::Ints;
        match self.below(10) {
            0..=1 => {
                let count = self.below(3);
                let part = |this: &mut Maker| match this.chance(2) {
                    true => (true, this.expr(ty)),
                    false => (false, this.expr(Type::Int)),
                };
                let mut parts: Vec<(bool, Expr)> = (0..count).map(|_| part(self)).collect();
                parts.push((false, self.expr(Type::Int)));
                Expr::List(parts)
            }
            2..=3 => self.each(&["map", "sort_by", "unique_by"], Type::Int),
            4 => self.each(&["filter"], Type::Bool),
            5 => self.each(&["flat_map"], ty),
            6 => {
                let name = self.one_of(&["reverse", "sort", "unique"]);
                self.method(ty, name, &[])
            }
            7 => {
                let name = self.one_of(&["take", "drop"]);
                self.method(ty, name, &[Type::Int])
            }
            8 => self.method(ty, "concat", &[ty]),
            _ => self.method(Type::Counts, "values", &[]),
        }
    }

    fn counts(&mut self) -> Expr {
        let ty = Type::Counts;
        let key = Expr::Text(self.one_of(&KEYS));
        match self.below(4) {
            0 => {
                let map = self.boxed(ty);
                Expr::Method(map, "set", vec![key, self.expr(Type::Int)])
            }
            1 => Expr::Method(self.boxed(ty), "without", vec![key]),
            2 => self.method(ty, "merge", &[ty]),
            _ => {
                let rest = self.chance(2).then(|| self.boxed(ty));
                Expr::Map(rest, vec![(self.one_of(&KEYS), self.expr(Type::Int))])
            }
        }
    }

    fn maybe(&mut self) -> Expr {
        match self.below(8) {
            0 => Expr::Some(self.boxed(Type::Int)),
            1 => self.method(Type::Ints, "get", &[Type::Int]),
            2 => {
                let name = self.one_of(&["first", "last", "max"]);
                self.method(Type::Ints, name, &[])
            }
            3 => self.each(&["min_by", "max_by"], Type::Int),
            4 => self.each(&["find"], Type::Bool),
            5 => Expr::Field(self.boxed(Type::Point), "y"),
            6 => {
                let field = self.one_of(&["x", "y"]);
                Expr::Chain(self.boxed(Type::Bool), self.boxed(Type::Point), field)
            }
            _ => {
                let key = Expr::Text(self.one_of(&KEYS));
                Expr::Method(self.boxed(Type::Counts), "get", vec![key])
            }
        }
    }

    // Statements.

    /// Statements whose names end with them.
    fn block(&mut self) -> Vec<Statement> {
        let names = (self.readable.len(), self.assignable.len());
        let count = 1 + self.below(3);
        let made = (0..count).map(|_| self.statement()).collect();
        self.readable.truncate(names.0);
        self.assignable.truncate(names.1);
        made
    }

    fn turn(&mut self) -> Vec<Statement> {
        let place = Place { breaks: true, continues: true, ..self.place };
        self.at(place, Maker::block)
    }

    /// Makes a branch, which assigns nothing that is around it and does not leave it.
    fn inside<T>(&mut self, continues: bool, body: impl FnOnce(&mut Self) -> T) -> T {
        let assignable = std::mem::take(&mut self.assignable);
        let made = self.at(Place { breaks: false, continues, ..self.place }, body);
        self.assignable = assignable;
        made
    }

    fn statement(&mut self) -> Statement {
        self.left = self.left.saturating_sub(1);
        let made = if self.left == 0 { 0 } else { self.below(18) };
        match made {
            1 => Statement::If(self.value(Type::Bool), self.block(), self.block()),
            2 => {
                let (item, list) = (self.name("item"), self.value(Type::Ints));
                let body = self.with(&item, Type::Int, Maker::turn);
                Statement::For(item, list, body)
            }
            3 => {
                let (item, from, to) =
                    (self.name("i"), self.value(Type::Int), self.value(Type::Int));
                let body = self.with(&item, Type::Int, Maker::turn);
                Statement::Range(item, from, to, body)
            }
            4 => {
                let (name, condition) = (self.name("left"), self.value(Type::Bool));
                let body = self.with(&name, Type::Int, Maker::turn);
                // The name is bound before the loop, in the block around it.
                self.readable.push((name.clone(), Type::Int));
                Statement::While(name, condition, body)
            }
            5 | 6 => Statement::Try(self.block(), self.name("error"), self.block()),
            7 => {
                let (subject, dot) = (self.value(Type::Shape), self.block());
                let radius = self.name("radius");
                let circle = self.with(&radius, Type::Int, Maker::block);
                Statement::MatchShape(subject, dot, (radius, circle), self.block())
            }
            8 if self.place.breaks => Statement::Break,
            9 if self.place.continues => Statement::Continue,
            8 | 9 => Statement::Log(self.value(Type::Text)),
            10 | 11 => self.parallel(),
            12 => self.first(),
            13 | 14 => self.at_once(),
            15 => {
                let (ty, name) = (self.one_of(&Type::ALL), self.name("name"));
                let value = self.value(ty);
                self.readable.push((name.clone(), ty));
                match self.chance(2) {
                    true => Statement::Bind(name, ty, value),
                    false => {
                        self.assignable.push((name.clone(), ty));
                        Statement::Variable(name, ty, value)
                    }
                }
            }
            _ if self.assignable.is_empty() => Statement::Log(self.value(Type::Text)),
            _ => {
                let index = self.below(self.assignable.len());
                let (name, ty) = self.assignable[index].clone();
                Statement::Set(name, self.value(ty))
            }
        }
    }

    fn parallel(&mut self) -> Statement {
        let count = 2 + self.below(2);
        let mut named = Vec::new();
        let branches = (0..count).map(|_| match self.chance(3) {
            true => Branch::Block(self.inside(false, Maker::block)),
            false => {
                let (ty, name) = (self.one_of(&Type::ALL), self.name("done"));
                named.push((name.clone(), ty));
                Branch::Named(name, ty, self.inside(false, |this| this.value(ty)))
            }
        });
        let branches = branches.collect();
        self.readable.extend(named);
        Statement::Parallel(branches)
    }

    fn first(&mut self) -> Statement {
        let count = 2 + self.below(2);
        let mut named = Vec::new();
        let branches = (0..count).map(|_| match self.chance(3) {
            true => Branch::Block(self.inside(false, Maker::block)),
            false => {
                let name = self.name("won");
                named.push((name.clone(), Type::Maybe));
                Branch::Named(name, Type::Int, self.inside(false, |this| this.value(Type::Int)))
            }
        });
        let branches = branches.collect();
        self.readable.extend(named);
        Statement::First(self.below(count), branches)
    }

    fn at_once(&mut self) -> Statement {
        let (item, list) = (self.name("each"), self.value(Type::Ints));
        let limit = self.chance(2).then(|| *self.count());
        let name = self.chance(2).then(|| self.name("all"));
        let (body, value) = self.with(&item, Type::Int, |this| {
            this.inside(name.is_none(), |this| (this.block(), this.value(Type::Int)))
        });
        if let Some(name) = &name {
            self.readable.push((name.clone(), Type::Ints));
        }
        Statement::AtOnce { name, item, list, limit, body, value }
    }
}
