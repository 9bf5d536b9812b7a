//! Types and values for tests.

use std::sync::Arc;

use callflow_artifact::types::{Choice, Field, Record, RecordId, TypeId, Types, Variant, Variants};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::Value;

/// A field without clauses.
pub(crate) fn field(name: &str, ty: TypeId) -> Field {
    Field {
        name: name.into(),
        wire: None,
        ty,
        nullable: false,
        default: None,
        sample: None,
        doc: "".into(),
    }
}

/// Adds a named record.
pub(crate) fn record(types: &mut Types, name: &str, fields: Vec<Field>) -> (RecordId, TypeId) {
    types.add_record(Record { name: name.into(), doc: "".into(), fields })
}

/// Adds a named choice of literals.
pub(crate) fn literals(types: &mut Types, name: &str, texts: &[&str]) -> TypeId {
    let variants = Variants::Literals(texts.iter().map(|&text| text.into()).collect());
    types.add_choice(Choice { name: name.into(), doc: "".into(), variants }).1
}

/// Adds a named tagged choice.
pub(crate) fn tagged(types: &mut Types, name: &str, variants: Vec<(&str, Vec<Field>)>) -> TypeId {
    let variants = variants
        .into_iter()
        .map(|(name, fields)| Variant {
            name: name.into(),
            record: record(types, name, fields).0,
            doc: "".into(),
        })
        .collect();
    let variants = Variants::Tagged(variants);
    types.add_choice(Choice { name: name.into(), doc: "".into(), variants }).1
}

/// Adds the prelude's `Error`.
pub(crate) fn error_type(types: &mut Types) -> TypeId {
    let kind = literals(types, "ErrorKind", &callflow_artifact::piece::ERROR_KINDS);
    let text = types.optional(TypeId::STRING);
    let fields = vec![
        field("kind", kind),
        field("message", TypeId::STRING),
        field("piece", text),
        field("action", text),
        field("status", types.optional(TypeId::INT)),
        field("retry_after", types.optional(TypeId::DURATION)),
        field("details", TypeId::JSON),
    ];
    record(types, "Error", fields).1
}

/// What a generated type is made of.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Scalar(TypeId),
    Literals,
    Optional(Box<Plan>),
    List(Box<Plan>),
    Map(Box<Plan>),
    Record(Vec<Plan>),
    Tagged(Vec<Vec<Plan>>),
}

/// Plans of types that values of can be written as JSON and read back.
pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let scalars = [
        TypeId::NONE,
        TypeId::BOOL,
        TypeId::INT,
        TypeId::FLOAT,
        TypeId::DECIMAL,
        TypeId::STRING,
        TypeId::DURATION,
        TypeId::TIME,
        TypeId::DATE,
        TypeId::BYTES,
        TypeId::PHONE,
        TypeId::JSON,
    ];
    let leaf = prop_oneof![
        9 => proptest::sample::select(scalars.to_vec()).prop_map(Plan::Scalar),
        1 => Just(Plan::Literals),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let fields = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            inner.clone().prop_map(|inner| Plan::Optional(Box::new(inner))),
            inner.clone().prop_map(|item| Plan::List(Box::new(item))),
            inner.clone().prop_map(|value| Plan::Map(Box::new(value))),
            fields().prop_map(Plan::Record),
            proptest::collection::vec(fields(), 1..3).prop_map(Plan::Tagged),
        ]
    })
}

/// Builds a planned type.
pub(crate) fn build(types: &mut Types, plan: &Plan) -> TypeId {
    let mut fields = |plans: &[Plan]| -> Vec<Field> {
        let name = |i| ["a", "b", "c", "d"][i];
        plans.iter().enumerate().map(|(i, plan)| field(name(i), build(types, plan))).collect()
    };
    match plan {
        Plan::Scalar(ty) => *ty,
        Plan::Literals => literals(types, "Stage", &["new", "won", "lost"]),
        Plan::Optional(inner) => {
            let inner = build(types, inner);
            types.optional(inner)
        }
        Plan::List(item) => {
            let item = build(types, item);
            types.list(item)
        }
        Plan::Map(value) => {
            let value = build(types, value);
            types.map(value)
        }
        Plan::Record(plans) => {
            let fields = fields(plans);
            record(types, "R", fields).1
        }
        Plan::Tagged(variants) => {
            let variants = variants.iter().map(|plans| ("V", fields(plans))).collect::<Vec<_>>();
            let names = ["V0", "V1", "V2"].into_iter();
            let variants = names.zip(variants).map(|(name, (_, fields))| (name, fields)).collect();
            tagged(types, "T", variants)
        }
    }
}

/// Values of a planned type.
pub(crate) fn values(plan: &Plan) -> BoxedStrategy<Value> {
    match plan {
        Plan::Scalar(TypeId::BOOL) => any::<bool>().prop_map(Value::Bool).boxed(),
        Plan::Scalar(TypeId::INT) => any::<i64>().prop_map(Value::Int).boxed(),
        Plan::Scalar(TypeId::FLOAT) => {
            use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
            (NORMAL | SUBNORMAL | ZERO | POSITIVE | NEGATIVE).prop_map(Value::Float).boxed()
        }
        Plan::Scalar(TypeId::DECIMAL) => decimals().prop_map(Value::Decimal).boxed(),
        Plan::Scalar(TypeId::STRING) => any::<String>().prop_map(Value::text).boxed(),
        Plan::Scalar(TypeId::DURATION) => any::<i64>().prop_map(Value::Duration).boxed(),
        Plan::Scalar(TypeId::TIME) => {
            let seconds = -60_000_000_000_i64..250_000_000_000;
            let time = (seconds, 0..1_000_000_000_i32);
            time.prop_map(|(s, ns)| Value::Time(timestamp(s, ns))).boxed()
        }
        Plan::Scalar(TypeId::DATE) => (0_i16..=9999, 1_i8..=12, 1_i8..=28)
            .prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d)))
            .boxed(),
        Plan::Scalar(TypeId::BYTES) => {
            any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())).boxed()
        }
        Plan::Scalar(TypeId::PHONE) => "\\+[1-9][0-9]{6,14}".prop_map(Value::text).boxed(),
        Plan::Scalar(TypeId::JSON) => jsons().prop_map(Value::json).boxed(),
        Plan::Scalar(_) => Just(Value::None).boxed(),
        Plan::Literals => {
            proptest::sample::select(vec!["new", "won", "lost"]).prop_map(Value::text).boxed()
        }
        // JSON's null is none for an optional `json`, so a value of it is never null.
        Plan::Optional(inner) => prop_oneof![Just(Value::None), values(inner)]
            .prop_map(|value| if value == Value::json(().into()) { Value::None } else { value })
            .boxed(),
        Plan::List(item) => {
            proptest::collection::vec(values(item), 0..4).prop_map(Value::list).boxed()
        }
        Plan::Map(value) => proptest::collection::vec((any::<String>(), values(value)), 0..4)
            .prop_map(|entries| {
                let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
                Value::Map(Arc::new(entries.collect()))
            })
            .boxed(),
        Plan::Record(plans) => fields(plans).prop_map(Value::record).boxed(),
        Plan::Tagged(variants) => {
            let variant = |(index, plans): (u16, &Vec<Plan>)| {
                fields(plans).prop_map(move |values| Value::Tagged(index, Arc::new(values))).boxed()
            };
            proptest::strategy::Union::new((0..).zip(variants).map(variant)).boxed()
        }
    }
}

/// Any JSON, numbers of all sizes included.
pub(crate) fn jsons() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value as Json;
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        decimals().prop_map(|number| super::json::number(&number.to_string())),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

fn fields(plans: &[Plan]) -> impl Strategy<Value = Vec<Value>> + use<> {
    plans.iter().map(values).collect::<Vec<_>>()
}

fn decimals() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0_u32..=28).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn timestamp(seconds: i64, nanoseconds: i32) -> jiff::Timestamp {
    jiff::Timestamp::new(seconds, nanoseconds).unwrap()
}
