//! What those ask who look after the server.

use callflow_runtime::service::Stats;
use insta::assert_snapshot;

use super::client::Request;
use super::desk::House;

#[tokio::test]
async fn a_server_says_how_it_is() {
    let house = House::open("on webhook(\"/a\") < log(\"a\") >").await;
    let get = |path: &str| Request::new(&format!("GET {path}")).send(house.address);
    assert_eq!(get("/healthz").await.status, 200);
    assert_eq!(get("/readyz").await.status, 200);
    *house.desk.health.lock().unwrap() = Err("`/var/callflow.db` is read-only".into());
    let got = get("/readyz").await;
    assert_eq!((got.status, got.body.as_str()), (503, "the store cannot be written\n"));
    assert_eq!(get("/healthz").await.status, 200);
}

#[tokio::test]
async fn numbers_are_told_as_prometheus_reads_them() {
    let house = House::open("on webhook(\"/a\") < log(\"a\") >").await;
    Request::new("POST /a").send(house.address).await;
    *house.desk.stats.lock().unwrap() =
        Stats { created: 5, known: 1, failed: 2, in_memory: 3, ..Stats::default() };
    let got = Request::new("GET /metrics").send(house.address).await;
    assert_eq!(got.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_snapshot!(got.body);
}
