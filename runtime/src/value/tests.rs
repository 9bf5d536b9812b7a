//! What holds for values of every type.

use callflow_artifact::Constant;
use callflow_artifact::types::{Field, TypeId, Types};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::testing::{Plan, build, field, jsons, literals, plans, record, tagged, values};
use super::{Value, brief, decode, decode_bytes, encode, sample, schema};

fn planned_values() -> impl Strategy<Value = (Plan, Value)> {
    plans().prop_flat_map(|plan| {
        let values = values(&plan);
        (Just(plan), values)
    })
}

proptest! {
    #[test]
    fn stored_values_come_back_exactly((_, value) in planned_values()) {
        let bytes = postcard::to_stdvec(&value).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Value>(&bytes).unwrap(), value);
    }

    #[test]
    fn what_is_written_as_json_is_read_back((plan, value) in planned_values()) {
        let mut types = Types::new();
        let ty = build(&mut types, &plan);
        let json = encode(&types, ty, &value);
        prop_assert_eq!(decode(&types, ty, &json), Ok(value.clone()));
        let text = json.to_string();
        prop_assert_eq!(decode_bytes(&types, ty, text.as_bytes(), usize::MAX), Ok(value));
    }

    #[test]
    fn any_json_fits_or_is_refused_with_a_reason((plan, json) in (plans(), jsons())) {
        let mut types = Types::new();
        let ty = build(&mut types, &plan);
        if let Err(mismatch) = decode(&types, ty, &json) {
            prop_assert!(mismatch.to_string().contains("expected"));
        }
    }

    #[test]
    fn samples_fit_their_type(plan in plans()) {
        let mut types = Types::new();
        let ty = build(&mut types, &plan);
        let json = sample(&types, ty);
        prop_assert!(decode(&types, ty, &json).is_ok(), "{}", json);
    }

    #[test]
    fn a_brief_text_is_as_short_as_asked((plan, value) in planned_values(), max in 0_usize..80) {
        let mut types = Types::new();
        let ty = build(&mut types, &plan);
        let text = brief(&types, ty, &value, max);
        prop_assert!(text.chars().count() <= max.max(1) && !text.contains('\n'), "{}", text);
    }
}

/// A lead with a field of each clause, and the types in it.
fn lead(types: &mut Types) -> TypeId {
    let stage = literals(types, "Stage", &["new", "won"]);
    let budget = types.optional(TypeId::DECIMAL);
    let role = literals(types, "", &["agent", "customer"]);
    let message =
        record(types, "Message", vec![field("role", role), field("text", TypeId::STRING)]);
    let messages = types.list(message.1);
    let fields = vec![
        Field {
            doc: "Name of the caller's company".into(),
            sample: Some(Constant::Text("Acme".into())),
            ..field("company", TypeId::STRING)
        },
        Field { wire: Some("First-Name".into()), ..field("first_name", TypeId::STRING) },
        field("budget", budget),
        Field { default: Some(Constant::Text("new".into())), ..field("stage", stage) },
        Field { default: Some(Constant::List(vec![])), ..field("messages", messages) },
    ];
    record(types, "Lead", fields).1
}

fn mismatch(types: &Types, ty: TypeId, json: Json) -> String {
    decode(types, ty, &json).unwrap_err().to_string()
}

#[test]
fn mismatches_name_the_place_and_what_was_found() {
    let mut types = Types::new();
    let lead = lead(&mut types);
    let with = |key: &str, value: Json| {
        let mut json = json!({ "company": "Acme", "First-Name": "Ann" });
        json[key] = value;
        mismatch(&types, lead, json)
    };
    let texts = [
        mismatch(&types, lead, json!("Acme")),
        mismatch(&types, lead, json!({ "First-Name": "Ann" })),
        with("First-Name", json!(null)),
        with("budget", json!("a lot")),
        with("stage", json!("lost")),
        with("messages", json!([{ "role": "agent", "text": "Hi" }, { "role": "bot" }])),
        with("messages", json!({ "role": "agent", "text": "a".repeat(200) })),
    ];
    insta::assert_snapshot!(texts.join("\n"), @r#"
    expected Lead, found "Acme"
    company: expected string, found nothing
    ["First-Name"]: expected string, found null
    budget: expected decimal, found "a lot"
    stage: expected "new" | "won", found "lost"
    messages[1].role: expected "agent" | "customer", found "bot"
    messages: expected [Message], found { role: "agent", text: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
    "#);
}

#[test]
fn missing_fields_are_defaults_or_none() {
    let mut types = Types::new();
    let lead = lead(&mut types);
    let json = json!({ "company": "Acme", "First-Name": "Ann", "stage": null, "more": 1 });
    let value = decode(&types, lead, &json).unwrap();
    assert_eq!(
        value,
        Value::record(vec![
            Value::text("Acme"),
            Value::text("Ann"),
            Value::None,
            Value::text("new"),
            Value::list(vec![]),
        ])
    );
    let json = encode(&types, lead, &value).to_string();
    assert_eq!(json, r#"{"company":"Acme","First-Name":"Ann","stage":"new","messages":[]}"#);
}

#[test]
fn scalars_are_read_strictly_but_not_pedantically() {
    let types = Types::new();
    let read = |ty, text: &str| decode(&types, ty, &serde_json::from_str(text).unwrap()).ok();
    assert_eq!(read(TypeId::INT, "1.0"), Some(Value::Int(1)));
    assert_eq!(read(TypeId::INT, "1e3"), Some(Value::Int(1000)));
    assert_eq!(read(TypeId::INT, "\"1\""), None);
    assert_eq!(read(TypeId::INT, "1.5"), None);
    assert_eq!(read(TypeId::INT, "9223372036854775808"), None);
    assert_eq!(read(TypeId::FLOAT, "1e999"), None);
    assert_eq!(read(TypeId::DECIMAL, "\"0.10\""), read(TypeId::DECIMAL, "0.10"));
    assert_eq!(read(TypeId::DECIMAL, "\"1_000\""), None);
    assert_eq!(read(TypeId::DURATION, "1.5"), Some(Value::Duration(1500)));
    assert_eq!(read(TypeId::DURATION, "93.99999999999999"), Some(Value::Duration(94_000)));
    assert_eq!(read(TypeId::DURATION, "\"1m30s\""), Some(Value::Duration(90_000)));
    assert_eq!(read(TypeId::DATE, "\"2026-11-22T09:00:00\""), None);
    assert_eq!(read(TypeId::TIME, "\"2026-11-22T09:00:00\""), None);
    assert_eq!(read(TypeId::PHONE, "\"0415 555 0111\""), None);
    assert_eq!(read(TypeId::BYTES, "\"aGk\""), Some(Value::Bytes((*b"hi").into())));
    assert_eq!(read(TypeId::SECRET, "\"hunter2\""), None);
}

#[test]
fn a_refused_secret_is_not_shown() {
    let types = Types::new();
    assert_eq!(mismatch(&types, TypeId::SECRET, json!("hunter2")), "expected secret, found JSON");
}

#[test]
fn a_tagged_choice_has_its_name_at_type() {
    let mut types = Types::new();
    let reason = vec![field("reason", TypeId::STRING)];
    let outcome = tagged(&mut types, "Outcome", vec![("Won", vec![]), ("Lost", reason)]);
    let json = json!({ "type": "Lost", "reason": "price" });
    let value = decode(&types, outcome, &json).unwrap();
    assert_eq!(value, Value::Tagged(1, vec![Value::text("price")].into()));
    assert_eq!(encode(&types, outcome, &value), json);
    assert_eq!(brief(&types, outcome, &value, 80), r#"Lost { reason: "price" }"#);
    assert_eq!(
        mismatch(&types, outcome, json!({ "type": "Draw" })),
        r#"type: expected "Won" | "Lost", found "Draw""#
    );
}

#[test]
fn a_person_is_shown_what_is_there_and_the_names_of_secrets() {
    let mut types = Types::new();
    let budget = types.optional(TypeId::DECIMAL);
    let fields = vec![
        field("company", TypeId::STRING),
        field("budget", budget),
        field("need", types.optional(TypeId::STRING)),
        field("token", TypeId::SECRET),
    ];
    let (_, lead) = record(&mut types, "Lead", fields);
    let value = Value::record(vec![
        Value::text("Acme"),
        Value::Decimal(1200.into()),
        Value::None,
        Value::text("CRM_KEY"),
    ]);
    let text = brief(&types, lead, &value, 80);
    assert_eq!(text, r#"{ company: "Acme", budget: 1200, token: secret CRM_KEY }"#);
    assert_eq!(super::encode_shown(&types, lead, &value)["token"], "secret CRM_KEY");
    assert_eq!(brief(&types, lead, &value, 20), r#"{ company: "Acme", …"#);
    assert_eq!(encode(&types, lead, &value)["token"], "***");
}

#[test]
fn a_schema_is_what_language_models_take() {
    let mut types = Types::new();
    let lead = lead(&mut types);
    let schema = serde_json::to_string_pretty(&schema(&types, lead)).unwrap();
    insta::assert_snapshot!(schema);
}

#[test]
fn a_recursive_type_has_a_definition() {
    let mut types = Types::new();
    let (id, node) = record(&mut types, "Node", vec![field("name", TypeId::STRING)]);
    let next = types.optional(node);
    let children = types.list(node);
    let fields = &mut types.record_mut(id).unwrap().fields;
    fields.push(field("next", next));
    fields.push(field("children", children));
    insta::assert_snapshot!(schema(&types, node).to_string());
    let json = sample(&types, node);
    assert!(decode(&types, node, &json).is_ok(), "{json}");
}

#[test]
fn samples_are_plausible() {
    let mut types = Types::new();
    let lead = lead(&mut types);
    let fields = vec![
        field("id", TypeId::STRING),
        field("deal_url", TypeId::STRING),
        field("email", TypeId::STRING),
        field("lead", lead),
        field("note", types.optional(TypeId::STRING)),
    ];
    let (_, deal) = record(&mut types, "Deal", fields);
    insta::assert_snapshot!(serde_json::to_string_pretty(&sample(&types, deal)).unwrap());
}

#[test]
fn types_that_hold_each_other_twice_over_and_over_are_described_briefly() {
    let mut types = Types::new();
    let mut ty = TypeId::INT;
    for level in 0..40 {
        let fields = vec![field("left", ty), field("right", ty)];
        ty = record(&mut types, &format!("Level{level}"), fields).1;
    }
    let schema = schema(&types, ty);
    assert_eq!(schema["$defs"].as_object().unwrap().len(), 39);
    assert_eq!(schema["properties"]["left"], json!({ "$ref": "#/$defs/Level38" }));
    assert!(sample(&types, ty).to_string().len() < 1_000_000);
}

#[test]
fn null_is_none_to_read_and_null_to_write() {
    let mut types = Types::new();
    let text = types.optional(TypeId::STRING);
    let field = |name: &str, nullable| callflow_artifact::types::Field {
        name: name.into(),
        wire: None,
        ty: text,
        nullable,
        default: None,
        sample: None,
        doc: Default::default(),
    };
    let fields = vec![field("owner", true), field("name", false)];
    let record =
        callflow_artifact::types::Record { name: "Change".into(), doc: Default::default(), fields };
    let (_, ty) = types.add_record(record);
    let value = Value::record(vec![Value::Null, Value::Null]);
    assert_eq!(encode(&types, ty, &value), serde_json::json!({ "owner": null }));
    assert!(Value::Null.is_none());
    assert_eq!(super::equal::equal(&Value::Null, &Value::None, &mut 0, 10), Some(true));
}
