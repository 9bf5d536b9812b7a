//! What flows mean: small bodies from text to the value that they return, and what they ask for on the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support {
    pub(crate) mod compile;
}

use callflow_runtime::execute::{Budget, Outcome, Resume, Slice, resume, start};
use callflow_runtime::value::{Value, decode, encode};
use callflow_runtime::{Error, ErrorKind};
use serde_json::{Value as Json, json};

use support::compile::program;

/// Runs the first flow of a file with an event. Each effect is told to `host`, which answers it.
fn run_file(
    text: &str,
    event: &Json,
    host: &mut dyn FnMut(&str) -> Resume,
) -> Result<Json, String> {
    let program = program(text);
    let flow = &program.artifact().flows[0];
    let event = decode(program.types(), flow.trigger.event, event).unwrap();
    let mut fiber = start(&program, flow.function, vec![], vec![event]);
    let mut budget = Budget(1_000_000);
    let mut next = Resume::Begin;
    loop {
        match resume(&program, &mut fiber, next, &mut budget, Slice::ENDLESS) {
            Outcome::Suspended(request) => {
                let effect = format!("{:?}", request.effect);
                let texts = request.arguments.iter().filter_map(Value::as_text);
                next = host(texts.fold(effect, |told, text| told + " " + text).as_str());
            }
            Outcome::Returned(value) => return Ok(encode(program.types(), flow.result, &value)),
            Outcome::Paused => panic!("an endless slice is over"),
            Outcome::Stopped => return Ok(json!("stopped")),
            Outcome::Failed(error, ..) => return Err(format!("{}: {}", error.kind, error.message)),
        }
    }
}

/// What a body returns that takes `n: int` (7), `maybe: int?` (none), `list: [int]` ([3, 1, 2]).
fn body(body: &str) -> Result<Json, String> {
    let text = format!(
        "on manual(n: int, maybe: int?, list: [int]) -> json <\n{body}\n>\n\
         type Outcome = Won {{ amount: int }} | Lost\n\
         type Deal {{ name: string, amount: int = 5, note: string? }}\n\
         fn fails(n: int) -> int {{ if n > 0 {{ fail(\"no {{n}}\", kind: \"rejected\") }}; return n }}\n\
         fn less(a: int, b: int) -> int {{ return a - b }}\n\
         fn twice(n: int) -> int {{ return n * 2 }}\n"
    );
    let event = json!({ "n": 7, "list": [3, 1, 2] });
    run_file(&text, &event, &mut |effect| panic!("asked for {effect}"))
}

#[track_caller]
fn gives(text: &str, expected: Json) {
    assert_eq!(body(text), Ok(expected), "{text}");
}

#[track_caller]
fn value(expression: &str, expected: Json) {
    // Bound first, so that no type is expected of it.
    gives(&format!("value = {expression}\nreturn value"), expected);
}

#[track_caller]
fn fails(text: &str, expected: &str) {
    assert_eq!(body(text), Err(expected.into()), "{text}");
}

#[test]
fn operators() {
    value("n + 2 * 3 - 4 / 3 % 2", json!(12));
    value("-n % 4", json!(-3));
    value("0.1 + 0.2", json!(0.3));
    value("n > 3 and not (n == 7) or maybe == none", json!(true));
    value("n != 7 or list[0] >= 3", json!(true));
    value("n in [1, 7]", json!(true));
    value("n in 1..6", json!(false));
    value("\"an\" in \"banana\"", json!(true));
    value("\"{n + 1} is \\{eight\\} {\"{n}\"}\"", json!("8 is {eight} 7"));
}

#[test]
fn arguments_are_evaluated_as_they_are_written() {
    let text = "var turn = 1\n\
                gap = less(b: (if n == 7 { turn = 10; turn } else { 0 }), a: turn * 2)\n\
                return gap";
    gives(text, json!(10));
    fails("return less(b: fails(2), a: fails(1))", "rejected: no 2");
    fails("return less(fails(1), b: fails(2))", "rejected: no 1");
}

#[test]
fn only_the_side_that_counts_is_evaluated() {
    value("n == 7 or fails(1) == 1", json!(true));
    value("n == 1 and fails(1) == 1", json!(false));
    value("maybe ?? n", json!(7));
    value("list.first() ?? fails(1)", json!(3));
    fails("return maybe ?? fails(2)", "rejected: no 2");
    fails("return maybe ?? fail(\"none there\")", "failed: none there");
    value("maybe?.abs() ?? 0", json!(0));
    value("list.first()?.abs() ?? 0", json!(3));
}

#[test]
fn a_text_stands_in_for_what_is_not_there() {
    let run = |body: &str| {
        let text = format!(
            "type Stage = \"new\" | \"won\"\n\
             type In {{ phone: phone?, stage: Stage?, raw: json }}\n\
             on webhook(\"/in\", body: In) -> string <\n{body}\n>"
        );
        let event = json!({ "body": { "raw": {} }, "headers": {}, "query": {} });
        run_file(&text, &event, &mut |effect| panic!("asked for {effect}"))
    };
    assert_eq!(run("who = phone ?? \"nobody\"\nreturn who"), Ok(json!("nobody")));
    assert_eq!(run("return \"{stage ?? \"unknown\"}\""), Ok(json!("unknown")));
    assert_eq!(run("x = raw[\"a\"] ?? \"text\"\nreturn x.to_text()"), Ok(json!("\"text\"")));
}

#[test]
fn conditions_and_matches() {
    value(
        "if n > 10 { \"large\" } else if n > 5 { \"middle\" } else { \"small\" }",
        json!("middle"),
    );
    value(
        "match n { 1 => \"one\", 5 => \"five\", 7 => \"seven\", else => \"many\" }",
        json!("seven"),
    );
    value("match maybe { none => \"none\", found => \"{found}\" }", json!("none"));
    value("match list.get(1) { none => 0, 1 => 10, found => found }", json!(10));
    value("match list.get(2) { none => 0, 1 => 10, found => found }", json!(2));
    gives(
        "outcome: Outcome = Won { amount: n }\n\
         return match outcome { Won { amount: much } => much * 2, Lost => 0 }",
        json!(14),
    );
    gives("outcome: Outcome = Lost {}\nreturn match outcome { Won => 1, Lost => 2 }", json!(2));
    gives("if maybe != none { return maybe }\nreturn 0", json!(0));
    gives("x = list.first()\nif x == none { return 0 }\nreturn x + 1", json!(4));
}

#[test]
fn loops() {
    gives("var sum = 0\nfor x in list { sum += x }\nreturn sum", json!(6));
    gives("var sum = 0\nfor x in 1..n { sum += x }\nreturn sum", json!(28));
    gives("var sum = 0\nfor x in n..1 { sum += x }\nreturn sum", json!(0));
    gives(
        "var turns = 0\n\
         for x in 9223372036854775806..9223372036854775807 { turns += 1 }\n\
         return turns",
        json!(2),
    );
    gives(
        "var sum = 0\nfor x in 1..10 { if x == 3 { continue }; if x == 6 { break }; sum += x }\n\
         return sum",
        json!(12),
    );
    gives("var x = n\nwhile x > 0 { x -= 3; if x == 1 { break } }\nreturn x", json!(1));
    gives(
        "var pairs: [string] = []\n\
         for a in list { for b in list { if b == a { continue }; if a == 2 { break }; \
         pairs = [...pairs, \"{a}{b}\"] } }\nreturn pairs",
        json!(["31", "32", "13", "12"]),
    );
    // The list of a loop is the one that it began with.
    gives("var l = list\nfor x in l { l = [...l, x] }\nreturn l", json!([3, 1, 2, 3, 1, 2]));
}

#[test]
fn list_methods() {
    value("list.map(x => x * 2)", json!([6, 2, 4]));
    value("list.map(twice)", json!([6, 2, 4]));
    value("list.filter(x => x > 1)", json!([3, 2]));
    value("list.find(x => x < 3) ?? 0", json!(1));
    value("list.find(x => x > 3) ?? 0", json!(0));
    value("list.any(x => x == 2)", json!(true));
    value("list.all(x => x == 2)", json!(false));
    value("list.count(x => x > 1)", json!(2));
    value("list.sum(x => x * 10)", json!(60));
    value("list.sort_by(x => -x)", json!([3, 2, 1]));
    value("list.min_by(x => x % 3) ?? 0", json!(3));
    value("list.max_by(x => x % 3) ?? 0", json!(2));
    value(
        "[1, 2, 3, 4].group_by(x => if x % 2 == 0 { \"even\" } else { \"odd\" })",
        json!({ "odd": [1, 3], "even": [2, 4] }),
    );
    value("[1, 2, 3, 4].unique_by(x => x % 3)", json!([1, 2, 3]));
    value("[\"a\", \"B\", \"A\"].unique_by(x => x.lower())", json!(["a", "B"]));
    value("list.find_index(x => x < 3) ?? 9", json!(1));
    value("list.find_index(x => x > 3) ?? 9", json!(9));
    value("list.index_by(x => \"{x % 2}\")", json!({ "1": 1, "0": 2 }));
    value("list.zip([\"a\", \"b\"], (x, y) => \"{x}{y}\")", json!(["3a", "1b"]));
    value("list.take(1).zip(list, (x, y) => x + y)", json!([6]));
    value("list.group_by(x => \"{x % 2}\").map_values(xs => xs.sum())", json!({ "1": 4, "0": 2 }));
    value(
        "list.index_by(x => \"{x}\").filter((key, x) => key != \"1\" and x > 2)",
        json!({ "3": 3 }),
    );
    value("list.flat_map(x => [x, x])", json!([3, 3, 1, 1, 2, 2]));
    value("list.reduce(100, (sum, x) => sum - x)", json!(94));
    value("list.map(x => list.filter(y => y < x).length())", json!([2, 0, 1]));
    value("list.drop(3).map(x => x * 2)", json!([]));
}

#[test]
fn literals() {
    value("[0, ...list, 9]", json!([0, 3, 1, 2, 9]));
    gives(
        "m: [string: int] = { a: 1, b: n }\nreturn { ...m, c: 3 }",
        json!({ "a": 1, "b": 7, "c": 3 }),
    );
    gives("d: Deal = { name: \"x\" }\nreturn d", json!({ "name": "x", "amount": 5 }));
    gives(
        "d: Deal = { name: \"x\", note: \"y\" }\ne: Deal = { ...d, amount: n }\nreturn e",
        json!({ "name": "x", "amount": 7, "note": "y" }),
    );
    gives(
        "return { a: maybe, b: null, c: { d: list } }",
        json!({ "b": null, "c": { "d": [3, 1, 2] } }),
    );
    gives(
        "d: Deal = { name: \"x\" }\nreturn { amount: 1, ...d, more: true }",
        json!({ "amount": 5, "name": "x", "more": true }),
    );
    gives("j: json = { a: [1, { b: 2 }] }\nreturn j.path(\"a[1].b\") ?? null", json!(2));
    gives("j: json = { name: \"x\" }\nd = j as Deal\nreturn d.amount", json!(5));
}

#[test]
fn failures() {
    value("fails(1) catch 5", json!(5));
    value("fails(0) catch 5", json!(0));
    value(
        "\"{fails(1)}\" catch error => \"{error.kind}: {error.message}\"",
        json!("rejected: no 1"),
    );
    gives(
        "try { try { fails(1) } catch error { fail(\"inner {error.message}\") } }\n\
         catch error { return error.message }\nreturn \"not here\"",
        json!("inner no 1"),
    );
    gives(
        "try { try { fails(1) } catch error { fails(0) } }\ncatch error { return \"outer\" }\n\
         return \"after\"",
        json!("after"),
    );
    fails("try { fails(1) } catch error { fail(error) }\nreturn 1", "rejected: no 1");
    gives("var x = 1\ntry { x = 2; x = fails(3) } catch error { x = x * 10 }\nreturn x", json!(20));
    gives(
        "var done = 0\nfor x in list { try { if x == 1 { continue }; if x == 2 { break }; \
         fails(x) } catch error { done += x } }\nreturn done",
        json!(3),
    );
    gives("var l = list\nl = l.map(x => fails(x)) catch l\nreturn l", json!([3, 1, 2]));
    fails("return list[7]", "invalid: index 7 is outside a list of 3 items");
}

#[test]
fn variables_keep_their_value_until_the_new_one_is_there() {
    gives("var x = 1\nx = x + if n == 7 { x = 10; x } else { 0 }\nreturn x", json!(11));
    gives(
        "var l = list\nl = [...l, ...l.map(x => x + l.length())]\nreturn l",
        json!([3, 1, 2, 6, 4, 5]),
    );
    gives("var b = true\nb = n == 1 or b\nreturn b", json!(true));
    gives("var m = maybe\nm = m ?? 3\nreturn m ?? 0", json!(3));
}

#[test]
fn effects_are_asked_for_in_order() {
    let mut asked = Vec::new();
    let text = "on manual() -> string <\n\
                log(\"one\")\n\
                for x in 1..2 { log(\"turn {x}\", level: \"debug\") }\n\
                wait 5m\n\
                id = uuid()\n\
                return id\n>\n";
    let result = run_file(text, &json!({}), &mut |effect| {
        asked.push(effect.to_owned());
        Resume::Value(if effect == "Uuid" { Value::text("u-1") } else { Value::None })
    });
    assert_eq!(result, Ok(json!("u-1")));
    assert_eq!(asked, ["Log one info", "Log turn 1 debug", "Log turn 2 debug", "Wait", "Uuid"]);
}

#[test]
fn a_failed_effect_is_caught_where_it_stands() {
    let text = "on manual(names: [string]) -> [string] <\n\
                var told: [string] = []\n\
                for name in names {\n\
                  summary = llm(name) catch error => \"{name}: {error.kind}\"\n\
                  told = [...told, summary]\n\
                }\n\
                return told\n>\n";
    let result = run_file(text, &json!({ "names": ["a", "b"] }), &mut |effect| {
        assert!(effect.starts_with("Action"), "{effect}");
        match effect.ends_with(" a") {
            true => Resume::Value(Value::text("fine")),
            false => Resume::Error(Error::new(ErrorKind::Timeout, "too late")),
        }
    });
    assert_eq!(result, Ok(json!(["fine", "b: timeout"])));
}

#[test]
fn a_pause_is_had_once() {
    let text = "fn pause() -> duration { log(\"asked\"); return 3s }\n\
                on manual() -> string <\nreturn llm(\"x\") retry 2 every pause()\n>\n";
    let mut asked = Vec::new();
    let result = run_file(text, &json!({}), &mut |effect| {
        asked.push(effect.to_owned());
        let answer = effect.starts_with("Action").then(|| Value::text("fine"));
        Resume::Value(answer.unwrap_or_default())
    });
    assert_eq!(result, Ok(json!("fine")));
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[test]
fn stop_ends_a_run_from_any_depth() {
    let text = "on manual(list: [int]) -> int? <\nfor x in list { check(x) }\nreturn 1\n>\n\
                fn check(x: int) { if x > 1 { stop } }\n";
    let run = |list: Json| {
        run_file(text, &json!({ "list": list }), &mut |effect| panic!("asked for {effect}"))
    };
    assert_eq!(run(json!([1, 2])), Ok(json!("stopped")));
    assert_eq!(run(json!([1])), Ok(json!(1)));
}

#[test]
fn functions_with_type_parameters() {
    let text = "on manual(raw: json) -> [string] <\n\
                name: string = read(raw)\n\
                others = read(raw, into: [string]) catch [\"no list\"]\n\
                return [name, ...others]\n>\n\
                fn read(raw: json, into: type T) -> T { return raw as T }\n";
    let result =
        run_file(text, &json!({ "raw": "Ada" }), &mut |effect| panic!("asked for {effect}"));
    assert_eq!(result, Ok(json!(["Ada", "no list"])));
}

#[test]
fn what_stands_behind_catch_can_be_statements() {
    value("list[9] catch error => { why = error.kind; why.length() }", json!(7));
    value("list[9] catch { var total = n; total += 1; total }", json!(8));
    value("(fail(\"x\") catch { a: n }).a", json!(7));
    value("list[0] catch error => { \"{error.kind}\".length() }", json!(3));
}

#[test]
fn literals_of_times_have_methods() {
    value("2026-11-22T09:30:00Z.add(2h)", json!("2026-11-22T11:30:00Z"));
    value("2026-11-22T09:30:00.5Z.add(500ms)", json!("2026-11-22T09:30:01Z"));
    value("2026-11-22T09:30:00+01:00.hour()", json!(8));
}

#[test]
fn json_is_looked_into_as_far_as_it_goes() {
    gives("data: json = { a: { b: [n] } }\nreturn data[\"a\"]?.[\"b\"]?.[0] ?? 0", json!(7));
    gives("data: json = { a: null }\nreturn data[\"a\"]?.[\"b\"]?.[0] ?? 0", json!(0));
    gives("data: json = null\nreturn data == null", json!(true));
}

#[test]
fn fields_can_have_the_names_of_operators() {
    let text = "record = { first: 1\nand: 2\nor: 3\ncatch: 4\nnot: 5\nin: 6 }\n\
                return record.and + record.or + record.catch + record.not + record.in";
    gives(text, json!(20));
}

#[test]
fn files_are_given_on_by_reference() {
    let text = "on manual(cv: file, other: file?) -> [file] <\n\
                named: file = { ...cv, name: \"{cv.id}.pdf\" }\n\
                return [cv, other ?? named]\n>\n";
    let cv = json!({ "id": "7", "name": "cv.pdf", "media_type": "application/pdf", "size": 10 });
    let named = json!({ "id": "7", "name": "7.pdf", "media_type": "application/pdf", "size": 10 });
    let result = run_file(text, &json!({ "cv": cv }), &mut |effect| panic!("asked for {effect}"));
    assert_eq!(result, Ok(json!([cv, named])));
}
