//! Methods that search texts for what costs more than a look at each character: regular expressions, several
//! texts at once, likeness.

use std::sync::Arc;

use callflow_artifact::Builtin;
use callflow_artifact::pattern::Pattern;
use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::Arguments;
use super::effort::Effort;
use super::spelling::fold;
use crate::execute::Program;
use crate::execute::limits::{check_items, check_text};
use crate::execute::machine::{Trap, broken};
use crate::value::Value;

/// Whether a method is one of these.
pub(super) fn is_search(builtin: Builtin) -> bool {
    use Builtin::{
        TextContainsAny, TextMatchAll, TextMatchGroups, TextMatches, TextReplaceMatches,
        TextSimilarity,
    };
    matches!(
        builtin,
        TextMatches
            | TextMatchAll
            | TextMatchGroups
            | TextReplaceMatches
            | TextContainsAny
            | TextSimilarity
    )
}

/// Calls a method that [`is_search`] knows.
pub(super) fn call(
    builtin: Builtin,
    arguments: Arguments<'_>,
    program: &Program,
    effort: &mut Effort,
) -> Result<Value, Trap> {
    let text = arguments.text(0)?;
    match builtin {
        Builtin::TextContainsAny => {
            let any = contains_any(text, arguments.list(1)?, arguments.bool(2)?, effort)?;
            return Ok(Value::Bool(any));
        }
        Builtin::TextSimilarity => {
            return Ok(Value::Float(similarity(text, arguments.text(1)?, effort)?));
        }
        _ => {}
    }
    let pattern = program.pattern(arguments.text(1)?)?;
    // Reading the pattern counts whether it was read before or not, which is another thing after a run was
    // stored.
    effort.spend(100 * pattern.weight() + cost(&pattern, text, 0))?;
    match builtin {
        Builtin::TextMatches => Ok(Value::Bool(pattern.regex().is_match(text))),
        Builtin::TextMatchAll => match_all(&pattern, text, effort),
        Builtin::TextMatchGroups => Ok(match_groups(&pattern, text)),
        Builtin::TextReplaceMatches => replace(&pattern, text, arguments.text(2)?, effort),
        _ => Err(broken().into()),
    }
}

/// What it costs at most to search a text from a place to its end.
fn cost(pattern: &Pattern, text: &str, from: usize) -> u64 {
    pattern.weight().saturating_mul(text.len().saturating_sub(from) as u64 / 64 + 1)
}

/// What the first group fits, or the whole where there is no group. After each match the rest of the text may
/// have to be looked at once more, however short the match was.
fn match_all(pattern: &Pattern, text: &str, effort: &mut Effort) -> Result<Value, Trap> {
    let mut found = Vec::new();
    if pattern.regex().captures_len() == 1 {
        for hit in pattern.regex().find_iter(text) {
            effort.spend(cost(pattern, text, hit.end()))?;
            found.push(Value::text(hit.as_str()));
        }
    } else {
        for hit in pattern.regex().captures_iter(text) {
            let end = hit.get(0).map_or(0, |whole| whole.end());
            effort.spend(cost(pattern, text, end))?;
            found.push(Value::text(hit.get(1).map_or("", |group| group.as_str())));
        }
    }
    check_items(found.len())?;
    Ok(Value::list(found))
}

/// Groups that take no part in the match are left out.
fn match_groups(pattern: &Pattern, text: &str) -> Value {
    let Some(hit) = pattern.regex().captures(text) else { return Value::None };
    let mut groups: IndexMap<EcoString, Value> = IndexMap::new();
    for (index, name) in pattern.regex().capture_names().enumerate().skip(1) {
        if let Some(group) = hit.get(index) {
            let name = name.map_or_else(|| eco_format!("{index}"), EcoString::from);
            groups.insert(name, Value::text(group.as_str()));
        }
    }
    Value::Map(Arc::new(groups))
}

fn replace(pattern: &Pattern, text: &str, new: &str, effort: &mut Effort) -> Result<Value, Trap> {
    let references = new.matches('$').count();
    let mut replaced = String::new();
    let mut done = 0;
    for hit in pattern.regex().captures_iter(text) {
        let Some(whole) = hit.get(0) else { continue };
        effort.spend(cost(pattern, text, whole.end()))?;
        replaced.push_str(text.get(done..whole.start()).unwrap_or_default());
        done = whole.end();
        // No group is longer than the whole, so that this is known before it is built.
        let added = references.saturating_mul(whole.len()).saturating_add(new.len());
        check_text(replaced.len().saturating_add(added))?;
        hit.expand(new, &mut replaced);
    }
    replaced.push_str(text.get(done..).unwrap_or_default());
    Ok(Value::text(replaced))
}

fn contains_any(
    text: &str,
    others: &[Value],
    ignore_case: bool,
    effort: &mut Effort,
) -> Result<bool, Trap> {
    let folded = if ignore_case { Some(fold(text)) } else { None };
    let text = folded.as_deref().unwrap_or(text);
    for other in others {
        let other = other.as_text().ok_or_else(broken)?;
        effort.spend((text.len() + other.len()) as u64 / 64 + 1)?;
        let found = if ignore_case { text.contains(&fold(other)) } else { text.contains(other) };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One less the edit distance by the length of the longer text.
fn similarity(a: &str, b: &str, effort: &mut Effort) -> Result<f64, Trap> {
    let (one, other) = (a.chars().count(), b.chars().count());
    // Only the shorter one is held in memory.
    let (a, b, longer) = if one < other { (b, a, other) } else { (a, b, one) };
    if longer == 0 {
        return Ok(1.0);
    }
    effort.spend((one as u64).saturating_mul(other as u64) / 4)?;
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let changed = corner + usize::from(x != *y);
            corner = *cell;
            left = changed.min(corner + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    let distance = row.last().copied().unwrap_or(longer);
    Ok(1.0 - distance as f64 / longer as f64)
}
