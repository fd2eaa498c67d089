//! Which Dockerfiles compose files and workflows build, with what context. Filled by the compose and workflow digests,
//! read by the `dockerfile` probe.

/// One build of an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Build {
    /// Dockerfile, relative to the root.
    pub(crate) dockerfile: String,
    /// Context folder, relative to the root; empty for the root.
    pub(crate) context: String,
    /// Stage it stops at, if it names one.
    pub(crate) target: Option<String>,
    /// Whether the service that runs it declares a health check.
    pub(crate) has_health: bool,
    /// Whether the service that runs it starts as a user other than root.
    pub(crate) has_user: bool,
}

/// All builds of a tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Builds(pub(crate) Vec<Build>);

impl Builds {
    /// Whether any builds this Dockerfile.
    pub(crate) fn makes(&self, dockerfile: &str) -> bool {
        self.of(dockerfile).next().is_some()
    }

    /// The stage that every build of this Dockerfile stops at, where they agree on one.
    pub(crate) fn target_of(&self, dockerfile: &str) -> Option<&str> {
        let builds = self.0.iter().filter(|build| build.dockerfile == dockerfile);
        let mut targets = builds.map(|build| build.target.as_deref());
        let first = targets.next().flatten()?;
        targets.all(|target| target == Some(first)).then_some(first)
    }

    /// The builds of this Dockerfile.
    pub(crate) fn of<'b>(&'b self, dockerfile: &'b str) -> impl Iterator<Item = &'b Build> {
        self.0.iter().filter(move |build| build.dockerfile == dockerfile)
    }
}

/// Joins a folder and a relative path and removes `.` and `..`; `None` when it leaves the root.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let path = path.trim();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    (!path.starts_with('/')).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_inside_the_root_only() {
        assert_eq!(join("deploy", "../api/Dockerfile").as_deref(), Some("api/Dockerfile"));
        assert_eq!(join("", "./").as_deref(), Some(""));
        assert_eq!(join("", "../x"), None);
        assert_eq!(join("a", "/etc"), None);
    }
}
