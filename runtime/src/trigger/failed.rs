//! What `failed` flows are told of a run that failed for good.

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::types::TypeId;
use callflow_artifact::{Constant, Flow};
use jiff::Timestamp;

use super::event;
use crate::error::Error;
use crate::execute::Program;
use crate::value::Value;

/// The trigger's name.
const FAILED: &str = "failed";

/// A run that failed: nothing caught the error, and nothing is tried again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailedRun<'a> {
    /// The address of its flow.
    pub flow: &'a str,
    /// What people and services know it by.
    pub id: &'a str,
    /// What it failed with.
    pub error: &'a Error,
    /// What it began with, as JSON.
    pub event: &'a str,
    /// When it failed, in milliseconds since 1970.
    pub at: i64,
}

/// The `failed` flows of a program that want to know of a run, in the program's order, each with its event and the
/// event's compact JSON for those who look.
///
/// The failure of a `failed` flow is told to none: a mistake in one would begin runs without end.
pub fn failed(program: &Program, run: &FailedRun<'_>) -> Vec<(FlowId, Value, String)> {
    let artifact = program.artifact();
    let is_one = |flow: &Flow| flow.trigger.name == FAILED;
    if artifact.flows.iter().any(|flow| flow.address == run.flow && is_one(flow)) {
        return Vec::new();
    }
    let types = program.types();
    let flows = (0..).map(FlowId).zip(&artifact.flows);
    let told = flows.filter(|(_, flow)| is_one(flow) && wants(flow, run)).map(|(id, flow)| {
        let event = told(program, flow.trigger.event, run);
        let shown = event::shown(types, flow, &event);
        (id, event, shown)
    });
    told.collect()
}

/// Whether a `failed` flow is for runs of this one's flow.
fn wants(flow: &Flow, run: &FailedRun<'_>) -> bool {
    let mut named = flow.trigger.arguments.iter().filter(|(name, _)| name == "flow");
    named.all(|(_, flow)| match flow {
        Constant::Text(address) => address == run.flow,
        _ => true,
    })
}

/// The prelude's `FailedRun`.
fn told(program: &Program, ty: TypeId, run: &FailedRun<'_>) -> Value {
    let artifact = program.artifact();
    event::made(program.types(), ty, |field| match field {
        "flow" => Some(Value::text(run.flow)),
        "run_id" => Some(Value::text(run.id)),
        "error" => Some(run.error.to_value(&artifact.types, artifact.error)),
        "event" => Some(Value::json(serde_json::from_str(run.event).unwrap_or_default())),
        "at" => Some(Value::Time(Timestamp::from_millisecond(run.at).unwrap_or_default())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use callflow_artifact::TypeId;

    use super::*;
    use crate::engine::testing::{Assembly, give};
    use crate::value::testing::{field, record};

    /// `sync` and `orders.sync`, and three that want to know: of all, of `sync`, of the second of themselves.
    fn program() -> Program {
        let mut assembly = Assembly::new();
        let error = assembly.artifact.error;
        let fields = vec![
            field("flow", TypeId::STRING),
            field("run_id", TypeId::STRING),
            field("error", error),
            field("event", TypeId::JSON),
            field("at", TypeId::TIME),
        ];
        let event = record(&mut assembly.artifact.types, "FailedRun", fields).1;
        let flows = [
            ("sync", "schedule", None),
            ("ops.any", FAILED, None),
            ("ops.sync", FAILED, Some("sync")),
            ("ops.self", FAILED, Some("ops.sync")),
            ("orders.sync", "schedule", None),
        ];
        for (address, trigger, of) in flows {
            let nothing = assembly.load(1, Constant::None);
            let code = vec![nothing, give(1)];
            let id = assembly.add_flow(&[TypeId::NONE], TypeId::NONE, code, vec![]);
            let flow = &mut assembly.artifact.flows[id.0 as usize];
            assembly.artifact.functions[flow.function.0 as usize].registers[0] = event;
            flow.address = address.into();
            flow.trigger.name = trigger.into();
            flow.trigger.event = event;
            let of = of.map(|of: &str| ("flow".into(), Constant::Text(of.into())));
            flow.trigger.arguments = of.into_iter().collect();
        }
        assembly.finish()
    }

    fn told(program: &Program, flow: &str) -> Vec<(FlowId, Value, String)> {
        let error = Error::new(crate::error::ErrorKind::Timeout, "no answer in 30 s");
        let run =
            FailedRun { flow, id: "run_1", error: &error, event: r#"{"due":"x"}"#, at: 1_000 };
        failed(program, &run)
    }

    #[test]
    fn those_that_want_to_know_are_told_once() {
        let program = program();
        let flows = |flow| told(&program, flow).iter().map(|told| told.0.0).collect::<Vec<_>>();
        assert_eq!(flows("sync"), [1, 2]);
        assert_eq!(flows("orders.sync"), [1]);
        assert_eq!(flows("gone"), [1]);
        assert_eq!(flows("ops.any"), [0_u32; 0]);
        assert_eq!(flows("ops.sync"), [0_u32; 0], "not even by one that names it");
    }

    #[test]
    fn the_event_says_what_happened() {
        let program = program();
        let (_, event, shown) = told(&program, "orders.sync").remove(0);
        insta::assert_snapshot!(
            shown,
            @r#"{"flow":"orders.sync","run_id":"run_1","error":{"kind":"timeout","message":"no answer in 30 s","details":null},"event":{"due":"x"},"at":"1970-01-01T00:00:01Z"}"#
        );
        let flow = &program.artifact().flows[1];
        let json = serde_json::from_str(&shown).unwrap();
        assert_eq!(event::read(program.types(), flow, &json).unwrap(), (event, shown));
    }
}
