//! Which licence a text is. Owns the crate `spdx` (with `declared`), which has the texts and compares them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use spdx::detection::TextData;

/// A text says what a licence says from here on (Catalogue, gov/licence).
const SAME: f32 = 0.95;
/// Shorter ones are no licence, in bytes.
const SHORTEST: usize = 100;
/// A licence is looked for within texts of at most so many lines.
const MOST_LINES: usize = 1500;

/// Licences that are recognised, those that differ in a clause together, and words that each of them has.
#[rustfmt::skip]
const GROUPS: &[(&str, &[&str])] = &[
    ("permission is hereby granted, free of charge", &["MIT", "MIT-0", "X11", "NCSA"]),
    ("boost software license", &["BSL-1.0"]),
    ("permission to use, copy, modify, and", &["ISC", "0BSD", "curl", "PostgreSQL"]),
    ("redistribution and use in source and binary forms", &["BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "Apache-1.1", "PHP-3.01"]),
    ("apache license", &["Apache-2.0"]),
    ("gnu affero general public license", &["AGPL-3.0-only"]),
    ("gnu general public license", &["GPL-2.0-only", "GPL-3.0-only"]),
    ("gnu lesser general public license", &["LGPL-2.1-only", "LGPL-3.0-only"]),
    ("gnu library general public license", &["LGPL-2.0-only"]),
    ("mozilla public license", &["MPL-2.0", "MPL-1.1"]),
    ("eclipse public license", &["EPL-1.0", "EPL-2.0"]),
    ("common development and distribution license", &["CDDL-1.0", "CDDL-1.1"]),
    ("free and unencumbered software", &["Unlicense"]),
    ("altered source versions must be plainly marked", &["Zlib"]),
    ("cc0", &["CC0-1.0"]),
    ("attribution 4.0 international", &["CC-BY-4.0"]),
    ("attribution-sharealike 4.0 international", &["CC-BY-SA-4.0"]),
    ("business source license", &["BUSL-1.1"]),
    ("server side public license", &["SSPL-1.0"]),
    ("elastic license", &["Elastic-2.0"]),
    ("european union public licence", &["EUPL-1.2", "EUPL-1.1"]),
    ("open software license", &["OSL-3.0"]),
    ("artistic license", &["Artistic-2.0", "Artistic-1.0"]),
    ("do what the fuck you want to public license", &["WTFPL"]),
    ("microsoft public license", &["MS-PL"]),
    ("python software foundation license", &["Python-2.0"]),
    ("blue oak model license", &["BlueOak-1.0.0"]),
    ("mulan psl v2", &["MulanPSL-2.0"]),
];

/// Where the terms of a licence end: what follows tells how to apply them, and many leave it away.
const END: &str = "END OF TERMS AND CONDITIONS";
/// Where the terms of the Business Source License begin, behind parameters that each author fills in.
const BUSINESS_TERMS: &str = "The Licensor hereby grants you the right to copy";

/// A text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    /// Whether it is long enough to be one.
    pub(super) is_long: bool,
    /// What it is, by SPDX id without `-only`, with its likeness.
    pub(super) licences: BTreeSet<&'static str>,
    /// The greatest likeness, of all that were compared.
    likeness: f32,
    /// No known licence, and it says that all rights are reserved.
    pub(super) keeps_all_rights: bool,
}

impl Text {
    /// What it is, in words.
    pub(super) fn note(&self) -> String {
        let percent = (self.likeness * 1000.0).floor() / 10.0;
        match (self.licences.is_empty(), self.keeps_all_rights) {
            (false, _) => {
                let ids = self.licences.iter().copied().collect::<Vec<_>>().join(", ");
                format!("{ids}, alike to {percent} %")
            }
            (true, true) => "all rights reserved".to_owned(),
            (true, false) if self.likeness > 0.0 => format!("no known licence; the nearest is alike to {percent} %"),
            (true, false) => "no known licence".to_owned(),
        }
    }
}

/// Texts that were recognised before: many packages of a repository have the same.
static KNOWN: LazyLock<Mutex<HashMap<Vec<u8>, Text>>> = LazyLock::new(Mutex::default);
/// So many are kept.
const MOST_KNOWN: usize = 64;

/// Recognises a text.
pub(super) fn read(bytes: &[u8]) -> Text {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known().get(bytes) {
        return text.clone();
    }
    let text = recognise(bytes);
    let mut known = known();
    if known.len() < MOST_KNOWN {
        known.insert(bytes.to_vec(), text.clone());
    }
    text
}

fn recognise(bytes: &[u8]) -> Text {
    let text = crate::world::text_of(bytes);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut found = Text { is_long: words.len() >= SHORTEST, ..Text::default() };
    let groups: Vec<&[&str]> =
        GROUPS.iter().filter(|(phrase, _)| words.contains(phrase)).map(|(_, ids)| *ids).collect();
    if !found.is_long || groups.is_empty() {
        found.keeps_all_rights = words.contains("all rights reserved") || words.contains("proprietary");
        return found;
    }
    let data = TextData::new(&text);
    for within in [false, true] {
        for ids in &groups {
            let best = ids.iter().map(|id| (likeness(&data, id, within), *id)).max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((likeness, id)) = best else { continue };
            found.likeness = found.likeness.max(likeness);
            if likeness >= SAME {
                found.licences.insert(family(id));
            }
        }
        // Within a longer text it is looked for only where the whole is none: that takes longer.
        if !found.licences.is_empty() || data.lines().len() > MOST_LINES {
            break;
        }
    }
    found.keeps_all_rights = found.licences.is_empty() && words.contains("all rights reserved") && found.likeness < 0.5;
    found
}

/// How alike a text is to a licence, the best of its forms; `within`: some lines of it.
fn likeness(data: &TextData, id: &'static str, within: bool) -> f32 {
    let compare = |form: &TextData| if within { data.optimize_bounds(form).1 } else { data.match_score(form) };
    forms(id).iter().map(compare).fold(0.0, f32::max)
}

/// The forms of a licence, made when it is first asked for.
fn forms(id: &'static str) -> &'static [TextData] {
    static FORMS: LazyLock<HashMap<&str, OnceLock<Vec<TextData>>>> =
        LazyLock::new(|| GROUPS.iter().flat_map(|(_, ids)| *ids).map(|id| (*id, OnceLock::new())).collect());
    let make = || {
        let Some(template) = spdx::license_id(id).map(|id| id.text()) else { return Vec::new() };
        let mut forms = vec![template];
        forms.extend(template.split_once(END).map(|(terms, _)| terms));
        forms.extend(template.find(BUSINESS_TERMS).map(|at| &template[at..]));
        forms.into_iter().map(TextData::new).collect()
    };
    FORMS.get(id).map_or(&[], |forms| forms.get_or_init(make))
}

/// The text does not tell whether later versions may be used.
pub(super) fn family(id: &'static str) -> &'static str {
    id.strip_suffix("-only").or_else(|| id.strip_suffix("-or-later")).unwrap_or(id)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The text of a licence.
    pub(in super::super) fn spdx_text(id: &str) -> String {
        spdx::license_id(id).unwrap_or_else(|| panic!("{id}")).text().to_owned()
    }

    #[test]
    fn every_licence_is_recognised_by_its_own_text_and_no_other() {
        for (phrase, ids) in GROUPS {
            for id in *ids {
                let found = read(spdx_text(id).as_bytes());
                let ids: Vec<&str> = found.licences.iter().copied().collect();
                assert_eq!(ids, [family(id)], "{phrase}");
            }
        }
    }

    #[test]
    fn names_years_and_a_missing_appendix_do_not_matter() {
        let apache = spdx_text("Apache-2.0");
        let (terms, _) = apache.split_once(END).unwrap_or_default();
        assert!(read(terms.as_bytes()).licences.contains("Apache-2.0"));
        let mit =
            format!("The MIT License\n\nCopyright (c) 2019-2026 Acme, Inc. and contributors\n\n{}", spdx_text("MIT"));
        assert!(read(mit.as_bytes()).licences.contains("MIT"));
    }

    #[test]
    fn a_licence_within_a_longer_text_is_found() {
        let text = format!(
            "{}\n\nThe fonts in `fonts/` come from elsewhere, under these terms:\n\n{}",
            spdx_text("MIT"),
            "Whoever uses a font shall name its author in the colophon.\n".repeat(20)
        );
        assert!(read(text.as_bytes()).licences.contains("MIT"), "{:?}", read(text.as_bytes()));
    }

    #[test]
    fn a_notice_that_keeps_all_rights_is_told_from_a_changed_licence() {
        let notice = "Copyright (c) 2026 Acme, Inc. All rights reserved. This software is confidential; nobody may copy it without our consent.";
        assert!(read(notice.as_bytes()).keeps_all_rights);
        let changed = spdx_text("MIT").replace(
            "without restriction",
            "but never to sell it or to use it at work, on any day of the week, or in company of others",
        );
        let found = read(changed.as_bytes());
        assert!(found.licences.is_empty() && !found.keeps_all_rights, "{found:?}");
    }
}
