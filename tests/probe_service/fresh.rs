//! Probe `fresh`: objects of a store. Files are in a fixture of the catalog.

use std::io::Write;

use shipworthy::model::{Observation, Unknown, Value};

use crate::probing::server::Server;
use crate::probing::{Bench, absent, number, text, value};

fn object(key: &str, modified: &str, size: u64) -> String {
    format!("<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><Size>{size}</Size></Contents>")
}

fn page(contents: &str, next: Option<&str>) -> String {
    let more = next.map_or_else(
        || "<IsTruncated>false</IsTruncated>".to_owned(),
        |token| format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"),
    );
    let body = format!("<?xml version=\"1.0\"?><ListBucketResult>{more}{contents}</ListBucketResult>");
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn list(server: &Server) -> Result<Observation, Unknown> {
    let bench = Bench::new().target("store", &server.url(), |_| ());
    bench.observe("fresh", "target: store\nbucket: /backups\nprefix: orders/2026\n")
}

#[test]
fn objects_of_a_store_are_read_to_the_last_page() {
    let server = Server::new(|head, stream| {
        let answer = if head.contains("continuation-token=to%2Bken") {
            page(&object("orders/2026-11-20", "2026-11-20T10:00:00.000Z", 50), None)
        } else {
            page(&object("orders/2026-11-19", "2026-11-19T10:00:00.000Z", 100), Some("to+ken"))
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let seen = list(&server).unwrap();
    assert_eq!((number(&seen, "count").as_str(), text(&seen, "newest.name").as_str()), ("2", "orders/2026-11-20"));
    assert_eq!((number(&seen, "size_ratio").as_str(), number(&seen, "longest_gap").as_str()), ("1/2", "86400"));
    assert!(matches!(value(&seen, "newest.age"), Value::Number(_)) && seen.requests == 2);
    assert!(server.asked()[0].starts_with("get /backups?list-type=2&prefix=orders%2f2026 "), "{}", server.asked()[0]);
}

#[test]
fn an_empty_store_is_an_observation_and_a_closed_one_is_not() {
    let empty = list(&Server::saying(page("", None))).unwrap();
    assert!(number(&empty, "count") == "0" && absent(&empty, "newest.age"));
    let closed = Server::saying("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    assert!(list(&closed).unwrap_err().0.contains("status 403"));
    let page_of_html =
        Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>");
    assert!(list(&page_of_html).unwrap_err().0.contains("none of S3"));
    let endless = Server::saying(page(&object("a", "2026-11-20T10:00:00Z", 1), Some("again")));
    assert!(list(&endless).unwrap_err().0.contains("name a `prefix`"));
}
