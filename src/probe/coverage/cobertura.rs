//! Cobertura XML (coverage-04.dtd): lines of classes by file name. The rates it states are not believed, and lines of
//! methods, which writers list again, count only where a class has no lines of its own. Branches of the whole are those
//! of its root, where it has them: Istanbul lists none of a line without a statement, such as a default argument.

use super::measured::{Measured, Share, SourceFile};
use crate::probe::xml_walk::{Element, Step, walk};

/// Reads a report; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let mut report = Cobertura::default();
    walk(text, |step| match step {
        Step::Open(element) => report.open(&element),
        Step::Close => report.close(),
        Step::Text(text) => {
            if report.open.last().is_some_and(|name| name == "source") {
                report.source.push_str(&text);
            }
            Ok(())
        }
    })?;
    Ok(report.measured)
}

#[derive(Default)]
struct Cobertura {
    measured: Measured,
    open: Vec<String>,
    source: String,
    class: Option<Class>,
    in_method: bool,
}

struct Class {
    path: String,
    lines: SourceFile,
    of_methods: SourceFile,
}

impl Cobertura {
    fn open(&mut self, element: &Element) -> Result<(), String> {
        match element.name.as_str() {
            "coverage" => {
                self.measured.written = element.get("timestamp").and_then(super::epoch);
                if element.get("branches-valid").is_some() && element.get("branches-covered").is_some() {
                    let told = Share::new(element.count("branches-covered")?, element.count("branches-valid")?)?;
                    self.measured.told_branches = Some(told);
                }
            }
            "class" => {
                let name = element.get("filename").ok_or("has a <class> without `filename`")?;
                let (lines, of_methods) = (SourceFile::default(), SourceFile::default());
                self.class = Some(Class { path: name.to_owned(), lines, of_methods });
            }
            "method" => self.in_method = true,
            "line" => {
                if let Some(class) = &mut self.class {
                    read_line(element, if self.in_method { &mut class.of_methods } else { &mut class.lines })?;
                }
            }
            _ => {}
        }
        self.open.push(element.name.clone());
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        match self.open.pop().as_deref() {
            Some("source") => self.measured.roots.push(std::mem::take(&mut self.source).trim().to_owned()),
            Some("method") => self.in_method = false,
            Some("class") => {
                if let Some(Class { path, lines, of_methods }) = self.class.take() {
                    self.measured.file(&path, if lines.lines.is_empty() { of_methods } else { lines })?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn read_line(element: &Element, file: &mut SourceFile) -> Result<(), String> {
    let line = u32::try_from(element.count("number")?).map_err(|_| "has a line number beyond any file")?;
    file.line(line, element.count("hits")? > 0);
    if let Some(share) = element.get("condition-coverage").and_then(conditions) {
        file.branch(line, share?);
    }
    Ok(())
}

/// `50% (1/2)`
fn conditions(text: &str) -> Option<Result<Share, String>> {
    let (covered, total) = text.split_once('(')?.1.split_once(')')?.0.split_once('/')?;
    Some(Share::new(covered.trim().parse().ok()?, total.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lines_of_methods_do_not_count_and_those_of_inner_classes_once() {
        let text = r#"<coverage line-rate="1"><packages><package><classes>
            <class filename="A.cs"><methods><method><lines><line number="9" hits="0"/></lines></method></methods>
              <lines><line number="1" hits="0"/><line number="2" hits="3" branch="True" condition-coverage="50% (1/2)"/></lines></class>
            <class filename="A.cs"><lines><line number="2" hits="0"/></lines></class>
        </classes></package></packages></coverage>"#;
        let file = parse(text).unwrap().files["A.cs"].clone();
        assert_eq!(file.share(), Share { covered: 1, total: 2 });
        assert_eq!(file.branch_share(), Share { covered: 1, total: 2 });
    }

    #[test]
    fn branches_of_the_whole_are_those_of_the_root() {
        let root = r#"<coverage branches-valid="3" branches-covered="1"><class filename="a"><line number="1" hits="1"/></class></coverage>"#;
        assert_eq!(parse(root).unwrap().told_branches, Some(Share { covered: 1, total: 3 }));
        let absurd = root.replace("\"1\"><class", "\"4\"><class");
        assert_eq!(parse(&absurd).unwrap_err(), "says that 4 of 3 are covered");
    }

    #[test]
    fn negative_hits_are_refused() {
        let text = "<coverage><class filename='a'><line number='1' hits='-1'/></class></coverage>";
        assert_eq!(parse(text).unwrap_err(), "says `hits=\"-1\"`, which is no count");
    }
}
