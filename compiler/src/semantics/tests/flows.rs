//! Headers of flows.

use crate::project::Project;
use insta::assert_snapshot;

use super::support::{check_text, said_of, said_of_each};
use crate::source::Source;

#[test]
fn events_are_in_scope() {
    assert_snapshot!(said_of_each([
        "on webhook(\"/lead\", body: Lead) -> Reply <\n  log(\"{company}{body.company}{headers[\"x\"] ?? \"\"}{query.length()}\")\n  return { ok: true }\n>\ntype Lead { company: string, query: int }\ntype Reply { ok: bool }",
        "on webhook(\"/x\") < log(body.to_text()) >",
        "on webhook(\"/x\") as request <\n  log(request.body.to_text())\n  log(body.to_text())\n>",
        "on function_call book(day: date, seats: int = 2) -> string < return \"{day} {seats} {call.id}\" >",
        "on schedule(\"0 9 * * mon-fri\", zone: \"Europe/Madrid\") < log(\"{due}\") >",
        "on schedule(every: 15m) as tick < log(\"{tick.due}\") >",
        "on manual(n: int?) -> int < return n ?? 0 >",
        "on pre_call(agent: \"front\") within 2s else allow() < return transfer(\"+14155550111\") >",
        "on vapi.call_finished < log(transcript) >",
        "on crm.deal_changed(stage: \"won\") < log(\"{id} {stage}\") >",
    ]));
}

#[test]
fn headers_are_checked() {
    assert_snapshot!(said_of_each([
        "on webhook < log(\"x\") >",
        "on webhook() < log(\"x\") >",
        "on webhook(\"x\", method: \"PSOT\", body: Laed) < log(\"x\") >\ntype Lead { x: int }",
        "on webhook(\"/x\", body: 5) < log(\"x\") >",
        "on call_finished(agnet: \"x\", direction: \"inbuond\") < log(\"x\") >",
        "on schedule < log(\"x\") >",
        "on schedule(\"9 * *\") < log(\"x\") >",
        "on schedule(\"0 9 * * *\", every: 5m) < log(\"x\") >",
        "on schedule(every: 5ms) < log(\"x\") >",
        "on pre_call -> string < return allow() >",
        "on function_call f(a: int) < log(\"{a}\") >",
        "on call_finished -> string < return \"x\" >",
        "on call_finished within 5s < log(\"x\") >",
        "on pre_call within 0s else 5 < return allow() >",
        "on call_finished(agent: now()) < log(\"x\") >",
    ]));
}

#[test]
fn flows_have_addresses_and_triggers() {
    let files = vec![
        Source {
            path: "flows/crm.flow".into(),
            text: "/// One.\na: on call_finished(agent: \"x\") < log(transcript) >\non manual(n: int = 5) < log(\"{n}\") >".into(),
        },
        Source { path: "hook.flow".into(), text: "on webhook(\"/x\", method: \"PUT\") < log(\"x\") >".into() },
        Source { path: "tool.flow".into(), text: "on function_call find(a: string?) -> string < return a ?? \"x\" >\nb: on pre_call within 2s else allow() < return allow() >".into() },
    ];
    let checked =
        crate::semantics::check(Project::new("test", files), &super::support::TestLibrary);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    let flows: Vec<String> = checked
        .program
        .flows
        .iter()
        .map(|flow| {
            let parameters: Vec<String> = flow
                .trigger
                .parameters
                .iter()
                .map(|p| format!("{} = {:?}", p.name, p.default))
                .collect();
            format!(
                "{} ({}) {:?} on {} {:?} {parameters:?} event {} -> {}",
                flow.address,
                flow.name,
                flow.doc,
                flow.trigger.name,
                flow.trigger.arguments,
                checked.program.types.display(flow.trigger.event),
                checked.program.types.display(flow.result),
            )
        })
        .collect();
    assert_snapshot!(flows.join("\n"));
}

#[test]
fn files_are_modules_of_their_own() {
    let files = vec![
        Source {
            path: "a.flow".into(),
            text: "type A { x: int }\nconst N = 1\non manual(a: A) < log(\"{a.x}{N}\") >".into(),
        },
        Source {
            path: "b.flow".into(),
            text: "type A { y: int }\non manual(a: A) < log(\"{a.y}{N}\") >".into(),
        },
    ];
    assert_snapshot!(said_of(files));
}

#[test]
fn files_are_hashed_and_lines_counted() {
    let checked = check_text("on manual() <\n  log(\"é\")\n>\n");
    let file = &checked.program.files[0];
    assert_eq!(file.lines, [0, 14, 26, 28]);
    assert_eq!(file.hash.len(), 64);
    assert_eq!(
        &file.hash[..],
        &super::super::checker::sha256("on manual() <\n  log(\"é\")\n>\n")[..]
    );
    // SHA-256 of the empty text is a known value.
    assert!(super::super::checker::sha256("").starts_with("e3b0c44298fc1c14"));
}
