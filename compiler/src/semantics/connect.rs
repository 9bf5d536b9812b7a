//! Which connections the flows need, held against those that the project has.

use std::collections::HashSet;

use callflow_artifact::bytecode::ActionId;
use callflow_artifact::piece::{ConnectionKind, Piece};
use ecow::EcoString;

use crate::connections::section;
use crate::project;
use crate::source::{Location, Span};

use super::checker::{Checker, FunctionSource};
use super::report;
use super::typed::{Block, ExprKind};
use super::walk::{self, Part};

/// A call of an action over a connection.
struct Need {
    /// The connection's name.
    name: EcoString,
    action: ActionId,
    at: Location,
}

impl Checker<'_> {
    /// Tells once, at its first use, of each connection that the project does not have or that cannot do what is
    /// asked of it. Where nothing is known of the project's connections, nothing is said.
    pub(super) fn check_connections(&mut self) {
        let Some(known) = self.settings.connections.as_deref() else { return };
        let mut told: HashSet<EcoString> = HashSet::new();
        for need in self.needs() {
            if told.contains(&need.name) {
                continue;
            }
            if let Some(diagnostic) = self.unmet(&need, known) {
                told.insert(need.name);
                self.report(diagnostic);
            }
        }
    }

    /// The calls of all flows and functions of the project, in the order of files.
    fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        for item in &self.functions {
            let of_project = match item.source {
                FunctionSource::Flow(_) | FunctionSource::Setting(_) => true,
                FunctionSource::Function(_) => self.piece_of(item.file).is_none(),
                FunctionSource::Action(_) | FunctionSource::Test(_) => false,
            };
            let Some(checked) = item.checked.as_ref().filter(|_| of_project) else { continue };
            for (action, connection, span) in actions(&checked.function.body) {
                let piece = self.actions.get(action.0 as usize).map(|action| action.piece);
                let piece = piece.and_then(|piece| self.pieces.get(piece.0 as usize));
                let Some(name) = connection.or_else(|| Some(piece?.name.clone())) else { continue };
                needs.push(Need { name, action, at: Location { file: item.file, span } });
            }
        }
        needs.sort_by_key(|need| need.at);
        needs
    }

    fn unmet(
        &self,
        need: &Need,
        known: &[project::Connection],
    ) -> Option<crate::diagnostics::Diagnostic> {
        let action = self.actions.get(need.action.0 as usize)?;
        let piece = self.pieces.get(action.piece.0 as usize)?;
        let first = piece.connections.first()?;
        let Some(found) = known.iter().find(|known| known.name == need.name) else {
            let free = piece.connections.iter().any(|way| way.kind == ConnectionKind::None);
            if free && need.name == piece.name {
                return None;
            }
            let meant = self.nearest(&need.name, known.iter().map(|known| known.name.as_str()));
            let lines = section(&need.name, piece, easiest(piece).unwrap_or(first));
            return Some(report::connect::missing(need.at, &need.name, &lines, meant));
        };
        if let Some(kind) = &found.kind
            && !piece.connections.iter().any(|way| way.name == *kind)
        {
            let kinds: Vec<&str> = piece.connections.iter().map(|way| way.name.as_str()).collect();
            return Some(report::connect::unknown_kind(need.at, &need.name, kind, &kinds));
        }
        let granted = found.scopes.as_ref()?;
        let missing: Vec<&str> = action
            .scopes
            .iter()
            .filter(|scope| !granted.contains(scope))
            .map(EcoString::as_str)
            .collect();
        let name = ecow::eco_format!("{}.{}", piece.name, action.name);
        (!missing.is_empty()).then(|| report::connect::scopes(need.at, &need.name, &name, &missing))
    }
}

/// The way to connect that asks a person for least: a key rather than a consent in a browser.
fn easiest(piece: &Piece) -> Option<&callflow_artifact::piece::Connection> {
    piece.connections.iter().find(|way| way.kind != ConnectionKind::OAuth2)
}

/// The calls of actions in a body, with the connection that each names.
fn actions(body: &Block) -> Vec<(ActionId, Option<EcoString>, Span)> {
    let mut found = Vec::new();
    let mut parts = vec![Part::Block(body)];
    while let Some(part) = parts.pop() {
        match part {
            Part::Expr(expr) => {
                if let ExprKind::Action { action, connection, .. } = &expr.kind {
                    found.push((*action, connection.clone(), expr.span));
                }
                walk::expression(expr, &mut |part| parts.push(part));
            }
            Part::Block(block) | Part::Branch(block) => {
                for statement in &block.statements {
                    walk::statement(statement, &mut |part| parts.push(part));
                }
                parts.extend(block.value.as_deref().map(Part::Expr));
            }
        }
    }
    found
}
