//! Numbers that the documents state, beside what is measured in the state they describe.

use crate::audit::{State, audit};

/// System, line of its document, check, fact, and the number as stated there.
const STATED: &[(&str, u32, &str, &str, f64)] = &[
    ("abc", 46, "drawdown-limit", "value", 0.05),
    ("abc", 46, "position-limit", "value", 0.30),
    ("castiel", 31, "all-containers", "count", 55.0),
    ("castiel", 32, "new-containers", "count", 17.0),
    ("castiel", 34, "cais-integration", "count", 41.0),
    ("castiel", 59, "infrastructure-code-share", "files", 55.0),
    ("castiel", 70, "unit-test-files", "count", 17.0),
    ("castiel", 71, "integration-test-files", "count", 7.0),
    ("castiel", 123, "ml-services", "count", 6.0),
    ("castiel", 133, "ml-containers", "count", 3.0),
    ("castiel", 134, "ml-endpoints", "operations", 8.0),
    ("clo", 18, "components", "count", 14.0),
    ("clo", 26, "backend-suite", "failed", 31.0),
];

/// System, line, check, which of its expectations, and the figure as the report shows it beside that.
const TOLD: &[(&str, u32, &str, usize, &str)] = &[
    ("catalynx", 12, "performance-rating", 0, "75 %"),
    ("catalynx", 42, "profile-loading", 0, "6.6 ms"),
    ("catalynx", 43, "cache-hit-rate", 0, "0 %"),
    ("catalynx", 44, "entity-processing", 0, "0 %"),
    ("clo", 16, "conversion", 1, "97 %"),
    ("clo", 17, "migrated-records", 0, "259767"),
];

/// System, line, check, and how much of it the document says is done, in millionths.
const DONE: &[(&str, u32, &str, u64)] = &[
    ("castiel", 57, "vendor-share", 700_000),
    ("castiel", 58, "ui-share", 750_000),
    ("castiel", 110, "unit-tests-share", 650_000),
    ("castiel", 111, "integration-tests-share", 500_000),
    ("castiel", 112, "e2e-tests-share", 400_000),
    ("castiel", 178, "ml-resources", 0),
    ("catalynx", 11, "phase-6-tests", 700_000),
];

/// System, line, check, fact, and the least that the document states.
const AT_LEAST: &[(&str, u32, &str, &str, f64)] =
    &[("castiel", 32, "lines-of-code", "lines", 8_700.0), ("clo", 20, "financial-tests", "passed", 350.0)];

#[test]
fn what_is_measured_is_the_number_that_the_document_states() {
    for (system, line, check, fact, stated) in STATED {
        let measured = audit(system, State::Flawed).number(check, fact);
        assert!((measured - stated).abs() < 1e-9, "{system}:{line}: `{check}` measures {measured}, stated is {stated}");
    }
    for (system, line, check, expectation, stated) in TOLD {
        let audited = audit(system, State::Flawed);
        assert_eq!(audited.check(check)["expectations"][*expectation]["actual"], *stated, "{system}:{line}: `{check}`");
    }
    for (system, line, check, stated) in DONE {
        let audited = audit(system, State::Flawed);
        assert_eq!(audited.check(check)["credit_ppm"], *stated, "{system}:{line}: `{check}`");
    }
    for (system, line, check, fact, stated) in AT_LEAST {
        let measured = audit(system, State::Flawed).number(check, fact);
        assert!(measured >= *stated, "{system}:{line}: `{check}` measures {measured}, stated are {stated} and more");
    }
}
