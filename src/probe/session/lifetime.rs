//! How long a session says to last: its cookie, its token, or the answer that gave it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie_store::RawCookie;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::model::target::Credential;
use crate::model::{Exact, Fact, Value};
use crate::probe::cookies::{kept_for, names_session};
use crate::probe::http::login::Session;

/// By its own word, at this moment.
pub(super) fn of(session: &Session, now: Timestamp) -> Fact {
    let seconds = match &session.credential {
        Credential::Bearer(token) => expiry(token).map(|at| at - now.as_second()).or(session.expires_in),
        _ => Some(of_cookies(&session.lines, now)),
    };
    match seconds {
        Some(seconds) => Fact::Present(Value::Number(Exact::whole(seconds.max(0)))),
        None => Fact::Unobserved("the token does not say when it ends".to_owned()),
    }
}

/// The longest of the cookies that stand for a session by their name; of all of them when none does.
fn of_cookies(lines: &[String], now: Timestamp) -> i64 {
    let cookies: Vec<RawCookie<'_>> = lines.iter().filter_map(|line| RawCookie::parse(line.as_str()).ok()).collect();
    let named = cookies.iter().filter(|cookie| names_session(cookie.name()));
    let longest = named.map(|cookie| of_cookie(cookie, now)).max();
    longest.or_else(|| cookies.iter().map(|cookie| of_cookie(cookie, now)).max()).unwrap_or(0)
}

/// A JWT ends when it says so, however long the cookie is kept.
fn of_cookie(cookie: &RawCookie<'_>, now: Timestamp) -> i64 {
    expiry(cookie.value()).map(|at| at - now.as_second()).or_else(|| kept_for(cookie, now)).unwrap_or(0)
}

/// `exp` of a JWT (RFC 7519 §4.1.4); its signature is for others to verify.
fn expiry(token: &str) -> Option<i64> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let exp = claims.get("exp")?;
    exp.as_i64().or_else(|| exp.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_700_000_000).unwrap()
    }

    fn cookies(lines: &[&str]) -> i64 {
        of_cookies(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>(), now())
    }

    /// `{"alg":"none"}` and the claims given, without a signature that means anything.
    fn jwt(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.x", part("{\"alg\":\"none\"}"), part(claims))
    }

    #[test]
    fn a_cookie_lasts_as_long_as_it_says_and_without_a_word_as_long_as_the_browser() {
        assert_eq!(cookies(&["sid=abc; Max-Age=3600; Expires=Wed, 15 Nov 2023 22:13:20 GMT"]), 3600);
        assert_eq!(cookies(&["sid=abc; Expires=Wed, 15 Nov 2023 22:13:20 GMT"]), 86_400);
        assert_eq!(cookies(&["sid=abc; Path=/"]), 0);
        assert_eq!(
            cookies(&["theme=dark; Max-Age=99999999", "session=abc; Max-Age=60"]),
            60,
            "a setting is no session"
        );
        assert_eq!(cookies(&["who=abc; Max-Age=60"]), 60);
    }

    #[test]
    fn a_token_ends_when_its_claims_say_so() {
        assert_eq!(expiry(&jwt("{\"exp\": 1700003600}")), Some(1_700_003_600));
        assert_eq!(cookies(&[&format!("token={}; Max-Age=99999999", jwt("{\"exp\": 1700000060}"))]), 60);
        for other in ["opaque", "a.b", "a.b.c", &jwt("{\"sub\": 1}"), &jwt("{\"exp\": {}}")] {
            assert_eq!(expiry(other), None, "{other}");
        }
    }
}
