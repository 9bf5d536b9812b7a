//! How fast tests of flows run: `cargo bench -p callflow-benches --bench tests`.
//!
//! A thousand tests on one thread, each of a flow with a branch, two calls in parallel, a retry and a wait of two
//! weeks. Compiling them is not counted; `parse` measures that.

use std::time::{Duration, Instant};

use callflow_compiler::compile;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, Source};
use callflow_runtime::connect::Environment;
use callflow_runtime::execute::Program;
use callflow_runtime::testing;

const TESTS: usize = 1000;

const RUNS: usize = 5;

/// What a thousand tests may take.
const LIMIT: Duration = Duration::from_secs(1);

const FLOW: &str = r##"
type Lead {
  company: string
  budget: decimal?
  interested: bool
}

qualify: on call_finished <
  lead: Lead = llm.extract(transcript)
  if lead.interested {
    parallel {
      deal = hubspot.create_deal(name: lead.company, amount: lead.budget)
      page = http.get("https://example.com/{lead.company}") retry 2 every 10s as string
    }
    wait 14d
    slack.send_message(channel: "#sales", text: "{deal.url} {page}")
  }
>
"##;

fn main() {
    let program = match program() {
        Ok(program) => program,
        Err(why) => {
            eprintln!("{why}");
            std::process::exit(1);
        }
    };
    let environment = Environment::default();
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let begun = Instant::now();
        for test in &program.artifact().tests {
            let report = testing::run(&program, test, &environment);
            if let Some(finding) = report.findings.first() {
                eprintln!("`{}` failed: {}", report.name, finding.message);
                std::process::exit(1);
            }
        }
        best = best.min(begun.elapsed());
    }
    let (took, limit) = (best.as_secs_f64(), LIMIT.as_secs_f64());
    println!("{:<28} {:>10} {:>10} {:>8}", "", "s", "at most", "ratio");
    println!("{:<28} {took:>10.3} {limit:>10.1} {:>7.2}x", "1,000 tests, one thread", took / limit);
    if best > LIMIT {
        std::process::exit(1);
    }
}

fn program() -> Result<Program, String> {
    let mut text = FLOW.to_owned();
    for n in 0..TESTS {
        text.push_str(&test(n));
    }
    let library = Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };
    let file = Source { path: "bench.flow".into(), text: text.into() };
    let compiled = compile(Project::new("bench", vec![file]).with_tests(), &library);
    let wrong = || format!("the generated tests are wrong: {:?}", compiled.diagnostics.first());
    let artifact = compiled.artifact.ok_or_else(wrong)?;
    Program::load(artifact).map_err(|error| error.to_string())
}

fn test(n: usize) -> String {
    format!(
        r##"
test "caller {n} becomes a deal" {{
  given llm.extract returns {{ company: "Acme {n}", budget: {n}, interested: true }}
  given hubspot.create_deal returns {{ id: "{n}", url: "https://example.test/{n}" }}
  given http.get fails unavailable then returns "page {n}"
  given slack.send_message returns {{}}
  run qualify with {{ transcript: "…" }}
  expect hubspot.create_deal called once with {{ name: "Acme {n}", amount: {n} }}
  expect waiting
  advance 14d
  expect slack.send_message called once with {{ text: "https://example.test/{n} page {n}" }}
  expect succeeded
}}
"##
    )
}
