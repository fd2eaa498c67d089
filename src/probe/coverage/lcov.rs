//! LCOV tracefiles (`man geninfo`, FILES): `SF`, `DA`, `BRDA` up to `end_of_record`; `LF`/`LH` and `BRF`/`BRH` only where
//! a record has no lines. Records of other kinds, also those of LCOV 2, are passed over.

use std::collections::BTreeMap;

use super::measured::{Measured, Share, SourceFile};

/// Whether a text is a tracefile.
pub(super) fn is_it(text: &str) -> bool {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')).take(3);
    lines.into_iter().any(|line| line.starts_with("SF:"))
}

/// Reads a tracefile; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Measured, String> {
    let mut measured = Measured::default();
    let mut open: Option<Record> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let at = |wrong: String| format!("has a wrong line {}: {wrong}", number + 1);
        if line == "end_of_record" {
            let record = open.take().ok_or_else(|| at("a record ends that did not begin".to_owned()))?;
            let (path, file) = record.finish().map_err(at)?;
            measured.file(&path, file)?;
        } else if let Some((kind, value)) = line.split_once(':') {
            match (&mut open, kind) {
                (None, "SF") => open = Some(Record { path: value.to_owned(), ..Record::default() }),
                (Some(_), "SF") => return Err(at("a record begins within another".to_owned())),
                (Some(record), kind) => record.take(kind, value).map_err(at)?,
                (None, _) => {}
            }
        }
    }
    if open.is_some() {
        return Err("ends within a record: it may have been cut off".to_owned());
    }
    Ok(measured)
}

#[derive(Default)]
struct Record {
    path: String,
    file: SourceFile,
    /// Branches by line, block and name; a name is a number, or text since LCOV 2.
    branches: BTreeMap<(u32, String), bool>,
    told: BTreeMap<&'static str, u64>,
}

impl Record {
    fn take(&mut self, kind: &str, value: &str) -> Result<(), String> {
        match kind {
            "DA" => {
                let mut parts = value.split(',');
                let line = line_number(parts.next().unwrap_or_default())?;
                let hits = count(parts.next().unwrap_or_default())?;
                self.file.line(line, hits > 0);
            }
            "BRDA" => {
                let (line, rest) = value.split_once(',').ok_or("a branch without its count")?;
                let (name, taken) = rest.rsplit_once(',').ok_or("a branch without its count")?;
                let taken = if taken == "-" { 0 } else { count(taken)? };
                *self.branches.entry((line_number(line)?, name.to_owned())).or_default() |= taken > 0;
            }
            "LF" => drop(self.told.insert("LF", count(value)?)),
            "LH" => drop(self.told.insert("LH", count(value)?)),
            "BRF" => drop(self.told.insert("BRF", count(value)?)),
            "BRH" => drop(self.told.insert("BRH", count(value)?)),
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(String, SourceFile), String> {
        let told = |covered: &str, total: &str| {
            let total = self.told.get(total).copied().filter(|total| *total > 0);
            total.map(|total| Share::new(self.told.get(covered).copied().unwrap_or(0), total)).transpose()
        };
        if self.file.lines.is_empty() {
            self.file.told_lines = told("LH", "LF")?;
        }
        if self.branches.is_empty() {
            self.file.told_branches = told("BRH", "BRF")?;
        }
        let mut by_line: BTreeMap<u32, Share> = BTreeMap::new();
        for ((line, _), taken) in &self.branches {
            by_line.entry(*line).or_default().add(Share { covered: u64::from(*taken), total: 1 });
        }
        by_line.into_iter().for_each(|(line, share)| self.file.branch(line, share));
        Ok((self.path, self.file))
    }
}

fn line_number(text: &str) -> Result<u32, String> {
    text.trim().parse().map_err(|_| format!("`{}` is no line number", shown(text)))
}

/// A count; one too large for 64 bits is very many.
fn count(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = !text.is_empty() && text.len() <= 400 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(format!("`{}` is no count", shown(text)));
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn records_of_one_file_are_joined_and_unknown_ones_passed_over() {
        let text = "TN:\nSF:a.c\nFNL:0,1,2\nFNA:0,3,f\nDA:1,18446744073709551617\nDA:2,0,md5\nBRDA:1,0,0,-\nBRDA:1,0,1,2\nLF:9\nend_of_record\nSF:a.c\nDA:2,1\nend_of_record\n";
        let measured = parse(text).unwrap();
        let file = &measured.files["a.c"];
        assert_eq!(file.share(), Share { covered: 2, total: 2 });
        assert_eq!(file.branch_share(), Share { covered: 1, total: 2 });
    }

    #[test]
    fn sums_count_only_where_there_are_no_lines() {
        let measured = parse("SF:a\nLF:4\nLH:3\nend_of_record\n").unwrap();
        assert_eq!(measured.files["a"].share(), Share { covered: 3, total: 4 });
        assert!(parse("SF:a\nLF:4\nLH:5\nend_of_record\n").is_err());
    }

    #[test]
    fn what_is_cut_off_or_negative_is_refused() {
        assert_eq!(parse("SF:a\nDA:1,1\n").unwrap_err(), "ends within a record: it may have been cut off");
        assert_eq!(parse("SF:a\nDA:1,-3\nend_of_record").unwrap_err(), "has a wrong line 2: `-3` is no count");
        assert_eq!(parse("SF:a\nDA:x,3\nend_of_record").unwrap_err(), "has a wrong line 2: `x` is no line number");
        assert!(parse("SF:a\nSF:b\n").is_err() && parse("end_of_record\n").is_err());
    }
}
