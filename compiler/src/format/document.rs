//! Documents: text with the places where a line may break, and how wide each part of it is.

/// Marks a document that holds a line end whatever happens: it has no width on one line.
const ENDLESS: u32 = u32::MAX;

/// A document, an index into its [`Documents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doc(u32);

/// What a document is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    /// Text without line ends.
    Text(&'a str),
    /// Text that is written as it stands, line ends and all.
    Raw(&'a str),
    /// Documents one after the other: a stretch of [`Documents::children`].
    Concat(u32, u32),
    /// A document whose lines are indented by one step more.
    Indent(Doc),
    /// A document that is written on one line where it fits.
    Group(Doc),
    /// A document that is written on one line whatever is around it.
    Flat(Doc),
    /// A line end, or what stands for it on one line.
    Line(Line),
    /// One text where the group around it stays on one line, another where it breaks.
    Either {
        /// On one line.
        flat: &'static str,
        /// Over several.
        broken: &'static str,
    },
    /// Three ways to write the same, tried in order: `broken` on one line, `hugged`, `broken` over several.
    Hug {
        /// Each part on a line of its own.
        broken: Doc,
        /// All on one line, but for the last part, which breaks inside.
        hugged: Doc,
    },
    /// A part that goes on with a line: behind it where it fits, else on a line of its own where it fits there,
    /// else behind it again and broken inside.
    Continued {
        /// The line end and the part, indented.
        below: Doc,
        /// A space and the part.
        behind: Doc,
        /// The part alone.
        part: Doc,
    },
}

/// A place where a line may end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    /// Whether a space stands for it on one line.
    pub(super) space: bool,
    /// Whether it ends the line in any case.
    pub(super) hard: bool,
    /// Whether an empty line follows where it ends the line.
    pub(super) blank: bool,
}

/// How wide a document is, in characters. All of it is known when the document is made.
#[derive(Debug, Clone, Copy, Default)]
struct Measure {
    /// On one line; [`ENDLESS`] where that cannot be.
    flat: u32,
    /// Up to the first place where the line may end, everything around it being broken.
    lead: u32,
    /// Whether there is such a place.
    breaks: bool,
}

/// The documents of one item.
#[derive(Debug, Default)]
pub(super) struct Documents<'a> {
    nodes: Vec<Node<'a>>,
    measures: Vec<Measure>,
    children: Vec<Doc>,
}

impl<'a> Documents<'a> {
    /// Makes a document.
    pub(super) fn add(&mut self, node: Node<'a>) -> Doc {
        let measure = self.measure(node);
        self.nodes.push(node);
        self.measures.push(measure);
        Doc(self.nodes.len() as u32 - 1)
    }

    /// Documents one after the other.
    pub(super) fn concat(&mut self, parts: impl Iterator<Item = Doc>) -> Doc {
        let first = self.children.len() as u32;
        self.children.extend(parts);
        match self.children.get(first as usize..) {
            Some([only]) => *only,
            _ => self.add(Node::Concat(first, self.children.len() as u32)),
        }
    }

    /// What a document is.
    pub(super) fn node(&self, doc: Doc) -> Node<'a> {
        self.nodes.get(doc.0 as usize).copied().unwrap_or(Node::Text(""))
    }

    /// The parts of a [`Node::Concat`].
    pub(super) fn parts(&self, first: u32, last: u32) -> &[Doc] {
        self.children.get(first as usize..last as usize).unwrap_or_default()
    }

    /// How wide it is on one line; nothing where it cannot stand on one.
    pub(super) fn flat_width(&self, doc: Doc) -> Option<u32> {
        Some(self.measured(doc).flat).filter(|width| *width != ENDLESS)
    }

    /// How wide it is up to the first place where the line may end, and whether there is one.
    pub(super) fn lead(&self, doc: Doc) -> (u32, bool) {
        let measure = self.measured(doc);
        (measure.lead, measure.breaks)
    }

    /// Forgets all documents, and keeps the room for others.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.measures.clear();
        self.children.clear();
    }

    fn measured(&self, doc: Doc) -> Measure {
        self.measures.get(doc.0 as usize).copied().unwrap_or_default()
    }

    fn measure(&self, node: Node<'a>) -> Measure {
        match node {
            Node::Text(text) => Measure::of(width(text)),
            Node::Raw(text) => match text.split_once('\n') {
                Some((first, _)) => Measure { flat: ENDLESS, lead: width(first), breaks: true },
                None => Measure::of(width(text)),
            },
            Node::Concat(first, last) => {
                let parts = self.parts(first, last).iter();
                parts.fold(Measure::default(), |sum, part| sum.then(self.measured(*part)))
            }
            Node::Indent(inner)
            | Node::Group(inner)
            | Node::Hug { broken: inner, .. }
            | Node::Continued { below: inner, .. } => self.measured(inner),
            Node::Flat(inner) => Measure::of(self.measured(inner).flat),
            Node::Line(line) => Measure {
                flat: if line.hard { ENDLESS } else { u32::from(line.space) },
                lead: 0,
                breaks: true,
            },
            Node::Either { flat, broken } => {
                Measure { flat: width(flat), lead: width(broken), breaks: false }
            }
        }
    }
}

impl Measure {
    /// Of text that breaks nowhere.
    fn of(width: u32) -> Measure {
        Measure { flat: width, lead: width, breaks: false }
    }

    /// Of this and then that.
    fn then(self, next: Measure) -> Measure {
        let lead = if self.breaks { 0 } else { next.lead };
        Measure {
            flat: self.flat.saturating_add(next.flat),
            lead: self.lead.saturating_add(lead),
            breaks: self.breaks || next.breaks,
        }
    }
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> u32 {
    let characters = if text.is_ascii() { text.len() } else { text.chars().count() };
    u32::try_from(characters).unwrap_or(ENDLESS)
}
