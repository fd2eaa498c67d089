//! VEX: statements that a vulnerability does not affect what is built here, each with its reason. OpenVEX, CycloneDX and CSAF; a
//! statement without a reason clears nothing (OpenVEX, "Status Justifications"), nor does `fixed`, while a scanner still sees it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::content::{Content, list, text, texts};
use super::csaf;
use super::finding::{Finding, State};
use crate::model::Unknown;
use crate::probe::{Look, folder, report_file};
use crate::world::artefact;

/// Statements of all documents, in their order.
#[derive(Debug, Default)]
pub(super) struct Statements(Vec<Statement>);

#[derive(Debug)]
struct Statement {
    /// The document.
    file: String,
    /// Names of the vulnerability, in capitals.
    names: BTreeSet<String>,
    /// Packages that it is about; none where it is about the product as a whole.
    packages: Vec<Package>,
    /// Why it does not affect; `None` where it does, or nobody says why.
    reason: Option<String>,
}

/// A package of a package URL: its whole name, and its version where one is given.
#[derive(Debug)]
struct Package {
    name: String,
    version: Option<String>,
}

impl Statements {
    /// Reads the documents at a path or glob; none being there is fine, one that is no VEX is not.
    pub(super) fn read(look: &Look<'_>, glob: &str) -> Result<Statements, Unknown> {
        let mut all = Statements::default();
        for file in artefact::find(look.swept.tree(), &folder::join(look.folder, glob))? {
            let wrong = |wrong: &str| Unknown::because(format!("`{}` {wrong}", file.path));
            let content = Content::new(report_file::text_of(&report_file::read(look, &file)?));
            if let Some(fault) = content.fault() {
                return Err(wrong(fault));
            }
            all.add(&file.path, content.root()).map_err(wrong)?;
        }
        Ok(all)
    }

    fn add(&mut self, file: &str, root: &Json) -> Result<(), &'static str> {
        if text(root, "@context").contains("openvex") {
            self.0.extend(list(root, "statements").iter().map(|told| openvex(file, told)));
        } else if root["bomFormat"] == "CycloneDX" {
            self.0.extend(list(root, "vulnerabilities").iter().map(|told| cyclonedx(file, told)));
        } else if csaf::is_it(root) {
            let said = csaf::read(root).into_iter();
            self.0.extend(said.map(|said| {
                let products = said.products.into_iter().map(str::to_owned);
                statement(file, said.names.into_iter(), products, said.reason)
            }));
        } else {
            return Err("is no VEX of OpenVEX, CycloneDX or CSAF");
        }
        Ok(())
    }

    /// Accepts the findings that the last statement about them clears.
    pub(super) fn apply(&self, findings: &mut [Finding]) {
        for finding in findings.iter_mut().filter(|finding| finding.state == State::Open && finding.in_package) {
            let told = self.0.iter().rev().find(|statement| statement.is_about(finding));
            if let Some((file, reason)) = told.and_then(|told| Some((&told.file, told.reason.as_deref()?))) {
                *finding = finding.clone().accepted(&format!("VEX `{file}`"), reason);
            }
        }
    }
}

impl Statement {
    fn is_about(&self, finding: &Finding) -> bool {
        let names_it = finding.ids.iter().any(|id| self.names.contains(&id.to_ascii_uppercase()));
        names_it && (self.packages.is_empty() || self.packages.iter().any(|package| package.is_in(&finding.subject)))
    }
}

impl Package {
    /// `None` for what is no library: a product, an image.
    fn of(purl: &str) -> Option<Package> {
        let rest = purl.strip_prefix("pkg:")?;
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (kind, rest) = rest.split_once('/')?;
        if matches!(kind, "oci" | "docker" | "generic" | "github") {
            return None;
        }
        let (name, version) = match rest.rfind('@').filter(|at| *at > 0) {
            Some(at) => (&rest[..at], Some(rest[at + 1..].to_owned())),
            None => (rest, None),
        };
        Some(Package { name: name.replace("%40", "@").replace("%2F", "/").to_ascii_lowercase(), version })
    }

    fn is_in(&self, subject: &str) -> bool {
        if let Some(other) = Package::of(subject) {
            return other.name == self.name && (self.version.is_none() || self.version == other.version);
        }
        let (name, version) = subject.split_once(' ').unwrap_or((subject, ""));
        let name = name.to_ascii_lowercase();
        let is_named = name == self.name || self.name.ends_with(&format!("/{name}"));
        is_named
            && self.version.as_deref().is_none_or(|known| {
                version.is_empty() || version.trim_start_matches('v') == known.trim_start_matches('v')
            })
    }
}

fn openvex(file: &str, told: &Json) -> Statement {
    let known = &told["vulnerability"];
    let names = [known.as_str().unwrap_or_default(), text(known, "name"), text(known, "@id")].into_iter();
    let names = names.chain(texts(known, "aliases")).filter_map(|name| name.rsplit('/').next());
    let products = list(told, "products").iter().flat_map(|product| {
        let parts = list(product, "subcomponents");
        if parts.is_empty() { std::slice::from_ref(product) } else { parts }
    });
    let id = |product: &Json| {
        let ids = [product.as_str().unwrap_or_default(), text(&product["identifiers"], "purl"), text(product, "@id")];
        ids.into_iter().find(|id| !id.is_empty()).map(str::to_owned)
    };
    let reason = [text(told, "justification"), text(told, "impact_statement")];
    let reason = reason.into_iter().find(|reason| !reason.is_empty()).filter(|_| told["status"] == "not_affected");
    statement(file, names, products.filter_map(id), reason)
}

fn cyclonedx(file: &str, told: &Json) -> Statement {
    let analysis = &told["analysis"];
    let names = std::iter::once(text(told, "id")).chain(list(told, "references").iter().map(|other| text(other, "id")));
    let refs = list(told, "affects").iter().map(|affected| text(affected, "ref").to_owned());
    let reason = [text(analysis, "detail"), text(analysis, "justification")];
    let is_cleared = matches!(text(analysis, "state"), "not_affected" | "false_positive");
    statement(file, names, refs, reason.into_iter().find(|reason| !reason.is_empty()).filter(|_| is_cleared))
}

fn statement<'t>(
    file: &str,
    names: impl Iterator<Item = &'t str>,
    products: impl Iterator<Item = String>,
    reason: Option<&str>,
) -> Statement {
    let products: Vec<Option<Package>> = products.map(|purl| Package::of(&purl)).collect();
    // One product as a whole is the product of this repository.
    let whole = products.iter().any(Option::is_none);
    Statement {
        file: file.to_owned(),
        names: names.filter(|name| !name.is_empty()).map(str::to_ascii_uppercase).collect(),
        packages: if whole { Vec::new() } else { products.into_iter().flatten().collect() },
        reason: reason.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn accepted(document: &Json) -> Vec<Option<String>> {
        let mut statements = Statements::default();
        statements.add("vex.json", document).unwrap();
        let of = |id: &str, subject: &str| Finding::new(id, None).in_package(subject);
        let mut findings =
            [of("CVE-1", "pear 1.0"), of("CVE-1", "plum 1.0"), of("CVE-2", "pear 1.0").alias(["GHSA-2"])];
        statements.apply(&mut findings);
        findings.into_iter().map(|finding| finding.accepted.and_then(|(_, reason)| reason)).collect()
    }

    fn openvex(statements: Json) -> Json {
        json!({ "@context": "https://openvex.dev/ns/v0.2.0", "statements": statements })
    }

    #[test]
    fn a_statement_clears_the_packages_it_names_for_the_reason_it_gives() {
        let product = json!([{ "@id": "pkg:oci/shop", "subcomponents": [{ "@id": "pkg:pypi/pear@1.0" }] }]);
        let told = |status: &str| json!({ "vulnerability": { "name": "CVE-1" }, "products": product, "status": status, "justification": "vulnerable_code_not_in_execute_path" });
        let reason = Some("vulnerable_code_not_in_execute_path".to_owned());
        assert_eq!(accepted(&openvex(json!([told("not_affected")]))), [reason.clone(), None, None]);
        assert_eq!(
            accepted(&openvex(json!([told("not_affected"), told("affected")]))),
            [None, None, None],
            "the last one holds"
        );
        assert_eq!(accepted(&openvex(json!([told("fixed")]))), [None, None, None]);
        let whole = json!([{ "vulnerability": "GHSA-2", "products": ["pkg:oci/shop"], "status": "not_affected", "impact_statement": "not built in" }]);
        assert_eq!(accepted(&openvex(whole)), [None, None, Some("not built in".to_owned())]);
        let silent = json!([{ "vulnerability": "CVE-1", "products": ["pkg:oci/shop"], "status": "not_affected" }]);
        assert_eq!(accepted(&openvex(silent)), [None, None, None]);
    }

    #[test]
    fn cyclonedx_and_csaf_are_read_alike_and_anything_else_is_no_vex() {
        let document = json!({ "bomFormat": "CycloneDX", "vulnerabilities": [{ "id": "CVE-1", "analysis": { "state": "not_affected", "justification": "code_not_reachable" }, "affects": [{ "ref": "pkg:pypi/plum" }] }] });
        assert_eq!(accepted(&document), [None, Some("code_not_reachable".to_owned()), None]);
        let document = json!({ "document": { "csaf_version": "2.0" }, "product_tree": { "full_product_names": [{ "product_id": "P", "product_identification_helper": { "purl": "pkg:pypi/pear" } }] }, "vulnerabilities": [{ "cve": "CVE-1", "product_status": { "known_not_affected": ["P"] }, "flags": [{ "label": "component_not_present" }] }] });
        assert_eq!(accepted(&document), [Some("component_not_present".to_owned()), None, None]);
        assert!(Statements::default().add("x", &json!({})).is_err());
    }
}
