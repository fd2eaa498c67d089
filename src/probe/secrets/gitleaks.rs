//! gitleaks' allowlists: `.gitleaks.toml` and `.gitleaksignore`, as far as they speak of secrets that we look for (gitleaks
//! README, "Configuration"). Commits are of the history, which is not looked at here.

use regex::bytes::{Regex, RegexBuilder};
use toml::{Table, Value};

use crate::model::Suppression;
use crate::probe::suppression;

use super::excuse::{Secret, said};

/// Lists of a configuration, and patterns and words of a list, that are looked at; more is nothing that a person wrote.
const MOST: usize = 200;
/// Patterns of a configuration.
const MOST_PATTERNS: usize = 200;
/// Bytes that a compiled pattern may take.
const LARGEST_PATTERN: usize = 1 << 18;

/// Which of gitleaks' rules look for what we find, by the id of our shape, or what else a finding is.
#[rustfmt::skip]
const RULES: &[(&str, &[&str])] = &[
    ("aws-access-key-id", &["aws-access-token"]),
    ("telegram-bot-token", &["telegram-bot-api-token"]),
    ("github-token", &["github-pat", "github-oauth", "github-app-token", "github-refresh-token"]),
    ("github-pat", &["github-fine-grained-pat"]),
    ("gitlab-token", &["gitlab-pat", "gitlab-pat-routable"]),
    ("slack-token", &["slack-bot-token", "slack-user-token", "slack-legacy-token", "slack-legacy-bot-token", "slack-legacy-workspace-token"]),
    ("slack-webhook", &["slack-webhook-url"]),
    ("stripe-key", &["stripe-access-token"]),
    ("google-api-key", &["gcp-api-key"]),
    ("npm-token", &["npm-access-token"]),
    ("pypi-token", &["pypi-upload-token"]),
    ("openai-key", &["openai-api-key"]),
    ("anthropic-key", &["anthropic-api-key", "anthropic-admin-api-key"]),
    ("huggingface-token", &["huggingface-access-token"]),
    ("sendgrid-key", &["sendgrid-api-token"]),
    ("twilio-key", &["twilio-api-key"]),
    ("digitalocean-token", &["digitalocean-pat", "digitalocean-access-token", "digitalocean-refresh-token"]),
    ("vault-token", &["vault-service-token"]),
    ("age-key", &["age-secret-key"]),
    ("shopify-token", &["shopify-access-token", "shopify-custom-access-token", "shopify-private-app-access-token", "shopify-shared-secret"]),
    ("linear-key", &["linear-api-key"]),
    ("postman-key", &["postman-api-token"]),
    ("databricks-token", &["databricks-api-token"]),
    ("grafana-token", &["grafana-service-account-token"]),
    ("newrelic-key", &["new-relic-user-api-key"]),
    ("gitlab-runner-token", &["gitlab-runner-authentication-token", "gitlab-runner-authentication-token-routable"]),
    ("gitlab-deploy-token", &["gitlab-deploy-token"]),
    ("slack-app-token", &["slack-app-token"]),
    ("doppler-token", &["doppler-api-token"]),
    ("pulumi-token", &["pulumi-api-token"]),
    ("terraform-token", &["hashicorp-tf-api-token"]),
    ("mailgun-key", &["mailgun-private-api-token"]),
    ("mailchimp-key", &["mailchimp-api-key"]),
    ("sentry-token", &["sentry-org-token", "sentry-user-token"]),
    ("square-token", &["square-access-token"]),
    ("env_files", &["generic-api-key"]),
    ("private key", &["private-key"]),
];

/// Whether a rule of gitleaks looks for such a secret.
fn is_about(rule: &str, secret: &Secret) -> bool {
    let finding = &secret.finding;
    let kind = finding.subject.split(':').next().unwrap_or_default();
    let is_kind = |of: &str| of == kind || of == finding.fact || (of == "private key" && kind.starts_with(of));
    RULES.iter().any(|(of, rules)| is_kind(of) && rules.contains(&rule))
}

/// One list, for all rules or for some.
struct List {
    /// Its rules; every one where there is none.
    rules: Vec<String>,
    reason: Option<String>,
    /// All that it lists must hold, not one of it.
    needs_all: bool,
    /// It lists commits, none of which the working tree is.
    has_commits: bool,
    paths: Vec<Regex>,
    regexes: Vec<Regex>,
    /// The patterns are held against the line, not the secret.
    of_line: bool,
    stopwords: Vec<String>,
}

/// What a configuration allows.
#[derive(Default)]
pub(super) struct Gitleaks {
    lists: Vec<List>,
    disabled: Vec<String>,
}

impl Gitleaks {
    /// Of the text of `.gitleaks.toml`; what cannot be understood allows nothing.
    pub(super) fn parse(text: &str) -> Gitleaks {
        let Ok(config) = text.parse::<Table>() else { return Gitleaks::default() };
        let mut left = MOST_PATTERNS;
        let mut lists: Vec<List> = lists_of(&config, &[], &mut left);
        for rule in config.get("rules").and_then(Value::as_array).into_iter().flatten() {
            let Some((rule, id)) = rule.as_table().and_then(|table| Some((table, table.get("id")?.as_str()?))) else {
                continue;
            };
            lists.extend(lists_of(rule, &[id.to_owned()], &mut left));
        }
        let extend = config.get("extend").and_then(Value::as_table);
        let disabled = extend.map(|extend| texts(extend, "disabledRules")).unwrap_or_default();
        Gitleaks { lists, disabled }
    }

    /// What it says of a secret in this file.
    pub(super) fn allows(&self, path: &str, secret: &Secret) -> Option<Suppression> {
        let lists = self.lists.iter().filter(|list| {
            (list.rules.is_empty() || list.rules.iter().any(|rule| is_about(rule, secret))) && list.holds(path, secret)
        });
        let listed = lists.map(|list| said("gitleaks `.gitleaks.toml`".to_owned(), list.reason.clone()));
        let off = self.disabled.iter().filter(|rule| is_about(rule, secret));
        let off = off.map(|rule| said(format!("gitleaks `disabledRules` {rule}"), None));
        listed.chain(off).min_by_key(|one| one.reason.is_none())
    }
}

/// The lists of a configuration or a rule: `[allowlist]`, `[[allowlists]]`.
fn lists_of(table: &Table, rules: &[String], left: &mut usize) -> Vec<List> {
    let both = ["allowlist", "allowlists"].into_iter().filter_map(|key| table.get(key));
    let tables = both.flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
    tables.take(MOST).filter_map(|value| value.as_table().map(|table| List::of(table, rules, left))).collect()
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).take(MOST).map(str::to_owned).collect()
}

/// Patterns that say something: one that matches the empty text matches everything, and is about nothing.
/// Go's classes (`\w`) are of ASCII.
fn patterns(table: &Table, key: &str, left: &mut usize) -> Vec<Regex> {
    let texts = texts(table, key);
    let kept = &texts[..texts.len().min(*left)];
    *left -= kept.len();
    let compile = |pattern: &String| RegexBuilder::new(pattern).unicode(false).size_limit(LARGEST_PATTERN).build().ok();
    kept.iter().filter_map(compile).filter(|pattern| !pattern.is_match(b"")).collect()
}

impl List {
    fn of(table: &Table, rules: &[String], left: &mut usize) -> List {
        let text = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default();
        let targets = texts(table, "targetRules");
        List {
            rules: if targets.is_empty() { rules.to_vec() } else { targets },
            reason: suppression::reason(text("description")).filter(|words| !is_a_title(words)),
            needs_all: matches!(text("condition").to_ascii_uppercase().as_str(), "AND" | "&&"),
            has_commits: !texts(table, "commits").is_empty(),
            paths: patterns(table, "paths", left),
            regexes: patterns(table, "regexes", left),
            of_line: matches!(text("regexTarget"), "line" | "match"),
            stopwords: texts(table, "stopwords").iter().map(|word| word.to_lowercase()).collect(),
        }
    }

    fn holds(&self, path: &str, secret: &Secret) -> bool {
        let text = if self.of_line { &secret.line } else { &secret.value };
        let lower = secret.value.to_lowercase();
        let said = [
            (self.has_commits, false),
            (!self.paths.is_empty(), self.paths.iter().any(|pattern| pattern.is_match(path.as_bytes()))),
            (!self.regexes.is_empty(), self.regexes.iter().any(|pattern| pattern.is_match(text.as_bytes()))),
            (
                !self.stopwords.is_empty(),
                self.stopwords.iter().any(|word| !word.is_empty() && lower.contains(word.as_str())),
            ),
        ];
        let mut given = said.iter().filter(|(is_given, _)| *is_given).map(|(_, holds)| *holds).peekable();
        if self.needs_all { given.peek().is_some() && given.all(|holds| holds) } else { given.any(|holds| holds) }
    }
}

/// Whether a description only says what it describes: `global allow list`.
fn is_a_title(description: &str) -> bool {
    let words = description.to_ascii_lowercase().replace(['-', '_'], " ");
    let words = words.trim_end_matches('.').split_whitespace().filter(|word| !matches!(*word, "the" | "a" | "our"));
    words.into_iter().all(|word| {
        ["global", "globally", "gitleaks", "allow", "allowed", "allowlist", "allowlists", "list", "whitelist"]
            .contains(&word)
    })
}

/// One line of `.gitleaksignore`: `file:rule:line`, before it perhaps a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    file: String,
    rule: String,
    line: u32,
    reason: Option<String>,
}

/// The findings that `.gitleaksignore` lists; the comment above one, or behind it, is its reason.
pub(super) fn fingerprints(text: &str) -> Vec<Fingerprint> {
    let mut found = Vec::new();
    let mut above = None;
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            above = suppression::reason(comment);
            continue;
        }
        let (print, beside) = line.split_once(" #").unwrap_or((line, ""));
        let mut parts = print.trim().rsplitn(3, ':');
        let (number, rule, rest) = (parts.next(), parts.next(), parts.next());
        if let (Some(number), Some(rule), Some(rest)) = (number.and_then(|text| text.parse().ok()), rule, rest) {
            let is_commit = |text: &str| text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let file = rest.split_once(':').filter(|(commit, _)| is_commit(commit)).map_or(rest, |(_, file)| file);
            let reason = suppression::reason(beside).or_else(|| above.clone());
            found.push(Fingerprint { file: file.to_owned(), rule: rule.to_owned(), line: number, reason });
        }
        // A comment stands for the lines below it, until an empty one.
        above = above.filter(|_| !line.is_empty());
    }
    found
}

/// What `.gitleaksignore` says of a secret.
pub(super) fn ignored(fingerprints: &[Fingerprint], path: &str, secret: &Secret) -> Option<Suppression> {
    let of = fingerprints
        .iter()
        .filter(|one| one.file == path && one.line == secret.finding.line && is_about(&one.rule, secret));
    of.map(|one| said(format!("gitleaks `.gitleaksignore` {}", one.rule), one.reason.clone()))
        .min_by_key(|one| one.reason.is_none())
}
