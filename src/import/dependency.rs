//! What must come before what: `Blocks X`, `Required before: Y`, `A → requires B`, `after Phase 1`, `A → B → C`.

use std::sync::LazyLock;

use regex::Regex;

use super::read::{Found, subject_before};
use super::{phase, words};
use crate::model::statement::{Meaning, Relation};

/// Phrases that state a relation; what follows (or for some, what the line is about) is the other end.
const PHRASES: &[(Relation, &str)] = &[
    (
        Relation::Blocks,
        r"(?:currently |is |are )?block(?:s|ing)\b(?: (?:by|until))?|required before|prerequisite (?:for|to|of)|critical blocker for|must be (?:resolved|done|completed|fixed|finished) before|blockiert|bloque\b|bloquea|blocca|blokkeert|blokuje|блокирует|блокує|engelliyor|阻塞|ブロックする|chặn|memblokir",
    ),
    (
        Relation::Blocks,
        r"required for|erforderlich für|requis pour|cần thiết cho|diperlukan untuk|necesario para|necessário para|necessario per|vereist voor|wymagane do|необходимо для|потрібно для",
    ),
    (
        Relation::Blocks,
        r"must (?:be )?(?:fix|resolve|complete|address|finish|done|pass)\w* (?:\w+ ){0,3}?before\b|(?:address|resolve|fix|complete) (?:\w+ ){0,4}?before\b|before (?:progressing|moving on|advancing|advanced \w+)\b",
    ),
    (
        Relation::After,
        r"once \w+(?: \w+){0,3} (?:stabili[sz]ed|complete|completed|done|finished|ready|resolved|in place|live)\b|once \w+ (?:stabili[sz]ed|complete|completed|done|finished|ready|resolved)\b",
    ),
    (
        Relation::Requires,
        r"blocked (?:by|on|until)|depends? (?:up)?on|dependent (?:up)?on|prerequisites?:|depends:|waiting (?:for|on)|hängt ab von|(?:ist|sind) abhängig von|(?:^\W*|[:(→]\s?)abhängig von|voraussetzung(?:en)?:|abhängigkeit(?:en)?:|dépend d[eu]|dépendances? ?:|depende d[eo]|dipende da|(?:is|zijn) afhankelijk van|(?:^\W*|[:(→]\s?)afhankelijk van|zależy od|зависит от|залежить від|bağlı|phụ thuộc vào|bergantung pada|tergantung pada|依赖于?|取决于|依存|의존|يعتمد على|يتطلب|(?:pré-?requis(?:itos?)?|prérequis|requisitos? previos?|prerequisit[oi]|voorwaarden?|vereisten|wymagania wstępne|предусловия|предварительные условия|передумови|ön koşul(?:lar)?|điều kiện tiên quyết|prasyarat|前置条件|前提条件|선행 조건)\s?[:：]",
    ),
    // In running text `requires` says what something costs; as a key, after an arrow or in brackets it says what comes first.
    (
        Relation::Requires,
        r"^\W*requires?\b|^\W*dependenc(?:y|ies):|(?:→|->)\s?requires?\b|\((?:\w+ )?requires?\b|(?:^\W*|(?:→|->)\s?|\()(?:benötigt|erfordert|nécessite|requiert|requiere|requer|richiede|vereist|wymaga|требует|потребує|gerektirir)\b",
    ),
    (Relation::Requires, r"(?:third-party|external|upstream) (?:\w+ )?dependenc(?:y|ies)\.?$"),
    (Relation::Requires, r"cannot \w+(?: \w+){0,4} without|can't \w+(?: \w+){0,3} without"),
    (
        Relation::After,
        r"\((?:only )?after\b|\bonly after\b|\bpost-mvp\b|can (?:only )?start after|before proceeding|nach abschluss|(?:\(|nur |seulement |sólo |solo |somente |soltanto |только |лише )(?:nach|après|después de|após|dopo|после|після)\b",
    ),
    (
        Relation::Parallel,
        r"in parallel(?: with)?\b|parallel zu|en parallèle|en paralelo|em paralelo|in parallelo|параллельно",
    ),
];

static RELATIONS: LazyLock<Vec<(Relation, Regex)>> = LazyLock::new(|| {
    let one = |words: &str| Regex::new(&format!(r"(?i)(?:^|[^\p{{L}}])(?P<w>{words})")).expect("the pattern is fixed");
    PHRASES.iter().map(|(relation, words)| (*relation, one(words))).collect()
});
static CHAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\s?(?:→|➜|⟶|->|=>)\s?").expect("the pattern is fixed"));

/// Every relation of a text; `about` is what the line is nested below, `around` what heads and introduces it.
pub(super) fn dependencies(text: &str, about: &str, around: &str) -> Vec<Found> {
    if let Some(chain) = chain(text, around) {
        return vec![chain];
    }
    let mut found: Vec<Found> = Vec::new();
    for (relation, pattern) in RELATIONS.iter() {
        let Some(words) = pattern.captures(text).and_then(|captures| captures.name("w")) else { continue };
        if found.iter().any(|other| other.at.start < words.end() && words.start() < other.at.end)
            || goes_on(text, words.end())
            || is_denied(&text[..words.start()])
            || points_away(&text[words.end()..])
        {
            continue;
        }
        let on = names(&text[words.end()..]);
        let subject = Some(subject_before(text, words.start())).filter(|subject| !subject.is_empty());
        let meaning = Meaning::Dependency { relation: *relation, on };
        found.push(Found { meaning, at: words.range(), subject: subject.unwrap_or_else(|| about.to_owned()) });
    }
    found
}

/// Whether a word goes on where a phrase ends: `bloquea` is not `bloquear`. Scripts that join words are left alone, and so is
/// Turkish `bağlı`, which takes endings.
fn goes_on(text: &str, end: usize) -> bool {
    let joins_words = |c: char| c.is_alphabetic() && matches!(u32::from(c), 0..=0x24f | 0x400..=0x4ff);
    let last = text[..end].chars().next_back();
    let next = text[end..].chars().next();
    last.is_some_and(joins_words) && next.is_some_and(joins_words) && !text[..end].to_lowercase().ends_with("bağlı")
}

/// `Antivirus blockiert → Ausnahme eintragen`: what happens and what to do, nothing that waits for something.
fn points_away(after: &str) -> bool {
    after.trim_start().starts_with(['→', '➜', '⟶']) || after.trim_start().starts_with("->")
}

static DENIALS: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("denial before a verb"));

/// `does not block`, `не блокирует`; what gets stuck by itself (`si blocca`, `se bloquea`) blocks nothing else.
fn is_denied(before: &str) -> bool {
    let word = before.split_whitespace().next_back().unwrap_or("").to_lowercase();
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
    DENIALS.contains(&word)
}

/// `A → B → C`: an order of work where the words around say so, or where each part is a part of the plan. Other arrows draw the
/// way through a menu or the flow of data.
fn chain(text: &str, around: &str) -> Option<Found> {
    let after_key = |at: usize| at + text[at..].chars().next().map_or(0, char::len_utf8);
    let start = text.rfind([':', '：']).filter(|at| CHAIN.is_match(&text[*at..])).map_or(0, after_key);
    let body = text[start..].trim_end_matches('.');
    let parts: Vec<String> = CHAIN.split(body).map(super::mark::without_signs).collect();
    let aside = body.matches(['(', '（']).count() > 0
        && body.rfind(['(', '（']) < CHAIN.find(body).map(|arrow| arrow.start())
        && body.trim_end().ends_with([')', '）']);
    let whole = |part: &String| {
        let count = |marks: [char; 2]| part.matches(marks).count();
        part.chars().any(char::is_alphabetic) && part.chars().count() <= 60 && count(['(', '（']) == count([')', '）'])
    };
    let named = !aside && parts.len() >= 3 && parts.iter().all(whole);
    let ordered =
        names_order(&text[..start]) || names_order(around) || parts.iter().all(|part| phase::opened_by(part).is_some());
    (named && ordered).then(|| Found {
        meaning: Meaning::Dependency { relation: Relation::Chain, on: parts },
        at: start..text.len(),
        subject: text[..start].trim_matches(|c: char| !c.is_alphanumeric()).to_owned(),
    })
}

/// Whether words say in which order things are done, or what depends on what.
fn names_order(text: &str) -> bool {
    let lower = text.to_lowercase();
    words::list("order").into_iter().any(|word| lower.contains(word))
}

/// What a cell of a column of dependencies names; nothing for `-` and `none`.
pub(super) fn of_cell(cell: &str, subject: &str) -> Option<Found> {
    let shown = super::read::tidy(cell);
    let on: Vec<String> = names(&shown);
    let is_none = super::mark::word_alone(&shown).is_some() || on.iter().all(|name| is_nothing(name));
    let meaning = Meaning::Dependency { relation: Relation::Requires, on };
    (!is_none).then(|| Found { meaning, at: 0..cell.len(), subject: subject.to_owned() })
}

fn is_nothing(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = [
        "none",
        "keine",
        "aucune",
        "aucun",
        "ninguna",
        "ninguno",
        "nenhuma",
        "nenhum",
        "nessuna",
        "nessuno",
        "geen",
        "brak",
        "нет",
        "немає",
        "yok",
        "无",
        "なし",
        "없음",
        "không",
        "tidak ada",
        "لا يوجد",
        "कोई नहीं",
    ];
    words.contains(&lower.as_str()) || !lower.chars().any(char::is_alphanumeric)
}

/// The names after a relation: up to the end of the clause, split at commas, `and`, `+`.
fn names(rest: &str) -> Vec<String> {
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    let clause = rest.split(['.', ')', ';', '）']).next().unwrap_or("").split(" - ").next().unwrap_or("");
    let parts = clause
        .replace(" and ", ",")
        .replace(" und ", ",")
        .replace(" et ", ",")
        .replace(" y ", ",")
        .replace(['+', '、', '，'], ",");
    parts.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).take(20).collect()
}
