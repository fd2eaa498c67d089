//! Whether the distribution and the runtime in an image are still supported, by the table of ends of support. An image that
//! the table does not know is not judged.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::model::Certainty;
use crate::probe::endoflife::{self, Cycle, Stage, of_version};
use crate::probe::finding::Finding;
use crate::probe::image::ImageRef;

use super::judge::UsedImage;

/// Product in the table of an image's name.
fn product(name: &str) -> Option<&'static str> {
    const PRODUCTS: &[(&str, &str)] = &[
        ("almalinux", "almalinux"),
        ("alpine", "alpine-linux"),
        ("amazonlinux", "amazon-linux"),
        ("centos", "centos"),
        ("debian", "debian"),
        ("eclipse-temurin", "eclipse-temurin"),
        ("fedora", "fedora"),
        ("golang", "go"),
        ("mariadb", "mariadb"),
        ("mongo", "mongodb"),
        ("mysql", "mysql"),
        ("nginx", "nginx"),
        ("node", "nodejs"),
        ("perl", "perl"),
        ("php", "php"),
        ("postgres", "postgresql"),
        ("python", "python"),
        ("redis", "redis"),
        ("rockylinux", "rocky-linux"),
        ("ruby", "ruby"),
        ("ubuntu", "ubuntu"),
    ];
    if name.starts_with("mcr.microsoft.com/dotnet/") {
        return Some("dotnet");
    }
    PRODUCTS.iter().find(|(image, _)| *image == name).map(|(_, product)| *product)
}

/// Release lines that an image contains: its own, and that of the distribution its tag names.
fn cycles(image: &ImageRef) -> Vec<&'static Cycle> {
    static VERSION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^v?(\d+(?:\.\d+)*)").expect("a fixed pattern"));
    static ALPINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^alpine(\d+\.\d+)").expect("a fixed pattern"));
    let tag = image.tag.as_deref().unwrap_or("");
    let mut found = Vec::new();
    if let Some(version) = VERSION.captures(tag).and_then(|captures| captures.get(1)) {
        found.extend(product(&image.name).and_then(|product| of_version(product, version.as_str())));
    }
    for word in tag.split(['-', '_']) {
        found.extend(endoflife::of_code_name(word));
        if let Some(version) = ALPINE.captures(word).and_then(|captures| captures.get(1)) {
            found.extend(of_version("alpine-linux", version.as_str()));
        }
    }
    found
}

/// What is known of the support of one image.
#[derive(Debug, Default)]
pub(super) struct Support {
    /// Percent: supported 100, ending within 90 days 70, in free extended support 50, over 0; `None` where the table does
    /// not know the image.
    pub(super) percent: Option<u32>,
    /// `unsupported_bases`, `extended_bases`, `ending_bases`, `unmapped_bases`.
    pub(super) findings: Vec<Finding>,
}

/// Judges an image on a day.
pub(super) fn support(image: &UsedImage, today: Date) -> Support {
    let cycles = cycles(&ImageRef::parse(&image.text));
    if cycles.is_empty() {
        let note = format!("`{}`: its release line is not in the table", image.text);
        return Support {
            percent: None,
            findings: vec![Finding::new("unmapped_bases", image.line, image.text.as_str(), note)],
        };
    }
    let mut support = Support { percent: Some(100), findings: Vec::new() };
    for cycle in cycles {
        let subject = format!("{} {}", cycle.product, cycle.name);
        let Some((percent, fact, note)) = verdict(cycle, today) else {
            let note = format!("`{}`: {subject} is supported", image.text);
            let seen = Finding::new("unsupported_bases", image.line, subject, note).with(Certainty::Hint);
            support.findings.push(seen);
            continue;
        };
        support.percent = support.percent.map(|known| known.min(percent));
        let note = format!("`{}`: {subject} {note}", image.text);
        support.findings.push(Finding::new(fact, image.line, subject, note).with(endoflife::certainty(today)));
    }
    support
}

fn verdict(cycle: &Cycle, today: Date) -> Option<(u32, &'static str, String)> {
    let (stage, story) = endoflife::stage(cycle, today)?;
    Some(match stage {
        Stage::Ending => (70, "ending_bases", story),
        Stage::Extended => (50, "extended_bases", story),
        Stage::Over => (0, "unsupported_bases", story),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::image::Pin;

    fn facts(text: &str, today: Date) -> (Option<u32>, Vec<&'static str>) {
        let image = UsedImage { line: 1, text: text.to_owned(), pin: Pin::Version, is_final: true };
        let support = support(&image, today);
        let counted = support.findings.iter().filter(|finding| finding.certainty > Certainty::Hint);
        (support.percent, counted.map(|finding| finding.fact).collect())
    }

    #[test]
    fn runtime_and_distribution_are_both_judged() {
        let day = Date::constant(2026, 9, 1);
        assert_eq!(facts("node:18-bookworm", day), (Some(0), vec!["unsupported_bases", "extended_bases"]));
        assert_eq!(facts("node:24.3.0-trixie-slim", day), (Some(100), vec![]));
        assert_eq!(facts("python:3.12-alpine3.18", day), (Some(0), vec!["unsupported_bases"]));
        assert_eq!(facts("ubuntu:24.04", day), (Some(100), vec![]));
        assert_eq!(facts("mcr.microsoft.com/dotnet/aspnet:8.0", day), (Some(70), vec!["ending_bases"]));
    }

    #[test]
    fn what_the_table_does_not_know_is_not_judged() {
        let day = Date::constant(2026, 9, 1);
        for text in ["node:latest", "gcr.io/distroless/static", "python:3", "internal.test/base:1.2", "node:99"] {
            assert_eq!(facts(text, day), (None, vec!["unmapped_bases"]), "{text}");
        }
    }

    #[test]
    fn the_day_of_the_end_is_over_and_an_old_table_is_only_likely() {
        assert_eq!(facts("node:20.1.1", Date::constant(2026, 4, 29)).1, vec!["ending_bases"]);
        assert_eq!(facts("node:20.1.1", Date::constant(2026, 4, 30)).1, vec!["unsupported_bases"]);
        let image = UsedImage { line: 1, text: "node:20.1.1".to_owned(), pin: Pin::Version, is_final: true };
        assert_eq!(support(&image, Date::constant(2027, 6, 1)).findings[0].certainty, Certainty::Likely);
    }
}
