//! Where traces go, as the environment says it by OpenTelemetry's own names.

use percent_encoding::percent_decode_str;

/// Where traces go.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The collector's address for traces.
    pub url: String,
    /// What the collector wants to be told, as a key of its own.
    pub headers: Vec<(String, String)>,
    /// What this server is called.
    pub service: String,
}

impl Settings {
    /// What the environment says; none where it names no collector.
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Option<Settings> {
        let get = |name: &str| get(name).filter(|text| !text.trim().is_empty());
        let own = get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let url = own.or_else(|| {
            let all = get("OTEL_EXPORTER_OTLP_ENDPOINT")?;
            Some(format!("{}/v1/traces", all.trim_end_matches('/')))
        })?;
        let headers = get("OTEL_EXPORTER_OTLP_TRACES_HEADERS")
            .or_else(|| get("OTEL_EXPORTER_OTLP_HEADERS"))
            .unwrap_or_default();
        let headers = headers.split(',').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            Some((name.trim().to_ascii_lowercase(), value.into_owned()))
        });
        let service = get("OTEL_SERVICE_NAME").unwrap_or_else(|| "callflow".into());
        Some(Settings { url, headers: headers.collect(), service })
    }

    /// The host that traces go to, which requests must be allowed to reach.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        match host.split_once(']') {
            Some((address, _)) => address.trim_start_matches('['),
            None => host.split(':').next().unwrap_or(host),
        }
    }
}
