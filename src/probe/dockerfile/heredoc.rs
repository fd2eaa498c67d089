//! Here-documents of `RUN` that the parser does not read: behind the command (`RUN cat <<EOF > /x`), and the second and
//! later of a line. Takes them out before the file is parsed, line for line; which words are one is decided as BuildKit
//! does (frontend/dockerfile/parser, `heredocsFromLine`).

use std::collections::BTreeMap;

/// A Dockerfile without these documents, and their texts by the line of their instruction.
pub(super) struct Stripped {
    pub(super) text: String,
    pub(super) documents: BTreeMap<u32, Vec<String>>,
}

/// The end of a document, and whether tabs before its lines are no part of it.
struct End {
    word: String,
    strips_tabs: bool,
}

/// Takes the documents out; their lines become comments, so that places stay.
pub(super) fn strip(text: &str) -> Stripped {
    let escape = escape_of(text);
    let mut out = String::with_capacity(text.len());
    let mut documents: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut lines = text.split_inclusive('\n').zip(1_u32..).peekable();
    while let Some((line, number)) = lines.next() {
        out.push_str(line);
        if is_comment(line) || line.trim().is_empty() {
            continue;
        }
        let mut whole = line.trim_end().to_owned();
        while let Some(part) = whole.strip_suffix(escape).map(str::to_owned) {
            let Some((next, _)) = lines.next() else { break };
            out.push_str(next);
            whole = part;
            whole.push(' ');
            match is_comment(next) || next.trim().is_empty() {
                true => whole.push(escape),
                false => whole.push_str(next.trim_end()),
            }
        }
        let (ends, parsed) = ends_of(&whole);
        for (at, end) in ends.iter().enumerate() {
            let is_kept = at < parsed;
            let mut document = String::new();
            for (line, _) in lines.by_ref() {
                let content = if end.strips_tabs { line.trim_start_matches('\t') } else { line };
                let is_end = content.trim_end_matches(['\n', '\r']) == end.word;
                match is_kept {
                    true => out.push_str(line),
                    false => out.push_str("#\n"),
                }
                if is_end {
                    break;
                }
                document.push_str(content);
            }
            if !is_kept {
                documents.entry(number).or_default().push(document);
            }
        }
    }
    Stripped { text: out, documents }
}

/// The escape character that a directive at the head sets (Dockerfile reference, "escape").
fn escape_of(text: &str) -> char {
    let directives = text.lines().map_while(|line| line.trim().strip_prefix('#')?.split_once('='));
    let mut escapes = directives.filter(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    escapes.next().and_then(|(_, value)| value.trim().chars().next()).unwrap_or('\\')
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The ends of an instruction's documents in order, and how many of them the parser reads itself.
fn ends_of(instruction: &str) -> (Vec<End>, usize) {
    let mut rest = instruction.trim_start();
    let mut name = first_word(rest);
    if name.eq_ignore_ascii_case("ONBUILD") {
        rest = rest[name.len()..].trim_start();
        name = first_word(rest);
    }
    let arguments = rest[name.len()..].trim_start();
    if !["RUN", "COPY", "ADD"].iter().any(|known| name.eq_ignore_ascii_case(known)) || arguments.starts_with('[') {
        return (Vec::new(), 0);
    }
    let ends: Vec<End> = raw_words(arguments).into_iter().filter_map(end).collect();
    let is_first =
        raw_words(arguments).into_iter().find(|word| !word.starts_with("--")).is_some_and(|w| w.starts_with("<<"));
    let parsed = match name.eq_ignore_ascii_case("RUN") {
        true => usize::from(is_first && !ends.is_empty()),
        false => ends.len(),
    };
    (ends, parsed)
}

fn first_word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or("")
}

/// Words with their quotes.
fn raw_words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut escaped) = (Vec::new(), None, None, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && quote.is_none() {
            words.extend(start.take().map(|start| &text[start..at]));
            continue;
        }
        start.get_or_insert(at);
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            (_, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            _ => {}
        }
    }
    words.extend(start.map(|start| &text[start..]));
    words
}

/// `<<EOF`, `3<<-"EOF"`: digits, two signs, a word without another of them.
fn end(word: &str) -> Option<End> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strips_tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let word: String = rest.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
    (!rest.contains('<') && !word.is_empty()).then_some(End { word, strips_tabs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(text: &str) -> Vec<(u32, Vec<String>)> {
        let stripped = strip(text);
        assert_eq!(stripped.text.lines().count(), text.lines().count(), "lines stay where they are");
        stripped.documents.into_iter().collect()
    }

    #[test]
    fn a_document_behind_the_command_is_taken_out() {
        let text = "FROM a\nRUN cat <<'EOF' > /x\nUSER root\nEOF\nRUN python3 \\\n  # note\n  - <<-E\n\timport os\n\tE\nUSER 1\n";
        assert_eq!(documents(text), [(2, vec!["USER root\n".to_owned()]), (5, vec!["import os\n".to_owned()])]);
        assert!(strip(text).text.ends_with("USER 1\n"));
    }

    #[test]
    fn several_documents_of_a_line_are_read_in_order() {
        let text = "RUN <<A cat > /x && 3<<B cat > /y\none\nA\ntwo\nB\nUSER 1\n";
        assert_eq!(documents(text), [(1, vec!["two\n".to_owned()])], "the parser reads the first itself");
        assert!(strip(text).text.starts_with("RUN <<A cat > /x && 3<<B cat > /y\none\nA\n#\n#\n"));
    }

    #[test]
    fn shifts_here_strings_quotes_and_files_are_none() {
        for text in [
            "RUN echo $((1<<2))\n",
            "RUN cat <<<word\n",
            "RUN echo \"a <<EOF\"\n",
            "ENV A=<<B\n",
            "RUN [\"a\", \"<<B\"]\n",
        ] {
            assert!(documents(&format!("{text}USER 1\n")).is_empty(), "{text}");
        }
        assert!(documents("COPY <<A <<B /x/\none\nA\ntwo\nB\n").is_empty(), "the parser reads those of files");
    }

    #[test]
    fn a_document_without_an_end_takes_the_rest() {
        assert_eq!(documents("RUN cat <<EOF\nUSER 1\n"), [(1, vec!["USER 1\n".to_owned()])]);
        assert_eq!(documents("# escape=`\nRUN cat `\n  <<E\nx\nE\n"), [(2, vec!["x\n".to_owned()])]);
    }
}
