//! What only tests do: stand-ins, the flow under test, time, and expectations.

use callflow_artifact::bytecode::{self, Effect, Op, TestEffect};
use callflow_artifact::types::TypeId;

use super::function::{Builder, Want};
use crate::semantics::typed::{Answer, AnswerKind, Expectation, Expr, TestStmt, Times};

impl<'p> Builder<'_, 'p> {
    pub(super) fn test_statement(&mut self, statement: &'p TestStmt) {
        match statement {
            TestStmt::Given { action, types, arguments, answers } => {
                let operands = answers.iter().flat_map(answer_operands);
                let operands: Vec<&Expr> = values(arguments).chain(operands).collect();
                let effect = TestEffect::Given {
                    action: self.linker.action(*action),
                    types: types.as_slice().into(),
                    parameters: positions(arguments),
                    answers: answers.iter().map(answer).collect(),
                };
                self.ask(effect, operands);
            }
            TestStmt::Run { flow, event } => self.ask(TestEffect::Run(*flow), [event]),
            TestStmt::Advance(duration) => self.ask(TestEffect::Advance, [duration]),
            TestStmt::Crash => self.ask(TestEffect::Crash, []),
            TestStmt::Expect(expectation) => self.expect(expectation),
        }
    }

    fn expect(&mut self, expectation: &'p Expectation) {
        match expectation {
            Expectation::Called { action, times, arguments } => {
                let (exactly, times) = exactly(times);
                let action = self.linker.action(*action);
                let parameters = positions(arguments);
                let effect = TestEffect::Called { action, exactly, parameters };
                self.ask(effect, times.chain(values(arguments)));
            }
            Expectation::Started { flow, times, fields } => {
                let (exactly, times) = exactly(times);
                let (flow, positions) = (*flow, positions(fields));
                let effect = TestEffect::Started { flow, exactly, fields: positions };
                self.ask(effect, times.chain(values(fields)));
            }
            Expectation::Succeeded => self.ask(TestEffect::Succeeded, []),
            Expectation::Failed(message) => {
                self.ask(TestEffect::Failed { message: message.is_some() }, message);
            }
            Expectation::Waiting => self.ask(TestEffect::Waiting, []),
            Expectation::Logged(line) => self.ask(TestEffect::Logged, [line]),
            Expectation::Holds(holds) => self.ask(TestEffect::Holds { compared: None }, [holds]),
            Expectation::Compares { symbol, left, right, holds, left_local, right_local } => {
                self.set(*left_local, left);
                self.set(*right_local, right);
                let holds = self.expr(holds, Want::Anywhere);
                let sides = [*left_local, *right_local].map(|side| self.local(side));
                let [left, right] = sides;
                let arguments = Box::new([holds.register, left, right]);
                self.release(holds);
                let compared = Some((*symbol).into());
                let effect = Effect::Test(TestEffect::Holds { compared });
                let dst = self.destination(Want::Anywhere, TypeId::NONE);
                self.release(dst);
                self.emit(Op::Effect { dst: dst.register, effect, arguments });
            }
        }
    }

    fn ask(&mut self, effect: TestEffect, operands: impl IntoIterator<Item = &'p Expr>) {
        let answer = self.effect(Effect::Test(effect), operands, TypeId::NONE, Want::Nothing);
        self.release(answer);
    }
}

fn positions(values: &[(u16, Expr)]) -> Box<[u16]> {
    values.iter().map(|&(position, _)| position).collect()
}

fn values(values: &[(u16, Expr)]) -> impl Iterator<Item = &Expr> {
    values.iter().map(|(_, value)| value)
}

/// Whether it says how often, and then how often.
fn exactly(times: &Times) -> (bool, impl Iterator<Item = &Expr>) {
    let exactly = match times {
        Times::AtLeastOnce => None,
        Times::Exactly(times) => Some(times),
    };
    (exactly.is_some(), exactly.into_iter())
}

fn answer(answer: &Answer) -> bytecode::Answer {
    let kind = match &answer.kind {
        AnswerKind::Returns(_) => bytecode::AnswerKind::Returns,
        AnswerKind::Fails(kind, message) => {
            bytecode::AnswerKind::Fails { kind: kind.clone(), message: message.is_some() }
        }
    };
    bytecode::Answer { kind, after: answer.after.is_some() }
}

fn answer_operands(answer: &Answer) -> impl Iterator<Item = &Expr> {
    let value = match &answer.kind {
        AnswerKind::Returns(value) => Some(value),
        AnswerKind::Fails(_, message) => message.as_ref(),
    };
    value.into_iter().chain(&answer.after)
}
