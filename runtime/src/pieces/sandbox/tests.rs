use std::time::Duration;

use callflow_artifact::Constant;
use callflow_artifact::types::Field;

use super::*;
use crate::pieces::Expectation;
use crate::value::testing::{field, record};

/// A sandbox in front of a small CRM, with what its actions expect.
struct Crm {
    types: Types,
    store: Store,
    deal: TypeId,
    page: TypeId,
    envelope: TypeId,
}

impl Crm {
    fn new() -> Crm {
        let mut types = Types::new();
        let text = types.optional(TypeId::STRING);
        let properties = types.map(text);
        let decimal = types.optional(TypeId::DECIMAL);
        let sampled = |name: &str, ty, sample: &str| Field {
            sample: Some(Constant::Text(sample.into())),
            ..field(name, ty)
        };
        let known = Constant::Map(vec![("dealname".into(), Constant::Text("Sample".into()))]);
        let deal = vec![
            sampled("id", TypeId::STRING, "901"),
            Field { sample: Some(known), ..field("properties", properties) },
            field("amount", decimal),
            sampled("url", TypeId::STRING, "https://crm.example.com/deals/901"),
        ];
        let deal = record(&mut types, "Deal", deal).1;
        let deals = types.list(deal);
        let next = record(&mut types, "Next", vec![field("after", TypeId::STRING)]).1;
        let next = types.optional(next);
        let page = vec![field("results", deals), field("paging", next)];
        let page = record(&mut types, "Page", page).1;
        let message = record(&mut types, "Message", vec![field("text", text)]).1;
        let message = types.optional(message);
        let envelope = vec![
            field("ok", TypeId::BOOL),
            field("channel", TypeId::STRING),
            sampled("ts", TypeId::STRING, "1772442996.000100"),
            field("message", message),
        ];
        let envelope = record(&mut types, "Envelope", envelope).1;
        Crm { types, store: Store::default(), deal, page, envelope }
    }

    fn send(&mut self, ty: TypeId, method: &str, url: &str, body: Json) -> String {
        let mut request = request(method, url, ty);
        if !body.is_null() {
            request.headers.push(("content-type".into(), "application/json".into()));
            request.body = body.to_string().into_bytes();
        }
        show(respond(&self.types, &mut self.store, &request))
    }
}

fn request(method: &str, url: &str, ty: TypeId) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url: if url.starts_with('/') {
            format!("https://api.example.com{url}")
        } else {
            url.into()
        },
        headers: Vec::new(),
        body: Vec::new(),
        timeout: Duration::from_secs(1),
        credentials: true,
        expects: Expectation {
            base: Some("https://api.example.com".into()),
            piece: "crm".into(),
            action: "test".into(),
            ty,
        },
    }
}

fn show(response: HttpResponse) -> String {
    format!("{} {}", response.status, String::from_utf8_lossy(&response.body))
}

#[test]
fn what_was_created_is_found_changed_and_deleted() {
    let mut crm = Crm::new();
    let (deal, page) = (crm.deal, crm.page);
    let mut story = Vec::new();
    let mut tell = |crm: &mut Crm, ty, method: &str, path: &str, body: Json| {
        let answer = crm.send(ty, method, path, body);
        story.push(format!("{method} {path}\n  {answer}"));
    };
    let acme = json!({ "properties": { "dealname": "Acme", "hidden": true }, "amount": "1200" });
    tell(&mut crm, deal, "POST", "/deals", acme);
    tell(&mut crm, deal, "POST", "/deals", json!({ "properties": { "dealname": "Bolt" } }));
    tell(&mut crm, deal, "GET", "/deals/902", Json::Null);
    tell(&mut crm, deal, "PATCH", "/deals/901", json!({ "amount": 5 }));
    tell(&mut crm, page, "GET", "/deals?limit=10", Json::Null);
    let search = json!({ "filterGroups": [{ "filters": [
        { "propertyName": "dealname", "operator": "EQ", "value": "bolt" }
    ] }] });
    tell(&mut crm, page, "POST", "/deals/search", search);
    tell(&mut crm, TypeId::JSON, "DELETE", "/deals/902", Json::Null);
    tell(&mut crm, deal, "GET", "/deals/902", Json::Null);
    tell(&mut crm, page, "GET", "/deals", Json::Null);
    insta::assert_snapshot!(story.join("\n"), @r#"
    POST /deals
      201 {"id":"901","properties":{"dealname":"Acme","hidden":"true"},"amount":"1200","url":"https://crm.example.com/deals/901"}
    POST /deals
      201 {"id":"902","properties":{"dealname":"Bolt"},"amount":1200.50,"url":"https://crm.example.com/deals/902"}
    GET /deals/902
      200 {"id":"902","properties":{"dealname":"Bolt"},"amount":1200.50,"url":"https://crm.example.com/deals/902"}
    PATCH /deals/901
      200 {"id":"901","properties":{"dealname":"Acme","hidden":"true"},"amount":5,"url":"https://crm.example.com/deals/901"}
    GET /deals?limit=10
      200 {"results":[{"id":"901","properties":{"dealname":"Acme","hidden":"true"},"amount":5,"url":"https://crm.example.com/deals/901"},{"id":"902","properties":{"dealname":"Bolt"},"amount":1200.50,"url":"https://crm.example.com/deals/902"}]}
    POST /deals/search
      200 {"results":[{"id":"902","properties":{"dealname":"Bolt"},"amount":1200.50,"url":"https://crm.example.com/deals/902"}]}
    DELETE /deals/902
      204 
    GET /deals/902
      404 {"message":"api.example.com/deals/902 was deleted"}
    GET /deals
      200 {"results":[{"id":"901","properties":{"dealname":"Acme","hidden":"true"},"amount":5,"url":"https://crm.example.com/deals/901"}]}
    "#);
}

#[test]
fn what_others_created_is_a_sample() {
    let mut crm = Crm::new();
    let (deal, page) = (crm.deal, crm.page);
    insta::assert_snapshot!(crm.send(deal, "GET", "/deals/77", Json::Null), @r#"200 {"id":"77","properties":{"dealname":"Sample"},"amount":1200.50,"url":"https://crm.example.com/deals/77"}"#);
    insta::assert_snapshot!(crm.send(page, "GET", "/deals", Json::Null), @r#"200 {"results":[{"id":"901","properties":{"dealname":"Sample"},"url":"https://crm.example.com/deals/901"}]}"#);
    let search = json!({ "filters": [{ "value": "nobody@example.com" }] });
    insta::assert_snapshot!(crm.send(page, "POST", "/deals/search", search), @r#"200 {"results":[]}"#);
    let search = json!({ "filters": [{ "propertyName": "dealstage", "value": "won" }] });
    insta::assert_snapshot!(crm.send(page, "POST", "/deals/search", search), @r#"200 {"results":[{"id":"901","properties":{"dealname":"Sample"},"url":"https://crm.example.com/deals/901"}]}"#);
    insta::assert_snapshot!(crm.send(deal, "PATCH", "/deals/77", json!({ "amount": 1 })), @r#"200 {"id":"77","properties":{"dealname":"Sample"},"amount":1,"url":"https://crm.example.com/deals/77"}"#);
    insta::assert_snapshot!(crm.send(deal, "GET", "/deals/77", Json::Null), @r#"200 {"id":"77","properties":{"dealname":"Sample"},"amount":1,"url":"https://crm.example.com/deals/77"}"#);
}

#[test]
fn a_batch_creates_each() {
    let mut crm = Crm::new();
    let page = crm.page;
    let inputs = json!({ "inputs": [
        { "properties": { "dealname": "A" } },
        { "properties": { "dealname": "B" } },
    ] });
    insta::assert_snapshot!(crm.send(page, "POST", "/deals/batch/create", inputs), @r#"200 {"results":[{"id":"901","properties":{"dealname":"A"},"amount":1200.50,"url":"https://crm.example.com/deals/901"},{"id":"902","properties":{"dealname":"B"},"amount":1200.50,"url":"https://crm.example.com/deals/902"}]}"#);
    assert!(crm.send(page, "GET", "/deals", Json::Null).contains("\"B\""));
}

#[test]
fn an_upsert_changes_what_it_finds() {
    let mut crm = Crm::new();
    let page = crm.page;
    let mut upsert = |name: &str, hidden: &str| {
        let properties = json!({ "dealname": name, "hidden": hidden });
        let input = json!({ "id": name, "idProperty": "dealname", "properties": properties });
        crm.send(page, "POST", "/deals/batch/upsert", json!({ "inputs": [input] }))
    };
    let answers = [upsert("A", "1"), upsert("B", "2"), upsert("A", "3")];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    200 {"results":[{"id":"901","properties":{"dealname":"A","hidden":"1"},"amount":1200.50,"url":"https://crm.example.com/deals/901"}]}
    200 {"results":[{"id":"902","properties":{"dealname":"B","hidden":"2"},"amount":1200.50,"url":"https://crm.example.com/deals/902"}]}
    200 {"results":[{"id":"901","properties":{"dealname":"A","hidden":"3"},"amount":1200.50,"url":"https://crm.example.com/deals/901"}]}
    "#);
    assert_eq!(crm.send(page, "GET", "/deals", Json::Null).matches("\"id\"").count(), 2);
}

#[test]
fn an_envelope_repeats_what_was_sent() {
    let mut crm = Crm::new();
    let envelope = crm.envelope;
    let message = json!({ "channel": "#sales", "text": "Hi" });
    insta::assert_snapshot!(crm.send(envelope, "POST", "/chat.postMessage", message.clone()), @r##"201 {"ok":true,"channel":"#sales","ts":"1772442996.000100","message":{"text":"Hi"}}"##);
    insta::assert_snapshot!(crm.send(envelope, "POST", "/chat.postMessage", message), @r##"201 {"ok":true,"channel":"#sales","ts":"1772442996.000101","message":{"text":"Hi"}}"##);
}

#[test]
fn any_json_is_what_was_sent() {
    let mut crm = Crm::new();
    insta::assert_snapshot!(crm.send(TypeId::JSON, "POST", "/things", json!({ "a": 1 })), @r#"200 {"a":1,"id":"1"}"#);
    insta::assert_snapshot!(crm.send(TypeId::JSON, "GET", "/things/1", Json::Null), @r#"200 {"a":1,"id":"1"}"#);
    insta::assert_snapshot!(crm.send(TypeId::JSON, "GET", "/nothing", Json::Null), @"200 {}");
    insta::assert_snapshot!(crm.send(TypeId::STRING, "GET", "/text", Json::Null), @"200 text");
}

#[test]
fn forms_are_read() {
    let mut crm = Crm::new();
    let mut post = request("POST", "/things", TypeId::JSON);
    post.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
    post.body =
        b"name=a+b&tags[]=x&tags[]=y&items[0][n]=1&items[0][p]=2&items[1][n]=3&a[b][c]=d".to_vec();
    insta::assert_snapshot!(show(respond(&crm.types, &mut crm.store, &post)), @r#"200 {"name":"a b","tags":["x","y"],"items":[{"n":"1","p":"2"},{"n":"3"}],"a":{"b":{"c":"d"}},"id":"1"}"#);
}

#[test]
fn requests_that_no_service_takes() {
    let mut crm = Crm::new();
    let deal = crm.deal;
    let mut report = vec![
        crm.send(deal, "GET", "http://api.example.com/deals", Json::Null),
        crm.send(deal, "GET", "https:///deals", Json::Null),
        crm.send(deal, "GET", "deals", Json::Null),
        crm.send(deal, "GET", "/deals/%7Bid%7D", Json::Null),
        crm.send(deal, "GET", "/deals", json!({ "a": 1 })),
        crm.send(deal, "BREW", "/deals", Json::Null),
    ];
    let mut broken = request("POST", "/deals", deal);
    broken.body = b"{\"a\":".to_vec();
    report.push(show(respond(&crm.types, &mut crm.store, &broken)));
    broken.headers.push(("content-type".into(), "application/json; charset=utf-8".into()));
    report.push(show(respond(&crm.types, &mut crm.store, &broken)));
    insta::assert_snapshot!(report.join("\n"), @r#"
    400 {"message":"the sandbox refuses the request: `http://` would send credentials in the open; use https://"}
    400 {"message":"the sandbox refuses the request: `https:///deals` names no host"}
    400 {"message":"the sandbox refuses the request: `deals` is not absolute"}
    400 {"message":"the sandbox refuses the request: the path holds `{id}`, which nothing replaced"}
    400 {"message":"the sandbox refuses the request: a GET has no body"}
    400 {"message":"the sandbox refuses the request: `BREW` is no method of a web API"}
    400 {"message":"the sandbox refuses the request: its body has no content-type"}
    400 {"message":"the sandbox refuses the request: its JSON: EOF while parsing a value at line 1 column 5"}
    "#);
}

#[test]
fn models_answer_prompts_and_schemas() {
    let mut crm = Crm::new();
    let schema = json!({
        "type": "object",
        "properties": { "value": { "type": "object", "properties": {
            "company": { "type": "string" },
            "interested": { "type": "boolean" },
        } } },
    });
    let messages = json!([
        { "role": "system", "content": "Summarize." },
        { "role": "user", "content": "Agent: Hi, this is Northwind, how can I help?\nCustomer: We are Acme and need forty SIP trunks by May." },
    ]);
    let mut ask = |path: &str, mut body: Json| {
        body["model"] = json!("m");
        body["messages"] = messages.clone();
        let answer = crm.send(TypeId::JSON, "POST", path, body);
        let answer: Json = serde_json::from_str(answer.trim_start_matches("200 ")).unwrap();
        answer.get("choices").or(answer.get("content")).unwrap().to_string()
    };
    let chat = "/v1/chat/completions";
    let format = json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": schema } });
    let parameters =
        json!([{ "type": "function", "function": { "name": "save", "parameters": schema } }]);
    let chosen = json!({ "type": "function", "function": { "name": "save" } });
    let answers = [
        ask(chat, json!({})),
        ask(chat, json!({ "response_format": format })),
        ask(chat, json!({ "tools": parameters, "tool_choice": chosen })),
        ask("/v1/messages", json!({ "max_tokens": 10 })),
        ask("/v1/messages", json!({ "output_config": { "format": { "schema": schema } } })),
        ask(
            "/v1/messages",
            json!({
                "tools": [{ "name": "save", "input_schema": schema }],
                "tool_choice": { "type": "tool", "name": "save" },
            }),
        ),
    ];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    [{"index":0,"message":{"role":"assistant","content":"Sandbox answer to “Agent: Hi, this is Northwind, how can I help? Customer: We …”"},"finish_reason":"stop"}]
    [{"index":0,"message":{"role":"assistant","content":"{\"value\":{\"company\":\"Acme\",\"interested\":true}}"},"finish_reason":"stop"}]
    [{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_sandbox","type":"function","function":{"name":"save","arguments":"{\"value\":{\"company\":\"Acme\",\"interested\":true}}"}}]},"finish_reason":"tool_calls"}]
    [{"type":"text","text":"Sandbox answer to “Agent: Hi, this is Northwind, how can I help? Customer: We …”"}]
    [{"type":"text","text":"{\"value\":{\"company\":\"Acme\",\"interested\":true}}"}]
    [{"type":"tool_use","id":"toolu_sandbox","name":"save","input":{"value":{"company":"Acme","interested":true}}}]
    "#);
}
