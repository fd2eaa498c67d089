//! How important something is: `Priority: HIGH`, `P0`, `Must Have`, columns, tier headings, words in capitals.

use std::sync::LazyLock;

use regex::Regex;

use super::read::{Found, subject_before};
use super::words::{self, Column};
use crate::model::outcome::Priority;
use crate::model::statement::{Level, Meaning, PrioritySource};

/// Words of the scales that documents use.
static LEVELS: LazyLock<Vec<(Priority, Vec<&str>)>> = LazyLock::new(|| {
    let levels = [Priority::Critical, Priority::High, Priority::Medium, Priority::Low];
    levels.map(|level| (level, words::list(&format!("priority {}", level.word())))).to_vec()
});

static RANK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[\s(\[*])(?P<w>P[0-4])(?:$|[\s:)\],.–—-])"));
static WITH_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<w>critical|high|medium|low)[\s-](?:priority|prio|severity)\b|\b(?:priority|severity|priorität|priorité|prioridad|prioridade|priorità|prioriteit|priorytet|приоритет|пріоритет|öncelik)\s*[:=][^\p{L}\d\n]{0,8}(?P<v>[\p{L}-]+(?: have)?|P\d)|(?:优先级|優先級|優先度|우선순위|الأولوية|प्राथमिकता)\s*[:：][^\p{L}\d\n]{0,8}(?P<e>\p{L}+|P\d)",
    )
});
static BLOCKER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\((?P<w>critical)\sblocker"));
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[-–—(:]\s?)(?P<w>CRITICAL|HIGH|MEDIUM|LOW)\b"));
/// A word of the scales in capitals before a mark of punctuation or a number: `⚠️ CRÍTICO: …`, `(URGENT)`, `🟡 IMPORTANTE 3`.
static CAPITALS_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    let words = in_capitals().join("|");
    pattern(&format!(
        r"(?:^(?:\[[ xX]\])?[^\p{{L}}\p{{N}}]{{0,8}}|[-–—(:]\s?)(?:(?P<w>{words})\s?(?:[:：)\]\d–—]|-\s|$)|(?P<n>IMPORTANTE?|WICHTIG)\s\d)"
    ))
});
static KEYED: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^(?P<w>CRITICAL|{})(?:$|[^\p{{L}}])", in_capitals().join("|"))));
static TIER: LazyLock<Regex> = LazyLock::new(|| {
    let words = joined(|word| word.chars().count() > 1 && !is_unspaced(word));
    let unspaced = joined(is_unspaced);
    pattern(&format!(r"(?i)^(?:\d+[.)]\s*)?(?:(?P<w>{words})\b|(?P<u>{unspaced}))(?P<rest>.*)$"))
});
/// Words that rank a heading by themselves; others need a noun that they rank (`Media` may be pictures).
static RANKS_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:critical|high|medium|low|important|must[- ]have|should[- ]have|could[- ]have|nice[- ]to[- ]have|optional|recommended|p[0-4]|importante?s?|importanti|wichtig|belangrijk|ważne|важн(?:о|ые)|önemli|recomendad[oa]s?|recommandée?s?|raccomandat[oi]|empfohlen|aanbevolen|zalecane|kritisch|critique|crítico|critico|критич\w*|kritik|urgente?|dringend|срочно)$",
    )
});
/// `Prioridad alta`, `Priorité haute (2 semaines)`.
static NOUN_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let words = joined(|word| word.chars().count() > 1);
    pattern(&format!(
        r"(?i)^(?:\d+[.)]\s*)?(?:priorité|prioridade?|priorità|priorytet|приоритет|prioritas|(?:độ )?ưu tiên|öncelik)\s*[:–-]?\s*(?P<w>{words})(?:$|[^\p{{L}}])"
    ))
});

/// `(Prioridad ALTA)`: the noun and its level without a colon between.
static NOUN_THEN_LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    let words = joined(|word| word.chars().count() > 2);
    pattern(&format!(
        r"(?i)(?:^|[^\p{{L}}])(?:priorité|prioridade?|priorità|priorytet|приоритет|prioritas|öncelik)\s(?P<w>{words})(?:$|[^\p{{L}}])"
    ))
});

/// `Sort by column (medium)`, `Botão de ajuda (baixa / contexto)`: a word of the scales in brackets at the end of a heading.
static IN_BRACKETS: LazyLock<Regex> = LazyLock::new(|| {
    let common = ["optional", "normal", "minor", "major", "trivial", "media", "medio", "moderate", "basic"];
    let words = joined(|word| {
        word.chars().count() > 2 && !common.contains(&word) && !ADVICE.iter().any(|advice| word.contains(advice))
    });
    pattern(&format!(r"(?i)[(（]\s?(?P<w>{words})\s?(?:(?:[/,;–]|\s-\s)[^()（）]*)?[)）]\s*$"))
});

/// Words that in brackets advise (`with containers (recommended)`) and rank no work.
const ADVICE: &[&str] = &[
    "opt",
    "opci",
    "recom",
    "raccom",
    "empfohl",
    "aanbev",
    "zalec",
    "рекоменд",
    "öner",
    "推荐",
    "推奨",
    "권장",
    "facolt",
];

/// `Problemi critici di sicurezza`, `Tareas críticas`: what is ranked, then its level, as Romance languages put it.
static RANKED_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let words = joined(|word| word.chars().count() > 3 && !is_unspaced(word));
    pattern(&format!(
        r"(?i)^(?:\d+[.)]\s*)?(?:problem[aei]s?|problèmes?|tareas?|tarefas?|tâches?|err(?:ores|os|ori|eurs)|bugs|gaps|lacunas|lacunes|lacune|brechas|vulnerabilidades|vulnerabilità|vulnérabilités|issues|bloqueos|[ií]tens|[ií]tems|elementos|éléments|elementi|punt[oi]s?|pontos|points|correcciones|correções|corrections|correzioni|mejoras|melhorias|améliorations|miglioramenti|acciones|ações|actions|azioni|pendientes|pendências|requisitos|requisiti|exigences|fallas|falhas|funcionalidades|hallazgos|achados)\s(?P<w>{words})(?:$|[^\p{{L}}])"
    ))
});

/// The level of a heading that names first what it ranks, or that stands after its number or its colour:
/// `Fase 1: Crítico (esta semana)`, `🟡 ALTA (rendimiento)`.
pub(super) fn within_heading(text: &str) -> Option<Found> {
    let pictured = text.find(|c: char| !super::mark::is_picture(c) && !c.is_whitespace()).unwrap_or(0);
    if let Some(word) = RANKED_FIRST.captures(&text[pictured..]).and_then(|captures| captures.name("w")) {
        return found(text, pictured + word.start()..pictured + word.end(), PrioritySource::Tier);
    }
    let coloured = text.starts_with(['🔴', '🟠', '🟡', '🟢', '🔵', '🟣', '⚪', '⚫']).then_some(pictured);
    let numbered =
        || text.find([':', '：']).filter(|_| super::phase::opened_by(text).is_some_and(|part| part.span.is_some()));
    let start = coloured.or_else(numbered)?;
    let start = start + text[start..].find(char::is_alphabetic)?;
    let captures = TIER.captures(&text[start..])?;
    let word = captures.name("w").or_else(|| captures.name("u"))?.range();
    let rest = text[start + word.end..].trim_start_matches(|c: char| c == '*' || c.is_whitespace());
    let alone = rest.is_empty() || rest.starts_with(['(', '（', ':', '：', '-', '–', '—']);
    alone.then(|| found(text, start + word.start..start + word.end, PrioritySource::Tier)).flatten()
}

/// The level that a heading ends with in brackets.
pub(super) fn at_end(text: &str) -> Option<Found> {
    let word = IN_BRACKETS.captures(text)?.name("w")?.range();
    found(text, word, PrioritySource::Inline)
}

/// All words of the scales as one alternation, the longest first.
fn joined(keep: impl Fn(&str) -> bool) -> String {
    let mut words: Vec<&str> =
        LEVELS.iter().flat_map(|(_, words)| words.iter().copied()).filter(|word| keep(word)).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.iter().map(|word| regex::escape(word)).collect::<Vec<_>>().join("|")
}

/// Words of four letters and more as capitals, Turkish ones with their own `İ` too.
fn in_capitals() -> Vec<String> {
    // Admonitions and words of other meanings.
    let common = [
        "media",
        "medio",
        "medium",
        "normal",
        "minor",
        "major",
        "optional",
        "opcional",
        "basse",
        "basso",
        "moderate",
        "important",
        "importante",
        "wichtig",
        "важно",
        "önemli",
    ];
    let words = LEVELS.iter().flat_map(|(_, words)| words.iter().copied());
    let long =
        words.filter(|word| word.chars().count() >= 4 && word.chars().all(char::is_alphabetic) && !is_unspaced(word));
    let mut all: Vec<String> = long
        .filter(|word| !common.contains(word))
        .flat_map(|word| [word.to_uppercase(), word.replace('i', "İ").to_uppercase()])
        .chain(["HIGH", "MEDIUM", "LOW"].map(str::to_owned))
        .collect();
    all.sort_by_key(|word| std::cmp::Reverse(word.len()));
    all.dedup();
    all
}

/// Scripts in which words are not parted by spaces, or only loosely.
fn is_unspaced(word: &str) -> bool {
    word.chars().any(|c| u32::from(c) >= 0x3040)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// The level that a word names.
pub(super) fn level(word: &str) -> Option<Level> {
    let lower = folded(word.trim_matches(|c: char| !c.is_alphanumeric()));
    let exact = LEVELS.iter().find(|(_, words)| words.contains(&lower.as_str()));
    let first = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let found = exact.or_else(|| LEVELS.iter().find(|(_, words)| words.contains(&first)));
    found.map(|(priority, _)| Level { priority: *priority, word: word.trim().to_owned() })
}

/// Lower case; a Turkish `İ` becomes a plain `i`.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('\u{307}', "")
}

/// Whether a text begins with a word of a scale, in scripts with and without spaces.
pub(super) fn begins_with_level(text: &str) -> bool {
    let lower = folded(text.trim_start_matches(|c: char| !c.is_alphanumeric()));
    LEVELS.iter().flat_map(|(_, words)| words.iter()).any(|word| {
        let unspaced = word.chars().any(|c| u32::from(c) >= 0x3040);
        let next = lower.strip_prefix(word).map(|rest| rest.chars().next());
        next.is_some_and(|next| (unspaced && word.chars().count() > 1) || next.is_none_or(|c| !c.is_alphanumeric()))
    })
}

/// The level that a heading of risks names: `High Risk Items`.
pub(super) fn level_within(text: &str) -> Option<Level> {
    static WITHIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?P<w>critical|high|medium|moderate|low|hoch|hohe[rs]?|mittlere[rs]?|niedrige[rs]?|élevé|moyen|faible|alto|medio|médio|bajo|baixo|высок\w*|средн\w*|низк\w*)[\s-]+(?:risk|risik|risque|риск)|(?:risk|risques?|riesgo|risco|rischio)s?[\s:-]+(?P<v>critical|high|medium|low|élevés?|moyens?|faibles?|alto|medio|médio|bajo|baixo|basso)",
        )
    });
    let captures = WITHIN.captures(text)?;
    level(captures.name("w").or_else(|| captures.name("v"))?.as_str())
}

/// Whether a column or key names priorities.
pub(super) fn is_key(key: &str) -> bool {
    words::names(Column::Priority, key)
}

fn found(text: &str, at: std::ops::Range<usize>, source: PrioritySource) -> Option<Found> {
    let level = level(&text[at.clone()])?;
    let subject = subject_before(text, at.start);
    Some(Found { meaning: Meaning::Priority { level, source }, at, subject })
}

/// Nouns that a word of a scale ranks; `High Availability` and `Low Latency` rank nothing.
const RANKED: &[&str] = &[
    "priorit",
    "task",
    "issue",
    "blocker",
    "gap",
    "item",
    "improvement",
    "enhancement",
    "fix",
    "must",
    "feature",
    "requirement",
    "bug",
    "finding",
    "sever",
    "impact",
    "importan",
    "action",
    "need",
    "work",
    "todo",
    "to-do",
    "problem",
    "vulnerabilit",
    "block",
    "concern",
    "missing",
    "recommendation",
    "aufgabe",
    "lücke",
    "probleme",
    "tâche",
    "tarea",
    "tarefa",
    "задач",
    "проблем",
    "prioridad",
    "prioridade",
    "öncelik",
    "görev",
    "приоритет",
    "пріоритет",
    "priorytet",
    "zadani",
    "taak",
    "taken",
    "nhiệm vụ",
    "ưu tiên",
    "tugas",
    "优先",
    "優先",
    "任务",
    "우선",
];

/// What follows a word of a scale at the start of a heading: nothing, a bracket, a colon, a dash, or what it ranks.
fn holds_for_what_follows(rest: &str) -> bool {
    let rest = rest.trim_start();
    let first = rest.split_whitespace().next().unwrap_or("");
    rest.is_empty()
        || rest.starts_with(['(', ':', '（', '：', '/'])
        || matches!(first, "-" | "–" | "—" | "&")
        || ranks_what_follows(rest)
}

fn ranks_what_follows(rest: &str) -> bool {
    let rest = rest.trim_start().trim_start_matches('-');
    RANKED.iter().any(|noun| rest.starts_with(noun))
}

/// The priority that a heading or introducing line gives to all below it.
pub(super) fn of_tier(text: &str, source: PrioritySource) -> Option<Found> {
    if let Some(word) = NOUN_FIRST.captures(text).and_then(|captures| captures.name("w")) {
        return found(text, word.range(), source);
    }
    let captures = TIER.captures(text)?;
    let rest = captures.name("rest").map_or("", |rest| rest.as_str()).to_lowercase();
    let word = captures.name("w").or_else(|| captures.name("u"))?;
    let holds =
        if RANKS_ALONE.is_match(word.as_str()) { holds_for_what_follows(&rest) } else { ranks_what_follows(&rest) };
    holds.then(|| found(text, word.range(), source)).flatten()
}

/// The priority that a line states of itself; at most one.
pub(super) fn of_line(text: &str) -> Option<Found> {
    if let Some(captures) = WITH_WORD.captures(text)
        && let Some(word) = captures.name("v").or_else(|| captures.name("e"))
    {
        return found(text, word.range(), PrioritySource::Line);
    }
    if let Some(found) = keyed(text) {
        return Some(found);
    }
    [&WITH_WORD, &BLOCKER, &RANK, &CAPITALS, &CAPITALS_ALONE, &NOUN_THEN_LEVEL].into_iter().find_map(|pattern| {
        let captures = pattern.captures(text)?;
        let word = captures.name("w").or_else(|| captures.name("n"))?.range();
        found(text, word, PrioritySource::Inline)
    })
}

/// `Status: 🚨 CRITICAL - …`: a word of the scale directly after a key.
fn keyed(text: &str) -> Option<Found> {
    let colon = text.find([':', '：']).filter(|at| *at <= 40)?;
    let value = &text[colon..];
    let start = colon + value.find(char::is_alphabetic)?;
    let word = KEYED.captures(&text[start..])?.name("w")?.range();
    found(text, start + word.start..start + word.end, PrioritySource::Line)
}

/// The level of a cell in a priority column.
pub(super) fn of_cell(text: &str, subject: &str) -> Option<Found> {
    let level = level(&super::mark::without_signs(text))?;
    Some(Found {
        meaning: Meaning::Priority { level, source: PrioritySource::Cell },
        at: 0..text.len(),
        subject: subject.to_owned(),
    })
}
