//! `expect`: what a test expects of its last run.

use callflow_artifact::types::TypeId;

use super::stand_in::Wanted;
use crate::semantics::body::Body;
use crate::semantics::report;
use crate::semantics::typed::{Expectation, Expr, ExprKind, Times};
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp, ExprKind as Tree};

impl<'t> Body<'_, 't> {
    pub(super) fn expectation(
        &mut self,
        expected: &'t tree::Expectation,
        span: Span,
    ) -> Option<Expectation> {
        if !matches!(expected, tree::Expectation::Holds(_)) {
            let at = self.at(span);
            self.needs_run(at, "this expectation");
        }
        let text = |body: &mut Self, text: &'t tree::Expr| body.check(text, TypeId::STRING);
        Some(match expected {
            tree::Expectation::Called { callee, started, times, arguments } => {
                if *started {
                    return self.started(callee, times, arguments.as_ref());
                }
                return self.called(callee, times, arguments.as_ref());
            }
            tree::Expectation::Succeeded => Expectation::Succeeded,
            tree::Expectation::Failed(part) => {
                Expectation::Failed(part.as_ref().map(|part| text(self, part)))
            }
            tree::Expectation::Waiting => Expectation::Waiting,
            tree::Expectation::Logged(part) => Expectation::Logged(text(self, part)),
            tree::Expectation::Holds(condition) => self.holds(condition),
        })
    }

    fn times(&mut self, times: &'t tree::Times) -> Times {
        let exactly = |count: i64| {
            let kind = ExprKind::Constant(callflow_artifact::Constant::Int(count));
            Times::Exactly(Expr { ty: TypeId::INT, span: Span::default(), kind })
        };
        match times {
            tree::Times::AtLeastOnce => Times::AtLeastOnce,
            tree::Times::Never => exactly(0),
            tree::Times::Once => exactly(1),
            tree::Times::Exactly(count) => Times::Exactly(self.check(count, TypeId::INT)),
        }
    }

    fn called(
        &mut self,
        callee: &'t tree::Expr,
        times: &'t tree::Times,
        with: Option<&'t tree::Expr>,
    ) -> Option<Expectation> {
        if let Tree::Name(name) = &callee.kind
            && self.checker.find_flow(self.file, callee).is_some()
            && !self.is_piece(name)
        {
            let at = self.at(callee.span);
            self.report(report::testing::flow_called(at, name));
            return None;
        }
        let named = self.action_named(callee, "expect")?;
        let action = named.action;
        let never = matches!(times, tree::Times::Never);
        let wanted = if never { Wanted::None } else { Wanted::Calls };
        let types = self.types_of(&named, wanted)?;
        let arguments = self.partial_arguments(action, &types, with);
        let times = self.times(times);
        Some(Expectation::Called { action, times, arguments })
    }

    fn started(
        &mut self,
        callee: &'t tree::Expr,
        times: &'t tree::Times,
        with: Option<&'t tree::Expr>,
    ) -> Option<Expectation> {
        let flow = self.find_flow(callee, "expect")?;
        let fields = with.map(|with| self.event_fields(flow, with)).unwrap_or_default();
        let times = self.times(times);
        Some(Expectation::Started { flow, times, fields })
    }

    /// `expect a == b` keeps both sides, so that what differs can be shown; all else is true or false.
    fn holds(&mut self, condition: &'t tree::Expr) -> Expectation {
        let value = self.check(condition, TypeId::BOOL);
        let Some(symbol) = comparison(condition) else { return Expectation::Holds(value) };
        let (negated, inner) = match value.kind {
            ExprKind::Not(inner) => (true, *inner),
            kind => (false, Expr { kind, ..value }),
        };
        let (order, left, right) = match inner.kind {
            ExprKind::Equal(left, right) => (None, left, right),
            ExprKind::Compare(order, left, right) => (Some(order), left, right),
            kind => return Expectation::Holds(restored(negated, Expr { kind, ..inner })),
        };
        let (left_local, right_local) =
            (self.hidden_local(left.ty, left.span), self.hidden_local(right.ty, right.span));
        let sides = [(left_local, left.span), (right_local, right.span)];
        let [one, other] = sides.map(|(local, span)| Box::new(self.read(local, span)));
        let kind = match order {
            Some(order) => ExprKind::Compare(order, one, other),
            None => ExprKind::Equal(one, other),
        };
        let holds = Expr { ty: TypeId::BOOL, span: inner.span, kind };
        let holds = restored(negated, holds);
        let (left, right) = (*left, *right);
        Expectation::Compares { symbol, left, right, holds, left_local, right_local }
    }
}

/// The operator of a comparison, as it is written.
fn comparison(condition: &tree::Expr) -> Option<&'static str> {
    match &condition.kind {
        Tree::Paren(inner) => comparison(inner),
        Tree::Binary { op, .. } => matches!(
            op,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Less
                | BinaryOp::LessOrEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterOrEqual
        )
        .then(|| op.symbol()),
        _ => None,
    }
}

/// A bool with the `not` that stood before it.
fn restored(negated: bool, value: Expr) -> Expr {
    match negated {
        true => Expr { ty: TypeId::BOOL, span: value.span, kind: ExprKind::Not(Box::new(value)) },
        false => value,
    }
}
