//! Every typed program lowers to code that passes verification: shown with bodies made at random.

use callflow_artifact::bytecode::{Conversion, FunctionId};
use callflow_artifact::constant::Constant;
use callflow_artifact::print::print_function;
use callflow_artifact::types::TypeId;
use callflow_artifact::verify::verify;
use proptest::prelude::*;

use super::maker::{EVENT, Maker, add, block, expr, fail, giving, int, less, log, set, text};
use crate::semantics::typed::{
    Ambient, Arm, Block, Branch, Expr, ExprKind, JsonPart, Lambda, ListPart, LocalId, LoopMethod,
    Match, Pattern, StmtKind,
};
use crate::source::Span;

/// Makes statements and expressions of a few types out of a seed.
struct Random {
    maker: Maker,
    seed: u64,
    /// How many more nodes may be made, so that a body ends.
    left: u32,
    /// Variables that have a value wherever statements are made, one of each type.
    int: LocalId,
    maybe: LocalId,
    list: LocalId,
    maybe_int: TypeId,
    /// Whether `break` and `continue` have a loop.
    in_loop: bool,
    /// Whether the variables are those of the body around a branch, which a branch does not set.
    in_branch: bool,
}

impl Random {
    fn new(seed: u64) -> Random {
        let mut maker = Maker::new();
        let maybe_int = maker.types.optional(TypeId::INT);
        let int = maker.local(TypeId::INT);
        let maybe = maker.local(maybe_int);
        let list = maker.local(maker.items);
        Random {
            maker,
            seed: seed | 1,
            left: 120,
            int,
            maybe,
            list,
            maybe_int,
            in_loop: false,
            in_branch: false,
        }
    }

    /// A number below `end`: xorshift, for a seed has to give the same body each time.
    fn below(&mut self, end: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) % end
    }

    /// A choice of what to make; 0, which makes no part, once enough was made.
    fn pick(&mut self, end: u64) -> u64 {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 { 0 } else { self.below(end) }
    }

    fn body(&mut self) -> Vec<StmtKind> {
        let none = expr(self.maybe_int, ExprKind::Constant(Constant::None));
        let mut statements =
            vec![set(self.int, int(1)), set(self.maybe, none), set(self.list, self.maker.list())];
        while self.left > 0 {
            statements.push(self.statement());
        }
        statements
    }

    fn block(&mut self) -> Block {
        let count = self.below(4);
        block((0..count).map(|_| self.statement()).collect())
    }

    fn giving(&mut self, value: impl FnOnce(&mut Random) -> Expr) -> Block {
        let count = self.below(2);
        let statements = (0..count).map(|_| self.statement()).collect();
        let value = if self.below(8) == 0 { fail() } else { value(self) };
        giving(statements, value)
    }

    fn looped(&mut self) -> Block {
        let outer = std::mem::replace(&mut self.in_loop, true);
        let body = self.block();
        self.in_loop = outer;
        body
    }

    fn statement(&mut self) -> StmtKind {
        match self.pick(16) {
            1..=3 if self.in_branch => set(self.maker.local(TypeId::INT), self.number()),
            1 => set(self.int, self.number()),
            2 => set(self.maybe, self.optional()),
            3 => set(self.list, self.items()),
            4 => {
                let item = self.maker.local(TypeId::INT);
                StmtKind::For { item, iterable: self.items(), body: self.looped() }
            }
            5 => {
                let item = self.maker.local(TypeId::INT);
                let (from, to) = (self.number(), self.number());
                StmtKind::ForRange { item, from, to, body: self.looped() }
            }
            6 => StmtKind::While { condition: self.condition(), body: self.looped() },
            7 => {
                let error = self.maker.local(self.maker.error);
                StmtKind::Try { body: self.block(), error, handler: self.block() }
            }
            8 if self.in_loop => StmtKind::Break,
            9 if self.in_loop => StmtKind::Continue,
            8 | 9 => StmtKind::Expr(self.optional()),
            10 if !self.in_branch && self.below(5) == 0 => StmtKind::Return(None),
            10 => StmtKind::Stop,
            11 => {
                let condition = Box::new(self.condition());
                let kind = ExprKind::If(condition, self.block(), self.block());
                StmtKind::Expr(expr(TypeId::NONE, kind))
            }
            12 => {
                let error = self.maker.local(self.maker.error);
                let value = Box::new(self.number());
                let fallback = Box::new(fail());
                let kind = ExprKind::Catch { value, error, fallback };
                StmtKind::Expr(expr(TypeId::INT, kind))
            }
            13 => StmtKind::Parallel(self.branches(|_, ty| ty)),
            14 => StmtKind::First(self.branches(|maker, ty| maker.types.optional(ty))),
            15 => StmtKind::Expr(self.at_once(TypeId::NONE)),
            _ => StmtKind::Expr(log(text("turn"))),
        }
    }

    /// Branches that give a number, a list or nothing, under a name or not.
    fn branches(&mut self, target: impl Fn(&mut Maker, TypeId) -> TypeId) -> Vec<Branch> {
        let count = 1 + self.below(3);
        let branch = |this: &mut Random| {
            let (ty, body) = match this.below(3) {
                0 => (Some(TypeId::INT), this.inside(|this| this.giving(Random::number))),
                1 => (Some(this.maker.items), this.inside(|this| this.giving(Random::items))),
                _ => (None, this.inside(Random::block)),
            };
            let ty = ty.filter(|_| this.below(4) > 0);
            let target = ty.map(|ty| target(&mut this.maker, ty));
            let target = target.map(|ty| this.maker.local(ty));
            Branch { target, body, span: Span::new(1, 2) }
        };
        (0..count).map(|_| branch(self)).collect()
    }

    /// `for … parallel` over the numbers of a list, with a value of a type for each or none.
    fn at_once(&mut self, ty: TypeId) -> Expr {
        let item = self.maker.local(TypeId::INT);
        let iterable = Box::new(self.items());
        let limit = (self.below(2) == 0).then(|| Box::new(self.number()));
        let body = self.inside(|this| {
            let read = this.maker.read(item);
            match ty {
                TypeId::NONE => {
                    let mut body = this.block();
                    let stop = block(vec![StmtKind::Continue]);
                    let condition = Box::new(less(read, int(3)));
                    let skip = ExprKind::If(condition, stop, block(vec![]));
                    let skip = StmtKind::Expr(expr(TypeId::NONE, skip));
                    body.statements.extend(block(vec![skip]).statements);
                    body
                }
                _ => this.giving(|this| add(read, this.number())),
            }
        });
        expr(ty, ExprKind::ParallelFor { item, iterable, limit, body })
    }

    /// What stands in a branch: it neither sets what is around it nor leaves it.
    fn inside<T>(&mut self, make: impl FnOnce(&mut Random) -> T) -> T {
        let outer = (self.in_loop, self.in_branch);
        (self.in_loop, self.in_branch) = (false, true);
        let made = make(self);
        (self.in_loop, self.in_branch) = outer;
        made
    }

    fn number(&mut self) -> Expr {
        let ty = TypeId::INT;
        match self.pick(10) {
            1 | 2 => add(self.number(), self.number()),
            3 => {
                let (left, right) = (Box::new(self.optional()), Box::new(self.number()));
                expr(ty, ExprKind::Coalesce(left, right))
            }
            4 => {
                let condition = Box::new(self.condition());
                let then = self.giving(Random::number);
                expr(ty, ExprKind::If(condition, then, self.giving(Random::number)))
            }
            5 => {
                let error = self.maker.local(self.maker.error);
                let (value, fallback) = (Box::new(self.number()), Box::new(self.number()));
                expr(ty, ExprKind::Catch { value, error, fallback })
            }
            6 => self.matching(),
            7 => {
                let local = self.maker.local(ty);
                let value = Box::new(self.number());
                let body = Box::new(add(self.maker.read(local), self.number()));
                expr(ty, ExprKind::Let { local, value, body })
            }
            8 => {
                let (list, index) = (Box::new(self.items()), Box::new(self.number()));
                expr(ty, ExprKind::ListIndex(list, index))
            }
            9 => {
                let method = if self.below(2) == 0 { LoopMethod::Sum } else { LoopMethod::Reduce };
                self.method(ty, method, Random::number)
            }
            _ => self.maker.read(self.int),
        }
    }

    fn matching(&mut self) -> Expr {
        let local = self.maker.local(self.maybe_int);
        let found = self.maker.local(TypeId::INT);
        let subject = self.optional();
        let there = ExprKind::Unwrap(Box::new(self.maker.read(local)));
        let tests = [
            vec![Pattern::Equals(Constant::Int(1)), Pattern::Equals(Constant::Int(2))],
            vec![Pattern::IsNone],
        ];
        let mut arms: Vec<Arm> = tests
            .into_iter()
            .map(|tests| Arm {
                patterns: tests,
                bindings: vec![],
                body: self.giving(Random::number),
            })
            .collect();
        let bindings = vec![(found, expr(TypeId::INT, there))];
        let body = giving(vec![], add(self.maker.read(found), self.number()));
        arms.push(Arm { patterns: vec![Pattern::IsSome], bindings, body });
        expr(TypeId::INT, ExprKind::Match(Box::new(Match { subject, local, arms })))
    }

    fn optional(&mut self) -> Expr {
        let ty = self.maybe_int;
        match self.pick(6) {
            1 => expr(ty, ExprKind::Some(Box::new(self.number()))),
            2 => {
                let local = self.maker.local(TypeId::INT);
                let base = Box::new(self.optional());
                let read = add(self.maker.read(local), self.number());
                let then = Box::new(expr(ty, ExprKind::Some(Box::new(read))));
                expr(ty, ExprKind::OptionalChain { base, local, then })
            }
            3 => self.method(ty, LoopMethod::Find, Random::condition),
            4 => {
                let method = if self.below(2) == 0 { LoopMethod::MinBy } else { LoopMethod::MaxBy };
                self.method(ty, method, Random::number)
            }
            5 => {
                let (left, right) = (Box::new(self.optional()), Box::new(self.optional()));
                expr(ty, ExprKind::Coalesce(left, right))
            }
            _ => self.maker.read(self.maybe),
        }
    }

    fn condition(&mut self) -> Expr {
        let ty = TypeId::BOOL;
        match self.pick(8) {
            1 => expr(ty, ExprKind::And(Box::new(self.condition()), Box::new(self.condition()))),
            2 => expr(ty, ExprKind::Or(Box::new(self.condition()), Box::new(self.condition()))),
            3 => expr(ty, ExprKind::Not(Box::new(self.condition()))),
            4 => less(self.number(), self.number()),
            5 => {
                let none = expr(self.maybe_int, ExprKind::Constant(Constant::None));
                expr(ty, ExprKind::Equal(Box::new(self.optional()), Box::new(none)))
            }
            6 => {
                let method = if self.below(2) == 0 { LoopMethod::Any } else { LoopMethod::All };
                self.method(ty, method, Random::condition)
            }
            7 => {
                let random = expr(TypeId::FLOAT, ExprKind::Ambient(Ambient::Random));
                let number = Box::new(self.number());
                let other = ExprKind::Convert(Conversion::IntToFloat, number);
                less(random, expr(TypeId::FLOAT, other))
            }
            _ => self.maker.flag(),
        }
    }

    fn items(&mut self) -> Expr {
        let ty = self.maker.items;
        match self.pick(10) {
            9 => self.at_once(ty),
            1 => {
                let parts = vec![
                    ListPart::Item(self.number()),
                    ListPart::Spread(self.items()),
                    ListPart::Item(self.number()),
                ];
                expr(ty, ExprKind::List(parts))
            }
            2 => self.method(ty, LoopMethod::Map, Random::number),
            3 => self.method(ty, LoopMethod::Filter, Random::condition),
            4 => self.method(ty, LoopMethod::SortBy, Random::number),
            5 => self.method(ty, LoopMethod::UniqueBy, Random::number),
            6 => self.method(ty, LoopMethod::FlatMap, Random::items),
            7 => {
                let decoded = self.json();
                expr(ty, ExprKind::Decode(Box::new(decoded)))
            }
            8 => {
                let item = ListPart::Item(self.number());
                expr(ty, ExprKind::List(vec![item]))
            }
            _ => self.maker.read(self.list),
        }
    }

    fn json(&mut self) -> Expr {
        let parts = vec![
            JsonPart::Entry("a".into(), self.optional()),
            JsonPart::Spread(self.maker.read(EVENT)),
            JsonPart::Entry("b".into(), self.items()),
        ];
        expr(TypeId::JSON, ExprKind::JsonObject(parts))
    }

    fn method(
        &mut self,
        ty: TypeId,
        method: LoopMethod,
        body: impl FnOnce(&mut Random) -> Expr,
    ) -> Expr {
        let list = Box::new(self.items());
        let item = self.maker.local(TypeId::INT);
        let total = self.maker.local(TypeId::INT);
        let reduce = method == LoopMethod::Reduce;
        let lambda = Lambda {
            parameters: if reduce { vec![total, item] } else { vec![item] },
            body: Box::new(body(self)),
            initial: reduce.then(|| Box::new(self.number())),
        };
        expr(ty, ExprKind::Loop { method, list, lambda })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_lowered_passes_verification(seed: u64) {
        let mut random = Random::new(seed);
        let body = random.body();
        let artifact = random.maker.lower(TypeId::NONE, body).unwrap();
        prop_assert_eq!(verify(&artifact), Ok(()), "{}", print_function(&artifact, FunctionId(0)));
    }
}
