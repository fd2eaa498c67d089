//! XML as maps: an element is a map of its children by name, its attributes as `@name`, its own text as `#text`; one
//! without attributes and children is its text; several of one name are a list. Entities of the document are not
//! expanded, nothing is fetched, depth and numbers are bounded. Owns the crate `quick-xml` among the probes that read
//! configuration.

use indexmap::IndexMap;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Broken, DEEPEST};
use crate::model::Value;
use crate::probe::xml_text::{expanded, reference};

/// Attributes an element may have.
const MOST_ATTRIBUTES: usize = 256;
/// Elements a document may have.
const MOST_ELEMENTS: usize = 500_000;

/// Reads a document: a map with the root element.
pub(super) fn parse(text: &str) -> Result<Value, Broken> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    let mut elements = 0;
    loop {
        let before = reader.buffer_position();
        let event = reader.read_event().map_err(|fault| broken(text, reader.error_position(), &fault.to_string()))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() > DEEPEST || elements > MOST_ELEMENTS {
                    return Err(broken(text, before, "is nested too deep or has too many elements"));
                }
                open.push(element(&start).map_err(|reason| broken(text, before, &reason))?);
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > MOST_ELEMENTS {
                    return Err(broken(text, before, "has too many elements"));
                }
                let element = element(&start).map_err(|reason| broken(text, before, &reason))?;
                close(&mut open, element);
            }
            Event::End(_) => match open.pop() {
                Some(element) if !open.is_empty() => close(&mut open, element),
                _ => return Err(broken(text, before, "closes what is not open")),
            },
            Event::Text(bytes) => add_text(&mut open, bytes.as_ref()),
            Event::CData(bytes) => add_text(&mut open, bytes.as_ref()),
            Event::GeneralRef(name) => add_text(&mut open, &reference(name.as_ref())),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) if !root.children.is_empty() => Ok(Value::Map(root.children)),
        (_, false) => Err(broken(text, text.len() as u64, "ends before every element is closed")),
        _ => Err(broken(text, 0, "has no element")),
    }
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: IndexMap<String, Value>,
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
    for (number, attribute) in start.attributes().with_checks(false).enumerate() {
        if number >= MOST_ATTRIBUTES {
            return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
        }
        let attribute = attribute.map_err(|fault| fault.to_string())?;
        let name = format!("@{}", attribute.key.local_name().as_ref());
        let value = expanded(&attribute.value);
        element.children.insert(name, Value::Text(value));
    }
    Ok(element)
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn close(open: &mut [Element], element: Element) {
    let Element { name, text, mut children } = element;
    let text = text.trim();
    let value = if children.is_empty() {
        Value::Text(text.to_owned())
    } else {
        if !text.is_empty() {
            children.insert("#text".to_owned(), Value::Text(text.to_owned()));
        }
        Value::Map(children)
    };
    let Some(parent) = open.last_mut() else { return };
    match parent.children.get_mut(&name) {
        Some(Value::List(items)) => items.push(value),
        Some(first) => *first = Value::List(vec![std::mem::replace(first, Value::Null), value]),
        None => drop(parent.children.insert(name, value)),
    }
}

fn broken(text: &str, position: u64, reason: &str) -> Broken {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    let line = text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count() + 1;
    Broken::at(u32::try_from(line).unwrap_or(0), reason)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn elements_attributes_and_texts_are_maps() {
        let value =
            parse("<?xml version='1.0'?><p v='1 &amp; 2'><a>x &lt; y</a><a>z</a><!-- c --><b k='w'>t</b><e/></p>")
                .unwrap();
        let shown = format!("{value:?}");
        let expected = r##"Map({"p": Map({"@v": Text("1 & 2"), "a": List([Text("x < y"), Text("z")]), "b": Map({"@k": Text("w"), "#text": Text("t")}), "e": Text("")})})"##;
        assert_eq!(shown, expected);
    }

    #[test]
    fn hostile_and_broken_documents_are_refused() {
        assert!(parse(&"<a>".repeat(200_000)).unwrap_err().reason.contains("nested too deep"));
        assert_eq!(parse("<a>\n<b></a>").unwrap_err().line, 2);
        assert!(parse("<a><b>").unwrap_err().reason.contains("ends before"));
        assert!(parse("").unwrap_err().reason.contains("no element"));
        let many: String = (0..300).map(|n| format!(" a{n}='x'")).collect();
        assert!(parse(&format!("<a{many}/>")).unwrap_err().reason.contains("attributes"));
        let bomb = "<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>";
        assert_eq!(format!("{:?}", parse(bomb).unwrap()), r#"Map({"a": Text("&b;")})"#);
    }
}
