//! Whether a change starts a job: a merge request, a push to its branch, or one to the default branch. By `rules`, by `only` and
//! `except`, and by `when`, as the CI/CD YAML syntax reference tells, with the variables of "Predefined CI/CD variables
//! reference". Changed files (`changes`) and files that are there (`exists`) are taken to be as a rule wants them.

use crate::probe::pipelines::starts::expression::{self, Value, of_requests, source};
use crate::probe::pipelines::starts::{Event, Started, Starts, branches};
use crate::probe::pipelines::step::{listed, text};
use crate::yaml::Node;

/// What decides whether a job starts.
#[derive(Default)]
pub(super) struct Keys<'n> {
    pub(super) rules: Option<&'n Node>,
    pub(super) only: Option<&'n Node>,
    pub(super) except: Option<&'n Node>,
    pub(super) when: Option<&'n Node>,
}

impl<'n> Keys<'n> {
    /// Those that a job's own definition has.
    pub(super) fn of(job: &'n Node) -> Keys<'n> {
        Keys { rules: job.get("rules"), only: job.get("only"), except: job.get("except"), when: job.get("when") }
    }
}

/// What is around a job.
#[derive(Default)]
pub(super) struct Around<'n> {
    /// Variables that the file sets, each `variables` mapping.
    pub(super) variables: Vec<Option<&'n Node>>,
    /// Whether another pipeline starts this one.
    pub(super) is_child: bool,
    /// Whether `workflow: rules` decides: then jobs that say nothing run whenever the pipeline does.
    pub(super) has_workflow: bool,
}

/// The events that start a job without anybody's hand.
pub(super) fn starts(keys: &Keys<'_>, around: &Around<'_>) -> Starts {
    if keys.when.and_then(Node::text).is_some_and(is_by_hand) {
        return Starts::never();
    }
    if let Some(rules) = keys.rules {
        return by_rules(rules, around);
    }
    Starts::each(|event| {
        let values = |name: &str| value(name, event, around);
        // A job that says nothing is one of branches and tags.
        let of_branches = around.has_workflow || event != Event::Request;
        let only = keys.only.map_or_else(|| of_branches.into(), |only| by_only(only, event, &values));
        only.and(keys.except.map_or(Started::Yes, |except| by_only(except, event, &values).negated()))
    })
}

/// The events that these rules let through.
pub(super) fn by_rules(rules: &Node, around: &Around<'_>) -> Starts {
    let mut all = Vec::new();
    flattened(rules, &mut all);
    Starts::each(|event| first_met(&all, &|name| value(name, event, around)))
}

/// Rules in rules, which `!reference` makes; what it names itself is not looked up here.
fn flattened<'n>(rules: &'n Node, all: &mut Vec<Rule<'n>>) {
    for rule in listed(rules) {
        match rule.items() {
            [] => all.push(Rule::Own(rule)),
            items if items.iter().all(|item| item.text().is_some()) => all.push(Rule::Elsewhere),
            _ => flattened(rule, all),
        }
    }
}

enum Rule<'n> {
    Own(&'n Node),
    Elsewhere,
}

/// The first rule that is met decides. One that is not to be told and would hold the job back is taken not to be met: what no
/// file sets is mostly not set.
fn first_met(rules: &[Rule<'_>], values: &expression::Values<'_>) -> Started {
    let mut so_far = Started::No;
    for rule in rules {
        let Rule::Own(rule) = rule else {
            so_far = so_far.or(Started::open("rules that `!reference` names are not followed"));
            continue;
        };
        let is_met = text(rule, "if").map_or(Started::Yes, |condition| expression::holds(condition, values));
        let by_files = ["changes", "exists"].iter().any(|key| rule.get(key).is_some());
        if !text(rule, "when").is_some_and(is_by_hand) {
            let is_last = is_met == Started::Yes;
            so_far = so_far.or(is_met);
            if is_last {
                return so_far;
            }
        } else if is_met == Started::Yes && !by_files {
            return so_far;
        }
    }
    so_far
}

fn is_by_hand(when: &str) -> bool {
    matches!(when, "manual" | "never")
}

/// What `only` (or `except`) names: kinds of events, branches and patterns; without `refs` any. `variables` are conditions, one
/// of which is enough.
fn by_only(only: &Node, event: Event, values: &expression::Values<'_>) -> Started {
    let refs = if only.entries().is_empty() { Some(only) } else { only.get("refs") };
    let by_refs = refs.map_or(Started::Yes, |refs| {
        let names = listed(refs).iter().filter_map(Node::text);
        names.fold(Started::No, |all, name| all.or(by_name(name, event)))
    });
    let by_variables = only.get("variables").map_or(Started::Yes, |list| {
        let conditions = listed(list).iter().filter_map(Node::text);
        conditions.fold(Started::No, |all, condition| all.or(expression::holds(condition, values)))
    });
    by_refs.and(by_variables)
}

fn by_name(name: &str, event: Event) -> Started {
    let is_request = event == Event::Request;
    match name {
        "branches" | "pushes" => (!is_request).into(),
        "merge_requests" | "external_pull_requests" => is_request.into(),
        "tags" | "schedules" | "triggers" | "web" | "api" | "pipelines" | "chat" | "external" => Started::No,
        _ if is_request => Started::No,
        name => branches::any([name.split('@').next().unwrap_or(name)], event),
    }
}

/// What a variable is at an event; what the files set, as they set it.
fn value(name: &str, event: Event, around: &Around<'_>) -> Option<Value> {
    let own = || Value::Text(String::new());
    let value = match name {
        "CI_PIPELINE_SOURCE" if around.is_child => Value::Text("parent_pipeline".to_owned()),
        "CI_PIPELINE_SOURCE" if event == Event::Request => Value::Text("merge_request_event".to_owned()),
        "CI_PIPELINE_SOURCE" => Value::Text("push".to_owned()),
        "CI_DEFAULT_BRANCH" => Value::DefaultBranch,
        "CI_COMMIT_BRANCH" if event == Event::Request => Value::Null,
        "CI_COMMIT_BRANCH" | "CI_COMMIT_REF_NAME" | "CI_COMMIT_REF_SLUG" | "CI_BUILD_REF_NAME" => source(event),
        "CI_COMMIT_TAG" | "CI_BUILD_TAG" | "CI_PIPELINE_SCHEDULE_DESCRIPTION" => Value::Null,
        "CI_COMMIT_MESSAGE"
        | "CI_COMMIT_TITLE"
        | "CI_COMMIT_DESCRIPTION"
        | "CI_COMMIT_SHA"
        | "CI"
        | "GITLAB_CI"
        | "CI_COMMIT_AUTHOR"
        | "GITLAB_USER_LOGIN"
        | "CI_MERGE_REQUEST_TITLE"
        | "CI_MERGE_REQUEST_LABELS" => Value::Some,
        "CI_COMMIT_REF_PROTECTED" => Value::Text((event == Event::Default).to_string()),
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME" => of_requests(event, Value::DefaultBranch),
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME" => of_requests(event, Value::OtherBranch),
        // Where a push waits for its merge request, that is what runs.
        "CI_OPEN_MERGE_REQUESTS" => {
            if event == Event::Branch {
                Value::Some
            } else {
                Value::Null
            }
        }
        "CI_MERGE_REQUEST_EVENT_TYPE" => return (event != Event::Request).then_some(Value::Null),
        name if name.starts_with("CI_MERGE_REQUEST_") => of_requests(event, Value::Some),
        name if name.starts_with("CI_EXTERNAL_PULL_REQUEST_") => Value::Null,
        name => {
            let set = around.variables.iter().rev().flatten().find_map(|variables| variables.get(name))?;
            let text = set.text().or_else(|| set.get("value").and_then(Node::text));
            text.filter(|text| !text.contains('$')).map_or_else(own, |text| Value::Text(text.to_owned()))
        }
    };
    Some(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(job: &str) -> Starts {
        let job = crate::probe::yaml_file::read("x.yml", job.as_bytes()).unwrap();
        starts(&Keys::of(&job), &Around { variables: vec![job.get("variables")], ..Around::default() })
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
            assert!(of(job).is_gate(), "{job}");
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
            assert!(!of(job).is_gate(), "{job}");
        }
    }

    #[test]
    fn each_event_is_told_from_the_others() {
        use Started::{No, Yes};
        for (job, change, push) in [
            ("script: x", Yes, Yes),
            ("only: [merge_requests]", Yes, No),
            ("only: [main, merge_requests]", Yes, Yes),
            ("only: [master]", No, Yes),
            ("except: [main]", Yes, No),
            ("rules: [{if: $CI_MERGE_REQUEST_ID}]", Yes, No),
            ("rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", No, Yes),
            ("rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: never}, {if: $CI_COMMIT_BRANCH}]", Yes, No),
            ("rules: [{if: $CI_PIPELINE_SOURCE == 'push', when: manual}, {if: $CI_MERGE_REQUEST_IID}]", Yes, No),
            ("rules: [{if: $SKIP, when: never}, {when: on_success}]", Yes, Yes),
            ("variables: {RUN: 'no'}\nrules: [{if: $RUN == 'yes'}]", No, No),
            ("only: {refs: [branches], variables: [\"$CI_COMMIT_BRANCH == 'main'\"]}", No, Yes),
        ] {
            let starts = of(job);
            assert_eq!((starts.on_change(), starts.on_push().clone()), (change, push), "{job}");
        }
        assert!(matches!(of("rules: [{if: $RUN_TESTS}]").on_push(), Started::Open(_)));
        assert_eq!(of("only: [next]").on_push(), &Started::Named(["next".to_owned()].into()));
    }

    #[test]
    fn a_job_that_says_nothing_runs_on_requests_where_the_workflow_lets_them_through() {
        let starts = |has_workflow| super::starts(&Keys::default(), &Around { has_workflow, ..Around::default() });
        assert_eq!(starts(true).on(Event::Request), &Started::Yes);
        assert_eq!(starts(false).on(Event::Request), &Started::No);
    }
}
