//! What the token of a workflow may do.

use crate::probe::finding::Finding;
use crate::yaml::{Kind, Node};

use super::view::Workflow;

/// How narrow a workflow's token is, in percent, with what is wrong; `None` where the caller decides.
pub(super) fn permissions(workflow: &Workflow<'_>) -> Option<(u32, Option<Finding>)> {
    if workflow.is_action || workflow.is_called_only() {
        return None;
    }
    let line = workflow.root.get("jobs").map_or(1, |jobs| jobs.span.line.saturating_sub(1).max(1));
    let write_all = workflow.jobs.iter().find(|job| job.text("permissions") == Some("write-all"));
    if let Some(job) = write_all {
        let note = format!("job `{}` has `permissions: write-all`", job.id);
        return Some((0, Some(Finding::new("write_all_permissions", job.line, job.id, note))));
    }
    let Some(top) = workflow.root.get("permissions") else {
        let open = workflow.jobs.iter().find(|job| job.node.get("permissions").is_none());
        return Some(match open {
            None => (100, None),
            Some(job) => {
                let note =
                    format!("no `permissions` at the top nor in job `{}`: the repository's default applies", job.id);
                (30, Some(Finding::new("missing_permissions", line, "permissions", note)))
            }
        });
    };
    let at = top.span.line;
    match &top.kind {
        Kind::Scalar { text, .. } if text == "write-all" => {
            let note = "`permissions: write-all` for every job";
            Some((0, Some(Finding::new("write_all_permissions", at, "top", note))))
        }
        _ => Some(broad(workflow, top)),
    }
}

/// Write access at the top reaches every job; with one job there is no difference.
fn broad(workflow: &Workflow<'_>, top: &Node) -> (u32, Option<Finding>) {
    let writes: Vec<_> = top.entries().iter().filter(|(_, value)| value.text() == Some("write")).collect();
    let inheriting = workflow.jobs.iter().filter(|job| job.node.get("permissions").is_none()).count();
    match writes.first() {
        Some((key, _)) if inheriting > 1 => {
            let note = format!("`{}: write` at the top reaches {inheriting} jobs", key.text);
            (60, Some(Finding::new("broad_permissions", key.span.line, key.text.as_str(), note)))
        }
        _ => (100, None),
    }
}
