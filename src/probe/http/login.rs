//! Logging in: one POST whose answer gives a token or cookies, after the page that its form stands on where that is named.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value as Json;

use super::fetch::{Address, Choice, Fetch, aim_as};
use super::jar::{Jar, lines};
use super::own_page::{Sent, is_token_cookie};
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
    let mut jar = brought.map(Jar::sent).unwrap_or_default();
    let at = At { login, target, world, until };
    let sent = match &login.page {
        Some(page) => at.page(page, &mut jar).await?,
        None => Sent::default(),
    };
    let reply = at.post(&sent, &jar).await?;
    jar.take(lines(&reply));
    let lines: Vec<String> = lines(&reply).map(str::to_owned).collect();
    match &login.token {
        Some(path) => {
            let token = token(&reply, path).ok_or_else(|| at.no(&format!("gave no text at `body.{path}`")))?;
            let expires_in = expires_in(&reply, path);
            Ok(Session { credential: Credential::Bearer(token.clone()), secrets: vec![token], lines, expires_in })
        }
        None => {
            // who is led on after a login may have been given the cookie by its page
            let is_led_on = login.page.is_some() && (300..400).contains(&reply.status);
            let is_set = is_led_on || lines.iter().any(|line| !is_token_cookie(line));
            let Some(line) = jar.line().filter(|_| is_set) else {
                return Err(at.no("set no cookie; name the token's place with `token: body.…`"));
            };
            let secrets = jar.iter().map(|(_, value)| value.to_owned()).collect();
            Ok(Session { credential: Credential::Cookie(line), secrets, lines, expires_in: None })
        }
    }
}

/// Requests that a login sends: one, and one more for the page of its form.
pub(super) fn requests(login: &Login) -> u64 {
    1 + u64::from(login.page.is_some())
}

/// A login at its place.
struct At<'a> {
    login: &'a Login,
    target: &'a str,
    world: &'a World,
    until: Deadline,
}

impl At<'_> {
    fn no(&self, why: &str) -> Unknown {
        Unknown::because(format!("the login at `{}` {why}", self.login.path))
    }

    async fn ask(
        &self,
        (method, path): (&str, &str),
        headers: BTreeMap<String, String>,
        body: Option<String>,
    ) -> Result<Reply, Unknown> {
        let fetch = Fetch {
            address: &Address::Target { name: self.target.to_owned(), path: path.to_owned() },
            method,
            headers: &headers,
            body: None,
            credentials: &Choice::None,
            redirects: 0,
        };
        let aim = aim_as(&fetch, self.world, None)?;
        let reply = aim.ask(method, body.map(Bytes::from), self.until).await;
        let reply = reply.map_err(|failure| self.no(&format!("was not answered: {failure}")))?;
        if reply.status >= 400 {
            return Err(self.no(&format!("answered {}", reply.status)));
        }
        Ok(reply)
    }

    /// What the page of the form gives: cookies into the jar, fields and headers to send.
    async fn page(&self, page: &str, jar: &mut Jar) -> Result<Sent, Unknown> {
        let headers = jar.line().map(|line| ("cookie".to_owned(), line)).into_iter().collect();
        let reply = self.ask(("GET", page), headers, None).await?;
        jar.take(lines(&reply));
        Ok(Sent::by_page(&body_text(&reply), jar))
    }

    async fn post(&self, sent: &Sent, jar: &Jar) -> Result<Reply, Unknown> {
        let (kind, body) = encoded(self.login, sent);
        let mut headers: BTreeMap<String, String> = sent.headers.iter().cloned().collect();
        headers.insert("content-type".to_owned(), kind.to_owned());
        headers.extend(jar.line().map(|line| ("cookie".to_owned(), line)));
        // frameworks that check a token look where the form stood, too
        headers.extend(self.login.page.as_ref().and_then(|page| Some(("referer".to_owned(), self.address(page)?))));
        self.ask(("POST", &self.login.path), headers, Some(body)).await
    }

    fn address(&self, path: &str) -> Option<String> {
        let url = self.world.targets.get(self.target)?.url.as_ref().ok()?;
        Some(format!("{}{path}", url.trim_end_matches('/')))
    }
}

fn encoded(login: &Login, sent: &Sent) -> (&'static str, String) {
    if login.json {
        return ("application/json", serde_json::to_string(&login.fields).unwrap_or_default());
    }
    let fields: BTreeMap<&String, &String> = sent.fields.iter().chain(&login.fields).collect();
    ("application/x-www-form-urlencoded", form(fields))
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
    use super::*;

    #[test]
    fn fields_are_encoded_as_forms_are() {
        let fields =
            BTreeMap::from([("user".to_owned(), "ada".to_owned()), ("pass".to_owned(), "a&b=c d+é".to_owned())]);
        assert_eq!(form(&fields), "pass=a%26b%3Dc+d%2B%C3%A9&user=ada");
    }
}
