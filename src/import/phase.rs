//! Parts of a plan by number or horizon: `PHASE A (Weeks 1-4)`, `Sprint 2`, `第一阶段`, `Short-term (Month 1)`.

use std::sync::LazyLock;

use regex::Regex;

use super::read::Found;
use crate::model::statement::{Meaning, PlanSpan};

/// Units of a plan in every language seen, and the word we print.
const UNITS: &[(&str, &str)] = &[
    (
        "phase",
        r"phases?|fases?|faz[ay]?|этап\w*|фаза|етап\w*|aşama|阶段|階段|フェーズ|단계|المرحلة|मरहला|चरण|etap\w*|fasi|giai đoạn|gđ|tahap(?:an)?|fáze|fas",
    ),
    (
        "week",
        r"weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|tydzień|tygodni\w*|недел\w*|тиж\w*|hafta|周|週|주차|الأسبوع|सप्ताह|tuần|minggu|veckor?|vecka|týden",
    ),
    ("day", r"days?|tage?|jours?|días?|dias?|giorn[oi]|dag(?:en)?|dzień|dni|день|дни|gün|天|일차|اليوم|दिन|ngày|hari"),
    (
        "month",
        r"months?|monate?|mois|mes(?:es)?|mês|mese|mesi|maand(?:en)?|miesiąc\w*|месяц\w*|місяц\w*|ay|个月|月目|개월차|الشهر|महीना|tháng|bulan",
    ),
    ("sprint", r"sprints?|спринт|スプリント|스프린트"),
    ("stage", r"stages?|stufen?|étapes?|etapas?|стадия"),
    ("milestone", r"milestones?|meilensteine?|jalons?|hitos?|marcos?|m"),
    ("wave", r"waves?"),
    ("iteration", r"iterations?"),
];

static NUMBERED: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let one = |words: &str| {
        let number = r"\d{1,3}|[A-H]\b|[IVX]{1,4}\b|[一二三四五六七八九十]";
        let before = r"第(?P<east>\d{1,3}|[一二三四五六七八九十])\s?个?|(?P<korean>\d{1,2})(?:차\s)?|(?P<nth>\d{1,2})(?:\.|st|nd|rd|th|-й|-я|-а|ª|º|ère|ème|e)\s";
        let text = format!(
            r"(?i)(?:^|[\s(（【*:–—-])(?:(?:{words})\.?\s?#?(?P<a>{number})(?:\s?(?:-|–|—|to|bis|à|a|&|and|до)\s?(?P<b>{number}))?|(?:{before})(?:{words}))(?:[^\p{{Latin}}\d]|$)"
        );
        Regex::new(&text).expect("the pattern is fixed")
    };
    UNITS.iter().map(|(unit, words)| (*unit, one(words))).collect()
});
static HORIZON: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"(?i)^(?:\d+(?:\.\d+)*[.)]?\s*|第?[一二三四五六七八九十]{1,3}[、.．:：]\s*)?(?:q[1-4]\b|20\d\d[\s-]*q[1-4]\b|(?:milestone|meilenstein|jalon|hito|marco|веха|里程碑|マイルストーン|마일스톤)\s?[:：]|immediate\b|short[- ]term|medium[- ]term|mid[- ]term|long[- ]term|this (?:week|month|sprint|quarter)|next (?:week|month|sprint|quarter|steps?|actions?|phase|release|iteration|tasks?|milestones?|improvements?)|today|kurzfristig|mittelfristig|langfristig|sofort|nächste[rns]? (?:schritte?|aufgaben|phase|version)|court terme|moyen terme|long terme|prochaine?s? (?:étapes?|actions?|développements?|améliorations?|tâches)|corto plazo|medio plazo|largo plazo|próxim[oa]s? (?:pas[so]s?|etapas?|ações|acciones|melhorias|mejoras|fases?|tareas|tarefas|desarrollos|desenvolvimentos)|inmediat|imediat|curto prazo|médio prazo|longo prazo|prossim[ieo] (?:pass[io]|sviluppi|azioni|fasi|attività|miglioramenti)|breve termine|volgende (?:stap(?:pen)?|acties|fase|taken)|(?:następn[ey]|kolejn[ey]) (?:kroki?|zadani[ea])|следующи[ей] шаг[иа]?|следующий этап|наступн(?:і|ий) крок(?:и|у)?|sonraki adımlar|下一(?:步|轮|阶段)|后续(?:计划|工作|步骤|任务)|接下来|短期|中期|长期|次の(?:ステップ|作業|タスク)|(?:다음|향후) (?:단계|작업|계획)|الخطوات التالية|अगले कदम|(?:hoy|hoje|heute|oggi|vandaag|dzisiaj|сегодня|bugün|hôm nay|hari ini|diese woche|dieser monat|esta semana|este m[eê]s|cette semaine|ce mois|questa settimana|questo mese|deze week|deze maand|w tym tygodniu|на этой неделе|в этом месяце|bu hafta|bu ay|tuần này|tháng này|minggu ini|bulan ini)\b|medio termine|lungo termine|(?:korte|middellange|lange) termijn|(?:krótko|średnio|długo)termin|(?:кратко|средне|долго)срочн|(?:kısa|orta|uzun) vade|jangka (?:pendek|menengah|panjang)|(?:ngắn|trung|dài) hạn|(?:các )?bước tiếp theo|langkah (?:selanjutnya|berikutnya)|nästa steg|další kroki?|今天|今日|本周|本月|今週|今月|今後|오늘|이번 주|이번 달|단기|중기|장기)";
    Regex::new(text).expect("the pattern is fixed")
});

/// A part of the plan that a heading, line or cell names at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its number or range, if it has one.
    pub(super) span: Option<PlanSpan>,
}

/// The part of the plan that a text opens, if it does.
pub(super) fn opened_by(text: &str) -> Option<Part> {
    let shown = super::mark::without_signs(text);
    if let Some(span) = numbered_at_start(&shown).filter(|_| !is_span_of_time(&shown)) {
        return Some(Part { span: Some(span) });
    }
    (HORIZON.is_match(&shown) || ends_with_a_time(&shown)).then_some(Part { span: None })
}

/// `Final delivery (end of week 6)`: a part that is named by what it brings, with the time in brackets.
fn ends_with_a_time(text: &str) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        let text = r"(?i)[(（](?:by |until |before )?(?:the )?(?:end of|ende|fin de|fine|final de|конец) [\p{L}]+ ?\d{0,4}[)）]$";
        Regex::new(text).expect("the pattern is fixed")
    });
    END.is_match(text.trim_end())
}

/// `16-WEEK ROADMAP`, `2 weeks`: how long, not which.
fn is_span_of_time(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(['-', ' ']) && rest[1..].starts_with(char::is_alphabetic)
}

/// The part that a cell names by its number alone, below a heading such as `Sprint`.
pub(super) fn numbered_cell(header: &str, cell: &str) -> Option<Part> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?P<n>\d{1,3}(?:\s?[-–—]\s?\d{1,3})?|[A-H])(?:$|[.):]\s)").expect("the pattern is fixed")
    });
    let number = NUMBER.captures(cell.trim()).and_then(|captures| captures.name("n"))?.as_str();
    let short = header.chars().count() <= 20;
    short.then(|| opened_by(&format!("{header} {number}"))).flatten().filter(|part| part.span.is_some())
}

/// Whether a text is a horizon (`Next steps`) or a numbered part.
fn numbered_at_start(text: &str) -> Option<PlanSpan> {
    NUMBERED.iter().find_map(|(unit, pattern)| {
        let captures = pattern.captures(text)?;
        if captures.name("korean").is_some() && !matches!(*unit, "phase" | "stage") && !text.contains('차') {
            return None;
        }
        let at = captures.get(0)?.start();
        if text[..at].chars().filter(|c| c.is_alphanumeric()).count() > 3 {
            return None;
        }
        // `Step 2.4` is a place in a numbered text, no part of the plan that it would be the second of.
        let numbered_below = |end: usize| {
            text[end..].strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        if *unit == "stage" && captures.name("a").is_some_and(|number| numbered_below(number.end())) {
            return None;
        }
        // One letter before a number names a milestone only where nothing comes before it: `M2: …`, not `If M2 …`.
        let lone_letter = |word: &str| word.trim_matches(|c: char| !c.is_alphabetic()).chars().count() == 1;
        let named = captures.name("a").map_or("", |number| &text[at..number.start()]);
        if lone_letter(named) && text[..at].chars().any(char::is_alphabetic) {
            return None;
        }
        let first = ["a", "east", "nth", "korean"].into_iter().find_map(|name| captures.name(name))?.as_str();
        let first = ordinal(first)?;
        let last = captures.name("b").and_then(|last| ordinal(last.as_str())).unwrap_or(first);
        Some(PlanSpan { unit: (*unit).to_owned(), first, last })
    })
}

/// Whether a text is the name of a part and nothing else: `Week 3-4`, not `Phase 6 Systems`.
pub(super) fn is_bare(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    numbered_at_start(text).is_some() && words.filter(|word| ordinal(word).is_none()).count() <= 1
}

/// `3`, `C`, `III`, `三` as a number.
fn ordinal(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let upper = text.to_uppercase();
    let roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
    let east = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let position = roman.iter().position(|r| *r == upper).or_else(|| east.iter().position(|e| *e == text));
    let letter = || upper.chars().next().filter(|_| upper.len() == 1).and_then(|c| ('A'..='H').position(|l| l == c));
    position.or_else(letter).and_then(|index| u32::try_from(index + 1).ok())
}

/// A heading that names one task: `Task 1.1: Containers`.
pub(super) fn task_heading(text: &str) -> Option<Found> {
    static TASK: LazyLock<Regex> = LazyLock::new(|| {
        let text = r"(?i)^(?:task|aufgabe|tâche|tarea|tarefa|attività|taak|zadanie|задача|завдання|görev|任务|タスク|작업|مهمة|कार्य)\s?#?(?P<n>\d+(?:\.\d+)*)\s?[:.–-]?\s*(?P<t>.*)$";
        Regex::new(text).expect("the pattern is fixed")
    });
    let shown = super::mark::without_signs(text);
    let captures = TASK.captures(&shown)?;
    let number = captures.name("n").map(|number| number.as_str().to_owned());
    let subject = captures.name("t").map_or_else(String::new, |title| title.as_str().to_owned());
    Some(Found { meaning: Meaning::Task { number }, at: 0..text.len(), subject })
}

/// Whether a row may open a part of the plan by its name: `Next action` tells what is done next, and `M3` in a column that
/// numbers the rows is a number.
pub(super) fn opened_by_row(header: &str, name: &str) -> bool {
    let lower = name.to_lowercase();
    let next = lower.starts_with("next ") && ["step", "steps", "action", "actions"].iter().any(|w| lower.ends_with(w));
    let letter = lower.strip_prefix('m').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    let numbers = ["", "#", "id", "nr", "nr.", "no", "no.", "nº", "n°", "№", "编号", "番号", "번호"];
    !(next || letter && numbers.contains(&header.trim().to_lowercase().as_str()))
}

/// Whether a column lists what is due in a part of the plan.
pub(super) fn names_tasks(header: &str) -> bool {
    let lower = header.to_lowercase();
    [
        "milestone",
        "task",
        "deliverable",
        "goal",
        "work",
        "activit",
        "scope",
        "action",
        "item",
        "meilenstein",
        "aufgabe",
        "jalon",
        "tâche",
        "hito",
        "tarea",
        "marco",
        "tarefa",
        "задач",
        "цель",
        "里程碑",
        "任务",
        "タスク",
        "작업",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
