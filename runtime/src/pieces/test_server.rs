//! A server of a few lines for tests: it answers each connection with what the script says, and keeps what
//! came.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a connection gets, once its request has been read.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes, then the end.
    Raw(String),
    /// The end, without a byte.
    Cut,
    /// Nothing, for as long as the test runs.
    Silence,
    /// `200 OK` and so many bytes.
    Huge(usize),
}

impl Answer {
    /// An answer with a status line, headers and body.
    pub(crate) fn http(status: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        Answer::Raw(text + "connection: close\r\n\r\n" + body)
    }

    /// `200 OK` with JSON.
    pub(crate) fn json(body: &str) -> Answer {
        Answer::http("200 OK", &[("content-type", "application/json")], body)
    }
}

pub(crate) struct TestServer {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl TestServer {
    /// A server on a port of its own on 127.0.0.1, which gives one answer to each connection; the last one
    /// again to all that follow.
    pub(crate) async fn start(script: Vec<Answer>) -> TestServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            for n in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let answer = script.get(n).or(script.last()).unwrap().clone();
                tokio::spawn(serve(stream, answer, Arc::clone(&seen)));
            }
        });
        TestServer { port, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// A text without this server's port, which is another one each time.
    pub(crate) fn anonymous(&self, text: impl ToString) -> String {
        text.to_string().replace(&self.port.to_string(), "PORT")
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, requests: Arc<Mutex<Vec<String>>>) {
    let request = read_request(&mut stream).await;
    requests.lock().unwrap().push(request);
    match answer {
        Answer::Raw(text) => stream.write_all(text.as_bytes()).await.unwrap(),
        Answer::Cut => {}
        Answer::Silence => tokio::time::sleep(Duration::from_secs(3600)).await,
        Answer::Huge(size) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            let chunk = vec![b' '; 64 * 1024];
            for _ in 0..size / chunk.len() + 1 {
                // The client stops reading when it has had enough.
                if stream.write_all(&chunk).await.is_err() {
                    break;
                }
            }
        }
    }
    let _ = stream.shutdown().await;
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(n > 0, "a request that ends before its body: {text}");
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        if body.len() >= length || n == 0 {
            return text;
        }
    }
}
