//! The real server in a process.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::http;
use crate::project::Folder;

/// How long a server may take to begin or to end. Debug builds on a busy machine are slow.
const LIMIT: Duration = Duration::from_secs(60);

/// A process that serves a folder.
pub(crate) struct Served {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Served {
    /// The command that serves a folder's project and keeps runs in a file of it.
    pub(crate) fn command(folder: &Folder, address: SocketAddr, store: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callflow"));
        command.args(["serve", ".", "--store", store, "--listen", &address.to_string()]);
        command.current_dir(folder.path()).stdin(Stdio::null());
        command.env("NO_COLOR", "1").env(PROCESS, name(0));
        command
    }

    /// Begins the process with this number.
    pub(crate) fn begin(folder: &Folder, address: SocketAddr, number: u32) -> Served {
        let mut command = Served::command(folder, address, STORE);
        command.env(PROCESS, name(number));
        Served::spawn(command, address, folder.file(&format!("serve-{number}.log")))
    }

    /// Begins a command that serves at an address.
    pub(crate) fn spawn(mut command: Command, address: SocketAddr, log: PathBuf) -> Served {
        let out = File::create(&log).unwrap();
        command.stdout(out.try_clone().unwrap()).stderr(out);
        Served { child: command.spawn().unwrap(), address, log }
    }

    /// Waits until it answers.
    pub(crate) fn ready(&mut self) {
        let begun = Instant::now();
        while http::ask(self.address, "GET", "/healthz", &[], "", LIMIT).is_err() {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended by itself ({status}):\n{}", self.said());
            }
            assert!(begun.elapsed() < LIMIT, "the server does not begin:\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills it, as nothing can be that is prepared for it.
    pub(crate) fn kill(mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("the server ended by itself ({status}):\n{}", self.said());
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it, unless it has ended.
    pub(crate) fn kill_if_there(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits until it ends.
    pub(crate) fn wait(mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < LIMIT, "the server does not end:\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it said.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// The file that runs are kept in.
pub(crate) const STORE: &str = "callflow.db";

/// The environment variable that tells a process its number, which goes out with each request.
const PROCESS: &str = "CRASH_PROCESS";

fn name(number: u32) -> String {
    format!("process-{number}")
}

/// The number in what went out with a request.
pub(crate) fn number_in(name: &str) -> u32 {
    name.trim_start_matches("process-").parse().expect("a process's number")
}

/// How a command ended that is to end by itself.
pub(crate) struct Ended {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// All of stderr.
    pub(crate) stderr: String,
}

/// Calls a command and waits for its end.
pub(crate) fn call(mut command: Command, folder: &Path) -> Ended {
    let log = folder.join("called.log");
    let out = File::create(folder.join("called.out")).unwrap();
    command.stdout(out).stderr(File::create(&log).unwrap());
    let child = command.spawn().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 9));
    let status = Served { child, address, log: log.clone() }.wait();
    Ended { code: status.code(), stderr: fs::read_to_string(log).unwrap() }
}
