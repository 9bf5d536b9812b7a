//! The documentation's page of methods, made from the table that the compiler resolves against.

use callflow_artifact::builtin::{Builtin, BuiltinParameter, DefaultValue, Items, Receiver, Shape};
use callflow_artifact::types::{TypeId, Types};

const INTRODUCTION: &str = "\
# Methods

What the built-in types can do. A parameter with a default may be left out, and so may one whose type ends with `?`.
The methods of lists and maps that take a lambda stand with the [expressions](expressions.md#lambdas). Who comes from
spreadsheets or from another workflow builder finds familiar names in [From spreadsheets](from_spreadsheets.md).

Lists, maps and texts do not change: a method gives a new one. What cannot be done is an error of the run with the kind
`invalid`, which `catch` takes: a number that does not fit, a time zone that there is not. A text in which something is
only looked for gives `none` where it is not there.

A regular expression has the syntax that most languages share, without back references and looking around; `(?i)` at
its start ignores case. `\\` and `{` are written `\\\\` and `\\{` in a text. A literal that is no regular expression, no time zone or
none of the words that a method knows is an error before anything runs, [`E0310`](diagnostics.md).

A pattern of times and dates has a letter behind `%` for each part: `%Y` year, `%m` month, `%d` day, `%H` hour, `%M`
minute, `%S` second, `%B` and `%b` the month's name, `%A` and `%a` the weekday's, `%j` day of the year, `%V` week,
`%I` and `%p` hour of twelve, `%Z` zone, `%z` offset. `%-d` leaves out leading zeros.

The examples use these:

```flow
type Lead { company: string, budget: decimal? }

const LEADS: [Lead] = [{ company: \"Acme\", budget: 1200 }, { company: \"Brix\" }]
const SCORES: [string: int] = { ann: 3, bob: 5 }
const AT = 2026-11-22T09:30:00Z
const ORDER: json = { id: 7, lines: [{ sku: \"x\" }], note: null }

on manual() <
  log(\"{AT} {LEADS.length()} {SCORES.length()} {ORDER.length()}\")
>
```
";

/// The whole page.
pub fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut section = "";
    for builtin in Builtin::ALL {
        let signature = builtin.signature();
        let title = title(signature.receiver);
        if title != section {
            page += &format!(
                "\n## {title}\n\n| method | gives | | for example |\n| --- | --- | --- | --- |\n"
            );
            section = title;
        }
        let parameters: Vec<String> = signature.parameters.iter().map(parameter).collect();
        let (example, gives) = signature.example;
        page += &format!(
            "| `{}({})` | `{}` | {}{} | `{}` is `{}` |\n",
            signature.name,
            parameters.join(", "),
            shape(signature.result),
            signature.doc,
            restriction(signature.receiver),
            in_cell(example),
            in_cell(gives),
        );
    }
    page
}

/// A bar would end the cell.
fn in_cell(code: &str) -> String {
    code.replace('|', "\\|")
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
        Receiver::List(Items::Scalars) => " Of what has a text form.",
        Receiver::List(Items::Optionals) => " Of `[T?]`.",
        Receiver::List(Items::Records) => " Of records.",
        Receiver::List(Items::Lists) => " Of lists.",
        _ => "",
    }
}

fn parameter(parameter: &BuiltinParameter) -> String {
    let default = match parameter.default {
        None | Some(DefaultValue::None) => String::new(),
        Some(DefaultValue::Text(text)) => format!(" = {text:?}"),
        Some(DefaultValue::Int(number)) => format!(" = {number}"),
        Some(DefaultValue::Bool(value)) => format!(" = {value}"),
        Some(DefaultValue::Duration(milliseconds)) => format!(" = {}s", milliseconds / 1000),
        Some(DefaultValue::EmptyList) => " = []".into(),
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
        Shape::Meant(_) => "string".into(),
        Shape::OptionalMeant(_) => "string?".into(),
        Shape::ListOf(ty) => format!("[{}]", name(ty)),
        Shape::OptionalMapOfText => "[string: string]?".into(),
        Shape::ListOfMapsOfText => "[[string: string]]".into(),
        Shape::ListOfPresent => "[T]".into(),
        Shape::ListOfNumbered => "[{ index: int, item: T }]".into(),
        Shape::Optional(ty) => format!("{}?", name(ty)),
        Shape::OptionalAverage => "T?".into(),
        Shape::ListOfEntries => "[{ key: string, value: T }]".into(),
    }
}
