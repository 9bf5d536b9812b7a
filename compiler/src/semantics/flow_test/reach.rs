//! Which actions some flows may call, and with which types.

use std::collections::{HashMap, HashSet};

use callflow_artifact::bytecode::{ActionId, FlowId, FunctionId};
use callflow_artifact::types::TypeId;
use ecow::{EcoString, eco_format};

use crate::semantics::checker::Checker;
use crate::semantics::typed::{Block, Expr, ExprKind};
use crate::semantics::walk;
use crate::source::Span;

/// How many bodies are looked at, each for some types. Functions that call themselves with ever larger types
/// would have no end.
const MOST_BODIES: usize = 10_000;

/// What some flows may call.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Each action with the different types of its type parameters, in the order in which they were met.
    actions: HashMap<ActionId, Vec<Vec<TypeId>>>,
}

impl Reached {
    /// The types with which an action may be called; nothing where it is never called.
    pub(super) fn types(&self, action: ActionId) -> &[Vec<TypeId>] {
        self.actions.get(&action).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What is still to be looked at.
#[derive(Default)]
struct Open {
    seen: HashSet<(FunctionId, Vec<TypeId>)>,
    bodies: Vec<(FunctionId, Vec<TypeId>)>,
}

impl Open {
    fn add(&mut self, function: FunctionId, types: Vec<TypeId>) {
        let body = (function, types);
        if self.seen.len() < MOST_BODIES && !self.seen.contains(&body) {
            self.seen.insert(body.clone());
            self.bodies.push(body);
        }
    }
}

impl Checker<'_> {
    /// What flows may call, through functions and through other flows. Bodies of actions are not looked into:
    /// where an action is replaced, its body does not run.
    pub(super) fn reached(&mut self, flows: Vec<FlowId>) -> Reached {
        let mut reached = Reached::default();
        let mut open = Open::default();
        flows.into_iter().for_each(|flow| self.open_flow(flow, &mut open));
        while let Some((function, types)) = open.bodies.pop() {
            for call in self.calls_of(function) {
                let given = call.types.into_iter();
                let given = given.map(|ty| self.types.substitute(ty, &types)).collect();
                match call.callee {
                    Callee::Function(function) => open.add(function, given),
                    Callee::Flow(flow) => self.open_flow(flow, &mut open),
                    Callee::Action(action) => {
                        let known = reached.actions.entry(action).or_default();
                        if !known.contains(&given) {
                            known.push(given);
                        }
                    }
                    Callee::Wait => {}
                }
            }
        }
        reached
    }

    fn open_flow(&self, flow: FlowId, open: &mut Open) {
        if let Some(flow) = self.flows.get(flow.0 as usize) {
            open.add(flow.function, Vec::new());
        }
    }

    /// What a function does that only a run may do: call an action, wait, begin another run.
    pub(super) fn acts(&self, function: FunctionId) -> Option<EcoString> {
        let mut open = Open::default();
        open.add(function, Vec::new());
        while let Some((function, _)) = open.bodies.pop() {
            for call in self.calls_of(function) {
                match call.callee {
                    Callee::Function(function) => open.add(function, Vec::new()),
                    Callee::Action(action) => {
                        let name = self.action_signature(action).map(|known| known.name.clone());
                        return Some(eco_format!("calls `{}`", name.unwrap_or_default()));
                    }
                    Callee::Flow(_) => return Some("starts a flow".into()),
                    Callee::Wait => return Some("waits".into()),
                }
            }
        }
        None
    }

    fn calls_of(&self, function: FunctionId) -> Vec<Call> {
        let item = self.functions.get(function.0 as usize);
        let checked = item.and_then(|item| item.checked.as_ref());
        checked.map(|checked| calls(&checked.function.body)).unwrap_or_default()
    }
}

/// A call in a body.
pub(super) struct Call {
    pub(super) callee: Callee,
    /// For its type parameters.
    types: Vec<TypeId>,
    pub(super) span: Span,
}

/// What is called.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    Function(FunctionId),
    Action(ActionId),
    Flow(FlowId),
    Wait,
}

/// The calls of a body, in order.
pub(super) fn calls(body: &Block) -> Vec<Call> {
    let mut found = Vec::new();
    walk::expressions(body, &mut |expr| found.extend(call(expr)));
    found
}

fn call(expr: &Expr) -> Option<Call> {
    let (callee, types) = match &expr.kind {
        ExprKind::Call { function, types, .. } => (Callee::Function(*function), types.as_slice()),
        ExprKind::Action { action, types, .. } => (Callee::Action(*action), types.as_slice()),
        ExprKind::Launch { flow, .. } => (Callee::Flow(*flow), [].as_slice()),
        ExprKind::Wait(_) | ExprKind::WaitUntil(_) => (Callee::Wait, [].as_slice()),
        _ => return None,
    };
    Some(Call { callee, types: types.to_vec(), span: expr.span })
}
