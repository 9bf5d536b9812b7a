//! Traces of runs for OpenTelemetry, where the environment says where they go.

use std::env;
use std::sync::Arc;

use callflow_runtime::durable::Write;
use callflow_runtime::pieces::network::Network;
use callflow_runtime::service::Watch;
use callflow_runtime::store::Reader;
use callflow_runtime::telemetry::{self, Settings};

use crate::exit::Failure;

/// Has the spans of runs sent to the collector that the environment names, beside whoever else watches.
pub(super) fn traced(
    watch: Option<Watch>,
    reader: Box<dyn Reader>,
) -> Result<Option<Watch>, Failure> {
    let Some(settings) = Settings::of(|name| env::var(name).ok()) else { return Ok(watch) };
    // The collector is the one place that the person who started the server has named: it may well be on this machine.
    let host = settings.host().parse().map_err(|_| {
        Failure::Usage(format!(
            "OTEL_EXPORTER_OTLP_ENDPOINT is `{}`; write an address such as http://127.0.0.1:4318",
            settings.url
        ))
    })?;
    let network = Arc::new(Network::new(vec![host]));
    let traces = telemetry::begin(settings, reader, network);
    Ok(Some(match watch {
        None => traces,
        Some(watch) => Arc::new(move |writes: &[Write]| {
            watch(writes);
            traces(writes);
        }),
    }))
}
