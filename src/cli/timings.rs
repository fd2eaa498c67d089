//! `--timings`: where the time of an audit went, on standard error, so that reports stay what they are.

use std::fmt::Write;
use std::time::Duration;

use crate::audit::{Timing, Timings};

/// A line for the sweep, and one for each check that took any time, the slowest first; checks that look at the same share
/// a line.
pub(super) fn text(timings: &Timings) -> String {
    let mut checks: Vec<&Timing> = timings.checks.iter().filter(|timing| timing.sum() > Duration::ZERO).collect();
    checks.sort_by(|a, b| b.sum().cmp(&a.sum()).then_with(|| a.check.cmp(&b.check)));
    let sweep = &timings.sweep;
    let mut text = format!(
        "timings: {} files, {:.1} MB read once in {} ms; {} ms of processor time went into what checks wanted of them\n",
        sweep.files,
        megabytes(sweep.bytes),
        millis(sweep.took),
        millis(timings.wanted),
    );
    text.push_str("   files ms  observing ms  checks\n");
    while let Some(first) = checks.first().copied() {
        let (same, others): (Vec<&Timing>, Vec<&Timing>) =
            checks.into_iter().partition(|timing| timing.observations == first.observations);
        checks = others;
        let names: Vec<&str> = same.iter().map(|timing| timing.check.as_str()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>11}{:>14}  {}", millis(first.files), millis(first.observing), names.join(", "));
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit behind the point")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_check_comes_first_and_what_took_no_time_is_left_out() {
        let timing = |check: &str, files: u64, observing: u64| Timing {
            check: check.to_owned(),
            observations: vec![usize::from(files > 100)],
            files: Duration::from_micros(files),
            observing: Duration::from_micros(observing),
        };
        let checks = vec![
            timing("fast", 10, 0),
            timing("slow", 500, 2500),
            timing("as-slow", 500, 2500),
            timing("nothing", 0, 0),
        ];
        let lines = text(&Timings { checks, ..Timings::default() });
        let rows: Vec<&str> = lines.lines().skip(2).collect();
        assert_eq!(rows, ["       0.50          2.50  as-slow, slow", "       0.01          0.00  fast"]);
    }
}
