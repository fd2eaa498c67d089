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
fn encryption_is_what_a_datastore_says_and_not_that_none_says_otherwise() {
    let bucket = "resource \"aws_s3_bucket\" \"a\" {\n  acl = \"private\"\n}\n";
    let store = |kind: &str, more: &str| format!("resource \"{kind}\" \"a\" {{\n{more}}}\n");
    let of = |text: &str| {
        let seen = observe(&DEF, "{}", &[("main.tf", text)]);
        (count(&seen, "encrypted_storage"), count(&seen, "unencrypted_storage"))
    };
    assert_eq!(of(bucket), (None, Some(0)));
    let both = store("aws_docdb_cluster", "  storage_encrypted = true\n") + &store("aws_efs_file_system", "");
    assert_eq!(of(&both), (Some(1), Some(1)), "one does not stand for the other");
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

/// Facts of a file with these lines about a database that everybody reaches.
fn public(comments: &str, files: &[(&str, &str)]) -> (Option<i64>, Option<i64>) {
    let mut all = vec![("main.tf", comments)];
    all.extend(files);
    let seen = observe(&DEF, "{}", &all);
    (count(&seen, "public_data"), count(&seen, "suppressed"))
}

const DATABASE: &str = "resource \"aws_db_instance\" \"a\" {\n  deletion_protection = true\n  backup_retention_period = 7\n  storage_encrypted = true\n";

#[test]
fn comments_count_where_their_tool_counts_them() {
    let at = |before: &str, head: &str, above: &str, beside: &str| {
        let body = DATABASE.replacen("{\n", &format!("{{{head}\n"), 1);
        public(&format!("{before}{body}{above}  publicly_accessible = true{beside}\n}}\n"), &[])
    };
    let (left, out) = ((Some(1), Some(0)), (Some(0), Some(1)));
    for (before, head, above, beside, expected) in [
        ("", "", "", "", left),
        ("", "", "  #checkov:skip=CKV_AWS_16,CKV_AWS_17:a mirror of public data\n", "", out),
        ("", "", "", " # checkov:skip=CKV_AWS_17: a mirror of public data", out),
        // checkov does not count comments outside the block, nor on its first line.
        ("# checkov:skip=CKV_AWS_17:a mirror of public data\n", "", "", "", left),
        ("", " # checkov:skip=CKV_AWS_17:a mirror of public data", "", "", left),
        ("# a mirror of public data\n#tfsec:ignore:aws-rds-no-public-db-access\n", "", "", "", out),
        ("", " #trivy:ignore:AVD-AWS-0180 a mirror of public data", "", "", out),
        ("", "", "  // trivy:ignore:aws-0180 a mirror of public data\n", "", out),
        ("#trivy:ignore:AWS-0180\n#trivy:ignore:AWS-0080 a mirror\n", "", "", "", left),
        ("# a mirror\n#trivy:ignore:AWS-0180\n#trivy:ignore:AWS-0080\n", "", "", "", out),
        ("# a mirror, rebuilt daily\n#\n# trivy:ignore:AWS-0180\n", "", "", "", out),
        ("#trivy:ignore:AWS-0180:exp:2027-01-01 a mirror\n", "", "", "", out),
        ("#trivy:ignore:AWS-0180:exp:2026-01-01 a mirror\n", "", "", "", left),
        ("#trivy:ignore:* a mirror\n", "", "", "", left),
        ("#trivy:ignore:AWS-0180\n", "", "", "", left),
        ("#trivy:ignore:AWS-0080 a mirror\n", "", "", "", left),
        ("#trivy:ignore:AWS-0180 a mirror\n\n", "", "", "", left),
        ("", "", "  note = \"checkov:skip=CKV_AWS_17:a text\"\n", "", left),
    ] {
        assert_eq!(at(before, head, above, beside), expected, "{before}{head}{above}{beside}");
    }
}

#[test]
fn what_a_module_is_called_with_counts_for_its_resources_when_every_caller_says_it() {
    let inside = format!("{DATABASE}  publicly_accessible = true\n}}\n");
    let call = |comment: &str| format!("module \"db\" {{\n  source = \"./modules/db\"\n  {comment}\n}}\n");
    let (skip, silent) = (call("# checkov:skip=CKV_AWS_17:a mirror"), call(""));
    let module = ("modules/db/main.tf", inside.as_str());
    assert_eq!(public(&skip, &[module]), (Some(0), Some(1)));
    let circle = format!("{inside}module \"a\" {{\n  source = \"./\"\n}}\n").repeat(50);
    assert_eq!(public(&circle, &[]), (Some(50), Some(0)), "it ends");
    let other = silent.replace("./modules", "../modules");
    assert_eq!(public(&skip, &[module, ("live/main.tf", other.as_str())]), (Some(1), Some(0)));
}

#[test]
fn configuration_files_count_and_what_they_leave_out_is_shown() {
    let text = format!("{DATABASE}  publicly_accessible = true\n}}\n");
    for (path, settings, left) in [
        (".checkov.yaml", "skip-check: CKV_AWS_17 # a mirror\n", 0),
        (".checkov.yaml", "skip-check:\n  - CKV_AWS_*  # a mirror\n", 1),
        (".checkov.yaml", "skip-check:\n  - CKV_AWS_17\n", 1),
        (".tfsec/config.yml", "exclude:\n  - aws-rds-no-public-db-access # a mirror\n", 0),
        (".trivyignore", "# a mirror\nAWS-0180\n", 0),
        (".trivyignore.yaml", "misconfigurations:\n  - {id: AVD-AWS-0180, paths: [main.tf], statement: a mirror}\n", 0),
        (
            ".trivyignore.yaml",
            "misconfigurations:\n  - {id: AVD-AWS-0180, paths: [other.tf], statement: a mirror}\n",
            1,
        ),
    ] {
        assert_eq!(public(&text, &[(path, settings)]).0, Some(left), "{path}: {settings}");
    }
    let seen = observe(&DEF, "{}", &[("main.tf", &text), (".trivyignore", "# a mirror\nAWS-0180\n")]);
    let shown = seen.evidence.iter().find_map(|item| item.suppression.as_ref()).expect("it is shown");
    assert_eq!((shown.by.as_str(), shown.reason.as_deref()), ("trivy AWS-0180", Some("a mirror")));
    assert_eq!(percent(&seen, "protection_ratio"), Some(100));
}

#[test]
fn modules_and_versions_may_be_argued_with_tflint() {
    let module = |comment: &str| format!("module \"vpc\" {{\n  {comment}\n  source = \"a/vpc/aws\"\n}}\n");
    let loose = |text: &str, more: &[(&str, &str)]| {
        let files: Vec<_> = [("main.tf", text)].into_iter().chain(more.iter().copied()).collect();
        count(&observe(&DEF, "{}", &files), "loose_modules")
    };
    assert_eq!(loose(&module(""), &[]), Some(1));
    assert_eq!(loose(&module("# checkov:skip=CKV_TF_2:follows trunk"), &[]), Some(0));
    assert_eq!(loose(&module("# checkov:skip=CKV_TF_1:by tag, not by hash"), &[]), Some(1), "another rule");
    let above = format!("# tflint-ignore: terraform_module_version // follows trunk\n{}", module(""));
    assert_eq!(loose(&above, &[]), Some(0));
    let off = "# every module follows trunk\nrule \"terraform_module_version\" {\n  enabled = false\n}\n";
    assert_eq!(loose(&module(""), &[(".tflint.hcl", off)]), Some(0));
    assert_eq!(loose(&module(""), &[(".tflint.hcl", &off.replace("false", "true"))]), Some(1));
}

#[test]
fn json_syntax_is_read_like_native_syntax() {
    let careful = r#"{
	"//": "a comment",
	"terraform": [{ "required_version": "~> 1.9",
		"required_providers": { "aws": { "source": "hashicorp/aws", "version": "~> 5.0" } },
		"backend": { "s3": { "bucket": "state", "use_lockfile": true, "encrypt": true } } }],
	"provider": { "aws": [{ "region": "${var.region}" }] },
	"resource": { "aws_db_instance": { "shop": {
		"deletion_protection": true, "backup_retention_period": "${var.days}", "storage_encrypted": true,
		"tags": { "a b": "\"${x}\" $ %" }
	} } }
}"#;
    let seen = observe(&DEF, "{}", &[("main.tf.json", careful), (".terraform.lock.hcl", "")]);
    for fact in
        ["parse_errors", "local_state", "unlocked_state", "loose_providers", "unprotected_deletion", "public_data"]
    {
        assert_eq!(count(&seen, fact), Some(0), "{fact}");
    }
    assert_eq!((count(&seen, "roots"), count(&seen, "undecided_attributes")), (Some(1), Some(1)));
    let careless = "{\n  \"resource\": { \"aws_dynamodb_table\": {\n    \"t\": {\n      \"point_in_time_recovery\": [{ \"enabled\": false }] } } },\n  \"module\": { \"vpc\": { \"source\": \"a/vpc/aws\" } }\n}\n";
    let seen = observe(&DEF, "{}", &[("cdk.tf.json", careless)]);
    assert_eq!((count(&seen, "without_backup"), count(&seen, "loose_modules")), (Some(1), Some(1)));
    let lines: Vec<_> = seen.evidence.iter().filter_map(|item| Some(item.place.as_ref()?.line)).collect();
    assert_eq!(lines, [3, 3, 5], "resources and modules at their lines in the JSON file");
    let seen = observe(&DEF, "{}", &[("broken.tf.json", "{ \"resource\": ")]);
    assert_eq!((count(&seen, "parse_errors"), count(&seen, "public_data")), (Some(1), None));
}
