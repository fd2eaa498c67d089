//! Probe `rollback`: how a version is taken back: the command or job that does it, the section that describes it, the day on
//! which it was rehearsed, and whether the database can follow. Owns facts; `page` reads prose, `observe` makes the sums.

mod kept;
mod observe;
mod page;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, migrations};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::pattern::Pattern;
use crate::world::{Class, ClassSet, Select, View, Want, WantId, Wants};
use crate::yaml::Node;

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "rollback",
    doc: "Looks for how a version is taken back: the command or job, the section that describes it, the last rehearsal, migrations that do not lead back.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

/// Where a command or job that takes a version back may stand.
const FILES: &str = "{.github/workflows/*.{yml,yaml},.gitlab-ci.yml,.gitlab/**/*.{yml,yaml},.circleci/config.yml,Makefile,justfile,Taskfile.{yml,yaml},package.json,**/{deploy,ops,infra,k8s,helm,scripts,bin}/**,**/*.{tf,tofu},azure-pipelines.yml,Jenkinsfile,**/*{rollback,roll-back,roll_back}*,**/*deploy*.sh,**/{,docker-}{compose,stack}*.{yml,yaml},**/*.{nomad,nomad.hcl}}";
/// Programs and prose are no configuration.
const NOT_IN: &str = "**/*.{md,rst,adoc,sql,py,rb,js,ts,go,java,kt,cs,php,rs}";
/// What takes a version back: commands of the tools that deploy, settings that do it by themselves, targets and jobs of that name.
const BACK: &str = r"\bhelm\b[^\n#|]{0,80}\s(rollback)\s+[\w\x22'$./-]|\bhelm upgrade\b[^\n]*(--atomic|--rollback-on-failure)|^\s*--atomic\b|\bkubectl\b[^\n#|]{0,80}\srollout undo\b|\bargo rollouts (abort|undo)\b|\bkamal rollback\b|\bheroku (releases:)?rollback\b|\bfly(ctl)? (releases rollback|deploy --image)\b|\bvercel rollback\b|\bdeployment_circuit_breaker\b|\bauto_rollback_configuration\b|--auto-rollback-configuration\b|\bdocker service (update [^\n]*--rollback|rollback)\b|^\s*(failure_action|strategy):\s*[\x22']?rollback\b|\bauto_revert\s*=\s*true\b|\bnomad job revert\b|^rollback\b[^:=\n]*:([^=]|$)|^\s*rollback:|^\s*(-\s*)?name:\s*[\x22']?[Rr]oll\s?back\b|\bcap \w+ deploy:rollback\b|^\s*\x22rollback\x22\s*:|\bserverless rollback\b";
/// What shows how the system is deployed, so that a way back would be seen beside it.
const DEPLOYS: &str = r"\b(helm upgrade|kubectl (apply|set image|rollout)|terraform apply|tofu apply|flyctl deploy|kamal deploy|gcloud run deploy|aws ecs update-service|ansible-playbook|docker stack deploy|serverless deploy|cdk deploy|cap \w+ deploy|vercel deploy|heroku container:release)\b|^kind:\s*[\x22']?(Deployment|StatefulSet|Rollout|HelmRelease|ApplicationSet)\b|^\s*resource\s+\x22(aws_ecs_service|google_cloud_run_v2_service|google_cloud_run_service|azurerm_container_app)\x22";
/// Lines kept per file.
const KEPT: u16 = 5;

/// Parameters of probe `rollback`; it has none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RollbackProbe")]
struct Params {}

struct Rollback;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(Rollback))
}

impl Probe for Rollback {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("automated", FactType::Count, "commands, jobs, targets and settings that take a version back, in pipelines, scripts and infrastructure; unobserved, as all but `migrations` is, where nothing of a way back is seen and nothing here shows how the system is deployed"),
            fact("sections", FactType::Count, "sections of pages about taking a version back"),
            fact("guides", FactType::Count, "those that show a command, and where there are migrations say what becomes of the data"),
            fact("rehearsal_age", FactType::Duration, "time since the last day on which a page says that taking a version back was rehearsed, drilled or tested; absent without one"),
            fact("migrations", FactType::Count, "of the newest twenty migrations of each folder those that were judged"),
            fact("stuck_migrations", FactType::Count, "those without a way back, where they are more than a tenth and no page says that the schema only goes forward; otherwise 0"),
            fact("kept", FactType::Count, "rules that keep the version before: a history of rollouts or releases, images that a registry keeps by number"),
            fact("discarded", FactType::Count, "rules that throw the version before away: `revisionHistoryLimit: 0`, one revision of Helm, one image in the registry; what no rule says is kept or set elsewhere"),
            fact("rollback_credit", FactType::Ratio, "40 % for a command or job where the version before is not thrown away, 30 % for a section with a command and a word about the data where there are migrations (20 % without that word, 10 % for a heading alone), 30 % for a rehearsal within 180 days; at most 70 % with migrations that cannot go back"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "rollback".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let reads = [FILES, page::PAGES].iter().map(|glob| (*glob).to_owned()).collect();
        Touch { reads, ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let of = ClassSet::of(&[Class::Src, Class::Tooling]);
        let select = |glob: &str| {
            let select = Select::glob(glob).unwrap_or_else(|_| Select::bases(&[]));
            select.except([NOT_IN]).of(of).below(folder)
        };
        let deploys = format!("{{{FILES},**/*.{{yml,yaml}},Procfile}}");
        let mut ids = Vec::new();
        for (glob, pattern) in [(FILES, BACK), (deploys.as_str(), DEPLOYS)] {
            ids.extend(
                Pattern::new(pattern)
                    .ok()
                    .map(|pattern| wants.add(Want::hits(select(glob), pattern, View::Uncommented, KEPT))),
            );
        }
        ids.push(page::declare(folder, wants));
        ids.push(kept::declare(folder, wants));
        ids.extend(migrations::back::declare(folder, wants));
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [back, deploys, pages, kept, migrations @ ..] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let seen = observe::Seen { back: *back, deploys: *deploys, pages: *pages, kept: *kept, migrations };
            Ok(observe::observe(&look, &seen))
        })
    }
}
