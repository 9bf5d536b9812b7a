//! Carries out what a compiled program asks for, one branch after the other, and writes each fiber down and
//! reads it again wherever it stands.

use callflow_artifact::bytecode::Effect;
use callflow_runtime::execute::{
    Budget, Fiber, Outcome, Program, Request, Resume, Slice, pending, resume,
};
use callflow_runtime::{Error, ErrorKind, Value};

/// How a fiber ended.
#[derive(Debug)]
pub enum Ended {
    Returned(Value),
    Failed(Error),
    Stopped,
    /// It waits, where others do not.
    Waits,
}

/// Runs a fiber to its end.
pub fn finish(program: &Program, fiber: Fiber) -> Ended {
    go_on(program, fiber, false)
}

/// Numbers that the action gives back, and those for which it fails.
pub fn echo(number: i64) -> Option<i64> {
    (number % 5 != 4).then_some(number)
}

/// Short slices, so that pauses fall everywhere.
const SLICE: u64 = 29;

fn go_on(program: &Program, mut fiber: Fiber, racing: bool) -> Ended {
    let mut how = Resume::Begin;
    let mut budget = Budget(50_000_000);
    loop {
        let slice = Slice::of(budget, SLICE);
        let request = match resume(program, &mut fiber, how, &mut budget, slice) {
            Outcome::Suspended(request) => request,
            Outcome::Paused => {
                fiber = postcard::from_bytes(&postcard::to_stdvec(&fiber).unwrap()).unwrap();
                how = Resume::GoOn;
                continue;
            }
            Outcome::Returned(value) => return Ended::Returned(value),
            Outcome::Stopped => return Ended::Stopped,
            Outcome::Failed(error, ..) => return Ended::Failed(error),
        };
        fiber = postcard::from_bytes(&postcard::to_stdvec(&fiber).unwrap()).unwrap();
        assert_eq!(pending(program, &fiber).as_ref(), Some(&request));
        how = match &request.effect {
            Effect::Log => Resume::Value(Value::None),
            Effect::Wait if racing => return Ended::Waits,
            Effect::Wait => Resume::Value(Value::None),
            Effect::Action { .. } => match request.arguments.first() {
                Some(&Value::Int(number)) => match echo(number) {
                    Some(number) => Resume::Value(Value::Int(number)),
                    None => Resume::Error(Error::new(ErrorKind::Unavailable, "no echo")),
                },
                other => panic!("{other:?}"),
            },
            Effect::Parallel { .. } | Effect::ForEach { .. } => match all(program, &request) {
                Ok(value) => Resume::Value(value),
                Err(Ended::Failed(error)) => Resume::Error(error),
                Err(other) => return other,
            },
            Effect::First { .. } => match first(program, &request) {
                Ok(value) => Resume::Value(value),
                Err(Ended::Failed(error)) => Resume::Error(error),
                Err(other) => return other,
            },
            other => panic!("{other:?}"),
        };
    }
}

fn branch(program: &Program, request: &Request, index: usize, racing: bool) -> Ended {
    go_on(program, request.branch(program, index).unwrap(), racing)
}

fn all(program: &Program, request: &Request) -> Result<Value, Ended> {
    assert!(request.branches_at_a_time() > 0);
    assert_eq!(request.branch(program, request.branches()), None);
    let ended = (0..request.branches()).map(|index| match branch(program, request, index, false) {
        Ended::Returned(value) => Ok(value),
        other => Err(other),
    });
    Ok(request.joined(program, ended.collect::<Result<_, _>>()?))
}

fn first(program: &Program, request: &Request) -> Result<Value, Ended> {
    for winner in 0..request.branches() {
        match branch(program, request, winner, true) {
            Ended::Waits => {}
            Ended::Returned(value) => {
                let mut results = vec![Value::None; request.branches()];
                results[winner] = value;
                return Ok(request.joined(program, results));
            }
            other => return Err(other),
        }
    }
    panic!("all branches wait")
}
