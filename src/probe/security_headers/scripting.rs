//! What a policy means to a browser (CSP3 §6.7), beside what the Observatory gives for it: whether scripts that somebody
//! injects would run, who may show the page in a frame, and what three smaller headers say whatever the status.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::csp::{BROAD, Policies, deciding, has_nonce_or_hash};
use super::page::{Page, Reading, read};
use super::policy::Policy;
use super::scored::{Algorithm, referrer, sniffing};
use super::seen::{Answer, Content};
use super::single;
use crate::model::{Fact, Facts, Value};

/// Directives that say which scripts run; the first falls back to `default-src`.
const SCRIPTS: [&str; 3] = ["script-src", "script-src-elem", "script-src-attr"];

/// Values of Cross-Origin-Opener-Policy that keep windows of others apart (HTML standard, "Cross-origin opener policies").
const KEEP_APART: [&str; 3] = ["same-origin", "same-origin-allow-popups", "noopener-allow-popups"];

fn page_of(answer: &Answer) -> Page {
    match &answer.content {
        Content::Text(text) if answer.is_html() => read(text, Reading::Tree),
        Content::Text(_) | Content::Structured => Page::default(),
    }
}

/// Nonces of scripts that an answer's policies accept, in small letters. One of styles lets nobody run a script.
pub(super) fn nonces(answer: &Answer) -> BTreeSet<String> {
    let policy = Policies::of(answer, &page_of(answer), Algorithm::Six).enforced();
    let lists = SCRIPTS.iter().chain(&["default-src"]);
    let sources = lists.filter_map(|name| policy.as_ref()?.get(name)).flatten();
    sources.filter(|source| source.starts_with("'nonce-")).cloned().collect()
}

/// Whether a nonce came twice: whoever knows one can then write scripts that run. `again` is the same page once more.
pub(super) fn set_reuse(facts: &mut Facts, answer: &Answer, again: Option<&Answer>) {
    let first = nonces(answer);
    let reused = match again {
        _ if first.is_empty() => Fact::Present(Value::Bool(false)),
        None => Fact::Unobserved("the page did not come a second time".to_owned()),
        Some(again) => Fact::Present(Value::Bool(!first.is_disjoint(&nonces(again)))),
    };
    facts.set("csp.nonce_reused", reused);
}

/// Of the lesser protections of a page those that are not there.
fn lesser_gaps(answer: &Answer) -> Vec<&'static str> {
    if !answer.is_html() {
        return Vec::new();
    }
    let header = |name: &str| answer.header(name).unwrap_or_default().trim().to_lowercase();
    let opener = header("cross-origin-opener-policy");
    let opener = opener.split(';').next().unwrap_or_default().trim();
    let filter = header("x-xss-protection");
    let obsolete = ["public-key-pins", "expect-ct", "feature-policy"];
    let gaps = [
        ("cross-origin-opener-policy", !KEEP_APART.contains(&opener)),
        ("no obsolete headers", obsolete.iter().any(|name| !header(name).is_empty()) || filter.starts_with('1')),
        ("permissions-policy", header("permissions-policy").is_empty()),
    ];
    gaps.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect()
}

/// Sets the facts about an answer's policies.
pub(super) fn set(facts: &mut Facts, answer: &Answer) {
    let page = page_of(answer);
    let policies = Policies::of(answer, &page, Algorithm::Six);
    let policy = policies.enforced();
    facts.present("html", Value::Bool(answer.is_html()));
    facts.present("csp.set", Value::Bool(policy.is_some()));
    facts.present("csp.report_only", Value::Bool(policies.only_reports()));
    facts.present("csp.inline", Value::Bool(policy.as_ref().is_none_or(|policy| any_list(policy, runs_injected))));
    facts.present("csp.eval", Value::Bool(policy.as_ref().is_none_or(|policy| any_list(policy, runs_text))));
    let names = |names: Vec<&str>| Value::List(names.into_iter().map(|name| Value::Text(name.to_owned())).collect());
    facts.present("csp.unset", names(unset(policy.as_ref())));
    facts.present("lesser_gaps", names(lesser_gaps(answer)));
    facts.present("framing", Value::Bool(!answer.is_html() || says_who_frames(answer, &policies)));
    facts.present("nosniff", Value::Bool(single::sniffing(answer) == sniffing::NOSNIFF));
    facts.present("leaks_referrer", Value::Bool(single::referrer(answer, &page) == referrer::UNSAFE));
}

/// Whether a list of sources for scripts allows this; without one everything is allowed.
fn any_list(policy: &Policy, allows: fn(&IndexSet<String>) -> bool) -> bool {
    let Some(first) = deciding(policy, SCRIPTS[0]) else { return true };
    let lists = std::iter::once(first).chain(SCRIPTS[1..].iter().copied());
    lists.filter_map(|name| policy.get(name)).any(allows)
}

/// Whether a script that somebody plants into the page, or loads from a host of their own, would run.
fn runs_injected(sources: &IndexSet<String>) -> bool {
    let dynamic = sources.contains("'strict-dynamic'");
    let inline = sources.contains("'unsafe-inline'") && !dynamic && !has_nonce_or_hash(sources);
    let broad = |source: &String| BROAD.contains(&source.as_str()) || source == "data:";
    inline || (!dynamic && sources.iter().any(broad))
}

fn runs_text(sources: &IndexSet<String>) -> bool {
    sources.contains("'unsafe-eval'")
}

/// Of the two directives by which a policy of scripts is got round those that limit nothing.
fn unset(policy: Option<&Policy>) -> Vec<&'static str> {
    let limits = |name: Option<&str>| {
        let sources = policy.zip(name).and_then(|(policy, name)| policy.get(name));
        sources.is_some_and(|sources| !sources.iter().any(|source| BROAD.contains(&source.as_str())))
    };
    let objects = policy.and_then(|policy| deciding(policy, "object-src"));
    let directives = [("base-uri", limits(Some("base-uri"))), ("object-src", limits(objects))];
    directives.into_iter().filter(|(_, limited)| !limited).map(|(name, _)| name).collect()
}

fn says_who_frames(answer: &Answer, policies: &Policies) -> bool {
    let header = answer.header("x-frame-options").unwrap_or_default().trim().to_lowercase();
    let ancestors = policies.frame_ancestors();
    // where both stand browsers take the policy (CSP3 §6.4.2)
    match ancestors {
        Some(sources) => !sources.iter().any(|source| BROAD.contains(&source.as_str())),
        None => matches!(header.as_str(), "deny" | "sameorigin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(headers: &[(&str, &str)], body: &str) -> Facts {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let html = ("content-type".to_owned(), "text/html".to_owned());
        let answer =
            Answer { status: 200, headers: headers.chain([html]).collect(), content: Content::of(body.as_bytes()) };
        let mut facts = Facts::new();
        set(&mut facts, &answer);
        facts
    }

    fn is(facts: &Facts, name: &str) -> bool {
        facts.get(name) == Fact::Present(Value::Bool(true))
    }

    fn policy(text: &str) -> Facts {
        seen(&[("content-security-policy", text)], "<p>")
    }

    #[test]
    fn what_lets_injected_scripts_run_is_seen_through_every_fallback() {
        for open in [
            "default-src 'self' 'unsafe-inline'",
            "script-src *",
            "script-src https:",
            "default-src data: 'self'",
            "img-src 'self'",
            "script-src 'self'; script-src-elem 'unsafe-inline'",
            "script-src 'self'; script-src-attr 'unsafe-inline'",
        ] {
            assert!(is(&policy(open), "csp.inline"), "{open}");
        }
        for shut in [
            "default-src 'self'",
            "script-src 'nonce-abc' 'unsafe-inline'",
            "script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'",
            "script-src 'sha256-abc='; style-src 'unsafe-inline'",
            "default-src 'unsafe-inline'; script-src 'self'",
            "default-src *, script-src 'self'; default-src 'self'",
        ] {
            assert!(!is(&policy(shut), "csp.inline"), "{shut}");
        }
        assert!(is(&policy("script-src 'self' 'unsafe-eval'"), "csp.eval"));
        assert!(!is(&policy("script-src 'self' 'wasm-unsafe-eval'"), "csp.eval"));
    }

    #[test]
    fn without_a_policy_that_is_enforced_everything_runs() {
        let reported = seen(&[("content-security-policy-report-only", "default-src 'self'")], "<p>");
        assert!(!is(&reported, "csp.set") && is(&reported, "csp.report_only") && is(&reported, "csp.inline"));
        let by_page = seen(&[], "<meta http-equiv=content-security-policy content=\"default-src 'self'\">");
        assert!(is(&by_page, "csp.set") && !is(&by_page, "csp.inline"));
    }

    #[test]
    fn guessed_types_and_leaking_referrers_are_seen_whatever_the_status() {
        let careful = seen(&[("x-content-type-options", "NoSniff"), ("referrer-policy", "no-referrer")], "<p>");
        assert!(is(&careful, "nosniff") && !is(&careful, "leaks_referrer"));
        let careless = seen(&[("referrer-policy", "no-referrer, unsafe-url")], "<p>");
        assert!(!is(&careless, "nosniff") && is(&careless, "leaks_referrer"));
        assert!(!is(&seen(&[], "<p>"), "leaks_referrer"), "browsers are careful by themselves");
    }

    #[test]
    fn ways_round_a_policy_are_named() {
        let names = |text: &str| policy(text).get("csp.unset");
        let list = |names: &[&str]| {
            Fact::Present(Value::List(names.iter().map(|name| Value::Text((*name).to_owned())).collect()))
        };
        assert_eq!(names("script-src 'self'"), list(&["base-uri", "object-src"]));
        assert_eq!(names("default-src 'self'"), list(&["base-uri"]));
        assert_eq!(names("script-src 'self'; object-src 'none'; base-uri 'none'"), list(&[]));
        assert_eq!(names("default-src 'self'; object-src *; base-uri 'self'"), list(&["object-src"]));
    }

    #[test]
    fn a_nonce_that_comes_twice_is_none() {
        let answer = |nonce: &str| Answer {
            status: 200,
            headers: vec![("content-security-policy".to_owned(), format!("script-src 'nonce-{nonce}'"))],
            content: Content::of(b""),
        };
        let reused = |first: &Answer, again: Option<&Answer>| {
            let mut facts = Facts::new();
            set_reuse(&mut facts, first, again);
            facts.get("csp.nonce_reused")
        };
        let is = |reused: bool| Fact::Present(Value::Bool(reused));
        assert_eq!(reused(&answer("a1"), Some(&answer("a1"))), is(true));
        assert_eq!(reused(&answer("a1"), Some(&answer("b2"))), is(false));
        assert!(matches!(reused(&answer("a1"), None), Fact::Unobserved(_)));
        let of_styles = |answer: Answer| Answer {
            headers: vec![("content-security-policy".to_owned(), "script-src 'self'; style-src 'nonce-a1'".to_owned())],
            ..answer
        };
        assert_eq!(reused(&of_styles(answer("")), Some(&of_styles(answer("")))), is(false));
        let without = Answer { headers: Vec::new(), ..answer("") };
        assert_eq!(reused(&without, None), is(false));
    }

    #[test]
    fn lesser_protections_are_those_of_a_page() {
        let gaps = |headers: &[(&str, &str)]| match seen(headers, "<p>").get("lesser_gaps") {
            Fact::Present(Value::List(names)) => names.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(gaps(&[]), 2);
        let opener = ("cross-origin-opener-policy", "same-origin; report-to=\"a\"");
        assert_eq!(gaps(&[opener, ("permissions-policy", "camera=()"), ("x-xss-protection", "0")]), 0);
        assert_eq!(gaps(&[opener, ("x-xss-protection", "1; mode=block"), ("expect-ct", "max-age=1")]), 2);
        assert_eq!(gaps(&[("cross-origin-opener-policy", "unsafe-none")]), 2);
    }

    #[test]
    fn a_frame_ancestor_that_is_everybody_limits_nobody() {
        assert!(is(&policy("frame-ancestors 'self'"), "framing"));
        assert!(!is(&policy("frame-ancestors *"), "framing"));
        assert!(is(&seen(&[("x-frame-options", "DENY")], ""), "framing"));
        assert!(!is(&seen(&[("x-frame-options", "ALLOW-FROM https://a.test")], ""), "framing"));
        let both = [("x-frame-options", "DENY"), ("content-security-policy", "frame-ancestors https:")];
        assert!(!is(&seen(&both, ""), "framing"));
        let types = |kind: &str| {
            let headers = vec![("content-type".to_owned(), kind.to_owned())];
            let mut facts = Facts::new();
            set(&mut facts, &Answer { status: 200, headers, content: Content::of(b"{}") });
            facts
        };
        assert!(is(&types("application/json"), "framing"), "what is no page cannot be framed as one");
        let in_page = seen(&[], "<meta http-equiv=content-security-policy content=\"frame-ancestors 'none'\">");
        assert!(!is(&in_page, "framing"), "a page cannot say that");
    }
}
