//! "Did you mean": the nearest of several names.

/// The candidate that a person most likely meant, if any is near enough: at most a third of its letters wrong,
/// a swap of neighbours counting as one, case counting as nothing.
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (written.chars().count().max(3)) / 3;
    candidates
        .into_iter()
        .map(|candidate| (distance(&written.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit || contains_word(candidate, written))
        .min_by_key(|(distance, candidate)| (*distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}

/// `company_name` for `company`: a name that has the written one as one of its words.
fn contains_word(candidate: &str, written: &str) -> bool {
    written.len() >= 3 && candidate.split('_').any(|word| word.eq_ignore_ascii_case(written))
}

/// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let width = b.len() + 1;
    let at = |row: &[usize], i: usize| row.get(i).copied().unwrap_or(usize::MAX);
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(width);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let replaced = at(&last, j) + usize::from(x != y);
            let mut best = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    at(&last, b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let fields = ["company", "need", "budget", "interested"];
        assert_eq!(nearest("compnay", fields), Some("company"));
        assert_eq!(nearest("Budget", fields), Some("budget"));
        assert_eq!(nearest("intrested", fields), Some("interested"));
        assert_eq!(nearest("zzz", fields), None);
        assert_eq!(nearest("message", ["send_message", "list_channels"]), Some("send_message"));
    }
}
