//! Limits: of sizes, of time, of how much at once. Each is gone past.

use std::time::Duration;

use callflow_runtime::serve::Options;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{Request, answer};
use super::desk::House;

const ANY: &str = "
a: on webhook(\"/any\") < log(\"x\") >
b: on webhook(\"/asked\") -> int < return 1 >
";

#[tokio::test]
async fn bodies_have_a_limit() {
    let house = House::with(ANY, Options { body_limit: 100, ..Options::default() }).await;
    let post = |size: usize| {
        Request::new("POST /any").body("text/plain", "x".repeat(size)).send(house.address)
    };
    assert_eq!(post(100).await.status, 202);
    let refused = post(101).await;
    assert_eq!((refused.status, &refused.json()["limit"]), (413, &json!(100)));

    // One that does not say how long it is.
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let head =
        "POST /any HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("65\r\n{}\r\n0\r\n\r\n", "x".repeat(0x65));
    stream.write_all(chunk.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 413);
}

#[tokio::test]
async fn heads_have_a_limit() {
    let house = House::open(ANY).await;
    let mut many = Request::new("POST /any");
    for n in 0..200 {
        many = many.header(&format!("x-{n}"), "1");
    }
    assert_eq!(many.send(house.address).await.status, 431);
    let long = Request::new("POST /any").header("x", &"x".repeat(64 << 10));
    assert_eq!(long.send(house.address).await.status, 431);
}

#[tokio::test]
async fn who_dawdles_is_cut_off() {
    let quick = Duration::from_millis(50);
    let options = Options { head_time: quick, body_time: quick, ..Options::default() };
    let house = House::with(ANY, options).await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(b"POST /any HTTP/1.1\r\nhost:").await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    assert!(!String::from_utf8_lossy(&said).contains(" 2"));

    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let head = "POST /any HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 408);
    assert!(house.events().is_empty());
}

#[tokio::test]
async fn too_many_runs_keep_out_what_nobody_waits_for() {
    let house = House::with(ANY, Options { active: 10, ..Options::default() }).await;
    house.desk.stats.lock().unwrap().in_memory = 10;
    let refused = Request::new("POST /any").send(house.address).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"));
    assert!(house.events().is_empty());
    assert_eq!(Request::new("POST /asked").send(house.address).await.status, 202);
}

#[tokio::test]
async fn what_is_under_way_is_answered_when_the_server_stops() {
    let mut house = House::open(ANY).await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(b"POST /any HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{").await.unwrap();
    // The request has arrived once an idle connection behind it was answered.
    Request::new("POST /any").send(house.address).await;
    house.stop();
    tokio::time::sleep(Duration::from_millis(20)).await;
    stream.write_all(b"}").await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 202);
    house.ended.take().unwrap().await.unwrap();
    assert!(TcpStream::connect(house.address).await.is_err());
}
