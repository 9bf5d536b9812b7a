//! Statements.

use callflow_artifact::Constant;
use callflow_artifact::types::{Type, TypeId};

use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp};

use super::body::{Binding, Body, Kind, Loop, broken};
use super::expression::arithmetic_of;
use super::fits::Reason;
use super::parallel::ForkKind;
use super::report;
use super::typed::{Block, Expr, ExprKind, Stmt, StmtKind};

impl<'t> Body<'_, 't> {
    /// Checks the statements of a block, in a scope of their own. Their values are dropped.
    pub(super) fn statements(&mut self, block: &'t tree::Block) -> Block {
        let mark = self.enter();
        let mut typed =
            Block { statements: Vec::with_capacity(block.statements.len()), value: None };
        let mut told = false;
        for statement in &block.statements {
            told = self.warn_of_unreachable(statement.span, told);
            self.statement(statement, &mut typed.statements);
        }
        self.leave(mark);
        typed
    }

    /// Checks a block that stands as a value: an expression as its last statement gives it. Its type is
    /// `never` where control does not reach its end, and `none` where it gives nothing.
    pub(super) fn value_block(
        &mut self,
        block: &'t tree::Block,
        hint: Option<TypeId>,
    ) -> (Block, TypeId) {
        let Some((last, before)) = block.statements.split_last() else {
            return (Block::default(), TypeId::NONE);
        };
        let tree::StmtKind::Expr(value) = &last.kind else {
            let typed = self.statements(block);
            let ty = if self.reachable { TypeId::NONE } else { TypeId::NEVER };
            return (typed, ty);
        };
        let come_to = self.reachable;
        let mark = self.enter();
        let mut typed = Block { statements: Vec::with_capacity(before.len()), value: None };
        let mut told = false;
        for statement in before {
            told = self.warn_of_unreachable(statement.span, told);
            self.statement(statement, &mut typed.statements);
        }
        self.warn_of_unreachable(last.span, told);
        let value = self.expr(value, hint);
        self.leave(mark);
        if value.ty == TypeId::NEVER {
            self.goes_no_further();
        }
        // In code that nothing reaches, a block gives what it would give elsewhere.
        let leaves = come_to && !self.reachable;
        let ty = if leaves { TypeId::NEVER } else { value.ty };
        typed.value = Some(Box::new(value));
        (typed, ty)
    }

    /// Warns once of the first statement that nothing reaches.
    fn warn_of_unreachable(&mut self, span: Span, told: bool) -> bool {
        if self.reachable || told {
            return told;
        }
        let at = self.at(span);
        self.report(report::control::unreachable(at));
        true
    }

    /// Checks a statement and adds it to the others.
    pub(super) fn statement(&mut self, statement: &'t tree::Stmt, out: &mut Vec<Stmt>) {
        let span = statement.span;
        if self.kind == Kind::Test && self.is_for_runs(statement) {
            return;
        }
        let kind = match &statement.kind {
            tree::StmtKind::Bind { var, name, ty, value } => {
                self.bind_statement(*var, name, ty.as_ref(), value)
            }
            tree::StmtKind::Assign { target, operator, value } => {
                self.assign_statement(target, *operator, value, span)
            }
            tree::StmtKind::Expr(expr) => self.expr_statement(expr),
            tree::StmtKind::For { name, iterable, body } => {
                self.for_statement(name, iterable, body)
            }
            tree::StmtKind::While { condition, body } => self.while_statement(condition, body),
            tree::StmtKind::Break => self.leave_loop(span, true),
            tree::StmtKind::Continue => self.leave_loop(span, false),
            tree::StmtKind::Wait(duration) => self.wait_statement(duration, span, TypeId::DURATION),
            tree::StmtKind::WaitUntil(time) => self.wait_statement(time, span, TypeId::TIME),
            tree::StmtKind::Try { body, error, handler } => {
                self.try_statement(body, error.as_ref(), handler, span)
            }
            tree::StmtKind::Return(value) => self.return_statement(value.as_ref(), span),
            tree::StmtKind::Stop => self.stop_statement(span),
            tree::StmtKind::Parallel(block) => self.fork_statement(ForkKind::Parallel, block, span),
            tree::StmtKind::First(block) => self.fork_statement(ForkKind::First, block, span),
            tree::StmtKind::Block(block) => self.stray_block(block),
            tree::StmtKind::Given(_)
            | tree::StmtKind::Advance(_)
            | tree::StmtKind::Crash
            | tree::StmtKind::Expect(_) => self.test_statement(statement),
            tree::StmtKind::Broken => None,
        };
        if let Some(kind) = kind {
            out.push(Stmt { span, kind });
        }
    }

    fn bind_statement(
        &mut self,
        var: bool,
        name: &'t tree::Name,
        ty: Option<&'t tree::TypeExpr>,
        value: &'t tree::Expr,
    ) -> Option<StmtKind> {
        // `total = total + 1` of a `var` assigns; all else binds.
        if !var
            && ty.is_none()
            && let Some(Binding::Local(local)) = self.names.get(name.text.as_str())
            && self.is_var(*local)
        {
            let local = *local;
            let outer = self.assigns_outer(local, name.span);
            let expected = self.local_type(local);
            let declared = self.locals.get(local.0 as usize).map(|local| self.at(local.span));
            let value = self.expr(value, Some(expected));
            let value = self.fit(value, expected, Reason::at(declared, "its type comes from here"));
            return (!outer).then_some(StmtKind::Set { local, value });
        }
        let (value, local_type) = self.bound_value(ty, value);
        let local = self.bind(name, local_type, var);
        if matches!(value.kind, ExprKind::Broken) {
            // What is wrong with it was told; that nothing uses it may be a part of that.
            self.unwatch(local);
        }
        Some(StmtKind::Set { local, value })
    }

    /// What a name is bound to, and the type that the name gets.
    pub(super) fn bound_value(
        &mut self,
        ty: Option<&'t tree::TypeExpr>,
        value: &'t tree::Expr,
    ) -> (Expr, TypeId) {
        let (value, ty) = match ty {
            Some(ty) => {
                let expected = self.resolve_type(ty);
                let reason = Reason::at(Some(self.at(ty.span)), "expected because of this");
                let value = self.expr(value, Some(expected));
                (self.fit(value, expected, reason), expected)
            }
            None => {
                let value = self.expr(value, None);
                self.bindable(&value);
                let known = value.ty != TypeId::NEVER && value.ty != TypeId::NONE;
                let ty = if known { value.ty } else { TypeId::UNKNOWN };
                (value, ty)
            }
        };
        if value.ty == TypeId::NEVER {
            self.goes_no_further();
        }
        (value, ty)
    }

    /// A value that gives nothing cannot be bound.
    fn bindable(&mut self, value: &Expr) {
        if value.ty == TypeId::NONE {
            let at = self.at(value.span);
            let literal = matches!(value.kind, ExprKind::Constant(Constant::None));
            self.report(report::types::binds_nothing(at, literal));
        }
    }

    fn assign_statement(
        &mut self,
        target: &'t tree::Expr,
        operator: Option<BinaryOp>,
        value: &'t tree::Expr,
        span: Span,
    ) -> Option<StmtKind> {
        let at = self.at(target.span);
        let tree::ExprKind::Name(name) = &target.kind else {
            self.expr(target, None);
            self.expr(value, None);
            let missing = matches!(target.kind, tree::ExprKind::Missing);
            if !missing {
                self.report(report::control::assigns_part(at));
            }
            return None;
        };
        let local = match self.names.get(name.as_str()) {
            Some(Binding::Local(local)) if self.is_var(*local) => {
                let local = *local;
                if self.assigns_outer(local, target.span) {
                    self.expr(value, None);
                    return None;
                }
                local
            }
            Some(Binding::Local(local)) => {
                let bound = self.locals.get(local.0 as usize).map(|local| self.at(local.span));
                self.expr(value, None);
                self.report(report::control::assigns_constant(name, at, bound));
                return None;
            }
            Some(Binding::Event(_)) => {
                self.expr(value, None);
                self.report(report::control::assigns_constant(name, at, None));
                return None;
            }
            None => {
                // Tells that the name is unknown, or what else it is.
                let found = self.expr(target, None);
                self.expr(value, None);
                if found.ty != TypeId::UNKNOWN {
                    self.report(report::control::assigns_constant(name, at, None));
                }
                return None;
            }
        };
        let expected = self.local_type(local);
        let value = match operator {
            Some(operator) => {
                let current = self.read(local, target.span);
                let value = self.expr(value, Some(expected));
                arithmetic_of(self, operator, span, current, value, span)
            }
            None => self.expr(value, Some(expected)),
        };
        let declared = self.locals.get(local.0 as usize).map(|local| self.at(local.span));
        let value = self.fit(value, expected, Reason::at(declared, "its type comes from here"));
        Some(StmtKind::Set { local, value })
    }

    fn expr_statement(&mut self, expr: &'t tree::Expr) -> Option<StmtKind> {
        if self.kind == Kind::Test
            && let tree::ExprKind::Launch { waits: true, flow, arguments, event, .. } = &expr.kind
        {
            return self.run_statement(flow, arguments, event.as_deref(), expr.span);
        }
        let value = self.statement_expr(expr);
        if value.ty == TypeId::NEVER {
            self.goes_no_further();
        }
        self.warn_of_dropped(&value);
        Some(StmtKind::Expr(value))
    }

    fn for_statement(
        &mut self,
        name: &'t tree::Name,
        iterable: &'t tree::Expr,
        body: &'t tree::Block,
    ) -> Option<StmtKind> {
        if let tree::ExprKind::Range { from, to } = &iterable.kind {
            let from = self.check(from, TypeId::INT);
            let to = self.check(to, TypeId::INT);
            let (item, body) = self.loop_body(name, TypeId::INT, body);
            return Some(StmtKind::ForRange { item, from, to, body });
        }
        let (iterable, item_type) = self.iterable(iterable);
        let (item, body) = self.loop_body(name, item_type, body);
        Some(StmtKind::For { item, iterable, body })
    }

    /// The list that a loop goes through, and its items' type.
    pub(super) fn iterable(&mut self, iterable: &'t tree::Expr) -> (Expr, TypeId) {
        let iterable = self.expr(iterable, None);
        let item_type = match self.checker.types.get(iterable.ty) {
            Type::List(item) => item,
            Type::Unknown | Type::Never => TypeId::UNKNOWN,
            _ => {
                let (at, found) = (self.at(iterable.span), self.name(iterable.ty));
                let ty = self.checker.types.get(iterable.ty);
                let diagnostic = match ty {
                    Type::Optional(inner) => {
                        let text = self.checker.sources.slice(at).to_owned();
                        let list = matches!(self.checker.types.get(inner), Type::List(_));
                        let var = self.reads_var(&iterable);
                        if list {
                            report::optionals::optional_used(at, &text, &found, None, var)
                        } else {
                            report::operators::not_a_list(at, self.checker.sources, &found, ty)
                        }
                    }
                    _ => report::operators::not_a_list(at, self.checker.sources, &found, ty),
                };
                self.report(diagnostic);
                TypeId::UNKNOWN
            }
        };
        (iterable, item_type)
    }

    fn loop_body(
        &mut self,
        name: &'t tree::Name,
        item: TypeId,
        body: &'t tree::Block,
    ) -> (super::typed::LocalId, Block) {
        let mark = self.enter();
        let before = self.reachable;
        let local = self.bind(name, item, false);
        self.loops.push(Loop::default());
        self.uncertain += 1;
        let body = self.statements(body);
        self.uncertain -= 1;
        self.loops.pop();
        self.reachable = before;
        self.leave(mark);
        (local, body)
    }

    fn while_statement(
        &mut self,
        condition: &'t tree::Expr,
        body: &'t tree::Block,
    ) -> Option<StmtKind> {
        let condition = self.check(condition, TypeId::BOOL);
        let before = self.reachable;
        let mark = self.enter();
        let shown = self.shown(&condition);
        self.facts.learn(shown.when_true);
        self.loops.push(Loop::default());
        self.uncertain += 1;
        let body = self.statements(body);
        self.uncertain -= 1;
        let left = self.loops.pop().is_some_and(|this| this.left);
        self.leave(mark);
        let endless = matches!(condition.kind, ExprKind::Constant(Constant::Bool(true)));
        self.reachable = before && (left || !endless);
        Some(StmtKind::While { condition, body })
    }

    fn leave_loop(&mut self, span: Span, breaks: bool) -> Option<StmtKind> {
        if self.loops.is_empty() && self.branch_here().is_some() {
            return self.leave_branch_by(span, breaks);
        }
        let word = if breaks { "break" } else { "continue" };
        match self.loops.last_mut() {
            Some(this) => this.left |= breaks,
            None => {
                let at = self.at(span);
                self.report(report::control::outside_loop(at, word));
                return None;
            }
        }
        self.goes_no_further();
        Some(if breaks { StmtKind::Break } else { StmtKind::Continue })
    }

    fn wait_statement(
        &mut self,
        value: &'t tree::Expr,
        span: Span,
        expected: TypeId,
    ) -> Option<StmtKind> {
        let value = self.check(value, expected);
        if self.kind == Kind::Piece {
            let at = self.at(span);
            self.report(report::control::not_in_piece(at, "wait"));
            return None;
        }
        self.effectful = true;
        let kind = if expected == TypeId::TIME {
            ExprKind::WaitUntil(Box::new(value))
        } else {
            ExprKind::Wait(Box::new(value))
        };
        Some(StmtKind::Expr(Expr { ty: TypeId::NONE, span, kind }))
    }

    fn try_statement(
        &mut self,
        body: &'t tree::Block,
        error: Option<&'t tree::Name>,
        handler: &'t tree::Block,
        span: Span,
    ) -> Option<StmtKind> {
        let before = self.reachable;
        self.uncertain += 1;
        let body = self.statements(body);
        let body_ends = self.reachable;
        self.reachable = before;
        let mark = self.enter();
        let error_type = self.checker.prelude_type("Error");
        let error = match error {
            Some(name) => self.bind(name, error_type, false),
            None => self.hidden_local(error_type, span),
        };
        let handler = self.statements(handler);
        self.leave(mark);
        self.uncertain -= 1;
        self.reachable |= body_ends;
        Some(StmtKind::Try { body, error, handler })
    }

    fn return_statement(&mut self, value: Option<&'t tree::Expr>, span: Span) -> Option<StmtKind> {
        let at = self.at(span);
        let reason = Reason::at(self.result_at, "expected because of this");
        let value = if let Some(fork) = self.branch_here() {
            let (kind, around) = (fork.kind, fork.at);
            value.map(|value| self.expr(value, None));
            self.report(match kind {
                ForkKind::ForEach => report::branches::returns_from_for(at, around),
                _ => report::branches::leaves(at, "return", around),
            });
            None
        } else if self.lambdas > 0 {
            value.map(|value| self.expr(value, None));
            self.report(report::control::return_in_lambda(at));
            None
        } else if self.result == TypeId::NONE {
            value.map(|value| {
                let found = self.expr(value, None);
                if found.ty != TypeId::UNKNOWN {
                    let (at, name) = (self.at(found.span), self.name(found.ty));
                    let flow = matches!(self.kind, Kind::Flow { .. });
                    self.report(report::types::returns_too_much(at, &name, flow));
                }
                broken(found.span)
            })
        } else {
            match value {
                Some(value) => {
                    let value = self.expr(value, Some(self.result));
                    Some(self.fit(value, self.result, reason))
                }
                None if self.result == TypeId::UNKNOWN => None,
                None => {
                    let name = self.name(self.result);
                    self.report(report::types::returns_nothing(at, &name, self.result_at));
                    None
                }
            }
        };
        self.goes_no_further();
        Some(StmtKind::Return(value))
    }

    /// `{ … }` where no branch is.
    fn stray_block(&mut self, block: &'t tree::Block) -> Option<StmtKind> {
        let span = block.span;
        let at = self.at(Span::new(span.start, span.end.min(span.start.saturating_add(1))));
        let close = self.at(Span::new(span.end.saturating_sub(1).max(span.start), span.end));
        let closed = span.end > at.span.end && self.checker.sources.slice(close) == "}";
        self.report(report::branches::stray_block(at, closed.then_some([at, close])));
        self.statements(block);
        None
    }

    fn stop_statement(&mut self, span: Span) -> Option<StmtKind> {
        let at = self.at(span);
        self.goes_no_further();
        match self.kind {
            Kind::Piece => self.report(report::control::not_in_piece(at, "stop")),
            Kind::Flow { answers: true } => {
                let result = self.name(self.result);
                self.report(report::control::stop_without_answer(at, &result, self.result_at));
            }
            _ => return Some(StmtKind::Stop),
        }
        None
    }
}
