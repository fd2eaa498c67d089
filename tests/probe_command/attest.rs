//! Statements of named persons: what counts, what is only a claim, what is a mistake.

use std::sync::Arc;

use shipworthy::model::report::EvidenceKind;
use shipworthy::model::{Observation, Place, Problems, Unknown, Value};
use shipworthy::probe::Probe;
use shipworthy::probe::attest::{Statement, probe};
use shipworthy::yaml::{Source, Span, Spanned};

use crate::probing::{Bench, value};

fn spanned(text: &str) -> Spanned<String> {
    let source = Arc::new(Source::new("shipworthy.yaml", text));
    Spanned { value: text.to_owned(), span: Span { source, line: 1, column: 1, length: 1 } }
}

fn attest(date: &str, expires: &str, evidence: Option<&str>) -> Result<Box<dyn Probe>, String> {
    let statement = Statement {
        statement: "Penetration test passed".into(),
        by: "J. Doe".into(),
        date: spanned(date),
        expires: spanned(expires),
        evidence: evidence.map(spanned),
    };
    let mut problems = Problems::new();
    probe(statement, "2026-11-20".parse().unwrap(), &mut problems).ok_or_else(|| {
        let problem = &problems.sorted()[0];
        format!("{}: {}", problem.message, problem.help.as_ref().unwrap())
    })
}

fn observed(bench: &Bench, date: &str, expires: &str, evidence: Option<&str>) -> Result<Observation, Unknown> {
    bench.observe_probe(&*attest(date, expires, evidence).unwrap())
}

#[test]
fn a_statement_with_evidence_counts_until_its_last_day() {
    let bench = Bench::new().file("docs/pentest.pdf", "%PDF");
    let seen = observed(&bench, "2025-11-20", "2026-11-20", Some("docs/pentest.pdf")).unwrap();
    assert_eq!(value(&seen, "valid"), Value::Bool(true));
    assert_eq!(value(&seen, "expires"), Value::Date("2026-11-20T00:00:00Z".parse().unwrap()));
    let evidence = &seen.evidence[0];
    assert_eq!(
        (evidence.kind, evidence.place.clone()),
        (EvidenceKind::Attestation, Some(Place::file("docs/pentest.pdf")))
    );
    assert_eq!(evidence.note.as_deref(), Some("“Penetration test passed”, J. Doe on 2025-11-20, until 2026-11-20"));
    let unknown = observed(&bench, "2025-11-19", "2026-11-19", Some("docs/pentest.pdf")).unwrap_err();
    assert_eq!(unknown.0, "attestation expired on 2026-11-19");
}

#[test]
fn without_evidence_it_is_only_a_claim() {
    let bench = Bench::new().file("empty.md", "").file("outside/x", "");
    let reason = |evidence| observed(&bench, "2026-10-01", "2027-01-01", evidence).unwrap_err().0;
    assert_eq!(reason(None), "attested by J. Doe without evidence: a claim");
    assert_eq!(reason(Some("docs/gone.pdf")), "evidence `docs/gone.pdf` does not exist");
    assert_eq!(reason(Some("empty.md")), "evidence `empty.md` is empty");
    std::os::unix::fs::symlink("/etc/passwd", bench.root().join("link")).unwrap();
    assert_eq!(reason(Some("link")), "evidence `link` leads out of the repository");
}

#[test]
fn evidence_may_be_a_url_which_is_not_opened() {
    let url = "https://example.org/report.pdf";
    let seen = observed(&Bench::new(), "2026-10-01", "2027-01-01", Some(url)).unwrap();
    assert_eq!((seen.evidence[0].url.as_deref(), seen.requests), (Some(url), 0));
}

#[test]
fn wrong_dates_and_paths_are_problems_with_help() {
    for (date, expires, evidence, says) in [
        ("2026-11-21", "2027-01-01", None, "`date: 2026-11-21` is in the future: "),
        ("2026-10-01", "2026-09-30", None, "`expires: 2026-09-30` is before `date: 2026-10-01`: "),
        (
            "2026-10-01",
            "2027-11-06",
            None,
            "`expires: 2027-11-06` is 401 days after `date`, more than 400: write `expires: 2027-11-05` or earlier",
        ),
        ("01.10.2026", "2027-01-01", None, "`01.10.2026` is not a date"),
        ("2026-02-30", "2027-01-01", None, "`2026-02-30` is not a day of the calendar: "),
        ("2026-10-01", "2027-01-01", Some("../secret.pdf"), "`../secret.pdf` leads out of the repository: "),
        ("2026-10-01", "2027-01-01", Some("/etc/passwd"), "`/etc/passwd` leads out of the repository: "),
    ] {
        let problem = attest(date, expires, evidence).err().unwrap();
        assert!(problem.starts_with(says), "{problem}");
    }
    assert!(attest("2026-10-01", "2027-11-05", None).is_ok());
}
