//! `serve`, `dev`, `runs` and executables that serve themselves: real servers on this machine.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::process::{Folder, settled};

/// How long something may take that is sure to happen. Debug builds on a busy machine are slow.
const LIMIT: Duration = Duration::from_secs(60);

const FLOWS: &str = r#"hello: on webhook("/hello", body: Person) -> Reply <
  return Reply { text: "Hello {name}" }
>

deal: on webhook("/deal", body: Person) <
  deal = hubspot.create_deal(name: name)
  log("deal for {name}")
  if name == "Ada" { fail("no more of {name}") }
>

sleeper: on webhook("/sleep", body: Person) < wait 2d >

nightly: on schedule("0 3 * * *") < log("{today()}") >

ask: on function_call stock(article: string) -> int < return 3 >

page: on form("/contact", fields: Person) < log(name) >

type Person { name: string }
type Reply { text: string }
"#;

/// A process that serves, which ends with it.
struct Server {
    child: Child,
    /// `127.0.0.1:41234`
    address: String,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
}

impl Server {
    /// Starts a program and waits until it says where it listens.
    fn start(program: &Path, folder: &Folder, arguments: &[&str]) -> Server {
        let mut child = Command::new(program)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = gathered(child.stdout.take().unwrap());
        let stderr = gathered(child.stderr.take().unwrap());
        let mut server = Server { child, address: String::new(), stdout, stderr };
        server.until("it listens", |server| server.stdout().contains("  admin  "));
        let said = server.stdout();
        let rest = said.split_once("http://").unwrap().1;
        server.address = rest.split([' ', '/']).next().unwrap().to_owned();
        server
    }

    /// The same of `callflow`.
    fn callflow(folder: &Folder, arguments: &[&str]) -> Server {
        Server::start(Path::new(env!("CARGO_BIN_EXE_callflow")), folder, arguments)
    }

    fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    fn until(&self, what: &str, is_so: impl Fn(&Server) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            let said = (self.stdout(), self.stderr());
            assert!(begun.elapsed() < LIMIT, "it never was so: {what}\n{said:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Posts JSON; the status and the body.
    fn post(&self, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    /// Asks it to stop, and gives its exit code.
    fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < LIMIT, "it does not stop");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn gathered(from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let gathered = Arc::clone(&text);
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            gathered.lock().unwrap().push_str(&format!("{line}\n"));
        }
    });
    text
}

/// The id of the run that an answer names.
fn run_of(body: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    json["run"].as_str().unwrap().to_owned()
}

/// Waits until a run stands so.
fn stands(folder: &Folder, run: &str, status: &str) {
    let begun = Instant::now();
    loop {
        let shown = folder.call(&["runs", "show", run, "--json", "--store", "runs.db"]);
        if shown.json()["status"] == status {
            return;
        }
        assert!(begun.elapsed() < LIMIT, "{shown:?}");
    }
}

/// The text without a run's id.
fn without(text: &str, run: &str) -> String {
    settled(&text.replace(run, "RUN").replace(&run[..16], "RUN"))
}

#[test]
fn a_server_from_its_start_to_its_end() {
    let folder = Folder::with_flow(FLOWS).with("callflow.toml", "name = \"shop\"\n");
    let server = Server::callflow(&folder, &["serve", "--sandbox", "--store", "runs.db"]);
    let hash = server.stdout();
    let hash = hash.split(['(', ')']).nth(1).unwrap();
    assert_snapshot!("what_is_served", settled(&server.stdout().replace(hash, "HASH")));

    assert_eq!(
        server.post("/hello", r#"{"name": "Ada"}"#),
        (200, r#"{"text":"Hello Ada"}"#.into())
    );
    let (status, failed) = server.post("/deal", r#"{"name": "Ada"}"#);
    assert_eq!(status, 202, "{failed}");
    let failed = run_of(&failed);
    let sleeper = run_of(&server.post("/sleep", r#"{"name": "Bea"}"#).1);
    stands(&folder, &failed, "failed");
    stands(&folder, &sleeper, "waiting");

    // Others look while it serves, and cannot take its place.
    let listed = folder.call(&["runs", "list", "--store", "runs.db", "--flow", "deal", "--json"]);
    assert_eq!(listed.json()["run"], failed.as_str());
    let second = folder.call(&["serve", "--sandbox", "--store", "runs.db", "--listen", "0"]);
    assert_eq!(second.code, 3, "{second:?}");
    assert!(second.stderr.contains("is in use by another process (process "), "{second:?}");
    let address = server.address.clone();
    let second = folder.call(&["serve", "--sandbox", "--listen", &address]);
    assert_snapshot!("the_port_is_in_use", without(&second.page(), &failed));

    assert_eq!(server.stop(), Some(0));

    // What sleeps is still there; somebody ends it, and forgets all.
    let ended = folder.call(&["runs", "cancel", &sleeper[..18], "--store", "runs.db"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    stands(&folder, &sleeper, "cancelled");
    let again = folder.call(&["runs", "cancel", &sleeper, "--store", "runs.db"]);
    assert_eq!(again.code, 1, "{again:?}");
    let kept = folder.call(&["runs", "purge", "--before", "1h", "--store", "runs.db"]);
    assert_eq!(kept.stdout, "0 runs forgotten\n", "{kept:?}");
    let purged = folder.call(&["runs", "purge", &failed, "--store", "runs.db"]);
    assert_eq!(purged.stdout, "1 run forgotten\n", "{purged:?}");
    let gone = folder.call(&["runs", "show", &failed, "--store", "runs.db"]);
    assert_eq!(gone.code, 2, "{gone:?}");
}

#[test]
fn what_is_told_of_a_run_that_failed() {
    let folder = Folder::with_flow(FLOWS).with("callflow.toml", "name = \"shop\"\n");
    let server = Server::callflow(&folder, &["serve", "--sandbox", "--store", "runs.db"]);
    let run = run_of(&server.post("/deal", r#"{"name": "Ada"}"#).1);
    stands(&folder, &run, "failed");
    let page = folder.call(&["runs", "show", &run[..14], "--store", "runs.db", "--utc"]);
    // Times and dates are held by tests of the page itself.
    let wanted = [
        "flow.deal  failed, ",
        "  from     webhook POST /deal\n",
        " 1  hubspot.create_deal  ",
        "got  { name: \"Ada\"",
        "info: deal for Ada",
        "What went wrong\n  no more of Ada\n  kind     failed\n  at       flow.flow:8:22\n",
        "Done by then, and not undone by itself\n   1  hubspot.create_deal  { id: ",
        "callflow runs retry ",
    ];
    for text in wanted {
        assert!(page.stdout.contains(text), "{text:?}\n{}", page.stdout);
    }
}

#[test]
fn what_is_missing_is_told_before_it_listens() {
    let settings = "[env]\nREGION = \"${CALLFLOW_TEST_REGION}\"\n\n[secrets]\nKEY = \"${CALLFLOW_TEST_KEY}\"\n";
    let flow = "on manual() <\n  slack.send_message(channel: \"#a\", text: env(\"REGION\"))\n  \
                http.post(\"https://example.com\", bearer: secret(\"KEY\"))\n>\n";
    let folder = Folder::with_flow(flow).with("callflow.toml", settings);
    assert_snapshot!("missing_connections", folder.call(&["serve"]).page());
    let plain = Folder::with_flow("on manual() < log(\"a\") >\n");
    let pages = [
        plain.call(&["serve", "--listen", "nowhere"]).page(),
        plain.call(&["serve", "--listen", "127.0.0.1:0", "--store", "no/such/runs.db"]).page(),
        plain.call(&["runs", "list"]).page(),
        Folder::with_flow("on manual() < logg(\"a\") >\n").call(&["serve"]).page(),
    ];
    assert_snapshot!("no_place_to_serve", settled(&pages.join("")));
}

#[test]
fn an_executable_serves_what_it_carries() {
    let folder = Folder::with_flow(FLOWS).with("callflow.toml", "name = \"shop\"\n");
    let built = folder.call(&["build", "--standalone", "-o", "shop"]);
    assert_eq!(built.code, 0, "{built:?}");
    let of_file = folder.call(&["build", "-o", "shop.callflow"]);
    // The artifact in it is the one that stands alone.
    assert_eq!(built.stderr.lines().nth(1), of_file.stderr.lines().nth(1));
    let inspected = folder.call(&["inspect", "shop", "--json"]).json();
    assert_eq!(inspected["flows"][0]["flow"], "flow.hello");

    let elsewhere = Folder::new();
    fs::rename(folder.path().join("shop"), elsewhere.path().join("shop")).unwrap();
    let program = elsewhere.path().join("shop");
    let server = Server::start(&program, &elsewhere, &["--sandbox", "--store", "runs.db"]);
    assert_eq!(
        server.post("/hello", r#"{"name": "Ada"}"#),
        (200, r#"{"text":"Hello Ada"}"#.into())
    );
    let runs = Command::new(&program)
        .args(["runs", "list", "--json", "--store", "runs.db"])
        .current_dir(elsewhere.path())
        .output()
        .unwrap();
    let line: serde_json::Value = serde_json::from_slice(&runs.stdout).unwrap();
    assert_eq!(line["flow"], "flow.hello");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn each_change_is_taken_up_and_a_mistake_is_not() {
    let folder = Folder::with_flow(FLOWS);
    let server = Server::callflow(&folder, &["dev"]);
    let hello = || server.post("/hello", r#"{"name": "Ada"}"#).1;
    assert_eq!(hello(), r#"{"text":"Hello Ada"}"#);
    let write = |text: &str| fs::write(folder.path().join("flow.flow"), text).unwrap();
    write(&FLOWS.replace("{ text: \"Hello {name}\" }", "{ txt: \"Hello {name}\" }"));
    server.until("the mistake is told", |server| server.stderr().contains("stays as it was"));
    assert!(server.stderr().contains("[E0"), "{}", server.stderr());
    assert_eq!(hello(), r#"{"text":"Hello Ada"}"#);
    write(&FLOWS.replace("Hello {name}", "Good day {name}"));
    server.until("the change is loaded", |server| server.stderr().contains("6 flows loaded"));
    assert_eq!(hello(), r#"{"text":"Good day Ada"}"#);
    server.post("/deal", r#"{"name": "Bea"}"#);
    server.until("the steps are told", |server| {
        let said = server.stdout();
        said.contains("› ") && said.contains("hubspot.create_deal  → { id: ")
    });
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_stored_run_is_replayed_and_becomes_a_test() {
    let folder = Folder::with_flow(FLOWS).with("callflow.toml", "name = \"shop\"\n");
    let server = Server::callflow(&folder, &["serve", "--sandbox", "--store", "runs.db"]);
    let run = run_of(&server.post("/deal", r#"{"name": "Ada"}"#).1);
    stands(&folder, &run, "failed");
    assert_eq!(server.stop(), Some(0));

    let same = folder.call(&["runs", "replay", &run, "--store", "runs.db"]);
    assert_eq!(same.code, 0, "{same:?}");
    assert!(same.stdout.contains("it failed with `no more of Ada`, as it did"), "{same:?}");
    let mended = FLOWS.replace("name: name", "name: \"{name}!\"").replace("fail(", "log(");
    fs::write(folder.path().join("flow.flow"), mended).unwrap();
    let current = ["runs", "replay", &run, "--store", "runs.db", "--version", "current", "--json"];
    let other = folder.call(&current);
    assert_eq!(other.code, 1, "{other:?}");
    let lines = other.json()["lines"].to_string();
    for text in ["hubspot.create_deal is called with something else", "Ada!", "now it succeeded"] {
        assert!(lines.contains(text), "{text}: {lines}");
    }

    // The mended flow does not do what the run did, which is found before anything is written.
    let record = ["test", "--record", &run, "--store", "runs.db", "-o", "recorded.flow"];
    let not_made = folder.call(&record);
    assert_eq!(not_made.code, 1, "{not_made:?}");
    assert!(not_made.stderr.contains("error: no test could be made of this run"), "{not_made:?}");
    assert!(!folder.path().join("recorded.flow").exists());
    fs::write(folder.path().join("flow.flow"), FLOWS).unwrap();
    let made = folder.call(&record);
    assert_eq!((made.code, made.stderr.as_str()), (0, "1 test in recorded.flow\n"), "{made:?}");
    assert_eq!(folder.call(&["fmt", "--check", "recorded.flow"]).code, 0);
    let passed = folder.call(&["test"]);
    assert_eq!((passed.code, passed.stderr.contains("1 test passed")), (0, true), "{passed:?}");
    // To a file that is there it is added.
    let printed = folder.call(&["test", "--record", &run, "--store", "runs.db", "-o", "flow.flow"]);
    assert_eq!(printed.code, 0, "{printed:?}");
    assert!(folder.call(&["test"]).stderr.contains("2 tests passed"));
}

#[test]
fn a_run_goes_on_where_no_server_has_the_store() {
    let flow = "picky: on webhook(\"/picky\", body: json) <\n  \
                if env(\"OPEN\") == \"no\" { fail(\"closed\") }\n>\n";
    let settings = |open: &str| format!("[env]\nOPEN = \"{open}\"\n");
    let folder = Folder::with_flow(flow).with("callflow.toml", settings("no"));
    let server = Server::callflow(&folder, &["serve", "--store", "runs.db"]);
    let run = run_of(&server.post("/picky", "{}").1);
    stands(&folder, &run, "failed");
    // The server that has the store is asked, by whoever has its token.
    let asked = folder.call(&["runs", "retry", &run, "--store", "runs.db"]);
    assert!(asked.stdout.ends_with(" goes on at the server\n"), "{asked:?}");
    stands(&folder, &run, "failed");
    let ended = folder.call(&["runs", "cancel", &run, "--store", "runs.db"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.starts_with("error: the server says: "), "{ended:?}");
    assert_eq!(server.stop(), Some(0));
    let again = folder.call(&["runs", "retry", &run, "--store", "runs.db"]);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("failed again; `callflow runs show "), "{again:?}");
    fs::write(folder.path().join("callflow.toml"), settings("yes")).unwrap();
    let better = folder.call(&["runs", "retry", &run, "--store", "runs.db"]);
    assert_eq!(better.code, 0, "{better:?}");
    stands(&folder, &run, "succeeded");
    let done = folder.call(&["runs", "retry", &run, "--store", "runs.db"]);
    assert_eq!(done.code, 1, "{done:?}");
}
