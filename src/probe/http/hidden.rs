//! Values that were seen on the way and must not be shown: tokens and cookies of a login, captured values.

use crate::model::{Fact, Masker, Observation, Value};

/// Masks them in everything an observation says.
pub(crate) fn hide(observation: &mut Observation, secrets: &[String]) {
    let masker = Masker::new(secrets.iter().map(String::as_str));
    if masker.is_empty() {
        return;
    }
    let masked: Vec<(String, Fact)> =
        observation.facts.iter().map(|(name, fact)| (name.to_owned(), fact_without(fact, &masker))).collect();
    for (name, fact) in masked {
        observation.facts.set(name, fact);
    }
    for place in &mut observation.evidence {
        place.note = place.note.as_deref().map(|note| masker.mask(note));
        place.url = place.url.as_deref().map(|url| masker.mask(url));
    }
}

fn fact_without(fact: &Fact, masker: &Masker) -> Fact {
    match fact {
        Fact::Present(value) => Fact::Present(value_without(value, masker)),
        Fact::Absent => Fact::Absent,
        Fact::Unobserved(reason) => Fact::Unobserved(masker.mask(reason)),
    }
}

fn value_without(value: &Value, masker: &Masker) -> Value {
    match value {
        Value::Text(text) => Value::Text(masker.mask(text)),
        Value::List(items) => Value::List(items.iter().map(|item| value_without(item, masker)).collect()),
        Value::Map(members) => {
            Value::Map(members.iter().map(|(key, member)| (masker.mask(key), value_without(member, masker))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Facts;

    #[test]
    fn a_secret_is_hidden_wherever_it_was_echoed() {
        let mut facts = Facts::new();
        facts.present("body", Value::Text("token s3cr3t-1 again".into()));
        facts
            .present("body.", Value::Map([("t".to_owned(), Value::List(vec![Value::Text("s3cr3t-1".into())]))].into()));
        let evidence =
            vec![crate::model::report::Evidence { url: Some("http://h/?t=s3cr3t-1".into()), ..Default::default() }];
        let mut observation = Observation { facts, evidence, requests: 1 };
        hide(&mut observation, &["s3cr3t-1".to_owned()]);
        assert!(!format!("{observation:?}").contains("s3cr3t"), "{observation:?}");
    }
}
