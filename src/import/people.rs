//! Who does it and what it costs: owners, team, money.

use std::sync::LazyLock;

use regex::Regex;

use super::number::{NUMBER, exact};
use super::read::{Found, subject_before, tidy};
use super::words::{self, Column};
use crate::model::statement::Meaning;

static FULL_TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<n>{NUMBER})\s?(?:x\s)?(?:FTEs?|VZÄ|ETP)\b")));
static PERSON_WEEKS: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(?P<n>{NUMBER})\s?(?:person|man)[- ]?weeks?\b")));
static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    let sign = r"[$€£¥₹₽₺]|USD|EUR|GBP|CHF|CAD|AUD|PLN|BRL|R\$";
    pattern(&format!(
        r"(?P<c>{sign})\s?(?P<a>{NUMBER})(?P<ka>[kKM]\b)?(?:\s?(?:-|–|to|bis|à)\s?(?:{sign})?\s?(?P<b>{NUMBER})(?P<kb>[kKM]\b)?)?|(?P<a2>{NUMBER})(?:\s?[-–]\s?(?P<b2>{NUMBER}))?\s?(?P<c2>€|EUR\b|USD\b|zł\b|₽|руб\b|грн\b|₺|TL\b|元|円|원)"
    ))
});
static PER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\+?\s?(?:/|per |pro |par |por |al |в )\s?(?P<p>month|mo|monat|mois|mes|mês|mese|maand|miesiąc|месяц|year|yr|jahr|an|año|ano|anno|jaar|rok|год|week|day|hour|h|user|request)",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// `Owner: platform team`.
pub(super) fn owner_of_line(text: &str) -> Option<Found> {
    let colon = text.find([':', '：'])?;
    let start = colon + text[colon..].chars().next().map_or(1, char::len_utf8);
    let name = tidy(&text[start..]);
    let is_owner = words::names(Column::Owner, &tidy(&text[..colon])) && !name.is_empty() && name.chars().count() <= 80;
    is_owner.then(|| Found { meaning: Meaning::Owner { name }, at: start..text.len(), subject: String::new() })
}

/// `2 FTE (32 person-weeks)`.
pub(super) fn team(text: &str) -> Option<Found> {
    let number = FULL_TIME.captures(text)?.name("n")?;
    let weeks = PERSON_WEEKS.captures(text).and_then(|captures| exact(captures.name("n")?.as_str(), None));
    let meaning = Meaning::Team { full_time: exact(number.as_str(), None)?, person_weeks: weeks };
    Some(Found { meaning, at: number.range(), subject: subject_before(text, number.start()) })
}

/// Every sum of money.
pub(super) fn costs(text: &str) -> Vec<Found> {
    let each = MONEY.captures_iter(text).filter_map(|captures| {
        let name = |name: &str| captures.name(name).map(|found| found.as_str());
        let least = exact(name("a").or_else(|| name("a2"))?, name("ka").or_else(|| name("kb")))?;
        let most = match name("b").or_else(|| name("b2")) {
            Some(most) => exact(most, name("kb"))?,
            None => least.clone(),
        };
        let at = captures.get(0)?.range();
        let per = PER.captures(&text[at.end..]).and_then(|captures| Some(captures.name("p")?.as_str().to_lowercase()));
        let currency = name("c").or_else(|| name("c2"))?.to_owned();
        let subject = subject_before(text, at.start);
        Some(Found {
            meaning: Meaning::Cost { least, most, currency, per: per.map(|per| period(&per).to_owned()) },
            at,
            subject,
        })
    });
    each.collect()
}

fn period(word: &str) -> &str {
    match word {
        "mo" | "monat" | "mois" | "mes" | "mês" | "mese" | "maand" | "miesiąc" | "месяц" => "month",
        "yr" | "jahr" | "an" | "año" | "ano" | "anno" | "jaar" | "rok" | "год" => "year",
        other => other,
    }
}
