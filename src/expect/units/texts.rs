//! Texts that parameters and keys carry: durations, sizes, rates, percentages, dates, effort. Errors say what to write.

use std::time::Duration;

use jiff::civil::Date;

use super::{Dimension, is_number, quantity, split_number, time, unit_help, usual_units};
use crate::expect::format::short;
use crate::model::Exact;

/// A whole quantity text as parameters and keys carry it: number, optional space, unit.
fn whole_quantity(text: &str, dimension: Dimension, example: &str) -> Result<Exact, String> {
    let text = text.trim();
    let due = || format!("`{text}` is not a {}: write it like `{example}`", dimension.word());
    if let Some((first, second)) = text.split_once(char::is_whitespace)
        && second.trim_start().starts_with(|c: char| c.is_ascii_digit())
        && dimension == Dimension::Duration
    {
        return Err(format!("`{text}` has two parts: write `{first}{}`", second.trim_start()));
    }
    let (number, apart) = match text.split_once(char::is_whitespace) {
        Some((number, unit)) => (number, Some(unit.trim_start())),
        None => (text, None),
    };
    let quantity = quantity(number, apart).ok_or_else(due)??;
    if quantity.value.is_negative() {
        return Err(format!("`{text}` is negative: write it like `{example}`"));
    }
    match quantity.dimension {
        Some(found) if found == dimension => Ok(quantity.value),
        Some(found) => {
            Err(format!("`{text}` is a {}, not a {}: write it like `{example}`", found.word(), dimension.word()))
        }
        None if dimension == Dimension::Ratio && quantity.value <= Exact::one() && !quantity.value.is_zero() => {
            let percent = quantity.value * Exact::whole(100);
            Err(format!("`{text}` has no unit: write `{text} %` or `{} %`", percent.to_f64()))
        }
        None => Err(format!(
            "`{text}` has no unit: write `{text} {}`",
            usual_units(dimension).join(&format!("` or `{text} "))
        )),
    }
}

/// A duration in seconds: `10 s`, `1h30m`, `250ms`.
pub fn duration(text: &str) -> Result<Exact, String> {
    whole_quantity(text, Dimension::Duration, "10 s")
}

/// A duration as the standard library has it, cut down to whole nanoseconds; at most 10 000 years.
pub fn std_duration(text: &str) -> Result<Duration, String> {
    let nanos = duration(text)? * Exact::whole(1_000_000_000);
    let most = Exact::whole(10_000_i64 * 366 * 86_400) * Exact::whole(1_000_000_000);
    if nanos > most {
        return Err(format!("`{}` is too long: at most 10000 years", text.trim()));
    }
    let seconds = nanos.checked_div(&Exact::whole(1_000_000_000)).and_then(|s| s.floor_i64()).unwrap_or(0);
    let rest = nanos - Exact::whole(seconds) * Exact::whole(1_000_000_000);
    let rest = rest.floor_i64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Ok(Duration::new(seconds.unsigned_abs(), rest))
}

/// A percentage: 70 for `70 %`. The `%` is required.
pub fn percent(text: &str) -> Result<Exact, String> {
    whole_quantity(text, Dimension::Ratio, "70 %").map(|fraction| fraction * Exact::whole(100))
}

/// A size in bytes: `512 KiB`.
pub fn size(text: &str) -> Result<Exact, String> {
    whole_quantity(text, Dimension::Size, "512 KiB")
}

/// Events per second: `60/s`, `50 req/s`, `300 /min`.
pub fn rate(text: &str) -> Result<Exact, String> {
    whole_quantity(text, Dimension::Rate, "60 req/s")
}

/// A day: `2026-04-30`, as RFC 3339 writes it.
pub fn date(text: &str) -> Result<Date, String> {
    let text = text.trim();
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if !shaped {
        return Err(format!("`{}` is not a date: write it like `2026-04-30`", short(text)));
    }
    text.parse::<Date>().map_err(|_| format!("`{text}` is not a day of the calendar"))
}

/// Working days in a week of effort.
const WORK_WEEK: i64 = 5;

/// Effort in person-days, from … to: `2 d`, `2..4 d`, `3 w` (15 d). A bare left end takes the right one's unit.
pub fn effort(text: &str) -> Result<(Exact, Exact), String> {
    let text = text.trim();
    let (low, high) = text.split_once("..").map_or((text, text), |(low, high)| (low.trim(), high.trim()));
    let to = effort_end(high, text)?;
    let from = if is_number(low) {
        let unit = high.trim_start_matches(|c: char| !c.is_alphabetic());
        effort_end(&format!("{low} {unit}"), text)?
    } else {
        effort_end(low, text)?
    };
    if from > to {
        return Err(format!("`{text}` runs backwards: write the smaller end first"));
    }
    Ok((from, to))
}

fn effort_end(end: &str, whole: &str) -> Result<Exact, String> {
    let due = || format!("`{whole}` is not an effort: write person-days like `2 d`, `2..4 d` or `3 w`");
    let (number, unit) = split_number(end).ok_or_else(due)?;
    let value = Exact::parse_decimal(number).filter(|value| !value.is_negative()).ok_or_else(due)?;
    match unit.trim_start() {
        "d" => Ok(value),
        "w" => Ok(value * Exact::whole(WORK_WEEK)),
        "" => Err(format!("`{whole}` has no unit: write `{whole} d` (person-days) or `{whole} w` (five of them)")),
        other if time(other).is_some() => {
            Err(format!("effort counts person-days, not `{other}`: write `{whole}` in `d` or `w`"))
        }
        other => Err(format!("unit `{other}` is not known in an effort: {}", unit_help(other))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn durations_convert_exactly() {
        for (text, fraction) in [
            ("1h30m", "5400"),
            ("10m", "600"),
            ("10 min", "600"),
            ("0.1 ms", "1/10000"),
            ("3 w", "1814400"),
            ("7 µs", "7/1000000"),
            ("2d12h", "216000"),
            ("1e3ms", "1"),
        ] {
            assert_eq!(duration(text).unwrap().to_string(), fraction, "{text}");
        }
    }

    #[test]
    fn wrong_durations_say_what_to_write() {
        for (text, part) in [
            ("10", "write `10 ms` or `10 s`"),
            ("1h 30m", "write `1h30m`"),
            ("3 mo", "write days"),
            ("2 years", "write days"),
            ("5 MB", "is a size, not a duration"),
            ("-1 s", "negative"),
            ("soon", "write it like `10 s`"),
            ("30m1h", "not a duration"),
            ("", "not a duration"),
            ("10 secs", "write `s`"),
        ] {
            let message = duration(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn standard_durations_are_cut_to_nanoseconds() {
        assert_eq!(std_duration("1.5 s").unwrap(), Duration::from_millis(1500));
        assert_eq!(std_duration("0.3 ns").unwrap(), Duration::ZERO);
        assert!(std_duration("1e30 w").is_err());
    }

    #[test]
    fn percentages_need_their_sign() {
        assert_eq!(percent("70 %").unwrap().to_string(), "70");
        assert_eq!(percent("0.1%").unwrap().to_string(), "1/10");
        assert_eq!(percent("70").unwrap_err(), "`70` has no unit: write `70 %`");
        assert_eq!(percent("0.8").unwrap_err(), "`0.8` has no unit: write `0.8 %` or `80 %`");
        assert!(percent("-5 %").is_err());
    }

    #[test]
    fn sizes_and_rates_keep_powers_apart() {
        assert_eq!(size("512 KiB").unwrap().to_string(), "524288");
        assert_eq!(size("1.5 kB").unwrap().to_string(), "1500");
        assert!(size("512 KB").unwrap_err().contains("`kB` is 1000"));
        assert!(size("1M").unwrap_err().contains("`MiB`"));
        assert_eq!(rate("60/s").unwrap().to_string(), "60");
        assert_eq!(rate("300 /min").unwrap().to_string(), "5");
        assert_eq!(rate("50 req/s").unwrap().to_string(), "50");
        assert!(rate("5 MB/s").unwrap_err().contains("is a data rate, not a rate"));
        assert!(rate("60 rps").unwrap_err().contains("`req/s`"));
    }

    #[test]
    fn effort_is_working_time() {
        let whole = |text: &str| effort(text).map(|(a, b)| (a.to_string(), b.to_string()));
        assert_eq!(whole("2 d").unwrap(), ("2".into(), "2".into()));
        assert_eq!(whole("2..4 d").unwrap(), ("2".into(), "4".into()));
        assert_eq!(whole("2..4w").unwrap(), ("10".into(), "20".into()));
        assert_eq!(whole("3 d .. 1 w").unwrap(), ("3".into(), "5".into()));
        assert_eq!(whole("0.5d").unwrap(), ("1/2".into(), "1/2".into()));
        for wrong in ["2", "2 h", "2 mo", "4..2 d", "", "..", "d", "-1 d"] {
            assert!(effort(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert!(date("2026-02-28").is_ok());
        assert!(date("2026-02-30").unwrap_err().contains("calendar"));
        for wrong in ["2026-2-3", "26-02-03", "2026/02/03", "tomorrow", "２０２６-01-01", ""] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_text_panics() {
        for text in ["-", "é", "1é", "1.", "1e", "1e+", "_", "1__", "%", "1%%", "..", "1..", "5 %é", "1h\u{301}"] {
            let _ = (duration(text), percent(text), size(text), rate(text), effort(text), date(text));
        }
    }
}
