//! What Jaeger and Tempo answer, as facts: Jaeger's own JSON, and OpenTelemetry's (OTLP) as Tempo and newer Jaegers write
//! it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::model::{FactDecl, FactType};

/// Every fact of probe `trace`.
pub(super) fn declared(request: bool) -> Vec<FactDecl> {
    use FactType::{Bool, Count, Duration, Text};
    let texts = || FactType::List(Box::new(Text));
    let mut declared = vec![FactDecl::new("services", texts(), "Services that have sent traces, by name.")];
    if request {
        declared.extend([
            FactDecl::new("request.status", Count, "Status of the answer to the request that is traced."),
            FactDecl::new("found", Bool, "Whether its trace is found."),
            FactDecl::new("time.found", Duration, "From its answer until the trace is found; absent when it is not."),
            FactDecl::new("spans", Count, "Spans of the trace; absent when it is not found."),
            FactDecl::new("trace.services", texts(), "Services in the trace; absent when it is not found."),
        ]);
    }
    declared
}

/// A trace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) spans: usize,
    pub(super) services: BTreeSet<String>,
}

/// Names of services: `{"data": […]}` of Jaeger, `{"tagValues": […]}` of Tempo.
pub(super) fn services(json: &Json) -> Option<Vec<String>> {
    let list = match (&json["data"], &json["tagValues"]) {
        (Json::Array(list), _) | (_, Json::Array(list)) => list.as_slice(),
        // Jaeger writes null before the first trace
        (Json::Null, _) if json.get("total").is_some() => &[],
        _ => return None,
    };
    let mut names: Vec<String> = list.iter().filter_map(Json::as_str).map(str::to_owned).collect();
    names.sort();
    Some(names)
}

/// The trace, if there is one with at least one span.
pub(super) fn trace(json: &Json) -> Option<Trace> {
    let mut trace = Trace::default();
    for one in json["data"].as_array().into_iter().flatten() {
        trace.spans += one["spans"].as_array().map_or(0, Vec::len);
        let processes = one["processes"].as_object().into_iter().flatten();
        trace.services.extend(processes.filter_map(|(_, process)| process["serviceName"].as_str()).map(str::to_owned));
    }
    for within in [json, &json["trace"], &json["result"]] {
        for key in ["batches", "resourceSpans"] {
            for batch in within[key].as_array().into_iter().flatten() {
                add_batch(&mut trace, batch);
            }
        }
    }
    (trace.spans > 0).then_some(trace)
}

/// A part of a trace as OpenTelemetry writes it; older servers say `instrumentationLibrarySpans`.
fn add_batch(trace: &mut Trace, batch: &Json) {
    for key in ["scopeSpans", "instrumentationLibrarySpans"] {
        let scopes = batch[key].as_array().into_iter().flatten();
        trace.spans += scopes.map(|scope| scope["spans"].as_array().map_or(0, Vec::len)).sum::<usize>();
    }
    let attributes = batch["resource"]["attributes"].as_array().into_iter().flatten();
    let names = attributes.filter(|attribute| attribute["key"] == "service.name");
    trace.services.extend(names.filter_map(|name| name["value"]["stringValue"].as_str()).map(str::to_owned));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_trace_of_jaeger_is_read() {
        let answer = json(
            r#"{"data": [{"traceID": "1", "spans": [{"operationName": "GET /"}, {"operationName": "SELECT"}],
                "processes": {"p1": {"serviceName": "shop"}, "p2": {"serviceName": "db"}}}]}"#,
        );
        let services = ["db", "shop"].map(str::to_owned).into();
        assert_eq!(trace(&answer), Some(Trace { spans: 2, services }));
    }

    #[test]
    fn a_trace_of_opentelemetry_is_read() {
        let batch = r#"{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [{"spans": [{"name": "GET /"}]}]}"#;
        let expected = Some(Trace { spans: 1, services: ["shop".to_owned()].into() });
        for text in [format!(r#"{{"batches": [{batch}]}}"#), format!(r#"{{"trace": {{"resourceSpans": [{batch}]}}}}"#)]
        {
            assert_eq!(trace(&json(&text)), expected, "{text}");
        }
    }

    #[test]
    fn an_empty_answer_is_no_trace() {
        for text in [r#"{"data": []}"#, r#"{"batches": []}"#, r#"{"data": [{"spans": []}]}"#, "{}", "null", "[]"] {
            assert_eq!(trace(&json(text)), None, "{text}");
        }
    }

    #[test]
    fn services_are_told_from_other_answers() {
        assert_eq!(services(&json(r#"{"data": ["b", "a"], "total": 2}"#)).unwrap(), ["a", "b"]);
        assert_eq!(services(&json(r#"{"tagValues": ["a"]}"#)).unwrap(), ["a"]);
        assert_eq!(services(&json(r#"{"data": null, "total": 0}"#)).unwrap(), Vec::<String>::new());
        assert_eq!(services(&json(r#"{"error": "no"}"#)), None);
    }
}
