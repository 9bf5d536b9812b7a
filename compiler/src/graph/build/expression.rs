//! Expressions as parts of a picture: what they do on the way to their value.

use std::collections::HashSet;

use callflow_artifact::Constant;
use callflow_artifact::bytecode::ActionId;
use callflow_artifact::types::{Type, TypeId, Variants};
use ecow::{EcoString, eco_format};

use crate::graph::model::{Arm, FrameKind, Item, NodeKind, Sequence};
use crate::graph::text::{arguments, one_line};
use crate::semantics::typed::{self, Block, Expr, ExprKind, Pattern};
use crate::semantics::walk::{self, Part};
use crate::source::Span;

use super::{Builder, Place};

impl Builder<'_> {
    /// What an expression does, in the order of evaluation.
    pub(super) fn expression(&mut self, expr: &Expr, place: Place<'_>, out: &mut Sequence) {
        match &expr.kind {
            // What only changes a value's type leaves it what it was called.
            ExprKind::Convert(_, inner)
            | ExprKind::Some(inner)
            | ExprKind::Unwrap(inner)
            | ExprKind::Decode(inner) => self.expression(inner, place, out),
            ExprKind::Block(block) => self.block(block, place, out),
            ExprKind::Let { value, body, .. } => {
                self.expression(value, Place::INNER, out);
                self.expression(body, place, out);
            }
            ExprKind::Action { action, .. } => {
                self.parts(expr, out);
                self.action(*action, expr.span, place, out);
            }
            ExprKind::Call { function, .. } => {
                self.parts(expr, out);
                self.call(*function, expr.span, place, out);
            }
            ExprKind::Launch { flow, .. } => {
                self.parts(expr, out);
                let flow = self.program.flows.get(flow.0 as usize);
                let (call, arguments) = (self.slice(expr.span), arguments(self.slice(expr.span)).0);
                let what = call.split('(').next().unwrap_or_default();
                let mut node = self.node(NodeKind::Launch, &one_line(what), expr.span, place);
                node.detail = one_line(arguments);
                node.link = flow.map(|flow| flow.address.clone());
                out.items.push(Item::Node(node));
            }
            ExprKind::Wait(_) | ExprKind::WaitUntil(_) => {
                self.simple(NodeKind::Wait, expr, place, out);
            }
            ExprKind::Log(..) => self.simple(NodeKind::Log, expr, place, out),
            ExprKind::Fail(..) | ExprKind::Raise(_) => {
                self.simple(NodeKind::Fail, expr, Place { name: "", ..place }, out);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.decide(expr, condition, then, otherwise, place, out);
            }
            ExprKind::Match(found) => self.choose(found, expr.span, place, out),
            ExprKind::Coalesce(value, fallback) => {
                self.expression(value, place, out);
                let title = eco_format!("{} != none", self.text(value.span));
                let fallback = self.of(fallback, Place { span: None, ..place });
                self.either(&title, Sequence::default(), fallback, expr.span, out);
            }
            ExprKind::OptionalChain { base, then, .. } => {
                self.expression(base, Place::INNER, out);
                let title = eco_format!("{} != none", self.text(base.span));
                let then = self.of(then, Place { span: None, ..place });
                self.either(&title, then, Sequence::default(), expr.span, out);
            }
            ExprKind::And(left, right) => {
                self.expression(left, Place::INNER, out);
                let right = self.of(right, Place::INNER);
                let title = self.text(left.span);
                self.either(&title, right, Sequence::default(), expr.span, out);
            }
            ExprKind::Or(left, right) => {
                self.expression(left, Place::INNER, out);
                let right = self.of(right, Place::INNER);
                let title = self.text(left.span);
                self.either(&title, Sequence::default(), right, expr.span, out);
            }
            ExprKind::Catch { value, fallback, .. } => {
                let body = self.of(value, place);
                let handler = self.of(fallback, Place { span: None, ..place });
                let title = match handler.matters() {
                    true => "catch".into(),
                    false => eco_format!("catch {}", self.text(fallback.span)),
                };
                // Reading what is no action's answer may fail too, but that is computing.
                match body.matters() {
                    true => self.guard(body, title, handler, expr.span, out),
                    false => out.items.extend(handler.items),
                }
            }
            ExprKind::Loop { list, lambda, .. } => {
                self.expression(list, Place::INNER, out);
                if let Some(initial) = &lambda.initial {
                    self.expression(initial, Place::INNER, out);
                }
                let body = self.of(&lambda.body, Place::INNER);
                let item = lambda.parameters.last().map(|id| self.local(*id)).unwrap_or_default();
                let title = eco_format!("for {item} in {}", self.text(list.span));
                self.frame(FrameKind::Loop, &title, expr.span, body, out);
            }
            ExprKind::ParallelFor { item, iterable, limit, body } => {
                self.expression(iterable, Place::INNER, out);
                let (item, list) = (self.local(*item), self.text(iterable.span));
                let title = match limit {
                    Some(limit) => {
                        self.expression(limit, Place::INNER, out);
                        eco_format!("for {item} in {list} parallel {}", self.text(limit.span))
                    }
                    None => eco_format!("for {item} in {list} parallel"),
                };
                let body = self.sequence(body, Place::INNER);
                self.frame(FrameKind::Each, &title, expr.span, body, out);
            }
            _ => self.parts(expr, out),
        }
    }

    /// An expression by itself.
    fn of(&mut self, expr: &Expr, place: Place<'_>) -> Sequence {
        let mut out = Sequence::default();
        self.expression(expr, place, &mut out);
        out
    }

    /// Whether an expression may leave anything behind. It is only looked at, for to look at it by building it
    /// twice would take twice as long on every level of nesting.
    fn acts(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Action { .. }
            | ExprKind::Launch { .. }
            | ExprKind::Wait(_)
            | ExprKind::WaitUntil(_)
            | ExprKind::Log(..)
            | ExprKind::Fail(..)
            | ExprKind::Raise(_)
            | ExprKind::ParallelFor { .. } => return true,
            ExprKind::Call { function, .. }
                if self.function(*function).is_some_and(|function| function.effectful) =>
            {
                return true;
            }
            _ => {}
        }
        let mut found = false;
        walk::expression(expr, &mut |part| {
            found = found
                || match part {
                    Part::Expr(expr) => self.acts(expr),
                    // Statements may leave the flow.
                    Part::Block(block) | Part::Branch(block) => {
                        !block.statements.is_empty()
                            || block.value.as_deref().is_some_and(|value| self.acts(value))
                    }
                };
        });
        found
    }

    fn parts(&mut self, expr: &Expr, out: &mut Sequence) {
        let mut parts = Vec::new();
        walk::expression(expr, &mut |part| parts.push(part));
        for part in parts {
            match part {
                Part::Expr(expr) => self.expression(expr, Place::INNER, out),
                Part::Block(block) | Part::Branch(block) => self.block(block, Place::INNER, out),
            }
        }
    }

    fn action(&mut self, action: ActionId, span: Span, place: Place<'_>, out: &mut Sequence) {
        let Some(action) = self.program.actions.get(action.0 as usize) else { return };
        let piece = self.program.pieces.get(action.piece.0 as usize);
        let piece = piece.map(|piece| piece.name.clone()).unwrap_or_default();
        let title = eco_format!("{piece}.{}", action.name);
        let mut node = self.node(NodeKind::Action, &title, span, place);
        let (arguments, clauses) = arguments(self.slice(span));
        node.detail = one_line(arguments);
        node.clauses = one_line(clauses);
        node.link = Some(piece);
        out.items.push(Item::Node(node));
    }

    /// A node that shows its source.
    fn simple(&mut self, kind: NodeKind, expr: &Expr, place: Place<'_>, out: &mut Sequence) {
        self.parts(expr, out);
        let node = self.written(kind, expr.span, place);
        out.items.push(Item::Node(node));
    }

    fn written(&self, kind: NodeKind, span: Span, place: Place<'_>) -> super::Node {
        self.node(kind, &self.text(span), span, place)
    }

    /// An `if`. What follows its `else if`s stands beside it, and not below.
    fn decide(
        &mut self,
        expr: &Expr,
        condition: &Expr,
        then: &Block,
        otherwise: &Block,
        place: Place<'_>,
        out: &mut Sequence,
    ) {
        let inner = Place { span: None, ..place };
        self.expression(condition, Place::INNER, out);
        let first = Arm { label: self.text(condition.span), body: self.sequence(then, inner) };
        let mut arms = vec![first];
        let mut rest = otherwise;
        let rest = loop {
            let Some((condition, then, otherwise)) = only_if(rest) else {
                break self.sequence(rest, inner);
            };
            // What a later condition does is done only where the earlier ones did not hold.
            if self.acts(condition) {
                break self.sequence(rest, inner);
            }
            let body = self.sequence(then, inner);
            arms.push(Arm { label: self.text(condition.span), body });
            rest = otherwise;
        };
        if let [_] = arms.as_slice() {
            let (title, then) = arms.pop().map(|arm| (arm.label, arm.body)).unwrap_or_default();
            return self.either(&title, then, rest, expr.span, out);
        }
        arms.push(Arm { label: "else".into(), body: rest });
        self.decision("which holds first", arms, expr.span, out);
    }

    /// A condition with two ways.
    fn either(
        &mut self,
        condition: &str,
        then: Sequence,
        otherwise: Sequence,
        span: Span,
        out: &mut Sequence,
    ) {
        let arms = vec![
            Arm { label: "yes".into(), body: then },
            Arm { label: "no".into(), body: otherwise },
        ];
        self.decision(condition, arms, span, out);
    }

    fn choose(&mut self, found: &typed::Match, span: Span, place: Place<'_>, out: &mut Sequence) {
        let before = out.items.len();
        self.expression(&found.subject, Place::INNER, out);
        let mut arms = Vec::new();
        for (index, arm) in found.arms.iter().enumerate() {
            let earlier = found.arms.get(..index).unwrap_or_default();
            let label = match arm.patterns.as_slice() {
                [Pattern::Always] => self.rest(earlier, found.subject.ty),
                patterns => self.patterns(patterns, found.subject.ty),
            };
            let body = self.sequence(&arm.body, Place { span: None, ..place });
            arms.push(Arm { label, body });
        }
        let subject = self.text(found.subject.span);
        let title = match subject.split_once('(') {
            // Its arguments were shown just now.
            Some((action, _)) if out.items.len() > before => eco_format!("match {action}(…)"),
            _ => eco_format!("match {subject}"),
        };
        self.decision(&title, arms, span, out);
    }

    /// A decision, where it makes a difference that can be seen.
    fn decision(&mut self, title: &str, arms: Vec<Arm>, span: Span, out: &mut Sequence) {
        if arms.iter().any(|arm| !arm.body.items.is_empty()) {
            let node = self.node(NodeKind::Decision, title, span, Place::INNER);
            out.items.push(Item::Decision(node, arms));
        }
    }

    /// What the last arm is for: the few alternatives that are left, else `else`.
    fn rest(&self, earlier: &[typed::Arm], subject: TypeId) -> EcoString {
        let types = &self.program.types;
        let choice = match types.get(types.without_optional(subject)) {
            Type::Choice(choice) => types.choice(choice),
            _ => None,
        };
        let all: Vec<Pattern> = match choice.map(|choice| &choice.variants) {
            Some(Variants::Literals(literals)) => literals
                .iter()
                .map(|literal| Pattern::Equals(Constant::Text(literal.clone())))
                .collect(),
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                (0..variants.len()).map(|index| Pattern::Variant(index as u16)).collect()
            }
            None => Vec::new(),
        };
        let none = matches!(types.get(subject), Type::Optional(_)).then_some(Pattern::IsNone);
        let names = |patterns: &[Pattern]| self.patterns(patterns, subject);
        let named: HashSet<EcoString> = earlier
            .iter()
            .flat_map(|arm| &arm.patterns)
            .map(|it| names(std::slice::from_ref(it)))
            .collect();
        let left: Vec<EcoString> = all
            .iter()
            .chain(&none)
            .map(|pattern| names(std::slice::from_ref(pattern)))
            .filter(|name| !named.contains(name))
            .collect();
        match left.len() {
            1 | 2 if !all.is_empty() => EcoString::from(left.join(", ")),
            _ => "else".into(),
        }
    }

    fn patterns(&self, patterns: &[Pattern], subject: TypeId) -> EcoString {
        let texts: Vec<EcoString> =
            patterns.iter().map(|pattern| self.pattern(pattern, subject)).collect();
        EcoString::from(texts.join(", "))
    }

    fn pattern(&self, pattern: &Pattern, subject: TypeId) -> EcoString {
        match pattern {
            Pattern::Always => "else".into(),
            Pattern::IsNone => "none".into(),
            Pattern::IsSome => "not none".into(),
            Pattern::Equals(constant) => shown(constant),
            Pattern::Variant(index) => {
                let types = &self.program.types;
                let choice = match types.get(types.without_optional(subject)) {
                    Type::Choice(choice) => types.choice(choice),
                    _ => None,
                };
                match choice.map(|choice| &choice.variants) {
                    Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => variants
                        .get(usize::from(*index))
                        .map(|variant| variant.name.clone())
                        .unwrap_or_default(),
                    _ => EcoString::new(),
                }
            }
        }
    }
}

/// The `if` that a block is nothing else than.
fn only_if(block: &Block) -> Option<(&Expr, &Block, &Block)> {
    let mut expr: &Expr = match (block.statements.as_slice(), &block.value) {
        ([], Some(value)) => value,
        ([typed::Stmt { kind: typed::StmtKind::Expr(value), .. }], None) => value,
        _ => return None,
    };
    loop {
        match &expr.kind {
            ExprKind::If(condition, then, otherwise) => return Some((condition, then, otherwise)),
            ExprKind::Some(inner) | ExprKind::Convert(_, inner) => expr = inner,
            _ => return None,
        }
    }
}

/// A constant as it is written, as far as patterns have such.
fn shown(constant: &Constant) -> EcoString {
    match constant {
        Constant::Text(text) => eco_format!("\"{}\"", one_line(text)),
        Constant::None => "none".into(),
        Constant::Null => "null".into(),
        Constant::Bool(value) => eco_format!("{value}"),
        Constant::Int(value) => eco_format!("{value}"),
        Constant::Float(value) => eco_format!("{value}"),
        Constant::Decimal(value) => eco_format!("{value}"),
        Constant::Duration(value) => eco_format!("{value} ms"),
        Constant::Time(value) => eco_format!("{value}"),
        Constant::Date(value) => eco_format!("{value}"),
        Constant::Json(value) => one_line(value),
        Constant::Bytes(_)
        | Constant::List(_)
        | Constant::Map(_)
        | Constant::Record(..)
        | Constant::Tagged(..) => "…".into(),
    }
}
