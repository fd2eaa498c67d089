//! Traces that a scripted service keeps: those of requests that said which trace they belong to (W3C Trace Context), as
//! Jaeger answers them.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::{Map, Value, json};

/// Traces that are kept; older ones are forgotten.
const MOST: usize = 1_000;

/// The traces.
pub(super) struct Traces {
    /// The services that each request goes through; without any nothing is traced.
    services: Vec<String>,
    seen: Mutex<VecDeque<String>>,
}

impl Traces {
    /// Of requests that go through these services.
    pub(super) fn through(services: Vec<String>) -> Traces {
        Traces { services, seen: Mutex::default() }
    }

    /// Keeps the trace of a request.
    pub(super) fn saw(&self, id: Option<&str>) {
        let Some(id) = id.filter(|_| !self.services.is_empty()) else { return };
        let mut seen = self.seen();
        if seen.len() == MOST {
            seen.pop_front();
        }
        seen.push_back(id.to_owned());
    }

    /// Whether the trace that this path ends with was seen.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.seen().iter().any(|id| id == last(path))
    }

    /// The trace that this path ends with: a span per service.
    pub(super) fn found(&self, path: &str) -> String {
        let id = last(path);
        let spans: Vec<Value> = (1..=self.services.len())
            .map(|number| json!({ "traceID": id, "spanID": number.to_string(), "processID": format!("p{number}") }))
            .collect();
        let processes: Map<String, Value> = (1..)
            .zip(&self.services)
            .map(|(number, service)| (format!("p{number}"), json!({ "serviceName": service })))
            .collect();
        json!([{ "traceID": id, "spans": spans, "processes": processes }]).to_string()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, VecDeque<String>> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_found_once_its_request_was_seen() {
        let traces = Traces::through(vec!["api".to_owned(), "store".to_owned()]);
        assert!(!traces.knows("/api/traces/7"));
        traces.saw(Some("7"));
        assert!(traces.knows("/api/traces/7"));
        assert!(traces.found("/api/traces/7").contains(r#""p2":{"serviceName":"store"}"#));
    }

    #[test]
    fn without_services_nothing_is_traced() {
        let traces = Traces::through(Vec::new());
        traces.saw(Some("7"));
        assert!(!traces.knows("/api/traces/7"));
    }
}
