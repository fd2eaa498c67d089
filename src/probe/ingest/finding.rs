//! What a specialist's tool found, in one shape for all of them. Leaves reading to the format files and counting to
//! `tally`.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::path;

/// How bad a finding is, from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Told, not to be mended.
    Info,
    /// Little harm.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// The most.
    Critical,
}

impl Level {
    /// All, from the worst.
    pub(super) const ALL: [Level; 5] = [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Info];

    /// Its fact.
    pub(super) fn word(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    /// The words that tools use, in any case: CVSS ratings, GitHub (`moderate`), Red Hat (`important`), Grype and Trivy
    /// (`negligible`), Nuclei and ZAP (`informational`). `None` for `unknown` and words of no rating.
    pub(super) fn of_word(word: &str) -> Option<Level> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Level::Critical,
            "high" | "important" => Level::High,
            "medium" | "moderate" => Level::Medium,
            "low" => Level::Low,
            "info" | "informational" | "information" | "negligible" | "none" | "note" => Level::Info,
            _ => return None,
        })
    }

    /// The qualitative rating of a CVSS score in tenths (CVSS v3.1 §5; GitHub rates `security-severity` alike).
    pub(super) fn of_cvss(tenths: i64) -> Level {
        match tenths {
            ..=0 => Level::Info,
            1..=39 => Level::Low,
            40..=69 => Level::Medium,
            70..=89 => Level::High,
            _ => Level::Critical,
        }
    }

    /// The same of a score as text, `7.5`.
    pub(super) fn of_score(text: &str) -> Option<Level> {
        let score = crate::model::Exact::parse_decimal(text.trim())?;
        Some(Level::of_cvss((&score * &crate::model::Exact::whole(10)).floor_i64()?))
    }

    /// What compilers and linters call it: an `error` is high, a `warning` medium, anything less low or info. SARIF 2.1.0
    /// §3.27.10 has the same words.
    pub(super) fn of_lint(word: &str) -> Option<Level> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "error" | "fatal" | "bug" => Level::High,
            "warning" | "warn" => Level::Medium,
            "note" | "style" | "convention" | "refactor" => Level::Low,
            "info" | "information" | "none" | "help" | "ignore" | "notice" => Level::Info,
            _ => return None,
        })
    }
}

/// Whether a finding stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// It stands.
    #[default]
    Open,
    /// Somebody accepted it, in the tool's own way.
    Suppressed,
    /// The tool saw that the vulnerable code is not reached.
    Unreachable,
}

/// One finding.
#[derive(Clone, Debug, Default)]
pub(super) struct Finding {
    /// How bad; `None` when the tool does not rate it.
    pub(super) level: Option<Level>,
    /// The rule, advisory or detector; further names of the same (CVE, GHSA) follow.
    pub(super) ids: BTreeSet<String>,
    /// The name that evidence shows.
    pub(super) rule: String,
    /// What has it: `package 1.2`, a URL, a resource; empty where only a file is known.
    pub(super) subject: String,
    /// Whether its names about its subject are one finding, wherever else they are told of: a vulnerability of a package.
    pub(super) in_package: bool,
    /// File as the report names it.
    pub(super) file: Option<String>,
    /// Line in it, from 1; 0 where none is given.
    pub(super) line: u32,
    /// One line for a person; never the secret itself.
    pub(super) message: String,
    /// Whether a version or change that mends it is known.
    pub(super) fixable: bool,
    /// The version that mends it, where the report names one.
    pub(super) fixed: Option<String>,
    /// Whether it stands.
    pub(super) state: State,
    /// When it became known, or was made.
    pub(super) since: Option<Timestamp>,
    /// Whether the tool says that what has it is for development alone.
    pub(super) development: bool,
    /// Whether the tool says that it is exploited.
    pub(super) exploited: bool,
    /// The way to what has it, from what a manifest asks for, where the report tells; empty where it does not.
    pub(super) way: String,
    /// Who accepted it and why, as the report says.
    pub(super) accepted: Option<(String, Option<String>)>,
}

impl Finding {
    /// One of this rule.
    pub(super) fn new(rule: impl Into<String>, level: Option<Level>) -> Finding {
        let rule = rule.into();
        Finding { ids: BTreeSet::from([rule.clone()]), rule, level, ..Finding::default() }
    }

    /// With what is wrong.
    pub(super) fn says(mut self, message: impl AsRef<str>) -> Finding {
        self.message = crate::probe::finding::shortened(message.as_ref());
        self
    }

    /// In a file.
    pub(super) fn at(mut self, file: &str, line: u32) -> Finding {
        self.file = (!file.is_empty()).then(|| file.to_owned());
        self.line = line;
        self
    }

    /// A vulnerability of a package: told of twice under any of its names it counts once.
    pub(super) fn in_package(self, package: impl Into<String>) -> Finding {
        Finding { in_package: true, ..self.of(package) }
    }

    /// Of a URL or a resource.
    pub(super) fn of(mut self, subject: impl Into<String>) -> Finding {
        self.subject = subject.into();
        self
    }

    /// With other names of the same.
    pub(super) fn alias<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Finding {
        self.ids.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Whether it can be mended.
    pub(super) fn fixable(mut self, fixable: bool) -> Finding {
        self.fixable = fixable;
        self
    }

    /// Mended by a version; an empty one is none.
    pub(super) fn fixed_in(mut self, version: &str) -> Finding {
        if !version.is_empty() {
            self.fixable = true;
            self.fixed = Some(version.to_owned());
        }
        self
    }

    /// Brought by others, if a way is told.
    pub(super) fn brought<'w>(mut self, way: Option<impl IntoIterator<Item = &'w str>>) -> Finding {
        self.way = way.map(path::words).unwrap_or_default();
        self
    }

    /// Suppressed, if that is so.
    pub(super) fn suppressed(mut self, suppressed: bool) -> Finding {
        if suppressed {
            self.state = State::Suppressed;
        }
        self
    }

    /// Whether it is for development alone.
    pub(super) fn development(mut self, development: bool) -> Finding {
        self.development = development;
        self
    }

    /// Whether it is exploited.
    pub(super) fn exploited(mut self, exploited: bool) -> Finding {
        self.exploited = exploited;
        self
    }

    /// Accepted by a file or a person, for a reason, as far as the report says.
    pub(super) fn accepted(mut self, by: &str, reason: &str) -> Finding {
        let reason = reason.trim();
        let reason = (!reason.is_empty()).then(|| crate::probe::finding::shortened(reason));
        self.accepted = Some((by.to_owned(), reason));
        self.suppressed(true)
    }

    /// Known since a time as reports write it.
    pub(super) fn since(mut self, time: Option<&str>) -> Finding {
        self.since = time.and_then(|time| time.trim().parse().ok());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_follow_cvss_and_the_words_in_use() {
        let scores = ["0.0", "0.1", "3.9", "4.0", "6.9", "7.0", "8.9", "9.0", "10.0"];
        let levels: Vec<_> = scores.iter().filter_map(|score| Level::of_score(score)).map(Level::word).collect();
        assert_eq!(levels, ["info", "low", "low", "medium", "medium", "high", "high", "critical", "critical"]);
        assert_eq!((Level::of_score(""), Level::of_word("UNKNOWN")), (None, None));
        assert_eq!((Level::of_word("Moderate"), Level::of_lint("Warning")), (Some(Level::Medium), Some(Level::Medium)));
    }
}
