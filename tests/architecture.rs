//! The shape of the code as the architecture promises it: who imports whom, where outside crates are named, who prints,
//! who reads the environment and the clock. Each exception stands here with its reason.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "architecture/source.rs"]
mod source;

use source::{SourceFile, all};

/// Modules from the lowest to the highest, each with those it may name. A module may name only rows above its own.
const IMPORTS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("expect", &["model"]),
    ("yaml", &["model"]),
    ("score", &["model", "expect"]),
    ("report", &["model"]),
    ("history", &["model"]),
    ("world", &["model"]),
    ("facets", &["model", "world"]),
    ("probe", &["model", "expect", "yaml", "world"]),
    ("spec", &["model", "expect", "yaml"]),
    ("catalog", &["model", "yaml", "spec"]),
    ("plan", &["model", "expect", "yaml", "spec", "catalog", "probe"]),
    ("lint", &["model"]),
    ("schema", &["model", "spec", "catalog", "probe"]),
    ("run", &["model", "expect", "plan", "probe", "world"]),
    ("import", &["model", "yaml", "spec", "catalog", "lint"]),
    ("sync", &["model", "import"]),
    ("audit", &["model", "facets", "plan", "run", "score"]),
    ("demo", &[]),
];

/// Imports beside the table, with the reason.
const MORE_IMPORTS: &[(&str, &str, &str)] = &[
    ("probe", "facets", "what a manifest depends on is read in one place, for facets and for probe `signs`"),
    ("plan", "facets", "`when: facet` must name a facet that exists"),
    ("plan", "score", "score owns the facts about the result, so it says which gate lines are wrong"),
    ("schema", "yaml", "examples of parameters are read to be shown as a table"),
    ("audit", "spec", "audit is handed the loaded spec and sums up its claims"),
    ("audit", "catalog", "the report states the version of the catalog"),
    ("audit", "expect", "facts enter the report in the units that expect words them in"),
    ("audit", "world", "audit opens the tree and sweeps it once"),
];

/// Crates that any module may name: words of the language, not tools.
const VOCABULARY: &[&str] = &[
    "serde",
    "serde_json",
    "schemars",
    "indexmap",
    "anyhow",
    "thiserror",
    "bytes",
    "jiff",
    "tokio",
    "regex",
    "memchr",
];

/// Every other crate, with the files or folders below `src/` that may name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["cli/problem_text.rs"]),
    ("askama", &["report/"]),
    (
        "base64",
        &[
            "model/secret.rs",
            "model/target.rs",
            "probe/forged_token/forgery.rs",
            "probe/kubernetes/plain_secret.rs",
            "probe/resources/scripts.rs",
            "probe/session/lifetime.rs",
        ],
    ),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("comfy_table", &["cli/console.rs", "report/"]),
    ("cookie_store", &["probe/cookies.rs", "probe/http/", "probe/security_headers/", "probe/session/lifetime.rs"]),
    ("csv", &["probe/ingest/"]),
    ("encoding_rs", &["import/", "sync/sign.rs"]),
    ("flate2", &["demo/scripted.rs", "probe/code/archive.rs", "world/"]),
    ("futures_util", &["demo/socket.rs", "run/", "world/net/websocket.rs"]),
    ("globset", &["world/"]),
    ("granit_parser", &["yaml/"]),
    ("hcl_edit", &["probe/terraform/"]),
    ("hdrhistogram", &["world/net/load/tally.rs"]),
    ("hickory_proto", &["world/service/dns.rs"]),
    (
        "html5ever",
        &[
            "probe/html_tokens.rs",
            "probe/http/own_page.rs",
            "probe/injection/",
            "probe/resources/page.rs",
            "probe/security_headers/page.rs",
        ],
    ),
    ("http_body_util", &["demo/", "world/net/"]),
    ("hyper", &["demo/", "world/net/"]),
    ("hyper_util", &["demo/", "world/net/"]),
    ("ignore", &["world/"]),
    ("include_dir", &["catalog.rs", "catalog/", "demo/"]),
    ("indicatif", &["cli/progress.rs"]),
    ("json5", &["probe/updates/renovate.rs"]),
    ("jsonschema", &["probe/openapi_conformance/schema.rs"]),
    ("md5", &["probe/manifest/sync/composer.rs"]),
    ("md_5", &["probe/manifest/sync/composer.rs"]),
    ("mysql_common", &["world/service/mysql/"]),
    ("num_bigint", &["model/exact.rs"]),
    ("num_rational", &["model/exact.rs"]),
    ("num_traits", &["model/exact.rs"]),
    ("parse_dockerfile", &["probe/dockerfile/"]),
    ("petgraph", &["plan/requires.rs"]),
    ("process_wrap", &["world/process.rs"]),
    ("psl", &["probe/security_headers/"]),
    ("pulldown_cmark", &["import/", "probe/docs/"]),
    ("quick_junit", &["report/"]),
    ("quick_xml", &["probe/"]),
    ("redis", &["world/service/redis.rs"]),
    (
        "regex_syntax",
        &["world/ascii_word.rs", "world/line_end.rs", "world/literal.rs", "world/needs.rs", "world/weight.rs"],
    ),
    ("reqwest", &["world/"]),
    ("ruff_python_ast", &["probe/python/"]),
    ("ruff_python_parser", &["probe/python/"]),
    ("rustls", &["world/net/"]),
    ("rustls_pki_types", &["world/net/"]),
    ("semver", &["probe/manifest/sync/dart.rs", "probe/manifest/sync/semantic.rs", "probe/release/number.rs"]),
    ("serde_yaml", &["demo/script.rs", "probe/"]),
    ("sfv", &["probe/rate_limit/announced.rs", "probe/security_headers/"]),
    ("sha1", &["probe/manifest/sync/cocoapods.rs", "probe/secrets/baseline.rs"]),
    (
        "sha2",
        &[
            "audit/",
            "demo/",
            "probe/code/binary.rs",
            "probe/evidence.rs",
            "probe/file.rs",
            "probe/manifest/sync/poetry.rs",
            "spec/load.rs",
        ],
    ),
    ("similar", &["cli/sync.rs"]),
    ("spdx", &["probe/licence/"]),
    ("strsim", &["import/onto/matching.rs", "model/problem.rs"]),
    ("tar", &["probe/code/archive.rs"]),
    ("tokio_postgres", &["world/service/postgres.rs"]),
    ("tokio_postgres_rustls", &["world/service/postgres.rs"]),
    ("tokio_rustls", &["world/net/"]),
    ("tokio_tungstenite", &["demo/socket.rs", "world/net/websocket.rs"]),
    ("toml", &["facets.rs", "facets/", "probe/"]),
    ("unicode_width", &["report/"]),
    ("url", &["world/net/"]),
    ("walkdir", &["world/"]),
    ("webpki_roots", &["world/net/"]),
    ("x509_parser", &["world/net/tls/certificate.rs"]),
    ("zip", &["probe/code/archive.rs"]),
];

/// Files over 400 lines, with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Reads of the environment outside `cli`, with the reason.
const ENVIRONMENT: &[(&str, &str)] = &[];

/// Files that read a stopwatch outside `world` and `probe`, with the reason.
const STOPWATCHES: &[(&str, &str)] = &[
    ("run/lane.rs", "requests to one target are spaced"),
    ("run/observe.rs", "the report says how long an observation took"),
    ("audit/mod.rs", "the report says how long the run took"),
    ("demo/limit.rs", "the sample service has a rate limit"),
    ("demo/scripted.rs", "a sample service exports how long its answers took"),
];

fn product_files() -> Vec<&'static SourceFile> {
    all().iter().filter(|file| !file.is_test).collect()
}

/// Modules that belong to the library's shape; the root files and the build script do not.
fn is_part(file: &SourceFile) -> bool {
    !matches!(file.path.as_str(), "lib.rs" | "main.rs" | "build.rs")
}

#[test]
fn modules_import_only_downwards() {
    let mut wrong = Vec::new();
    for file in product_files().iter().filter(|file| is_part(file) && file.module() != "cli") {
        let module = file.module();
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("`{module}` is not in the table: add a row"));
            continue;
        };
        let more = |name: &str| MORE_IMPORTS.iter().any(|(from, to, _)| *from == module && *to == name);
        let ours = file.imports().into_iter().filter(|name| is_module(name) && name != module);
        let foreign = ours.filter(|name| !allowed.contains(&name.as_str()) && !more(name));
        wrong.extend(foreign.map(|name| format!("src/{} names `crate::{name}`", file.path)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_module(name: &str) -> bool {
    name == "cli" || IMPORTS.iter().any(|(module, _)| *module == name)
}

#[test]
fn the_import_table_has_one_direction() {
    let row = |name: &str| IMPORTS.iter().position(|(module, _)| *module == name);
    let listed = IMPORTS.iter().flat_map(|(from, allowed)| allowed.iter().map(move |to| (*from, *to)));
    for (from, to) in listed.chain(MORE_IMPORTS.iter().map(|(from, to, _)| (*from, *to))) {
        assert!(row(to).unwrap() < row(from).unwrap(), "`{from}` may not name `{to}`: it stands higher");
    }
}

#[test]
fn every_exception_is_still_needed() {
    let files = product_files();
    for (from, to, reason) in MORE_IMPORTS {
        let used = files.iter().any(|file| file.module() == *from && file.imports().iter().any(|name| name == to));
        assert!(used, "`{from}` no longer names `{to}` ({reason}): drop the exception");
    }
    for (path, reason) in LONG_FILES {
        let long = files.iter().any(|file| file.path == *path && file.text.lines().count() > 400);
        assert!(long, "src/{path} is not over 400 lines ({reason}): drop the exception");
    }
    for (path, reason) in STOPWATCHES {
        let used = files.iter().any(|file| file.path == *path && file.code.contains("Instant"));
        assert!(used, "src/{path} reads no stopwatch ({reason}): drop the exception");
    }
}

#[test]
fn reports_know_the_model_only() {
    for file in product_files().iter().filter(|file| file.module() == "report") {
        let others: Vec<String> = file.imports().into_iter().filter(|name| is_module(name)).collect();
        let foreign = others.iter().any(|name| name != "model" && name != "report");
        assert!(!foreign, "src/{} names {others:?}", file.path);
    }
}

#[test]
fn each_outside_crate_is_named_in_its_owner_files_only() {
    let files = product_files();
    let mut wrong = Vec::new();
    assert!(OWNERS.is_sorted_by(|(one, _), (next, _)| one < next), "each crate has one row, in order of the alphabet");
    for (name, owners) in OWNERS {
        for file in files.iter().filter(|file| file.names_path(name)) {
            if !owners.iter().any(|owner| file.path.starts_with(owner)) {
                wrong.push(format!("src/{} names `{name}`, which belongs to {owners:?}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_an_owner() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().replace('-', "_"));
    for name in names {
        let owned = VOCABULARY.contains(&name.as_str()) || OWNERS.iter().any(|(owned, _)| *owned == name);
        assert!(owned, "`{name}` has no owner: add it to OWNERS");
    }
}

#[test]
fn only_cli_prints() {
    let printing = ["println!", "print!", "eprintln!", "eprint!", "io::stdout", "io::stderr", "process::exit"];
    assert_only("cli", &printing, &[]);
}

#[test]
fn only_cli_reads_the_environment() {
    assert_only("cli", &["env::var", "env::vars", "env::args", "env::current_dir"], ENVIRONMENT);
}

#[test]
fn only_cli_reads_the_clock() {
    assert_only("cli", &["Timestamp::now", "Zoned::now", "SystemTime::now"], &[]);
    let stopwatch = product_files().into_iter().filter(|file| file.code.contains("Instant::now"));
    for file in stopwatch.filter(|file| !matches!(file.module(), "world" | "probe" | "cli")) {
        let listed = STOPWATCHES.iter().any(|(path, _)| *path == file.path);
        assert!(listed, "src/{} reads a stopwatch", file.path);
    }
}

fn assert_only(module: &str, needles: &[&str], exceptions: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for file in product_files().iter().filter(|file| is_part(file) && file.module() != module) {
        if exceptions.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        for needle in needles {
            let places = file.lines_with(needle);
            wrong.extend(places.iter().map(|line| format!("src/{}:{line} has `{needle}`", file.path)));
        }
    }
    assert!(wrong.is_empty(), "only `{module}` may:\n{}", wrong.join("\n"));
}

#[test]
fn no_source_file_exceeds_400_lines() {
    let long: Vec<String> = all()
        .iter()
        .filter(|file| !LONG_FILES.iter().any(|(path, _)| *path == file.path))
        .map(|file| (file.text.lines().count(), file))
        .filter(|(lines, _)| *lines > 400)
        .map(|(lines, file)| format!("src/{} has {lines} lines", file.path))
        .collect();
    assert!(long.is_empty(), "split by concept:\n{}", long.join("\n"));
}

#[test]
fn every_source_file_says_what_it_owns() {
    for file in all() {
        assert!(file.text.starts_with("//!"), "src/{} does not start with `//!`", file.path);
    }
}

#[test]
fn no_file_is_named_after_nothing() {
    for file in all() {
        let name = file.path.rsplit('/').next().unwrap();
        let empty = ["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs", "imp.rs"].contains(&name);
        assert!(!empty, "src/{}: name it for what it owns", file.path);
    }
}

#[test]
fn product_code_never_unwraps() {
    let mut wrong = Vec::new();
    for file in product_files() {
        wrong.extend(file.lines_with(".unwrap()").iter().map(|line| format!("src/{}:{line}", file.path)));
    }
    assert!(wrong.is_empty(), "say why it cannot fail, or return an error:\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_is_forbidden() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn the_reader_of_sources_knows_code_from_texts_and_tests() {
    let code = source::code_only(
        "let a = \"crate::x // \"; // crate::y\nlet b = 'c'; let r = r#\"crate::\"z\"#; f::<'a>(b'\"');",
    );
    assert!(!code.contains("crate::") && code.contains("f::<'a>("), "{code}");
    let kept = source::without_tests("fn a() {}\n#[cfg(all(test, unix))]\nmod t { fn b() { {} } }\nfn c() {}");
    assert_eq!(kept, "fn a() {}\n\n\nfn c() {}");
    assert_eq!(source::first_names("{a::b, c::{d, e}, f};"), ["a", "c", "f"]);
}
