//! Types as messages name them: as an author writes them, cut short where that would fill the screen.

use callflow_artifact::types::{Record, Type, TypeId, Types, Variants};
use ecow::EcoString;

/// Names get no longer than about this.
const LONGEST: usize = 80;

/// A type's name.
pub(in crate::semantics) fn type_name(types: &Types, ty: TypeId) -> String {
    let mut out = String::new();
    write(types, ty, &mut out);
    out
}

/// A value that a fix can put where one of the type is missing.
pub(super) fn placeholder(types: &Types, ty: TypeId) -> String {
    match types.get(ty) {
        Type::Bool => "false".into(),
        Type::Int | Type::Float | Type::Decimal => "0".into(),
        Type::Duration => "1m".into(),
        Type::Time => "now()".into(),
        Type::Date => "today()".into(),
        Type::List(_) => "[]".into(),
        Type::Map(_) | Type::Record(_) | Type::Json => "{}".into(),
        Type::Choice(choice) => match types.choice(choice).map(|choice| &choice.variants) {
            Some(Variants::Literals(texts)) => {
                texts.first().map_or_else(|| "\"\"".into(), |text| format!("{text:?}"))
            }
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => variants
                .first()
                .map_or_else(|| "{}".into(), |variant| format!("{} {{}}", variant.name)),
            None => "\"\"".into(),
        },
        _ => "\"\"".into(),
    }
}

fn write(types: &Types, ty: TypeId, out: &mut String) {
    if out.len() > LONGEST {
        out.push('…');
        return;
    }
    match types.get(ty) {
        Type::Optional(inner) => {
            write(types, inner, out);
            out.push('?');
        }
        Type::List(TypeId::UNKNOWN) => out.push_str("list"),
        Type::List(item) => {
            out.push('[');
            write(types, item, out);
            out.push(']');
        }
        Type::Map(value) => {
            out.push_str("[string: ");
            write(types, value, out);
            out.push(']');
        }
        Type::Record(record) => match types.record(record) {
            Some(record) if record.name.is_empty() => write_shape(types, record, out),
            Some(record) => out.push_str(&record.name),
            None => out.push('?'),
        },
        Type::Choice(choice) => match types.choice(choice) {
            Some(choice) if !choice.name.is_empty() => out.push_str(&choice.name),
            Some(choice) => match &choice.variants {
                Variants::Literals(texts) => write_literals(texts, out),
                Variants::Tagged(_) | Variants::Untagged(_) => out.push('?'),
            },
            None => out.push('?'),
        },
        // These have no parts, so that the other printer has nothing to recur into.
        _ => out.push_str(&types.display(ty)),
    }
}

fn write_shape(types: &Types, record: &Record, out: &mut String) {
    out.push_str("{ ");
    for (index, field) in record.fields.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        if out.len() > LONGEST {
            out.push('…');
            break;
        }
        out.push_str(&field.name);
        out.push_str(": ");
        write(types, field.ty, out);
    }
    out.push_str(" }");
}

fn write_literals(texts: &[EcoString], out: &mut String) {
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push_str(" | ");
        }
        if out.len() > LONGEST {
            out.push('…');
            break;
        }
        out.push_str(&format!("{text:?}"));
    }
}
