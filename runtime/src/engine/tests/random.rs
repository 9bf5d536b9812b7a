//! Random trees of branches, with completions in random order.

use std::collections::{BTreeMap, BTreeSet};

use callflow_artifact::bytecode::{
    ActionId, Arithmetic, Effect, FunctionId, Handler, Number, Op, Order, Reg,
};
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};
use proptest::prelude::*;

use super::support::{begun, failure, new_run};
use crate::engine::core::advance;
use crate::engine::testing::{Assembly, call, effect, give};
use crate::engine::{BranchId, Command, Completion, Doing, Run, Ticket};
use crate::error::ErrorKind;
use crate::execute::Program;
use crate::value::Value;
use crate::value::size::Gauge;

/// What a function does. Each gives a text.
#[derive(Debug, Clone)]
enum Plan {
    Act,
    Wait,
    /// It computes for longer than a slice.
    Toil,
    Sequence(Vec<Plan>),
    Parallel(Vec<Plan>),
    First(Vec<Plan>),
    ForEach {
        items: u8,
        at_a_time: Option<u8>,
        body: Box<Plan>,
    },
    Try(Box<Plan>),
    Fail,
    Stop,
}

fn plans() -> impl Strategy<Value = Plan> {
    let leaf = prop_oneof![
        8 => Just(Plan::Act),
        4 => Just(Plan::Wait),
        1 => Just(Plan::Toil),
        1 => Just(Plan::Fail),
        1 => Just(Plan::Stop),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let several = |least| prop::collection::vec(inner.clone(), least..4);
        prop_oneof![
            several(0).prop_map(Plan::Sequence),
            several(1).prop_map(Plan::Parallel),
            several(1).prop_map(Plan::First),
            (0_u8..5, proptest::option::of(1_u8..4), inner.clone()).prop_map(
                |(items, at_a_time, body)| Plan::ForEach { items, at_a_time, body: body.into() }
            ),
            inner.prop_map(|plan| Plan::Try(plan.into())),
        ]
    })
}

fn program(plan: &Plan) -> Program {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let read =
        assembly.action(piece, "read", EffectClass::Read, TypeId::STRING, ActionBody::Native);
    let function = build(&mut assembly, read, plan);
    let code = vec![invoke(1, function), give(1)];
    assembly.flow(&[TypeId::STRING], TypeId::STRING, code, vec![])
}

fn invoke(dst: u16, function: FunctionId) -> Op {
    Op::Call { dst: Reg(dst), function, types: [].into(), arguments: [].into() }
}

/// Adds a function without parameters that does what the plan says.
fn build(assembly: &mut Assembly, read: ActionId, plan: &Plan) -> FunctionId {
    let mut registers = vec![TypeId::STRING];
    let mut handlers = Vec::new();
    let mut code = vec![assembly.load(0, Constant::Text("done".into()))];
    let children = |assembly: &mut Assembly, plans: &[Plan]| -> Vec<FunctionId> {
        plans.iter().map(|plan| build(assembly, read, plan)).collect()
    };
    match plan {
        Plan::Act => code.push(call(0, read, &[], &[])),
        Plan::Wait => {
            registers.extend([TypeId::DURATION, TypeId::NONE]);
            code.push(assembly.load(1, Constant::Duration(1000)));
            code.push(effect(2, Effect::Wait, &[1]));
        }
        // A line in the log costs as much as a thousand instructions.
        Plan::Toil => {
            registers.extend([TypeId::INT, TypeId::INT, TypeId::INT, TypeId::BOOL, TypeId::NONE]);
            for (dst, number) in [(1, 0), (2, 1), (3, 120)] {
                code.push(assembly.load(dst, Constant::Int(number)));
            }
            let (op, number) = (Arithmetic::Add, Number::Int);
            code.extend([
                effect(5, Effect::Log, &[0, 0]),
                Op::Arithmetic { op, number, dst: Reg(1), a: Reg(1), b: Reg(2) },
                Op::Compare { order: Order::Less, dst: Reg(4), a: Reg(1), b: Reg(3) },
                Op::JumpIf { condition: Reg(4), to: 4 },
            ]);
        }
        Plan::Sequence(plans) => {
            code.extend(children(assembly, plans).into_iter().map(|function| invoke(0, function)));
        }
        Plan::Parallel(plans) => {
            let branches = children(assembly, plans).into();
            registers.push(assembly.joined(&vec![TypeId::STRING; plans.len()]));
            code.push(effect(1, Effect::Parallel { branches, types: [].into() }, &[]));
        }
        Plan::First(plans) => {
            let branches = children(assembly, plans).into();
            let optional = assembly.artifact.types.optional(TypeId::STRING);
            registers.push(assembly.joined(&vec![optional; plans.len()]));
            code.push(effect(1, Effect::First { branches, types: [].into() }, &[]));
        }
        Plan::ForEach { items, at_a_time, body } => {
            let inner = build(assembly, read, body);
            let body_code = vec![invoke(0, inner), give(0)];
            let one = vec![TypeId::STRING];
            let body = assembly.function("body", 1, one, TypeId::STRING, body_code, vec![]);
            let list = assembly.artifact.types.list(TypeId::STRING);
            let limit = assembly.artifact.types.optional(TypeId::INT);
            registers.extend([list, limit, list]);
            code.push(Op::List { dst: Reg(1), items: vec![Reg(0); usize::from(*items)].into() });
            let at_a_time = at_a_time.map_or(Constant::None, |n| Constant::Int(n.into()));
            code.push(assembly.load(2, at_a_time));
            code.push(effect(3, Effect::ForEach { body, types: [].into() }, &[1, 2]));
        }
        Plan::Try(plan) => {
            let inner = build(assembly, read, plan);
            registers.push(assembly.artifact.error);
            code.push(invoke(0, inner));
            handlers.push(Handler { from: 1, to: 2, target: 2, error: Reg(1) });
        }
        Plan::Fail => code.push(Op::Fail { message: Reg(0), kind: None }),
        Plan::Stop => code.push(Op::Stop),
    }
    code.push(give(0));
    assembly.function("plan", 0, registers, TypeId::STRING, code, handlers)
}

/// What a shell has to do, as it sees it.
#[derive(Debug, Default)]
struct Shell {
    open: BTreeMap<Ticket, Job>,
    begun: BTreeSet<u32>,
    settled: BTreeSet<u32>,
    ends: u32,
}

#[derive(Debug, Clone, Copy)]
enum Job {
    Act,
    Timer,
}

impl Shell {
    fn take(&mut self, commands: &[Command]) {
        for command in commands {
            match command {
                Command::Act(ticket, step) => {
                    assert_eq!(self.begun.insert(step.id), step.attempt == 1);
                    assert!(!self.settled.contains(&step.id));
                    assert!(self.open.insert(*ticket, Job::Act).is_none());
                }
                Command::Backoff { ticket, .. }
                | Command::Wait(ticket, _)
                | Command::Yield(ticket)
                | Command::Deadline(ticket, _) => {
                    assert!(self.open.insert(*ticket, Job::Timer).is_none());
                }
                Command::Abort(ticket) => assert!(self.open.remove(ticket).is_some()),
                Command::Settled { step, .. } => assert!(self.settled.insert(step.id)),
                Command::End => self.ends += 1,
                Command::Log { .. } => {}
                Command::Ask(..) | Command::Launch { .. } => {
                    panic!("nothing asks for this: {command:?}")
                }
            }
        }
    }

    /// What happens next, drawn by two numbers.
    fn next(&mut self, which: u8, how: u8) -> Option<Completion> {
        let which = usize::from(which) % self.open.len().max(1);
        let (&ticket, &job) = self.open.iter().nth(which)?;
        self.open.remove(&ticket);
        Some(match (job, how % 8) {
            (Job::Timer, _) => Completion::Fired(ticket),
            (Job::Act, 0) => Completion::Acted(ticket, Err(failure(ErrorKind::Timeout, false))),
            (Job::Act, 1) => Completion::Acted(ticket, Err(failure(ErrorKind::Rejected, true))),
            (Job::Act, how) => Completion::Acted(ticket, Ok(Value::text(how.to_string()))),
        })
    }
}

/// What holds between any two completions.
fn check(run: &Run, shell: &Shell) {
    let waited_for =
        |(id, branch): (&BranchId, &crate::engine::Branch)| -> Vec<(Ticket, BranchId)> {
            let tickets = match &branch.doing {
                Doing::Acting { ticket, call } | Doing::Pausing { ticket, call } => {
                    [Some(*ticket), call.deadline.map(|it| it.ticket)]
                        .into_iter()
                        .flatten()
                        .collect()
                }
                Doing::Yielding(ticket)
                | Doing::Waiting(ticket)
                | Doing::Asking(ticket)
                | Doing::Following(ticket) => vec![*ticket],
                Doing::Joining(join) => {
                    assert!(!join.children.is_empty(), "it waits for nothing");
                    for (index, child) in &join.children {
                        let parent = run.branches[child].parent.expect("a parent");
                        assert_eq!((parent.branch, parent.index), (*id, *index));
                    }
                    vec![]
                }
                Doing::Ready => panic!("{id:?} neither goes on nor waits"),
            };
            tickets.into_iter().map(|ticket| (ticket, *id)).collect()
        };
    let waited: BTreeMap<Ticket, BranchId> = run.branches.iter().flat_map(waited_for).collect();
    assert_eq!(waited, run.asked);
    assert!(shell.open.keys().eq(run.asked.keys()), "{shell:?} {:?}", run.asked);
    for (id, branch) in &run.branches {
        let Some(parent) = branch.parent else {
            assert_eq!(*id, BranchId::ROOT);
            continue;
        };
        let Doing::Joining(join) = &run.branches[&parent.branch].doing else { panic!("lost") };
        assert_eq!(join.children[&parent.index], *id);
    }
    assert_eq!(run.bytes, run.branches.values().map(|it| it.bytes).sum::<u64>());
    for branch in run.branches.values() {
        let mut gauge = Gauge::new(u64::MAX);
        if let Doing::Joining(join) = &branch.doing {
            // A slot that has no result yet holds none, which no branch of these returns.
            gauge.add(join.results.iter().filter(|result| !result.is_none()));
        }
        assert_eq!(branch.bytes, branch.fiber.bytes(u64::MAX) + gauge.bytes());
    }
    assert_eq!(run.status.is_final(), run.branches.is_empty());
    assert_eq!(u32::from(run.status.is_final()), shell.ends);
    if run.status.is_final() {
        assert!(shell.open.is_empty(), "something was not aborted: {shell:?}");
        assert_eq!(shell.begun, shell.settled);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Whatever the order: nothing is lost or done twice, the run ends, and it is the same run if it is written
    /// down and read back all along, and hears everything twice.
    #[test]
    fn every_run_ends_and_nothing_is_lost(
        plan in plans(),
        choices in prop::collection::vec(any::<(u8, u8)>(), 1..60),
        cancel in proptest::option::weighted(0.2, 0_usize..40),
    ) {
        let program = program(&plan);
        let mut run = new_run(&program);
        let mut stored = new_run(&program);
        let mut shell = Shell::default();
        let mut completion = Completion::Begin;
        for turn in 0.. {
            prop_assert!(turn < 5000, "it does not end");
            let commands = advance(&program, &mut run, completion.clone());
            stored = postcard::from_bytes(&postcard::to_stdvec(&stored).unwrap()).unwrap();
            prop_assert_eq!(&commands, &advance(&program, &mut stored, completion.clone()));
            prop_assert_eq!(&run, &stored);
            shell.take(&commands);
            check(&run, &shell);
            // Twice is once.
            prop_assert_eq!(advance(&program, &mut stored, completion), vec![]);
            prop_assert_eq!(&run, &stored);
            let (which, how) = choices[turn % choices.len()];
            completion = if cancel == Some(turn) {
                Completion::Cancel
            } else if let Some(next) = shell.next(which, how) {
                next
            } else {
                break;
            };
        }
        prop_assert!(run.status.is_final(), "{:?}", run.status);
    }

    /// What does not belong to what a run waits for changes nothing.
    #[test]
    fn strange_tickets_change_nothing(plan in plans(), ticket in 0_u64..100) {
        let program = program(&plan);
        let mut run = begun(&program);
        let before = run.clone();
        let ticket = Ticket(ticket);
        let mut strange = vec![
            Completion::Answer(ticket, Ok(Value::None)),
            Completion::Ended(ticket, Ok(Value::None)),
            Completion::Begin,
        ];
        if !run.asked.contains_key(&ticket) {
            strange.push(Completion::Fired(ticket));
            strange.push(Completion::Acted(ticket, Ok(Value::None)));
        }
        for completion in strange {
            prop_assert_eq!(advance(&program, &mut run, completion), vec![]);
            prop_assert_eq!(&run, &before);
        }
    }
}
