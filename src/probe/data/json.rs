//! JSON (RFC 8259) with exact numbers, duplicate keys as faults, and lines in its messages.

use indexmap::IndexMap;

use super::{Broken, DEEPEST};
use crate::model::{Exact, Value};

/// Reads a document; with `as_written` numbers stay the text they are in the source.
pub(super) fn parse(text: &str, as_written: bool) -> Result<Value, Broken> {
    let mut reader = Reader { text, at: 0, as_written };
    let value = reader.value(0)?;
    reader.blank();
    if reader.at < text.len() { Err(reader.fault("something follows the document")) } else { Ok(value) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    as_written: bool,
}

impl Reader<'_> {
    fn fault(&self, reason: impl Into<String>) -> Broken {
        let line = self.text.as_bytes()[..self.at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count();
        Broken::at(u32::try_from(line + 1).unwrap_or(0), reason)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.blank();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// `DEEPEST` bounds the recursion.
    fn value(&mut self, depth: usize) -> Result<Value, Broken> {
        if depth > DEEPEST {
            return Err(self.fault(format!("is nested more than {DEEPEST} deep")));
        }
        self.blank();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
            None => Err(self.fault("ends too early")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Broken> {
        self.at += 1;
        let mut entries = IndexMap::new();
        if self.take(b'}') {
            return Ok(Value::Map(entries));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in quotes is due"));
            }
            let key = self.string()?;
            if !self.take(b':') {
                return Err(self.fault(format!("`:` is due after key `{key}`")));
            }
            if entries.contains_key(&key) {
                return Err(self.fault(format!("key `{key}` is there twice")));
            }
            let value = self.value(depth + 1)?;
            entries.insert(key, value);
            if self.take(b'}') {
                return Ok(Value::Map(entries));
            }
            if !self.take(b',') {
                return Err(self.fault("`,` or `}` is due"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Broken> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            if !self.take(b',') {
                return Err(self.fault("`,` or `]` is due"));
            }
        }
    }

    /// serde_json knows the escapes; only the end is looked for here.
    fn string(&mut self) -> Result<String, Broken> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        loop {
            match bytes.get(at) {
                Some(b'\\') => at += 2,
                Some(b'"') => break,
                Some(_) => at += 1,
                None => return Err(self.fault("a text is not closed")),
            }
        }
        let text = self.text.get(start..=at).and_then(|quoted| serde_json::from_str(quoted).ok());
        let text = text.ok_or_else(|| self.fault("a text has a wrong escape or a control character"))?;
        self.at = at + 1;
        Ok(text)
    }

    fn number(&mut self) -> Result<Value, Broken> {
        let rest = &self.text[self.at..];
        let length =
            rest.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
        let text = &rest[..length];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let zeros = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let exact = Exact::parse_decimal(&text.replace("e+", "e").replace("E+", "e")).filter(|_| !zeros);
        let number =
            exact.ok_or_else(|| self.fault(format!("`{}` is no number", text.chars().take(40).collect::<String>())))?;
        self.at += length;
        Ok(if self.as_written { Value::Text(text.to_owned()) } else { Value::Number(number) })
    }

    fn word(&mut self) -> Result<Value, Broken> {
        let rest = &self.text[self.at..];
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        let word: String = rest.chars().take_while(|c| !c.is_whitespace()).take(20).collect();
        Err(self.fault(format!("`{word}` is not JSON")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(text: &str) -> Result<Value, Broken> {
        parse(text, false)
    }

    #[test]
    fn numbers_are_exact_and_texts_unescaped() {
        let value =
            read("{\"a\": [0.1234567890123456789, -1e+2, 18446744073709551616], \"b\": \"\\u00e4\\n\"}").unwrap();
        let Value::Map(entries) = value else { panic!() };
        let Value::List(items) = &entries["a"] else { panic!() };
        assert_eq!(items[0], Value::Number(Exact::parse_decimal("0.1234567890123456789").unwrap()));
        assert_eq!(items[1], Value::count(-100));
        assert_eq!(items[2], Value::Number(Exact::parse_decimal("18446744073709551616").unwrap()));
        assert_eq!(entries["b"], Value::Text("ä\n".into()));
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_line() {
        for (text, line, wrong) in [
            ("{\"a\": 1,\n \"a\": 2}", 2, "key `a` is there twice"),
            ("[NaN]", 1, "`NaN]` is not JSON"),
            ("[1,]", 1, "`]` is not JSON"),
            ("{a: 1}", 1, "a key in quotes is due"),
            ("[01]", 1, "`01` is no number"),
            ("[1] x", 1, "something follows the document"),
            ("", 1, "ends too early"),
            ("\"a", 1, "a text is not closed"),
        ] {
            assert_eq!(read(text).unwrap_err(), Broken::at(line, wrong), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).unwrap_err().reason.contains("nested"));
    }

    #[test]
    fn it_agrees_with_serde_json() {
        for text in ["{}", "[]", "[[],{}]", "{\"a\":{\"b\":[1,2.5,-0.0,\"x\",null,true]}}", " [ 1 , 2 ] "] {
            let expected = Value::from_json(&serde_json::from_str(text).unwrap());
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }
}
