//! Repositories of Maven and Gradle.

use super::address;
use super::told::{Told, line_at, numbered};
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

/// A script of Gradle: `repositories { … }`, but not those that it publishes to.
pub(super) fn gradle(text: &str) -> Told {
    let text = without_comments(text);
    let mut told = Told::default();
    let mut blocks: Vec<String> = Vec::new();
    for (line, content) in numbered(&text) {
        let inside = blocks.iter().any(|block| block == "repositories") || content.contains("repositories");
        let publishes = blocks.iter().any(|block| block.starts_with("publish"));
        if inside && !publishes {
            let conditional = blocks.iter().any(|block| block == "if") || content.contains("if ");
            repository(&mut told, line, content, conditional);
        }
        follow(&mut blocks, content);
    }
    told
}

/// Blocks that are open behind a line, each by its first word.
fn follow(blocks: &mut Vec<String>, line: &str) {
    let mut from = 0;
    for (at, c) in line.char_indices().filter(|(_, c)| matches!(c, '{' | '}')) {
        if c == '}' {
            blocks.pop();
        } else {
            let words = line[from..at].trim_start();
            let end = words.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(words.len());
            blocks.push(words[..end].to_owned());
        }
        from = at + 1;
    }
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

/// The script with blanks for comments, line for line.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut quote) = (false, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\n', _) => {
                quote = None;
                out.push('\n');
            }
            ('*', Some('/')) if inside => {
                chars.next();
                inside = false;
            }
            _ if inside => {}
            ('/', Some('*')) if quote.is_none() => {
                chars.next();
                inside = true;
            }
            ('/', Some('/')) if quote.is_none() => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            ('"' | '\'', _) => {
                quote = match quote {
                    Some(open) if open == c => None,
                    None => Some(c),
                    other => other,
                };
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
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
    fn scripts_of_gradle_are_read_block_by_block() {
        let text = "// jcenter()\nbuildscript {\n  repositories {\n    jcenter() /* gone */\n  }\n}\nrepositories {\n  mavenLocal()\n  maven { url = uri(\"http://a.test\"); isAllowInsecureProtocol = true }\n  if (local) {\n    mavenLocal()\n  }\n}\npublishing {\n  repositories {\n    mavenLocal()\n    maven { url 'http://b.test' }\n  }\n}\ntask x { println 'http://c.test' }\n";
        assert_eq!(
            facts(&gradle(text)),
            [("unreliable_repositories", 4), ("unreliable_repositories", 8), ("unverified", 9), ("unencrypted", 9)]
        );
    }
}
