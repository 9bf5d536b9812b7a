//! The order in which functions are looked at: each after those that it calls, but for those that call each other.

use std::collections::HashSet;

use callflow_artifact::bytecode::FunctionId;

use crate::semantics::typed::{Block, Expr, ExprKind, Flow, Program};
use crate::semantics::walk::{self, Part};

/// All functions with effects that the flows come to, callees first. A chain of calls may be longer than the stack
/// is deep, so what is still to be looked at is kept in a list.
pub(super) fn callees_first(program: &Program, flows: &[&Flow]) -> Vec<FunctionId> {
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    for flow in flows {
        let mut open = vec![(flow.function, callees(program, flow.function).into_iter())];
        while let Some((function, rest)) = open.last_mut() {
            match rest.next() {
                Some(callee) if seen.insert(callee) => {
                    open.push((callee, callees(program, callee).into_iter()));
                }
                Some(_) => {}
                None => {
                    order.push(*function);
                    open.pop();
                }
            }
        }
        // The flow itself is nobody's callee.
        order.pop();
    }
    order
}

/// The functions with effects that a function calls.
fn callees(program: &Program, id: FunctionId) -> Vec<FunctionId> {
    let function = |id: FunctionId| program.functions.get(id.0 as usize);
    let mut found = Vec::new();
    if let Some(function) = function(id) {
        block(&function.body, &mut found);
    }
    found.retain(|callee| function(*callee).is_some_and(|function| function.effectful));
    found
}

fn block(within: &Block, found: &mut Vec<FunctionId>) {
    for stmt in &within.statements {
        walk::statement(stmt, &mut |part| self::part(part, found));
    }
    if let Some(value) = &within.value {
        expression(value, found);
    }
}

fn part(within: Part<'_>, found: &mut Vec<FunctionId>) {
    match within {
        Part::Expr(expr) => expression(expr, found),
        Part::Block(inner) | Part::Branch(inner) => block(inner, found),
    }
}

fn expression(expr: &Expr, found: &mut Vec<FunctionId>) {
    if let ExprKind::Call { function, .. } = &expr.kind {
        found.push(*function);
    }
    walk::expression(expr, &mut |part| self::part(part, found));
}
