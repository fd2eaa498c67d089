//! Tests `content-security-policy` and `x-frame-options`: what the policies of an answer are worth.

use indexmap::IndexSet;

use super::page::Page;
use super::policy::Policy;
use super::scored::{Algorithm, Scored, framing, policy};
use super::seen::Answer;

/// Sources as good as everything.
pub(super) const BROAD: &[&str] =
    &["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"];
/// Directives whose content runs nothing.
const PASSIVE: &[&str] = &["img-src", "media-src"];
const NONCES_AND_HASHES: &[&str] = &["'sha256-", "'sha384-", "'sha512-", "'nonce-"];

/// The policies of an answer, its headers first, then its page.
pub(super) struct Policies {
    header: Vec<String>,
    meta: Vec<String>,
    report_only: bool,
}

impl Policies {
    pub(super) fn of(answer: &Answer, page: &Page, algorithm: Algorithm) -> Policies {
        let header: Vec<String> = answer.header("content-security-policy").into_iter().collect();
        let report_only = answer.header("content-security-policy-report-only");
        Policies {
            header: split(header, algorithm),
            meta: split(page.policies.clone(), algorithm),
            report_only: report_only.is_some_and(|value| !value.is_empty()),
        }
    }

    fn all(&self) -> Vec<String> {
        [self.header.as_slice(), self.meta.as_slice()].concat()
    }

    /// What they are worth on a page that came over https, or not.
    pub(super) fn scored(&self, https: bool) -> Scored {
        let Ok(all) = Policy::read(&self.all()) else { return policy::INVALID };
        if !self.exist() {
            return if self.report_only { policy::REPORT_ONLY } else { policy::MISSING };
        }
        let scored = worth(all.clone(), https);
        let reported = all.repeated_reporting && scored.pass;
        if reported { policy::DUPLICATE_DIRECTIVES } else { scored }
    }

    /// Whether there is a policy at all; a `meta` with nothing but what only a header can say is none.
    fn exist(&self) -> bool {
        let header = Policy::read(&self.header).is_ok_and(|policy| !policy.is_empty());
        header || Policy::of_meta(&self.meta).is_ok_and(|policy| !policy.is_empty())
    }

    /// All of them together, as far as they are enforced and can be read.
    pub(super) fn enforced(&self) -> Option<Policy> {
        if !self.exist() {
            return None;
        }
        Policy::read(&self.all()).ok()
    }

    /// Whether there is one that only reports.
    pub(super) fn only_reports(&self) -> bool {
        self.report_only
    }

    /// Who may frame the page, as headers say; a page cannot say that itself.
    pub(super) fn frame_ancestors(&self) -> Option<IndexSet<String>> {
        Policy::read(&self.header).ok()?.get("frame-ancestors").cloned()
    }

    /// Whether they name who may frame the page, whoever that is.
    fn name_frame_ancestors(&self) -> bool {
        self.exist() && Policy::read(&self.all()).is_ok_and(|policy| policy.get("frame-ancestors").is_some())
    }
}

/// Commas separate policies (CSP3 §2.2); algorithm 4 did not know.
fn split(values: Vec<String>, algorithm: Algorithm) -> Vec<String> {
    if algorithm == Algorithm::Four {
        return values;
    }
    values.iter().flat_map(|value| value.split(',')).map(|policy| policy.trim().to_owned()).collect()
}

/// What a policy that can be read is worth: the first of these that holds.
fn worth(mut all: Policy, https: bool) -> Scored {
    let script = deciding(&all, "script-src");
    let style = deciding(&all, "style-src");
    let strict_without_nonce = relax(&mut all, script, style);
    let sources =
        |directive: Option<&'static str>| directive.and_then(|name| all.get(name).cloned()).unwrap_or_else(any);
    let (scripts, styles) = (sources(script), sources(style));
    let objects = sources(deciding(&all, "object-src"));
    let insecure = |source: &str| https && (source.starts_with("http:") || source.starts_with("ftp:"));
    let broad = |sources: &IndexSet<String>| sources.iter().any(|source| BROAD.contains(&source.as_str()));
    let unsafe_inline =
        |sources: &IndexSet<String>| broad(sources) || sources.contains("'unsafe-inline'") || sources.contains("data:");
    if strict_without_nonce {
        policy::INVALID
    } else if unsafe_inline(&scripts) || broad(&objects) {
        policy::UNSAFE_INLINE
    } else if active(&all).chain(scripts.iter().map(String::as_str)).any(insecure) {
        policy::INSECURE_ACTIVE
    } else if scripts.contains("'unsafe-eval'") || styles.contains("'unsafe-eval'") {
        policy::UNSAFE_EVAL
    } else if passive(&all).any(insecure) {
        policy::INSECURE_PASSIVE
    } else if unsafe_inline(&styles) {
        policy::UNSAFE_STYLE
    } else if all.get("default-src").is_some_and(|only| only.len() == 1 && only.contains("'none'")) {
        policy::DEFAULT_NONE
    } else {
        policy::NO_UNSAFE
    }
}

fn any() -> IndexSet<String> {
    IndexSet::from(["*".to_owned()])
}

/// The directive that speaks for this one.
pub(super) fn deciding(all: &Policy, directive: &'static str) -> Option<&'static str> {
    [directive, "default-src"].into_iter().find(|name| all.get(name).is_some())
}

/// Takes out what a browser ignores: `'unsafe-inline'` beside a nonce or hash, and with `'strict-dynamic'` every host.
/// Says whether `'strict-dynamic'` stands alone. A shared `default-src` changes for all that fall back to it.
fn relax(all: &mut Policy, script: Option<&str>, style: Option<&str>) -> bool {
    for directive in [script, style].into_iter().flatten() {
        if let Some(sources) = all.get_mut(directive)
            && has_nonce_or_hash(sources)
        {
            sources.shift_remove("'unsafe-inline'");
        }
    }
    let Some(sources) = script.and_then(|directive| all.get_mut(directive)) else { return false };
    if !sources.contains("'strict-dynamic'") {
        return false;
    }
    if !has_nonce_or_hash(sources) {
        return true;
    }
    sources.retain(|source| {
        let host = BROAD.iter().any(|broad| source.starts_with(broad));
        !host && source != "'self'" && source != "'unsafe-inline'"
    });
    false
}

pub(super) fn has_nonce_or_hash(sources: &IndexSet<String>) -> bool {
    sources.iter().any(|source| NONCES_AND_HASHES.iter().any(|start| source.starts_with(start)))
}

/// Sources of everything that can act, scripts apart.
fn active(all: &Policy) -> impl Iterator<Item = &str> {
    let acting = all.iter().filter(|(directive, _)| !PASSIVE.contains(directive) && *directive != "script-src");
    acting.flat_map(|(_, sources)| sources).map(String::as_str)
}

fn passive(all: &Policy) -> impl Iterator<Item = &str> {
    let deciding = PASSIVE.iter().filter_map(|directive| all.get(directive).or_else(|| all.get("default-src")));
    deciding.flatten().map(String::as_str)
}

/// Test `x-frame-options`: a policy that names frame ancestors makes the header superfluous.
pub(super) fn framing(answer: &Answer, policies: &Policies) -> Scored {
    if policies.name_frame_ancestors() {
        return framing::VIA_CSP;
    }
    let header = answer.header("x-frame-options").unwrap_or_default();
    let header = header.chars().take(1024).collect::<String>().trim().to_lowercase();
    match header.as_str() {
        "" if answer.header("x-frame-options").is_none_or(|value| value.is_empty()) => framing::MISSING,
        "deny" | "sameorigin" => framing::SAMEORIGIN_OR_DENY,
        other if other.starts_with("allow-from") => framing::ALLOW_FROM,
        _ => framing::INVALID,
    }
}
