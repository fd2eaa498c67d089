//! The text formats of metrics: Prometheus 0.0.4 (Prometheus documentation, "Exposition formats") and OpenMetrics 1.0,
//! with the quoted UTF-8 names of Prometheus 3. A line that is in neither is counted, never guessed at.

use std::collections::BTreeMap;

use crate::model::Exact;

/// Samples that are kept of one answer.
const MOST_SAMPLES: usize = 200_000;
/// Faulty lines that are named.
const MOST_NAMED: usize = 5;

/// A sample's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A number.
    Number(Exact),
    /// `+Inf` or `-Inf`.
    Infinite,
    /// `NaN`: no data.
    Nothing,
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) value: Reading,
}

impl Sample {
    /// The value, where it is a number.
    pub(super) fn number(&self) -> Option<&Exact> {
        match &self.value {
            Reading::Number(number) => Some(number),
            Reading::Infinite | Reading::Nothing => None,
        }
    }
}

/// All that was scraped.
#[derive(Clone, Debug, Default)]
pub(super) struct Scrape {
    pub(super) samples: Vec<Sample>,
    /// Family → `counter`, `gauge`, `histogram`, …, in lower case.
    pub(super) types: BTreeMap<String, String>,
    /// Families with a `HELP` line.
    pub(super) helped: Vec<String>,
    /// Lines that are in no format.
    pub(super) faults: usize,
    /// The first of them, by number.
    pub(super) faulty: Vec<usize>,
    /// Whether there were more samples than are kept.
    pub(super) cut: bool,
}

impl Scrape {
    /// Reads the whole text.
    pub(super) fn of(text: &str) -> Scrape {
        let mut scrape = Scrape::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if scrape.line(line).is_none() {
                scrape.faults += 1;
                if scrape.faulty.len() < MOST_NAMED {
                    scrape.faulty.push(number + 1);
                }
            }
        }
        scrape
    }

    /// `None` for a line that is in no format.
    fn line(&mut self, line: &str) -> Option<()> {
        if line.is_empty() {
            return Some(());
        }
        if let Some(comment) = line.strip_prefix('#') {
            self.comment(comment.trim_start());
            return Some(());
        }
        let sample = sample(line)?;
        if self.samples.len() < MOST_SAMPLES {
            self.samples.push(sample);
        } else {
            self.cut = true;
        }
        Some(())
    }

    fn comment(&mut self, comment: &str) {
        let (word, rest) = comment.split_once(char::is_whitespace).unwrap_or((comment, ""));
        let mut cursor = Cursor(rest.trim_start());
        let Some(name) = cursor.name() else { return };
        match word {
            "TYPE" => {
                self.types.insert(name, cursor.0.trim().to_ascii_lowercase());
            }
            "HELP" => self.helped.push(name),
            _ => {}
        }
    }
}

/// `name{label="value",…} value [timestamp] [# exemplar]`, or `{"name",label="value"} value`.
fn sample(line: &str) -> Option<Sample> {
    let mut cursor = Cursor(line);
    let mut name = if line.starts_with('{') { None } else { Some(cursor.name()?) };
    let mut labels = BTreeMap::new();
    cursor.space();
    if cursor.eat('{') {
        cursor.labels(&mut name, &mut labels)?;
    }
    let rest = cursor.0.split(" # ").next().unwrap_or_default();
    let mut words = rest.split_ascii_whitespace();
    let value = reading(words.next()?)?;
    let timestamp = words.next().is_none_or(|stamp| Exact::parse_decimal(stamp).is_some());
    (timestamp && words.next().is_none()).then_some(Sample { name: name?, labels, value })
}

fn reading(text: &str) -> Option<Reading> {
    match text.trim_start_matches('+').to_ascii_lowercase().as_str() {
        "nan" => Some(Reading::Nothing),
        "inf" | "-inf" | "infinity" | "-infinity" => Some(Reading::Infinite),
        number => Exact::parse_decimal(&number.replace("e+", "e")).map(Reading::Number),
    }
}

/// What is left of a line.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn eat(&mut self, what: char) -> bool {
        match self.0.strip_prefix(what) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// A bare or quoted name; never empty.
    fn name(&mut self) -> Option<String> {
        if self.0.starts_with('"') {
            return self.quoted().filter(|name| !name.is_empty());
        }
        let end = self.0.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at(end);
        let good = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        self.0 = rest;
        good.then(|| name.to_owned())
    }

    /// `"…"` with `\\`, `\"` and `\n` undone.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut letters = self.0.strip_prefix('"')?.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.0 = &self.0[at + 2..];
                    return Some(text);
                }
                '\\' => match letters.next()?.1 {
                    'n' => text.push('\n'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        None
    }

    /// Up to and with the `}`.
    fn labels(&mut self, name: &mut Option<String>, labels: &mut BTreeMap<String, String>) -> Option<()> {
        loop {
            self.space();
            if self.eat('}') {
                return Some(());
            }
            let quoted = self.0.starts_with('"');
            let label = self.name()?;
            self.space();
            if self.eat('=') {
                self.space();
                labels.insert(label, self.quoted()?);
            } else if quoted && name.is_none() {
                *name = Some(label);
            } else {
                return None;
            }
            self.space();
            if !self.eat(',') && !self.0.starts_with('}') {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn one(line: &str) -> Option<Sample> {
        let scrape = Scrape::of(line);
        assert_eq!(scrape.faults, usize::from(scrape.samples.is_empty()), "{line}");
        scrape.samples.into_iter().next()
    }

    #[test]
    fn every_shape_of_a_sample_is_read() {
        let number = |text| Reading::Number(Exact::parse_decimal(text).unwrap());
        for (line, name, labels, value) in [
            ("up 1", "up", &[][..], number("1")),
            (
                "a:b_total{code=\"200\", path=\"/\"} 1.5e+06 1395066363000",
                "a:b_total",
                &[("code", "200"), ("path", "/")],
                number("1500000"),
            ),
            ("x{l=\"a\\\\b\\\"c\\nd} {\",} -3", "x", &[("l", "a\\b\"c\nd} {")], number("-3")),
            ("{\"http.server.duration\",unit=\"s\"} 2", "http.server.duration", &[("unit", "s")], number("2")),
            ("b_bucket{le=\"+Inf\"} 7 # {trace_id=\"ab\"} 0.6 1.2", "b_bucket", &[("le", "+Inf")], number("7")),
            ("x { } NaN", "x", &[], Reading::Nothing),
            ("x +Inf", "x", &[], Reading::Infinite),
            ("größe 1", "", &[], number("1")),
        ] {
            let Some(sample) = one(line) else {
                assert_eq!(name, "", "{line}");
                continue;
            };
            let labels = labels.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(sample, Sample { name: name.to_owned(), labels, value }, "{line}");
        }
    }

    #[test]
    fn what_is_no_sample_is_counted_by_line() {
        let text = "up 1\ngarbage line\nx{l=1} 1\nx{l=\"a\" 1\nx 1 2 3\n<html>\n# EOF\n";
        let scrape = Scrape::of(text);
        assert_eq!((scrape.samples.len(), scrape.faults, scrape.faulty.as_slice()), (1, 5, &[2, 3, 4, 5, 6][..]));
    }

    #[test]
    fn types_and_help_are_kept_by_family() {
        let scrape = Scrape::of("# HELP a Says a.\n# TYPE a Counter\n#TYPE \"b.c\" histogram\n# a remark\n");
        assert_eq!((scrape.types["a"].as_str(), scrape.types["b.c"].as_str()), ("counter", "histogram"));
        assert_eq!((scrape.helped.as_slice(), scrape.faults), (&["a".to_owned()][..], 0));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "(?s)[ -~\n\\\\\"{}=,#äµ]{0,200}") {
            Scrape::of(&text);
        }
    }
}
