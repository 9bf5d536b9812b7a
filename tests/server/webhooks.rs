//! Webhooks: addresses, bodies, answers.

use callflow_runtime::durable::{Answer, Outcome};
use callflow_runtime::service::Wait;
use callflow_runtime::{Error, ErrorKind};
use insta::assert_snapshot;
use serde_json::json;

use super::client::Request;
use super::desk::{House, gave};

const LEAD: &str = r#"
on webhook("/lead", body: Lead) < log(company) >
type Lead { company: string, size: int = 1, note: string? }
"#;

#[tokio::test]
async fn a_request_is_an_event() {
    let house = House::open(LEAD).await;
    let request = Request::new("POST /lead?from=ad&from=x")
        .header("x-source", "campaign")
        .header("authorization", "Bearer secret")
        .json(json!({ "company": "Acme", "size": 40 }));
    let answer = request.send(house.address).await;
    assert_eq!(answer.told(), "202 application/json\n{\"run\":\"run_7\"}");
    assert_eq!(answer.header("callflow-run"), "run_7");
    let event = &house.events()[0];
    assert_eq!(event["body"], json!({ "company": "Acme", "size": 40 }));
    assert_eq!(event["query"], json!({ "from": "ad" }));
    assert_eq!(event["headers"]["x-source"], "campaign");
    assert_eq!(event["headers"].get("authorization"), None);
    assert_eq!(house.last().wait, Wait::Stored);
    assert_eq!(house.last().source.name, "POST /lead");
}

#[tokio::test]
async fn parts_of_the_path_are_fields() {
    let house = House::open(
        "a: on webhook(\"/lead/{id}/{what}\", method: \"PUT\") < log(\"{id} {what}\") >
         b: on webhook(\"/lead/{id}/notes\", method: \"PUT\") < log(id) >",
    )
    .await;
    for path in ["/lead/a%20b/x", "/lead/7/notes", "/lead/7/notes/"] {
        assert_eq!(Request::new(&format!("PUT {path}")).send(house.address).await.status, 202);
    }
    let events = house.events();
    assert_eq!((&events[0]["id"], &events[0]["what"]), (&json!("a b"), &json!("x")));
    assert_eq!((&events[1]["id"], events[1].get("what")), (&json!("7"), None));
    assert_eq!(house.last().flow.0, 1);
}

#[tokio::test]
async fn what_does_not_fit_is_told() {
    let house = House::open(LEAD).await;
    let mut told = String::new();
    for request in [
        Request::new("POST /lead").json(json!({ "company": 7 })),
        Request::new("POST /lead").body("application/json", "{\"company\": "),
        Request::new("POST /lead").body("application/json", "[".repeat(200)),
        Request::new("POST /lead"),
        Request::new("POST /lead").form("company=Acme&size=many"),
        Request::new("POST /lead").body("text/csv", "Acme"),
        Request::new("POST /leads"),
        Request::new("GET /lead"),
        Request::new("POST /lead").header("idempotency-key", &"k".repeat(300)).json(json!({})),
        Request::new("POST /lead?").body("multipart/form-data", "--x--"),
    ] {
        let answer = request.send(house.address).await;
        told.push_str(&answer.told());
        if !answer.header("allow").is_empty() {
            told.push_str(&format!("\nAllow: {}", answer.header("allow")));
        }
        told.push_str("\n\n");
    }
    assert_snapshot!(told);
    assert!(house.events().is_empty());
}

#[tokio::test]
async fn a_form_is_read_by_the_type() {
    let house = House::open(LEAD).await;
    Request::new("POST /lead").form("company=Acme+Ltd&size=40&note=").send(house.address).await;
    assert_eq!(house.events()[0]["body"], json!({ "company": "Acme Ltd", "size": 40 }));
}

#[tokio::test]
async fn raw_bodies_come_as_they_are() {
    let house = House::open(
        "a: on webhook(\"/bytes\", body: bytes) < log(\"x\") >
         b: on webhook(\"/text\", body: string) < log(body) >
         c: on webhook(\"/any\") < log(\"x\") >",
    )
    .await;
    let send = |path: &str, media_type: &str, body: &'static [u8]| {
        Request::new(&format!("POST {path}")).body(media_type, body).send(house.address)
    };
    assert_eq!(send("/bytes", "application/json", b"{\xff").await.status, 202);
    assert_eq!(send("/text", "application/json", b"{ }").await.status, 202);
    assert_eq!(send("/text", "text/plain", b"\xff").await.status, 400);
    assert_eq!(send("/any", "text/plain", b"hi").await.status, 202);
    assert_eq!(send("/any", "application/x-www-form-urlencoded", b"a=1&b=2").await.status, 202);
    assert_eq!(send("/any", "", b"").await.status, 202);
    let bodies: Vec<_> = house.events().into_iter().map(|mut event| event["body"].take()).collect();
    assert_eq!(json!(bodies), json!(["e/8=", "{ }", "hi", { "a": "1", "b": "2" }, null]));
}

const UPLOAD: &str = "
on webhook(\"/upload\", body: Upload) < log(name) >
type Upload { name: string, contract: file, extra: [file] = [], raw: bytes? }
";

#[tokio::test]
async fn files_are_kept_by_their_content() {
    let house = House::open(UPLOAD).await;
    let part = |name: &str, content: &str| {
        format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{content}\r\n")
    };
    let body = part("name", "\r\n\r\nAda")
        + &part("contract", "; filename=\"../c.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF")
        + &part("raw", "; filename=\"r\"\r\n\r\nabc")
        + "--XX--\r\n";
    let request = Request::new("POST /upload").body("multipart/form-data; boundary=XX", body);
    assert_eq!(request.send(house.address).await.status, 202);
    let file = house.files().pop().unwrap();
    let id = file.id.clone();
    assert_eq!(&file.content[..], b"%PDF");
    assert_eq!(
        house.events()[0]["body"],
        json!({
            "name": "Ada",
            "contract":
                { "id": id.as_str(), "name": "c.pdf", "media_type": "application/pdf", "size": 4 },
            "extra": [],
            "raw": "YWJj",
        })
    );
    // Whoever knows an id does not get the file by it.
    let stolen = json!({ "id": id.as_str(), "name": "c", "media_type": "x/y", "size": 4 });
    let request = Request::new("POST /upload").json(json!({ "name": "Eve", "contract": stolen }));
    assert_eq!(request.send(house.address).await.status, 415);
}

const QUOTE: &str = "
on webhook(\"/quote\", body: Ask) -> Quote within 5s else { price: 0 } < return { price: 3 } >
type Ask { n: int }
type Quote { price: int }
";

#[tokio::test]
async fn a_flow_that_returns_something_is_waited_for() {
    let house = House::open(QUOTE).await;
    let ask = || Request::new("POST /quote").json(json!({ "n": 1 }));
    let id = || "run_7".into();
    let refused = "the disk of `/var/callflow.db` is full".to_owned();
    let mut failed = Error::new(ErrorKind::RateLimited, "hubspot said: key 4711 is over its limit");
    failed.details = "{\"key\":4711}".into();
    let failed = Outcome::Failed { error: failed, place: "sales.flow:12:3".into() };
    let mut told = String::new();
    for answer in [
        gave(json!({ "price": 3 })),
        Answer::Late { id: id(), fallback: Some("{\"price\":0}".into()) },
        Answer::Late { id: id(), fallback: None },
        Answer::Ended { id: id(), outcome: failed },
        Answer::Ended { id: id(), outcome: Outcome::Cancelled },
        Answer::Unfit(Error::invalid("the key of `dedupe` is none")),
        Answer::Refused(refused),
    ] {
        let answer = (house.say(answer), ask().send(house.address).await).1;
        told.push_str(&format!("{} run={}", answer.told(), answer.header("callflow-run")));
        told.push_str(&format!(" retry-after={}\n\n", answer.header("retry-after")));
    }
    assert_snapshot!(told);
    let Wait::End { until: Some(until) } = house.last().wait else { panic!("nobody waits") };
    let now = jiff::Timestamp::now().as_millisecond();
    assert!((now..=now + 5_000).contains(&until));
}

#[tokio::test]
async fn the_sender_says_which_delivery_it_is() {
    let house = House::open(LEAD).await;
    for (header, expected) in [("Idempotency-Key", "k1"), ("webhook-id", "msg_2")] {
        let request = Request::new("POST /lead").header(header, expected);
        request.json(json!({ "company": "Acme" })).send(house.address).await;
        assert_eq!(house.last().delivery.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn another_program_is_taken_up_at_once() {
    let house = House::open(LEAD).await;
    house.reload("on webhook(\"/new\") < log(\"new\") >");
    assert_eq!(Request::new("POST /lead").send(house.address).await.status, 404);
    assert_eq!(Request::new("POST /new").send(house.address).await.status, 202);
    assert_eq!(house.last().version.0, 2);
}
