//! Reports that other programs wrote: where they lie, whether they are of the code as it is now. What they say is read
//! by the probes that name them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;

use super::{Look, folder};
use crate::model::Unknown;
use crate::world::artefact::{self, Artefact};
use crate::world::git;
use crate::world::net::{Inflated, inflate};

/// Larger reports are not read.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Most bytes of all reports of one observation.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// Most files of one observation.
const MOST_FILES: usize = 5_000;
/// Commits up to HEAD that a report may name.
const RECENT: usize = 21;
/// What is not certain about a report that says it was written later than now.
pub(super) const AHEAD: &str = "its time lies ahead of this machine's clock";
/// Clocks may differ by this much, in seconds.
const SKEW_S: i64 = 300;
/// A time without a zone may be off by this much: the zones in use lie between UTC−12 and UTC+14.
const ZONE_S: i64 = 14 * 3600;

/// Of a report that says no time of its own and that git tracks.
const COMMITTED: &str = "as old as its last commit";

/// When a report says it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Seconds since 1970; as if UTC when no zone is given.
    pub(super) second: i64,
    /// Whether it names its zone.
    pub(super) zoned: bool,
}

impl Written {
    /// `2026-05-01T10:00:00Z`, `2026-05-01T10:00:00+02:00`, `2026-05-01T10:00:00`, `Fri, 1 May 2026 10:00:00`.
    pub(super) fn parse(text: &str) -> Option<Written> {
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Written { second: at.as_second(), zoned: true });
        }
        let spelled = || jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S", text);
        let local = text.parse::<jiff::civil::DateTime>().or_else(|_| spelled()).ok()?;
        let at = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Some(Written { second: at.as_second(), zoned: false })
    }

    /// Seconds since 1970.
    pub(super) fn epoch(second: i64) -> Written {
        Written { second, zoned: true }
    }
}

/// The files that `report` names, by path; unknown when there is none or too much.
pub(super) fn find(look: &Look<'_>, report: &str) -> Result<Vec<Artefact>, Unknown> {
    let found = artefact::find(look.swept.tree(), &folder::join(look.folder, report))?;
    if found.is_empty() {
        return Err(Unknown::because(format!("no report: nothing is at `{report}`")));
    }
    if found.len() > MOST_FILES {
        return Err(Unknown::because(format!("{} reports match; at most {MOST_FILES} are read", found.len())));
    }
    if found.iter().map(|file| file.size).sum::<u64>() > MOST_BYTES {
        return Err(Unknown::because(format!("the reports have more than {} MiB together", MOST_BYTES >> 20)));
    }
    Ok(found)
}

/// The bytes of one, unpacked where it is gzip.
pub(super) fn read(look: &Look<'_>, file: &Artefact) -> Result<Arc<[u8]>, Unknown> {
    if look.until.is_over() {
        return Err(Unknown::because("the reports took too long to read"));
    }
    let bytes = look.swept.read(&file.path, LARGEST)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unknown::because(format!("`{}` is empty", file.path)));
    }
    if bytes.starts_with(GZIP) { unpacked(&file.path, &bytes) } else { Ok(bytes) }
}

/// RFC 1952 §2.3.1.
const GZIP: &[u8] = &[0x1f, 0x8b];

fn unpacked(path: &str, bytes: &[u8]) -> Result<Arc<[u8]>, Unknown> {
    let most = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    match inflate("gzip", bytes, most) {
        Inflated::Whole(content) => Ok(content.into()),
        Inflated::TooLong(_) => Err(Unknown::because(format!("`{path}` unpacks to more than {} MiB", LARGEST >> 20))),
        Inflated::Unreadable(_) => Err(Unknown::because(format!("`{path}` is broken gzip"))),
    }
}

/// Text of a report: UTF-8, UTF-16 with its mark, else Latin-1, so that names stay readable and nothing is refused.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let wide = |order: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes[2..].as_chunks::<2>();
        String::from_utf16_lossy(&pairs.iter().map(|pair| order(*pair)).collect::<Vec<u16>>())
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
            }
        }
    }
}

/// What tells a file that was written again from one that was not: time of change to the nanosecond, and size.
type Stamp = (Option<SystemTime>, u64);

/// How the files looked before a command ran.
pub(super) struct Before(BTreeMap<String, Stamp>);

impl Before {
    /// Looks at what is there now; nothing being there is fine.
    pub(super) fn look(look: &Look<'_>, report: &str) -> Result<Before, Unknown> {
        let found = artefact::find(look.swept.tree(), &folder::join(look.folder, report))?;
        Ok(Before(found.iter().map(|file| (file.path.clone(), stamp(look, file))).collect()))
    }

    /// Whether a file is new or was written since.
    pub(super) fn changed(&self, look: &Look<'_>, file: &Artefact) -> bool {
        self.0.get(&file.path) != Some(&stamp(look, file))
    }
}

fn stamp(look: &Look<'_>, file: &Artefact) -> Stamp {
    let full = look.swept.tree().locate(&file.path).ok().flatten();
    let metadata = full.and_then(|full| std::fs::metadata(full).ok());
    (metadata.as_ref().and_then(|found| found.modified().ok()), metadata.map_or(0, |found| found.len()))
}

/// What reports are compared with: when HEAD was committed.
pub(super) struct Freshness {
    /// Seconds since 1970; `None` outside a git repository.
    head: Option<i64>,
    /// Whether file times say when a checkout or a download was, not when a report was written.
    ci: bool,
}

/// The age of a report that is not older than HEAD.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fresh {
    /// By its own time or, outside CI, by that of its file.
    pub(super) age_s: Option<u64>,
    /// What is not certain about it; empty when nothing is.
    pub(super) doubt: &'static str,
}

impl Fresh {
    fn by_its_own(look: &Look<'_>, own: Written) -> Fresh {
        let age_s = u64::try_from(look.world.now.as_second().saturating_sub(own.second)).ok();
        Fresh { age_s, doubt: if age_s.is_none() { AHEAD } else { "" } }
    }
}

impl Freshness {
    /// As after a commit at `head`.
    #[cfg(test)]
    pub(super) fn after(head: i64, ci: bool) -> Freshness {
        Freshness { head: Some(head), ci }
    }

    /// Asks git once.
    pub(super) async fn ask(look: &Look<'_>) -> Result<Freshness, Unknown> {
        let head = match look.swept.tree().root() {
            Some(_) => git::head_at(look.world, look.until.left()).await?,
            None => None,
        };
        let ci = look.world.environment.get("CI").is_some_and(|value| !matches!(value.as_str(), "" | "false" | "0"));
        Ok(Freshness { head, ci })
    }

    /// Whether a report is of the code as it is now; unknown with both times when it is older.
    pub(super) async fn of(&self, look: &Look<'_>, file: &Artefact, own: Option<Written>) -> Result<Fresh, Unknown> {
        let now = look.world.now.as_second();
        let age = |second: i64| u64::try_from(now.saturating_sub(second)).ok();
        let Some(head) = self.head else {
            return Ok(Fresh { age_s: own.and_then(|own| age(own.second)), doubt: "no commit to compare it with" });
        };
        let margin = own.map_or(0, |own| if own.zoned { 0 } else { ZONE_S });
        if let Some(own) = own {
            if own.second.saturating_add(margin) < head {
                return Err(older(&file.path, own.second, head));
            }
            if own.second.saturating_sub(margin) >= head {
                return Ok(Fresh::by_its_own(look, own));
            }
        }
        if let Some(second) = committed(look, file).await? {
            if second < head {
                return Err(older(&file.path, second, head));
            }
            return Ok(Fresh { age_s: age(second), doubt: COMMITTED });
        }
        if self.ci {
            let doubt = if own.is_some() { "its time names no zone" } else { "it does not say when it was written" };
            return Ok(Fresh { age_s: None, doubt });
        }
        if file.modified < head {
            return Err(older(&file.path, file.modified, head));
        }
        Ok(Fresh { age_s: age(file.modified), doubt: "age by the file system" })
    }

    /// The age of a report that names a recent commit: it is fresh whatever its time.
    pub(super) fn named(&self, look: &Look<'_>, own: Option<Written>) -> Fresh {
        own.map_or(Fresh { age_s: None, doubt: "" }, |own| Fresh::by_its_own(look, own))
    }

    /// Whether a report is no older than `most` seconds, whatever was committed since; unknown with its age when it is, or
    /// when it says that it was written later than now.
    pub(super) async fn within(
        &self,
        look: &Look<'_>,
        file: &Artefact,
        own: Option<Written>,
        most: u64,
    ) -> Result<Fresh, Unknown> {
        let committed = if own.is_none() { committed(look, file).await? } else { None };
        let (second, doubt) = match (own, committed) {
            (Some(own), _) => (own.second, ""),
            (None, Some(second)) => (second, COMMITTED),
            (None, None) if self.ci => return Ok(Fresh { age_s: None, doubt: "it does not say when it was written" }),
            (None, None) => (file.modified, "age by the file system"),
        };
        let margin = own.map_or(0, |own| if own.zoned { 0 } else { ZONE_S });
        let age = look.world.now.as_second().saturating_sub(second);
        if own.is_some() && age.saturating_add(margin) < -SKEW_S {
            return Err(Unknown::because(format!("the age of `{}` is not known: {AHEAD}", file.path)));
        }
        if age.saturating_sub(margin) > i64::try_from(most).unwrap_or(i64::MAX) {
            let days = age / 86_400;
            return Err(Unknown::because(format!("`{}` is {days} days old, more than `max_age`", file.path)));
        }
        Ok(Fresh { age_s: u64::try_from(age).ok(), doubt })
    }

    /// Whether the commit that a report names is HEAD or one of the last before it: then it is fresh, else unknown.
    pub(super) async fn of_commit(look: &Look<'_>, file: &Artefact, commit: &str) -> Result<(), Unknown> {
        let recent = git::recent(look.world, RECENT, look.until.left()).await?;
        let known = commit.len() >= 7 && recent.iter().any(|full| full.starts_with(commit));
        if known {
            return Ok(());
        }
        let commit: String = commit.chars().take(12).collect();
        Err(Unknown::because(format!("`{}` is of commit `{commit}`, not one of the last {RECENT}", file.path)))
    }
}

/// When a report was committed last, if git tracks it and it is as it was committed: then its file is as old as the
/// checkout. `Ok(None)` for any other.
async fn committed(look: &Look<'_>, file: &Artefact) -> Result<Option<i64>, Unknown> {
    let tree = look.swept.tree();
    if !tree.find(&file.path).is_some_and(|id| tree.entry(id).tracked) {
        return Ok(None);
    }
    let content = git::committed_content(look.world, &file.path, look.until.left()).await?;
    let now = look.swept.read(&file.path, LARGEST)?;
    if content.as_deref() != Some(&*now) {
        return Ok(None);
    }
    git::committed_at(look.world, &file.path, look.until.left()).await
}

fn older(path: &str, written: i64, head: i64) -> Unknown {
    let shown = |second| Timestamp::from_second(second).map(|at| at.strftime("%F %R").to_string()).unwrap_or_default();
    let (written, head) = (shown(written), shown(head));
    Unknown::because(format!("`{path}` is of {written}, older than the last commit of {head} UTC"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::sample::with_look;
    use super::*;

    const HEAD: i64 = 1_000_000_000;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    fn judged(own: Option<Written>, modified: i64, ci: bool) -> Result<Fresh, Unknown> {
        let file = Artefact { path: "r.xml".to_owned(), size: 1, modified };
        with_look(&[("r.xml", "x")], |look| wait(Freshness { head: Some(HEAD), ci }.of(&look, &file, own)))
    }

    #[test]
    fn a_report_with_a_zone_is_compared_to_the_second() {
        assert_eq!(judged(Some(Written::epoch(HEAD)), 0, true).unwrap().doubt, "");
        let stale = judged(Some(Written::epoch(HEAD - 1)), HEAD + 9, false).unwrap_err();
        assert_eq!(stale.0, "`r.xml` is of 2001-09-09 01:46, older than the last commit of 2001-09-09 01:46 UTC");
    }

    #[test]
    fn a_time_without_a_zone_decides_only_beyond_fourteen_hours() {
        let at = |hours: i64| Some(Written { second: HEAD + hours * 3600, zoned: false });
        assert!(judged(at(-15), HEAD, false).is_err());
        assert_eq!(judged(at(15), 0, false).unwrap().doubt, "");
        assert_eq!(judged(at(1), 0, true).unwrap().doubt, "its time names no zone");
        assert!(judged(at(1), HEAD - 1, false).is_err(), "outside CI the file's time decides");
    }

    #[test]
    fn file_times_are_not_used_in_ci() {
        assert_eq!(judged(None, 0, true).unwrap().age_s, None);
        assert!(judged(None, 0, false).is_err());
        assert_eq!(judged(None, HEAD, false).unwrap().doubt, "age by the file system");
    }

    #[test]
    fn a_report_may_be_as_old_as_the_spec_says() {
        let now = with_look(&[], |look| look.world.now.as_second());
        let aged = |own: Option<Written>, ci: bool| {
            let file = Artefact { path: "r".to_owned(), size: 1, modified: now - 5 };
            with_look(&[("r", "x")], |look| wait(Freshness { head: None, ci }.within(&look, &file, own, 86_400)))
        };
        assert_eq!(aged(Some(Written::epoch(now - 86_400)), true).unwrap().age_s, Some(86_400));
        let old = aged(Some(Written::epoch(now - 3 * 86_400)), true).unwrap_err();
        assert_eq!(old.0, "`r` is 3 days old, more than `max_age`");
        assert_eq!(aged(None, false).unwrap().age_s, Some(5));
        let ahead = aged(Some(Written::epoch(now + 3_600)), false).unwrap_err();
        assert_eq!(ahead.0, "the age of `r` is not known: its time lies ahead of this machine's clock");
        assert!(aged(Some(Written { second: now + 3_600, zoned: false }), true).is_ok(), "of another zone");
        let unsaid = aged(None, true).unwrap();
        assert_eq!((unsaid.age_s, unsaid.doubt), (None, "it does not say when it was written"));
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let zoned = Written::parse("2001-09-09T01:46:40.5+00:00");
        assert_eq!(zoned, Some(Written { second: HEAD, zoned: true }));
        assert_eq!(Written::parse("2001-09-09T01:46:40"), Some(Written { second: HEAD, zoned: false }));
        assert_eq!(Written::parse("Sun, 09 Sep 2001 01:46:40"), Some(Written { second: HEAD, zoned: false }));
        assert_eq!(Written::parse("yesterday"), None);
    }

    #[test]
    fn texts_are_read_whatever_their_encoding() {
        assert_eq!(text_of(b"\xef\xbb\xbfa"), "a");
        assert_eq!(text_of(b"\xff\xfe<\0a\0"), "<a");
        assert_eq!(text_of(b"caf\xe9"), "caf\u{e9}");
    }
}
