//! Conditions of workflows and steps (configuration reference, "Logic statements"), with the values of the pipeline.

use std::sync::LazyLock;

use regex::Regex;

use super::super::super::starts::expression::{self, Value};
use super::super::super::starts::{Event, Started};
use super::super::super::step::text;
use super::Config;
use crate::yaml::Node;

impl Config<'_> {
    /// Whether a condition holds at an event.
    pub(super) fn holds(&self, condition: &Node, event: Event) -> Started {
        let parts = |key: &str| condition.get(key).map(Node::items);
        if let Some(text) = condition.text() {
            return self.is_true(text, event);
        }
        if let Some(all) = parts("and") {
            return all.iter().fold(Started::Yes, |so_far, part| so_far.and(self.holds(part, event)));
        }
        if let Some(any) = parts("or") {
            return any.iter().fold(Started::No, |so_far, part| so_far.or(self.holds(part, event)));
        }
        if let Some(not) = condition.get("not") {
            return self.holds(not, event).negated();
        }
        let matched = condition.get("matches").and_then(|node| Some((text(node, "value")?, text(node, "pattern")?)));
        let equal: Vec<&str> = parts("equal").unwrap_or_default().iter().filter_map(Node::text).collect();
        match (matched, equal.as_slice()) {
            (Some((value, pattern)), _) => {
                let pattern = Value::Text(format!("/{}/", pattern.trim_matches('/')));
                self.value(value, event)
                    .map_or_else(|| not_in_file(value), |value| expression::matched(&value, &pattern))
            }
            (None, [one, other]) => match (self.value(one, event), self.value(other, event)) {
                (Some(left), Some(right)) => expression::equal(&left, &right),
                (None, _) => not_in_file(one),
                (_, None) => not_in_file(other),
            },
            _ => Started::open("a condition of the configuration is not understood"),
        }
    }

    /// A text as a condition: a value, or an expression.
    fn is_true(&self, text: &str, event: Event) -> Started {
        match self.value(text, event) {
            Some(Value::Text(text)) if matches!(text.as_str(), "" | "0" | "false") => Started::No,
            Some(Value::Text(text)) if text.contains("<<") || text.contains("pipeline.") => {
                let bare = text.replace("<<", " ").replace(">>", " ");
                expression::holds(&bare, &|name| match name.strip_prefix("pipeline.") {
                    Some(name) => self.named_value(name, event),
                    None => name.starts_with("parameters.").then(|| Value::Unknown(format!("`{name}` is not known"))),
                })
            }
            Some(value) => expression::is_true(value),
            None => not_in_file(text),
        }
    }

    /// What a text is at an event; `None` where that is not in the file.
    fn value(&self, text: &str, event: Event) -> Option<Value> {
        static PIPELINE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^<<\s*pipeline\.([\w.-]+)\s*>>$").expect("a fixed pattern"));
        match PIPELINE.captures(text.trim()) {
            Some(found) => self.named_value(&found[1], event),
            None => Some(Value::Text(text.trim().to_owned())),
        }
    }

    /// A value of the pipeline (documentation, "Pipeline values and parameters").
    fn named_value(&self, name: &str, event: Event) -> Option<Value> {
        match name {
            "trigger_source" => Some(Value::Text("webhook".to_owned())),
            "event.name" => Some(Value::Text("push".to_owned())),
            "schedule.name" | "schedule.id" | "git.tag" => Some(Value::Text(String::new())),
            "git.branch" => Some(expression::source(event)),
            "git.branch.is_default" => Some(Value::Text((event == Event::Default).to_string())),
            name => {
                let name = name.strip_prefix("parameters.")?;
                let declared = self.root.get("parameters")?.get(name)?;
                declared.get("default").and_then(Node::text).map(|text| Value::Text(text.to_owned()))
            }
        }
    }
}

/// What a value decides that the file does not have.
pub(super) fn not_in_file(text: &str) -> Started {
    Started::open(format!("`{text}` decides, whose value is not in the file"))
}
