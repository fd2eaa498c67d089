//! Files that the command line names: read whole, up to a limit, whatever kind of file they are (`<(…)` is a pipe).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Result;

use super::exit::WrongQuestion;

/// The largest document, report or recording that is read: 64 MiB.
const MOST_BYTES: u64 = 64 << 20;

/// The bytes of a file of reasonable size.
///
/// # Errors
/// A question that cannot be answered, when it cannot be read or is larger.
pub(super) fn bytes(file: &Path) -> Result<Vec<u8>> {
    let shown = file.display();
    let cannot = |error: std::io::Error| WrongQuestion(format!("cannot read `{shown}`: {error}"));
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(WrongQuestion(format!("`{shown}` has more than {MOST_BYTES} bytes; that many are read")).into());
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// As [`bytes`], and when it is not UTF-8.
pub(super) fn text(file: &Path) -> Result<String> {
    let shown = file.display();
    String::from_utf8(bytes(file)?).map_err(|_| WrongQuestion(format!("`{shown}` is not UTF-8")).into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_refused() {
        let refused = bytes(Path::new("/dev/zero")).map(|bytes| bytes.len()).map_err(|error| error.to_string());
        assert_eq!(refused, Err("`/dev/zero` has more than 67108864 bytes; that many are read".to_owned()));
        assert!(text(Path::new("/dev/null")).is_ok_and(|text| text.is_empty()));
    }
}
