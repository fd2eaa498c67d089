//! L22: several dates of one document, content newer than its date, and what is past on the day of the lint.

use jiff::civil::Date;

use super::reading::Reading;
use super::{Finding, Severity};
use crate::model::statement::{DateRole, Meaning};

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let of_role = |role: DateRole| -> Vec<(Date, u32)> {
        let dates = reading.statements.iter().filter_map(|statement| match &statement.meaning {
            Meaning::Date { first, last, role: own } if *own == role && first == last => Some((*first, statement.line)),
            _ => None,
        });
        dates.collect()
    };
    let resolved: Vec<(Date, u32)> = reading
        .statements
        .iter()
        .filter_map(|statement| match statement.meaning {
            Meaning::Resolution { date: Some(date) } => Some((date, statement.line)),
            _ => None,
        })
        .collect();
    let done: Vec<(Date, u32)> = of_role(DateRole::Done).into_iter().chain(resolved).collect();
    let mut findings: Vec<Finding> = stale_header(&of_the_document(reading), &done).into_iter().collect();
    if let Some(today) = reading.today {
        findings.extend(passed(today, &of_role(DateRole::Review), "the next review was due on"));
        findings.extend(passed(today, &of_role(DateRole::Target), "the target date was"));
    }
    findings
}

/// Days on which the document says that it was written or last changed. The day of its creation, of a dated section, and of
/// something it tells are others.
fn of_the_document(reading: &Reading<'_>) -> Vec<(Date, u32)> {
    const OTHERS: &[&str] = &[
        "creat",
        "start",
        "begin",
        "erstell",
        "anleg",
        "créé",
        "création",
        "cread",
        "creación",
        "criad",
        "criação",
        "creazione",
        "aangemaakt",
        "utworz",
        "созда",
        "створ",
        "oluştur",
        "başlangıç",
        "创建",
        "作成",
        "생성",
        "작성",
        "إنشاء",
        // When it will be looked at again.
        "next",
        "nächst",
        "prochain",
        "próxim",
        "prossim",
        "volgende",
        "następn",
        "следующ",
        "наступн",
        "sonraki",
        "berikut",
        "下次",
        "次回",
        "다음",
        "tiếp theo",
    ];
    let mut dates = Vec::new();
    for item in
        reading.items().filter(|item| item.depth().is_none_or(|depth| depth == 1) && !item.is_box() && !item.is_row())
    {
        let mut read = 0;
        for statement in &item.says {
            let Meaning::Date { first, last, role: DateRole::Written } = &statement.meaning else { continue };
            let end =
                item.text.get(read..).and_then(|rest| rest.find(&statement.evidence)).map_or(read, |at| read + at);
            let key = item.text.get(read..end).unwrap_or_default().to_lowercase();
            read = end;
            if first == last && !OTHERS.iter().any(|word| key.contains(word)) {
                dates.push((*first, item.line));
            }
        }
    }
    dates
}

/// Dates of the document that differ, or something done after the last of them.
fn stale_header(written: &[(Date, u32)], done: &[(Date, u32)]) -> Option<Finding> {
    // A line inside the text that is dated (`[UPDATED: …]`) tells when that line was written, not the document.
    let latest = written.iter().max_by_key(|(date, _)| *date)?;
    let newer = done.iter().filter(|(date, _)| *date > latest.0).max_by_key(|(date, _)| *date);
    let earliest = written.iter().min_by_key(|(date, _)| *date)?;
    let mut days: Vec<String> = written.iter().map(|(date, line)| format!("{date} (line {line})")).collect();
    if let Some((date, line)) = newer {
        days.push(format!("{date} done (line {line})"));
        let message = "something is done after the date of the document: when was it written?";
        let lines = written.iter().map(|(_, line)| *line).chain([*line]);
        return Some(Finding::new(Severity::Medium, lines, message).because(days.join(", ")));
    }
    (earliest.0 != latest.0).then(|| {
        let message = format!("the document gives itself {} dates: which one is it?", written.len());
        Finding::new(Severity::Medium, written.iter().map(|(_, line)| *line), message).because(days.join(", "))
    })
}

fn passed(today: Date, dates: &[(Date, u32)], words: &str) -> Vec<Finding> {
    let past = dates.iter().filter(|(date, _)| *date < today);
    past.map(|(date, line)| {
        let days = date.until(today).map_or(0, |span| span.get_days());
        Finding::new(
            Severity::Medium,
            [*line],
            format!("{words} {date}, {days} days before {today}: is the document still true?"),
        )
    })
    .collect()
}
