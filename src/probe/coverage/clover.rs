//! Clover XML as OpenClover, PHPUnit and Istanbul write it: `<line type="stmt|cond">` of files. Methods are no lines; where
//! PHPUnit shows a method of one line in place of its statement, the statements that it sums up count. Branches come from the `<metrics>` of a file, since writers do not agree on what `truecount` means.

use super::measured::{Measured, Share, SourceFile};
use crate::probe::xml_walk::{Element, Step, walk};

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let mut measured = Measured::default();
    let mut open: Vec<String> = Vec::new();
    let mut file: Option<(String, SourceFile)> = None;
    let mut of_phpunit = false;
    walk(text, |step| {
        match step {
            Step::Open(element) => {
                let within_file = open.last().is_some_and(|name| name == "file");
                match (element.name.as_str(), &mut file) {
                    ("coverage", _) => measured.written = element.get("generated").and_then(super::epoch),
                    ("file", _) => {
                        let path = element.get("path").or_else(|| element.get("name"));
                        let path = path.ok_or("has a <file> without `path` and `name`")?;
                        file = Some((path.to_owned(), SourceFile::default()));
                    }
                    ("line", Some((_, file))) => {
                        of_phpunit |= element.get("crap").is_some();
                        read_line(&element, file)?;
                    }
                    ("metrics", Some((_, file))) if within_file => {
                        file.told_branches = share(&element, "coveredconditionals", "conditionals")?;
                        let told = share(&element, "coveredstatements", "statements")?;
                        file.told_lines = told.filter(|told| of_phpunit && told.total > file.lines.len() as u64);
                    }
                    _ => {}
                }
                open.push(element.name);
            }
            Step::Close => {
                if open.pop().as_deref() == Some("file")
                    && let Some((path, file)) = file.take()
                {
                    measured.file(&path, file)?;
                }
            }
            Step::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(measured)
}

fn read_line(element: &Element, file: &mut SourceFile) -> Result<(), String> {
    if element.get("type") == Some("method") {
        return Ok(());
    }
    let line = u32::try_from(element.count("num")?).map_err(|_| "has a line number beyond any file")?;
    let count = |name| if element.get(name).is_some() { element.count(name) } else { Ok(0) };
    // OpenClover gives conditions no `count` of their own.
    let hits = [count("count")?, count("truecount")?, count("falsecount")?];
    let covered = if element.get("count").is_some() { hits[0] > 0 } else { hits[1] > 0 || hits[2] > 0 };
    file.line(line, covered);
    Ok(())
}

fn share(metrics: &Element, covered: &str, all: &str) -> Result<Option<Share>, String> {
    if metrics.get(all).is_none() {
        return Ok(None);
    }
    Share::new(metrics.count(covered)?, metrics.count(all)?).map(Some)
}
