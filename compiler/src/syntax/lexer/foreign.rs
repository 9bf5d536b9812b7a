//! Comments, texts and names as other languages write them.

use super::Reader;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Kind;

impl Reader<'_> {
    /// `# …` and `$name`. Says whether it was one of them.
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
}
