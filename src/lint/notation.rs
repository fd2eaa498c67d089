//! L10, L17, L19: marks that do not fit the text beside them.

use super::reading::{Item, Reading, shown};
use super::roll_up::quoted;
use super::words::{lower_words, says, says_any};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Mark, MarkRole, Meaning, PercentRole, State};

/// Signs that say done whatever the words say.
const DONE_SIGNS: &[&str] = &["✅", "✔", "✓", "☑", "[x]", "[X]"];
/// Words at the start of a text that say that a thing is not there.
const ABSENT: &[&str] = &[
    "no",
    "missing",
    "kein",
    "keine",
    "fehlt",
    "fehlende",
    "aucun",
    "aucune",
    "pas",
    "sin",
    "falta",
    "nessun",
    "nessuna",
    "sem",
    "geen",
    "brak",
    "нет",
    "отсутствует",
    "немає",
    "yok",
];
/// Words that say that a thing is there in part.
const IN_PART: &[&str] = &[
    "partially",
    "partial",
    "partly",
    "teilweise",
    "partiellement",
    "parcialmente",
    "parzialmente",
    "gedeeltelijk",
    "częściowo",
    "частично",
    "частково",
    "kısmen",
    "部分",
];
/// What closes a chat, not a document.
const CHAT: &[&str] = &[
    "would you like",
    "let me know if",
    "do you want me to",
    "shall i ",
    "should i proceed",
    "i hope this helps",
    "feel free to ask",
    "as an ai",
    "is there anything else",
    "möchten sie, dass ich",
    "soll ich ",
    "souhaitez-vous que je",
    "¿quieres que",
];

/// L10.
pub(super) fn marks(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = reading.items().filter_map(done_below_hundred).collect();
    findings.extend(reading.items().filter_map(done_but_partial));
    findings.extend(absent_marked_partial(reading));
    findings.extend(reading.items().filter_map(chat));
    findings
}

fn mark<'a>(item: &Item<'a>) -> Option<&'a Mark> {
    item.meanings().find_map(Meaning::mark)
}

fn is_done_sign(mark: &Mark) -> bool {
    DONE_SIGNS.iter().any(|sign| mark.sign.contains(sign))
}

/// `✅ Phase 6: 70 % implemented`.
fn done_below_hundred(item: &Item<'_>) -> Option<Finding> {
    let mark = mark(item).filter(|mark| is_done_sign(mark) && mark.role == MarkRole::State)?;
    let score = || item.percent(PercentRole::Score).filter(|_| !item.is_row());
    let value = item.percent(PercentRole::Complete).or_else(score).filter(|_| !measures_a_rate(item.text))?;
    let reached = says_any(
        item.text,
        &["target", "goal", "threshold", "met", "exceeds", "above", "ziel", "objectif", "objetivo"],
    );
    let target = item.meanings().any(|meaning| {
        matches!(
            meaning,
            Meaning::Threshold(_) | Meaning::Percentage { role: PercentRole::Target | PercentRole::Baseline, .. }
        )
    });
    let counted = item.meanings().any(|meaning| matches!(meaning, Meaning::Score { value, of } if value == of));
    if *value >= Exact::whole(100) || counted || reached || target || mark.sign.starts_with('[') {
        return None;
    }
    let message = format!("{} carries {} at {} %: is it done or partial?", quoted(item.text), mark.sign, shown(value));
    Some(Finding::new(Severity::Low, [item.line], message).because(format!("{} < 100", shown(value))))
}

/// A rate below a hundred may well be enough: what is ticked is that it is.
fn measures_a_rate(text: &str) -> bool {
    const RATES: &[&str] = &[
        "coverage",
        "pass",
        "passed",
        "passing",
        "pass rate",
        "success rate",
        "accuracy",
        "hit rate",
        "uptime",
        "availability",
        "abdeckung",
        "couverture",
        "cobertura",
        "copertura",
        "dekking",
        "pokrycie",
        "покрытие",
        "покриття",
        "kapsam",
        "覆盖率",
        "カバレッジ",
        "커버리지",
    ];
    says_any(text, RATES)
}

/// `1. Database ✅ Partially ready`.
fn done_but_partial(item: &Item<'_>) -> Option<Finding> {
    let mark = mark(item).filter(|mark| is_done_sign(mark) && item.is_heading())?;
    says_any(item.text, IN_PART).then(|| {
        let message = format!("{} carries {} and says partially: mark it as partial", quoted(item.text), mark.sign);
        Finding::new(Severity::Medium, [item.line], message)
    })
}

/// `⚠️ No rate limiting`: partial, of what?
fn absent_marked_partial(reading: &Reading<'_>) -> Option<Finding> {
    let marked = |item: &&Item<'_>| {
        let partial = mark(item)
            .is_some_and(|mark| mark.state == State::Partial && mark.role == MarkRole::State && !is_done_sign(mark));
        let ranks = mark(item).is_some_and(|mark| mark.sign.contains(['🟡', '🟠', '🔴', '🟢']));
        let absent = says_absent(item.text) && !says_minimal(item.text) && !lacks_the_rest(item.text);
        partial && !ranks && absent && item.below.is_empty() && !super::duplicate::introduces(item.text)
    };
    let found: Vec<&Item<'_>> = reading.items().filter(marked).collect();
    let first = found.first()?;
    let message =
        format!("{} is marked as partial and says that there is none: mark it as missing", quoted(first.text));
    Some(Finding::new(Severity::Medium, found.iter().map(|item| item.line), message))
}

fn says_absent(text: &str) -> bool {
    lower_words(text).next().is_some_and(|word| ABSENT.contains(&word.as_str()))
}

/// `Missing complete documentation`, `Falta paginación en algunas listas`: a part of it is there.
fn lacks_the_rest(text: &str) -> bool {
    const REST: &[&str] = &[
        "complete",
        "full",
        "some",
        "vollständige",
        "einigen",
        "complète",
        "certaines",
        "certains",
        "completa",
        "completo",
        "algunas",
        "algunos",
        "algumas",
        "alguns",
        "alcune",
        "alcuni",
        "volledige",
        "sommige",
        "pełnej",
        "niektórych",
        "полной",
        "некоторых",
        "bazı",
    ];
    says_any(text, REST)
}

fn says_minimal(text: &str) -> bool {
    says_any(text, &["minimal", "basic", "limited", "rudimentary", "minimale", "básico"])
}

fn chat(item: &Item<'_>) -> Option<Finding> {
    let lower = item.text.to_lowercase();
    let found = CHAT.iter().any(|phrase| lower.starts_with(phrase));
    (found && item.parent.is_none_or(|_| !item.is_box())).then(|| {
        let message = format!("{} speaks to the reader of a chat: take it out", quoted(item.text));
        Finding::new(Severity::Low, [item.line], message)
    })
}

/// L17: `No monitoring - minimal logging`.
pub(super) fn wording(reading: &Reading<'_>) -> Vec<Finding> {
    let unclear = |item: &&Item<'_>| {
        let stated = mark(item).is_none_or(|mark| mark.state != State::Done);
        stated && !item.is_heading() && says_absent(item.text) && says_minimal(item.text) && contrasts(item.text)
    };
    let finding = |item: &Item<'_>| {
        let message =
            format!("{} says that there is none and that there is a little: missing or partial?", quoted(item.text));
        Finding::new(Severity::Low, [item.line], message)
    };
    reading.items().filter(unclear).map(finding).collect()
}

/// Whether the minimal part stands in a clause of its own.
fn contrasts(text: &str) -> bool {
    let mut clauses = text.split([':', '(', ';', '—', '–']).flat_map(|part| part.split(" - "));
    let first = clauses.next().unwrap_or_default();
    !says_minimal(first) && clauses.any(says_minimal)
}

/// L19: checked, and the text says that it is not done.
pub(super) fn qualified(reading: &Reading<'_>) -> Vec<Finding> {
    let boxes: Vec<&Item<'_>> = reading.items().filter(|item| item.is_box()).collect();
    let checked: Vec<&&Item<'_>> =
        boxes.iter().filter(|item| mark(item).is_some_and(|mark| mark.state == State::Done)).collect();
    let doubtful: Vec<(&Item<'_>, &str)> =
        checked.iter().filter_map(|item| Some((**item, negative(item.text)?))).collect();
    let Some((first, words)) = doubtful.first() else { return Vec::new() };
    let message =
        format!("{} is checked and says `{words}`: is it done? Mark it as partial if not", quoted(first.text));
    let arithmetic = format!(
        "{} of {} checked boxes say so; without them {} are done",
        doubtful.len(),
        checked.len(),
        checked.len() - doubtful.len()
    );
    vec![Finding::new(Severity::High, doubtful.iter().map(|(item, _)| item.line), message).because(arithmetic)]
}

/// Words that take back what the box says.
fn negative(text: &str) -> Option<&'static str> {
    const ALWAYS: &[&str] = &[
        "not tested",
        "not yet",
        "untested",
        "not running",
        "not working",
        "not implemented",
        "not deployed",
        "not configured",
        "not verified",
        "not complete",
        "not done",
        "not finished",
        "need recalibration",
        "needs recalibration",
        "need recalibration",
        "needs work",
        "still failing",
        "nicht getestet",
        "noch nicht",
        "pas encore",
        "non testé",
        "sin probar",
        "aún no",
        "ainda não",
        "non ancora",
        "nog niet",
        "jeszcze nie",
        "ещё не",
        "еще не",
        "ще не",
        "henüz",
        "未完成",
        "未测试",
        "未実装",
        "미완료",
    ];
    const IN_BRACKETS: &[&str] = &[
        "partial",
        "partially",
        "in progress",
        "todo",
        "tbd",
        "wip",
        "pending",
        "incomplete",
        "stub",
        "placeholder",
        "blocked",
        "teilweise",
        "in arbeit",
        "en cours",
        "en progreso",
    ];
    let prose: String = text.split_whitespace().filter(|word| !is_a_file(word)).collect::<Vec<_>>().join(" ");
    let text = prose.as_str();
    let aside: String =
        text.split(['(', '（', '—', '–']).skip(1).chain(text.split(" - ").skip(1)).collect::<Vec<_>>().join(" ");
    let said = unconditional(text);
    let always = ALWAYS.iter().find(|words| says_or_holds(said, words));
    // `(pending → confirmed)`, `enum: 'pending', 'done'`: the states that the thing itself can have.
    let lists_states = text.contains(['→', '\'', '|']) || text.contains("->");
    always.or_else(|| IN_BRACKETS.iter().filter(|_| !lists_states).find(|words| says(&aside, words))).copied()
}

/// `(PLAN_TODO.md)`: a file that is named for its subject says nothing of how far it is.
fn is_a_file(word: &str) -> bool {
    let name = word.trim_matches(|c: char| !c.is_alphanumeric());
    name.contains('_')
        || name.rsplit_once('.').is_some_and(|(_, end)| (1..=4).contains(&end.len()) && !name.ends_with('.'))
}

/// A text up to its condition: `returns 503 when Stripe is not configured` is what a test shows.
fn unconditional(text: &str) -> &str {
    const CONDITIONS: &[&str] = &[
        " when ",
        " if ",
        " unless ",
        " while ",
        " until ",
        " wenn ",
        " falls ",
        " solange ",
        " si ",
        " quand ",
        " lorsque ",
        " cuando ",
        " se ",
        " quando ",
        " als ",
        " jeśli ",
        " если ",
        " когда ",
        " якщо ",
    ];
    let lower = text.to_lowercase();
    let at = CONDITIONS.iter().filter_map(|word| lower.find(word)).min();
    at.filter(|_| lower.len() == text.len()).and_then(|at| text.get(..at)).unwrap_or(text)
}

/// Scripts without spaces have no borders of words.
fn says_or_holds(text: &str, words: &str) -> bool {
    if words.is_ascii() { says(text, words) } else { text.to_lowercase().contains(words) }
}
