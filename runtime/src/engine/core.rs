//! The pure step of the machine: state and completion in, state and commands out.
//!
//! A completion wakes the branch that waits for it. A branch that is awake runs to its next effect; what that
//! leads to (other branches that begin, end or are cancelled) is settled before the step is over, so that
//! between two steps every branch waits for something. One step computes no longer than a [`Slice`]: when that is
//! over, what is awake waits for its next turn.

use std::collections::{BTreeMap, VecDeque};

use callflow_artifact::bytecode::{Effect, FlowId, FunctionId, Origin};
use ecow::EcoString;
use sha2::{Digest, Sha256};

use super::message::{Ambient, Command, Completion, Ticket, Until};
use super::run::{Branch, BranchId, Doing, Failure, Run, Status, StepId};
use crate::error::{Error, ErrorKind};
use crate::execute::{Budget, Fiber, Outcome, Program, Request, Resume, Slice, interpret, limits};
use crate::value::Value;

/// What a line in the log or another run costs of the budget, in instructions: a loop that only logs ends as
/// well, before its lines fill the memory.
const LINE_COST: u64 = 1000;

/// A branch that computes is measured again after an instruction for so many bytes that it held.
const BYTES_FOR_WORK: u64 = 32;

/// A run that has not begun.
pub fn create(id: EcoString, flow: u32, fiber: Fiber, budget: Budget) -> Run {
    let doing = Doing::Ready;
    let root = Branch { fiber, parent: None, doing, bytes: 0, measured: budget };
    Run {
        id,
        flow,
        status: Status::New,
        branches: BTreeMap::from([(BranchId::ROOT, root)]),
        asked: BTreeMap::new(),
        timeout: None,
        latest: BranchId::ROOT,
        bytes: 0,
        steps: 0,
        launches: 0,
        ticket: Ticket(0),
        budget,
    }
}

/// Takes note of a completion and says what is to be done next.
///
/// A completion that does not belong to what the run waits for (it came twice, or too late) changes nothing and
/// gives no commands. A run that has ended ignores everything.
pub fn advance(program: &Program, run: &mut Run, completion: Completion) -> Vec<Command> {
    if run.status.is_final() {
        return Vec::new();
    }
    let slice = Slice::begin(run.budget);
    let mut turn = Turn { program, run, slice, commands: Vec::new(), ready: VecDeque::new() };
    match completion {
        Completion::Begin => turn.begin(),
        Completion::Cancel => turn.end(Status::Cancelled, "the run was cancelled"),
        Completion::Acted(ticket, outcome) => turn.acted(ticket, outcome),
        Completion::Fired(ticket) => turn.fired(ticket),
        Completion::Answer(ticket, answer) => {
            turn.answered(
                ticket,
                answer,
                |doing| matches!(doing, Doing::Asking(it) if *it == ticket),
            );
        }
        Completion::Ended(ticket, result) => {
            turn.answered(
                ticket,
                result,
                |doing| matches!(doing, Doing::Following(it) if *it == ticket),
            );
        }
    }
    turn.settle();
    turn.commands
}

/// What a service gets as idempotency key: 32 hexadecimal digits that only this step of this run has.
pub fn step_key(run: &str, step: StepId) -> EcoString {
    digest(run, &[&[0], &step.to_be_bytes()])
}

/// The id of the so-manyth run that a run begins.
fn launch_id(run: &str, number: u32) -> EcoString {
    digest(run, &[&[1], &number.to_be_bytes()])
}

fn digest(run: &str, parts: &[&[u8]]) -> EcoString {
    let hash = parts.iter().fold(Sha256::new().chain_update(run), Sha256::chain_update);
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// One step of the machine under way.
pub(super) struct Turn<'a> {
    pub(super) program: &'a Program,
    pub(super) run: &'a mut Run,
    /// How long all branches together may compute.
    slice: Slice,
    pub(super) commands: Vec<Command>,
    /// The branches that are awake, in the order in which they go on.
    ready: VecDeque<Wake>,
}

/// How a branch goes on.
struct Wake {
    branch: BranchId,
    resume: Resume,
    raised: Option<Raised>,
}

/// An error on its way up: a branch failed, and what waits for it fails where it waits. Where nothing catches it,
/// the run failed where the branch did.
pub(super) struct Raised {
    pub(super) at: Position,
    pub(super) from: Position,
}

/// A function and a part of its source.
pub(super) type Position = (FunctionId, Origin);

impl Turn<'_> {
    /// Lets a branch go on in this step.
    pub(super) fn wake(&mut self, branch: BranchId, resume: Resume, raised: Option<Raised>) {
        if let Some(branch) = self.run.branches.get_mut(&branch) {
            branch.doing = Doing::Ready;
        }
        self.ready.push_back(Wake { branch, resume, raised });
    }

    /// Lets a branch go on with an answer.
    pub(super) fn wake_with(&mut self, branch: BranchId, answer: Result<Value, Error>) {
        let resume = match answer {
            Ok(value) => Resume::Value(value),
            Err(error) => Resume::Error(error),
        };
        self.wake(branch, resume, None);
    }

    /// Ends the run: what is under way is aborted.
    pub(super) fn end(&mut self, status: Status, why: &str) {
        self.cancel(vec![BranchId::ROOT], why);
        if let Some(timeout) = self.run.timeout.take() {
            self.commands.push(Command::Abort(timeout));
        }
        self.ready.clear();
        self.run.status = status;
        self.commands.push(Command::End);
    }

    /// A new ticket, which a branch waits for.
    pub(super) fn ticket(&mut self, branch: BranchId) -> Ticket {
        let ticket = self.next_ticket();
        self.run.asked.insert(ticket, branch);
        ticket
    }

    /// Changes what a branch waits for.
    pub(super) fn now_doing(&mut self, branch: BranchId, doing: Doing) {
        if let Some(branch) = self.run.branches.get_mut(&branch) {
            branch.doing = doing;
        }
    }

    fn next_ticket(&mut self) -> Ticket {
        self.run.ticket.0 += 1;
        self.run.ticket
    }

    fn begin(&mut self) {
        if self.run.status != Status::New {
            return;
        }
        self.run.status = Status::Running;
        let flow = self.program.artifact().flows.get(self.run.flow as usize);
        if let Some(millis) = flow.and_then(|flow| flow.settings.timeout) {
            let ticket = self.next_ticket();
            self.run.timeout = Some(ticket);
            self.commands.push(Command::Deadline(ticket, millis.max(0)));
        }
        self.wake(BranchId::ROOT, Resume::Begin, None);
    }

    fn answered(
        &mut self,
        ticket: Ticket,
        answer: Result<Value, Error>,
        expects: impl Fn(&Doing) -> bool,
    ) {
        let Some(&id) = self.run.asked.get(&ticket) else { return };
        if self.run.branches.get(&id).is_some_and(|branch| expects(&branch.doing)) {
            self.run.asked.remove(&ticket);
            self.wake_with(id, answer);
        }
    }

    fn fired(&mut self, ticket: Ticket) {
        if self.run.timeout == Some(ticket) {
            self.run.timeout = None;
            return self.time_out();
        }
        let Some(&id) = self.run.asked.get(&ticket) else { return };
        match self.run.branches.get(&id).map(|branch| &branch.doing) {
            Some(Doing::Waiting(timer)) if *timer == ticket => {
                self.run.asked.remove(&ticket);
                self.wake_with(id, Ok(Value::None));
            }
            Some(Doing::Yielding(turn)) if *turn == ticket => {
                self.run.asked.remove(&ticket);
                self.wake(id, Resume::GoOn, None);
            }
            Some(Doing::Acting { .. } | Doing::Pausing { .. }) => self.call_fired(id, ticket),
            _ => {}
        }
    }

    /// The flow's own time is over.
    fn time_out(&mut self) {
        let flow = self.program.artifact().flows.get(self.run.flow as usize);
        let millis = flow.and_then(|flow| flow.settings.timeout).unwrap_or_default();
        let span = crate::value::duration::format(millis);
        let error = Error::new(ErrorKind::Timeout, format!("the run was not done within {span}"));
        let root = self.run.branches.get(&BranchId::ROOT);
        let (function, origin) = match root {
            Some(root) => interpret::place(self.program, &root.fiber),
            None => (FunctionId(0), Origin { start: 0, end: 0 }),
        };
        let failure = Failure { error, function, origin };
        self.end(Status::Failed(failure), "the run's time was over");
    }

    /// Lets every branch that is awake run until none is.
    fn settle(&mut self) {
        while let Some(wake) = self.ready.pop_front() {
            self.go_on(wake);
        }
    }

    /// Runs a branch to its next question to the shell, to its own branches, or to its end.
    fn go_on(&mut self, wake: Wake) {
        let Wake { branch: id, mut resume, mut raised } = wake;
        loop {
            // One that was cancelled while it was about to go on is gone.
            let Some(branch) = self.run.branches.get_mut(&id) else { return };
            let (fiber, budget) = (&mut branch.fiber, &mut self.run.budget);
            let outcome = interpret::resume(self.program, fiber, resume, budget, self.slice);
            resume = match outcome {
                Outcome::Suspended(request) => match self.suspended(id, request) {
                    Some(resume) => resume,
                    None => return,
                },
                Outcome::Paused => match self.paused(id) {
                    Some(resume) => resume,
                    None => return,
                },
                Outcome::Returned(value) => return self.returned(id, value),
                Outcome::Stopped => {
                    return self.end(Status::Succeeded(Value::None), "the run stopped");
                }
                Outcome::Failed(error, function, origin) => {
                    let at = (function, origin);
                    let from = raised.filter(|raised| raised.at == at).map_or(at, |it| it.from);
                    return self.failed(id, error, from);
                }
            };
            raised = None;
        }
    }

    /// Takes note of what a branch asks; what needs no answer gives what to resume with.
    fn suspended(&mut self, id: BranchId, request: Request) -> Option<Resume> {
        self.measure(id).or_else(|| self.ask(id, request))
    }

    /// Lets a branch wait for its next turn.
    fn paused(&mut self, id: BranchId) -> Option<Resume> {
        let too_large = self.may_have_grown(id).then(|| self.measure(id)).flatten();
        if too_large.is_none() {
            let ticket = self.ticket(id);
            self.now_doing(id, Doing::Yielding(ticket));
            self.commands.push(Command::Yield(ticket));
        }
        too_large
    }

    /// Whether a branch has worked enough since it was measured to be measured again. That goes through all that it
    /// holds, and is to cost little beside the work.
    fn may_have_grown(&self, id: BranchId) -> bool {
        self.run.branches.get(&id).is_some_and(|branch| {
            let work = branch.measured.0.saturating_sub(self.run.budget.0);
            work >= branch.bytes / BYTES_FOR_WORK
        })
    }

    /// Takes note of how large a branch is; what the branch fails with if the run is too large.
    fn measure(&mut self, id: BranchId) -> Option<Resume> {
        let branch = self.run.branches.get_mut(&id)?;
        let bytes = branch.fiber.bytes(limits::MEMORY_LIMIT);
        self.run.bytes = self.run.bytes.saturating_sub(branch.bytes) + bytes;
        branch.bytes = bytes;
        branch.measured = self.run.budget;
        limits::check_memory(self.run.bytes).err().map(Resume::Error)
    }

    fn ask(&mut self, id: BranchId, request: Request) -> Option<Resume> {
        let arguments = request.arguments.as_slice();
        match &request.effect {
            Effect::Action { .. } => return self.call(id, request),
            Effect::Parallel { .. } | Effect::First { .. } | Effect::ForEach { .. } => {
                return self.fork(id, &request);
            }
            Effect::Launch { flow, waits } => return self.launch(id, *flow, *waits, arguments),
            Effect::Wait => match arguments.first() {
                Some(&Value::Duration(span)) => self.wait(id, Until::After(span.max(0))),
                other => return Some(unfit("a duration", other)),
            },
            Effect::WaitUntil => match arguments.first() {
                Some(&Value::Time(time)) => self.wait(id, Until::At(time)),
                other => return Some(unfit("a time", other)),
            },
            Effect::Now => self.find_out(id, Ambient::Now),
            Effect::Today => self.find_out(id, Ambient::Today),
            Effect::Uuid => self.find_out(id, Ambient::Uuid),
            Effect::Random => self.find_out(id, Ambient::Random),
            Effect::Environment { name } => {
                self.find_out(id, Ambient::Environment(name.clone()));
            }
            Effect::Log => match arguments {
                [Value::Text(message), Value::Text(level), ..] => {
                    self.charge(LINE_COST);
                    let (level, message) = (level.clone(), message.clone());
                    self.commands.push(Command::Log { level, message });
                    return Some(Resume::Value(Value::None));
                }
                _ => return Some(unfit("two texts", arguments.first())),
            },
            Effect::Setting => return Some(refused("only an action has a connection's settings")),
            Effect::Test(_) => return Some(refused("only a test can do what this asks for")),
        }
        None
    }

    fn wait(&mut self, id: BranchId, until: Until) {
        let ticket = self.ticket(id);
        self.now_doing(id, Doing::Waiting(ticket));
        self.commands.push(Command::Wait(ticket, until));
    }

    fn find_out(&mut self, id: BranchId, what: Ambient) {
        let ticket = self.ticket(id);
        self.now_doing(id, Doing::Asking(ticket));
        self.commands.push(Command::Ask(ticket, what));
    }

    fn launch(
        &mut self,
        id: BranchId,
        flow: FlowId,
        waits: bool,
        arguments: &[Value],
    ) -> Option<Resume> {
        self.charge(LINE_COST);
        self.run.launches += 1;
        let run = launch_id(&self.run.id, self.run.launches);
        let event = arguments.first().cloned().unwrap_or_default();
        let ticket = waits.then(|| self.ticket(id));
        self.commands.push(Command::Launch { ticket, flow, event, id: run });
        let Some(ticket) = ticket else { return Some(Resume::Value(Value::None)) };
        self.now_doing(id, Doing::Following(ticket));
        None
    }

    /// Takes something from the budget; what asks for more than there is fails with its next instruction.
    pub(super) fn charge(&mut self, instructions: u64) {
        self.run.budget.0 = self.run.budget.0.saturating_sub(instructions);
    }
}

/// The verifier sees to it that no artifact that runs asks so; the error is for those that pass it by.
pub(super) fn unfit(expected: &str, found: Option<&Value>) -> Resume {
    Resume::Error(Error::invalid(format!("the effect takes {expected}, and was given {found:?}")))
}

fn refused(why: &str) -> Resume {
    Resume::Error(Error::invalid(why))
}
