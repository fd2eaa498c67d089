//! The user that the final image starts as.

use crate::probe::image::{BaseUser, ImageRef};

use super::parse::{Base, Dockerfile, Stage, Start};

/// The user that the final image starts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StartsAs {
    /// A number other than 0.
    Number,
    /// A name other than `root`; nothing outside the image can tell its number.
    Name,
    /// Uid 0.
    Root,
    /// Uid 0, and the start command changes to another user itself.
    RootDropping,
    /// We cannot tell, for this reason.
    Unknown(String),
}

/// What was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FinalUser {
    pub(super) starts_as: StartsAs,
    /// As written, without the group; the base's user where nothing is written.
    pub(super) name: Option<String>,
    pub(super) line: u32,
    pub(super) note: String,
}

/// Programs that change to another user before they start the real one.
const DROPPERS: &[&str] = &["gosu", "su-exec", "setpriv", "chpst", "s6-setuidgid", "runuser", "setuidgid"];

/// The user of the last stage.
pub(super) fn final_user(file: &Dockerfile) -> Option<FinalUser> {
    let stage = file.stages.last()?;
    let seen = match &stage.user {
        Some(user) => match &user.value {
            Ok(text) => written_user(text, user.line),
            Err(variable) => unknown_variable(file, stage, variable, user.line),
        },
        None => inherited_user(file, stage),
    };
    Some(match seen.starts_as {
        StartsAs::Root if drops_privileges(stage) => FinalUser {
            starts_as: StartsAs::RootDropping,
            note: format!("{}; its start command changes the user itself", seen.note),
            ..seen
        },
        _ => seen,
    })
}

fn written_user(text: &str, line: u32) -> FinalUser {
    let name = text.split(':').next().unwrap_or(text).trim();
    let number = name.parse::<u64>().ok();
    let windows_admin = name.eq_ignore_ascii_case("ContainerAdministrator");
    let starts_as = match number {
        Some(0) => StartsAs::Root,
        Some(_) => StartsAs::Number,
        None if name.eq_ignore_ascii_case("root") || windows_admin => StartsAs::Root,
        None => StartsAs::Name,
    };
    let note = match starts_as {
        StartsAs::Root => format!("the last `USER` is `{text}`"),
        StartsAs::Name => format!("the last `USER` is the name `{text}`; only a number can be verified from outside"),
        _ => format!("the last `USER` is `{text}`"),
    };
    FinalUser { starts_as, name: Some(name.to_owned()), line, note }
}

fn unknown_variable(file: &Dockerfile, stage: &Stage, variable: &str, line: u32) -> FinalUser {
    // The .NET images define APP_UID=1654 (dotnet/dotnet-docker, since .NET 8).
    let dotnet = root_image(file, stage).is_some_and(|image| image.name.starts_with("mcr.microsoft.com/dotnet/"));
    if variable == "APP_UID" && dotnet {
        let note = "`USER $APP_UID` is 1654 in .NET images".to_owned();
        return FinalUser { starts_as: StartsAs::Number, name: Some("1654".to_owned()), line, note };
    }
    let reason = format!("`USER` needs `{variable}`, which has no default");
    FinalUser { starts_as: StartsAs::Unknown(reason.clone()), name: None, line, note: reason }
}

fn inherited_user(file: &Dockerfile, stage: &Stage) -> FinalUser {
    let line = stage.line;
    let known = |starts_as, name: &str, note: String| FinalUser { starts_as, name: Some(name.to_owned()), line, note };
    let unknown =
        |reason: String| FinalUser { starts_as: StartsAs::Unknown(reason.clone()), name: None, line, note: reason };
    match root_base(file, stage) {
        Base::Scratch => known(StartsAs::Root, "0", "no `USER`; `scratch` starts as uid 0".to_owned()),
        Base::Unresolved(variable) => {
            unknown(format!("no `USER`, and the base needs `{variable}`, which has no default"))
        }
        Base::Stage(_) => unknown("no `USER`, and the base is not known".to_owned()),
        Base::Image(text) => match ImageRef::parse(text).user() {
            BaseUser::Root => known(StartsAs::Root, "root", format!("no `USER`; base `{text}` starts as root")),
            BaseUser::NonRoot => {
                known(StartsAs::Number, "non-root", format!("base `{text}` sets a user other than root"))
            }
            BaseUser::Unknown => unknown(format!("no `USER`, and base `{text}` may set one")),
        },
    }
}

/// What the chain of stages below this one starts from.
pub(super) fn root_base<'f>(file: &'f Dockerfile, stage: &'f Stage) -> &'f Base {
    let mut base = &stage.base;
    // A stage can only name an earlier one, so the chain is no longer than the list.
    for _ in 0..file.stages.len() {
        match base {
            Base::Stage(index) => match file.stages.get(*index) {
                Some(parent) => base = &parent.base,
                None => break,
            },
            _ => break,
        }
    }
    base
}

/// The image at the bottom of the chain.
pub(super) fn root_image(file: &Dockerfile, stage: &Stage) -> Option<ImageRef> {
    match root_base(file, stage) {
        Base::Image(text) => Some(ImageRef::parse(text)),
        _ => None,
    }
}

fn drops_privileges(stage: &Stage) -> bool {
    let mentions = |start: &Start| match start {
        Start::Exec(words) => words.iter().any(|word| is_dropper(word)),
        Start::Shell(line) => line.split_whitespace().any(is_dropper),
    };
    stage.entrypoint.iter().chain(&stage.command).any(|at| mentions(&at.value))
}

/// Whether a word is a program that changes the user.
pub(super) fn is_dropper(word: &str) -> bool {
    DROPPERS.contains(&word.rsplit('/').next().unwrap_or(word))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::parse::parse;
    use super::*;

    fn user(text: &str) -> StartsAs {
        final_user(&parse(text.as_bytes()).unwrap()).unwrap().starts_as
    }

    #[test]
    fn the_last_user_of_the_final_stage_decides() {
        assert_eq!(user("FROM node:20\nUSER root\nRUN x\nUSER 10001:10001\n"), StartsAs::Number);
        assert_eq!(user("FROM node:20\nUSER node\n"), StartsAs::Name);
        assert_eq!(user("FROM node:20 AS b\nUSER 1000\nFROM node:20\n"), StartsAs::Root);
        assert_eq!(user("FROM node:20 AS b\nUSER 1000\nFROM b\n"), StartsAs::Number);
        assert_eq!(user("FROM node:20\nUSER 0:0\n"), StartsAs::Root);
        assert_eq!(user("FROM node:20\nARG U=app\nUSER ${U}\n"), StartsAs::Name);
    }

    #[test]
    fn a_base_that_sets_a_user_counts_and_an_unknown_one_is_not_guessed() {
        assert_eq!(user("FROM gcr.io/distroless/static:nonroot\n"), StartsAs::Number);
        assert_eq!(user("FROM scratch\n"), StartsAs::Root);
        assert!(matches!(user("FROM internal.test/base:1\n"), StartsAs::Unknown(_)));
        assert!(matches!(user("FROM node:20\nARG U\nUSER $U\n"), StartsAs::Unknown(_)));
        assert_eq!(user("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nUSER $APP_UID\n"), StartsAs::Number);
    }

    #[test]
    fn an_entrypoint_that_drops_root_is_told_apart() {
        assert_eq!(user("FROM alpine:3.20\nENTRYPOINT [\"su-exec\", \"app\", \"/app\"]\n"), StartsAs::RootDropping);
    }
}
