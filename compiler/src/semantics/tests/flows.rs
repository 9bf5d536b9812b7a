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
fn triggers_of_the_runtime() {
    assert_snapshot!(said_of_each([
        "on form(\"/signup\", title: \"Sign up\", fields: Signup) < log(\"{name} {body.name} {phone ?? \"none\"}\") >\ntype Signup { name: string, phone: phone? }",
        "on form(\"signup\", fields: string) < log(\"x\") >",
        "on form(\"/x\") < log(\"x\") >",
        "work: on manual() < fail(\"no\") >\non failed(flow: \"work\") < log(\"{flow} {run_id} {error.message} {at} {event.to_text()}\") >",
        "work: on manual() < fail(\"no\") >\na: on failed(flow: \"wrok\") < log(\"x\") >\nb: on failed(flow: \"b\") < log(\"x\") >\nc: on failed < log(flow) >\nd: on failed(flow: \"test.work\") < log(flow) >",
        "on vapi.schedule(every: 1h) < log(\"x\") >",
        "on function_call find(id: string, agent: \"front\", direction: \"inbound\") -> string < return id >",
        "on function_call find(id: string, agent: \"front\", direction: \"sideways\") -> string < return id >",
        "on crm.deal_changed(stage: \"wno\") < log(id) >",
    ]));
}

#[test]
fn schedules_are_read() {
    assert_snapshot!(said_of_each([
        "on schedule(\"0 25 * * *\") < log(\"x\") >",
        "on schedule(cron: \"0 9 * * monday\", zone: \"Europe/Madird\") < log(\"x\") >",
        "on schedule(\"0 0 30 2 *\", zone: \"New York\") < log(\"x\") >",
        "on schedule(every: 1h, zone: \"Europe/Madrid\") < log(\"x\") >",
        "on schedule(every: 999ms) < log(\"x\") >",
        "const NINE = \"0 9 * * mon-fry\"\non schedule(NINE) < log(\"x\") >",
        "on webhook(\"/x?y=1\") < log(\"x\") >",
        "on webhook(\"/x/{id}\") < log(id) >",
        "on webhook(\"/x-{id}\") < log(id) >",
        "on webhook(\"/x/{body}\") < log(\"x\") >",
        "on webhook(\"/{id}/{id}\") < log(id) >",
        "on webhook(\"/{1 + 1}\") < log(\"x\") >",
        "on webhook(\"/a//b\") < log(\"x\") >",
        "on webhook(\"/metrics\") < log(\"x\") >",
        "on form(\"/{who}\", fields: F) < log(\"{who} {n}\") >\ntype F { n: int }",
    ]));
}

#[test]
fn settings_are_functions_of_the_event() {
    assert_snapshot!(said_of_each([
        "on webhook(\"/lead\", body: Lead) -> Lead within 5s else { name: \"late {name}\" }\n  with concurrency 5 per name, dedupe by body.name for 7d, timeout 1h <\n  return body\n>\ntype Lead { name: string, size: int? }",
        "on call_finished as call with dedupe by call.id <\n  log(call.id)\n>",
        "on call_finished with concurrency 0 per customer, concurrency 5, timeout 0s, dedupe by id for -1d < log(id) >",
        "on call_finished with concurrency 5 per messages, dedupe by crm.find_deal(id: id) < log(id) >",
        "on call_finished with dedupe by key_of(id) < log(id) >\nfn key_of(id: string) -> string { return crm.find_deal(id)?.url ?? id }",
        "on pre_call within 2s else allow(variables: { at: \"{now()}\" }) < return allow() >",
        "on pre_call within 2s else if customer == none { block(\"no number\") } else { allow() } < return allow() >",
        "on webhook(\"/x\") within 2s < log(\"x\") >",
    ]));
    let text = "on webhook(\"/lead\", body: Lead) -> Lead within 5s else body with concurrency 5 per size, dedupe by name for 7d, timeout 1h < return body >\ntype Lead { name: string, size: int }";
    let settings = super::support::lowered(text).flows.remove(0).settings;
    assert_eq!(settings.deadline, Some(5_000));
    assert_eq!(settings.concurrency, Some(5));
    assert_eq!(settings.dedupe_window, Some(7 * 24 * 3_600_000));
    assert_eq!(settings.timeout, Some(3_600_000));
    let functions = [settings.fallback, settings.concurrency_key, settings.dedupe_key];
    assert!(functions.iter().all(Option::is_some), "{functions:?}");
}

#[test]
fn claims_are_told_apart() {
    assert_snapshot!(said_of_each([
        "a: on webhook(\"/x\", method: \"GET\") < log(\"a\") >\nb: on form(\"/x/\", fields: F) < log(name) >\ntype F { name: string }",
        "a: on form(\"/x\", fields: F) < log(name) >\nb: on form(\"/x\", fields: F) < log(name) >\nc: on webhook(\"/x\", method: \"PUT\") < log(\"c\") >\ntype F { name: string }",
        "a: on function_call find(id: string) -> string < return id >\nb: on function_call find(id: string, agent: \"x\") -> string < return id >",
        "a: on function_call find(id: string, agent: \"x\") -> string < return id >\nb: on function_call find(id: string, agent: \"y\") -> string < return id >",
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
