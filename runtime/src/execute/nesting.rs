//! How deep values of a type can be nested.
//!
//! Reading, writing, comparing and dropping a value goes as deep as the value does. The depth of most values is
//! bounded by their type; only values of types that contain themselves must be measured as they are made.

use callflow_artifact::types::{RecordId, Type, TypeId, Types, Variants};

use crate::value::Value;

/// How deep types may be nested in each other; a record in a field is two levels.
const TYPE_DEPTH_LIMIT: usize = 512;

/// Which records and choices contain themselves, directly or through others.
#[derive(Debug)]
pub(super) struct Nesting {
    /// By record id.
    unbounded: Vec<bool>,
}

/// Types that are nested deeper than [`TYPE_DEPTH_LIMIT`] without containing themselves.
#[derive(Debug)]
pub(super) struct TooDeep;

impl Nesting {
    /// Finds the types without bound by taking away, again and again, the types that contain only types taken
    /// away before. A type is as deep as the deepest one in it and one more.
    pub(super) fn of(types: &Types) -> Result<Nesting, TooDeep> {
        let (type_count, record_count, _) = types.len();
        let parts = parts(types);
        let mut users = vec![Vec::new(); parts.len()];
        for (node, parts) in parts.iter().enumerate() {
            for &part in parts {
                if let Some(users) = users.get_mut(part) {
                    users.push(node);
                }
            }
        }
        let mut missing: Vec<usize> = parts.iter().map(Vec::len).collect();
        let mut depths = vec![0_usize; parts.len()];
        let mut done: Vec<usize> =
            (0..parts.len()).filter(|n| missing.get(*n) == Some(&0)).collect();
        while let Some(part) = done.pop() {
            let depth = depths.get(part).map_or(0, |depth| depth + 1);
            if depth > TYPE_DEPTH_LIMIT {
                return Err(TooDeep);
            }
            for &user in users.get(part).into_iter().flatten() {
                if let Some(deepest) = depths.get_mut(user) {
                    *deepest = (*deepest).max(depth);
                }
                if let Some(missing) = missing.get_mut(user) {
                    *missing -= 1;
                    if *missing == 0 {
                        done.push(user);
                    }
                }
            }
        }
        let records = missing.get(type_count..type_count + record_count).unwrap_or_default();
        Ok(Nesting { unbounded: records.iter().map(|&missing| missing > 0).collect() })
    }

    /// Whether values of a record's type can be nested without bound.
    pub(super) fn is_unbounded(&self, record: RecordId) -> bool {
        self.unbounded.get(record.0 as usize).copied().unwrap_or(false)
    }
}

/// How deep a value is nested, if that is at most `limit`. `work` counts what was looked at; past `most` the
/// answer is none as well.
pub(super) fn depth(value: &Value, limit: usize, work: &mut u64, most: u64) -> Option<usize> {
    *work += 1;
    if *work > most {
        return None;
    }
    let mut deepest = 0;
    let mut nest = |part: &Value| -> Option<()> {
        deepest = deepest.max(depth(part, limit.checked_sub(1)?, work, most)? + 1);
        Some(())
    };
    match value {
        Value::List(items) | Value::Record(items) | Value::Tagged(_, items) => {
            items.iter().try_for_each(&mut nest)?;
        }
        Value::Map(entries) => entries.values().try_for_each(&mut nest)?,
        _ => {}
    }
    Some(deepest)
}

/// What each type, and after them each record, is made of.
fn parts(types: &Types) -> Vec<Vec<usize>> {
    let (type_count, record_count, _) = types.len();
    let of_type = |ty: Type| match ty {
        Type::Optional(TypeId(inner)) | Type::List(TypeId(inner)) | Type::Map(TypeId(inner)) => {
            vec![inner as usize]
        }
        Type::Record(id) => vec![type_count + id.0 as usize],
        Type::Choice(id) => match types.choice(id).map(|choice| &choice.variants) {
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                variants.iter().map(|variant| type_count + variant.record.0 as usize).collect()
            }
            _ => vec![],
        },
        _ => vec![],
    };
    let of_record = |index: usize| {
        let record = types.record(RecordId(index as u32));
        let fields = record.map(|record| record.fields.as_slice()).unwrap_or_default();
        fields.iter().map(|field| field.ty.0 as usize).collect()
    };
    types.iter().map(|(_, ty)| of_type(ty)).chain((0..record_count).map(of_record)).collect()
}
