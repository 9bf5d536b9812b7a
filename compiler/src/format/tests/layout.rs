//! How texts are laid out.

use super::check;

/// The layout of a text, for which all holds that holds for every text.
fn laid_out(text: &str) -> String {
    check(text).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn flows() {
    insta::assert_snapshot!(laid_out(
        r#"

on call_finished<a=llm(transcript);b(a);>
on call_finished < summary = llm.summarize(transcript); hubspot.create_deal(name: summary, description: summary) >
vip:   on vapi.pre_call( agent:"x" )as call->PreCallResult   within 2s else allow()   <
  return block("busy")


  // the end
> // done
on call_finished with concurrency 5 per customer, dedupe by id for 7d, timeout 1h <
>
on webhook("/orders", method: "POST", body: Order) -> Answer within 2s else none with dedupe by body.id, concurrency limit <
  return { ok: true }
>
on function_call find(number: string, agent: "reception", limit: int = 3, kind: "a" | "b" = "a", more: bool) -> Order < stop >
"#
    ));
}

#[test]
fn types() {
    insta::assert_snapshot!(laid_out(
        r#"
type A { a : int , b:string? }
type B {
  a: int, and: string, b: { c: int },
  /// what it is
  d: ( "x" | "y" ) ? nullable = none wire "D" sample "x"


  e: [string:[json]] }
type Stage = | "new" | "won"
type Long = "aaaaaaaaaaaaaaaaaaaa" | "bbbbbbbbbbbbbbbbbbbbbbbbbb" | "cccccccccccccccccccccccc" | "ddddddddddd"
type Outcome = Won { amount: decimal } /// why
  | Lost {
  reason: string } | Open
const X:string="x"
"#
    ));
}

#[test]
fn statements() {
    insta::assert_snapshot!(laid_out(
        r#"fn f(){
  var total:int=0;var n=1
  for item in items{continue}
  while n<3 {
  break }
  try { risky() }
  catch error { log(error.message) }
  if a { b }
  else if c { d } else {
    e }
  total+=1
  parallel { a = x(); b = y() }
  first {
    reply = slack.wait_reply(thread: t) ; wait 2h
    { c = x(); y(c) }
  }
  all = for item in items.sort() parallel 10 { f(item) } catch []
  if customer != none and customer.name in BLOCKED_NAMES and customer.phone in BLOCKED_NUMBERS and it_is_late() {
    stop
  }
  start follow_up(lead,stage:"new"); order = run crm.sync(id: "1")
}"#
    ));
}

#[test]
fn expressions() {
    insta::assert_snapshot!(laid_out(
        r#"fn f() {
  a = 1+2*-3..4 ?? not  b
  rows = people.lines().filter(line => not line.is_empty()).map(read).unique_by(row => row.email.lower()).first()
  page = http.get("https://telephony.example.com/api/calls", query: { from: due.add(-7d).date(), to: due.date() }) as CallPage
  ticket = hubspot.create_ticket(subject: topic, content: text, priority: if urgent { "HIGH" } else { "LOW" }, contact: id)
  kept = { a: 1, "b c": 2, d, ...rest }
  open = {
    a: 1 }
  names = items.map((x,y,) => { n = x; n + y })
  long = first_long_operand_of_the_sum + second_long_operand_of_the_sum - third_long_operand * fourth_one
  lead = llm.extract(transcript, into: Lead) retry 5 every 10s within 30s once "extract-{call.id}-{customer.id}"
  person = hubspot.find_contact(phone: customer, archived: false, limit: 1) catch error => fallback(error, customer)
  owner = contact.owner ?? company.owner ?? fail("nobody looks after {contact.name} of {company.name}, really")
  text = """
      one
        two {name}

      three"""
  log("""
  a
    """)
  m = match stage { "new", "open" => 1, Won { amount, reason: why } => { n = amount; n }, -1 => 2, else => { } }
}"#
    ));
}

#[test]
fn tests() {
    insta::assert_snapshot!(laid_out(
        r#"test   "an interested caller" {
  given llm.extract( into:Lead ) returns { company: "Acme" } after 2s
  given hubspot.create_deal with { name: "Acme: forty SIP trunks" } returns { id: "1" } then fails rate_limited "slow down" then { id: "2" }
  given hubspot.create_deal returns {
    id: "1" }
  run qualify_lead with { transcript: "…" }
  advance 14d; crash
  expect hubspot.create_deal called once with { name: "Acme: trunks", amount: 1200 }
  expect llm.extract(into: Lead) called 3 times
  expect slack.send_message not called
  expect failed with "no {reason}"
  expect result==5 and not (a in b)
}
use "./crm.flow"   as   c
use hubspot as emea with connection "hubspot-emea""#
    ));
}

#[test]
fn pieces() {
    insta::assert_snapshot!(laid_out(
        r#"piece  hubspot
base "https://api.hubapi.com"
connection oauth2 { refresh rotating }
connection key private_app {
  token: secret, header "Authorization" "Bearer {token}"
}
limits 100 per 10s
errors { 401, 403 => auth, 404 => not_found }
default action create_deal(name: string, into: type T = json)->Deal scope "a" effect write { return 1 }
action list()->[Deal] native
trigger changed(stage: string?) -> Deal sample { id: "9" }"#
    ));
}

#[test]
fn comments() {
    insta::assert_snapshot!(laid_out(
        r#"// first

// second
fn f( // after the parenthesis
  a: int // of a
  , b: int /* none */
) -> int { // after the brace
  // before

  x = [1, // one
    2 // two
    // last
  ]
  y = a + // after plus
    b
  z = a // before and
    and b
  f(a, // why
    { b: 1 })
  return x // end
  // before the brace
}
// last"#
            .replace(" /* none */", "")
            .as_str()
    ));
}

#[test]
fn broken_parts_stay_as_they_stand() {
    insta::assert_snapshot!(laid_out(
        r#"on   call_finished   <
  a   =   1
  let   b  =   2
  c   =   (3   +   )
  if   a   >   1   { d(  2  ) ;  e(  1  )  x }
  f(  1,2  )   g
  h  (  2  )
>

type   X   {   a :   int   }

on   call_finished   <
  a   =   1
  if   a   >   1   { d( ;  e(  1  ) }
>

fn   f(  {
    x   =   1
}

type   Y   {   a :   int   }
"#
    ));
}

/// What goes on with a line stands behind it, below it, or behind it and broken inside.
#[test]
fn parts_that_go_on_with_a_line() {
    insta::assert_snapshot!(laid_out(
        r#"
test "short" {
  run failed with { flow: "qualify_lead" }
  run failed with { flow: "qualify_lead", run_id: "r1", message: "a text that takes the rest of it" }
  run failed with { flow: "qualify_lead", run_id: "r1", error: { kind: "auth", message: "the token has expired" } }
  given http.get returns [{ name: "a long name", need: "a long need" }, { name: "another one", need: "and one more" }]
  given http.get // of whom
    returns { name: "a name" }
}
; // after a semicolon that goes
"#
    ));
}
