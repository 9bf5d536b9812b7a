//! The admin API: its token, its answers, and that its description says so.

use callflow_runtime::durable::Answer;
use callflow_runtime::serve::{OPENAPI, Options};
use callflow_runtime::service::Wait;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::client::{Answer as Got, Request};
use super::desk::{House, gave};

const FLOWS: &str = "
/// Says a price.
price: on manual(n: int) -> int < return n * 3 >
lead: on webhook(\"/lead\", body: Lead) < log(company) >
type Lead { company: string }
";
const TOKEN: &str = "a-token-of-twenty-letters";

async fn open() -> House {
    let options = Options { admin_token: Some(TOKEN.into()), ..Options::default() };
    House::with(FLOWS, options).await
}

fn request(line: &str) -> Request {
    Request::new(line).header("authorization", &format!("Bearer {TOKEN}"))
}

#[tokio::test]
async fn nothing_is_done_without_the_token() {
    let house = open().await;
    for path in ["/runs", "/runs/run_7", "/flows", "/stats", "/nothing"] {
        for bad in ["", "Bearer ", "Bearer a-token-of-twenty-letterz", "Basic dTpw", TOKEN] {
            let request = Request::new(&format!("GET /api/v1{path}")).header("authorization", bad);
            let got = request.send(house.address).await;
            assert_eq!(
                (got.status, got.header("www-authenticate")),
                (401, "Bearer"),
                "{path} {bad}"
            );
        }
    }
    let start = Request::new("POST /api/v1/flows/test.price/runs").json(json!({ "n": 1 }));
    assert_eq!(start.send(house.address).await.status, 401);
    assert!(house.events().is_empty());
    let closed = House::open(FLOWS).await;
    let got = Request::new("GET /api/v1/runs").header("authorization", "Bearer ");
    assert_eq!(got.send(closed.address).await.status, 403);
}

#[tokio::test]
async fn a_flow_is_started_by_hand() {
    let house = open().await;
    let start = |query: &str, event: Json| {
        request(&format!("POST /api/v1/flows/test.price/runs{query}")).json(event)
    };
    let got = start("", json!({ "n": 4 })).send(house.address).await;
    assert_eq!((got.status, got.json()), (202, json!({ "run": "run_7" })));
    assert_eq!((house.events()[0].clone(), house.last().wait), (json!({ "n": 4 }), Wait::Stored));
    house.say(gave(json!(12)));
    let got = start("?wait=30", json!({ "n": 4 })).send(house.address).await;
    assert_eq!((got.status, got.body.as_str()), (200, "12"));
    assert!(matches!(house.last().wait, Wait::End { until: Some(_) }));
    let got = start("", json!({ "n": "four" })).send(house.address).await;
    assert_eq!((got.status, &got.json()["path"]), (400, &json!("n")));
    let got = request("POST /api/v1/flows/test.other/runs").send(house.address).await;
    assert_eq!(got.status, 404);
}

#[tokio::test]
async fn runs_are_shown_and_changed() {
    let house = open().await;
    let mut told = String::new();
    for line in [
        "GET /api/v1/runs?limit=1",
        "GET /api/v1/runs?status=running",
        "GET /api/v1/runs?status=lost",
        "GET /api/v1/runs?limit=0",
        "GET /api/v1/runs?colour=red",
        "GET /api/v1/runs/run_7",
        "GET /api/v1/runs/run_9",
        "GET /api/v1/runs/run_7/journal",
        "POST /api/v1/runs/run_8/cancel",
        "POST /api/v1/runs/run_8/retry",
        "DELETE /api/v1/runs/run_8",
        "DELETE /api/v1/runs/run_7",
        "DELETE /api/v1/runs?ended_before=2026-03-02T09:00:00Z",
        "DELETE /api/v1/runs?ended_before=yesterday",
        "DELETE /api/v1/runs",
        "GET /api/v1/flows/test.price",
    ] {
        let got = request(line).send(house.address).await;
        told.push_str(&format!("{line}\n{}\n\n", got.told()));
    }
    assert_snapshot!(told);
    assert_eq!(*house.desk.purged.lock().unwrap(), ["run_7", "1772442000000"]);
}

/// The description's operations: method, path, responses.
fn operations(description: &Json) -> Vec<(String, String, Json)> {
    let mut all = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation["responses"].clone()));
        }
    }
    all
}

#[tokio::test]
async fn every_answer_is_as_it_is_described() {
    let house = open().await;
    let description = request("GET /api/v1/openapi.json").send(house.address).await.json();
    assert_eq!(description, serde_json::from_str::<Json>(OPENAPI).unwrap());
    let mut checked = 0;
    for (method, path, responses) in operations(&description) {
        for run in ["run_7", "run_8", "none"] {
            let flow = if run == "none" { "none" } else { "test.price" };
            let place = path.replace("{run}", run).replace("{flow}", flow);
            let query = match (method.as_str(), path.as_str()) {
                ("DELETE", "/runs") => "?ended_before=1",
                ("GET", "/runs") => "?limit=1",
                _ => "",
            };
            let line = format!("{method} /api/v1{place}{query}");
            house.say(Answer::Yes);
            let event = if path.ends_with("{flow}/runs") { json!({ "n": 1 }) } else { Json::Null };
            if event.is_object() {
                house.clear();
            }
            let got = request(&line).json(event).send(house.address).await;
            house.clear();
            check(&description, &responses, &line, &got);
            checked += 1;
        }
    }
    assert!(checked > 25, "{checked}");
}

fn check(description: &Json, responses: &Json, line: &str, got: &Got) {
    let status = got.status.to_string();
    let described = responses.get(&status).unwrap_or(&responses["default"]);
    assert!(responses.get(&status).is_some() || got.status >= 400, "{line}: {}", got.told());
    let Some(content) = described["content"].as_object() else {
        assert_eq!(got.body, "", "{line}");
        return;
    };
    let (media_type, content) = content.iter().next().unwrap();
    assert_eq!(got.header("content-type"), media_type, "{line}");
    let mut schema = content["schema"].clone();
    schema["components"] = description["components"].clone();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&got.json()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{line}: {errors:?}\n{}", got.body);
}

#[tokio::test]
async fn nothing_is_answered_that_is_not_described() {
    let house = open().await;
    let description: Json = serde_json::from_str(OPENAPI).unwrap();
    let known: Vec<(String, String)> =
        operations(&description).into_iter().map(|(method, path, _)| (method, path)).collect();
    for (_, path) in &known {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let place = path.replace("{run}", "run_7").replace("{flow}", "test.price");
            let got = request(&format!("{method} /api/v1{place}")).send(house.address).await;
            let is_known = known.contains(&(method.to_owned(), path.clone()));
            assert_eq!(got.status != 405, is_known, "{method} {path}: {}", got.told());
        }
    }
}
