//! Secrets: every way out of a value that has one is closed, and tells where the secret came from.

use insta::assert_snapshot;

use super::support::{check_text, said_of_each};
use crate::diagnostics::{self, Code};

const ITEMS: &str = "
const KEY = secret(\"KEY\")
type Login { user: string, key: secret, spare: secret? }
type Way = Open { key: secret } | Closed
fn pass(key: secret) -> secret { return key }
fn show(key: string) -> string { return key }
fn any(login: Login) -> Login { return login }
";

/// A flow whose body is one statement, in which `key`, `maybe`, `login`, `keys`, `by_name` and `way` hold secrets.
fn flow(statement: &str) -> String {
    format!(
        "on manual(n: int, data: json) <
  key = secret(\"KEY\")
  login: Login = {{ user: \"ann\", key }}
  maybe = login.spare
  keys = [key, login.key]
  by_name: [string: secret] = {{ a: key }}
  way: Way = Open {{ key }}
  log(\"{{n}} {{data.to_text()}} {{keys.length()}} {{by_name.keys().length()}} {{login.user}}\")
  match way {{ Open {{ key: k }} => {{ _used = pass(k) }}, Closed => {{ }} }}
  if maybe != none {{ _other = pass(maybe) }}
  {statement}
>
{ITEMS}"
    )
}

/// Each form of expression and statement in which a value could be seen.
const WAYS_OUT: &[&str] = &[
    "log(\"{key}\")",
    "log(\"{KEY}\")",
    "log(\"{login.key}\")",
    "log(\"{maybe ?? key}\")",
    "log(\"{keys[0]}\")",
    "log(\"{by_name[\"a\"] ?? key}\")",
    "log(\"{pass(key)}\")",
    "log(\"{if n > 1 { key } else { KEY }}\")",
    "log(\"{match n { 1 => key, else => KEY }}\")",
    "log(key)",
    "log(\"x\", level: key)",
    "fail(key)",
    "_x = key.length()",
    "_x = key.to_json()",
    "_x = login.to_json()",
    "_x = keys.to_json()",
    "_x = way.to_json()",
    "_x: json = key",
    "_x: json = login",
    "_x: json = { key }",
    "_x: json = { a: [login] }",
    "_x: json = { ...login }",
    "_x: string = key",
    "_x: string? = key",
    "_x: [string] = [key]",
    "_x: [string: string] = { a: key }",
    "_x = show(key)",
    "_x = key == KEY",
    "_x = key != KEY",
    "_x = login == login",
    "_x = keys == keys",
    "_x = way == way",
    "_x = key < KEY",
    "_x = key in keys",
    "_x = keys.contains(key)",
    "_x = keys.index_of(key)",
    "_x = keys.unique()",
    "_x = keys.join(\", \")",
    "_x = keys.unique_by(k => k)",
    "_x = keys.group_by(k => k)",
    "_x = keys.sort_by(k => k)",
    "_x = keys.map(k => \"{k}\")",
    "_x = data as Login",
    "_x = data as secret",
    "_x = json_schema(Login)",
    "_x: Login = crm.extract(\"x\")",
    "_x = crm.extract(\"x\", into: Login)",
    "crm.notify(to: \"x\", text: key)",
    "crm.notify(to: \"x\", text: \"{key}\")",
    "_x = crm.create_deal(name: \"x\", properties: { key })",
    "crm.notify(to: \"x\", text: \"x\") once key",
    "_x = by_name[key]",
    "_x = key + \"x\"",
    "wait key",
    "start other(text: key)",
];

/// What may be done with a secret.
const FINE: &[&str] = &[
    "_x = pass(key)",
    "_x = pass(maybe ?? KEY)",
    "_x = any({ ...login, key: KEY })",
    "_x = if maybe == none { key } else { KEY }",
    "_x = [key].first()",
    "_x = keys.map(k => pass(k)).length()",
    "_x = keys.filter(k => n > 1)",
    "for k in keys { _y = pass(k) }",
    "_x = by_name[\"a\"]",
];

fn found(statement: &str) -> Vec<(Code, String)> {
    let other = "\nother: on manual(text: string) < log(text) >";
    let checked = check_text(&(flow(statement) + other));
    let found = diagnostics::settle(checked.diagnostics);
    found.iter().filter(|d| d.is_error()).map(|d| (d.code, d.message.clone())).collect()
}

#[test]
fn every_way_out_is_closed_with_one_error() {
    let wrong: Vec<String> = WAYS_OUT
        .iter()
        .map(|way| (way, found(way)))
        .filter(|(_, found)| !matches!(found.as_slice(), [(Code::E0701, _)]))
        .map(|(way, found)| format!("{way}: {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_shows_nothing_is_fine() {
    let wrong: Vec<String> = FINE
        .iter()
        .map(|way| (way, found(way)))
        .filter(|(_, found)| !found.is_empty())
        .map(|(way, found)| format!("{way}: {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_secret_is_told_with_its_origin() {
    assert_snapshot!(said_of_each([
        "on manual() <\n  key = secret(\"KEY\")\n  log(\"{key}\")\n  log(secret(\"KEY\"))\n>",
        "type Login { user: string, key: secret }\nfn show(login: Login) -> string { return \"{login.key}\" }\nfn dump(login: Login) -> json { return login }\nfn same(login: Login, key: secret) -> bool { return login.key == key }",
        "on manual(key: secret) -> secret < return key >",
        "on webhook(\"/x\", body: Login) -> Login < return body >\ntype Login { key: secret }",
        "fn f(text: string) -> secret { return text }",
    ]));
}
