//! What stands directly in a statement or an expression of the typed program, in the order of evaluation.
//!
//! Whoever looks for something in a body asks for the parts of each part; only here is it known where parts are.

use super::typed::{
    Answer, AnswerKind, Arm, Block, Branch, Expectation, Expr, ExprKind, JsonPart, ListPart,
    MapPart, Stmt, StmtKind, TestStmt, Times,
};

/// A part of a statement or an expression.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// An expression.
    Expr(&'a Expr),
    /// Statements, and what they give.
    Block(&'a Block),
    /// A branch, which sees the locals around it and gives them no value.
    Branch(&'a Block),
}

/// Calls `visit` for each expression of a body, in order. What is still to be looked at is kept aside and not on the
/// stack.
pub fn expressions<'a>(body: &'a Block, visit: &mut dyn FnMut(&'a Expr)) {
    let mut parts = vec![Part::Block(body)];
    while let Some(part) = parts.pop() {
        let mut more = Vec::new();
        match part {
            Part::Expr(expr) => {
                visit(expr);
                expression(expr, &mut |part| more.push(part));
            }
            Part::Block(block) | Part::Branch(block) => {
                for stmt in &block.statements {
                    statement(stmt, &mut |part| more.push(part));
                }
                more.extend(block.value.as_deref().map(Part::Expr));
            }
        }
        parts.extend(more.into_iter().rev());
    }
}

/// Calls `visit` for each part of a statement.
pub fn statement<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(Part<'a>)) {
    match &stmt.kind {
        StmtKind::Set { value, .. } | StmtKind::Expr(value) | StmtKind::Return(Some(value)) => {
            visit(Part::Expr(value));
        }
        StmtKind::For { iterable, body, .. } => {
            visit(Part::Expr(iterable));
            visit(Part::Block(body));
        }
        StmtKind::ForRange { from, to, body, .. } => {
            visit(Part::Expr(from));
            visit(Part::Expr(to));
            visit(Part::Block(body));
        }
        StmtKind::While { condition, body } => {
            visit(Part::Expr(condition));
            visit(Part::Block(body));
        }
        StmtKind::Try { body, handler, .. } => {
            visit(Part::Block(body));
            visit(Part::Block(handler));
        }
        StmtKind::Parallel(branches) | StmtKind::First(branches) => {
            for Branch { body, .. } in branches {
                visit(Part::Branch(body));
            }
        }
        StmtKind::Test(test) => test_statement(test, &mut |expr| visit(Part::Expr(expr))),
        StmtKind::Return(None) | StmtKind::Break | StmtKind::Continue | StmtKind::Stop => {}
    }
}

fn test_statement<'a>(test: &'a TestStmt, visit: &mut dyn FnMut(&'a Expr)) {
    match test {
        TestStmt::Given { arguments, answers, .. } => {
            arguments.iter().for_each(|(_, value)| visit(value));
            for Answer { kind, after } in answers {
                match kind {
                    AnswerKind::Returns(value) | AnswerKind::Fails(_, Some(value)) => visit(value),
                    AnswerKind::Fails(_, None) => {}
                }
                after.iter().for_each(&mut *visit);
            }
        }
        TestStmt::Run { event: value, .. } | TestStmt::Advance(value) => visit(value),
        TestStmt::Crash => {}
        TestStmt::Expect(expectation) => match expectation {
            Expectation::Called { times, arguments: equal, .. }
            | Expectation::Started { times, fields: equal, .. } => {
                if let Times::Exactly(times) = times {
                    visit(times);
                }
                equal.iter().for_each(|(_, value)| visit(value));
            }
            Expectation::Failed(Some(value))
            | Expectation::Logged(value)
            | Expectation::Holds(value) => visit(value),
            Expectation::Compares { left, right, holds, .. } => {
                [left, right, holds].into_iter().for_each(visit);
            }
            Expectation::Succeeded | Expectation::Failed(None) | Expectation::Waiting => {}
        },
    }
}

/// Calls `visit` for each part of an expression.
pub fn expression<'a>(expr: &'a Expr, visit: &mut dyn FnMut(Part<'a>)) {
    let mut one = |expr: &'a Expr| visit(Part::Expr(expr));
    match &expr.kind {
        ExprKind::Broken
        | ExprKind::Constant(_)
        | ExprKind::Local(_)
        | ExprKind::Ambient(_)
        | ExprKind::Setting(_)
        | ExprKind::Environment(_)
        | ExprKind::TestResult(_)
        | ExprKind::Schema(_) => {}
        ExprKind::Format(e)
        | ExprKind::Convert(_, e)
        | ExprKind::Some(e)
        | ExprKind::Unwrap(e)
        | ExprKind::Not(e)
        | ExprKind::Negate(_, e)
        | ExprKind::Field(e, _)
        | ExprKind::Tagged(_, _, e)
        | ExprKind::Payload(e, _)
        | ExprKind::Wait(e)
        | ExprKind::WaitUntil(e)
        | ExprKind::Fail(e, None)
        | ExprKind::Raise(e)
        | ExprKind::Launch { event: e, .. }
        | ExprKind::Decode(e) => one(e),
        ExprKind::Arithmetic(_, _, a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::Equal(a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Coalesce(a, b)
        | ExprKind::OptionalChain { base: a, then: b, .. }
        | ExprKind::Let { value: a, body: b, .. }
        | ExprKind::ListIndex(a, b)
        | ExprKind::MapIndex(a, b)
        | ExprKind::JsonIndex(a, b)
        | ExprKind::Log(a, b)
        | ExprKind::Fail(a, Some(b))
        | ExprKind::Catch { value: a, fallback: b, .. } => {
            one(a);
            one(b);
        }
        ExprKind::Concat(all)
        | ExprKind::Record(_, all)
        | ExprKind::Call { arguments: all, .. }
        | ExprKind::Builtin(_, all) => all.iter().for_each(one),
        ExprKind::Action { arguments, clauses, .. } => {
            arguments.iter().for_each(&mut one);
            if let Some(clauses) = clauses {
                if let Some(retry) = &clauses.retry {
                    one(&retry.count);
                    retry.pauses.iter().flat_map(|(a, b)| [a, b]).for_each(&mut one);
                }
                clauses.within.iter().chain(&clauses.once).for_each(one);
            }
        }
        ExprKind::List(parts) => parts.iter().for_each(|part| match part {
            ListPart::Item(e) | ListPart::Spread(e) => one(e),
        }),
        ExprKind::Map(parts) => parts.iter().for_each(|part| match part {
            MapPart::Entry(_, e) | MapPart::Spread(e) => one(e),
        }),
        ExprKind::JsonObject(parts) => parts.iter().for_each(|part| match part {
            JsonPart::Entry(_, e) | JsonPart::Spread(e) => one(e),
        }),
        ExprKind::Loop { list, lambda, .. } => {
            one(list);
            lambda.initial.iter().for_each(|e| one(e));
            one(&lambda.body);
        }
        ExprKind::ParallelFor { iterable, limit, body, .. } => {
            one(iterable);
            limit.iter().for_each(|e| one(e));
            visit(Part::Branch(body));
        }
        ExprKind::If(condition, then, otherwise) => {
            one(condition);
            visit(Part::Block(then));
            visit(Part::Block(otherwise));
        }
        ExprKind::Match(found) => {
            one(&found.subject);
            for Arm { bindings, body, .. } in &found.arms {
                bindings.iter().for_each(|(_, e)| visit(Part::Expr(e)));
                visit(Part::Block(body));
            }
        }
        ExprKind::Block(body) => visit(Part::Block(body)),
    }
}
