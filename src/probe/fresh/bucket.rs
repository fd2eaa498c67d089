//! Objects of a store that lists them as S3 does (Amazon S3 API Reference, "ListObjectsV2"), page by page.

use jiff::Timestamp;

use super::Item;
use crate::model::Unknown;
use crate::probe::http::fetch::Choice;
use crate::probe::http::round::{Request, Round, body_text};
use crate::probe::xml_walk::{Step, walk};
use crate::world::{Deadline, World};

/// Pages of a thousand objects that are read.
pub(super) const MOST_PAGES: u64 = 20;

/// What is to be listed.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) target: &'a str,
    pub(super) path: &'a str,
    pub(super) prefix: &'a str,
    pub(super) credentials: &'a Choice,
}

/// All objects, and how many requests that took. Unknown when the list is not one, or longer than we read: its newest
/// object may stand on any page.
pub(super) async fn list(wanted: Wanted<'_>, world: &World, until: Deadline) -> Result<(Vec<Item>, u64), Unknown> {
    let mut round = Round::new(world, wanted.target, until)?;
    let mut items = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let more = token.as_ref().map(|token| format!("&continuation-token={}", encoded(token))).unwrap_or_default();
        let path = format!("{}?list-type=2&prefix={}{more}", wanted.path, encoded(wanted.prefix));
        let request = Request::get(&path, wanted.credentials);
        let (reply, _) = round.answer(request).await?;
        if reply.status != 200 {
            return Err(Unknown::because(format!("the list was not given: status {}", reply.status)));
        }
        let page = page(&body_text(&reply)).map_err(|wrong| Unknown::because(format!("the list {wrong}")))?;
        items.extend(page.items);
        match page.next {
            None => return Ok((items, round.requests)),
            next => token = next,
        }
    }
    Err(Unknown::because(format!("more than {MOST_PAGES} thousand objects; name a `prefix`")))
}

/// A value of a query: all but unreserved characters as `%2F` (RFC 3986 §2.1).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let parts =
        text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    parts.collect()
}

/// A part of the list.
#[derive(Debug, Default)]
struct Page {
    items: Vec<Item>,
    /// What to ask the next one with.
    next: Option<String>,
}

fn page(text: &str) -> Result<Page, String> {
    let mut reading = Reading::default();
    walk(text, |step| reading.take(step))?;
    if !reading.is_list {
        return Err("is none of S3: it has no `ListBucketResult`".to_owned());
    }
    if reading.truncated && reading.page.next.is_none() {
        return Err("goes on, and does not say where".to_owned());
    }
    if !reading.truncated {
        reading.page.next = None;
    }
    Ok(reading.page)
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    is_list: bool,
    truncated: bool,
    path: Vec<String>,
    text: String,
    key: String,
    size: Option<u64>,
    modified: Option<i64>,
    page: Page,
}

impl Reading {
    fn take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Open(element) => {
                self.path.push(element.name);
                self.text.clear();
                self.is_list |= self.path == ["ListBucketResult"];
            }
            Step::Text(text) => self.text.push_str(&text),
            Step::Close => {
                let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
                match path.as_slice() {
                    [_, "IsTruncated"] => self.truncated = self.text.trim() == "true",
                    [_, "NextContinuationToken"] => self.page.next = Some(self.text.trim().to_owned()),
                    [_, "Contents", "Key"] => self.key.clone_from(&self.text),
                    [_, "Contents", "Size"] => self.size = self.text.trim().parse().ok(),
                    [_, "Contents", "LastModified"] => {
                        self.modified = self.text.trim().parse::<Timestamp>().ok().map(Timestamp::as_second);
                    }
                    [_, "Contents"] => self.end_object()?,
                    _ => {}
                }
                self.path.pop();
                self.text.clear();
            }
        }
        Ok(())
    }

    fn end_object(&mut self) -> Result<(), String> {
        let name = std::mem::take(&mut self.key);
        let (Some(size), Some(modified)) = (self.size.take(), self.modified.take()) else {
            return Err(format!("has an object `{}` without size and time", name.chars().take(80).collect::<String>()));
        };
        self.page.items.push(Item { modified, name, size });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const PAGE: &str = r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
        <Name>backups</Name><IsTruncated>true</IsTruncated><NextContinuationToken>a+b/=</NextContinuationToken>
        <Contents><Key>a &amp; b.gz</Key><LastModified>2026-11-20T10:00:00.000Z</LastModified><Size>7</Size></Contents>
        </ListBucketResult>"#;

    #[test]
    fn a_page_gives_its_objects_and_the_way_on() {
        let page = page(PAGE).unwrap();
        assert_eq!(page.items, [Item { modified: 1_795_168_800, name: "a & b.gz".into(), size: 7 }]);
        assert_eq!(page.next.as_deref(), Some("a+b/="));
        assert_eq!(encoded("a+b/="), "a%2Bb%2F%3D");
    }

    #[test]
    fn what_is_no_list_is_not_an_empty_one() {
        assert!(page("<Error><Code>AccessDenied</Code></Error>").unwrap_err().contains("none of S3"));
        assert!(page("<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>").is_err());
        let lost = PAGE.replace("<NextContinuationToken>a+b/=</NextContinuationToken>", "");
        assert!(page(&lost).unwrap_err().contains("does not say where"));
    }
}
