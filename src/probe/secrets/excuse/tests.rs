//! Configuration of scanners beside a token in shipped source.

use crate::model::{Certainty, Observation, Suppression};
use crate::probe::secrets::DEF;
use crate::probe::trial::{count, observe};

/// Put together at run time, so that no scanner meets it here.
fn token() -> String {
    ["gh", "p_Zk3vQ9sLr2TnXw8YbHd5JfGm7PcVq42TB4fg"].concat()
}

fn seen(files: &[(&str, &str)]) -> Observation {
    let source = format!("import os\ntoken = \"{}\"\n", token());
    let mut all = vec![("app/pay.py", source.as_str())];
    all.extend(files);
    observe(&DEF, "{}", &all)
}

/// What is said of the token, and how sure it is then. It is counted in any case.
fn said(path: &str, text: &str) -> (Option<Suppression>, Certainty) {
    let seen = seen(&[(path, text)]);
    let told = seen.evidence.iter().find(|item| item.fact.as_deref() == Some("tokens")).expect("it is shown");
    let suppressed = i64::from(told.suppression.is_some());
    assert_eq!((count(&seen, "tokens"), count(&seen, "suppressed")), (Some(1), Some(suppressed)), "{path}: {text}");
    (told.suppression.clone(), told.certainty)
}

fn reason(path: &str, text: &str) -> Option<String> {
    let (suppression, certainty) = said(path, text);
    let suppression = suppression.unwrap_or_else(|| panic!("{path} says something: {text}"));
    assert!(!suppression.honoured);
    let expected = if suppression.reason.is_some() { Certainty::Likely } else { Certainty::Certain };
    assert_eq!(certainty, expected, "{text}");
    suppression.reason
}

#[test]
fn an_allowlist_of_gitleaks_is_told_and_its_description_is_the_reason() {
    let why = Some("opens an empty account".to_owned());
    let described = "description = \"opens an empty account\"\n";
    for (list, expected) in [
        (format!("[allowlist]\n{described}paths = ['''^app/''']\n"), why.clone()),
        (format!("[[allowlists]]\n{described}regexes = ['''ghp_Zk3v''']\n"), why.clone()),
        (format!("[[allowlists]]\n{described}regexTarget = \"line\"\nregexes = ['''^token = ''']\n"), why.clone()),
        (format!("[allowlist]\n{described}stopwords = [\"zk3vq9\"]\n"), why.clone()),
        (format!("[[rules]]\nid = \"github-pat\"\n[[rules.allowlists]]\n{described}paths = ['app']\n"), why.clone()),
        (format!("[[rules]]\nid = \"github-pat\"\n[rules.allowlist]\n{described}paths = ['app']\n"), why.clone()),
        (format!("[[allowlists]]\n{described}targetRules = [\"github-pat\"]\npaths = ['app']\n"), why.clone()),
        ("[allowlist]\npaths = ['app']\n".to_owned(), None),
        ("[allowlist]\ndescription = \"Global allow list\"\npaths = ['app']\n".to_owned(), None),
        ("[extend]\nuseDefault = true\ndisabledRules = [\"github-pat\"]\n".to_owned(), None),
    ] {
        assert_eq!(reason(".gitleaks.toml", &list), expected, "{list}");
    }
}

#[test]
fn other_rules_other_files_and_what_matches_everything_say_nothing_of_it() {
    for text in [
        "[allowlist]\npaths = ['''^tests/''']\n",
        "[allowlist]\npaths = ['''.*''']\n",
        "[allowlist]\nregexes = ['''(''']\n",
        "[allowlist]\nstopwords = [\"\"]\n",
        "[allowlist]\ncommits = [\"0123456789abcdef\"]\n",
        "[[rules]]\nid = \"aws-access-token\"\n[[rules.allowlists]]\npaths = ['app']\n",
        "[[allowlists]]\ntargetRules = [\"private-key\"]\npaths = ['app']\n",
        "[[allowlists]]\ncondition = \"AND\"\npaths = ['app']\nregexes = ['''glpat''']\n",
        "[extend]\ndisabledRules = [\"gitlab-pat\"]\n",
        "[allowlist\n",
        "allowlist = 1\nrules = 2\nextend = []\n",
    ] {
        assert_eq!(said(".gitleaks.toml", text), (None, Certainty::Certain), "{text}");
    }
}

#[test]
fn a_fingerprint_is_of_a_file_a_rule_and_a_line() {
    let why = Some("opens an empty account".to_owned());
    let fingerprint = |text: &str| reason(".gitleaksignore", text);
    assert_eq!(fingerprint("app/pay.py:github-pat:2\n"), None);
    assert_eq!(fingerprint("# opens an empty account\napp/pay.py:github-pat:2\n"), why);
    assert_eq!(fingerprint("3f1c0de9a1b2:app/pay.py:github-pat:2 # opens an empty account\n"), why);
    for text in [
        "# other\n\napp/pay.py:github-pat:3\n",
        "app/pay.py:aws-access-token:2\n",
        "pay.py:github-pat:2\n",
        "app/pay.py:github-pat:*\n",
        "app/pay.py\n",
    ] {
        assert_eq!(said(".gitleaksignore", text).0, None, "{text}");
    }
}

#[test]
fn a_baseline_of_detect_secrets_is_told_by_hash_and_has_no_room_for_a_reason() {
    // As detect-secrets 1.5.0 writes it for this file: its GitHub rule hashes the letters `ghp`, which are no token.
    let entry = |hash: &str, more: &str| {
        format!(
            "{{\"version\": \"1.5.0\", \"results\": {{\"app/pay.py\": [{{\"type\": \"Secret Keyword\", \"filename\": \"app/pay.py\", \"hashed_secret\": \"{hash}\", \"line_number\": 2{more}}}]}}}}"
        )
    };
    let (whole, prefix) = ("477a9c3114e0ff8ba591d4ac2ba01da43d72ca8c", "e175c6f5f2a92e8623bd9a4820edb4e8c1b0fd10");
    assert_eq!(reason(".secrets.baseline", &entry(whole, "")), None);
    let (audited, certainty) = said(".secrets.baseline", &entry(whole, ", \"is_secret\": false"));
    assert!(audited.is_some_and(|one| one.by.contains("audited") && !one.honoured));
    assert_eq!(certainty, Certainty::Certain, "a verdict without a word of why");
    assert_eq!(said(".secrets.baseline", &entry(whole, ", \"is_secret\": true")).0, None);
    assert_eq!(said(".secrets.baseline", &entry(prefix, "")).0, None);
    assert_eq!(said(".secrets.baseline", &entry(whole, "").replace("app/", "")).0, None, "another file");
    assert_eq!(said(".secrets.baseline", "{").0, None);
}
