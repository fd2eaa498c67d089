//! The probe over small configurations.

use crate::probe::trial::{count, observe, percent};

use super::DEF;

const ROOT: &str = "terraform {\n  required_version = \"~> 1.9\"\n  required_providers {\n    aws = { source = \"hashicorp/aws\", version = \"~> 5.0\" }\n  }\n  backend \"s3\" {\n    bucket       = \"state\"\n    use_lockfile = true\n    encrypt      = true\n  }\n}\nprovider \"aws\" {}\nresource \"aws_db_instance\" \"shop\" {\n  deletion_protection     = true\n  backup_retention_period = 14\n  storage_encrypted       = true\n}\n";

#[test]
fn a_careful_root_has_no_findings() {
    let seen = observe(&DEF, "{}", &[("infra/main.tf", ROOT), ("infra/.terraform.lock.hcl", "")]);
    for (fact, _) in super::facts::COUNTED {
        assert_eq!(count(&seen, fact), Some(0), "{fact}");
    }
    assert_eq!((percent(&seen, "pin_ratio"), percent(&seen, "protection_ratio")), (Some(100), Some(100)));
}

#[test]
fn a_careless_root_is_found_file_by_file() {
    let main = "terraform {\n  required_providers {\n    aws = { version = \">= 5\" }\n  }\n}\nprovider \"aws\" {}\nmodule \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n";
    let data = "resource \"aws_db_instance\" \"a\" {\n  publicly_accessible = true\n}\n";
    let seen = observe(&DEF, "{}", &[("main.tf", main), ("data.tf", data), ("terraform.tfstate", "{}")]);
    for (fact, number) in [
        ("state_files", 1),
        ("local_state", 1),
        ("without_lock_file", 1),
        ("without_required_version", 1),
        ("loose_providers", 1),
        ("loose_modules", 1),
        ("unprotected_deletion", 1),
        ("without_backup", 1),
        ("unencrypted_storage", 1),
        ("public_data", 1),
    ] {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
    assert_eq!(percent(&seen, "pin_ratio"), Some(0));
}

#[test]
fn a_module_that_others_use_needs_no_backend() {
    let seen = observe(&DEF, "{}", &[("modules/db/main.tf", "resource \"random_id\" \"a\" {}\n")]);
    assert_eq!(
        (count(&seen, "roots"), count(&seen, "local_state"), count(&seen, "without_backup")),
        (Some(0), None, None)
    );
}

#[test]
fn a_broken_or_hostile_file_leaves_zeros_open() {
    let deep = format!("a = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let unary = format!("a = {}true\n", "!".repeat(100_000));
    for text in ["resource {{{\n", deep.as_str(), unary.as_str()] {
        let seen = observe(&DEF, "{}", &[("main.tf", text), ("b.tf", ROOT)]);
        assert_eq!((count(&seen, "parse_errors"), count(&seen, "public_data")), (Some(1), None));
        assert_eq!(count(&seen, "without_lock_file"), Some(1));
    }
}
