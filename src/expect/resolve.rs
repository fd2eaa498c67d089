//! Finds the declared fact that a path means, and how to walk from it to the value.

use super::Fault;
use super::syntax::{Expectation, Index, Segment, Span};
use super::units::{self, Dimension};
use crate::model::problem::nearest;
use crate::model::{Exact, FactDecl, FactName, FactSchema, FactType};

/// Trees whose first names have no case: HTTP field names (RFC 9110 §5.1).
const CASELESS: &[&str] = &["header."];

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key { name: String, caseless: bool },
    Every,
    Some,
    Count,
    Nth(i64),
}

/// A path with its meaning.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// Fact names to ask for, most specific first, each with the steps that are left behind it.
    pub(super) sources: Vec<(String, Vec<Step>)>,
    /// Type of the value at the end.
    pub(super) ftype: FactType,
    /// Base units in one unit of an open fact that the spec gave a unit.
    pub(super) scale: Option<Exact>,
}

/// Resolves on the raw text: exact declared name, family, longest declared tree.
pub(super) fn resolve(expectation: &Expectation, schema: &FactSchema) -> Result<Resolved, Fault> {
    let found = exact(expectation, schema, true)
        .or_else(|| family(expectation, schema))
        .or_else(|| tree(expectation, schema))
        .or_else(|| exact(expectation, schema, false));
    let (sources, declared, indexes_from) = found.ok_or_else(|| unknown_fact(expectation, schema))?;
    let ftype = walk(expectation, declared, indexes_from)?;
    with_unit(expectation, schema, Resolved { sources, ftype, scale: None })
}

type Found<'a> = (Vec<(String, Vec<Step>)>, &'a FactType, Tail);

/// Where the walk over the declared type starts: behind the name of this segment.
#[derive(Clone, Copy)]
struct Tail {
    segment: usize,
    /// Names below are part of a tree, so they do not change the type until the first index.
    in_tree: bool,
}

/// `whole`: the path is a declared name with nothing but indexes behind it.
fn exact<'a>(expectation: &Expectation, schema: &'a FactSchema, whole: bool) -> Option<Found<'a>> {
    let segments = &expectation.segments;
    (1..=segments.len()).rev().filter(|count| !whole || *count == segments.len()).find_map(|count| {
        let name = plain_name(&segments[..count])?;
        let decl =
            schema.decls.iter().find(|decl| matches!(decl.name, FactName::Exact(declared) if declared == name))?;
        // `body[0]` is the first item of the tree `body.`: the text `body` has none
        let has_items = matches!(decl.ftype, FactType::List(_) | FactType::Any);
        if !has_items && !segments[count - 1].indexes.is_empty() && has_tree(schema, &format!("{name}.")) {
            return None;
        }
        let steps = steps(&segments[count - 1..], false);
        Some((vec![(name, steps)], &decl.ftype, Tail { segment: count - 1, in_tree: false }))
    })
}

fn has_tree(schema: &FactSchema, prefix: &str) -> bool {
    schema.decls.iter().any(|decl| matches!(decl.name, FactName::Tree(declared) if declared == prefix))
}

fn family<'a>(expectation: &Expectation, schema: &'a FactSchema) -> Option<Found<'a>> {
    let name = plain_name(&expectation.segments)?;
    let decl = schema.decls.iter().find(|decl| match decl.name {
        FactName::Family(letter) => name.strip_prefix(letter).is_some_and(is_family_number),
        FactName::Exact(_) | FactName::Tree(_) => false,
    })?;
    let last = expectation.segments.len() - 1;
    let steps = steps(&expectation.segments[last..], false);
    Some((vec![(name, steps)], &decl.ftype, Tail { segment: last, in_tree: false }))
}

fn is_family_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').map_or_else(|| digits(text), |(whole, decimals)| digits(whole) && digits(decimals))
}

fn tree<'a>(expectation: &Expectation, schema: &'a FactSchema) -> Option<Found<'a>> {
    let segments = &expectation.segments;
    // the empty prefix is a tree of all names, as plugins have it
    let (count, prefix, decl) = (0..=segments.len()).rev().find_map(|count| {
        if count == segments.len() && segments.last().is_none_or(|last| last.indexes.is_empty()) {
            return None;
        }
        let prefix = if count > 0 { format!("{}.", plain_name(&segments[..count])?) } else { String::new() };
        let decl =
            schema.decls.iter().find(|decl| matches!(decl.name, FactName::Tree(declared) if declared == prefix))?;
        Some((count, prefix, decl))
    })?;
    if let Some(root) = count.checked_sub(1).filter(|root| !segments[*root].indexes.is_empty()) {
        let tail = Tail { segment: root, in_tree: true };
        return Some((vec![(prefix, steps(&segments[root..], false))], &decl.ftype, tail));
    }
    let caseless = CASELESS.contains(&prefix.as_str());
    let mut all = steps_with_key(&segments[count..]);
    if let Some(Step::Key { caseless: blind, .. }) = all.first_mut() {
        *blind = caseless;
    }
    let keys = all.iter().take_while(|step| matches!(step, Step::Key { .. })).count();
    let flat = |taken: usize| {
        let names = all[..taken].iter().filter_map(|step| match step {
            Step::Key { name, .. } => Some(name.as_str()),
            Step::Every | Step::Some | Step::Count | Step::Nth(_) => None,
        });
        format!("{prefix}{}", names.collect::<Vec<_>>().join("."))
    };
    let mut sources: Vec<(String, Vec<Step>)> = (1..=keys).rev().map(|n| (flat(n), all[n..].to_vec())).collect();
    sources.push((prefix, all));
    Some((sources, &decl.ftype, Tail { segment: count, in_tree: true }))
}

/// The declared name these segments spell: unquoted, and indexed at most at the end.
fn plain_name(segments: &[Segment]) -> Option<String> {
    let last = segments.len().checked_sub(1)?;
    let plain = segments.iter().enumerate().all(|(at, s)| !s.quoted && (at == last || s.indexes.is_empty()));
    plain.then(|| segments.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("."))
}

/// Steps behind the first segment's name.
fn steps(segments: &[Segment], with_first: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        if at > 0 || with_first {
            steps.push(Step::Key { name: segment.name.clone(), caseless: false });
        }
        steps.extend(segment.indexes.iter().map(|(index, _)| match index {
            Index::Every => Step::Every,
            Index::Some => Step::Some,
            Index::Count => Step::Count,
            Index::Nth(n) => Step::Nth(*n),
        }));
    }
    steps
}

fn steps_with_key(segments: &[Segment]) -> Vec<Step> {
    steps(segments, true)
}

/// The type at the end of the path.
fn walk(expectation: &Expectation, declared: &FactType, tail: Tail) -> Result<FactType, Fault> {
    let mut ftype = declared.clone();
    let mut in_tree = tail.in_tree;
    let mut counted = false;
    for (at, segment) in expectation.segments.iter().enumerate().skip(tail.segment) {
        if at > tail.segment && !in_tree {
            ftype = member(&ftype, segment, counted)?;
        }
        for (index, span) in &segment.indexes {
            in_tree = false;
            ftype = item(&ftype, *index, *span, counted)?;
            counted |= *index == Index::Count;
        }
    }
    Ok(ftype)
}

fn member(ftype: &FactType, segment: &Segment, counted: bool) -> Result<FactType, Fault> {
    match ftype {
        FactType::Any if !counted => Ok(FactType::Any),
        FactType::List(_) => {
            let help = "choose items first: `[*]` every one, `[any]` at least one, `[0]` the first";
            Err(segment.span.fault(format!("`{}` is asked of a list", segment.name), help))
        }
        other => {
            let message = format!("a {} has no part `{}`", type_word(other), segment.name);
            Err(segment.span.fault(message, "drop the part, or ask another fact"))
        }
    }
}

fn item(ftype: &FactType, index: Index, span: Span, counted: bool) -> Result<FactType, Fault> {
    match (ftype, index) {
        (FactType::List(_) | FactType::Any, Index::Count) if !counted => Ok(FactType::Count),
        (FactType::List(items), _) => Ok((**items).clone()),
        (FactType::Any, _) if !counted => Ok(FactType::Any),
        (other, _) => {
            let message = format!("a {} has no items", type_word(other));
            Err(span.fault(message, "drop the brackets"))
        }
    }
}

fn with_unit(expectation: &Expectation, schema: &FactSchema, resolved: Resolved) -> Result<Resolved, Fault> {
    let Some(text) = schema.units.get(expectation.path()) else {
        return Ok(resolved);
    };
    let path = expectation.path();
    if resolved.ftype != FactType::Any {
        let message = format!("`{path}` is a {} already", type_word(&resolved.ftype));
        return Err(expectation.path_span.fault(message, format!("drop `{path}` from `units`")));
    }
    let unit = units::unit(text).map_err(|why| {
        let help = format!("correct `{path}` in `units`");
        expectation.path_span.fault(format!("in `units`: {why}"), help)
    })?;
    Ok(Resolved { ftype: unit.dimension.fact_type(), scale: Some(unit.factor), ..resolved })
}

/// The word for a type in messages.
pub(super) fn type_word(ftype: &FactType) -> &'static str {
    match ftype {
        FactType::Count => "count",
        FactType::Number => "number",
        FactType::Ratio | FactType::Duration | FactType::Size | FactType::Rate | FactType::Throughput => {
            Dimension::of(ftype).map_or("number", Dimension::word)
        }
        FactType::Bool => "boolean",
        FactType::Text => "text",
        FactType::Ordered(_) => "word of a scale",
        FactType::Version => "version",
        FactType::Date => "date",
        FactType::List(_) => "list",
        FactType::Any => "value of any type",
    }
}

/// Names that a help text lists at most.
const LISTED: usize = 16;

fn unknown_fact(expectation: &Expectation, schema: &FactSchema) -> Fault {
    let path = expectation.path();
    let message = format!("fact `{path}` is not known here");
    let bare = path.split('[').next().unwrap_or(path);
    if let Some(near) = nearest(bare, schema.decls.iter().filter_map(exact_name)) {
        let rest = &path[bare.len()..];
        return expectation.path_span.fault(message, format!("did you mean `{near}{rest}`?"));
    }
    if let Some(tree) = schema.decls.iter().filter_map(tree_name).find(|tree| *tree == bare) {
        return expectation.path_span.fault(message, format!("name a part of it: `{tree}.<name>`"));
    }
    if let Some((first, rest)) = path.split_once('.')
        && let Some(near) = nearest(first, schema.decls.iter().filter_map(tree_name))
    {
        return expectation.path_span.fault(message, format!("did you mean `{near}.{rest}`?"));
    }
    let names: Vec<String> = schema.decls.iter().map(|decl| shown_name(&decl.name)).collect();
    let help = match names.len() {
        0 => "this probe offers no facts".to_owned(),
        n if n > LISTED => format!("facts are {}, and {} more", names[..LISTED].join(", "), n - LISTED),
        _ => format!("facts are {}", names.join(", ")),
    };
    expectation.path_span.fault(message, help)
}

fn exact_name(decl: &FactDecl) -> Option<&'static str> {
    match decl.name {
        FactName::Exact(name) => Some(name),
        FactName::Tree(_) | FactName::Family(_) => None,
    }
}

fn tree_name(decl: &FactDecl) -> Option<&'static str> {
    match decl.name {
        FactName::Tree(prefix) => Some(prefix.trim_end_matches('.')),
        FactName::Exact(_) | FactName::Family(_) => None,
    }
}

/// A declared name as documentation shows it: `status`, `header.<name>`, `p<number>`.
pub fn shown_name(name: &FactName) -> String {
    match name {
        FactName::Exact(name) => (*name).to_owned(),
        FactName::Tree(prefix) => format!("{prefix}<name>"),
        FactName::Family(letter) => format!("{letter}<number>"),
    }
}
