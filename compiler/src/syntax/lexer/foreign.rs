//! Comments, texts and names as other languages write them.

use super::Reader;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Kind;

impl Reader<'_> {
    /// `# …`, `$name` and texts in other quotes. Says whether it was one of them.
    pub(super) fn foreign_sign(&mut self, span: Span) -> bool {
        match self.slice(span) {
            "#" if self.texts.is_empty() => self.hash_comment(span),
            "$" if self
                .lexer
                .remainder()
                .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') =>
            {
                self.dollar_name(span);
            }
            "“" | "”" | "„" | "«" | "»" | "‘" | "’" | "`" => {
                return self.curly_quoted(span);
            }
            _ => return false,
        }
        true
    }

    fn hash_comment(&mut self, span: Span) {
        let rest = self.lexer.remainder();
        let line = rest.lines().next().unwrap_or_default().len();
        let signs = rest.bytes().take_while(|byte| *byte == b'#').count() as u32;
        self.lexer.bump(line);
        let signs = self.at(Span::new(span.start, span.end + signs));
        let diagnostic = Diagnostic::error(Code::E0009, signs, "A comment begins with `//`")
            .label("write `//`")
            .note("`// …` is a comment up to the end of its line, and `/// …` documents what follows it.")
            .fix("change to `//`", signs, "//");
        self.out.diagnostics.push(diagnostic);
    }

    /// `/* … */`, over any number of lines.
    pub(super) fn block_comment(&mut self, span: Span) {
        let rest = self.lexer.remainder();
        let (length, closed) = match rest.find("*/") {
            Some(end) => (end + 2, true),
            None => (rest.find('\n').unwrap_or(rest.len()), false),
        };
        let inner = rest.get(..length.saturating_sub(if closed { 2 } else { 0 }));
        let lines: Vec<String> = inner
            .unwrap_or_default()
            .lines()
            .map(|line| line.trim().trim_start_matches('*').trim_start())
            .filter(|line| !line.is_empty())
            .map(|line| format!("// {line}"))
            .collect();
        let after = rest.get(length..).unwrap_or_default();
        let ends_line = after.trim_start_matches([' ', '\t', '\r']).starts_with(['\n'])
            || after.trim().is_empty();
        self.lexer.bump(length);
        let whole = self.at(Span::new(span.start, span.end + length as u32));
        let mut diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(span),
            "A comment begins with `//`",
        )
        .label("write `//`")
        .note(
            "`// …` is a comment up to the end of its line, and `/// …` documents what follows it.",
        );
        if ends_line {
            diagnostic = diagnostic.fix("change to `//`", whole, lines.join("\n"));
        }
        self.out.diagnostics.push(diagnostic);
    }

    /// `$json`, `$name`
    fn dollar_name(&mut self, sign: Span) {
        let rest = self.lexer.remainder();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let length = length.count();
        let name = rest.get(..length).unwrap_or_default();
        let of_n8n = matches!(
            name,
            "json"
                | "node"
                | "input"
                | "items"
                | "item"
                | "binary"
                | "workflow"
                | "execution"
                | "vars"
                | "prevNode"
        );
        self.lexer.bump(length);
        let word = Span::new(sign.end, sign.end + length as u32);
        if of_n8n {
            let whole = Span::new(sign.start, word.end);
            let diagnostic = Diagnostic::error(
                Code::E0009,
                self.at(whole),
                format!("Values have names here, and no `{}`", self.slice(whole)),
            )
            .label("name the value that is meant")
            .note(
                "In this language, a result is reached by the name that it was given, `lead = llm.extract(…)` and then \
                 `lead.company`, and a trigger's field by its own name.",
            );
            self.out.diagnostics.push(diagnostic);
            self.push(Kind::Unknown, whole);
        } else {
            let diagnostic = Diagnostic::error(
                Code::E0009,
                self.at(sign),
                "A name has no `$` before it",
            )
            .label("leave this out")
            .note(
                "In this language, a name is used as it was bound: `total = 5`, then `total + 1`.",
            )
            .fix("remove the `$`", self.at(sign), "");
            self.out.diagnostics.push(diagnostic);
            self.push(Kind::Name, word);
        }
    }

    /// `'…'`
    pub(super) fn single_quoted(&mut self, span: Span) {
        let inner = Span::new(span.start + 1, span.end.saturating_sub(1));
        let text = self.slice(inner).replace('"', "\\\"");
        let diagnostic = Diagnostic::error(
            Code::E0009,
            self.at(span),
            "A text stands between double quotes",
        )
        .label("single quotes")
        .note("There is one way to write a text: `\"like this\"`. It may hold values: `\"Hello {name}\"`.")
        .fix("use double quotes", self.at(span), format!("\"{text}\""));
        self.out.diagnostics.push(diagnostic);
        self.push(Kind::TextOpen, Span::new(span.start, inner.start));
        if inner.start < inner.end {
            self.push(Kind::TextPart, inner);
        }
        self.push(Kind::TextClose, Span::new(inner.end, span.end));
    }

    /// `“…”`, `` `…` `` and their like, where they end on their line.
    fn curly_quoted(&mut self, span: Span) -> bool {
        let (wanted, name): (&[char], _) = match self.slice(span) {
            "`" => (&['`'], "backticks"),
            _ => (&['“', '”', '»', '«', '’', '‘', '"'], "quotes of a word processor"),
        };
        let line = self.lexer.remainder().lines().next().unwrap_or_default();
        let Some(length) = line.find(wanted) else { return false };
        let closer = line.get(length..).and_then(|rest| rest.chars().next());
        let written = line.get(..length).unwrap_or_default();
        let meant = meant_text(written, name == "backticks");
        let inner = Span::new(span.end, span.end + length as u32);
        let end = inner.end + closer.map_or(0, char::len_utf8) as u32;
        self.lexer.bump((end - span.end) as usize);
        let whole = self.at(Span::new(span.start, end));
        let diagnostic =
            Diagnostic::error(Code::E0009, whole, "A text stands between double quotes")
                .label(name)
                .note("There is one way to write a text: `\"like this\"`. It may hold values: `\"Hello {name}\"`.")
                .fix("use double quotes", whole, format!("\"{meant}\""));
        self.out.diagnostics.push(diagnostic);
        self.push(Kind::TextOpen, span);
        if length > 0 {
            self.push(Kind::TextPart, inner);
        }
        self.push(Kind::TextClose, Span::new(inner.end, end));
        true
    }

    /// `${name}` in a text.
    pub(super) fn dollar_hole(&mut self, span: Span) {
        let dollar = self.at(Span::new(span.start, span.start + 1));
        let diagnostic = Diagnostic::error(
            Code::E0009,
            dollar,
            "A value in a text has no `$` before it",
        )
        .label("leave this out")
        .note("In this language, a text holds values between braces alone: `\"Hello {name}\"`.")
        .note("Where the dollar itself is meant, write `\\$`: `\"It costs \\${amount}\"`.")
        .fix("remove the `$`", dollar, "")
        .offer("write a dollar", dollar, "\\$");
        self.out.diagnostics.push(diagnostic);
    }

    /// A `{` in a text without a `}` on its line: its value is what reads like one, so many bytes.
    pub(super) fn broken_hole(&mut self, open: Span, length: usize) {
        let end = open.end + length as u32;
        let brace = self.at(open);
        let diagnostic = Diagnostic::error(Code::E0005, brace, "This `{` in a text has no `}`")
            .label("opened here")
            .note("In a text, `{…}` holds a value. Close it with `}`, or write `\\{` for a brace.");
        let diagnostic = match length {
            0 => diagnostic.fix("write a brace", self.at(open.before()), "\\"),
            _ => diagnostic.fix("add `}`", self.at(Span::new(end, end)), "}"),
        };
        self.out.diagnostics.push(diagnostic);
        if length == 0 {
            self.push(Kind::TextPart, open);
            return;
        }
        self.push(Kind::HoleOpen, open);
        let name = slice_words(open.end, self.slice(Span::new(open.end, end)));
        for (kind, span) in name {
            self.push(kind, span);
        }
        self.push(Kind::HoleClose, Span::new(end, end));
        self.lexer.bump(length);
    }
}

/// The names and dots of `lead.company`.
fn slice_words(start: u32, text: &str) -> Vec<(Kind, Span)> {
    let mut at = start;
    text.split_inclusive('.')
        .flat_map(|part| {
            let word = part.trim_end_matches('.').len() as u32;
            let (name, dot) =
                (Span::new(at, at + word), Span::new(at + word, at + part.len() as u32));
            at += part.len() as u32;
            [(Kind::Name, name), (Kind::Dot, dot)]
        })
        .filter(|(_, span)| span.start < span.end)
        .collect()
}

/// What a text in other quotes is in double quotes. In backticks, `${` begins a value.
fn meant_text(written: &str, template: bool) -> String {
    let escaped = written.replace('"', "\\\"");
    if !template {
        return escaped;
    }
    let marked = escaped.replace("${", "\u{0}");
    let mut out = String::with_capacity(marked.len());
    let mut holes = 0_u32;
    for character in marked.chars() {
        match character {
            '\u{0}' => {
                holes += 1;
                out.push('{');
            }
            '}' if holes > 0 => {
                holes -= 1;
                out.push('}');
            }
            '{' | '}' if holes == 0 => out.extend(['\\', character]),
            character => out.push(character),
        }
    }
    out
}

/// How far is looked for the `}` of a value in a text.
const FAR: usize = 2_000;

/// The length of the value behind a `{` of a text that has no `}` on its line, though its text ends there; none
/// where all is well. What stands behind the `{`.
pub(super) fn broken_hole(rest: Option<&str>) -> Option<usize> {
    let rest = rest.unwrap_or_default();
    // What is open: `{` of code, `"` of texts.
    let mut open = vec![b'{'];
    let mut escaped = false;
    let mut quoted = false;
    let mut ended = false;
    for byte in rest.bytes().take(FAR) {
        if byte == b'\n' {
            ended = true;
            break;
        }
        quoted |= byte == b'"';
        match (open.last(), byte) {
            (Some(b'"'), _) if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (Some(b'"'), b'"') => drop(open.pop()),
            (Some(b'"'), b'{') | (Some(b'{'), b'{' | b'"') => open.push(byte),
            (Some(b'{'), b'}') => drop(open.pop()),
            _ => {}
        }
        if open.is_empty() {
            return None;
        }
    }
    if !quoted || !ended && rest.len() > FAR {
        return None;
    }
    let name = rest.bytes().take_while(|byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.')
    });
    let length = name.count();
    let begins = rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    let doubled = rest.get(..length).is_some_and(|name| name.contains(".."));
    Some(if begins && !doubled { length } else { 0 })
}

/// Where a text was meant to end whose closing quote stands at `i`, but which in truth opens the next text: as in
/// `f(a: "x, b: "y")`.
pub(super) fn swallowed(text: &str, i: usize) -> Option<usize> {
    let behind = text.get(i + 1..).unwrap_or_default();
    if !behind.starts_with(|next: char| next.is_ascii_alphabetic() || next == '#') {
        return None;
    }
    let line = behind.bytes().take(FAR).take_while(|byte| *byte != b'\n');
    let odd = line.filter(|byte| *byte == b'"').count() % 2 == 1;
    let before = text.get(..i)?.trim_end();
    let before = match before.strip_suffix(':') {
        Some(name) => {
            name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_end()
        }
        None => before,
    };
    let end = before.strip_suffix(',')?.len();
    odd.then_some(end)
}
