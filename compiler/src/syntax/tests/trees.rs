//! Trees of texts that are right.

use super::{library, page, print, read};

#[test]
fn example() {
    let (_, text) = library().into_iter().find(|(name, _)| *name == "qualify_lead").unwrap();
    insta::assert_snapshot!(page(text));
}

#[test]
fn prelude_and_pieces() {
    for (name, text) in library() {
        if ["call.flow", "error.flow", "triggers.flow", "http"].contains(&name) {
            insta::assert_snapshot!(name, print::file(&read(text).tree));
        }
    }
}

#[test]
fn operators() {
    insta::assert_snapshot!(page(
        r#"fn f() {
  a = 1 + 2 * 3 - 4 / 5 % 6
  b = not x == y and z or w
  c = budget ?? 0 > 1000 and not name in names
  d = -x.y as int + -1
  e = http.get("/x") as Deal catch error => fallback(error) ?? none
  f = 1..10 + 1
  g = a ?? b ?? c
  h = a?.b.c(1, name: 2)[0](x)
  i = (a + b) * c
  total += 1
  a.b = 2
}"#
    ));
}

#[test]
fn lambdas_blocks_and_records() {
    insta::assert_snapshot!(page(
        r#"fn f() {
  a = items.map(x => x.name)
  b = items.map((x, y) => { name: x, y })
  c = items.map(x => {
    q: int = 1
    q + x
  })
  d = Won { amount: 5, ...rest }
  e = { "a key": 1, type: "x", amount, ...properties }
  f = [1, ...others, 3,]
  if stage == Won { stop }
  g = if a { 1 } else if b { 2 } else { 3 }
  h = match s { "a", "b" => 1, Won { amount, reason: why } => { n = 2; n }, -1 => x => x, other => 3, else => { } }
}"#
    ));
}

#[test]
fn statements() {
    insta::assert_snapshot!(page(
        r#"fn f() {
  var total: int = 0; var n = 1
  for item in items { continue }
  while n < 3 { break }
  wait 14d; wait until due
  try { risky() } catch error { log(error.message) }
  try {
    risky()
  }
  catch {
    stop
  }
  if a {
  }
  else {
    return
  }
  text = a
    .b()
    ?? c
    and d
  return x +
    y
}"#
    ));
}

#[test]
fn literals() {
    insta::assert_snapshot!(page(
        r#"fn f() {
  a = [1_000, 0.50, 1h30m, 500ms, 1w, 2026-11-22, 2026-11-22T09:30:00Z, 2026-11-22T09:30:00+01:00]
  b = "plain \"quoted\" \{brace\} \u{e9}\n"
  c = "{a.b(1, "inner {x}")}: {y}, {z ?? "none"}"
  d = """
    First line
      indented {name}

    last "quoted"
    """
  e = """one line"""
  f = ["", true, false, none, null]
}"#
    ));
}

#[test]
fn flows() {
    insta::assert_snapshot!(page(
        r#"on call_finished < a = b > c; x(d) >
vip: on vapi.pre_call(agent: "x") as call -> PreCallResult within 2s else allow() <
  // `>` in the middle of a line is a comparison
  x = a > b
  return block("busy")
> // the end
on function_call find_order(/** */) <
>
/// Looks an order up.
on function_call find_order(
  /// The order's number
  number: string,
  limit: int = 3,
) -> Order
  within 5s
  else Order { id: "x" }
<
  return order(number)
>
on webhook("/orders", method: "POST", body: Order) -> { ok: bool } <
  return { ok: true }
>
on manual(lead: Lead, stage: "new" | "won" = "new") < stop >"#
            .replace("/** */", "")
            .as_str()
    ));
}

#[test]
fn types() {
    insta::assert_snapshot!(page(
        r##"/// A deal.
/// Two lines.
type Deal {
  id: string
  /// What it brings
  amount: decimal? nullable = 0 wire "Amount" sample 1200
  type: "a" | "b", on: [string: [json]]
  owner: crm.Owner?
  inner: { a: int, b: { c: string } }
}
type Deals = [Deal]
type Maybe = Deal?
type Same = Deal
type Stage = "new" | "won"
type Only = "x"
type Outcome =
    /// Good
    Won { amount: decimal }
  | Lost
  | Open {
      since: date
    }
const SALES: string = "#sales"
const LIMIT = 3"##
    ));
}

#[test]
fn pieces() {
    insta::assert_snapshot!(page(
        r##"/// HubSpot CRM.
piece hubspot

base "https://api.hubapi.com"
docs "https://developers.hubspot.com"

connection oauth2 {
  authorize "https://app.hubspot.com/oauth/authorize"
  refresh rotating
}
connection key private_app {
  /// Private app access token
  token: secret
  model: string = "small"
  header "Authorization" "Bearer {token}"
  check get "/crm/v3/owners?limit=1"
}

limits 100 per 10s
errors {
  401, 403 => auth
  404 => not_found
}

/// Creates a deal.
default action create_deal(
  /// What the deal is called
  name: string,
  properties: [string: json] = {},
  into: type T = json,
) -> Deal
  scope "crm.objects.deals.write"
  scope "crm.objects.deals.read"
  effect write
{
  reply = http.post("/crm/v3/objects/deals", json: {
    properties: { dealname: name, ...properties },
  }) as DealObject
  return deal(reply)
}

action list() -> [Deal] effect read native

trigger deal_changed(stage: string?) -> Deal
  sample { id: "9", name: "Acme" }
trigger manual()
"##
    ));
}

#[test]
fn branches() {
    insta::assert_snapshot!(page(
        r#"fn f() {
  parallel {
    a = x()
    b: int = y(); z()
    {
      c = x()
      y(c)
    }
  }
  first { reply = slack.wait_reply(thread: t); wait 2h }
  first
  {
    { }
    { a: 1 }
    { a }
  }
  for item in items parallel 10 { f(item) }
  all = for item in items.sort() parallel { f(item) } catch []
  for item in parallel parallel limits.many { { name: item } }
  start follow_up(lead, stage: "new")
  order = run crm.sync(id: "1") catch none
  return run other()
}"#
    ));
}

#[test]
fn clauses() {
    insta::assert_snapshot!(page(
        r#"fn f() {
  a() retry 5 every 10s
  b = c(1) within 30s once "key-{id}" retry n backoff 1s..5m
  d(
    e,
  ) retry (n + 1) ?? x
  x = llm.extract(transcript, into: Lead)
    retry 5
    within limits.time
    once key(lead)[0] as json
  y = f() within 2s catch g() retry 2
  z = not f() retry 1 and g(h() once k, retry: 3).name
  if f() retry 3 { stop }
}"#
    ));
}

#[test]
fn settings_and_filters() {
    insta::assert_snapshot!(page(
        r#"on call_finished with concurrency 5 per customer, dedupe by id for 7d, timeout 1h < stop >
a: on webhook("/x", body: Order?) -> [string: int]
  within 2s else none
  with dedupe by body.id,
    concurrency limit
<
>
b: on manual(direction: "inbound", agent: string) with timeout 2 * PATIENCE < stop >
on function_call find(agent: "x", direction: "inbound", q: string, kind: "a" | "b",) < stop >
on vapi.function_call find(agent: "a" | "b", direction: string) < stop >"#
    ));
}

#[test]
fn uses() {
    insta::assert_snapshot!(page(
        r#"use "./crm.flow"
use "../shared/texts.flow" as texts
use hubspot as emea with connection "hubspot-emea"
use slack with connection "support"
use gmail"#
    ));
}

#[test]
fn tests() {
    insta::assert_snapshot!(page(
        r#"/// What a test says.
test "an interested caller becomes a deal" {
  given llm.extract(into: Lead) returns { company: "Acme" } after 2s
  given hubspot.create_deal with { name: "Acme" }
    returns { id: "1" }
    then fails rate_limited "slow down" after 1s + 1s
    then { id: "2" }
    then returns fails
    then fails
  given slack.send_message fails unavailable
  if extra { given a returns 1 } else { crash }
  run qualify_lead with { transcript: "…" }
  r = run other(1)
  run third
  advance 14d
  advance wait_time * 2
  crash; crash
  expect hubspot.create_deal called once with { name: "Acme: trunks", amount: 1200 }
  expect llm.extract(into: Lead) called 3 times
  expect slack.send_message called
    with { channel: "x" }
  expect slack.send_message not called
  expect follow_up started n times
  expect crm.follow_up not started with { a: 1 }
  expect succeeded
  expect failed
  expect failed with "no {reason}"
  expect waiting
  expect logged "part"
  expect result == 5 and not (a in b)
  expect called.first() == logged
  expect (failed)
  expect -x < 0
}"#
    ));
}

#[test]
fn words_of_some_places_are_names_in_others() {
    insta::assert_snapshot!(page(
        r#"fn f(first: int, test: int, use: int, retry: int) {
  start = first
  run = start + test
  first = items[0]
  x = items.first().run.once
  x.parallel(run)
  once = run
  retry()
  retry(5)
  given = 5
  expect(given)
  crash
  advance = crash
  within: int = 3
  parallel = first
  with = use
  use(with)
  for retry in first { run(retry) }
  if first { once() } else if parallel { }
  f(start, run)
  y = f()
  retry = y
  z = f()
  once(z)
}
test "names" {
  given = 3
  expect = given
  advance: int = 5
  crash = expect
  crash.expect(given)
  expect.x = 1
}
first: on call_finished < stop >
with: on manual(first: int, with: int) as test -> Test < run.test() >"#
    ));
}
