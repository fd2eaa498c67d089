//! AMQP 0-9-1 on the wire (AMQP Working Group, "Advanced Message Queuing Protocol Specification v0-9-1", §2.3 and §4.2):
//! frames, the few field types we send, and the server's table of what it is. Tables within tables are passed over, never entered.

use std::collections::BTreeMap;

use super::broken;
use crate::world::service::Trouble;

/// Entries of a table that are read.
const MOST_ENTRIES: usize = 1000;

/// Class and method, such as (10, 10) for `connection.start`.
pub(super) type Method = (u16, u16);

/// Arguments of a method as they are written.
#[derive(Default)]
pub(super) struct Arguments(Vec<u8>);

impl Arguments {
    /// For a method.
    pub(super) fn of((class, method): Method) -> Arguments {
        Arguments::default().short(class).short(method)
    }

    /// An octet.
    pub(super) fn octet(mut self, value: u8) -> Arguments {
        self.0.push(value);
        self
    }

    /// A number of two octets.
    pub(super) fn short(mut self, value: u16) -> Arguments {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// A number of four octets.
    pub(super) fn long(mut self, value: u32) -> Arguments {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// A text of at most 255 octets; a longer one is cut.
    pub(super) fn short_text(mut self, text: &str) -> Arguments {
        let bytes = &text.as_bytes()[..text.len().min(255)];
        self.0.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
        self.0.extend(bytes);
        self
    }

    /// A text of any length.
    pub(super) fn long_text(self, text: &[u8]) -> Arguments {
        let mut arguments = self.long(u32::try_from(text.len()).unwrap_or(u32::MAX));
        arguments.0.extend(text);
        arguments
    }

    /// A table whose entries are encoded already.
    pub(super) fn table(self, entries: Arguments) -> Arguments {
        self.long_text(&entries.0)
    }

    /// An entry of a table: a text.
    pub(super) fn entry(self, name: &str, text: &str) -> Arguments {
        self.short_text(name).octet(b'S').long_text(text.as_bytes())
    }

    /// An entry of a table: yes.
    pub(super) fn flag(self, name: &str) -> Arguments {
        self.short_text(name).octet(b't').octet(1)
    }

    /// An entry of a table: a table.
    pub(super) fn nested(self, name: &str, entries: Arguments) -> Arguments {
        self.short_text(name).octet(b'F').table(entries)
    }

    /// All of it.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Arguments of a method as they are read.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    entries: usize,
}

impl<'a> Reader<'a> {
    /// Of a method frame's payload.
    pub(super) fn new(payload: &'a [u8]) -> Reader<'a> {
        Reader { rest: payload, entries: 0 }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Trouble> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| broken("a frame that is cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        self.take(N)?.try_into().map_err(|_| broken("a frame that is cut short"))
    }

    /// A number of two octets.
    pub(super) fn short(&mut self) -> Result<u16, Trouble> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of four octets.
    pub(super) fn long(&mut self) -> Result<u32, Trouble> {
        self.array().map(u32::from_be_bytes)
    }

    /// An octet.
    pub(super) fn octet(&mut self) -> Result<u8, Trouble> {
        self.array().map(|[octet]| octet)
    }

    /// A text of at most 255 octets.
    pub(super) fn short_text(&mut self) -> Result<String, Trouble> {
        let length = self.octet()?;
        self.take(length.into()).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A text of any length.
    pub(super) fn long_text(&mut self) -> Result<String, Trouble> {
        let length = self.long()?;
        let length = usize::try_from(length).map_err(|_| broken("a text too long"))?;
        self.take(length).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The texts of a table by name; everything else in it is passed over.
    pub(super) fn table(&mut self) -> Result<BTreeMap<String, String>, Trouble> {
        let length = usize::try_from(self.long()?).map_err(|_| broken("a table too long"))?;
        let mut inner = Reader { rest: self.take(length)?, entries: 0 };
        let mut texts = BTreeMap::new();
        while !inner.rest.is_empty() {
            let name = inner.short_text()?;
            if let Some(text) = inner.value()? {
                texts.insert(name, text);
            }
        }
        Ok(texts)
    }

    /// A field value (§4.2.1, with RabbitMQ's errata): a text, or something that is passed over.
    fn value(&mut self) -> Result<Option<String>, Trouble> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(broken("a table too long"));
        }
        let length = match self.octet()? {
            b'S' => return self.long_text().map(Some),
            b'F' | b'A' | b'x' => {
                // its entries are nobody's business
                let length = usize::try_from(self.long()?).map_err(|_| broken("a table too long"))?;
                return self.take(length).map(|_| None);
            }
            b't' | b'b' | b'B' => 1,
            b's' | b'u' => 2,
            b'I' | b'i' | b'f' => 4,
            b'D' => 5,
            b'l' | b'L' | b'd' | b'T' => 8,
            b'V' => 0,
            _ => return Err(broken("a field of a type that is not known")),
        };
        self.take(length).map(|_| None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_table_gives_its_texts_and_passes_over_the_rest() {
        let inner = Arguments::default().flag("publisher_confirms");
        let table =
            Arguments::default().nested("capabilities", inner).entry("product", "RabbitMQ").entry("version", "3.10");
        let bytes = Arguments::default().table(table).short(7).bytes();
        let mut reader = Reader::new(&bytes);
        let texts = reader.table().unwrap();
        assert_eq!(
            texts.into_iter().collect::<Vec<_>>(),
            [("product".to_owned(), "RabbitMQ".to_owned()), ("version".to_owned(), "3.10".to_owned())]
        );
        assert_eq!(reader.short().unwrap(), 7);
    }

    #[test]
    fn what_is_cut_short_or_unknown_is_an_error() {
        for bytes in [&b"\x00\x00\x00\xff"[..], b"\x00\x00\x00\x03\x01a?", b"\x00\x00\x00\x02\x09a", b"\x00"] {
            assert!(Reader::new(bytes).table().is_err(), "{bytes:?}");
        }
        let many = (0..2000).fold(Arguments::default(), |table, _| table.flag("a"));
        let bytes = Arguments::default().table(many).bytes();
        assert!(Reader::new(&bytes).table().is_err());
    }
}
