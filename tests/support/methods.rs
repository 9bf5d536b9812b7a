//! The documentation's page of methods, made from the table that the compiler resolves against.

use callflow_artifact::builtin::{Builtin, BuiltinParameter, DefaultValue, Items, Receiver, Shape};
use callflow_artifact::types::{TypeId, Types};

const INTRODUCTION: &str = "\
# Methods

What the built-in types can do. A parameter with a default may be left out, and so may one whose type ends with `?`.
The methods of lists that take a lambda stand with the [expressions](expressions.md#lambdas).
";

/// The whole page.
pub fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut section = "";
    for builtin in Builtin::ALL {
        let signature = builtin.signature();
        let title = title(signature.receiver);
        if title != section {
            page += &format!("\n## {title}\n\n| method | gives | |\n| --- | --- | --- |\n");
            section = title;
        }
        let parameters: Vec<String> = signature.parameters.iter().map(parameter).collect();
        page += &format!(
            "| `{}({})` | `{}` | {}{} |\n",
            signature.name,
            parameters.join(", "),
            shape(signature.result),
            signature.doc,
            restriction(signature.receiver),
        );
    }
    page
}

fn title(receiver: Receiver) -> &'static str {
    match receiver {
        Receiver::Text => "Text",
        Receiver::Int => "`int`",
        Receiver::Float => "`float`",
        Receiver::Decimal => "`decimal`",
        Receiver::Duration => "`duration`",
        Receiver::Time => "`time`",
        Receiver::Date => "`date`",
        Receiver::Bytes => "`bytes`",
        Receiver::Json => "`json`",
        Receiver::List(_) => "Lists",
        Receiver::Map => "Maps",
        Receiver::Any => "Any value",
    }
}

fn restriction(receiver: Receiver) -> &'static str {
    match receiver {
        Receiver::List(Items::Numbers) => " Of numbers and durations.",
        Receiver::List(Items::Ordered) => " Of what `<` compares.",
        Receiver::List(Items::Texts) => " Of texts.",
        Receiver::List(Items::Lists) => " Of lists.",
        _ => "",
    }
}

fn parameter(parameter: &BuiltinParameter) -> String {
    let default = match parameter.default {
        None | Some(DefaultValue::None) => String::new(),
        Some(DefaultValue::Text(text)) => format!(" = {text:?}"),
        Some(DefaultValue::Int(number)) => format!(" = {number}"),
    };
    format!("{}: {}{default}", parameter.name, shape(parameter.shape))
}

fn shape(shape: Shape) -> String {
    let types = Types::new();
    let name = |ty: TypeId| types.display(ty);
    match shape {
        Shape::Is(ty) => name(ty),
        Shape::Receiver => "[string: T]".into(),
        Shape::Item => "T".into(),
        Shape::OptionalItem => "T?".into(),
        Shape::ListOfItem => "[T]".into(),
        Shape::ListOfLists => "[[T]]".into(),
        Shape::ListOfText => "[string]".into(),
        Shape::ListOfInt => "[int]".into(),
        Shape::Optional(ty) => format!("{}?", name(ty)),
        Shape::OptionalAverage => "T?".into(),
        Shape::ListOfEntries => "[{ key: string, value: T }]".into(),
        Shape::ListOfJson => "[json]".into(),
    }
}
