//! Statements and blocks.

use callflow_artifact::bytecode::Op;
use callflow_artifact::constant::Constant;
use callflow_artifact::types::{Type, TypeId};

use super::assign::assigns;
use super::function::{Builder, Want};
use crate::semantics::typed::{Block, Expr, ExprKind, ListPart, LocalId, Stmt, StmtKind};
use crate::source::Span;

impl<'p> Builder<'_, 'p> {
    /// A whole body: what it falls off the end with is its value, or none.
    pub(super) fn whole(&mut self, body: &'p Block, result: TypeId) {
        for statement in &body.statements {
            self.statement(statement);
        }
        if let Some(value) = &body.value {
            self.span = value.span;
            self.give_back(Some(value), result);
        }
        let end = body.statements.last().map_or(self.span, |statement| statement.span.after());
        self.span = body.value.as_ref().map_or(end, |value| value.span.after());
        self.give_back(None, result);
    }

    /// A block; its value goes where it is wanted.
    pub(super) fn block(&mut self, block: &'p Block, want: Want) {
        for statement in &block.statements {
            self.statement(statement);
        }
        let Want::In(dst) = want else {
            block.value.iter().for_each(|value| self.discard(value));
            return;
        };
        match &block.value {
            Some(value) if value.ty == TypeId::NONE || self.type_of(dst) != TypeId::NONE => {
                self.expr(value, want);
            }
            // What gives nothing drops its last value.
            value => {
                value.iter().for_each(|value| self.discard(value));
                self.load(dst, &Constant::None);
            }
        }
    }

    pub(super) fn statement(&mut self, statement: &'p Stmt) {
        if !self.is_live() {
            return;
        }
        let outer: Span = std::mem::replace(&mut self.span, statement.span);
        match &statement.kind {
            StmtKind::Set { local, value } => self.set(*local, value),
            StmtKind::Expr(e) => self.discard(e),
            StmtKind::For { item, iterable, body } => self.for_each(*item, iterable, body),
            StmtKind::ForRange { item, from, to, body } => self.for_range(*item, from, to, body),
            StmtKind::While { condition, body } => self.while_loop(condition, body),
            StmtKind::Break => {
                if let Some(labels) = self.loops.last() {
                    self.jump(labels.end);
                }
            }
            StmtKind::Continue => match self.loops.last() {
                Some(labels) => self.jump(labels.next),
                // A branch for an item ends, and with it what is done for the item.
                None => self.give_back(None, self.result()),
            },
            StmtKind::Try { body, error, handler } => self.guarded(
                *error,
                |builder| builder.block(body, Want::Nothing),
                |builder| builder.block(handler, Want::Nothing),
            ),
            StmtKind::Return(value) => self.give_back(value.as_ref(), self.result()),
            StmtKind::Stop => self.emit(Op::Stop),
            StmtKind::Parallel(branches) => self.parallel(branches),
            StmtKind::First(branches) => self.first(branches),
            StmtKind::Test(test) => self.test_statement(test),
        }
        self.span = outer;
    }

    /// Gives a local a value. A variable keeps its old one until the new one is complete, for it may be read on
    /// the way, and stays if that fails.
    pub(super) fn set(&mut self, local: LocalId, value: &'p Expr) {
        if let Some(item) = grows(local, value) {
            return self.grow(local, item);
        }
        let register = self.local(local);
        if self.bind(local) || Self::writes_last(value) {
            self.expr(value, Want::In(register));
        } else {
            let value = self.expr(value, Want::Anywhere);
            self.copy(register, value.register);
            self.release(value);
        }
    }

    /// Appends to the list that a variable holds: making one item longer what nothing else holds costs no copy
    /// of it, so that a list which is built item by item costs no more than its items.
    fn grow(&mut self, local: LocalId, item: &'p Expr) {
        let item = self.expr(item, Want::Anywhere);
        let list = self.local(local);
        self.emit(Op::Append { list, item: item.register });
        self.release(item);
    }

    /// `return`
    fn give_back(&mut self, value: Option<&'p Expr>, result: TypeId) {
        let src = match value {
            Some(value) if value.ty == TypeId::NONE || result != TypeId::NONE => {
                self.expr(value, Want::Anywhere)
            }
            value => {
                value.into_iter().for_each(|value| self.discard(value));
                if !self.gives_none(result) {
                    return self.missing_result();
                }
                self.constant(result, &Constant::None)
            }
        };
        self.release(src);
        self.emit(Op::Return { src: src.register });
    }

    fn gives_none(&self, result: TypeId) -> bool {
        matches!(self.linker.types.get(result), Type::None | Type::Optional(_))
    }

    /// The checker proves that every path of a function with a result returns it; a path that does so only in
    /// ways that it cannot see, as by a loop without an end, fails if it ends after all.
    pub(super) fn missing_result(&mut self) {
        let text = Constant::Text("the function ended without a result".into());
        let message = self.constant(TypeId::STRING, &text);
        self.release(message);
        self.emit(Op::Fail { message: message.register, kind: None });
    }
}

/// The item, where a list gets just one behind what it has: `list = [...list, item]`.
fn grows(local: LocalId, value: &Expr) -> Option<&Expr> {
    let ExprKind::List(parts) = &value.kind else { return None };
    match parts.as_slice() {
        [ListPart::Spread(Expr { kind: ExprKind::Local(whole), .. }), ListPart::Item(item)]
            if *whole == local && !assigns(item, local) =>
        {
            Some(item)
        }
        _ => None,
    }
}
