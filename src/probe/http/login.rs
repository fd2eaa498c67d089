//! Logging in: one POST whose answer gives a token or cookies.

use std::collections::BTreeMap;

use bytes::Bytes;
use cookie_store::RawCookie;
use serde_json::Value as Json;

use super::fetch::{Address, Choice, Fetch, aim_as};
use super::round::body_text;
use crate::model::Unknown;
use crate::model::target::{Credential, Login};
use crate::world::net::{Reply, Url};
use crate::world::{Deadline, World};

/// What a login gave.
pub(super) struct Session {
    /// How to present oneself from now on.
    pub(super) credential: Credential,
    /// What must never be shown.
    pub(super) secrets: Vec<String>,
}

/// Logs in. Unknown when that fails: then nothing can be said about what a user sees.
pub(super) async fn log_in(login: &Login, target: &str, world: &World, until: Deadline) -> Result<Session, Unknown> {
    let (kind, body) = encoded(login);
    let fetch = Fetch {
        address: &Address::Target { name: target.to_owned(), path: login.path.clone() },
        method: "POST",
        headers: &BTreeMap::from([("content-type".to_owned(), kind.to_owned())]),
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
            Ok(Session { credential: Credential::Bearer(token.clone()), secrets: vec![token] })
        }
        None => {
            let cookies = cookies(&reply);
            if cookies.is_empty() {
                return Err(no("set no cookie; name the token's place with `token: body.…`".to_owned()));
            }
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let secrets = cookies.into_iter().map(|(_, value)| value).collect();
            Ok(Session { credential: Credential::Cookie(pairs.join("; ")), secrets })
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

fn cookies(reply: &Reply) -> Vec<(String, String)> {
    let lines = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
    let parsed = lines.filter_map(|(_, line)| RawCookie::parse(line.clone()).ok());
    parsed
        .filter(|cookie| !cookie.value().is_empty())
        .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded_as_forms_are() {
        let fields =
            BTreeMap::from([("user".to_owned(), "ada".to_owned()), ("pass".to_owned(), "a&b=c d+é".to_owned())]);
        assert_eq!(form(&fields), "pass=a%26b%3Dc+d%2B%C3%A9&user=ada");
    }
}
