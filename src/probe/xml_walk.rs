//! XML reports, element by element: bounded depth and attributes, entities of the document never expanded. What the
//! elements mean is the business of each format.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml_text::{expanded, reference};

/// Nesting a report may have.
const DEEPEST: usize = 1_000;
/// Attributes of one element that are read.
const MOST_ATTRIBUTES: usize = 256;

/// An element that begins.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Name without its prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// An attribute's text.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that must be a whole number from 0.
    pub(super) fn count(&self, name: &str) -> Result<u64, String> {
        let text = self.get(name).ok_or_else(|| format!("has a <{}> without `{name}`", self.name))?;
        let shown: String = text.chars().take(40).collect();
        text.trim().parse().map_err(|_| format!("says `{name}=\"{shown}\"`, which is no count"))
    }
}

/// What a reader is told, in the order of the document.
#[derive(Debug)]
pub(super) enum Step {
    /// An element begins.
    Open(Element),
    /// The element that began last and has not ended ends.
    Close,
    /// Text within the open element.
    Text(String),
}

/// Tells `reader` every step of a document; the error says what is wrong with it.
pub(super) fn walk(text: &str, mut reader: impl FnMut(Step) -> Result<(), String>) -> Result<(), String> {
    let mut xml = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        let event = xml.read_event().map_err(|fault| format!("is broken XML: {fault}"))?;
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("is nested deeper than {DEEPEST} elements"));
                }
                reader(Step::Open(element(&start)?))?;
            }
            Event::Empty(start) => {
                reader(Step::Open(element(&start)?))?;
                reader(Step::Close)?;
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or("closes an element that is not open")?;
                reader(Step::Close)?;
            }
            Event::Text(bytes) => reader(Step::Text(bytes.as_ref().to_owned()))?,
            Event::CData(bytes) => reader(Step::Text(bytes.as_ref().to_owned()))?,
            Event::GeneralRef(name) => reader(Step::Text(reference(name.as_ref())))?,
            Event::Eof if depth > 0 => return Err("ends before every element is closed".to_owned()),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The root element and the names of the elements right below it, as far as the first `most` of them.
pub(super) fn beginning(text: &str, most: usize) -> Option<(Element, Vec<String>)> {
    let mut root = None;
    let mut below = Vec::new();
    let mut depth = 0_usize;
    // The error ends the walk early; whatever was seen until then counts.
    let _ = walk(text, |step| {
        match step {
            Step::Open(element) => {
                depth += 1;
                match depth {
                    1 => root = Some(element),
                    2 => below.push(element.name),
                    _ => {}
                }
            }
            Step::Close => depth -= 1,
            Step::Text(_) => {}
        }
        if below.len() >= most || depth > 2 { Err(String::new()) } else { Ok(()) }
    });
    root.map(|root| (root, below))
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false).take(MOST_ATTRIBUTES) {
        let attribute = attribute.map_err(|fault| format!("is broken XML: {fault}"))?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), expanded(&attribute.value)));
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), attributes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        walk(text, |_| Ok(())).err().unwrap_or_default()
    }

    #[test]
    fn hostile_documents_end_in_a_reason() {
        assert_eq!(fault(&"<a>".repeat(100_000)), "is nested deeper than 1000 elements");
        assert_eq!(fault("<a><b></b>"), "ends before every element is closed");
        assert!(fault("<a></b>").starts_with("is broken XML"));
        let bomb = "<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;'>]><a k='&c;'>&c;</a>";
        let mut seen = Vec::new();
        let walked = walk(bomb, |step| {
            match step {
                Step::Open(element) => seen.push(element.get("k").unwrap_or_default().to_owned()),
                Step::Text(text) => seen.push(text),
                Step::Close => {}
            }
            Ok(())
        });
        assert_eq!((walked, seen), (Ok(()), vec!["&c;".to_owned(), "&c;".to_owned()]));
    }

    #[test]
    fn the_beginning_is_enough_to_tell_what_a_document_is() {
        let seen =
            beginning("<?xml version='1.0'?><r a='1'><x/><y><z/></y><w/>", 2).map(|(root, below)| (root.name, below));
        assert_eq!(seen, Some(("r".to_owned(), vec!["x".to_owned(), "y".to_owned()])));
        assert!(beginning("no XML", 2).is_none());
    }
}
