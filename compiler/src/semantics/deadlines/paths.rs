//! Worst paths, and how they go together.

use crate::source::Location;

/// How many steps of a path are remembered, the longest ones.
const MOST_STEPS: usize = 4;

/// A part of a path that takes time.
#[derive(Debug, Clone, Copy)]
pub(in crate::semantics) struct Step {
    pub(in crate::semantics) at: Location,
    /// In milliseconds.
    pub(in crate::semantics) time: i64,
    /// What takes it, where that stands in a function.
    pub(in crate::semantics) cause: Option<Location>,
}

/// What is known of the time that a path takes.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    /// In milliseconds.
    pub(super) time: i64,
    /// Whether something on it has no bound.
    pub(super) open: bool,
    /// A `wait until` on it.
    pub(super) until: Option<Step>,
    /// The longest ones first.
    pub(super) steps: Vec<Step>,
}

impl Path {
    /// One step.
    pub(super) fn step(at: Location, time: i64) -> Path {
        let steps = if time > 0 { vec![Step { at, time, cause: None }] } else { Vec::new() };
        Path { time, steps, ..Path::default() }
    }

    /// Something without a bound.
    pub(super) fn open() -> Path {
        Path { open: true, ..Path::default() }
    }

    fn then(&self, next: &Path) -> Path {
        let mut steps = self.steps.clone();
        steps.extend(&next.steps);
        steps.sort_by_key(|step| std::cmp::Reverse(step.time));
        steps.truncate(MOST_STEPS);
        Path {
            time: self.time.saturating_add(next.time),
            open: self.open || next.open,
            until: self.until.or(next.until),
            steps,
        }
    }

    /// The same, seen from a call of what it is in.
    pub(super) fn called_at(&self, at: Location) -> Path {
        let cause = self.steps.first().map(|step| step.cause.unwrap_or(step.at));
        let step = Step { at, time: self.time, cause };
        let until = self.until.map(|until| Step { at, time: 0, cause: Some(until.at) });
        let steps = if self.time > 0 { vec![step] } else { Vec::new() };
        Path { time: self.time, open: self.open, until, steps }
    }
}

/// How control may leave a part of a body, each with its worst path. In boxes, for what looks at nested parts holds
/// one of these for each.
#[derive(Debug, Clone, Default)]
pub(super) struct Ways {
    /// On to what comes next.
    on: Option<Box<Path>>,
    /// Out of the loop around it.
    out_of_loop: Option<Box<Path>>,
    /// To the end of the body.
    end: Option<Box<Path>>,
}

impl Ways {
    /// Control goes on.
    pub(super) fn on(path: Path) -> Ways {
        Ways { on: Some(Box::new(path)), ..Ways::default() }
    }

    /// Control goes on at once.
    pub(super) fn nothing() -> Ways {
        Ways::on(Path::default())
    }

    /// A wait up to a time that nobody knows.
    pub(super) fn until(at: Location) -> Ways {
        let until = Some(Step { at, time: 0, cause: None });
        Ways::on(Path { open: true, until, ..Path::default() })
    }

    /// The one after the other.
    pub(super) fn then(self, next: Ways) -> Ways {
        let Some(before) = self.on else { return self };
        let after = |path: Option<Box<Path>>| path.map(|path| Box::new(before.then(&path)));
        Ways {
            on: after(next.on),
            out_of_loop: worse(self.out_of_loop, after(next.out_of_loop)),
            end: worse(self.end, after(next.end)),
        }
    }

    /// The one or the other.
    pub(super) fn or(self, other: Ways) -> Ways {
        Ways {
            on: worse(self.on, other.on),
            out_of_loop: worse(self.out_of_loop, other.out_of_loop),
            end: worse(self.end, other.end),
        }
    }

    /// Where control goes on, it goes to the end instead.
    pub(super) fn ending(self) -> Ways {
        Ways { end: worse(self.on, self.end), on: None, out_of_loop: self.out_of_loop }
    }

    /// The same, or a failure at its very end, after which something else is done.
    pub(super) fn or_failed(self, instead: Ways) -> Ways {
        let failed = Ways::on(self.clone().worst()).then(instead);
        self.or(failed)
    }

    /// The worst path of all.
    pub(super) fn worst(self) -> Path {
        worse(worse(self.on, self.out_of_loop), self.end).map(|path| *path).unwrap_or_default()
    }

    /// Out of the loop around it.
    pub(super) fn out_of_loop() -> Ways {
        Ways { out_of_loop: Some(Box::default()), ..Ways::default() }
    }

    /// Done again and again: so often where that is known, else once, and nobody knows how often more.
    pub(super) fn repeated(self, times: Option<i64>) -> Ways {
        let mut turn = worse(self.on, self.out_of_loop).unwrap_or_default();
        let count = times.unwrap_or(1);
        turn.open |= times.is_none() && turn.time > 0;
        turn.time = turn.time.saturating_mul(count);
        for step in &mut turn.steps {
            step.time = step.time.saturating_mul(count);
        }
        Ways { on: Some(turn), out_of_loop: None, end: self.end }
    }
}

fn worse(one: Option<Box<Path>>, other: Option<Box<Path>>) -> Option<Box<Path>> {
    let (Some(one), Some(other)) = (&one, &other) else { return one.or(other) };
    let worse = if other.time > one.time { other } else { one };
    Some(Box::new(Path {
        open: one.open || other.open,
        until: one.until.or(other.until),
        ..(**worse).clone()
    }))
}

/// All branches at the same time: the longest counts.
pub(super) fn together(branches: Vec<Ways>) -> Ways {
    branches.into_iter().reduce(Ways::or).unwrap_or_else(Ways::nothing)
}

/// The first branch to end: one without a bound is beaten by any that has one.
pub(super) fn first(branches: Vec<Path>) -> Path {
    let bounded = branches.iter().filter(|path| !path.open).min_by_key(|path| path.time);
    let shortest = bounded.or_else(|| branches.iter().min_by_key(|path| path.time));
    let until = branches.iter().all(|path| path.until.is_some());
    let mut path = shortest.cloned().unwrap_or_default();
    path.until = path.until.filter(|_| until);
    path
}
