//! Rows that show a limit beside each number.

use std::fmt::Display;

/// What a number must keep.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// It is at least this.
    AtLeast(f64),
    /// It is at most this.
    AtMost(f64),
    /// Nothing: it stands beside others.
    None,
}

/// Prints rows, and remembers whether all limits were kept.
#[derive(Debug, Default)]
pub struct Rows {
    broken: Vec<String>,
}

impl Rows {
    /// A table that begins with a line about what its columns are.
    pub fn begin(about: impl Display) -> Rows {
        println!("\n{about}");
        println!("{:<58} {:>12} {:<8} {:>12} {:>7}", "", "measured", "", "limit", "ratio");
        Rows::default()
    }

    /// A number with its unit.
    pub fn row(&mut self, what: impl Display, measured: f64, unit: &str, limit: Limit) {
        let what = what.to_string();
        let (words, ratio, is_kept) = match limit {
            Limit::AtLeast(least) => {
                (format!(">= {}", short(least)), measured / least, measured >= least)
            }
            Limit::AtMost(most) => {
                (format!("<= {}", short(most)), measured / most, measured <= most)
            }
            Limit::None => {
                return println!("{what:<58} {:>12} {unit:<8}", short(measured));
            }
        };
        let mark = if is_kept { "" } else { "  missed" };
        println!("{what:<58} {:>12} {unit:<8} {words:>12} {ratio:>7.2}{mark}", short(measured));
        if !is_kept {
            self.broken.push(what);
        }
    }

    /// The rows whose limits were not kept.
    pub fn broken(self) -> Vec<String> {
        self.broken
    }
}

/// A number with as many digits as tell something.
fn short(number: f64) -> String {
    match number.abs() {
        large if large >= 100.0 => format!("{number:.0}"),
        middle if middle >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.3}"),
    }
}

/// The so-manieth hundredth of numbers, which are sorted by it; 0 where there are none.
pub fn percentile(numbers: &mut [f64], hundredth: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().saturating_sub(1);
    let at = (last as f64 * hundredth / 100.0).round() as usize;
    numbers.get(at).copied().unwrap_or_default()
}
