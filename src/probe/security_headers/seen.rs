//! What a scan saw: the answers over http and https, and how it got to them.

use serde_json::Value as Json;

use crate::world::net::{Reply, Url};

/// Headers of which a client keeps the first line; of all others it joins the lines with commas (RFC 9110 §5.3).
const FIRST_LINE: &[&str] =
    &["age", "content-length", "content-type", "etag", "expires", "last-modified", "location", "retry-after", "server"];

/// Media types that hold a page.
const HTML: &[&str] = &["text/html", "application/xhtml+xml"];

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text, which may be a page.
    Text(String),
    /// JSON that is no text, under whatever type it came: a page reader cannot read it.
    Structured,
}

impl Content {
    /// What a client that tries JSON first makes of a body.
    pub(super) fn of(body: &[u8]) -> Content {
        let text = String::from_utf8_lossy(body);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match serde_json::from_str::<Json>(text) {
            Ok(Json::String(inner)) => Content::Text(inner),
            Ok(Json::Null | Json::Bool(false)) => Content::Text(String::new()),
            Ok(Json::Number(number)) if number.as_f64() == Some(0.0) => Content::Text(String::new()),
            Ok(Json::Array(items)) if items.is_empty() => Content::Text(String::new()),
            Ok(_) => Content::Structured,
            Err(_) => Content::Text(text.to_owned()),
        }
    }
}

/// An answer at the end of a chain of redirects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Status code.
    pub(super) status: u16,
    /// Header lines, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// Its body.
    pub(super) content: Content,
}

impl Answer {
    /// A header as clients hand it on: lines joined, or the first one.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        joined(&self.headers, name)
    }

    /// Lines of a header, apart.
    pub(super) fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Its media type, exactly as written before the first `;`.
    pub(super) fn media_type(&self) -> Option<String> {
        let header = self.header("content-type").filter(|value| !value.is_empty())?;
        header.split(';').next().map(str::to_owned)
    }

    /// Whether its type says it is a page.
    pub(super) fn is_html(&self) -> bool {
        self.media_type().is_some_and(|kind| HTML.contains(&kind.as_str()))
    }
}

/// A header of a reply as clients hand it on.
pub(super) fn joined(headers: &[(String, String)], name: &str) -> Option<String> {
    let mut lines = headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let first = lines.next()?;
    let more = lines.filter(|_| !FIRST_LINE.contains(&name));
    Some(std::iter::once(first).chain(more).collect::<Vec<_>>().join(", "))
}

/// One hop of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// What was asked.
    pub(super) url: Url,
    /// `Set-Cookie` lines of its answer.
    pub(super) cookies: Vec<String>,
    /// Whether its answer had a Strict-Transport-Security header.
    pub(super) hsts: bool,
    /// Whether its answer is a permanent redirect (301, 308; RFC 9110 §15.4): clients then ask https by themselves.
    pub(super) permanent: bool,
}

/// A visit that led to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    /// Everything that was asked, in order.
    pub(super) hops: Vec<Hop>,
    /// The last answer.
    pub(super) answer: Answer,
    /// Whether every certificate on the way was valid.
    pub(super) verified: bool,
}

/// What was seen of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// Its host, in lower case.
    pub(super) host: String,
    /// The visit that began with http; `None` when nothing answered.
    pub(super) http: Option<Visit>,
    /// Whether http was asked at all.
    pub(super) http_asked: bool,
    /// The visit that began with https.
    pub(super) https: Option<Visit>,
    /// Headers of the answer to a CORS preflight, if it was accepted.
    pub(super) preflight: Option<Vec<(String, String)>>,
    /// The answer over https to a page that cannot exist; asked for only where the one that exists sends HSTS.
    pub(super) nowhere: Option<Answer>,
    /// The page once more; asked for only where its policy has a nonce.
    pub(super) again: Option<Answer>,
}

impl Scan {
    /// The visit that counts: over https where that answers.
    pub(super) fn visit(&self) -> Option<&Visit> {
        self.https.as_ref().or(self.http.as_ref())
    }
}

/// Header lines of a reply.
pub(super) fn headers_of(reply: &Reply) -> Vec<(String, String)> {
    reply.headers.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_bodies_are_no_pages() {
        for (body, expected) in [
            ("123", Content::Structured),
            ("{\"a\": 1}", Content::Structured),
            ("\"<p>\"", Content::Text("<p>".into())),
            ("0", Content::Text(String::new())),
            ("\u{feff}<p>", Content::Text("<p>".into())),
        ] {
            assert_eq!(Content::of(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn lines_are_joined_but_for_headers_that_stand_once() {
        let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = [line("x-a", "1"), line("content-type", "a"), line("x-a", "2"), line("content-type", "b")];
        assert_eq!(joined(&headers, "x-a").as_deref(), Some("1, 2"));
        assert_eq!(joined(&headers, "content-type").as_deref(), Some("a"));
        assert_eq!(joined(&headers, "x-b"), None);
    }
}
