//! What `cargo test` prints: the last resort, believed only where its lines and its summaries agree.

use super::case::{Case, Parsed, Status, first_line, full_name};
use super::place;

/// Lines of what a test printed that are looked at.
const MOST_LINES: usize = 200;

/// Whether a text is such output.
pub(super) fn is_it(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("test result: "))
}

/// Reads the output; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let (mut begun, mut ended, mut told) = (0_u64, 0_u64, [0_u64; 3]);
    for line in text.lines() {
        if line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")) {
            begun += 1;
        } else if let Some(summary) = line.strip_prefix("test result: ") {
            ended += 1;
            for (sum, word) in told.iter_mut().zip(["passed", "failed", "ignored"]) {
                *sum += number_before(summary, word);
            }
        } else if let Some((name, status)) = listed(line) {
            parsed.push(Case { name: full_name("", name), status, ..Case::default() })?;
        }
    }
    if begun != ended {
        return Err(format!("is cut off: {begun} test programs began, {ended} ended"));
    }
    let listed = [Status::Passed, Status::Failed, Status::Skipped]
        .map(|status| parsed.cases.iter().filter(|case| case.status == status).count() as u64);
    if listed != told {
        let (told, listed) = (told.iter().sum::<u64>(), listed.iter().sum::<u64>());
        return Err(format!("counts {told} tests and lists {listed}; run it without `--quiet` and `--nocapture`"));
    }
    explain_all(&mut parsed, text);
    Ok(parsed)
}

/// The number before a word: `5 passed`.
fn number_before(summary: &str, word: &str) -> u64 {
    let part = summary.split(['.', ';']).map(str::trim).find_map(|part| part.strip_suffix(word));
    part.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// `test name ... ok`.
fn listed(line: &str) -> Option<(&str, Status)> {
    let (name, end) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let word = end.split([' ', ',']).next()?;
    let status = match word {
        "ok" => Status::Passed,
        "FAILED" => Status::Failed,
        "ignored" => Status::Skipped,
        _ => return None,
    };
    Some((name.strip_suffix(" - should panic").unwrap_or(name), status))
}

/// Messages and places from the blocks `---- name stdout ----`.
fn explain_all(parsed: &mut Parsed, text: &str) {
    for block in text.split("\n---- ").skip(1) {
        let Some((name, said)) = block.split_once(" stdout ----\n") else { continue };
        let unexplained =
            |case: &&mut Case| case.status == Status::Failed && case.name == name && case.message.is_empty();
        if let Some(case) = parsed.cases.iter_mut().find(unexplained) {
            explain(case, said.split("\nfailures:\n").next().unwrap_or(said));
        }
    }
}

/// Message and place of the first panic in what a test printed; without one, its first line.
pub(super) fn explain(case: &mut Case, said: &str) {
    let mut lines = said.lines().take(MOST_LINES);
    let Some(at) = lines.find_map(|line| line.split_once(" panicked at ").map(|(_, at)| at)) else {
        case.message = first_line(said);
        (case.file, case.line) = place::find(said, case).map_or((None, 0), |(file, line)| (Some(file), line));
        return;
    };
    let mut place = at.trim_end_matches(':').rsplitn(3, ':');
    if let (Some(_), Some(line), Some(file)) = (place.next(), place.next(), place.next()) {
        case.line = line.parse().unwrap_or(0);
        case.file = Some(file.to_owned());
    }
    let message = first_line(lines.next().unwrap_or_default());
    if !message.is_empty() {
        case.message = message;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const OUTPUT: &str = "
running 3 tests
test cart::adds ... ok
test cart::later ... ignored, no database
test cart::removes ... FAILED

failures:

---- cart::removes stdout ----

thread 'cart::removes' (7) panicked at src/lib.rs:11:5:
assertion `left == right` failed
  left: 1

failures:
    cart::removes

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn lines_are_counted_where_summaries_agree() {
        let parsed = parse(OUTPUT).unwrap();
        let failed = parsed.cases.iter().find(|case| case.status == Status::Failed).unwrap();
        assert_eq!((parsed.cases.len(), failed.name.as_str(), failed.line), (3, "cart::removes", 11));
        assert_eq!(failed.message, "assertion `left == right` failed");
    }

    #[test]
    fn output_that_is_cut_off_or_quiet_is_refused() {
        let cut = OUTPUT.replace("test result", "TEST RESULT");
        assert_eq!(parse(&cut).unwrap_err(), "is cut off: 1 test programs began, 0 ended");
        let quiet = "running 2 tests\n..\ntest result: ok. 2 passed; 0 failed; 0 ignored\n";
        assert!(parse(quiet).unwrap_err().starts_with("counts 2 tests and lists 0"));
    }
}
