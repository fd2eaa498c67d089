//! TAP, versions 12 to 14 (<https://testanything.org>). A test with subtests is the sum of them and not counted itself,
//! unless it failed though none of them did.

use super::case::{Case, Parsed, Status, first_line, full_name, seconds};
use crate::model::Exact;

/// Whether a text is TAP.
pub(super) fn is_it(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("TAP version ") || plan(line).is_some())
}

/// Reads a stream; the error says what is wrong with it.
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
            tap.planned = Some(count);
        } else if let Some((held, rest)) = point(body) {
            tap.point(level, held, rest)?;
        }
    }
    tap.finish()
}

/// `1..12` at the start of a line.
fn plan(line: &str) -> Option<u64> {
    let count = line.strip_prefix("1..")?;
    count.split([' ', '#']).next()?.trim().parse().ok()
}

/// `ok 3 - name # SKIP why` without what comes before the name.
fn point(body: &str) -> Option<(bool, &str)> {
    let (held, rest) = match body.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, body.strip_prefix("ok")?),
    };
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    Some((held, rest.strip_prefix("- ").unwrap_or(rest)))
}

#[derive(Default)]
struct Tap {
    parsed: Parsed,
    planned: Option<u64>,
    seen: u64,
    /// Per level: points since the last point one level up, and whether one of them failed.
    below: Vec<(u64, bool)>,
    /// Within a YAML block.
    diagnosis: bool,
    /// Whether the last point was counted, so that a block after it is about it.
    counted: bool,
}

impl Tap {
    fn point(&mut self, level: usize, held: bool, rest: &str) -> Result<(), String> {
        if level > 100 {
            return Err("is nested deeper than 100 levels".to_owned());
        }
        let (name, directive) = rest.split_once(" # ").unwrap_or((rest, ""));
        let directive = directive.trim().to_ascii_lowercase();
        let status = match (held, directive.starts_with("skip"), directive.starts_with("todo")) {
            (_, true, _) | (false, _, true) => Status::Skipped,
            (true, ..) => Status::Passed,
            (false, ..) => Status::Failed,
        };
        self.below.resize(self.below.len().max(level + 2), (0, false));
        let (children, child_failed) = std::mem::take(&mut self.below[level + 1]);
        self.below.truncate(level + 2);
        let failed = status == Status::Failed;
        self.below[level].0 += 1;
        self.below[level].1 |= failed || child_failed;
        self.seen += u64::from(level == 0);
        self.counted = children == 0 || (failed && !child_failed);
        if self.counted {
            self.parsed.push(Case { name: full_name("", name), status, ..Case::default() })?;
        }
        Ok(())
    }

    fn diagnose(&mut self, body: &str) {
        if body == "..." {
            self.diagnosis = false;
            return;
        }
        let (Some(case), Some((key, value))) =
            (self.parsed.cases.last_mut().filter(|_| self.counted), body.split_once(": "))
        else {
            return;
        };
        let value = value.trim().trim_matches(['\'', '"']);
        match key {
            "error" | "message" if case.message.is_empty() => case.message = first_line(value),
            "duration_ms" => {
                case.seconds = seconds(value).and_then(|ms| ms.checked_div(&Exact::whole(1000)));
            }
            "location" => {
                let mut parts = value.rsplitn(3, ':');
                if let (Some(_), Some(line), Some(file)) = (parts.next(), parts.next(), parts.next()) {
                    case.line = line.parse().unwrap_or(0);
                    case.file = Some(file.to_owned());
                }
            }
            _ => {}
        }
    }

    fn finish(self) -> Result<Parsed, String> {
        match self.planned {
            None => Err("has no plan (`1..n`): it may have been cut off".to_owned()),
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
        assert_eq!(parse("1..0 # SKIP all\n").unwrap().cases.len(), 0);
    }
}
