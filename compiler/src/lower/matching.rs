//! `match`.

use callflow_artifact::bytecode::{Op, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::{Type, TypeId};

use super::function::{Builder, Label, Operand, Want};
use crate::semantics::typed::{Arm, Match, Test};

impl Builder<'_, '_> {
    /// Tries the arms in order. The last one is not tested: it always fits.
    pub(super) fn matching(&mut self, found: &Match, ty: TypeId, want: Want) -> Operand {
        let (dst, want) = self.common(want, ty);
        self.set(found.local, &found.subject);
        let subject = self.local(found.local);
        let end = self.label();
        let mut arms = found.arms.iter().peekable();
        while let Some(arm) = arms.next() {
            let next = self.label();
            if arms.peek().is_some() {
                self.tests(&arm.tests, subject, next);
            }
            self.arm(arm, want);
            if arms.peek().is_some() {
                self.jump(end);
            }
            self.place(next);
        }
        self.place(end);
        dst
    }

    fn arm(&mut self, arm: &Arm, want: Want) {
        for (local, value) in &arm.bindings {
            self.set(*local, value);
        }
        self.block(&arm.body, want);
    }

    /// Goes on where any of the tests holds, and to `otherwise` where none does.
    fn tests(&mut self, tests: &[Test], subject: Reg, otherwise: Label) {
        let fits = self.label();
        let mut tests = tests.iter().peekable();
        while let Some(test) = tests.next() {
            if tests.peek().is_none() {
                self.test(test, subject, otherwise);
            } else {
                let next = self.label();
                self.test(test, subject, next);
                self.jump(fits);
                self.place(next);
            }
        }
        self.place(fits);
    }

    /// Goes on where the test holds.
    fn test(&mut self, test: &Test, subject: Reg, otherwise: Label) {
        match test {
            Test::Always => {}
            Test::IsNone => self.branch_none(subject, false, otherwise),
            Test::IsSome => self.branch_none(subject, true, otherwise),
            Test::Equals(Constant::Bool(wanted)) => {
                let subject = self.present(subject, otherwise);
                self.release(subject);
                let condition = subject.register;
                let op = match wanted {
                    true => Op::JumpIfNot { condition, to: 0 },
                    false => Op::JumpIf { condition, to: 0 },
                };
                self.emit_jump(op, otherwise);
            }
            Test::Equals(constant) => {
                let a = self.present(subject, otherwise);
                let b = self.constant(self.type_of(a.register), constant);
                self.release(a);
                self.release(b);
                self.unless(otherwise, |dst| Op::Equal { dst, a: a.register, b: b.register });
            }
            Test::Variant(variant) => {
                let variant = *variant;
                let src = self.present(subject, otherwise);
                self.release(src);
                self.unless(otherwise, |dst| Op::IsVariant { dst, src: src.register, variant });
            }
        }
    }

    /// The subject without its optional; where it is none, the test fails.
    fn present(&mut self, subject: Reg, otherwise: Label) -> Operand {
        let Type::Optional(inner) = self.linker.types.get(self.type_of(subject)) else {
            return Operand::fixed(subject);
        };
        self.emit_jump(Op::JumpIfNone { src: subject, to: 0 }, otherwise);
        let there = self.destination(Want::Anywhere, inner);
        self.emit(Op::Unwrap { dst: there.register, src: subject });
        there
    }

    /// Goes to a label where an instruction gives false.
    pub(super) fn unless(&mut self, otherwise: Label, op: impl FnOnce(Reg) -> Op) {
        let condition = self.destination(Want::Anywhere, TypeId::BOOL);
        self.emit(op(condition.register));
        self.release(condition);
        self.emit_jump(Op::JumpIfNot { condition: condition.register, to: 0 }, otherwise);
    }
}
