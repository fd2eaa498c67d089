//! Whether a change starts a job: a merge request, or a push to the default branch. By `rules`, by `only` and `except`, and
//! by `when`, as the CI/CD YAML syntax reference tells; what a variable of the project decides is taken to let it run.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::step::{has_default_branch, listed, may_hold, text};
use crate::yaml::Node;

/// Whether the values of these keys let a change start the job without anybody's hand.
pub(super) fn by_changes(
    rules: Option<&Node>,
    only: Option<&Node>,
    except: Option<&Node>,
    when: Option<&Node>,
) -> bool {
    if when.and_then(Node::text).is_some_and(is_by_hand) {
        return false;
    }
    match rules {
        Some(rules) => by_rules(rules),
        None => only.is_none_or(by_only) && except.is_none_or(|except| lets_through(except, only.is_some())),
    }
}

fn is_by_hand(when: &str) -> bool {
    matches!(when, "manual" | "never")
}

/// Whether one of the rules lets a change start it; rules in rules are flattened by `!reference`.
pub(super) fn by_rules(rules: &Node) -> bool {
    listed(rules).iter().any(|rule| {
        if !rule.items().is_empty() {
            // What `!reference` names is not looked up here: a list of two texts, or rules.
            return rule.items().iter().all(|item| item.text().is_some()) || by_rules(rule);
        }
        let runs = !text(rule, "when").is_some_and(is_by_hand);
        runs && text(rule, "if").is_none_or(|condition| may_hold(condition, is_of_another_event))
    })
}

/// A comparison that only schedules, tags, hands and other branches meet.
fn is_of_another_event(part: &str) -> bool {
    static EVENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"^[\s(]*\$\{?CI_PIPELINE_SOURCE\}?\s*==\s*["'](?:schedule|web|trigger|api|pipeline|chat|parent_pipeline)["']"#,
            r#"|^[\s(]*\$\{?CI_COMMIT_TAG\}?\s*(?:$|\)|=~|!=\s*(?:null|["']["']))"#,
            r#"|^[\s(]*\$\{?CI_(?:COMMIT_BRANCH|COMMIT_REF_NAME|MERGE_REQUEST_TARGET_BRANCH_NAME)\}?\s*==\s*["']([^"'$]+)["']"#,
        ))
        .expect("a fixed pattern")
    });
    EVENT.captures(part).is_some_and(|found| match found.get(1) {
        Some(branch) => !has_default_branch([branch.as_str()].into_iter()),
        None => true,
    })
}

/// What `only` names: kinds of events, branches and patterns; without `refs` any.
fn by_only(only: &Node) -> bool {
    let refs = if only.entries().is_empty() { Some(only) } else { only.get("refs") };
    refs.is_none_or(|refs| {
        listed(refs).iter().filter_map(Node::text).any(|name| match name {
            "branches" | "merge_requests" | "pushes" | "external_pull_requests" => true,
            "tags" | "schedules" | "triggers" | "web" | "api" | "pipelines" | "chat" | "external" => false,
            name => has_default_branch([name.split('@').next().unwrap_or(name)].into_iter()),
        })
    })
}

/// Whether `except` leaves changes over; where no `only` stands, tags are all that is left without branches.
fn lets_through(except: &Node, has_only: bool) -> bool {
    let refs = if except.entries().is_empty() { Some(except) } else { except.get("refs") };
    let names = refs.map(listed).unwrap_or_default();
    let has = |name: &str| names.iter().any(|node| node.text() == Some(name));
    !(has("branches") && (has("merge_requests") || !has_only) || has("pushes") && has("merge_requests"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn starts(job: &str) -> bool {
        let job = crate::probe::yaml_file::read("x.yml", job.as_bytes()).unwrap();
        by_changes(job.get("rules"), job.get("only"), job.get("except"), job.get("when"))
    }

    #[test]
    fn changes_start_what_names_them_or_nothing() {
        for job in [
            "script: x",
            "rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]",
            "rules: [{if: $CI_COMMIT_TAG, when: never}, {when: on_success}]",
            "rules: [{if: '$CI_COMMIT_TAG || $CI_COMMIT_BRANCH == \"main\"'}]",
            "rules: [{if: $CI_COMMIT_TAG == null}]",
            "rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]",
            "only: [merge_requests]",
            "only: {refs: [main]}",
            "only: {changes: [src/*]}",
            "except: [tags, schedules]",
        ] {
            assert!(starts(job), "{job}");
        }
    }

    #[test]
    fn tags_schedules_hands_and_other_branches_are_no_changes() {
        for job in [
            "when: manual",
            "rules: [{if: $CI_PIPELINE_SOURCE == \"schedule\"}]",
            "rules: [{if: $CI_COMMIT_TAG}]",
            "rules: [{if: '$CI_COMMIT_TAG =~ /^v/ && $CI_PROJECT_PATH == \"a/b\"'}]",
            "rules: [{when: manual}]",
            "rules: [{if: $CI_COMMIT_BRANCH == \"production\"}]",
            "only: [tags]",
            "only: {refs: [schedules, web]}",
            "only: [production]",
            "except: [branches]",
        ] {
            assert!(!starts(job), "{job}");
        }
    }
}
