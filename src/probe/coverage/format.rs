//! Tells by its content what kind of coverage report a text is, and has it read.

use schemars::JsonSchema;
use serde::Deserialize;

use super::measured::Measured;
use super::{clover, cobertura, coverage_py, go_profile, istanbul, jacoco, lcov, llvm_cov};
use crate::probe::report_json;
use crate::probe::xml_walk;

/// A kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Format {
    /// LCOV tracefile.
    Lcov,
    /// Cobertura XML.
    Cobertura,
    /// JaCoCo XML.
    Jacoco,
    /// Clover XML.
    Clover,
    /// JSON of coverage.py.
    CoveragePy,
    /// `coverage-final.json` of Istanbul.
    Istanbul,
    /// `coverage-summary.json` of Istanbul.
    IstanbulSummary,
    /// JSON of `llvm-cov export`.
    LlvmCov,
    /// Go cover profile.
    Go,
}

impl Format {
    /// Its name in evidence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Format::Lcov => "LCOV",
            Format::Cobertura => "Cobertura",
            Format::Jacoco => "JaCoCo",
            Format::Clover => "Clover",
            Format::CoveragePy => "coverage.py",
            Format::Istanbul => "Istanbul",
            Format::IstanbulSummary => "Istanbul summary",
            Format::LlvmCov => "llvm-cov",
            Format::Go => "Go cover profile",
        }
    }

    /// What a text is by its content.
    fn of(text: &str) -> Option<Format> {
        match text.trim_start().as_bytes().first()? {
            b'<' => of_xml(text),
            b'{' => of_json(text),
            _ if go_profile::is_it(text) => Some(Format::Go),
            _ if lcov::is_it(text) => Some(Format::Lcov),
            _ => None,
        }
    }

    fn parse(self, text: &str) -> Result<Measured, String> {
        match self {
            Format::Lcov => lcov::parse(text),
            Format::Cobertura => cobertura::parse(text),
            Format::Jacoco => jacoco::parse(text),
            Format::Clover => clover::parse(text),
            Format::CoveragePy => coverage_py::parse(text),
            Format::Istanbul => istanbul::parse_full(text),
            Format::IstanbulSummary => istanbul::parse_summary(text),
            Format::LlvmCov => llvm_cov::parse(text),
            Format::Go => go_profile::parse(text),
        }
    }
}

fn of_xml(text: &str) -> Option<Format> {
    let (root, below) = xml_walk::beginning(text, 3)?;
    let has = |names: &[&str]| below.iter().any(|name| names.contains(&name.as_str()));
    match root.name.as_str() {
        "report" if has(&["package", "group", "sessioninfo", "counter"]) => Some(Format::Jacoco),
        "coverage" if has(&["project"]) => Some(Format::Clover),
        "coverage" if has(&["packages", "sources"]) || root.get("line-rate").is_some() => Some(Format::Cobertura),
        _ => None,
    }
}

fn of_json(text: &str) -> Option<Format> {
    let keys = report_json::keys(text)?;
    let has = |name: &str| keys.iter().any(|key| key == name);
    let (start, _) = text.split_at(text.floor_char_boundary(4096));
    if has("data") && has("type") && text.contains("llvm.coverage.json.export") {
        Some(Format::LlvmCov)
    } else if has("meta") && has("files") {
        Some(Format::CoveragePy)
    } else if has("total") && start.contains("\"lines\"") {
        Some(Format::IstanbulSummary)
    } else {
        text.contains("\"statementMap\"").then_some(Format::Istanbul)
    }
}

/// Reads a report of this kind, or of the kind that its content says; the error says what is wrong with it.
pub(super) fn parse(format: Option<Format>, text: &str) -> Result<(Format, Measured), String> {
    const NO: &str = "is no coverage report of a known kind (LCOV, Cobertura, JaCoCo, Clover, coverage.py JSON, Istanbul, llvm-cov JSON, Go cover profile)";
    let format = format.or_else(|| Format::of(text)).ok_or(NO)?;
    Ok((format, format.parse(text)?))
}
