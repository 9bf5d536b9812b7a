//! Constants as JSON text, with the names on the wire.

use std::fmt::Write;

use callflow_artifact::Constant;
use callflow_artifact::types::{Type, TypeId, Types, Variants};
use ecow::{EcoString, eco_format};

/// A constant of a type as compact JSON; none where it has no JSON form.
pub(super) fn json_text(value: &Constant, ty: TypeId, types: &Types) -> Option<EcoString> {
    let mut out = EcoString::new();
    write(value, ty, types, &mut out).then_some(out)
}

/// A text in quotes, escaped as JSON.
pub(super) fn write_text(text: &str, out: &mut EcoString) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&eco_format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write(value: &Constant, ty: TypeId, types: &Types, out: &mut EcoString) -> bool {
    let ty = types.without_optional(ty);
    // Writing to a string cannot fail.
    match value {
        Constant::None | Constant::Null => out.push_str("null"),
        Constant::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Constant::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Constant::Float(value) if value.is_finite() => {
            let _ = write!(out, "{value}");
        }
        Constant::Float(_) | Constant::Bytes(_) => return false,
        Constant::Decimal(value) => {
            let _ = write!(out, "{value}");
        }
        Constant::Text(text) => write_text(text, out),
        Constant::Duration(milliseconds) => write_seconds(*milliseconds, out),
        Constant::Time(time) => {
            let _ = write!(out, "\"{time}\"");
        }
        Constant::Date(date) => {
            let _ = write!(out, "\"{date}\"");
        }
        Constant::Json(text) => out.push_str(text),
        Constant::List(items) => {
            let Type::List(item) = types.get(ty) else { return false };
            out.push('[');
            for (index, value) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                if !write(value, item, types, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Constant::Map(entries) => {
            let Type::Map(item) = types.get(ty) else { return false };
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                if !write(value, item, types, out) {
                    return false;
                }
            }
            out.push('}');
        }
        Constant::Record(record, values) => {
            let Some(record) = types.record(*record) else { return false };
            out.push('{');
            let written = write_fields(&record.fields, values, types, true, out);
            out.push('}');
            return written;
        }
        Constant::Tagged(choice, variant, values) => {
            let (variants, tagged) = match types.choice(*choice).map(|choice| &choice.variants) {
                Some(Variants::Tagged(variants)) => (variants, true),
                Some(Variants::Untagged(variants)) => (variants, false),
                _ => return false,
            };
            let Some(variant) = variants.get(*variant as usize) else { return false };
            let Some(record) = types.record(variant.record) else { return false };
            out.push('{');
            if tagged {
                out.push_str("\"type\":");
                write_text(&variant.name, out);
            }
            let written = write_fields(&record.fields, values, types, !tagged, out);
            out.push('}');
            return written;
        }
    }
    true
}

/// The fields of a record that are there: an optional that is none is left out.
fn write_fields(
    fields: &[callflow_artifact::types::Field],
    values: &[Constant],
    types: &Types,
    mut first: bool,
    out: &mut EcoString,
) -> bool {
    for (field, value) in fields.iter().zip(values) {
        let null = *value == Constant::Null && field.nullable;
        if matches!(value, Constant::None | Constant::Null) && !null {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        write_text(field.wire_name(), out);
        out.push(':');
        if !write(value, field.ty, types, out) {
            return false;
        }
    }
    true
}

/// Seconds, with a fraction where there is one.
fn write_seconds(milliseconds: i64, out: &mut EcoString) {
    let seconds = rust_decimal::Decimal::new(milliseconds, 3).normalize();
    let _ = write!(out, "{seconds}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_compact_json() {
        let mut types = Types::new();
        let list = types.list(TypeId::DURATION);
        let map = types.map(list);
        let durations = Constant::List(vec![Constant::Duration(1500), Constant::Duration(90_000)]);
        let value = Constant::Map(vec![("a \"b\"\n".into(), durations)]);
        let text = json_text(&value, map, &types);
        assert_eq!(text.as_deref(), Some(r#"{"a \"b\"\n":[1.5,90]}"#));
    }
}
