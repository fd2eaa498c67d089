//! The one registry of formats. A format is told by its content, or named in the spec.

use super::content::Content;
use super::report::Report;
use super::{code, configuration, data, inventory, live, load, operations, sarif, secrets, vulnerabilities};

/// A format that can be read.
pub(super) struct Format {
    /// Its name under `format:`.
    pub(super) name: &'static str,
    /// Whether a report is of it.
    pub(super) is_it: fn(&Content) -> bool,
    /// Reads a report; the error says what is wrong with it.
    pub(super) parse: fn(&Content) -> Result<Report, String>,
}

/// In the order they are tried: the least likely to be mistaken first.
#[rustfmt::skip] // One line each, so that two additions do not collide.
pub(super) const FORMATS: &[Format] = &[
    Format { name: "sarif", is_it: sarif::is_it, parse: sarif::parse },
    Format { name: "osv-scanner", is_it: vulnerabilities::osv::is_it, parse: vulnerabilities::osv::parse },
    Format { name: "trivy", is_it: vulnerabilities::trivy::is_it, parse: vulnerabilities::trivy::parse },
    Format { name: "grype", is_it: vulnerabilities::grype::is_it, parse: vulnerabilities::grype::parse },
    Format { name: "npm-audit", is_it: vulnerabilities::npm::is_it, parse: vulnerabilities::npm::parse },
    Format { name: "pip-audit", is_it: vulnerabilities::pip::is_it, parse: vulnerabilities::pip::parse },
    Format { name: "cargo-audit", is_it: vulnerabilities::cargo_audit::is_it, parse: vulnerabilities::cargo_audit::parse },
    Format { name: "composer-audit", is_it: vulnerabilities::composer::is_it, parse: vulnerabilities::composer::parse },
    Format { name: "bundler-audit", is_it: vulnerabilities::bundler::is_it, parse: vulnerabilities::bundler::parse },
    Format { name: "govulncheck", is_it: vulnerabilities::govulncheck::is_it, parse: vulnerabilities::govulncheck::parse },
    Format { name: "cargo-deny", is_it: vulnerabilities::cargo_deny::is_it, parse: vulnerabilities::cargo_deny::parse },
    Format { name: "bandit", is_it: code::bandit::is_it, parse: code::bandit::parse },
    Format { name: "eslint", is_it: code::eslint::is_it, parse: code::eslint::parse },
    Format { name: "ruff", is_it: code::ruff::is_it, parse: code::ruff::parse },
    Format { name: "clippy", is_it: code::clippy::is_it, parse: code::clippy::parse },
    Format { name: "hadolint", is_it: code::hadolint::is_it, parse: code::hadolint::parse },
    Format { name: "zizmor", is_it: code::zizmor::is_it, parse: code::zizmor::parse },
    Format { name: "actionlint", is_it: code::actionlint::is_it, parse: code::actionlint::parse },
    Format { name: "oasdiff", is_it: code::oasdiff::is_it, parse: code::oasdiff::parse },
    Format { name: "squawk", is_it: code::squawk::is_it, parse: code::squawk::parse },
    Format { name: "gitleaks", is_it: secrets::gitleaks::is_it, parse: secrets::gitleaks::parse },
    Format { name: "trufflehog", is_it: secrets::trufflehog::is_it, parse: secrets::trufflehog::parse },
    Format { name: "detect-secrets", is_it: secrets::detect_secrets::is_it, parse: secrets::detect_secrets::parse },
    Format { name: "k6", is_it: load::k6::is_it, parse: load::k6::parse },
    Format { name: "oha", is_it: load::oha::is_it, parse: load::oha::parse },
    Format { name: "vegeta", is_it: load::vegeta::is_it, parse: load::vegeta::parse },
    Format { name: "gatling", is_it: load::gatling::is_it, parse: load::gatling::parse },
    Format { name: "locust", is_it: load::locust::is_it, parse: load::locust::parse },
    Format { name: "jmeter", is_it: load::jmeter::is_it, parse: load::jmeter::parse },
    Format { name: "wrk", is_it: load::wrk::is_it, parse: load::wrk::parse },
    Format { name: "checkov", is_it: configuration::checkov::is_it, parse: configuration::checkov::parse },
    Format { name: "kube-linter", is_it: configuration::kube_linter::is_it, parse: configuration::kube_linter::parse },
    Format { name: "kube-score", is_it: configuration::kube_score::is_it, parse: configuration::kube_score::parse },
    Format { name: "polaris", is_it: configuration::polaris::is_it, parse: configuration::polaris::parse },
    Format { name: "kubeconform", is_it: configuration::kubeconform::is_it, parse: configuration::kubeconform::parse },
    Format { name: "zap", is_it: live::zap::is_it, parse: live::zap::parse },
    Format { name: "nuclei", is_it: live::nuclei::is_it, parse: live::nuclei::parse },
    Format { name: "testssl", is_it: live::testssl::is_it, parse: live::testssl::parse },
    Format { name: "sslyze", is_it: live::sslyze::is_it, parse: live::sslyze::parse },
    Format { name: "lighthouse", is_it: live::lighthouse::is_it, parse: live::lighthouse::parse },
    Format { name: "axe", is_it: live::axe::is_it, parse: live::axe::parse },
    Format { name: "pa11y", is_it: live::pa11y::is_it, parse: live::pa11y::parse },
    Format { name: "cyclonedx", is_it: inventory::cyclonedx::is_it, parse: inventory::cyclonedx::parse },
    Format { name: "spdx", is_it: inventory::spdx::is_it, parse: inventory::spdx::parse },
    Format { name: "scorecard", is_it: operations::scorecard::is_it, parse: operations::scorecard::parse },
    Format { name: "sonarqube", is_it: operations::sonarqube::is_it, parse: operations::sonarqube::parse },
    Format { name: "promtool", is_it: operations::promtool::is_it, parse: operations::promtool::parse },
    Format { name: "pint", is_it: operations::pint::is_it, parse: operations::pint::parse },
    Format { name: "pgbackrest", is_it: operations::pgbackrest::is_it, parse: operations::pgbackrest::parse },
    Format { name: "json", is_it: data::is_it, parse: data::parse_json },
    Format { name: "csv", is_it: data::is_it, parse: data::parse_csv },
];

/// The format of this name.
pub(super) fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Formats of which any file could be: the spec must name them.
pub(super) const NAMED_ONLY: [&str; 2] = ["csv", "json"];

/// Reads a report of this format, or of the one that its content says; the error says what is wrong with it. `ran` is the
/// name of the program that was seen to write it: then it need not show that it looked.
pub(super) fn parse(
    format: Option<&'static Format>,
    text: String,
    ran: Option<&str>,
) -> Result<(&'static str, Report), String> {
    let content = Content::new(text);
    if let Some(fault) = content.fault() {
        return Err(fault.to_owned());
    }
    let format = format.or_else(|| FORMATS.iter().find(|format| (format.is_it)(&content)));
    // Most linters print an empty list when all is well.
    let bare = content.root().as_array().is_some_and(Vec::is_empty);
    let format = format.or_else(|| ran.filter(|_| bare).and_then(named));
    let Some(format) = format else {
        return Err(if bare {
            "is an empty list, which shows neither what wrote it nor that anything was looked at".to_owned()
        } else {
            "is no report of a known format; name it with `format`".to_owned()
        });
    };
    if !bare && !NAMED_ONLY.contains(&format.name) && !(format.is_it)(&content) {
        return Err(format!("is no report of {}", format.name));
    }
    let report = (format.parse)(&content)?;
    if ran.is_none() && !report.shows_a_look() {
        let tool = &report.tool;
        return Err(format!("does not show that {tool} looked at anything: an empty report is no clean one"));
    }
    Ok((format.name, report))
}
