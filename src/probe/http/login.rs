//! Logging in: one POST whose answer gives a token or cookies.

use bytes::Bytes;
use serde_json::Value as Json;

use super::fetch::{Address, Choice, Fetch, aim_as};
use super::jar::{Jar, lines};
use super::round::body_text;
use crate::model::Unknown;
use crate::model::target::{Credential, Login};
use crate::world::net::{Reply, Url};
use crate::world::{Deadline, World};

/// What a login gave.
#[derive(Clone)]
pub(crate) struct Session {
    /// How to present oneself from now on.
    pub(crate) credential: Credential,
    /// What must never be shown.
    pub(crate) secrets: Vec<String>,
    /// Lines of `Set-Cookie` of the answer.
    pub(crate) lines: Vec<String>,
    /// Seconds that a token is good for, as the answer says beside it (RFC 6749 §5.1).
    pub(crate) expires_in: Option<i64>,
}

/// Logs in; `brought` is the line of `Cookie` that the visitor has already. Unknown when that fails: then nothing can be
/// said about what a user sees.
pub(super) async fn log_in(
    login: &Login,
    target: &str,
    world: &World,
    until: Deadline,
    brought: Option<&str>,
) -> Result<Session, Unknown> {
    let (kind, body) = encoded(login);
    let brought = brought.map(|line| ("cookie".to_owned(), line.to_owned()));
    let headers = std::iter::once(("content-type".to_owned(), kind.to_owned())).chain(brought).collect();
    let fetch = Fetch {
        address: &Address::Target { name: target.to_owned(), path: login.path.clone() },
        method: "POST",
        headers: &headers,
        body: None,
        credentials: &Choice::None,
        redirects: 0,
    };
    let aim = aim_as(&fetch, world, None)?;
    let no = |why: String| Unknown::because(format!("the login at `{}` {why}", login.path));
    let reply = aim.ask("POST", Some(Bytes::from(body)), until).await;
    let reply = reply.map_err(|failure| no(format!("was not answered: {failure}")))?;
    if reply.status >= 400 {
        return Err(no(format!("answered {}", reply.status)));
    }
    match &login.token {
        Some(path) => {
            let token = token(&reply, path).ok_or_else(|| no(format!("gave no text at `body.{path}`")))?;
            let (lines, expires_in) = (lines(&reply).map(str::to_owned).collect(), expires_in(&reply, path));
            Ok(Session { credential: Credential::Bearer(token.clone()), secrets: vec![token], lines, expires_in })
        }
        None => {
            let mut jar = Jar::default();
            jar.take(lines(&reply));
            let Some(line) = jar.line() else {
                return Err(no("set no cookie; name the token's place with `token: body.…`".to_owned()));
            };
            let secrets = jar.iter().map(|(_, value)| value.to_owned()).collect();
            let lines = lines(&reply).map(str::to_owned).collect();
            Ok(Session { credential: Credential::Cookie(line), secrets, lines, expires_in: None })
        }
    }
}

fn encoded(login: &Login) -> (&'static str, String) {
    if login.json {
        return ("application/json", serde_json::to_string(&login.fields).unwrap_or_default());
    }
    ("application/x-www-form-urlencoded", form(&login.fields))
}

/// Fields as a form sends them (WHATWG URL, `application/x-www-form-urlencoded`).
pub(crate) fn form<'a>(fields: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let Ok(mut url) = Url::parse("http://form.invalid/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

fn token(reply: &Reply, path: &str) -> Option<String> {
    let json: Json = serde_json::from_str(&body_text(reply)).ok()?;
    let value = path.split('.').try_fold(&json, |value, key| value.get(key))?;
    value.as_str().filter(|token| !token.is_empty()).map(str::to_owned)
}

/// `expires_in` beside the token.
fn expires_in(reply: &Reply, path: &str) -> Option<i64> {
    let json: Json = serde_json::from_str(&body_text(reply)).ok()?;
    let beside = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let parent = beside.split('.').filter(|key| !key.is_empty()).try_fold(&json, |value, key| value.get(key))?;
    parent.get("expires_in")?.as_i64()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn fields_are_encoded_as_forms_are() {
        let fields =
            BTreeMap::from([("user".to_owned(), "ada".to_owned()), ("pass".to_owned(), "a&b=c d+é".to_owned())]);
        assert_eq!(form(&fields), "pass=a%26b%3Dc+d%2B%C3%A9&user=ada");
    }
}
