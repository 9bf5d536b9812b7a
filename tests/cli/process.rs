//! Calling the binary in a folder of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a call may take before it counts as hanging. Debug builds on a busy machine are slow.
const LIMIT: Duration = Duration::from_secs(60);

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Called {
    /// The exit code.
    pub(crate) code: i32,
    /// All of stdout.
    pub(crate) stdout: String,
    /// All of stderr.
    pub(crate) stderr: String,
}

impl Called {
    /// Code and outputs on one page.
    pub(crate) fn page(&self) -> String {
        let mut page = format!("exit {}\n", self.code);
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                page.push_str(&format!("-- {name}\n{}\n", text.trim_end()));
            }
        }
        page.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// The one JSON object that stdout is.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A folder that is removed afterwards, and the binary called in it.
pub(crate) struct Folder {
    path: PathBuf,
    environment: Vec<(String, String)>,
}

impl Folder {
    /// An empty folder.
    pub(crate) fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("callflow-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder { path, environment: Vec::new() }
    }

    /// A folder with one flow, `flow.flow`.
    pub(crate) fn with_flow(text: &str) -> Folder {
        Folder::new().with("flow.flow", text)
    }

    /// The same with another file.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Folder {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same with a variable in the environment.
    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Folder {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What stands in a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    /// Calls the binary.
    pub(crate) fn call(&self, arguments: &[&str]) -> Called {
        self.call_with(arguments, "")
    }

    /// Calls the binary with something on stdin.
    pub(crate) fn call_with(&self, arguments: &[&str], stdin: &str) -> Called {
        call(&self.path, arguments, stdin, &self.environment)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Calls the binary in the repository.
pub(crate) fn call_in_repository(arguments: &[&str]) -> Called {
    call(&root(), arguments, "", &[])
}

fn call(
    folder: &Path,
    arguments: &[&str],
    stdin: &str,
    environment: &[(String, String)],
) -> Called {
    let mut child = Command::new(env!("CARGO_BIN_EXE_callflow"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .envs(environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // A command that does not read its input closes it, which is no fault.
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    let stdout = read(child.stdout.take().unwrap());
    let stderr = read(child.stderr.take().unwrap());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let code = status.code().unwrap_or_else(|| panic!("{arguments:?} ended by {status}"));
    Called { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn read(mut from: impl std::io::Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        text
    })
}

/// The text without what differs from one call to the next: times, ids and ports.
pub(crate) fn settled(text: &str) -> String {
    let text = between(text, "127.0.0.1:", |c| c.is_ascii_digit(), "PORT");
    text.lines().map(|line| times(line) + "\n").collect()
}

/// Replaces what follows a mark.
fn between(text: &str, mark: &str, is_part: impl Fn(char) -> bool, by: &str) -> String {
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(mark);
        out.push_str(by);
        out.push_str(part.trim_start_matches(&is_part));
    }
    out
}

/// `38 ms` and `1.2 s` become `TIME`, with the spaces before them.
fn times(line: &str) -> String {
    let is_number =
        |it: &&str| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit() || c == '.');
    let mut out: Vec<String> = Vec::new();
    for word in line.split(' ') {
        let bare = word.trim_end_matches([',', ':']);
        let is_unit = bare == "ms" || bare == "s";
        if is_unit && out.last().is_some_and(|last| is_number(&last.as_str())) {
            out.pop();
            while out.last().is_some_and(String::is_empty) {
                out.pop();
            }
            out.push(format!("TIME{}", &word[bare.len()..]));
        } else {
            out.push(word.to_owned());
        }
    }
    out.join(" ")
}
