//! Secrets that a build writes into a layer or into the image's history.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Certainty;
use crate::probe::finding::Finding;
use crate::probe::secret_name::{has_password, is_secret_name, is_secret_value, masked};
use crate::probe::secrets::tokens;

use super::parse::{Assignment, Copy, Dockerfile};

/// `secrets` (a value is written down) and `secret_names` (an `ARG` that would carry one).
pub(super) fn baked(file: &Dockerfile) -> Vec<Finding> {
    let mut found = Vec::new();
    for assignment in file.global_args.iter().chain(file.stages.iter().flat_map(|stage| &stage.assignments)) {
        found.extend(assigned(assignment));
    }
    for stage in &file.stages {
        found.extend(stage.copies.iter().filter(|copy| copy.from.is_none()).flat_map(copied));
        for run in &stage.runs {
            found.extend(in_command(&run.value, run.line));
        }
    }
    found
}

fn assigned(assignment: &Assignment) -> Option<Finding> {
    let Assignment { name, value, line, is_arg } = assignment;
    let word = if *is_arg { "ARG" } else { "ENV" };
    match value {
        Some(value) => {
            if let Some(token) = tokens(value.as_bytes()).into_iter().next() {
                let note = format!("`{word} {name}` holds a {}: {}", token.title, masked(&token.value));
                return Some(Finding::new("secrets", *line, format!("{word} {name}"), note));
            }
            let named = is_secret_name(name) && is_secret_value(name, value);
            (named || has_password(value)).then(|| {
                let note = format!("`{word} {name}` has the literal value {}", masked(value));
                Finding::new("secrets", *line, format!("{word} {name}"), note)
            })
        }
        None => (*is_arg && is_secret_name(name)).then(|| {
            let note = format!("`ARG {name}`: a value passed to the build stays in the image's history");
            Finding::new("secret_names", *line, format!("ARG {name}"), note).with(Certainty::Likely)
        }),
    }
}

/// Files that hold credentials, by name.
fn copied(copy: &Copy) -> Vec<Finding> {
    let word = if copy.is_add { "ADD" } else { "COPY" };
    copy.sources
        .iter()
        .filter_map(|source| {
            let certainty = credential_file(source)?;
            let note = format!("`{word} {source}` puts a file that holds credentials into a layer");
            Some(Finding::new("secrets", copy.line, format!("{word} {source}"), note).with(certainty))
        })
        .collect()
}

/// Whether a file of this name holds credentials, and how sure that is.
pub(super) fn credential_file(path: &str) -> Option<Certainty> {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if ["example", "sample", "template", "dist", "defaults", "test"].iter().any(|word| name.contains(word)) {
        return None;
    }
    if name == ".env" || name.starts_with(".env.") {
        return Some(Certainty::Likely);
    }
    let certain = matches!(
        name.as_str(),
        "id_rsa" | "id_ed25519" | "id_ecdsa" | "id_dsa" | ".netrc" | ".git-credentials" | ".aws" | "kubeconfig"
    );
    if certain {
        return Some(Certainty::Certain);
    }
    let keys = name.ends_with(".key")
        || name.ends_with(".p12")
        || name.ends_with(".pfx")
        || (name.ends_with(".pem") && name.contains("key"));
    let others = matches!(name.as_str(), ".npmrc" | ".pypirc" | ".docker")
        || (name.starts_with("credentials") && name.ends_with(".json"));
    (keys || others).then_some(Certainty::Likely)
}

fn in_command(text: &str, line: u32) -> Vec<Finding> {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)authorization:\s*(?:bearer|basic|token)\s+([0-9A-Za-z._~+/=-]{8,})"#)
            .expect("a fixed pattern")
    });
    static OPTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"\s--password[= ]["']?([^\s"'$`-][^\s"'$`]*)"#).expect("a fixed pattern"));
    let mut found: Vec<Finding> = tokens(text.as_bytes())
        .iter()
        .map(|token| {
            Finding::new(
                "secrets",
                line,
                token.id,
                format!("the command holds a {}: {}", token.title, masked(&token.value)),
            )
        })
        .collect();
    if let Some(value) = HEADER.captures(text).and_then(|c| c.get(1)) {
        let note = format!("the command sends a literal credential: {}", masked(value.as_str()));
        found.push(Finding::new("secrets", line, "authorization header", note));
    }
    let password = OPTION.captures(text).and_then(|c| c.get(1)).map(|value| value.as_str());
    if let Some(value) = password.filter(|value| is_secret_value("password", value)) {
        let note = format!("the command has a literal password: {}", masked(value));
        found.push(Finding::new("secrets", line, "--password", note));
    }
    if has_password(text) {
        found.push(Finding::new(
            "secrets",
            line,
            "url with a password",
            "the command has an address with a literal password",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::parse::parse;
    use super::*;

    fn found(line: &str) -> Vec<(&'static str, Certainty)> {
        let file = parse(format!("FROM a\n{line}\n").as_bytes()).unwrap();
        baked(&file).into_iter().map(|f| (f.fact, f.certainty)).collect()
    }

    #[test]
    fn a_literal_is_a_secret_and_a_bare_name_only_a_likely_one() {
        assert_eq!(found("ENV DB_PASSWORD=hunter2"), vec![("secrets", Certainty::Certain)]);
        assert_eq!(found("ARG NPM_TOKEN"), vec![("secret_names", Certainty::Likely)]);
        assert!(found("ENV DB_PASSWORD=$DB_PASSWORD JWT_ALGORITHM=HS256").is_empty());
        assert!(found("RUN SECRET_KEY_BASE=dummy rails assets:precompile").is_empty());
        assert!(
            found(
                "RUN --mount=type=secret,id=t curl -H \"Authorization: Bearer $(cat /run/secrets/t)\" https://x.test"
            )
            .is_empty()
        );
    }

    #[test]
    fn copied_credentials_and_literal_headers_are_found() {
        assert_eq!(found("COPY id_rsa /root/.ssh/"), vec![("secrets", Certainty::Certain)]);
        assert!(found("COPY .env.example .env").is_empty());
        assert!(found("COPY --from=b /x/id_rsa /y").is_empty());
        assert_eq!(
            found("RUN curl -H 'Authorization: Bearer abcdef0123456' https://x.test"),
            vec![("secrets", Certainty::Certain)]
        );
        assert_eq!(found("RUN git clone https://bot:s3cretpw@git.test/x.git"), vec![("secrets", Certainty::Certain)]);
    }

    #[test]
    fn a_report_never_shows_the_value() {
        let file = parse(b"FROM a\nENV API_KEY=correcthorsebatterystaple\n").unwrap();
        assert!(!baked(&file)[0].note.contains("correcthorse"));
    }
}
