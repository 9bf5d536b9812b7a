//! What a place where an artifact runs must have: connections, and what they must be allowed to do.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::Artifact;
use crate::bytecode::{ActionId, Effect, FlowId, FunctionId, Op};
use crate::piece::{ConnectionKind, Piece};

/// A connection that flows call actions over.
#[derive(Debug, Clone, PartialEq)]
pub struct Need<'a> {
    /// What settings call it: the piece's name, unless a flow says another.
    pub name: &'a str,
    /// Whose connection it is. Pieces that no connection is needed for have none.
    pub piece: &'a Piece,
    /// The names of the actions that are called over it.
    pub actions: BTreeSet<&'a str>,
    /// What it must be allowed to do.
    pub scopes: BTreeSet<&'a str>,
}

impl Need<'_> {
    /// Whether the piece also works without any setting of it.
    pub fn is_optional(&self) -> bool {
        self.piece.connections.iter().any(|way| way.kind == ConnectionKind::None)
    }
}

/// The connections that the flows of an artifact need, by name.
pub fn of_all(artifact: &Artifact) -> Vec<Need<'_>> {
    let mut reached = Reached::new(artifact);
    (0..artifact.flows.len()).for_each(|flow| reached.flow(FlowId(flow as u32)));
    reached.needs()
}

/// The connections that anything in an artifact can use, whether a flow comes to it or not: what must be kept secret.
pub fn of_any(artifact: &Artifact) -> Vec<Need<'_>> {
    let mut needs = of_all(artifact);
    for piece in artifact.pieces.iter().filter(|piece| !piece.connections.is_empty()) {
        if !needs.iter().any(|need| need.name == piece.name) {
            let (actions, scopes) = Default::default();
            needs.push(Need { name: &piece.name, piece, actions, scopes });
        }
    }
    needs
}

/// The connections that a flow needs, and the flows that it begins.
pub fn of_flow(artifact: &Artifact, flow: FlowId) -> Vec<Need<'_>> {
    let mut reached = Reached::new(artifact);
    reached.flow(flow);
    reached.needs()
}

/// What is reached from flows.
struct Reached<'a> {
    artifact: &'a Artifact,
    flows: BTreeSet<u32>,
    functions: BTreeSet<FunctionId>,
    /// Functions that were not looked at yet.
    pending: Vec<FunctionId>,
    needs: BTreeMap<(&'a str, &'a str), Need<'a>>,
}

impl<'a> Reached<'a> {
    fn new(artifact: &'a Artifact) -> Reached<'a> {
        Reached {
            artifact,
            flows: BTreeSet::new(),
            functions: BTreeSet::new(),
            pending: Vec::new(),
            needs: BTreeMap::new(),
        }
    }

    fn flow(&mut self, id: FlowId) {
        let Some(flow) = self.artifact.flows.get(id.0 as usize) else { return };
        if self.flows.insert(id.0) {
            self.pending.push(flow.function);
            self.pending.extend(flow.settings.functions());
        }
    }

    fn needs(mut self) -> Vec<Need<'a>> {
        while let Some(id) = self.pending.pop() {
            if !self.functions.insert(id) {
                continue;
            }
            let function = self.artifact.functions.get(id.0 as usize);
            for op in function.map(|function| function.code.as_slice()).unwrap_or_default() {
                self.op(op);
            }
        }
        self.needs.into_values().collect()
    }

    fn op(&mut self, op: &'a Op) {
        let effect = match op {
            Op::Call { function, .. } => return self.pending.push(*function),
            Op::Effect { effect, .. } => effect,
            _ => return,
        };
        match effect {
            Effect::Action { action, connection, .. } => {
                self.action(*action, connection.as_deref());
            }
            Effect::Parallel { branches, .. } | Effect::First { branches, .. } => {
                self.pending.extend(branches);
            }
            Effect::ForEach { body, .. } => self.pending.push(*body),
            Effect::Launch { flow, .. } => self.flow(*flow),
            _ => {}
        }
    }

    fn action(&mut self, id: ActionId, connection: Option<&'a str>) {
        let Some(action) = self.artifact.actions.get(id.0 as usize) else { return };
        let Some(piece) = self.artifact.pieces.get(action.piece.0 as usize) else { return };
        if piece.connections.is_empty() {
            return;
        }
        let name = connection.unwrap_or(&piece.name);
        let new = || Need { name, piece, actions: BTreeSet::new(), scopes: BTreeSet::new() };
        let need = self.needs.entry((name, &piece.name)).or_insert_with(new);
        need.actions.insert(&action.name);
        need.scopes.extend(action.scopes.iter().map(|scope| scope.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::{Clauses, Reg};
    use crate::piece::Connection;
    use crate::sample;

    #[test]
    fn connections_are_found_in_branches_and_under_other_names() {
        let mut artifact = sample::artifact();
        let key = Connection {
            kind: ConnectionKind::Key,
            name: "key".into(),
            doc: "".into(),
            settings: vec![],
            placements: vec![],
            base: None,
            check: None,
            oauth2: None,
        };
        let shown = |artifact: &Artifact| -> Vec<String> {
            let needs = of_all(artifact).into_iter();
            needs.map(|it| format!("{} {:?} {:?}", it.name, it.actions, it.scopes)).collect()
        };
        let without = shown(&artifact);
        artifact.pieces[0].connections = vec![key];
        artifact.actions[0].scopes = vec!["read".into()];
        let own = shown(&artifact);
        // The flow's body becomes a branch of it, which calls the action over another connection.
        let mut body = artifact.functions[0].clone();
        let effect = Effect::Action {
            action: ActionId(0),
            types: Box::default(),
            connection: Some("spare".into()),
            clauses: Clauses::default(),
        };
        body.code = vec![Op::Effect { dst: Reg(0), effect, arguments: Box::default() }];
        let branch = FunctionId(artifact.functions.len() as u32);
        artifact.functions.push(body);
        let branches = Effect::Parallel { branches: [branch].into(), types: Box::default() };
        let parallel = Op::Effect { dst: Reg(0), effect: branches, arguments: Box::default() };
        artifact.functions[0].code.push(parallel);
        assert_eq!(without, [""; 0]);
        let [emea, llm, spare] =
            ["emea", "llm", "spare"].map(|it| format!(r#"{it} {{"extract"}} {{"read"}}"#));
        assert_eq!(own, [emea.as_str(), &llm]);
        assert_eq!(shown(&artifact), [emea, llm, spare]);
    }
}
