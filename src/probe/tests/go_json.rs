//! The events of `go test -json`, one JSON object a line (`go doc test2json`). Lines that are none are build output.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::case::{Case, Parsed, Status, first_line, full_name, seconds};
use super::place;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    package: String,
    #[serde(default)]
    test: String,
    #[serde(default)]
    elapsed: Option<serde_json::Number>,
    #[serde(default)]
    output: String,
}

/// Whether a text is such a stream.
pub(super) fn is_it(text: &str) -> bool {
    text.lines().take(1_000).any(|line| line.starts_with('{') && line.contains("\"Action\":"))
}

/// Reads a stream; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut stream = Stream::default();
    for (at, line) in text.lines().enumerate() {
        if !line.starts_with('{') {
            stream.not_built(line)?;
            continue;
        }
        match serde_json::from_str::<Event>(line) {
            Ok(event) => stream.take(event)?,
            Err(_) if !line.contains("\"Action\":") => {}
            Err(fault) => return Err(format!("is broken in line {}: {fault}", at + 1)),
        }
    }
    stream.finish()
}

#[derive(Default)]
struct Stream {
    parsed: Parsed,
    /// Started and not ended tests with the first line they printed, by package and name.
    open: BTreeMap<(String, String), String>,
    /// Packages that started, with whether a test of them failed; ended ones leave.
    packages: BTreeMap<String, bool>,
    /// Packages that ended, and those that began again after that: a runner tries failed tests once more.
    ended: BTreeSet<String>,
    rerun: BTreeSet<String>,
}

impl Stream {
    fn take(&mut self, event: Event) -> Result<(), String> {
        if let Some(time) = &event.time {
            self.parsed.written_at(time);
        }
        if event.package.is_empty() {
            return Ok(());
        }
        match (event.action.as_str(), event.test.is_empty()) {
            ("start" | "run", true) => {
                if self.ended.contains(&event.package) {
                    self.rerun.insert(event.package.clone());
                }
                self.packages.entry(event.package).or_default();
            }
            ("run", false) => {
                if self.ended.contains(&event.package) {
                    self.rerun.insert(event.package.clone());
                }
                self.packages.entry(event.package.clone()).or_default();
                self.open.insert((event.package, event.test), String::new());
            }
            ("output", false) => self.said(event),
            ("pass" | "fail" | "skip", false) => return self.ended(event),
            ("pass" | "fail" | "skip", true) => return self.package_ended(event),
            _ => {}
        }
        Ok(())
    }

    /// `FAIL  example.org/shop [build failed]`: before Go 1.20 all that is said of a package that does not build.
    fn not_built(&mut self, line: &str) -> Result<(), String> {
        let told = line.strip_prefix("FAIL\t").and_then(|rest| rest.split_once(' '));
        let Some((package, why @ ("[build failed]" | "[setup failed]"))) = told else { return Ok(()) };
        if self.packages.contains_key(package) || !self.ended.insert(package.to_owned()) {
            return Ok(());
        }
        let (name, class, message) =
            (full_name("", package), package.to_owned(), first_line(why.trim_matches(['[', ']'])));
        self.parsed.push(Case { name, class, status: Status::Failed, message, ..Case::default() })
    }

    fn said(&mut self, event: Event) {
        let line = event.output.trim();
        let heading = ["===", "---"].iter().any(|mark| line.starts_with(mark));
        if let Some(message) = self.open.get_mut(&(event.package, event.test))
            && message.is_empty()
            && !heading
        {
            *message = first_line(line);
        }
    }

    fn ended(&mut self, event: Event) -> Result<(), String> {
        let name = full_name(&event.package, &event.test);
        let failed = event.action == "fail";
        *self.packages.entry(event.package.clone()).or_default() |= failed;
        let class = event.package.clone();
        let message = self.open.remove(&(event.package, event.test)).unwrap_or_default();
        let status = match event.action.as_str() {
            "fail" => Status::Failed,
            "skip" => Status::Skipped,
            _ => Status::Passed,
        };
        let seconds = event.elapsed.and_then(|elapsed| seconds(&elapsed.to_string()));
        if self.rerun.contains(&class) && self.settles(&name, status) {
            return Ok(());
        }
        let mut case = Case { name, class, status, message, seconds, ..Case::default() };
        if let Some((file, line)) = place::find(&case.message, &case).filter(|_| failed) {
            (case.file, case.line) = (Some(file), line);
        }
        self.parsed.push(case)
    }

    /// A test that failed in an earlier run of its package and passes now is flaky; one that fails again stays failed.
    fn settles(&mut self, name: &str, status: Status) -> bool {
        let failed = |case: &&mut Case| case.name == name && case.status == Status::Failed;
        let Some(known) = self.parsed.cases.iter_mut().find(failed) else { return false };
        if status == Status::Passed {
            (known.status, known.flaky) = (Status::Passed, true);
        }
        true
    }

    /// A package fails of itself when it does not build, panics or exits; its open tests have then failed.
    fn package_ended(&mut self, event: Event) -> Result<(), String> {
        let explained = self.packages.remove(&event.package).unwrap_or_default();
        self.ended.insert(event.package.clone());
        let open: Vec<_> = self.open.keys().filter(|(package, _)| *package == event.package).cloned().collect();
        if event.action == "fail" && !explained && open.is_empty() {
            let message = "failed without a failing test: it does not build, or ended early".to_owned();
            let (name, class) = (full_name("", &event.package), event.package.clone());
            self.parsed.push(Case { name, class, status: Status::Failed, message, ..Case::default() })?;
        }
        for key in open {
            let message = self.open.remove(&key).unwrap_or_default();
            let (name, class) = (full_name(&key.0, &key.1), key.0);
            self.parsed.push(Case { name, class, status: Status::Failed, message, ..Case::default() })?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Parsed, String> {
        match self.packages.keys().next() {
            Some(package) => Err(format!("ends before package `{}` is done", first_line(package))),
            None => Ok(self.parsed),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const GO: &str = r#"# example.org/shop/broken
{"Time":"2026-05-01T10:00:00Z","Action":"start","Package":"a"}
{"Time":"2026-05-01T10:00:00Z","Action":"run","Package":"a","Test":"TestAdd"}
{"Action":"pass","Package":"a","Test":"TestAdd","Elapsed":0.25}
{"Action":"run","Package":"a","Test":"TestRemove"}
{"Action":"output","Package":"a","Test":"TestRemove","Output":"=== RUN   TestRemove\n"}
{"Action":"output","Package":"a","Test":"TestRemove","Output":"    cart_test.go:12: got 2, want 1\n"}
{"Action":"fail","Package":"a","Test":"TestRemove","Elapsed":0}
{"Action":"skip","Package":"a","Test":"TestLater","Elapsed":0}
{"Action":"fail","Package":"a","Elapsed":0.3}
{"Action":"start","Package":"broken"}
{"Action":"fail","Package":"broken","Elapsed":0}
"#;

    #[test]
    fn tests_are_counted_and_a_package_that_does_not_build_has_failed() {
        let parsed = parse(GO).unwrap();
        let failed: Vec<_> = parsed.cases.iter().filter(|case| case.status == Status::Failed).collect();
        assert_eq!(
            (parsed.cases.len(), failed[0].name.as_str(), failed[1].name.as_str()),
            (4, "a.TestRemove", "broken")
        );
        assert_eq!(failed[0].message, "cart_test.go:12: got 2, want 1");
        assert!(parsed.written.is_some_and(|written| written.zoned));
    }

    #[test]
    fn a_test_that_passes_when_its_package_is_run_again_is_flaky() {
        let again = r#"{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestRemove"}
{"Action":"pass","Package":"a","Test":"TestRemove","Elapsed":0}
{"Action":"pass","Package":"a","Elapsed":0.3}
"#;
        let parsed = parse(&format!("{GO}{again}")).unwrap();
        let flaky: Vec<_> = parsed.cases.iter().filter(|case| case.flaky).map(|case| case.name.as_str()).collect();
        assert_eq!((parsed.cases.len(), flaky), (4, vec!["a.TestRemove"]));
        let twice = GO.replace(
            "{\"Action\":\"skip\"",
            "{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"TestRemove\"}\n{\"Action\":\"skip\"",
        );
        let parsed = parse(&twice).unwrap();
        assert!(parsed.cases.iter().all(|case| !case.flaky), "`-count=2` in one run is two results");
    }

    #[test]
    fn a_test_that_never_ended_has_failed_and_a_package_that_never_ended_is_unknown() {
        let panicked =
            "{\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"T\"}\n{\"Action\":\"fail\",\"Package\":\"a\"}\n";
        assert_eq!(parse(panicked).unwrap().cases[0].status, Status::Failed);
        let cut = panicked.lines().next().unwrap();
        assert_eq!(parse(cut).unwrap_err(), "ends before package `a` is done");
        assert!(parse("{\"Action\":\"run\",\"Pack").unwrap_err().starts_with("is broken in line 1"));
    }
}
