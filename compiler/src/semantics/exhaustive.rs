//! Whether a `match` takes every value.
//!
//! Patterns do not nest, so what is covered is a set: of a bool's two values, a choice's alternatives, or
//! everything; and of `none` beside that, where the subject is optional.

use callflow_artifact::Constant;
use callflow_artifact::types::{Type, TypeId, Types, Variants};
use ecow::{EcoString, eco_format};

use super::typed::Pattern;

/// What the arms of a `match` have taken so far.
pub(super) struct Coverage {
    /// The alternatives of a bool or a choice as patterns, each with whether it is taken. None where there are
    /// too many to list.
    alternatives: Option<Vec<(Alternative, EcoString, bool)>>,
    /// Literals of a type with too many alternatives.
    literals: Vec<Constant>,
    optional: bool,
    none: bool,
    everything: bool,
    /// A broken pattern may have been meant to take what is missing.
    unsure: bool,
}

#[derive(PartialEq)]
enum Alternative {
    Value(Constant),
    Variant(u16),
}

impl Coverage {
    /// Nothing of a type is taken yet.
    pub(super) fn of(types: &Types, ty: TypeId) -> Coverage {
        let optional = matches!(types.get(ty), Type::Optional(_));
        let alternatives = match types.get(types.without_optional(ty)) {
            Type::Bool => Some(
                [true, false]
                    .map(|value| {
                        let pattern = eco_format!("{value}");
                        (Alternative::Value(Constant::Bool(value)), pattern, false)
                    })
                    .into(),
            ),
            Type::Choice(choice) => {
                types.choice(choice).map(|choice| variants_of(&choice.variants, types))
            }
            _ => None,
        };
        Coverage {
            alternatives,
            literals: Vec::new(),
            optional,
            none: false,
            everything: false,
            unsure: false,
        }
    }

    /// Takes what a test takes; false where nothing was left for it.
    pub(super) fn takes(&mut self, test: &Pattern) -> bool {
        let complete = self.everything && (self.none || !self.optional);
        match test {
            Pattern::Always => {
                self.everything = true;
                self.none = true;
                !complete
            }
            Pattern::IsNone => !std::mem::replace(&mut self.none, true),
            Pattern::IsSome => !std::mem::replace(&mut self.everything, true),
            Pattern::Equals(value) if self.alternatives.is_none() => {
                let new = !self.everything && !self.literals.contains(value);
                self.literals.push(value.clone());
                new
            }
            Pattern::Equals(value) => self.take_one(&Alternative::Value(value.clone())),
            Pattern::Variant(index) => self.take_one(&Alternative::Variant(*index)),
        }
    }

    fn take_one(&mut self, taken: &Alternative) -> bool {
        let new = !self.everything;
        let Some(alternatives) = &mut self.alternatives else { return new };
        let found = alternatives.iter_mut().find(|(alternative, ..)| alternative == taken);
        let new = new && found.is_some_and(|(_, _, taken)| !std::mem::replace(taken, true));
        if alternatives.iter().all(|(_, _, taken)| *taken) {
            self.everything = true;
        }
        new
    }

    /// A pattern was broken: what it was to take is not known.
    pub(super) fn give_up(&mut self) {
        self.unsure = true;
    }

    /// Whether `none` is taken by now.
    pub(super) fn none_is_covered(&self) -> bool {
        self.none
    }

    /// The patterns that are missing.
    pub(super) fn missing(&self) -> Vec<EcoString> {
        let mut missing = Vec::new();
        if self.unsure {
            return missing;
        }
        if !self.everything {
            match &self.alternatives {
                Some(alternatives) => missing.extend(
                    alternatives
                        .iter()
                        .filter(|(_, _, taken)| !taken)
                        .map(|(_, pattern, _)| pattern.clone()),
                ),
                None => missing.push("else".into()),
            }
        }
        if self.optional && !self.none && !missing.iter().any(|pattern| pattern == "else") {
            missing.push("none".into());
        }
        missing
    }
}

fn variants_of(variants: &Variants, types: &Types) -> Vec<(Alternative, EcoString, bool)> {
    match variants {
        Variants::Literals(texts) => texts
            .iter()
            .map(|text| {
                let value = Alternative::Value(Constant::Text(text.clone()));
                (value, eco_format!("{text:?}"), false)
            })
            .collect(),
        Variants::Tagged(variants) | Variants::Untagged(variants) => variants
            .iter()
            .enumerate()
            .map(|(index, variant)| {
                let fields = types.record(variant.record).map(|record| record.fields.as_slice());
                let names: Vec<&str> =
                    fields.unwrap_or_default().iter().map(|field| field.name.as_str()).collect();
                let pattern = if names.is_empty() {
                    variant.name.clone()
                } else {
                    eco_format!("{} {{ {} }}", variant.name, names.join(", "))
                };
                (Alternative::Variant(index as u16), pattern, false)
            })
            .collect(),
    }
}
