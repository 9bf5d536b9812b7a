//! How much room text takes. Fonts differ, so what is told here is what the widest of those that
//! [`svg`](mod@super::svg) names takes; no label then grows out of its box.

/// A typeface, and its size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Font {
    /// The typeface.
    pub(super) face: Face,
    /// In pixels.
    pub(super) size: i32,
}

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// Every character is equally wide.
    Code,
    /// Prose.
    Text,
    /// Headings.
    Bold,
}

/// In thousandths of the size: Menlo and DejaVu Sans Mono have 602, SF Mono has 617.
const FIXED: i32 = 620;

/// In thousandths of the size: lower case of DejaVu Sans, which is the widest common one.
const TEXT: i32 = 640;

/// The same in bold.
const BOLD: i32 = 720;

/// How wide a text is at the most, in pixels.
pub(super) fn width(text: &str, font: Font) -> i32 {
    let thousandths: i32 = text.chars().map(|c| advance(c, font.face)).sum();
    (thousandths * font.size + 999) / 1000
}

fn advance(c: char, face: Face) -> i32 {
    match c {
        '\u{1f000}'.. => 1500,
        // Fonts that lack a character leave it to another, whose letters may be as wide as they are high.
        '\u{2e80}'.. => 1100,
        '\u{250}'..'\u{2000}' => 1000,
        _ if face == Face::Code => FIXED,
        'm' | 'M' | 'w' | 'W' | '@' | '%' => 1120,
        'A'..='Z' | '+' | '<' | '=' | '>' | '#' | '&' | '~' => 880,
        _ if face == Face::Bold => BOLD,
        _ => TEXT,
    }
}

/// The text, or as much of its beginning as there is room for with `…` after it.
pub(super) fn shorten(text: &str, font: Font, room: i32) -> String {
    if width(text, font) <= room {
        return text.to_owned();
    }
    let room = room - width("…", font);
    let mut out = String::new();
    let mut taken = 0;
    for c in text.chars() {
        taken += advance(c, font.face) * font.size;
        if taken > room * 1000 {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out + "…"
}

/// The text in at most so many lines, the last of them shortened.
pub(super) fn wrap(text: &str, font: Font, room: i32, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if lines.len() + 1 == most {
            lines.push(shorten(rest, font, room));
            break;
        }
        let (line, after) = rest.split_at(break_at(rest, font, room));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines
}

/// Where a line ends: at the last space that still has room before it, else in the middle of a word.
fn break_at(text: &str, font: Font, room: i32) -> usize {
    let mut taken = 0;
    let mut space = None;
    for (at, c) in text.char_indices() {
        if c == ' ' {
            space = Some(at);
        }
        taken += advance(c, font.face) * font.size;
        if taken > room * 1000 && at > 0 {
            return space.filter(|&space| space > 0).unwrap_or(at);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Font = Font { face: Face::Code, size: 10 };

    #[test]
    fn what_is_too_long_is_shortened() {
        assert_eq!(shorten("short", CODE, 31), "short");
        assert_eq!(shorten("shorter", CODE, 31), "sho…");
        assert_eq!(shorten("日本語の文章", CODE, 31), "日本…");
    }

    #[test]
    fn lines_end_between_words() {
        assert_eq!(wrap("one two three", CODE, 50, 3), ["one two", "three"]);
        assert_eq!(wrap("one two three", CODE, 50, 1), ["one tw…"]);
        assert_eq!(wrap("unbreakable", CODE, 31, 9), ["unbre", "akabl", "e"]);
        assert_eq!(wrap("", CODE, 31, 2), [""; 0]);
    }
}
