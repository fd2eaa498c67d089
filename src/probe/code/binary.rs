//! Programs without source in the repository, told by their first bytes (Scorecard Binary-Artifacts).

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::world::FileBytes;

/// Larger programs are named as not judged.
pub(super) const LARGEST: u64 = 16 * 1024 * 1024;
/// Files that are large, binary and no programs.
pub(super) const MEDIA: &[&str] = &[
    "**/*.{png,jpg,jpeg,gif,webp,avif,ico,icns,bmp,tif,tiff,psd,svg,pdf,mp3,mp4,mov,webm,ogg,wav,avi}",
    "**/*.{woff,woff2,ttf,otf,eot,zip,gz,tgz,bz2,xz,zst,db,sqlite,sqlite3,parquet,csv,json,onnx,pt,safetensors,pkl,npy}",
];

/// What kind of program a file is, if it is one.
pub(super) fn read(file: &FileBytes<'_>) -> Vec<Finding> {
    let Some(kind) = kind(file.bytes, file.entry.base()) else { return Vec::new() };
    let finding = Finding::new("binaries", 0, kind, format!("{kind}, {} bytes", file.entry.size));
    // The wrapper belongs into the repository; whether it is the published one cannot be told from here.
    let wrapper = matches!(file.entry.base(), "gradle-wrapper.jar" | "maven-wrapper.jar");
    vec![finding.with(if wrapper { Certainty::Hint } else { Certainty::Certain })]
}

fn kind(bytes: &[u8], base: &str) -> Option<&'static str> {
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    match bytes {
        [0x7F, b'E', b'L', b'F', ..] => Some("ELF program or library"),
        [b'M', b'Z', ..] if is_pe(bytes) => Some("Windows program or library"),
        [0xFE, 0xED, 0xFA, 0xCE | 0xCF, ..] | [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => Some("Mach-O program or library"),
        [0xCA, 0xFE, 0xBA, 0xBE, ..] if extension == "class" => Some("Java class"),
        [0, b'a', b's', b'm', ..] => Some("WebAssembly module"),
        [b'P', b'K', 3, 4, ..] if matches!(extension, "jar" | "war" | "ear") => Some("Java archive"),
        [_, _, b'\r', b'\n', ..] if matches!(extension, "pyc" | "pyo") => Some("compiled Python"),
        _ => None,
    }
}

/// The offset at 0x3C leads to `PE\0\0`.
fn is_pe(bytes: &[u8]) -> bool {
    let Some(at) = bytes.get(0x3C..0x40) else { return false };
    let at = u32::from_le_bytes([at[0], at[1], at[2], at[3]]) as usize;
    bytes.get(at..at.saturating_add(4)) == Some(b"PE\0\0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_their_first_bytes() {
        assert_eq!(kind(b"\x7FELF\x02", "tool"), Some("ELF program or library"));
        assert_eq!(kind(b"\0asm\x01", "a.wasm"), Some("WebAssembly module"));
        assert_eq!(kind(b"PK\x03\x04", "a.jar"), Some("Java archive"));
        assert_eq!(kind(b"PK\x03\x04", "fonts.zip"), None);
        assert_eq!(kind(b"MZ is how this text begins", "a.txt"), None);
        assert_eq!(kind(b"\x89PNG", "a.png"), None);
    }
}
