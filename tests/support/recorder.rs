//! A real HTTP server on loopback that writes down what it gets and answers what it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// A request as it came over the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// `GET`, `POST` …
    pub method: String,
    /// Percent-encoded, without the query.
    pub path: String,
    /// What follows `?`, as it stands; empty where there is none.
    pub query: String,
    /// In order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// A status and a JSON body.
pub type Answer = (u16, Value);

/// The server; it runs until the test's process ends.
#[derive(Clone)]
pub struct Recorder {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Recorder {
    /// Starts a server on a free port.
    pub fn start() -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let recorder = Recorder {
            address: listener.local_addr().expect("an address"),
            requests: Arc::default(),
            answers: Arc::default(),
        };
        let server = recorder.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                server.serve(stream).expect("a whole request");
            }
        });
        recorder
    }

    /// `http://127.0.0.1:PORT`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the next request that has no answer yet is answered with.
    pub fn answer(&self, answer: Answer) {
        self.answers.lock().expect("no panic elsewhere").push_back(answer);
    }

    /// What came since the last time somebody asked.
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.requests.lock().expect("no panic elsewhere"))
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let Some(request) = read_request(&mut reader)? else { return Ok(()) };
        self.requests.lock().expect("no panic elsewhere").push(request);
        let answer = self.answers.lock().expect("no panic elsewhere").pop_front();
        let (status, body) = answer.unwrap_or((500, Value::from("nobody said what to answer")));
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = reader.into_inner();
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())
    }
}

/// Reads a request with a `content-length`; none where the other side closes without one.
fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Recorded>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Recorded { method, path, query, headers, body }))
}
