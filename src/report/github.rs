//! GitHub workflow commands: annotations on the lines of a pull request.
//! Escaping and limits: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; a step shows
//! at most ten annotations of each kind, so the worst come first and the last one counts what was left out.

use super::text::{counted, one_line};
use super::{FormatDef, Style, digest, figures};
use crate::model::report::{Check, Report};
use crate::model::{Outcome, Place, Severity, Verdict};

/// `github`
pub(super) static FORMAT: FormatDef = FormatDef {
    name: "github",
    doc: "GitHub workflow commands: annotations on files and lines",
    extension: "txt",
    render,
};

/// Annotations of one kind that a step shows.
const MOST: usize = 10;
/// Places annotated per check, so that one check does not use up the room.
const PLACES: usize = 3;
/// Characters of a message; longer ones are cut by the log viewer.
const MESSAGE: usize = 4_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    fn of(check: &Check) -> Kind {
        let counts = digest::counts(check);
        match (check.outcome, check.severity) {
            (Outcome::Fail, Severity::Blocker | Severity::High) if counts => Kind::Error,
            (Outcome::Fail, Severity::Medium) if counts => Kind::Warning,
            _ => Kind::Notice,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Error => "error",
            Kind::Warning => "warning",
            Kind::Notice => "notice",
        }
    }
}

fn render(report: &Report, _: &Style) -> Vec<u8> {
    let mut text = verdict_line(report);
    let failures = digest::failures(report);
    let unobserved = report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Unknown | Outcome::Blocked));
    let checks: Vec<&Check> = failures.into_iter().chain(unobserved).collect();
    for kind in [Kind::Error, Kind::Warning, Kind::Notice] {
        let mut commands: Vec<String> = checks
            .iter()
            .filter(|check| Kind::of(check) == kind)
            .flat_map(|check| annotate(report, kind, check))
            .collect();
        if kind == Kind::Notice {
            commands.extend(better_than_claimed(report));
        }
        // The verdict is one of the kind it has.
        let room = MOST - usize::from(verdict_kind(report) == kind);
        text.push_str(&within(kind, &commands, room));
    }
    text.into_bytes()
}

fn within(kind: Kind, commands: &[String], room: usize) -> String {
    if commands.len() <= room {
        return commands.concat();
    }
    let left_out = counted(commands.len() - (room - 1), "more finding is", "more findings are");
    let last = format!("::{} title=shipworthy::{left_out} in the full report\n", kind.word());
    format!("{}{last}", commands[..room - 1].concat())
}

fn verdict_kind(report: &Report) -> Kind {
    match report.verdict {
        Verdict::Ready => Kind::Notice,
        Verdict::NotReady => Kind::Error,
        Verdict::Inconclusive => Kind::Warning,
    }
}

fn verdict_line(report: &Report) -> String {
    let score = report.score.as_ref().map(|score| format!(" ({})", figures::interval(score, "…"))).unwrap_or_default();
    let title = format!("{} is {}{score}", report.system.name, report.verdict.words());
    let mut lines = vec![report.verdict_line.clone()];
    lines.extend(report.reasons.iter().cloned());
    command(verdict_kind(report), None, &title, &lines)
}

/// Checks that pass though the document says that they are not done.
fn better_than_claimed(report: &Report) -> impl Iterator<Item = String> + '_ {
    report.checks.iter().filter(|check| check.outcome == Outcome::Pass).filter_map(|check| {
        let said = digest::said_otherwise(report, check)?;
        Some(command(Kind::Notice, None, &format!("pass: {}", check.id), &[check.title.clone(), said]))
    })
}

fn annotate(report: &Report, kind: Kind, check: &Check) -> Vec<String> {
    let title = format!("{} {}: {}", check.outcome, check.severity, check.id);
    let counted = check.evidence.iter().filter(|evidence| evidence.is_counted());
    let places: Vec<&Place> = counted.filter_map(|evidence| evidence.place.as_ref()).take(PLACES).collect();
    if places.is_empty() {
        return vec![command(kind, None, &title, &message(report, check))];
    }
    places.into_iter().map(|place| command(kind, Some(place), &title, &message(report, check))).collect()
}

fn message(report: &Report, check: &Check) -> Vec<String> {
    let mut lines = vec![check.title.clone()];
    lines.extend(digest::broken(check).iter().map(|line| format!("expected {}, actual {}", line.text, line.actual)));
    lines.extend(check.reason.clone());
    lines.extend(digest::said_otherwise(report, check));
    lines.extend(check.remedy.as_ref().map(|remedy| format!("fix: {remedy}")));
    lines
}

fn command(kind: Kind, place: Option<&Place>, title: &str, lines: &[String]) -> String {
    let mut properties = Vec::new();
    if let Some(place) = place {
        properties.push(format!("file={}", property(&place.file)));
        properties.extend((place.line > 0).then(|| format!("line={}", place.line)));
        properties.extend((place.column > 0).then(|| format!("col={}", place.column)));
    }
    properties.push(format!("title={}", property(title)));
    let cleaned: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    let message: String = cleaned.join("\n").chars().take(MESSAGE).collect();
    format!("::{} {}::{}\n", kind.word(), properties.join(","), data(&message))
}

/// Escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property, where colons and commas divide too.
fn property(text: &str) -> String {
    data(&one_line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_and_messages_cannot_end_early() {
        let line = command(
            Kind::Error,
            Some(&Place::line("a,b:c\n::error::x", 3)),
            "t::u,v",
            &["100 %\n::warning::y".to_owned()],
        );
        assert_eq!(line, "::error file=a%2Cb%3Ac %3A%3Aerror%3A%3Ax,line=3,title=t%3A%3Au%2Cv::100 %25 ::warning::y\n");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let commands: Vec<String> = (0..25).map(|index| format!("::error::{index}\n")).collect();
        let text = within(Kind::Error, &commands, MOST);
        assert_eq!(text.lines().count(), MOST);
        assert!(text.ends_with("::error title=shipworthy::16 more findings are in the full report\n"), "{text}");
    }
}
