//! `callflow explain`: what a diagnostic's code means.

use std::io::{self, Write};

use callflow_compiler::diagnostics::{Code, suggest};

use crate::exit::Failure;
use crate::terminal::{Style, takes_colour};

/// Explains a diagnostic's code
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    callflow explain E0202    what it means, a flow that has it, and one that is mended\n  \
    callflow explain          all codes")]
pub(crate) struct Explain {
    /// As it stands in a message: `E0202`
    code: Option<String>,
}

impl Explain {
    /// Prints the page of a code, or all codes with their titles.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let stdout = io::stdout();
        let style = Style { colour: takes_colour(&stdout) };
        let text = match &self.code {
            Some(code) => page(find(code)?, style),
            None => Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect(),
        };
        stdout.lock().write_all(text.as_bytes()).map_err(|error| Failure::of_output(&error))
    }
}

fn find(written: &str) -> Result<Code, Failure> {
    Code::parse(written).ok_or_else(|| {
        let codes = Code::ALL.iter().map(|code| code.as_str());
        let meant = match suggest::nearest(written, codes) {
            Some(code) => format!("; did you mean {code}?"),
            None => "; `callflow explain` lists all".to_owned(),
        };
        Failure::Usage(format!("there is no code `{written}`{meant}"))
    })
}

/// A page of Markdown as a terminal shows it best: headings stand out, and flows are set in instead of fenced.
fn page(code: Code, style: Style) -> String {
    let mut out = format!("{}\n\n", style.bold(&format!("{code}: {}", code.title())));
    let mut in_flow = false;
    let text = code.explanation().trim();
    // The page's own title says the same as ours.
    let text = text.strip_prefix("# ").and_then(|it| it.split_once('\n')).map_or(text, |it| it.1);
    for line in text.trim_start().lines() {
        if let Some(language) = line.strip_prefix("```") {
            in_flow = !in_flow;
            // A reader must see which of two flows is the broken one.
            if language.contains("fails") {
                out.push_str(&format!("    {}\n", style.red("// fails")));
            } else if language.contains("works") {
                out.push_str(&format!("    {}\n", style.green("// works")));
            }
        } else if in_flow && !line.is_empty() {
            out.push_str(&format!("    {line}\n"));
        } else if let Some(heading) = line.strip_prefix('#').filter(|_| !in_flow) {
            out.push_str(&format!("{}\n", style.bold(heading.trim_start_matches('#').trim())));
        } else {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_are_told_with_the_nearest() {
        let told = |code: &str| find(code).unwrap_err().to_string();
        assert_eq!(told("E0293"), "there is no code `E0293`; did you mean E0203?");
        assert_eq!(told("x"), "there is no code `x`; `callflow explain` lists all");
        assert_eq!(find(" e0202 "), Ok(Code::E0202));
    }

    #[test]
    fn every_page_shows_what_fails_and_what_works() {
        for &code in Code::ALL {
            let page = page(code, Style { colour: false });
            assert!(page.starts_with(code.as_str()), "{page}");
            assert!(!page.contains("```"), "{page}");
            assert_eq!(page.matches(code.title()).count(), 1, "{page}");
            assert!(page.contains("// works"), "{page}");
            // A file of 10 MB makes no page.
            assert!(page.contains("// fails") || code == Code::E0012, "{page}");
        }
    }
}
