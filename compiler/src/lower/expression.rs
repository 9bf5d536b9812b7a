//! Expressions whose operands are all evaluated, in order; what jumps is in [`control`](super::control),
//! [`matching`](super::matching) and [`loops`](super::loops), and what asks the host in
//! [`effects`](super::effects) and [`branches`](super::branches).

use callflow_artifact::Builtin;
use callflow_artifact::bytecode::{Op, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::TypeId;

use super::assign;
use super::function::{Builder, Operand, Want};
use crate::semantics::typed::{Expr, ExprKind, ListPart, LocalId, MapPart};

/// How many items or entries are made at once. The rest of a long literal is appended one by one, so that it
/// needs no register for each.
const AT_ONCE: usize = 64;

impl<'p> Builder<'_, 'p> {
    /// Evaluates an expression.
    pub(super) fn expr(&mut self, expr: &'p Expr, want: Want) -> Operand {
        if !self.is_live() {
            return Operand::NOWHERE;
        }
        let outer = std::mem::replace(&mut self.span, expr.span);
        let value = self.kind(expr, want);
        self.span = outer;
        if let Want::Nothing = want {
            self.release(value);
            return Operand::NOWHERE;
        }
        value
    }

    /// Evaluates an expression for its effect.
    pub(super) fn discard(&mut self, expr: &'p Expr) {
        self.expr(expr, Want::Nothing);
    }

    /// Whether an expression writes its result only after it has read all that it reads.
    pub(super) fn writes_last(expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Coalesce(..)
            | ExprKind::OptionalChain { .. }
            | ExprKind::Let { .. }
            | ExprKind::Map(_)
            | ExprKind::JsonObject(_)
            | ExprKind::Loop { .. }
            | ExprKind::If(..)
            | ExprKind::Match(_)
            | ExprKind::Catch { .. }
            | ExprKind::Block(_) => false,
            ExprKind::List(parts) => at_once(parts).is_some(),
            _ => true,
        }
    }

    fn kind(&mut self, expr: &'p Expr, want: Want) -> Operand {
        let ty = expr.ty;
        match &expr.kind {
            ExprKind::Broken => Operand::NOWHERE,
            ExprKind::Constant(constant) => {
                let dst = self.destination(want, ty);
                self.load(dst.register, constant);
                dst
            }
            ExprKind::Local(local) => self.read(*local, want),
            ExprKind::Concat(parts) => {
                self.many(parts, ty, want, |dst, parts| Op::Concat { dst, parts })
            }
            ExprKind::Format(e) => self.one(e, ty, want, |dst, src| Op::Format { dst, src }),
            ExprKind::Convert(conversion, e) => {
                let conversion = *conversion;
                self.one(e, ty, want, |dst, src| Op::Convert { dst, src, conversion })
            }
            ExprKind::Some(e) if e.ty == ty => self.expr(e, want),
            ExprKind::Some(e) if e.ty == TypeId::NONE => {
                self.discard(e);
                let dst = self.destination(want, ty);
                self.load(dst.register, &Constant::None);
                dst
            }
            ExprKind::Some(e) => self.one(e, ty, want, |dst, src| Op::Some { dst, src }),
            ExprKind::Unwrap(e) if e.ty == ty => self.expr(e, want),
            ExprKind::Unwrap(e) => self.one(e, ty, want, |dst, src| Op::Unwrap { dst, src }),
            ExprKind::Not(e) => self.one(e, ty, want, |dst, src| Op::Not { dst, src }),
            ExprKind::Negate(number, e) => {
                let number = *number;
                self.one(e, ty, want, |dst, src| Op::Negate { number, dst, src })
            }
            ExprKind::Arithmetic(op, number, a, b) => {
                let (op, number) = (*op, *number);
                self.two(a, b, ty, want, |dst, a, b| Op::Arithmetic { op, number, dst, a, b })
            }
            ExprKind::Compare(order, a, b) => {
                let order = *order;
                self.two(a, b, ty, want, |dst, a, b| Op::Compare { order, dst, a, b })
            }
            ExprKind::Equal(a, b) => self.two(a, b, ty, want, |dst, a, b| Op::Equal { dst, a, b }),
            ExprKind::Field(e, index) => {
                let index = *index;
                self.one(e, ty, want, |dst, src| Op::Field { dst, src, index })
            }
            ExprKind::ListIndex(list, index) => {
                self.two(list, index, ty, want, |dst, list, index| Op::ListIndex {
                    dst,
                    list,
                    index,
                })
            }
            ExprKind::MapIndex(map, key) => {
                self.two(map, key, ty, want, |dst, map, key| Op::MapIndex { dst, map, key })
            }
            ExprKind::JsonIndex(json, key) => {
                self.two(json, key, ty, want, |dst, json, key| Op::JsonIndex { dst, json, key })
            }
            ExprKind::Record(record, values) => {
                let record = *record;
                self.many(values, ty, want, |dst, fields| Op::Record { dst, record, fields })
            }
            ExprKind::List(parts) => match at_once(parts) {
                Some(items) => self.many(items, ty, want, |dst, items| Op::List { dst, items }),
                None => self.long_list(parts, ty, want),
            },
            ExprKind::Map(parts) => self.map(parts, ty, want),
            ExprKind::JsonObject(parts) => self.json_object(parts, want),
            ExprKind::Tagged(choice, variant, e) => {
                let (choice, variant) = (*choice, *variant);
                self.one(e, ty, want, |dst, record| Op::Tagged { dst, choice, variant, record })
            }
            ExprKind::Payload(e, variant) => {
                let variant = *variant;
                self.one(e, ty, want, |dst, src| Op::Payload { dst, src, variant })
            }
            ExprKind::Decode(e) => self.one(e, ty, want, |dst, src| Op::Decode { dst, src, ty }),
            ExprKind::Schema(of) => {
                let dst = self.destination(want, ty);
                self.emit(Op::Schema { dst: dst.register, ty: *of });
                dst
            }
            ExprKind::Call { function, types, arguments } => {
                let function = self.linker.function(*function);
                let types = types.as_slice().into();
                self.many(arguments, ty, want, |dst, arguments| Op::Call {
                    dst,
                    function,
                    types,
                    arguments,
                })
            }
            ExprKind::Builtin(builtin, arguments) => {
                let builtin = *builtin;
                self.many(arguments, ty, want, |dst, arguments| Op::Builtin {
                    dst,
                    builtin,
                    arguments,
                })
            }
            ExprKind::Action { .. }
            | ExprKind::Launch { .. }
            | ExprKind::TestResult(_)
            | ExprKind::Environment(_)
            | ExprKind::Ambient(_)
            | ExprKind::Log(..)
            | ExprKind::Wait(_)
            | ExprKind::WaitUntil(_)
            | ExprKind::Setting(_) => self.effectful(expr, want),
            ExprKind::ParallelFor { item, iterable, limit, body } => {
                self.for_each_at_once(*item, iterable, limit.as_deref(), body, ty, want)
            }
            ExprKind::Fail(message, kind) => {
                let message = self.expr(message, Want::Anywhere);
                let kind = kind.as_ref().map(|kind| self.expr(kind, Want::Anywhere));
                self.release(message);
                kind.into_iter().for_each(|kind| self.release(kind));
                let kind = kind.map(|kind| kind.register);
                self.emit(Op::Fail { message: message.register, kind });
                Operand::NOWHERE
            }
            ExprKind::Raise(error) => {
                let error = self.expr(error, Want::Anywhere);
                self.release(error);
                self.emit(Op::Raise { error: error.register });
                Operand::NOWHERE
            }
            ExprKind::And(a, b) => self.and(a, b, ty, want),
            ExprKind::Or(a, b) => self.or(a, b, ty, want),
            ExprKind::Coalesce(a, b) => self.coalesce(a, b, ty, want),
            ExprKind::OptionalChain { base, local, then } => {
                self.optional_chain(base, *local, then, ty, want)
            }
            ExprKind::Let { local, value, body } => {
                self.set(*local, value);
                self.expr(body, want)
            }
            ExprKind::If(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise, ty, want)
            }
            ExprKind::Match(found) => self.matching(found, ty, want),
            ExprKind::Catch { value, error, fallback } => {
                self.catch(value, *error, fallback, ty, want)
            }
            ExprKind::Loop { method, list, lambda } => {
                self.loop_method(*method, list, lambda, ty, want)
            }
            ExprKind::Block(block) => {
                let (value, want) = self.common(want, ty);
                self.block(block, want);
                value
            }
        }
    }

    /// A local's value, left where it is or copied to where it is wanted.
    fn read(&mut self, local: LocalId, want: Want) -> Operand {
        let src = self.local(local);
        match want {
            Want::In(dst) => {
                self.copy(dst, src);
                Operand::fixed(dst)
            }
            Want::Nothing | Want::Anywhere => Operand::fixed(src),
        }
    }

    /// Copies a register, unless it is the same one.
    pub(super) fn copy(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.emit(Op::Move { dst, src });
        }
    }

    // Operands.

    fn one(
        &mut self,
        a: &'p Expr,
        ty: TypeId,
        want: Want,
        op: impl FnOnce(Reg, Reg) -> Op,
    ) -> Operand {
        let a = self.expr(a, Want::Anywhere);
        self.release(a);
        let dst = self.destination(want, ty);
        self.emit(op(dst.register, a.register));
        dst
    }

    fn two(
        &mut self,
        a: &'p Expr,
        b: &'p Expr,
        ty: TypeId,
        want: Want,
        op: impl FnOnce(Reg, Reg, Reg) -> Op,
    ) -> Operand {
        let a = self.operand(a, &[b]);
        let b = self.expr(b, Want::Anywhere);
        self.release(a);
        self.release(b);
        let dst = self.destination(want, ty);
        self.emit(op(dst.register, a.register, b.register));
        dst
    }

    pub(super) fn many(
        &mut self,
        operands: impl IntoIterator<Item = &'p Expr>,
        ty: TypeId,
        want: Want,
        op: impl FnOnce(Reg, Box<[Reg]>) -> Op,
    ) -> Operand {
        let exprs: Vec<&'p Expr> = operands.into_iter().collect();
        let mut rest = exprs.as_slice();
        let mut values = Vec::with_capacity(exprs.len());
        while let Some((first, later)) = rest.split_first() {
            values.push(self.operand(first, later));
            rest = later;
        }
        values.iter().for_each(|&value| self.release(value));
        let dst = self.destination(want, ty);
        self.emit(op(dst.register, values.iter().map(|value| value.register).collect()));
        dst
    }

    /// An operand before others: a variable that one of them assigns is copied.
    pub(super) fn operand(&mut self, expr: &'p Expr, later: &[&'p Expr]) -> Operand {
        let value = self.expr(expr, Want::Anywhere);
        match expr.kind {
            ExprKind::Local(local)
                if self.reassigned.contains(&local)
                    && later.iter().any(|later| assign::assigns(later, local)) =>
            {
                let copy = self.destination(Want::Anywhere, expr.ty);
                self.copy(copy.register, value.register);
                copy
            }
            _ => value,
        }
    }

    // Literals.

    /// A list with spreads, or with so many items that they are appended one by one.
    fn long_list(&mut self, parts: &'p [ListPart], ty: TypeId, want: Want) -> Operand {
        let dst = self.destination(want, ty);
        let list = dst.register;
        self.emit(Op::List { dst: list, items: Box::new([]) });
        for part in parts {
            match part {
                ListPart::Item(e) => {
                    let item = self.expr(e, Want::Anywhere);
                    self.release(item);
                    self.emit(Op::Append { list, item: item.register });
                }
                ListPart::Spread(e) => self.extend(list, e, Builtin::ListConcat),
            }
        }
        dst
    }

    fn map(&mut self, parts: &'p [MapPart], ty: TypeId, want: Want) -> Operand {
        let dst = self.destination(want, ty);
        let map = dst.register;
        self.emit(Op::Map { dst: map, entries: Box::new([]) });
        for part in parts {
            match part {
                MapPart::Entry(key, e) => {
                    let value = self.expr(e, Want::Anywhere);
                    let key = self.constant(TypeId::STRING, &Constant::Text(key.clone()));
                    self.release(value);
                    self.release(key);
                    self.emit(Op::MapInsert { map, key: key.register, value: value.register });
                }
                MapPart::Spread(e) => self.extend(map, e, Builtin::MapMerge),
            }
        }
        dst
    }

    /// Lets a list or map be itself with another one behind it.
    fn extend(&mut self, whole: Reg, part: &'p Expr, builtin: Builtin) {
        let part = self.expr(part, Want::Anywhere);
        self.release(part);
        let arguments = Box::new([whole, part.register]);
        self.emit(Op::Builtin { dst: whole, builtin, arguments });
    }
}

/// The items of a list that is made by one instruction.
fn at_once(parts: &[ListPart]) -> Option<impl Iterator<Item = &Expr>> {
    let item = |part: &ListPart| matches!(part, ListPart::Item(_));
    (parts.len() <= AT_ONCE && parts.iter().all(item)).then(|| {
        parts.iter().map(|part| match part {
            ListPart::Item(e) | ListPart::Spread(e) => e,
        })
    })
}
