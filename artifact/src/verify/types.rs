//! The table of types: each type stands once, is built of earlier ones, and no record holds itself.

use std::collections::HashSet;

use super::{Wrong, constants, ensure};
use crate::artifact::Artifact;
use crate::file;
use crate::piece::ERROR_KINDS;
use crate::types::{Record, RecordId, Type, TypeId, Types, Variants};

/// How deep a type may be built of lists, maps and optionals. What follows a type to its end can recurse.
const DEEPEST: u16 = 200;

pub(super) fn check(artifact: &Artifact) -> Result<(), Wrong> {
    let types = &artifact.types;
    graph(types)?;
    records(artifact)?;
    finite(types)?;
    error_record(types, artifact.error)
}

/// Whether a type of values of a function with so many type parameters: none that the checker uses for what is
/// broken or never there, and no parameter that the function does not have.
pub(super) fn is_sound(types: &Types, id: TypeId, parameters: u8) -> bool {
    match types.get(id) {
        Type::Unknown | Type::Never => false,
        Type::Parameter(n) => n < parameters,
        Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => {
            is_sound(types, inner, parameters)
        }
        _ => true,
    }
}

/// Each type stands once, with the well-known ones at their ids, and is built of types that stand before it.
fn graph(types: &Types) -> Result<(), Wrong> {
    let (count, records, choices) = types.len();
    for (id, ty) in Types::new().iter() {
        let found = (count > id.0 as usize).then(|| types.get(id));
        ensure(found == Some(ty), || format!("{ty:?} at id {}", id.0), || format!("{found:?}"))?;
    }
    let found = types.record(RecordId::FILE);
    ensure(
        found == Some(&file::record()),
        || "the record of a stored file first".into(),
        || format!("{found:?}"),
    )?;
    let mut seen = HashSet::new();
    let mut depths: Vec<u16> = Vec::with_capacity(count);
    for (id, ty) in types.iter() {
        let place = |found: String| format!("{found} at id {}", id.0);
        ensure(seen.insert(ty), || "each type once".into(), || place(format!("{ty:?} again")))?;
        let depth = match ty {
            Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => {
                let depth = depths.get(inner.0 as usize).copied();
                let Some(depth) = depth.filter(|&depth| depth < DEEPEST) else {
                    let expected = "a type that is built of earlier ones, not too deep";
                    return Err(Wrong::new(expected, place(format!("{ty:?}"))));
                };
                let nested = matches!(ty, Type::Optional(_))
                    && matches!(types.get(inner), Type::Optional(_) | Type::None);
                ensure(!nested, || "an optional of a value".into(), || place(format!("{ty:?}")))?;
                depth + 1
            }
            Type::Record(record) => {
                let known = (record.0 as usize) < records;
                ensure(known, || format!("one of {records} records"), || place(format!("{ty:?}")))?;
                0
            }
            Type::Choice(choice) => {
                let known = (choice.0 as usize) < choices;
                ensure(known, || format!("one of {choices} choices"), || place(format!("{ty:?}")))?;
                0
            }
            _ => 0,
        };
        depths.push(depth);
    }
    Ok(())
}

/// Fields have types of values, and their defaults and samples are such values.
fn records(artifact: &Artifact) -> Result<(), Wrong> {
    let types = &artifact.types;
    let (count, records, choices) = types.len();
    let mut effort = constants::Effort::new(artifact);
    for record in (0..records).filter_map(|index| types.record(RecordId(index as u32))) {
        for field in &record.fields {
            let name = || format!("`{}.{}`", record.name, field.name);
            let sound = (field.ty.0 as usize) < count && is_sound(types, field.ty, 0);
            ensure(sound, || format!("a type for {}", name()), || format!("{:?}", field.ty))?;
            for constant in field.default.iter().chain(&field.sample) {
                let fits = effort.fits(types, constant, field.ty)?;
                let expected = || format!("{} for {}", types.display(field.ty), name());
                ensure(fits, expected, || format!("{constant:?}"))?;
            }
        }
    }
    for choice in (0..choices).filter_map(|id| types.choice(crate::types::ChoiceId(id as u32))) {
        if let Variants::Tagged(variants) | Variants::Untagged(variants) = &choice.variants {
            for variant in variants {
                let known = types.record(variant.record).is_some();
                let expected = || format!("a record for `{}.{}`", choice.name, variant.name);
                ensure(known, expected, || format!("{:?}", variant.record))?;
            }
        }
    }
    Ok(())
}

/// No record holds itself other than through an optional, a list, a map or a choice. Records that hold no
/// record that is left are taken away until none is left.
fn finite(types: &Types) -> Result<(), Wrong> {
    let (_, count, _) = types.len();
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut holds: Vec<usize> = vec![0; count];
    for (index, held) in holds.iter_mut().enumerate() {
        for inner in types.record(RecordId(index as u32)).into_iter().flat_map(parts(types)) {
            if let Some(holders) = holders.get_mut(inner) {
                holders.push(index);
                *held += 1;
            }
        }
    }
    let mut free: Vec<usize> =
        holds.iter().enumerate().filter(|(_, held)| **held == 0).map(|(index, _)| index).collect();
    let mut taken = 0;
    while let Some(index) = free.pop() {
        taken += 1;
        for holder in holders.get_mut(index).map(std::mem::take).unwrap_or_default() {
            if let Some(held) = holds.get_mut(holder) {
                *held -= 1;
                if *held == 0 {
                    free.push(holder);
                }
            }
        }
    }
    ensure(
        taken == count,
        || "records that do not hold themselves".into(),
        || format!("{} that do", count - taken),
    )
}

/// The records that a record holds in place.
fn parts(types: &Types) -> impl Fn(&Record) -> Vec<usize> + '_ {
    |record| {
        let direct = |ty| match types.get(ty) {
            Type::Record(RecordId(index)) => Some(index as usize),
            _ => None,
        };
        record.fields.iter().filter_map(|field| direct(field.ty)).collect()
    }
}

/// Executors make this record themselves, so its fields must be the ones that they know.
fn error_record(types: &Types, error: TypeId) -> Result<(), Wrong> {
    let expected =
        "the record of errors: kind, message, piece?, action?, status?, retry_after?, details";
    let wrong = || Wrong::new(expected, types.display(error));
    let Type::Record(record) = types.get(error) else { return Err(wrong()) };
    let fields = types.record(record).map(|record| record.fields.as_slice()).unwrap_or_default();
    let Some((kind, rest)) = fields.split_first() else { return Err(wrong()) };
    let known = [
        ("message", Type::String),
        ("piece", Type::Optional(TypeId::STRING)),
        ("action", Type::Optional(TypeId::STRING)),
        ("status", Type::Optional(TypeId::INT)),
        ("retry_after", Type::Optional(TypeId::DURATION)),
        ("details", Type::Json),
    ];
    let rest_fits = rest.iter().map(|field| (field.name.as_str(), types.get(field.ty))).eq(known);
    let kind_fits = kind.name == "kind" && holds_error_kinds(types, kind.ty);
    if kind_fits && rest_fits { Ok(()) } else { Err(wrong()) }
}

/// Whether the type is a choice of texts, with each kind of error among them.
fn holds_error_kinds(types: &Types, ty: TypeId) -> bool {
    let Type::Choice(choice) = types.get(ty) else { return false };
    match types.choice(choice).map(|choice| &choice.variants) {
        Some(Variants::Literals(texts)) => {
            ERROR_KINDS.iter().all(|kind| texts.iter().any(|text| text == kind))
        }
        _ => false,
    }
}
