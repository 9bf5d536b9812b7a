//! Constants, defaults and samples.

use callflow_artifact::types::Type;
use insta::assert_snapshot;

use super::support::{check_text, said_of_each};

#[test]
fn constants_are_constant() {
    assert_snapshot!(said_of_each([
        "const A = \"#sales\"\nconst B: decimal = 5\nconst C = [1, 2]\nconst D: [string: json] = { a: 1, b: [true, null], c: { d: \"x\" } }\nconst E = \"{A}-{B}\"\non manual() < log(\"{A}{B}{C.sum()}{E}{D.to_json()}\") >",
        "const A = B\nconst B = A\non manual() < log(\"{A}\") >",
        "const A = A",
        "fn f() -> int { return 1 }\nconst A = f()\nconst B = \"a\".upper()\nconst C = 1 + 1\nconst D = 1 / 2",
        "const A: int = \"a\"\nconst B = nobody\non manual() < log(\"{A + 1}{B}\") >",
        "type A { x: int = y, b: B = {} }\ntype B { z: string = Z }\nconst Z = \"z\"",
        "type A { x: int = 5 }\nconst X: A = {}\non manual() < log(\"{X.x}\") >",
    ]));
}

#[test]
fn a_long_chain_of_constants_is_an_error_and_no_crash() {
    let mut text: String = (0..5000).map(|i| format!("const A{i} = A{}\n", i + 1)).collect();
    text.push_str("const A5000 = 1\n");
    let checked = check_text(&text);
    assert!(checked.diagnostics.iter().any(|d| d.message.contains("too long a chain")));
}

#[test]
fn defaults_reach_the_types() {
    let checked = check_text(
        "type A { x: json = { a: 5m, b: Z }, y: B = { n: 2 } }\ntype B { n: decimal, m: string? = none }\nconst Z = 1.50",
    );
    assert!(checked.diagnostics.is_empty());
    let types = &checked.program.types;
    let record = types
        .iter()
        .find_map(|(_, ty)| match ty {
            Type::Record(id) => types.record(id).filter(|record| record.name == "A"),
            _ => None,
        })
        .unwrap();
    assert_snapshot!(format!(
        "{:#?}",
        record.fields.iter().map(|f| &f.default).collect::<Vec<_>>()
    ));
}
