//! What a project declares: `env`, `secret`, agents.

use insta::assert_snapshot;

use super::support::{TestLibrary, file, render};
use crate::diagnostics;
use crate::project::{Agent, Connection, Project, Settings};
use crate::semantics::check;
use crate::semantics::typed::{ExprKind, StmtKind};

/// What is said of a text in a project with one setting, one secret and one agent.
fn said(text: &str) -> String {
    let settings = Settings {
        environment: Some(vec!["REGION".into(), "SENDER".into()]),
        secrets: Some(vec!["CRM_KEY".into()]),
        agents: Some(vec![Agent { name: "front_desk".into(), platform: None }]),
        ..Settings::default()
    };
    let project = Project { settings, ..Project::new("test", vec![file(text)]) };
    let checked = check(project, &TestLibrary);
    let found = diagnostics::settle(checked.diagnostics);
    let told: Vec<String> = found.iter().map(|told| render(told, &checked.sources)).collect();
    let told = if told.is_empty() { "nothing to say\n".to_owned() } else { told.concat() };
    format!("{text}\n\n{told}")
}

#[test]
fn settings_and_secrets_are_declared() {
    assert_snapshot!(said(
        "on manual() <\n  log(env(\"REGION\"))\n  log(env(\"REGOIN\"))\n  log(env(\"X\"))\n  _a = secret(\"CRM_KEY\")\n  _b = secret(\"CRM_KYE\")\n  _c = secret(\"OTHER\")\n>"
    ));
}

#[test]
fn names_of_settings_are_literals() {
    assert_snapshot!(said(
        "const R = env(\"REGION\")\nconst K = secret(\"CRM_KEY\")\non manual(n: string) <\n  log(env(n))\n  log(env(\"A{n}\"))\n  log(env())\n  log(env(\"A\", \"B\"))\n  _a = secret(name: \"CRM_KEY\")\n  _b = K\n>"
    ));
}

#[test]
fn agents_are_declared() {
    assert_snapshot!(said(
        "on call_finished(agent: \"front_desk\") < log(transcript) >\na: on call_finished(agent: \"frontdesk\") < log(transcript) >\nb: on pre_call(agent: \"other\") <\n  if customer == none { return allow(agent: \"front_dsk\") }\n  return allow(agent: \"front_desk\")\n>"
    ));
}

#[test]
fn what_is_not_known_is_not_checked() {
    let text = "on call_finished(agent: \"x\") <\n  log(env(\"ANY\"))\n  _key = secret(\"ANY\")\n>";
    let checked = check(Project::new("test", vec![file(text)]), &TestLibrary);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    let flow = &checked.program.flows[0];
    let body = &checked.program.functions[flow.function.0 as usize].body;
    let StmtKind::Expr(log) = &body.statements[0].kind else { panic!() };
    let ExprKind::Log(text, _) = &log.kind else { panic!() };
    assert!(matches!(&text.kind, ExprKind::Environment(name) if name == "ANY"));
}

#[test]
fn connections_are_there() {
    let text = "use crm as second with connection \"crm-2\"\nuse crm as third with connection \"crm-3\"\non manual() <\n  crm.notify(to: \"a\", text: \"b\")\n  tell()\n  crm.notify(to: \"a\", text: \"c\")\n  third.notify(to: \"a\", text: \"d\")\n>\nfn tell() { second.notify(to: \"a\", text: \"b\") }";
    let said = |connections: Option<Vec<Connection>>| {
        let settings = Settings { connections, ..Settings::default() };
        let project = Project { settings, ..Project::new("test", vec![file(text)]) };
        let checked = check(project, &TestLibrary);
        let found = diagnostics::settle(checked.diagnostics);
        let told = found.iter().map(|told| render(told, &checked.sources));
        told.collect::<Vec<_>>().join("")
    };
    let connection = |name: &str, kind: Option<&str>| Connection {
        name: name.into(),
        kind: kind.map(Into::into),
        scopes: None,
    };
    assert_eq!(said(None), "");
    let some = vec![connection("crm-2", Some("oauth2")), connection("crm-3", Some("key"))];
    assert_snapshot!(format!("{text}\n\n{}----\n{}", said(Some(Vec::new())), said(Some(some))));
}
