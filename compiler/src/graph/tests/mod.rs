//! What pictures show, and that what they show can be read.

mod places;
mod random;

use callflow_stdlib::{PIECES, PRELUDE};
use insta::assert_snapshot;

use crate::diagnostics::Diagnostic;
use crate::project::Project;
use crate::semantics;
use crate::source::{Embedded, Source, Span};

use super::drawing::Shape;
use super::{NodeKind, Picture, build, dot, mermaid, svg};

fn picture(text: &str) -> Picture {
    let source = Source { path: "flow.flow".into(), text: text.into() };
    let library = Embedded { prelude: PRELUDE, pieces: PIECES };
    let checked = semantics::check(Project::new("test", vec![source]), &library);
    let errors: Vec<&Diagnostic> = checked.diagnostics.iter().filter(|it| it.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    build(&checked.program, &checked.sources, |_| true)
}

const ORDERS: &str = r##"
/// Offers, and what becomes of them.
on manual(names: [string], urgent: bool) <
  var made = 0
  for name in names {
    if name.is_empty() {
      continue
    }
    deal = hubspot.create_deal(name: "Offer for {name}") catch fail("no deal for {name}")
    tell(deal.url)
    made += 1
  }
  if urgent {
    wait 2h
  } else if made > 10 {
    slack.send_message(channel: "#sales", text: "many offers")
  } else {
    stop
  }
  total = [1, 2, 3].map(n => n * made).sum()
  log("{total} of {made}")
>

fn tell(text: string) {
  try {
    slack.send_message(channel: "#sales", text: text)
    log("told")
  } catch error {
    log("{error.message}")
  }
}
"##;

const BRANCHES: &str = r##"
ask: on manual(names: [string]) <
  parallel {
    summary = llm.generate("sum up") retry 3 every 10s within 1m
    { wait 1h; log("an hour later") }
    count = names.length()
  }
  first {
    contact = hubspot.find_contact(email: summary)
    wait 2h
  }
  for name in names parallel 10 {
    start tell(text: name)
  }
  log("{count} {contact?.id ?? "none"}")
>

tell: on manual(text: string) <
  slack.send_message(channel: "#sales", text: text) once text
>
"##;

#[test]
fn a_flow_as_mermaid() {
    assert_snapshot!(mermaid(&picture(ORDERS)));
}

#[test]
fn a_flow_as_dot() {
    assert_snapshot!(dot(&picture(ORDERS)));
}

#[test]
fn branches_and_other_flows() {
    assert_snapshot!(mermaid(&picture(BRANCHES)));
}

#[test]
fn computing_leaves_nothing_behind() {
    let found = picture(
        "on manual(n: int) <\n  var sum = 0\n  for i in 1..n {\n    if i == 3 {\n      break\n    }\n    sum += i\n  }\n  \
         word = if sum > 3 { \"many\" } else { \"few\" }\n  log(word)\n>\n",
    );
    assert_eq!(titles(&found), ["manual(n: int)", "log(word)"]);
}

#[test]
fn effects_within_expressions_come_in_the_order_of_evaluation() {
    let found = picture(
        "on call_finished <\n  slack.send_message(\n    channel: \"#x\",\n    \
         text: llm.summarize(llm.generate(transcript)),\n  )\n>\n",
    );
    assert_eq!(
        titles(&found),
        ["call_finished", "llm.generate", "llm.summarize", "slack.send_message"]
    );
}

#[test]
fn what_is_called_often_or_by_itself_is_drawn_once() {
    let found = picture(
        "on manual() <\n  count(3)\n  count(4)\n>\nfn count(n: int) {\n  log(\"{n}\")\n  if n > 0 {\n    \
         count(n - 1)\n  }\n}\n",
    );
    let names: Vec<&str> = found.graphs.iter().map(|graph| graph.name.as_str()).collect();
    assert_eq!(names, ["flow", "fn count"]);
    let calls = nodes(&found).filter(|node| node.kind == NodeKind::Call);
    assert!(calls.map(|node| node.link.as_deref()).all(|link| link == Some("fn count")));
}

#[test]
fn the_deepest_flow_is_drawn() {
    let deep = |open: &str, levels: usize, inner: &str| {
        let text = format!(
            "on manual(x: bool) <\n{}{inner}\n{}\n>\n",
            open.repeat(levels),
            "}".repeat(levels)
        );
        let found = picture(&text);
        assert!(svg(&found).len() > mermaid(&found).len() && !dot(&found).is_empty());
    };
    deep("if x { ", 60, "log(\"deep\")");
    deep("while x { ", 60, "log(\"deep\")");
    deep("parallel { ", 30, "log(\"deep\")");
}

#[test]
fn conditions_within_conditions_take_no_longer() {
    let mut condition = String::from("x");
    for _ in 0..24 {
        condition =
            format!("(if x {{ false }} else if {condition} {{ log(\"x\"); true }} else {{ x }})");
    }
    let found = picture(&format!("on manual(x: bool) <\n  if {condition} {{ log(\"y\") }}\n>\n"));
    assert!(nodes(&found).count() > 24);
}

#[test]
fn a_long_chain_of_calls_is_followed() {
    let mut text = String::from("on manual() <\n  f0()\n>\n");
    for n in 0..3000 {
        text += &format!("fn f{n}() {{\n  log(\"{n}\")\n  f{}()\n}}\n", n + 1);
    }
    text += "fn f3000() {\n  log(\"last\")\n}\n";
    let found = picture(&text);
    assert!(found.graphs.len() > 700, "{}", found.graphs.len());
}

#[test]
fn a_node_covers_its_statement() {
    let text = "on call_finished <\n  summary = llm(transcript)\n  log(summary)\n>\n";
    let found = picture(text);
    let at = |title: &str| {
        let Span { start, end } = nodes(&found).find(|it| it.title == title).unwrap().at.span;
        &text[start as usize..end as usize]
    };
    assert_eq!(at("log(summary)"), "log(summary)");
    assert_eq!(at("call_finished"), "on call_finished");
    let action = nodes(&found).find(|node| node.kind == NodeKind::Action).unwrap();
    assert_eq!((&*action.result, at(&action.title)), ("summary", "summary = llm(transcript)"));
    let svg = svg(&found);
    assert!(svg.contains("data-file=\"flow.flow\" data-start=\"21\" data-end=\"46\""), "{svg}");
}

#[test]
fn labels_are_escaped() {
    let found = picture("on call_finished <\n  log(\"a < b & 'c' #d `e` \\\\ </text>\")\n>\n");
    let svg = svg(&found);
    assert!(svg.contains("log(&quot;a &lt; b &amp; 'c' #d `e` \\\\ &lt;/text&gt;&quot;)"), "{svg}");
    let mermaid = mermaid(&found);
    let escaped = "log(#quot;a #lt; b #amp; 'c' #35;d #96;e#96; \\\\ #lt;/text#gt;#quot;)";
    assert!(mermaid.contains(escaped), "{mermaid}");
    let dot = dot(&found);
    assert!(dot.contains("log(\\\"a < b & 'c' #d `e` \\\\\\\\ </text>\\\")"), "{dot}");
}

fn titles(picture: &Picture) -> Vec<&str> {
    nodes(picture).map(|node| node.title.as_str()).collect()
}

fn nodes(picture: &Picture) -> impl Iterator<Item = &super::Node> {
    let mut found = Vec::new();
    for graph in &picture.graphs {
        super::palette::each_node(graph, &mut |node| found.push(node));
    }
    found.into_iter()
}

/// Whether a shape is a box with a text of its own.
fn box_of<'s>(
    shape: &'s Shape<'_>,
) -> Option<(super::drawing::Rect, Vec<&'s super::drawing::Text>)> {
    match shape {
        Shape::Box(_, rect, texts) => Some((*rect, texts.iter().collect())),
        Shape::Chip(rect, text, _) => Some((*rect, vec![text])),
        _ => None,
    }
}
