//! From text to tokens.
//!
//! `logos` reads the code; texts are read by hand, for they nest: a hole `{…}` in a text holds any expression,
//! which may hold texts in turn. All tokens come out in one flat list, so nothing here recurses. The lexer
//! makes sure that quotes and holes are always closed: a text in `"` ends at the latest at the end of its line.

mod foreign;

use logos::{Lexer, Logos};

use super::literal;
use super::token::{Kind, Token};
use super::tree::Comment;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Location, Span};

/// What the lexer gives.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// All tokens, newlines included.
    pub(crate) tokens: Vec<Token>,
    /// Comments, in order of position.
    pub(crate) comments: Vec<Comment>,
    /// What is wrong with single tokens.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A text that is being read, and the hole in it that the lexer is in.
struct OpenText {
    /// Its opening quotes.
    quotes: Span,
    /// Whether they are `"""`.
    triple: bool,
    /// Braces that are open in the hole.
    braces: u32,
}

/// Reads a whole file.
pub(crate) fn lex(file: FileId, text: &str) -> Lexed {
    let mut reader = Reader {
        file,
        text,
        lexer: Kind::lexer(text),
        texts: Vec::new(),
        out: Lexed { tokens: Vec::with_capacity(text.len() / 4), ..Lexed::default() },
    };
    reader.run();
    reader.out
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    lexer: Lexer<'a, Kind>,
    /// Texts around the place that is being read, the innermost last.
    texts: Vec<OpenText>,
    out: Lexed,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(next) = self.lexer.next() {
            let range = self.lexer.span();
            let span = Span::new(range.start as u32, range.end as u32);
            match next {
                Ok(kind) => self.token(kind, span),
                Err(()) => self.unknown(span),
            }
        }
        let end = Span::new(self.text.len() as u32, self.text.len() as u32);
        while !self.texts.is_empty() {
            self.close_unfinished(end);
        }
    }

    fn token(&mut self, kind: Kind, span: Span) {
        match kind {
            Kind::Comment => {
                let text = self.slice(span);
                let doc = text.starts_with("///") && !text.starts_with("////");
                self.out.comments.push(Comment { span, doc });
            }
            Kind::BlockComment => self.block_comment(span),
            Kind::Newline => self.newline(span),
            Kind::Quote => self.open_text(span, false),
            Kind::TripleQuote if self.texts.last().is_some_and(|open| open.triple) => {
                // No such text stands in another: these quotes end the text around the hole.
                self.unfinished_hole(span);
                self.push(Kind::HoleClose, span.before());
                self.texts.pop();
                self.push(Kind::TextClose, span);
            }
            Kind::TripleQuote => self.open_text(span, true),
            Kind::SingleQuoted => self.single_quoted(span),
            Kind::BraceOpen => {
                if let Some(open) = self.texts.last_mut() {
                    open.braces += 1;
                }
                self.push(kind, span);
            }
            Kind::BraceClose => match self.texts.last_mut() {
                Some(open) if open.braces == 0 => {
                    let (quotes, triple) = (open.quotes, open.triple);
                    self.texts.pop();
                    self.push(Kind::HoleClose, span);
                    self.read_text(quotes, triple);
                }
                Some(open) => {
                    open.braces -= 1;
                    self.push(kind, span);
                }
                None => self.push(kind, span),
            },
            Kind::Int
            | Kind::Number
            | Kind::Duration
            | Kind::Date
            | Kind::Time
            | Kind::BadNumber => {
                let kind = match literal::check(kind, self.slice(span)) {
                    Ok(()) => kind,
                    Err(wrong) => {
                        self.out.diagnostics.push(wrong.diagnostic(self.at(span)));
                        Kind::Unknown
                    }
                };
                self.push(kind, span);
            }
            _ => self.push(kind, span),
        }
    }

    /// A line's end closes every text in `"` whose hole is open; a text in `"""` goes on, unless the next line
    /// is the end of the flow.
    fn newline(&mut self, span: Span) {
        while self.texts.last().is_some_and(|open| !open.triple || self.next_line_ends_flow(span)) {
            self.close_unfinished(span.before());
        }
        match self.out.tokens.last() {
            Some(last) if last.kind == Kind::Newline => {}
            _ => self.push(Kind::Newline, span),
        }
    }

    fn next_line_ends_flow(&self, newline: Span) -> bool {
        let rest = self.text.get(newline.end as usize..).unwrap_or_default();
        is_body_end(rest.lines().next().unwrap_or_default())
    }

    fn open_text(&mut self, quotes: Span, triple: bool) {
        self.push(Kind::TextOpen, quotes);
        self.read_text(quotes, triple);
    }

    /// Reads on in a text, up to its end or its next hole.
    fn read_text(&mut self, quotes: Span, triple: bool) {
        let rest = self.lexer.remainder();
        let start = self.text.len() - rest.len();
        let bytes = rest.as_bytes();
        let mut i = 0;
        while let Some(&byte) = bytes.get(i) {
            match byte {
                b'\\' => {
                    let escaped = rest.get(i + 1..).and_then(|rest| rest.chars().next());
                    let brace = escaped == Some('u') && bytes.get(i + 2) == Some(&b'{');
                    i += match escaped {
                        None | Some('\n') => 1,
                        // The brace of `\u{…}` opens no hole.
                        Some(_) if brace => 3,
                        Some(escaped) => 1 + escaped.len_utf8(),
                    };
                }
                b'{' => {
                    if i > 0 && bytes.get(i - 1) == Some(&b'$') && !escaped_at(rest, i - 1) {
                        self.dollar_hole(span_at(start + i - 1, 2));
                    }
                    if self.texts.is_empty()
                        && !triple
                        && let Some(length) = foreign::broken_hole(rest.get(i + 1..))
                    {
                        self.part(start, i);
                        self.lexer.bump(i + 1);
                        self.broken_hole(span_at(start + i, 1), length);
                        return self.read_text(quotes, triple);
                    }
                    self.part(start, i);
                    self.lexer.bump(i + 1);
                    self.push(Kind::HoleOpen, span_at(start + i, 1));
                    self.texts.push(OpenText { quotes, triple, braces: 0 });
                    return;
                }
                b'"' if !triple => {
                    if let Some(end) = foreign::swallowed(rest, i) {
                        self.part(start, end);
                        self.lexer.bump(end);
                        self.unfinished_text_at(quotes, span_at(start + end, 0));
                        self.push(Kind::TextClose, span_at(start + end, 0));
                        return;
                    }
                    self.part(start, i);
                    self.lexer.bump(i + 1);
                    self.push(Kind::TextClose, span_at(start + i, 1));
                    return;
                }
                b'"' if bytes.get(i..i + 3) == Some(b"\"\"\"") => {
                    self.part(start, i);
                    self.lexer.bump(i + 3);
                    self.push(Kind::TextClose, span_at(start + i, 3));
                    return;
                }
                b'\n' if !triple => break,
                _ => i += 1,
            }
        }
        if triple {
            i = end_of_unclosed(rest);
        }
        // The carriage return belongs to the line's end.
        if i > 0 && bytes.get(i - 1) == Some(&b'\r') {
            i -= 1;
        }
        self.part(start, i);
        self.lexer.bump(i);
        let end = span_at(start + i, 0);
        self.unfinished_text(quotes, triple);
        self.push(Kind::TextClose, end);
    }

    fn part(&mut self, start: usize, length: usize) {
        if length > 0 {
            let span = span_at(start, length);
            self.check_escapes(span);
            self.push(Kind::TextPart, span);
        }
    }

    fn check_escapes(&mut self, part: Span) {
        let text = self.slice(part);
        if !text.contains('\\') {
            return;
        }
        for wrong in literal::wrong_escapes(text) {
            let span = Span::new(part.start + wrong.start as u32, part.start + wrong.end as u32);
            let escape = self.slice(span);
            let at = self.at(span);
            let diagnostic =
                Diagnostic::error(Code::E0011, at, format!("`{escape}` is no escape that I know"))
                    .label("this escape")
                    .note(
                        "In a text, `\\n` is a new line, `\\t` a tab, `\\r` a carriage return, `\\\"` a quote, `\\\\` a \
                         backslash, `\\{` and `\\}` are braces, `\\$` is a dollar, and `\\u{1F600}` is any character by its number.",
                    )
                    .fix("write the backslash itself", Location { file: at.file, span: at.span.before() }, "\\");
            self.out.diagnostics.push(diagnostic);
        }
    }

    /// Closes the innermost text in the middle of its hole.
    fn close_unfinished(&mut self, end: Span) {
        if let Some(open) = self.texts.pop() {
            self.push(Kind::HoleClose, end);
            self.push(Kind::TextClose, end);
            self.unfinished_text(open.quotes, open.triple);
        }
    }

    fn unfinished_text(&mut self, quotes: Span, triple: bool) {
        let (shown, note) = if triple {
            ("\"\"\"", "Close it with `\"\"\"` on a line of its own.")
        } else {
            (
                "\"",
                "A text between `\"` ends on the line that it begins on. Close it with `\"`; a text of several \
                 lines stands between `\"\"\"`.",
            )
        };
        let diagnostic = Diagnostic::error(
            Code::E0002,
            self.at(quotes),
            format!("This text has no closing `{shown}`"),
        )
        .label("the text begins here")
        .note(note);
        self.out.diagnostics.push(diagnostic);
    }

    /// A text in `"` that was meant to end there.
    fn unfinished_text_at(&mut self, quotes: Span, end: Span) {
        self.unfinished_text(quotes, false);
        let end = self.at(end);
        if let Some(last) = self.out.diagnostics.pop() {
            self.out.diagnostics.push(last.fix("close the text", end, "\""));
        }
    }

    fn unfinished_hole(&mut self, end: Span) {
        let hole = self.out.tokens.iter().rev().find(|token| token.kind == Kind::HoleOpen);
        let hole = hole.map_or(end, |token| token.span);
        let diagnostic = Diagnostic::error(
            Code::E0005,
            self.at(hole),
            "This `{` in a text has no `}`",
        )
        .label("opened here")
        .also(self.at(end), "the text ends here")
        .note("In a text, `{…}` holds a value. Close it with `}`, or write `\\{` for a brace.");
        self.out.diagnostics.push(diagnostic);
    }

    /// Neighbours among the characters that no flow has make one diagnostic.
    fn unknown(&mut self, span: Span) {
        if self.foreign_sign(span) {
            return;
        }
        let joins = self
            .out
            .tokens
            .last()
            .is_some_and(|last| last.kind == Kind::Unknown && last.span.end == span.start);
        if joins {
            if let Some(last) = self.out.tokens.last_mut() {
                last.span.end = span.end;
            }
            if let Some(last) = self.out.diagnostics.last_mut()
                && last.code == Code::E0001
            {
                last.primary.at.span.end = span.end;
                let span = last.primary.at.span;
                last.message = unknown_message(slice(self.text, span));
            }
            return;
        }
        let mut diagnostic =
            Diagnostic::error(Code::E0001, self.at(span), unknown_message(self.slice(span)))
                .label("not part of the language");
        if let Some((meant, name)) = look_alike(self.slice(span)) {
            diagnostic = diagnostic.fix(format!("replace by {name}"), self.at(span), meant);
        } else {
            diagnostic = diagnostic.note(
                "Names are made of the letters a to z, digits and `_`; any other character can stand in a text, \
                 between quotes.",
            );
        }
        self.out.diagnostics.push(diagnostic);
        self.push(Kind::Unknown, span);
    }

    fn push(&mut self, kind: Kind, span: Span) {
        self.out.tokens.push(Token { kind, span });
    }

    fn slice(&self, span: Span) -> &str {
        slice(self.text, span)
    }

    fn at(&self, span: Span) -> Location {
        Location { file: self.file, span }
    }
}

/// Whether a line holds nothing but `>` and perhaps a comment.
pub(crate) fn is_body_end(line: &str) -> bool {
    line.trim_start().strip_prefix('>').is_some_and(|rest| {
        let rest = rest.trim();
        rest.is_empty() || rest.starts_with("//")
    })
}

/// Where a `"""` text without an end is taken to end: before the line that closes its flow, else at the file's
/// end.
fn end_of_unclosed(rest: &str) -> usize {
    let mut offset = 0;
    for line in rest.split_inclusive('\n') {
        if offset > 0 && is_body_end(line) {
            return offset - 1;
        }
        offset += line.len();
    }
    rest.len()
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Whether a character of a text has a `\` before it, which is no escaped one itself.
fn escaped_at(text: &str, i: usize) -> bool {
    let before = text.as_bytes().get(..i).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn span_at(start: usize, length: usize) -> Span {
    Span::new(start as u32, (start + length) as u32)
}

fn unknown_message(characters: &str) -> String {
    let shown: String = characters.chars().take(20).flat_map(char::escape_debug).collect();
    let more = if characters.chars().nth(20).is_some() { "…" } else { "" };
    format!("`{shown}{more}` is nothing that a flow can have here")
}

/// What a word processor's character was before it was prettified.
fn look_alike(characters: &str) -> Option<(&'static str, &'static str)> {
    Some(match characters {
        "“" | "”" | "„" | "«" | "»" => ("\"", "a plain double quote"),
        "‘" | "’" | "`" => ("\"", "a double quote"),
        "–" | "—" | "−" => ("-", "a plain minus"),
        "×" => ("*", "`*`"),
        "÷" => ("/", "`/`"),
        "≤" => ("<=", "`<=`"),
        "≥" => (">=", "`>=`"),
        "≠" => ("!=", "`!=`"),
        "→" => ("->", "`->`"),
        "…" => ("...", "`...`"),
        "\u{a0}" => (" ", "a plain space"),
        "&" => ("and", "`and`"),
        _ => return None,
    })
}
