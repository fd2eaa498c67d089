//! A document merged onto specs that were made from it: what a person wrote stays, what is new comes in.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::import::{Propose, onto, suggest};

const PLAN: &str = "# Shop\n\n**Target date:** 2027-03-01\n\n## Security (60% complete)\n\n- [x] Login works\n- [ ] Rate limiting\n\n\
    ## Roadmap\n\n### Phase 1: Base\n\n- [ ] Move the data (2 days)\n\n### Phase 2: Growth\n\n- [ ] Second region\n\n\
    ## Gate 1: Launch\n\n- [ ] Backups restored\n\n## Risks\n\n### High Risk\n\n- **Data loss**: nobody restores\n\n### Low Risk\n\n\
    - **Late supplier**: it may slip\n\n## Team\n\n- **Engineer**: 2 FTE (8 person-weeks)\n\n## Costs\n\n- **Hosting**: $500/month\n";

/// The same plan with something new in every part, and one thing less.
fn changed() -> String {
    PLAN.replace("- [ ] Rate limiting\n", "- [ ] Rate limiting\n- [ ] Audit log\n")
        .replace("- [ ] Backups restored\n", "- [ ] Backups restored\n- [ ] Rollback rehearsed\n")
        .replace("### Low Risk\n", "- **Key person leaves**: nobody else knows\n\n### Low Risk\n")
        .replace("8 person-weeks)\n", "8 person-weeks)\n- **Tester**: 0.5 FTE\n")
        .replace("$500/month\n", "$700/month\n- **Mail**: $20/month\n")
        .replace("- **Late supplier**: it may slip\n", "")
        .replace("## Gate 1: Launch", "### Phase 3: Rest\n\n- [ ] Archive\n\n## Gate 1: Launch")
}

fn made(plan: &str) -> String {
    suggest(plan.as_bytes(), "PLAN.md", Propose::Active).spec
}

fn merged(plan: &str, spec: &str) -> (String, Vec<String>) {
    let merged = onto(plan.as_bytes(), "PLAN.md", Propose::Active, "shipworthy.yaml", spec).unwrap().merged;
    (merged.spec, merged.notes)
}

#[test]
fn an_unchanged_document_leaves_every_edited_line_alone() {
    let spec = made(PLAN);
    for part in ["gates:", "phases:", "risks:", "team:", "costs:"] {
        assert!(spec.contains(part), "the plan has no `{part}`: {spec}");
    }
    assert_eq!(merged(PLAN, &spec).0, spec);
    let lines: Vec<&str> = spec.lines().collect();
    for edited in 0..lines.len() {
        let with_remark: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| if at == edited { format!("{line} # mine") } else { (*line).to_owned() })
            .collect();
        let text = format!("{}\n", with_remark.join("\n"));
        assert_eq!(merged(PLAN, &text).0, text, "line {}: {}", edited + 1, lines[edited]);
    }
}

#[test]
fn a_changed_document_keeps_every_edited_line_and_brings_what_is_new() {
    let spec = made(PLAN);
    let news = ["audit-log", "rollback-rehearsed", "Key person leaves", "role: Tester", "item: Mail", "Phase 3: Rest"];
    let lines: Vec<&str> = spec.lines().collect();
    for edited in 0..lines.len() {
        let line = lines[edited].trim_start();
        // The number of the line in the document, claims and the end of a gate's list are what the merge itself writes.
        if line.is_empty() || line.contains("# line ") || line.starts_with("claimed:") || line.starts_with("checks: [")
        {
            continue;
        }
        let mine = format!("{} # mine", lines[edited]);
        let text: String = lines
            .iter()
            .enumerate()
            .map(|(at, line)| format!("{}\n", if at == edited { mine.as_str() } else { line }))
            .collect();
        let (result, _) = merged(&changed(), &text);
        assert!(result.lines().any(|line| line == mine), "{mine} is lost:\n{result}");
        for new in news {
            assert!(result.contains(new), "`{new}` is missing:\n{result}");
        }
    }
}

#[test]
fn what_differs_and_what_is_gone_is_told_and_the_second_merge_changes_nothing() {
    let (once, notes) = merged(&changed(), &made(PLAN));
    let said = notes.join("\n");
    for told in [
        "says 700 USD",
        "the spec keeps 500 USD",
        "Late supplier",
        "no longer in the document",
        "asks for rollback-rehearsed too",
    ] {
        assert!(said.contains(told), "`{told}` in:\n{said}");
    }
    assert!(once.contains("checks: [backups-restored, rollback-rehearsed]"), "{once}");
    assert!(once.contains("amount: \"500 USD\"") && once.contains("Late supplier"), "{once}");
    let (twice, _) = merged(&changed(), &once);
    assert_eq!(twice, once);
}

#[test]
fn parts_that_are_written_in_one_line_are_left_to_the_person() {
    let spec = made(PLAN);
    let (start, end) = (spec.find("\nteam:").unwrap() + 1, spec.find("\ncosts:").unwrap() + 1);
    let flow = format!("{}team: [{{ role: Engineer, fte: 2 }}]\n\n{}", &spec[..start], &spec[end..]);
    let (result, notes) = merged(&changed(), &flow);
    assert!(result.contains("team: [{ role: Engineer, fte: 2 }]"), "{result}");
    assert!(notes.iter().any(|note| note.contains("add `Tester` by hand")), "{notes:?}");
}
