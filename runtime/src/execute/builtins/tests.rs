//! Each method, called from bytecode.

use callflow_artifact::Builtin;
use callflow_artifact::builtin::{DefaultValue, Meaning, Shape};
use callflow_artifact::bytecode::{Op, Reg};
use callflow_artifact::types::{Type, TypeId, Types};
use proptest::prelude::*;
use serde_json::json;

use crate::execute::tests::assembler::Assembler;
use crate::execute::tests::{ENOUGH, result};
use crate::execute::{Outcome, Resume, Slice, interpret};
use crate::value::testing::{Plan, build, values};
use crate::value::{Value, brief};

/// What a method gives on a receiver of a type, as a person reads it.
fn say_of(
    receiver: impl FnOnce(&mut Types) -> TypeId,
    builtin: Builtin,
    arguments: Vec<Value>,
) -> String {
    let mut assembler = Assembler::new();
    let receiver = receiver(assembler.types());
    let signature = builtin.signature();
    let mut parameters = vec![receiver];
    for parameter in signature.parameters {
        parameters.push(parameter.shape.resolve(assembler.types(), receiver));
    }
    let mut arguments = arguments;
    for parameter in signature.parameters.iter().skip(arguments.len() - 1) {
        arguments.push(match parameter.default {
            Some(DefaultValue::Text(text)) => Value::text(text),
            Some(DefaultValue::Int(number)) => Value::Int(number),
            Some(DefaultValue::Bool(value)) => Value::Bool(value),
            Some(DefaultValue::Duration(milliseconds)) => Value::Duration(milliseconds),
            Some(DefaultValue::EmptyList) => Value::list(vec![]),
            Some(DefaultValue::None) => Value::None,
            None => panic!("{} has no default", parameter.name),
        });
    }
    let of = signature.result.resolve(assembler.types(), receiver);
    let function = assembler.function(&parameters, of, |body| {
        let dst = body.register(of);
        let arguments = (0..parameters.len() as u16).map(Reg).collect();
        body.op(Op::Builtin { dst, builtin, arguments });
        body.give(dst);
    });
    let program = assembler.program();
    match result(&program, function, arguments) {
        Ok(value) => brief(program.types(), of, &value, 200),
        Err(error) => error,
    }
}

/// What a method gives on a receiver whose type its value tells.
fn say(builtin: Builtin, arguments: impl IntoIterator<Item = Value>) -> String {
    let arguments: Vec<Value> = arguments.into_iter().collect();
    let first = arguments[0].clone();
    say_of(|types| type_of(types, &first), builtin, arguments)
}

fn type_of(types: &mut Types, value: &Value) -> TypeId {
    match value {
        Value::None | Value::Null => TypeId::NONE,
        Value::Bool(_) => TypeId::BOOL,
        Value::Int(_) => TypeId::INT,
        Value::Float(_) => TypeId::FLOAT,
        Value::Decimal(_) => TypeId::DECIMAL,
        Value::Text(_) => TypeId::STRING,
        Value::Duration(_) => TypeId::DURATION,
        Value::Time(_) => TypeId::TIME,
        Value::Date(_) => TypeId::DATE,
        Value::Bytes(_) => TypeId::BYTES,
        Value::Json(_) => TypeId::JSON,
        Value::List(items) => {
            let item = type_of(types, &items[0]);
            types.list(item)
        }
        Value::Map(entries) => {
            let value = type_of(types, &entries[0]);
            types.map(value)
        }
        Value::Record(_) | Value::Tagged(..) => panic!("its type is not known"),
    }
}

/// Shows calls with their outcomes, a line each.
macro_rules! assert_calls {
    ($($builtin:ident($($argument:expr),* $(,)?);)*) => {
        let lines = [$(format!(
            "{}({}) = {}",
            stringify!($builtin),
            [$(stringify!($argument)),*].join(", "),
            say(Builtin::$builtin, [$(Value::from($argument)),*]),
        )),*];
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(lines.join("\n"));
        });
    };
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Float(number)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::list(items.into_iter().map(Into::into).collect())
    }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

fn time(text: &str) -> Value {
    Value::Time(text.parse().unwrap())
}

fn date(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

fn map(entries: &[(&str, i64)]) -> Value {
    let entries = entries.iter().map(|&(key, value)| (key.into(), Value::Int(value)));
    Value::Map(std::sync::Arc::new(entries.collect()))
}

#[test]
fn methods_of_texts() {
    assert_calls! {
        TextLength("naïve 🙂");
        TextIsEmpty(" \n");
        TextLower("ÄB");
        TextUpper("straße");
        TextTrim("  a b ");
        TextSplit("a,b,,c", ",");
        TextSplit("aé🙂", "");
        TextContains("transfer", "sfe");
        TextContains("transfer", "SFE");
        TextStartsWith("+1415", "+1");
        TextEndsWith("report.pdf", ".pdf");
        TextReplace("a-b-c", "-", "::");
        TextReplace("abc", "", "x");
        TextSlice("hello", 1, 3);
        TextSlice("hello", 1);
        TextSlice("hello", -3);
        TextSlice("hello", 0, -1);
        TextSlice("hello", 4, 2);
        TextSlice("hello", -9, 99);
        TextPadStart("7", 3, "0");
        TextPadEnd("ab", 7, "xyz");
        TextPadEnd("ab", 1);
        TextPadStart("ab", 1_000_000_000_000);
        TextRepeat("ab", 3);
        TextRepeat("ab", -3);
        TextRepeat("ab", 1_000_000_000_000);
        TextRepeat("", i64::MAX);
        TextReverse("aé🙂");
        TextIndexOf("né🙂x", "x");
        TextIndexOf("abc", "d");
        TextLines("a\r\nb\n\nc\n");
        TextWords("  two\twords ");
        TextCapitalize("ångström unit");
        TextCapitalize("");
        TextToInt(" -12 ");
        TextToInt("12.0");
        TextToFloat("1.5e3");
        TextToFloat("inf");
        TextToDecimal("1200.50");
        TextToDecimal("1,200");
        TextToBool("Yes");
        TextToBool("maybe");
        TextToTime("2026-11-22T09:30:00+01:00");
        TextToTime("yesterday");
        TextToDate("2026-11-22");
        TextToDate("22.11.2026");
        TextToPhone("+1 (415) 555-0111");
        TextToPhone("sip:ann@example.test");
        TextToPhone("0415 555");
        TextParseJson("{\"a\": [1, 2.50]}");
        TextParseJson("{\"a\": ");
        TextUrlEncode("a b/ü?&=");
        TextUrlDecode("a%20b%C3%BC+c");
        TextUrlDecode("100%");
        TextUrlDecode("%FF");
        TextBase64("hello");
        TextToBytes("hé");
        TextHash("abc");
        TextMask("+14155550111");
        TextMask("abc", 9);
        TextContainsAny("Straße", vec!["STRASSE", "straße"], Value::Bool(true));
        TextMatches("order 12", "[0-9");
        TextMatchAll("a1b22", "[a-z]([0-9]*)");
        TextMatchAll("abc", "x*");
        TextMatchGroups("abc", "x");
        TextReplaceMatches("ann@example.test", "(\\w+)@(\\w+)", "$2 of $1");
        TextSimilarity("", "");
        TextSimilarity("kitten", "sitting");
        TextTruncate("abc", 3);
        TextTruncate("abcd", 3);
        TextTruncate("abcd", 0);
        TextTruncate("abcd", 2, "...");
        TextSnakeCase("getHTTPServer v2");
        TextCamelCase("Don't PANIC now");
        TextSlug("¡Łódź & Ærø — 50%!");
        TextRemoveAccents("각 が ñ");
        TextTitleCase("anna-maria O'NEILL");
        TextEmails("a@b, .x@y.example, <ann.b+c@mail.example.test>; @z.io joe@foo..bar");
        TextUrls("(see http://a.test/x_(y)), HTTPS://B.test! http:///no http://");
        TextPhones("+34 911 23 45 67 or +1-415-555-0111, 4+5, ++");
        TextNumbers("v2 1,200.50 -3 2026-11-22 1,23 x-7");
        TextDomain("ftp://me@host.example:21/x");
        TextIsUrl("https://a.test b");
        TextStripHtml("<style>p{}</style><p>A &lt;b&gt;<br>c&#233;<!-- x --> 1 < 2 &bogus; <img alt='>'>");
        TextStripMarkdown("# Hi\n\n---\n1. **a** `b_c` 2 * 3\n> [x](y) ![z](w) [[[\n| a | b |\n|---|---|");
        TextParseCsv("a;\"b\"\n\"1\"\"2\";\"x\ny\"\n\n3", ";");
        TextParseCsv("a,b\n1,2,3");
        TextParseCsv("a,a\n1,2");
        TextParseCsv("a\n\"1");
        TextToTime("22.11.2026 09:30 +0100", "%d.%m.%Y %H:%M %z");
        TextToTime("22.11.2026", "%d.%m.%Y", "Europe/Madrid");
        TextToDate("22.11.2026", "%!");
        TextToDate("22.13.2026", "%d.%m.%Y");
        TextBase64Decode("a");
    }
}

#[test]
fn methods_of_numbers() {
    assert_calls! {
        IntAbs(-5);
        IntAbs(i64::MIN);
        IntClamp(15, 0, 10);
        IntClamp(15, 10, 0);
        IntToFloat(3);
        IntToDecimal(3);
        IntFormat(-1_234_567);
        IntFormat(123, ".");
        FloatAbs(-0.5);
        FloatRound(2.675, 2);
        FloatRound(-2.5);
        FloatRound(1e300, 2);
        FloatRound(1e-300, 2);
        FloatRound(1.0, -1);
        FloatFloor(-1.5);
        FloatCeil(1.2);
        FloatFloor(1e19);
        FloatClamp(0.5, 1.0, 2.0);
        FloatToDecimal(0.1);
        FloatToDecimal(1e300);
        DecimalAbs(decimal("-1.50"));
        DecimalRound(decimal("2.675"), 2);
        DecimalRound(decimal("-2.5"));
        DecimalFloor(decimal("-1.5"));
        DecimalCeil(decimal("1.2"));
        DecimalCeil(decimal("79228162514264337593543950335"));
        DecimalClamp(decimal("5"), decimal("1"), decimal("3.5"));
        DecimalToFloat(decimal("0.1"));
        DecimalFormat(decimal("1234567.5"));
        DecimalFormat(decimal("-0.005"), 2, ".");
        DecimalFormat(decimal("999.5"), 0);
        IntPow(2, 63);
        IntPow(-1, i64::MAX);
        IntPow(2, -1);
        DecimalPow(decimal("1.1"), -2);
        DecimalPow(decimal("0"), -2);
        DecimalPow(decimal("10"), 40);
        DecimalSqrt(decimal("2"));
        DecimalSqrt(decimal("-1"));
        DecimalSqrt(decimal("0.0000000000000000000000000001"));
        DecimalSqrt(decimal("79228162514264337593543950335"));
        FloatSqrt(-1.0);
        FloatLn(0.0);
        FloatExp(1e9);
        FloatPow(-8.0, 0.5);
        FloatFormat(-0.001);
        FloatFormat(1e21, 1);
    }
}

#[test]
fn methods_of_times() {
    let noon = || time("2026-11-22T12:00:00Z");
    assert_calls! {
        DurationMilliseconds(Value::Duration(94_500));
        DurationSeconds(Value::Duration(94_500));
        DurationMinutes(Value::Duration(-94_500));
        DurationHours(Value::Duration(7_200_000));
        DurationTimes(Value::Duration(1_001), decimal("0.5"));
        DurationTimes(Value::Duration(i64::MAX), decimal("2"));
        DurationDividedBy(Value::Duration(-90_000), decimal("4"));
        DurationDividedBy(Value::Duration(1), decimal("0"));
        DurationRatio(Value::Duration(90_000), Value::Duration(60_000));
        DurationRatio(Value::Duration(90_000), Value::Duration(0));
        DurationDays(Value::Duration(172_800_000));
        TimeAdd(noon(), Value::Duration(5_400_000));
        TimeAdd(noon(), Value::Duration(i64::MAX));
        TimeSince(noon(), time("2026-11-22T11:00:00.25Z"));
        TimeIsBefore(noon(), noon());
        TimeIsAfter(noon(), time("2026-01-01T00:00:00Z"));
        TimeDate(noon());
        TimeDate(noon(), "Pacific/Auckland");
        TimeDate(noon(), "Mars/Olympus");
        TimeFormat(noon(), "%d.%m.%Y %H:%M");
        TimeFormat(noon(), "%H:%M %Z", "America/New_York");
        TimeFormat(noon(), "%!");
        TimeHour(noon(), "Europe/Madrid");
        TimeWeekday(noon());
        DateAdd(date("2026-11-22"), 40);
        DateAdd(date("2026-11-22"), i64::MAX);
        DateAdd(date("2024-02-29"), 0, 0, 0, 1);
        DateDiff(date("2026-11-22"), date("2025-11-22"));
        DateDiff(date("2026-11-22"), date("2025-11-23"), "years");
        DateDiff(date("2026-11-22"), date("2025-11-23"), "fortnights");
        DateAddBusinessDays(date("2026-11-22"), -1);
        DateAddBusinessDays(date("2026-11-22"), i64::MAX);
        DateAt(date("2026-11-22"), 24);
        DateAt(date("2026-03-29"), 2, 30, "Europe/Madrid");
        DateNext(date("2026-11-22"), "sun");
        DateEndOf(date("2026-11-22"), "quarter");
        TimeAdd(noon(), Value::Duration(0), 0, 0, 1_000_000);
        TimeDiff(time("2026-03-29T12:00:00Z"), time("2026-03-28T12:30:00Z"), "days", "Europe/Madrid");
        TimeInZone(time("2026-11-22T12:00:00.5Z"), "Asia/Kolkata");
        DurationRound(Value::Duration(-90_000), Value::Duration(60_000));
        DurationCeil(Value::Duration(i64::MAX), Value::Duration(60_000));
        DurationFloor(Value::Duration(1), Value::Duration(0));
        DurationFormat(Value::Duration(-3_661_000), "clock");
        DurationFormat(Value::Duration(90_061_001), "words");
        IntToTime(i64::MAX);
        IntDays(i64::MAX);
        DateIsBefore(date("2026-11-22"), date("2026-11-23"));
        DateIsAfter(date("2026-11-22"), date("2026-11-23"));
        DateWeekday(date("2026-11-22"));
        DateFormat(date("2026-11-22"), "%B %-d");
    }
}

#[test]
fn methods_of_lists() {
    let numbers = || vec![3, 1, 2, 1_i64];
    assert_calls! {
        ListLength(numbers());
        ListIsEmpty(numbers());
        ListGet(numbers(), -1);
        ListGet(numbers(), 4);
        ListFirst(numbers());
        ListLast(numbers());
        ListTake(numbers(), 2);
        ListTake(numbers(), -1);
        ListDrop(numbers(), 3);
        ListDrop(numbers(), i64::MAX);
        ListConcat(numbers(), vec![9_i64]);
        ListContains(numbers(), 2);
        ListIndexOf(numbers(), 1);
        ListIndexOf(numbers(), 5);
        ListReverse(numbers());
        ListUnique(numbers());
        ListUnique(vec![decimal("1.0"), decimal("1.00"), decimal("2")]);
        ListUnique(vec![Value::json(json!([1])), Value::json(json!([2])), Value::json(json!([1]))]);
        ListChunk(numbers(), 3);
        ListChunk(numbers(), 0);
        ListFlatten(vec![vec![1_i64], vec![], vec![2, 3]]);
        ListSort(numbers());
        ListSort(vec!["b", "a", "B"]);
        ListMin(numbers());
        ListMax(numbers());
        ListSum(numbers());
        ListSum(vec![i64::MAX, 1]);
        ListSum(vec![Value::Duration(500), Value::Duration(1_500)]);
        ListAverage(vec![1_i64, 2]);
        ListAverage(vec![i64::MAX, i64::MAX]);
        ListAverage(vec![0.5, 1.0]);
        ListAverage(vec![decimal("0.10"), decimal("0.20")]);
        ListAverage(vec![Value::Duration(1), Value::Duration(2)]);
        ListJoin(vec!["a", "b"]);
        ListJoin(vec!["a", "b"], "");
        ListJoin(vec![1.5, 2.0]);
        ListJoin(vec!["a"], ", ", " and ");
        ListSlice(numbers(), 1, 99);
        ListSlice(numbers(), -2, -1);
        ListSlice(numbers(), 3, 1);
        ListWithout(numbers(), vec![1_i64]);
        ListIntersect(numbers(), vec![1_i64]);
        ListMedian(vec![4_i64, 1, 3, 2]);
        ListOrder(numbers());
    }
}

#[test]
fn an_empty_list_has_a_sum_and_no_average() {
    let on = |item, builtin| say_of(|types| types.list(item), builtin, vec![Value::list(vec![])]);
    assert_eq!(on(TypeId::INT, Builtin::ListSum), "0");
    assert_eq!(on(TypeId::DURATION, Builtin::ListSum), "0s");
    assert_eq!(on(TypeId::DECIMAL, Builtin::ListAverage), "none");
    assert_eq!(on(TypeId::STRING, Builtin::ListMin), "none");
    assert_eq!(on(TypeId::STRING, Builtin::ListJoin), "\"\"");
}

#[test]
fn methods_of_maps_bytes_and_json() {
    let scores = || map(&[("b", 2), ("a", 1)]);
    let order = || Value::json(json!({ "id": 7, "lines": [{ "sku": "x" }, { "sku": null }] }));
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.into());
    assert_calls! {
        MapLength(scores());
        MapIsEmpty(scores());
        MapKeys(scores());
        MapValues(scores());
        MapGet(scores(), "a");
        MapGet(scores(), "c");
        MapHas(scores(), "b");
        MapSet(scores(), "b", 5);
        MapWithout(scores(), "b");
        MapMerge(scores(), map(&[("c", 3), ("a", 9)]));
        MapEntries(scores());
        BytesLength(bytes(b"hello"));
        BytesBase64(bytes(b"hello"));
        BytesToText(bytes(b"hello"));
        BytesToText(bytes(b"\xff"));
        JsonGet(order(), "id");
        JsonGet(order(), "name");
        JsonPath(order(), "lines[0].sku");
        JsonPath(order(), "lines[-1].sku");
        JsonPath(order(), "lines[2]");
        JsonPath(order(), "lines[");
        JsonPath(order(), "");
        JsonKeys(order());
        JsonKeys(Value::json(json!(1)));
        JsonItems(Value::json(json!([1, "a"])));
        JsonItems(order());
        JsonIsNull(Value::json(json!(null)));
        JsonToText(order());
        ToJson(scores());
        ToJson(decimal("1.50"));
    }
}

/// Every method on every kind of receiver that it takes, with plans for what its arguments are.
fn calls() -> Vec<(Builtin, Plan)> {
    let items = [
        TypeId::INT,
        TypeId::STRING,
        TypeId::DECIMAL,
        TypeId::FLOAT,
        TypeId::DURATION,
        TypeId::DATE,
        TypeId::JSON,
    ];
    let mut receivers: Vec<Plan> = (TypeId::BOOL.0..=TypeId::JSON.0)
        .map(|ty| Plan::Scalar(TypeId(ty)))
        .chain([Plan::Literals])
        .collect();
    for item in items {
        receivers.push(Plan::List(Box::new(Plan::Scalar(item))));
        receivers.push(Plan::Map(Box::new(Plan::Scalar(item))));
    }
    receivers.push(Plan::List(Box::new(Plan::List(Box::new(Plan::Scalar(TypeId::INT))))));
    let maybe = || Plan::Optional(Box::new(Plan::Scalar(TypeId::STRING)));
    receivers.push(Plan::List(Box::new(maybe())));
    let row = vec![Plan::Scalar(TypeId::STRING), maybe(), Plan::Scalar(TypeId::JSON)];
    receivers.push(Plan::List(Box::new(Plan::Record(row))));
    let mut calls = Vec::new();
    for &builtin in Builtin::ALL {
        for receiver in &receivers {
            let mut types = Types::new();
            let ty = build(&mut types, receiver);
            if builtin.signature().receiver.takes(&types, ty) {
                calls.push((builtin, receiver.clone()));
            }
        }
    }
    calls
}

#[test]
fn every_method_can_be_called() {
    let calls = calls();
    for &builtin in Builtin::ALL {
        assert!(calls.iter().any(|(called, _)| *called == builtin), "{builtin:?}");
    }
}

/// What an argument of a shape is, on a receiver.
fn plan_of(shape: Shape, receiver: &Plan) -> Plan {
    let item = || match receiver {
        Plan::List(item) | Plan::Map(item) => item.clone(),
        other => panic!("{other:?} has no items"),
    };
    match shape {
        Shape::Is(ty) => Plan::Scalar(ty),
        Shape::Receiver => receiver.clone(),
        Shape::Item => *item(),
        Shape::ListOfItem => Plan::List(item()),
        Shape::ListOf(ty) => Plan::List(Box::new(Plan::Scalar(ty))),
        Shape::Optional(ty) => Plan::Optional(Box::new(Plan::Scalar(ty))),
        other => panic!("no parameter is {other:?}"),
    }
}

/// Texts that mean something to a method, and others.
fn meant(shape: Shape) -> BoxedStrategy<Value> {
    let known: Vec<&str> = match shape.meaning() {
        Some(Meaning::Word(words)) => words.to_vec(),
        Some(Meaning::Zone) => vec!["Europe/Madrid", "Asia/Kolkata", "America/St_Johns"],
        Some(Meaning::Regex) => vec!["a*", "(a)|b", "", "\\w+", "^.$"],
        _ => vec!["%Y-%m-%d", "%H:%M %z", "%s", "%A"],
    };
    let none = matches!(shape, Shape::OptionalMeant(_));
    prop_oneof![
        4 => proptest::sample::select(known).prop_map(Value::text),
        1 => any::<String>().prop_map(Value::text),
        1 => Just(if none { Value::None } else { Value::text("x") }),
    ]
    .boxed()
}

fn random_calls() -> impl Strategy<Value = (Builtin, Plan, Vec<Value>)> {
    proptest::sample::select(calls()).prop_flat_map(|(builtin, receiver)| {
        let mut arguments = vec![values(&receiver)];
        for parameter in builtin.signature().parameters {
            // Sizes that can be, and sizes that cannot.
            arguments.push(match parameter.shape {
                Shape::Is(TypeId::INT) => {
                    prop_oneof![-5_i64..50, any::<i64>()].prop_map(Value::Int).boxed()
                }
                shape if shape.meaning().is_some() => meant(shape),
                shape => values(&plan_of(shape, &receiver)),
            });
        }
        (Just(builtin), Just(receiver), arguments)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn methods_give_what_they_say_or_an_error((builtin, receiver, arguments) in random_calls()) {
        let mut assembler = Assembler::new();
        let receiver = build(assembler.types(), &receiver);
        let signature = builtin.signature();
        let mut parameters = vec![receiver];
        for parameter in signature.parameters {
            parameters.push(parameter.shape.resolve(assembler.types(), receiver));
        }
        let of = signature.result.resolve(assembler.types(), receiver);
        let function = assembler.function(&parameters, of, |body| {
            let dst = body.register(of);
            let arguments = (0..parameters.len() as u16).map(Reg).collect();
            body.op(Op::Builtin { dst, builtin, arguments });
            body.give(dst);
        });
        let program = assembler.program();
        let mut fiber = interpret::start(&program, function, vec![], arguments);
        match interpret::resume(&program, &mut fiber, Resume::Begin, &mut ENOUGH.clone(), Slice::ENDLESS) {
            Outcome::Returned(value) => prop_assert!(fits(program.types(), of, &value), "{:?}", value),
            Outcome::Failed(error, ..) => prop_assert!(!error.message.contains("damaged"), "{}", error),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

/// Whether a value is of a type.
fn fits(types: &Types, ty: TypeId, value: &Value) -> bool {
    match (types.get(ty), value) {
        (Type::Optional(inner), value) => value.is_none() || fits(types, inner, value),
        (Type::List(item), Value::List(items)) => items.iter().all(|v| fits(types, item, v)),
        (Type::Map(of), Value::Map(entries)) => entries.values().all(|v| fits(types, of, v)),
        (Type::Record(record), Value::Record(values)) => {
            let fields = &types.record(record).unwrap().fields;
            fields.len() == values.len()
                && fields.iter().zip(values.iter()).all(|(f, v)| fits(types, f.ty, v))
        }
        (Type::Float, Value::Float(number)) => number.is_finite(),
        (Type::None, Value::None)
        | (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Decimal, Value::Decimal(_))
        | (Type::String | Type::Phone | Type::Choice(_), Value::Text(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Time, Value::Time(_))
        | (Type::Date, Value::Date(_))
        | (Type::Bytes, Value::Bytes(_))
        | (Type::Json, Value::Json(_)) => true,
        _ => false,
    }
}
