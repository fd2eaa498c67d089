//! One Dockerfile judged on its own: the digest that the sweep keeps.

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::image::{ImageRef, Pin};

use super::baked::baked;
use super::fetched::fetched;
use super::ignores::Ignore;
use super::parse::{At, Base, Dockerfile, Health};
use super::process::{MainProcess, main_process};
use super::user::{FinalUser, StartsAs, final_user};

/// What is known of one Dockerfile.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    /// Images it uses, each with its pin.
    pub(super) images: Vec<UsedImage>,
    /// Images whose name needs a variable without a default.
    pub(super) unresolved: Vec<At<String>>,
    pub(super) user: Option<FinalUser>,
    pub(super) process: MainProcess,
    pub(super) process_line: u32,
    pub(super) health: Option<At<Health>>,
    pub(super) downloads: usize,
    pub(super) context_copies: Vec<ContextCopy>,
    /// `COPY` sources by destination in the final stage, to find start scripts.
    pub(super) copied: Vec<(String, String)>,
    pub(super) final_line: u32,
    /// What its comments say to specialists.
    pub(super) ignores: Vec<Ignore>,
}

/// An image and where it is used.
#[derive(Clone, Debug)]
pub(super) struct UsedImage {
    pub(super) line: u32,
    pub(super) text: String,
    pub(super) pin: Pin,
    /// Whether the deployed image is built on it.
    pub(super) is_final: bool,
}

/// `COPY .`
#[derive(Clone, Debug)]
pub(super) struct ContextCopy {
    pub(super) line: u32,
    /// Whether what it copies is in the final image.
    pub(super) is_final: bool,
}

/// Judges a file as it is built up to a stage: its last one, or the one that is named. `None` when no stage has that
/// name.
pub(super) fn judge(file: &Dockerfile, stage: Option<&str>) -> Option<Judged> {
    let file = file.up_to(stage)?;
    let mut findings = baked(&file);
    let fetched = fetched(&file);
    findings.extend(fetched.findings);
    let (images, unresolved) = images(&file);
    findings.extend(images.iter().filter_map(image_finding));
    let user = final_user(&file);
    findings.extend(user.as_ref().and_then(user_finding));
    let last = file.stages.last();
    let (process, process_line, process_text) = last.map_or((MainProcess::Inherited, 0, String::new()), main_process);
    findings.extend(process_finding(&process, process_line, &process_text));
    Some(Judged {
        findings,
        images,
        unresolved,
        user,
        process,
        process_line,
        health: last.and_then(|stage| stage.health.clone()),
        downloads: fetched.downloads,
        context_copies: context_copies(&file),
        copied: last.map(|_| copied(&file)).unwrap_or_default(),
        final_line: last.map_or(0, |stage| stage.line),
        ignores: file.ignores.clone(),
    })
}

fn images(file: &Dockerfile) -> (Vec<UsedImage>, Vec<At<String>>) {
    let mut used = Vec::new();
    let mut unresolved = Vec::new();
    let chain = final_chain(file);
    for (index, stage) in file.stages.iter().enumerate() {
        match &stage.base {
            Base::Image(text) => {
                {
                    let is_final = chain.contains(&index);
                    let pin = ImageRef::parse(text).pin();
                    used.push(UsedImage { line: stage.line, text: text.clone(), pin, is_final })
                };
            }
            Base::Unresolved(_) => unresolved.push(At { line: stage.line, value: stage.written.clone() }),
            Base::Scratch | Base::Stage(_) => {}
        }
        let copied = stage.copies.iter().filter_map(|copy| Some((copy.line, copy.from.as_ref()?)));
        let mounted = stage.mounted.iter().map(|at| (at.line, &at.value));
        for (line, from) in copied.chain(mounted) {
            let earlier = &file.stages[..index];
            let is_stage = earlier.iter().any(|other| other.name.as_deref() == Some(&from.to_ascii_lowercase()))
                || from.parse::<usize>().is_ok_and(|number| number < index);
            if is_stage || from.eq_ignore_ascii_case("scratch") {
                continue;
            }
            match stage.variables.expand(from) {
                // A bare word may be a build context given by `--build-context`, which no file here tells.
                Ok(text) if text.contains(['/', ':', '@']) => {
                    let pin = ImageRef::parse(&text).pin();
                    used.push(UsedImage { line, text, pin, is_final: false });
                }
                _ => unresolved.push(At { line, value: from.clone() }),
            }
        }
    }
    (used, unresolved)
}

fn image_finding(image: &UsedImage) -> Option<Finding> {
    let fact = match image.pin {
        Pin::Floating => "unpinned_images",
        Pin::Major | Pin::Minor => "weakly_pinned_images",
        Pin::Version | Pin::Digest => return None,
    };
    let note = format!("`{}`: {}", image.text, image.pin.words());
    Some(Finding::new(fact, image.line, image.text.as_str(), note))
}

fn user_finding(user: &FinalUser) -> Option<Finding> {
    let fact = match user.starts_as {
        StartsAs::Root | StartsAs::RootDropping => "root_users",
        StartsAs::Name => "unnumbered_users",
        StartsAs::Number | StartsAs::Unknown(_) => return None,
    };
    Some(Finding::new(fact, user.line, user.name.as_deref().unwrap_or("none"), user.note.as_str()))
}

fn process_finding(process: &MainProcess, line: u32, text: &str) -> Option<Finding> {
    let short = crate::probe::finding::shortened(text);
    match process {
        MainProcess::Shell => Some(Finding::new(
            "shell_form_entrypoints",
            line,
            "shell form",
            format!("a shell without `exec` is PID 1: `{short}`"),
        )),
        MainProcess::Wrapper(name) => Some(
            Finding::new(
                "wrapped_entrypoints",
                line,
                name.as_str(),
                format!("`{name}` is PID 1 and forwards signals unreliably"),
            )
            .with(Certainty::Likely),
        ),
        MainProcess::Program | MainProcess::Script(_) | MainProcess::Inherited => None,
    }
}

/// Indices of the stages that the final one is built on.
fn final_chain(file: &Dockerfile) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut at = file.stages.len().checked_sub(1);
    while let Some(index) = at {
        chain.push(index);
        at = match file.stages[index].base {
            Base::Stage(parent) if parent < index => Some(parent),
            _ => None,
        };
    }
    chain
}

fn context_copies(file: &Dockerfile) -> Vec<ContextCopy> {
    let chain = final_chain(file);
    let stages = file.stages.iter().enumerate();
    stages
        .flat_map(|(index, stage)| {
            let is_final = chain.contains(&index);
            let whole =
                stage.copies.iter().filter(|copy| copy.from.is_none() && copy.sources.iter().any(|s| is_whole(s)));
            whole.map(move |copy| ContextCopy { line: copy.line, is_final })
        })
        .collect()
}

fn is_whole(source: &str) -> bool {
    matches!(source, "." | "./" | "/" | "*" | "./*")
}

fn copied(file: &Dockerfile) -> Vec<(String, String)> {
    let chain = final_chain(file);
    let stages = chain.iter().filter_map(|index| file.stages.get(*index));
    stages
        .flat_map(|stage| &stage.copies)
        .flat_map(|copy| copy.sources.iter().map(|source| (source.clone(), copy.destination.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::parse::parse;
    use super::*;

    fn judge(bytes: &[u8]) -> Option<Judged> {
        super::judge(&parse(bytes).unwrap(), None)
    }

    #[test]
    fn a_named_stage_is_judged_instead_of_the_last() {
        let file = parse(b"FROM node:20.1.1 AS release\nUSER 1000\nFROM release AS test\nUSER root\n").unwrap();
        assert!(super::judge(&file, Some("release")).unwrap().findings.iter().all(|f| f.fact != "root_users"));
        assert!(super::judge(&file, Some("Test")).unwrap().findings.iter().any(|f| f.fact == "root_users"));
        assert!(super::judge(&file, Some("other")).is_none());
    }

    fn facts(text: &str) -> Vec<&'static str> {
        let mut facts: Vec<_> = judge(text.as_bytes()).unwrap().findings.iter().map(|f| f.fact).collect();
        facts.sort_unstable();
        facts
    }

    #[test]
    fn stages_and_scratch_are_no_images() {
        let judged =
            judge(b"FROM golang:1.23.4 AS b\nFROM scratch\nCOPY --from=b /x /x\nCOPY --from=0 /y /y\nUSER 1\n")
                .unwrap();
        assert_eq!(judged.images.len(), 1);
        assert!(judged.unresolved.is_empty());
        let text = b"FROM a:1 AS b\nFROM c:1\nRUN --mount=type=bind,from=b,target=/b --mount=type=bind,from=x/y:latest,target=/y z\n";
        assert_eq!(judge(text).unwrap().images.iter().map(|image| image.line).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn a_flawed_file_yields_each_finding_once() {
        let text = "FROM node\nCOPY . .\nCMD npm start\n";
        assert_eq!(facts(text), vec!["root_users", "shell_form_entrypoints", "unpinned_images"]);
        assert!(judge(text.as_bytes()).unwrap().context_copies[0].is_final);
    }

    #[test]
    fn a_copy_into_a_builder_is_not_in_the_product() {
        let judged = judge(b"FROM a:1 AS b\nCOPY . .\nFROM c:1\nCOPY --from=b /x /x\n").unwrap();
        assert!(!judged.context_copies[0].is_final);
    }
}
