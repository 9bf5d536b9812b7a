//! What the documentation says of methods is what they do: every example of their table, and every line of the page
//! for those who come from spreadsheets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support {
    pub(crate) mod compile;
}

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use callflow_artifact::Builtin;
use callflow_runtime::execute::{Budget, Outcome, Resume, Slice, resume, start};
use callflow_runtime::value::encode;
use serde_json::Value as Json;

use support::compile::program;

/// Two expressions that are said to be equal.
struct Example {
    expression: String,
    gives: String,
}

#[test]
fn every_method_has_an_example_that_holds() {
    let examples: Vec<Example> = Builtin::ALL
        .iter()
        .map(|builtin| {
            let signature = builtin.signature();
            let (expression, gives) = signature.example;
            let called = format!(".{}(", signature.name);
            assert!(expression.contains(&called), "{builtin:?} is not called in {expression}");
            Example { expression: expression.into(), gives: gives.into() }
        })
        .collect();
    check(&preamble("methods.md"), &examples);
}

#[test]
fn what_spreadsheets_have_is_written_as_the_page_says() {
    let examples: Vec<Example> = page("from_spreadsheets.md").lines().filter_map(example).collect();
    assert!(examples.len() > 100, "only {} lines were found", examples.len());
    check(&preamble("from_spreadsheets.md"), &examples);
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/language").join(name);
    fs::read_to_string(path).unwrap()
}

/// The page's first flow, which has what its examples use.
fn preamble(name: &str) -> String {
    let page = page(name);
    let (_, block) = page.split_once("```flow\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// A line `| name | … | `expression` | `value` |`.
fn example(line: &str) -> Option<Example> {
    let cells: Vec<String> =
        line.replace("\\|", "\0").split('|').map(|cell| cell.trim().replace('\0', "|")).collect();
    let code = |cell: &String| Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned());
    let [.., expression, gives, _] = cells.as_slice() else { return None };
    Some(Example { expression: code(expression)?, gives: code(gives)? })
}

/// All examples in one program, so that they are compiled once.
fn check(preamble: &str, examples: &[Example]) {
    let mut text = String::from("check: on manual() -> [json] <\n  return [\n");
    for index in 0..examples.len() {
        writeln!(text, "    example_{index}() catch error => failed(error.message),").unwrap();
    }
    text += "  ]\n>\nfn failed(why: string) -> json { return { same: false, value: why } }\n";
    for (index, Example { expression, gives }) in examples.iter().enumerate() {
        writeln!(
            text,
            "fn example_{index}() -> json {{\n  checked = {expression}\n  \
             return {{ same: checked == {gives}, value: checked }}\n}}"
        )
        .unwrap();
    }
    let outcomes = run(text + &preamble.replace("on manual()", "preamble: on manual()"));
    let wrong: Vec<String> = examples
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome["same"] != true)
        .map(|(example, outcome)| {
            format!("{} is {}, not {}", example.expression, outcome["value"], example.gives)
        })
        .collect();
    assert_eq!(outcomes.len(), examples.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the first flow of a file returns.
fn run(text: String) -> Vec<Json> {
    let program = program(&text);
    let flow = &program.artifact().flows[0];
    let mut fiber = start(&program, flow.function, vec![], vec![]);
    match resume(&program, &mut fiber, Resume::Begin, &mut Budget(10_000_000), Slice::ENDLESS) {
        Outcome::Returned(value) => match encode(program.types(), flow.result, &value) {
            Json::Array(outcomes) => outcomes,
            other => panic!("{other}"),
        },
        other => panic!("{other:?}"),
    }
}
