//! A picture as nodes and edges, for tools that lay pictures out themselves.

use super::model::{Arm, Frame, FrameKind, Graph, Item, Node, NodeKind, Sequence};

/// A graph, taken apart.
#[derive(Debug, Default)]
pub(super) struct Flat<'p> {
    /// With their numbers as indices.
    pub(super) nodes: Vec<&'p Node>,
    /// With their numbers as indices.
    pub(super) clusters: Vec<Cluster>,
    /// What stands in no cluster.
    pub(super) outside: Members,
    /// In the order of the flow.
    pub(super) edges: Vec<Edge<'p>>,
}

/// What a frame becomes.
#[derive(Debug)]
pub(super) struct Cluster {
    /// What it is for.
    pub(super) kind: FrameKind,
    /// What stands in it.
    pub(super) members: Members,
}

/// What stands directly in a cluster, or in none.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// The numbers of nodes.
    pub(super) nodes: Vec<usize>,
    /// The numbers of clusters.
    pub(super) clusters: Vec<usize>,
}

/// From a node to another.
#[derive(Debug)]
pub(super) struct Edge<'p> {
    /// The number of a node.
    pub(super) from: usize,
    /// The number of a node.
    pub(super) to: usize,
    /// When it is taken; empty for always.
    pub(super) label: &'p str,
    /// Whether it is taken on failure.
    pub(super) error: bool,
}

/// Where the way goes on from, and under which condition.
type Exit<'p> = (usize, &'p str);

/// Takes a graph apart.
pub(super) fn flatten(graph: &Graph) -> Flat<'_> {
    let mut walk = Walk { flat: Flat::default(), cluster: None, loops: Vec::new() };
    let start = walk.node(&graph.start);
    walk.sequence(&graph.body, vec![(start, "")]);
    walk.flat
}

struct Walk<'p> {
    flat: Flat<'p>,
    /// The cluster that nodes stand in now.
    cluster: Option<usize>,
    /// The loops around: each one's head, and what leaves it.
    loops: Vec<(usize, Vec<Exit<'p>>)>,
}

impl<'p> Walk<'p> {
    fn node(&mut self, node: &'p Node) -> usize {
        self.flat.nodes.push(node);
        let id = self.flat.nodes.len() - 1;
        self.members().nodes.push(id);
        id
    }

    /// Of the cluster that nodes stand in now.
    fn members(&mut self) -> &mut Members {
        let Flat { clusters, outside, .. } = &mut self.flat;
        match self.cluster.and_then(|cluster| clusters.get_mut(cluster)) {
            Some(cluster) => &mut cluster.members,
            None => outside,
        }
    }

    fn join(&mut self, from: Vec<Exit<'p>>, to: usize) {
        let edges = from.into_iter().map(|(from, label)| Edge { from, to, label, error: false });
        self.flat.edges.extend(edges);
    }

    fn sequence(&mut self, sequence: &'p Sequence, mut from: Vec<Exit<'p>>) -> Vec<Exit<'p>> {
        for item in &sequence.items {
            from = self.item(item, from);
        }
        from
    }

    fn item(&mut self, item: &'p Item, from: Vec<Exit<'p>>) -> Vec<Exit<'p>> {
        match item {
            Item::Node(node) => {
                let id = self.node(node);
                self.join(from, id);
                match node.kind {
                    NodeKind::Break => {
                        if let Some((_, exits)) = self.loops.last_mut() {
                            exits.push((id, ""));
                        }
                        Vec::new()
                    }
                    NodeKind::Continue => {
                        if let Some((head, _)) = self.loops.last() {
                            let head = *head;
                            self.join(vec![(id, "")], head);
                        }
                        Vec::new()
                    }
                    kind if kind.is_end() => Vec::new(),
                    _ => vec![(id, "")],
                }
            }
            Item::Decision(node, arms) => {
                let id = self.node(node);
                self.join(from, id);
                self.arms(arms, id)
            }
            Item::Frame(frame) => self.frame(frame, from).1,
            Item::Guarded { body, catch, handler } => {
                let (first, mut exits) = match body.as_ref() {
                    Item::Frame(frame) => self.frame(frame, from),
                    other => {
                        let first = self.flat.nodes.len();
                        (first, self.item(other, from))
                    }
                };
                let catch = self.node(catch);
                self.flat.edges.push(Edge { from: first, to: catch, label: "fails", error: true });
                exits.extend(self.sequence(handler, vec![(catch, "")]));
                exits
            }
        }
    }

    fn arms(&mut self, arms: &'p [Arm], from: usize) -> Vec<Exit<'p>> {
        let mut exits = Vec::new();
        for arm in arms {
            exits.extend(self.sequence(&arm.body, vec![(from, &*arm.label)]));
        }
        exits
    }

    /// A frame's head, and where the way goes on from.
    fn frame(&mut self, frame: &'p Frame, from: Vec<Exit<'p>>) -> (usize, Vec<Exit<'p>>) {
        let outer = self.cluster;
        let id = self.flat.clusters.len();
        self.flat.clusters.push(Cluster { kind: frame.kind, members: Members::default() });
        self.members().clusters.push(id);
        self.cluster = Some(id);
        let head = self.node(&frame.head);
        self.join(from, head);
        let exits = match frame.kind {
            FrameKind::Loop | FrameKind::Each => {
                self.loops.push((head, Vec::new()));
                let turned = self.arms(&frame.arms, head);
                self.join(turned, head);
                let left = self.loops.pop().map(|(_, exits)| exits).unwrap_or_default();
                let mut exits = vec![(head, "done")];
                exits.extend(left);
                exits
            }
            FrameKind::Function => {
                let inside = self.flat.nodes.len();
                let mut exits = self.arms(&frame.arms, head);
                let returns = self.flat.nodes.iter().enumerate().skip(inside);
                let returns = returns.filter(|(_, node)| node.kind == NodeKind::Return);
                exits.extend(returns.map(|(id, _)| (id, "")));
                exits
            }
            FrameKind::Parallel | FrameKind::First | FrameKind::Try => self.arms(&frame.arms, head),
        };
        self.cluster = outer;
        (head, exits)
    }
}
