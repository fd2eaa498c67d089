//! Which variable names hold secrets, and which values are not secrets at all. Shared by every probe that reads
//! assignments; shapes of tokens belong to the `secrets` probe.

use std::sync::LazyLock;

use regex::Regex;

/// BuildKit's rule `SecretsUsedInArgOrEnv` (moby/buildkit, frontend/dockerfile/linter).
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)(_|^)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)")
        .expect("a fixed pattern")
});
static HARMLESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?i)(_|^)(public|file|version)(_|$)").expect("a fixed pattern"));

/// Last words that make a name describe a secret, not hold it: `TOKEN_TTL`, `AUTH_URL`.
const DESCRIBES: &[&str] = &[
    "alg",
    "algo",
    "algorithm",
    "audience",
    "backend",
    "class",
    "count",
    "days",
    "dir",
    "directory",
    "disabled",
    "domain",
    "driver",
    "enable",
    "enabled",
    "endpoint",
    "env",
    "expiration",
    "expire",
    "expires",
    "expiry",
    "format",
    "header",
    "host",
    "hours",
    "id",
    "ids",
    "issuer",
    "length",
    "level",
    "lifetime",
    "limit",
    "location",
    "max",
    "method",
    "methods",
    "min",
    "minutes",
    "mode",
    "name",
    "names",
    "path",
    "paths",
    "plugin",
    "policy",
    "port",
    "prefix",
    "provider",
    "providers",
    "realm",
    "refresh",
    "required",
    "retries",
    "scheme",
    "seconds",
    "server",
    "service",
    "size",
    "source",
    "store",
    "timeout",
    "trust",
    "ttl",
    "type",
    "uri",
    "url",
    "urls",
    "user",
    "username",
];

/// Whether a variable of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or("").to_ascii_lowercase();
    let name = name.replace(['-', '.'], "_");
    SECRET.is_match(&name) && !HARMLESS.is_match(&name) && !DESCRIBES.contains(&last.as_str())
}

/// Whether a literal can be a secret at all: not empty, a switch, a path, an address without a password, a template or a
/// public fingerprint.
pub(crate) fn is_secret_value(name: &str, value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "" | "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null" | "nil" | "0" | "1"
    ) {
        return false;
    }
    if value.contains("${") || value.starts_with('$') || value.contains("{{") || value.contains("$(") {
        return false;
    }
    let is_path = value.starts_with('/') || value.starts_with("./") || value.starts_with("~/");
    let is_address = value.contains("://") && !has_password(value);
    let upper = name.to_ascii_uppercase();
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b' ');
    let is_fingerprint =
        hex && value.len() >= 16 && (upper.contains("GPG") || upper.contains("PGP") || upper.contains("SIGN"));
    !(is_path || is_address || is_fingerprint || is_placeholder(value) || is_too_short_for_mail(&upper, value))
}

/// A mail service gives no password of so few letters: it stands for one, or for a catcher of mail that takes any.
fn is_too_short_for_mail(upper: &str, value: &str) -> bool {
    const SHORTEST: usize = 6;
    value.len() < SHORTEST && upper.split('_').any(|word| matches!(word, "SMTP" | "MAIL" | "EMAIL" | "MAILER"))
}

/// Whether a value says itself that it stands for another.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    const SAYS_SO: &[&str] = &[
        "dummy",
        "example",
        "placeholder",
        "replace",
        "your-",
        "your_",
        "<your",
        "insert",
        "not-used",
        "notused",
        "unused",
        "redacted",
        "todo",
        "fixme",
        "fake",
        "sample",
    ];
    let masked = lower.len() > 2 && lower.chars().all(|c| matches!(c, 'x' | '*' | '.' | '-' | '_'));
    masked || (lower.starts_with('<') && lower.ends_with('>')) || SAYS_SO.iter().any(|word| lower.contains(word))
}

/// Whether an address carries `user:password@` with a literal password.
pub(crate) fn has_password(address: &str) -> bool {
    static USER_INFO: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@"'$<>{}]*:([^\s/@"'$<>{}]+)@[^\s/@:"'?]+"#)
            .expect("a fixed pattern")
    });
    USER_INFO.captures(address).and_then(|c| c.get(1)).is_some_and(|password| !is_placeholder(password.as_str()))
}

/// What a report may show of a secret: its first four characters and its length.
pub(crate) fn masked(value: &str) -> String {
    let length = value.chars().count();
    let shown: String = value.chars().take(if length >= 12 { 4 } else { 0 }).collect();
    format!("`{shown}…` ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_describe_a_secret_are_left_alone() {
        for name in ["API_KEY", "DB_PASSWORD", "JWT_SECRET", "TOKEN", "auth"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "JWT_ALGORITHM",
            "TOKENIZERS_PARALLELISM",
            "KEYCLOAK_HOST",
            "TOKEN_TTL",
            "AUTH_URL",
            "PUBLIC_KEY",
            "SECRET_FILE",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn references_paths_and_fingerprints_are_no_secret_values() {
        assert!(is_secret_value("DB_PASSWORD", "postgres"));
        assert!(is_secret_value("AUTH", "https://u:hunter2@h.test"));
        for (name, value) in [
            ("TOKEN", "${TOKEN}"),
            ("KEY", "/run/secrets/key"),
            ("GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"),
            ("AUTH", "https://h.test"),
            ("SECRET_KEY_BASE", "dummy"),
            ("SECRET", "true"),
            ("SMTP_PASSWORD", "pass"),
        ] {
            assert!(!is_secret_value(name, value), "{name}={value}");
        }
    }

    #[test]
    fn a_short_secret_shows_nothing_of_itself() {
        assert_eq!(masked("hunter2"), "`…` (7 characters)");
        assert_eq!(masked("abcdefghijkl"), "`abcd…` (12 characters)");
    }
}
