//! What runs do: jobs, made up by the dice and carried in events.

use serde::{Deserialize, Serialize};

use crate::dice::Dice;

/// One thing that a job does; the flows' `Op`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Op {
    pub(crate) act: String,
    pub(crate) tag: String,
    #[serde(default = "one")]
    pub(crate) n: i64,
    #[serde(default)]
    pub(crate) ops: Vec<Op>,
}

fn one() -> i64 {
    1
}

/// What takes no time that a flow says itself; hooks do only these.
const BRIEF: [&str; 11] =
    ["read", "set", "add", "charge", "shared", "strict", "log", "ask", "fail", "wait", "hot"];

/// What does one thing.
const SIMPLE: [&str; 14] = [
    "read",
    "patient",
    "set",
    "add",
    "insist",
    "charge",
    "shared",
    "shared_insist",
    "strict",
    "wait",
    "until",
    "log",
    "ask",
    "fail",
];

/// What does several things.
const COMPOUND: [&str; 8] = ["run", "run_lane", "start", "all", "pairs", "race", "deadline", "try"];

/// How long waits are, in seconds.
const WAITS: [i64; 5] = [1, 3, 30, 600, 200_000];

/// The deepest that things stand in each other.
const DEEPEST: usize = 2;

/// What a hook does.
pub(crate) fn brief(dice: &mut Dice) -> Vec<Op> {
    let mut tags = 0;
    (0..1 + dice.below(3)).map(|_| simple(dice, &BRIEF, &mut tags)).collect()
}

/// What any other run does.
pub(crate) fn any(dice: &mut Dice) -> Vec<Op> {
    let mut tags = 0;
    several(dice, 0, 1, &mut tags)
}

fn several(dice: &mut Dice, depth: usize, least: usize, tags: &mut usize) -> Vec<Op> {
    (0..least + dice.below(3)).map(|_| op(dice, depth, tags)).collect()
}

fn op(dice: &mut Dice, depth: usize, tags: &mut usize) -> Op {
    if depth == DEEPEST || dice.chance(550) {
        return simple(dice, &SIMPLE, tags);
    }
    let name = *dice.pick(&COMPOUND);
    let mut op = named(name, tags);
    op.n = *dice.pick(&WAITS);
    let least = if op.act == "race" { 2 } else { 1 };
    op.ops = several(dice, depth + 1, least, tags);
    // Who waits in a lane of one for another one in it waits for ever.
    if op.act == "run_lane" && op.ops.iter().any(|op| op.has("run_lane")) {
        op.act = "run".to_owned();
    }
    op
}

fn simple(dice: &mut Dice, of: &[&str], tags: &mut usize) -> Op {
    let name = *dice.pick(of);
    let mut op = named(name, tags);
    // What fails for good ends much; most runs shall come far.
    if op.act == "fail" && dice.chance(600) {
        op.act = "set".to_owned();
    }
    op.n = match op.act.as_str() {
        "wait" | "until" => *dice.pick(&WAITS),
        "shared" | "shared_insist" => dice.within(1, 2),
        "hot" if dice.chance(30) => 20_000,
        "hot" => 20,
        _ => 1,
    };
    op
}

fn named(act: &str, tags: &mut usize) -> Op {
    *tags += 1;
    Op { act: act.to_owned(), tag: format!("t{tags}"), n: 1, ops: Vec::new() }
}

impl Op {
    /// Whether something of a kind is in it, or it is of that kind.
    pub(crate) fn has(&self, act: &str) -> bool {
        self.act == act || self.ops.iter().any(|op| op.has(act))
    }
}
