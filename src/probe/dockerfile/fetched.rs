//! What a build fetches: downloads without a checksum, and verification switched off.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;

use super::parse::{Dockerfile, Stage};

/// Downloads seen and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// Commands and `ADD`s that fetch something.
    pub(super) downloads: usize,
    /// `unverified_downloads`, `remote_adds`, `verification_off`.
    pub(super) findings: Vec<Finding>,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static DOWNLOAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(curl|wget)\b[^\n|;&]*https?://"));
static PIPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:curl|wget)\b[^\n|;]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+)?(?:\S+=\S+\s+)*(?:/usr)?(?:/bin/)?(sh|bash|ash|dash|zsh|python3?|perl|node|ruby|tar|bsdtar)\b",
    )
});
static VERIFIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(sha(1|224|256|384|512)sum|shasum|b2sum)\b[^\n;&|]*\s(-[a-zA-Z]*c[a-zA-Z]*|--check)\b|\bgpg2?\b[^\n;&|]*--verify|\bcosign\s+verify|\bminisign\s+-V|\bgh\s+attestation\s+verify",
    )
});

/// Switches that turn a check off, by the tool they belong to.
static OFF: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (
            r"\bcurl\b(?:[^\n|;&]*?)\s(-[a-zA-Z]*k[a-zA-Z]*|--insecure)(\s[^\n|;&]*|$)",
            "curl does not check the certificate",
        ),
        (r"\bwget\b[^\n|;&]*--no-check-certificate", "wget does not check the certificate"),
        (r"\bapt(-get)?\b[^\n|;&]*(--allow-unauthenticated|--force-yes)", "apt accepts unsigned packages"),
        (r"\bapk\b[^\n|;&]*--allow-untrusted", "apk accepts unsigned packages"),
        (
            r"\b(yum|dnf|microdnf|zypper)\b[^\n|;&]*--(nogpgcheck|no-gpg-checks)",
            "the package manager accepts unsigned packages",
        ),
        (r"\brpm\b[^\n|;&]*--(nosignature|nodigest)", "rpm accepts unsigned packages"),
        (r"\bpip3?\b[^\n|;&]*--trusted-host", "pip does not check the certificate"),
        (r#"\bNODE_TLS_REJECT_UNAUTHORIZED[= ]["']?0"#, "node does not check certificates"),
        (r#"\bPYTHONHTTPSVERIFY[= ]["']?0"#, "python does not check certificates"),
        (r#"\bGIT_SSL_NO_VERIFY[= ]["']?(1|true)"#, "git does not check certificates"),
        (r"http\.sslVerify[= ]+.?false", "git does not check certificates"),
        (r"\bstrict-ssl[= ]+.?false", "npm does not check certificates"),
    ]
    .into_iter()
    .map(|(text, note)| (pattern(text), note))
    .collect()
});

/// Looks at every stage: what a builder fetches ends in the product too.
pub(super) fn fetched(file: &Dockerfile) -> Fetched {
    let mut seen = Fetched::default();
    for stage in &file.stages {
        remote_adds(stage, &mut seen);
        for run in &stage.runs {
            run_line(&run.value, run.line, &mut seen);
        }
        for assignment in &stage.assignments {
            let text = format!("{}={}", assignment.name, assignment.value.as_deref().unwrap_or(""));
            switched_off(&text, assignment.line, &mut seen);
        }
    }
    seen
}

fn remote_adds(stage: &Stage, seen: &mut Fetched) {
    for copy in stage.copies.iter().filter(|copy| copy.is_add) {
        for source in &copy.sources {
            if !(source.starts_with("http://") || source.starts_with("https://")) {
                continue;
            }
            seen.downloads += 1;
            if !copy.has_checksum {
                let note = format!("`ADD {source}` without `--checksum`");
                seen.findings.push(Finding::new("unverified_downloads", copy.line, source.as_str(), note.clone()));
                seen.findings.push(Finding::new("remote_adds", copy.line, source.as_str(), note));
            }
        }
    }
}

fn run_line(text: &str, line: u32, seen: &mut Fetched) {
    seen.downloads += DOWNLOAD.find_iter(text).count();
    if let (Some(piped), false) = (PIPED.captures(text), VERIFIED.is_match(text)) {
        let program = piped.get(1).map_or("sh", |m| m.as_str());
        let whole = piped.get(0).map_or("", |m| m.as_str());
        // The address may come from a variable; it is a download all the same.
        if DOWNLOAD.find_iter(text).count() == 0 {
            seen.downloads += 1;
        }
        let note = format!("a download goes straight into `{program}`: `{}`", crate::probe::finding::shortened(whole));
        seen.findings.push(Finding::new("unverified_downloads", line, format!("pipe:{program}"), note));
    }
    switched_off(text, line, seen);
}

fn switched_off(text: &str, line: u32, seen: &mut Fetched) {
    for (regex, note) in OFF.iter() {
        if let Some(found) = regex.find(text) {
            if ["localhost", "127.0.0.1", "::1"].iter().any(|host| found.as_str().contains(host)) {
                continue;
            }
            let note = format!("{note}: `{}`", crate::probe::finding::shortened(found.as_str()));
            seen.findings.push(Finding::new("verification_off", line, found.as_str().trim(), note));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::parse::parse;
    use super::*;

    fn facts(line: &str) -> Vec<&'static str> {
        let file = parse(format!("FROM a\n{line}\n").as_bytes()).unwrap();
        fetched(&file).findings.iter().map(|f| f.fact).collect()
    }

    #[test]
    fn a_download_into_a_shell_is_found_unless_it_is_verified() {
        assert_eq!(facts("RUN curl -fsSL https://x.test/i.sh | bash -"), vec!["unverified_downloads"]);
        assert_eq!(facts("RUN curl -fsSL https://x.test/i.tgz \\\n  | tar xz"), vec!["unverified_downloads"]);
        assert!(facts("RUN curl -o i https://x.test/i && echo \"$S  i\" | sha256sum -c - && sh i").is_empty());
        assert!(facts("RUN curl https://x.test/key.asc | gpg --dearmor -o k").is_empty());
    }

    #[test]
    fn a_remote_add_needs_a_checksum() {
        assert_eq!(facts("ADD https://x.test/a.tgz /a"), vec!["unverified_downloads", "remote_adds"]);
        assert!(facts("ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://x.test/a /a").is_empty());
    }

    #[test]
    fn switched_off_verification_is_found() {
        assert_eq!(facts("RUN curl -sk https://x.test/a -o a"), vec!["verification_off"]);
        assert_eq!(facts("ENV NODE_TLS_REJECT_UNAUTHORIZED=0"), vec!["verification_off"]);
        assert_eq!(facts("RUN apt-get install -y --allow-unauthenticated x"), vec!["verification_off"]);
        assert!(facts("RUN curl -k https://localhost:8443/health").is_empty());
        assert!(facts("RUN mkdir -p k && curl -fsSL https://x.test/-k -o x").is_empty());
    }
}
