//! Which values are secrets. Secret is a matter of place: what stands in headers, credentials, bodies, or in the
//! user-info and query of a URL.

use std::collections::BTreeSet;

use crate::model::Problems;
use crate::model::secret::SHORTEST_SECRET;
use crate::yaml::Span;

use super::variables::Filled;

/// Below these keys a value from the process environment is a secret.
const SECRET_KEYS: &[&str] = &["headers", "credentials", "body", "stdin", "env", "input", "query", "form"];
/// Below `credentials`, these hold a secret even when it is written out.
const CREDENTIAL_KEYS: &[&str] = &["bearer", "password", "value", "cookie"];
/// Fields of a login that hold a secret, by what their names contain.
const SECRET_FIELDS: &[&str] = &["pass", "secret", "pin", "code", "otp"];
/// Query parameters that carry a secret, whatever the URL came from.
const SECRET_PARAMETERS: &[&str] = &["token", "key", "secret", "password", "passwd", "pwd", "signature", "sig", "auth"];

/// The secrets met so far.
#[derive(Default)]
pub(super) struct Secrets {
    values: BTreeSet<String>,
}

impl Secrets {
    /// Looks at a text that stands under these keys.
    pub(super) fn look(&mut self, path: &[String], filled: &Filled, span: &Span, problems: &mut Problems) {
        for value in found(path, filled) {
            if value.chars().count() < SHORTEST_SECRET {
                let message = "this secret is too short to be masked in reports".to_owned();
                let help =
                    format!("use one of {SHORTEST_SECRET} characters or more, or `${{NAME:plain}}` if it is no secret");
                problems.push(span.problem(message).help(help).warning());
            } else {
                self.values.insert(value.to_owned());
            }
        }
    }

    /// All of them, sorted, each once.
    pub(super) fn into_values(self) -> Vec<String> {
        self.values.into_iter().collect()
    }
}

fn found<'a>(path: &[String], filled: &'a Filled) -> Vec<&'a str> {
    let text = filled.text.as_str();
    let below = |key: &str| path.iter().skip(2).any(|part| part == key);
    let last = path.last().map_or("", String::as_str);
    let mut values = Vec::new();
    if filled.missing.is_empty() && below("credentials") && CREDENTIAL_KEYS.contains(&last) {
        values.push(text);
    }
    let lower = last.to_lowercase();
    if filled.missing.is_empty() && below("login") && SECRET_FIELDS.iter().any(|word| lower.contains(word)) {
        values.push(text);
    }
    if SECRET_KEYS.iter().any(|key| below(key)) && !below("when") {
        values.extend(filled.from_process.iter().map(|&(start, end)| &text[start..end]));
    }
    values.extend(in_url(filled));
    values.retain(|value| !value.is_empty());
    values
}

/// The password of a URL, and query values that are secret by name or by origin.
fn in_url(filled: &Filled) -> Vec<&str> {
    let text = filled.text.as_str();
    let mut values = Vec::new();
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    let end = after_scheme + authority_length(&text[after_scheme..]);
    if let Some(at) = text[after_scheme..end].rfind('@').filter(|_| after_scheme > 0) {
        let user_info = &text[after_scheme..after_scheme + at];
        let from_process = filled.from_process.iter().any(|&(a, b)| a < after_scheme + at && b > after_scheme);
        match user_info.split_once(':') {
            Some((_, password)) => values.push(password),
            None if from_process => values.push(user_info),
            None => {}
        }
    }
    let is_url = after_scheme > 0 || text.starts_with('/');
    let Some(query) = text.find('?').filter(|_| is_url) else { return values };
    values
        .extend(filled.from_process.iter().filter(|(start, _)| *start > query).map(|&(start, end)| &text[start..end]));
    for parameter in text[query + 1..].split(['&', '#']) {
        if let Some((name, value)) = parameter.split_once('=').filter(|(_, value)| !value.contains("${")) {
            let name = name.to_lowercase();
            values.extend(SECRET_PARAMETERS.iter().any(|word| name.contains(word)).then_some(value));
        }
    }
    values
}

/// Where the authority of a URL ends that begins with it. A password that nobody escaped may hold `/`, `?` or `#`: what
/// stands behind the colon is then no port, and an `@` comes later.
fn authority_length(text: &str) -> usize {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let is_port = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let unescaped = text[..end].rsplit_once(':').is_some_and(|(_, part)| !part.contains('@') && !is_port(part));
    if unescaped { text.rfind('@').map_or(end, |at| at + 1) } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Filled {
        Filled { text: text.to_owned(), ..Filled::default() }
    }

    fn from_process(text: &str, start: usize, end: usize) -> Filled {
        Filled { text: text.to_owned(), from_process: vec![(start, end)], ..Filled::default() }
    }

    fn path(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|&key| key.to_owned()).collect()
    }

    #[test]
    fn credentials_are_secret_however_written() {
        let keys = path(&["targets", "api", "credentials", "default", "bearer"]);
        assert_eq!(found(&keys, &plain("abcdef123")), ["abcdef123"]);
        let login = path(&["targets", "api", "credentials", "user", "login", "form", "passwd"]);
        assert_eq!(found(&login, &plain("abcdef123")), ["abcdef123"]);
        let user = path(&["targets", "api", "credentials", "admin", "basic", "user"]);
        assert_eq!(found(&user, &plain("admin")), [""; 0]);
    }

    #[test]
    fn a_header_is_secret_when_it_comes_from_the_process() {
        let keys = path(&["targets", "api", "headers", "X-Key"]);
        assert_eq!(found(&keys, &plain("literal")), [""; 0]);
        assert_eq!(found(&keys, &from_process("v1 s3cr3t!", 3, 10)), ["s3cr3t!"]);
    }

    #[test]
    fn passwords_and_tokens_in_urls_are_secret() {
        let keys = path(&["targets", "db", "url"]);
        assert_eq!(found(&keys, &plain("postgres://app:hunter22@db/x?sslmode=require")), ["hunter22"]);
        assert_eq!(found(&keys, &plain("postgres://app:hun/ter?22@db/x")), ["hun/ter?22"]);
        assert_eq!(found(&keys, &plain("https://host:8080/@scope/package")), [""; 0]);
        assert_eq!(found(&keys, &plain("https://[::1]:8080/a@b")), [""; 0]);
        assert_eq!(found(&keys, &plain("https://h/?api_token=abcdefgh&page=2")), ["abcdefgh"]);
        assert_eq!(found(&keys, &from_process("/a?x=qwertz", 5, 11)), ["qwertz"]);
        assert_eq!(found(&keys, &from_process("https://host.test/", 0, 18)), [""; 0]);
    }
}
