//! Go cover profiles (`go test -coverprofile`, golang.org/x/tools/cover): `file:line.col,line.col statements count` below
//! `mode:`. Go counts statements, and so do we.

use super::measured::{Measured, SourceFile};

/// Whether a text is a profile.
pub(super) fn is_it(text: &str) -> bool {
    text.trim_start().starts_with("mode: ")
}

/// Reads a profile; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let mut measured = Measured::default();
    let mut open: Option<(String, SourceFile)> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("mode: ") {
            continue;
        }
        let block = block(line).ok_or_else(|| format!("has a wrong line {}: no block of statements", number + 1))?;
        if open.as_ref().is_some_and(|(path, _)| path != block.path)
            && let Some((path, file)) = open.take()
        {
            measured.file(&path, file)?;
        }
        let (_, file) = open.get_or_insert_with(|| (block.path.to_owned(), SourceFile::default()));
        let (first, _, last, _) = block.place;
        file.block(block.place, block.statements, block.count > 0);
        if block.statements > 0 {
            file.span(first, last, block.count > 0)?;
        }
    }
    if let Some((path, file)) = open {
        measured.file(&path, file)?;
    }
    Ok(measured)
}

struct Block<'a> {
    path: &'a str,
    place: (u32, u32, u32, u32),
    statements: u64,
    count: u64,
}

fn block(line: &str) -> Option<Block<'_>> {
    let (path, rest) = line.rsplit_once(':')?;
    let mut parts = rest.split(' ');
    let (start, end) = parts.next()?.split_once(',')?;
    let point = |text: &str| {
        let (line, column) = text.split_once('.')?;
        Some((line.parse::<u32>().ok()?, column.parse::<u32>().ok()?))
    };
    let (start, end) = (point(start)?, point(end)?);
    let (statements, count) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let place = (start.0, start.1, end.0, end.1);
    parts.next().is_none().then_some(Block { path, place, statements, count })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::measured::Share;
    use super::*;

    #[test]
    fn statements_are_weighed_and_merged_profiles_counted_once() {
        let text = "mode: count\nm/a.go:1.2,3.4 2 0\nm/b.go:1.1,1.9 1 5\nmode: count\nm/a.go:1.2,3.4 2 7\nm/a.go:5.1,6.1 3 0\n";
        let measured = parse(text).unwrap();
        assert_eq!(measured.files["m/a.go"].share(), Share { covered: 2, total: 5 });
        assert_eq!(measured.files["m/a.go"].lines.len(), 5);
        assert!(parse("mode: set\nm/a.go:1.2,3.4 -2 0\n").is_err());
    }
}
