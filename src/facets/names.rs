//! Facets that a path alone shows.

use super::Gathered;
use crate::world::{Class, Entry};

/// Exact base names, what they show, and why.
const BASES: &[(&str, &str, &str)] = &[
    ("docker-bake.hcl", "container", "describes image builds"),
    ("project.toml", "container", "configures a buildpack"),
    ("kustomization.yaml", "k8s", "is a kustomization"),
    ("kustomization.yml", "k8s", "is a kustomization"),
    ("helmfile.yaml", "helm", "deploys Helm charts"),
    ("skaffold.yaml", "k8s", "deploys to Kubernetes"),
    ("Chart.yaml", "helm", "is a Helm chart"),
    ("cdk.json", "iac.other", "is a CDK application"),
    ("Pulumi.yaml", "iac.other", "is a Pulumi project"),
    ("serverless.yml", "iac.other", "is a Serverless project"),
    ("serverless.yaml", "iac.other", "is a Serverless project"),
    (".gitlab-ci.yml", "ci.gitlab", "is a GitLab pipeline"),
    ("azure-pipelines.yml", "ci.any", "is an Azure pipeline"),
    ("Jenkinsfile", "ci.any", "is a Jenkins pipeline"),
    (".travis.yml", "ci.any", "is a Travis pipeline"),
    ("bitbucket-pipelines.yml", "ci.any", "is a Bitbucket pipeline"),
    (".woodpecker.yml", "ci.any", "is a Woodpecker pipeline"),
    (".woodpecker.yaml", "ci.any", "is a Woodpecker pipeline"),
    (".drone.yml", "ci.any", "is a Drone pipeline"),
    (".cirrus.yml", "ci.any", "is a Cirrus pipeline"),
    ("appveyor.yml", "ci.any", "is an AppVeyor pipeline"),
    (".appveyor.yml", "ci.any", "is an AppVeyor pipeline"),
    ("alembic.ini", "data.migrations", "configures Alembic"),
    ("flyway.conf", "data.migrations", "configures Flyway"),
    ("diesel.toml", "data.migrations", "configures Diesel"),
    ("atlas.hcl", "data.migrations", "configures Atlas"),
    ("dvc.yaml", "ml", "is a DVC pipeline"),
    (".goreleaser.yaml", "release.artifacts", "configures GoReleaser"),
    (".goreleaser.yml", "release.artifacts", "configures GoReleaser"),
    ("release-please-config.json", "release.artifacts", "configures release-please"),
    (".releaserc", "release.artifacts", "configures semantic-release"),
    (".releaserc.json", "release.artifacts", "configures semantic-release"),
    ("dist-workspace.toml", "release.artifacts", "configures dist"),
    ("angular.json", "frontend", "is an Angular workspace"),
];

/// Starts of base names that come with any extension.
const STARTS: &[(&str, &str)] = &[
    ("vite.config.", "Vite"),
    ("next.config.", "Next.js"),
    ("nuxt.config.", "Nuxt"),
    ("svelte.config.", "Svelte"),
    ("astro.config.", "Astro"),
    ("remix.config.", "Remix"),
    ("gatsby-config.", "Gatsby"),
];

/// Migrations written in Go have a number or a time in front (goose, gormigrate).
fn is_unnumbered_go(base: &str) -> bool {
    base.ends_with(".go") && !base.starts_with(|first: char| first.is_ascii_digit())
}

fn is_page(base: &str) -> bool {
    [".md", ".mdx", ".rst", ".adoc"].iter().any(|end| base.ends_with(end))
}

/// Looks at one file of the product.
pub(super) fn look(entry: &Entry, gathered: &mut Gathered) {
    let (path, base) = (entry.path.as_str(), entry.base());
    for (_, facet, why) in BASES.iter().filter(|(name, ..)| *name == base) {
        gathered.sign(facet, path, *why);
    }
    if let Some((_, tool)) = STARTS.iter().find(|(start, _)| base.starts_with(start)) {
        gathered.sign("frontend", path, format!("configures {tool}"));
    }
    look_lists(path, base, gathered);
    look_suffixes(path, base, gathered);
    // Pages about moving to a new version lie in folders of that name, too, and code that moves settings.
    if entry.class == Class::Migration && !is_page(base) && !is_unnumbered_go(base) {
        gathered.sign("data.migrations", path, "is a migration");
    }
    if is_release_workflow(path) {
        gathered.sign("release.artifacts", path, "is a release workflow");
    }
    if path.starts_with(".changeset/") {
        gathered.sign("release.artifacts", path, "configures Changesets");
    }
    if [".circleci/", ".buildkite/", ".woodpecker/"].iter().any(|folder| path.starts_with(folder)) {
        gathered.sign("ci.any", path, "is a pipeline");
    }
}

fn look_lists(path: &str, base: &str, gathered: &mut Gathered) {
    let yaml = base.ends_with(".yml") || base.ends_with(".yaml");
    let dockerfile = base.eq_ignore_ascii_case("Dockerfile")
        || base.starts_with("Dockerfile.")
        || base.ends_with(".Dockerfile")
        || base.ends_with(".dockerfile")
        || base == "Containerfile"
        || base.starts_with("Containerfile.");
    const DEVELOPMENT: &[&str] = &["dev", "devel", "development", "test", "tests", "local", "ci", "debug"];
    let is_development = base.split(['.', '-', '_']).any(|word| DEVELOPMENT.contains(&word));
    if dockerfile && !is_development && !base.ends_with(".dockerignore") {
        gathered.facets.dockerfiles.push(path.to_owned());
    }
    if yaml && (base.starts_with("compose.") || base.starts_with("compose-") || base.starts_with("docker-compose")) {
        gathered.facets.compose.push(path.to_owned());
        gathered.sign("compose", path, "is a compose file");
    }
    if yaml && path.starts_with(".github/workflows/") && path.matches('/').count() == 2 {
        gathered.facets.workflows.push(path.to_owned());
        gathered.sign("ci.github", path, "is a workflow");
    }
    if (yaml || base.ends_with(".json")) && (base.starts_with("openapi.") || base.starts_with("swagger.")) {
        gathered.facets.openapi.push(path.to_owned());
        gathered.sign("openapi", path, "describes an API");
    }
}

fn look_suffixes(path: &str, base: &str, gathered: &mut Gathered) {
    const SUFFIXES: &[(&str, &str, &str)] = &[
        (".tf", "terraform", "is Terraform code"),
        (".tofu", "terraform", "is OpenTofu code"),
        (".tf.json", "terraform", "is Terraform code"),
        (".bicep", "iac.other", "is Bicep code"),
        (".erb", "html", "is a page template"),
        (".blade.php", "html", "is a page template"),
        (".cshtml", "html", "is a page template"),
        (".jsp", "html", "is a page template"),
        (".twig", "html", "is a page template"),
        (".hbs", "html", "is a page template"),
        (".up.sql", "data.migrations", "is a migration"),
        (".graphql", "graphql", "is a GraphQL schema"),
    ];
    for (_, facet, why) in SUFFIXES.iter().filter(|(suffix, ..)| base.ends_with(suffix)) {
        gathered.sign(facet, path, *why);
    }
    if base.ends_with(".html") && path.split('/').any(|part| part == "templates") {
        gathered.sign("html", path, "is a page template");
    }
}

fn is_release_workflow(path: &str) -> bool {
    path.strip_prefix(".github/workflows/")
        .is_some_and(|base| base.starts_with("release") || base.starts_with("publish"))
}
