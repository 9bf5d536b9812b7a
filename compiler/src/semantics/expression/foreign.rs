//! Methods that other languages, spreadsheets and workflow builders have, and what does their work here.

use callflow_artifact::types::Type;

/// What is written instead of a foreign method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instead {
    /// A method that takes the same arguments.
    Method(&'static str),
    /// Something else, in a sentence.
    Write(&'static str),
}

/// What is written instead of a method, on a value of a type that has the methods `known`.
pub(super) fn instead(name: &str, ty: Type, known: &[&str]) -> Option<Instead> {
    let plain: String = name.chars().filter(|c| *c != '_').collect::<String>().to_lowercase();
    let ours = METHODS.iter().filter(|(foreign, _)| *foreign == plain).map(|(_, ours)| *ours);
    if let Some(ours) = ours.into_iter().find(|ours| known.contains(ours) && *ours != name) {
        return Some(Instead::Method(ours));
    }
    let notes = match ty {
        Type::List(_) => LISTS,
        Type::Map(_) => MAPS,
        Type::Int | Type::Float | Type::Decimal => NUMBERS,
        Type::Time | Type::Date => DATES,
        Type::Duration => DURATIONS,
        Type::String | Type::Phone | Type::Choice(_) => TEXTS,
        _ => &[],
    };
    let everywhere = notes.iter().chain(ANYTHING);
    let mut found = everywhere.filter(|(foreign, _)| *foreign == plain);
    found.next().map(|(_, note)| Instead::Write(note))
}

/// Foreign names without `_` and in lower case, and our own that take the same arguments. The first that the type
/// has counts.
const METHODS: &[(&str, &str)] = &[
    ("len", "length"),
    ("size", "length"),
    ("strlen", "length"),
    ("count", "length"),
    ("tolower", "lower"),
    ("tolowercase", "lower"),
    ("lowercase", "lower"),
    ("downcase", "lower"),
    ("tolocalelowercase", "lower"),
    ("toupper", "upper"),
    ("touppercase", "upper"),
    ("uppercase", "upper"),
    ("upcase", "upper"),
    ("tolocaleuppercase", "upper"),
    ("strip", "trim"),
    ("lstrip", "trim_start"),
    ("trimleft", "trim_start"),
    ("rstrip", "trim_end"),
    ("trimright", "trim_end"),
    ("includes", "contains"),
    ("include", "contains"),
    ("has", "contains"),
    ("includes", "has"),
    ("contains", "has"),
    ("containskey", "has"),
    ("haskey", "has"),
    ("hasfield", "has"),
    ("in", "contains"),
    ("begins", "starts_with"),
    ("beginswith", "starts_with"),
    ("startwith", "starts_with"),
    ("startswith", "starts_with"),
    ("endswith", "ends_with"),
    ("endwith", "ends_with"),
    ("indexof", "index_of"),
    ("findindex", "find_index"),
    ("position", "index_of"),
    ("search", "index_of"),
    ("substring", "slice"),
    ("substr", "slice"),
    ("sub", "replace"),
    ("gsub", "replace"),
    ("replaceall", "replace"),
    ("substitute", "replace"),
    ("regexreplace", "replace_matches"),
    ("regexmatch", "matches"),
    ("regexextract", "match_all"),
    ("test", "matches"),
    ("match", "match_all"),
    ("matchall", "match_all"),
    ("findall", "match_all"),
    ("scan", "match_all"),
    ("padleft", "pad_start"),
    ("ljust", "pad_end"),
    ("rjust", "pad_start"),
    ("padright", "pad_end"),
    ("padstart", "pad_start"),
    ("padend", "pad_end"),
    ("totitlecase", "title_case"),
    ("title", "title_case"),
    ("titleize", "title_case"),
    ("proper", "title_case"),
    ("tosentencecase", "capitalize"),
    ("sentencecase", "capitalize"),
    ("capitalise", "capitalize"),
    ("tosnakecase", "snake_case"),
    ("tocamelcase", "camel_case"),
    ("tokebabcase", "slug"),
    ("kebabcase", "slug"),
    ("slugify", "slug"),
    ("replacespecialchars", "remove_accents"),
    ("deburr", "remove_accents"),
    ("removeaccents", "remove_accents"),
    ("extractemail", "emails"),
    ("extractemails", "emails"),
    ("extracturl", "urls"),
    ("extracturls", "urls"),
    ("extractdomain", "domain"),
    ("extractnumbers", "numbers"),
    ("extractphones", "phones"),
    ("removetags", "strip_html"),
    ("striptags", "strip_html"),
    ("removemarkdown", "strip_markdown"),
    ("urlencode", "url_encode"),
    ("encodeuricomponent", "url_encode"),
    ("urldecode", "url_decode"),
    ("decodeuricomponent", "url_decode"),
    ("base64encode", "base64"),
    ("tobase64", "base64"),
    ("base64decode", "base64_decode"),
    ("frombase64", "base64_decode"),
    ("sha256", "hash"),
    ("parsejson", "parse_json"),
    ("fromjson", "parse_json"),
    ("tonumber", "to_decimal"),
    ("parsefloat", "to_float"),
    ("parseint", "to_int"),
    ("toint", "to_int"),
    ("tointeger", "to_int"),
    ("tofloat", "to_float"),
    ("toboolean", "to_bool"),
    ("tobool", "to_bool"),
    ("todatetime", "to_time"),
    ("todate", "to_date"),
    ("isemail", "is_email"),
    ("isurl", "is_url"),
    ("isempty", "is_empty"),
    ("empty", "is_empty"),
    ("isblank", "is_empty"),
    ("splitlines", "lines"),
    ("concat", "merge"),
    ("extend", "concat"),
    ("union", "concat"),
    ("distinct", "unique"),
    ("uniq", "unique"),
    ("removeduplicates", "unique"),
    ("dedupe", "unique"),
    ("difference", "without"),
    ("except", "without"),
    ("intersection", "intersect"),
    ("limit", "take"),
    ("head", "first"),
    ("top", "take"),
    ("skip", "drop"),
    ("tail", "drop"),
    ("flat", "flatten"),
    ("flatmap", "flat_map"),
    ("mean", "average"),
    ("avg", "average"),
    ("sorted", "sort"),
    ("sortby", "sort_by"),
    ("orderby", "sort_by"),
    ("groupby", "group_by"),
    ("keyby", "index_by"),
    ("collect", "map"),
    ("select", "filter"),
    ("where", "filter"),
    ("detect", "find"),
    ("some", "any"),
    ("every", "all"),
    ("fold", "reduce"),
    ("foldl", "reduce"),
    ("inject", "reduce"),
    ("at", "get"),
    ("nth", "get"),
    ("items", "entries"),
    ("remove", "without"),
    ("delete", "without"),
    ("omit", "without"),
    ("put", "set"),
    ("insert", "set"),
    ("update", "merge"),
    ("mapvalues", "map_values"),
    ("transformvalues", "map_values"),
    ("power", "pow"),
    ("ceiling", "ceil"),
    ("int", "trunc"),
    ("truncate", "trunc"),
    ("log", "ln"),
    ("tofixed", "format"),
    ("tolocalestring", "format"),
    ("toformat", "format"),
    ("strftime", "format"),
    ("plus", "add"),
    ("startof", "truncate"),
    ("beginningof", "truncate"),
    ("endof", "end_of"),
    ("isbefore", "is_before"),
    ("isafter", "is_after"),
    ("isbetween", "is_between"),
    ("diffto", "diff"),
    ("datedif", "diff"),
    ("dayofweek", "weekday"),
    ("weeknumber", "week"),
    ("isbusinessday", "is_business_day"),
    ("tounix", "to_unix"),
    ("timestamp", "to_unix"),
    ("tojson", "to_json"),
    ("tojsonstring", "to_json"),
];

const TEXTS: &[(&str, &str)] = &[
    ("concat", "Texts are joined with holes: `\"{first} {second}\"`"),
    ("append", "Texts are joined with holes: `\"{first} {second}\"`"),
    ("left", "The first characters are `.slice(0, 3)`"),
    ("right", "The last characters are `.slice(-3)`"),
    ("mid", "Characters in the middle are `.slice(2, 5)`, counted from 0, without the last"),
    ("charat", "One character is `.slice(2, 3)`, counted from 0"),
    ("isnumeric", "Whether it is a number is `.to_decimal() != none`"),
    ("isdigit", "Whether it has digits alone is `.matches(\"^[0-9]+$\")`"),
    ("equals", "Values are compared with `==`, without case by `.equals_ignore_case(…)`"),
    ("equalsignorecase", "Without case they are compared by `.equals_ignore_case(…)`"),
    ("format", "Values stand in a text in braces: `\"{name}: {amount}\"`"),
    ("clean", "Without surplus white space it is `.words().join(\" \")`"),
];

const LISTS: &[(&str, &str)] = &[
    ("push", "A list does not change; a longer one is `[...list, item]`"),
    ("append", "A list does not change; a longer one is `[...list, item]`"),
    ("add", "A list does not change; a longer one is `[...list, item]`"),
    ("prepend", "A list does not change; a longer one is `[item, ...list]`"),
    ("unshift", "A list does not change; a longer one is `[item, ...list]`"),
    ("pop", "A list does not change; its last item is `.last()`, and the others `.slice(0, -1)`"),
    ("shift", "A list does not change; its first item is `.first()`, and the others `.drop(1)`"),
    (
        "remove",
        "A list does not change; one without some items is `.without([item])` or `.filter(…)`",
    ),
    ("foreach", "What is done for each item stands in a loop: `for item in list { … }`"),
    ("each", "What is done for each item stands in a loop: `for item in list { … }`"),
    ("pluck", "A field of each item is `.map(item => item.name)`"),
    ("none", "That no item is so is `not list.any(item => …)`"),
    ("randomitem", "A random one is `list.get((random() * list.length()).floor())`"),
    ("sortdescending", "Descending it is `.sort().reverse()`, and numbers `.sort_by(x => -x)`"),
    ("sumif", "A sum of some is `.filter(item => …).sum(item => …)`"),
    ("countif", "How many are so is `.count(item => …)`"),
    ("vlookup", "A row is looked up with `.find(row => row.key == key)`"),
    ("xlookup", "A row is looked up with `.find(row => row.key == key)`"),
];

const MAPS: &[(&str, &str)] = &[
    (
        "map",
        "Its values are changed by `.map_values(value => …)`, and listed by `.entries().map(…)`",
    ),
    ("find", "An entry is found with `.entries().find(entry => …)`"),
    ("any", "Its entries are asked with `.entries().any(entry => …)`"),
    ("all", "Its entries are asked with `.entries().all(entry => …)`"),
    ("foreach", "What is done for each entry stands in a loop: `for entry in map.entries() { … }`"),
];

const NUMBERS: &[(&str, &str)] = &[
    ("iseven", "Whether it is even is `n % 2 == 0`"),
    ("isodd", "Whether it is odd is `n % 2 != 0`"),
    ("mod", "The remainder is `n % m`"),
    ("min", "The lesser of two is `[a, b].min() ?? a`"),
    ("max", "The greater of two is `[a, b].max() ?? a`"),
    ("round", "A whole number needs no rounding"),
    ("floor", "A whole number needs no rounding"),
    ("ceil", "A whole number needs no rounding"),
];

const DATES: &[(&str, &str)] = &[
    ("adddays", "So many days later is `.add(days: 3)`"),
    ("addmonths", "So many months later is `.add(months: 1)`"),
    ("edate", "So many months later is `.add(months: 1)`"),
    ("eomonth", "The last day of the month is `.end_of(\"month\")`"),
    ("minus", "So much earlier is `.add(days: -3)`"),
    ("subtract", "So much earlier is `.add(days: -3)`"),
    ("dayssince", "How many days lie between is `.diff(other, \"days\")`"),
    ("daysuntil", "How many days lie between is `other.diff(date, \"days\")`"),
    ("networkdays", "Business days are counted by `.business_days_since(other)`"),
    ("workday", "The business day so many later is `.add_business_days(3)`"),
    ("setzone", "A time has no zone: `.format(…, zone: \"Europe/Madrid\")` shows it in one"),
    ("toiso", "Its text form is ISO 8601: `\"{time}\"`"),
    ("toisostring", "Its text form is ISO 8601: `\"{time}\"`"),
];

const DURATIONS: &[(&str, &str)] = &[
    ("asseconds", "Whole seconds are `.seconds()`, with a fraction `.total(\"seconds\")`"),
    ("tofixed", "With a fraction it is `.total(\"hours\").round(1)`"),
];

const ANYTHING: &[(&str, &str)] = &[
    (
        "tostring",
        "A scalar's text form is `\"{value}\"`, and any other's JSON `\"{value.to_json()}\"`",
    ),
    (
        "totext",
        "A scalar's text form is `\"{value}\"`, and any other's JSON `\"{value.to_json()}\"`",
    ),
    ("str", "A scalar's text form is `\"{value}\"`, and any other's JSON `\"{value.to_json()}\"`"),
    ("tojsonstring", "Its JSON in a text is `\"{value.to_json()}\"`"),
    ("isnull", "Whether it is there is `value != none`"),
    ("ifempty", "Something for nothing is `if value.is_empty() { … } else { value }`"),
    ("exists", "Whether it is there is `value != none`"),
    ("equals", "Values are compared with `==`"),
    ("pipe", "Methods follow each other: `value.trim().lower()`"),
];

#[cfg(test)]
mod tests {
    use callflow_artifact::Builtin;

    use super::*;
    use crate::semantics::typed::LoopMethod;

    #[test]
    fn what_stands_for_a_foreign_method_is_a_method() {
        let loops = LoopMethod::OF_LISTS.iter().chain(LoopMethod::OF_MAPS).map(|(name, _)| *name);
        let names: Vec<&str> =
            Builtin::ALL.iter().map(|builtin| builtin.signature().name).chain(loops).collect();
        for (foreign, ours) in METHODS {
            assert!(names.contains(ours), "{foreign} stands for {ours}, which is not there");
            assert!(!foreign.contains('_') && foreign.to_lowercase() == *foreign, "{foreign}");
        }
    }
}
