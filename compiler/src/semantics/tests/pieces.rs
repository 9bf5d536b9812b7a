//! E0501: what pieces declare.

use insta::assert_snapshot;

use super::support::{check_text, said_of_each};

#[test]
fn declarations_are_checked() {
    assert_snapshot!(said_of_each([
        "piece x\nbase \"https://{host}/api\"\nbase \"https://b.test\"\nconnection key { host: string\ntoken: secret\nheader \"Authorization\" \"Bearer {tokn}\"\ntoken: string }\nconnection key { host: string }",
        "piece x\nconnection kye { }\nconnection oauth2 { authorize \"https://a.test\" }\nconnection key other { authorize \"x\"\nhaeder \"a\" \"b\"\nheader \"a\"\nquery \"a\" \"{1 + 1}\" }",
        "piece x\nlimits 0 per 1s\nlimits 5 per 0s\nerrors { 401 => atuh\n 999 => failed }",
        "piece x\nconnection key { n: int\ns: secret = \"x\" }",
        "piece x\ndefault action a()\n  effect raed\nnative\ndefault action b()\n  effect read\nnative\naction a()\n  effect read\nnative",
        "piece x\nconnection key { a: string?\nb: secret }\naction f() -> string\n  effect read\n{\n  s: string = connection.a\n  return \"{connection.b}{connection.c}{connection.kind}{s}\"\n}",
    ]));
}

#[test]
fn a_piece_has_its_schema() {
    let checked = check_text("on manual() < log(crm.find_deal(id: \"1\")?.url ?? \"x\") >");
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    let program = checked.program;
    let piece = program.pieces.iter().find(|piece| piece.name == "crm").unwrap();
    let mut piece = piece.clone();
    piece.hash = "…".into();
    let actions: Vec<String> = program
        .actions
        .iter()
        .filter(|action| program.pieces[action.piece.0 as usize].name == "crm")
        .map(|action| {
            let parameters: Vec<String> = action
                .parameters
                .iter()
                .map(|p| format!("{}: {} = {:?}", p.name, program.types.display(p.ty), p.default))
                .collect();
            let result = program.types.display(action.result);
            format!(
                "{} ({}) -> {result} {:?} {:?}",
                action.name,
                parameters.join(", "),
                action.effect,
                action.body
            )
        })
        .collect();
    assert_snapshot!(format!("{piece:#?}\n\n{}", actions.join("\n")));
}

#[test]
fn conditions_narrow_settings() {
    assert_snapshot!(said_of_each([
        "piece x\nconnection key { a: string?\nb: secret }\naction f() -> string\n  effect read\n{\n  if connection.a == none { return \"none\" }\n  return connection.a\n}\naction g() -> string\n  effect read\n{\n  return connection.a\n}",
    ]));
}

#[test]
fn results_of_actions_have_no_secrets() {
    let piece = "piece p\nbase \"https://x.test\"\nconnection key {\n  token: secret\n}\ntype Token { value: secret }";
    assert_snapshot!(said_of_each([
        &format!("{piece}\naction a() -> secret effect read {{ return connection.token }}"),
        &format!("{piece}\naction a() -> [Token]? effect read {{ return none }}"),
        &format!("{piece}\naction a(key: Token) effect read {{ http.get(\"/x\", headers: {{ key: key.value }}) }}"),
    ].map(String::as_str)));
}
