//! Ids for what a document names: Latin, Cyrillic and Greek letters as ASCII, any other script by a digest of the text, each
//! id once. The same text gives the same id whatever stands around it, so that an edited plan keeps its ids.

use std::collections::BTreeMap;

/// Longest id, in bytes; cut between words.
const LONGEST: usize = 60;

/// Letters of other alphabets, in pairs with what is written for them (ISO 9 and common practice, simplified).
const LETTERS: &[(&str, &str)] = &[
    ("àáâãåāăąạảấầẩẫậắằẳẵặα", "a"),
    ("ä", "ae"),
    ("æ", "ae"),
    ("çćčĉц", "c"),
    ("ďđðдδ", "d"),
    ("èéêëēęěẹẻẽếềểễệеэєε", "e"),
    ("ğģгґγ", "g"),
    ("ìíîïīįıỉịĩиіїйιη", "i"),
    ("ķкκ", "k"),
    ("łļľлλ", "l"),
    ("мμ", "m"),
    ("ñńňņнν", "n"),
    ("òóôõøōőọỏốồổỗộơớờởỡợоοω", "o"),
    ("ö", "oe"),
    ("œ", "oe"),
    ("ŕřрρ", "r"),
    ("śšşșсσς", "s"),
    ("ß", "ss"),
    ("ťţțтτ", "t"),
    ("ùúûūůűųũụủưứừửữựуυ", "u"),
    ("ü", "ue"),
    ("ýÿỳỵỷỹыυ", "y"),
    ("źžżзζ", "z"),
    ("а", "a"),
    ("б", "b"),
    ("вβ", "v"),
    ("ж", "zh"),
    ("пπ", "p"),
    ("ф", "f"),
    ("φ", "ph"),
    ("хχ", "kh"),
    ("ч", "ch"),
    ("ш", "sh"),
    ("щ", "shch"),
    ("юю", "yu"),
    ("я", "ya"),
    ("ё", "yo"),
    ("θ", "th"),
    ("ξ", "x"),
    ("ψ", "ps"),
    ("ъь", ""),
];

/// The id that a text gives, without regard to others.
pub(in crate::import) fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut foreign = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if is_mark(c) {
            // Belongs to the letter before it.
        } else if let Some((_, written)) = LETTERS.iter().find(|(letters, _)| letters.contains(c)) {
            slug.push_str(written);
        } else {
            foreign |= c.is_alphabetic();
            if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
    }
    let slug = cut(slug.trim_matches('-'));
    if foreign || slug.is_empty() { format!("{}{}", prefix(&slug), digest(text)) } else { slug }
}

/// A combining mark: what decomposed text writes an accent as, and what the lower case of `İ` ends with.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn prefix(slug: &str) -> String {
    if slug.is_empty() { "item-".to_owned() } else { format!("{slug}-") }
}

fn cut(slug: &str) -> String {
    if slug.len() <= LONGEST {
        return slug.to_owned();
    }
    let end = slug[..LONGEST].rfind('-').unwrap_or(LONGEST);
    slug[..end].trim_end_matches('-').to_owned()
}

/// FNV-1a, 32 bits: short, and the same on every machine.
fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

/// Gives each id once.
#[derive(Default)]
pub(super) struct Ids {
    used: BTreeMap<String, u32>,
}

impl Ids {
    /// The same for areas, phases and gates, whose ids start with a letter: `word-` comes before a digit.
    pub(super) fn give_lettered(&mut self, text: &str, word: &str) -> String {
        let lettered = slug(text).starts_with(|c: char| c.is_ascii_lowercase());
        if lettered { self.give(text) } else { self.give(&format!("{word} {text}")) }
    }

    /// Whether the slug of a text was not given yet.
    pub(super) fn is_free(&self, text: &str) -> bool {
        !self.used.contains_key(&slug(text))
    }

    /// The slug of a text, with a number if it was given before.
    pub(super) fn give(&mut self, text: &str) -> String {
        let base = slug(text);
        let mut id = base.clone();
        loop {
            let count = self.used.entry(id.clone()).or_insert(0);
            *count += 1;
            if *count == 1 {
                return id;
            }
            id = format!("{base}-{count}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_an_id_in_every_script() {
        let cases = [
            ("Rate limiting (per IP)", "rate-limiting-per-ip"),
            ("Größe geprüft", "groesse-geprueft"),
            ("Проверка тестов", "proverka-testov"),
            ("Sao lưu cơ sở dữ liệu", "sao-luu-co-so-du-lieu"),
            ("İzleme ve uyarı", "izleme-ve-uyari"),
            ("Wdrożenie zakończone", "wdrozenie-zakonczone"),
            ("Cafe\u{301}", "cafe"),
            ("**", "item-9c4d5a3b"),
            ("C++ & Go!", "c-go"),
        ];
        for (text, expected) in cases {
            let id = slug(text);
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
            if !expected.starts_with("item-") {
                assert_eq!(id, expected);
            }
        }
        assert!(slug("数据库备份").starts_with("item-"));
        assert!(slug("API 文档").starts_with("api-"));
        assert_ne!(slug("数据库备份"), slug("数据库恢复"));
    }

    #[test]
    fn ids_are_given_once() {
        let mut ids = Ids::default();
        let given = ["Tests", "tests", "Tests 2", "tests"].map(|text| ids.give(text));
        assert_eq!(given, ["tests", "tests-2", "tests-2-2", "tests-3"]);
        assert_eq!(ids.give_lettered("16 weeks", "phase"), "phase-16-weeks");
    }
}
