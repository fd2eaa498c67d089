//! Words of other languages for what the catalog measures: `glossary.txt` is the data, this puts the catalog's words in their
//! place. Which rule they mean is left to `fitting`.

use std::sync::LazyLock;

/// A text in the words of the catalog, and what stood there in its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    /// Lower case, with the words of the catalog where it knows them.
    pub(super) text: String,
    /// The words of the catalog, and the phrase that stood there.
    said: Vec<(&'static str, &'static str)>,
}

impl Spoken {
    /// The words of the text itself for the words of a rule.
    pub(super) fn own<'a>(&self, words: &'a str) -> &'a str {
        self.said.iter().find(|(term, _)| *term == words).map_or(words, |(_, phrase)| *phrase)
    }
}

static TERMS: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let lines = include_str!("glossary.txt").lines().filter(|line| !line.starts_with('#'));
    let terms = lines.filter_map(|line| line.split_once(" = "));
    terms.map(|(term, phrases)| (term, phrases.split(',').map(str::trim).collect())).collect()
});

/// A text, lower case, in the words of the catalog.
pub(super) fn spoken(text: &str) -> Spoken {
    let mut spoken = Spoken { text: text.to_lowercase(), said: Vec::new() };
    for (term, phrases) in TERMS.iter() {
        let Some((phrase, at)) = phrases.iter().find_map(|phrase| Some((*phrase, place(&spoken.text, phrase)?))) else {
            continue;
        };
        spoken.text.replace_range(at..at + phrase.len(), &format!(" {term} "));
        spoken.said.push((term, phrase));
    }
    spoken
}

/// Where a phrase stands as whole words; scripts without spaces end a word anywhere.
fn place(text: &str, phrase: &str) -> Option<usize> {
    let spaced = |c: char| c.is_alphanumeric() && u32::from(c) < 0x3040;
    let goes_on = |inner: Option<char>, outer: Option<char>| inner.is_some_and(spaced) && outer.is_some_and(spaced);
    text.match_indices(phrase).map(|(at, _)| at).find(|at| {
        let (before, after) = (&text[..*at], &text[at + phrase.len()..]);
        !goes_on(phrase.chars().next(), before.chars().next_back())
            && !goes_on(phrase.chars().next_back(), after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_a_word_of_a_rule() {
        let aliases: Vec<String> = crate::catalog::ids()
            .iter()
            .filter_map(|id| crate::catalog::rule(id).ok().flatten())
            .flat_map(|rule| {
                let items = rule.get("aliases").map(crate::yaml::Node::items).unwrap_or_default();
                items.iter().filter_map(|alias| alias.text().map(str::to_lowercase)).collect::<Vec<_>>()
            })
            .collect();
        assert!(!TERMS.is_empty());
        for (term, phrases) in TERMS.iter() {
            assert!(aliases.iter().any(|alias| alias == term), "no rule says `{term}`");
            assert!(!phrases.is_empty(), "{term}");
            for phrase in phrases {
                assert_eq!(*phrase, phrase.to_lowercase(), "phrases are lower case");
            }
        }
    }

    #[test]
    fn no_phrase_means_two_things() {
        let mut seen = std::collections::BTreeMap::new();
        for (term, phrases) in TERMS.iter() {
            for phrase in phrases {
                assert_eq!(*seen.entry(*phrase).or_insert(*term), *term, "{phrase}");
            }
        }
    }

    #[test]
    fn phrases_are_found_as_whole_words_and_told_in_the_words_of_the_text() {
        let spoken = spoken("Tägliche Datensicherung");
        assert_eq!(spoken.text.split_whitespace().collect::<Vec<_>>(), ["tägliche", "backups"]);
        assert_eq!(spoken.own("backups"), "datensicherung");
        assert_eq!(spoken.own("runbook"), "runbook");
        assert!(super::spoken("每天备份数据库").text.contains(" backups "));
        assert_eq!(super::spoken("Datensicherungsplan").text, "datensicherungsplan");
    }
}
