//! Which events the `when` of a stage lets through (Pipeline Syntax, `when`). In a multibranch job a change request is built under
//! a name of its own, which is no branch's.

use super::super::super::starts::{Event, Started, branches};
use super::groovy::Block;

/// Whether the conditions of a block hold: one of them, or all.
pub(super) fn holds(text: &str, blocks: &[Block], block: &Block, is_any: bool, event: Event) -> Started {
    let inner: Vec<&Block> = blocks.iter().filter(|inner| block.has(inner.open)).collect();
    let children: Vec<&Block> =
        inner.iter().filter(|one| !inner.iter().any(|other| other.has(one.open))).copied().collect();
    let mut own = String::new();
    let mut from = block.open + 1;
    for child in &children {
        own.push_str(text.get(from..child.from).unwrap_or(""));
        own.push('\n');
        from = child.close + 1;
    }
    own.push_str(text.get(from..block.close).unwrap_or(""));
    let heads = children.iter().map(|child| {
        let (own, head) = child.head.rsplit_once('\n').unwrap_or(("", &child.head));
        let below = match head.trim() {
            "not" => holds(text, blocks, child, false, event).negated(),
            "allOf" => holds(text, blocks, child, false, event),
            "anyOf" => holds(text, blocks, child, true, event),
            _ => Started::open("an expression of a `Jenkinsfile` decides what starts it"),
        };
        (own.to_owned(), below)
    });
    let (before, below): (Vec<String>, Vec<Started>) = heads.unzip();
    let own = before.join("\n") + "\n" + &own;
    let lines = own.split(['\n', ';']).filter_map(|line| condition(line.trim(), event));
    let all = lines.chain(below);
    if is_any { all.fold(Started::No, Started::or) } else { all.fold(Started::Yes, Started::and) }
}

fn condition(line: &str, event: Event) -> Option<Started> {
    let is_request = event == Event::Request;
    let word = line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    Some(match word {
        "" | "beforeAgent" | "beforeInput" | "beforeOptions" => return None,
        "branch" => {
            let name = quoted(line)?;
            let pattern = if line.contains("REGEXP") { format!("/{name}/") } else { name.to_owned() };
            if is_request { name.starts_with("PR-").into() } else { branches::any([pattern.as_str()], event) }
        }
        "changeRequest" => is_request.into(),
        "buildingTag" | "tag" | "triggeredBy" | "isRestartedRun" => Started::No,
        "changeset" | "changelog" => Started::Yes,
        _ => Started::open("a condition of a `Jenkinsfile` decides what starts it"),
    })
}

/// The first text in quotes.
fn quoted(line: &str) -> Option<&str> {
    let at = line.find(['\'', '"'])?;
    let quote = &line[at..=at];
    line[at + 1..].split(quote).next()
}
