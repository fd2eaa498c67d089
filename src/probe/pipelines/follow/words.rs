//! A command line as a shell divides it, as far as it tells which program runs and what that is told.

use std::sync::LazyLock;

use regex::Regex;

use super::fixed;

/// What one part of a command line starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The program as it is named, without its folder.
    pub(crate) program: String,
    /// Words that follow it.
    pub(crate) words: Vec<String>,
    /// Words that stand before it: variables, and what starts it.
    pub(crate) before: Vec<String>,
}

impl Call {
    /// The value of a variable that is set for it.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.before.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The calls of one of these programs, however they are started; installing one is no call.
pub(crate) fn calls(text: &str, programs: &[&str]) -> Vec<Call> {
    static INSTALLS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^(?:\S+=\S*\s+)*(?:sudo\s+)?(?:(?:python|py)[\d.]*\s+-m\s*)?(?:echo|printf|(?:pip[\d.]*|pipx|uv|npm|brew|apt|apt-get|conda|mamba|dnf|apk|poetry|pdm|gem|cargo)\s+(?:-\S+\s+)*(?:tool\s+|pip\s+)?(?:install|add|i|inject|upgrade))\b",
        )
    });
    if !programs.iter().any(|program| text.contains(program)) {
        return Vec::new();
    }
    let parts = parts(text).into_iter().filter(|part| !INSTALLS.is_match(part.trim_start()));
    parts.filter_map(|part| call(words(part), programs)).collect()
}

fn call(words: Vec<String>, programs: &[&str]) -> Option<Call> {
    let name = |word: &str| {
        let word = word.trim_start_matches(['(', '@']);
        let word = word.rsplit('/').next().unwrap_or(word);
        word.strip_suffix(".exe").unwrap_or(word).to_owned()
    };
    let is_one = |word: &String| programs.contains(&name(word).as_str());
    let mut at = words.iter().position(is_one)?;
    // `uv run --with nox nox -s tests` brings it before it starts it.
    while words.get(at + 1).is_some_and(|next| is_one(next) && name(next) == name(&words[at])) {
        at += 1;
    }
    Some(Call { program: name(&words[at]), words: words[at + 1..].to_vec(), before: words[..at].to_vec() })
}

/// Where a text stands: in quotes, in an expression, or in neither.
#[derive(Default)]
struct Reader {
    quote: Option<char>,
    /// Braces of `${{ … }}`, `${…}` and `$(…)` that are open.
    open: usize,
    before: Option<char>,
}

impl Reader {
    /// Takes one character, and says whether it stands outside quotes and expressions.
    fn is_outside(&mut self, c: char) -> bool {
        let before = self.before.replace(c);
        match (self.quote, c) {
            (None, '{' | '(') if before == Some('$') || self.open > 0 => self.open += 1,
            (None, '}' | ')') if self.open > 0 => {
                self.open -= 1;
                return false;
            }
            (None, '"' | '\'') if self.open == 0 && before != Some('\\') => {
                self.quote = Some(c);
                return false;
            }
            (Some(quote), _) if quote == c && before != Some('\\') => {
                self.quote = None;
                return false;
            }
            _ => {}
        }
        self.quote.is_none() && self.open == 0
    }
}

/// What `;`, `&` and `|` divide.
fn parts(text: &str) -> Vec<&str> {
    let (mut reader, mut start, mut found) = (Reader::default(), 0, Vec::new());
    for (at, c) in text.char_indices() {
        if reader.is_outside(c) && matches!(c, ';' | '&' | '|' | '\n') {
            found.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    found.push(&text[start..]);
    found
}

/// What blanks divide, without quotes.
pub(crate) fn words(text: &str) -> Vec<String> {
    let (mut reader, mut found, mut word) = (Reader::default(), Vec::new(), None::<String>);
    for c in text.chars() {
        let is_inside = reader.quote.is_some();
        if reader.is_outside(c) && c.is_whitespace() {
            found.extend(word.take());
            continue;
        }
        let into = word.get_or_insert_default();
        // A quote that opens or closes is no part of the word.
        if reader.quote.is_some() == is_inside {
            into.push(c);
        }
    }
    found.extend(word);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_divided_as_a_shell_does_it() {
        assert_eq!(words("a 'b c'  \"d\"e \"\""), ["a", "b c", "de", ""]);
        assert_eq!(words("tox -e ${{ matrix.a || 'b' }}-x"), ["tox", "-e", "${{ matrix.a || 'b' }}-x"]);
        assert_eq!(words("tox -f py$(echo 3.10 | tr -d .) x"), ["tox", "-f", "py$(echo 3.10 | tr -d .)", "x"]);
        assert_eq!(parts("a -k 'x && y' && b; c"), ["a -k 'x && y' ", "", " b", " c"]);
    }

    #[test]
    fn a_call_is_found_however_it_is_started() {
        for text in [
            "nox -s lint",
            "python -m nox -s lint",
            "uvx --from nox[uv] nox -s lint",
            "uv run --with nox nox -s lint",
            "pip install nox && .venv/bin/nox -s lint",
            "FORCE_COLOR=1 (nox -s lint",
        ] {
            let found = calls(text, &["nox"]);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].words, ["-s", "lint"], "{text}");
        }
        for text in ["pip install nox", "echo nox", "equinox -s lint", "uv tool install nox", "echo 'run nox'"] {
            assert!(calls(text, &["nox"]).is_empty(), "{text}");
        }
        assert_eq!(calls("NOXSESSION=a,b nox", &["nox"])[0].variable("NOXSESSION"), Some("a,b"));
    }
}
