//! Probe `rollback` over trees from memory.

use super::DEF;
use crate::model::Fact;
use crate::probe::trial::{count, observe, percent};

const MAKE: (&str, &str) = ("Makefile", "rollback:\n\tkubectl rollout undo deployment/shop\n");
const GUIDE: &str = "# Deploy\n\n## Rollback\n\n```sh\nmake rollback\n```\n\nThe schema stays.\n\nRehearsed in staging on 2026-05-01.\n\n## Else\n";

fn seen(files: &[(&str, &str)]) -> (Option<i64>, Option<i64>, Option<i64>) {
    let seen = observe(&DEF, "{}", files);
    (count(&seen, "automated"), count(&seen, "guides"), percent(&seen, "rollback_credit"))
}

#[test]
fn a_command_a_guide_and_a_rehearsal_are_all_of_it() {
    assert_eq!(seen(&[MAKE, ("docs/deploy.md", GUIDE)]), (Some(2), Some(1), Some(100)));
    assert_eq!(seen(&[MAKE]), (Some(2), Some(0), Some(40)));
    assert_eq!(seen(&[MAKE, ("docs/deploy.md", "# Deploy\n\n## Rollback\n\nWe will see.\n")]).2, Some(50));
}

#[test]
fn where_there_are_migrations_a_guide_speaks_of_the_data() {
    let up = ("db/migrations/1_a.up.sql", "create table a (x int);");
    let down = ("db/migrations/1_a.down.sql", "drop table a;");
    let mute = GUIDE.replace("The schema stays.", "That is all.");
    assert_eq!(seen(&[MAKE, up, down, ("docs/deploy.md", GUIDE)]), (Some(2), Some(1), Some(100)));
    assert_eq!(seen(&[MAKE, up, down, ("docs/deploy.md", &mute)]), (Some(2), Some(0), Some(90)));
    assert_eq!(seen(&[MAKE, ("docs/deploy.md", &mute)]), (Some(2), Some(1), Some(100)));
    let stuck = observe(&DEF, "{}", &[MAKE, up, ("docs/deploy.md", GUIDE)]);
    assert_eq!((count(&stuck, "stuck_migrations"), percent(&stuck, "rollback_credit")), (Some(1), Some(70)));
    let policy = format!("{GUIDE}\nMigrations are forward only.\n");
    let planned = observe(&DEF, "{}", &[MAKE, up, ("docs/deploy.md", &policy)]);
    assert_eq!((count(&planned, "stuck_migrations"), percent(&planned, "rollback_credit")), (Some(0), Some(100)));
}

#[test]
fn what_is_kept_elsewhere_is_not_known_to_be_missing() {
    let nothing = observe(&DEF, "{}", &[("app.py", "x = 1\n")]);
    assert!(matches!(nothing.facts.get("rehearsal_age"), Fact::Unobserved(_)));
    assert_eq!(count(&nothing, "automated"), None);
    let stuck = observe(&DEF, "{}", &[("db/migrations/1_a.up.sql", "create table a (x int);")]);
    assert_eq!((count(&stuck, "migrations"), count(&stuck, "stuck_migrations")), (Some(1), None));
    let deployed = observe(&DEF, "{}", &[("Makefile", "deploy:\n\tkubectl apply -f k8s/\n")]);
    assert_eq!((count(&deployed, "automated"), deployed.facts.get("rehearsal_age")), (Some(0), Fact::Absent));
}

#[test]
fn a_rehearsal_has_a_day_that_is_past() {
    let age = |path: &str, text: &str| {
        let seen = observe(&DEF, "{}", &[(path, text)]);
        count(&seen, "rehearsal_age").map(|seconds| seconds / 86_400)
    };
    // Today is 2026-06-01.
    for (path, text, days) in [
        ("docs/runbook.md", "A rollback was rehearsed on 2026-05-02.\n", Some(30)),
        ("docs/drills.md", "# Drills\n\n| day | what |\n|---|---|\n| 2026-05-30 | rollback of the shop |\n", Some(2)),
        ("docs/deploy.md", "## Rollback\n\n| day | rehearsed |\n|---|---|\n| 2026-05-30 | the shop |\n", Some(2)),
        ("docs/drills/2026-05-30-rollback.md", "# Rollback of the shop\n\nIt took 4 min.\n", Some(2)),
        ("docs/runbook.md", "## Rollback\n\nLast tested: 2026-05-02\n", Some(30)),
        ("docs/runbook.md", "The next rollback drill is on 2026-05-02.\n", None),
        ("docs/runbook.md", "A rollback drill was held on 2026-07-02.\n", None),
        ("docs/rollback.md", "| Date | Version | Author |\n|---|---|---|\n| 2026-05-02 | 1.0 | drill lead |\n", None),
        ("docs/postmortems/a.md", "2026-05-02 the rollback was tested and failed.\n", None),
        ("docs/drills.md", "# Rollback drills\n\n> Last updated: 2026-05-02\n", None),
        ("docs/runbook.md", "## Rollback\n\nReviewed: 2026-05-02\n", None),
        ("docs/runbook.md", "The rollback was not tested since 2026-05-02.\n", None),
    ] {
        assert_eq!(age(path, text), days, "{path}: {text}");
    }
}

#[test]
fn a_section_ends_where_the_next_begins_and_is_about_versions() {
    let guides = |text: &str| {
        let seen = observe(&DEF, "{}", &[("docs/a.md", text), ("k8s.yaml", "kind: Deployment\n")]);
        (count(&seen, "sections"), count(&seen, "guides"))
    };
    let none = (Some(0), Some(0));
    assert_eq!(guides("## Rollback\n\nThink.\n\n## Install\n\n```\nmake\n```\n"), (Some(1), Some(0)));
    assert_eq!(guides("## Rolling back\n\nRun `helm rollback shop`.\n"), (Some(1), Some(1)));
    assert_eq!(guides("## Rolling back\n\nSee `values`.\n"), (Some(1), Some(0)));
    assert_eq!(guides("## Transaction rollback\n\n```\ndb.rollback()\n```\n"), none);
    assert_eq!(guides("## Rollback\n\n```\nold <- new\n```\n\n```sh\n# back\nmake back\n```\n"), (Some(1), Some(1)));
    assert_eq!(guides("## Downgrade attacks\n\n```\nx\n```\n\n### email.rollback.diff\n\n```\nx\n```\n"), none);
    assert_eq!(guides("```\n# rollback\nmake x\n```\n"), none);
}

#[test]
fn a_title_in_the_front_matter_is_the_title_of_the_page() {
    let guides = |text: &str| {
        let seen = observe(&DEF, "{}", &[("docs/a.mdx", text), ("k8s.yaml", "kind: Deployment\n")]);
        (count(&seen, "sections"), count(&seen, "guides"))
    };
    let matter = "---\ntitle: \"Downgrading\"\n---\n\n";
    let steps = "## Steps\n\n```sh\nmake back\n```\n";
    assert_eq!(guides(&format!("{matter}# Downgrading\n\n{steps}")), (Some(1), Some(1)));
    assert_eq!(guides(&format!("{matter}Text.\n\n{steps}")), (Some(1), Some(1)));
    assert_eq!(guides(&format!("{matter}Text.\n")), (Some(0), Some(0)));
    assert_eq!(guides(&format!("---\ntitle: Shop\n---\n\n{steps}")), (Some(0), Some(0)));
}
