//! `retry`, `within` and `once` after the call of an action.

use callflow_artifact::Constant;
use callflow_artifact::bytecode::ActionId;
use callflow_artifact::piece::EffectClass;
use callflow_artifact::types::TypeId;

use crate::semantics::body::{Body, Kind, broken};
use crate::semantics::report;
use crate::semantics::report::clauses::NoAction;
use crate::semantics::typed::{Block, Clauses, Expr, ExprKind, Retry, Stmt, StmtKind};
use crate::source::{Location, Span};
use crate::syntax::tree::{self, ClauseKind, Pause};

use super::Hint;

impl<'t> Body<'_, 't> {
    /// A call with its clauses. They are for calls of actions only.
    pub(super) fn clauses(
        &mut self,
        call: &'t tree::Expr,
        clauses: &'t [tree::Clause],
        hint: Hint,
        span: Span,
    ) -> Expr {
        let mut value = self.expr(call, hint);
        let typed = self.clause_list(clauses);
        let Some(first) = clauses.first() else { return value };
        let at = self.at(first.span);
        let word = clause_word(first);
        if self.kind == Kind::Piece {
            self.report(report::control::not_in_piece(at, word));
            return value;
        }
        if let ExprKind::Action { action, clauses: slot, .. } = &mut value.kind {
            let action = *action;
            value.span = span;
            if typed.retry.is_some() && typed.once.is_none() {
                self.tell_blind_retry(action, clauses);
            }
            *slot = Some(Box::new(typed));
            return value;
        }
        let what = match &value.kind {
            ExprKind::Broken => return value,
            ExprKind::Call { function, .. } => {
                let signature = self.checker.function_signature(*function);
                NoAction::Function(signature.map(|found| found.name.clone()).unwrap_or_default())
            }
            ExprKind::Launch { .. } => NoAction::Flow,
            _ => NoAction::Other,
        };
        let cut = self.at(Span::new(call.span.end, span.end));
        let called = self.at(call.span);
        self.report(report::clauses::not_an_action(at, called, word, &what, cut));
        Expr { ty: value.ty, span, kind: broken(span).kind }
    }

    fn clause_list(&mut self, clauses: &'t [tree::Clause]) -> Clauses {
        let mut typed = Clauses::default();
        let mut seen: [Option<Location>; 3] = [None; 3];
        for clause in clauses {
            let at = self.at(clause.span);
            let slot = match &clause.kind {
                ClauseKind::Retry { count, pause } => {
                    let retry = self.retry(count, pause.as_ref());
                    typed.retry.get_or_insert(retry);
                    0
                }
                ClauseKind::Within(time) => {
                    let time = self.positive_time(time, "`within`");
                    typed.within.get_or_insert(time);
                    1
                }
                ClauseKind::Once(key) => {
                    let key = self.once_key(key);
                    typed.once.get_or_insert(key);
                    2
                }
            };
            match seen.get_mut(slot) {
                Some(first @ None) => *first = Some(at),
                Some(Some(first)) => {
                    let first = *first;
                    self.report(report::clauses::twice(at, first, clause_word(clause)));
                }
                None => {}
            }
        }
        typed
    }

    fn retry(&mut self, count: &'t tree::Expr, pause: Option<&'t Pause>) -> Retry {
        let count = self.check(count, TypeId::INT);
        if let ExprKind::Constant(Constant::Int(number)) = count.kind
            && number < 1
        {
            let at = self.at(count.span);
            self.report(report::clauses::no_attempts(at));
        }
        let pauses = pause.map(|pause| match pause {
            Pause::Every(every) => {
                let every = self.positive_time(every, "The pause between attempts");
                self.twice(every)
            }
            Pause::Backoff { first, longest } => {
                let first = self.positive_time(first, "The first pause");
                let longest = self.positive_time(longest, "The longest pause");
                self.tell_shrinking(&first, &longest);
                (first, longest)
            }
        });
        Retry { count, pauses }
    }

    /// A pause that is the first and the longest at once: its value is had once.
    fn twice(&mut self, value: Expr) -> (Expr, Expr) {
        if let ExprKind::Constant(_) = value.kind {
            return (value.clone(), value);
        }
        let (ty, span) = (value.ty, value.span);
        let local = self.hidden_local(ty, span);
        let read = Expr { ty, span, kind: ExprKind::Local(local) };
        let set = Stmt { span, kind: StmtKind::Set { local, value } };
        let block = Block { statements: vec![set], value: Some(Box::new(read.clone())) };
        (Expr { ty, span, kind: ExprKind::Block(block) }, read)
    }

    fn tell_shrinking(&mut self, first: &Expr, longest: &Expr) {
        let (ExprKind::Constant(Constant::Duration(a)), ExprKind::Constant(Constant::Duration(b))) =
            (&first.kind, &longest.kind)
        else {
            return;
        };
        if a > b && *b > 0 {
            let (first, longest) = (self.at(first.span), self.at(longest.span));
            let text = |at| self.checker.sources.slice(at).to_owned();
            let (smaller, greater) = (text(longest), text(first));
            self.report(report::clauses::shrinking(first, longest, &smaller, &greater));
        }
    }

    fn positive_time(&mut self, time: &'t tree::Expr, what: &str) -> Expr {
        let time = self.check(time, TypeId::DURATION);
        if let ExprKind::Constant(Constant::Duration(milliseconds)) = time.kind
            && milliseconds <= 0
        {
            let at = self.at(time.span);
            self.report(report::clauses::no_time(at, what));
        }
        time
    }

    fn once_key(&mut self, key: &'t tree::Expr) -> Expr {
        let key = self.check(key, TypeId::STRING);
        if matches!(&key.kind, ExprKind::Constant(Constant::Text(text)) if text.is_empty()) {
            let at = self.at(key.span);
            self.report(report::clauses::empty_key(at));
        }
        key
    }

    /// A repeated call that must happen once could happen twice, for nobody knows whether the first one did.
    fn tell_blind_retry(&mut self, action: ActionId, clauses: &'t [tree::Clause]) {
        let once = self.checker.actions.get(action.0 as usize);
        if !once.is_some_and(|action| action.effect == EffectClass::Once) {
            return;
        }
        let Some(signature) = self.checker.action_signature(action) else { return };
        let retry = clauses.iter().find(|c| matches!(c.kind, ClauseKind::Retry { .. }));
        let (Some(retry), Some(last)) = (retry, clauses.last()) else { return };
        let (at, end) = (self.at(retry.span), self.at(last.span));
        self.report(report::clauses::blind_retry(at, end, &signature.name, signature.at));
    }
}

/// The word that a clause begins with.
fn clause_word(clause: &tree::Clause) -> &'static str {
    match clause.kind {
        ClauseKind::Retry { .. } => "retry",
        ClauseKind::Within(_) => "within",
        ClauseKind::Once(_) => "once",
    }
}
