//! Whether an address in a string literal belongs to one deployment: not those that every deployment shares, that explain,
//! or that the framework keeps by environment (catalogue `config/externalised`).

use std::net::Ipv4Addr;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::guard::Match;
use super::language::Lang;
use super::span::Span;
use crate::model::Certainty;
use crate::probe::pattern::constant;

/// What kind of address a pattern finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// An IPv4 address.
    Number,
    /// The name of a host.
    Host,
    /// Where a datastore is, by a connection string.
    Datastore,
    /// A resource of a cloud account.
    Resource,
}

/// Addresses that are the same everywhere: of platforms, and of services that anybody may use.
const SHARED: &[&str] = &[
    "kubernetes.default",
    "metadata.google.internal",
    "host.docker.internal",
    "gateway.docker.internal",
    "host.containers.internal",
    "ec2.internal",
    "compute.internal",
    "letsencrypt.org",
    "plaid.com",
    "docusign.",
    "paypal.com",
    "stripe.com",
    "arn:aws:lambda:",
    "123456789012",
    "111122223333",
    "000000000000",
];
/// Words of a line that explains.
const EXPLAINS: &str = r"(?i)\b(help|usage|placeholder|description|doc|example|e\.g\.)\b|\bexample\b|example[-_.]";
/// Lists of other people's hosts: policies of contents, servers of a contract.
const LISTED: &str =
    r"(?i)\b(default|script|connect|img|style|frame|font|media)-src\b|content-?security-?policy|\bservers\s*[(:=]";
/// A value that is taken where nothing is set.
const DEFAULT: &str =
    r"(?i)env|\?\?|\|\||unwrap_or|@Value|\bor\s|default|\bflag|\boption|add_argument|\$\{[\w.]+:|fallback";
/// Words that stand for a host in a text that explains.
const STAND_INS: &[&str] = &[
    "host",
    "hostname",
    "server",
    "servername",
    "dbhost",
    "db_host",
    "db-host",
    "domain",
    "foo",
    "bar",
    "user",
    "username",
    "address",
    "addr",
    "ip",
    "x",
    "y",
    "a",
    "b",
    "h",
    "some",
    "somehost",
    "myhost",
    "myserver",
    "yourhost",
    "invalid",
    "unused",
    "dummy",
    "fake",
    "test",
    "mock",
    "memory",
    "endpoint",
    "url",
];
/// Names of settings for one environment, as files and folders have them.
const ENVIRONMENTS: &[&str] = &[
    "production",
    "prod",
    "staging",
    "stage",
    "preprod",
    "uat",
    "qa",
    "development",
    "dev",
    "local",
    "test",
    "integration",
];

/// The certainty that is left, or `None` when it is no address of one deployment.
pub(super) fn weigh(found: &Match<'_>, kind: Address, certainty: Certainty) -> Option<Certainty> {
    let text = String::from_utf8_lossy(&found.bytes[found.start..found.end]);
    let statement = Span::Statement.of(found.bytes, found.start, found.end, found.lang);
    let shared = SHARED.iter().any(|word| memchr::memmem::find(statement, word.as_bytes()).is_some());
    let own = match kind {
        Address::Number => number_in(&text).is_some_and(is_of_one_network),
        Address::Datastore => is_datastore(found, &text),
        Address::Host => true,
        Address::Resource => !is_stand_in_bucket(&text),
    };
    let explained = explains().is_match(found.line()) || listed().is_match(found.around(20, 0));
    if shared || !own || explained || is_docstring(found) {
        return None;
    }
    let eased = ["argparse", "flag.String", "clap::"].iter().any(|word| found.in_file(word));
    let kept_by_framework = is_of_framework(found.path) && !has_credentials(&text, found.bytes);
    let describes = kind == Address::Resource && is_infrastructure(found.path);
    Some(if eased || kept_by_framework || describes || is_trial(found.path) { Certainty::Hint } else { certainty })
}

/// Whether a file is where a framework keeps the settings of one environment.
pub(super) fn is_of_framework(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, base) = lower.rsplit_once('/').unwrap_or(("", lower.as_str()));
    let named = base.split(['.', '_', '-']).any(|word| ENVIRONMENTS.contains(&word));
    let in_settings =
        folders.split('/').any(|part| matches!(part, "settings" | "config" | "environments" | "environment"));
    let is_settings = base.split(['.', '_', '-']).any(|word| matches!(word, "settings" | "config" | "environment"));
    named && (in_settings || is_settings)
}

/// Whether a file sets the framework or its build up, where its own documentation asks for the environment's name.
pub(super) fn is_set_up_by_framework(found: &Match<'_>) -> bool {
    let (folders, base) = found.path.rsplit_once('/').unwrap_or(("", found.path));
    let set_up = match found.lang {
        Lang::DotNet => matches!(base, "Program.cs" | "Startup.cs") || base.ends_with("Extensions.cs"),
        Lang::Ruby => folders.split('/').any(|part| part == "config"),
        Lang::Js => base.contains(".config.") || base.starts_with("webpack") || base.starts_with("gulpfile"),
        _ => false,
    };
    set_up || is_of_framework(found.path)
}

/// Programs that describe infrastructure name the resources of accounts by their nature.
fn is_infrastructure(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "infra" | "infrastructure" | "cdk" | "pulumi" | "iac" | "terraform" | "deploy"))
}

/// A program that tries one deployment out names it by its nature.
fn is_trial(path: &str) -> bool {
    path.split(['/', '_', '-', '.'])
        .any(|word| matches!(word, "test" | "tests" | "smoke" | "e2e" | "bench" | "load" | "benchmark"))
}

fn number_in(text: &str) -> Option<Ipv4Addr> {
    let from = text.find(|character: char| character.is_ascii_digit())?;
    let end = text[from..].find(|character: char| !character.is_ascii_digit() && character != '.');
    text[from..end.map_or(text.len(), |end| from + end)].parse().ok()
}

/// Loopback, documentation, metadata of clouds, groups, and the resolvers that everybody may use are the same everywhere.
fn is_of_one_network(address: Ipv4Addr) -> bool {
    let [first, second, third, fourth] = address.octets();
    let everywhere = address.is_loopback()
        || address.is_documentation()
        || address.is_link_local()
        || first == 0
        || first >= 224
        || (first == second && second == third && third == fourth)
        || matches!(address.octets(), [10, 0, 2 | 3, 2]) // the host of an emulated device
        || matches!(address.octets(), [1, 2, 3, 4] | [8, 8, 4, 4] | [1, 0, 0, 1] | [4, 3, 2, 1] | [5, 6, 7, 8]);
    !everywhere
}

/// Whether a connection string names a host of one deployment. One word may be a name of the network that a file of compose
/// makes: as a default it is none.
fn is_datastore(found: &Match<'_>, text: &str) -> bool {
    if is_user(&found.bytes[found.end..]) {
        return false;
    }
    let host = host_of(text);
    let host = host.as_str();
    let lower = host.to_ascii_lowercase();
    if let Ok(address) = lower.parse::<Ipv4Addr>() {
        return is_of_one_network(address);
    }
    let first = lower.split(['.', '-', '_']).next().unwrap_or_default();
    let local = lower.is_empty() || lower == "localhost" || lower.ends_with(".localhost") || lower == "localdb";
    let words = ["your", "my", "example", "sample"];
    let stands_in = STAND_INS.contains(&lower.as_str())
        || words.contains(&first)
        || lower.contains("example.")
        || [".test", ".invalid", ".example", ".local"].iter().any(|end| lower.ends_with(end))
        || (host.len() > 1 && host.chars().all(|character| character.is_ascii_uppercase() || character == '_'));
    if local || stands_in {
        return false;
    }
    lower.contains('.') || !default().is_match(found.around(1, 0))
}

/// Whether a name in front of the host goes on here: `amqp://guest` of `amqp://guest:guest@%s`.
fn is_user(rest: &[u8]) -> bool {
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || b"/'\"`".contains(byte));
    rest[..end.unwrap_or(rest.len()).min(200)].contains(&b'@')
}

/// What stands behind the last `@`, `//`, `(` or `=` of a match.
fn host_of(text: &str) -> String {
    let setting = text.split(';').next().filter(|_| !text.contains("://") && !text.contains('('));
    let text = setting.unwrap_or(text);
    let from = text.rfind(['@', '/', '(', '=']).map_or(0, |at| at + 1);
    let host = text[from..].trim();
    let host = host.strip_prefix("tcp:").unwrap_or(host);
    let host = host.split([':', ',', '\\']).next().unwrap_or(host);
    host.trim_end_matches('.').to_owned()
}

fn is_stand_in_bucket(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["example", "my-", "my_", "your", "sample", ":test", "bucket-name", ":bucket", "amzn-s3-demo"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether there is a password in the address, or a secret written beside it.
fn has_credentials(text: &str, bytes: &[u8]) -> bool {
    let user = text.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    user.is_some_and(|(user, _)| user.contains(':')) || secret().is_match(bytes)
}

/// Whether a match in Python stands in a text of several lines: it documents, or is a template.
fn is_docstring(found: &Match<'_>) -> bool {
    let marks = |mark: &str| memchr::memmem::find_iter(&found.bytes[..found.start], mark.as_bytes()).count();
    found.lang == Lang::Python && (marks("\"\"\"") % 2 == 1 || marks("'''") % 2 == 1)
}

fn explains() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| constant(EXPLAINS))
}

fn listed() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| constant(LISTED))
}

fn default() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| constant(DEFAULT))
}

fn secret() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| constant(r#"(?i)(password|passwd|secret|token|api_?key)\w*['"]?\s*[:=]\s*['"][^'"\s]{6,}['"]"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_taken_out_of_every_form_of_connection_string() {
        for (text, host) in [
            ("postgres://u:p@db.shop.io", "db.shop.io"),
            ("jdbc:mysql://orders", "orders"),
            ("redis://cache", "cache"),
            ("@tcp(db.shop.io", "db.shop.io"),
            ("Server=tcp:sql.shop.io,1433;Database=", "sql.shop.io"),
            ("Data Source=.\\SQLEXPRESS;Initial Catalog=", ""),
        ] {
            assert_eq!(host_of(text), host, "{text}");
        }
    }

    #[test]
    fn settings_of_one_environment_are_the_frameworks() {
        assert!(is_of_framework("config/environments/production.rb"));
        assert!(is_of_framework("shop/settings/prod.py"));
        assert!(is_of_framework("src/environments/environment.staging.ts"));
        assert!(is_of_framework("config.production.js"));
        assert!(!is_of_framework("shop/settings.py"));
        assert!(!is_of_framework("config/database.rb"));
    }

    #[test]
    fn numbers_that_mean_the_same_everywhere_are_no_addresses_of_one_network() {
        for text in ["127.0.0.1", "192.0.2.7", "169.254.169.254", "224.0.0.251", "8.8.8.8", "0.0.0.0"] {
            assert!(!is_of_one_network(text.parse().unwrap_or(Ipv4Addr::LOCALHOST)), "{text}");
        }
        assert_eq!(number_in("http://10.2.3.4:80").map(is_of_one_network), Some(true));
    }
}
