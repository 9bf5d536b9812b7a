//! A plausible value of a type: what the sandbox answers, the event of a run that was given none, and what a
//! test leaves open.

use ecow::EcoString;

use crate::constant::Constant;
use crate::types::{ChoiceId, Field, RecordId, Type, TypeId, Types, Variants};

/// What an example has where the type asks for nothing and no field has a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optionals {
    /// A value, so that a person sees what there could be; deep down none.
    Filled,
    /// None.
    Empty,
}

/// How deep optional fields are filled in.
const OPTIONAL_DEPTH: usize = 3;

/// Where a list or a map stays empty, so that recursive types come to an end.
const END: usize = 8;

/// Where a recursion that nothing ends is given up; no value of such a type exists.
const GIVE_UP: usize = 32;

/// How many values are made up at most, for types can hold each other many times over.
const MOST: usize = 10_000;

/// An example of a type, always the same: from the fields' own samples and defaults, else from their names and
/// types. It fits the type, unless every value of the type is without end or very large.
pub fn example(types: &Types, ty: TypeId, optionals: Optionals) -> Constant {
    Maker { types, optionals, left: MOST }.of_type(ty, "", 0)
}

/// An example of a field: its sample, else its default, else what suits its name and type.
pub fn example_of_field(types: &Types, field: &Field, optionals: Optionals) -> Constant {
    Maker { types, optionals, left: MOST }.of_field(field, 0)
}

struct Maker<'a> {
    types: &'a Types,
    optionals: Optionals,
    left: usize,
}

impl Maker<'_> {
    fn of_type(&mut self, ty: TypeId, name: &str, depth: usize) -> Constant {
        self.left = self.left.saturating_sub(1);
        if depth > GIVE_UP || self.left == 0 {
            return Constant::None;
        }
        match self.types.get(ty) {
            Type::Bool => Constant::Bool(true),
            Type::Int => Constant::Int(whole(name)),
            Type::Float => Constant::Float(0.5),
            Type::Decimal => Constant::Decimal(rust_decimal::Decimal::new(120_050, 2)),
            Type::String => Constant::Text(text(name)),
            Type::Secret => Constant::Text("secret".into()),
            Type::Duration => Constant::Duration(60_000),
            Type::Time => Constant::Time(moment()),
            Type::Date => Constant::Date(jiff::civil::date(2026, 3, 2)),
            Type::Bytes => Constant::Bytes(b"hello".to_vec()),
            Type::Phone => Constant::Text("+14155550111".into()),
            Type::Json => Constant::Json("{}".into()),
            Type::None | Type::Unknown | Type::Never | Type::Parameter(_) => Constant::None,
            Type::Optional(inner) => {
                let filled = self.optionals == Optionals::Filled && depth < OPTIONAL_DEPTH;
                if filled { self.of_type(inner, name, depth) } else { Constant::None }
            }
            Type::List(_) if depth >= END => Constant::List(Vec::new()),
            Type::List(item) => Constant::List(vec![self.of_type(item, singular(name), depth + 1)]),
            Type::Map(_) if depth >= END => Constant::Map(Vec::new()),
            Type::Map(value) => {
                let value = self.of_type(value, singular(name), depth + 1);
                Constant::Map(vec![("key".into(), value)])
            }
            Type::Record(record) => Constant::Record(record, self.fields(record, depth)),
            Type::Choice(choice) => self.of_choice(choice, depth),
        }
    }

    fn fields(&mut self, id: RecordId, depth: usize) -> Vec<Constant> {
        let types = self.types;
        let fields = types.record(id).map(|record| record.fields.as_slice()).unwrap_or_default();
        fields.iter().map(|field| self.of_field(field, depth)).collect()
    }

    fn of_field(&mut self, field: &Field, depth: usize) -> Constant {
        if let Some(known) = field.sample.as_ref().or(field.default.as_ref()) {
            return known.clone();
        }
        let is_optional = matches!(self.types.get(field.ty), Type::Optional(_));
        if is_optional && depth + 1 >= OPTIONAL_DEPTH {
            return Constant::None;
        }
        self.of_type(field.ty, &field.name, depth + 1)
    }

    fn of_choice(&mut self, id: ChoiceId, depth: usize) -> Constant {
        let types = self.types;
        match types.choice(id).map(|choice| &choice.variants) {
            Some(Variants::Literals(texts)) => {
                texts.first().map_or(Constant::None, |text| Constant::Text(text.clone()))
            }
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                // Deep down, an alternative with fewer fields ends a recursion sooner.
                let size = |record| types.record(record).map_or(0, |record| record.fields.len());
                let variants = variants.iter().enumerate();
                let variant = if depth < OPTIONAL_DEPTH {
                    variants.min_by_key(|(index, _)| *index)
                } else {
                    variants.min_by_key(|(_, variant)| size(variant.record))
                };
                variant.map_or(Constant::None, |(index, variant)| {
                    Constant::Tagged(id, index as u16, self.fields(variant.record, depth))
                })
            }
            None => Constant::None,
        }
    }
}

/// 2026-03-02T09:15:01Z
fn moment() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_772_442_901).unwrap_or_default()
}

/// A text that suits a field's name.
fn text(name: &str) -> EcoString {
    let name = name.to_lowercase();
    let is = |word: &str| {
        name.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    };
    if is("id") || is("key") {
        "1".into()
    } else if is("url") || is("uri") || is("link") || is("website") {
        match name.rsplit_once('_') {
            Some((of, _)) => ecow::eco_format!("https://example.test/{of}"),
            None => "https://example.test/1".into(),
        }
    } else if is("email") {
        "ann@example.test".into()
    } else if is("phone") || is("number") {
        "+14155550111".into()
    } else if is("company") {
        "Acme".into()
    } else if is("first_name") {
        "Ann".into()
    } else if is("last_name") {
        "Lee".into()
    } else if is("name") {
        "Ann Lee".into()
    } else if is("currency") {
        "EUR".into()
    } else if name.is_empty() {
        "text".into()
    } else {
        name.replace('_', " ").into()
    }
}

/// A whole number that suits a field's name.
fn whole(name: &str) -> i64 {
    if name == "status" || name.ends_with("_status") { 200 } else { 1 }
}

/// `message` of `messages`.
fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_moment_is_the_one_that_is_written() {
        assert_eq!(moment().to_string(), "2026-03-02T09:15:01Z");
    }

    #[test]
    fn what_nothing_asks_for_is_filled_in_or_not() {
        let known = sample::types();
        let (record, lead) = known.lead;
        let company = Constant::Text("Acme".into());
        let budget = Constant::Decimal("1200.50".parse().unwrap());
        assert_eq!(
            example(&known.types, lead, Optionals::Filled),
            Constant::Record(record, vec![company.clone(), budget])
        );
        assert_eq!(
            example(&known.types, lead, Optionals::Empty),
            Constant::Record(record, vec![company, Constant::None])
        );
    }
}
