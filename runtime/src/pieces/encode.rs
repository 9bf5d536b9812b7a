//! JSON objects as URL queries and forms.

use serde_json::{Map, Value as Json};

/// The percent-encoding of a text as part of a path or query: all but letters, digits, `-`, `.`, `_`, `~`.
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The text behind a percent-encoding, `+` as a space. Bytes that are no UTF-8 are replaced.
pub fn decode_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, after) = match (first, tail) {
            (b'%', [high, low, after @ ..]) => match hexadecimal(*high, *low) {
                Some(byte) => (byte, after),
                None => (b'%', tail),
            },
            (b'+', _) => (b' ', tail),
            (&byte, _) => (byte, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// `a=1&b=x&b=y`: a list gives its name again for each item, a nested object its keys in brackets, null nothing.
pub fn query(parameters: &Map<String, Json>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in parameters {
        match value {
            Json::Array(items) => items.iter().for_each(|item| flatten(name, item, &mut pairs)),
            other => flatten(name, other, &mut pairs),
        }
    }
    join(&pairs)
}

/// `a=1&b[]=x&b[]=y&c[d]=z`: as a query, but lists in brackets too, with numbers where their items have parts.
pub fn form(fields: &Map<String, Json>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        flatten(name, value, &mut pairs);
    }
    join(&pairs)
}

/// The pairs of a query or form.
pub fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode_percent(name), decode_percent(value))
    })
}

fn join(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        // Brackets are part of the name's syntax; every server takes them as they are.
        let name = percent(name).replace("%5B", "[").replace("%5D", "]");
        format!("{name}={}", percent(value))
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn flatten(name: &str, value: &Json, pairs: &mut Vec<(String, String)>) {
    match value {
        Json::Null => {}
        Json::String(text) => pairs.push((name.to_owned(), text.clone())),
        Json::Bool(_) | Json::Number(_) => pairs.push((name.to_owned(), value.to_string())),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = if item.is_object() || item.is_array() {
                    format!("{name}[{index}]")
                } else {
                    format!("{name}[]")
                };
                flatten(&name, item, pairs);
            }
        }
        Json::Object(entries) => {
            for (key, value) in entries {
                flatten(&format!("{name}[{key}]"), value, pairs);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Map<String, Json> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn queries_repeat_lists() {
        let parameters = object(
            r#"{"q":"a b&c=d/é","n":12.50,"yes":true,"none":null,"tag":["x","y"],"filter":{"a":1}}"#,
        );
        insta::assert_snapshot!(query(&parameters), @"q=a%20b%26c%3Dd%2F%C3%A9&n=12.50&yes=true&tag=x&tag=y&filter[a]=1");
        assert_eq!(query(&Map::new()), "");
    }

    #[test]
    fn forms_nest_in_brackets() {
        let fields = object(
            r#"{"a":{"b":["x","y"],"c":{"d":1}},"items":[{"price":"p1","n":2},{"price":"p2"}],"e":[]}"#,
        );
        insta::assert_snapshot!(form(&fields), @"a[b][]=x&a[b][]=y&a[c][d]=1&items[0][price]=p1&items[0][n]=2&items[1][price]=p2");
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for text in ["", "plain", "a b+c%20", "ünï→", "100%", "%zz%4"] {
            assert_eq!(decode_percent(&percent(text)), text);
        }
        assert_eq!(decode_percent("a+b%2"), "a b%2");
        let decoded: Vec<_> = pairs("a=1&&b&c=x%3Dy").collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(decoded, [pair("a", "1"), pair("b", ""), pair("c", "x=y")]);
    }
}
