//! CSV as in RFC 4180, read and written.

use std::collections::HashSet;
use std::sync::Arc;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use crate::error::Error;
use crate::value::Value;

/// The rows by the names of the first line. Empty lines are none; a row may have fewer cells than there are
/// names, and lacks the others then.
///
/// # Errors
/// Two columns of one name, a row with more cells than there are names, a quote that does not close.
pub(super) fn parse(text: &str, separator: &str) -> Result<Value, Error> {
    let mut rows = Rows { rest: text.trim_start_matches('\u{feff}'), separator: sign(separator)? };
    let names = rows.next_row()?.unwrap_or_default();
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(Error::invalid(eco_format!("the CSV has two columns {twice:?}")));
    }
    let mut read = Vec::new();
    while let Some(cells) = rows.next_row()? {
        if cells.len() > names.len() {
            let (row, found, wanted) = (read.len() + 1, cells.len(), names.len());
            return Err(Error::invalid(eco_format!(
                "row {row} of the CSV has {found} cells, and the first line has {wanted} names"
            )));
        }
        let entries = names.iter().cloned().zip(cells.into_iter().map(Value::Text));
        read.push(Value::Map(Arc::new(entries.collect::<IndexMap<_, _>>())));
    }
    Ok(Value::list(read))
}

/// The line of a row.
///
/// # Errors
/// A separator that is no single character.
pub(super) fn write<'a>(
    cells: impl Iterator<Item = &'a str>,
    separator: &str,
    line: &mut String,
) -> Result<(), Error> {
    let separator = sign(separator)?;
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            line.push(separator);
        }
        if cell.contains([separator, '"', '\n', '\r']) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
    line.push('\n');
    Ok(())
}

fn sign(separator: &str) -> Result<char, Error> {
    let mut signs = separator.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) if !matches!(sign, '"' | '\n' | '\r') => Ok(sign),
        _ => Err(Error::invalid("what separates cells of CSV is one character, and no quote")),
    }
}

struct Rows<'a> {
    rest: &'a str,
    separator: char,
}

impl Rows<'_> {
    /// The cells of the next line that is not empty.
    fn next_row(&mut self) -> Result<Option<Vec<EcoString>>, Error> {
        self.rest = self.rest.trim_start_matches(['\n', '\r']);
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if let Some(rest) = self.rest.strip_prefix(self.separator) {
                self.rest = rest;
                continue;
            }
            let line =
                self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix(['\n', '\r']));
            self.rest = line.unwrap_or(self.rest);
            return Ok(Some(cells));
        }
    }

    fn cell(&mut self) -> Result<EcoString, Error> {
        let mut cell = EcoString::new();
        let mut rest = self.rest;
        while let Some(quoted) = rest.strip_prefix('"') {
            let Some((inside, after)) = quoted.split_once('"') else {
                return Err(Error::invalid("a quote in the CSV does not close"));
            };
            cell.push_str(inside);
            rest = after;
            if rest.starts_with('"') {
                // Two quotes are one.
                cell.push('"');
            }
        }
        let end = rest.find([self.separator, '\n', '\r']).unwrap_or(rest.len());
        let (plain, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        cell.push_str(plain);
        self.rest = after;
        Ok(cell)
    }
}
