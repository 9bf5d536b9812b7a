//! What holds for any input whatever. Used by the fuzz targets of `fuzz/` and, over the flows that are there, by
//! `tests/hostile.rs`.

use callflow_artifact::Artifact;
use callflow_artifact::verify::verify;
use callflow_compiler::compile;
use callflow_compiler::format::format;
use callflow_compiler::project::Project;
use callflow_compiler::source::{Embedded, FileId, Source};
use callflow_compiler::syntax;
use callflow_runtime::execute::{Budget, Outcome, Program, Resume, Slice, interpret};
use callflow_runtime::trigger::{Hook, Platform, adapt};
use callflow_runtime::value::{Value, decode, encode, sample};

/// The standard library.
pub const LIBRARY: Embedded =
    Embedded { prelude: callflow_stdlib::PRELUDE, pieces: callflow_stdlib::PIECES };

/// Any text has a tree, and what is wrong with it stands within the text.
pub fn parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for diagnostic in syntax::parse(FileId(0), text).diagnostics {
        let span = diagnostic.primary.at.span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
    }
}

/// Any text is checked; what checks is lowered to what the verifier passes, is written and read again as the same,
/// and runs to its first effect or its end.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = Source { path: "hostile.flow".into(), text: text.into() };
    let compiled = compile(Project::new("hostile", vec![file]).with_tests(), &LIBRARY);
    let errors =
        compiled.diagnostics.iter().any(callflow_compiler::diagnostics::Diagnostic::is_error);
    let Some(artifact) = compiled.artifact else {
        assert!(errors, "no artifact, and no error");
        return;
    };
    assert_eq!(verify(&artifact), Ok(()));
    let bytes = callflow_artifact::encode::to_bytes(&artifact).expect("it can be written");
    let again =
        callflow_artifact::encode::from_bytes(&bytes).expect("what was written can be read");
    assert_eq!(callflow_artifact::encode::to_bytes(&again).expect("it can be written"), bytes);
    execute(again);
}

/// Any text has a layout, which does not change when it is laid out again.
pub fn format_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let once = format(text);
    assert_eq!(format(&once), once);
}

/// What a flow is compiled to, as [`artifact`] takes it.
pub fn compiled(text: &str) -> Option<Vec<u8>> {
    let file = Source { path: "hostile.flow".into(), text: text.into() };
    let artifact = compile(Project::new("hostile", vec![file]), &LIBRARY).artifact?;
    postcard::to_allocvec(&artifact).ok()
}

/// Whatever the verifier passes runs without harm.
pub fn artifact(data: &[u8]) {
    let Ok(artifact) = postcard::from_bytes::<Artifact>(data) else { return };
    if verify(&artifact).is_ok() {
        execute(artifact);
    }
}

/// Any JSON is an event or is none; one that is fits the type, and is written as what is read again as the same.
pub fn event(data: &[u8]) {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    let file = Source { path: "event.flow".into(), text: "on call_finished < log(id) >".into() };
    let Some(artifact) = compile(Project::new("event", vec![file]), &LIBRARY).artifact else {
        return;
    };
    let Some(flow) = artifact.flows.first() else { return };
    for platform in Platform::ALL {
        let Ok(event) = adapt(platform, Hook::CallFinished, &json) else { continue };
        let Ok(value) = decode(&artifact.types, flow.trigger.event, &event) else { continue };
        let written = encode(&artifact.types, flow.trigger.event, &value);
        let again = decode(&artifact.types, flow.trigger.event, &written);
        assert_eq!(again.as_ref(), Ok(&value), "{written}");
    }
}

/// Runs each flow that takes an event of samples up to its first effect.
fn execute(artifact: Artifact) {
    let Ok(program) = Program::load(artifact) else { return };
    for flow in &program.artifact().flows {
        let sample = sample(program.types(), flow.trigger.event);
        let Ok(event) = decode(program.types(), flow.trigger.event, &sample) else { continue };
        let mut fiber = interpret::start(&program, flow.function, Vec::new(), vec![event]);
        let mut budget = Budget(100_000);
        let outcome =
            interpret::resume(&program, &mut fiber, Resume::Begin, &mut budget, Slice::ENDLESS);
        if let Outcome::Suspended(_) = outcome {
            let resume = Resume::Value(Value::None);
            interpret::resume(&program, &mut fiber, resume, &mut budget, Slice::ENDLESS);
        }
    }
}
