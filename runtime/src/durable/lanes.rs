//! Who may go on: flows that limit how many of their runs go on at a time, for each key.

use std::collections::{BTreeSet, HashMap, VecDeque};

use ecow::EcoString;

use super::mutation::{self, Mutation};
use super::record::RunNumber;

/// All lanes that somebody is in.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: HashMap<EcoString, Lane>,
}

#[derive(Debug, Default)]
struct Lane {
    /// How many may go on.
    places: usize,
    going: BTreeSet<RunNumber>,
    /// In the order in which they came.
    waiting: VecDeque<RunNumber>,
}

impl Lanes {
    /// A run comes; whether it may go on, else it waits.
    pub(super) fn enter(&mut self, lane: &EcoString, places: usize, run: RunNumber) -> bool {
        let lane = self.lane(lane, places);
        if lane.waiting.is_empty() && lane.going.len() < lane.places {
            lane.going.insert(run);
            return true;
        }
        lane.waiting.push_back(run);
        false
    }

    /// A run has a place already, from before this process began or because somebody said so.
    pub(super) fn keep(&mut self, lane: &EcoString, places: usize, run: RunNumber) {
        self.lane(lane, places).going.insert(run);
    }

    /// A run waits already, from before this process began.
    pub(super) fn wait(&mut self, lane: &EcoString, places: usize, run: RunNumber) {
        self.lane(lane, places).waiting.push_back(run);
    }

    /// Whether another run may go on at once.
    pub(super) fn has_room(&self, lane: &EcoString, places: usize) -> bool {
        let lane = self.lanes.get(lane);
        lane.is_none_or(|lane| lane.waiting.is_empty() && lane.going.len() < places)
    }

    /// A run has ended, or does not wait any more.
    pub(super) fn leave(&mut self, lane: &EcoString, run: RunNumber) {
        let Some(known) = self.lanes.get_mut(lane) else { return };
        if !known.going.remove(&run) {
            known.waiting.retain(|waiting| *waiting != run);
        }
    }

    /// The runs of a lane that may go on now. They have their places.
    pub(super) fn admit(&mut self, lane: &EcoString) -> Vec<RunNumber> {
        let Some(known) = self.lanes.get_mut(lane) else { return Vec::new() };
        if mutation::is(Mutation::OvertakeInLane) {
            known.waiting.make_contiguous().reverse();
        }
        let free = known.places.saturating_sub(known.going.len()).min(known.waiting.len());
        let admitted: Vec<RunNumber> = known.waiting.drain(..free).collect();
        known.going.extend(&admitted);
        if known.going.is_empty() {
            self.lanes.remove(lane);
        }
        admitted
    }

    /// The names of all lanes.
    pub(super) fn names(&self) -> Vec<EcoString> {
        let mut names: Vec<EcoString> = self.lanes.keys().cloned().collect();
        names.sort();
        names
    }

    fn lane(&mut self, lane: &EcoString, places: usize) -> &mut Lane {
        let lane = self.lanes.entry(lane.clone()).or_default();
        // A new version of the flow may say another number.
        let extra = usize::from(mutation::is(Mutation::ExtraPlace));
        lane.places = places.max(1).saturating_add(extra);
        lane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_go_on_in_the_order_in_which_they_came() {
        let mut lanes = Lanes::default();
        let lane = EcoString::from("sync\n");
        let run = RunNumber;
        assert!(lanes.enter(&lane, 2, run(1)) && lanes.enter(&lane, 2, run(2)));
        assert!(!lanes.enter(&lane, 2, run(3)) && !lanes.enter(&lane, 2, run(4)));
        lanes.leave(&lane, run(3));
        assert!(lanes.admit(&lane).is_empty());
        lanes.leave(&lane, run(1));
        assert_eq!(lanes.admit(&lane), [run(4)]);
        assert!(!lanes.has_room(&lane, 2));
        lanes.leave(&lane, run(2));
        assert!(lanes.has_room(&lane, 2));
        lanes.leave(&lane, run(4));
        assert!(lanes.admit(&lane).is_empty() && lanes.names().is_empty());
    }
}
