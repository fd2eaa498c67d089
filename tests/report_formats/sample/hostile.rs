//! A report made of text that tries to be more than text.

use shipworthy::model::report::Report;

use super::rich;

/// Text that tries to be more than text, in every place a report has for text.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> | `x` ]]> \u{1b}[31mred\u{7} \u{202e}txt\n::error::gotcha\n# title\n---\n![i](http://evil.example/x.png) [a](javascript:alert(1)) & \"q\" 'q' %0A 中文字 ";

/// A report made of hostile text.
pub(crate) fn hostile() -> Report {
    let mut report = rich();
    let hostile = format!("{HOSTILE}{}", "verylongword".repeat(30));
    let mut value = serde_json::to_value(&report).expect("serializes");
    let keep = [
        "schema",
        "started_at",
        "verdict",
        "state",
        "outcome",
        "severity",
        "declared_severity",
        "priority",
        "grade",
        "certainty",
        "kind",
        "level",
        "fail_on",
        "proven",
        "possible",
        "measured",
        "exact",
        "weight",
        "id",
        "area",
        "earned",
        "applicable",
        "blocked_by",
    ];
    poison(&mut value, &hostile, &keep);
    value["claims"]["contradicted"][0]["measured"] = hostile.clone().into();
    report = serde_json::from_value(value).expect("is a report");
    report
}

fn poison(value: &mut serde_json::Value, hostile: &str, keep: &[&str]) {
    match value {
        serde_json::Value::String(text) => *text = hostile.to_owned(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| poison(item, hostile, keep)),
        serde_json::Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                if !(keep.contains(&key.as_str()) && member.is_string()) {
                    poison(member, hostile, keep);
                }
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
