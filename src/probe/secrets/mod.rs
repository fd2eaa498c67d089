//! `secrets`: live credentials and key files in the working tree. Owns parameters and facts; shapes, keys and the scan of
//! one file have files of their own. History is a specialist's (gitleaks, TruffleHog).

mod baseline;
mod checksum;
mod excuse;
mod gitleaks;
mod pem;
mod place;
mod scan;
mod shapes;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Certainty, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::world::want::LARGEST_DOC;
use crate::world::{ClassSet, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

pub(crate) use shapes::tokens;

/// Whether a text holds an unencrypted private key.
pub(crate) fn has_private_key(bytes: &[u8]) -> bool {
    !pem::private_keys(bytes).is_empty()
}

/// Parameters of the `secrets` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Globs to leave out.
    #[serde(default)]
    pub(super) exclude: Vec<crate::yaml::Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "secrets",
    doc: "Looks for live credentials and key files in the working tree",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "exclude: [\"testdata/**\"]\n",
};

struct SecretsProbe {
    exclude: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    for glob in &params.exclude {
        if let Err(reason) = crate::world::check_glob(glob) {
            problems.push(
                glob.span
                    .problem(format!("`{}` is not a glob: {reason}", glob.value))
                    .help("write a glob such as `tests/**`"),
            );
        }
    }
    (problems.len() == before).then(|| {
        Box::new(SecretsProbe { exclude: params.exclude.into_iter().map(|glob| glob.value).collect() })
            as Box<dyn Probe>
    })
}

/// Key stores: binary, so only their names tell.
fn key_stores() -> Select {
    ["**/*.p12", "**/*.pfx", "**/*.jks", "**/*.keystore"]
        .iter()
        .fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())))
}

impl Probe for SecretsProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("tokens", "tokens and passwords in addresses, known by their shape; hints are not counted"),
            count("key_files", "private keys and credential files of tools; hints are not counted"),
            count("env_files", "secrets with a real value in `.env` files; hints are not counted"),
            count("likely", "those of the above that are only likely"),
            count("hints", "findings in tests, documentation, examples and vendored code, which are shown and not counted"),
            count("suppressed", "findings that an inline comment (`gitleaks:allow`, `pragma: allowlist secret`, `trufflehog:ignore`), `.gitleaks.toml`, `.gitleaksignore` or `.secrets.baseline` excuses; still counted, and as likely where it says why"),
            count("scanned", "text files looked through"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("secrets exclude={:?}", self.exclude)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec!["**".to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let select = Select::any(ClassSet::ALL).below(folder).except(self.exclude.iter().cloned());
        let texts = Want::sparse(select, "secrets", |file| Ok(scan::scan(file))).screened(scan::questions);
        // What was recorded of a session, a dump, a bundle: much of what leaks is in large files.
        vec![wants.add(texts.up_to(LARGEST_DOC))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            let stores = key_stores().below(look.folder).except(self.exclude.iter().cloned());
            Ok(observe(look.swept, *want, &stores))
        })
    }
}

fn observe(swept: &Swept, want: WantId, stores: &Select) -> Observation {
    let mut findings = Findings::default();
    let (mut hints, mut likely, mut suppressed) = (0_usize, 0_usize, 0_usize);
    let (found, mut allowed) = (swept.get(want), excuse::Allowed::read(swept));
    let mut unread = Vec::new();
    let mut take = |path: &str, finding: Finding| {
        hints += usize::from(finding.certainty == Certainty::Hint);
        likely += usize::from(finding.certainty == Certainty::Likely);
        findings.push(path, finding);
    };
    for (id, digest) in found.own::<scan::Scanned>() {
        let entry = swept.tree().entry(id);
        let scanned = match digest {
            Ok(scanned) => scanned,
            Err(unknown) => {
                unread.push((entry.path.as_str(), unknown.0.as_str()));
                continue;
            }
        };
        // What git does not track yet is not published yet.
        let unpublished = swept.tree().has_git() && !entry.tracked;
        for secret in scanned {
            let finding = allowed.judge(&entry.path, secret.clone());
            suppressed += usize::from(finding.suppression.is_some());
            let most = if unpublished { Certainty::Likely } else { Certainty::Certain };
            let certainty = finding.certainty.min(most);
            take(&entry.path, finding.with(certainty));
        }
    }
    for id in swept.tree().select(stores) {
        let path = swept.path(id);
        let shipped = swept.class(id) == crate::world::Class::Src && !path.to_ascii_lowercase().contains("debug");
        let certainty = if shipped { Certainty::Likely } else { Certainty::Hint };
        take(path, Finding::new("key_files", 0, "key store", "a key store").with(certainty));
    }
    unread.into_iter().for_each(|(path, reason)| findings.unread(path, reason));
    let mut facts = Facts::new();
    facts.present("scanned", Value::count(found.scanned));
    if found.scanned == 0 {
        facts.set_reason("there is no text file to look through");
        return Observation { facts, ..Observation::default() };
    }
    for fact in ["tokens", "key_files", "env_files"] {
        findings.set_count(&mut facts, fact);
    }
    facts.present("hints", Value::count(hints));
    facts.present("likely", Value::count(likely));
    facts.present("suppressed", Value::count(suppressed));
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::model::{Fact, Value};
    use crate::probe::sample;
    use crate::probe::trial::count;
    use crate::world::Tree;

    #[test]
    fn where_a_file_cannot_be_read_or_is_too_large_nothing_found_is_unknown() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        let tokens = |tree| sample::look("secrets", "{}", tree, "").unwrap().facts.get("tokens");
        write("a.py", "x = 1\n");
        write("gone.py", "x = 2\n");
        let tree = Tree::open(dir.path()).unwrap();
        std::fs::remove_file(dir.path().join("gone.py")).unwrap();
        assert!(matches!(tokens(tree), Fact::Unobserved(reason) if reason.contains("gone.py")));
        write("data.json", &" ".repeat(16 * 1024 * 1024 + 1));
        let open = || Tree::open(dir.path()).unwrap();
        assert!(matches!(tokens(open()), Fact::Unobserved(reason) if reason.contains("`data.json` is larger than")));
        write("data.json", &" ".repeat(2 * 1024 * 1024 + 1));
        assert_eq!(tokens(open()), Fact::Present(Value::count(0)));
    }

    #[test]
    fn a_large_file_is_looked_through() {
        let key = ["AKIA", "QX4BM7ZT2LPN5RVY"].concat();
        let text = format!("{}\n{key}\n", " \n".repeat(1_050_000));
        let seen = sample::observe("secrets", "{}", &[("session.har", text.as_str())]).unwrap();
        assert_eq!(count(&seen, "tokens"), Some(1));
    }
}
