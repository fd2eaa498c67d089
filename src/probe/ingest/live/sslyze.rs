//! `sslyze --json_out`: it does not rate. Findings are protocols that RFC 8996 and RFC 7568 forbid and are accepted, and
//! attacks that it saw to work. A server that it could not scan makes a gap.

use serde_json::Value as Json;

use crate::probe::ingest::content::{Content, has, list, text};
use crate::probe::ingest::finding::Finding;
use crate::probe::ingest::report::Report;

const FORBIDDEN: [(&str, &str); 4] = [
    ("ssl_2_0_cipher_suites", "SSL 2.0 is accepted"),
    ("ssl_3_0_cipher_suites", "SSL 3.0 is accepted"),
    ("tls_1_0_cipher_suites", "TLS 1.0 is accepted"),
    ("tls_1_1_cipher_suites", "TLS 1.1 is accepted"),
];
const ATTACKS: [(&str, &str, &str); 3] = [
    ("heartbleed", "is_vulnerable_to_heartbleed", "open to Heartbleed"),
    ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", "open to CCS injection"),
    ("tls_compression", "supports_compression", "TLS compression is on"),
];

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    content.has(&["server_scan_results", "sslyze_version"])
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let root = content.root();
    let servers = list(root, "server_scan_results");
    let (scanned, failed): (Vec<&Json>, Vec<&Json>) =
        servers.iter().partition(|server| server["scan_status"] == "COMPLETED");
    let found = scanned.iter().flat_map(|server| findings(server)).collect();
    let written = text(root, "date_scans_completed");
    let mut report = Report::of("sslyze").version(text(root, "sslyze_version")).written(written);
    if !failed.is_empty() {
        report.gap = Some(format!("{} of {} servers could not be scanned", failed.len(), servers.len()));
    }
    Ok(report.found(found).scanned(scanned.len(), "servers"))
}

fn findings(server: &Json) -> Vec<Finding> {
    let place = &server["server_location"];
    let subject = format!("{}:{}", text(place, "hostname"), place["port"]);
    let result = &server["scan_result"];
    let accepted = |key: &&(&str, &str)| !list(&result[key.0]["result"], "accepted_cipher_suites").is_empty();
    let protocols = FORBIDDEN.iter().filter(accepted).map(|(key, says)| (*key, *says));
    let open = |attack: &&(&str, &str, &str)| {
        let seen = &result[attack.0]["result"];
        has(seen, &[attack.1]) && seen[attack.1] == true
    };
    let attacks = ATTACKS.iter().filter(open).map(|(key, _, says)| (*key, *says));
    protocols.chain(attacks).map(|(key, says)| Finding::new(key, None).of(subject.clone()).says(says)).collect()
}
