//! Units and counted nouns that follow a number in a threshold, in every language seen.

use std::sync::LazyLock;

use regex::Regex;

/// Units that follow a number in thresholds, as our expectations write them. Other words are nouns.
const UNITS: &[(&str, &str)] = &[
    ("%", r"[%％٪]|percent\b|prozent\b|por ?ciento\b|por cento\b|procent\b|процент\w*"),
    (
        "req/s",
        r"req(?:uests?)?\s?(?:/|per )\s?s(?:ec(?:ond)?)?\b|rps\b|qps\b|tps\b|anfragen/s\w*|requêtes/s\w*|запросов/с\w*|请求/秒",
    ),
    ("MB/s", r"MB/s\b|MBps\b"),
    ("GB/s", r"GB/s\b"),
    ("KB/s", r"KB/s\b"),
    (
        "ms",
        r"ms\b|milliseconds?\b|millisekunden\b|millisecondes?\b|milisegundos\b|millisecondi\b|milliseconden\b|мс\b|миллисекунд\w*|毫秒|ミリ秒|밀리초",
    ),
    (
        "s",
        r"s(?:ec(?:onds?|s)?)?\b|sekunden?\b|secondes?\b|segundos?\b|second[io]\b|seconden\b|sekund\w*|сек\w*|секунд\w*|с\b|saniye|giây|detik|秒|초|ثانية|ثوان|सेकंड",
    ),
    ("min", r"min(?:ute)?s?\b|minuten\b|minutos\b|minut[aiy]?\b|минут\w*|dakika|phút|menit|分钟|分"),
    ("h", r"h(?:ours?|rs?)?\b|stunden\b|heures\b|horas\b|ore\b|uur\b|godzin\w*|час\w*|saat|giờ|jam|小时|時間"),
    ("d", r"days?\b|tage?\b|jours?\b|días\b|dias\b|giorni\b|dagen\b|dni\b|дн\w*|gün\b|天"),
    ("GB", r"GB\b|GiB\b"),
    ("MB", r"MB\b|MiB\b"),
    ("KB", r"KB\b|KiB\b"),
    ("TB", r"TB\b"),
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

static UNIT_PATTERNS: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| UNITS.iter().map(|(unit, words)| (*unit, pattern(&format!(r"(?i)^[\s-]?(?:{words})")))).collect());
static NOUN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\+?\s?(?:(?:concurrent|simultaneous|new|unit|backend|portfolio|active|gleichzeitige|daily)\s)*(?P<noun>\p{L}[\p{L}-]*)",
    )
});

/// The unit that follows a number, and the bytes it takes.
pub(super) fn known_unit(rest: &str) -> Option<(&'static str, usize)> {
    UNIT_PATTERNS.iter().find_map(|(unit, pattern)| Some((*unit, pattern.find(rest)?.end())))
}

/// The unit after a number, or the noun that is counted.
pub(super) fn unit_after(rest: &str) -> (String, usize) {
    let plus = usize::from(rest.starts_with('+'));
    if let Some((unit, end)) = known_unit(&rest[plus..]) {
        return (unit.to_owned(), plus + end);
    }
    match NOUN.captures(rest).and_then(|captures| captures.name("noun")) {
        Some(noun) => (noun.as_str().to_lowercase(), noun.end()),
        None => (String::new(), plus),
    }
}
