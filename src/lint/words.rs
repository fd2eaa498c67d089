//! When two texts are about the same thing: their telling words, without endings and without words that tell nothing.
//!
//! Endings are cut for English and, as far as plurals go, its neighbours; in other languages words are compared as they
//! stand. A text in a script without spaces is one word: it is the same as another only when it is equal.

use std::collections::BTreeSet;

/// Words that join others, in the languages that documents were seen in.
const JOINING: &[&str] = &[
    "a", "an", "the", "of", "for", "to", "in", "on", "at", "by", "with", "and", "or", "from", "all", "any", "is",
    "are", "be", "it", "its", "as", "per", "via", "not", "no", "into", "this", "that", "before", "after", "under",
    "der", "die", "das", "und", "für", "mit", "von", "im", "zu", "ein", "eine", "le", "la", "les", "des", "du", "de",
    "et", "pour", "avec", "un", "une", "el", "los", "las", "y", "para", "con", "del", "e", "do", "da", "dos", "das",
    "o", "os", "di", "il", "per", "het", "een", "en", "voor", "met", "van", "i", "w", "z", "na", "dla", "и", "в", "на",
    "для", "с", "і", "та", "ve", "için",
];

/// Words that say that something is made, or how well, but not what.
const QUALIFYING: &[&str] = &[
    "implement",
    "set",
    "setup",
    "up",
    "add",
    "creat",
    "configur",
    "complet",
    "full",
    "basic",
    "proper",
    "comprehensiv",
    "ready",
    "read",
    "system",
    "servic",
    "new",
    "enhanc",
    "advanc",
    "fix",
    "fixe",
    "work",
    "function",
    "capabil",
    "infrastructur",
    "framework",
    "support",
    "strategy",
    "strateg",
    "procedur",
    "develop",
    "build",
    "ensur",
    "establish",
    "enabl",
    "updat",
    "improv",
    "begin",
    "start",
    "only",
    "initial",
    "final",
    "current",
    "overall",
    "real",
    "get",
    "make",
    "provid",
    "us",
    "use",
    "manag",
    "process",
    "operat",
    "solution",
    "layer",
    "issu",
    "task",
    "item",
    "mechan",
];

/// The telling words of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(BTreeSet<String>);

impl Words {
    /// Of a whole text, with what qualifies it.
    pub(super) fn of(text: &str) -> Words {
        let words = lower_words(text).filter(|word| !JOINING.contains(&word.as_str())).map(|word| stem(&word));
        Words(words.filter(|word| word.chars().any(char::is_alphabetic)).collect())
    }

    /// Whether two texts count or number different things: `Day 1` and `Day 2`.
    pub(super) fn numbered_apart(one: &str, other: &str) -> bool {
        let numbers = |text: &str| -> BTreeSet<String> {
            let runs = text.split(|c: char| !c.is_numeric() && !matches!(c, '.' | ','));
            runs.filter(|run| run.chars().any(char::is_numeric)).map(str::to_owned).collect()
        };
        let (one, other) = (numbers(one), numbers(other));
        !one.is_empty() && !other.is_empty() && one != other
    }

    /// What a text is about: without words that only qualify. All of them where nothing else is left.
    pub(super) fn topic(text: &str) -> Words {
        let all = Words::of(text);
        let telling: BTreeSet<String> =
            all.0.iter().filter(|word| !QUALIFYING.contains(&word.as_str())).cloned().collect();
        if telling.is_empty() { all } else { Words(telling) }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of these words are among those.
    pub(super) fn within(&self, other: &Words) -> bool {
        !self.0.is_empty() && self.0.is_subset(&other.0)
    }

    pub(super) fn shared(&self, other: &Words) -> usize {
        self.0.intersection(&other.0).count()
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    pub(super) fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether every word is one of those.
    pub(super) fn only(&self, words: &[&str]) -> bool {
        !self.0.is_empty() && self.0.iter().all(|word| words.contains(&word.as_str()))
    }

    /// The words with spaces between, in alphabetical order.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn without(&self, words: &[&str]) -> Words {
        Words(self.0.iter().filter(|word| !words.contains(&word.as_str())).cloned().collect())
    }
}

/// `Monitor performance` is work that goes on, `performance monitoring` is a thing that is there.
pub(super) fn is_ongoing(text: &str) -> bool {
    const VERBS: &[&str] = &["monitor", "track", "watch", "observe", "review", "measure", "verify", "check"];
    lower_words(text).next().is_some_and(|word| VERBS.contains(&word.as_str()))
}

/// Lower-case words in order; digits with letters count as words.
pub(super) fn lower_words(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let words: Vec<String> = lower
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

/// Whether a phrase stands in a text at the borders of words.
pub(super) fn says(text: &str, phrase: &str) -> bool {
    let lower = text.to_lowercase();
    let border = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    lower.match_indices(phrase).any(|(at, found)| {
        let before = lower.get(..at).and_then(|text| text.chars().next_back());
        let after = lower.get(at + found.len()..).and_then(|text| text.chars().next());
        border(before) && border(after)
    })
}

/// Whether any of the phrases stands in a text.
pub(super) fn says_any(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| says(text, phrase))
}

/// A word without its ending: `caching` and `cache`, `tests` and `testing` are the same.
fn stem(word: &str) -> String {
    const ENDINGS: [&str; 16] = [
        "izations", "ization", "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "izes", "ize", "ies",
        "ed", "es", "s",
    ];
    const LEFT: usize = 4;
    if !word.is_ascii() {
        return word.to_owned();
    }
    let cut = ENDINGS.iter().find_map(|ending| {
        let left = word.strip_suffix(ending)?;
        (left.len() >= LEFT && !(*ending == "s" && left.ends_with(['s', 'u', 'i']))).then_some(left)
    });
    let short = cut.or_else(|| word.strip_suffix('s').filter(|left| left.len() == 3)).unwrap_or(word);
    let trimmed = short.strip_suffix(['e', 'y']).filter(|left| left.len() >= LEFT).unwrap_or(short);
    let letters: Vec<char> = trimmed.chars().collect();
    // `running` is `run`, `setting` is `set`.
    match letters.as_slice() {
        [.., before, last] if before == last && cut.is_some() && letters.len() > 3 && !"aeiouls".contains(*last) => {
            letters.iter().take(letters.len() - 1).collect()
        }
        _ => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_qualifying_words_do_not_matter() {
        for (one, other) in [
            ("Azure Blob Storage integration", "Azure Blob Storage Integrations"),
            ("Push notification infrastructure", "Push notification services"),
            ("Failover and recovery testing", "Failover & Recovery Tests"),
            ("Simulation Engine Fixes", "Fix simulation engine"),
            ("Authentication System", "Basic Authentication Only"),
        ] {
            assert_eq!(Words::topic(one), Words::topic(other), "{one} / {other}");
        }
        assert_ne!(Words::topic("Load testing"), Words::topic("Load balancing"));
    }

    #[test]
    fn phrases_are_found_at_the_borders_of_words() {
        assert!(says("configured but not tested", "not tested"));
        assert!(!says("cannot tested", "not tested"));
        assert!(says("NEED RECALIBRATION", "need"));
        assert!(!says("needle", "need"));
    }

    #[test]
    fn a_text_without_letters_has_no_topic() {
        assert!(Words::topic("99.9 %").is_empty());
        assert!(!Words::topic("監視").is_empty());
    }
}
