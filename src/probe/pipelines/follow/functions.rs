//! Functions of a Python file that start programs by what they are handed: the session of nox, the context of invoke and duty.

use crate::probe::python::outline::{Assigned, Call, Function, Outline, Value};

/// Ways in which one name stands for another.
const DEPTH: u32 = 4;

/// What a function starts by the methods `runs` of a parameter, with its line; `None` where the program is not written there.
pub(super) fn commands(
    function: &Function,
    parameter: &str,
    runs: &[&str],
    outline: &Outline,
) -> Vec<(u32, Option<String>)> {
    let is_run = |call: &&Call| {
        let method = call.name.strip_prefix(parameter).and_then(|rest| rest.strip_prefix('.'));
        method.is_some_and(|method| runs.contains(&method)) && !call.arguments.is_empty()
    };
    let of_call = |call: &Call| {
        let mut words = Vec::new();
        let mut parts = call.arguments.iter().map(|value| resolve(value, Some(function), outline, DEPTH));
        let first = parts.next()?;
        let is_told = put(&first, &mut words);
        parts.for_each(|value| {
            put(&value, &mut words);
        });
        is_told.then(|| words.join(" "))
    };
    function.calls.iter().filter(is_run).map(|call| (call.line, of_call(call))).collect()
}

/// The functions that a parameter is handed to, each by its place, and what it is called there.
pub(super) fn handed(function: &Function, parameter: &str, outline: &Outline) -> Vec<(usize, String)> {
    let is_own = |value: &Value| matches!(value, Value::Name(name) if name == parameter);
    let to = |call: &Call| {
        let to = outline.functions.iter().position(|one| one.name == call.name)?;
        let by_place = call.arguments.iter().position(is_own).and_then(|at| outline.functions[to].parameters.get(at));
        let by_name = call.keywords.iter().find(|(_, value)| is_own(value)).map(|(key, _)| key);
        Some((to, by_place.or(by_name)?.clone()))
    };
    function.calls.iter().filter_map(to).collect()
}

/// A value outside functions with the names in it that are assigned once.
pub(super) fn resolved(value: &Value, outline: &Outline) -> Value {
    resolve(value, None, outline, DEPTH)
}

/// Adds the words of an argument, and says whether there are some.
fn put(value: &Value, words: &mut Vec<String>) -> bool {
    let before = words.len();
    match value {
        Value::Text(text) => words.push(text.clone()),
        // What stands for a value that is not told is named.
        Value::Name(name) => words.push(name.clone()),
        Value::List(items) => items.iter().for_each(|item| {
            put(item, words);
        }),
        // duty: `tools.ruff.check("src")` is the command that it makes.
        Value::Called(name) => words.extend(name.strip_prefix("tools.").map(|tool| tool.replace('.', " "))),
        Value::Starred(inner) if !matches!(**inner, Value::Name(_)) => return put(inner, words),
        Value::Starred(_) | Value::Bool(_) | Value::Unknown => {}
    }
    words.len() > before
}

fn resolve(value: &Value, function: Option<&Function>, outline: &Outline, left: u32) -> Value {
    let Some(left) = left.checked_sub(1) else { return value.clone() };
    let inner = |value: &Value| resolve(value, function, outline, left);
    match value {
        Value::Name(name) => {
            let own = function.and_then(|function| once(&function.assigned, name));
            match own.or_else(|| once(&outline.assigned, name)).flatten() {
                Some(found @ (Value::Text(_) | Value::List(_) | Value::Name(_))) => inner(found),
                _ => value.clone(),
            }
        }
        Value::Starred(starred) => Value::Starred(Box::new(inner(starred))),
        Value::List(items) => Value::List(items.iter().map(inner).collect()),
        Value::Text(_) | Value::Bool(_) | Value::Called(_) | Value::Unknown => value.clone(),
    }
}

/// What is assigned to a name: `None` where nothing is, `Some(None)` where it is more than one thing.
fn once<'o>(all: &'o [Assigned], name: &str) -> Option<Option<&'o Value>> {
    let mut own = all.iter().filter(|one| one.name == name);
    let first = own.next()?;
    Some(own.next().is_none().then_some(&first.value))
}
