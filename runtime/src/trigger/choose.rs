//! Which flows take what happens on a call.
//!
//! A flow's header may pin it to a platform (`on vapi.pre_call`), and say for which agent and direction it is. What
//! it does not say, it takes any of. Webhooks and forms are not chosen here: each has an address of its own.

use callflow_artifact::bytecode::FlowId;
use callflow_artifact::{Constant, Flow};
use serde_json::Value as Json;

use super::Hook;
use crate::execute::Program;

/// What happens on a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening<'a> {
    /// It is about to begin.
    PreCall,
    /// The agent uses the tool of this name.
    FunctionCall(&'a str),
    /// It has ended.
    CallFinished,
}

impl From<Hook> for Happening<'_> {
    fn from(hook: Hook) -> Self {
        match hook {
            Hook::CallFinished => Happening::CallFinished,
        }
    }
}

impl Happening<'_> {
    /// The trigger that it starts.
    fn trigger(self) -> &'static str {
        match self {
            Happening::PreCall => "pre_call",
            Happening::FunctionCall(_) => "function_call",
            Happening::CallFinished => "call_finished",
        }
    }
}

/// A call, as far as flows are chosen by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallFacts<'a> {
    /// The word for its platform.
    pub platform: &'a str,
    /// The platform's id of its agent, where that is known.
    pub agent: Option<&'a str>,
    /// What the project calls that agent.
    pub agent_name: Option<&'a str>,
    /// `inbound`, `outbound`, `web`, where that is known.
    pub direction: Option<&'a str>,
}

impl<'a> CallFacts<'a> {
    /// What a call in our canonical JSON says. The project's name for its agent is not in it.
    pub fn of(call: &'a Json) -> CallFacts<'a> {
        let text = |name: &str| call.get(name).and_then(Json::as_str);
        CallFacts {
            platform: text("platform").unwrap_or_default(),
            agent: text("agent_id"),
            agent_name: None,
            direction: text("direction"),
        }
    }
}

/// The flows of a program that take what happens on a call, in the program's order. A tool is taken by one flow at
/// most: the compiler lets two tools share a name only where each is another agent's.
pub fn takers(program: &Program, what: Happening<'_>, call: CallFacts<'_>) -> Vec<FlowId> {
    let flows = (0..).map(FlowId).zip(&program.artifact().flows);
    let takes = flows.filter(|(_, flow)| flow.trigger.name == what.trigger());
    let takes = takes.filter(|(_, flow)| is_for(flow, what, call)).map(|(id, _)| id);
    match what {
        Happening::FunctionCall(_) => takes.take(1).collect(),
        _ => takes.collect(),
    }
}

/// Whether a flow, whose trigger it is, takes what happens on a call.
fn is_for(flow: &Flow, what: Happening<'_>, call: CallFacts<'_>) -> bool {
    flow.trigger.arguments.iter().all(|(name, value)| {
        let Constant::Text(wanted) = value else { return true };
        let wanted = Some(wanted.as_str());
        match name.as_str() {
            "platform" => wanted == Some(call.platform),
            "agent" => wanted == call.agent || wanted == call.agent_name,
            "direction" => wanted == call.direction,
            "tool" => matches!(what, Happening::FunctionCall(tool) if wanted == Some(tool)),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use callflow_artifact::TypeId;
    use serde_json::json;

    use super::*;
    use crate::engine::testing::{Assembly, give};

    fn program(headers: &[(&str, &[(&str, &str)])]) -> Program {
        let mut assembly = Assembly::new();
        for (trigger, arguments) in headers {
            let nothing = assembly.load(1, Constant::None);
            let code = vec![nothing, give(1)];
            let id = assembly.add_flow(&[TypeId::NONE], TypeId::NONE, code, vec![]);
            let flow = &mut assembly.artifact.flows[id.0 as usize];
            flow.trigger.name = (*trigger).into();
            let text =
                |(name, text): &(&str, &str)| ((*name).into(), Constant::Text((*text).into()));
            flow.trigger.arguments = arguments.iter().map(text).collect();
        }
        assembly.finish()
    }

    fn chosen(program: &Program, what: Happening<'_>, call: CallFacts<'_>) -> Vec<u32> {
        takers(program, what, call).into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn headers_say_which_calls_a_flow_takes() {
        let program = program(&[
            ("call_finished", &[]),
            ("call_finished", &[("platform", "vapi")]),
            ("call_finished", &[("agent", "front desk"), ("direction", "inbound")]),
            ("call_finished", &[("agent", "ag_1")]),
            ("pre_call", &[("direction", "outbound")]),
            ("manual", &[]),
        ]);
        let json = json!({ "platform": "vapi", "agent_id": "ag_1", "direction": "inbound" });
        let call = CallFacts::of(&json);
        let finished = Happening::from(Hook::CallFinished);
        assert_eq!(chosen(&program, finished, call), [0, 1, 3]);
        let named = CallFacts { agent_name: Some("front desk"), ..call };
        assert_eq!(chosen(&program, finished, named), [0, 1, 2, 3]);
        let back = CallFacts { direction: Some("outbound"), platform: "retell", ..named };
        assert_eq!(chosen(&program, finished, back), [0, 3]);
        assert_eq!(chosen(&program, Happening::PreCall, back), [4]);
        assert_eq!(chosen(&program, Happening::PreCall, call), [0; 0]);
        // What is not known is none of what a flow wants.
        let unknown = CallFacts::default();
        assert_eq!(chosen(&program, finished, unknown), [0]);
    }

    #[test]
    fn a_tool_is_one_flow() {
        let program = program(&[
            ("function_call", &[("tool", "book"), ("agent", "a")]),
            ("function_call", &[("tool", "book"), ("agent", "b")]),
            ("function_call", &[("tool", "hours")]),
        ]);
        let of = |agent| CallFacts { platform: "vapi", agent: Some(agent), ..CallFacts::default() };
        assert_eq!(chosen(&program, Happening::FunctionCall("book"), of("b")), [1]);
        assert_eq!(chosen(&program, Happening::FunctionCall("book"), of("c")), [0; 0]);
        assert_eq!(chosen(&program, Happening::FunctionCall("hours"), of("c")), [2]);
        let both = CallFacts { agent_name: Some("a"), ..of("b") };
        assert_eq!(chosen(&program, Happening::FunctionCall("book"), both), [0]);
    }
}
