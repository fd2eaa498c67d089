//! TAP, versions 12 to 14 (<https://testanything.org>). A test with subtests is the sum of them and not counted itself,
//! unless it failed though none of them did.

use super::case::{Case, Parsed, Status, first_line, full_name, seconds};
use crate::model::Exact;

/// Whether a text is TAP.
pub(super) fn is_it(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("TAP version ") || plan(line).is_some())
}

/// Reads a stream, or several one after the other; the error says what is wrong.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut tap = Tap::default();
    for line in text.lines() {
        let level = (line.len() - line.trim_start_matches(' ').len()) / 4;
        let body = line.trim();
        if let Some(reason) = body.strip_prefix("Bail out!") {
            return Err(format!("was given up: {}", first_line(reason)));
        }
        if tap.diagnosis {
            tap.diagnose(body);
        } else if body == "---" {
            tap.diagnosis = true;
        } else if let Some(count) = plan(line) {
            tap.planned = Some(tap.planned.unwrap_or(0).saturating_add(count));
        } else if body == "}" {
            tap.close(level)?;
        } else if let Some(point) = Point::read(body) {
            tap.take(level, point)?;
        }
    }
    tap.finish()
}

/// `1..12` at the start of a line.
fn plan(line: &str) -> Option<u64> {
    let count = line.strip_prefix("1..")?;
    count.split([' ', '#']).next()?.trim().parse().ok()
}

/// `ok 3 - name # SKIP why`.
struct Point {
    name: String,
    status: Status,
    seconds: Option<Exact>,
    /// Its subtests follow, down to a line `}`.
    opens: bool,
}

impl Point {
    fn read(body: &str) -> Option<Point> {
        let (held, rest) = match body.strip_prefix("not ok") {
            Some(rest) => (false, rest),
            None => (true, body.strip_prefix("ok")?),
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            return None;
        }
        let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let without_brace = rest.strip_suffix(" {").filter(|rest| !directive(rest).1.is_empty());
        let (name, directive) = directive(without_brace.unwrap_or(rest));
        let opens = without_brace.is_some();
        let status = match (held, directive.as_str()) {
            (_, word) if word.starts_with("skip") || word.starts_with("todo") => Status::Skipped,
            (true, _) => Status::Passed,
            (false, _) => Status::Failed,
        };
        let name = full_name("", &name.trim_end().replace("\\#", "#").replace("\\\\", "\\"));
        Some(Point { name, status, seconds: directive.strip_prefix("time=").and_then(milliseconds), opens })
    }
}

/// What comes before and after the `#` of a directive, that in lower case; `\#` is a part of the name.
fn directive(rest: &str) -> (&str, String) {
    for (at, _) in rest.match_indices('#').filter(|(at, _)| !rest[..*at].ends_with('\\')) {
        let word = rest[at + 1..].trim().to_ascii_lowercase();
        if ["skip", "todo", "time="].iter().any(|known| word.starts_with(known)) {
            return (&rest[..at], word);
        }
    }
    (rest, String::new())
}

/// `1.07ms` or `1.07` in seconds.
fn milliseconds(text: &str) -> Option<Exact> {
    seconds(text.trim_end_matches("ms"))?.checked_div(&Exact::whole(1000))
}

#[derive(Default)]
struct Tap {
    parsed: Parsed,
    planned: Option<u64>,
    seen: u64,
    /// Per level: points since the last point one level up, and whether one of them failed.
    below: Vec<(u64, bool)>,
    /// Points whose subtests follow, as vitest and node-tap write them, with their level.
    open: Vec<(usize, Point)>,
    /// Within a YAML block.
    diagnosis: bool,
    /// The message is the next line.
    awaits_message: bool,
    /// Whether the last point was counted, so that a block after it is about it.
    counted: bool,
}

impl Tap {
    fn take(&mut self, level: usize, point: Point) -> Result<(), String> {
        if level > 100 {
            return Err("is nested deeper than 100 levels".to_owned());
        }
        if point.opens || point.seconds.is_some() {
            self.parsed.silent = Some("vitest");
        }
        if !point.opens {
            return self.point(level, point);
        }
        self.counted = false;
        self.below.truncate(level + 1);
        self.open.push((level, point));
        Ok(())
    }

    /// A brace that closes nothing is what a test printed.
    fn close(&mut self, level: usize) -> Result<(), String> {
        if self.open.last().is_none_or(|(opened, _)| *opened != level) {
            return Ok(());
        }
        self.open.pop().map_or(Ok(()), |(_, point)| self.point(level, point))
    }

    fn point(&mut self, level: usize, point: Point) -> Result<(), String> {
        self.below.resize(self.below.len().max(level + 2), (0, false));
        let (children, child_failed) = std::mem::take(&mut self.below[level + 1]);
        self.below.truncate(level + 2);
        let failed = point.status == Status::Failed;
        self.below[level].0 += 1;
        self.below[level].1 |= failed || child_failed;
        self.seen += u64::from(level == 0);
        self.counted = children == 0 || (failed && !child_failed);
        if self.counted {
            let Point { name, status, seconds, opens: _ } = point;
            self.parsed.push(Case { name, status, seconds, ..Case::default() })?;
        }
        Ok(())
    }

    fn diagnose(&mut self, body: &str) {
        if body == "..." {
            self.diagnosis = false;
            return;
        }
        let Some(case) = self.parsed.cases.last_mut().filter(|_| self.counted) else { return };
        if self.awaits_message && !body.is_empty() {
            self.awaits_message = false;
            case.message = first_line(body);
        }
        let Some((key, value)) = body.split_once(": ") else { return };
        let value = value.trim().trim_matches(['\'', '"']);
        match key {
            "error" | "message" if case.message.is_empty() => match value {
                "|-" | "|" | ">-" | ">" => self.awaits_message = true,
                _ => case.message = first_line(value),
            },
            "duration_ms" => case.seconds = milliseconds(value),
            "location" | "at" => {
                let mut parts = value.rsplitn(3, ':');
                if let (Some(_), Some(line), Some(file)) = (parts.next(), parts.next(), parts.next()) {
                    case.line = line.parse().unwrap_or(0);
                    case.file = Some(file.to_owned());
                }
            }
            "type" if value == "suite" && case.status == Status::Passed => {
                self.parsed.cases.pop();
                self.counted = false;
            }
            _ => {}
        }
    }

    fn finish(self) -> Result<Parsed, String> {
        match self.planned {
            None => Err("has no plan (`1..n`): it may have been cut off".to_owned()),
            _ if !self.open.is_empty() => Err("ends within subtests: it may have been cut off".to_owned()),
            Some(planned) if planned != self.seen => Err(format!("planned {planned} tests and lists {}", self.seen)),
            Some(_) => Ok(self.parsed),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn subtests_are_counted_in_place_of_what_sums_them_up() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/reports-of-runners/text/node.tap"));
        let parsed = parse(text).unwrap();
        let seen: Vec<_> = parsed.cases.iter().map(|case| (case.name.as_str(), case.status)).collect();
        assert_eq!(seen, [("adds", Status::Passed), ("removes", Status::Failed), ("waits", Status::Skipped)]);
        let failed = &parsed.cases[1];
        assert_eq!((failed.message.as_str(), failed.line), ("2 == 1", 3));
    }

    #[test]
    fn directives_plans_and_giving_up_mean_what_tap_says() {
        let parsed = parse("1..3\nok 1 a\nnot ok 2 - b # TODO later\nnot ok 3 - c\n").unwrap();
        let seen: Vec<_> = parsed.cases.iter().map(|case| case.status).collect();
        assert_eq!(seen, [Status::Passed, Status::Skipped, Status::Failed]);
        assert_eq!(parse("1..3\nok 1\n").unwrap_err(), "planned 3 tests and lists 1");
        assert_eq!(parse("TAP version 13\nok 1\n").unwrap_err(), "has no plan (`1..n`): it may have been cut off");
        assert_eq!(parse("1..2\nok 1\nBail out! no database\n").unwrap_err(), "was given up: no database");
        let printed = parse("1..2\n{ a:\n}\nok 1 - parses {\nok 2 # skip no reader\n").unwrap();
        let seen: Vec<_> = printed.cases.iter().map(|case| (case.name.as_str(), case.status)).collect();
        assert_eq!(seen, [("parses {", Status::Passed), ("", Status::Skipped)]);
        assert_eq!(parse("1..1\nok 1\n1..2\nok 1\nnot ok 2\n").unwrap().cases.len(), 3, "two streams");
        assert!(parse("1..1\nnot ok 1 - a # time=1ms {\n    ok 1 - b\n").unwrap_err().starts_with("ends within"));
        assert_eq!(parse("1..0 # SKIP all\n").unwrap().cases.len(), 0);
    }
}
