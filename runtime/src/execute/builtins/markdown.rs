//! What a person would read of Markdown, in one pass over its lines and one over each line.

/// The text of Markdown: no signs for headings, quotes, lists, rules, code, emphasis, links and tables. Numbers of
/// lists stay, for they say something.
pub(super) fn strip(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut code = false;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            code = !code;
            continue;
        }
        if !code && (is_rule(trimmed) || is_table_rule(trimmed)) {
            continue;
        }
        if !plain.is_empty() {
            plain.push('\n');
        }
        match code {
            true => plain.push_str(line),
            false => inline(block(line), &mut plain),
        }
    }
    plain.trim().to_owned()
}

/// A line without what makes it a heading, a quote, an item of a list or a row of a table.
fn block(line: &str) -> &str {
    let mut line = line.trim();
    while let Some(quoted) = line.strip_prefix('>') {
        line = quoted.trim_start();
    }
    let heading = line.trim_start_matches('#');
    if line.len() - heading.len() <= 6 && heading.starts_with(' ') {
        line = heading.trim().trim_end_matches('#').trim_end();
    }
    for sign in ["- ", "* ", "+ "] {
        if let Some(item) = line.strip_prefix(sign) {
            line = item.trim_start();
            let boxed = ["[ ] ", "[x] ", "[X] "].iter().find_map(|sign| line.strip_prefix(sign));
            line = boxed.unwrap_or(line);
            break;
        }
    }
    let row = line.strip_prefix('|').and_then(|row| row.strip_suffix('|'));
    row.map_or(line, str::trim)
}

/// `---`, `***`, `- - -`, and the line under a heading.
fn is_rule(line: &str) -> bool {
    let mut signs = line.chars().filter(|c| !c.is_whitespace());
    let Some(first) = signs.next().filter(|c| matches!(c, '-' | '*' | '_' | '=')) else {
        return false;
    };
    let mut count = 1;
    for sign in signs {
        if sign != first {
            return false;
        }
        count += 1;
    }
    count >= 3
}

/// `|---|:--:|`
fn is_table_rule(line: &str) -> bool {
    line.contains('|') && line.contains('-') && line.chars().all(|c| "|-: ".contains(c))
}

/// The text of a line. What opened and never closes stays as it is.
fn inline(line: &str, plain: &mut String) {
    let characters: Vec<char> = line.chars().collect();
    let at = |index: usize| characters.get(index).copied();
    let mut out: Vec<Option<char>> = Vec::with_capacity(characters.len());
    // Where in the output brackets are open.
    let mut open: Vec<usize> = Vec::new();
    // Whether there is no `)` any more, so that it is looked for in vain but once.
    let mut no_parenthesis = false;
    let mut i = 0;
    while let Some(c) = at(i) {
        let before = i.checked_sub(1).and_then(at);
        let next = at(i + 1);
        match c {
            '\\' if next.is_some_and(|c| c.is_ascii_punctuation()) => {
                out.push(next);
                i += 1;
            }
            '`' => {}
            '*' | '~' if next == Some(c) => {
                while at(i + 1) == Some(c) {
                    i += 1;
                }
            }
            '*' | '_' if is_open(before) != is_open(next) => {}
            '!' if next == Some('[') => {}
            '[' => {
                open.push(out.len());
                out.push(Some('['));
            }
            ']' if next == Some('(') && !open.is_empty() && !no_parenthesis => {
                let rest = characters.get(i + 2..).unwrap_or_default();
                match rest.iter().position(|c| *c == ')') {
                    Some(end) => {
                        i += end + 2;
                        if let Some(sign) = open.pop().and_then(|place| out.get_mut(place)) {
                            *sign = None;
                        }
                    }
                    None => {
                        no_parenthesis = true;
                        out.push(Some(']'));
                    }
                }
            }
            ']' => {
                open.pop();
                out.push(Some(']'));
            }
            '|' if before == Some(' ') && next == Some(' ') => {
                // A cell of a table ends like a part of a sentence.
                while out.last().is_some_and(|c| c.is_none_or(char::is_whitespace)) {
                    out.pop();
                }
                out.push(Some(','));
            }
            c => out.push(Some(c)),
        }
        i += 1;
    }
    plain.extend(out.into_iter().flatten());
}

/// Whether no word is there.
fn is_open(c: Option<char>) -> bool {
    c.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation())
}
