//! GitLab: jobs as `include`, `extends` and `!reference` put them together, which probe `gitlab` does. What templates of
//! GitLab run is known by their names; what other projects bring is not seen.

use crate::probe::finding::Finding;
use crate::probe::gitlab::{files, files::Pipelined, order::Orders, pipeline, whole::Whole};
use crate::world::{FileId, Swept};

use super::super::order::Order;
use super::super::starts::Starts;
use super::super::step::{Reading, Step, joined};
use super::super::variable::{Source, filled_by, variables};

/// What the pipelines of a repository run; `None` where none starts.
pub(in super::super) fn read<'t>(swept: &Swept, texts: impl Iterator<Item = (FileId, &'t str)>) -> Option<Reading> {
    let mut reading = Reading::default();
    let parsed: Vec<_> = texts
        .map(|(id, text)| {
            let path = swept.path(id);
            let fault = |line: u32, reason: String| Finding::new("parse_errors", line, "parse error", reason);
            let read = pipeline::read_leniently(path, text.as_bytes()).map(|(pipeline, doubt)| {
                if let Some(doubt) = doubt {
                    reading.miss(format!("`{path}` could not be read whole: line {}: {}", doubt.line, doubt.reason));
                }
                pipeline
            });
            (id, read.map_err(|wrong| fault(wrong.line, wrong.reason)))
        })
        .collect();
    let resolved = files::resolve(swept, parsed.into_iter())?;
    for (path, read) in &resolved.read {
        match read {
            Ok(pipeline) => outside(path, &pipeline.outside, &mut reading),
            Err(fault) => reading.miss(format!("`{path}` could not be read: {}", fault.note)),
        }
    }
    for started in &resolved.pipelines {
        let whole = Whole::of(&resolved.read, &started.files);
        let orders = Orders::of(&whole);
        whole.names().for_each(|job| work(&whole, (job, orders.order(&whole, job)), started, &mut reading));
    }
    Some(reading)
}

fn outside(path: &str, included: &[(u32, &'static str, String)], reading: &mut Reading) {
    for (line, kind, name) in included {
        match *kind {
            "template" => {}
            "artifact" => reading.miss(format!("`{path}:{line}` makes a pipeline when it runs")),
            _ => reading.miss(format!("`{path}:{line}` includes what is not in this repository")),
        }
        let uses = Some(format!("{kind}: {name}"));
        reading.steps.push(Step {
            path: path.to_owned(),
            line: *line,
            uses,
            starts: Starts::always(),
            ..Step::default()
        });
    }
}

fn work(whole: &Whole<'_>, (job, order): (&str, Order), pipeline: &Pipelined, reading: &mut Reading) {
    let lines = whole.script(job);
    let Some(first) = lines.first() else { return };
    let mut set = variables(whole.variables(job));
    set.extend(filled_by([whole.value_or_default(job, "secrets")], Source::Secret));
    set.extend(filled_by([whole.value_or_default(job, "id_tokens")], Source::Identity));
    let step = Step {
        path: first.file.to_owned(),
        line: first.line,
        job: job.to_owned(),
        is_soft: whole.soft(job).is_some(),
        starts: pipeline.starts.and(&whole.starts(job, pipeline.is_child)),
        set,
        order: Some(order),
        ..Step::default()
    };
    // One shell runs all of it, lines of several files among them; a step names one file.
    for part in lines.chunk_by(|one, next| one.file == next.file) {
        let own: Vec<(u32, String)> = part.iter().map(|line| (line.line, line.text.clone())).collect();
        let path = part[0].file.to_owned();
        reading.steps.push(Step { path, line: own[0].0, lines: joined(&own), ..step.clone() });
    }
}
