//! The facts of Terraform configurations.

use crate::model::{FactDecl, FactType};

/// Facts that count findings.
#[rustfmt::skip]
pub(super) const COUNTED: &[(&str, &str)] = &[
    ("state_files", "state files in the repository, which hold secrets in clear"),
    ("local_state", "roots (folders that configure a provider) without a backend, or with the local one"),
    ("unlocked_state", "backends that two runs can write to at once"),
    ("unencrypted_state", "backends whose state is not encrypted"),
    ("without_lock_file", "roots without `.terraform.lock.hcl`"),
    ("without_required_version", "roots without `required_version`"),
    ("loose_providers", "providers of roots without a version constraint that ends somewhere"),
    ("loose_modules", "modules of other places without a fixed version or reference"),
    ("unprotected_deletion", "datastores that a mistake deletes"),
    ("without_backup", "datastores without backups"),
    ("unencrypted_storage", "datastores without encryption at rest"),
    ("public_databases", "ways in to a database for the whole Internet: a public address, an access list for everybody, a port of databases that a firewall opens to everybody; unobserved where nothing here decides, or a variable does"),
    ("public_data", "datastores and buckets that everybody reaches"),
];

/// Every fact, for the registry.
#[rustfmt::skip]
pub(super) fn declarations() -> Vec<FactDecl> {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    let ratio = |name, doc| FactDecl::new(name, FactType::Ratio, doc);
    let mut all = vec![
        count("files", "files that count; 0 when there is none, and then only `state_files` is observed"),
        count("parse_errors", "files that could not be read"),
        count("roots", "folders that configure a provider or a backend"),
        count("resources", "resources"),
        count("guarded_attributes", "attributes of datastores that were looked at"),
        count("undecided_attributes", "those of them that a variable decides"),
        count("database_entries", "ways in to databases that something here decides about: public addresses, and rules of firewalls and security groups about ports of databases"),
        count("suppressed", "findings that comments or the configuration of checkov, Trivy, tfsec or tflint take out of the counts; only with a reason"),
    ];
    all.push(count("encrypted_storage", "datastores that say that they encrypt what they store; unobserved where none does"));
    all.extend(COUNTED.iter().map(|(name, doc)| count(*name, *doc)));
    all.push(ratio("pin_ratio", "share of what state and pins need that is there; 0 % with a state file in the repository"));
    all.push(ratio("protection_ratio", "share of the attributes of datastores that say what they must; those a variable decides left out"));
    all
}
