//! What a person would read of HTML and Markdown, each in one pass.

/// The text of HTML: no tags, comments, scripts and styles; entities as what they stand for; white space as a
/// browser shows it, with a new line where a block begins or ends.
pub(super) fn of_html(html: &str) -> String {
    let mut plain = Plain::default();
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            '<' if is_tag(after) => {
                let (name, behind) = tag(after);
                if is_block(&name) {
                    plain.line();
                }
                match name.as_str() {
                    "script" | "style" => skip_element(behind, &name),
                    "td" | "th" => {
                        plain.space();
                        behind
                    }
                    _ => behind,
                }
            }
            '&' => {
                let (character, behind) = entity(after);
                match character {
                    ' ' => plain.space(),
                    character => plain.push(character),
                }
                behind
            }
            c if c.is_whitespace() => {
                plain.space();
                after
            }
            c => {
                plain.push(c);
                after
            }
        };
    }
    plain.text
}

/// `&`, `<`, `>` and quotes as entities.
pub(super) fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text whose white space is held back until something follows it.
#[derive(Default)]
struct Plain {
    text: String,
    held: Option<char>,
}

impl Plain {
    fn space(&mut self) {
        self.held = self.held.or(Some(' '));
    }

    fn line(&mut self) {
        self.held = Some('\n');
    }

    fn push(&mut self, c: char) {
        let held = self.held.take().filter(|_| !self.text.is_empty());
        self.text.extend(held);
        self.text.push(c);
    }
}

/// Whether what follows a `<` makes it a tag.
fn is_tag(after: &str) -> bool {
    after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
}

/// A tag's name in lower case, and what follows the tag. One that does not close goes to the end.
fn tag(after: &str) -> (String, &str) {
    if let Some(comment) = after.strip_prefix("!--") {
        return (String::new(), comment.split_once("-->").map_or("", |(_, behind)| behind));
    }
    let name = after.trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..end.min(16)).unwrap_or_default().to_ascii_lowercase();
    let mut quote = None;
    for (at, c) in after.char_indices() {
        match (quote, c) {
            (None, '>') => return (name, after.get(at + 1..).unwrap_or_default()),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    (name, "")
}

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 24] = [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "pre",
        "blockquote",
        "section",
        "article",
        "header",
        "footer",
        "dt",
        "dd",
        "form",
    ];
    BLOCKS.contains(&name)
}

/// What follows the end of an element whose content nobody reads.
fn skip_element<'a>(content: &'a str, name: &str) -> &'a str {
    let mut rest = content;
    while let Some((_, after)) = rest.split_once("</") {
        let ends = after.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
        if ends {
            return tag(after).1;
        }
        rest = after;
    }
    ""
}

/// The character of an entity after its `&`, and what follows it; `&` itself where it is none.
fn entity(after: &str) -> (char, &str) {
    const LONGEST: usize = 10;
    const NAMES: [(&str, char); 21] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("hellip", '…'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("bull", '•'),
        ("middot", '·'),
        ("euro", '€'),
        ("pound", '£'),
        ("copy", '©'),
        ("reg", '®'),
    ];
    let end = after.bytes().take(LONGEST).position(|byte| byte == b';');
    let Some((name, behind)) = end.and_then(|end| after.split_at_checked(end)) else {
        return ('&', after);
    };
    let character = match name.strip_prefix('#') {
        Some(code) => {
            let hex = code.strip_prefix(['x', 'X']);
            let code = match hex {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => code.parse().ok(),
            };
            code.and_then(char::from_u32).filter(|c| !c.is_control())
        }
        None => NAMES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c),
    };
    match character {
        Some('\u{a0}') => (' ', behind.get(1..).unwrap_or_default()),
        Some(character) => (character, behind.get(1..).unwrap_or_default()),
        None => ('&', after),
    }
}
