//! Expressions.

use super::builder::Builder;
use super::lists::{Braces, Comma};
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Arm, Block, Clause, ClauseKind, Expr, ExprKind, Name, Pattern, PatternKind, Pause, UnaryOp,
};

impl Builder<'_> {
    /// An expression.
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Missing => self.fail(),
            ExprKind::None
            | ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Time(_)
            | ExprKind::Text(_)
            | ExprKind::Name(_) => self.exactly(expr.span),
            ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } => {
                self.chain(expr);
            }
            ExprKind::Unary { op: UnaryOp::Not, operand, .. } => {
                self.token(Kind::Not);
                self.space();
                self.expr(operand);
            }
            ExprKind::Unary { op: UnaryOp::Negate, operand, .. } => {
                self.token(Kind::Minus);
                self.expr(operand);
            }
            ExprKind::Binary { .. } => self.operators(expr),
            ExprKind::Range { from, to } => {
                self.expr(from);
                self.token(Kind::DotDot);
                self.expr(to);
            }
            ExprKind::As { value, ty } => {
                self.expr(value);
                self.space();
                self.token(Kind::As);
                self.space();
                self.ty(ty);
            }
            ExprKind::Catch { value, error, fallback } => {
                self.catch(value, error.as_ref(), fallback);
            }
            ExprKind::If { branches, otherwise } => self.if_else(branches, otherwise.as_ref()),
            ExprKind::Match { subject, arms } => self.match_of(subject, arms),
            ExprKind::Clauses { call, clauses } => {
                self.expr(call);
                self.clauses(clauses);
            }
            ExprKind::ParallelFor { name, iterable, limit, body } => {
                let mark = self.mark();
                self.for_in(name, iterable);
                self.word("parallel");
                self.space();
                if let Some(limit) = limit {
                    self.head(limit);
                    self.space();
                }
                self.block(body);
                self.group(mark);
            }
            ExprKind::Launch { waits, flow, arguments, parens, event } => {
                self.word(if *waits { "run" } else { "start" });
                self.space();
                self.expr(flow);
                if parens.start < parens.end {
                    self.arguments(arguments);
                }
                self.with(event.as_deref());
            }
            ExprKind::Type(ty) => self.ty(ty),
            ExprKind::List(elements) => self.list_literal(elements),
            ExprKind::Record(entries) => self.record_literal(entries),
            ExprKind::Tagged { owner, name, entries } => {
                if let Some(owner) = owner {
                    self.name(owner);
                    self.token(Kind::Dot);
                }
                self.name(name);
                self.space();
                self.record_literal(entries);
            }
            ExprKind::Lambda { parameters, body } => self.lambda(parameters, body),
            ExprKind::Block(block) => self.block_group(block),
            ExprKind::Paren(inner) => {
                self.token(Kind::ParenOpen);
                self.expr(inner);
                self.token(Kind::ParenClose);
            }
        }
    }

    /// An expression where one must stand.
    pub(super) fn maybe_expr(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.fail(),
        }
    }

    /// The condition or list before a block. It is indented further than the block, so that both are told apart
    /// where it takes several lines.
    pub(super) fn head(&mut self, expr: &Expr) {
        let mark = self.mark();
        self.expr(expr);
        self.indent(mark);
    }

    /// `e catch f`. Only what comes after `catch` moves to a line of its own, whatever breaks before it.
    fn catch(&mut self, value: &Expr, error: Option<&Name>, fallback: &Expr) {
        self.expr(value);
        self.continued(|builder| {
            builder.token(Kind::Catch);
            builder.space();
            if let Some(error) = error {
                builder.name(error);
                builder.space();
                builder.token(Kind::FatArrow);
                builder.space();
            }
            builder.expr(fallback);
        });
    }

    /// All blocks break together.
    fn if_else(&mut self, branches: &[(Expr, Block)], otherwise: Option<&Block>) {
        let mark = self.mark();
        for (i, (condition, block)) in branches.iter().enumerate() {
            if i > 0 {
                self.space_at_margin();
                self.token(Kind::Else);
                self.space();
            }
            self.token(Kind::If);
            self.space();
            self.head(condition);
            self.space();
            self.block(block);
        }
        if let Some(block) = otherwise {
            self.space_at_margin();
            self.token(Kind::Else);
            self.space();
            self.block(block);
        }
        self.group(mark);
    }

    /// One arm a line. A block needs no comma after it.
    fn match_of(&mut self, subject: &Expr, arms: &[Arm]) {
        self.token(Kind::Match);
        self.space();
        self.head(subject);
        self.space();
        let comma = |arm: &Arm| match arm.body.kind {
            ExprKind::Block(_) => Comma::Never,
            _ => Comma::Always,
        };
        self.braces(arms, Braces { comma, broken: true }, |builder, arm| {
            builder.patterns(&arm.patterns);
            builder.space();
            builder.token(Kind::FatArrow);
            builder.space();
            builder.expr(&arm.body);
        });
    }

    /// As many as fit stand on a line.
    fn patterns(&mut self, patterns: &[Pattern]) {
        for (i, pattern) in patterns.iter().enumerate() {
            let mark = self.mark();
            if i > 0 {
                self.line();
            }
            self.pattern(pattern);
            if i + 1 < patterns.len() {
                self.token(Kind::Comma);
            }
            self.group(mark);
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Else => self.token(Kind::Else),
            PatternKind::Literal(value) => self.expr(value),
            PatternKind::Bind(name) | PatternKind::Variant { name, fields: None } => {
                self.name(name);
            }
            PatternKind::Variant { name, fields: Some(fields) } => {
                self.name(name);
                self.space();
                let style = Braces { comma: |_| Comma::Always, broken: false };
                self.braces(fields, style, |builder, (field, bound)| {
                    builder.name(field);
                    if field.span != bound.span {
                        builder.token(Kind::Colon);
                        builder.space();
                        builder.name(bound);
                    }
                });
            }
            PatternKind::Missing => self.fail(),
        }
    }

    /// `x => e`, `(a, b) => e`
    fn lambda(&mut self, parameters: &[Name], body: &Expr) {
        if self.kind() == Some(Kind::ParenOpen) {
            self.take();
            for (i, name) in parameters.iter().enumerate() {
                self.name(name);
                let last = i + 1 == parameters.len();
                if last && self.kind() == Some(Kind::Comma) {
                    self.skip();
                } else if !last {
                    self.token(Kind::Comma);
                    self.space();
                }
            }
            self.token(Kind::ParenClose);
        } else {
            parameters.iter().for_each(|name| self.name(name));
        }
        self.space();
        self.token(Kind::FatArrow);
        self.space();
        self.expr(body);
    }

    /// `retry 5 within 30s`: behind the call where all fit, else each on a line of its own.
    fn clauses(&mut self, clauses: &[Clause]) {
        let mark = self.mark();
        for clause in clauses {
            if self.may_begin_line() {
                self.line()
            } else {
                self.space()
            }
            self.clause(clause);
        }
        self.indent(mark);
        self.group(mark);
    }

    /// Whether the next token begins a clause at the beginning of a line as well: not before a parenthesis, which
    /// would make a call of it.
    fn may_begin_line(&self) -> bool {
        self.token_at(self.next + 1).is_some_and(|token| token.kind != Kind::ParenOpen)
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Retry { count, pause } => {
                self.word("retry");
                self.space();
                self.expr(count);
                match pause {
                    None => {}
                    Some(Pause::Every(pause)) => {
                        self.space();
                        self.word("every");
                        self.space();
                        self.expr(pause);
                    }
                    Some(Pause::Backoff { first, longest }) => {
                        self.space();
                        self.word("backoff");
                        self.space();
                        self.expr(first);
                        self.token(Kind::DotDot);
                        self.expr(longest);
                    }
                }
            }
            ClauseKind::Within(duration) => {
                self.word("within");
                self.space();
                self.expr(duration);
            }
            ClauseKind::Once(key) => {
                self.word("once");
                self.space();
                self.expr(key);
            }
        }
    }
}
