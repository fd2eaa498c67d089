//! Facts of single kinds of documents: commands and templates of guides, alerts of runbooks, days and numbers of plans.

use std::collections::BTreeMap;

use super::restored::Restore;
use super::seen::Seen;
use super::tiers::{self, Tier};
use super::written::{self, Written};
use super::{backups, commands, incident_record, restored, runbook, seconds, written_by_page};
use crate::model::{Certainty, Fact, Value};
use crate::probe::finding::Finding;
use crate::probe::prometheus_rules;
use crate::world::{Swept, WantId};

impl Seen<'_> {
    pub(super) fn guide(&mut self, swept: &Swept, want: WantId, text: &BTreeMap<&str, &Written>) {
        let known = commands::Known::of(swept, want);
        let mut judged = 0_usize;
        for (path, page) in &self.pages {
            for (line, command) in known.judge(path, page) {
                judged += 1;
                if let commands::Judged::Dead(command) = command {
                    let note = format!("shows `{command}`, which runs nothing that is here");
                    let finding = Finding::new("dead_commands", line, command, note);
                    self.findings.push(path, finding.with(Certainty::Likely));
                }
            }
        }
        for (path, tool) in text.iter().filter_map(|(path, written)| Some((path, written.template?))) {
            let note = format!("says little more than {tool} wrote");
            self.findings.push(path, Finding::new("templates", 0, tool, note).with(Certainty::Likely));
        }
        self.findings.set_number(&mut self.facts, "commands", judged);
        for name in ["dead_commands", "templates"] {
            self.findings.set_count(&mut self.facts, name);
        }
    }

    pub(super) fn alerts(&mut self, swept: &Swept, want: WantId, text: &BTreeMap<&str, &Written>) {
        let waking = prometheus_rules::waking(swept, want);
        waking.unread.into_iter().for_each(|(path, reason)| self.findings.unread(path, reason));
        let (count, share) = runbook::alerts(&waking.alerts, &self.pages, text, &mut self.findings);
        self.findings.set_number(&mut self.facts, "paging_alerts", count);
        self.findings.set_count(&mut self.facts, "unlinked_alerts");
        let share = match self.facts.get("unlinked_alerts") {
            Fact::Unobserved(reason) => Fact::Unobserved(reason),
            _ => Fact::Present(Value::Number(share)),
        };
        self.facts.set("linked_ratio", share);
    }

    /// Gives the age of the last exercise, in seconds.
    pub(super) fn recovery(&mut self, text: &BTreeMap<&str, &Written>, now: i64) -> Option<i64> {
        let longest = |of: fn(&Written) -> Option<u64>| text.values().filter_map(|written| of(written)).max();
        let known = |seconds: Option<u64>| seconds.map_or(Fact::Absent, |seconds| Fact::Present(Value::count(seconds)));
        self.facts.set("rto", known(longest(|written| written.recovery_time)));
        self.facts.set("rpo", known(longest(|written| written.recovery_point)));
        let days = text.values().flat_map(|written| written.exercises.iter().map(|day| now - seconds(*day)));
        let age = days.filter(|age| *age >= 0).min();
        self.facts.set("exercise_age", known(age.and_then(|age| u64::try_from(age).ok())));
        age
    }

    /// Whether backups are made as often as the plan needs.
    pub(super) fn backups(&mut self, swept: &Swept, want: WantId, text: &BTreeMap<&str, &Written>) {
        let point = text.values().filter_map(|written| written.recovery_point).max();
        let interval = backups::interval(swept, want);
        match &interval {
            Some(known) => self.facts.present("backup_interval", Value::count(known.seconds)),
            None => {
                let reason = "no schedule of backups is seen here, or changes are archived all the time";
                self.facts.set("backup_interval", Fact::Unobserved(reason.to_owned()));
            }
        }
        if let (Some(known), Some(point)) = (interval, point)
            && known.seconds > point
        {
            let note = format!(
                "makes a backup every {} min; the plan allows the loss of {} min",
                known.seconds / 60,
                point / 60
            );
            let finding = Finding::new("rpo_missed", known.line, "interval", note);
            self.findings.push(&known.path, finding.with(Certainty::Likely));
        }
        let missed = self.findings.count("rpo_missed");
        self.facts.present("rpo_missed", Value::count(missed));
    }

    /// Whether a restore was as fast as the plan needs.
    pub(super) fn restores(&mut self, swept: &Swept, want: WantId, text: &BTreeMap<&str, &Written>) {
        let objective = text.values().filter_map(|written| written.recovery_time).max();
        let tiers: Vec<Tier> = text.values().flat_map(|written| written.tiers.iter().cloned()).collect();
        let all = restored::all(swept, want);
        let newest = restored::newest(&all);
        let known = |seconds: u64| Fact::Present(Value::count(seconds));
        self.facts.set("restore_time", newest.map_or(Fact::Absent, |(_, restore)| known(restore.seconds)));
        let mut late = |path: &str, restore: &Restore, objective: u64, of: &str| {
            if restore.seconds > objective {
                let (took, allowed) = (restore.seconds / 60, objective / 60);
                let note = format!("says that a restore{of} took {took} min; the plan allows {allowed} min");
                let finding = Finding::new("rto_missed", restore.line, "restore", note);
                self.findings.push(path, finding.with(Certainty::Likely));
            }
        };
        for (path, restore, tier) in tiers::newest(&all, &tiers) {
            late(path, restore, tier.recovery_time, &format!(" of `{}`", tier.name));
        }
        // One that names no tier may be of the least urgent.
        if let (Some((path, restore)), Some(objective)) = (newest, objective)
            && tiers::of(restore, &tiers).is_none()
        {
            late(path, restore, objective, "");
        }
        let missed = self.findings.count("rto_missed");
        self.facts.present("rto_missed", Value::count(missed));
    }

    /// What the newest record of an incident holds, and which actions of all are overdue.
    pub(super) fn incidents(&mut self, swept: &Swept, want: WantId, now: i64) {
        let all = swept.get(want).own::<incident_record::Record>();
        let all = all.filter_map(|(id, record)| Some((swept.path(id), record.ok()?)));
        let is_template = |path: &str| path.to_ascii_lowercase().contains("template");
        let all: Vec<_> = all.filter(|(path, _)| !is_template(path)).collect();
        for (path, record) in &all {
            for (line, day) in record.open.iter().filter(|(_, day)| seconds(*day) + 86_400 < now) {
                let note = format!("names an action that was due on {day} and is not done");
                let finding = Finding::new("overdue_actions", *line, day.to_string(), note);
                self.findings.push(path, finding.with(Certainty::Likely));
            }
        }
        self.findings.set_count(&mut self.facts, "overdue_actions");
        let past = |record: &incident_record::Record| record.day.filter(|day| seconds(*day) <= now);
        let dated = all.iter().filter_map(|(path, record)| Some((past(record)?, *path, *record)));
        let newest = dated.max_by(|(a, x, left), (b, y, right)| {
            a.cmp(b).then_with(|| left.has.len().cmp(&right.has.len())).then_with(|| y.cmp(x))
        });
        let Some((_, path, record)) = newest else {
            self.facts.set("record_missing", Fact::Absent);
            return;
        };
        let lacks: Vec<&str> = incident_record::PARTS.into_iter().filter(|part| !record.has.contains(part)).collect();
        if !lacks.is_empty() {
            let note = format!("is the newest record and lacks: {}", lacks.join(", "));
            self.findings.push(path, Finding::new("record_missing", 0, path, note).with(Certainty::Likely));
        }
        let lacks = lacks.into_iter().map(|part| Value::Text(part.to_owned())).collect();
        self.facts.present("record_missing", Value::List(lacks));
    }

    /// Gives the age of the newest record, in seconds.
    pub(super) fn records(&mut self, swept: &Swept, want: WantId, now: i64) -> Option<i64> {
        let mut ages = Vec::new();
        for (path, written) in written_by_page(swept, want) {
            let base = path.rsplit('/').next().unwrap_or(path);
            let Some(day) = written::day_on(base).or(written.first_day) else { continue };
            let age = now - seconds(day);
            if age >= 0 && !base.to_ascii_lowercase().contains("template") {
                ages.push(age);
                let note = format!("is a record of {day}");
                self.findings.push(path, Finding::new("record_age", 0, base, note).with(Certainty::Likely));
            }
        }
        self.findings.set_number(&mut self.facts, "records_found", ages.len());
        let newest = ages.into_iter().min();
        let age = newest.and_then(|age| u64::try_from(age).ok());
        self.facts.set("record_age", age.map_or(Fact::Absent, |age| Fact::Present(Value::count(age))));
        newest
    }
}
