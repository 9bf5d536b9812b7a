//! What a picture shows, nested as the flow is.

use ecow::EcoString;

use crate::source::Location;

/// Flows, and the functions that they link to, one below another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    /// The flows in the order of files and lines, then the functions that are too large to be shown where they
    /// are called.
    pub graphs: Vec<Graph>,
    /// The paths of the files that the nodes stand in; a [`FileId`](crate::source::FileId) indexes it.
    pub files: Vec<EcoString>,
}

/// One flow or function.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// A flow's address or a function's name. Links name it, and it is unique in its picture.
    pub name: EcoString,
    /// The first paragraph of the `///` text.
    pub doc: EcoString,
    /// What starts it: [`NodeKind::Trigger`], or [`NodeKind::Head`] of a function.
    pub start: Node,
    /// What it does.
    pub body: Sequence,
}

/// What happens one after another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sequence {
    /// In order.
    pub items: Vec<Item>,
}

/// A part of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// One thing that happens, or ([`NodeKind::is_end`]) the end of the way.
    Node(Node),
    /// One of several ways is taken.
    Decision(Node, Vec<Arm>),
    /// What belongs together, in a box of its own.
    Frame(Box<Frame>),
    /// What is done where something fails.
    Guarded {
        /// What may fail: a single node, or a frame of kind [`FrameKind::Try`].
        body: Box<Item>,
        /// `catch …`; [`NodeKind::Catch`].
        catch: Node,
        /// What is done then.
        handler: Sequence,
    },
}

/// One way of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// When it is taken; empty for a branch, which always is.
    pub label: EcoString,
    /// What is done.
    pub body: Sequence,
}

/// A box around a part of the flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// What it is for.
    pub kind: FrameKind,
    /// Says so; [`NodeKind::Head`].
    pub head: Node,
    /// One, but for [`FrameKind::Parallel`] and [`FrameKind::First`], which have one for each branch.
    pub arms: Vec<Arm>,
}

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// Again and again, one turn after another.
    Loop,
    /// For each item, several at a time.
    Each,
    /// Several branches, all waited for.
    Parallel,
    /// Several branches, of which the first to end counts.
    First,
    /// The body of a `try`.
    Try,
    /// The body of a function, shown where it is called.
    Function,
}

/// A box with text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// `hubspot.create_deal`, `if lead.interested`, `wait 14d`
    pub title: EcoString,
    /// An action's arguments, as they are written.
    pub detail: EcoString,
    /// An action's `retry`, `within` and `once`, as they are written.
    pub clauses: EcoString,
    /// What the result is called.
    pub result: EcoString,
    /// An action's piece, or the name of the graph that a call leads to.
    pub link: Option<EcoString>,
    /// Where it stands in the source.
    pub at: Location,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// What starts a flow.
    Trigger,
    /// An action of a piece, which `link` names.
    Action,
    /// A call of a function whose graph `link` names.
    Call,
    /// `start` or `run` of the flow that `link` names.
    Launch,
    /// `wait`
    Wait,
    /// `log`
    Log,
    /// A condition or a `match`.
    Decision,
    /// What a frame or a function begins with.
    Head,
    /// What is done on failure begins.
    Catch,
    /// `return`
    Return,
    /// `stop`
    Stop,
    /// `fail`
    Fail,
    /// `break`
    Break,
    /// `continue`
    Continue,
}

impl NodeKind {
    /// Whether nothing comes after it.
    pub fn is_end(self) -> bool {
        use NodeKind::{Break, Continue, Fail, Return, Stop};
        matches!(self, Return | Stop | Fail | Break | Continue)
    }
}

impl Node {
    /// A node with nothing but a title.
    pub fn new(kind: NodeKind, title: impl Into<EcoString>, at: Location) -> Node {
        Node {
            kind,
            title: title.into(),
            detail: EcoString::new(),
            clauses: EcoString::new(),
            result: EcoString::new(),
            link: None,
            at,
        }
    }

    /// All its text, for who points at it.
    pub fn full_text(&self) -> String {
        let mut text = self.title.to_string() + &self.detail;
        if !self.clauses.is_empty() {
            text = text + " " + &self.clauses;
        }
        match self.result.is_empty() {
            true => text,
            false => format!("{} = {text}", self.result),
        }
    }
}

impl Sequence {
    /// Whether control reaches what comes after it.
    pub fn falls_through(&self) -> bool {
        self.items.iter().all(Item::falls_through)
    }

    /// Whether there is anything in it but the leaving of loops, which alone is nothing to see.
    pub fn matters(&self) -> bool {
        self.items.iter().any(Item::matters)
    }
}

impl Item {
    /// Whether control reaches what comes after it.
    pub fn falls_through(&self) -> bool {
        match self {
            Item::Node(node) => !node.kind.is_end(),
            Item::Decision(_, arms) => arms.iter().any(|arm| arm.body.falls_through()),
            Item::Frame(frame) => frame.falls_through(),
            Item::Guarded { body, handler, .. } => body.falls_through() || handler.falls_through(),
        }
    }

    fn matters(&self) -> bool {
        match self {
            Item::Node(node) => !matches!(node.kind, NodeKind::Break | NodeKind::Continue),
            Item::Decision(_, arms) => arms.iter().any(|arm| arm.body.matters()),
            Item::Frame(_) | Item::Guarded { .. } => true,
        }
    }
}

impl Frame {
    /// Whether control reaches what comes after it. A loop may have no turn, and a function is left by `return`.
    pub fn falls_through(&self) -> bool {
        match self.kind {
            FrameKind::Loop | FrameKind::Each | FrameKind::Function => true,
            FrameKind::Parallel => self.arms.iter().all(|arm| arm.body.falls_through()),
            FrameKind::First => self.arms.iter().any(|arm| arm.body.falls_through()),
            FrameKind::Try => self.arms.iter().all(|arm| arm.body.falls_through()),
        }
    }
}
