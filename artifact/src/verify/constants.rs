//! Whether a constant is a value of a type.

use ecow::EcoString;

use super::Wrong;
use crate::artifact::Artifact;
use crate::constant::Constant;
use crate::types::{RecordId, Type, TypeId, Types, Variants};

/// How much looking at constants may cost for one artifact. A constant is looked at once for each type that it
/// is used as, and a text once for each literal of a choice.
const MOST: u64 = 1 << 26;

/// Looks at constants, and knows what that has cost.
#[derive(Debug)]
pub(super) struct Effort<'a> {
    spent: u64,
    /// The names of secrets, in order.
    secrets: &'a [EcoString],
}

impl<'a> Effort<'a> {
    pub(super) fn new(artifact: &'a Artifact) -> Effort<'a> {
        Effort { spent: 0, secrets: &artifact.secrets }
    }

    /// Whether a constant is a value of a type. The constant is no deeper than decoding allows.
    pub(super) fn fits(
        &mut self,
        types: &Types,
        constant: &Constant,
        ty: TypeId,
    ) -> Result<bool, Wrong> {
        self.spend(1)?;
        let fits = match (constant, types.get(ty)) {
            (Constant::Null, Type::Optional(_))
            | (Constant::None, Type::Optional(_) | Type::None)
            | (Constant::Bool(_), Type::Bool)
            | (Constant::Int(_), Type::Int)
            | (Constant::Float(_), Type::Float)
            | (Constant::Decimal(_), Type::Decimal)
            | (Constant::Text(_), Type::String | Type::Phone)
            | (Constant::Duration(_), Type::Duration)
            | (Constant::Time(_), Type::Time)
            | (Constant::Date(_), Type::Date)
            | (Constant::Bytes(_), Type::Bytes)
            | (Constant::Json(_), Type::Json) => true,
            // Only what is told beforehand can be missing when a run begins, and be told then.
            (Constant::Text(name), Type::Secret) => self.secrets.binary_search(name).is_ok(),
            (_, Type::Optional(inner)) => self.fits(types, constant, inner)?,
            (Constant::Text(text), Type::Choice(choice)) => {
                match types.choice(choice).map(|choice| &choice.variants) {
                    Some(Variants::Literals(literals)) => {
                        self.spend(literals.len() as u64)?;
                        literals.contains(text)
                    }
                    _ => false,
                }
            }
            (Constant::List(items), Type::List(item)) => {
                for constant in items {
                    if !self.fits(types, constant, item)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Constant::Map(entries), Type::Map(value)) => {
                for (_, constant) in entries {
                    if !self.fits(types, constant, value)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Constant::Record(record, values), Type::Record(expected)) => {
                *record == expected && self.record(types, values, expected)?
            }
            (Constant::Tagged(choice, variant, values), Type::Choice(expected)) => {
                let known = types.choice(expected).and_then(|choice| match &choice.variants {
                    Variants::Tagged(variants) | Variants::Untagged(variants) => {
                        variants.get(usize::from(*variant))
                    }
                    Variants::Literals(_) => None,
                });
                match known {
                    Some(variant) if *choice == expected => {
                        self.record(types, values, variant.record)?
                    }
                    _ => false,
                }
            }
            _ => false,
        };
        Ok(fits)
    }

    fn record(
        &mut self,
        types: &Types,
        values: &[Constant],
        record: RecordId,
    ) -> Result<bool, Wrong> {
        let Some(record) = types.record(record).filter(|r| r.fields.len() == values.len()) else {
            return Ok(false);
        };
        for (field, value) in record.fields.iter().zip(values) {
            if !self.fits(types, value, field.ty)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn spend(&mut self, effort: u64) -> Result<(), Wrong> {
        self.spent += effort;
        if self.spent > MOST {
            return Err(Wrong::new("constants that can be checked in time", "too many of them"));
        }
        Ok(())
    }
}
