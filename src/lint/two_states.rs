//! L01: one subject that is done in one place and open in another, or has two values.

use super::areas::topic;
use super::fields::{Fields, in_two_phases, is_of_code};
use super::reading::{Item, Reading, shown};
use super::roll_up::quoted;
use super::words::{Words, is_ongoing, lower_words, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Meaning, PercentRole, State};

/// Words that make a subject about tests or papers of a thing, not the thing.
const OF_A_THING: &[&str] =
    &["test", "doc", "document", "document", "review", "audit", "plan", "train", "valid", "verif", "monitor", "alert"];

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = done_and_open(reading);
    findings.extend(two_values(reading));
    findings.extend(done_and_needed(reading));
    findings
}

struct Stated<'a, 'b> {
    item: &'b Item<'a>,
    state: State,
    subject: Words,
    text: Words,
}

fn stated<'a, 'b>(reading: &'b Reading<'a>) -> Vec<Stated<'a, 'b>> {
    let fields = Fields::of(reading);
    let of = |item: &'b Item<'a>| {
        let comparable =
            !item.is_heading() && !fields.holds(item) && !fields.is_template(item) && !is_of_code(item.subject());
        let state = reading.state(item).filter(|_| comparable && !names_nothing(item.subject()))?;
        let ends_a_list = item.text.trim_end().ends_with("...") || item.text.trim_end().ends_with('…');
        if ends_a_list {
            return None;
        }
        Some(Stated { item, state, subject: topic(item), text: Words::topic(item.text) })
    };
    reading.items().filter_map(of).filter(|stated| !stated.subject.is_empty()).collect()
}

fn done_and_open(reading: &Reading<'_>) -> Vec<Finding> {
    let all = stated(reading);
    let mut findings = Vec::new();
    for done in all.iter().filter(|stated| stated.state == State::Done) {
        let open: Vec<&Stated<'_, '_>> =
            all.iter().filter(|other| other.state == State::Missing && contradict(reading, done, other)).collect();
        let Some(first) = open.first() else { continue };
        let message =
            format!("{} is done here, {} is open there: which holds?", quoted(done.item.text), quoted(first.item.text));
        let lines = open.iter().map(|stated| stated.item.line).chain([done.item.line]);
        findings.push(Finding::new(Severity::High, lines, message));
    }
    findings
}

/// Whether two items are about the same thing, in different parts of the document.
fn contradict(reading: &Reading<'_>, done: &Stated<'_, '_>, open: &Stated<'_, '_>) -> bool {
    if same_part(reading, done.item, open.item)
        || in_two_phases(done.item, open.item)
        || Words::numbered_apart(done.item.text, open.item.text)
    {
        return false;
    }
    if rows_of_different_columns(done.item, open.item)
        || asks(done.item) != asks(open.item)
        || is_ongoing(done.item.text) != is_ongoing(open.item.text)
        || is_read(done.item.text) != is_read(open.item.text)
    {
        return false;
    }
    let about = |words: &Words| words.has_any(OF_A_THING);
    if about(&done.subject) != about(&open.subject) && !done.subject.only(OF_A_THING) {
        return false;
    }
    // One word that is left of many says too little.
    let telling =
        |stated: &Stated<'_, '_>| stated.subject.len() >= 2 || lower_words(stated.item.subject()).count() <= 3;
    // `Documentation` is of many things, and so is `Tests`.
    let one_word = done.subject.only(OF_A_THING) && !done.item.subject().eq_ignore_ascii_case(open.item.subject());
    let equal = done.subject == open.subject && telling(done) && telling(open) && !one_word;
    let named_in_full =
        done.subject.len() >= 2 && done.subject.within(&open.text) && open.subject.within(&done.subject);
    equal || named_in_full
}

/// `Read the guide` is a step for its readers, `Guide written` is about the guide.
fn is_read(text: &str) -> bool {
    const READS: &[&str] = &["read", "lesen", "lire", "leer", "ler", "leggere", "lezen", "прочитать", "okuyun", "阅读"];
    lower_words(text).next().is_some_and(|word| READS.contains(&word.as_str()))
}

/// `None - all tasks are done` is about nothing.
fn names_nothing(subject: &str) -> bool {
    lower_words(subject).next().is_some_and(|word| word == "none")
}

fn asks(item: &Item<'_>) -> bool {
    item.text.trim_end().ends_with(['?', '？', '؟'])
}

/// Marks in two tables are about different things unless both stand in a column of states, or the columns are the same.
fn rows_of_different_columns(one: &Item<'_>, other: &Item<'_>) -> bool {
    const STATES: &[&str] = &[
        "status",
        "state",
        "done",
        "ready",
        "complete",
        "result",
        "statut",
        "état",
        "estado",
        "stato",
        "situação",
        "stand",
        "erledigt",
        "stan",
        "wynik",
        "статус",
        "состояние",
        "готов",
        "стан",
        "durum",
        "状态",
        "狀態",
        "状況",
        "ステータス",
        "상태",
        "الحالة",
        "trạng thái",
        "kondisi",
    ];
    let header = |item: &Item<'_>| {
        item.meanings().find_map(|meaning| match meaning {
            Meaning::TableRow { header, .. } => Some(header.clone()),
            _ => None,
        })
    };
    let (Some(one), Some(other)) = (header(one), header(other)) else { return false };
    let names_states =
        |header: &[String]| header.iter().any(|name| STATES.iter().any(|word| name.to_lowercase().contains(word)));
    one != other && !(names_states(&one) && names_states(&other))
}

/// Within one part a document may tell what there is and, below, what it still wants.
fn same_part(reading: &Reading<'_>, one: &Item<'_>, other: &Item<'_>) -> bool {
    let heading = |item: &Item<'_>| reading.heading_of(item.id).map(|heading| heading.id);
    let nested = |outer: &Item<'_>, inner: &Item<'_>| reading.above(inner.id).iter().any(|above| above.id == outer.id);
    heading(one) == heading(other)
        || nested(one, other)
        || nested(other, one)
        || siblings_of_one_area(reading, one, other)
}

/// Two groups of one area (`Completed`, `Remaining`) share the heading above theirs.
fn siblings_of_one_area(reading: &Reading<'_>, one: &Item<'_>, other: &Item<'_>) -> bool {
    let area = |item: &Item<'_>| {
        let above = reading.above(item.id);
        above.iter().find(|heading| heading.is_heading() && heading.claimed().is_some()).map(|heading| heading.id)
    };
    area(one).is_some() && area(one) == area(other) && one.subject() != other.subject()
}

/// One subject with two percentages: the same words, or the same but for the facet (`code`, `set-up`).
fn two_values(reading: &Reading<'_>) -> Vec<Finding> {
    const FACETS: &[&str] = &["cod", "code", "setup", "set"];
    let fields = Fields::of(reading);
    let claims: Vec<(&Item<'_>, &Exact, Words)> = reading
        .items()
        .filter(|item| !item.is_heading() && !fields.holds(item))
        .filter_map(|item| Some((item, item.percent(PercentRole::Complete)?, Words::of(item.subject()))))
        .filter(|(_, _, words)| !words.is_empty() && !super::reading::is_about_all(&item_subject(words)))
        .collect();
    let mut findings = Vec::new();
    for (index, (one, value, words)) in claims.iter().enumerate() {
        for (other, other_value, other_words) in claims.iter().skip(index + 1) {
            let facet = words.without(FACETS) == other_words.without(FACETS)
                && words.without(FACETS).len() == 1
                && words.len() > 1
                && other_words.len() > 1;
            let same_place = reading.top_heading(one.id) == reading.top_heading(other.id);
            let apart = in_two_phases(one, other) || Words::numbered_apart(one.subject(), other.subject());
            if value == other_value || same_place || apart || !(words == other_words || facet) {
                continue;
            }
            let message = format!(
                "{} is at {} %, {} at {} %: which is meant?",
                quoted(one.subject()),
                shown(value),
                quoted(other.subject()),
                shown(other_value)
            );
            findings.push(Finding::new(
                if facet { Severity::Low } else { Severity::High },
                [one.line, other.line],
                message,
            ));
        }
    }
    findings
}

fn item_subject(words: &Words) -> String {
    words.text()
}

/// Something resolved that is still listed as a prerequisite or planned to be mended.
fn done_and_needed(reading: &Reading<'_>) -> Vec<Finding> {
    // A spec names what it requires; nothing has to be told by words.
    if reading.unclaimed.is_some() {
        return Vec::new();
    }
    let done: Vec<Stated<'_, '_>> =
        stated(reading).into_iter().filter(|stated| stated.state == State::Done && stated.item.is_box()).collect();
    let mut findings = Vec::new();
    for stated in &done {
        let subject = Words::topic(stated.item.subject());
        if subject.len() < 2 {
            continue;
        }
        let needed: Vec<u32> = reading
            .items()
            .filter(|item| item.id != stated.item.id && is_needed(item) && subject.within(&Words::topic(item.text)))
            .map(|item| item.line)
            .collect();
        if needed.is_empty() {
            continue;
        }
        let message = format!(
            "{} is done here and still a prerequisite there: does it hold or not?",
            quoted(stated.item.subject())
        );
        findings.push(Finding::new(Severity::High, needed.into_iter().chain([stated.item.line]), message));
    }
    findings.retain(|finding| finding.lines.len() >= 2);
    findings
}

fn is_needed(item: &Item<'_>) -> bool {
    let blocks = item.meanings().any(|meaning| matches!(meaning, Meaning::Dependency { .. }));
    let listed = item.says.iter().any(|statement| {
        statement.label.as_ref().is_some_and(|label| {
            says_any(
                label,
                &["must be resolved", "must be fixed", "prerequisites", "required before", "must be completed"],
            )
        })
    });
    (blocks || listed) && item.meanings().all(|meaning| meaning.mark().is_none())
}
