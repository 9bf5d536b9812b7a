//! `callflow test --record RUN`: a test out of a stored run.
//!
//! What services answered becomes what stands in for them, the event what the flow is run with, and what was called
//! what is expected. The test is tried before it is given to anybody.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use callflow_artifact::bytecode::{Effect, Op};
use callflow_artifact::types::{Field, RecordId, Type, TypeId, Types, Variants};
use callflow_artifact::{Artifact, Flow};
use callflow_compiler::format;
use callflow_compiler::source::Source;
use callflow_runtime::connect::Environment;
use callflow_runtime::durable::{Entry, Outcome};
use callflow_runtime::execute::Program;
use callflow_runtime::store::history::Story;
use callflow_runtime::{Error, Value, testing, value};
use serde_json::Value as Json;

use crate::commands::LIBRARY;
use crate::commands::runs::stored::Stored;
use crate::exit::{self, Failure};
use crate::project::Project;
use crate::replace::create;

/// Longer texts are not held against what a call gets: they say nothing to a reader.
const LONGEST: usize = 200;

/// Makes a test of a stored run and prints it, or writes it to a file.
pub(super) fn record(
    project: &Project,
    store: Option<&Path>,
    run: &str,
    output: Option<&PathBuf>,
) -> Result<(), Failure> {
    let stored = Stored::open(store)?;
    let stories = stored.family(run)?;
    let Some(story) = stories.first() else { return Ok(()) };
    let compiled = callflow_compiler::compile(project.to_compile(), &LIBRARY);
    let Some(artifact) = compiled.artifact else {
        let why = "the flows have errors, and no test can be made; `callflow check` shows them";
        return Err(Failure::Failed(why.to_owned()));
    };
    let flow =
        artifact.flows.iter().find(|flow| story.run.flow == flow.address).ok_or_else(|| {
            Failure::Usage(format!(
                "this project has no flow `{}`, which the run is of",
                story.run.flow
            ))
        })?;
    let function = artifact.functions.get(flow.function.0 as usize);
    let file = function.and_then(|it| artifact.files.get(it.file as usize));
    let file = file.map(|file| file.path.to_string()).unwrap_or_default();
    let existing = output.map(|path| fs::read_to_string(path).unwrap_or_default());
    let is_own = match (output, &existing) {
        (Some(path), Some(text)) if !text.is_empty() => *path == project.folder.join(&file),
        (Some(_), _) => false,
        (None, _) => true,
    };
    let stem = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = match is_own {
        true => flow.name.to_string(),
        false => format!("{stem}.{}", flow.name),
    };
    let program = Program::load(artifact.clone())
        .map_err(|error| Failure::Failed(format!("the project cannot be run: {error}")))?;
    let text = Recorder { program: &program, stories: &stories }.test(story, flow, &name)?;
    let before = match (&existing, is_own) {
        (Some(text), _) if !text.is_empty() => format!("{}\n\n", text.trim_end()),
        (Some(_), _) => format!("use \"./{file}\"\n\n"),
        (None, _) => String::new(),
    };
    let tried = match (output, is_own) {
        (None, _) | (_, true) => file,
        (Some(path), false) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    };
    let text = format::format(&text);
    check(project, &tried, &format!("{before}{text}"), output.is_none(), &test_name(story))?;
    match output {
        Some(path) => {
            let whole = format!("{before}{text}");
            create(path, None, |file| file.write_all(whole.as_bytes()))?;
            exit::say(&format!("1 test in {}\n", path.display()));
            Ok(())
        }
        None => {
            let written = std::io::stdout().lock().write_all(text.as_bytes());
            written.map_err(|error| Failure::of_output(&error))
        }
    }
}

/// Compiles the project with the test and runs it.
fn check(
    project: &Project,
    path: &str,
    text: &str,
    appended: bool,
    name: &str,
) -> Result<(), Failure> {
    let mut project = project.clone();
    match project.files.iter_mut().find(|file| file.path == path) {
        Some(file) if appended => file.text = format!("{}\n\n{text}", file.text).into(),
        Some(file) => file.text = text.into(),
        None => project.files.push(Source { path: path.into(), text: text.into() }),
    }
    let failed =
        |why: &str| Failure::Failed(format!("no test could be made of this run: {why}\n\n{text}"));
    let compiled = callflow_compiler::compile(project.to_compile().with_tests(), &LIBRARY);
    let Some(artifact) = compiled.artifact else {
        let errors = compiled.diagnostics.iter().filter(|it| it.is_error());
        let first = errors.map(|it| it.message.clone()).next().unwrap_or_default();
        return Err(failed(&first));
    };
    let program = Program::load(artifact).map_err(|error| failed(&error.to_string()))?;
    let environment = Environment::from_settings(project.settings.environment.clone(), &|_| None);
    let tests = &program.artifact().tests;
    let Some(test) = tests.iter().rfind(|test| test.name == name) else {
        return Err(failed("it is not there"));
    };
    let report = testing::run(&program, test, &environment);
    match report.findings.first() {
        None => Ok(()),
        Some(finding) => Err(failed(&finding.message)),
    }
}

fn test_name(story: &Story) -> String {
    let id = story.run.id.get(..12).unwrap_or(&story.run.id);
    format!("{} as in the run {id}", story.run.flow)
}

/// Writes the test.
struct Recorder<'a> {
    program: &'a Program,
    stories: &'a [Story],
}

/// A call that was recorded.
struct Call<'a> {
    began: i64,
    input: &'a str,
    output: Option<&'a str>,
    error: Option<&'a Error>,
}

impl Recorder<'_> {
    fn test(&self, story: &Story, flow: &Flow, name: &str) -> Result<String, Failure> {
        let artifact = self.program.artifact();
        let calls = self.calls();
        let mut out = format!("test \"{}\" {{\n", test_name(story));
        for (action, calls) in &calls {
            out.push_str(&self.given(artifact, action, calls)?);
        }
        let types = self.program.types();
        let json: Json = serde_json::from_str(&story.event).unwrap_or_default();
        let event = value::decode(types, flow.trigger.event, &json).map_err(|mismatch| {
            Failure::Failed(format!(
                "the run's event does not fit the flow as it is now: {mismatch}"
            ))
        })?;
        let event = literal(types, flow.trigger.event, &event).unwrap_or_else(|| "{}".to_owned());
        match event.as_str() {
            "{}" => out.push_str(&format!("\nrun {name}\n")),
            event => out.push_str(&format!("\nrun {name} with {event}\n")),
        }
        for noted in &story.journal {
            if let Entry::Wait { until } = &noted.entry {
                let span = value::duration::format(until.saturating_sub(noted.at).max(1));
                out.push_str(&format!("advance {}\n", span.replace(' ', "")));
            }
        }
        out.push('\n');
        for (action, calls) in &calls {
            out.push_str(&self.expected(artifact, action, calls));
        }
        match &story.outcome {
            Some(Outcome::Succeeded(_)) => out.push_str("expect succeeded\n"),
            Some(Outcome::Failed { error, .. }) => {
                out.push_str(&format!("expect failed with {}\n", text_literal(&error.message)));
            }
            Some(Outcome::Cancelled) | None => out.push_str("expect waiting\n"),
        }
        out.push_str("}\n");
        Ok(out)
    }

    /// The calls of all runs, by action, each in the order in which they began.
    fn calls(&self) -> Vec<(String, Vec<Call<'_>>)> {
        let mut all: Vec<(&str, Call<'_>)> = Vec::new();
        for story in self.stories {
            // A step that was done again has an entry for each time; the last one counts.
            let mut steps = BTreeMap::new();
            for noted in &story.journal {
                if let Entry::Step { step, action, began, input, output, error, .. } = &noted.entry
                {
                    let (output, error) = (output.as_deref(), error.as_ref());
                    let call = Call { began: *began, input, output, error };
                    steps.insert(*step, (action.as_str(), call));
                }
            }
            all.extend(steps.into_values());
        }
        all.sort_by_key(|(_, call)| call.began);
        let mut grouped: Vec<(String, Vec<Call<'_>>)> = Vec::new();
        for (action, call) in all {
            match grouped.iter_mut().find(|(known, _)| known == action) {
                Some((_, calls)) => calls.push(call),
                None => grouped.push((action.to_owned(), vec![call])),
            }
        }
        grouped
    }

    /// What stands in for an action: each answer in order.
    fn given(
        &self,
        artifact: &Artifact,
        action: &str,
        calls: &[Call<'_>],
    ) -> Result<String, Failure> {
        let results = self.types_of(artifact, action, |it| it.result);
        let answers = calls.iter().map(|call| match (call.output, call.error) {
            (Some(output), _) => {
                let json: Json = serde_json::from_str(output).unwrap_or_default();
                let fitting = results.iter().find_map(|ty| {
                    let value = match *ty {
                        TypeId::NONE => return Some("none".to_owned()),
                        ty => value::decode(self.program.types(), ty, &json).ok()?,
                    };
                    literal(self.program.types(), *ty, &value)
                });
                fitting.map(|text| format!("returns {text}")).ok_or_else(|| {
                    Failure::Failed(format!(
                        "the recorded result of {action} does not fit it any more"
                    ))
                })
            }
            (None, Some(error)) => {
                Ok(format!("fails {} {}", error.kind, text_literal(&error.message)))
            }
            (None, None) => Ok("fails failed".to_owned()),
        });
        let answers: Vec<String> = answers.collect::<Result<_, _>>()?;
        let mut text = String::new();
        for (index, answer) in answers.iter().enumerate() {
            let answer = match index {
                0 => answer.clone(),
                _ => format!("then {}", answer.strip_prefix("returns ").unwrap_or(answer)),
            };
            text.push_str(&format!(" {answer}"));
        }
        Ok(format!("given {action}{text}\n"))
    }

    /// How often an action is called, and with what where it is called once.
    fn expected(&self, artifact: &Artifact, action: &str, calls: &[Call<'_>]) -> String {
        let [call] = calls else {
            return format!("expect {action} called {} times\n", calls.len());
        };
        let json: Json = serde_json::from_str(call.input).unwrap_or_default();
        let parameters = artifact.actions.iter().find(|it| named(artifact, it, action));
        let parameters = parameters.map(|it| it.parameters.as_slice()).unwrap_or_default();
        let types = self.program.types();
        let given = parameters.iter().filter_map(|parameter| {
            let json = json.get(parameter.name.as_str())?;
            let value = value::decode(types, parameter.ty, json).ok()?;
            let text = literal(types, parameter.ty, &value).filter(|text| text.len() <= LONGEST)?;
            Some(format!("{}: {text}", parameter.name))
        });
        let given: Vec<String> = given.collect();
        match given.is_empty() {
            true => format!("expect {action} called once\n"),
            false => format!("expect {action} called once with {{ {} }}\n", given.join(", ")),
        }
    }

    /// The types that a part of an action has where it is called.
    fn types_of(
        &self,
        artifact: &Artifact,
        action: &str,
        part: impl Fn(&callflow_artifact::piece::Action) -> TypeId,
    ) -> Vec<TypeId> {
        let mut found = Vec::new();
        for op in artifact.functions.iter().flat_map(|function| &function.code) {
            let Op::Effect { effect: Effect::Action { action: id, types, .. }, .. } = op else {
                continue;
            };
            let known = artifact.actions.get(id.0 as usize);
            let Some(known) = known.filter(|known| named(artifact, known, action)) else {
                continue;
            };
            let ty = self.program.resolve(part(known), types);
            if !found.contains(&ty) {
                found.push(ty);
            }
        }
        found
    }
}

fn named(artifact: &Artifact, action: &callflow_artifact::piece::Action, name: &str) -> bool {
    let piece = artifact.pieces.get(action.piece.0 as usize).map(|piece| piece.name.as_str());
    name.split_once('.') == piece.map(|piece| (piece, action.name.as_str()))
}

/// A value as it is written in a flow; none for what cannot be: bytes, secrets.
fn literal(types: &Types, ty: TypeId, value: &Value) -> Option<String> {
    Some(match (types.get(types.without_optional(ty)), value) {
        (_, Value::None) => "none".to_owned(),
        (_, Value::Null) => "null".to_owned(),
        (Type::Secret, _) | (_, Value::Bytes(_)) => return None,
        (_, Value::Text(text)) => text_literal(text),
        (_, Value::Json(json)) => json_literal(json),
        (Type::List(item), Value::List(items)) => {
            let items: Option<Vec<String>> =
                items.iter().map(|value| literal(types, item, value)).collect();
            format!("[{}]", items?.join(", "))
        }
        (Type::Map(of), Value::Map(entries)) => {
            let entries: Option<Vec<String>> = entries
                .iter()
                .map(|(key, value)| {
                    Some(format!("{}: {}", key_literal(key), literal(types, of, value)?))
                })
                .collect();
            braced(&entries?)
        }
        (Type::Record(record), Value::Record(values)) => record_literal(types, record, values),
        (Type::Choice(choice), Value::Tagged(index, values)) => {
            let (Variants::Tagged(variants) | Variants::Untagged(variants)) =
                &types.choice(choice)?.variants
            else {
                return None;
            };
            let variant = variants.get(usize::from(*index))?;
            match record_literal(types, variant.record, values).as_str() {
                "{}" => variant.name.to_string(),
                fields => format!("{} {fields}", variant.name),
            }
        }
        (_, Value::Duration(millis)) => value::duration::format(*millis).replace(' ', ""),
        (_, scalar) => value::format::format(scalar)?.to_string(),
    })
}

/// The fields that have a value, and those that are none though they would be made up.
fn record_literal(types: &Types, record: RecordId, values: &[Value]) -> String {
    let fields = types.record(record).map(|record| record.fields.as_slice()).unwrap_or_default();
    let is_said = |field: &Field, value: &Value| {
        !value.is_none() || field.sample.is_some() || field.default.is_some()
    };
    let said = fields.iter().zip(values).filter(|(field, value)| is_said(field, value));
    let entries: Vec<String> = said
        .filter_map(|(field, value)| {
            Some(format!("{}: {}", field.name, literal(types, field.ty, value)?))
        })
        .collect();
    braced(&entries)
}

fn json_literal(json: &Json) -> String {
    match json {
        Json::String(text) => text_literal(text),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(json_literal).collect::<Vec<_>>().join(", "))
        }
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| {
                format!("{}: {}", key_literal(key), json_literal(value))
            };
            braced(&entries.iter().map(entry).collect::<Vec<_>>())
        }
        other => other.to_string(),
    }
}

fn braced(entries: &[String]) -> String {
    match entries.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", entries.join(", ")),
    }
}

fn key_literal(key: &str) -> String {
    let is_name = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match is_name {
        true => key.to_owned(),
        false => text_literal(key),
    }
}

/// A text in quotes, in which nothing begins a place for a value.
fn text_literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '{' => out.push_str("\\{"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_so_that_they_are_read_as_they_were() {
        assert_eq!(text_literal("a \"b\" {c} \\ \n\u{1}"), r#""a \"b\" \{c} \\ \n\u{1}""#);
        assert_eq!(key_literal("user-agent"), "\"user-agent\"");
        let json = serde_json::json!({ "a": [1, null, true], "b c": {} });
        assert_eq!(json_literal(&json), "{ a: [1, null, true], \"b c\": {} }");
    }
}
