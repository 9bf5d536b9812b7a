//! The store in a file means what the one in memory means.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::*;
use crate::durable::{Claim, Ending, Entry, NewRun, Outcome, Question, Write};
use crate::engine::Ticket;
use crate::error::{Error, ErrorKind};
use crate::store::MemoryStore;
use crate::store::history::Purge;
use crate::store::testing::{Folder, new_run, note};

/// So few that most of what is made up meets something that is there.
const RUNS: std::ops::Range<i64> = 1..6;

#[derive(Debug, Clone)]
enum Act {
    Commit(Vec<Batch>),
    Reopen,
    /// Many entries at once, so that a journal becomes long.
    Notes(i64, i64),
    Artifact(String),
    Forget(Purge, usize),
    Expire(i64, usize),
    Compact,
}

fn run() -> impl Strategy<Value = RunNumber> {
    RUNS.prop_map(RunNumber)
}

fn key() -> impl Strategy<Value = ecow::EcoString> {
    "[ab]".prop_map(Into::into)
}

fn claim() -> impl Strategy<Value = Claim> {
    (key(), "[xy]").prop_map(|(key, owner)| Claim { key, owner: owner.into() })
}

fn question() -> impl Strategy<Value = Question> {
    let new = (run(), option::of(key()), 0..20i64, option::of(0..20i64))
        .prop_map(|(run, key, at, until)| Question::New { run, key, at, until });
    let once =
        (run(), claim()).prop_map(|(run, claim)| Question::Once { run, ticket: Ticket(1), claim });
    prop_oneof![new, once]
}

fn error() -> impl Strategy<Value = Error> {
    (any::<String>(), any::<Option<u16>>(), any::<Option<i64>>()).prop_map(
        |(message, status, retry_after)| Error {
            status,
            retry_after,
            ..Error::new(ErrorKind::Rejected, message)
        },
    )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        any::<String>().prop_map(Outcome::Succeeded),
        (error(), any::<String>()).prop_map(|(error, place)| Outcome::Failed { error, place }),
        Just(Outcome::Cancelled),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let step = (any::<u32>(), any::<u32>(), any::<i64>(), any::<String>(), option::of(error()));
    let step = step.prop_map(|(step, attempts, began, input, error)| Entry::Step {
        step,
        action: "hubspot.create_deal".into(),
        attempts,
        began,
        output: error.is_none().then(|| "1.50".to_owned()),
        input,
        error,
        place: "sales.flow:12:3".to_owned(),
    });
    let wait = any::<i64>().prop_map(|until| Entry::Wait { until });
    let retry = (any::<u32>(), error(), any::<i64>()).prop_map(|(attempt, error, next)| {
        Entry::Retry { step: 1, action: "http.get".into(), attempt, error, next }
    });
    prop_oneof![step, wait, retry, Just(Entry::Begun), Just(Entry::Late)]
}

fn write() -> impl Strategy<Value = Write> {
    let create = (RUNS, option::of("[pq]"), any::<bool>(), any::<String>(), 1..4i64).prop_map(
        |(number, lane, queued, event, version)| {
            let version = Version(version);
            let lane = lane.map(Into::into);
            Write::Create(Box::new(NewRun { lane, queued, event, version, ..new_run(number) }))
        },
    );
    let state = vec(any::<u8>(), 0..40);
    let suspend = (run(), state.clone(), option::of(0..30i64), any::<bool>())
        .prop_map(|(run, state, due, awake)| Write::Suspend { run, state, due, awake });
    let end = (run(), 0..99i64, outcome())
        .prop_map(|(run, at, outcome)| Write::End { run, ending: Ending { at, outcome } });
    let note = (run(), 1..9i64, any::<i64>(), entry())
        .prop_map(|(run, number, at, entry)| Write::Note { run, number, at, entry });
    prop_oneof![
        3 => create,
        4 => suspend,
        2 => end,
        2 => note,
        1 => run().prop_map(Write::Begin),
        1 => run().prop_map(Write::Reopen),
        1 => run().prop_map(Write::Late),
        2 => (run(), state).prop_map(|(to, message)| Write::Send { to, message }),
        1 => (1..9i64).prop_map(Write::Received),
        1 => (claim(), option::of(any::<String>()))
            .prop_map(|(claim, result)| Write::Done(claim, result)),
        1 => claim().prop_map(Write::Undone),
        1 => (key(), any::<String>()).prop_map(|(name, value)| Write::Cursor { name, value }),
    ]
}

pub(super) fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let batch = (option::weighted(0.4, question()), vec(write(), 0..5))
        .prop_map(|(question, writes)| Batch { question, writes, ..Batch::default() });
    vec(batch, 0..5)
}

fn purge() -> impl Strategy<Value = Purge> {
    prop_oneof![run().prop_map(Purge::Run), (0..99i64).prop_map(Purge::EndedBefore),]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => batches().prop_map(Act::Commit),
        2 => Just(Act::Reopen),
        1 => (RUNS, 900..1300i64).prop_map(|(run, count)| Act::Notes(run, count)),
        1 => "[abc]".prop_map(Act::Artifact),
        2 => (purge(), 0..3usize).prop_map(|(which, limit)| Act::Forget(which, limit)),
        1 => (0..20i64, 0..3usize).prop_map(|(now, limit)| Act::Expire(now, limit)),
        1 => Just(Act::Compact),
    ]
}

/// All that can be asked of a store.
pub(super) fn observed(store: &dyn Store) -> String {
    let mut seen = format!("{:#?}", store.start().unwrap());
    for run in RUNS.map(RunNumber) {
        seen += &format!("{:#?}\n{:#?}\n", store.run(run).unwrap(), store.journal(run).unwrap());
    }
    for (by, limit) in [(0, 9), (15, 2), (30, 1), (30, 9), (99, 0)] {
        seen += &format!("{:?}\n", store.due(by, limit).unwrap());
    }
    for name in ["a", "b"] {
        seen += &format!("{:?}\n", store.cursor(name).unwrap());
    }
    for version in 0..5 {
        seen += &format!("{:?}\n", store.artifact(Version(version)).unwrap());
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn both_mean_the_same(acts in vec(act(), 1..12)) {
        let folder = Folder::new();
        let mut memory = MemoryStore::new();
        let mut file = SqliteStore::open(&folder.store()).unwrap();
        for act in acts {
            match act {
                Act::Commit(batches) => {
                    prop_assert_eq!(memory.commit(&batches), file.commit(&batches));
                }
                Act::Notes(run, count) => {
                    let writes = (1..=count).map(|number| note(run, number)).collect();
                    let batches = [Batch { writes, ..Batch::default() }];
                    prop_assert_eq!(memory.commit(&batches), file.commit(&batches));
                }
                Act::Artifact(text) => {
                    let memory = memory.add_artifact(&text, text.as_bytes(), 1);
                    prop_assert_eq!(memory, file.add_artifact(&text, text.as_bytes(), 1));
                }
                Act::Forget(which, limit) => {
                    prop_assert_eq!(memory.forget(&which, limit), file.forget(&which, limit));
                }
                Act::Expire(now, limit) => {
                    prop_assert_eq!(memory.expire(now, limit), file.expire(now, limit));
                }
                Act::Compact => file.compact().unwrap(),
                Act::Reopen => {
                    drop(file);
                    file = SqliteStore::open(&folder.store()).unwrap();
                }
            }
            prop_assert_eq!(observed(&memory), observed(&file));
        }
    }
}
