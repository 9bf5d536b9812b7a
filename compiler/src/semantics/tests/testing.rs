//! Tests of flows: stand-ins, events, expectations.

use insta::assert_snapshot;

use super::support::{check_text, mended, said_of_each};
use crate::semantics::constant::fold;
use crate::semantics::typed::{
    Answer, AnswerKind, Block, Expectation, Program, StmtKind, TestStmt,
};

const FLOW: &str = r#"qualify: on call_finished <
  lead: Lead = crm.extract(transcript)
  deal = crm.create_deal(name: lead.company, amount: lead.budget)
  crm.notify(to: "team", text: deal.url)
  wait 14d
  log("done")
>

add: on manual(a: int, b: int = 2) -> int < return a + b >

type Lead { company: string, budget: decimal?, tags: [string] }

"#;

/// What is said of each of several tests of the flows above.
fn said_in_test<const N: usize>(bodies: [&str; N]) -> String {
    let texts =
        bodies.map(|body| format!("{FLOW}test \"it works\" {{\n{}\n}}", body.trim_matches('\n')));
    said_of_each(texts).replace(FLOW, "")
}

/// The typed statements of the only test of a text without errors.
fn statements(text: &str) -> (Program, Vec<TestStmt>) {
    let checked = check_text(text);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    let program = checked.program;
    let function = program.tests[0].function;
    let Block { statements, .. } = program.functions[function.0 as usize].body.clone();
    let found = statements.into_iter().filter_map(|statement| match statement.kind {
        StmtKind::Test(statement) => Some(statement),
        _ => None,
    });
    let found = found.collect();
    (program, found)
}

#[test]
fn a_test_says_what_answers_what_runs_and_what_must_hold() {
    assert_snapshot!(said_in_test([
        r#"
  given crm.extract returns { company: "Acme", budget: 1200 }
  given crm.create_deal returns { id: "1", url: "https://example.test/1" } after 2s then fails rate_limited "slow down"
  given crm.create_deal with { name: "Acme" } fails timeout
  given crm.notify returns none
  run qualify with { transcript: "Hello", customer: "+14155550111" }
  advance 14d
  crash
  expect crm.create_deal called once with { name: "Acme", amount: 1200 }
  expect crm.notify called 2 times
  expect crm.find_deal not called
  expect logged "done"
  expect succeeded
"#,
        "
  run add with { a: 1 }
  expect result == 3
  expect result > 2 and result < 4
  run add(5, b: 6)
  expect result != 3
  expect failed with \"no\"
  expect waiting
  expect qualify not started
",
    ]));
}

#[test]
fn stand_ins_are_checked() {
    assert_snapshot!(said_in_test([
        r#"
  given crm.create_dael returns { id: "1" }
  given hubspto.create_deal returns none
  given qualify returns none
  given 5 returns none
  run qualify
  expect succeeded
"#,
        r#"
  given crm.create_deal returns { id: 1, stage: "wno", urll: "x" }
  given crm.create_deal returns "x" after 5
  given crm.create_deal with { nmae: "x", amount: "y" } fails rate_limite
  given crm.notify returns 5
  given crm.create_deal with 5 returns { id: "1" }
  given crm.create_deal(into: string) returns { id: "1" }
  run qualify
  expect succeeded
"#,
        r#"
  given crm.extract returns { company: "Acme" }
  given crm.find_deal returns none
  run add
  expect crm.notify called
  expect succeeded
"#,
        "
  given crm.extract(into: string) returns \"x\"
  run qualify
  expect succeeded
",
    ]));
}

#[test]
fn events_are_checked() {
    assert_snapshot!(said_in_test([
        "
  run qualfy with { transcript: \"x\" }
  run add with { a: \"x\", c: 1, a: 2 }
  run add(1, 2, 3)
  run add with 5
  run qualify(\"x\")
  x = run add(1)
  start qualify(transcript: \"x\")
  expect succeeded
",
        "
  base = { a: 1 }
  run add with { ...base }
  expect add started with { c: 1 }
  expect add called
",
    ]));
}

#[test]
fn expectations_need_a_run() {
    assert_snapshot!(said_in_test([
        "
  expect succeeded
  expect result == 1
  advance 1d
  crash
",
        "
  run qualify
  expect result == 1
",
        "
  run add
",
        "
  expect 1 + 1 == 3
  expect 5
  expect crm
",
    ]));
}

#[test]
fn a_test_has_no_effects_of_its_own() {
    assert_snapshot!(said_of_each([
        "on manual(n: int) -> int < return n >\nfn find(id: string) -> crm.Deal? { return crm.find_deal(id: id) }\nfn twice(n: int) -> int { return n * 2 }\ntest \"x\" {\n  crm.notify(to: \"a\", text: \"b\")\n  deal = find(\"1\")\n  wait 5s\n  stop\n  parallel { a = twice(1); b = twice(2) }\n  run manual with { n: twice(2) }\n  expect result == 4\n}",
        "on manual(n: int) -> int <\n  expect n == 1\n  given crm.notify returns none\n  advance 1d\n  crash\n  return n\n>",
    ]));
}

#[test]
fn two_tests_of_one_name() {
    assert_snapshot!(said_of_each([
        "on manual(n: int) -> int < return n >\ntest \"x\" {\n  run manual\n  expect succeeded\n}\ntest \"x\" {\n  run manual\n  expect result == 1\n}",
    ]));
}

#[test]
fn the_type_of_an_answer_comes_from_the_call() {
    let flow = "a: on call_finished < x: A = crm.extract(transcript); log(x.v); b(transcript) >\nfn b(text: string) { y: B = crm.extract(text); log(\"{y.n}\") }\ntype A { v: string }\ntype B { n: int }\n";
    assert_snapshot!(said_of_each([
        format!(
            "{flow}test \"t\" {{\n  given crm.extract returns {{ v: \"x\" }}\n  run a\n  expect succeeded\n}}"
        ),
        format!(
            "{flow}test \"t\" {{\n  given crm.extract(into: A) returns {{ v: \"x\" }}\n  given crm.extract(into: B) returns {{ n: 1 }}\n  run a\n  expect crm.extract called 2 times\n}}"
        ),
    ]));
    let one = format!(
        "{flow}test \"t\" {{\n  given crm.extract returns {{ v: \"x\" }}\n  run a\n  expect succeeded\n}}"
    );
    assert!(mended(&one).contains("given crm.extract(into: A) returns"), "{}", mended(&one));
}

#[test]
fn what_an_event_leaves_out_is_made_up() {
    let text = "on webhook(\"/lead\", body: Lead) -> Lead < return body >\ntype Lead { company: string sample \"Acme\", size: int = 5, note: string?, owner: Owner }\ntype Owner { name: string, phone: phone }\ntest \"t\" {\n  run webhook with { note: \"n\", owner: { name: \"Bo\" } }\n  expect result.company == \"Acme\"\n}";
    let (program, found) = statements(text);
    let TestStmt::Run { event, .. } = &found[0] else { panic!("{found:#?}") };
    assert_snapshot!(format!("{:#?}", fold(event, &program.types).unwrap()));
    let TestStmt::Expect(Expectation::Compares { symbol, .. }) = &found[1] else {
        panic!("{found:#?}")
    };
    assert_eq!(*symbol, "==");
}

#[test]
fn answers_are_complete_and_in_order() {
    let text = format!(
        "{FLOW}test \"t\" {{\n  given crm.create_deal with {{ amount: 5 }} returns {{ id: \"1\" }} then fails auth \"no\" after 1s\n  run qualify\n  expect crm.create_deal called 2 times with {{ name: \"x\" }}\n}}"
    );
    let (program, found) = statements(&text);
    let TestStmt::Given { action, arguments, answers, .. } = &found[0] else { panic!() };
    assert_eq!(program.actions[action.0 as usize].name, "create_deal");
    assert_eq!(arguments.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1]);
    let [
        Answer { kind: AnswerKind::Returns(deal), after: None },
        Answer { kind: AnswerKind::Fails(kind, Some(_)), after: Some(_) },
    ] = answers.as_slice()
    else {
        panic!("{answers:#?}")
    };
    assert_eq!(program.types.display(deal.ty), "crm.Deal");
    assert_eq!(kind, "auth");
}

#[test]
fn a_test_runs_flows_of_other_files() {
    let files = vec![
        super::support::file(
            "use \"./flows/crm.flow\" as sales\n\ntest \"t\" {\n  run sales with { n: 1 }\n  run sales.manual(1)\n  expect result == 2\n}",
        ),
        crate::source::Source {
            path: "flows/crm.flow".into(),
            text: "on manual(n: int) -> int < return n + 1 >".into(),
        },
    ];
    assert_snapshot!(super::support::said_of(files));
}
