//! What unlinked paths give away, and how their content proves it.

use regex::Regex;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A complete compromise.
    Secret,
    /// A way into the process.
    Debug,
    /// Knowledge that helps an attacker.
    Internals,
}

/// A path and the proof that its answer is what the path is known for.
#[derive(Debug)]
pub(super) struct Fingerprint {
    /// The path.
    pub(super) path: &'static str,
    /// What it gives away.
    pub(super) what: &'static str,
    /// How bad that is.
    pub(super) kind: Kind,
    /// A pattern that only the real thing matches.
    pattern: &'static str,
    /// How many times it must.
    times: usize,
}

/// Longest proof that is shown; a secret is never shown whole.
const SHOWN: usize = 24;

impl Fingerprint {
    /// Why a body is what the path is known for, without telling its secrets.
    pub(super) fn proof(&self, body: &str) -> Option<String> {
        let pattern = Regex::new(self.pattern).ok()?;
        let mut matches = pattern.find_iter(body);
        let first = matches.next()?;
        if self.times > 1 && matches.take(self.times - 1).count() < self.times - 1 {
            return None;
        }
        let first = first.as_str().trim();
        let shown: String = first.chars().take(SHOWN).map(|c| if c.is_control() { '.' } else { c }).collect();
        Some(if self.kind == Kind::Secret { "its content proves it".to_owned() } else { format!("`{shown}`") })
    }
}

const fn once(path: &'static str, what: &'static str, kind: Kind, pattern: &'static str) -> Fingerprint {
    Fingerprint { path, what, kind, pattern, times: 1 }
}

/// At most forty with the page that cannot exist. None of them makes the service work: a heap dump is known by the link to it.
#[rustfmt::skip] // A line each, as a table.
pub(super) static FINGERPRINTS: &[Fingerprint] = &[
    once("/.git/HEAD", "a git repository", Kind::Secret, r"\A(ref: refs/|[0-9a-f]{40}\s*\z)"),
    once("/.git/config", "a git repository's settings", Kind::Secret, r"(?m)^\[core\]"),
    Fingerprint { path: "/.env", what: "settings of the environment", kind: Kind::Secret, pattern: r"(?m)^(export )?[A-Z][A-Z0-9_]*=[^<\n]*$", times: 2 },
    once("/.aws/credentials", "keys of a cloud account", Kind::Secret, r"(?m)^aws_(access_key_id|secret_access_key)\s*="),
    once("/.npmrc", "keys of a package registry", Kind::Secret, r"(?m)_(authToken|auth|password)\s*="),
    once("/.htpasswd", "hashes of passwords", Kind::Secret, r"(?m)\A[^:\s<]+:(\$(apr1|2[aby])\$|\{SHA\})"),
    once("/id_rsa", "a private key", Kind::Secret, r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    once("/docker-compose.yml", "how the service is composed", Kind::Secret, r"(?m)\A(version:|services:|#)[\s\S]*^\s+image:"),
    once("/backup.sql", "a dump of a database", Kind::Secret, r"(?m)^(-- (MySQL|MariaDB|PostgreSQL) (database )?dump|CREATE TABLE |INSERT INTO )"),
    once("/dump.sql", "a dump of a database", Kind::Secret, r"(?m)^(-- (MySQL|MariaDB|PostgreSQL) (database )?dump|CREATE TABLE |INSERT INTO )"),
    once("/db.sqlite3", "a database", Kind::Secret, r"\ASQLite format 3\x00"),
    once("/wp-config.php.bak", "settings of WordPress", Kind::Secret, r"define\(\s*'DB_PASSWORD'"),
    once("/config.json", "settings with a secret", Kind::Secret, r#"(?i)"[\w.-]*(password|passwd|client_?secret|secret_?key|private_?key|database_?url)"\s*:\s*"[^"\s]{6,}""#),
    once("/.DS_Store", "names of files", Kind::Internals, r"\A\x00\x00\x00\x01Bud1"),
    once("/phpinfo.php", "settings of PHP", Kind::Debug, r"<title>(PHP [\d.]+ - )?phpinfo\(\)</title>"),
    once("/actuator/env", "settings of a Spring service", Kind::Debug, r#""propertySources"\s*:\s*\["#),
    once("/actuator", "a dump of a Spring service's memory", Kind::Debug, r#""heapdump"\s*:\s*\{\s*"href""#),
    once("/actuator/mappings", "routes of a Spring service", Kind::Internals, r#""dispatcherServlets""#),
    once("/actuator/configprops", "settings of a Spring service", Kind::Debug, r#""contexts"[\s\S]*"beans"[\s\S]*"prefix""#),
    once("/debug/pprof/", "a profiler of Go", Kind::Debug, r"<title>/debug/pprof/</title>"),
    once("/debug/vars", "variables of a Go process", Kind::Debug, r#""cmdline"\s*:\s*\[[\s\S]*"memstats"\s*:"#),
    once("/_profiler/", "a profiler of Symfony", Kind::Debug, r"(?i)symfony profiler"),
    once("/telescope/requests", "requests that Laravel recorded", Kind::Debug, r"(?i)<title>[^<]*telescope"),
    once("/horizon", "jobs of Laravel", Kind::Debug, r"(?i)<title>Horizon\b"),
    once("/__debug__/", "a debug page of Django", Kind::Debug, r"djDebug|django-debug-toolbar"),
    once("/console", "a console that runs code", Kind::Debug, r"(?i)<title>H2 Console</title>|Werkzeug powered|EVALEX\s*="),
    once("/elmah.axd", "errors of an ASP.NET service", Kind::Debug, r"(?i)Error log for|Powered by <a[^>]*>ELMAH"),
    once("/trace.axd", "requests that ASP.NET traced", Kind::Debug, r"(?i)<h1>Application Trace</h1>|Requests to this Application"),
    once("/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "what a GraphQL service offers", Kind::Internals, r#""__schema"\s*:\s*\{\s*"queryType""#),
    once("/swagger-ui/index.html", "pages that describe the API", Kind::Internals, r"<title>Swagger UI</title>|SwaggerUIBundle\("),
    once("/", "a listing of files", Kind::Internals, r"(?i)<title>(Index of /|Directory listing for /)"),
    once("/server-status", "requests that Apache serves now", Kind::Internals, r"<title>Apache Status</title>|Apache Server Status for"),
    once("/metrics", "metrics for Prometheus", Kind::Internals, r"(?m)^# (HELP|TYPE) [a-zA-Z_:]"),
    once("/openapi.json", "a description of the API", Kind::Internals, r#"\A\s*\{[\s\S]*"(openapi|swagger)"\s*:\s*""#),
    once("/backup/", "a listing of files", Kind::Internals, r"(?i)<title>(Index of|Directory listing for) "),
    once("/uploads/", "a listing of files", Kind::Internals, r"(?i)<title>(Index of|Directory listing for) "),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn proof(path: &str, body: &str) -> Option<String> {
        FINGERPRINTS.iter().find(|known| known.path == path).unwrap().proof(body)
    }

    #[test]
    fn every_pattern_is_one_and_paths_stand_once() {
        assert!(FINGERPRINTS.len() < 40);
        let mut paths: Vec<&str> = FINGERPRINTS.iter().map(|known| known.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), FINGERPRINTS.len());
        assert!(FINGERPRINTS.iter().all(|known| Regex::new(known.pattern).is_ok() && known.path.starts_with('/')));
    }

    #[test]
    fn content_proves_and_pages_do_not() {
        assert!(proof("/.git/HEAD", "ref: refs/heads/main\n").is_some());
        assert!(proof("/.env", "DB_PASSWORD=hunter2\nexport API_KEY=abc\n").is_some());
        assert!(proof("/debug/pprof/", "<html><head>\n<title>/debug/pprof/</title>").is_some());
        let page = "<!doctype html><title>Shop</title><p>ref: refs/heads A=B</p>";
        for known in FINGERPRINTS {
            assert_eq!(known.proof(page), None, "{}", known.path);
        }
        assert_eq!(proof("/.env", "A=1\n"), None, "one line is not enough");
    }

    #[test]
    fn what_is_public_by_design_is_no_proof() {
        let links =
            |name: &str| format!("{{\"_links\":{{\"{name}\":{{\"href\":\"http://a.test/actuator/{name}\"}}}}}}");
        assert!(proof("/actuator", &links("heapdump")).is_some());
        assert_eq!(proof("/actuator", &links("health")), None);
        assert!(proof("/config.json", "{\"db\": {\"db_password\": \"hunter22\"}}").is_some());
        assert_eq!(proof("/config.json", "{\"apiKey\": \"AIzaSyA-public-by-design\", \"password\": \"\"}"), None);
        let schema = "/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D";
        assert!(proof(schema, "{\"data\":{\"__schema\":{\"queryType\":{\"name\":\"Query\"}}}}").is_some());
        assert_eq!(proof(schema, "{\"errors\":[{\"message\":\"introspection is off: __schema\"}]}"), None);
        assert!(proof("/", "<html>\r\n<head><title>Index of /</title></head>").is_some());
        assert_eq!(proof("/", "<title>Index of prices</title>"), None);
    }

    #[test]
    fn a_proof_never_shows_a_secret() {
        let shown = proof("/.env", "DB_PASSWORD=hunter2\nAPI_KEY=abc\n").unwrap();
        assert!(!shown.contains("hunter2") && !shown.contains("DB_"), "{shown}");
    }
}
