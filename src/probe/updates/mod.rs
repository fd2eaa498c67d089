//! Probe `updates`: which bots bring new versions of dependencies, and of which. Owns parameters and facts; what a
//! configuration of Dependabot says is in `dependabot`, one of Renovate in `renovate`, what has dependencies here in
//! `present`, and who looks after what in `judge`.

mod dependabot;
mod judge;
mod narrowing;
mod present;
mod renovate;
mod watch;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, manifest};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{Name, Select, Want, WantId, Wants};
use crate::yaml::Node;

use watch::Told;

/// Parameters of the `updates` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UpdatesProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "updates",
    doc: "Reads what Dependabot and Renovate are told to keep up to date, and compares it with the dependencies that are here",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

/// The largest configuration that is read, in bytes.
const LARGEST: u64 = 256 * 1024;

/// Where Dependabot looks (GitHub Docs, Dependabot options reference).
const DEPENDABOT: &[&str] = &[".github/dependabot.yml", ".github/dependabot.yaml"];
/// Where Renovate looks, first found wins (Renovate Docs, Configuration Options); `package.json` comes after them.
const RENOVATE: &[&str] = &[
    "renovate.json",
    "renovate.jsonc",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.jsonc",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.jsonc",
    ".gitlab/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.jsonc",
    ".renovaterc.json5",
];
/// Files of bots whose configuration is not read.
const OTHERS: &[&str] = &[
    ".pyup.yml",
    ".scala-steward.conf",
    ".github/.scala-steward.conf",
    ".depfu.yml",
    "updatecli.d/**",
    ".github/updatecli.d/**",
    "updatecli/updatecli.d/**",
    ".github/workflows/{renovate,updatecli}*.{yml,yaml}",
];

struct UpdatesProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(UpdatesProbe))
}

impl Probe for UpdatesProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("bots", FactType::Count, "configurations of bots that bring new versions: Dependabot's, Renovate's, and files of others, which are not read"),
            fact("ecosystems", FactType::Count, "ecosystems with dependencies here: of manifests, of images in Dockerfiles (`docker`), of actions in workflows (`github-actions`) and of Terraform"),
            fact("uncovered", FactType::Count, "folders with dependencies of an ecosystem that no bot is told to look after; unobserved where a bot is here whose configuration is not read"),
            fact("covered_ratio", FactType::Ratio, "mean over the ecosystems of the share of their folders that a bot looks after; one that is looked at less than once a month, for security alone, or for a part of what is in it, counts 70 %"),
            fact("slow_updates", FactType::Count, "ecosystems that a bot is told to look at less than once a month"),
            fact("security_only", FactType::Count, "ecosystems of which Dependabot may bring updates for security alone (`open-pull-requests-limit: 0`)"),
            fact("narrowed_updates", FactType::Count, "ecosystems of which Dependabot lets in some dependencies or versions alone (`allow`, `ignore`); who leaves major versions out lets in enough"),
            fact("without_cooldown", FactType::Count, "entries that take a version less than seven days after it was published (zizmor dependabot-cooldown); Dependabot without `cooldown` waits three; unobserved where a preset of another repository may say it"),
            fact("cooldown", FactType::Duration, "the shortest of these waits"),
            fact("broken_configurations", FactType::Count, "what a configuration says that its bot refuses: another version than 2, an entry without ecosystem or folder"),
            fact("update_credit", FactType::Ratio, "20 % that there is a bot, 60 % times `covered_ratio`, 20 % for a wait of seven days, 10 % for one of three"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "updates".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let reads = DEPENDABOT.iter().chain(RENOVATE).map(|path| (*path).to_owned()).collect();
        Touch { reads, ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let places = DEPENDABOT.iter().chain(RENOVATE);
        let select = places.fold(Select::bases(&[]), |select, path| select.or(Name::Glob((*path).to_owned())));
        let told = Want::doc(select, "updates", |file| -> Result<Told, Unknown> {
            let path = file.path();
            if DEPENDABOT.contains(&path) {
                return dependabot::read(path, file.bytes);
            }
            renovate::read(file.bytes)
        });
        vec![wants.add(told.up_to(LARGEST)), manifest::want(folder, wants), present::want(folder, wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [told, manifests, others] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let units = present::units(look.swept, *manifests, *others)?;
            let bots = judge::bots(look.swept, *told);
            Ok(judge::observe(look.swept, &units, bots, look.suppressions))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DEF;
    use crate::model::{Fact, Value};
    use crate::probe::trial::{count, observe, percent};

    const NODE: (&str, &str) = ("package.json", "{\"private\":true,\"dependencies\":{\"x\":\"1\"}}");
    const CI: (&str, &str) =
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n");

    fn dependabot(entries: &str) -> String {
        format!("version: 2\nupdates:\n{entries}")
    }

    fn entry(ecosystem: &str, more: &str) -> String {
        format!("  - package-ecosystem: {ecosystem}\n    schedule: {{ interval: weekly }}\n    {more}\n")
    }

    #[test]
    fn what_no_entry_names_is_uncovered() {
        let text = dependabot(&entry("npm", "directory: /\n    cooldown: { default-days: 7 }"));
        let seen = observe(&DEF, "{}", &[NODE, CI, (".github/dependabot.yml", &text)]);
        assert_eq!(
            (count(&seen, "bots"), count(&seen, "ecosystems"), count(&seen, "uncovered")),
            (Some(1), Some(2), Some(1))
        );
        assert_eq!((percent(&seen, "covered_ratio"), percent(&seen, "update_credit")), (Some(50), Some(70)));
    }

    #[test]
    fn an_entry_reaches_as_far_as_its_ecosystem_does() {
        let docker = ("deploy/Dockerfile", "FROM debian:12\n");
        let member = ("web/package.json", NODE.1);
        let text = dependabot(&(entry("npm", "directory: /") + &entry("docker", "directory: /")));
        let files = [NODE, member, docker, (".github/dependabot.yml", text.as_str())];
        assert_eq!(count(&observe(&DEF, "{}", &files), "uncovered"), Some(2), "neither is reached from the root");
        assert_eq!(percent(&observe(&DEF, "{}", &files), "covered_ratio"), Some(25));
        let root = ("package.json", "{\"private\":true,\"workspaces\":[\"web\"],\"dependencies\":{\"x\":\"1\"}}");
        assert_eq!(
            count(&observe(&DEF, "{}", &[root, member, docker, files[3]]), "uncovered"),
            Some(1),
            "a workspace is"
        );
        let text = dependabot(&(entry("npm", "directories: [/, '/we*']") + &entry("docker", "directories: ['**/*']")));
        assert_eq!(count(&observe(&DEF, "{}", &[NODE, member, docker, (files[3].0, &text)]), "uncovered"), Some(0));
    }

    #[test]
    fn without_a_bot_nothing_is_covered_and_without_dependencies_nothing_is_asked() {
        let seen = observe(&DEF, "{}", &[NODE, CI]);
        assert_eq!(
            (count(&seen, "bots"), count(&seen, "uncovered"), percent(&seen, "update_credit")),
            (Some(0), Some(2), Some(0))
        );
        let seen = observe(&DEF, "{}", &[("a.c", "")]);
        assert_eq!((count(&seen, "ecosystems"), percent(&seen, "covered_ratio")), (Some(0), None));
    }

    #[test]
    fn a_bot_whose_configuration_is_not_read_leaves_coverage_unknown() {
        let seen = observe(&DEF, "{}", &[NODE, (".pyup.yml", "schedule: every day\n")]);
        assert_eq!((count(&seen, "bots"), count(&seen, "uncovered")), (Some(1), None));
        assert_eq!(percent(&seen, "update_credit"), None);
    }

    #[test]
    fn entries_for_security_alone_and_rare_ones_count_less() {
        let rare = "  - package-ecosystem: npm\n    directory: /\n    schedule: { interval: quarterly }\n";
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", &dependabot(rare))]);
        assert_eq!((count(&seen, "slow_updates"), percent(&seen, "covered_ratio")), (Some(1), Some(70)));
        let text = dependabot(&entry("npm", "directory: /\n    open-pull-requests-limit: 0"));
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", &text)]);
        assert_eq!((count(&seen, "security_only"), percent(&seen, "covered_ratio")), (Some(1), Some(70)));
        let text = dependabot(&entry("npm", "directory: /\n    ignore: [{ dependency-name: '*' }]"));
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", &text)]);
        assert_eq!(count(&seen, "uncovered"), Some(1), "everything is ignored");
        let text = dependabot(&entry("npm", "directory: /\n    allow: [{ dependency-name: x }]"));
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", &text)]);
        assert_eq!((count(&seen, "narrowed_updates"), percent(&seen, "covered_ratio")), (Some(1), Some(70)));
    }

    #[test]
    fn what_dependabot_refuses_covers_nothing() {
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", "version: 1\nupdates: []\n")]);
        assert_eq!((count(&seen, "broken_configurations"), count(&seen, "uncovered")), (Some(1), Some(1)));
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", "version: 2\nupdates: [\n")]);
        assert_eq!(count(&seen, "uncovered"), None, "a file that cannot be read tells nothing");
    }

    #[test]
    fn renovate_looks_after_everything_unless_told_otherwise() {
        let text = "{ // all of it\n extends: ['config:recommended'], minimumReleaseAge: '14 days', }";
        let seen = observe(&DEF, "{}", &[NODE, CI, ("renovate.json", text)]);
        assert_eq!((count(&seen, "uncovered"), percent(&seen, "update_credit")), (Some(0), Some(100)));
        assert!(matches!(seen.facts.get("cooldown"), Fact::Present(Value::Number(_))));
        let seen = observe(&DEF, "{}", &[NODE, CI, ("renovate.json", "{\"enabledManagers\":[\"npm\"]}")]);
        assert_eq!((count(&seen, "uncovered"), count(&seen, "without_cooldown")), (Some(1), Some(1)));
        let seen = observe(&DEF, "{}", &[NODE, CI, ("renovate.json", "{\"github-actions\":{\"enabled\":false}}")]);
        assert_eq!(count(&seen, "uncovered"), Some(1));
        let seen = observe(&DEF, "{}", &[NODE, ("renovate.json", "{\"enabled\":false}")]);
        assert_eq!((count(&seen, "bots"), count(&seen, "uncovered")), (Some(1), Some(1)));
    }

    #[test]
    fn a_preset_of_another_repository_covers_and_may_wait() {
        let seen = observe(&DEF, "{}", &[NODE, ("renovate.json", "{\"extends\":[\"github>acme/renovate\"]}")]);
        assert_eq!((count(&seen, "uncovered"), count(&seen, "without_cooldown")), (Some(0), None));
        let seen = observe(
            &DEF,
            "{}",
            &[("package.json", "{\"dependencies\":{\"x\":\"1\"},\"renovate\":{\"extends\":[\"local>acme/r\"]}}")],
        );
        assert_eq!((count(&seen, "bots"), count(&seen, "uncovered")), (Some(1), Some(0)));
    }

    #[test]
    fn a_cooldown_that_zizmor_is_told_to_pass_over_is_shown_and_not_counted() {
        let text = "version: 2\nupdates:\n  - package-ecosystem: npm # zizmor: ignore[dependabot-cooldown] grouped with others\n    directory: /\n    schedule: { interval: daily }\n";
        let seen = observe(&DEF, "{}", &[NODE, (".github/dependabot.yml", text)]);
        assert_eq!((count(&seen, "without_cooldown"), percent(&seen, "update_credit")), (Some(0), Some(100)));
        assert!(seen.evidence.iter().any(|evidence| evidence.suppression.is_some()));
    }
}
