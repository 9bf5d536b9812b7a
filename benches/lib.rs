//! What the benchmarks share: a generated project, a clock that takes the median, and rows that show a limit
//! beside each number ([`rows`]).

pub mod binary;
pub mod rows;

use std::time::{Duration, Instant};

/// Makes a project of about so many bytes: files of realistic flows with types, functions, comments and
/// interpolated texts, no two files the same. The same size gives the same project.
pub fn project(bytes: usize) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut total = 0;
    while total < bytes {
        let text = file(files.len());
        total += text.len();
        files.push((format!("file_{}.flow", files.len()), text));
    }
    files
}

/// One file: two types, two functions and three flows, of about 3 kB.
fn file(n: usize) -> String {
    let threshold = 1000 + n % 977;
    let channel = ["sales", "support", "success", "billing"].get(n % 4).copied().unwrap_or("sales");
    format!(
        r##"// Team {n}: what happens after its calls.

/// What a caller of team {n} wants.
type Lead{n} {{
  /// Name of the caller's company
  company: string
  need: string sample "forty trunks"
  budget: decimal?
  interested: bool
  stage: Stage{n} = "new"
  tags: [string] = []
}}

type Stage{n} = "new" | "qualified" | "won" | "lost"

/// How much the team cares, from 0 to 100.
fn score_{n}(lead: Lead{n}) -> int {{
  var points = 0
  if lead.interested {{
    points += 40
  }}
  budget = lead.budget ?? 0
  if budget > {threshold} and lead.stage != "lost" {{
    points += 30
  }} else if budget > {threshold} / 2 {{
    points += 15
  }}
  for tag in lead.tags {{
    if tag.lower() in ["urgent", "vip", "renewal"] {{
      points += 10
    }}
  }}
  return points.clamp(0, 100)
}}

fn line_{n}(lead: Lead{n}, points: int) -> string {{
  label = match lead.stage {{
    "new" => "just in",
    "qualified" => "qualified",
    "won", "lost" => "closed",
  }}
  return "{{lead.company}} ({{label}}): {{lead.need}}, {{points}} points"
}}

/// Qualifies the caller, opens a deal, tells the team.
qualify_{n}: on call_finished(agent: "team_{n}") <
  lead: Lead{n} = llm.extract(transcript)
  points = score_{n}(lead)

  // Only what is worth a person's time becomes a deal.
  if points >= 50 {{
    deal = hubspot.create_deal(name: "{{lead.company}}: {{lead.need}}", amount: lead.budget)
    slack.send_message(channel: "#{channel}", text: "New deal {{deal.url}}: {{line_{n}(lead, points)}}")
  }} else {{
    log("{{line_{n}(lead, points)}}", level: "info")
  }}
>

/// What the agent asks while it talks.
status_{n}: on function_call order_status_{n}(
  /// As on the invoice
  order_id: string,
  language: string = "en",
) -> string <
  try {{
    reply = http.get("https://api.example.com/orders/{{order_id.url_encode()}}", timeout: 2s)
    state = reply["state"] ?? fail("the order has no state")
    return "Order {{order_id}} is {{state as string}} ({{language.upper()}})"
  }} catch error {{
    if error.kind == "not_found" {{
      return "There is no order {{order_id}}"
    }}
    fail(error)
  }}
>

/// The week's calls in one message.
digest_{n}: on manual(names: [string], amounts: [decimal]) <
  total = amounts.filter(amount => amount > 0).sum()
  best = amounts.sort().reverse().take(3).map(amount => amount.format(digits: 2)).join(", ")
  if names.is_empty() {{
    stop
  }}
  slack.send_message(channel: "#{channel}", text: "{{names.length()}} calls, {{total}} in all, best {{best}}")
>
"##
    )
}

/// The median time of several calls, after one that does not count.
pub fn median<T>(runs: usize, mut call: impl FnMut() -> T) -> Duration {
    std::hint::black_box(call());
    let mut times: Vec<Duration> = (0..runs.max(1))
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(call());
            start.elapsed()
        })
        .collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Megabytes (of 10^6 bytes) a second.
pub fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64().max(1e-9)
}
