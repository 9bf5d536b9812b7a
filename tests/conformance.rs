//! Every action of the standard library's pieces against the vendor's own description of its API.
//!
//! Each action is called by a flow with as few and with all arguments, over the real network transport, at a server
//! on this machine. Whatever arrives there must be a request that the vendor describes, and whatever the vendor
//! may answer must be understood. The descriptions are not ours to publish: where the folder is missing
//! (`CALLFLOW_API_DESCRIPTIONS`, else `../shared/specs`), the tests say so and pass.

// A test's helpers are seen by nobody else, and its failures are panics.
#![allow(dead_code, unreachable_pub)]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::Arc;

mod support {
    pub mod arguments;
    pub mod bench;
    pub mod compile;
    pub mod description;
    pub mod generate;
    pub mod recorder;
    pub mod strict;
    pub mod tellers;
}

use support::arguments::{Arity, PieceSource};
use support::bench::{Bench, Service, Teller};
use support::description::{Description, folder};
use support::generate::Extent;
use support::tellers::{FromSchema, Samples};

/// A service, and whose description its requests must fit.
struct Vendor {
    service: Service,
    /// The name of the description.
    name: &'static str,
    /// What generated answers have at a place, where the vendor means more than the schema says.
    meant: &'static [(&'static str, &'static str)],
}

const HUBSPOT: Vendor = Vendor {
    service: Service { piece: "hubspot", connection: "key", origin: "https://api.hubapi.com" },
    name: "hubspot",
    meant: &[],
};

const SLACK: Vendor = Vendor {
    service: Service { piece: "slack", connection: "key", origin: "https://slack.com" },
    name: "slack",
    meant: &[],
};

const OPENAI: Vendor = Vendor {
    service: Service { piece: "llm", connection: "openai", origin: "https://api.openai.com" },
    name: "openai",
    // A message has content or a refusal; the schema lets it have both, or neither.
    meant: &[("/choices/0/message", r#"{ "content": "text", "refusal": null }"#)],
};

const ANTHROPIC: Vendor = Vendor {
    service: Service { piece: "llm", connection: "anthropic", origin: "https://api.anthropic.com" },
    name: "anthropic",
    meant: &[],
};

/// Where a vendor's description is wrong: the operation, what the check says of it, and why it is not so.
const WAIVERS: &[(&str, &str, &str)] = &[];

/// Actions that need an argument which their types alone do not ask for.
const ALSO: &[(&str, &[&str])] = &[("find_contact", &["email"])];

/// Actions whose answer must hold JSON that their own request describes, which a vendor's schema cannot tell.
const STRUCTURED: &[&str] = &["extract", "classify"];

/// Types for the calls' type parameters.
const TYPES: &str = "
type Sample { company: string, budget: decimal?, wanted_by: date? }
type Topic = \"sales\" | \"support\"
";

#[test]
fn hubspot_conforms() {
    conforms(&HUBSPOT);
}

#[test]
fn slack_conforms() {
    conforms(&SLACK);
}

#[test]
fn openai_conforms() {
    conforms(&OPENAI);
}

#[test]
fn anthropic_conforms() {
    conforms(&ANTHROPIC);
}

fn conforms(vendor: &Vendor) {
    let Some(folder) = folder() else {
        println!("skipped: there is no folder of API descriptions (CALLFLOW_API_DESCRIPTIONS)");
        return;
    };
    let description = Arc::new(Description::load(&folder, vendor.name));
    let calls = calls(vendor.service.piece);
    let flows: String = calls.iter().map(Call::flow).collect();
    let bench = Bench::new(vendor.service, &(flows + TYPES));

    let mut problems = BTreeSet::new();
    for call in &calls {
        for (answers, teller) in tellers(vendor, call, &description, &bench) {
            let outcome = bench.run(&call.flow, teller);
            if let Err(error) = outcome.result {
                problems.insert(format!("{}, answered with {answers}: {error}", call.text));
            }
            if outcome.requests.is_empty() {
                problems.insert(format!("{}: sends no request", call.text));
            }
            for request in &outcome.requests {
                let told = description.check(request).into_iter().filter(|told| !is_waived(told));
                problems
                    .extend(told.map(|told| format!("{}, {:?}: {told}", call.action, call.arity)));
            }
        }
    }
    let problems: Vec<String> = problems.into_iter().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A call of an action.
struct Call {
    /// The flow that makes it.
    flow: String,
    action: String,
    arity: Arity,
    /// `hubspot.create_deal(name: "x")`
    text: String,
}

impl Call {
    fn flow(&self) -> String {
        format!("{}: on manual() <\n  {}\n>\n", self.flow, self.text)
    }
}

/// Each action of a piece, with as few and with all arguments.
fn calls(piece: &str) -> Vec<Call> {
    let source = PieceSource::of(piece);
    let mut calls = Vec::new();
    for action in source.actions() {
        let name = action.name.text.to_string();
        let also = ALSO.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, also)| also);
        for arity in [Arity::Minimal, Arity::Maximal] {
            let arguments = source.arguments(action, arity, also);
            calls.push(Call {
                flow: format!("call_{}", calls.len()),
                action: name.clone(),
                arity,
                text: format!("{piece}.{name}({arguments})"),
            });
        }
    }
    calls
}

/// Who answers a call, each in a run of its own.
fn tellers(
    vendor: &Vendor,
    call: &Call,
    description: &Arc<Description>,
    bench: &Bench,
) -> Vec<(&'static str, Arc<dyn Teller>)> {
    let mut tellers: Vec<(&'static str, Arc<dyn Teller>)> =
        vec![("our samples", Arc::new(Samples::new(bench.program())))];
    if call.arity == Arity::Maximal && !STRUCTURED.contains(&call.action.as_str()) {
        for (name, extent) in [("what is required", Extent::Required), ("nulls", Extent::Nulls)] {
            let description = Arc::clone(description);
            let (origin, meant) = (vendor.service.origin, vendor.meant);
            tellers.push((name, Arc::new(FromSchema { description, extent, origin, meant })));
        }
    }
    tellers
}

fn is_waived(problem: &str) -> bool {
    let is_of =
        |operation: &str, part: &str| problem.starts_with(operation) && problem.contains(part);
    WAIVERS.iter().any(|(operation, part, _)| is_of(operation, part))
}
