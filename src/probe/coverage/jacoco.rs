//! JaCoCo XML (report.dtd 1.1): `<line nr mi ci mb cb>` of source files; a line is covered when one of its instructions
//! is, as JaCoCo counts. `<counter>`s of a source file only where it has no lines.

use super::measured::{Measured, Share, SourceFile};
use crate::probe::report_file::Written;
use crate::probe::xml_walk::{Element, Step, walk};

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let mut report = Jacoco::default();
    walk(text, |step| match step {
        Step::Open(element) => report.open(&element),
        Step::Close => report.close(),
        Step::Text(_) => Ok(()),
    })?;
    Ok(report.measured)
}

#[derive(Default)]
struct Jacoco {
    measured: Measured,
    open: Vec<String>,
    package: String,
    source: Option<(String, SourceFile)>,
}

impl Jacoco {
    fn open(&mut self, element: &Element) -> Result<(), String> {
        let within_source = self.open.last().is_some_and(|name| name == "sourcefile");
        match element.name.as_str() {
            "sessioninfo" => {
                // The oldest session says how old the numbers are.
                let dump = element.count("dump")? / 1000;
                let second = i64::try_from(dump).map_err(|_| "was dumped beyond any time")?;
                let older = self.measured.written.is_none_or(|known| second < known.second);
                if older {
                    self.measured.written = Some(Written { second, zoned: true });
                }
            }
            "package" => self.package = element.get("name").unwrap_or_default().to_owned(),
            "sourcefile" => {
                let name = element.get("name").ok_or("has a <sourcefile> without `name`")?;
                let path = if self.package.is_empty() { name.to_owned() } else { format!("{}/{name}", self.package) };
                self.source = Some((path, SourceFile::default()));
            }
            "line" | "counter" if within_source => {
                if let Some((_, file)) = &mut self.source {
                    take(element, file)?;
                }
            }
            _ => {}
        }
        self.open.push(element.name.clone());
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        if self.open.pop().as_deref() == Some("sourcefile")
            && let Some((path, mut file)) = self.source.take()
        {
            if !file.lines.is_empty() {
                (file.told_lines, file.told_branches) = (None, None);
            }
            self.measured.file(&path, file)?;
        }
        Ok(())
    }
}

fn take(element: &Element, file: &mut SourceFile) -> Result<(), String> {
    if element.name == "line" {
        let line = u32::try_from(element.count("nr")?).map_err(|_| "has a line number beyond any file")?;
        // All of them may be left out; gcovr gives lines no instructions, and counts them in the sums alone.
        let given = |name| if element.get(name).is_some() { element.count(name) } else { Ok(0) };
        let (covered, missed) = (given("cb")?, given("mb")?);
        if given("ci")?.saturating_add(given("mi")?) > 0 {
            file.line(line, given("ci")? > 0);
        }
        if covered.saturating_add(missed) > 0 {
            file.branch(line, Share { covered, total: covered.saturating_add(missed) });
        }
        return Ok(());
    }
    let (covered, missed) = (element.count("covered")?, element.count("missed")?);
    let share = Share { covered, total: covered.saturating_add(missed) };
    match element.get("type") {
        Some("LINE") => file.told_lines = Some(share),
        Some("BRANCH") => file.told_branches = Some(share),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn sums_stand_where_lines_tell_no_instructions() {
        let gcovr = r#"<report name="GCOVR report"><package name=""><sourcefile name="cart.c"><line nr="2"/><line nr="3" mb="1" cb="1"/>
            <counter type="LINE" missed="3" covered="7"/><counter type="BRANCH" missed="2" covered="6"/></sourcefile></package></report>"#;
        let file = parse(gcovr).unwrap().files["cart.c"].clone();
        assert_eq!(file.share(), Share { covered: 7, total: 10 });
        assert_eq!(file.branch_share(), Share { covered: 6, total: 8 });
    }

    #[test]
    fn counters_count_only_where_there_are_no_lines() {
        let text = "<report><group><package name='p'><sourcefile name='A.java'><counter type='LINE' missed='1' covered='3'/></sourcefile><sourcefile name='B.java'><line nr='1' mi='1' ci='2' mb='1' cb='1'/><counter type='LINE' missed='5' covered='0'/></sourcefile></package></group></report>";
        let measured = parse(text).unwrap();
        assert_eq!(measured.files["p/A.java"].share(), Share { covered: 3, total: 4 });
        assert_eq!(measured.files["p/B.java"].share(), Share { covered: 1, total: 1 });
        assert_eq!(measured.files["p/B.java"].branch_share(), Share { covered: 1, total: 2 });
    }
}
