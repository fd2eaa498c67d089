//! How an answer to a wrong password is read: as the ones before, or as a sign that the service has had enough.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use crate::probe::http::round::body_text;
use crate::world::net::Reply;

/// Answers that take so many times longer than the first one are held back on purpose …
const SLOWER: u32 = 4;
/// … once they take this much longer.
const SLOW: Duration = Duration::from_millis(500);

static CAPTCHA: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)captcha|challenges\.cloudflare\.com|turnstile").ok());
static LOCKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)too many|\block(?:ed|out)\b|try again (?:later|in)|temporarily (?:blocked|disabled|suspended)|rate.?limit").ok()
});
static GUARDED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)csrf|xsrf|authenticity.?token|forgery").ok());
/// What differs between two equal answers: ids, times, tokens.
static CHANGING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9A-Za-z+/_=-]{16,}|\d+").ok());

/// An answer to an attempt.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) status: u16,
    time: Duration,
    /// How long it asks to wait, as far as it says so in seconds.
    pub(super) wait: Option<Duration>,
    /// Body and place of a redirect, without what differs between equal answers.
    shape: String,
    captcha: bool,
    locked: bool,
    /// Whether it asks for a token against forged requests.
    guarded: bool,
}

/// What an answer says beside the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// As the first one.
    Alike,
    /// It has had enough; by what that shows.
    Throttled(&'static str),
    /// It says nothing of limits; why.
    Unclear(String),
}

impl Attempt {
    /// Reads an answer; `account` is who wanted in.
    pub(super) fn of(reply: &Reply, time: Duration, account: &str) -> Attempt {
        let body = body_text(reply);
        let matches = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|found| found.is_match(&body));
        let led = reply.header("location").unwrap_or_default();
        Attempt {
            status: reply.status,
            time,
            wait: seconds_to_wait(reply),
            shape: shape(&format!("{led}\n{body}"), account),
            captcha: matches(&CAPTCHA),
            locked: matches(&LOCKED),
            guarded: matches(&GUARDED),
        }
    }

    /// Why this, the first answer, is none of a login.
    pub(super) fn is_no_login(&self) -> Option<String> {
        let why = match self.status {
            419 => "the form wants its token; name its `page`",
            403 if self.guarded => "the form wants its token; name its `page`",
            404 | 405 | 410 => "there is no login",
            400 | 415 | 422 => "the fields are not those of the login",
            500.. => "the login breaks",
            _ => return None,
        };
        Some(format!("the first attempt was answered with {}: {why}", self.status))
    }

    /// Whether the service has had enough, since `first`.
    pub(super) fn beside(&self, first: &Attempt) -> Met {
        match self.status {
            429 => Met::Throttled("status 429"),
            423 => Met::Throttled("status 423"),
            500.. => Met::Unclear(format!("it breaks with {}", self.status)),
            _ if self.captcha && !first.captcha => Met::Throttled("a captcha"),
            _ if self.locked && !first.locked => Met::Throttled("a message"),
            status if status != first.status && (400..500).contains(&status) => Met::Throttled("another status"),
            status if status != first.status => Met::Unclear(format!("the answer changes to {status}")),
            _ if self.time > first.time * SLOWER && self.time > first.time + SLOW => Met::Throttled("a delay"),
            _ => Met::Alike,
        }
    }

    /// Whether somebody can tell the two accounts apart by their answers.
    pub(super) fn differs_from(&self, other: &Attempt) -> bool {
        self.status != other.status || self.shape != other.shape
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); its other form, a date, is left out.
fn seconds_to_wait(reply: &Reply) -> Option<Duration> {
    reply.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

fn shape(text: &str, account: &str) -> String {
    let anonymous = if account.is_empty() { text.to_owned() } else { text.replace(account, "") };
    CHANGING.as_ref().map_or_else(|| anonymous.clone(), |changing| changing.replace_all(&anonymous, "").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(status: u16, millis: u64, body: &str, account: &str) -> Attempt {
        let matches = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|found| found.is_match(body));
        Attempt {
            status,
            time: Duration::from_millis(millis),
            wait: None,
            shape: shape(body, account),
            captcha: matches(&CAPTCHA),
            locked: matches(&LOCKED),
            guarded: matches(&GUARDED),
        }
    }

    #[test]
    fn a_form_that_wants_its_token_is_no_login_yet() {
        assert!(
            attempt(403, 9, "CSRF verification failed", "").is_no_login().is_some_and(|why| why.contains("`page`"))
        );
        assert!(attempt(419, 9, "", "").is_no_login().is_some());
        assert_eq!(attempt(403, 9, "wrong password", "").is_no_login(), None);
    }

    #[test]
    fn a_service_shows_in_several_ways_that_it_has_had_enough() {
        let first = attempt(401, 20, "wrong password", "");
        for (met, by) in [
            (attempt(429, 20, "", ""), "status 429"),
            (attempt(423, 20, "", ""), "status 423"),
            (attempt(401, 20, "<div class=\"h-captcha\">", ""), "a captcha"),
            (attempt(401, 20, "Account locked", ""), "a message"),
            (attempt(403, 20, "no", ""), "another status"),
            (attempt(401, 1100, "wrong password", ""), "a delay"),
        ] {
            assert_eq!(met.beside(&first), Met::Throttled(by));
        }
        for met in [attempt(401, 90, "wrong password", ""), attempt(401, 400, "wrong password 2", "")] {
            assert_eq!(met.beside(&first), Met::Alike);
        }
        assert!(matches!(attempt(503, 1, "", "").beside(&first), Met::Unclear(_)));
        assert!(matches!(attempt(200, 1, "", "").beside(&first), Met::Unclear(_)), "somebody may have got in");
    }

    #[test]
    fn accounts_are_told_apart_by_words_not_by_their_names_or_by_ids() {
        let known =
            attempt(401, 9, "{\"user\": \"ada\", \"error\": \"wrong password\", \"id\": \"7f3a9c117f3a9c11\"}", "ada");
        let same =
            attempt(401, 9, "{\"user\": \"bob\", \"error\": \"wrong password\", \"id\": \"0b1e5d220b1e5d22\"}", "bob");
        let other =
            attempt(401, 9, "{\"user\": \"bob\", \"error\": \"no such user\", \"id\": \"0b1e5d220b1e5d22\"}", "bob");
        assert!(!same.differs_from(&known) && other.differs_from(&known));
        assert!(attempt(404, 9, "", "").differs_from(&attempt(401, 9, "", "")));
    }
}
