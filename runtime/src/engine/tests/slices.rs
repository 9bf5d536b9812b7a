//! Runs that compute for long, and let others have their turn.

use callflow_artifact::bytecode::{Clauses, Effect, FunctionId};
use callflow_artifact::piece::{ActionBody, EffectClass};
use callflow_artifact::{Constant, TypeId};

use super::support::{begun, tell, text};
use crate::engine::core::advance;
use crate::engine::testing::{Assembly, call, effect, give, toil};
use crate::engine::{Completion, Doing, Status, Ticket};
use crate::execute::Program;

/// What `toil` needs.
const TOIL: [TypeId; 3] = [TypeId::INT, TypeId::INT, TypeId::BOOL];

/// A flow that computes for two and a half slices, and acts.
fn toiling() -> Program {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let string = TypeId::STRING;
    let action = assembly.action(piece, "act", EffectClass::Read, string, ActionBody::Native);
    let mut code = toil(&mut assembly, 1, 0, 50_000);
    code.extend([call(4, action, &[], &[]), give(4)]);
    assembly.flow(&[&TOIL[..], &[string]].concat(), string, code, vec![])
}

/// A flow with a branch that computes for one and a half slices, and one that acts for at most 10 s.
fn beside_an_action() -> Program {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("crm", |_| {});
    let string = TypeId::STRING;
    let action = assembly.action(piece, "act", EffectClass::Once, string, ActionBody::Native);
    let clauses = Clauses { within: true, ..Clauses::default() };
    let act = Effect::Action { action, types: [].into(), connection: None, clauses };
    let code = vec![assembly.load(1, Constant::Duration(10_000)), effect(0, act, &[1]), give(0)];
    let registers = vec![string, TypeId::DURATION];
    let acting = assembly.function("acting", 0, registers, string, code, vec![]);
    let mut code = toil(&mut assembly, 0, 0, 30_000);
    code.push(give(0));
    let toiling = assembly.function("toiling", 0, TOIL.to_vec(), TypeId::INT, code, vec![]);
    let joined = assembly.joined(&[string, TypeId::INT]);
    let branches: Box<[FunctionId]> = [acting, toiling].into();
    let both = Effect::Parallel { branches, types: [].into() };
    assembly.flow(&[joined], joined, vec![effect(1, both, &[]), give(1)], vec![])
}

#[test]
fn a_run_computes_slice_by_slice() {
    let turns = [Completion::Begin, Completion::Fired(Ticket(1)), Completion::Fired(Ticket(2))];
    let acted = Completion::Acted(Ticket(3), text("done"));
    insta::assert_snapshot!(tell(&toiling(), turns.into_iter().chain([acted])), @r#"
    #1 yield
    #2 yield
    #3 act: step 1 attempt 1
    settled: step 1 after 1 attempts: Text("done")
    end
    succeeded
    "#);
}

#[test]
fn a_run_that_computes_is_running() {
    let program = toiling();
    let mut run = begun(&program);
    assert_eq!(run.state(), "running");
    // Only its own ticket lets it go on, and only once.
    for strange in [Completion::Fired(Ticket(2)), Completion::Acted(Ticket(1), text("done"))] {
        let before = run.clone();
        assert_eq!(advance(&program, &mut run, strange), []);
        assert_eq!(run, before);
    }
    assert_eq!(advance(&program, &mut run, Completion::Fired(Ticket(1))).len(), 1);
    assert_eq!(advance(&program, &mut run, Completion::Fired(Ticket(1))), []);
}

#[test]
fn a_run_is_cancelled_between_slices() {
    let story =
        tell(&toiling(), [Completion::Begin, Completion::Cancel, Completion::Fired(Ticket(1))]);
    insta::assert_snapshot!(story, @r"
    #1 yield
    abort #1
    end
    cancelled
    ");
}

#[test]
fn time_is_over_for_an_action_while_another_branch_computes() {
    let late = [Completion::Begin, Completion::Fired(Ticket(2)), Completion::Fired(Ticket(3))];
    insta::assert_snapshot!(tell(&beside_an_action(), late), @r"
    #1 act: step 1 attempt 1
    #2 deadline: 10000 ms
    #3 yield
    abort #1
    settled: step 1 after 1 attempts: timeout: crm.act: not done within 10s
    abort #3
    end
    failed: timeout: crm.act: not done within 10s, at 10..15 of FunctionId(0)
    ");
    let in_time = [
        Completion::Begin,
        Completion::Acted(Ticket(1), text("done")),
        Completion::Fired(Ticket(3)),
    ];
    insta::assert_snapshot!(tell(&beside_an_action(), in_time), @r#"
    #1 act: step 1 attempt 1
    #2 deadline: 10000 ms
    #3 yield
    abort #2
    settled: step 1 after 1 attempts: Text("done")
    end
    succeeded
    "#);
}

#[test]
fn the_flows_time_is_over_while_it_computes() {
    let mut program = Assembly::new();
    let mut code = toil(&mut program, 1, 0, 50_000);
    code.push(give(1));
    program.add_flow(&TOIL, TypeId::INT, code, vec![]);
    program.artifact.flows[0].settings.timeout = Some(2000);
    let program = program.finish();
    let mut run = begun(&program);
    assert!(run.branches.values().all(|branch| matches!(branch.doing, Doing::Yielding(_))));
    let timeout = run.timeout.unwrap();
    advance(&program, &mut run, Completion::Fired(timeout));
    let Status::Failed(failure) = &run.status else { panic!("{:?}", run.status) };
    insta::assert_snapshot!(failure.error, @"timeout: the run was not done within 2s");
}

#[test]
fn all_branches_share_a_slice() {
    let mut assembly = Assembly::new();
    let mut code = toil(&mut assembly, 0, 0, 12_000);
    code.push(give(0));
    let toiling = assembly.function("toiling", 0, TOIL.to_vec(), TypeId::INT, code, vec![]);
    let joined = assembly.joined(&[TypeId::INT; 3]);
    let branches: Box<[FunctionId]> = [toiling; 3].into();
    let all = Effect::Parallel { branches, types: [].into() };
    let program = assembly.flow(&[joined], joined, vec![effect(1, all, &[]), give(1)], vec![]);
    let turns = [Completion::Begin, Completion::Fired(Ticket(1)), Completion::Fired(Ticket(2))];
    insta::assert_snapshot!(tell(&program, turns), @r"
    #1 yield
    #2 yield
    end
    succeeded
    ");
}
