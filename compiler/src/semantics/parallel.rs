//! What goes on at the same time: `parallel { }`, `first { }` and `for … parallel N { }`.
//!
//! A branch becomes a function of its own, which is given the outer locals that it reads as they are when it
//! begins. So it can give none of them another value, cannot leave what stands around it, and sees nothing of
//! the branches beside it. `stop` is the exception: it ends the whole run, and with it all branches.

use callflow_artifact::Constant;
use callflow_artifact::types::{Type, TypeId};

use crate::source::{Location, Span};
use crate::syntax::tree;

use super::body::{Body, Kind, Loop, broken};
use super::expression::Hint;
use super::report;
use super::typed::{Block, Branch, Expr, ExprKind, ListPart, LocalId, Stmt, StmtKind};

/// What a branch belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForkKind {
    /// `parallel { }`
    Parallel,
    /// `first { }`
    First,
    /// `for … parallel { }`
    ForEach,
}

/// The branch around the place that is being checked.
#[derive(Debug, Clone)]
pub(super) struct Fork<'t> {
    /// What it belongs to.
    pub(super) kind: ForkKind,
    /// Where that stands.
    pub(super) at: Location,
    /// Locals before this one are bound outside of the branch.
    first_local: u32,
    /// How many lambdas there are around the branch.
    lambdas: u32,
    /// The loops that the branch cannot leave.
    loops: Vec<Loop>,
    /// Whether a `continue` ends the branch.
    continues: bool,
    /// What the other branches bind.
    siblings: Vec<&'t tree::Name>,
}

/// A name that a branch gives a value, for what comes after the block.
struct Target<'t> {
    name: &'t tree::Name,
    ty: TypeId,
    var: bool,
    broken: bool,
}

impl<'t> Body<'_, 't> {
    /// `parallel { }` and `first { }`: each statement is a branch.
    pub(super) fn fork_statement(
        &mut self,
        kind: ForkKind,
        block: &'t tree::Block,
        span: Span,
    ) -> Option<StmtKind> {
        let at = self.word_at(span, kind.word());
        if self.kind == Kind::Piece {
            self.report(report::branches::not_in_piece(at, kind));
            return None;
        }
        self.effectful = true;
        self.warn_of_few_branches(kind, at, block, span);
        let before = self.reachable;
        let mut reached = Vec::with_capacity(block.statements.len());
        let mut branches = Vec::with_capacity(block.statements.len());
        let mut targets = Vec::with_capacity(block.statements.len());
        for statement in &block.statements {
            let others = block.statements.iter().filter(|other| !std::ptr::eq(*other, statement));
            self.reachable = before;
            self.enter_branch(kind, at, others.filter_map(target_name).collect());
            let mark = self.enter();
            let (body, target) = self.branch_body(statement);
            self.leave(mark);
            self.leave_branch();
            reached.push(self.reachable);
            branches.push(Branch { target: None, body, span: statement.span });
            targets.push(target);
        }
        let race = kind == ForkKind::First;
        for (branch, target) in branches.iter_mut().zip(targets) {
            branch.target = target.map(|target| self.bind_target(&target, race));
        }
        let goes_on = if race {
            reached.is_empty() || reached.contains(&true)
        } else {
            !reached.contains(&false)
        };
        self.reachable = before;
        if !goes_on {
            self.goes_no_further();
        }
        match race {
            _ if branches.is_empty() => None,
            true => Some(StmtKind::First(branches)),
            false => Some(StmtKind::Parallel(branches)),
        }
    }

    fn warn_of_few_branches(
        &mut self,
        kind: ForkKind,
        at: Location,
        block: &'t tree::Block,
        span: Span,
    ) {
        let only = match block.statements.as_slice() {
            [] => None,
            [tree::Stmt { kind: tree::StmtKind::Broken, .. }] => return,
            [only] => Some(only),
            _ => return,
        };
        let unwrapped = only.filter(|only| !matches!(only.kind, tree::StmtKind::Block(_)));
        let cuts = unwrapped.map(|only| {
            [Span::new(span.start, only.span.start), Span::new(only.span.end, span.end)]
                .map(|span| self.at(span))
        });
        // A comment is not thrown away.
        let cuts = cuts
            .filter(|cuts| !cuts.iter().any(|&cut| self.checker.sources.slice(cut).contains("//")));
        self.report(report::branches::few(kind, at, only.is_none(), cuts));
    }

    /// One branch of a block, and the name that is bound to its value.
    fn branch_body(&mut self, statement: &'t tree::Stmt) -> (Block, Option<Target<'t>>) {
        match &statement.kind {
            tree::StmtKind::Bind { var, name, ty, value }
                if *var || ty.is_some() || !self.is_visible_var(name) =>
            {
                let (value, ty) = self.bound_value(ty.as_ref(), value);
                let broken = matches!(value.kind, ExprKind::Broken);
                let target = Target { name, ty, var: *var, broken };
                (Block { statements: Vec::new(), value: Some(Box::new(value)) }, Some(target))
            }
            tree::StmtKind::Block(block) => (self.statements(block), None),
            _ => {
                let mut statements = Vec::new();
                self.statement(statement, &mut statements);
                (Block { statements, value: None }, None)
            }
        }
    }

    fn bind_target(&mut self, target: &Target<'t>, race: bool) -> LocalId {
        let ty = if race { self.checker.optional(target.ty) } else { target.ty };
        let local = self.bind(target.name, ty, target.var);
        if target.broken {
            self.unwatch(local);
        }
        local
    }

    /// `for … parallel N { }`; for its effect where no value is wanted.
    pub(super) fn parallel_for(
        &mut self,
        each: ParallelFor<'t>,
        value: Option<Hint>,
        span: Span,
    ) -> Expr {
        let at = self.word_at(span, "for");
        let (iterable, item_type) = self.listed(each.iterable);
        let limit = each.limit.map(|limit| Box::new(self.positive_limit(limit)));
        if self.kind == Kind::Piece {
            self.report(report::branches::not_in_piece(at, ForkKind::ForEach));
            return broken(span);
        }
        self.effectful = true;
        let before = self.reachable;
        let hint = value.flatten().and_then(|hint| self.item_of(hint));
        self.enter_branch(ForkKind::ForEach, at, Vec::new());
        let mark = self.enter();
        let item = self.bind(each.name, item_type, false);
        let (mut body, mut ty) = match value {
            Some(_) => self.value_block(each.body, hint),
            None => (self.statements(each.body), TypeId::NONE),
        };
        self.leave(mark);
        let continues = self.leave_branch();
        self.reachable = before;
        if matches!(ty, TypeId::NONE | TypeId::NEVER) {
            ty = TypeId::NONE;
        } else {
            // An item whose branch a `continue` ended gave nothing.
            let wanted = hint.filter(|&hint| self.checker.fits(ty, hint)).unwrap_or(ty);
            let wanted = if continues { self.checker.optional(wanted) } else { wanted };
            self.fit_block(&mut body, wanted, each.body.span.after());
            let whole = self.at(span);
            ty = self.checker.list(wanted, whole);
        }
        let iterable = Box::new(iterable);
        Expr { ty, span, kind: ExprKind::ParallelFor { item, iterable, limit, body } }
    }

    /// The item's type of an expected list.
    fn item_of(&self, list: TypeId) -> Option<TypeId> {
        match self.checker.types.get(self.checker.types.without_optional(list)) {
            Type::List(item) => Some(item),
            _ => None,
        }
    }

    fn positive_limit(&mut self, limit: &'t tree::Expr) -> Expr {
        let limit = self.check(limit, TypeId::INT);
        if let ExprKind::Constant(Constant::Int(number)) = limit.kind
            && number < 1
        {
            let at = self.at(limit.span);
            self.report(report::branches::limit(at));
        }
        limit
    }

    /// The list that a parallel loop goes through, and its items' type. A range becomes a list.
    fn listed(&mut self, iterable: &'t tree::Expr) -> (Expr, TypeId) {
        let tree::ExprKind::Range { from, to } = &iterable.kind else {
            return self.iterable(iterable);
        };
        let span = iterable.span;
        let (from, to) = (self.check(from, TypeId::INT), self.check(to, TypeId::INT));
        let ty = self.checker.types.list(TypeId::INT);
        let list = self.hidden_local(ty, span);
        let item = self.hidden_local(TypeId::INT, span);
        let set = |parts| {
            let value = Expr { ty, span, kind: ExprKind::List(parts) };
            Stmt { span, kind: StmtKind::Set { local: list, value } }
        };
        let grown =
            vec![ListPart::Spread(self.read(list, span)), ListPart::Item(self.read(item, span))];
        let body = Block { statements: vec![set(grown)], value: None };
        let fill = Stmt { span, kind: StmtKind::ForRange { item, from, to, body } };
        let statements = vec![set(Vec::new()), fill];
        let block = Block { statements, value: Some(Box::new(self.read(list, span))) };
        (Expr { ty, span, kind: ExprKind::Block(block) }, TypeId::INT)
    }

    /// The word that a construct begins with.
    fn word_at(&self, span: Span, word: &str) -> Location {
        let end = span.start.saturating_add(word.len() as u32).min(span.end);
        self.at(Span::new(span.start, end))
    }

    fn enter_branch(&mut self, kind: ForkKind, at: Location, siblings: Vec<&'t tree::Name>) {
        let first_local = self.locals.len() as u32;
        let loops = std::mem::take(&mut self.loops);
        let lambdas = self.lambdas;
        self.uncertain += 1;
        let continues = false;
        self.forks.push(Fork { kind, at, first_local, lambdas, loops, continues, siblings });
    }

    /// Whether a `continue` ends the branch.
    fn leave_branch(&mut self) -> bool {
        self.uncertain -= 1;
        let Some(fork) = self.forks.pop() else { return false };
        self.loops = fork.loops;
        fork.continues
    }

    /// The branch that a statement at this place would leave, where no lambda stands between.
    pub(super) fn branch_here(&self) -> Option<&Fork<'t>> {
        self.forks.last().filter(|fork| fork.lambdas == self.lambdas)
    }

    /// `break` and `continue` without a loop in the branch. The branch of a loop's item ends with `continue`.
    pub(super) fn leave_branch_by(&mut self, span: Span, breaks: bool) -> Option<StmtKind> {
        let at = self.at(span);
        let fork = self.branch_here()?;
        let (kind, around, in_loop) = (fork.kind, fork.at, !fork.loops.is_empty());
        if kind == ForkKind::ForEach && !breaks {
            if let Some(fork) = self.forks.last_mut() {
                fork.continues = true;
            }
            self.goes_no_further();
            return Some(StmtKind::Continue);
        }
        let word = if breaks { "break" } else { "continue" };
        self.report(match kind {
            ForkKind::ForEach => report::branches::breaks_parallel_for(at, around),
            _ if in_loop => report::branches::leaves(at, word, around),
            _ => report::control::outside_loop(at, word),
        });
        self.goes_no_further();
        None
    }

    /// Tells of an assignment to a local outside of the branch. Whether it was one.
    pub(super) fn assigns_outer(&mut self, local: LocalId, span: Span) -> bool {
        let Some(fork) = self.forks.last() else { return false };
        let Some(outer) = self.locals.get(local.0 as usize) else { return false };
        if local.0 >= fork.first_local {
            return false;
        }
        let bound = self.at(outer.span);
        let told = report::branches::assigns(&outer.name, self.at(span), bound, fork.kind);
        self.report(told);
        true
    }

    /// Where a branch beside this one binds a name that is not known here.
    pub(super) fn bound_by_sibling(&self, name: &str) -> Option<Location> {
        let mut siblings = self.forks.iter().flat_map(|fork| &fork.siblings);
        siblings.find(|sibling| sibling.text == name).map(|sibling| self.at(sibling.span))
    }
}

/// `for name in iterable parallel limit { body }`
#[derive(Clone, Copy)]
pub(super) struct ParallelFor<'t> {
    /// What each item is called.
    pub(super) name: &'t tree::Name,
    /// What it goes through.
    pub(super) iterable: &'t tree::Expr,
    /// How many items at a time.
    pub(super) limit: Option<&'t tree::Expr>,
    /// What is done for each.
    pub(super) body: &'t tree::Block,
}

impl ForkKind {
    /// The word that begins it.
    pub(super) fn word(self) -> &'static str {
        match self {
            ForkKind::Parallel => "parallel",
            ForkKind::First => "first",
            ForkKind::ForEach => "for … parallel",
        }
    }
}

fn target_name(statement: &tree::Stmt) -> Option<&tree::Name> {
    match &statement.kind {
        tree::StmtKind::Bind { name, .. } => Some(name),
        _ => None,
    }
}
