//! Comments by which authors switch off rules of hadolint: which rules, for which instruction, and why.

/// A hadolint comment.
#[derive(Clone, Debug)]
pub(super) struct Ignore {
    /// Line of the instruction it is about; 0 for the whole file.
    pub(super) line: u32,
    /// `DL3002`, …
    pub(super) rules: Vec<String>,
    /// Why, if the comment or the one above says so.
    pub(super) reason: Option<String>,
}

/// `# hadolint ignore=DL3002,DL3025 reason` before an instruction, `# hadolint global ignore=…` anywhere.
pub(super) fn ignores(text: &str) -> Vec<Ignore> {
    let mut found: Vec<Ignore> = Vec::new();
    let mut waiting: Option<(Vec<String>, Option<String>)> = None;
    let mut comment_above = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(comment) = line.strip_prefix('#') else {
            if let (false, Some((rules, reason))) = (line.is_empty(), waiting.take()) {
                found.push(Ignore { line: u32::try_from(index + 1).unwrap_or(0), rules, reason });
            }
            comment_above = None;
            continue;
        };
        let comment = comment.trim();
        let Some(rest) = comment.strip_prefix("hadolint") else {
            comment_above = Some(comment.to_owned()).filter(|text| !text.is_empty());
            continue;
        };
        let (is_global, rest) = match rest.trim_start().strip_prefix("global") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let Some(list) = rest.trim_start().strip_prefix("ignore").and_then(|rest| rest.trim_start().strip_prefix('='))
        else {
            continue;
        };
        let (rules, reason) = rules_and_reason(list);
        let reason = reason.or_else(|| comment_above.take());
        if is_global {
            found.push(Ignore { line: 0, rules, reason });
        } else {
            waiting = Some((rules, reason));
        }
    }
    found
}

fn rules_and_reason(list: &str) -> (Vec<String>, Option<String>) {
    let list = list.trim();
    let end = list.find(|c: char| !(c.is_ascii_alphanumeric() || c == ',')).unwrap_or(list.len());
    let rules = list[..end].split(',').filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    let reason = list[end..].trim_start_matches([' ', '\t', '#', '-', ':', ',']).trim();
    (rules, Some(reason.to_owned()).filter(|reason| !reason.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hadolint_comments_are_tied_to_their_instruction() {
        let found = ignores("FROM a\n# needs port 53\n# hadolint ignore=DL3002\nUSER root\n");
        assert_eq!(found[0].line, 4);
        assert_eq!(found[0].rules, vec!["DL3002"]);
        assert_eq!(found[0].reason.as_deref(), Some("needs port 53"));
    }
}
