//! Repositories of Maven and Gradle.

use super::address;
use super::told::{Told, line_at, numbered};
use crate::probe::gradle_script::{self, Line};
use crate::probe::xml_walk::{Step, walk};

/// A `pom.xml` or Maven's `settings.xml`.
pub(super) fn maven(text: &str) -> Result<Told, String> {
    let mut told = Told::default();
    let mut above: Vec<String> = Vec::new();
    let mut url = String::new();
    let mut from = 0;
    walk(text, |step| {
        match step {
            Step::Open(element) => {
                above.push(element.name);
                url.clear();
            }
            Step::Text(part) => url.push_str(&part),
            Step::Close => {
                if is_of_a_repository(&above) {
                    let url = url.trim();
                    // One address may stand in several places.
                    let at = text[from..].find(url).map_or(from, |at| from + at);
                    told.registry(line_at(text, at), "the repository", url);
                    from = (at + url.len()).min(text.len());
                }
                url.clear();
                above.pop();
            }
        }
        Ok(())
    })?;
    Ok(told)
}

/// Where packages are taken from, not where they are brought to (`distributionManagement`).
fn is_of_a_repository(above: &[String]) -> bool {
    let names: Vec<&str> = above.iter().map(String::as_str).collect();
    matches!(
        names.as_slice(),
        [.., "repositories", "repository", "url"]
            | [.., "pluginRepositories", "pluginRepository", "url"]
            | [.., "mirrors", "mirror", "url"]
    )
}

/// Gradle's sums of what it downloads (`verification-metadata.xml`); what is trusted whatever it is need not match any.
pub(super) fn verification(text: &str) -> Result<Told, String> {
    let mut told = Told::default();
    let mut from = 0;
    walk(text, |step| {
        let Step::Open(element) = step else { return Ok(()) };
        told.locked += usize::from(element.name == "component");
        if element.name == "trust" {
            let at = text[from..].find("<trust ").map_or(from, |at| from + at);
            from = (at + 1).min(text.len());
            let is_pattern = element.get("regex") == Some("true");
            let any = |key| match element.get(key) {
                None => true,
                Some(given) => is_pattern && matches!(given, ".*" | "^.*$" | ".+"),
            };
            if ["group", "name", "version", "file"].into_iter().all(any) {
                told.find(
                    "unverified",
                    line_at(text, at),
                    "trust",
                    "`<trust>`: every artifact is taken without its sum",
                );
            }
        }
        Ok(())
    })?;
    Ok(told)
}

/// `gradle.properties`: whether sums are compared, where there are some.
pub(super) fn properties(text: &str) -> Told {
    let mut told = Told::default();
    for (line, content) in numbered(text) {
        let Some((key, value)) = content.split_once(['=', ':']) else { continue };
        let value = value.trim();
        if key.trim() == VERIFICATION && matches!(value, "off" | "lenient") {
            told.find(
                "unverified",
                line,
                VERIFICATION,
                format!("`{VERIFICATION}={value}`: sums that differ stop nothing"),
            );
        }
    }
    told
}

/// Gradle's property that says what becomes of a sum that differs.
pub(super) const VERIFICATION: &str = "org.gradle.dependency.verification";

/// A script of Gradle: `repositories { … }`, but not those that it publishes to.
pub(super) fn gradle(text: &str) -> Told {
    let mut told = Told::default();
    for line in gradle_script::lines(text) {
        let Line { number, text: content, blocks } = &line;
        let inside = blocks.iter().any(|block| block == "repositories") || content.contains("repositories");
        let publishes = blocks.iter().any(|block| block.starts_with("publish"));
        if inside && !publishes {
            let conditional = blocks.iter().any(|block| block == "if") || content.contains("if ");
            repository(&mut told, *number, content, conditional);
        }
    }
    told
}

fn repository(told: &mut Told, line: u32, content: &str, conditional: bool) {
    let has_call = |name: &str| {
        content.find(name).is_some_and(|at| {
            let before = content[..at].chars().next_back();
            let after = content[at + name.len()..].trim_start();
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
                && (after.starts_with("()") || after.starts_with('{'))
        })
    };
    if has_call("mavenLocal") {
        let note = "`mavenLocal()`: whatever lies in the cache of this machine is taken for the package";
        if conditional {
            told.hint("unreliable_repositories", line, "mavenLocal", format!("{note}, under a condition"));
        } else {
            told.find("unreliable_repositories", line, "mavenLocal", note);
        }
    }
    if has_call("jcenter") {
        told.find(
            "unreliable_repositories",
            line,
            "jcenter",
            "`jcenter()`: JCenter was closed, and takes no corrections",
        );
    }
    let plain: String = content.chars().filter(|c| !c.is_whitespace()).collect();
    let insecure = plain.find("llowInsecureProtocol").map(|at| &plain[at + "llowInsecureProtocol".len()..]);
    if insecure.is_some_and(|rest| ["=true", "(true", ".set(true", "true"].iter().any(|start| rest.starts_with(start)))
    {
        told.find(
            "unverified",
            line,
            "allowInsecureProtocol",
            "`allowInsecureProtocol`: the repository need not be encrypted",
        );
    }
    for quoted in content.split(['"', '\'']).skip(1).step_by(2).filter(|text| address::is_unencrypted(text)) {
        told.encrypted(line, "the repository", quoted);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn facts(told: &Told) -> Vec<(&str, u32)> {
        let found = told.findings.iter().filter(|found| found.certainty != crate::model::Certainty::Hint);
        found.map(|found| (found.fact, found.line)).collect()
    }

    #[test]
    fn a_pom_takes_from_repositories_and_brings_to_others() {
        let pom = "<project>\n<distributionManagement><repository><url>http://a.test/</url></repository></distributionManagement>\n<repositories>\n<repository><id>x</id>\n<url>http://b.test/</url></repository></repositories>\n<url>http://shop.test</url>\n</project>";
        assert_eq!(facts(&maven(pom).unwrap()), [("unencrypted", 5)]);
        assert!(maven("<project>").is_err());
    }

    #[test]
    fn sums_of_gradle_may_be_trusted_away_or_switched_off() {
        let text = "<verification-metadata>\n<configuration><trusted-artifacts>\n<trust file=\".*-sources[.]jar\" regex=\"true\"/>\n<trust group=\".*\" name=\"x\" regex=\"true\"/>\n<trust group=\".*\" regex=\"true\"/>\n</trusted-artifacts></configuration>\n<components><component group=\"a\" name=\"b\" version=\"1\"/></components></verification-metadata>";
        let told = verification(text).unwrap();
        assert_eq!((facts(&told), told.locked), (vec![("unverified", 5)], 1));
        let text = "# org.gradle.dependency.verification=off\norg.gradle.dependency.verification.console=verbose\norg.gradle.dependency.verification = lenient\n";
        assert_eq!(facts(&properties(text)), [("unverified", 3)]);
        assert!(facts(&properties("org.gradle.dependency.verification=strict\n")).is_empty());
    }

    #[test]
    fn scripts_of_gradle_are_read_block_by_block() {
        let text = "// jcenter()\nbuildscript {\n  repositories {\n    jcenter() /* gone */\n  }\n}\nrepositories {\n  mavenLocal()\n  maven { url = uri(\"http://a.test\"); isAllowInsecureProtocol = true }\n  if (local) {\n    mavenLocal()\n  }\n}\npublishing {\n  repositories {\n    mavenLocal()\n    maven { url 'http://b.test' }\n  }\n}\ntask x { println 'http://c.test' }\n";
        assert_eq!(
            facts(&gradle(text)),
            [("unreliable_repositories", 4), ("unreliable_repositories", 8), ("unverified", 9), ("unencrypted", 9)]
        );
    }
}
