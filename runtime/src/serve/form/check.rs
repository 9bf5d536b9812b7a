//! What a person entered, held against the types.

use callflow_artifact::types::{Type, TypeId};
use serde_json::{Map, Value as Json};

use super::inputs::{Input, Kind, Line};
use crate::execute::Program;
use crate::serve::runs::NewFile;
use crate::serve::texts::{Fields, Given, Reader};
use crate::value::{Value, decode, json};

/// An input that has something wrong in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The input's name.
    pub(super) name: String,
    /// What to do, in a sentence for a person.
    pub(super) message: String,
}

/// What was entered, as the record's value, with the files that it refers to.
pub(super) type Entered = (Value, Vec<NewFile>);

/// Reads what was entered as a record.
///
/// # Errors
/// All that is wrong, in the order of the inputs.
pub(super) fn check(
    program: &Program,
    ty: TypeId,
    inputs: &[Input],
    fields: &Fields,
) -> Result<Entered, Vec<Wrong>> {
    let types = program.types();
    let reader = Reader { types, zone: program.zone(), fields, files: Vec::new() };
    let mut checker = Checker { reader, wrong: Vec::new() };
    let object = checker.group(inputs);
    if !checker.wrong.is_empty() {
        return Err(checker.wrong);
    }
    match decode(types, ty, &Json::Object(object)) {
        Ok(value) => Ok((value, checker.reader.files)),
        Err(mismatch) => {
            let name = mismatch.path.clone();
            let message = format!("This does not fit: expected {}.", mismatch.expected);
            Err(vec![Wrong { name, message }])
        }
    }
}

struct Checker<'a> {
    reader: Reader<'a>,
    wrong: Vec<Wrong>,
}

impl Checker<'_> {
    fn group(&mut self, inputs: &[Input]) -> Map<String, Json> {
        let read = |input: &Input| Some((input.wire.clone(), self.input(input)?));
        inputs.iter().filter_map(read).collect()
    }

    /// The JSON of what was entered; none where nothing was.
    fn input(&mut self, input: &Input) -> Option<Json> {
        let fields = self.reader.fields;
        let given = fields.get(&input.name);
        let entered = match &input.kind {
            Kind::Group(inputs) => return self.record(input, inputs),
            Kind::Tick => return Some(Json::Bool(!given.is_empty())),
            Kind::Lines => self.lines(input, fields.text(&input.name).unwrap_or_default()),
            Kind::AnyOf(_) => self.items(input, given.iter().cloned()),
            Kind::File { many: true } => self.items(input, given.iter().filter(is_there).cloned()),
            Kind::File { many: false } => {
                given.iter().find(is_there).map(|file| self.reader.item(input.ty, file))
            }
            Kind::Json => fields.text(&input.name).map(str::trim).filter(|it| !it.is_empty()).map(
                // What is no JSON fits no type but one that takes any text.
                |text| json::parse(text.as_bytes(), usize::MAX).unwrap_or_else(|_| text.into()),
            ),
            Kind::Line(_) | Kind::Area | Kind::OneOf(_) => {
                let text = fields.text(&input.name).map(str::trim).filter(|it| !it.is_empty());
                text.map(|text| {
                    let text = Given::Text(text.replace("\r\n", "\n"));
                    self.reader.item(input.ty, &text)
                })
            }
        };
        match &entered {
            None if input.required => self.tell(input, missing(&input.kind)),
            Some(json) if decode(self.reader.types, input.ty, json).is_err() => {
                self.tell(input, misfit(&input.kind));
            }
            _ => {}
        }
        entered
    }

    /// A record; none where nothing was entered and nothing needs to be.
    fn record(&mut self, input: &Input, inputs: &[Input]) -> Option<Json> {
        let before = self.wrong.len();
        let object = self.group(inputs);
        let is_empty =
            object.values().all(|json| matches!(json, Json::Bool(false)) || is_empty(json));
        if is_empty && matches!(self.reader.types.get(input.ty), Type::Optional(_)) {
            self.wrong.truncate(before);
            return None;
        }
        Some(Json::Object(object))
    }

    /// The lines that have something in them.
    fn lines(&mut self, input: &Input, text: &str) -> Option<Json> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<Given> = lines.map(|line| Given::Text(line.to_owned())).collect();
        self.items(input, lines.into_iter())
    }

    fn items(&mut self, input: &Input, given: impl Iterator<Item = Given>) -> Option<Json> {
        let types = self.reader.types;
        let Type::List(item) = types.get(types.without_optional(input.ty)) else { return None };
        let items: Vec<Json> = given.map(|given| self.reader.item(item, &given)).collect();
        // Where nothing was entered, a list that may be left out is left out, and one that must be there is empty.
        let is_there = !items.is_empty() || !(input.optional || input.required);
        is_there.then_some(Json::Array(items))
    }

    fn tell(&mut self, input: &Input, message: &str) {
        self.wrong.push(Wrong { name: input.name.clone(), message: message.to_owned() });
    }
}

fn is_there(given: &&Given) -> bool {
    matches!(given, Given::File(file) if !file.name.is_empty())
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.values().all(is_empty),
        Json::Bool(it) => !it,
        _ => false,
    }
}

fn missing(kind: &Kind) -> &'static str {
    match kind {
        Kind::OneOf(_) => "Choose one.",
        Kind::File { .. } => "Choose a file.",
        _ => "Fill this in.",
    }
}

fn misfit(kind: &Kind) -> &'static str {
    match kind {
        Kind::Line(Line::Whole) => "Enter a whole number, such as 12.",
        Kind::Line(Line::Number) => "Enter a number, such as 12.50.",
        Kind::Line(Line::Phone) => {
            "Enter a phone number with its country code, such as +14155550111."
        }
        Kind::Line(Line::Date) => "Enter a date, such as 2026-03-02.",
        Kind::Line(Line::Time) => "Enter a date and a time, such as 2026-03-02T09:30.",
        Kind::Line(Line::Duration) => "Enter a span of time, such as 30m or 1h 30m.",
        Kind::OneOf(_) | Kind::AnyOf(_) => "Choose from the list.",
        Kind::Lines => "One of these lines is not as it should be.",
        Kind::Json => "Enter JSON of the right shape.",
        _ => "This cannot be taken as it is.",
    }
}
