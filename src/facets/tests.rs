//! Which facets which files give.

use super::*;

fn names(files: &[(&str, &str)]) -> Vec<String> {
    detect(&Tree::from_memory(files.iter().copied())).facets.into_keys().collect()
}

#[test]
fn a_service_is_recognised_by_its_manifest_and_files() {
    let found = names(&[
        ("pyproject.toml", "[project]\nname = 'x'\ndependencies = ['fastapi>=0.1', 'SQLAlchemy[asyncio]', 'pyjwt']\n"),
        ("uv.lock", ""),
        ("Dockerfile", "FROM python\n"),
        ("alembic.ini", ""),
        (".github/workflows/ci.yml", "on: push\n"),
    ]);
    let expected = [
        "auth.jwt",
        "ci.any",
        "ci.github",
        "container",
        "data.migrations",
        "data.sql",
        "data.stateful",
        "lang.python",
        "service.data",
        "service.deployed",
        "service.http",
    ];
    assert_eq!(found, expected);
}

#[test]
fn compose_beside_kubernetes_runs_the_product_only_where_it_says_so() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: x }\n";
    let deployed = |files: &[(&str, &str)]| names(files).contains(&"compose.deployed".to_owned());
    assert!(deployed(&[("docker-compose.yml", "services: {}\n")]));
    assert!(!deployed(&[("docker-compose.yml", "services: {}\n"), ("k8s/pod.yaml", pod)]));
    assert!(deployed(&[("docker-compose.prod.yml", "services: {}\n"), ("k8s/pod.yaml", pod)]));
}

#[test]
fn tests_examples_comments_and_dev_dependencies_say_nothing() {
    let found = names(&[
        ("package.json", r#"{"devDependencies": {"express": "4"}, "dependencies": {"ms": "2"}}"#),
        ("examples/api/package.json", r#"{"dependencies": {"express": "4"}}"#),
        ("tests/docker/Dockerfile", "FROM x"),
        (".devcontainer/Dockerfile", "FROM x"),
        ("pom.xml", "<project><!-- spring-boot-starter-web --></project>"),
    ]);
    assert_eq!(found, ["lang.jvm", "lang.node"]);
}

#[test]
fn each_language_has_its_web_frameworks() {
    for (path, text) in [
        ("package.json", r#"{"dependencies": {"@nestjs/core": "1"}}"#),
        ("Cargo.toml", "[package]\nname = 'x'\n[dependencies]\naxum = '0.8'\n"),
        ("go.mod", "module x\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n)\n"),
        ("build.gradle.kts", "implementation(\"org.springframework.boot:spring-boot-starter-web\")"),
        ("a/A.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>"),
        ("Gemfile", "gem 'sinatra', '~> 3'\n"),
        ("composer.json", r#"{"require": {"laravel/framework": "^11"}}"#),
        ("requirements.txt", "# web\nFlask==3.0\n"),
        ("mix.exs", "defp deps do\n  [\n    {:phoenix, \"~> 1.8\"}\n  ]\nend\n"),
    ] {
        assert!(names(&[(path, text)]).contains(&"service.http".to_owned()), "{path}");
    }
}

#[test]
fn a_component_has_a_manifest_and_a_lock_or_a_dockerfile() {
    let facets = detect(&Tree::from_memory([
        ("services/cart/go.mod", "module cart"),
        ("services/cart/Dockerfile", "FROM x"),
        ("web/package.json", "{}"),
        ("web/package-lock.json", "{}"),
        ("lib/package.json", "{}"),
    ]));
    let found: Vec<_> =
        facets.components.iter().map(|component| (component.path.as_str(), component.languages.join(" "))).collect();
    assert_eq!(found, [("services/cart", "go".to_owned()), ("web", "node".to_owned())]);
    assert_eq!(facets.components[0].dockerfile.as_deref(), Some("services/cart/Dockerfile"));
}

#[test]
fn workloads_are_kubernetes_and_other_yaml_is_not() {
    let found = names(&[("deploy/a.yaml", "apiVersion: apps/v1\nkind: Deployment\n"), ("x.yml", "kind: Deployment\n")]);
    assert_eq!(found, ["k8s"]);
    assert!(names(&[("x.yml", "apiVersion: v1\nkind: Secret\n")]).is_empty());
}

#[test]
fn a_library_that_others_build_services_with_is_no_service() {
    for files in [
        [("a/a.gemspec", "spec.add_dependency 'sinatra'\n"), ("a/Gemfile", "gem 'sinatra'\n")],
        [("composer.json", r#"{"type": "library", "require": {"slim/slim": "^4"}}"#), ("src/a.php", "")],
        [
            (
                "package.json",
                r#"{"name": "x", "version": "1.0.0", "files": ["lib"], "dependencies": {"express": "4"}}"#,
            ),
            ("lib/a.js", ""),
        ],
        [
            (
                "pyproject.toml",
                "[project]\nname = 'x'\nclassifiers = ['Framework :: Flask']\ndependencies = ['flask', 'sqlalchemy']\n[build-system]\nrequires = ['flit']\n",
            ),
            ("src/x.py", ""),
        ],
    ] {
        let found = names(&files);
        assert!(!found.iter().any(|name| name.starts_with("service.")), "{files:?}: {found:?}");
    }
}

#[test]
fn a_script_beside_a_product_of_another_language_is_no_manifest_of_it() {
    let mut files: Vec<(String, &str)> = (0..40).map(|n| (format!("src/f{n}.c"), "")).collect();
    files.extend([
        ("utils/check/requirements.txt".to_owned(), "redis\n"),
        ("utils/check/check.py".to_owned(), ""),
        (".codespell/requirements.txt".to_owned(), "codespell\n"),
    ]);
    let named: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    assert!(names(&named).is_empty(), "{:?}", names(&named));
    let half = [("utils/check/requirements.txt", "redis\n"), ("utils/check/check.py", ""), ("src/a.c", "")];
    assert_eq!(names(&half), ["data.redis", "data.stateful", "lang.python"]);
}

#[test]
fn the_databases_that_compose_starts_are_known_by_their_image() {
    let compose = "services:\n  db:\n    image: 'docker.io/library/postgres:18@sha256:0'\n  cache:\n    image: valkey/valkey:8\n  x:\n    image: postgres-exporter\n";
    let found = names(&[("compose.yml", compose)]);
    assert_eq!(found, ["compose", "compose.deployed", "data.postgres", "data.redis"]);
}

#[test]
fn the_list_of_facets_is_sorted() {
    assert!(FACETS.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn a_dockerfile_to_work_in_and_a_build_file_without_source_say_nothing() {
    let found = names(&[
        ("Dockerfile", "FROM debian:12\nRUN apt-get install gcc\n"),
        ("support/build.gradle", "apply plugin: 'com.android.library'\n"),
        ("src/format.cc", "int main() {}\n"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_server_beside_an_app_is_not_what_is_operated() {
    let server = ("server/Cargo.toml", "[package]\nname = 'x'\n[dependencies]\naxum = '0.8'\n");
    let app = ("app/pubspec.yaml", "dependencies:\n  flutter:\n    sdk: flutter\n");
    let is_service = |files: &[(&str, &str)]| names(files).contains(&"service.http".to_owned());
    let code = [("app/lib/a.dart", ""), ("app/lib/b.dart", ""), ("server/src/main.rs", "")];
    assert!(!is_service(&[server, app, code[0], code[1], code[2]]));
    assert!(is_service(&[server, app, code[0], code[2]]));
    assert!(is_service(&[server, code[2]]));
}

#[test]
fn a_collection_of_samples_is_no_service() {
    let pom = "<project><dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>";
    let files: Vec<(String, &str)> = ["a", "b", "c", "d"].iter().map(|name| (format!("{name}/pom.xml"), pom)).collect();
    let is_service = |title: &str, count: usize| {
        let mut files: Vec<(&str, &str)> = files[..count].iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let own = format!("# {title}\n");
        files.push(("README.md", &own));
        names(&files).contains(&"service.http".to_owned())
    };
    assert!(!is_service("Shop Samples", 4));
    assert!(is_service("Shop", 4), "several services are services");
    assert!(is_service("Shop Samples", 2), "two programs are no collection");
}
