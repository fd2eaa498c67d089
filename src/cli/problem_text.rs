//! Problems as a person reads them: `file:line:col: what is wrong`, the line with the place marked, what to do.

use annotate_snippets::{AnnotationKind, Element, Group, Level as Label, Renderer, Snippet as Excerpt};

use crate::model::Place;
use crate::model::problem::{Level, Problem, Snippet};

/// The narrowest width that is still laid out.
const NARROWEST: usize = 40;

/// The longest quoted text that is shown whole, in characters.
const LONGEST_QUOTE: usize = 160;

/// All problems in order, and how many there are. Text that came from outside cannot move the cursor or change colours.
pub fn render(problems: &[Problem], color: bool, width: usize) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(width.max(NARROWEST));
    let mut text = String::new();
    for problem in problems {
        text.push_str(&renderer.render(&groups(problem)));
        text.push_str("\n\n");
    }
    text + &counts(problems) + "\n"
}

fn groups(problem: &Problem) -> Vec<Group<'static>> {
    let word = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let level = match problem.level {
        Level::Error => Label::ERROR,
        Level::Warning => Label::WARNING,
    };
    let (name, title) = match (&problem.place, problem.level) {
        (Some(place), Level::Error) => (place.to_string(), problem.message.clone()),
        (Some(place), Level::Warning) => (place.to_string(), format!("warning: {}", problem.message)),
        (None, _) => (word.to_owned(), problem.message.clone()),
    };
    let mut group = level.with_name(harmless(&name)).primary_title(harmless(&brief(&title))).elements(excerpt(problem));
    let mut groups = Vec::new();
    for related in &problem.related {
        groups.push(std::mem::replace(&mut group, related_group(related)));
    }
    if let Some(help) = &problem.help {
        group = group.element(Label::HELP.message(harmless(&brief(help))));
    }
    groups.push(group);
    groups
}

fn related_group(related: &crate::model::problem::Related) -> Group<'static> {
    let title = harmless(&format!("{}: {}", related.place, related.label));
    let shown = related.snippet.as_ref().map(|snippet| marked(&related.place, snippet, AnnotationKind::Context));
    Label::NOTE.secondary_title(title).elements(shown)
}

fn excerpt(problem: &Problem) -> Option<Element<'static>> {
    let (place, snippet) = (problem.place.as_ref()?, problem.snippet.as_ref()?);
    (place.line > 0).then(|| marked(place, snippet, AnnotationKind::Primary))
}

fn marked(place: &Place, snippet: &Snippet, kind: AnnotationKind) -> Element<'static> {
    let line: String = snippet.line.chars().map(|c| if is_hostile(c) { '\u{fffd}' } else { c }).collect();
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let start = place.column.saturating_sub(1) as usize;
    let span = byte(start)..byte(start + snippet.length.max(1)).max(byte(start));
    let excerpt = Excerpt::source(line.clone()).line_start(place.line as usize).fold(true);
    match place.column {
        0 => excerpt.into(),
        _ => excerpt.annotation(kind.span(span)).into(),
    }
}

/// The text with the middle of overlong quotes left out.
fn brief(text: &str) -> String {
    let cut = |quote: &str| {
        let length = quote.chars().count();
        if length <= LONGEST_QUOTE {
            return quote.to_owned();
        }
        let kept = LONGEST_QUOTE / 2;
        let head = quote.chars().take(kept);
        head.chain(['…']).chain(quote.chars().skip(length - kept)).collect()
    };
    text.split('`').map(cut).collect::<Vec<_>>().join("`")
}

/// Control characters, and those that reorder text (Unicode TR 9), as visible escapes.
fn harmless(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if c == '\t' {
            out.push_str("\\t");
        } else if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn counts(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.level == Level::Error).count();
    let warnings = problems.len() - errors;
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::problem::Related;

    fn problem() -> Problem {
        let place = Place { file: "shipworthy.yaml".to_owned(), line: 18, column: 11 };
        let snippet = Snippet { line: "  probe: { pth: a }".to_owned(), length: 3 };
        let problem = Problem { snippet: Some(snippet), ..Problem::at(place, "unknown key `pth`") };
        problem.help("did you mean `path`?")
    }

    #[test]
    fn the_first_line_names_the_place_and_the_last_counts() {
        let text = render(&[problem(), problem().warning()], false, 80);
        assert_eq!(text.lines().next(), Some("shipworthy.yaml:18:11: unknown key `pth`"), "{text}");
        assert!(text.contains("^^^") && text.contains("help: did you mean `path`?"), "{text}");
        assert!(text.contains("shipworthy.yaml:18:11: warning: unknown key"), "{text}");
        assert!(text.ends_with("\n1 error, 1 warning\n"), "{text}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut hostile = problem();
        hostile.message = "a\u{1b}[31mb\u{202e}".to_owned();
        hostile.snippet = Some(Snippet { line: "key: \u{1b}]0;x\u{7}".to_owned(), length: 3 });
        hostile.related.push(Related { place: Place::file("\u{1b}f"), snippet: None, label: "\u{9b}1m".to_owned() });
        let text = render(&[hostile], false, 80);
        assert!(text.chars().all(|c| !is_hostile(c) || c == '\n'), "{text:?}");
    }

    #[test]
    fn an_overlong_word_is_quoted_by_its_ends() {
        let mut long = problem();
        long.message = format!("there is no rule `a{}z`", "9".repeat(5_000));
        let text = render(&[long], false, 80);
        assert!(text.contains("`a999") && text.contains("999z`") && text.contains('…'), "{text}");
        assert!(text.len() < 1_000, "{text}");
    }

    #[test]
    fn a_place_beyond_the_line_is_no_panic() {
        let mut odd = problem();
        odd.place = Some(Place { file: "f".to_owned(), line: 1, column: 900 });
        odd.snippet = Some(Snippet { line: "ä".to_owned(), length: 900 });
        assert!(render(&[odd], true, 0).contains("f:1:900"));
    }
}
