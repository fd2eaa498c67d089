//! Units and numbers with units; every conversion is exact. Leaves to `texts` what parameters and keys carry, and to
//! `expect::operand` which unit a fact may have.

use crate::model::{Exact, FactType};

mod texts;

pub use texts::{date, duration, effort, percent, rate, size, std_duration};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A share; base unit: the fraction.
    Ratio,
    /// A time span; base unit: the second.
    Duration,
    /// An amount of data; base unit: the byte.
    Size,
    /// Events per second.
    Rate,
    /// Bytes per second.
    Throughput,
}

impl Dimension {
    /// The word that messages use.
    pub fn word(self) -> &'static str {
        match self {
            Dimension::Ratio => "ratio",
            Dimension::Duration => "duration",
            Dimension::Size => "size",
            Dimension::Rate => "rate",
            Dimension::Throughput => "data rate",
        }
    }

    /// The dimension of a fact type, if it has one.
    pub fn of(ftype: &FactType) -> Option<Dimension> {
        match ftype {
            FactType::Ratio => Some(Dimension::Ratio),
            FactType::Duration => Some(Dimension::Duration),
            FactType::Size => Some(Dimension::Size),
            FactType::Rate => Some(Dimension::Rate),
            FactType::Throughput => Some(Dimension::Throughput),
            FactType::Count
            | FactType::Number
            | FactType::Bool
            | FactType::Text
            | FactType::Ordered(_)
            | FactType::Version
            | FactType::Date
            | FactType::List(_)
            | FactType::Any => None,
        }
    }

    /// The fact type with this dimension.
    pub fn fact_type(self) -> FactType {
        match self {
            Dimension::Ratio => FactType::Ratio,
            Dimension::Duration => FactType::Duration,
            Dimension::Size => FactType::Size,
            Dimension::Rate => FactType::Rate,
            Dimension::Throughput => FactType::Throughput,
        }
    }
}

/// A unit: what it measures and how many base units it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// What it measures.
    pub dimension: Dimension,
    /// Base units (seconds, bytes, fraction, per second) in one of it.
    pub factor: Exact,
}

/// Time units, longest first in each spelling family; numerator and denominator in seconds. `m` is a minute.
const TIMES: &[(&str, i64, i64)] = &[
    ("ns", 1, 1_000_000_000),
    ("us", 1, 1_000_000),
    ("µs", 1, 1_000_000),
    ("μs", 1, 1_000_000),
    ("ms", 1, 1_000),
    ("s", 1, 1),
    ("m", 60, 1),
    ("min", 60, 1),
    ("h", 3_600, 1),
    ("d", 86_400, 1),
    ("w", 604_800, 1),
];

/// Sizes in bytes: SI prefixes are powers of 1000, IEC 80000-13 prefixes powers of 1024.
const SIZES: &[(&str, i64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("TiB", 1 << 40),
];

/// Spellings that are not units here, and what to write instead.
const HABITS: &[(&[&str], &str)] = &[
    (&["KB", "Kb", "kb", "K", "k", "kib", "Kib"], "`kB` is 1000 bytes, `KiB` is 1024 bytes"),
    (&["M", "Mb", "mb", "mB", "Mib", "mib"], "`MB` is 1000000 bytes, `MiB` is 1048576 bytes"),
    (&["G", "Gb", "gb", "gB", "Gib", "gib"], "`GB` is 1000000000 bytes, `GiB` is 1073741824 bytes"),
    (
        &["T", "Tb", "tb", "tB", "Tib", "tib"],
        "`TB` and `TiB` (powers of 1000 and 1024) are meant differently; write one",
    ),
    (&["b", "byte", "bytes", "Bytes"], "write `B`"),
    (
        &["mo", "mos", "month", "months", "mon", "M/", "y", "yr", "yrs", "year", "years"],
        "months and years differ in length: write days (`d`)",
    ),
    (&["sec", "secs", "second", "seconds", "S"], "write `s`"),
    (&["mins", "minute", "minutes", "Min", "MIN"], "write `min` (or `m`)"),
    (&["hr", "hrs", "hour", "hours", "H"], "write `h`"),
    (&["day", "days", "D"], "write `d`"),
    (&["week", "weeks", "W"], "write `w`"),
    (&["msec", "millis", "millisecond", "milliseconds", "MS", "Ms"], "write `ms`"),
    (&["percent", "pct", "Percent"], "write `%`"),
    (&["rps", "qps", "tps", "RPS", "req", "reqs", "requests", "requests/s", "reqs/s", "request/s"], "write `req/s`"),
];

/// Reads a unit; the error says what is wrong and what to write.
pub fn unit(text: &str) -> Result<Unit, String> {
    let found = |dimension, factor| Ok(Unit { dimension, factor });
    if text == "%" {
        return found(Dimension::Ratio, fraction(1, 100));
    }
    if let Some(seconds) = time(text) {
        return found(Dimension::Duration, seconds);
    }
    if let Some(bytes) = bytes(text) {
        return found(Dimension::Size, bytes);
    }
    if let Some((amount, per)) = text.split_once('/')
        && let Some(span) = time(per)
        && let Some(dimension_and_amount) = rate_amount(amount)
    {
        let (dimension, amount) = dimension_and_amount;
        return match amount.checked_div(&span) {
            Some(factor) => found(dimension, factor),
            None => Err(format!("unit `{text}` is not known")),
        };
    }
    Err(format!("unit `{text}` is not known: {}", unit_help(text)))
}

fn rate_amount(amount: &str) -> Option<(Dimension, Exact)> {
    match amount {
        "" | "req" => Some((Dimension::Rate, Exact::one())),
        size => bytes(size).map(|bytes| (Dimension::Throughput, bytes)),
    }
}

fn unit_help(text: &str) -> String {
    if let Some((_, help)) = HABITS.iter().find(|(spellings, _)| spellings.contains(&text)) {
        return (*help).to_owned();
    }
    let mut names = TIMES.iter().map(|(name, ..)| *name).chain(SIZES.iter().map(|(name, _)| *name));
    match names.find(|name| name.eq_ignore_ascii_case(text)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "units are ns us ms s m h d w, B kB KiB MB MiB GB GiB TB TiB, %, req/s, /min, MB/s".to_owned(),
    }
}

fn time(text: &str) -> Option<Exact> {
    TIMES.iter().find(|(name, ..)| *name == text).map(|(_, n, d)| fraction(*n, *d))
}

fn bytes(text: &str) -> Option<Exact> {
    SIZES.iter().find(|(name, _)| *name == text).map(|(_, bytes)| Exact::whole(*bytes))
}

fn fraction(numerator: i64, denominator: i64) -> Exact {
    Exact::ratio(numerator, denominator).expect("unit tables hold no zero denominator")
}

/// A number with or without a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    /// In base units of its dimension; as written when it has none.
    pub(super) value: Exact,
    /// What its unit measures.
    pub(super) dimension: Option<Dimension>,
}

/// Reads `100`, `100ms`, `1h30m`; with `unit` apart also `100` + `ms`. `None`: this does not start as a number.
pub(super) fn quantity(text: &str, apart: Option<&str>) -> Option<Result<Quantity, String>> {
    let (number, rest) = split_number(text)?;
    let value = Exact::parse_decimal(number)?;
    let unit_text = match (rest, apart) {
        ("", None) => return Some(Ok(Quantity { value, dimension: None })),
        ("", Some(unit)) => unit,
        (rest, None) => rest,
        (_, Some(apart)) => return Some(Err(format!("`{text}` already has a unit; drop `{apart}`"))),
    };
    if apart.is_none() && rest.chars().any(|c| c.is_ascii_digit()) {
        return compound(text).map(Ok);
    }
    Some(unit(unit_text).map(|unit| Quantity { value: &value * &unit.factor, dimension: Some(unit.dimension) }))
}

/// `1h30m`: whole numbers with falling time units.
fn compound(text: &str) -> Option<Quantity> {
    let mut rest = text;
    let mut total = Exact::zero();
    let mut last: Option<Exact> = None;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (name, after) = tail.split_at(letters);
        let factor = time(name)?;
        if last.as_ref().is_some_and(|last| factor >= *last) {
            return None;
        }
        total = total + &Exact::parse_decimal(number)? * &factor;
        last = Some(factor);
        rest = after;
    }
    Some(Quantity { value: total, dimension: Some(Dimension::Duration) })
}

/// The longest start of `text` that is a number, and what follows it.
pub(super) fn split_number(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    let mut at = usize::from(text.starts_with('-'));
    let whole = digits(at);
    if whole == 0 || bytes[at] == b'_' {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let decimals = digits(at + 1);
        if decimals > 0 && bytes[at + 1] != b'_' {
            at += 1 + decimals;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let from = at + 1 + sign;
        let power = bytes.get(from..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
        if power > 0 {
            at = from + power;
        }
    }
    Some(text.split_at(at))
}

/// Whether the whole text is a number without a unit.
pub(super) fn is_number(text: &str) -> bool {
    split_number(text).is_some_and(|(number, rest)| rest.is_empty() && Exact::parse_decimal(number).is_some())
}

/// Whether the text is a number, or one that a habit of writing spoils (`.5`, `+5`).
pub(super) fn looks_like_number(text: &str) -> bool {
    is_number(text)
        || text.strip_prefix('+').is_some_and(is_number)
        || (text.starts_with('.') && is_number(&format!("0{text}")))
}

/// Units to propose where one is missing.
pub(super) fn usual_units(dimension: Dimension) -> &'static [&'static str] {
    match dimension {
        Dimension::Ratio => &["%"],
        Dimension::Duration => &["ms", "s"],
        Dimension::Size => &["kB", "MiB"],
        Dimension::Rate => &["req/s"],
        Dimension::Throughput => &["MB/s"],
    }
}
