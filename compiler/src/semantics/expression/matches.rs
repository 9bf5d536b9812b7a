//! `match`: its patterns as tests, and what they bind.

use callflow_artifact::types::{ChoiceId, RecordId, Type, TypeId, Variants};
use ecow::EcoString;

use crate::semantics::body::{Body, broken};
use crate::semantics::constant::{Purpose, fold};
use crate::semantics::exhaustive::Coverage;
use crate::semantics::narrow::as_declared;
use crate::semantics::report;
use crate::semantics::typed::{
    Arm, Block, Expr, ExprKind, LocalId, Match, Pattern, Stmt, StmtKind,
};
use crate::source::Span;
use crate::syntax::tree::{self, PatternKind};

use super::Hint;
use super::branches::Branch;

/// What is looked at.
struct Subject {
    local: LocalId,
    /// Its type as it is.
    ty: TypeId,
    /// Its type where it is there.
    inner: TypeId,
    span: Span,
}

type Bindings<'t> = Vec<(&'t tree::Name, Expr)>;

impl<'t> Body<'_, 't> {
    /// A `match`; without a hint, for its effect.
    pub(super) fn match_expr(
        &mut self,
        subject: &'t tree::Expr,
        arms: &'t [tree::Arm],
        value: Option<Hint>,
        span: Span,
    ) -> Expr {
        let looked_at = as_declared(self.expr(subject, None));
        let path = self.path(&looked_at);
        let subject = Subject {
            local: self.hidden_local(looked_at.ty, looked_at.span),
            ty: looked_at.ty,
            inner: self.checker.types.without_optional(looked_at.ty),
            span: looked_at.span,
        };
        let mut coverage = Coverage::of(&self.checker.types, looked_at.ty);
        let before = self.reachable;
        let mut reached = false;
        let mut typed = Vec::with_capacity(arms.len());
        let mut branches = Vec::with_capacity(arms.len());
        self.uncertain += 1;
        for arm in arms {
            self.reachable = before;
            let mark = self.enter();
            let (tests, bindings) = self.patterns(arm, &subject, &mut coverage);
            let there = tests.iter().all(|test| match test {
                Pattern::IsSome | Pattern::Equals(_) | Pattern::Variant(_) => true,
                Pattern::Always => coverage.none_is_covered(),
                Pattern::IsNone => false,
            });
            if there {
                self.facts.learn(path.clone());
            }
            let mut bound = Vec::with_capacity(bindings.len());
            for (name, value) in bindings {
                bound.push((self.bind(name, value.ty, false), value));
            }
            branches.push(self.arm(&arm.body, value));
            reached |= self.reachable;
            self.leave(mark);
            typed.push((tests, bound));
        }
        self.uncertain -= 1;
        self.reachable = if value.is_some() { before } else { reached };
        if subject.ty != TypeId::UNKNOWN {
            self.tell_missing(&coverage, &subject, arms, span);
        }
        let ty = match value {
            Some(hint) => {
                let mut all: Vec<&mut Branch> = branches.iter_mut().collect();
                self.unify(&mut all, hint)
            }
            None if reached => TypeId::NONE,
            None => TypeId::NEVER,
        };
        let mut arms: Vec<Arm> = Vec::with_capacity(typed.len());
        for ((tests, bindings), branch) in typed.into_iter().zip(branches) {
            arms.push(Arm { patterns: tests, bindings, body: branch.block });
        }
        // Nothing is left for the last arm to test.
        if let Some(last) = arms.last_mut() {
            last.patterns = vec![Pattern::Always];
        }
        let whole = Match { subject: looked_at, local: subject.local, arms };
        Expr { ty, span, kind: ExprKind::Match(Box::new(whole)) }
    }

    fn tell_missing(
        &mut self,
        coverage: &Coverage,
        subject: &Subject,
        arms: &[tree::Arm],
        span: Span,
    ) {
        let missing = coverage.missing();
        if missing.is_empty() {
            return;
        }
        let at = self.at(subject.span);
        let end = arms.last().map_or(span.after(), |arm| arm.span.after());
        let name = self.name(subject.ty);
        let whole = self.at(Span::new(span.start, span.start.saturating_add(5)));
        let layout = self.arm_layout(arms, span);
        let end = self.at(end);
        let diagnostic = report::control::not_covered(whole, at, (end, &layout), &name, &missing);
        self.report(diagnostic);
    }

    /// What stands between two arms of a `match`: a comma, or a line break and the indent of the last arm.
    fn arm_layout(&self, arms: &[tree::Arm], span: Span) -> String {
        let before = arms.last().map_or(span.end, |arm| arm.span.start).max(span.start);
        let text = self.checker.sources.slice(self.at(Span::new(span.start, before)));
        match text.rsplit_once('\n') {
            Some((_, indent)) if indent.trim().is_empty() => format!("\n{indent}"),
            _ => ", ".to_owned(),
        }
    }

    fn arm(&mut self, body: &'t tree::Expr, value: Option<Hint>) -> Branch {
        let span = body.span;
        let Some(hint) = value else {
            let value = self.statement_expr(body);
            if value.ty == TypeId::NEVER {
                self.goes_no_further();
            }
            let ty = if self.reachable { TypeId::NONE } else { TypeId::NEVER };
            let block = match value.kind {
                ExprKind::Block(block) => block,
                _ => {
                    self.warn_of_dropped(&value);
                    let stmt = Stmt { span, kind: StmtKind::Expr(value) };
                    Block { statements: vec![stmt], value: None }
                }
            };
            return Branch { block, ty, span };
        };
        if let tree::ExprKind::Block(block) = &body.kind {
            let (block, ty) = self.value_block(block, hint);
            return Branch { block, ty, span };
        }
        let value = self.expr(body, hint);
        let ty = value.ty;
        Branch { block: Block { statements: Vec::new(), value: Some(Box::new(value)) }, ty, span }
    }

    /// The tests of an arm and what it binds.
    fn patterns(
        &mut self,
        arm: &'t tree::Arm,
        subject: &Subject,
        coverage: &mut Coverage,
    ) -> (Vec<Pattern>, Bindings<'t>) {
        let mut tests = Vec::with_capacity(arm.patterns.len());
        let mut bindings = Bindings::new();
        for pattern in &arm.patterns {
            let found = self.pattern(pattern, subject, &mut bindings);
            let Some(test) = found else {
                coverage.give_up();
                continue;
            };
            if !coverage.takes(&test) {
                let at = self.at(pattern.span);
                self.report(report::control::covered_before(at));
            }
            tests.push(test);
        }
        if arm.patterns.len() > 1
            && let Some((name, _)) = bindings.first()
        {
            let at = self.at(name.span);
            self.report(report::control::binds_in_alternatives(at, &name.text));
        }
        (tests, bindings)
    }

    fn pattern(
        &mut self,
        pattern: &'t tree::Pattern,
        subject: &Subject,
        bindings: &mut Bindings<'t>,
    ) -> Option<Pattern> {
        match &pattern.kind {
            PatternKind::Missing => None,
            PatternKind::Else => Some(Pattern::Always),
            PatternKind::Literal(literal) => self.literal_pattern(literal, subject),
            PatternKind::Variant { name, fields } => {
                self.variant_pattern(name, fields.as_deref(), subject, bindings)
            }
            PatternKind::Bind(name) => {
                self.maybe_unquoted(name, subject)?;
                bindings.push((name, self.there(subject)));
                let optional = subject.inner != subject.ty;
                Some(if optional { Pattern::IsSome } else { Pattern::Always })
            }
        }
    }

    /// The subject's value where it is there.
    fn there(&self, subject: &Subject) -> Expr {
        let value = self.read(subject.local, subject.span);
        if subject.inner == subject.ty {
            return value;
        }
        let kind = ExprKind::Unwrap(Box::new(value));
        Expr { ty: subject.inner, span: subject.span, kind }
    }

    /// `won =>` where `"won" =>` was meant would take everything.
    fn maybe_unquoted(&mut self, name: &tree::Name, subject: &Subject) -> Option<()> {
        let Type::Choice(choice) = self.checker.types.get(subject.inner) else { return Some(()) };
        let choice = self.checker.types.choice(choice)?;
        let Variants::Literals(texts) = &choice.variants else { return Some(()) };
        if !texts.contains(&name.text) {
            return Some(());
        }
        let at = self.at(name.span);
        self.report(report::control::unquoted_pattern(at, &name.text));
        None
    }

    fn literal_pattern(&mut self, literal: &'t tree::Expr, subject: &Subject) -> Option<Pattern> {
        if matches!(literal.kind, tree::ExprKind::None) {
            if subject.inner == subject.ty && subject.ty != TypeId::UNKNOWN {
                let (at, found) = (self.at(literal.span), self.name(subject.ty));
                self.report(report::optionals::none_pattern(at, &found));
                return None;
            }
            return Some(Pattern::IsNone);
        }
        let value = self.check(literal, subject.inner);
        if subject.ty == TypeId::UNKNOWN {
            return None;
        }
        match fold(&value, &self.checker.types) {
            Ok(constant) => Some(Pattern::Equals(constant)),
            Err(place) => {
                if let Some(span) = place {
                    let at = self.at(span);
                    self.report(report::control::not_constant(at, Purpose::Constant));
                }
                None
            }
        }
    }

    fn variant_pattern(
        &mut self,
        name: &'t tree::Name,
        fields: Option<&'t [(tree::Name, tree::Name)]>,
        subject: &Subject,
        bindings: &mut Bindings<'t>,
    ) -> Option<Pattern> {
        let found = self.variant_named(name, subject);
        let Some((variant, record)) = found else {
            for (_, bound) in fields.unwrap_or_default() {
                bindings.push((bound, broken(bound.span)));
            }
            return None;
        };
        for (field, bound) in fields.unwrap_or_default() {
            let known = self.checker.types.record(record).map(|r| r.fields.as_slice());
            let known = known.unwrap_or_default();
            let position = known.iter().position(|known| known.name == field.text);
            let ty = position.and_then(|index| known.get(index)).map(|field| field.ty);
            let (Some(index), Some(ty)) = (position, ty) else {
                let names: Vec<&str> = known.iter().map(|field| field.name.as_str()).collect();
                let meant = self.checker.nearest(&field.text, names.iter().copied());
                let at = self.at(field.span);
                let place = self.checker.record_place(record);
                let diagnostic =
                    report::names::unknown_field(field, at, &name.text, &names, meant, place);
                self.report(diagnostic);
                bindings.push((bound, broken(bound.span)));
                continue;
            };
            let payload = self.checker.types.intern(Type::Record(record));
            let there = Box::new(self.there(subject));
            let kind = ExprKind::Payload(there, variant);
            let payload = Box::new(Expr { ty: payload, span: name.span, kind });
            let kind = ExprKind::Field(payload, index as u16);
            bindings.push((bound, Expr { ty, span: field.span, kind }));
        }
        Some(Pattern::Variant(variant))
    }

    fn variant_named(&mut self, name: &tree::Name, subject: &Subject) -> Option<(u16, RecordId)> {
        if subject.ty == TypeId::UNKNOWN || name.text.is_empty() {
            return None;
        }
        let at = self.at(name.span);
        let variants = match self.checker.types.get(subject.inner) {
            Type::Choice(choice) => self.tags(choice),
            _ => None,
        };
        let Some(variants) = variants else {
            let found = self.name(subject.ty);
            self.report(report::records::no_tags(at, &name.text, &found));
            return None;
        };
        let found = variants.iter().position(|(tag, _)| *tag == name.text);
        if let Some((index, (_, record))) = found.and_then(|i| Some((i, variants.get(i)?))) {
            return Some((index as u16, *record));
        }
        let tags: Vec<EcoString> = variants.into_iter().map(|(tag, _)| tag).collect();
        let meant = self.checker.nearest(&name.text, tags.iter().map(EcoString::as_str));
        let owner = self.name(subject.inner);
        let place = self.checker.type_places.get(&subject.inner).copied();
        self.report(report::records::unknown_tag(at, &name.text, &owner, &tags, meant, place));
        None
    }

    fn tags(&self, choice: ChoiceId) -> Option<Vec<(EcoString, RecordId)>> {
        match &self.checker.types.choice(choice)?.variants {
            Variants::Tagged(variants) | Variants::Untagged(variants) => {
                Some(variants.iter().map(|v| (v.name.clone(), v.record)).collect())
            }
            Variants::Literals(_) => None,
        }
    }
}
