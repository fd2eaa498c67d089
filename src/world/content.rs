//! Reads files up to a cap, with as few calls as can be: a sweep reads tens of thousands of small ones. Which file, and
//! what its entry says of it, is the tree's.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::model::Unknown;

/// How far into a file a NUL is looked for (as git does).
const BINARY_HEAD: usize = 8 * 1024;
/// Of a binary file larger than this only the head is read, where that is enough.
const LARGE: u64 = 32 * 1024;
/// Read at a time from where a file was expected to end.
const CHUNK: usize = 64 * 1024;

/// What was read of a file; kept from file to file, so that room is made only once.
#[derive(Default)]
pub(super) struct Content {
    /// Only grows; what lies behind `length` is left from other files.
    room: Vec<u8>,
    length: usize,
    path: PathBuf,
}

/// What is asked of a file.
pub(super) struct Asked<'a> {
    /// Its path as messages show it.
    pub(super) shown: &'a str,
    /// The bytes that it probably has: a wrong number costs time only.
    pub(super) size: u64,
    /// The bytes that it may have.
    pub(super) cap: u64,
    /// Whether of a binary file the start is enough.
    pub(super) head_only: bool,
}

impl Content {
    /// The bytes of the file read last.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.room[..self.length]
    }

    /// Takes over bytes that are in memory.
    pub(super) fn copy(&mut self, bytes: &[u8], asked: &Asked<'_>) -> Result<(), Unknown> {
        if bytes.len() as u64 > asked.cap {
            return Err(too_large(asked.shown, asked.cap));
        }
        self.length = 0;
        self.make_room(bytes.len());
        self.room[..bytes.len()].copy_from_slice(bytes);
        self.length = bytes.len();
        Ok(())
    }

    /// Reads the file `name` below `root`, of which it is known that it is a regular one.
    pub(super) fn read(&mut self, root: &Path, name: &Path, asked: &Asked<'_>) -> Result<(), Unknown> {
        self.path.as_mut_os_string().clear();
        self.path.push(root);
        self.path.push(name);
        let opened = File::open(&self.path);
        self.fill(opened.map_err(|error| cannot_read(asked.shown, &error))?, asked)
    }

    /// Reads any path. A pipe would block when it is opened, so the kind is asked first.
    pub(super) fn read_any(&mut self, full: &Path, shown: &str, cap: u64) -> Result<(), Unknown> {
        let metadata = fs::metadata(full).map_err(|error| cannot_read(shown, &error))?;
        if !metadata.is_file() {
            return Err(Unknown::because(format!("`{shown}` is not a regular file")));
        }
        let file = File::open(full).map_err(|error| cannot_read(shown, &error))?;
        self.fill(file, &Asked { shown, size: metadata.len(), cap, head_only: false })
    }

    fn fill(&mut self, mut file: File, asked: &Asked<'_>) -> Result<(), Unknown> {
        self.length = 0;
        let most = usize::try_from(asked.cap.saturating_add(1)).unwrap_or(usize::MAX);
        let expected = usize::try_from(asked.size).unwrap_or(usize::MAX);
        let mut only_head = asked.head_only && asked.size > LARGE;
        loop {
            // One byte more than is expected shows that there is no more.
            let rest = expected.saturating_sub(self.length).saturating_add(1);
            let rest = if self.length > expected { CHUNK } else { rest };
            let ask = if only_head { BINARY_HEAD } else { rest.min(most - self.length) };
            let read = self.read_once(&mut file, ask).map_err(|error| cannot_read(asked.shown, &error))?;
            if self.length >= most {
                return Err(too_large(asked.shown, asked.cap));
            }
            let ended = read == 0 || (self.length == expected && read < ask);
            if ended || (std::mem::take(&mut only_head) && is_binary(self.bytes())) {
                return Ok(());
            }
        }
    }

    fn read_once(&mut self, file: &mut File, ask: usize) -> std::io::Result<usize> {
        self.make_room(ask);
        loop {
            match file.read(&mut self.room[self.length..self.length + ask]) {
                Ok(read) => {
                    self.length += read;
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn make_room(&mut self, more: usize) {
        if self.room.len() < self.length + more {
            self.room.resize(self.length + more, 0);
        }
    }
}

/// The start of a file, as much as is needed to tell whether it is binary; nothing when it cannot be read.
pub(super) fn head(full: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    let read = File::open(full).and_then(|file| file.take(BINARY_HEAD as u64).read_to_end(&mut head));
    read.map(|_| head).unwrap_or_default()
}

/// Whether these bytes are the start of a binary file. UTF-16 has NUL too, and is text.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    !wide && memchr::memchr(0, &bytes[..bytes.len().min(BINARY_HEAD)]).is_some()
}

/// The content without a byte order mark, and as UTF-8 where the mark says UTF-16.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let pair: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    };
    let units = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}

fn cannot_read(shown: &str, error: &std::io::Error) -> Unknown {
    Unknown::because(format!("cannot read `{shown}`: {error}"))
}

/// Why a file beyond the cap was not read.
pub(super) fn too_large(path: &str, cap: u64) -> Unknown {
    Unknown::because(format!("`{path}` is larger than {}", shown_size(cap)))
}

fn shown_size(bytes: u64) -> String {
    match bytes {
        n if n >= 1 << 20 && n % (1 << 20) == 0 => format!("{} MiB", n >> 20),
        n if n >= 1 << 10 && n % (1 << 10) == 0 => format!("{} KiB", n >> 10),
        n => format!("{n} B"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(bytes: &[u8], size: u64, cap: u64, head_only: bool) -> Result<Vec<u8>, String> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("f"), bytes).unwrap();
        let mut content = Content::default();
        let asked = Asked { shown: "f", size, cap, head_only };
        content.read(dir.path(), Path::new("f"), &asked).map_err(|unknown| unknown.0)?;
        Ok(content.bytes().to_vec())
    }

    #[test]
    fn a_byte_order_mark_is_no_content_and_utf_16_is_text() {
        let wide = |pair: fn(u16) -> [u8; 2]| "\u{feff}kéy".encode_utf16().flat_map(pair).collect::<Vec<u8>>();
        for bytes in ["kéy".into(), "\u{feff}kéy".into(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
            assert_eq!(std::str::from_utf8(&decoded(&bytes)), Ok("kéy"), "{bytes:?}");
        }
        assert_eq!(*decoded(b"\xff\xfe"), *b"");
        assert_eq!(*decoded(b"\xff\xfea"), *b"");
        assert_eq!(*decoded(b"\x7fELF\xef\xbb\xbf"), *b"\x7fELF\xef\xbb\xbf");
    }

    #[test]
    fn a_file_is_read_whole_whatever_size_was_expected() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n as u8 | 1).collect();
        for size in [0, 1, 199_999, 200_000, 200_001, 1_000_000] {
            assert_eq!(read(&bytes, size, 1 << 20, true).unwrap(), bytes, "{size}");
        }
        assert_eq!(read(b"", 0, 10, true).unwrap(), b"");
    }

    #[test]
    fn more_than_the_cap_is_refused_even_when_less_was_expected() {
        assert_eq!(read(&[1; 2048], 2048, 2048, false).unwrap().len(), 2048);
        for size in [0, 2048, 2049, 9999] {
            assert_eq!(read(&[1; 2049], size, 2048, false).unwrap_err(), "`f` is larger than 2 KiB", "{size}");
        }
    }

    #[test]
    fn of_a_large_binary_file_the_head_is_enough() {
        let bytes = vec![0; 100_000];
        assert_eq!(read(&bytes, 100_000, 1 << 20, true).unwrap().len(), BINARY_HEAD);
        assert_eq!(read(&bytes, 100_000, 1 << 20, false).unwrap().len(), 100_000);
    }

    #[test]
    fn a_shorter_file_does_not_show_what_was_read_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut content = Content::default();
        for (text, size) in [("a longer text", 13), ("short", 13), ("", 5)] {
            fs::write(dir.path().join("f"), text).unwrap();
            content.read(dir.path(), Path::new("f"), &Asked { shown: "f", size, cap: 99, head_only: true }).unwrap();
            assert_eq!(content.bytes(), text.as_bytes());
        }
    }
}
