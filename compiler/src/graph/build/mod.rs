//! From the typed program to a picture: what has an effect or turns the flow becomes a node, in the order of
//! evaluation. What only computes leaves nothing behind, and neither does a decision between two such ways.

mod expression;
mod order;
mod statement;

use std::collections::{BTreeMap, HashMap, HashSet};

use callflow_artifact::bytecode::FunctionId;
use ecow::{EcoString, eco_format};

use crate::semantics::typed::{self, Function, LocalId, Program};
use crate::source::{FileId, Location, Sources, Span};

use super::model::{Arm, Frame, FrameKind, Graph, Item, Node, NodeKind, Picture, Sequence};
use super::text::one_line;

/// A function of at most so many nodes is shown where it is called. It is small, so that a picture grows with
/// the program and not with the number of ways through it.
const SMALL: usize = 6;

/// Makes the picture of those flows of a program without errors that are wanted.
pub fn build(
    program: &Program,
    sources: &Sources,
    wanted: impl Fn(&typed::Flow) -> bool,
) -> Picture {
    let mut builder = Builder {
        program,
        sources,
        current: None,
        file: FileId(0),
        bodies: HashMap::new(),
        links: BTreeMap::new(),
        names: HashSet::new(),
    };
    for flow in &program.flows {
        builder.names.insert(flow.address.clone());
    }
    let flows: Vec<&typed::Flow> = program.flows.iter().filter(|flow| wanted(flow)).collect();
    for function in order::callees_first(program, &flows) {
        builder.look_at(function);
    }
    let mut graphs: Vec<Graph> = flows.into_iter().map(|flow| builder.flow(flow)).collect();
    for (id, name) in std::mem::take(&mut builder.links) {
        graphs.extend(builder.function_graph(id, name));
    }
    Picture { graphs, files: program.files.iter().map(|file| file.path.clone()).collect() }
}

struct Builder<'a> {
    program: &'a Program,
    sources: &'a Sources,
    /// The function that is being looked at.
    current: Option<&'a Function>,
    /// Its file.
    file: FileId,
    /// The functions that were looked at: what they do, and how many nodes that is.
    bodies: HashMap<FunctionId, (Sequence, usize)>,
    /// The functions that get graphs of their own, and those graphs' names.
    links: BTreeMap<FunctionId, EcoString>,
    /// The names of all graphs.
    names: HashSet<EcoString>,
}

/// What becomes of an expression's value.
#[derive(Clone, Copy)]
struct Place<'n> {
    /// What it is called then; empty for most.
    name: &'n str,
    /// The statement that the value is all of; else none.
    span: Option<Span>,
}

impl Place<'_> {
    /// A part of something larger.
    const INNER: Place<'static> = Place { name: "", span: None };
}

impl<'a> Builder<'a> {
    fn flow(&mut self, flow: &typed::Flow) -> Graph {
        let at = Location { file: flow.file, span: flow.header };
        let header = one_line(self.sources.slice(at));
        let trigger = match (header.strip_prefix("on "), header.split_once(": on ")) {
            (Some(trigger), _) | (None, Some((_, trigger))) => trigger,
            (None, None) => header.as_str(),
        };
        Graph {
            name: flow.address.clone(),
            doc: summary(&flow.doc),
            start: Node::new(NodeKind::Trigger, trigger, at),
            body: self.body(flow.function),
        }
    }

    fn function_graph(&self, id: FunctionId, name: EcoString) -> Option<Graph> {
        let function = self.function(id)?;
        let at = Location { file: function.file, span: Span::default() };
        let start = Node::new(NodeKind::Head, signature(function), at);
        let body = self.bodies.get(&id).map(|(body, _)| body.clone()).unwrap_or_default();
        Some(Graph { name, doc: EcoString::new(), start, body })
    }

    fn function(&self, id: FunctionId) -> Option<&'a Function> {
        self.program.functions.get(id.0 as usize)
    }

    /// Looks at a function's body.
    fn body(&mut self, id: FunctionId) -> Sequence {
        let Some(function) = self.function(id) else { return Sequence::default() };
        let outer = (self.current.replace(function), self.file);
        self.file = function.file;
        let mut body = Sequence::default();
        self.block(&function.body, Place::INNER, &mut body);
        (self.current, self.file) = outer;
        body
    }

    /// Looks at a function's body, after those that it calls.
    fn look_at(&mut self, id: FunctionId) {
        let mut body = self.body(id);
        // It ends there anyway.
        if matches!(body.items.last(), Some(Item::Node(node)) if node.kind == NodeKind::Return) {
            body.items.pop();
        }
        let size = size(&body);
        self.bodies.insert(id, (body, size));
    }

    /// A call of a function with effects: its body in a frame, or a link to it. One that was not looked at yet is
    /// called by itself, if through others.
    fn call(&mut self, id: FunctionId, span: Span, place: Place<'_>, out: &mut Sequence) {
        let Some(function) = self.function(id).filter(|function| function.effectful) else {
            return;
        };
        if let Some((body, _)) = self.bodies.get(&id).filter(|(_, size)| *size <= SMALL) {
            if body.matters() {
                let arms = vec![Arm { label: EcoString::new(), body: body.clone() }];
                let head = self.node(NodeKind::Head, &signature(function), span, place);
                let frame = Frame { kind: FrameKind::Function, head, arms };
                out.items.push(Item::Frame(Box::new(frame)));
            }
            return;
        }
        let link = self.link(id, function);
        let mut node = self.node(NodeKind::Call, &function.name, span, place);
        node.detail = one_line(super::text::arguments(self.slice(span)).0);
        node.link = Some(link);
        out.items.push(Item::Node(node));
    }

    /// The name of a function's own graph, which it gets with the first link.
    fn link(&mut self, id: FunctionId, function: &Function) -> EcoString {
        if let Some(name) = self.links.get(&id) {
            return name.clone();
        }
        let mut name = eco_format!("fn {}", function.name);
        let mut number = 1;
        while !self.names.insert(name.clone()) {
            number += 1;
            name = eco_format!("fn {} ({number})", function.name);
        }
        self.links.insert(id, name.clone());
        name
    }

    /// A node for what stands at `span`.
    fn node(&self, kind: NodeKind, title: &str, span: Span, place: Place<'_>) -> Node {
        let at = Location { file: self.file, span: place.span.unwrap_or(span) };
        let mut node = Node::new(kind, title, at);
        node.result = place.name.into();
        node
    }

    fn slice(&self, span: Span) -> &'a str {
        self.sources.slice(Location { file: self.file, span })
    }

    fn text(&self, span: Span) -> EcoString {
        one_line(self.slice(span))
    }

    fn local(&self, id: LocalId) -> &'a str {
        let local = self.current.and_then(|function| function.locals.get(id.0 as usize));
        local.map(|local| local.name.as_str()).unwrap_or_default()
    }
}

/// `tell(text)`
fn signature(function: &Function) -> EcoString {
    let parameters = function.locals.iter().take(function.parameters.into());
    let names: Vec<&str> = parameters.map(|local| local.name.as_str()).collect();
    eco_format!("{}({})", function.name, names.join(", "))
}

/// The first paragraph.
fn summary(doc: &str) -> EcoString {
    let paragraph = doc.trim().split("\n\n").next().unwrap_or_default();
    one_line(paragraph)
}

/// How many nodes there are in it.
fn size(sequence: &Sequence) -> usize {
    let arms = |arms: &[Arm]| arms.iter().map(|arm| size(&arm.body)).sum::<usize>();
    let item = |item: &Item| match item {
        Item::Node(_) => 1,
        Item::Decision(_, ways) => 1 + arms(ways),
        Item::Frame(frame) => 1 + arms(&frame.arms),
        Item::Guarded { body, handler, .. } => match body.as_ref() {
            Item::Frame(frame) => 2 + arms(&frame.arms) + size(handler),
            _ => 2 + size(handler),
        },
    };
    sequence.items.iter().map(item).sum()
}
