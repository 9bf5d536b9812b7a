//! What a piece offers, written as its author wrote it.

use std::collections::HashSet;

use callflow_artifact::constant::Constant;
use callflow_artifact::piece::{Action, EffectClass, Parameter, TypeParameter};
use callflow_artifact::types::{Record, Type, TypeId, Types, Variants};
use callflow_runtime::value;

/// The widest line that is not broken.
const WIDTH: usize = 96;

/// `create_deal(name: string, amount: decimal?) -> Deal` on one line, however long.
pub(crate) fn signature(action: &Action, types: &Types) -> String {
    let parameters: Vec<String> = parameters(action, types).map(|(_, text)| text).collect();
    format!("{}({}){}", action.name, parameters.join(", "), result(action, types))
}

/// The same on as many lines as it takes, those after the first one set in.
pub(crate) fn broken(action: &Action, types: &Types, indent: &str) -> String {
    let mut out = format!("{}(", action.name);
    let mut width = indent.len() + out.len();
    for (i, (_, parameter)) in parameters(action, types).enumerate() {
        if i > 0 {
            out.push(',');
            if width + parameter.len() + 2 > WIDTH {
                out.push_str(&format!("\n{indent}"));
                width = indent.len();
            } else {
                out.push(' ');
            }
        }
        width += parameter.len() + 2;
        out.push_str(&parameter);
    }
    out.push_str(&format!("){}", result(action, types)));
    out
}

/// The whole declaration, with the documentation of its parameters.
pub(crate) fn action(action: &Action, piece: &str, types: &Types) -> String {
    let mut out = doc(&action.doc, "");
    let name = format!("{piece}.{}", action.name);
    let undocumented = parameters(action, types).all(|(doc, _)| doc.is_empty());
    let line = format!("{piece}.{}", signature(action, types));
    if undocumented && line.len() <= WIDTH {
        out.push_str(&line);
    } else {
        out.push_str(&format!("{name}(\n"));
        for (text, parameter) in parameters(action, types) {
            out.push_str(&doc(text, "  "));
            out.push_str(&format!("  {parameter},\n"));
        }
        out.push_str(&format!("){}", result(action, types)));
    }
    out.push('\n');
    for scope in &action.scopes {
        out.push_str(&format!("  scope {scope:?}\n"));
    }
    out.push_str(&format!("  effect {}\n", effect(action.effect)));
    out
}

/// The records and choices that an action's parameters and result name, in the order of their first mention.
pub(crate) fn types_of(action: &Action, types: &Types) -> Vec<String> {
    let mentioned = action.parameters.iter().map(|parameter| parameter.ty);
    let mut pending: Vec<TypeId> = mentioned.chain([action.result]).rev().collect();
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    while let Some(ty) = pending.pop() {
        if !seen.insert(ty) {
            continue;
        }
        match types.get(ty) {
            Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => pending.push(inner),
            Type::Record(id) => {
                let Some(record) = types.record(id) else { continue };
                pending.extend(record.fields.iter().rev().map(|field| field.ty));
                if !record.name.is_empty() {
                    let head = format!("{}type {} ", doc(&record.doc, ""), record.name);
                    out.push(format!("{head}{}\n", fields(record, types, "")));
                }
            }
            Type::Choice(id) => {
                let Some(choice) = types.choice(id) else { continue };
                if choice.name.is_empty() {
                    continue;
                }
                let head = format!("{}type {} =", doc(&choice.doc, ""), choice.name);
                out.push(format!("{head}{}\n", variants(&choice.variants, types)));
                if let Variants::Tagged(variants) | Variants::Untagged(variants) = &choice.variants
                {
                    let records = variants.iter().filter_map(|it| types.record(it.record));
                    let inner = records.flat_map(|record| &record.fields).map(|field| field.ty);
                    pending.extend(inner.collect::<Vec<_>>().into_iter().rev());
                }
            }
            _ => {}
        }
    }
    out
}

/// The word for an effect class.
pub(crate) fn effect(effect: EffectClass) -> &'static str {
    match effect {
        EffectClass::Read => "read",
        EffectClass::Idempotent => "idempotent",
        EffectClass::Write => "write",
        EffectClass::Once => "once",
    }
}

/// The first paragraph of a documentation, on one line.
pub(crate) fn summary(doc: &str) -> String {
    doc.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
}

/// Each parameter with its documentation. A type parameter stands where its default would: at the end.
fn parameters<'a>(action: &'a Action, types: &'a Types) -> impl Iterator<Item = (&'a str, String)> {
    let value =
        |parameter: &'a Parameter| (parameter.doc.as_str(), self::parameter(parameter, types));
    let ty = |parameter: &'a TypeParameter| {
        let default = match parameter.default {
            Some(default) => format!(" = {}", types.display(default)),
            None => String::new(),
        };
        let text = format!("{}: type {}{default}", parameter.name, parameter.type_name);
        (parameter.doc.as_str(), text)
    };
    action.parameters.iter().map(value).chain(action.type_parameters.iter().map(ty))
}

/// `stage: string = "new"`
pub(crate) fn parameter(parameter: &Parameter, types: &Types) -> String {
    let default = match &parameter.default {
        Some(Constant::None) | None => String::new(),
        Some(default) => format!(" = {}", literal(default, parameter.ty, types)),
    };
    format!("{}: {}{default}", parameter.name, types.display(parameter.ty))
}

fn result(action: &Action, types: &Types) -> String {
    match types.get(action.result) {
        Type::None => String::new(),
        // A flow says what `T` is; here its name says more than its number.
        Type::Parameter(n) => match action.type_parameters.get(usize::from(n)) {
            Some(parameter) => format!(" -> {}", parameter.type_name),
            None => format!(" -> {}", types.display(action.result)),
        },
        _ => format!(" -> {}", types.display(action.result)),
    }
}

fn fields(record: &Record, types: &Types, indent: &str) -> String {
    if record.fields.is_empty() {
        return "{}".to_owned();
    }
    let mut out = "{\n".to_owned();
    for field in &record.fields {
        let inner = format!("{indent}  ");
        out.push_str(&doc(&field.doc, &inner));
        out.push_str(&format!("{inner}{}: {}", field.name, types.display(field.ty)));
        if field.nullable {
            out.push_str(" nullable");
        }
        if let Some(default) = field.default.as_ref().filter(|default| **default != Constant::None)
        {
            out.push_str(&format!(" = {}", literal(default, field.ty, types)));
        }
        if let Some(wire) = &field.wire {
            out.push_str(&format!(" wire {wire:?}"));
        }
        out.push('\n');
    }
    out.push_str(&format!("{indent}}}"));
    out
}

fn variants(variants: &Variants, types: &Types) -> String {
    match variants {
        Variants::Literals(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
            let line = format!(" {}", texts.join(" | "));
            match line.len() <= WIDTH - 20 {
                true => line,
                false => format!("\n    {}", texts.join("\n  | ")),
            }
        }
        Variants::Tagged(variants) => {
            let shown = variants.iter().map(|variant| match types.record(variant.record) {
                Some(record) if !record.fields.is_empty() => {
                    format!("{} {}", variant.name, fields(record, types, "    "))
                }
                _ => variant.name.to_string(),
            });
            format!("\n    {}", shown.collect::<Vec<_>>().join("\n  | "))
        }
        Variants::Untagged(variants) => {
            let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
            format!(" {}", names.join(" | "))
        }
    }
}

fn doc(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n").collect()
}

/// A constant as it is written in a flow.
fn literal(constant: &Constant, ty: TypeId, types: &Types) -> String {
    value::brief(types, ty, &value::from_constant(constant), WIDTH)
}
