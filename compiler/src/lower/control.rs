//! What evaluates one side or the other: conditions, `??`, `?.`, `if` and `catch`.

use callflow_artifact::bytecode::{Op, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::TypeId;

use super::function::{Builder, Label, Operand, Want};
use crate::semantics::typed::{Block, Expr, ExprKind, LocalId};

impl<'p> Builder<'_, 'p> {
    /// Goes to `label` where the condition is `sense`, and on where it is not. Conditions that are built of
    /// others become jumps, without a bool for each part.
    pub(super) fn branch(&mut self, condition: &'p Expr, sense: bool, label: Label) {
        match &condition.kind {
            ExprKind::Constant(Constant::Bool(value)) => {
                if *value == sense {
                    self.jump(label);
                }
            }
            ExprKind::Not(e) => self.branch(e, !sense, label),
            // Either side decides: `and` is false, `or` is true.
            ExprKind::And(a, b) if !sense => {
                self.branch(a, false, label);
                self.branch(b, false, label);
            }
            ExprKind::Or(a, b) if sense => {
                self.branch(a, true, label);
                self.branch(b, true, label);
            }
            // Both sides decide.
            ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                let past = self.label();
                self.branch(a, !sense, past);
                self.branch(b, sense, label);
                self.place(past);
            }
            ExprKind::Equal(a, b) if matches!(b.kind, ExprKind::Constant(Constant::None)) => {
                let src = self.expr(a, Want::Anywhere);
                self.release(src);
                self.branch_none(src.register, sense, label);
            }
            _ => {
                let condition = self.expr(condition, Want::Anywhere);
                self.release(condition);
                self.branch_on(condition.register, sense, label);
            }
        }
    }

    /// Goes to `label` where a bool is `sense`.
    pub(super) fn branch_on(&mut self, condition: Reg, sense: bool, label: Label) {
        let op = match sense {
            true => Op::JumpIf { condition, to: 0 },
            false => Op::JumpIfNot { condition, to: 0 },
        };
        self.emit_jump(op, label);
    }

    /// Goes to `label` where the bool that an instruction gives is `sense`.
    pub(super) fn branch_op(&mut self, sense: bool, label: Label, op: impl FnOnce(Reg) -> Op) {
        let condition = self.destination(Want::Anywhere, TypeId::BOOL);
        self.emit(op(condition.register));
        self.release(condition);
        self.branch_on(condition.register, sense, label);
    }

    /// Goes to `label` where whether the optional is none is `sense`.
    pub(super) fn branch_none(&mut self, src: Reg, sense: bool, label: Label) {
        if sense {
            self.emit_jump(Op::JumpIfNone { src, to: 0 }, label);
        } else {
            let past = self.label();
            self.emit_jump(Op::JumpIfNone { src, to: 0 }, past);
            self.jump(label);
            self.place(past);
        }
    }

    pub(super) fn and(&mut self, a: &'p Expr, b: &'p Expr, ty: TypeId, want: Want) -> Operand {
        self.short_circuit(a, b, ty, want, |condition| Op::JumpIfNot { condition, to: 0 })
    }

    pub(super) fn or(&mut self, a: &'p Expr, b: &'p Expr, ty: TypeId, want: Want) -> Operand {
        self.short_circuit(a, b, ty, want, |condition| Op::JumpIf { condition, to: 0 })
    }

    /// The left side's value stands where the jump is taken, else the right one's.
    fn short_circuit(
        &mut self,
        a: &'p Expr,
        b: &'p Expr,
        ty: TypeId,
        want: Want,
        decided: impl FnOnce(Reg) -> Op,
    ) -> Operand {
        let dst = self.destination(want, ty);
        let end = self.label();
        self.expr(a, Want::In(dst.register));
        self.emit_jump(decided(dst.register), end);
        self.expr(b, Want::In(dst.register));
        self.place(end);
        dst
    }

    pub(super) fn coalesce(&mut self, a: &'p Expr, b: &'p Expr, ty: TypeId, want: Want) -> Operand {
        if a.ty == TypeId::NONE {
            self.discard(a);
            return self.expr(b, want);
        }
        let (dst, want) = self.common(want, ty);
        let left = self.expr(a, Want::Anywhere);
        let missing = self.label();
        let end = self.label();
        self.emit_jump(Op::JumpIfNone { src: left.register, to: 0 }, missing);
        if let Want::In(dst) = want {
            if a.ty == ty {
                self.copy(dst, left.register);
            } else {
                self.emit(Op::Unwrap { dst, src: left.register });
            }
        }
        self.release(left);
        self.jump(end);
        self.place(missing);
        self.expr(b, want);
        self.place(end);
        dst
    }

    pub(super) fn optional_chain(
        &mut self,
        base: &'p Expr,
        local: LocalId,
        then: &'p Expr,
        ty: TypeId,
        want: Want,
    ) -> Operand {
        let (dst, want) = self.common(want, ty);
        let base = self.expr(base, Want::Anywhere);
        let missing = self.label();
        let end = self.label();
        self.emit_jump(Op::JumpIfNone { src: base.register, to: 0 }, missing);
        let there = self.local(local);
        self.emit(Op::Unwrap { dst: there, src: base.register });
        self.release(base);
        self.expr(then, want);
        self.jump(end);
        self.place(missing);
        if let Want::In(dst) = want {
            self.load(dst, &Constant::None);
        }
        self.place(end);
        dst
    }

    pub(super) fn conditional(
        &mut self,
        condition: &'p Expr,
        then: &'p Block,
        otherwise: &'p Block,
        ty: TypeId,
        want: Want,
    ) -> Operand {
        let (dst, want) = self.common(want, ty);
        let no = self.label();
        self.branch(condition, false, no);
        self.block(then, want);
        if otherwise.statements.is_empty()
            && otherwise.value.is_none()
            && matches!(want, Want::Nothing)
        {
            self.place(no);
            return dst;
        }
        let end = self.label();
        self.jump(end);
        self.place(no);
        self.block(otherwise, want);
        self.place(end);
        dst
    }

    pub(super) fn catch(
        &mut self,
        value: &'p Expr,
        error: LocalId,
        fallback: &'p Expr,
        ty: TypeId,
        want: Want,
    ) -> Operand {
        let (dst, want) = self.common(want, ty);
        self.guarded(
            error,
            |builder| {
                builder.expr(value, want);
            },
            |builder| {
                builder.expr(fallback, want);
            },
        );
        dst
    }
}
