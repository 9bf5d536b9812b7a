//! Methods that write a text in another way: its case, its accents, its words.

use callflow_artifact::Builtin;
use ecow::EcoString;
use unicode_normalization::UnicodeNormalization;

use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::Value;

/// Calls a method that writes a text in another way.
pub(super) fn call(builtin: Builtin, text: &str) -> Result<Value, Error> {
    Ok(Value::Text(match builtin {
        Builtin::TextLower => text.to_lowercase().into(),
        Builtin::TextUpper => text.to_uppercase().into(),
        Builtin::TextCapitalize => capitalize(text),
        Builtin::TextTitleCase => title_case(text),
        Builtin::TextSnakeCase => snake_case(text),
        Builtin::TextCamelCase => camel_case(text),
        Builtin::TextSlug => slug(text),
        Builtin::TextRemoveAccents => remove_accents(text).into(),
        _ => return Err(broken()),
    }))
}

/// A text such that two are the same if they differ in nothing but upper and lower case.
pub(super) fn fold(text: &str) -> String {
    folded(text).collect()
}

/// Whether two texts differ in nothing but upper and lower case.
pub(super) fn equal_ignoring_case(a: &str, b: &str) -> bool {
    folded(a).eq(folded(b))
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    // A sigma at the end of a word is another letter only to the eye.
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c })
}

fn capitalize(text: &str) -> EcoString {
    let mut rest = text.chars();
    let mut capitalized: EcoString = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    capitalized.push_str(rest.as_str());
    capitalized
}

fn title_case(text: &str) -> EcoString {
    let mut titled = EcoString::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match inside {
            true => titled.extend(c.to_lowercase()),
            false => titled.extend(c.to_uppercase()),
        }
        inside = c.is_alphanumeric() || is_apostrophe(c);
    }
    titled
}

fn snake_case(text: &str) -> EcoString {
    let words: Vec<String> = words(text, true).iter().map(|word| word.to_lowercase()).collect();
    words.join("_").into()
}

fn camel_case(text: &str) -> EcoString {
    let mut camel = EcoString::with_capacity(text.len());
    for (i, word) in words(text, true).iter().enumerate() {
        let word = word.to_lowercase();
        camel.push_str(if i == 0 { word.into() } else { capitalize(&word) }.as_str());
    }
    camel
}

fn slug(text: &str) -> EcoString {
    words(&remove_accents(text).to_lowercase(), false).join("-").into()
}

/// The words of a text: what stands between signs, and with `by_case` also what begins with an upper case
/// letter, as in `firstName` and `HTTPServer`. An apostrophe parts nothing.
fn words(text: &str, by_case: bool) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    for c in text.chars() {
        if is_apostrophe(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            before = None;
            continue;
        }
        if by_case && let Some(previous) = before {
            if c.is_uppercase() && !previous.is_uppercase() {
                words.push(std::mem::take(&mut word));
            } else if c.is_lowercase() && previous.is_uppercase() && word.chars().nth(1).is_some() {
                // The last upper case letter begins the next word.
                word.pop();
                words.push(std::mem::replace(&mut word, previous.into()));
            }
        }
        word.push(c);
        before = Some(c);
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Letters of the Latin kind without their accents, and those that are two written as one as two.
fn remove_accents(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfc() {
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'Æ' => plain.push_str("Ae"),
            'œ' => plain.push_str("oe"),
            'Œ' => plain.push_str("Oe"),
            'þ' => plain.push_str("th"),
            'Þ' => plain.push_str("Th"),
            'ø' => plain.push('o'),
            'Ø' => plain.push('O'),
            'đ' | 'ð' => plain.push('d'),
            'Đ' | 'Ð' => plain.push('D'),
            'ł' => plain.push('l'),
            'Ł' => plain.push('L'),
            'ı' => plain.push('i'),
            c => plain.push(c),
        }
    }
    plain
}
