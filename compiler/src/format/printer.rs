//! From a document to text: where lines end.

use super::document::{Doc, Documents, Line, Node, width};

/// How wide a line may be.
const COLUMNS: u32 = 100;

/// How far a step of indentation is.
const STEP: u32 = 2;

/// How the lines of a document are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Each ends.
    Broken,
    /// None ends.
    Flat,
}

/// What is still to be written.
#[derive(Debug, Clone, Copy)]
struct Pending {
    indent: u32,
    mode: Mode,
    doc: Doc,
}

/// Writes documents into a text.
#[derive(Debug, Default)]
pub(super) struct Printer {
    out: String,
    /// How wide the line is by now, its indentation included.
    column: u32,
    /// Indentation that is written before the next text, so that no line ends in spaces.
    indent: u32,
    /// The last is written next.
    stack: Vec<Pending>,
}

impl Printer {
    /// Begins a text of about that many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Printer {
        Printer { out: String::with_capacity(bytes), ..Printer::default() }
    }

    /// Writes a document that begins at the margin.
    pub(super) fn print(&mut self, docs: &Documents<'_>, root: Doc) {
        self.stack.push(Pending { indent: 0, mode: Mode::Broken, doc: root });
        while let Some(next) = self.stack.pop() {
            self.write(docs, next);
        }
    }

    /// How many bytes are written.
    pub(super) fn written(&self) -> usize {
        self.out.len()
    }

    /// The text. Its last line is ended.
    pub(super) fn finish(mut self) -> String {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    fn write(&mut self, docs: &Documents<'_>, Pending { indent, mode, doc }: Pending) {
        match docs.node(doc) {
            Node::Text(text) => self.text(text),
            Node::Raw(text) => self.raw(text),
            Node::Concat(first, last) => {
                let parts = docs.parts(first, last).iter().rev();
                self.stack.extend(parts.map(|doc| Pending { indent, mode, doc: *doc }));
            }
            Node::Indent(inner) => self.push(indent + STEP, mode, inner),
            Node::Group(inner) => {
                let flat = mode == Mode::Flat || self.fits(docs, docs.flat_width(inner));
                self.push(indent, if flat { Mode::Flat } else { Mode::Broken }, inner);
            }
            Node::Flat(inner) => self.push(indent, Mode::Flat, inner),
            Node::Line(line) if mode == Mode::Flat && !line.hard => {
                self.text(if line.space { " " } else { "" });
            }
            Node::Line(line) => self.line(line, indent),
            Node::Either { flat, broken } => {
                self.text(if mode == Mode::Flat { flat } else { broken });
            }
            Node::Continued { below, behind, part } => {
                let own_line =
                    docs.flat_width(part).map(|width| width.saturating_add(indent + STEP));
                if mode == Mode::Flat || self.fits(docs, docs.flat_width(below)) {
                    self.push(indent, Mode::Flat, below);
                } else if own_line.is_some_and(|width| width <= COLUMNS) {
                    self.push(indent, Mode::Broken, below);
                } else {
                    self.push(indent, Mode::Broken, behind);
                }
            }
            Node::Hug { broken, hugged } => {
                if mode == Mode::Flat || self.fits(docs, docs.flat_width(broken)) {
                    self.push(indent, Mode::Flat, broken);
                } else if self.column.saturating_add(docs.lead(hugged).0) <= COLUMNS {
                    self.push(indent, Mode::Broken, hugged);
                } else {
                    self.push(indent, Mode::Broken, broken);
                }
            }
        }
    }

    fn push(&mut self, indent: u32, mode: Mode, doc: Doc) {
        self.stack.push(Pending { indent, mode, doc });
    }

    /// Whether something of that width fits on the line, with what must follow it there. All that waits is
    /// written broken: a group on one line is never asked whether it fits.
    fn fits(&self, docs: &Documents<'_>, flat: Option<u32>) -> bool {
        let Some(flat) = flat else { return false };
        let mut column = self.column.saturating_add(flat);
        for pending in self.stack.iter().rev() {
            if column > COLUMNS {
                break;
            }
            let (lead, breaks) = docs.lead(pending.doc);
            column = column.saturating_add(lead);
            if breaks {
                break;
            }
        }
        column <= COLUMNS
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for _ in 0..std::mem::take(&mut self.indent) {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.column = self.column.saturating_add(width(text));
    }

    fn raw(&mut self, text: &str) {
        self.text(text);
        if let Some((_, last)) = text.rsplit_once('\n') {
            self.column = width(last);
        }
    }

    fn line(&mut self, line: Line, indent: u32) {
        self.out.push('\n');
        if line.blank {
            self.out.push('\n');
        }
        (self.indent, self.column) = (indent, indent);
    }
}
