//! Many clients that each send a request, wait for its answer, and send the next one.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Failure;

/// The longest head and answer that is read.
const LARGEST: usize = 16 << 10;

/// Many clients on connections of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) port: u16,
    pub(crate) path: &'static str,
    pub(crate) body: &'static str,
    pub(crate) at_a_time: usize,
}

impl Load {
    /// Sends requests for so long and returns how long each took, in milliseconds.
    ///
    /// # Errors
    /// An answer is not what it should be.
    pub(crate) fn run(&self, time: Duration) -> Result<Vec<f64>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let until = Instant::now() + time;
            let clients: Vec<_> =
                (0..self.at_a_time).map(|_| tokio::spawn((*self).client(until))).collect();
            let mut times = Vec::new();
            for client in clients {
                times.extend(client.await??);
            }
            Ok(times)
        })
    }

    async fn client(self, until: Instant) -> Result<Vec<f64>, Failure> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
            self.path,
            self.port,
            self.body.len(),
            self.body
        );
        let (mut times, mut answer) = (Vec::new(), Vec::with_capacity(LARGEST));
        while Instant::now() < until {
            let begun = Instant::now();
            stream.write_all(request.as_bytes()).await?;
            answer.clear();
            while !is_whole(&answer) {
                if stream.read_buf(&mut answer).await? == 0 || answer.len() > LARGEST {
                    return Err("a connection broke off".into());
                }
            }
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            check(&answer)?;
        }
        Ok(times)
    }
}

/// Whether all of an answer is there.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| body.len() >= length)
}

fn check(answer: &[u8]) -> Result<(), Failure> {
    let text = String::from_utf8_lossy(answer);
    let is_right = text.starts_with("HTTP/1.1 200")
        && text.contains(r#""ok":true"#)
        && text.contains(r#""crmId":"crm-"#);
    if is_right { Ok(()) } else { Err(format!("an answer is wrong: {text}").into()) }
}
