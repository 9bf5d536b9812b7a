//! Methods that find what people write in texts: addresses, phone numbers, numbers. Each goes over the text once.

use callflow_artifact::Builtin;
use callflow_artifact::phone::is_phone;
use ecow::EcoString;

use crate::error::Error;
use crate::execute::machine::broken;
use crate::value::{Value, decode};

/// Calls a method that finds something in a text.
pub(super) fn call(builtin: Builtin, text: &str) -> Result<Value, Error> {
    Ok(match builtin {
        Builtin::TextEmails => Value::list(emails(text).map(Value::text).collect()),
        Builtin::TextUrls => Value::list(urls(text).into_iter().map(Value::text).collect()),
        Builtin::TextPhones => Value::list(phones(text)),
        Builtin::TextNumbers => Value::list(numbers(text)),
        Builtin::TextDomain => domain(text.trim()).map_or(Value::None, Value::text),
        Builtin::TextIsEmail => Value::Bool(emails(text).next() == Some(text)),
        Builtin::TextIsUrl => Value::Bool(urls(text) == [text]),
        _ => return Err(broken()),
    })
}

/// Around each `@` the longest stretches that can be an address's two parts.
fn emails(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').filter_map(|(at, _)| {
        let (before, after) = text.split_at_checked(at)?;
        let after = after.get(1..)?;
        let local = before.rfind(|c| !is_local(c)).map_or(0, |at| at + width(before, at));
        let local = before.get(local..)?.trim_start_matches('.');
        let end = after.find(|c| !is_domain(c)).unwrap_or(after.len());
        let domain = after.get(..end)?.trim_end_matches(['.', '-']);
        if local.is_empty() || local.ends_with('.') || !is_full_domain(domain) {
            return None;
        }
        text.get(at - local.len()..at + 1 + domain.len())
    })
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._%+-".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}

/// Labels with points between them, of which the last is no number.
fn is_full_domain(domain: &str) -> bool {
    let Some((_, last)) = domain.rsplit_once('.') else { return false };
    let labels = domain
        .split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    labels && last.len() >= 2 && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// From `http://` or `https://` to white space or what no address has, without the signs that end a sentence.
fn urls(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = find_scheme(rest) {
        let url = rest.get(at..).unwrap_or_default();
        let scheme = url.find("//").map_or(0, |at| at + 2);
        let after = url.get(scheme..).unwrap_or_default();
        if !after.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
            rest = after;
            continue;
        }
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^".contains(c);
        let end = url.find(ends).unwrap_or(url.len());
        let (whole, behind) = url.split_at_checked(end).unwrap_or((url, ""));
        found.push(without_end(whole));
        rest = behind;
    }
    found
}

/// Where `http://` or `https://` begins, in whatever case.
fn find_scheme(text: &str) -> Option<usize> {
    let places = text.match_indices("://");
    places.into_iter().find_map(|(at, _)| {
        let before = text.get(..at)?;
        ["https", "http"].iter().find_map(|scheme| {
            let start = at.checked_sub(scheme.len())?;
            before.get(start..).filter(|found| found.eq_ignore_ascii_case(scheme))?;
            Some(start)
        })
    })
}

/// An address without the signs behind it that belong to the sentence, such as a bracket that it does not open.
fn without_end(url: &str) -> &str {
    let mut url = url;
    let mut surplus = url.matches(')').count().saturating_sub(url.matches('(').count());
    loop {
        url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
        match url.strip_suffix(')') {
            Some(shorter) if surplus > 0 => {
                url = shorter;
                surplus -= 1;
            }
            _ => return url,
        }
    }
}

/// A `+`, then digits with at most two of the signs that people put between them.
fn phones(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut taken = 0;
    for (at, _) in text.match_indices('+') {
        if at < taken {
            continue;
        }
        let mut phone = EcoString::from("+");
        let mut signs = 0;
        for (offset, c) in text.get(at + 1..).unwrap_or_default().char_indices() {
            if c.is_ascii_digit() && phone.len() < 16 {
                phone.push(c);
                signs = 0;
                taken = at + offset + 2;
            } else if " -.()/".contains(c) && signs < 2 {
                signs += 1;
            } else {
                break;
            }
        }
        if phone.len() > 7 && is_phone(&phone) {
            found.push(Value::Text(phone));
        }
    }
    found
}

/// Digits, with commas between groups of three, and a fraction; a number that is part of a word is none.
fn numbers(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = text;
    // What stands before the rest.
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        if c.is_ascii_digit() {
            let (number, behind) = number(rest);
            let start = text.len() - rest.len();
            let lead = text.get(..start).unwrap_or_default();
            let sign = lead.strip_suffix('-').filter(|lead| !lead.ends_with(is_word));
            let inside = before.is_some_and(is_word);
            if !inside && let Some(decimal) = decode::decimal_text(&number) {
                found.push(Value::Decimal(if sign.is_some() { -decimal } else { decimal }));
            }
            let end = text.len() - behind.len();
            before = text.get(..end).and_then(|done| done.chars().next_back());
            rest = behind;
            continue;
        }
        before = Some(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    found
}

/// The number at the start of a text that begins with a digit, without its commas, and what follows it.
fn number(text: &str) -> (String, &str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    let mut number = text.get(..end).unwrap_or_default().to_owned();
    if end <= 3 {
        while let Some(group) = text.get(end..).and_then(|rest| rest.strip_prefix(','))
            && digits(group) == 3
        {
            number.push_str(group.get(..3).unwrap_or_default());
            end += 4;
        }
    }
    let fraction = text.get(end..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
    let width = digits(fraction);
    if width > 0 {
        number.push('.');
        number.push_str(fraction.get(..width).unwrap_or_default());
        end += 1 + width;
    }
    (number, text.get(end..).unwrap_or_default())
}

fn domain(text: &str) -> Option<&str> {
    let host = match text.split_once("://") {
        Some((_, rest)) => {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let authority = rest.get(..end)?;
            authority.rsplit_once('@').map_or(authority, |(_, host)| host)
        }
        None => text.rsplit_once('@').map_or(text, |(_, host)| host),
    };
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    (host.chars().all(is_domain) && is_full_domain(host)).then_some(host)
}

/// How many bytes the character at a place takes.
fn width(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}
