//! Every result a test can have, with the points it is worth: the scoring table of the HTTP Observatory, algorithms 4 to
//! 6, and how points become a score and a grade.
//!
//! Leaves to the tests which result holds. Source: MDN HTTP Observatory, "Tests & scoring"; measured against its
//! scanner.

/// The versions of the algorithm that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) enum Algorithm {
    /// Ten tests; X-Frame-Options earns nothing; a page is read as a browser reads it.
    Four,
    /// Ten tests; X-Frame-Options earns 5; policies are split at commas.
    Five,
    /// Twelve tests: COOP and COEP as well.
    Six,
}

impl Algorithm {
    /// Its number.
    pub(super) fn number(self) -> u8 {
        match self {
            Algorithm::Four => 4,
            Algorithm::Five => 5,
            Algorithm::Six => 6,
        }
    }

    /// The one of this number.
    pub(super) fn of(number: u8) -> Option<Algorithm> {
        [Algorithm::Four, Algorithm::Five, Algorithm::Six].into_iter().find(|known| known.number() == number)
    }
}

/// The result of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scored {
    /// Its name in the Observatory.
    pub(super) result: &'static str,
    points: i32,
    /// Whether it counts as passed; the score does not depend on it.
    pub(super) pass: bool,
}

impl Scored {
    /// Points added to the 100 that every site begins with.
    pub(super) fn modifier(self, algorithm: Algorithm) -> i32 {
        if algorithm == Algorithm::Four && self == framing::SAMEORIGIN_OR_DENY { 0 } else { self.points }
    }
}

const fn pass(result: &'static str, points: i32) -> Scored {
    Scored { result, points, pass: true }
}

const fn fail(result: &'static str, points: i32) -> Scored {
    Scored { result, points, pass: false }
}

/// Of test `content-security-policy`.
pub(super) mod policy {
    use super::{Scored, fail, pass};
    pub(crate) const DEFAULT_NONE: Scored = pass("csp-implemented-with-no-unsafe-default-src-none", 10);
    pub(crate) const NO_UNSAFE: Scored = pass("csp-implemented-with-no-unsafe", 5);
    pub(crate) const UNSAFE_STYLE: Scored = pass("csp-implemented-with-unsafe-inline-in-style-src-only", 0);
    pub(crate) const DUPLICATE_DIRECTIVES: Scored = pass("csp-implemented-but-duplicate-directives", 0);
    pub(crate) const INSECURE_PASSIVE: Scored =
        pass("csp-implemented-with-insecure-scheme-in-passive-content-only", -10);
    pub(crate) const UNSAFE_EVAL: Scored = fail("csp-implemented-with-unsafe-eval", -10);
    pub(crate) const UNSAFE_INLINE: Scored = fail("csp-implemented-with-unsafe-inline", -20);
    pub(crate) const INSECURE_ACTIVE: Scored = fail("csp-implemented-with-insecure-scheme", -20);
    pub(crate) const INVALID: Scored = fail("csp-header-invalid", -25);
    pub(crate) const MISSING: Scored = fail("csp-not-implemented", -25);
    pub(crate) const REPORT_ONLY: Scored = fail("csp-not-implemented-but-reporting-enabled", -25);
}

/// Of test `cookies`.
pub(super) mod cookies {
    use super::{Scored, fail, pass};
    pub(crate) const SAMESITE: Scored = pass("cookies-secure-with-httponly-sessions-and-samesite", 5);
    pub(crate) const SECURE: Scored = pass("cookies-secure-with-httponly-sessions", 0);
    pub(crate) const NONE: Scored = pass("cookies-not-found", 0);
    pub(crate) const INSECURE_BUT_HSTS: Scored = fail("cookies-without-secure-flag-but-protected-by-hsts", -5);
    pub(crate) const SESSION_BUT_HSTS: Scored = fail("cookies-session-without-secure-flag-but-protected-by-hsts", -10);
    pub(crate) const INSECURE: Scored = fail("cookies-without-secure-flag", -20);
    pub(crate) const SAMESITE_INVALID: Scored = fail("cookies-samesite-flag-invalid", -20);
    pub(crate) const CSRF_WITHOUT_SAMESITE: Scored = fail("cookies-anticsrf-without-samesite-flag", -20);
    pub(crate) const SESSION_READABLE: Scored = fail("cookies-session-without-httponly-flag", -30);
    pub(crate) const SESSION_INSECURE: Scored = fail("cookies-session-without-secure-flag", -40);
}

/// Of test `cross-origin-resource-sharing`. Access for every origin with credentials (-50 in the Observatory's table)
/// is never given by its scanner; our own facts tell it.
pub(super) mod sharing {
    use super::{Scored, pass};
    pub(crate) const NONE: Scored = pass("cross-origin-resource-sharing-not-implemented", 0);
    pub(crate) const PUBLIC: Scored = pass("cross-origin-resource-sharing-implemented-with-public-access", 0);
    pub(crate) const RESTRICTED: Scored = pass("cross-origin-resource-sharing-implemented-with-restricted-access", 0);
}

/// Of test `redirection`.
pub(super) mod redirection {
    use super::{Scored, fail, pass};
    pub(crate) const TO_HTTPS: Scored = pass("redirection-to-https", 0);
    pub(crate) const NO_HTTP: Scored = pass("redirection-not-needed-no-http", 0);
    pub(crate) const PRELOADED: Scored = pass("redirection-all-redirects-preloaded", 0);
    pub(crate) const OFF_HOST: Scored = fail("redirection-off-host-from-http", -5);
    pub(crate) const HTTP_FIRST: Scored = fail("redirection-not-to-https-on-initial-redirection", -10);
    pub(crate) const NOT_TO_HTTPS: Scored = fail("redirection-not-to-https", -20);
    pub(crate) const MISSING: Scored = fail("redirection-missing", -20);
    pub(crate) const INVALID_CERT: Scored = fail("redirection-invalid-cert", -20);
}

/// Of test `referrer-policy`.
pub(super) mod referrer {
    use super::{Scored, fail, pass};
    pub(crate) const PRIVATE: Scored = pass("referrer-policy-private", 5);
    pub(crate) const MISSING: Scored = pass("referrer-policy-not-implemented", 0);
    pub(crate) const UNSAFE: Scored = fail("referrer-policy-unsafe", -5);
    pub(crate) const INVALID: Scored = fail("referrer-policy-header-invalid", -5);
}

/// Of test `strict-transport-security`.
pub(super) mod transport {
    use super::{Scored, fail, pass};
    pub(crate) const PRELOADED: Scored = pass("hsts-preloaded", 5);
    pub(crate) const SIX_MONTHS: Scored = pass("hsts-implemented-max-age-at-least-six-months", 0);
    pub(crate) const SHORT: Scored = fail("hsts-implemented-max-age-less-than-six-months", -10);
    pub(crate) const MISSING: Scored = fail("hsts-not-implemented", -20);
    pub(crate) const INVALID: Scored = fail("hsts-header-invalid", -20);
    pub(crate) const NO_HTTPS: Scored = fail("hsts-not-implemented-no-https", -20);
    pub(crate) const INVALID_CERT: Scored = fail("hsts-invalid-cert", -20);
}

/// Of test `subresource-integrity`.
pub(super) mod integrity {
    use super::{Scored, fail, pass};
    pub(crate) const ALL: Scored = pass("sri-implemented-and-all-scripts-loaded-securely", 5);
    pub(crate) const EXTERNAL: Scored = pass("sri-implemented-and-external-scripts-loaded-securely", 5);
    pub(crate) const NOT_HTML: Scored = pass("sri-not-implemented-response-not-html", 0);
    pub(crate) const NO_SCRIPTS: Scored = pass("sri-not-implemented-but-no-scripts-loaded", 0);
    pub(crate) const OWN_ORIGIN: Scored = pass("sri-not-implemented-but-all-scripts-loaded-from-secure-origin", 0);
    pub(crate) const NONE_SECURE: Scored = fail("sri-not-implemented-but-external-scripts-loaded-securely", -5);
    pub(crate) const INSECURE: Scored = fail("sri-implemented-but-external-scripts-not-loaded-securely", -20);
    pub(crate) const NONE_INSECURE: Scored = fail("sri-not-implemented-and-external-scripts-not-loaded-securely", -50);
    pub(crate) const UNREADABLE: Scored = fail("html-not-parseable", -20);
}

/// Of test `x-content-type-options`.
pub(super) mod sniffing {
    use super::{Scored, fail, pass};
    pub(crate) const NOSNIFF: Scored = pass("x-content-type-options-nosniff", 0);
    pub(crate) const MISSING: Scored = fail("x-content-type-options-not-implemented", -5);
    pub(crate) const INVALID: Scored = fail("x-content-type-options-header-invalid", -5);
}

/// Of test `x-frame-options`.
pub(super) mod framing {
    use super::{Scored, fail, pass};
    pub(crate) const VIA_CSP: Scored = pass("x-frame-options-implemented-via-csp", 5);
    pub(crate) const SAMEORIGIN_OR_DENY: Scored = pass("x-frame-options-sameorigin-or-deny", 5);
    pub(crate) const ALLOW_FROM: Scored = pass("x-frame-options-allow-from-origin", 0);
    pub(crate) const MISSING: Scored = fail("x-frame-options-not-implemented", -20);
    pub(crate) const INVALID: Scored = fail("x-frame-options-header-invalid", -20);
}

/// Of tests `cross-origin-resource-policy`, `cross-origin-opener-policy` and `cross-origin-embedder-policy`.
pub(super) mod isolation {
    use super::{Scored, fail, pass};
    pub(crate) const CORP_SAME_ORIGIN: Scored = pass("corp-implemented-with-same-origin", 10);
    pub(crate) const CORP_SAME_SITE: Scored = pass("corp-implemented-with-same-site", 10);
    pub(crate) const CORP_CROSS_ORIGIN: Scored = pass("corp-implemented-with-cross-origin", 0);
    pub(crate) const CORP_MISSING: Scored = pass("corp-not-implemented", 0);
    pub(crate) const CORP_INVALID: Scored = fail("corp-header-invalid", -5);
    pub(crate) const COOP_SAME_ORIGIN: Scored = pass("coop-implemented-with-same-origin", 10);
    pub(crate) const COOP_ALLOW_POPUPS: Scored = pass("coop-implemented-with-same-origin-allow-popups", 10);
    pub(crate) const COOP_NOOPENER: Scored = pass("coop-implemented-with-noopener-allow-popups", 10);
    pub(crate) const COOP_UNSAFE_NONE: Scored = pass("coop-implemented-with-unsafe-none", 0);
    pub(crate) const COOP_MISSING: Scored = pass("coop-not-implemented", 0);
    pub(crate) const COOP_INVALID: Scored = fail("coop-header-invalid", -5);
    pub(crate) const COEP_REQUIRE_CORP: Scored = pass("coep-implemented-with-require-corp", 10);
    pub(crate) const COEP_CREDENTIALLESS: Scored = pass("coep-implemented-with-credentialless", 10);
    pub(crate) const COEP_UNSAFE_NONE: Scored = pass("coep-implemented-with-unsafe-none", 0);
    pub(crate) const COEP_MISSING: Scored = pass("coep-not-implemented", 0);
    pub(crate) const COEP_INVALID: Scored = fail("coep-header-invalid", -5);
}

/// Bonus points count only for a site whose penalties leave it this much.
const LEAST_FOR_BONUS: i32 = 90;

/// Grades from the worst to the best.
pub(super) const GRADES: &[&str] = &["F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+"];

/// 100 with all penalties; with the bonus points as well if that leaves at least 90. Never below 0, and open upwards.
pub(super) fn score(modifiers: &[i32]) -> i32 {
    let penalties: i32 = modifiers.iter().filter(|points| **points < 0).sum();
    let all: i32 = modifiers.iter().sum();
    let score = 100 + if 100 + penalties >= LEAST_FOR_BONUS { all } else { penalties };
    score.max(0)
}

/// The grade of a score.
pub(super) fn grade(score: i32) -> &'static str {
    match score {
        100.. => "A+",
        90..100 => "A",
        85..90 => "A-",
        80..85 => "B+",
        70..80 => "B",
        65..70 => "B-",
        60..65 => "C+",
        50..60 => "C",
        45..50 => "C-",
        40..45 => "D+",
        30..40 => "D",
        25..30 => "D-",
        _ => "F",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bonus_points_count_only_above_ninety() {
        assert_eq!(score(&[-10, 20]), 110);
        assert_eq!(score(&[-15, 20]), 85);
        assert_eq!(score(&[-50, -60, 20]), 0);
        assert_eq!(score(&[10, 5]), 115);
    }

    #[test]
    fn every_grade_begins_where_the_chart_says() {
        let firsts = [0, 25, 30, 40, 45, 50, 60, 65, 70, 80, 85, 90, 100];
        for (first, expected) in firsts.iter().zip(GRADES) {
            assert_eq!(grade(*first), *expected);
        }
        for (next, expected) in firsts[1..].iter().zip(GRADES) {
            assert_eq!(grade(next - 5), *expected, "{next}");
        }
    }
}
