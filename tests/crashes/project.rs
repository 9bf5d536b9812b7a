//! The project that is served, in a folder of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

const SETTINGS: &str = include_str!("project/callflow.toml");
const FLOWS: &str = include_str!("project/main.flow");
const PIECE: &str = include_str!("project/ledger.flow");

/// The first port for servers. It is below those that the system gives to clients, so that no client takes the port
/// of a server that is about to begin again.
const FIRST_PORT: u16 = 20_000;

/// How many ports each process of tests has for itself.
const PORTS: u16 = 50;

/// A folder that is removed afterwards, unless the test fails.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// An empty folder.
    pub(crate) fn new(name: &str) -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("callflow-crash-{}-{number}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder { path }
    }

    /// A folder with the project, whose flows ask the service at an address.
    pub(crate) fn with_project(name: &str, ledger: SocketAddr) -> Folder {
        let folder = Folder::new(name);
        folder.write("callflow.toml", SETTINGS);
        folder.write("ledger.flow", PIECE.replace("127.0.0.1:9", &ledger.to_string()));
        folder.release(1);
        folder
    }

    /// Puts another release of the flows in the place of the one that is there, at once.
    pub(crate) fn release(&self, release: u64) {
        let flows = FLOWS.replace("release = \"1\"", &format!("release = \"{release}\""));
        self.write("main.flow.new", &flows);
        fs::rename(self.file("main.flow.new"), self.file("main.flow")).unwrap();
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where a file of it is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.file(name), content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        match std::thread::panicking() {
            true => eprintln!("the folder is kept: {}", self.path.display()),
            false => drop(fs::remove_dir_all(&self.path)),
        }
    }
}

/// An address of this machine where nobody listens.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = FIRST_PORT + (std::process::id() % 200) as u16 * PORTS;
    let ports = std::iter::repeat_with(|| begin + NEXT.fetch_add(1, Ordering::Relaxed));
    let addresses = ports.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    addresses.take(500).find(|address| TcpListener::bind(address).is_ok()).expect("a free port")
}
