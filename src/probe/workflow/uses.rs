//! Actions, reusable workflows and images that a workflow uses, and how firmly each is pinned.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;
use crate::probe::image::ImageRef;

use super::view::{Job, Workflow};

/// Something used from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) line: u32,
    pub(super) text: String,
    pub(super) pin: Pin,
}

/// How firmly it is pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    /// A commit, or an image by digest.
    Commit,
    /// A tag of GitHub's own actions.
    OfficialTag,
    /// A tag of somebody else's.
    Tag,
    /// A branch.
    Branch,
    /// An image by version tag.
    ImageTag,
    /// An image without a fixed tag.
    ImageFloating,
}

impl Pin {
    /// Percent, after the catalogue's ladder.
    pub(super) fn percent(self) -> u32 {
        match self {
            Pin::Commit => 100,
            Pin::OfficialTag => 60,
            Pin::ImageTag => 50,
            Pin::Tag => 30,
            Pin::Branch | Pin::ImageFloating => 0,
        }
    }

    fn fact(self) -> Option<&'static str> {
        match self {
            Pin::Commit => None,
            Pin::OfficialTag => Some("official_tags"),
            Pin::Tag => Some("unpinned_actions"),
            Pin::Branch => Some("branch_actions"),
            Pin::ImageTag | Pin::ImageFloating => Some("unpinned_images"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Pin::Commit => "pinned to a commit",
            Pin::OfficialTag | Pin::Tag => "a tag, which its owner can move",
            Pin::Branch => "a branch, which moves with every push",
            Pin::ImageTag => "an image by tag, not by digest",
            Pin::ImageFloating => "an image without a fixed tag",
        }
    }
}

static COMMIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^[0-9a-f]{40}([0-9a-f]{24})?$").expect("a fixed pattern"));
static BRANCH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        "^(main|master|trunk|develop|dev|HEAD|stable|beta|nightly|latest|next|edge|canary|releases?/.*|refs/heads/.*)$",
    )
    .expect("a fixed pattern")
});

/// Everything a file uses from elsewhere.
pub(super) fn used(workflow: &Workflow<'_>, trusted: &[String]) -> Vec<Used> {
    let mut found = Vec::new();
    for job in &workflow.jobs {
        if let Some(node) = job.node.get("uses") {
            found.extend(node.text().and_then(|text| one(text, node.span.line, trusted)));
        }
        found.extend(images(job));
        for step in &job.steps {
            found.extend(step.text("uses").and_then(|(text, line)| one(text, line, trusted)));
        }
    }
    found
}

/// Whether it names a file of the same repository: by path, or with `$/` from anywhere in it.
pub(super) fn is_own(text: &str) -> bool {
    ["./", "../", "$/"].iter().any(|start| text.starts_with(start))
}

fn one(text: &str, line: u32, trusted: &[String]) -> Option<Used> {
    if is_own(text) || text.contains("${{") {
        return None;
    }
    if let Some(image) = text.strip_prefix("docker://") {
        return Some(Used { line, text: text.to_owned(), pin: image_pin(image) });
    }
    let (name, reference) = text.split_once('@').unwrap_or((text, "HEAD"));
    let owner = name.split('/').next().unwrap_or(name);
    // Its verifier accepts tags only (slsa-framework/slsa-github-generator, README, "Referencing SLSA builders").
    if name.starts_with("slsa-framework/slsa-github-generator/") && reference.starts_with('v') {
        return None;
    }
    if trusted.iter().any(|known| known.eq_ignore_ascii_case(owner)) {
        return None;
    }
    let pin = if COMMIT.is_match(reference) {
        Pin::Commit
    } else if BRANCH.is_match(reference) {
        Pin::Branch
    } else if matches!(owner, "actions" | "github") {
        Pin::OfficialTag
    } else {
        Pin::Tag
    };
    Some(Used { line, text: text.to_owned(), pin })
}

fn image_pin(text: &str) -> Pin {
    match ImageRef::parse(text).pin() {
        crate::probe::image::Pin::Digest => Pin::Commit,
        crate::probe::image::Pin::Floating => Pin::ImageFloating,
        _ => Pin::ImageTag,
    }
}

/// `container:` runs the job's steps, so what it is decides what they do. Service containers do not.
fn images(job: &Job<'_>) -> Option<Used> {
    let node = job.node.get("container")?;
    let image = match node.text() {
        Some(_) => node,
        None => node.get("image")?,
    };
    let text = image.text().filter(|text| !text.contains("${{") && !text.is_empty())?;
    Some(Used { line: image.span.line, text: text.to_owned(), pin: image_pin(text) })
}

/// What is not pinned.
pub(super) fn findings(used: &[Used]) -> Vec<Finding> {
    let finding = |used: &Used| {
        let note = format!("`{}`: {}", used.text, used.pin.words());
        Some(Finding::new(used.pin.fact()?, used.line, used.text.as_str(), note))
    };
    let official = used.iter().filter(|used| used.pin == Pin::OfficialTag);
    let lowers = official.filter_map(finding).map(|finding| Finding { fact: "pinned_ratio", ..finding });
    used.iter().filter_map(finding).chain(lowers).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn references_are_told_apart() {
        let pin = |text: &str| one(text, 1, &["ours".to_owned()]).map(|used| used.pin);
        let sha = "a".repeat(40);
        assert_eq!(pin(&format!("x/y@{sha}")), Some(Pin::Commit));
        assert_eq!(pin("actions/checkout@v4"), Some(Pin::OfficialTag));
        assert_eq!(pin("x/y@v1.2.3"), Some(Pin::Tag));
        assert_eq!(pin("dtolnay/rust-toolchain@stable"), Some(Pin::Branch));
        assert_eq!(pin("pypa/gh-action-pypi-publish@release/v1"), Some(Pin::Branch));
        assert_eq!(pin("docker://alpine:3.20"), Some(Pin::ImageTag));
        assert_eq!(pin("./.github/actions/x"), None);
        assert_eq!(pin("ours/x@v1"), None);
        assert_eq!(pin("slsa-framework/slsa-github-generator/.github/workflows/x.yml@v2.1.0"), None);
        assert_eq!(pin("x/y@${{ env.REF }}"), None);
    }
}
