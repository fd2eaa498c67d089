//! Earlier runs beside a report: the trend, and when the open checks end if work goes on as it did (a burn-up chart read as
//! numbers: one line for what passed, one for what counts, drawn on until they meet). Reading the runs is left to the caller.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use crate::model::Outcome;
use crate::model::report::{CheckState, Forecast, Report, TrendPoint};

/// Runs that are kept; of more the latest are.
const MOST_RUNS: usize = 1000;
/// Further ahead no date is told.
const MOST_DAYS: u64 = 3650;

/// Fills the trend and the forecast of a report from earlier ones of the same system; returns how many were left out because
/// they are of another system, not earlier, or of the same moment as another.
pub fn with_history(report: &mut Report, earlier: &[Report]) -> usize {
    let Some(now) = moment(report) else { return earlier.len() };
    let same = |other: &&Report| other.system.name == report.system.name && other.run.id != report.run.id;
    let mut runs: Vec<(Timestamp, &Report)> = earlier
        .iter()
        .filter(same)
        .filter_map(|other| Some((moment(other)?, other)))
        .filter(|(at, _)| *at < now)
        .collect();
    runs.sort_by_key(|(at, _)| *at);
    runs.dedup_by_key(|(at, _)| *at);
    let runs = runs.split_off(runs.len().saturating_sub(MOST_RUNS));
    let mut points: Vec<Point> = runs.iter().filter_map(|(_, run)| Point::of(run)).collect();
    points.extend(Point::of(report));
    report.trend = runs.iter().map(|(_, run)| trend_point(run)).collect();
    report.roadmap.forecast = forecast(&points);
    earlier.len() - runs.len()
}

fn moment(report: &Report) -> Option<Timestamp> {
    report.run.started_at.parse().ok()
}

fn trend_point(run: &Report) -> TrendPoint {
    let (passed, total) = progress(run);
    let proven = run.score.as_ref().map(|score| score.proven.value);
    TrendPoint {
        at: run.run.started_at.clone(),
        proven,
        verdict: run.verdict,
        passed: Some(passed),
        total: Some(total),
    }
}

/// Checks that passed, and those that count.
fn progress(report: &Report) -> (u32, u32) {
    let counting = report
        .checks
        .iter()
        .filter(|check| check.state == CheckState::Enforced && check.outcome != Outcome::NotApplicable);
    counting.fold((0, 0), |(passed, total), check| (passed + u32::from(check.outcome == Outcome::Pass), total + 1))
}

/// One run on its day.
#[derive(Clone, Copy, Debug)]
struct Point {
    day: Date,
    passed: i64,
    total: i64,
}

impl Point {
    fn of(report: &Report) -> Option<Point> {
        let day = match &report.run.as_of {
            Some(day) => day.parse().ok()?,
            None => report.run.started_at.get(..10)?.parse().ok()?,
        };
        let (passed, total) = progress(report);
        Some(Point { day, passed: passed.into(), total: total.into() })
    }

    fn open(self) -> i64 {
        self.total - self.passed
    }
}

/// From the first to the last of some runs.
struct Pace {
    days: i64,
    passed: i64,
    added: i64,
}

impl Pace {
    /// `None` where the runs are of one day.
    fn of(points: &[Point]) -> Option<Pace> {
        let (first, last) = (points.first()?, points.last()?);
        let days = i64::from((last.day - first.day).get_days());
        (days > 0).then(|| Pace { days, passed: last.passed - first.passed, added: last.total - first.total })
    }

    /// The day on which `open` checks end; `None` where they do not, or not within ten years.
    fn end(&self, open: i64, from: Date) -> Option<Date> {
        let closed = u64::try_from(self.passed - self.added).ok().filter(|closed| *closed > 0)?;
        let work = u64::try_from(open).ok()?.checked_mul(u64::try_from(self.days).ok()?)?;
        let days = work.div_ceil(closed);
        (days <= MOST_DAYS).then(|| from.checked_add(Span::new().days(i64::try_from(days).ok()?)).ok())?
    }

    /// Per week, rounded down to a tenth.
    fn per_week(&self, count: i64) -> f64 {
        let tenths = i32::try_from((count * 70).div_euclid(self.days)).unwrap_or(i32::MAX);
        f64::from(tenths) / 10.0
    }
}

fn forecast(points: &[Point]) -> Option<Forecast> {
    let (first, last) = (points.first()?, points.last()?);
    let whole = Pace::of(points)?;
    let later = points.get(points.len() / 2..).filter(|_| points.len() > 3).and_then(Pace::of);
    let ends: Vec<Option<Date>> =
        std::iter::once(&whole).chain(later.as_ref()).map(|pace| pace.end(last.open(), last.day)).collect();
    let all = ends.iter().all(Option::is_some);
    Some(Forecast {
        runs: u32::try_from(points.len()).unwrap_or(u32::MAX),
        since: first.day.to_string(),
        open: u32::try_from(last.open()).unwrap_or(0),
        passed_per_week: whole.per_week(whole.passed),
        added_per_week: whole.per_week(whole.added),
        earliest: ends.iter().flatten().min().map(Date::to_string),
        latest: ends.iter().flatten().max().filter(|_| all).map(Date::to_string),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn points(runs: &[(&str, i64, i64)]) -> Vec<Point> {
        runs.iter()
            .map(|(day, passed, total)| Point { day: day.parse().unwrap(), passed: *passed, total: *total })
            .collect()
    }

    #[test]
    fn the_lines_meet_where_the_pace_says() {
        let told = forecast(&points(&[("2026-01-01", 0, 20), ("2026-01-11", 10, 20)])).unwrap();
        assert_eq!((told.open, told.passed_per_week, told.added_per_week), (10, 7.0, 0.0));
        assert_eq!((told.earliest.as_deref(), told.latest.as_deref()), (Some("2026-01-21"), Some("2026-01-21")));
    }

    #[test]
    fn what_is_added_is_counted_against_what_passes() {
        let told = forecast(&points(&[("2026-01-01", 0, 20), ("2026-01-11", 10, 25)])).unwrap();
        assert_eq!(told.earliest.as_deref(), Some("2026-02-10"), "15 open, 5 fewer in ten days");
        let never = forecast(&points(&[("2026-01-01", 0, 20), ("2026-01-11", 10, 30)])).unwrap();
        assert_eq!((never.earliest, never.latest), (None, None));
    }

    #[test]
    fn a_slower_half_widens_the_range_and_a_standstill_opens_it() {
        let runs = [("2026-01-01", 0, 20), ("2026-01-11", 10, 20), ("2026-01-21", 12, 20), ("2026-01-31", 13, 20)];
        let told = forecast(&points(&runs)).unwrap();
        assert_eq!((told.earliest.as_deref(), told.latest.as_deref()), (Some("2026-02-17"), Some("2026-04-11")));
        let still = [("2026-01-01", 0, 20), ("2026-01-11", 10, 20), ("2026-01-21", 12, 20), ("2026-01-31", 12, 20)];
        let told = forecast(&points(&still)).unwrap();
        assert!(told.earliest.is_some() && told.latest.is_none(), "{told:?}");
    }

    #[test]
    fn runs_of_one_day_tell_no_pace() {
        assert_eq!(forecast(&points(&[("2026-01-01", 0, 20), ("2026-01-01", 10, 20)])), None);
        assert_eq!(forecast(&points(&[("2026-01-01", 0, 20)])), None);
    }

    #[test]
    fn nothing_open_ends_at_once_and_far_away_is_no_date() {
        let done = forecast(&points(&[("2026-01-01", 0, 2), ("2026-01-11", 2, 2)])).unwrap();
        assert_eq!((done.open, done.earliest.as_deref()), (0, Some("2026-01-11")));
        let far = forecast(&points(&[("2020-01-01", 0, 20), ("2026-01-01", 1, 20)])).unwrap();
        assert_eq!(far.earliest, None);
    }
}
