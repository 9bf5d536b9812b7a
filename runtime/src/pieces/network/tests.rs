use super::*;
use crate::pieces::Expectation;
use crate::pieces::test_server::{Answer, TestServer};

fn request(method: &str, url: String) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url,
        headers: vec![("x-test".into(), "1".into())],
        body: if method == "POST" { b"{}".to_vec() } else { Vec::new() },
        timeout: Duration::from_secs(5),
        credentials: false,
        expects: Expectation {
            base: None,
            piece: "http".into(),
            action: "get".into(),
            ty: callflow_artifact::TypeId::JSON,
        },
    }
}

fn network() -> Network {
    Network::new(vec!["127.0.0.1".parse().unwrap()])
}

/// What a request to a server with this script ends in, as text.
async fn outcome(script: Vec<Answer>, change: impl FnOnce(&mut HttpRequest)) -> String {
    let server = TestServer::start(script).await;
    let mut request = request("GET", server.url("/a"));
    change(&mut request);
    let text = match network().send(request).await {
        Ok(response) => {
            format!("{} {}", response.status, String::from_utf8_lossy(&response.body))
        }
        Err(error) => format!("{error:?}\n{error}"),
    };
    let paths: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.split(" HTTP").next().unwrap_or_default().to_owned())
        .collect();
    server.anonymous(format!("{text}\nserver saw {paths:?}"))
}

#[tokio::test]
async fn a_request_and_its_answer() {
    let server = TestServer::start(vec![Answer::json(r#"{"a":1}"#)]).await;
    let mut post = request("POST", server.url("/a?b=c"));
    post.headers.push(("content-type".into(), "application/json".into()));
    let response = network().send(post).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, br#"{"a":1}"#.as_slice()));
    assert_eq!(response.header("content-type"), Some("application/json"));
    insta::assert_snapshot!(server.anonymous(&server.requests()[0]), @r#"
    POST /a?b=c HTTP/1.1
    x-test: 1
    content-type: application/json
    accept: */*
    host: 127.0.0.1:PORT
    content-length: 2

    {}
    "#);
}

#[tokio::test]
async fn a_status_is_no_error_of_the_network() {
    insta::assert_snapshot!(outcome(vec![Answer::http("500 Oh", &[], "boom")], |_| {}).await, @r#"
    500 boom
    server saw ["GET /a"]
    "#);
}

#[tokio::test]
async fn a_cut_connection() {
    insta::assert_snapshot!(outcome(vec![Answer::Cut], |_| {}).await, @r#"
    Broken("the connection to 127.0.0.1 broke: connection closed before message completed")
    the connection to 127.0.0.1 broke: connection closed before message completed
    server saw ["GET /a"]
    "#);
    let half = Answer::Raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".into());
    insta::assert_snapshot!(outcome(vec![half], |_| {}).await, @r#"
    Broken("the connection to 127.0.0.1 broke: end of file before message length reached")
    the connection to 127.0.0.1 broke: end of file before message length reached
    server saw ["GET /a"]
    "#);
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    insta::assert_snapshot!(outcome(vec![Answer::Raw("220 smtp ready\r\n".into())], |_| {}).await, @r#"
    Broken("the connection to 127.0.0.1 broke: invalid HTTP version parsed")
    the connection to 127.0.0.1 broke: invalid HTTP version parsed
    server saw ["GET /a"]
    "#);
}

#[tokio::test]
async fn silence() {
    let server = TestServer::start(vec![Answer::Silence]).await;
    let mut request = request("GET", server.url("/"));
    request.timeout = Duration::from_millis(150);
    let error = network().send(request).await.unwrap_err();
    assert_eq!(error, TransportError::Timeout(Duration::from_millis(150)));
    insta::assert_snapshot!(error, @"no answer within 0.15 s");
}

#[tokio::test]
async fn an_answer_that_is_too_large() {
    insta::assert_snapshot!(outcome(vec![Answer::Huge(Network::MAX_ANSWER + 1)], |_| {}).await, @r#"
    TooLarge(10485760)
    the answer is larger than 10485760 bytes
    server saw ["GET /a"]
    "#);
}

#[tokio::test]
async fn nobody_listens() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = network().send(request("GET", format!("http://{free}/"))).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)));
    insta::assert_snapshot!(error, @"cannot connect to 127.0.0.1: Connection refused (os error 111)");
}

#[tokio::test]
async fn there_is_no_such_host() {
    let error = network().send(request("GET", "http://no.such.invalid/".into())).await.unwrap_err();
    let TransportError::NotSent(message) = &error else { panic!("{error:?}") };
    assert!(message.starts_with("there is no host `no.such.invalid`: "), "{message}");
}

#[tokio::test]
async fn addresses_of_this_machine_are_refused_unless_allowed() {
    let server = TestServer::start(vec![Answer::json("{}")]).await;
    let closed = Network::new(Vec::new());
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        let url = format!("http://{host}:{}/", server.port);
        let error = closed.send(request("GET", url)).await.unwrap_err();
        assert!(matches!(error, TransportError::Refused(_)), "{host}: {error:?}");
    }
    assert_eq!(server.requests(), Vec::<String>::new());

    let named = Network::new(vec!["localhost".parse().unwrap()]);
    let url = format!("http://localhost:{}/", server.port);
    assert!(named.send(request("GET", url)).await.is_ok());

    let refused = |url: &str| closed.send(request("GET", url.into()));
    insta::assert_snapshot!(refused("http://10.0.0.1/").await.unwrap_err(), @r#"10.0.0.1 is not an address of the open internet; to reach it, add "10.0.0.1" to `allow` under [network] in callflow.toml"#);
    insta::assert_snapshot!(refused("http://localhost/").await.unwrap_err(), @r#"`localhost` is at 127.0.0.1, not an address of the open internet; to reach it, add "localhost" to `allow` under [network] in callflow.toml"#);
}

#[tokio::test]
async fn redirects_stay_on_allowed_addresses() {
    let metadata = [("location", "http://169.254.169.254/latest/meta-data/")];
    insta::assert_snapshot!(
        outcome(vec![Answer::http("302 Found", &metadata, "")], |_| {}).await,
        @r#"
    Refused("169.254.169.254 is not an address of the open internet; to reach it, add \"169.254.169.254\" to `allow` under [network] in callflow.toml")
    169.254.169.254 is not an address of the open internet; to reach it, add "169.254.169.254" to `allow` under [network] in callflow.toml
    server saw ["GET /a"]
    "#
    );
}

#[tokio::test]
async fn redirects_to_the_same_origin_are_followed() {
    let there = Answer::http("302 Found", &[("location", "/there")], "");
    let script = vec![there.clone(), Answer::json("1")];
    insta::assert_snapshot!(outcome(script, |_| {}).await, @r#"
    200 1
    server saw ["GET /a", "GET /there"]
    "#);
    // A service that sends us in a circle has its last answer taken.
    insta::assert_snapshot!(outcome(vec![there], |_| {}).await, @r#"
    302 
    server saw ["GET /a", "GET /there", "GET /there", "GET /there", "GET /there", "GET /there"]
    "#);
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_host() {
    let elsewhere = Answer::http("302 Found", &[("location", "http://example.test/")], "");
    let with_credentials = |request: &mut HttpRequest| request.credentials = true;
    insta::assert_snapshot!(outcome(vec![elsewhere.clone()], with_credentials).await, @r#"
    302 
    server saw ["GET /a"]
    "#);
    let a_post = |request: &mut HttpRequest| request.method = "POST".into();
    insta::assert_snapshot!(outcome(vec![elsewhere], a_post).await, @r#"
    302 
    server saw ["POST /a"]
    "#);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    insta::assert_snapshot!(network().send(request("GET", "nowhere".into())).await.unwrap_err(), @"`nowhere` is no URL: relative URL without a base");
    let header = |request: &mut HttpRequest| {
        request.headers.push(("x".into(), "a\r\nb: c".into()));
    };
    insta::assert_snapshot!(outcome(vec![Answer::Cut], header).await, @r#"
    Refused("the request cannot be sent: failed to parse header value")
    the request cannot be sent: failed to parse header value
    server saw []
    "#);
}
