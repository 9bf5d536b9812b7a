//! Lists of records as tables for people and for spreadsheets.

use callflow_artifact::Builtin;
use callflow_artifact::types::{Field, RecordId, Type, TypeId, Types};
use ecow::EcoString;

use super::effort::Effort;
use super::{Arguments, csv};
use crate::error::Error;
use crate::execute::limits::{JSON_LIMIT, check_text, too_large};
use crate::execute::machine::{Trap, broken};
use crate::value::encode::HIDDEN;
use crate::value::{Value, encode_within, format};

/// The widest column that shorter cells are filled up to.
const WIDEST: usize = 40;

/// Calls `table` or `to_csv` of a list of records.
pub(super) fn call(
    builtin: Builtin,
    arguments: Arguments<'_>,
    types: &Types,
    record: RecordId,
    effort: &mut Effort,
) -> Result<Value, Trap> {
    let items = arguments.list(0)?;
    let fields = types.record(record).map(|record| record.fields.as_slice()).ok_or_else(broken)?;
    effort.spend((items.len() as u64).saturating_mul(fields.len() as u64))?;
    let cells = Cells { types, fields };
    let text = match builtin {
        Builtin::ListTable => cells.table(items)?,
        Builtin::ListToCsv => cells.csv(items, arguments.text(1)?)?,
        _ => return Err(broken().into()),
    };
    effort.spend(text.len() as u64 / 64)?;
    Ok(Value::text(text))
}

struct Cells<'a> {
    types: &'a Types,
    fields: &'a [Field],
}

impl Cells<'_> {
    fn csv(&self, items: &[Value], separator: &str) -> Result<String, Error> {
        let mut text = String::new();
        csv::write(self.fields.iter().map(|field| field.name.as_str()), separator, &mut text)?;
        for item in items {
            let cells = self.row(item)?;
            csv::write(cells.iter().map(EcoString::as_str), separator, &mut text)?;
            check_text(text.len())?;
        }
        Ok(text)
    }

    fn table(&self, items: &[Value]) -> Result<String, Error> {
        let mut rows: Vec<Vec<EcoString>> = Vec::with_capacity(items.len() + 1);
        rows.push(self.fields.iter().map(|field| field.name.clone()).collect());
        let mut length = 0_usize;
        for item in items {
            let row: Vec<EcoString> =
                self.row(item)?.iter().map(|cell| on_one_line(cell)).collect();
            length = row.iter().fold(length, |sum, cell| sum.saturating_add(cell.len() + 3));
            check_text(length)?;
            rows.push(row);
        }
        // A rule under the names has at least three signs.
        let mut widths = vec![3; self.fields.len()];
        for row in &rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = cell.chars().take(WIDEST).count().max(*widest);
            }
        }
        let mut text = String::new();
        for (number, row) in rows.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            for (cell, width) in row.iter().zip(&widths) {
                text.push_str(&format!("| {cell:width$} "));
            }
            text.push('|');
            if number == 0 {
                text.push('\n');
                widths.iter().for_each(|width| text.push_str(&format!("| {:-<width$} ", "")));
                text.push('|');
            }
            check_text(text.len())?;
        }
        Ok(text)
    }

    /// What stands in the cells of a record's row.
    fn row(&self, item: &Value) -> Result<Vec<EcoString>, Error> {
        let values = item.as_record().ok_or_else(broken)?;
        self.fields.iter().zip(values).map(|(field, value)| self.cell(field.ty, value)).collect()
    }

    /// A scalar's text form, nothing for none, and the JSON of what has no text form.
    fn cell(&self, ty: TypeId, value: &Value) -> Result<EcoString, Error> {
        if value.is_none() {
            return Ok(EcoString::new());
        }
        if self.types.get(self.types.without_optional(ty)) == Type::Secret {
            return Ok(HIDDEN.into());
        }
        if let Some(text) = format::format(value) {
            return Ok(text);
        }
        let json = encode_within(self.types, ty, value, JSON_LIMIT);
        json.map(|json| json.to_string().into()).map_err(|error| too_large(error.to_string()))
    }
}

/// A cell without what would end it.
fn on_one_line(cell: &str) -> EcoString {
    let lines: Vec<&str> = cell.lines().collect();
    lines.join(" ").replace('|', "\\|").into()
}
