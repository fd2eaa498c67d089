//! What a document says of settings: the names in it, and whether it refers to a page elsewhere for them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// Names looked at of one file.
const MOST: usize = 20_000;

/// One document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Words in capitals: every name of a setting is one.
    pub(super) words: BTreeSet<String>,
    /// Address of a page about settings that is not in the repository.
    pub(super) elsewhere: Option<String>,
}

pub(super) fn read(bytes: &[u8]) -> Written {
    let text = String::from_utf8_lossy(bytes);
    Written { words: words(bytes), elsewhere: page_elsewhere(&text) }
}

fn words(text: &[u8]) -> BTreeSet<String> {
    let goes_on = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let runs = text.split(|byte| !goes_on(byte)).filter(|run| run.len() >= 2);
    // A name begins with a letter, whatever stands before it.
    let named = runs.filter_map(|run| run.get(run.iter().position(u8::is_ascii_uppercase)?..));
    let names: BTreeSet<&[u8]> = named.filter(|name| name.len() >= 2).take(MOST).collect();
    names.into_iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

fn page_elsewhere(text: &str) -> Option<String> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        let about = r"(?:config|configuring|configuration|settings?|environment[ _-]variables?|env[ _-]vars?|options)";
        let named = format!(r"(?i)\[[^\]\n]{{0,80}}\b{about}\b[^\]\n]{{0,80}}\]\((https?://[^\s)]+)\)");
        let addressed = format!(r"(https?://[^\s)\]>]+[/#_-]{about}\b[^\s)\]>]*)");
        Regex::new(&format!("{named}|{addressed}")).expect("a fixed pattern")
    });
    let link = LINK.captures(text)?;
    link.get(1).or_else(|| link.get(2)).map(|url| url.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_about_settings_is_told_by_its_name_or_its_address() {
        let elsewhere = page_elsewhere;
        assert_eq!(elsewhere("[Configuration](https://a.test/c)"), Some("https://a.test/c".to_owned()));
        assert_eq!(
            elsewhere("see https://a.test/docs/configuration.html"),
            Some("https://a.test/docs/configuration.html".to_owned())
        );
        assert_eq!(elsewhere("[home](https://a.test) and [configuration](docs/config.md)"), None);
    }
}
