//! Finds types that no value can have: records that contain themselves.
//!
//! A record can be built when each field can; a choice when one of its alternatives can; an optional, a list
//! and a map always can, for they may be empty. What can be built is found by working forward from what has no
//! needs, in linear time. Of the rest, each cycle is told once.

use std::collections::{HashMap, HashSet};

use callflow_artifact::types::{RecordId, Type, TypeId, Variants};

use crate::source::Location;

use super::checker::Checker;
use super::report;

impl Checker<'_> {
    /// Tells of each record that contains itself.
    pub(super) fn check_finite(&mut self) {
        let buildable = self.buildable();
        let mut seen: HashMap<RecordId, usize> = HashMap::new();
        for walk in 0..self.records.len() {
            let Some(start) = self.records.get(walk).map(|item| item.record) else { continue };
            let mut next = (!buildable.contains(&TypeKey::Record(start))).then_some(start);
            while let Some(record) = next {
                match seen.insert(record, walk) {
                    // Back where this walk has been: a cycle, told at this record.
                    Some(earlier) if earlier == walk => {
                        self.tell_cycle(record, &buildable);
                        break;
                    }
                    Some(_) => break,
                    None => next = self.impossible_field(record, &buildable).map(|(_, to)| to),
                }
            }
        }
    }

    /// Which records and choices have values.
    fn buildable(&self) -> HashSet<TypeKey> {
        let mut built: HashSet<TypeKey> = HashSet::new();
        let mut needs: HashMap<RecordId, usize> = HashMap::new();
        let mut needed_by: HashMap<TypeKey, Vec<TypeKey>> = HashMap::new();
        let mut ready: Vec<TypeKey> = Vec::new();
        for item in &self.records {
            let fields = self.types.record(item.record).map(|r| r.fields.as_slice());
            let mut count = 0;
            for field in fields.unwrap_or_default() {
                if let Some(key) = self.key(field.ty) {
                    count += 1;
                    needed_by.entry(key).or_default().push(TypeKey::Record(item.record));
                }
            }
            needs.insert(item.record, count);
            if count == 0 {
                ready.push(TypeKey::Record(item.record));
            }
            if let Some(choice) = item.choice {
                let key = TypeKey::Record(item.record);
                needed_by.entry(key).or_default().push(TypeKey::Choice(choice.0));
            }
        }
        for union in &self.unions {
            let choice = self.types.choice(union.choice).map(|choice| &choice.variants);
            let Some(Variants::Untagged(members)) = choice else { continue };
            for member in members {
                let key = TypeKey::Record(member.record);
                needed_by.entry(key).or_default().push(TypeKey::Choice(union.choice.0));
            }
        }
        while let Some(key) = ready.pop() {
            if !built.insert(key) {
                continue;
            }
            for user in needed_by.remove(&key).unwrap_or_default() {
                match user {
                    TypeKey::Choice(_) => ready.push(user),
                    TypeKey::Record(record) => {
                        let left = needs.entry(record).or_insert(0);
                        *left = left.saturating_sub(1);
                        if *left == 0 {
                            ready.push(user);
                        }
                    }
                }
            }
        }
        built
    }

    /// The record or tagged choice that a value of the type must hold a value of.
    fn key(&self, ty: TypeId) -> Option<TypeKey> {
        match self.types.get(ty) {
            Type::Record(record) if self.is_declared(record) => Some(TypeKey::Record(record)),
            Type::Choice(choice) => match self.types.choice(choice)?.variants {
                Variants::Tagged(_) | Variants::Untagged(_) => Some(TypeKey::Choice(choice.0)),
                Variants::Literals(_) => None,
            },
            _ => None,
        }
    }

    /// A record that was made in place holds only what was known before it, so it is in no cycle by itself.
    fn is_declared(&self, record: RecordId) -> bool {
        self.types.record(record).is_some_and(|record| !record.name.is_empty())
    }

    /// The first field that keeps a record from being built, and the record that it leads to.
    fn impossible_field(
        &self,
        record: RecordId,
        buildable: &HashSet<TypeKey>,
    ) -> Option<(usize, RecordId)> {
        let fields = &self.types.record(record)?.fields;
        fields.iter().enumerate().find_map(|(index, field)| {
            let key = self.key(field.ty).filter(|key| !buildable.contains(key))?;
            let to = match key {
                TypeKey::Record(to) => to,
                TypeKey::Choice(_) => {
                    let Type::Choice(choice) = self.types.get(field.ty) else { return None };
                    let (Variants::Tagged(variants) | Variants::Untagged(variants)) =
                        &self.types.choice(choice)?.variants
                    else {
                        return None;
                    };
                    variants.first()?.record
                }
            };
            Some((index, to))
        })
    }

    fn tell_cycle(&mut self, record: RecordId, buildable: &HashSet<TypeKey>) {
        let Some((index, to)) = self.impossible_field(record, buildable) else { return };
        let Some(item) = self.records.iter().find(|item| item.record == record) else { return };
        let Some(field) = item.fields.get(index) else { return };
        let at = Location { file: item.file, span: field.ty.span };
        let name = self.types.record(record).map(|r| r.name.clone()).unwrap_or_default();
        let through = self.types.record(to).map(|r| r.name.clone()).unwrap_or_default();
        let defined = item.name;
        self.report(report::definitions::contains_itself(at, defined, &name, &through));
    }
}

/// A type that may be impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TypeKey {
    Record(RecordId),
    Choice(u32),
}
