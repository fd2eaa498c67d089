//! What a metric must be: `<100ms (95th percentile)`, `50+ req/sec`, `at least 80%`, `zero critical`, `9.7 → 50+`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::nothing;
use super::number::{NUMBER, exact};
use super::read::{Found, subject_before};
use super::unit::{known_unit, unit_after};
use super::words::{self, Column};
use crate::model::Exact;
use crate::model::statement::{Comparison, Meaning, Threshold};

/// Words before the number and the comparison they state.
const WORDS_BEFORE: &[(Comparison, &str)] = &[
    (
        Comparison::AtLeast,
        r"at least|minimum(?: of)?|min\.|no less than|not less than|mindestens|au moins|au minimum|al menos|(?:como )?mínim[oa](?: de)?|pelo menos|no mínimo|almeno|minimo|minimaal|minstens|ten minste|co najmniej|minimum|не менее|минимум|не менше|щонайменше|en az|至少|不低于|最低|少なくとも|최소|على الأقل|कम से कम|ít nhất|tối thiểu|setidaknya|minimal",
    ),
    (
        Comparison::AtMost,
        r"at most|maximum(?: of)?|max\.?|no more than|not more than|up to|not exceeding|höchstens|maximal|au plus|au maximum|como máximo|(?:no )?máxim[oa](?: de)?|(?:al )?massimo|maximaal|hoogstens|co najwyżej|maksymalnie|не более|максимум|не більше|en fazla|不超过|不高于|最多|最大|최대|بحد أقصى|अधिकतम|tối đa|maksimal|maksimum",
    ),
    (
        Comparison::Less,
        r"less than|under|below|within|fewer than|faster than|lower than|unter|weniger als|kleiner als|moins de|inférieure? à|sous|menos de|inferior a|por debajo de|abaixo de|menor que|meno di|inferiore a|sotto|minder dan|onder|lager dan|poniżej|mniej niż|менее|меньше|ниже|менше|нижче|小于|低于|少于|أقل من|से कम|dưới|nhỏ hơn|kurang dari|di bawah",
    ),
    (
        Comparison::More,
        r"more than|greater than|over|above|exceeds?|exceeding|higher than|über|mehr als|größer als|plus de|supérieure? à|más de|superior a|mais de|acima de|maior que|più di|superiore a|oltre|meer dan|boven|powyżej|więcej niż|более|больше|выше|свыше|більше|вище|大于|高于|超过|أكثر من|से अधिक|lớn hơn|cao hơn|nhiều hơn|lebih dari|di atas",
    ),
    (
        Comparison::AtLeast,
        r"reach(?:es|ing)?|achieve|maintain|target(?: of)?:?|goal(?: of)?:?|coverage at|ziel:?|erreichen|atteindre|alcanzar|atingir|raggiungere|bereiken|osiągnąć|достичь|达到|達成",
    ),
];

static SYMBOL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)(?P<op><=|>=|=<|=>|≤|≥|<|>|＜|＞|⩽|⩾)\s?[$€£%]?(?P<n>{NUMBER})(?P<k>[kKM]\b)?"))
});
static PLUS: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<n>{NUMBER})(?P<k>[kKMB])?(?:\s?(?P<sign>[%％٪]))?\+(?:[^\d+]|$)")));
static WORDED: LazyLock<Vec<(Comparison, Regex)>> = LazyLock::new(|| {
    let one = |words: &str| pattern(&format!(r"(?i)(?:^|[^\p{{L}}])(?:{words})\s*(?P<n>{NUMBER})(?P<k>[kKM]\b)?"));
    WORDS_BEFORE.iter().map(|(comparison, words)| (*comparison, one(words))).collect()
});
/// `Min 70 %`, not the minutes of `5 min 30 s`.
static MIN: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(?:^|[^\p{{L}}\d\s]\s?|\p{{L}}\s)min\s(?P<n>{NUMBER})(?P<k>[kKM]\b)?")));
/// `80 % (target met)`: what met the target is held to it.
static TARGET_MET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<n>{NUMBER})\s?[%％][^\p{{L}}\d(]{{0,6}}\((?:(?:target|goal) (?:met|reached|achieved)|ziel (?:erreicht|erfüllt)|objectif atteint|objetivo (?:cumplido|alcanzado|atingido)|obiettivo raggiunto|doel (?:bereikt|behaald)|cel osiągnięty|цель достигнута|hedefe ulaşıldı|目标达成|目標達成|목표 달성)"
    ))
});
/// Scripts that put the comparison after the number.
static WORDED_AFTER: LazyLock<Vec<(Comparison, Regex)>> = LazyLock::new(|| {
    let unit = r"\s?(?P<u>[%％]|\p{Alphabetic}{0,4}?)\s?(?:'?[ıiuü]n )?";
    let one = |words: &str| pattern(&format!(r"(?P<n>{NUMBER}){unit}(?:{words})"));
    vec![
        (
            Comparison::AtLeast,
            one(
                "以上|이상|veya üzeri|veya daha fazla|and above|or more|or higher|или более|oder mehr|ou plus|o más|ou mais|o più|of meer|lub więcej",
            ),
        ),
        (
            Comparison::AtMost,
            one(
                "以下|以内|이하|이내|or less|or fewer|or lower|или менее|oder weniger|ou moins|o menos|ou menos|o meno|of minder|lub mniej",
            ),
        ),
        (Comparison::Less, one("未満|미만|altında|से कम")),
        (Comparison::More, one("を超える|초과|üzerinde|से अधिक")),
    ]
});
static SUB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\bsub[-‑ ](?P<n>{NUMBER})[-‑ ]?(?P<u>ms|milliseconds?|s|sec|seconds?|minutes?)\b"))
});
static SUB_UNIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bsub[-‑](?P<u>second|millisecond|minute)\b"));
static IMPLIED_PERCENT: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)(?P<n>{NUMBER})\s?[%％٪]\+?")));
/// `100 % means ready`: the bound is explained.
static MEANING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<n>{NUMBER})\s?[%％]\s(?:\p{{L}}+\s)?(?:means|bedeutet|heißt|signifie|significa|betekent|oznacza|означает)\b"
    ))
});
static ALL_OF: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\W*all\s(?P<n>\d+)\s(?P<noun>(?:\p{L}+\s){0,2}?\p{L}+s)\b"));
static ALL_RESOLVED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:all|no|every)\s(?P<noun>(?:open\s|known\s)?(?:critical|high|severe|blocking|major|p0)[\w\s-]*?(?:vulnerabilit(?:y|ies)|bugs?|issues?|defects?|errors?|findings?))\s(?:are\s|is\s|have been\s)?(?:resolved|fixed|closed|addressed|mitigated|remediated|open|remaining)",
    )
});
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:complete|full|total)\s(?P<noun>[\w\s-]{0,40}?(?:coverage|compliance|traceability|completeness))\b",
    )
});
static ALWAYS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[^\d/])(?P<h>24)/(?P<d>[5-7])(?:[^\d/]|$)"));
static BOUND_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)(?P<n>{NUMBER})\s?[%％]\s(?:max(?:imum)?\b|\w+\slimits?\b|limits?\b|cap\b)"))
});
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?P<n>{NUMBER})\s?[-–]\s?(?P<b>{NUMBER})\s?(?P<u>[%％]|instances?\b|replicas?\b|pods?\b|nodes?\b|workers?\b|ms\b)"
    ))
});
/// Units of plans: `over 16 weeks` is a time span. Days and shorter are bounds of a running system.
static PLANNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s?(?:calendar |working |business )?(?:weeks?|months?|quarters?|sprints?|wochen?|monate?n?|semaines?|mois|semanas?|mes(?:es)?|settiman[ae]|mesi|weken|maanden|tygodni\w*|miesi\w*|недел\w*|месяц\w*|hafta|ay|tuần|tháng|minggu|bulan|周|个月|週間|か月|ヶ月|주|개월)(?:[^\p{L}]|$)",
    )
});
static STATISTIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bp(?P<p>\d{2}(?:\.\d+)?)\b|(?P<q>\d{2}(?:\.\d+)?)(?:th|st|nd|rd|\.|e|º)?[- ](?:percentile|perzentil|centile|percentil)|(?P<mean>\b(?:average|avg|mean|durchschnitt\w*|moyenne|promedio|media|médio|gemiddeld\w*|średni\w*|средн\w*|ortalama)\b|平均|평균)|(?P<median>\bmedian\b)",
    )
});
static ARROW: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<n>{NUMBER})\s?[^→\d]{{0,14}}?\s?(?:→|->|➜)\s?$")));
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\((?:from|currently|was|up from|current:?)\s(?:current\s)?(?P<n>{NUMBER})"))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// Every threshold of a text; in a list of criteria (`criteria`), numbers without a comparison are bounds too.
pub(super) fn thresholds(text: &str, criteria: bool) -> Vec<Found> {
    let mut found = Finds { text, found: Vec::new() };
    if text.chars().any(char::is_numeric) {
        found.compared();
    }
    for captures in SUB_UNIT.captures_iter(text) {
        found.sub_unit(&captures);
    }
    if criteria {
        found.whole(text);
    }
    found.settled(text, criteria);
    found.plain_numbers(criteria);
    found.found.sort_by_key(|found| found.at.start);
    found.found
}

fn by_sign(sign: &str) -> Comparison {
    match sign {
        "<" | "＜" => Comparison::Less,
        ">" | "＞" => Comparison::More,
        "<=" | "=<" | "≤" | "⩽" => Comparison::AtMost,
        _ => Comparison::AtLeast,
    }
}

/// Metrics that are always a bound when a percentage is stated.
fn speaks_of_a_rate(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "uptime",
        "availability",
        "verfügbarkeit",
        "disponibilité",
        "disponibilidad",
        "disponibilidade",
        "disponibilità",
        "beschikbaarheid",
        "dostępność",
        "доступность",
        "доступність",
        "可用性",
        "가용성",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// What a metric is now, or was, is no bound.
fn is_aim(text: &str, captures: &Captures<'_>) -> bool {
    let Some(number) = captures.name("n") else { return false };
    let after = text[captures.get(0).map_or(number.end(), |all| all.end())..].trim_start();
    let before = text[..number.start()].trim_end().to_lowercase();
    let was = ["from", "currently", "previously", "was"].iter().any(|word| before.ends_with(word));
    !was && !tells_what_is(&before) && !after.starts_with(['→', '➜']) && !after.starts_with("->")
}

/// `Aktueller Fortschritt: 60 %`: a key that tells how far something is.
fn tells_what_is(before: &str) -> bool {
    let clause = before.rsplit([',', ';', '(', '|']).next().unwrap_or(before);
    let key = clause.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut words = key.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| words::names(Column::Present, word)) || key.split_whitespace().next_back().is_some_and(is_progress)
}

fn is_progress(word: &str) -> bool {
    words::list("progress").contains(&word)
}

/// `Weeks 9+`, `SHA-256+HMAC`: the number belongs to the name before it.
fn numbers_a_name(text: &str, captures: &Captures<'_>) -> bool {
    let before = captures.name("n").map_or("", |number| &text[..number.start()]);
    let hyphened = before.strip_suffix('-').is_some_and(|rest| rest.ends_with(char::is_alphabetic));
    hyphened || before.ends_with(|c: char| c.is_ascii_alphabetic()) || super::quantity::is_name(before)
}

struct Finds<'a> {
    text: &'a str,
    found: Vec<Found>,
}

impl Finds<'_> {
    /// Numbers with a comparison, in signs or words.
    fn compared(&mut self) {
        let text = self.text;
        for captures in SYMBOL.captures_iter(text).filter(|captures| !closes_a_tag(text, captures)) {
            self.number(&captures, by_sign(captures.name("op").map_or("", |op| op.as_str())), false);
        }
        for captures in RANGE.captures_iter(text) {
            self.range(&captures);
        }
        for captures in SUB.captures_iter(text) {
            self.number(&captures, Comparison::Less, false);
        }
        for captures in MIN.captures_iter(text) {
            self.number(&captures, Comparison::AtLeast, false);
        }
        for (comparison, pattern) in WORDED.iter().chain(WORDED_AFTER.iter()) {
            for captures in pattern.captures_iter(text) {
                self.number(&captures, *comparison, false);
            }
        }
    }

    /// Numbers that are bounds by a sign after them, by what they count, or by where they stand.
    fn plain_numbers(&mut self, criteria: bool) {
        let text = self.text;
        for (at, unit) in nothing::wanted(text, criteria) {
            self.add(at, Exact::zero(), Comparison::Equal, unit, false);
        }
        if !text.chars().any(char::is_numeric) {
            return;
        }
        for captures in BOUND_AFTER.captures_iter(text) {
            self.number(&captures, Comparison::AtMost, false);
        }
        for captures in MEANING.captures_iter(text).chain(TARGET_MET.captures_iter(text)) {
            self.number(&captures, Comparison::AtLeast, true);
        }
        for captures in PLUS.captures_iter(text).filter(|captures| !numbers_a_name(text, captures)) {
            self.number(&captures, Comparison::AtLeast, false);
        }
        if criteria || speaks_of_a_rate(text) {
            for captures in IMPLIED_PERCENT.captures_iter(text).filter(|captures| is_aim(text, captures)) {
                self.number(&captures, Comparison::AtLeast, true);
            }
        }
    }

    fn number(&mut self, captures: &Captures<'_>, comparison: Comparison, implied: bool) {
        let Some(number) = captures.name("n") else { return };
        let multiplier = captures.name("k").map(|k| k.as_str());
        let Some(value) = exact(number.as_str(), multiplier) else { return };
        let end = captures.name("k").map_or(number.end(), |k| k.end());
        let (unit, length) = match leads_with_percent(&self.text[..number.start()]) {
            true => ("%".to_owned(), 0),
            false => unit_after(&self.text[end..]),
        };
        if PLANNED.is_match(&self.text[end..]) {
            return;
        }
        let start = captures.name("op").map_or(number.start(), |op| op.start());
        self.add(start..end + length, value, comparison, unit, implied);
    }

    fn sub_unit(&mut self, captures: &Captures<'_>) {
        let at = captures.get(0).map_or(0..0, |all| all.range());
        let unit = match captures.name("u").map(|unit| unit.as_str().to_lowercase()).as_deref() {
            Some("millisecond") => "ms",
            Some("minute") => "min",
            _ => "s",
        };
        self.add(at, Exact::one(), Comparison::Less, unit.to_owned(), false);
    }

    /// `Complete test coverage`, `Full compliance` among criteria.
    fn whole(&mut self, text: &str) {
        if let Some(captures) = WHOLE.captures(text)
            && let Some(noun) = captures.name("noun")
        {
            self.add(0..noun.end(), Exact::whole(100), Comparison::Equal, "%".to_owned(), true);
        }
    }

    /// `All 4 user roles`, `All critical issues resolved`, `24/7`.
    fn settled(&mut self, text: &str, criteria: bool) {
        if let Some(captures) = ALL_OF.captures(text).filter(|_| criteria)
            && let (Some(number), Some(noun)) = (captures.name("n"), captures.name("noun"))
            && let Some(value) = exact(number.as_str(), None)
        {
            let unit = noun.as_str().split_whitespace().next_back().unwrap_or("").to_lowercase();
            self.add(number.start()..noun.end(), value, Comparison::Equal, unit, false);
        }
        if let Some(noun) = ALL_RESOLVED.captures(text).and_then(|captures| captures.name("noun")) {
            let unit = noun.as_str().split_whitespace().next_back().unwrap_or("").to_lowercase();
            self.add(noun.start()..text.len(), Exact::zero(), Comparison::Equal, unit, true);
        }
        if let Some(captures) = ALWAYS.captures(text)
            && let (Some(hours), Some(days)) = (captures.name("h"), captures.name("d"))
            && let Some(each) = exact(days.as_str(), None)
        {
            let unit = "h/week".to_owned();
            self.add(hours.start()..days.end(), each * Exact::whole(24), Comparison::Equal, unit, false);
        }
    }

    /// `10-20% monthly returns`, `0-10 instances`.
    fn range(&mut self, captures: &Captures<'_>) {
        let (Some(low), Some(high), Some(unit)) = (captures.name("n"), captures.name("b"), captures.name("u")) else {
            return;
        };
        // `Sprint 2 - 100 %`: the first number is a name.
        if super::quantity::is_name(&self.text[..low.start()]) {
            return;
        }
        let (Some(least), Some(most)) = (exact(low.as_str(), None), exact(high.as_str(), None)) else { return };
        let unit = if unit.as_str() == "％" { "%" } else { unit.as_str() };
        self.add(low.start()..high.end() + unit.len(), least, Comparison::Between, unit.to_lowercase(), false);
        if let Some(Found { meaning: Meaning::Threshold(threshold), .. }) = self.found.last_mut()
            && threshold.comparison == Comparison::Between
        {
            threshold.value_max = Some(most);
        }
    }

    fn add(&mut self, at: std::ops::Range<usize>, value: Exact, comparison: Comparison, unit: String, implied: bool) {
        if self.found.iter().any(|other| other.at.start < at.end && at.start < other.at.end) {
            return;
        }
        let statistic = statistic(self.text);
        let baseline = baseline(self.text, &at);
        let subject = subject_before(self.text, at.start);
        let threshold = Threshold { comparison, value, value_max: None, unit, statistic, baseline, implied };
        self.found.push(Found { meaning: Meaning::Threshold(threshold), at, subject });
    }
}

/// `<kbd>2`: the sign ends a tag.
fn closes_a_tag(text: &str, captures: &Captures<'_>) -> bool {
    let sign = captures.name("op").filter(|op| op.as_str() == ">");
    sign.and_then(|sign| text.get(..sign.start())).is_some_and(|before| {
        let name = before.rsplit_once('<').map_or("", |(_, name)| name).trim_start_matches('/');
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('>')
    })
}

/// `%85`, as Turkish writes it.
fn leads_with_percent(before: &str) -> bool {
    let sign = before.strip_suffix(['%', '٪']);
    sign.is_some_and(|rest| !rest.trim_end().ends_with(|c: char| c.is_numeric()))
}

/// A number with a unit alone in a column of targets: a time or size is the most, a rate the least.
pub(super) fn bare_target(cell: &str) -> Option<Found> {
    static BARE: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"^[^\p{{L}}\d]{{0,3}}(?P<n>{NUMBER})(?P<k>[kKM]\b)?")));
    let captures = BARE.captures(cell)?;
    let number = captures.name("n")?;
    let end = captures.name("k").map_or(number.end(), |k| k.end());
    let (unit, length) = known_unit(&cell[end..])?;
    let comparison = if unit.ends_with("/s") { Comparison::AtLeast } else { Comparison::AtMost };
    let mut bare = Finds { text: cell, found: Vec::new() };
    let value = exact(number.as_str(), captures.name("k").map(|k| k.as_str()))?;
    let planned = PLANNED.is_match(&cell[end..]) || unit == "%";
    bare.add(number.start()..end + length, value, comparison, unit.to_owned(), true);
    bare.found.pop().filter(|_| !planned)
}

fn statistic(text: &str) -> Option<String> {
    let captures = STATISTIC.captures(text)?;
    let rank = captures.name("p").or_else(|| captures.name("q")).map(|rank| format!("p{}", rank.as_str()));
    let mean = captures.name("mean").map(|_| "mean".to_owned());
    rank.or(mean).or_else(|| captures.name("median").map(|_| "p50".to_owned()))
}

fn baseline(text: &str, at: &std::ops::Range<usize>) -> Option<Exact> {
    let before = ARROW.captures(&text[..at.start]);
    let after = FROM.captures(&text[at.end..]);
    let number = before.or(after).and_then(|captures| captures.name("n").map(|number| number.as_str().to_owned()))?;
    exact(&number, None)
}
