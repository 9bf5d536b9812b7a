//! A disk that is full: nothing is acknowledged that is not stored, whoever asks is told so, and when there is room
//! again everything goes on by itself.
//!
//! The disk is a file system of some megabytes in memory, mounted where only the server and what it was begun with
//! see it. Where the system does not allow that, the test says so and ends.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::http;
use crate::ledger::Ledger;
use crate::mounts::{can, within};
use crate::process::Served;
use crate::project::{Folder, free_address};
use crate::stored;

const PATIENCE: Duration = Duration::from_secs(20);

/// How long something may take that happens by itself.
const LIMIT: Duration = Duration::from_secs(60);

/// Mounts the disk at `disk`, fills a part of it with ballast, serves, and throws the ballast off when it is told to.
/// In the end it takes the store out, and ends as the server did.
const SCRIPT: &str = "
mount -t tmpfs -o size=4m none disk || exit 77
head -c 2000000 /dev/zero > disk/ballast
\"$@\" &
server=$!
echo $server > pid
while [ ! -e make-room ]; do
  sleep 0.05
  kill -0 $server 2>/dev/null || break
done
rm -f disk/ballast
touch has-room
wait $server
code=$?
cp disk/callflow.db* .
exit $code
";

/// What the system must allow.
const MOUNT: &str = "mount -t tmpfs -o size=1m none disk && exec \"$@\"";

#[test]
fn a_full_disk() {
    let ledger = Ledger::start(1);
    ledger.behave();
    let folder = Folder::with_project("full-disk", ledger.address);
    fs::create_dir(folder.file("disk")).unwrap();
    if !can(&folder, MOUNT) {
        return eprintln!("skipped: this system lets nobody mount a folder for himself");
    }
    let address = free_address();
    let serve = Served::command(&folder, address, "disk/callflow.db");
    let mut server = Served::spawn(within(SCRIPT, &serve), address, folder.file("serve.log"));
    server.ready();

    // Until it is full.
    let padding = "x".repeat(3_000);
    let send = |n: usize| {
        let body = format!(r#"{{"n": "{n}", "pause": 0.05, "group": "{padding}"}}"#);
        let answer = http::post(address, "/steps", None, &body, PATIENCE).unwrap();
        (answer.status(), answer.text())
    };
    let mut taken = BTreeSet::new();
    let begun = Instant::now();
    let mut number = 0;
    let refusal = loop {
        assert!(begun.elapsed() < LIMIT, "the disk does not get full");
        number += 1;
        match send(number) {
            (202, _) => drop(taken.insert(number.to_string())),
            refused => break refused,
        }
    };
    assert_eq!(refusal.0, 503, "{}", refusal.1);
    assert!(refusal.1.contains("Send it again later"), "{}", refusal.1);
    assert!(taken.len() > 5, "the disk was full at once");
    let health = http::ask(address, "GET", "/readyz", &[], "", PATIENCE).unwrap();
    assert_eq!(health.status(), 503, "{}", health.text());
    until("somebody is told", || server.said().contains("the disk of"));

    // When there is room again it goes on by itself.
    folder.write("make-room", "");
    until("there is room", || folder.file("has-room").exists());
    until("events are taken in", || match send(0) {
        (202, _) => taken.insert("0".to_owned()),
        (status, text) => {
            assert_eq!(status, 503, "{text}");
            false
        }
    });
    until("all runs have ended", || {
        let runs = ledger.attempts().keys().filter(|it| it.step == "e").count();
        runs >= taken.len()
    });
    until("somebody is told", || server.said().contains("reach the disk again"));
    let pid = fs::read_to_string(folder.file("pid")).unwrap();
    assert!(Command::new("kill").args(["-TERM", pid.trim()]).status().unwrap().success());
    assert!(server.wait().success());

    // What was acknowledged is there, and nothing happened twice.
    let store = folder.file("callflow.db");
    assert_eq!(stored::integrity(&store), "ok");
    let runs: Vec<_> = stored::runs(&store).into_iter().filter(|run| run.flow == "steps").collect();
    let numbers: BTreeSet<String> =
        runs.iter().map(|run| run.event["body"]["n"].as_str().unwrap().to_owned()).collect();
    assert!(taken.is_subset(&numbers), "{:?}", taken.difference(&numbers));
    for run in &runs {
        assert_eq!(run.status, "succeeded", "{:?}", run.error);
    }
    for (asked, attempts) in ledger.attempts() {
        assert_eq!(attempts.len(), 1, "{asked:?}: {attempts:?}");
    }
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LIMIT, "it never was so: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
