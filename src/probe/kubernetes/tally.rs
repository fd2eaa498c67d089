//! What the rules over all objects add up to.

use crate::probe::finding::{Finding, Findings};
use crate::probe::suppression::Configured;

use super::exemption;
use super::set::Placed;

/// Findings, counts and percentages of single workloads and containers.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) findings: Findings,
    /// Rules that the configuration of specialists switches off.
    pub(super) configured: Vec<Configured>,
    /// References between objects, good and bad.
    pub(super) references: usize,
    /// Workloads whose token was looked at.
    pub(super) pods: usize,
    pub(super) default_denies: usize,
    pub(super) limits_egress: bool,
    pub(super) ready: Vec<u32>,
    /// Percent and weight.
    pub(super) amounts: Vec<(u32, u32)>,
    pub(super) isolated: Vec<u32>,
    pub(super) encrypted: Vec<u32>,
    pub(super) replicated: Vec<u32>,
    pub(super) spread: Vec<u32>,
    pub(super) budgeted: Vec<u32>,
    pub(super) rolled_out: Vec<u32>,
}

impl Tally {
    /// A certain finding about an object.
    pub(super) fn find(&mut self, placed: Placed<'_>, fact: &'static str, line: u32, what: &str, note: &str) {
        self.found(placed, placed.object.finding(fact, line, what, note));
    }

    /// A finding about an object; its annotations may take it out of the counts.
    pub(super) fn found(&mut self, placed: Placed<'_>, finding: Finding) {
        let suppression = exemption::suppression(
            &placed.object.exemptions,
            self.configured.iter().filter(|one| one.covers(placed.file, finding.line)),
            finding.fact,
        );
        self.findings.push(placed.file, Finding { suppression, ..finding });
    }
}
