//! How a suspended run holds values. Its format (postcard) does not describe itself, so what is dynamic in
//! memory has a fixed form there: JSON is compact text, a time is seconds and nanoseconds, a date its three
//! numbers.

/// `time`: seconds since 1970 and nanoseconds, both of one sign.
pub(super) mod time {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, s: S) -> Result<S::Ok, S::Error> {
        (time.as_second(), time.subsec_nanosecond()).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Timestamp, D::Error> {
        let (seconds, nanoseconds) = <(i64, i32)>::deserialize(d)?;
        Timestamp::new(seconds, nanoseconds).map_err(D::Error::custom)
    }
}

/// `date`: year, month and day.
pub(super) mod date {
    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(date: &Date, s: S) -> Result<S::Ok, S::Error> {
        (date.year(), date.month(), date.day()).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        let (year, month, day) = <(i16, i8, i8)>::deserialize(d)?;
        Date::new(year, month, day).map_err(D::Error::custom)
    }
}

/// `json`: compact text.
pub(super) mod json {
    use std::sync::Arc;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    pub(crate) fn serialize<S: Serializer>(json: &Arc<Value>, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&json.to_string())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Arc<Value>, D::Error> {
        let text = String::deserialize(d)?;
        serde_json::from_str(&text).map(Arc::new).map_err(D::Error::custom)
    }
}
