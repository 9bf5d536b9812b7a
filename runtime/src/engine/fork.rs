//! Several things at a time: branches that begin, end, and are cancelled.

use std::collections::BTreeMap;

use callflow_artifact::bytecode::Effect;

use super::core::{Position, Raised, Turn};
use super::message::Command;
use super::run::{Branch, BranchId, Doing, Failure, Join, Parent, Status};
use crate::error::{Error, ErrorKind};
use crate::execute::limits::{BRANCH_LIMIT, MEMORY_LIMIT, too_large};
use crate::execute::{Request, Resume, pending};
use crate::value::Value;
use crate::value::size::Gauge;

/// What a branch costs of the budget, in instructions, beside what it executes.
const BRANCH_COST: u64 = 100;

impl Turn<'_> {
    /// Begins a branch's own branches.
    pub(super) fn fork(&mut self, id: BranchId, request: &Request) -> Option<Resume> {
        let branches = request.branches();
        if branches == 0 {
            return Some(Resume::Value(request.joined(self.program, Vec::new())));
        }
        let at_a_time = request.branches_at_a_time().min(branches);
        if self.run.branches.len().saturating_add(at_a_time) > BRANCH_LIMIT {
            return Some(Resume::Error(too_large(format!(
                "a run may do {BRANCH_LIMIT} things at a time and no more; \
                 `parallel 10` does a list's items so many at a time"
            ))));
        }
        let join = Join {
            is_first: matches!(request.effect, Effect::First { .. }),
            branches: branches as u32,
            next: 0,
            children: BTreeMap::new(),
            results: Vec::new(),
            function: request.function,
            origin: request.origin,
        };
        self.now_doing(id, Doing::Joining(Box::new(join)));
        for _ in 0..at_a_time {
            self.begin_next(id, request);
        }
        None
    }

    /// A branch has returned.
    pub(super) fn returned(&mut self, id: BranchId, value: Value) {
        let Some(Parent { branch: parent, index }) = self.remove(id).and_then(|it| it.parent)
        else {
            return self.end(Status::Succeeded(value), "the run has ended");
        };
        self.keep(parent, &value);
        let Some(join) = self.join_of(parent) else { return };
        join.returned(index, value);
        let has_more = join.next < join.branches;
        if !join.is_first && !has_more && !join.children.is_empty() {
            return;
        }
        let is_first = join.is_first;
        let Some(request) = self.request(parent) else { return };
        if has_more && !is_first {
            return self.begin_next(parent, &request);
        }
        let Some(mut join) = self.leave(parent) else { return };
        self.cancel(join.children.values().copied().collect(), "another branch was first");
        join.results.resize(join.branches as usize, Value::None);
        let result = request.joined(self.program, join.results);
        self.wake(parent, Resume::Value(result), None);
    }

    /// A branch has failed, and nothing in it caught that.
    pub(super) fn failed(&mut self, id: BranchId, error: Error, from: Position) {
        let parent = self.run.branches.get(&id).and_then(|branch| branch.parent);
        // What may do nothing any more cannot catch anything either.
        let Some(parent) = parent.filter(|_| self.run.budget.0 > 0) else {
            let failure = Failure { error, function: from.0, origin: from.1 };
            return self.end(Status::Failed(failure), "another branch failed");
        };
        self.remove(id);
        let Some(mut join) = self.leave(parent.branch) else { return };
        join.children.remove(&parent.index);
        let why = if join.is_first { "another branch was first" } else { "another branch failed" };
        self.cancel(join.children.values().copied().collect(), why);
        let raised = Raised { at: (join.function, join.origin), from };
        self.wake(parent.branch, Resume::Error(error), Some(raised));
    }

    /// Ends branches and all that belong to them; what they were doing is aborted.
    pub(super) fn cancel(&mut self, mut branches: Vec<BranchId>, why: &str) {
        branches.reverse();
        while let Some(id) = branches.pop() {
            let Some(branch) = self.remove(id) else { continue };
            match branch.doing {
                Doing::Ready => {}
                Doing::Acting { ticket, call } | Doing::Pausing { ticket, call } => {
                    self.abort(ticket);
                    if let Some(deadline) = call.deadline {
                        self.abort(deadline.ticket);
                    }
                    let (step, outcome) = (call.step, Err(Error::new(ErrorKind::Cancelled, why)));
                    self.commands.push(Command::Settled { step, outcome, in_doubt: true });
                }
                Doing::Yielding(ticket)
                | Doing::Waiting(ticket)
                | Doing::Asking(ticket)
                | Doing::Following(ticket) => {
                    self.abort(ticket);
                }
                Doing::Joining(join) => branches.extend(join.children.values().rev()),
            }
        }
    }

    fn join_of(&mut self, id: BranchId) -> Option<&mut Join> {
        match &mut self.run.branches.get_mut(&id)?.doing {
            Doing::Joining(join) => Some(join),
            _ => None,
        }
    }

    /// Takes the join out of a branch, which no longer waits.
    fn leave(&mut self, id: BranchId) -> Option<Join> {
        let branch = self.run.branches.get_mut(&id)?;
        match std::mem::replace(&mut branch.doing, Doing::Ready) {
            Doing::Joining(join) => Some(*join),
            other => {
                branch.doing = other;
                None
            }
        }
    }

    /// What a branch that waits for its own branches asked for.
    fn request(&self, id: BranchId) -> Option<Request> {
        pending(self.program, &self.run.branches.get(&id)?.fiber)
    }

    /// Begins the next of the branches that were asked for.
    fn begin_next(&mut self, parent: BranchId, request: &Request) {
        let program = self.program;
        let id = BranchId(self.run.latest.0 + 1);
        let Some(join) = self.join_of(parent) else { return };
        let index = join.next;
        let Some(fiber) = request.branch(program, index as usize) else { return };
        join.next += 1;
        join.children.insert(index, id);
        self.charge(BRANCH_COST);
        self.run.latest = id;
        let parent = Some(Parent { branch: parent, index });
        let (doing, measured) = (Doing::Ready, self.run.budget);
        let branch = Branch { fiber, parent, doing, bytes: 0, measured };
        self.run.branches.insert(id, branch);
        self.wake(id, Resume::Begin, None);
    }

    /// Counts what a branch's own branch has returned.
    fn keep(&mut self, id: BranchId, value: &Value) {
        let mut gauge = Gauge::new(MEMORY_LIMIT);
        gauge.add([value]);
        if let Some(branch) = self.run.branches.get_mut(&id) {
            branch.bytes += gauge.bytes();
            self.run.bytes += gauge.bytes();
        }
    }

    fn remove(&mut self, id: BranchId) -> Option<Branch> {
        let branch = self.run.branches.remove(&id)?;
        self.run.bytes = self.run.bytes.saturating_sub(branch.bytes);
        Some(branch)
    }
}

impl Join {
    /// Takes note of what a branch returned.
    fn returned(&mut self, index: u32, value: Value) {
        self.children.remove(&index);
        let at = index as usize;
        if self.results.len() <= at {
            self.results.resize(at + 1, Value::None);
        }
        if let Some(slot) = self.results.get_mut(at) {
            *slot = value;
        }
    }
}
