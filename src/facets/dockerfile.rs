//! Whether a Dockerfile makes something that runs. Reads instructions alone; what they mean is for probe `dockerfile`.

/// Images that start a shell or a prompt unless told otherwise.
#[rustfmt::skip]
const STARTS_A_PROMPT: &[&str] = &[
    "almalinux", "alpine", "amazonlinux", "archlinux", "busybox", "centos", "debian", "fedora", "oraclelinux", "rockylinux", "ubuntu",
    "buildpack-deps", "clojure", "dart", "elixir", "erlang", "gcc", "golang", "gradle", "haskell", "julia", "maven", "node", "perl", "php",
    "pypy", "python", "ruby", "rust", "sbt", "swift",
];

/// Whether the image is a place to work or test in: it starts a prompt, and either it holds packages of the distribution
/// and nothing of the repository, or tests are the last that its build runs.
pub(crate) fn is_workbench(text: &str) -> bool {
    let instructions = instructions(text);
    let word = |wanted: &[&str]| instructions.iter().any(|(name, _)| wanted.contains(&name.as_str()));
    let from = |text: &str| text.split_whitespace().find(|word| !word.starts_with("--")).map(str::to_ascii_lowercase);
    let mut bases = instructions.iter().filter(|(name, _)| name == "FROM").map(|(_, text)| from(text));
    let (Some(Some(image)), None) = (bases.next(), bases.next()) else { return false };
    let image = ["docker.io/", "library/"].iter().fold(image.as_str(), |image, start| image.trim_start_matches(start));
    let name = image.split(['@', ':']).next().unwrap_or(image);
    let last_run = instructions.iter().rev().find(|(name, _)| name == "RUN").map_or("", |(_, text)| text);
    let tests_last = last_run.split_whitespace().any(|word| matches!(word, "test" | "pytest" | "tox" | "ctest"));
    STARTS_A_PROMPT.contains(&name)
        && !word(&["CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "ONBUILD"])
        && (tests_last || (installs(&instructions) && !word(&["COPY", "ADD"])))
}

/// Whether packages of the distribution are put into it.
fn installs(instructions: &[(String, String)]) -> bool {
    const TOOLS: &[&str] = &["apt-get", "apt", "apk", "dnf", "microdnf", "yum", "pacman", "zypper"];
    let of_tool = |text: &str| text.split(|c: char| c.is_whitespace() || c == ';').any(|word| TOOLS.contains(&word));
    instructions.iter().any(|(name, text)| name == "RUN" && of_tool(text))
}

/// Each instruction in capitals, with what follows it; lines that go on are joined, comments left out.
fn instructions(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let goes_on = line.strip_suffix('\\');
        open.push_str(goes_on.unwrap_or(line));
        open.push(' ');
        if goes_on.is_none() {
            let (name, rest) = open.trim().split_once(char::is_whitespace).unwrap_or((open.trim(), ""));
            found.push((name.to_ascii_uppercase(), rest.to_owned()));
            open.clear();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_work_in_starts_nothing_of_the_product() {
        assert!(is_workbench("# tools\nFROM debian:12@sha256:00\nRUN apt-get install \\\n  gcc\nUSER dev\n"));
        assert!(is_workbench("FROM swift:6.3 as build\nCOPY . .\nRUN swift test --sanitize=thread\n"));
        for product in [
            "FROM debian:12\nCOPY app /app\n",
            "FROM debian:12\nRUN apt-get install nginx\nCMD [\"nginx\"]\n",
            "FROM nginx:1\nRUN rm /etc/nginx/conf.d/default.conf\n",
            "FROM rust:1 AS b\nRUN cargo test\nFROM debian:12\nRUN curl -o /app https://example.org\n",
            "FROM $BASE\n",
            "FROM python:3.14\n",
            "",
        ] {
            assert!(!is_workbench(product), "{product}");
        }
    }
}
