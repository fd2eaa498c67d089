//! What kind of repository this is, as plain data: which facets, languages and components were recognised, and by what.

use std::collections::BTreeMap;

/// One reason to believe in a facet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sign {
    /// The file that shows it.
    pub path: String,
    /// What it shows: "depends on `fastapi`", "is a Dockerfile".
    pub why: String,
}

/// A part of the repository with a manifest of its own and a lock file or Dockerfile beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// Its folder, `/`-separated, no trailing slash; empty is the root.
    pub path: String,
    /// Its languages, as in [`Facets::languages`].
    pub languages: Vec<String>,
    /// Its Dockerfile, if it has one.
    pub dockerfile: Option<String>,
}

/// What was recognised. Every list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Facet → its signs, a few of each: `service.http`, `container`, `ci.github`, `lang.python`, …
    pub facets: BTreeMap<String, Vec<Sign>>,
    /// Language → its manifests.
    pub languages: BTreeMap<String, Vec<String>>,
    /// Parts of a monorepo; the root is one when it has a manifest and a lock file or Dockerfile.
    pub components: Vec<Component>,
    /// Dockerfiles of the product.
    pub dockerfiles: Vec<String>,
    /// GitHub Actions workflows.
    pub workflows: Vec<String>,
    /// Compose files.
    pub compose: Vec<String>,
    /// OpenAPI documents.
    pub openapi: Vec<String>,
}

/// Every facet there is, with what it means.
pub const FACETS: &[(&str, &str)] = &[
    ("app.cli", "a program for the command line"),
    ("app.library", "a library that others depend on"),
    ("auth.jwt", "issues or checks JSON web tokens"),
    ("auth.users", "people log in"),
    ("ci.any", "has a pipeline"),
    ("ci.github", "has GitHub Actions workflows"),
    ("ci.gitlab", "has a GitLab pipeline"),
    ("compose", "has a compose file"),
    ("compose.deployed", "runs the product with compose: nothing else orchestrates it, or a file says so by its name"),
    ("container", "is built into container images"),
    ("data.migrations", "migrates a database schema"),
    ("data.postgres", "keeps data in PostgreSQL"),
    ("data.redis", "keeps data in Redis or a server that speaks its protocol"),
    ("data.sql", "uses an SQL database"),
    ("data.stateful", "keeps data in a store"),
    ("frontend", "is a browser application"),
    ("graphql", "offers a GraphQL API"),
    ("helm", "has a Helm chart"),
    ("html", "serves HTML pages"),
    ("iac.other", "has infrastructure as code that is not Terraform"),
    ("k8s", "has Kubernetes manifests"),
    ("lang.dotnet", "written in C# or F#"),
    ("lang.elixir", "written in Elixir"),
    ("lang.go", "written in Go"),
    ("lang.jvm", "written in Java, Kotlin or Scala"),
    ("lang.node", "written in JavaScript or TypeScript"),
    ("lang.php", "written in PHP"),
    ("lang.python", "written in Python"),
    ("lang.ruby", "written in Ruby"),
    ("lang.rust", "written in Rust"),
    ("llm", "calls language models"),
    ("ml", "trains or runs models"),
    ("mq", "talks to a message broker"),
    ("openapi", "has an OpenAPI description"),
    ("oss", "is published under an open licence"),
    ("release.artifacts", "publishes releases"),
    ("service.data", "a service that keeps data in a database"),
    (
        "service.deployed",
        "a service with something beside it that deploys it: an image, Kubernetes, compose, Terraform",
    ),
    ("service.grpc", "offers a gRPC API"),
    ("service.http", "offers an HTTP API or site"),
    ("service.worker", "works through a queue"),
    ("terraform", "has Terraform or OpenTofu code"),
    ("uploads", "takes uploaded files"),
];

impl Facets {
    /// Facet → the files that show it.
    pub fn by_name(&self) -> BTreeMap<String, Vec<String>> {
        let paths = |signs: &Vec<Sign>| signs.iter().map(|sign| sign.path.clone()).collect();
        self.facets.iter().map(|(facet, signs)| (facet.clone(), paths(signs))).collect()
    }

    /// Whether a facet was recognised.
    pub fn has(&self, facet: &str) -> bool {
        self.facets.contains_key(facet)
    }
}
