//! Leaving out the types that nothing mentions.
//!
//! The checker knows the types of the whole library and of all that it looked at on the way. A program needs few of
//! them: those that its functions, actions, flows and constants mention, and what these are made of. The rest goes,
//! and what stays is numbered anew, in the order that it had.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::Artifact;
use crate::mentions::{Mention, in_choice, in_record, in_type, outside_the_table};
use crate::types::{ChoiceId, RecordId, TypeId, Types};

/// Leaves out the types, records and choices that nothing mentions. The well-known types stay, at their ids.
pub fn prune(artifact: &mut Artifact) {
    let mut used = Used::default();
    Types::new().iter().for_each(|(mut id, _)| used.note(Mention::Type(&mut id)));
    outside_the_table(artifact, &mut |mention| used.note(mention));
    used.follow(&mut artifact.types);
    let numbers = used.numbers();
    artifact.types.retain(&used.types, &used.records, &used.choices);
    artifact.types.each_mention(&mut |mention| numbers.renumber(mention));
    outside_the_table(artifact, &mut |mention| numbers.renumber(mention));
}

/// What is mentioned.
#[derive(Default)]
struct Used {
    types: BTreeSet<TypeId>,
    records: BTreeSet<RecordId>,
    choices: BTreeSet<ChoiceId>,
    /// What was noted, and not looked at yet.
    todo: Vec<Noted>,
}

enum Noted {
    Type(TypeId),
    Record(RecordId),
    Choice(ChoiceId),
}

impl Used {
    fn note(&mut self, mention: Mention<'_>) {
        let noted = match mention {
            Mention::Type(id) => self.types.insert(*id).then_some(Noted::Type(*id)),
            Mention::Record(id) => self.records.insert(*id).then_some(Noted::Record(*id)),
            Mention::Choice(id) => self.choices.insert(*id).then_some(Noted::Choice(*id)),
        };
        self.todo.extend(noted);
    }

    /// Notes what is mentioned by what was noted, until there is nothing new.
    fn follow(&mut self, types: &mut Types) {
        while let Some(noted) = self.todo.pop() {
            let visit = &mut |mention: Mention<'_>| self.note(mention);
            match noted {
                Noted::Type(id) => in_type(&mut types.get(id), visit),
                Noted::Record(id) => {
                    if let Some(record) = types.record_mut(id) {
                        in_record(record, visit);
                    }
                }
                Noted::Choice(id) => {
                    if let Some(choice) = types.choice_mut(id) {
                        in_choice(choice, visit);
                    }
                }
            }
        }
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            types: (0..).zip(&self.types).map(|(new, &old)| (old, TypeId(new))).collect(),
            records: (0..).zip(&self.records).map(|(new, &old)| (old, RecordId(new))).collect(),
            choices: (0..).zip(&self.choices).map(|(new, &old)| (old, ChoiceId(new))).collect(),
        }
    }
}

/// The new ids, by the old ones.
struct Numbers {
    types: BTreeMap<TypeId, TypeId>,
    records: BTreeMap<RecordId, RecordId>,
    choices: BTreeMap<ChoiceId, ChoiceId>,
}

impl Numbers {
    fn renumber(&self, mention: Mention<'_>) {
        match mention {
            Mention::Type(id) => *id = self.types.get(id).copied().unwrap_or(*id),
            Mention::Record(id) => *id = self.records.get(id).copied().unwrap_or(*id),
            Mention::Choice(id) => *id = self.choices.get(id).copied().unwrap_or(*id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::to_bytes;
    use crate::print::print;
    use crate::sample;
    use crate::types::{Choice, Record, Variants};
    use crate::verify::verify;

    /// Types that nothing mentions: a record, a list of it, and a choice.
    fn add_others(types: &mut Types, name: &str) {
        let fields = vec![sample::field("id", TypeId::STRING)];
        let record = Record { name: name.into(), doc: "".into(), fields };
        let (_, record) = types.add_record(record);
        let list = types.list(record);
        types.optional(list);
        let variants = Variants::Literals(vec![name.into()]);
        types.add_choice(Choice { name: name.into(), doc: "".into(), variants });
    }

    #[test]
    fn what_nothing_mentions_goes_and_the_rest_stays() {
        let mut artifact = sample::artifact();
        prune(&mut artifact);
        let before = (artifact.types.len(), print(&artifact), to_bytes(&artifact));
        add_others(&mut artifact.types, "Other");
        add_others(&mut artifact.types, "Another");
        assert_ne!(artifact.types.len(), before.0);
        prune(&mut artifact);
        assert_eq!((artifact.types.len(), print(&artifact), to_bytes(&artifact)), before);
        assert_eq!(verify(&artifact), Ok(()));
    }

    #[test]
    fn what_stays_is_numbered_anew() {
        let whole = sample::artifact();
        let mut artifact = whole.clone();
        // Nothing but the error's type is left to be mentioned.
        artifact.functions.clear();
        artifact.actions.clear();
        artifact.flows.clear();
        artifact.tests.clear();
        artifact.constants.clear();
        prune(&mut artifact);
        let (types, records, choices) = artifact.types.len();
        let (all_types, all_records, all_choices) = whole.types.len();
        assert!(types < all_types && records < all_records && choices <= all_choices);
        assert_eq!(artifact.types.display(artifact.error), whole.types.display(whole.error));
        assert_eq!(verify(&artifact), Ok(()));
    }

    #[test]
    fn the_sample_is_the_same_program() {
        let whole = sample::artifact();
        let mut artifact = whole.clone();
        prune(&mut artifact);
        assert_eq!(print(&artifact), print(&whole));
        assert_eq!(verify(&artifact), Ok(()));
    }
}
