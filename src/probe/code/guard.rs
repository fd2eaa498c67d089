//! When a match is less than it seems: an abstract method, a branch behind an option, a development settings file.

use std::sync::OnceLock;

use regex::bytes::Regex;

use super::address::{self, Address};
use super::identifier;
use super::language::Lang;
use super::span::Span;
use crate::model::Certainty;

/// What may lower the certainty of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing.
    None,
    /// A method that subclasses define is an abstract method, not a stub. Settled when the whole tree is known.
    Overridable,
    /// A free function call: no method, no declaration.
    PlainCall,
    /// Behind an option of the user's, or for the local machine, it is a choice.
    Option,
    /// As `Option`; and only where an HTTP client is near.
    HttpClient,
    /// As `Option`; and where the certificate is verified in another way.
    OwnVerification,
    /// Only in a settings module that is not for development or tests.
    Settings,
    /// Under `if __name__ == "__main__"` it is the developer's start.
    MainBlock,
    /// Only in `config/environments/production.rb`.
    ProductionFile,
    /// Only in `config/app.php`.
    AppConfig,
    /// In comparisons, attributes and messages a placeholder is spoken of, not used.
    Placeholder,
    /// What fails while cleaning up has nobody to tell.
    Cleanup,
    /// The same, and a text that may be no number, date or document is asked so.
    Modifier,
    /// Nothing when the span behind the match has a safe word, or the file lacks what it needs; a hint when the file eases it.
    Without(Span, Context),
    /// Names of tables and columns, constants and escaped values cannot be bound: a hint.
    Interpolated,
    /// Only with `shell=True`.
    Shell,
    /// With a message that refuses for good, it is no work left to do.
    Refusal,
    /// Behind a check of the version or a failed import it is a fallback.
    Version,
    /// With a message that names no work left to do, it is a case that does not occur.
    Unfinished,
    /// Addresses that every deployment shares, that explain or that framework configuration holds are none.
    Address(Address),
    /// Where more is done than to answer so. Settled by `unanswered`, which reads around the match.
    OnlyAnswer,
    /// In a browser, or in the framework's own configuration, a branch on the environment's name is only a hint.
    Environment,
}

/// What around a match decides about it, as texts that must occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    /// The file must have one of these, unless the list is empty.
    pub(super) needs: &'static [&'static str],
    /// The span must have none of these.
    pub(super) safe: &'static [&'static str],
    /// With one of these in the file, it is only a hint.
    pub(super) eased: &'static [&'static str],
    /// Code for browsers gives only a hint.
    pub(super) server: bool,
}

/// One match in its file.
pub(super) struct Match<'a> {
    pub(super) path: &'a str,
    pub(super) lang: Lang,
    pub(super) bytes: &'a [u8],
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Guard {
    /// The certainty that is left, or `None` when the match is nothing.
    pub(super) fn weigh(self, found: &Match<'_>, certainty: Certainty) -> Option<Certainty> {
        let hint = |is: bool| Some(if is { Certainty::Hint } else { certainty });
        match self {
            Guard::None | Guard::OnlyAnswer => Some(certainty),
            Guard::Overridable if found.is_declared_abstract() => None,
            Guard::Overridable => hint(found.says_something_else()),
            Guard::PlainCall => found.is_plain_call().then_some(certainty),
            Guard::Option => hint(found.is_optional()),
            Guard::HttpClient => hint(found.is_optional() || !found.is_near(http_client(), 8)),
            Guard::OwnVerification => hint(found.is_optional() || own_verification().is_match(found.around(10, 14))),
            Guard::Settings => found.is_settings().then_some(certainty),
            Guard::MainBlock => hint(found.is_under_main()),
            Guard::ProductionFile => found.path.ends_with("config/environments/production.rb").then_some(certainty),
            Guard::AppConfig => found.path.ends_with("config/app.php").then_some(certainty),
            Guard::Placeholder if found.is_spoken_of() => None,
            Guard::Placeholder => hint(shown_in_a_form().is_match(found.around(12, 0))),
            Guard::Cleanup => hint(found.is_cleanup()),
            Guard::Modifier => hint(found.is_cleanup() || conversion().is_match(found.line())),
            Guard::Without(span, context) => found.weigh_context(span, &context, certainty),
            Guard::Shell if !found.has(Span::Statement, "shell=True") => None,
            Guard::Shell | Guard::Interpolated => hint(found.is_identifier()),
            Guard::Refusal => (!refusal().is_match(found.line())).then_some(certainty),
            Guard::Version => hint(version().is_match(found.around(3, 2))),
            Guard::Address(kind) => address::weigh(found, kind, certainty),
            Guard::Environment => hint(found.is_browser_code() || address::is_set_up_by_framework(found)),
            Guard::Unfinished => hint(!work_left().is_match(found.line())),
        }
    }
}

impl Match<'_> {
    /// The line it starts on.
    pub(super) fn line(&self) -> &[u8] {
        let from = self.bytes[..self.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let to = self.bytes[self.start..].iter().position(|byte| *byte == b'\n');
        &self.bytes[from..to.map_or(self.bytes.len(), |at| self.start + at)]
    }

    /// The bytes from this many lines before it to its end, and as many lines after it.
    pub(super) fn around(&self, before: usize, after: usize) -> &[u8] {
        let from = self.bytes[..self.start].iter().rev().enumerate().filter(|(_, byte)| **byte == b'\n').nth(before);
        let from = from.map_or(0, |(back, _)| self.start - back);
        let to = self.bytes[self.end..].iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(after);
        &self.bytes[from..to.map_or(self.bytes.len(), |(at, _)| self.end + at)]
    }

    fn is_near(&self, regex: &Regex, lines: usize) -> bool {
        regex.is_match(self.around(lines, lines))
    }

    fn is_plain_call(&self) -> bool {
        let before = self.bytes[..self.start].trim_ascii_end();
        let glued =
            self.start > 0 && before.len() == self.start && matches!(before.last(), Some(b'>' | b':' | b'$' | b'\\'));
        !glued && !before.ends_with(b"->") && !before.ends_with(b"::") && !before.ends_with(b"function")
    }

    /// A last branch that names what it got (`NotImplementedError(f"unexpected status: …")`), or a helper that is named for
    /// refusing, is no work left to do (catalogue T3).
    fn says_something_else(&self) -> bool {
        let line = self.line();
        let helper = refuser().is_match(self.around(1, 0));
        helper || (self.lang == Lang::Python && message().is_match(line) && !unfinished().is_match(line))
    }

    /// Whether the method of Python that holds it has a decorator which says that others must define it (`abc`).
    fn is_declared_abstract(&self) -> bool {
        if self.lang != Lang::Python {
            return false;
        }
        let mut above = self.bytes[..self.end].rsplit(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).take(200);
        let is_def = |line: &[u8]| line.starts_with(b"def ") || line.starts_with(b"async def ");
        if above.by_ref().find(|line| is_def(line)).is_none() {
            return false;
        }
        above.take_while(|line| line.starts_with(b"@")).any(|line| contains(line, "abstract"))
    }

    fn is_optional(&self) -> bool {
        let declares = matches!(self.lang, Lang::Python) && self.line().trim_ascii_start().starts_with(b"def ");
        declares || option().is_match(self.around(8, 0)) || local().is_match(self.around(10, 8))
    }

    fn is_settings(&self) -> bool {
        let lower = self.path.to_ascii_lowercase();
        let base = lower.rsplit_once('/').map_or(lower.as_str(), |(_, base)| base);
        let settings = base.starts_with("settings") || lower.contains("settings/") || base == "config.py";
        let other = ["dev", "local", "test", "debug", "ci", "example", "sample"];
        let stem = base.strip_suffix(".py").unwrap_or(base);
        settings && !stem.split(['_', '.', '-']).any(|part| other.iter().any(|word| part.starts_with(word)))
    }

    fn is_under_main(&self) -> bool {
        let (before, after) = (&self.bytes[..self.start], &self.bytes[self.end..]);
        let main = |bytes: &[u8]| bytes.windows(8).position(|window| window == b"__main__");
        let called = |name: &[u8]| main(after).is_some_and(|at| contains_call(&after[at..], name));
        main(before).is_some() || function_above(before).is_some_and(called)
    }

    fn is_cleanup(&self) -> bool {
        cleanup().is_match(self.around(4, 0)) || cleanup().is_match(&self.bytes[self.start..self.end])
    }

    fn weigh_context(&self, span: Span, context: &Context, certainty: Certainty) -> Option<Certainty> {
        let in_file = |words: &[&str]| words.iter().any(|word| contains(self.bytes, word));
        if !(context.needs.is_empty() || in_file(context.needs)) || context.safe.iter().any(|word| self.has(span, word))
        {
            return None;
        }
        let eased = in_file(context.eased) || (context.server && self.is_browser_code());
        Some(if eased { Certainty::Hint } else { certainty })
    }

    pub(super) fn in_file(&self, word: &str) -> bool {
        contains(self.bytes, word)
    }

    fn has(&self, span: Span, word: &str) -> bool {
        contains(span.of(self.bytes, self.start, self.end, self.lang), word)
    }

    pub(super) fn is_browser_code(&self) -> bool {
        const PARTS: &[&str] =
            &["frontend", "client", "web", "webapp", "ui", "public", "static", "assets", "components", "views"];
        let markup = [".vue", ".svelte", ".jsx", ".tsx", ".astro"].iter().any(|end| self.path.ends_with(end));
        markup
            || self.path.split('/').any(|part| PARTS.contains(&part))
            || ["window.", "document.", "localStorage"].iter().any(|word| contains(self.bytes, word))
    }

    /// Whether what is put into the text is an identifier, a constant or an escaped value.
    fn is_identifier(&self) -> bool {
        identifier::is_one(Span::Statement.of(self.bytes, self.start, self.end, self.lang), self.around(10, 0))
    }

    fn is_spoken_of(&self) -> bool {
        let line = self.line();
        let compared = spoken().is_match(line);
        let template = ["example", "sample", "template", "placeholder"].iter().any(|word| {
            self.path.to_ascii_lowercase().rsplit_once('/').map_or(self.path, |(_, base)| base).contains(word)
        });
        compared || template || is_translation(self.path) || is_element(line)
    }
}

/// Whether the line is one text of a list of texts, as lists of weak passwords and of words to show are written.
fn is_element(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let line = line.strip_suffix(b",").unwrap_or(line);
    let quote = line.first().filter(|byte| matches!(byte, b'"' | b'\''));
    quote.is_some_and(|quote| {
        line.len() > 1 && line.iter().filter(|byte| *byte == quote).count() == 2 && line.ends_with(&[*quote])
    })
}

/// Whether the path holds texts for people in some language.
pub(super) fn is_translation(path: &str) -> bool {
    const FOLDERS: &[&str] = &["locale", "locales", "lang", "langs", "i18n", "l10n", "translations", "translation"];
    path.split('/').any(|folder| FOLDERS.contains(&folder))
}

fn regex(cell: &'static OnceLock<Regex>, pattern: &str) -> &'static Regex {
    cell.get_or_init(|| crate::probe::pattern::constant(pattern))
}

/// The name of the last function that begins at the left margin.
fn function_above(before: &[u8]) -> Option<&[u8]> {
    static CELL: OnceLock<Regex> = OnceLock::new();
    let found = regex(&CELL, r"(?m)^(?:async )?def (\w+)\(").captures_iter(before).last()?;
    Some(found.get(1)?.as_bytes())
}

fn contains_call(bytes: &[u8], name: &[u8]) -> bool {
    let call = [name, b"("].concat();
    bytes.windows(call.len()).any(|window| window == call)
}

fn option() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"(?i)(\b(if|unless|when|match|case|elif)\b|\?)[^\n]*(insecure|skip|ignore|allow|verify|verification|self.?signed|plaintext|no.?tls|disable|debug|unsafe|develop|\bdev\b|reject.?unauthori|strict|valid|environment\(\s*[\x22'](local|dev)|\bis_?(local|dev)\b)",
    )
}

fn own_verification() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"\b(VerifyPeerCertificate|VerifyConnection|PeerCertSANs|PeerCertURI|ServerSPIFFEIDs)\b\s*[:=]|\.tls_info\(\s*true\s*\)",
    )
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

fn cleanup() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"(?i)\b(close|unlink|rmtree|rmdir|clean_?up|dispose|destroy|shutdown|disconnect|terminate|kill|abort|cancel|release|flush|teardown)\w*\(|\b(remove|delete)\(|\b(ignored?|expected|suppress(ed)?)\b|__del__|\brouter\.(push|replace)\(",
    )
}

fn refusal() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"(?i)\b(not|isn't|never) (be )?(supported|allowed|needed|used)\b")
}

fn message() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r#"NotImplementedError\(\s*[fFrR]?["'][^"']*\w"#)
}

fn unfinished() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r#"(?i)Error\(.*\b(implement\w*|todo|override\w*|overrid\w*|subclass\w*|abstract|yet)\b"#)
}

fn work_left() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r#"(?i)"[^"]*\b(not|un)?[ -]?(implement\w*|todo|fixme|yet|later|soon|missing|wip)\b"#)
}

/// Ruby's way to ask whether a text is a number, a date or a document, and to end what may have ended.
fn conversion() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"\b(Integer|Float|Rational|BigDecimal|URI|IPAddr|UUID)(\.\w+)?\(|\.(i?parse|strptime|decode|constantize|load)\b|\.(close|quit|kill|stop|finish|unlink|delete|rm\w*)\b",
    )
}

fn refuser() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"(?i)\b(function|def|fn|func|const)\s+(not_?implemented|unsupported|not_?supported)\b")
}

fn version() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"\bsys\.version_info\b|\bImportError\b|\bModuleNotFoundError\b|\bPY[23]\b|PHP_VERSION|RUBY_VERSION|\bfunction_exists\(|\brespond_to\?|\bhasattr\(|\bBuffer\.(from|alloc)\s*\?",
    )
}

/// This machine, or a question about its health.
fn local() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"(?i)\blocalhost\b|\b127\.0\.0\.1\b|\bhealth.?check")
}

fn http_client() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"(?i)requests?\.|httpx|aiohttp|session|urllib|https?://|guzzle|Http::|new Client|\bclient\b")
}

/// Names of what a field of a form shows while it is empty.
fn shown_in_a_form() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"(?i)placeholders?(For\w+|Text)?\s*[:=(]")
}

fn spoken() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"(?i)[=!]==?\s|\bin\b\s*[\[({]|\bnot in\b|\bplaceholder|\.(test|match|matches|includes|contains|startswith|starts_with|equals|replace)\(|\bhelp\b|\bdescription\b|\bexample|\bcase\b|\bprintln|\blog(ger)?\.|\b(panic|error|warn\w*|raise|throw)\b|\bdefault_values?\b|\bforbidden|\bweak|\bdeny",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for regex in [option(), local(), http_client(), spoken(), cleanup(), version()] {
            assert!(!regex.is_match(b""));
        }
    }

    #[test]
    fn settings_for_development_are_no_production_settings() {
        let found = |path| Match { path, lang: Lang::Python, bytes: b"DEBUG = True", start: 0, end: 5 };
        assert!(found("shop/settings.py").is_settings());
        assert!(found("shop/settings/production.py").is_settings());
        assert!(!found("shop/settings/dev.py").is_settings());
        assert!(!found("shop/local_settings.py").is_settings());
        assert!(!found("shop/models.py").is_settings());
    }
}
