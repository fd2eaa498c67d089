//! YAML files of other tools, read with their places under our limits. A file that those refuse is a fault of its own,
//! never a guess.

use crate::model::{Problem, Problems};
use crate::yaml::Node;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YamlFault {
    /// Line, from 1; 0 where none is known.
    pub(crate) line: u32,
    /// What is wrong.
    pub(crate) reason: String,
}

/// Reads one document.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Node, YamlFault> {
    let source = crate::yaml::source(path, bytes).map_err(|problem| fault(&problem))?;
    match crate::yaml::parse(source) {
        Ok(Some(node)) => Ok(node),
        Ok(None) => Err(YamlFault { line: 0, reason: "it is empty".to_owned() }),
        Err(problems) => Err(problems
            .sorted()
            .first()
            .map_or_else(|| YamlFault { line: 0, reason: "it could not be read".to_owned() }, fault)),
    }
}

/// Reads every document of a file; those that hold nothing are left out.
pub(crate) fn read_all(path: &str, bytes: &[u8]) -> Result<Vec<Node>, YamlFault> {
    let source = crate::yaml::source(path, bytes).map_err(|problem| fault(&problem))?;
    let mut problems = Problems::new();
    let documents = crate::yaml::parse_documents(&source, &mut problems).unwrap_or_default();
    match problems.sorted().first() {
        Some(problem) => Err(fault(problem)),
        None => Ok(documents),
    }
}

/// Reads every document of a file whose own reader takes more than we do: of a duplicate key the first value is kept, and what
/// was merged that is no mapping is left out. The fault says so, unless it is a merge, which adds and takes nothing away.
pub(crate) fn read_leniently(path: &str, bytes: &[u8]) -> Result<(Vec<Node>, Option<YamlFault>), YamlFault> {
    let source = crate::yaml::source(path, bytes).map_err(|problem| fault(&problem))?;
    let mut problems = Problems::new();
    let documents = crate::yaml::parse_documents(&source, &mut problems);
    let sorted = problems.sorted();
    let first = |problem: &&Problem| documents.is_none() || !problem.message.starts_with("`<<` merges");
    let first = sorted.iter().find(first).map(fault);
    match (documents, first) {
        (Some(documents), fault) => Ok((documents, fault)),
        (None, fault) => Err(fault.unwrap_or_else(|| YamlFault { line: 0, reason: "it could not be read".to_owned() })),
    }
}

fn fault(problem: &Problem) -> YamlFault {
    YamlFault { line: problem.place.as_ref().map_or(0, |place| place.line), reason: problem.message.clone() }
}

/// A scalar or a list of scalars, as texts.
pub(crate) fn texts(node: &Node) -> Vec<(String, u32)> {
    match node.text() {
        Some(text) => vec![(text.to_owned(), node.span.line)],
        None => node.items().iter().filter_map(|item| Some((item.text()?.to_owned(), item.span.line))).collect(),
    }
}

/// The node at a path of keys.
pub(crate) fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}
