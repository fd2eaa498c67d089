//! A comparison as text for a terminal and as markdown.

use super::attribute::Part;
use super::compare::{Comparison, OutcomeChange, points};

impl Comparison {
    /// Plain text, one fact per line.
    pub fn to_text(&self) -> String {
        self.write(&Plain)
    }

    /// Markdown with the same content.
    pub fn to_markdown(&self) -> String {
        self.write(&Markdown)
    }

    fn write(&self, form: &dyn Form) -> String {
        let mut text = form.heading(&self.headline());
        push(&mut text, form, "why it is worse", self.worse.iter().map(|line| form.text(line)));
        if let Some(change) = &self.scores {
            let title = format!("what changed the score: {} points", signed(change.difference()));
            push(&mut text, form, &title, change.parts.iter().map(|part| of_part(part, form)));
        }
        push(&mut text, form, "outcomes that changed", self.changed.iter().map(|change| of_change(change, form)));
        push(&mut text, form, "new checks", self.new.iter().map(|id| form.code(id)));
        push(&mut text, form, "checks that are gone", self.gone.iter().map(|id| form.code(id)));
        push(&mut text, form, "notes", self.notes.iter().map(|note| form.text(note)));
        text
    }

    fn headline(&self) -> String {
        let (old, new) = self.verdicts;
        let verdict = if old == new { new.words().to_owned() } else { format!("{} → {}", old.words(), new.words()) };
        let judgement = if self.worse.is_empty() { "no worse" } else { "worse" };
        let score = match &self.scores {
            Some(change) => format!("{} → {} %", points(change.before), points(change.after)),
            None => "no overall score to compare".to_owned(),
        };
        format!("{judgement}: {verdict}, {score}")
    }
}

/// How lines and their parts are written.
trait Form {
    fn heading(&self, text: &str) -> String;
    fn section(&self, title: &str) -> String;
    fn item(&self, text: &str) -> String;
    fn code(&self, text: &str) -> String;
    fn text(&self, text: &str) -> String;
}

struct Plain;
struct Markdown;

impl Form for Plain {
    fn heading(&self, text: &str) -> String {
        format!("{text}\n")
    }
    fn section(&self, title: &str) -> String {
        format!("\n{title}\n")
    }
    fn item(&self, text: &str) -> String {
        format!("  {text}\n")
    }
    fn code(&self, text: &str) -> String {
        self.text(text)
    }
    fn text(&self, text: &str) -> String {
        text.chars().filter(|c| !c.is_control()).collect()
    }
}

impl Form for Markdown {
    fn heading(&self, text: &str) -> String {
        format!("## {text}\n")
    }
    fn section(&self, title: &str) -> String {
        format!("\n### {title}\n\n")
    }
    fn item(&self, text: &str) -> String {
        format!("- {text}\n")
    }
    fn code(&self, text: &str) -> String {
        let plain: String = text.chars().filter(|c| !c.is_control() && *c != '`').collect();
        format!("`{plain}`")
    }
    fn text(&self, text: &str) -> String {
        let mut escaped = String::new();
        for c in text.chars().filter(|c| !c.is_control()) {
            if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ':' | ';' | '/' | '-' | '%' | '@') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped
    }
}

fn push(text: &mut String, form: &dyn Form, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    text.push_str(&form.section(title));
    for item in items {
        text.push_str(&form.item(&item));
    }
}

fn of_part(part: &Part, form: &dyn Form) -> String {
    format!("{} {} ({})", signed(part.hundredths), form.code(&part.subject), form.text(&part.change))
}

fn of_change(change: &OutcomeChange, form: &dyn Form) -> String {
    format!("{} {} → {}: {}", form.code(&change.check), change.before, change.after, form.text(&change.title))
}

fn signed(hundredths: i64) -> String {
    let sign = if hundredths > 0 { "+" } else { "" };
    format!("{sign}{}", points(hundredths))
}
