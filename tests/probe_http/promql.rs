//! Probe `promql` against a server that speaks the documented JSON (Prometheus, "Querying: HTTP API").

use shipworthy::model::target::Credential;
use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::{Server, closed_port};
use crate::probing::{Bench, absent, number, unobserved, value};

fn answering(status: u16, body: &str) -> Server {
    Server::saying(format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

fn ask(server: &Server) -> Result<Observation, Unknown> {
    let bench = Bench::new().target("prometheus", &format!("{}/prom", server.url()), |target| {
        target.credentials.insert("default".into(), Ok(Credential::Bearer("token-1".into())));
    });
    bench.observe("promql", "target: prometheus\nquery: sum(up) > 1\n")
}

fn vector(values: &[&str]) -> Server {
    let elements: Vec<String> =
        values.iter().map(|v| format!(r#"{{"metric": {{"a": "b"}}, "value": [1.5, "{v}"]}}"#)).collect();
    let elements = elements.join(",");
    answering(200, &format!(r#"{{"status": "success", "data": {{"resultType": "vector", "result": [{elements}]}}}}"#))
}

#[test]
fn the_value_of_one_series_is_a_fact() {
    let server = vector(&["0.1250"]);
    let seen = ask(&server).unwrap();
    assert_eq!((number(&seen, "value").as_str(), number(&seen, "series").as_str()), ("1/8", "1"));
    let asked = &server.asked()[0];
    assert!(asked.starts_with("get /prom/api/v1/query?query=sum%28up%29+%3e+1 http/1.1"), "{asked}");
    assert!(asked.contains("authorization: bearer token-1"), "{asked}");
    let evidence = &seen.evidence[0];
    assert_eq!((evidence.status, evidence.note.as_deref(), seen.requests), (Some(200), Some("sum(up) > 1"), 1));
}

#[test]
fn a_scalar_is_a_value_too_and_large_ones_are_read() {
    let server = answering(200, r#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"1.5e+06"]}}"#);
    assert_eq!(number(&ask(&server).unwrap(), "value"), "1500000");
}

#[test]
fn no_data_is_absent_never_zero() {
    let seen = ask(&vector(&[])).unwrap();
    assert!(absent(&seen, "value") && number(&seen, "series") == "0");
    assert_eq!(value(&seen, "values"), Value::List(Vec::new()));
    assert!(absent(&ask(&vector(&["NaN"])).unwrap(), "value"));
}

#[test]
fn several_series_have_no_single_value() {
    let seen = ask(&vector(&["1", "NaN"])).unwrap();
    assert_eq!(unobserved(&seen, "value"), "2 series; aggregate them, or use `values[*]`");
    assert!(matches!(value(&seen, "values"), Value::List(values) if values.len() == 2 && values[1] == Value::Null));
    assert_eq!(unobserved(&ask(&vector(&["+Inf"])).unwrap(), "value"), "a value is infinite");
}

#[test]
fn what_is_no_answer_is_unknown_with_its_reason() {
    let bad = r#"{"status":"error","errorType":"bad_data","error":"parse error at char 3"}"#;
    let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    for (server, why) in [
        (answering(400, bad), "status 400, parse error at char 3"),
        (answering(200, matrix), "the expression yields a matrix"),
        (answering(200, "{}"), "not one of Prometheus"),
        (answering(200, "<html>"), "status 200 and something that is not JSON"),
        (vector(&["many"]), "`many` is not a number"),
        (answering(302, ""), "status 302"),
    ] {
        let reason = ask(&server).unwrap_err().0;
        assert!(reason.contains(why), "{reason}");
    }
    let bench = Bench::new().target("prometheus", &format!("http://127.0.0.1:{}", closed_port()), |_| ());
    let reason = bench.observe("promql", "target: prometheus\nquery: up\n").unwrap_err().0;
    assert!(reason.contains("did not answer: Connection refused"), "{reason}");
}

#[test]
fn a_resolve_entry_keeps_the_port_of_the_url() {
    let server = vector(&["1"]);
    let bench = Bench::new().target("prometheus", &format!("http://prom.test:{}", server.address.port()), |target| {
        target.route.resolve.insert("prom.test".into(), "127.0.0.1".into());
    });
    assert_eq!(number(&bench.observe("promql", "target: prometheus\nquery: up\n").unwrap(), "value"), "1");
}
