//! Test `subresource-integrity`: where a page loads its scripts from, and whether their content is pinned.

use super::domain;
use super::page::{Page, Script};
use super::scored::{Algorithm, Scored, integrity};
use super::seen::{Answer, Content};
use crate::world::net::Url;

/// Of results that apply the last one of this list counts.
const ORDER: &[Scored] =
    &[integrity::ALL, integrity::EXTERNAL, integrity::INSECURE, integrity::NONE_SECURE, integrity::NONE_INSECURE];

/// Where a script comes from, as its address is written.
enum Origin {
    /// The site itself: a relative address, or one below the same registrable domain; and whether over https.
    Own { secure: bool },
    /// Somebody else, and whether over https.
    External { secure: bool },
}

/// What the scripts of a page are worth. `Err` when an address cannot be read, which no result stands for.
pub(super) fn scored(
    answer: &Answer,
    page: &Page,
    (host, https): (&str, bool),
    algorithm: Algorithm,
) -> Result<Scored, String> {
    if !is_read_as_html(answer, algorithm) {
        return Ok(integrity::NOT_HTML);
    }
    if answer.content == Content::Structured && algorithm != Algorithm::Four {
        return Ok(integrity::UNREADABLE);
    }
    if page.scripts.is_empty() {
        return Ok(integrity::NO_SCRIPTS);
    }
    let (mut worst, mut any_external) = (None, false);
    for (script, src) in page.scripts.iter().filter_map(|script| Some((script, source(script, page, algorithm)?))) {
        let found = match origin(&src, host, https)? {
            Origin::Own { secure } => (script.integrity && secure && worst.is_none()).then_some(integrity::ALL),
            Origin::External { secure } => {
                any_external = true;
                external(script.integrity, secure)
            }
        };
        worst = worse(worst, found);
    }
    Ok(worst.unwrap_or(if any_external { integrity::EXTERNAL } else { integrity::OWN_ORIGIN }))
}

/// Algorithm 4 reads as a page only what says it is one; later ones also what says nothing.
fn is_read_as_html(answer: &Answer, algorithm: Algorithm) -> bool {
    answer.is_html() || (algorithm != Algorithm::Four && answer.media_type().is_none_or(|kind| kind.is_empty()))
}

fn external(pinned: bool, secure: bool) -> Option<Scored> {
    match (pinned, secure) {
        (true, true) => None,
        (true, false) => Some(integrity::INSECURE),
        (false, true) => Some(integrity::NONE_SECURE),
        (false, false) => Some(integrity::NONE_INSECURE),
    }
}

fn worse(old: Option<Scored>, new: Option<Scored>) -> Option<Scored> {
    let rank = |result: &Scored| ORDER.iter().position(|known| known == result);
    match (old, new) {
        (Some(old), Some(new)) if rank(&new) > rank(&old) => Some(new),
        (None, new) => new,
        (old, _) => old,
    }
}

/// The address of a script that has one. Algorithm 4 takes it as a browser resolves it, later ones as it is written.
fn source(script: &Script, page: &Page, algorithm: Algorithm) -> Option<String> {
    let written = script.src.clone()?;
    if algorithm != Algorithm::Four {
        return Some(written).filter(|src| !src.is_empty());
    }
    let base = page.base.as_ref().and_then(|base| Url::parse(base).ok());
    let resolved = match &base {
        Some(base) => base.join(&written).ok(),
        None => Url::parse(&written).ok(),
    };
    Some(resolved.map_or(written, |url| url.to_string())).filter(|src| !src.is_empty())
}

fn origin(src: &str, host: &str, https: bool) -> Result<Origin, String> {
    let protocol_relative = src.starts_with("//") && src.chars().nth(2).is_some_and(|third| third != '/');
    if protocol_relative {
        return Ok(Origin::External { secure: false });
    }
    if !src.starts_with("https://") && !src.starts_with("http://") {
        return Ok(Origin::Own { secure: https });
    }
    let url = Url::parse(src).map_err(|error| format!("the address of a script cannot be read: {error}"))?;
    let secure = url.scheme() == "https";
    let theirs = url.host_str().and_then(domain::registrable);
    Ok(if theirs == domain::registrable(host) { Origin::Own { secure } } else { Origin::External { secure } })
}
