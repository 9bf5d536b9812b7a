//! Kills a server again and again, at instants that nobody chose.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::chance::Chance;
use crate::process::Served;
use crate::project::Folder;

/// How many releases of the flows there are.
const RELEASES: u64 = 4;

/// The life of a process, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) number: u32,
    pub(crate) begun: i64,
    pub(crate) ended: i64,
}

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Toll {
    pub(crate) kills: u32,
    /// Of these, before the server answered.
    pub(crate) at_the_start: u32,
    /// Of these, while it was about to stop.
    pub(crate) while_stopping: u32,
    /// How often it was told to stop and did.
    pub(crate) stops: u32,
    /// How often other flows were there when it began.
    pub(crate) upgrades: u32,
    pub(crate) lives: Vec<Life>,
}

/// Kills it so often. Then one process is left, which answers.
pub(crate) fn kill(
    folder: &Folder,
    address: SocketAddr,
    mut chance: Chance,
    kills: u32,
) -> (Toll, Served) {
    let mut toll = Toll::default();
    // How long it takes until it answers, as far as is known.
    let mut start = Duration::from_millis(300);
    while toll.kills < kills {
        if chance.percent(20) {
            folder.release(1 + chance.below(RELEASES));
            toll.upgrades += 1;
        }
        let (begun, clock) = (now(), Instant::now());
        let mut server = Served::begin(folder, address, toll.lives.len() as u32);
        if chance.percent(25) {
            std::thread::sleep(chance.millis(0, start.as_millis() as u64));
            toll.at_the_start += 1;
            toll.kills += 1;
            server.kill();
        } else {
            server.ready();
            start = (start + clock.elapsed()) / 2;
            std::thread::sleep(chance.millis(0, 1500));
            match chance.below(100) {
                0..75 => {
                    server.kill();
                    toll.kills += 1;
                }
                75..90 => {
                    server.terminate();
                    std::thread::sleep(chance.millis(0, 200));
                    server.kill_if_there();
                    toll.while_stopping += 1;
                    toll.kills += 1;
                }
                _ => {
                    server.terminate();
                    let said = server.said();
                    let status = server.wait();
                    assert!(status.success(), "told to stop, it ended with {status}:\n{said}");
                    toll.stops += 1;
                }
            }
        }
        let number = toll.lives.len() as u32;
        toll.lives.push(Life { number, begun, ended: now() });
    }
    let begun = now();
    let mut server = Served::begin(folder, address, toll.lives.len() as u32);
    let number = toll.lives.len() as u32;
    toll.lives.push(Life { number, begun, ended: i64::MAX });
    server.ready();
    (toll, server)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
