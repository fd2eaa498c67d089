//! Each rule finds its contradiction, with the lines of both sides, and is silent once it is mended.

use shipworthy::{import, lint};

/// Rules that find something, with their lines.
fn found(text: &str) -> Vec<(&'static str, Vec<u32>)> {
    let inventory = import::read(text.as_bytes());
    let findings = lint::look(&inventory.statements, None);
    findings.into_iter().map(|finding| (finding.rule, finding.lines)).collect()
}

#[track_caller]
fn contradicts(rule: &str, lines: &[u32], text: &str) {
    let found = found(text);
    assert!(found.iter().any(|(own, places)| *own == rule && places == lines), "{rule} {lines:?} not in {found:?}");
}

#[track_caller]
fn silent(text: &str) {
    assert_eq!(found(text), []);
}

#[test]
fn done_in_one_part_and_open_in_another() {
    let bad = "# Plan\n\n## Strengths\n\n- ✅ Audit logging works\n\n## Blocking launch\n\n- ❌ Audit logging\n";
    contradicts("L01", &[5, 9], bad);
    silent(&bad.replace("❌ Audit logging", "❌ Audit log retention"));
}

#[test]
fn two_lengths_of_one_plan() {
    let bad = "# Plan\n\nTimeline to production: 12 weeks (2 months)\n";
    contradicts("L02", &[3], &bad.replace("(2 months)", "(2.5 months)"));
    silent(&bad.replace("12 weeks (2 months)", "12 weeks (84 days)"));
}

#[test]
fn parts_of_the_plan_that_share_days() {
    let bad = "# Plan\n\n## Week 1\n\n### Harden (Days 1-3)\n\n- [ ] Limits\n\n### Launch (Days 3-5)\n\n- [ ] Canary\n";
    contradicts("L02", &[5, 9], bad);
    silent(&bad.replace("Days 3-5", "Days 4-5"));
}

#[test]
fn the_whole_is_not_the_mean_of_its_parts() {
    let bad = "# Plan\n\n| Area | Completion |\n|---|---|\n| API | 40% |\n| Data | 60% |\n| Overall | 80% |\n";
    contradicts("L03", &[5, 6, 7], bad);
    silent(&bad.replace("| Overall | 80% |", "| Overall | 50% |"));
}

#[test]
fn a_percentage_without_done_items() {
    let bad = "# Plan\n\n## API (70% Complete)\n\n- ❌ Limits\n- ❌ Paging\n- ❌ Search\n- ❌ Export\n";
    contradicts("L04", &[3, 5, 6, 7, 8], bad);
    silent("# Plan\n\n## API (50% Complete)\n\n- ✅ Limits\n- ✅ Paging\n- ❌ Search\n- ❌ Export\n");
}

#[test]
fn a_table_that_leaves_out_an_area() {
    let areas = "## 1. Login\n\n- [ ] a\n\n## 2. Backups\n\n- [ ] b\n\n## 3. Alerts\n\n- [ ] c\n\n## 4. Licences\n\n- [ ] d\n\n";
    let table = "## Matrix\n\n| Item | Priority |\n|---|---|\n| Login | High |\n| Backups | High |\n| Alerts | Low |\n";
    contradicts("L05", &[15, 23, 25], &format!("# Plan\n\n{areas}{table}"));
    silent(&format!("# Plan\n\n{areas}{table}| Licences | Low |\n"));
}

#[test]
fn one_subject_in_two_parts() {
    let bad = "# Plan\n\n## Data\n\n- [ ] Connection pooling\n- [ ] Indexes\n\n## Speed\n\n- [ ] Connection pooling\n- [ ] Caching\n";
    contradicts("L06", &[5, 10], bad);
    let template = "# Plan\n\n## Cart\n\n- [ ] Unit tests written\n- [ ] Health endpoint\n\n## Shop\n\n- [ ] Unit tests written\n- [ ] Health endpoint\n";
    silent(template);
}

#[test]
fn parts_that_do_not_add_up() {
    let bad = "# Plan\n\n### Phase 1: Base\n\n**Timeline: 3 weeks**\n\n1. Login (2 weeks)\n2. Limits (2 weeks)\n";
    contradicts("L07", &[5, 7, 8], bad);
    silent(&bad.replace("3 weeks", "4 weeks"));
    silent(&bad.replace("**Timeline: 3 weeks**", "**Timeline: 3 weeks** (in parallel)"));
}

#[test]
fn a_gain_without_a_baseline() {
    contradicts("L08", &[3], "# Plan\n\n- [ ] Optimize for 70% efficiency gain\n");
    // It may tell what came out.
    silent("# Plan\n\n- Queries: 70% efficiency gain\n");
}

#[test]
fn numbers_that_do_not_rank_as_the_levels_do() {
    let bad =
        "# Plan\n\n## Priority 1: Speed\n\n**Priority:** MEDIUM\n\n## Priority 2: Login\n\n**Priority:** CRITICAL\n";
    contradicts("L09", &[3, 5, 7, 9], bad);
    silent(&bad.replace("MEDIUM", "CRITICAL"));
}

#[test]
fn a_tick_on_what_is_not_whole() {
    contradicts("L10", &[3], "# Plan\n\n- ✅ Reports: 70% implemented\n");
    silent("# Plan\n\n- ✅ Reports: 100% implemented\n");
}

#[test]
fn nothing_marked_as_a_part() {
    contradicts("L10", &[3], "# Plan\n\n- ⚠️ No rate limiting\n- ❌ No paging\n");
    silent("# Plan\n\n- ❌ No rate limiting\n- ❌ No paging\n");
}

#[test]
fn one_metric_with_two_bounds() {
    let bad = "# Plan\n\n## Gate\n\n- [ ] API response time <200ms\n\n## Metrics\n\n- **API response time**: <500ms\n";
    contradicts("L11", &[5, 9], bad);
    silent(&bad.replace("<500ms", "<200ms"));
    silent(&bad.replace("<200ms", "<200ms (p50)").replace("<500ms", "<500ms (p99)"));
}

#[test]
fn users_that_need_more_than_the_throughput() {
    let bad = "# Plan\n\n## Metrics\n\n- **Concurrent users**: 500+ users\n- **Response time**: <100ms\n- **Throughput**: >50 req/sec\n";
    contradicts("L12", &[5, 6, 7], bad);
    silent(&format!("{bad}- One request per user every 20 s: think time is included\n"));
}

#[test]
fn ticks_before_criteria() {
    let bad = "# Plan\n\n- [ ] Limits\n\n## Success criteria\n\n- ✅ No failed tests\n- ✅ All alerts delivered\n";
    contradicts("L13", &[7, 8], bad);
    silent(&bad.replace("✅", "🎯"));
}

#[test]
fn a_task_before_what_it_requires() {
    let bad = "# Plan\n\n### Phase 1: Start\n\n- [ ] Canary release\n\n### Phase 2: Finish\n\n- [ ] Load test\n\n## Order\n\n- Canary release → requires Load test\n";
    contradicts("L14", &[5, 9, 13], bad);
    silent(&bad.replace("Canary release → requires Load test", "Load test → requires Canary release"));
}

#[test]
fn a_small_scope_without_what_production_needs() {
    let bad = "# Plan\n\n### Phase A: Base\n\n- [ ] Login\n\n### Phase B: Security\n\n- [ ] Limits\n\n## Scope\n\n- MVP: phase A only\n";
    contradicts("L15", &[7, 13], bad);
    silent(&bad.replace("phase A only", "phases A and B only"));
}

#[test]
fn shares_whose_base_is_not_told() {
    let bad = "# Plan\n\n## API (60% Complete)\n\n### Limits (30% of remaining)\n\n- ✅ a\n\n### Paging (10% of remaining)\n\n- ❌ b\n";
    contradicts("L16", &[5, 9], bad);
    silent(&bad.replace("30% of", "75% of").replace("10% of", "25% of"));
}

#[test]
fn missing_or_partial_cannot_be_told() {
    contradicts("L17", &[3], "# Plan\n\n- **No monitoring** - minimal logging\n");
}

#[test]
fn as_good_as_ready_with_open_blockers() {
    let bad = "# Plan\n\n**Overall: 95% ready**\n\n## Blockers\n\n- [ ] Restore fails\n- [x] Login\n";
    contradicts("L18", &[3, 7], bad);
}

#[test]
fn checked_and_not_done() {
    let bad = "# Plan\n\n- [x] Database (configured but not tested)\n- [x] Login\n";
    contradicts("L19", &[3], bad);
    silent("# Plan\n\n- [x] Database (tested)\n- [x] Pending orders survive a restart\n- [x] No hard-coded secrets\n");
}

#[test]
fn planned_and_checked_off() {
    let bad = "# Plan\n\n## State\n\n- [x] Load testing\n- [x] Failover testing\n\n### Phase 1: Tests\n\n1. Load testing in staging\n2. Failover testing in staging\n";
    contradicts("L20", &[5, 6, 10, 11], bad);
    silent(&bad.replace("[x]", "[ ]"));
}

#[test]
fn a_circle_of_dependencies() {
    let bad = "# Plan\n\n- Data migration → requires Schema freeze\n- Schema freeze → requires Data migration\n";
    contradicts("L21", &[3, 4], bad);
    silent(&bad.replace("Schema freeze → requires Data migration", "Schema freeze → requires Design review"));
}

#[test]
fn content_newer_than_its_date() {
    let bad = "# Plan\n\n**Last Updated:** 2026-01-10\n\n- [x] Login **[RESOLVED: 2026-02-01]**\n";
    contradicts("L22", &[3, 5], bad);
    silent(&bad.replace("2026-01-10", "2026-02-02"));
}

#[test]
fn resolved_by_tests_only() {
    contradicts(
        "L23",
        &[3],
        "# Plan\n\n- [x] Move keys to the vault [RESOLVED: 2026-02-01] - vault access in security tests\n",
    );
}

#[test]
fn a_path_that_leaves_out_a_prerequisite() {
    let bad = "# Plan\n\n- Production release → requires Security audit\n\nCritical path: Model training → Model rollout → Production release\n";
    contradicts("L24", &[3, 5], bad);
}

#[test]
fn done_with_its_tests_to_be_written() {
    let bad = "# Plan\n\n## There\n\n- ✅ Tenant isolation enforced\n\n## To do\n\n- ⚠️ Add tenant isolation tests\n";
    contradicts("L25", &[5, 9], bad);
}

#[test]
fn tables_that_compare_other_things_a_question_and_nothing_contradict_nobody() {
    silent(
        "# P\n\n## Features\n\n| Driver | Web | Mobile |\n|---|---|---|\n| Alpha driver | ✓ | ✗ |\n\n## Modules\n\n| Driver | Own signer |\n|---|---|\n| Alpha driver | ✗ |\n",
    );
    silent("# P\n\n## Done\n\n- ✅ Token guard registered?\n\n## Check\n\n- [ ] Token guard registered\n");
    silent(
        "# P\n\n## Blocked\n\n- ❌ None — all work is done\n\n## Changed\n\n- ✅ None — the interface is the same\n",
    );
    silent("# P\n\n## Done\n\n- [x] Queue monitoring implemented\n\n## After launch\n\n- [ ] Monitor the queue\n");
}

#[test]
fn steps_through_pages_and_keys_with_other_values_are_no_doubles() {
    for (one, other) in [
        ("Click **\"Save page\"**", "Click **\"Save page\"**"),
        ("**Image Path**: web/image", "**Image Path**: jobs/image"),
    ] {
        silent(&format!("# P\n\n## Phase 1: web\n\n1. {one}\n\n## Phase 2: jobs\n\n1. {other}\n"));
    }
}
