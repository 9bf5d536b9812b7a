//! Statements and blocks.

use super::builder::Builder;
use super::document::{Line, Node};
use crate::syntax::token::Kind;
use crate::syntax::tree::{BinaryOp, Block, Expr, Name, Stmt, StmtKind};

const BRACES: (Kind, Kind) = (Kind::BraceOpen, Kind::BraceClose);

impl Builder<'_> {
    /// `{ … }` as a part of the group around it, so that all blocks of an `if` break together.
    pub(super) fn block(&mut self, block: &Block) {
        self.block_between(BRACES, block);
    }

    /// `< … >`
    pub(super) fn body(&mut self, block: &Block) {
        let mark = self.mark();
        self.block_between((Kind::Less, Kind::Greater), block);
        self.group(mark);
    }

    /// Statements: on one line where they were written so and it fits.
    fn block_between(&mut self, (open, close): (Kind, Kind), block: &Block) {
        self.token(open);
        let line = Line { space: true, hard: self.line_ends_here(), blank: false };
        let inner = self.mark();
        let end = self.index_at(block.span.end.saturating_sub(1));
        let empty = self.next == end && !self.has_comments();
        self.statements(&block.statements, end, line);
        if empty {
            self.push(Node::Line(line));
        } else {
            self.close(inner, line);
        }
        self.token(close);
    }

    /// The statements up to the token of that index.
    fn statements(&mut self, list: &[Stmt], end: usize, line: Line) {
        let mut list = list.iter().peekable();
        let mut first = true;
        loop {
            self.skip_semicolons(end);
            if self.failed || self.next >= end {
                return;
            }
            if first {
                self.separate(line);
            } else {
                self.push(Node::Either { flat: ";", broken: "" });
                self.separate_parts(line);
            }
            first = false;
            match self.region(&mut list, |statement| statement.span, end) {
                (Some(statement), stop) => self.statement(statement, stop),
                (None, stop) => self.raw(stop),
            }
        }
    }

    /// A statement, which ends before the token of that index. Where it is broken, it stays as it stands.
    fn statement(&mut self, statement: &Stmt, stop: usize) {
        let (mark, place) = (self.mark(), self.place());
        self.statement_kind(&statement.kind);
        if self.failed || self.next != stop {
            self.go_back(mark, place);
            self.raw(stop);
        }
    }

    fn statement_kind(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Bind { var, name, ty, value } => {
                if *var {
                    self.token(Kind::Var);
                    self.space();
                }
                self.name(name);
                self.annotation(ty.as_ref());
                self.space();
                self.token(Kind::Equal);
                self.space();
                self.expr(value);
            }
            StmtKind::Assign { target, operator, value } => {
                self.expr(target);
                self.space();
                self.token(assignment(*operator));
                self.space();
                self.expr(value);
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::For { name, iterable, body } => {
                let mark = self.mark();
                self.for_in(name, iterable);
                self.block(body);
                self.group(mark);
            }
            StmtKind::While { condition, body } => {
                let mark = self.mark();
                self.token(Kind::While);
                self.space();
                self.head(condition);
                self.space();
                self.block(body);
                self.group(mark);
            }
            StmtKind::Break => self.token(Kind::Break),
            StmtKind::Continue => self.token(Kind::Continue),
            StmtKind::Stop => self.token(Kind::Stop),
            StmtKind::Wait(value) => {
                self.token(Kind::Wait);
                self.space();
                self.expr(value);
            }
            StmtKind::WaitUntil(value) => {
                self.token(Kind::Wait);
                self.space();
                self.token(Kind::Until);
                self.space();
                self.expr(value);
            }
            StmtKind::Try { body, error, handler } => {
                let mark = self.mark();
                self.token(Kind::Try);
                self.space();
                self.block(body);
                self.space_at_margin();
                self.token(Kind::Catch);
                self.space();
                if let Some(error) = error {
                    self.name(error);
                    self.space();
                }
                self.block(handler);
                self.group(mark);
            }
            StmtKind::Return(value) => {
                self.token(Kind::Return);
                if let Some(value) = value {
                    self.space();
                    self.expr(value);
                }
            }
            StmtKind::Parallel(body) => self.branches("parallel", body),
            StmtKind::First(body) => self.branches("first", body),
            StmtKind::Block(body) => self.block_group(body),
            StmtKind::Given(given) => self.given(given),
            StmtKind::Advance(duration) => {
                self.word("advance");
                self.space();
                self.expr(duration);
            }
            StmtKind::Crash => self.word("crash"),
            StmtKind::Expect(expectation) => self.expectation(expectation),
            StmtKind::Broken => self.fail(),
        }
    }

    /// `for name in list `, with or without `parallel` behind it.
    pub(super) fn for_in(&mut self, name: &Name, iterable: &Expr) {
        self.token(Kind::For);
        self.space();
        self.name(name);
        self.space();
        self.token(Kind::In);
        self.space();
        self.head(iterable);
        self.space();
    }

    /// `parallel { … }`, `first { … }`
    fn branches(&mut self, word: &str, body: &Block) {
        self.word(word);
        self.space();
        self.block_group(body);
    }

    /// `{ … }` as a group of its own.
    pub(super) fn block_group(&mut self, block: &Block) {
        let mark = self.mark();
        self.block(block);
        self.group(mark);
    }
}

fn assignment(operator: Option<BinaryOp>) -> Kind {
    match operator {
        Some(BinaryOp::Add) => Kind::PlusEqual,
        Some(BinaryOp::Subtract) => Kind::MinusEqual,
        Some(BinaryOp::Multiply) => Kind::StarEqual,
        Some(BinaryOp::Divide) => Kind::SlashEqual,
        Some(BinaryOp::Remainder) => Kind::PercentEqual,
        _ => Kind::Equal,
    }
}
