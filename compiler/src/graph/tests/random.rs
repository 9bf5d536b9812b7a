//! Pictures of any shape that a flow can have, and some that none has.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::graph::{Arm, Frame, FrameKind, Graph, Item, Node, NodeKind, Picture, Sequence};
use crate::source::{FileId, Location, Span};

/// Some graphs with all kinds of parts in all kinds of parts.
pub(super) fn picture() -> BoxedStrategy<Picture> {
    vec((text(), text(), node(NodeKind::Trigger), sequence()), 1..3)
        .prop_map(|graphs| Picture {
            graphs: graphs
                .into_iter()
                .map(|(name, doc, start, body)| Graph { name, doc, start, body })
                .collect(),
            files: Vec::new(),
        })
        .boxed()
}

fn text() -> impl Strategy<Value = ecow::EcoString> {
    prop_oneof!["[a-z]{0,8}", "([a-zWM@]{1,12}[ .]){0,12}", "[a-zW]{40,80}", "[日本🎉é ]{0,40}",]
        .prop_map(|text: String| text.into())
}

fn node(kind: NodeKind) -> BoxedStrategy<Node> {
    (text(), text(), text(), text())
        .prop_map(move |(title, detail, clauses, result)| {
            let at = Location { file: FileId(0), span: Span::new(1, 2) };
            let card = matches!(kind, NodeKind::Action | NodeKind::Call | NodeKind::Launch);
            let only = |text: ecow::EcoString| if card { text } else { "".into() };
            Node {
                detail: only(detail),
                clauses: only(clauses),
                result: only(result),
                link: Some("piece".into()),
                ..Node::new(kind, title, at)
            }
        })
        .boxed()
}

fn sequence() -> BoxedStrategy<Sequence> {
    use NodeKind::{Action, Break, Call, Continue, Fail, Launch, Log, Return, Stop, Wait};
    let kinds = [Action, Action, Call, Launch, Wait, Log, Return, Stop, Fail, Break, Continue];
    let one = proptest::sample::select(kinds.to_vec()).prop_flat_map(node).prop_map(Item::Node);
    let leaf = vec(one, 0..4).prop_map(|items| Sequence { items });
    leaf.prop_recursive(5, 48, 4, |inner| {
        let item = prop_oneof![
            node(Action).prop_map(Item::Node),
            (node(NodeKind::Decision), arms(inner.clone(), true, 1..5))
                .prop_map(|(node, arms)| Item::Decision(node, arms)),
            frame(inner.clone()).prop_map(|frame| Item::Frame(Box::new(frame))),
            guarded(inner),
        ];
        vec(item, 0..4).prop_map(|items| Sequence { items })
    })
    .boxed()
}

fn arms(
    body: BoxedStrategy<Sequence>,
    labelled: bool,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Vec<Arm>> {
    let arm = (text(), body).prop_map(move |(label, body)| Arm {
        label: if labelled { label } else { "".into() },
        body,
    });
    vec(arm, count).boxed()
}

fn frame(body: BoxedStrategy<Sequence>) -> BoxedStrategy<Frame> {
    use FrameKind::{Each, First, Function, Loop, Parallel, Try};
    let one = (
        proptest::sample::select(vec![Loop, Each, Try, Function]),
        arms(body.clone(), false, 1..2),
    );
    let several = (proptest::sample::select(vec![Parallel, First]), arms(body, false, 1..5));
    (prop_oneof![one, several], node(NodeKind::Head))
        .prop_map(|((kind, arms), head)| Frame { kind, head, arms })
        .boxed()
}

fn guarded(body: BoxedStrategy<Sequence>) -> BoxedStrategy<Item> {
    let attempt = (node(NodeKind::Head), arms(body.clone(), false, 1..2))
        .prop_map(|(head, arms)| Frame { kind: FrameKind::Try, head, arms });
    let attempt = prop_oneof![
        node(NodeKind::Action).prop_map(Item::Node),
        attempt.prop_map(|frame| Item::Frame(Box::new(frame))),
    ];
    (attempt, node(NodeKind::Catch), body)
        .prop_map(|(attempt, catch, handler)| Item::Guarded {
            body: Box::new(attempt),
            catch,
            handler,
        })
        .boxed()
}
