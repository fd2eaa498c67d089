//! From a text to its tree, built from parser events without recursion, so that hostile nesting cannot exhaust the
//! stack; every limit is checked before memory is spent.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};

use crate::model::problem::Related;
use crate::model::{Problem, Problems};

use super::anchor::{Anchors, Size};
use super::merge;
use super::node::{Key, Kind, Node, Source, Span, Style};
use super::syntax;

/// How deep a document may nest.
pub const MAX_DEPTH: usize = 100;
/// How many nodes a document may have, those that aliases expand to included.
pub const MAX_NODES: usize = 200_000;
/// How many bytes of text aliases may expand to.
const MAX_ALIAS_BYTES: usize = 4 * 1024 * 1024;
/// Mappings below these keys belong to the outside world, where a name that starts with `x-` means something.
const OUTSIDE_NAMES: &[&str] = &["headers", "env", "input", "body", "units", "baseline", "facts"];

/// The tree of a document; `None` when it holds nothing but comments. Any problem is an error of the document.
pub fn parse(source: Arc<Source>) -> Result<Option<Node>, Problems> {
    let mut problems = Problems::new();
    let node = parse_into(&source, &mut problems);
    if problems.has_errors() { Err(problems) } else { Ok(node) }
}

/// The same for callers that go on after faults which leave the tree whole, such as a duplicate key. `None` with an
/// error added: there is no tree; without one: the document is empty.
pub fn parse_into(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
    read(source, false, problems)
}

/// A document that is not ours: keys that start with `x-` mean something everywhere.
pub fn parse_foreign(source: &Arc<Source>, problems: &mut Problems) -> Option<Node> {
    read(source, true, problems)
}

/// All documents of a file that is not ours, those that hold nothing left out. `None` with an error added: a document
/// is no tree.
pub fn parse_documents(source: &Arc<Source>, problems: &mut Problems) -> Option<Vec<Node>> {
    let mut builder = Builder { foreign: true, many: true, ..Builder::new(source, problems) };
    builder.run().then_some(builder.done)
}

fn read(source: &Arc<Source>, foreign: bool, problems: &mut Problems) -> Option<Node> {
    let mut builder = Builder { foreign, ..Builder::new(source, problems) };
    if builder.run() { builder.done.pop() } else { None }
}

/// What the parser itself refuses.
fn options(has_directives: bool) -> granit_parser::Options {
    granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        disallow_directives: !has_directives,
        emit_comments: false,
    }
}

/// A step that ends parsing carries its problem.
type Step = Result<(), Box<Problem>>;

/// A collection that is not closed yet.
struct Open {
    span: Span,
    anchor: usize,
    /// Whether `x-` keys are kept, because names here belong to the outside.
    keeps_extensions: bool,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        /// Key, value, and whether it is a merge key.
        entries: Vec<(Key, Node, bool)>,
        seen: BTreeMap<String, Span>,
        /// The key whose value is awaited, whether it is a merge key, and whether the entry counts.
        pending: Option<(Key, bool, bool)>,
    },
}

struct Builder<'p> {
    source: Arc<Source>,
    problems: &'p mut Problems,
    open: Vec<Open>,
    anchors: Anchors,
    nodes: usize,
    alias_bytes: usize,
    anchored: usize,
    documents: usize,
    /// Whether the document is not ours, so that `x-` keys are kept everywhere.
    foreign: bool,
    /// Whether a file may hold several documents.
    many: bool,
    /// Documents that are complete and hold something.
    done: Vec<Node>,
}

impl<'p> Builder<'p> {
    fn new(source: &Arc<Source>, problems: &'p mut Problems) -> Builder<'p> {
        Builder {
            source: source.clone(),
            problems,
            open: Vec::new(),
            anchors: Anchors::default(),
            nodes: 0,
            alias_bytes: 0,
            anchored: 0,
            documents: 0,
            foreign: false,
            many: false,
            done: Vec::new(),
        }
    }

    /// Takes every event of the source; false when one of them ended it with an error.
    fn run(&mut self) -> bool {
        let source = self.source.clone();
        for event in Parser::new_from_str_with_options(&source.text, options(self.many)) {
            let step = match event {
                Ok((event, span)) => self.take(event, &span),
                Err(fault) => Err(Box::new(syntax::problem(&source, &fault))),
            };
            if let Err(problem) = step {
                self.problems.push(*problem);
                return false;
            }
        }
        true
    }

    fn take(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Step {
        let span = syntax::span(&self.source, at);
        match event {
            Event::DocumentStart(..) => self.document(&span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at)?;
                self.count(&span, Size { nodes: 1, bytes: 0, depth: 1 })?;
                self.scalar(text.into_owned(), style, anchor, span)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at)?;
                self.begin(Content::List(Vec::new()), anchor, span)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at)?;
                self.begin(Content::Map { entries: Vec::new(), seen: BTreeMap::new(), pending: None }, anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    fn refuse_tag(&self, tagged: bool, at: &granit_parser::Span) -> Step {
        // Other programs give their own meaning to tags (`!reference`, `!Ref`); the text behind one stays text.
        if !tagged || self.many {
            return Ok(());
        }
        let span = syntax::tag(&self.source, at);
        let problem = span.problem("YAML tags such as `!name` have no meaning here");
        Err(Box::new(problem.help("remove the tag; if the `!` belongs to the text, put the text in quotes")))
    }

    fn document(&mut self, span: &Span) -> Step {
        self.documents += 1;
        if self.documents < 2 || self.many {
            return Ok(());
        }
        let problem = span.problem("a second document begins here");
        Err(Box::new(problem.help("keep one document per file: remove the `---`, or `include` what follows as a file")))
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, anchor: usize, span: Span) -> Step {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        let awaits_key = self.awaits_key();
        let is_null = style == Style::Plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL");
        let kind = if is_null && !awaits_key { Kind::Null } else { Kind::Scalar { text, style } };
        let node = Node { span, kind, missing: Vec::new() };
        self.keep_anchored(anchor, &node)?;
        self.add(node)
    }

    fn keep_anchored(&mut self, anchor: usize, node: &Node) -> Step {
        self.anchors.keep(anchor, node);
        if let Some((_, size)) = self.anchors.get(anchor) {
            self.anchored += size.nodes;
        }
        if self.anchored > MAX_NODES {
            return Err(Box::new(too_much(&node.span, format!("anchors hold more than {MAX_NODES} values"))));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        let Some((node, size)) = self.anchors.get(anchor) else {
            let problem = span.problem("an alias inside its own anchor never ends");
            return Err(Box::new(problem.help("an alias can only repeat what is complete before it; move the anchor")));
        };
        let (node, size) = (node.clone(), *size);
        self.count(&span, size)?;
        self.alias_bytes += size.bytes;
        if self.alias_bytes > MAX_ALIAS_BYTES {
            return Err(Box::new(too_much(&span, format!("aliases expand to more than {MAX_ALIAS_BYTES} bytes"))));
        }
        let node = if self.awaits_key() { Node { span, ..node } } else { node };
        self.add(node)
    }

    fn count(&mut self, span: &Span, size: Size) -> Step {
        self.nodes += size.nodes;
        if self.nodes > MAX_NODES {
            return Err(Box::new(too_much(span, format!("the document has more than {MAX_NODES} values"))));
        }
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(Box::new(syntax::too_deep(span)));
        }
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Map { pending: None, .. }, .. }))
    }

    fn begin(&mut self, content: Content, anchor: usize, span: Span) -> Step {
        if self.awaits_key() {
            return Err(Box::new(no_text_key(&span)));
        }
        self.count(&span, Size { nodes: 1, bytes: 0, depth: 1 })?;
        let keeps_extensions = self.open.last().map_or(self.foreign, |open| {
            let names_outside = match &open.content {
                Content::Map { pending: Some((key, _, _)), .. } => OUTSIDE_NAMES.contains(&key.text.as_str()),
                Content::Map { .. } | Content::List(_) => false,
            };
            open.keeps_extensions || names_outside
        });
        self.open.push(Open { span, anchor, keeps_extensions, content });
        Ok(())
    }

    fn end(&mut self) -> Step {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let kind = match open.content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, .. } => Kind::Map(merge::apply(entries, self.problems)),
        };
        let node = Node { span: open.span, kind, missing: Vec::new() };
        self.keep_anchored(open.anchor, &node)?;
        self.add(node)
    }

    /// Puts a finished node where it belongs: an item, a key, a value, or the root.
    fn add(&mut self, node: Node) -> Step {
        let Some(open) = self.open.last_mut() else {
            self.done.extend((node.kind != Kind::Null).then_some(node));
            return Ok(());
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, pending, seen } => match pending.take() {
                Some((key, merges, counts)) => entries.extend(counts.then_some((key, node, merges))),
                None => *pending = Some(begin_entry(node, self.foreign, open.keeps_extensions, seen, self.problems)?),
            },
        }
        Ok(())
    }
}

/// Other people's files may merge by several `<<`, as their own readers allow.
fn begin_entry(
    node: Node,
    foreign: bool,
    keeps_extensions: bool,
    seen: &mut BTreeMap<String, Span>,
    problems: &mut Problems,
) -> Result<(Key, bool, bool), Box<Problem>> {
    let Kind::Scalar { text, style } = node.kind else { return Err(Box::new(no_text_key(&node.span))) };
    // The parser gives an absent key as `~`.
    if style == Style::Plain && matches!(text.as_str(), "" | "~") {
        let problem = node.span.problem("a key is missing before `:`");
        return Err(Box::new(problem.help("write `key: value`, or quote the text if the colon belongs to it")));
    }
    let merges = text == "<<" && style == Style::Plain;
    let mut counts = keeps_extensions || !text.starts_with("x-");
    if let Some(first) = seen.get(&text).filter(|_| !(merges && foreign)) {
        problems.push(duplicate(&text, &node.span, first));
        counts = false;
    } else {
        seen.insert(text.clone(), node.span.clone());
    }
    Ok((Key { text, span: node.span }, merges, counts))
}

fn duplicate(key: &str, span: &Span, first: &Span) -> Problem {
    let mut problem = span.problem(format!("duplicate key `{key}`"));
    let label = "first used here".to_owned();
    problem.related.push(Related { place: first.place(), snippet: Some(first.snippet()), label });
    problem.help(match key {
        "<<" => "merge several mappings with one key: `<<: [*one, *two]`".to_owned(),
        _ => format!("keep one of the two; the first is in line {}", first.line),
    })
}

fn no_text_key(span: &Span) -> Problem {
    let problem = span.problem("a key must be text, found a list or a mapping");
    problem.help("write `key: value`; quote the text if it starts with `[`, `{` or `${`")
}

fn too_much(span: &Span, message: String) -> Problem {
    span.problem(message).help("no spec needs that many; are aliases nested in each other?")
}
