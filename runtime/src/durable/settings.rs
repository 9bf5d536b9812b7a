//! What a flow's header makes of an event before a run begins: which lane it counts in, which event it is the same
//! as, and what is answered when the run is late.
//!
//! These are functions of the event alone, without effects, so they are carried out on the spot. Somebody may wait
//! for them, and what they work on comes from outside, so they may do little.

use callflow_artifact::Flow;
use callflow_artifact::bytecode::FunctionId;
use ecow::{EcoString, eco_format};

use crate::error::{Error, ErrorKind};
use crate::execute::limits::JSON_LIMIT;
use crate::execute::{Budget, Outcome, Program, Resume, Slice, interpret};
use crate::value::{Value, encode_within};

/// How many instructions a setting may take: enough for any key, and over in some milliseconds.
const BUDGET: Budget = Budget(100_000);

/// What a run counts under where its flow limits how many go on at a time: the flow's address, and the key on the
/// next line where there is one. None where it does not.
///
/// # Errors
/// The key cannot be told from the event.
pub fn lane(program: &Program, flow: &Flow, event: &Value) -> Result<Option<EcoString>, Error> {
    let settings = &flow.settings;
    if settings.concurrency.is_none() {
        return Ok(None);
    }
    match settings.concurrency_key {
        Some(key) => keyed(program, flow, key, event).map(Some),
        None => Ok(Some(flow.address.clone())),
    }
}

/// What makes an event the same as another one, by what its flow says: the flow's address and the key, and for how
/// long it is remembered, in milliseconds, for ever where that is none. None where the flow says nothing of it.
///
/// # Errors
/// The key cannot be told from the event.
pub fn dedupe(
    program: &Program,
    flow: &Flow,
    event: &Value,
) -> Result<Option<(EcoString, Option<i64>)>, Error> {
    let Some(key) = flow.settings.dedupe_key else { return Ok(None) };
    Ok(Some((keyed(program, flow, key, event)?, flow.settings.dedupe_window)))
}

/// What is answered at the flow's deadline instead of its result, as compact JSON; none where the flow says nothing
/// of it.
///
/// # Errors
/// It cannot be told from the event, or is too large.
pub fn fallback(program: &Program, flow: &Flow, event: &Value) -> Result<Option<String>, Error> {
    let Some(function) = flow.settings.fallback else { return Ok(None) };
    let value = evaluate(program, function, event)?;
    let json = encode_within(program.types(), flow.result, &value, JSON_LIMIT);
    let json = json.map_err(|large| Error::new(ErrorKind::Failed, large.to_string()))?;
    Ok(Some(json.to_string()))
}

/// The flow's address, which has no line break, and a key of it.
fn keyed(
    program: &Program,
    flow: &Flow,
    key: FunctionId,
    event: &Value,
) -> Result<EcoString, Error> {
    let key = evaluate(program, key, event)?;
    Ok(eco_format!("{}\n{}", flow.address, key.as_text().unwrap_or_default()))
}

fn evaluate(program: &Program, function: FunctionId, event: &Value) -> Result<Value, Error> {
    let mut fiber = interpret::start(program, function, Vec::new(), vec![event.clone()]);
    let mut budget = BUDGET;
    match interpret::resume(program, &mut fiber, Resume::Begin, &mut budget, Slice::ENDLESS) {
        Outcome::Returned(value) => Ok(value),
        Outcome::Failed(error, ..) => Err(error),
        // The verifier lets no setting ask anybody, an expression does not stop, and an endless slice has no pause.
        Outcome::Suspended(_) | Outcome::Stopped | Outcome::Paused => {
            Err(Error::invalid("a flow's setting does more than look at the event"))
        }
    }
}

#[cfg(test)]
mod tests {
    use callflow_artifact::bytecode::{Arithmetic, Number, Op, Reg};
    use callflow_artifact::{Constant, FlowSettings, TypeId};

    use super::*;
    use crate::engine::testing::{Assembly, give};
    use crate::value::testing::{field, record};

    /// A flow of `{ to: string, n: int }` with a setting of this code, whose registers behind the event are a text and
    /// a number.
    fn program(
        write: impl FnOnce(&mut Assembly) -> Vec<Op>,
        set: impl FnOnce(FunctionId, &mut FlowSettings),
        result: TypeId,
    ) -> Program {
        let mut assembly = Assembly::new();
        let fields = vec![field("to", TypeId::STRING), field("n", TypeId::INT)];
        let event = record(&mut assembly.artifact.types, "Event", fields).1;
        let registers = vec![event, TypeId::STRING, TypeId::INT];
        let code = write(&mut assembly);
        let function = assembly.function("setting", 1, registers, result, code, vec![]);
        let nothing = assembly.load(1, Constant::None);
        let id = assembly.add_flow(&[TypeId::NONE], TypeId::NONE, vec![nothing, give(1)], vec![]);
        let body = assembly.artifact.flows[id.0 as usize].function;
        assembly.artifact.functions[body.0 as usize].registers[0] = event;
        let flow = &mut assembly.artifact.flows[id.0 as usize];
        flow.address = "sales.lead".into();
        flow.trigger.event = event;
        set(function, &mut flow.settings);
        assembly.finish()
    }

    fn event() -> Value {
        Value::record(vec![Value::text("a\nb"), Value::Int(7)])
    }

    /// `to`
    fn key(_: &mut Assembly) -> Vec<Op> {
        vec![Op::Field { dst: Reg(1), src: Reg(0), index: 0 }, give(1)]
    }

    #[test]
    fn a_lane_is_the_flow_and_its_key() {
        let lane_of = |set: fn(FunctionId, &mut FlowSettings)| {
            let program = program(key, set, TypeId::STRING);
            lane(&program, &program.artifact().flows[0], &event()).unwrap()
        };
        assert_eq!(lane_of(|_, _| {}), None);
        let plain = lane_of(|_, settings| settings.concurrency = Some(1));
        assert_eq!(plain.as_deref(), Some("sales.lead"));
        let keyed = lane_of(|key, settings| {
            settings.concurrency = Some(1);
            settings.concurrency_key = Some(key);
        });
        assert_eq!(keyed.as_deref(), Some("sales.lead\na\nb"));
    }

    #[test]
    fn an_event_is_known_by_its_key_for_as_long_as_is_said() {
        let program = program(
            key,
            |key, settings| {
                settings.dedupe_key = Some(key);
                settings.dedupe_window = Some(60_000);
            },
            TypeId::STRING,
        );
        let flow = &program.artifact().flows[0];
        let known = dedupe(&program, flow, &event()).unwrap();
        assert_eq!(known, Some(("sales.lead\na\nb".into(), Some(60_000))));
        assert_eq!(fallback(&program, flow, &event()), Ok(None));
    }

    #[test]
    fn what_is_answered_late_is_made_of_the_event() {
        let code =
            |_: &mut Assembly| vec![Op::Field { dst: Reg(2), src: Reg(0), index: 1 }, give(2)];
        let program = program(code, |_, _| {}, TypeId::INT);
        let mut flow = program.artifact().flows[0].clone();
        flow.result = TypeId::INT;
        flow.settings.fallback = Some(FunctionId(0));
        assert_eq!(fallback(&program, &flow, &event()), Ok(Some("7".into())));
    }

    #[test]
    fn a_setting_that_fails_or_never_ends_is_an_error() {
        let set = |function, settings: &mut FlowSettings| settings.dedupe_key = Some(function);
        let failing = |assembly: &mut Assembly| {
            let zero = assembly.load(2, Constant::Int(0));
            let op = Arithmetic::Divide;
            let number = Number::Int;
            vec![
                zero,
                Op::Arithmetic { op, number, dst: Reg(2), a: Reg(2), b: Reg(2) },
                key(assembly).remove(0),
                give(1),
            ]
        };
        let endless =
            |assembly: &mut Assembly| vec![key(assembly).remove(0), Op::Jump { to: 0 }, give(1)];
        let said = |write: &dyn Fn(&mut Assembly) -> Vec<Op>| {
            let program = program(write, set, TypeId::STRING);
            let flow = &program.artifact().flows[0];
            dedupe(&program, flow, &event()).unwrap_err().to_string()
        };
        let said = [said(&failing), said(&endless)].join("\n");
        insta::assert_snapshot!(said, @r"
        invalid: 0 is divided by zero
        failed: the run has done as much as its step budget allows; is there a loop without end?
        ");
    }
}
