//! What voice platforms tell of calls.

use std::fs;

use callflow_runtime::service::Wait;
use serde_json::{Value as Json, json};

use super::client::Request;
use super::desk::{House, gave};

const FLOWS: &str = r#"
all: on call_finished < log(transcript) >
inbound: on call_finished(direction: "inbound") < log(transcript) >
night: on call_finished(agent: "nobody") < log(transcript) >
retell: on retell.call_finished < log(transcript) >
price: on function_call price(n: int) -> int < return n * 3 >
greet: on pre_call within 2s else allow() < return allow() >
"#;

fn fixture(name: &str) -> Json {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src/trigger/fixtures");
    let text = fs::read_to_string(format!("{folder}/{name}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_call_starts_each_flow_that_takes_it() {
    let house = House::open(FLOWS).await;
    let call = fixture("vapi.end-of-call-report.json");
    let post = || Request::new("POST /hooks/vapi/call_finished").json(call.clone());
    let got = post().send(house.address).await;
    assert_eq!((got.status, got.json()), (200, json!({ "runs": ["run_7", "run_7"] })));
    let flows: Vec<_> = house.events().iter().map(|event| event["key"].clone()).collect();
    assert_eq!(flows.len(), 2);
    assert_eq!(house.last().delivery.unwrap(), flows[1].as_str().unwrap());
    assert_eq!((house.last().flow.0, house.last().wait), (1, Wait::Stored));
}

#[tokio::test]
async fn what_no_flow_takes_is_well_received() {
    let house = House::open("on retell.call_finished < log(transcript) >").await;
    let got = Request::new("POST /hooks/vapi/call_finished")
        .json(fixture("vapi.end-of-call-report.json"))
        .send(house.address)
        .await;
    assert_eq!((got.status, got.json()), (200, json!({ "runs": [] })));
    let other = json!({ "message": { "type": "status-update", "call": { "id": "c" } } });
    let got = Request::new("POST /hooks/vapi/call_finished").json(other).send(house.address).await;
    assert_eq!((got.status, got.json()), (200, json!({ "runs": [] })));
    let nothing = Request::new("POST /hooks/vapi/call_finished").json(json!({}));
    assert_eq!(nothing.send(house.address).await.status, 400);
    assert_eq!(
        Request::new("POST /hooks/nobody/call_finished")
            .json(json!({}))
            .send(house.address)
            .await
            .status,
        404
    );
    assert!(house.events().is_empty());
}

#[tokio::test]
async fn an_agent_of_ones_own_asks() {
    let house = House::open(FLOWS).await;
    let call = json!({
        "id": "1", "key": "http:1", "platform": "http", "direction": "inbound", "status": "completed",
        "duration": 0, "end_reason": "unknown", "end_reason_raw": "", "transcript": "",
    });
    house.say(gave(json!(12)));
    let ask = json!({ "arguments": { "n": 4 }, "call": call });
    let got =
        Request::new("POST /hooks/http/function_call/price").json(ask).send(house.address).await;
    assert_eq!((got.status, got.body.as_str()), (200, "12"), "{}", got.body);
    assert!(matches!(house.last().wait, Wait::End { .. }));
    let wrong = json!({ "arguments": { "n": "four" }, "call": call });
    let got =
        Request::new("POST /hooks/http/function_call/price").json(wrong).send(house.address).await;
    assert_eq!((got.status, &got.json()["path"]), (400, &json!("n")));
    let unknown =
        Request::new("POST /hooks/http/function_call/other").json(json!({ "call": call }));
    assert_eq!(unknown.send(house.address).await.status, 404);

    house.say(gave(json!({ "type": "Allow" })));
    let coming = json!({ "key": "http:1", "platform": "http", "direction": "inbound",
        "at": "2026-03-02T09:15:01Z", "deadline": "2026-03-02T09:15:08Z" });
    let got = Request::new("POST /hooks/http/pre_call").json(coming).send(house.address).await;
    assert_eq!(got.status, 200, "{}", got.body);
}
