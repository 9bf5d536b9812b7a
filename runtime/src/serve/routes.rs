//! Which flow an address means.

use std::sync::{Arc, Mutex, PoisonError};

use callflow_artifact::Flow;
use callflow_artifact::artifact::Trigger;
use callflow_artifact::bytecode::FlowId;
use callflow_artifact::constant::Constant;
use callflow_artifact::path::{Path, split};
use percent_encoding::percent_decode_str;

use super::problem::Problem;
use crate::durable::Version;
use crate::service::Current;

/// The addresses of a program's webhooks and forms.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// By how much they say of an address, most first.
    endpoints: Vec<Endpoint>,
}

/// A flow that an address can mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Endpoint {
    /// Where it is.
    path: Path,
    /// What it takes.
    pub(super) kind: Kind,
    /// Which flow.
    pub(super) flow: FlowId,
}

/// What an address takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Requests with this method.
    Webhook(String),
    /// A person, who is shown a page and sends it.
    Form,
}

impl Kind {
    fn takes(&self, method: &str) -> bool {
        match self {
            Kind::Webhook(own) => own == method,
            Kind::Form => FORM_METHODS.contains(&method),
        }
    }

    fn methods(&self) -> Vec<&str> {
        match self {
            Kind::Webhook(own) => vec![own],
            Kind::Form => FORM_METHODS.to_vec(),
        }
    }
}

const FORM_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// A flow that an address means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// What it takes.
    pub(super) kind: Kind,
    /// Which flow.
    pub(super) flow: FlowId,
    /// The path's parameters with what the address has for them.
    pub(super) parameters: Vec<(String, String)>,
}

impl Routes {
    /// The addresses of a program's flows.
    fn of(flows: &[Flow]) -> Routes {
        let mut endpoints: Vec<Endpoint> = (0..)
            .zip(flows)
            .filter_map(|(index, flow)| {
                let kind = match flow.trigger.name.as_str() {
                    "webhook" => {
                        let method = argument(&flow.trigger, "method").unwrap_or("POST");
                        Kind::Webhook(method.to_owned())
                    }
                    "form" => Kind::Form,
                    _ => return None,
                };
                let path = Path::parse(argument(&flow.trigger, "path")?).ok()?;
                Some(Endpoint { path, kind, flow: FlowId(index) })
            })
            .collect();
        // Of two that mean an address the compiler has seen to it that one has fewer parameters.
        endpoints.sort_by_key(|endpoint| endpoint.path.parameters().count());
        Routes { endpoints }
    }

    /// The flow that a request means.
    ///
    /// # Errors
    /// None does, or only with other methods.
    pub(super) fn find(&self, method: &str, address: &str) -> Result<Found, Problem> {
        let decoded: Option<Vec<_>> =
            split(address).map(|part| percent_decode_str(part).decode_utf8().ok()).collect();
        let decoded = decoded.ok_or_else(Problem::not_found)?;
        let parts: Vec<&str> = decoded.iter().map(AsRef::as_ref).collect();
        let mut allowed: Vec<&str> = Vec::new();
        for endpoint in &self.endpoints {
            let Some(values) = endpoint.path.matches(&parts) else { continue };
            if !endpoint.kind.takes(method) {
                allowed.extend(endpoint.kind.methods());
                continue;
            }
            let names = endpoint.path.parameters().map(ToString::to_string);
            let parameters = names.zip(values.into_iter().map(str::to_owned)).collect();
            return Ok(Found { kind: endpoint.kind.clone(), flow: endpoint.flow, parameters });
        }
        if allowed.is_empty() {
            return Err(Problem::not_found());
        }
        allowed.sort_unstable();
        allowed.dedup();
        Err(Problem::method(&allowed.join(", ")))
    }
}

/// The routes of the program that was current last.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Option<(Version, Arc<Routes>)>>);

impl Known {
    /// The routes of a program.
    pub(super) fn of(&self, current: &Current) -> Arc<Routes> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((version, routes)) if *version == current.version => Arc::clone(routes),
            _ => {
                let routes = Arc::new(Routes::of(&current.program.artifact().flows));
                *known = Some((current.version, Arc::clone(&routes)));
                routes
            }
        }
    }
}

/// The text that a flow's header gives for an argument.
pub(super) fn argument<'a>(trigger: &'a Trigger, name: &str) -> Option<&'a str> {
    trigger.arguments.iter().find(|(known, _)| known == name).and_then(|(_, value)| match value {
        Constant::Text(text) => Some(text.as_str()),
        _ => None,
    })
}
