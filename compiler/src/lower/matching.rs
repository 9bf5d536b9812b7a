//! `match`.

use callflow_artifact::bytecode::{Op, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::{Type, TypeId};

use super::function::{Builder, Label, Operand, Want};
use crate::semantics::typed::{Arm, Match, Pattern};

impl<'p> Builder<'_, 'p> {
    /// Tries the arms in order. The last one is not tested: it always fits.
    pub(super) fn matching(&mut self, found: &'p Match, ty: TypeId, want: Want) -> Operand {
        let (dst, want) = self.common(want, ty);
        self.set(found.local, &found.subject);
        let subject = self.local(found.local);
        let end = self.label();
        let mut arms = found.arms.iter().peekable();
        while let Some(arm) = arms.next() {
            let next = self.label();
            if arms.peek().is_some() {
                self.tests(&arm.patterns, subject, next);
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

    fn arm(&mut self, arm: &'p Arm, want: Want) {
        for (local, value) in &arm.bindings {
            self.set(*local, value);
        }
        self.block(&arm.body, want);
    }

    /// Goes on where any of the tests holds, and to `otherwise` where none does.
    fn tests(&mut self, tests: &[Pattern], subject: Reg, otherwise: Label) {
        let fits = self.label();
        if let Some((last, rest)) = tests.split_last() {
            rest.iter().for_each(|test| self.test(test, subject, true, fits));
            self.test(last, subject, false, otherwise);
        }
        self.place(fits);
    }

    /// Goes to `label` where whether the test holds is `sense`.
    fn test(&mut self, test: &Pattern, subject: Reg, sense: bool, label: Label) {
        match test {
            Pattern::Always if sense => self.jump(label),
            Pattern::Always => {}
            Pattern::IsNone => self.branch_none(subject, sense, label),
            Pattern::IsSome => self.branch_none(subject, !sense, label),
            Pattern::Equals(Constant::Bool(wanted)) => {
                self.test_present(subject, sense, label, |builder, subject| {
                    builder.branch_on(subject, sense == *wanted, label);
                });
            }
            Pattern::Equals(constant) => {
                self.test_present(subject, sense, label, |builder, a| {
                    let b = builder.constant(builder.type_of(a), constant);
                    builder.release(b);
                    builder.branch_op(sense, label, |dst| Op::Equal { dst, a, b: b.register });
                });
            }
            Pattern::Variant(variant) => {
                let variant = *variant;
                self.test_present(subject, sense, label, |builder, src| {
                    builder.branch_op(sense, label, |dst| Op::IsVariant { dst, src, variant });
                });
            }
        }
    }

    /// Tests the subject without its optional; where it is none, the test does not hold.
    fn test_present(
        &mut self,
        subject: Reg,
        sense: bool,
        label: Label,
        test: impl FnOnce(&mut Self, Reg),
    ) {
        let Type::Optional(inner) = self.linker.types.get(self.type_of(subject)) else {
            return test(self, subject);
        };
        let past = self.label();
        let missing = if sense { past } else { label };
        self.emit_jump(Op::JumpIfNone { src: subject, to: 0 }, missing);
        let there = self.destination(Want::Anywhere, inner);
        self.emit(Op::Unwrap { dst: there.register, src: subject });
        test(self, there.register);
        self.release(there);
        self.place(past);
    }
}
