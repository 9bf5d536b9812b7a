//! What asks something of the host and goes on with the answer.

use callflow_artifact::bytecode::{Clauses, Effect, Op, TestEffect};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::TypeId;

use super::function::{Builder, Operand, Want};
use crate::semantics::typed::{self, Ambient, Expr, ExprKind};

impl<'p> Builder<'_, 'p> {
    /// An expression that is an effect of its operands.
    pub(super) fn effectful(&mut self, expr: &'p Expr, want: Want) -> Operand {
        let ty = expr.ty;
        match &expr.kind {
            ExprKind::Action { action, types, arguments, connection, clauses } => {
                let (clauses, operands) = clauses.as_deref().map(self::clauses).unwrap_or_default();
                let effect = Effect::Action {
                    action: self.linker.action(*action),
                    types: types.as_slice().into(),
                    connection: connection.clone(),
                    clauses,
                };
                self.effect(effect, arguments.iter().chain(operands), ty, want)
            }
            ExprKind::Launch { flow, event, waits } => {
                self.effect(Effect::Launch { flow: *flow, waits: *waits }, [&**event], ty, want)
            }
            ExprKind::TestResult(flow) => {
                self.effect(Effect::Test(TestEffect::Result(*flow)), [], ty, want)
            }
            ExprKind::Environment(name) => {
                self.linker.environment.insert(name.clone());
                self.effect(Effect::Environment { name: name.clone() }, [], ty, want)
            }
            ExprKind::Ambient(ambient) => {
                let effect = match ambient {
                    Ambient::Now => Effect::Now,
                    Ambient::Today => Effect::Today,
                    Ambient::Uuid => Effect::Uuid,
                    Ambient::Random => Effect::Random,
                };
                self.effect(effect, [], ty, want)
            }
            ExprKind::Log(message, level) => {
                self.effect(Effect::Log, [&**message, &**level], ty, want)
            }
            ExprKind::Wait(e) => self.effect(Effect::Wait, [&**e], ty, want),
            ExprKind::WaitUntil(e) => self.effect(Effect::WaitUntil, [&**e], ty, want),
            ExprKind::Setting(name) => self.setting(name, ty, want),
            _ => Operand::NOWHERE,
        }
    }

    /// An effect of some operands.
    pub(super) fn effect(
        &mut self,
        effect: Effect,
        arguments: impl IntoIterator<Item = &'p Expr>,
        ty: TypeId,
        want: Want,
    ) -> Operand {
        self.many(arguments, ty, want, |dst, arguments| Op::Effect { dst, effect, arguments })
    }

    /// The host gives a setting as an optional; one that the piece's connections promise is taken out of it.
    fn setting(&mut self, name: &str, ty: TypeId, want: Want) -> Operand {
        let name = self.constant(TypeId::STRING, &Constant::Text(name.into()));
        self.release(name);
        let arguments = Box::new([name.register]);
        let optional = self.linker.optional(TypeId::STRING);
        if ty == optional {
            let dst = self.destination(want, ty);
            self.emit(Op::Effect { dst: dst.register, effect: Effect::Setting, arguments });
            return dst;
        }
        let src = self.destination(Want::Anywhere, optional);
        self.emit(Op::Effect { dst: src.register, effect: Effect::Setting, arguments });
        self.release(src);
        let dst = self.destination(want, ty);
        self.emit(Op::Unwrap { dst: dst.register, src: src.register });
        dst
    }
}

/// Which clauses a call has, and their values in the order of [`Clauses::operands`].
fn clauses(clauses: &typed::Clauses) -> (Clauses, Vec<&Expr>) {
    let typed::Clauses { retry, within, once } = clauses;
    let pauses = retry.as_ref().and_then(|retry| retry.pauses.as_ref());
    let mut operands: Vec<&Expr> = retry.iter().map(|retry| &retry.count).collect();
    operands.extend(pauses.into_iter().flat_map(|(first, longest)| [first, longest]));
    operands.extend(within.iter().chain(once));
    let known = Clauses {
        retry: retry.is_some(),
        pauses: pauses.is_some(),
        within: within.is_some(),
        once: once.is_some(),
    };
    (known, operands)
}
