//! What a person is shown of a value: one short line in the notation of the flow language.

use callflow_artifact::types::{RecordId, Type, TypeId, Types, Variants};
use serde_json::Value as Json;

use super::{Value, format};

/// A value of a type on one line of at most `max` characters, cut with `…`:
/// `{ company: "Acme", budget: 1200 }`. Fields that are none are left out. A secret is its name, for
/// no more is known of it outside of the action that it goes to.
pub fn brief(types: &Types, ty: TypeId, value: &Value, max: usize) -> String {
    let mut line = Line::new(max);
    write(types, ty, value, &mut line);
    line.finish()
}

/// JSON on one line of at most `max` characters, in the same notation.
pub fn brief_json(json: &Json, max: usize) -> String {
    let mut line = Line::new(max);
    write_json(json, &mut line);
    line.finish()
}

/// A line that takes no more than it can show, so that a large value costs no more than a small one.
struct Line {
    text: String,
    left: usize,
    is_cut: bool,
}

impl Line {
    fn new(max: usize) -> Line {
        Line { text: String::new(), left: max, is_cut: false }
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.left == 0 {
                self.is_cut = true;
                return;
            }
            self.text.push(c);
            self.left -= 1;
        }
    }

    /// A text in quotes, on one line.
    fn quote(&mut self, text: &str) {
        self.push("\"");
        // A text is longer escaped, so nothing past this many characters can be shown.
        let shown = text.char_indices().nth(self.left + 1).map_or(text.len(), |(at, _)| at);
        self.push(&text.get(..shown).unwrap_or(text).escape_debug().to_string());
        self.push("\"");
    }

    fn finish(mut self) -> String {
        if self.is_cut {
            self.text.pop();
            self.text.push('…');
        }
        self.text
    }
}

fn write(types: &Types, ty: TypeId, value: &Value, line: &mut Line) {
    if line.is_cut {
        return;
    }
    match (types.get(types.without_optional(ty)), value) {
        (_, Value::None | Value::Null) => line.push("none"),
        (Type::Secret, Value::Text(name)) => line.push(&format!("secret {name}")),
        (_, Value::Text(text)) => line.quote(text),
        (_, Value::Bytes(bytes)) => line.push(&format!("{} bytes", bytes.len())),
        (_, Value::Json(json)) => write_json(json, line),
        (Type::List(item), Value::List(items)) => {
            line.push("[");
            for (i, value) in items.iter().enumerate() {
                line.push(if i == 0 { "" } else { ", " });
                write(types, item, value, line);
                if line.is_cut {
                    return;
                }
            }
            line.push("]");
        }
        (Type::Map(of), Value::Map(entries)) => {
            let mut object = Object::open(line);
            for (key, value) in entries.iter() {
                object.entry(key, |line| write(types, of, value, line));
            }
            object.close();
        }
        (Type::Record(record), Value::Record(values)) => write_record(types, record, values, line),
        (Type::Choice(choice), Value::Tagged(index, values)) => {
            if let Some(Variants::Tagged(variants) | Variants::Untagged(variants)) =
                types.choice(choice).map(|c| &c.variants)
                && let Some(variant) = variants.get(usize::from(*index))
            {
                line.push(&variant.name);
                if values.iter().any(|value| !value.is_none()) {
                    line.push(" ");
                    write_record(types, variant.record, values, line);
                }
            }
        }
        (_, scalar) => line.push(&format::format(scalar).unwrap_or_else(|| "?".into())),
    }
}

fn write_record(types: &Types, record: RecordId, values: &[Value], line: &mut Line) {
    let fields = types.record(record).map(|record| record.fields.as_slice()).unwrap_or_default();
    let mut object = Object::open(line);
    for (field, value) in fields.iter().zip(values).filter(|(_, value)| !value.is_none()) {
        object.entry(&field.name, |line| write(types, field.ty, value, line));
    }
    object.close();
}

fn write_json(json: &Json, line: &mut Line) {
    if line.is_cut {
        return;
    }
    match json {
        Json::Null => line.push("null"),
        Json::Bool(b) => line.push(if *b { "true" } else { "false" }),
        Json::Number(number) => line.push(number.as_str()),
        Json::String(text) => line.quote(text),
        Json::Array(items) => {
            line.push("[");
            for (i, item) in items.iter().enumerate() {
                line.push(if i == 0 { "" } else { ", " });
                write_json(item, line);
                if line.is_cut {
                    return;
                }
            }
            line.push("]");
        }
        Json::Object(entries) => {
            let mut object = Object::open(line);
            for (key, value) in entries {
                object.entry(key, |line| write_json(value, line));
            }
            object.close();
        }
    }
}

/// `{ key: value, … }` under way.
struct Object<'a> {
    line: &'a mut Line,
    is_empty: bool,
}

impl<'a> Object<'a> {
    fn open(line: &'a mut Line) -> Object<'a> {
        line.push("{");
        Object { line, is_empty: true }
    }

    fn entry(&mut self, key: &str, value: impl FnOnce(&mut Line)) {
        if self.line.is_cut {
            return;
        }
        self.line.push(if self.is_empty { " " } else { ", " });
        self.is_empty = false;
        if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_') {
            self.line.push(key);
        } else {
            self.line.quote(key);
        }
        self.line.push(": ");
        value(self.line);
    }

    fn close(self) {
        self.line.push(if self.is_empty { "}" } else { " }" });
    }
}
