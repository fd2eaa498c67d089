//! Tests of probe `docs` over small trees.

#![allow(clippy::unwrap_used, reason = "tests")]
use super::DEF;
use crate::model::{Fact, Value};
use crate::probe::sample;
use crate::probe::trial::{count, observe, percent};

#[test]
fn a_readme_has_sections_or_links_to_them() {
    let text = "# Shop\n\nShop sells things to people who want to buy them and to nobody else, as every good shop should do.\n\n## Install\n\nmake\n\n## Usage\n\nrun\n\n[Contributing](CONTRIBUTING.md)\n\n## License\n\nMIT\n";
    let seen = observe(&DEF, "glob: README.md\nkind: readme\n", &[("README.md", text), ("CONTRIBUTING.md", "x")]);
    assert_eq!(percent(&seen, "section_ratio"), Some(85), "two of seven sections are only linked to");
    assert_eq!(seen.facts.get("missing"), Fact::Present(Value::List(vec![Value::Text("configuration".into())])));
    assert_eq!((count(&seen, "links"), count(&seen, "dead_links")), (Some(1), Some(0)));
}

#[test]
fn a_section_without_substance_is_missing() {
    let page = |body: &str| {
        format!(
            "# High error rate\n\n## Symptom\n\nx\n\n## Impact\n\nx\n\n## Diagnosis\n\n{body}\n\n## Mitigation\n\n{body}\n\n## Verification\n\nx\n\n## Escalation\n\nx\n"
        )
    };
    let ratio = |body: &str| {
        percent(&observe(&DEF, "glob: '*.md'\nkind: runbook\n", &[("a.md", &page(body))]), "section_ratio")
    };
    assert_eq!((ratio("```sh\nkubectl get pods\n```"), ratio("look around")), (Some(100), Some(66)));
}

#[test]
fn a_section_that_a_spec_asks_for_has_something_below_its_heading() {
    let ratio = |text: &str| {
        percent(&observe(&DEF, "glob: '*.md'\nsections: [Phases, Canary]\n", &[("a.md", text)]), "section_ratio")
    };
    assert_eq!(ratio("# Phases\n\nOne.\n\n# Canary\n\n```\nten\n```\n"), Some(100));
    assert_eq!(ratio("# Phases\n\n# Canary\n\n## Share\n\nTen percent.\n"), Some(50));
}

#[test]
fn dead_links_are_counted_with_their_line() {
    let files = [
        ("README.md", "# A\n\n[x](docs/gone.md)\n[y](docs/a.md#nope)\n[z](https://example.org)\n"),
        ("docs/a.md", "# B\n"),
    ];
    let seen = observe(&DEF, "glob: '**/*.md'\n", &files);
    assert_eq!((count(&seen, "links"), count(&seen, "dead_links")), (Some(2), Some(2)));
    let lines: Vec<_> = seen.evidence.iter().filter_map(|item| item.place.as_ref()).map(|place| place.line).collect();
    assert_eq!(lines[..2], [3, 4]);
}

#[test]
fn without_a_document_no_section_is_there() {
    let seen = observe(&DEF, "glob: docs/dr.md\nkind: disaster-recovery\n", &[("a.rs", "")]);
    assert_eq!((count(&seen, "documents"), percent(&seen, "section_ratio")), (Some(0), Some(0)));
}

#[test]
fn a_page_is_behind_what_it_links_to() {
    let folder = tempfile::tempdir().unwrap();
    let git = |day: &str, args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(args).current_dir(folder.path());
        assert!(command.env("GIT_COMMITTER_DATE", format!("{day}T00:00:00Z")).output().unwrap().status.success());
    };
    std::fs::write(folder.path().join("guide.md"), "# Guide\n\n[tool](tool.sh)\n").unwrap();
    std::fs::write(folder.path().join("tool.sh"), "a\n").unwrap();
    git("2025-01-01", &["init", "-q"]);
    git("2025-01-01", &["add", "."]);
    git("2025-01-01", &["commit", "-qm", "x"]);
    std::fs::write(folder.path().join("tool.sh"), "b\n").unwrap();
    git("2026-05-01", &["commit", "-qam", "y"]);
    let seen = sample::observe_folder("docs", "glob: '*.md'\nages: true\n", folder.path()).unwrap();
    assert_eq!(seen.facts.get("behind"), Fact::Present(Value::count(1)));
    assert_eq!(seen.facts.get("oldest_age"), Fact::Present(Value::count(516 * 86_400)));
}

const PAGE: &str = "## Symptom\n\nx\n\n## Impact\n\nx\n\n## Diagnosis\n\n```sh\nps\n```\n\n## Mitigation\n\n```sh\nkill 1\n```\n\n## Verification\n\nx\n\n## Escalation\n\nx\n";

#[test]
fn runbooks_cover_scenarios_with_commands_and_name_the_alerts_that_wake_somebody() {
    let alerts = "groups:\n- name: g\n  rules:\n  - alert: ShopDown\n    expr: up == 0\n    labels: {severity: page}\n  - alert: ShopSlow\n    expr: x > 1\n    labels: {severity: critical}\n    annotations: {runbook_url: \"https://wiki.example/slow\"}\n  - alert: Disk\n    expr: x > 1\n    labels: {severity: warning}\n";
    let (restart, prose) = (format!("# Restart\n\n{PAGE}"), "# Rollback of a release\n\nTake it back.\n");
    let files = [("alerts.yml", alerts), ("runbooks/restart.md", restart.as_str()), ("runbooks/rollback.md", prose)];
    let seen = observe(&DEF, "glob: runbooks/*.md\nkind: runbook\n", &files);
    assert_eq!((percent(&seen, "scenario_ratio"), percent(&seen, "quality_ratio")), (Some(28), Some(57)));
    assert_eq!((count(&seen, "paging_alerts"), count(&seen, "unlinked_alerts")), (Some(2), Some(1)));
    // 40 % of 2/7, 35 % of 8/14, 25 % of 1/2.
    assert_eq!(percent(&seen, "document_credit"), Some(43));
    let named = format!("{restart}\n`ShopDown` fires.\n");
    let files = [("alerts.yml", alerts), ("runbooks/restart.md", named.as_str())];
    assert_eq!(count(&observe(&DEF, "glob: runbooks/*.md\nkind: runbook\n", &files), "unlinked_alerts"), Some(0));
    let broken = [("alerts.yml", "groups:\n- alert: [\n  expr: x\n"), ("runbooks/restart.md", named.as_str())];
    assert_eq!(count(&observe(&DEF, "glob: runbooks/*.md\nkind: runbook\n", &broken), "unlinked_alerts"), None);
}

#[test]
fn an_incident_process_has_a_record_with_a_day() {
    let parameters = "glob: docs/incident.md\nkind: incident\nrecords: 'docs/postmortems/*.md'\n";
    let process = ("docs/incident.md", "# Incidents\n\n## Roles\n\nx\n");
    let with = |name: &str, text: &str| {
        let path = format!("docs/postmortems/{name}");
        observe(&DEF, parameters, &[process, (path.as_str(), text)])
    };
    let days = |days: i64| Some(days * 86_400);
    assert_eq!(count(&with("2026-05-02-queue.md", "x"), "record_age"), days(30));
    assert_eq!(count(&with("queue.md", "Date: 2026-05-30\n"), "record_age"), days(2));
    for nothing in [with("template.md", "Date: 2026-05-30\n"), with("queue.md", "x"), with("2027-01-01.md", "x")] {
        assert_eq!((nothing.facts.get("record_age"), count(&nothing, "records_found")), (Fact::Absent, Some(0)));
    }
    assert_eq!(percent(&with("2026-05-02-queue.md", "x"), "document_credit"), Some(11));
    let whole =
        "## Impact\n\nx\n\n## Timeline\n\nx\n\n## Cause\n\nx\n\n## Actions\n\n- [ ] @ann mends it, due 2026-05-20\n";
    let late = with("2026-05-02-queue.md", whole);
    assert_eq!((count(&late, "overdue_actions"), percent(&late, "document_credit")), (Some(1), Some(31)));
    let done = with("2026-05-02-queue.md", &whole.replace("[ ]", "[x]"));
    assert_eq!((count(&done, "overdue_actions"), percent(&done, "document_credit")), (Some(0), Some(41)));
}

#[test]
fn a_restore_that_took_longer_than_the_plan_allows_contradicts_it() {
    let plan = ("dr.md", "# Disaster recovery\n\n## Objectives\n\nRTO 2 h, RPO 1 h\n");
    let seen = |record: &str| {
        let files = [plan, ("docs/restore-tests/2026-05-01.md", record)];
        let seen = observe(&DEF, "glob: dr.md\nkind: disaster-recovery\n", &files);
        (count(&seen, "restore_time"), count(&seen, "rto_missed"))
    };
    assert_eq!(seen("Date: 2026-05-01\nDuration: 3 h 10 min\n"), (Some(11_400), Some(1)));
    assert_eq!(seen("Date: 2026-05-01\nDuration: 50 min\n"), (Some(3000), Some(0)));
    assert_eq!(seen("Date: 2026-05-01\nRestored.\n"), (None, Some(0)));
    let newest = "| day | duration |\n|---|---|\n| 2026-05-01 | 5 h |\n| 2026-05-20 | 1 h |\n";
    assert_eq!(seen(newest), (Some(3600), Some(0)));
}

#[test]
fn a_restore_of_a_tier_is_held_against_its_own_objective() {
    let plan = (
        "dr.md",
        "# Disaster recovery\n\n| Tier | RTO | RPO |\n|---|---|---|\n| Payments | 1 h | 5 min |\n| Archive | 24 h | 1 d |\n",
    );
    let missed = |record: &str| {
        let files = [plan, ("docs/restore-tests/2026-05-01.md", record)];
        count(&observe(&DEF, "glob: dr.md\nkind: disaster-recovery\n", &files), "rto_missed")
    };
    assert_eq!(missed("## Restore of payments, 2026-05-01\n\nDuration: 2 h\n"), Some(1));
    assert_eq!(missed("## Restore of archive, 2026-05-01\n\nDuration: 2 h\n"), Some(0));
    let rows =
        "| day | store | duration |\n|---|---|---|\n| 2026-05-01 | payments | 2 h |\n| 2026-05-20 | archive | 3 h |\n";
    assert_eq!(missed(rows), Some(1), "the newest of each tier counts");
    let newer = rows.replace("2026-05-20 | archive | 3 h", "2026-05-20 | payments | 30 min");
    assert_eq!(missed(&newer), Some(0));
    assert_eq!(missed("Date: 2026-05-01\nDuration: 2 h\n"), Some(0), "it may be of the archive");
}

#[test]
fn a_recovery_plan_without_numbers_is_worth_half_at_most() {
    let plan = |objectives: &str| {
        format!(
            "# Disaster recovery\n\n## Scope\n\nx\n\n## Objectives\n\n{objectives}\n\n## Roles\n\nx\n\n## Steps in order\n\n```\nx\n```\n\n## Communication\n\nx\n\n## Validation\n\nx\n\n## Return to normal\n\nx\n\n## Last exercise\n\n2026-05-31\n"
        )
    };
    let seen = |objectives: &str| {
        observe(&DEF, "glob: dr.md\nkind: disaster-recovery\n", &[("dr.md", plan(objectives).as_str())])
    };
    let whole = seen("RTO 4 h, RPO 15 min");
    assert_eq!(
        (count(&whole, "rto"), count(&whole, "rpo"), count(&whole, "exercise_age")),
        (Some(14_400), Some(900), Some(86_400))
    );
    assert_eq!(percent(&whole, "document_credit"), Some(100));
    let vague = seen("RTO: best effort");
    assert_eq!((vague.facts.get("rto"), percent(&vague, "document_credit")), (Fact::Absent, Some(50)));
}

#[test]
fn backups_that_are_rarer_than_the_plan_needs_contradict_it() {
    let plan = "# Disaster recovery\n\n## Objectives\n\nRTO 4 h, RPO 1 h\n";
    let job = |schedule: &str| {
        format!("apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: db-backup\nspec:\n  schedule: '{schedule}'\n")
    };
    let seen = |files: &[(&str, &str)]| {
        let plan = [("dr.md", plan)];
        observe(&DEF, "glob: dr.md\nkind: disaster-recovery\n", &[&plan, files].concat())
    };
    let daily = seen(&[("k8s/backup.yaml", &job("0 3 * * *"))]);
    assert_eq!((count(&daily, "backup_interval"), count(&daily, "rpo_missed")), (Some(86_400), Some(1)));
    let often = seen(&[("k8s/backup.yaml", &job("*/30 * * * *"))]);
    assert_eq!((count(&often, "backup_interval"), count(&often, "rpo_missed")), (Some(1800), Some(0)));
    let archived = seen(&[("k8s/backup.yaml", &job("0 3 * * *")), ("k8s/pg.yaml", "spec: {archive_command: x}\n")]);
    assert_eq!((count(&archived, "backup_interval"), count(&archived, "rpo_missed")), (None, Some(0)));
    let workflow = "name: Backup\non:\n  schedule:\n    - cron: '0 3 * * 0'\njobs: {}\n";
    assert_eq!(count(&seen(&[(".github/workflows/backup.yml", workflow)]), "backup_interval"), Some(7 * 86_400));
}

#[test]
fn a_template_is_worth_little_and_dead_commands_cost_a_tenth() {
    let text = "# Shop\n\nShop sells things to people who want to buy them and to nobody else, as every good shop should do.\n\n## Install\n\n## Use\n\n```sh\nmake all\nmake test\n```\n\n## Settings\n\n## Support\n\n## License\n";
    let make = ("Makefile", "test:\n");
    let seen = observe(&DEF, "glob: README.md\nkind: readme\n", &[("README.md", text), make]);
    assert_eq!((percent(&seen, "section_ratio"), count(&seen, "dead_commands")), (Some(100), Some(1)));
    assert_eq!(percent(&seen, "document_credit"), Some(90));
    let template = format!("{text}\nThis project was bootstrapped with [Create React App](https://example.org).\n");
    let seen = observe(&DEF, "glob: README.md\nkind: readme\n", &[("README.md", template.as_str()), make]);
    assert_eq!((count(&seen, "templates"), percent(&seen, "document_credit")), (Some(1), Some(30)));
}

#[test]
fn documents_are_fresh_when_git_or_their_own_day_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    let git = |day: &str, args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(args).current_dir(folder.path());
        command.env("GIT_AUTHOR_DATE", format!("{day}T00:00:00Z"));
        assert!(command.env("GIT_COMMITTER_DATE", format!("{day}T00:00:00Z")).output().unwrap().status.success());
    };
    let parameters = "glob: '*.md'\nfresh: '*-runbook.md'\n";
    let seen = || sample::observe_folder("docs", parameters, folder.path()).unwrap();
    write("old-runbook.md", "# Old\n");
    assert_eq!(count(&seen(), "stale"), None, "without git nobody knows");
    write("read-runbook.md", "---\nreviewed: 2026-05-01\n---\n# Read\n");
    write("new-runbook.md", "# New\n");
    git("2024-01-01", &["init", "-q"]);
    git("2024-01-01", &["add", "old-runbook.md", "read-runbook.md"]);
    git("2024-01-01", &["commit", "-qm", "x"]);
    git("2026-05-01", &["add", "new-runbook.md"]);
    git("2026-05-01", &["commit", "-qm", "y"]);
    write("[own]-runbook.md", "# Not committed\n");
    assert_eq!(
        (count(&seen(), "aging"), count(&seen(), "stale"), percent(&seen(), "fresh_ratio")),
        (Some(4), Some(1), Some(75))
    );
    assert_eq!(percent(&seen(), "document_credit"), Some(75), "there is no link to judge");
    let none = sample::observe_folder("docs", "glob: '*.md'\nfresh: 'none/*.md'\n", folder.path()).unwrap();
    assert_eq!((count(&none, "stale"), percent(&none, "fresh_ratio")), (Some(0), Some(100)));
}

#[test]
fn what_has_no_subject_earns_nothing_and_costs_nothing() {
    let restart = format!("# Restart\n\n{PAGE}");
    let seen = observe(&DEF, "glob: runbooks/*.md\nkind: runbook\n", &[("runbooks/restart.md", restart.as_str())]);
    assert_eq!(count(&seen, "paging_alerts"), Some(0));
    // 40 of 75 for 1/7 of the scenarios, 35 of 75 for the quality.
    assert_eq!(percent(&seen, "document_credit"), Some(54), "no alert is linked where none wakes anybody");
    let of = |text: &str| observe(&DEF, "glob: '**/*.md'\nfresh: 'runbooks/*.md'\n", &[("README.md", text)]);
    let bare = of("# A\n\n[x](https://example.org)\n");
    assert_eq!((count(&bare, "judged"), bare.facts.get("document_credit")), (Some(0), Fact::Absent));
    let linked = of("# A\n\n[x](gone.md)\n");
    assert_eq!((count(&linked, "judged"), percent(&linked, "document_credit")), (Some(1), Some(90)));
}

#[test]
fn a_form_to_fill_in_is_no_document_of_the_system() {
    let text = "# Release\n\n## Rollback\n\n```sh\nmake rollback\n```\n";
    let files = [(".github/ISSUE_TEMPLATE/release.md", text), (".agents/plans/release.md", text)];
    assert_eq!(count(&observe(&DEF, "glob: '**/release.md'\nkind: deployment\n", &files), "documents"), Some(0));
    let links = observe(&DEF, "glob: '**/*.md'\n", &files);
    assert_eq!(count(&links, "documents"), Some(2), "its links are judged all the same");
}

#[test]
fn a_page_says_which_sections_it_has() {
    let page = format!("# Restart\n\n{PAGE}");
    let seen = observe(&DEF, "glob: '*.md'\nkind: runbook\n", &[("a.md", page.as_str())]);
    let note = seen.evidence.iter().find(|item| item.fact.as_deref() == Some("section_ratio")).unwrap().note.clone();
    assert_eq!(
        note.as_deref(),
        Some("has 6 of 6 sections: diagnosis, escalation, impact, mitigation, symptom, verification")
    );
}
