//! `use`: items of other files, pieces over other connections.

use insta::assert_snapshot;

use super::support::{check_text, file, mended, said_of, said_of_each};
use crate::semantics::typed::{ExprKind, StmtKind};
use crate::source::Source;

fn other(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

const CRM: &str = "type Lead { company: string, size: Size }\ntype Size = \"small\" | \"large\"\nconst TEAM = \"#sales\"\nfn score(lead: Lead) -> int { return lead.company.length() }\nhello: on manual(n: int) -> int < return n >";

#[test]
fn the_items_of_a_file_are_known_by_its_name() {
    assert_snapshot!(said_of(vec![
        file(
            "use \"./flows/crm.flow\" as sales\n\non manual(lead: sales.Lead, all: [sales.Lead]) -> sales.Size <\n  log(\"{sales.score(lead)} {sales.TEAM} {all.map(x => sales.score(x)).sum()}\")\n  x: sales.Lead = crm.extract(\"text\", into: sales.Lead)\n  return x.size\n>"
        ),
        other(
            "flows/crm.flow",
            &format!("use \"../test.flow\"\n{CRM}\nback: on manual() < test.greet() >")
        ),
    ]));
}

#[test]
fn records_and_tags_of_other_files_are_written_with_its_name() {
    let crm = "type Lead { company: string }\ntype End = Won { amount: int } | Lost\nagain: on manual() < log(\"x\") >";
    assert_snapshot!(said_of(vec![
        file(
            "use \"./crm2.flow\" as sales\n\nfn end(lead: sales.Lead) -> sales.End {\n  if lead == (sales.Lead { company: \"x\" }) { return sales.Lost }\n  return sales.Won { amount: 1 }\n}\n\na: on failed(flow: \"crm2.again\") <\n  log(\"{end(sales.Lead { company: \"y\" }) == sales.Won { amount: 1 }}\")\n>\nb: on function_call look(\n  id: string,\n) as call -> sales.Lead <\n  return sales.Lead { company: call.id }\n>"
        ),
        other("crm2.flow", crm),
    ]));
    assert_snapshot!(said_of(vec![
        file(
            "use \"./crm2.flow\" as sales\n\non manual() <\n  a = sales.Laed { company: \"x\" }\n  b = sales.Lead { compnay: \"x\" }\n  c = sales.End { amount: 1 }\n  d = sale.Lead { company: \"x\" }\n  log(\"{a} {b} {c} {d}\")\n>"
        ),
        other("crm2.flow", crm),
    ]));
}

#[test]
fn what_a_file_does_not_have_is_told() {
    assert_snapshot!(said_of(vec![
        file(
            "use \"./other.flow\"\n\non manual() <\n  x: other.Laed = { company: \"x\", size: \"small\" }\n  log(\"{other.scroe(x)} {other.TEMA} {other.score} {other.TEAM()}\")\n  y = other\n>"
        ),
        other("other.flow", CRM),
    ]));
}

#[test]
fn uses_that_find_nothing() {
    assert_snapshot!(said_of(vec![
        file(
            "use \"./other.flwo\"\nuse \"./test.flow\"\nuse \"../x.flow\"\nuse \"./other.flow\" with connection \"x\"\nuse \"./my-own.flow\"\nuse \"./other.flow\" as crm\nuse \"./other.flow\" as now\nuse \"./other.flow\" as greet\nuse crn as c\nuse crm\n\nfn greet() { log(\"x\") }"
        ),
        other("other.flow", CRM),
        other("my-own.flow", ""),
    ]));
}

#[test]
fn unused_uses_are_told() {
    let text = "use crm as mine with connection \"crm-2\"\non manual() < log(\"x\") >";
    assert_snapshot!(said_of_each([text]));
    assert_eq!(mended(text), "on manual() < log(\"x\") >");
}

#[test]
fn a_piece_is_called_over_another_connection() {
    let text = "use crm as second with connection \"crm-2\"\non manual() <\n  crm.notify(to: \"a\", text: \"b\")\n  second.notify(to: \"a\", text: \"b\")\n  x: second.Deal? = second.find_deal(id: \"1\")\n  log(x?.url ?? second(\"x\"))\n>";
    let checked = check_text(text);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    let body = &checked.program.functions[checked.program.flows[0].function.0 as usize].body;
    let connections: Vec<_> = body
        .statements
        .iter()
        .filter_map(|statement| match &statement.kind {
            StmtKind::Expr(value) | StmtKind::Set { value, .. } => match &value.kind {
                ExprKind::Action { connection, .. } => Some(connection.as_deref()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(connections, [None, Some("crm-2"), Some("crm-2")]);
}

#[test]
fn pieces_use_nothing() {
    assert_snapshot!(said_of(vec![
        other(
            "mine.flow",
            "piece mine\nuse \"./test.flow\"\naction f() -> int\n  effect read\n{\n  return 1\n}"
        ),
        file("on manual() < log(\"{mine.f()}\") >"),
    ]));
}
