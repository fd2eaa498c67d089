//! Files from which a program makes the file that a tool reads: templates, jsonnet. What comes out is not known, so they are
//! no mistake, and nothing that was not found is missing.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::yaml_file::YamlFault;

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is wrong.
    Broken {
        /// Line, from 1; 0 where none is known.
        line: u32,
        /// What is wrong.
        reason: String,
    },
    /// It has to be rendered first, as this says.
    Unrendered(String),
    /// A program writes what is looked for from it: where the result is kept as well, that is what counts.
    Source(String),
}

impl Fault {
    /// Why, in words.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Fault::Broken { reason, .. } | Fault::Unrendered(reason) | Fault::Source(reason) => reason,
        }
    }
}

/// What a template engine leaves in a text: Helm and Go, Jinja.
static ENGINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\{\{-|-\}\}|\{%|\{\{\s*(\.(Values|Release|Chart|Files|Capabilities|Template)\b|(include|template|if|else|range|with|end|tpl|define|block|toYaml|toJson)\b)",
    )
    .expect("a fixed pattern")
});

/// Whether a text is a template, of which no parser of its format can make anything.
pub(crate) fn is_template(text: &str) -> bool {
    ENGINE.is_match(text)
}

/// A fault of YAML, which is none in a template.
pub(crate) fn fault(fault: YamlFault, text: &str) -> Fault {
    if is_template(text) {
        return Fault::Unrendered("a template: render it and name the result in `glob`".to_owned());
    }
    Fault::Broken { line: fault.line, reason: fault.reason }
}

/// Refuses jsonnet.
pub(crate) fn jsonnet(path: &str) -> Result<(), Fault> {
    let is_jsonnet = path.ends_with(".jsonnet") || path.ends_with(".libsonnet");
    let reason = "jsonnet: render it and name the result in `glob`";
    if is_jsonnet { Err(Fault::Source(reason.to_owned())) } else { Ok(()) }
}
