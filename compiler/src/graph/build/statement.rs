//! Statements as parts of a picture.

use ecow::{EcoString, eco_format};

use crate::graph::model::{Arm, Frame, FrameKind, Item, Node, NodeKind, Sequence};
use crate::semantics::typed::{Block, Branch, LocalId, Stmt, StmtKind};
use crate::source::Span;

use super::{Builder, Place};

impl Builder<'_> {
    /// Statements, and the value after them.
    pub(super) fn block(&mut self, block: &Block, place: Place<'_>, out: &mut Sequence) {
        for stmt in &block.statements {
            self.statement(stmt, out);
        }
        if let Some(value) = &block.value {
            self.expression(value, place, out);
        }
    }

    /// A block by itself.
    pub(super) fn sequence(&mut self, block: &Block, place: Place<'_>) -> Sequence {
        let mut out = Sequence::default();
        self.block(block, place, &mut out);
        out
    }

    fn statement(&mut self, stmt: &Stmt, out: &mut Sequence) {
        let whole = Place { name: "", span: Some(stmt.span) };
        match &stmt.kind {
            StmtKind::Set { local, value } => {
                let place = Place { name: self.local(*local), ..whole };
                self.expression(value, place, out);
            }
            StmtKind::Expr(value) => self.expression(value, whole, out),
            StmtKind::For { item, iterable, body } => {
                self.expression(iterable, Place::INNER, out);
                let title =
                    eco_format!("for {} in {}", self.local(*item), self.text(iterable.span));
                self.turns(title, stmt.span, Sequence::default(), body, out);
            }
            StmtKind::ForRange { item, from, to, body } => {
                self.expression(from, Place::INNER, out);
                self.expression(to, Place::INNER, out);
                let (item, range) = (self.local(*item), self.text(from.span.to(to.span)));
                let title = eco_format!("for {item} in {range}");
                self.turns(title, stmt.span, Sequence::default(), body, out);
            }
            StmtKind::While { condition, body } => {
                let title = eco_format!("while {}", self.text(condition.span));
                let mut before = Sequence::default();
                self.expression(condition, Place::INNER, &mut before);
                self.turns(title, stmt.span, before, body, out);
            }
            StmtKind::Break => self.end(NodeKind::Break, "break", stmt.span, out),
            StmtKind::Continue => self.end(NodeKind::Continue, "next turn", stmt.span, out),
            StmtKind::Stop => self.end(NodeKind::Stop, "stop", stmt.span, out),
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.expression(value, Place::INNER, out);
                }
                // What ends the way already needs no `return`.
                if out.falls_through() {
                    let title = self.text(stmt.span);
                    self.end(NodeKind::Return, &title, stmt.span, out);
                }
            }
            StmtKind::Try { body, error, handler } => {
                let body = self.sequence(body, Place::INNER);
                let handler = self.sequence(handler, Place::INNER);
                let title = match self.local(*error) {
                    "" => EcoString::from("catch"),
                    error => eco_format!("catch {error}"),
                };
                self.guard(body, title, handler, stmt.span, out);
            }
            StmtKind::Parallel(branches) => {
                self.branches(FrameKind::Parallel, branches, stmt.span, out);
            }
            StmtKind::First(branches) => self.branches(FrameKind::First, branches, stmt.span, out),
            StmtKind::Test(_) => {}
        }
    }

    fn end(&self, kind: NodeKind, title: &str, span: Span, out: &mut Sequence) {
        out.items.push(Item::Node(self.node(kind, title, span, Place::INNER)));
    }

    /// A loop, where its body has something to see.
    fn turns(
        &mut self,
        title: EcoString,
        span: Span,
        mut before: Sequence,
        body: &Block,
        out: &mut Sequence,
    ) {
        self.block(body, Place::INNER, &mut before);
        self.frame(FrameKind::Loop, &title, span, before, out);
    }

    /// A frame around one sequence, where that has something to see.
    pub(super) fn frame(
        &mut self,
        kind: FrameKind,
        title: &str,
        span: Span,
        body: Sequence,
        out: &mut Sequence,
    ) {
        if body.matters() {
            let head = self.node(NodeKind::Head, title, span, Place::INNER);
            let arms = vec![Arm { label: EcoString::new(), body }];
            out.items.push(Item::Frame(Box::new(Frame { kind, head, arms })));
        }
    }

    fn branches(&mut self, kind: FrameKind, branches: &[Branch], span: Span, out: &mut Sequence) {
        let mut arms: Vec<Arm> = branches
            .iter()
            .map(|branch| {
                let name = branch.target.map(|LocalId(id)| self.local(LocalId(id)));
                let place = Place { name: name.unwrap_or_default(), span: Some(branch.span) };
                let body = self.sequence(&branch.body, place);
                let label = match body.matters() {
                    true => EcoString::new(),
                    false => self.text(branch.span),
                };
                Arm { label, body }
            })
            .collect();
        // A branch that only computes takes no time: it is at once done with, or wins at once.
        if kind == FrameKind::Parallel {
            arms.retain(|arm| arm.body.matters());
        }
        if arms.iter().any(|arm| arm.body.matters()) {
            let title = match kind {
                FrameKind::First => "first: one of these",
                _ => "parallel: all of these",
            };
            let head = self.node(NodeKind::Head, title, span, Place::INNER);
            out.items.push(Item::Frame(Box::new(Frame { kind, head, arms })));
        }
    }

    /// What may fail, and what is done then, where there is something to see in either.
    pub(super) fn guard(
        &mut self,
        mut body: Sequence,
        title: EcoString,
        handler: Sequence,
        span: Span,
        out: &mut Sequence,
    ) {
        if !body.matters() && !handler.matters() {
            return;
        }
        let catch = self.node(NodeKind::Catch, &title, span, Place::INNER);
        let single = matches!(
            body.items.as_slice(),
            [Item::Node(Node { kind: NodeKind::Action | NodeKind::Call | NodeKind::Launch, .. })]
        );
        let body = match body.items.pop() {
            Some(only) if single => only,
            last => {
                body.items.extend(last);
                let head = self.node(NodeKind::Head, "try", span, Place::INNER);
                let arms = vec![Arm { label: EcoString::new(), body }];
                Item::Frame(Box::new(Frame { kind: FrameKind::Try, head, arms }))
            }
        };
        out.items.push(Item::Guarded { body: Box::new(body), catch, handler });
    }
}
