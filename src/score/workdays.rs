//! Working days: Monday to Friday, without holidays.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::model::Exact;

/// Days ahead that are still worth a date; about a thousand years of work.
const MOST_DAYS: i64 = 260_000;

/// The last of so many working days, the first being `from` itself or the next working day; part of a day counts as a
/// whole one. No work at all ends on `from`. `None` when the day is beyond any calendar.
pub(super) fn last_day_of_work(from: Date, days: &Exact) -> Option<Date> {
    let whole = -(Exact::zero() - days.clone()).floor_i64()?;
    if whole <= 0 {
        return Some(from);
    }
    if whole > MOST_DAYS {
        return None;
    }
    let first = next_working_day(from)?;
    let more = whole - 1;
    let (weeks, rest) = (more / 5, more % 5);
    let weekday = i64::from(first.weekday().to_monday_zero_offset());
    let weekend = if weekday + rest > 4 { 2 } else { 0 };
    first.checked_add((weeks * 7 + rest + weekend).days()).ok()
}

fn next_working_day(from: Date) -> Option<Date> {
    let ahead: i64 = match from.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => 0,
    };
    from.checked_add(ahead.days()).ok()
}

/// Calendar days from `end` to `day`; 0 when `day` is not later.
pub(super) fn days_late(day: Date, end: Date) -> Option<i64> {
    let span = end.until(day).ok()?;
    Some(i64::from(span.get_days()).max(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn last(from: &str, days: &str) -> String {
        last_day_of_work(from.parse().unwrap(), &Exact::parse_decimal(days).unwrap()).unwrap().to_string()
    }

    #[test]
    fn work_runs_monday_to_friday_and_counts_today() {
        // 2026-03-02 is a Monday.
        assert_eq!(last("2026-03-02", "1"), "2026-03-02");
        assert_eq!(last("2026-03-02", "5"), "2026-03-06");
        assert_eq!(last("2026-03-02", "5.1"), "2026-03-09");
        assert_eq!(last("2026-03-06", "2"), "2026-03-09");
        assert_eq!(last("2026-03-05", "10"), "2026-03-18");
        assert_eq!(last("2026-03-07", "1"), "2026-03-09");
        assert_eq!(last("2026-03-08", "0"), "2026-03-08");
    }

    #[test]
    fn work_agrees_with_counting_day_by_day() {
        let start: Date = "2026-03-02".parse().unwrap();
        for shift in 0..7_i64 {
            let from = start.checked_add(shift.days()).unwrap();
            for work in 1..40_i64 {
                let (mut day, mut left) = (from, work);
                loop {
                    left -= i64::from(day.weekday().to_monday_zero_offset() < 5);
                    if left == 0 {
                        break;
                    }
                    day = day.tomorrow().unwrap();
                }
                assert_eq!(last_day_of_work(from, &Exact::whole(work)), Some(day), "{from} + {work}");
            }
        }
    }

    #[test]
    fn work_beyond_any_calendar_has_no_date() {
        assert_eq!(last_day_of_work("2026-03-02".parse().unwrap(), &Exact::parse_decimal("1e300").unwrap()), None);
        assert_eq!(last_day_of_work("9999-12-31".parse().unwrap(), &Exact::whole(400)), None);
    }

    #[test]
    fn lateness_is_counted_in_calendar_days() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(days_late(day("2026-03-10"), day("2026-03-08")), Some(2));
        assert_eq!(days_late(day("2026-03-01"), day("2026-03-08")), Some(0));
        assert_eq!(days_late(day("2027-03-08"), day("2026-03-08")), Some(365));
    }
}
