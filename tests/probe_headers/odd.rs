//! Header sets that are odd but valid. What the three algorithms must say of them was worked out by hand from the rules,
//! before the probe was asked.

use shipworthy::model::Value;

use crate::probing::{member, number, text};
use crate::{line, observe};

/// A set of headers, and what must come of it.
struct Odd {
    what: &'static str,
    headers: &'static [(&'static str, &'static str)],
    cookies: &'static [&'static str],
    html: &'static str,
    /// Score and grade of algorithms 4, 5 and 6.
    scores: [(&'static str, &'static str); 3],
    /// Results in algorithm 6.
    results: &'static [(&'static str, &'static str)],
}

const PLAIN: &str = "<!doctype html><html><head><title>t</title></head><body>ok</body></html>";
const HSTS: (&str, &str) = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
const NOSNIFF: (&str, &str) = ("X-Content-Type-Options", "nosniff");
const FRAMES: (&str, &str) = ("X-Frame-Options", "DENY");
/// Ten points, and five for the frames.
const CLOSED: (&str, &str) = ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");

const SETS: &[Odd] = &[
    // joined to one text for algorithm 4, in which `default-src` stands once with a few sources more; intersected later
    Odd {
        what: "two policies, of which the second has more",
        headers: &[
            HSTS,
            NOSNIFF,
            FRAMES,
            ("Content-Security-Policy", "default-src 'self'"),
            ("Content-Security-Policy", "default-src 'self' https://cdn.example.com; script-src 'self'"),
        ],
        cookies: &[],
        html: PLAIN,
        scores: [("105", "A+"), ("110", "A+"), ("110", "A+")],
        results: &[("content-security-policy", "csp-implemented-with-no-unsafe")],
    },
    // 100 − 25; five for the frames do not count below 90
    Odd {
        what: "a policy that only reports",
        headers: &[HSTS, NOSNIFF, FRAMES, ("Content-Security-Policy-Report-Only", "default-src 'none'")],
        cookies: &[],
        html: PLAIN,
        scores: [("75", "B"), ("75", "B"), ("75", "B")],
        results: &[("content-security-policy", "csp-not-implemented-but-reporting-enabled")],
    },
    // scripts stand only in the later policy, so none are left
    Odd {
        what: "a policy in a header and one in the page",
        headers: &[HSTS, NOSNIFF, CLOSED],
        cookies: &[],
        html: "<!doctype html><html><head><meta http-equiv=content-security-policy content=\"script-src 'self'\"><title>t</title></head></html>",
        scores: [("115", "A+"), ("115", "A+"), ("115", "A+")],
        results: &[
            ("content-security-policy", "csp-implemented-with-no-unsafe-default-src-none"),
            ("x-frame-options", "x-frame-options-implemented-via-csp"),
        ],
    },
    // the number is none, and none is not less than six months; 100 − 25
    Odd {
        what: "seconds in quotes",
        headers: &[NOSNIFF, FRAMES, ("Strict-Transport-Security", "max-age=\"63072000\"; includeSubDomains")],
        cookies: &[],
        html: PLAIN,
        scores: [("75", "B"), ("75", "B"), ("75", "B")],
        results: &[("strict-transport-security", "hsts-implemented-max-age-at-least-six-months")],
    },
    // 100 − 20 for HSTS; the last valid referrer policy counts, but its five points do not below 90
    Odd {
        what: "headers that come twice",
        headers: &[
            HSTS,
            HSTS,
            NOSNIFF,
            FRAMES,
            CLOSED,
            ("Referrer-Policy", "bogus"),
            ("Referrer-Policy", "strict-origin"),
        ],
        cookies: &[],
        html: PLAIN,
        scores: [("80", "B+"), ("80", "B+"), ("80", "B+")],
        results: &[
            ("strict-transport-security", "hsts-header-invalid"),
            ("referrer-policy", "referrer-policy-private"),
        ],
    },
    // a browser does not take the third, so it is not judged; 100 + 10 + 5 + 5
    Odd {
        what: "cookies with prefixes",
        headers: &[HSTS, NOSNIFF, CLOSED],
        cookies: &[
            "__Host-session=1; Secure; Path=/; HttpOnly; SameSite=Strict",
            "__Secure-id=1; Secure; SameSite=Lax",
            "__Host-login=1; Path=/",
        ],
        html: PLAIN,
        scores: [("120", "A+"), ("120", "A+"), ("120", "A+")],
        results: &[("cookies", "cookies-secure-with-httponly-sessions-and-samesite")],
    },
    // the worst script counts: −5; styles of anybody cost nothing, five for the frames
    Odd {
        what: "scripts with and without a digest",
        headers: &[
            HSTS,
            NOSNIFF,
            (
                "Content-Security-Policy",
                "script-src 'self' https://cdn.example.net; object-src 'none'; frame-ancestors 'self'",
            ),
        ],
        cookies: &[],
        html: "<!doctype html><html><head><script src=/own.js></script><script src=https://cdn.example.net/a.js integrity=sha384-x crossorigin></script><script src=https://cdn.example.net/b.js></script></head></html>",
        scores: [("100", "A+"), ("100", "A+"), ("100", "A+")],
        results: &[
            ("subresource-integrity", "sri-not-implemented-but-external-scripts-loaded-securely"),
            ("content-security-policy", "csp-implemented-with-unsafe-inline-in-style-src-only"),
        ],
    },
    // capitals are the same, a token may have parameters, a text in quotes is no token; 100 + 10 + 5 + 10, and + 10 − 5
    Odd {
        what: "policies of who may embed",
        headers: &[
            HSTS,
            NOSNIFF,
            CLOSED,
            ("Cross-Origin-Resource-Policy", "SAME-SITE"),
            ("Cross-Origin-Opener-Policy", "same-origin; report-to=\"x\""),
            ("Cross-Origin-Embedder-Policy", "\"require-corp\""),
        ],
        cookies: &[],
        html: PLAIN,
        scores: [("125", "A+"), ("125", "A+"), ("130", "A+")],
        results: &[
            ("cross-origin-resource-policy", "corp-implemented-with-same-site"),
            ("cross-origin-opener-policy", "coop-implemented-with-same-origin"),
            ("cross-origin-embedder-policy", "coep-header-invalid"),
        ],
    },
    // the last valid one is `origin`: −5; a frame of anybody is still said by a policy: + 5, and + 5 for it
    Odd {
        what: "a list of referrer policies",
        headers: &[
            HSTS,
            NOSNIFF,
            ("Content-Security-Policy", "default-src 'self'; frame-ancestors *"),
            ("Referrer-Policy", "strict-origin, origin, bogus"),
        ],
        cookies: &[],
        html: PLAIN,
        scores: [("105", "A+"), ("105", "A+"), ("105", "A+")],
        results: &[
            ("referrer-policy", "referrer-policy-unsafe"),
            ("x-frame-options", "x-frame-options-implemented-via-csp"),
        ],
    },
    // what is for old browsers falls away beside a nonce; pictures over http cost 10, the doubled value 20
    Odd {
        what: "a strict policy with pictures over http",
        headers: &[
            HSTS,
            NOSNIFF,
            ("X-Frame-Options", "DENY, DENY"),
            (
                "Content-Security-Policy",
                "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'; style-src 'sha256-x' 'unsafe-inline'; img-src http:",
            ),
        ],
        cookies: &[],
        html: PLAIN,
        scores: [("70", "B"), ("70", "B"), ("70", "B")],
        results: &[
            ("content-security-policy", "csp-implemented-with-insecure-scheme-in-passive-content-only"),
            ("x-frame-options", "x-frame-options-header-invalid"),
        ],
    },
];

/// What is said of a set otherwise than worked out.
fn wrong(odd: &Odd) -> Vec<String> {
    let mut wrong = Vec::new();
    for (algorithm, (score, grade)) in ["4", "5", "6"].iter().zip(odd.scores) {
        let seen = observe(
            |case| {
                case.headers = odd.headers.iter().map(|(name, value)| line(name, value)).collect();
                case.cookies = odd.cookies.iter().map(ToString::to_string).collect();
                odd.html.clone_into(&mut case.html);
            },
            &format!("algorithm: {algorithm}\n"),
        );
        let actual = (number(&seen, "score"), text(&seen, "grade"));
        if actual != (score.to_owned(), grade.to_owned()) {
            wrong.push(format!("{}, algorithm {algorithm}: {actual:?}, not {score} {grade}", odd.what));
        }
        for (test, result) in odd.results.iter().filter(|_| *algorithm == "6") {
            let Some(Value::Map(test_of)) = member(&seen, "tests.", test) else { panic!("no test {test}") };
            if test_of["result"] != Value::Text((*result).to_owned()) {
                wrong.push(format!("{}: {test} is {:?}, not {result}", odd.what, test_of["result"]));
            }
        }
    }
    wrong
}

#[test]
fn odd_sets_of_headers_get_what_the_rules_say() {
    let wrong: Vec<String> = SETS.iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
