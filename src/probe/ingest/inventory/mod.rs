//! Software bills of materials: one file per format. This file owns what they have in common: components, and their
//! licences.

pub(super) mod cyclonedx;
mod cyclonedx_xml;
pub(super) mod spdx;
mod spdx_graph;
mod spdx_tags;

use std::collections::BTreeSet;

use super::report::{Bill, Report};
use crate::model::{Exact, Value};

/// Distinct licences that are listed.
const MOST_LICENCES: usize = 10_000;
/// Licences that ask for no more than a notice (SPDX ids); of several that one may choose from, the first of these is taken.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "PSF-2.0",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Components counted so far.
#[derive(Default)]
struct Inventory {
    components: u64,
    /// With a package URL.
    identified: u64,
    /// With a licence.
    licensed: u64,
    licences: BTreeSet<String>,
    purls: BTreeSet<String>,
}

impl Inventory {
    /// Adds a component with the licences that hold together.
    fn add(&mut self, purl: &str, licences: &[String]) {
        self.components += 1;
        self.identified += u64::from(!purl.is_empty());
        if !purl.is_empty() {
            self.purls.insert(purl.to_owned());
        }
        self.licensed += u64::from(!licences.is_empty());
        if self.licences.len() < MOST_LICENCES {
            self.licences.extend(licences.iter().map(|expression| settled(expression)));
        }
    }

    fn report(self, tool: &str) -> Result<Report, String> {
        if self.components == 0 {
            return Err("lists no component".to_owned());
        }
        let share = |part: u64| Exact::ratio(part, self.components).map(Value::Number);
        let Inventory { components, licensed, .. } = self;
        let mut report = Report::of(tool);
        report.bill = Some(Bill { tool: tool.to_owned(), components, licensed, purls: self.purls, ..Bill::default() });
        Ok(report
            .scanned(self.components, "components")
            .value("components", Some(Value::Number(Exact::whole(self.components))))
            .value("identified", share(self.identified))
            .value("licensed", share(self.licensed))
            .value("licences", Some(Value::List(self.licences.into_iter().map(Value::Text).collect()))))
    }
}

impl Report {
    /// With the version of what the bill describes; an empty one is none.
    fn describes(mut self, version: &str) -> Report {
        if let Some(bill) = &mut self.bill {
            bill.version = Some(version.trim().to_owned()).filter(|version| !version.is_empty());
        }
        self
    }
}

/// A licence expression without the choices that nobody need make: `GPL-2.0 OR MIT` is `MIT`.
fn settled(expression: &str) -> String {
    let plain = expression.trim().trim_start_matches('(').trim_end_matches(')');
    let choice = plain.split(" OR ").find(|arm| PERMISSIVE.contains(&arm.trim()));
    let nested = plain.contains(['(', ')']) || plain.contains(" AND ");
    choice.filter(|_| !nested).unwrap_or(expression).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_licences_is_made_where_one_asks_for_nothing() {
        assert_eq!(settled("(GPL-2.0-only OR MIT)"), "MIT");
        assert_eq!(settled("GPL-2.0-only OR AGPL-3.0-only"), "GPL-2.0-only OR AGPL-3.0-only");
        assert_eq!(settled("GPL-2.0-only AND MIT"), "GPL-2.0-only AND MIT");
    }
}
