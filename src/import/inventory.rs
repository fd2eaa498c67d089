//! The inventory as JSON: one object per statement, the same keys for every kind, numbers as numbers.

use serde_json::{Map, Value, json};

use super::Inventory;
use crate::model::statement::{Mark, Meaning, Threshold};
use crate::model::{Exact, Statement};

pub(super) fn json(inventory: &Inventory) -> String {
    let statements: Vec<Value> = inventory.statements.iter().map(statement).collect();
    let leftovers: Vec<Value> =
        inventory.leftovers.iter().map(|left| json!({ "line": left.line, "text": left.text })).collect();
    let all = json!({
        "title": inventory.title,
        "encoding": inventory.encoding,
        "statements": statements,
        "leftovers": leftovers,
    });
    format!("{all:#}\n")
}

fn statement(statement: &Statement) -> Value {
    let mut object = Map::new();
    object.insert("line".into(), statement.line.into());
    object.insert("kind".into(), statement.meaning.kind().into());
    for key in ["state", "value", "unit"] {
        object.insert(key.into(), Value::Null);
    }
    object.insert("text".into(), statement.text.clone().into());
    object.insert("area".into(), statement.area.clone().into());
    object.insert("check".into(), statement.check.clone().into());
    object.insert("subject".into(), statement.subject.clone().into());
    object.insert("evidence".into(), statement.evidence.clone().into());
    object.insert("section".into(), statement.section.clone().into());
    object.insert("label".into(), statement.label.clone().into());
    object.insert("item".into(), statement.item.into());
    object.insert("parent".into(), statement.parent.into());
    object.insert("phase".into(), statement.phase.into());
    details(&statement.meaning, &mut object);
    Value::Object(object)
}

fn details(meaning: &Meaning, object: &mut Map<String, Value>) {
    let mut set = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    match meaning {
        Meaning::Heading { depth, state } => {
            set("depth", (*depth).into());
            state.iter().for_each(|mark| set_mark(mark, &mut set));
        }
        Meaning::Checkbox(mark) | Meaning::Status(mark) => set_mark(mark, &mut set),
        Meaning::TableRow { header, cells, state } => {
            set("header", header.clone().into());
            set("cells", cells.clone().into());
            state.iter().for_each(|mark| set_mark(mark, &mut set));
        }
        Meaning::Percentage { value, role } => {
            set("value", number(value));
            set("unit", "%".into());
            set("role", role.word().into());
        }
        Meaning::Score { value, of } => {
            set("value", number(value));
            set("of", number(of));
        }
        Meaning::Grade { letter } => set("value", letter.clone().into()),
        Meaning::Threshold(threshold) => set_threshold(threshold, &mut set),
        Meaning::Quantity { value, unit, at_least } => {
            set("value", number(value));
            set("unit", unit.clone().into());
            set("at_least", (*at_least).into());
        }
        Meaning::Priority { level, source } => {
            set("value", level.priority.word().into());
            set("word", level.word.clone().into());
            set("source", source.word().into());
        }
        Meaning::Phase { span } => {
            if let Some(span) = span {
                set("value", span.first.into());
                set("value_max", span.last.into());
                set("unit", span.unit.clone().into());
            }
        }
        Meaning::Task { number } => set("value", number.clone().into()),
        Meaning::Dependency { relation, on } => {
            set("relation", relation.word().into());
            set("on", on.clone().into());
        }
        Meaning::Date { first, last, role } => {
            set("value", first.to_string().into());
            set("value_max", last.to_string().into());
            set("role", role.word().into());
        }
        Meaning::Duration { least, most, unit } => {
            set("value", number(least));
            set("value_max", number(most));
            set("unit", unit.word().into());
        }
        Meaning::Risk { level } => set("value", level.as_ref().map(|level| level.priority.word()).into()),
        Meaning::Owner { name } => set("value", name.clone().into()),
        Meaning::Team { full_time, person_weeks } => {
            set("value", number(full_time));
            set("person_weeks", person_weeks.as_ref().map_or(Value::Null, number));
        }
        Meaning::Cost { least, most, currency, per } => {
            set("value", number(least));
            set("value_max", number(most));
            set("unit", currency.clone().into());
            set("per", per.clone().into());
        }
        Meaning::Resolution { date } => set("value", date.map(|date| date.to_string()).into()),
        Meaning::Reference { target } => set("value", target.clone().into()),
        Meaning::Mitigation | Meaning::Gate | Meaning::Alternative | Meaning::Note => {}
    }
}

fn set_mark(mark: &Mark, set: &mut impl FnMut(&str, Value)) {
    set("state", mark.state.word().into());
    set("sign", mark.sign.clone().into());
    set("role", mark.role.word().into());
}

fn set_threshold(threshold: &Threshold, set: &mut impl FnMut(&str, Value)) {
    set("value", number(&threshold.value));
    set("value_max", threshold.value_max.as_ref().map_or(Value::Null, number));
    set("unit", threshold.unit.clone().into());
    set("comparison", threshold.comparison.word().into());
    set("statistic", threshold.statistic.clone().into());
    set("baseline", threshold.baseline.as_ref().map_or(Value::Null, number));
    set("implied", threshold.implied.into());
}

/// A JSON number where the decimal text survives a float, else the text.
fn number(value: &Exact) -> Value {
    let text = value.floor_decimals(9);
    if let Some(whole) = value.to_i64() {
        return whole.into();
    }
    match text.parse::<f64>() {
        Ok(float) if format!("{float}") == text => json!(float),
        _ => text.into(),
    }
}
