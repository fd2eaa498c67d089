//! Attributes that decide whether a datastore survives a mistake and stays private. Few, and of the kinds that most systems
//! have; the long tail is a specialist's.

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body};

use super::expression::{Known, attribute, label};

/// What an attribute must say.
#[derive(Clone, Copy)]
enum Must {
    /// Be written, and true.
    BeTrue,
    /// Not be true.
    NotBeTrue,
    /// Not be false; it is true where nothing is written.
    NotBeFalse,
    /// Be written, and more than nothing.
    BePositive,
    /// Not be written as nothing.
    NotBeZero,
}

/// Resource type, block that the attribute stands in (empty: the resource itself), attribute, what it must say, the fact,
/// and the rules of checkov and of Trivy (number and long name, as tfsec had it) that look at the same.
type Row = (&'static str, &'static str, &'static str, Must, &'static str, &'static [&'static str]);

use Must::{BePositive, BeTrue, NotBeFalse, NotBeTrue, NotBeZero};

/// After the providers' documentation of defaults: checkov CKV_AWS_16, 17, 133, 139, 293; CKV_GCP_6, 11, 14, 60; CKV_AZURE_53.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("aws_db_instance", "", "deletion_protection", BeTrue, "unprotected_deletion", &["CKV_AWS_293", "AWS-0177", "aws-rds-enable-deletion-protection"]),
    ("aws_db_instance", "", "backup_retention_period", BePositive, "without_backup", &["CKV_AWS_133", "AWS-0077", "aws-rds-specify-backup-retention"]),
    ("aws_db_instance", "", "storage_encrypted", BeTrue, "unencrypted_storage", &["CKV_AWS_16", "AWS-0080", "aws-rds-encrypt-instance-storage-data"]),
    ("aws_db_instance", "", "publicly_accessible", NotBeTrue, "public_data", &["CKV_AWS_17", "AWS-0180", "aws-rds-enable-public-access", "aws-rds-no-public-db-access"]),
    ("aws_rds_cluster", "", "deletion_protection", BeTrue, "unprotected_deletion", &["CKV_AWS_139", "AWS-0343", "aws-rds-enable-cluster-deletion-protection"]),
    ("aws_rds_cluster", "", "backup_retention_period", NotBeZero, "without_backup", &["CKV_AWS_133", "AWS-0077", "aws-rds-specify-backup-retention"]),
    ("aws_rds_cluster", "", "storage_encrypted", BeTrue, "unencrypted_storage", &["CKV_AWS_96", "AWS-0079", "aws-rds-encrypt-cluster-storage-data"]),
    ("aws_rds_cluster_instance", "", "publicly_accessible", NotBeTrue, "public_data", &["CKV_AWS_17", "AWS-0180", "aws-rds-enable-public-access", "aws-rds-no-public-db-access"]),
    ("aws_docdb_cluster", "", "deletion_protection", BeTrue, "unprotected_deletion", &[]),
    ("aws_docdb_cluster", "", "storage_encrypted", BeTrue, "unencrypted_storage", &["CKV_AWS_74", "AWS-0021", "aws-documentdb-enable-storage-encryption"]),
    ("aws_neptune_cluster", "", "storage_encrypted", BeTrue, "unencrypted_storage", &["CKV_AWS_44", "AWS-0076", "aws-neptune-enable-storage-encryption"]),
    ("aws_elasticache_replication_group", "", "at_rest_encryption_enabled", BeTrue, "unencrypted_storage", &["CKV_AWS_29", "AWS-0045", "aws-elasticache-enable-at-rest-encryption"]),
    ("aws_elasticache_replication_group", "", "snapshot_retention_limit", BePositive, "without_backup", &["AWS-0050", "aws-elasticache-enable-backup-retention"]),
    ("aws_efs_file_system", "", "encrypted", BeTrue, "unencrypted_storage", &["CKV_AWS_42", "AWS-0037", "aws-efs-enable-at-rest-encryption"]),
    ("aws_ebs_volume", "", "encrypted", BeTrue, "unencrypted_storage", &["CKV_AWS_3", "AWS-0026", "aws-ec2-enable-volume-encryption", "aws-ebs-enable-volume-encryption"]),
    ("aws_dynamodb_table", "", "deletion_protection_enabled", BeTrue, "unprotected_deletion", &[]),
    ("aws_dynamodb_table", "point_in_time_recovery", "enabled", BeTrue, "without_backup", &["CKV_AWS_28", "AWS-0024", "aws-dynamodb-enable-recovery"]),
    ("aws_redshift_cluster", "", "publicly_accessible", NotBeTrue, "public_data", &["CKV_AWS_87"]),
    ("aws_s3_bucket", "", "force_destroy", NotBeTrue, "unprotected_deletion", &[]),
    ("aws_s3_bucket_public_access_block", "", "block_public_acls", BeTrue, "public_data", &["CKV_AWS_53", "AWS-0086", "aws-s3-block-public-acls"]),
    ("aws_s3_bucket_public_access_block", "", "block_public_policy", BeTrue, "public_data", &["CKV_AWS_54", "AWS-0087", "aws-s3-block-public-policy"]),
    ("aws_s3_bucket_public_access_block", "", "restrict_public_buckets", BeTrue, "public_data", &["CKV_AWS_56", "AWS-0093", "aws-s3-no-public-buckets"]),
    ("google_sql_database_instance", "", "deletion_protection", NotBeFalse, "unprotected_deletion", &[]),
    ("google_sql_database_instance", "settings.backup_configuration", "enabled", BeTrue, "without_backup", &["CKV_GCP_14", "GCP-0024", "google-sql-enable-backup"]),
    ("google_storage_bucket", "", "force_destroy", NotBeTrue, "unprotected_deletion", &[]),
    ("google_bigtable_instance", "", "deletion_protection", NotBeFalse, "unprotected_deletion", &["CKV_GCP_122"]),
    ("google_spanner_database", "", "deletion_protection", NotBeFalse, "unprotected_deletion", &["CKV_GCP_119"]),
    ("google_alloydb_cluster", "", "deletion_protection", NotBeFalse, "unprotected_deletion", &[]),
    ("azurerm_postgresql_flexible_server", "", "public_network_access_enabled", NotBeTrue, "public_data", &["AZU-0022", "azure-database-no-public-access"]),
    ("azurerm_postgresql_server", "", "public_network_access_enabled", NotBeTrue, "public_data", &["CKV_AZURE_68", "AZU-0022", "azure-database-no-public-access"]),
    ("azurerm_mysql_flexible_server", "", "backup_retention_days", NotBeZero, "without_backup", &[]),
    ("azurerm_mssql_server", "", "public_network_access_enabled", NotBeTrue, "public_data", &["CKV_AZURE_113", "AZU-0022", "azure-database-no-public-access"]),
    ("azurerm_storage_account", "", "allow_nested_items_to_be_public", NotBeTrue, "public_data", &["CKV_AZURE_190"]),
    ("azurerm_key_vault", "", "purge_protection_enabled", BeTrue, "unprotected_deletion", &["CKV_AZURE_110", "CKV_AZURE_42", "AZU-0016", "azure-keyvault-no-purge"]),
    ("digitalocean_spaces_bucket", "", "force_destroy", NotBeTrue, "unprotected_deletion", &["DIG-0009", "digitalocean-spaces-disable-force-destroy"]),
];

/// One attribute of a resource that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guarded {
    pub(super) fact: &'static str,
    pub(super) resource: String,
    pub(super) attribute: String,
    pub(super) state: State,
    /// The rules of specialists that look at the same.
    pub(super) rules: &'static [&'static str],
    /// Where the attribute and the blocks within the resource that hold it begin, in bytes, if they are written.
    pub(super) starts: Vec<usize>,
}

/// Whether it says what it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Holds,
    Fails,
    /// A variable or an expression decides it.
    Elsewhere,
}

/// Every guarded attribute of a resource; access lists for all the world included.
pub(super) fn guarded(block: &Block) -> Vec<Guarded> {
    let kind = label(block, 0);
    let resource = format!("{kind}.{}", label(block, 1));
    let rows = ROWS.iter().filter(|(of, ..)| *of == kind);
    let mut found: Vec<Guarded> = rows
        .map(|(_, inside, name, must, fact, rules)| Guarded {
            fact,
            resource: resource.clone(),
            attribute: if inside.is_empty() { (*name).to_owned() } else { format!("{inside}.{name}") },
            state: state(inner(&block.body, inside).and_then(|body| attribute(body, name)), *must),
            rules,
            starts: starts(&block.body, inside, name),
        })
        .collect();
    if is_replica_or_kept(block) {
        found.retain(|guarded| guarded.fact != "without_backup" && guarded.fact != "unprotected_deletion");
    }
    found.extend(open_bucket(block, kind, &resource));
    found
}

/// Where an attribute begins, and each block on the way to it.
pub(super) fn starts(body: &Body, inside: &str, name: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut body = Some(body);
    for part in inside.split('.').filter(|part| !part.is_empty()) {
        let block = body.and_then(|body| body.get_blocks(part).next());
        found.extend(block.and_then(|block| block.ident.span()).map(|span| span.start));
        body = block.map(|block| &block.body);
    }
    let attribute = body.and_then(|body| body.get_attribute(name));
    found.extend(attribute.and_then(|attribute| attribute.key.span()).map(|span| span.start));
    found
}

fn inner<'b>(body: &'b Body, path: &'b str) -> Option<&'b Body> {
    path.split('.')
        .filter(|part| !part.is_empty())
        .try_fold(body, |body, part| body.get_blocks(part).next().map(|block| &block.body))
}

fn state(value: Option<Known>, must: Must) -> State {
    use State::{Elsewhere, Fails, Holds};
    match (must, value) {
        (_, Some(Known::Elsewhere)) => Elsewhere,
        (Must::BeTrue, Some(Known::Bool(true))) => Holds,
        (Must::NotBeTrue, Some(Known::Bool(true))) | (Must::NotBeFalse, Some(Known::Bool(false))) => Fails,
        (Must::NotBeTrue | Must::NotBeFalse, _) => Holds,
        (Must::BePositive | Must::NotBeZero, Some(Known::Number(number))) => {
            if number > 0.0 {
                Holds
            } else {
                Fails
            }
        }
        (Must::NotBeZero, None) => Holds,
        (Must::BeTrue | Must::BePositive | Must::NotBeZero, _) => Fails,
    }
}

/// A read replica has its source's backups; `prevent_destroy` keeps a resource, whatever the cloud would allow.
fn is_replica_or_kept(block: &Block) -> bool {
    let is_replica = ["replicate_source_db", "master_instance_name"].iter().any(|name| block.body.has_attribute(name));
    let lifecycle = block.body.get_blocks("lifecycle").next();
    is_replica
        || lifecycle.and_then(|block| attribute(&block.body, "prevent_destroy")) == Some(Known::Bool(true))
            && !needs_backup(block)
}

fn needs_backup(block: &Block) -> bool {
    ROWS.iter().any(|(of, _, _, _, fact, _)| *of == label(block, 0) && *fact == "without_backup")
}

/// `acl = "public-read"`, and members of everybody.
fn open_bucket(block: &Block, kind: &str, resource: &str) -> Option<Guarded> {
    const ACL: &[&str] = &["CKV_AWS_20", "CKV_AWS_57", "AWS-0092", "aws-s3-no-public-access-with-acl"];
    const MEMBER: &[&str] = &["CKV_GCP_28", "GCP-0001", "google-storage-no-public-access"];
    let (name, open, rules): (&str, &[&str], _) = match kind {
        "aws_s3_bucket" | "aws_s3_bucket_acl" => ("acl", &["public-read", "public-read-write"], ACL),
        "google_storage_bucket_iam_member" | "google_storage_bucket_access_control" => {
            ("member", &["allUsers", "allAuthenticatedUsers"], MEMBER)
        }
        _ => return None,
    };
    let starts = starts(&block.body, "", name);
    let state = match attribute(&block.body, name)? {
        Known::Text(text) if open.contains(&text.as_str()) => State::Fails,
        Known::Elsewhere => State::Elsewhere,
        _ => State::Holds,
    };
    Some(Guarded {
        fact: "public_data",
        resource: resource.to_owned(),
        attribute: name.to_owned(),
        state,
        rules,
        starts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(resource: &str, body: &str) -> Vec<(&'static str, State)> {
        let text = format!("resource \"{resource}\" \"x\" {{\n{body}\n}}\n");
        let parsed: Body = text.parse().expect("it is HCL");
        let block = parsed.blocks().next().expect("a block");
        guarded(block).into_iter().map(|guarded| (guarded.fact, guarded.state)).collect()
    }

    #[test]
    fn defaults_of_the_providers_decide_what_is_not_written() {
        assert_eq!(
            states("aws_db_instance", "storage_encrypted = true\nbackup_retention_period = var.days"),
            [
                ("unprotected_deletion", State::Fails),
                ("without_backup", State::Elsewhere),
                ("unencrypted_storage", State::Holds),
                ("public_data", State::Holds),
            ]
        );
        let google = "settings {\n  backup_configuration {\n    enabled = true\n  }\n}";
        assert_eq!(
            states("google_sql_database_instance", google),
            [("unprotected_deletion", State::Holds), ("without_backup", State::Holds)]
        );
    }

    #[test]
    fn a_replica_needs_no_backup_of_its_own_and_an_open_bucket_is_found() {
        let replica = states("aws_db_instance", "replicate_source_db = aws_db_instance.a.id\nstorage_encrypted = true");
        assert!(replica.iter().all(|(fact, _)| *fact != "without_backup"));
        assert_eq!(states("aws_s3_bucket", "acl = \"public-read\"").last(), Some(&("public_data", State::Fails)));
    }
}
