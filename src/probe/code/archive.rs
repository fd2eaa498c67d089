//! Names of programs in committed archives (zip, tar, tar.gz). Owns the crates `zip` and `tar`; nothing is unpacked to disk.

use std::io::{Cursor, Read};

use flate2::read::GzDecoder;

/// Entries looked at.
const MOST_ENTRIES: usize = 20_000;
/// Bytes that are unpacked to find them.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Endings of programs.
const PROGRAMS: &[&str] =
    &["exe", "dll", "so", "dylib", "class", "jar", "war", "pyc", "wasm", "node", "com", "scr", "sys"];

/// The first program in an archive by its name; `None` where there is none, or the archive cannot be read.
pub(super) fn program(bytes: &[u8], base: &str) -> Option<String> {
    let lower = base.to_ascii_lowercase();
    match bytes {
        [b'P', b'K', 3, 4, ..] if lower.ends_with(".zip") => {
            let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
            let names = archive.file_names().take(MOST_ENTRIES).filter_map(Result::ok).map(|name| name.to_string());
            names.filter(|name| is_program(name)).min()
        }
        [0x1F, 0x8B, ..] if lower.ends_with(".tgz") || lower.ends_with(".tar.gz") => in_tar(GzDecoder::new(bytes)),
        _ if lower.ends_with(".tar") => in_tar(bytes),
        _ => None,
    }
}

fn in_tar(reader: impl Read) -> Option<String> {
    let mut archive = tar::Archive::new(reader.take(MOST_BYTES));
    let entries = archive.entries().ok()?;
    let names = entries.take(MOST_ENTRIES).map_while(Result::ok).filter(|entry| entry.header().entry_type().is_file());
    names.map(|entry| String::from_utf8_lossy(&entry.path_bytes()).into_owned()).find(|name| is_program(name))
}

fn is_program(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let ending = base.rsplit_once('.').map_or("", |(_, ending)| ending);
    PROGRAMS.contains(&ending) || base.contains(".so.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::io::Write as _;

    use super::*;

    #[test]
    fn programs_are_found_by_name_in_every_kind_of_archive() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        header.set_cksum();
        tar.append_data(&mut header.clone(), "docs/readme.md", &b"x"[..]).unwrap();
        tar.append_data(&mut header, "lib/libshop.so.1", &b"x"[..]).unwrap();
        let plain = tar.into_inner().unwrap();
        assert_eq!(program(&plain, "a.tar").as_deref(), Some("lib/libshop.so.1"));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&plain).unwrap();
        assert_eq!(program(&packed.finish().unwrap(), "a.tar.gz").as_deref(), Some("lib/libshop.so.1"));
        let zipped = |name: &str| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            zip.start_file(name, stored).unwrap();
            zip.write_all(b"x").unwrap();
            zip.finish().unwrap().into_inner()
        };
        assert_eq!(program(&zipped("bin/tool.exe"), "a.zip").as_deref(), Some("bin/tool.exe"));
        assert_eq!(program(&zipped("fonts/a.ttf"), "a.zip"), None);
        assert_eq!(program(b"PK\x03\x04 broken", "a.zip"), None);
    }
}
