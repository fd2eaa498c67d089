//! JMeter's results (JTL) as CSV with a header and as XML: every sample with its time in milliseconds and its success.
//! Percentiles are computed from the samples, by nearest rank.

use std::collections::BTreeMap;

use super::{Load, of_samples, share};
use crate::model::Exact;
use crate::probe::ingest::content::Content;
use crate::probe::ingest::report::Report;
use crate::probe::report_file::Written;
use crate::probe::xml_walk::{Step, walk};

/// Samples a report may have.
const MOST_SAMPLES: usize = 5_000_000;

pub(in crate::probe::ingest) fn is_it(content: &Content) -> bool {
    let start: String = content.text.trim_start().chars().take(2_000).collect();
    let first = start.lines().next().unwrap_or_default();
    (first.contains("timeStamp") && first.contains("elapsed") && first.contains("success"))
        || (start.starts_with('<') && start.contains("<testResults"))
}

pub(in crate::probe::ingest) fn parse(content: &Content) -> Result<Report, String> {
    let mut samples = Samples::default();
    if content.text.trim_start().starts_with('<') {
        samples.read_xml(&content.text)?;
    } else {
        samples.read_csv(&content.text)?;
    }
    samples.report()
}

#[derive(Default)]
struct Samples {
    times: Vec<u64>,
    failed: u64,
    /// Milliseconds since 1970: when the first began and the last ended.
    span: Option<(u64, u64)>,
    users: Option<u64>,
}

impl Samples {
    fn read_csv(&mut self, text: &str) -> Result<(), String> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let wrong = |fault: csv::Error| format!("is broken CSV: {fault}");
        let header = reader.headers().map_err(wrong)?.clone();
        for row in reader.records() {
            let row = row.map_err(wrong)?;
            let columns: BTreeMap<&str, &str> = header.iter().zip(row.iter()).collect();
            let of = |name: &str| columns.get(name).copied();
            self.add(of("timeStamp"), of("elapsed"), of("success"), of("allThreads"))?;
        }
        Ok(())
    }

    /// Samples within samples are parts of them.
    fn read_xml(&mut self, text: &str) -> Result<(), String> {
        let mut depth = 0_usize;
        walk(text, |step| {
            match step {
                Step::Open(element) => {
                    depth += 1;
                    if depth == 2 && matches!(element.name.as_str(), "httpSample" | "sample") {
                        self.add(element.get("ts"), element.get("t"), element.get("s"), element.get("na"))?;
                    }
                }
                Step::Close => depth -= 1,
                Step::Text(_) => {}
            }
            Ok(())
        })
    }

    fn add(
        &mut self,
        start: Option<&str>,
        elapsed: Option<&str>,
        success: Option<&str>,
        users: Option<&str>,
    ) -> Result<(), String> {
        if self.times.len() >= MOST_SAMPLES {
            return Err(format!("has more than {MOST_SAMPLES} samples"));
        }
        let count = |text: Option<&str>| text.and_then(|text| text.trim().parse::<u64>().ok());
        let elapsed = count(elapsed).ok_or("has a sample without its time")?;
        self.failed += match success.map(str::trim) {
            Some("true") => 0,
            Some("false") => 1,
            _ => return Err("has a sample that does not say whether it succeeded".to_owned()),
        };
        if let Some(start) = count(start) {
            let end = start.saturating_add(elapsed);
            self.span = Some(self.span.map_or((start, end), |(first, last)| (first.min(start), last.max(end))));
        }
        self.users = self.users.max(count(users));
        self.times.push(elapsed);
        Ok(())
    }

    fn report(self) -> Result<Report, String> {
        let requests = self.times.len() as u64;
        let mut load =
            Load { requests, error_rate: share(self.failed, requests), users: self.users, ..Load::default() };
        of_samples(&mut load, self.times);
        load.duration = self.span.and_then(|(first, last)| Exact::ratio(last - first, 1_000));
        load.throughput = load.duration.as_ref().and_then(|duration| Exact::whole(requests).checked_div(duration));
        let mut report = load.report("jmeter")?;
        let ended = self.span.and_then(|(_, last)| i64::try_from(last / 1_000).ok());
        report.written = ended.map(|second| Written { second, zoned: true });
        Ok(report)
    }
}
