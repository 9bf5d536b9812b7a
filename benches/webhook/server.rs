//! A server in a process of its own.

use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Failure;

/// How long a server may take until it can be reached.
const PATIENCE: Duration = Duration::from_secs(10);

/// Linux counts processor time in hundredths of a second, wherever it is told to programs.
const TICKS: f64 = 100.0;

/// A server in a process of its own, which ends with this value.
pub(crate) struct Server {
    process: Child,
}

impl Server {
    /// Starts a server and waits until its port can be reached. What it says is in a file in the folder.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        folder: &Path,
        port: u16,
    ) -> Result<Server, Failure> {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Err(format!("somebody listens on port {port} already").into());
        }
        let said = folder.join(format!("{port}.log"));
        let log = File::create(&said)?;
        let process = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let server = Server { process };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > PATIENCE {
                let said = std::fs::read_to_string(said).unwrap_or_default();
                return Err(format!(
                    "{} {arguments:?} cannot be reached: {said}",
                    program.display()
                )
                .into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// The processor time that it has used, in seconds.
    pub(crate) fn processor(&self) -> Result<f64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The second field is the program's name in brackets, which may have anything in it.
        let (_, fields) = stat.rsplit_once(')').ok_or("the system tells nothing of a process")?;
        let ticks: f64 =
            fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<f64>).sum();
        Ok(ticks / TICKS)
    }

    /// The memory that it has, in megabytes.
    pub(crate) fn memory(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.ok_or("the system tells nothing of a process")?.trim();
        Ok(kilobytes.trim_end_matches(" kB").parse::<f64>()? * 1024.0 / 1e6)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself cannot be ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
