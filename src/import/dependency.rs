//! What must come before what: `Blocks X`, `Required before: Y`, `A → requires B`, `after Phase 1`, `A → B → C`.

use std::sync::LazyLock;

use regex::Regex;

use super::read::{Found, subject_before};
use crate::model::statement::{Meaning, Relation};

/// Phrases that state a relation; what follows (or for some, what the line is about) is the other end.
const PHRASES: &[(Relation, &str)] = &[
    (
        Relation::Blocks,
        r"(?:currently |is |are )?block(?:s|ing)\b(?: (?:by|until))?|required before|prerequisite (?:for|to|of)|critical blocker for|must be (?:resolved|done|completed|fixed|finished) before|blockiert|bloque\b|bloquea|blocca|blokkeert|blokuje|блокирует|блокує|engelliyor|阻塞|ブロックする",
    ),
    (
        Relation::Blocks,
        r"required for|erforderlich für|requis pour|necesario para|necessário para|necessario per|vereist voor|wymagane do|необходимо для|потрібно для",
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
        r"blocked (?:by|on|until)|depends? (?:up)?on|dependent (?:up)?on|prerequisites?:|depends:|waiting (?:for|on)|hängt ab von|abhängig von|voraussetzung(?:en)?:|abhängigkeit(?:en)?:|dépend d[eu]|dépendances? ?:|depende d[eo]|dipende da|afhankelijk van|zależy od|зависит от|залежить від|bağlı|依赖于?|取决于|依存|의존|يعتمد على|يتطلب",
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

/// Every relation of a text; `about` is what the line is nested below.
pub(super) fn dependencies(text: &str, about: &str) -> Vec<Found> {
    if let Some(chain) = chain(text) {
        return vec![chain];
    }
    let mut found: Vec<Found> = Vec::new();
    for (relation, pattern) in RELATIONS.iter() {
        let Some(words) = pattern.captures(text).and_then(|captures| captures.name("w")) else { continue };
        if found.iter().any(|other| other.at.start < words.end() && words.start() < other.at.end) {
            continue;
        }
        let on = names(&text[words.end()..]);
        let subject = Some(subject_before(text, words.start())).filter(|subject| !subject.is_empty());
        let meaning = Meaning::Dependency { relation: *relation, on };
        found.push(Found { meaning, at: words.range(), subject: subject.unwrap_or_else(|| about.to_owned()) });
    }
    found
}

/// `A → B → C`: three or more, or two where the line says so by itself.
fn chain(text: &str) -> Option<Found> {
    let after_key = |at: usize| at + text[at..].chars().next().map_or(0, char::len_utf8);
    let start = text.rfind([':', '：']).filter(|at| CHAIN.is_match(&text[*at..])).map_or(0, after_key);
    let body = text[start..].trim_end_matches('.');
    let parts: Vec<String> = CHAIN.split(body).map(super::mark::without_signs).collect();
    let aside = body.matches(['(', '（']).count() > 0
        && body.rfind(['(', '（']) < CHAIN.find(body).map(|arrow| arrow.start())
        && body.trim_end().ends_with([')', '）']);
    let named = !aside && parts.iter().all(|part| part.chars().any(char::is_alphabetic) && part.chars().count() <= 60);
    (parts.len() >= 3 && named).then(|| Found {
        meaning: Meaning::Dependency { relation: Relation::Chain, on: parts },
        at: start..text.len(),
        subject: text[..start].trim_matches(|c: char| !c.is_alphanumeric()).to_owned(),
    })
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
