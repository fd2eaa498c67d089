//! CSAF 2.0 and 2.1 of profile VEX: who is not affected, and why: a flag (§3.2.3.5, the machine-readable reason) or an impact
//! statement among the threats (§4.5 asks for one of them).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::content::{entries, list, text, texts};

/// What it says of one vulnerability.
pub(super) struct Said<'d> {
    /// CVE and other ids.
    pub(super) names: Vec<&'d str>,
    /// Package URLs, or ids of products that have none.
    pub(super) products: Vec<&'d str>,
    /// Why it does not affect them; `None` where it does, or nobody says why.
    pub(super) reason: Option<&'d str>,
}

/// Whether a document is one of CSAF.
pub(super) fn is_it(root: &Json) -> bool {
    !text(&root["document"], "csaf_version").is_empty()
}

/// Its statements, those that hold last at the end.
pub(super) fn read(root: &Json) -> Vec<Said<'_>> {
    let products = Products::of(&root["product_tree"]);
    let mut said = Vec::new();
    for known in list(root, "vulnerabilities") {
        let ids = list(known, "ids").iter().map(|id| text(id, "text"));
        let names: Vec<&str> = std::iter::once(text(known, "cve")).chain(ids).filter(|id| !id.is_empty()).collect();
        for (status, stated) in entries(&known["product_status"]) {
            for product in stated.as_array().into_iter().flatten().filter_map(Json::as_str) {
                let reason = (status == "known_not_affected").then(|| products.reason(known, product)).flatten();
                said.push(Said { names: names.clone(), products: vec![products.named(product)], reason });
            }
        }
    }
    // One product may have several states of which `known_affected` is the graver.
    said.sort_by_key(|said| said.reason.is_none());
    said
}

/// Products by id.
#[derive(Default)]
struct Products<'d> {
    purls: BTreeMap<&'d str, &'d str>,
    /// A part of a product, by the id of the two together.
    parts: BTreeMap<&'d str, &'d str>,
    groups: BTreeMap<&'d str, Vec<&'d str>>,
}

impl<'d> Products<'d> {
    fn of(tree: &'d Json) -> Products<'d> {
        let mut products = Products::default();
        list(tree, "full_product_names").iter().for_each(|product| products.product(product));
        list(tree, "branches").iter().for_each(|branch| products.branch(branch, 0));
        for relation in list(tree, "relationships") {
            let whole = &relation["full_product_name"];
            products.parts.insert(text(whole, "product_id"), text(relation, "product_reference"));
            products.product(whole);
        }
        for group in list(tree, "product_groups") {
            products.groups.insert(text(group, "group_id"), texts(group, "product_ids").collect());
        }
        products
    }

    fn branch(&mut self, branch: &'d Json, depth: usize) {
        self.product(&branch["product"]);
        if depth < 64 {
            list(branch, "branches").iter().for_each(|branch| self.branch(branch, depth + 1));
        }
    }

    fn product(&mut self, product: &'d Json) {
        let helper = &product["product_identification_helper"];
        let purl = texts(helper, "purls").next().unwrap_or(text(helper, "purl"));
        if !purl.is_empty() {
            self.purls.insert(text(product, "product_id"), purl);
        }
    }

    /// The package URL of a product, or of the part of one that is meant; else its id.
    fn named(&self, product: &'d str) -> &'d str {
        let of = |id: &str| self.purls.get(id).copied();
        of(product).or_else(|| of(self.parts.get(product)?)).unwrap_or(product)
    }

    fn reason(&self, known: &'d Json, product: &str) -> Option<&'d str> {
        let is_meant = |told: &&Json| {
            let groups = texts(told, "group_ids").filter_map(|group| self.groups.get(group)).flatten().copied();
            let mut named = texts(told, "product_ids").chain(groups).peekable();
            named.peek().is_none() || named.any(|named| named == product)
        };
        let flag = list(known, "flags").iter().filter(is_meant).map(|flag| text(flag, "label"));
        let impacts = list(known, "threats").iter().filter(|threat| threat["category"] == "impact").filter(is_meant);
        flag.chain(impacts.map(|threat| text(threat, "details"))).find(|reason| !reason.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_product_is_not_affected_for_a_flag_or_an_impact_and_parts_are_told_from_the_whole() {
        let document = json!({
            "document": { "category": "csaf_vex", "csaf_version": "2.0" },
            "product_tree": {
                "branches": [{ "branches": [{ "product": { "product_id": "P1", "product_identification_helper": { "purl": "pkg:pypi/pear@1.0" } } }] }],
                "full_product_names": [{ "product_id": "SHOP" }],
                "relationships": [{ "product_reference": "P1", "relates_to_product_reference": "SHOP", "full_product_name": { "product_id": "P1:SHOP" } }]
            },
            "vulnerabilities": [
                { "cve": "CVE-1", "product_status": { "known_not_affected": ["P1:SHOP"], "known_affected": ["SHOP"] }, "flags": [{ "label": "component_not_present", "product_ids": ["P1:SHOP"] }] },
                { "ids": [{ "text": "GHSA-2" }], "product_status": { "known_not_affected": ["SHOP"] }, "threats": [{ "category": "impact", "details": "not built in" }] },
                { "cve": "CVE-3", "product_status": { "known_not_affected": ["SHOP"] }, "flags": [{ "label": "component_not_present", "product_ids": ["P1"] }] }
            ]
        });
        let said: Vec<_> =
            read(&document).into_iter().map(|said| (said.names[0], said.products[0], said.reason)).collect();
        assert!(is_it(&document) && !is_it(&json!({})));
        assert_eq!(
            said,
            [
                ("CVE-1", "pkg:pypi/pear@1.0", Some("component_not_present")),
                ("GHSA-2", "SHOP", Some("not built in")),
                ("CVE-1", "SHOP", None),
                ("CVE-3", "SHOP", None),
            ]
        );
    }
}
