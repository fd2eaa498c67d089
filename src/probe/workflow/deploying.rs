//! Which commands, actions, pipes, orbs and plugins deploy: what changes something that runs elsewhere. What stands before a
//! deployment is in `deployments`.

use std::sync::LazyLock;

use regex::Regex;

use super::recognised::{is_comment, pattern};

/// Commands that deploy, whichever job they are in: tools of platforms and clouds, each by the words of its own manual.
static DEPLOYS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?:^|[\s;&|('"/])(?:"#,
        r"helm\s+(?:upgrade|install)|helmfile\s+(?:-\S+(?:[= ]\S+)?\s+)*(?:apply|sync)",
        r"|(?:kubectl|oc)\s+(?:--?[\w-]+(?:[= ]\S+)?\s+)*(?:apply|replace|set\s+image|rollout\s+restart|patch\s+deploy\S*)|kapp\s+deploy|werf\s+converge|skaffold\s+(?:run|deploy)",
        r"|argocd\s+app\s+(?:sync|set)|(?:terraform|tofu|terragrunt)\s+(?:-\S+\s+|run-all\s+)*apply|pulumi\s+up|cdk(?:tf)?\s+deploy|ansible-playbook",
        r"|sam\s+deploy|(?:serverless|sls)\s+deploy|zappa\s+(?:deploy|update)|chalice\s+deploy|copilot\s+(?:svc\s+|app\s+|env\s+)?deploy|eb\s+deploy|ecs\s+deploy|ecs-deploy",
        r"|aws\s+(?:--?[\w-]+(?:[= ]\S+)?\s+)*(?:ecs\s+update-service|cloudformation\s+(?:deploy|create-stack|update-stack)|lambda\s+update-function-code|deploy\s+create-deployment|elasticbeanstalk\s+update-environment|apprunner\s+start-deployment|amplify\s+start-(?:job|deployment))",
        r"|gcloud\s+(?:beta\s+|alpha\s+)?(?:(?:run|app|functions)\s+deploy|run\s+services\s+(?:update|replace)|deploy\s+releases\s+create)",
        r"|az\s+(?:(?:webapp|containerapp|functionapp|staticwebapp)\s+(?:deploy|up|update)|webapp\s+(?:config\s+container\s+set|deployment\s+(?:slot\s+swap|source\s+\S+))|deployment\s+(?:group|sub|mg|tenant)\s+create)|func\s+azure\s+functionapp\s+publish|swa\s+deploy",
        r"|(?:flyctl|fly)\s+deploy|vercel\s+(?:deploy|--prod)|netlify\s+deploy|wrangler\s+(?:pages\s+)?(?:deploy|publish)|firebase\s+deploy|railway\s+up|cf\s+(?:push|zero-downtime-push)|scalingo\s+deploy|clever\s+deploy|caprover\s+deploy|doctl\s+apps\s+create-deployment",
        r"|heroku\s+container:release|git\s+push\s+(?:-\S+\s+)*\S*(?:heroku|dokku)\S*|dpl\s+(?:\S+\s+)*?(?:--provider[= ])?(?:azure_web_apps|bluemixcloudfoundry|cloudformation|cloudfoundry|codedeploy|convox|ecs|elasticbeanstalk|engineyard|firebase|gae|gcs|heroku|hephy|lambda|netlify|openshift|opsworks|s3|scalingo|surge)",
        r"|kamal\s+deploy|nomad\s+job\s+run|docker\s+stack\s+deploy|docker\s+service\s+update|mvnw?\s+[^\n|;]*-DmuleDeploy|pm2\s+deploy",
        r"|(?:cap|mina|dep|shipit|fab)\s+(?:[\w:-]+\s+)*deploy(?:[:\w]*)|envoy\s+run\s+deploy",
        r#")(?:$|[\s;&|)'"])"#,
    ))
});

/// Words of commands that only try something out.
static TRIES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)--dry-run|--check\b|--syntax-check|\b(?:smoke|tests?|e2e|molecule|fixtures?)\b"));

/// A command run on another host: what stands behind the host's name is in `on`.
static ON_A_HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:^|[\s;&|(])ssh\s+(?:-[bcDEeFIiJLlmOopQRSWw]\s*\S+\s+|-\w+\s+)*",
        r#"["']?[\w$@{][\w$@{}.-]*["']?\s+(?:-[bcDEeFIiJLlmOopQRSWw]\s*\S+\s+|-\w+\s+)*(?P<on>[^\s|>&;].*)"#,
    ))
});

/// What changes what runs on a host.
static CHANGES_A_HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"docker(?:-|\s+)compose\b[^;&|]*\b(?:up|pull|restart)\b|docker\s+(?:run|stack|service|restart)\b|\bsystemctl\s+(?:-\S+\s+)*(?:re)?(?:start|load)|\bservice\s+\S+\s+(?:re)?start|\bsupervisorctl\s+(?:restart|update|start)|\bpm2\s+(?:restart|reload|start)|\bgit\s+(?:pull|checkout|reset)\b|\b(?:kubectl|helm)\s|(?:^|[\x22';&|])\s*(?:\./|[~$/])?[\w./-]*deploy|\b(?:sh|bash|make|just|task|npm\s+run|yarn)\s+\S*deploy",
    )
});

/// Files and commits brought to a host, or to the bucket that a site is served from.
static COPIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:^|[\s;&|(])(?:(?:scp|rsync)\s[^;&|]*\s["']?[\w$@{}.-]+:\S*|git\s+push\s+(?:--?[\w-]+\s+)*["']?(?:[\w.-]+@|https?://)\S+|lftp\s|ftp-deploy\b|aws\s+s3\s+(?:sync|cp)\s[^;&|]*\ss3://|gsutil\s[^;&|]*(?:rsync|cp)\s[^;&|]*\sgs://|az\s+storage\s+blob\s+(?:upload-batch|sync))"#,
    )
});

/// How a job is named whose commands on another host deploy.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)deploy|deliver|rollout|roll-out|\bprod(?:uction|uccion|uktion)?\b|staging"));

/// Pipes of Bitbucket, parts of orbs, plugins of Drone and resources of Concourse that deploy.
static USED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:docker://)?[\w.-]+/[\w-]*(?:-deploy|kubectl-run)[\w-]*:",
        r"|/(?:deploy[\w-]*|(?:upgrade|install)-helm-chart|create-or-update-resource|update-container-image)$",
        r"|^resource: (?:cf(?:-cli)?|kubernetes|k8s[\w-]*|helm\d?|terraform[\w-]*|bosh-deployment|marathon|argocd[\w-]*)(?:-resource)?$",
        r"|\bdrone-(?:helm\d?|kubectl|kubernetes|ecs|heroku|cloud-run|gke)\b|^plugins/(?:helm\d?|ecs|heroku|cloud-run|gae|gke)\b",
    ))
});

/// Actions that deploy, by owner and name.
const ACTIONS: &[&str] = &[
    "akhileshns/heroku-deploy",
    "amondnet/vercel-action",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "aws-actions/aws-cloudformation-github-deploy",
    "aws-actions/aws-lambda-deploy",
    "azure/aci-deploy",
    "azure/arm-deploy",
    "azure/bicep-deploy",
    "azure/container-apps-deploy-action",
    "azure/functions-action",
    "azure/k8s-deploy",
    "azure/static-web-apps-deploy",
    "azure/webapps-deploy",
    "burnett01/rsync-deployments",
    "cloudflare/pages-action",
    "cloudflare/wrangler-action",
    "dflook/terraform-apply",
    "dflook/tofu-apply",
    "digitalocean/app_action/deploy",
    "dokku/github-action",
    "easingthemes/ssh-deploy",
    "einaregilsson/beanstalk-deploy",
    "firebaseextended/action-hosting-deploy",
    "google-github-actions/create-cloud-deploy-release",
    "google-github-actions/deploy-appengine",
    "google-github-actions/deploy-cloud-functions",
    "google-github-actions/deploy-cloudrun",
    "nwtgck/actions-netlify",
    "samkirkland/ftp-deploy-action",
    "wlixcc/sftp-deploy-action",
];

/// Actions that deploy where they are told to: what a value under `with` begins with.
const TOLD: &[(&str, &str)] = &[
    ("netlify/actions/cli", "deploy"),
    ("pulumi/actions", "up"),
    ("serverless/github-action", "deploy"),
    ("superfly/flyctl-actions", "deploy"),
];

/// Actions that run a script that they are told.
const SCRIPT_ACTIONS: &[&str] = &["azure/cli", "azure/powershell"];

/// Actions that run a script on another host, or copy files there.
const HOST_ACTIONS: &[&str] = &["appleboy/scp-action", "appleboy/ssh-action", "fifsky/ssh-action"];

/// Commands that do nothing but say, wait, prepare or look.
static QUIET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^\s*(?:-\s+)?(?:(?:echo|printf)\b[^|&;]*$|#|(?:sleep|true|false|date|ls|cat|pwd|cd|export|set|unset|source|mkdir|chmod|cp|mv|rm|which|env|exit|return|if|then|else|fi|for|do|done|while|test)\b|[:\[{}]",
        r"|(?:sudo\s+)?(?:apk|apt|apt-get|yum|dnf|brew|pip3?|gem|npm|yarn|pnpm|bundle)\s+(?:-\S+\s+)*(?:add|update|upgrade|install|i|ci)\b|\S+\s+(?:--?version|version|--help|login)\b|git\s+config\b|eval\s|ssh-)",
    ))
});

/// Whether a line does nothing but say, wait, prepare or look.
pub(super) fn is_quiet(text: &str) -> bool {
    text.trim().is_empty() || QUIET.is_match(text)
}

/// Whether a line deploys, and not only tries it out.
pub(super) fn command(text: &str) -> bool {
    !is_comment(text) && !is_said(text) && !TRIES.is_match(text) && (DEPLOYS.is_match(text) || changes_a_host(text))
}

/// Whether a line only prints.
fn is_said(text: &str) -> bool {
    static SAID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:echo|printf)\b[^|&;]*$"));
    SAID.is_match(text)
}

/// Whether a line of a job of this name deploys: there a script on another host or files that are brought to one do too.
pub(super) fn command_of(job: &str, text: &str) -> bool {
    let is_named = || NAMED.is_match(job) && !is_comment(text) && !TRIES.is_match(text);
    command(text) || is_named() && (COPIES.is_match(text) || ON_A_HOST.is_match(text))
}

/// Whether a job, or the command that leads to others, is named after deploying and after no trial of it.
pub(super) fn is_for_that(job: &str, by: &str) -> bool {
    NAMED.is_match(job) || NAMED.is_match(by) && !TRIES.is_match(by)
}

/// Whether an action deploys: what `uses` says.
pub(super) fn action(uses: &str) -> bool {
    let (name, _) = uses.split_once('@').unwrap_or((uses, ""));
    ACTIONS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether an action of a job of this name deploys, by what it is told: its values, with `;` between them.
pub(super) fn action_of(job: &str, uses: &str, told: &str) -> bool {
    let (name, _) = uses.split_once('@').unwrap_or((uses, ""));
    let name = name.to_ascii_lowercase();
    let is_told = |value: &str| told.split(';').any(|part| part.trim_start().starts_with(value));
    let by_value = || TOLD.iter().any(|(known, value)| name == *known && is_told(value));
    let on_a_host = || HOST_ACTIONS.contains(&name.as_str()) && (NAMED.is_match(job) || CHANGES_A_HOST.is_match(told));
    let by_script = || SCRIPT_ACTIONS.contains(&name.as_str()) && command(told);
    action(uses) || by_value() || on_a_host() || by_script()
}

/// Whether what a command starts is promoted by a delivery pipeline of its own (Cloud Deploy, "Use a deployment pipeline").
pub(super) fn is_promoted(text: &str) -> bool {
    text.contains("deploy releases create")
}

/// Whether a pipe, an orb's command or a plugin deploys.
pub(super) fn used(text: &str) -> bool {
    USED.is_match(text)
}

/// Whether a line runs a script on another host.
pub(super) fn is_on_a_host(text: &str) -> bool {
    text.contains("ssh ") && ON_A_HOST.is_match(text)
}

/// Whether a line changes what runs on another host.
fn changes_a_host(text: &str) -> bool {
    ON_A_HOST.captures(text).is_some_and(|found| CHANGES_A_HOST.is_match(&found["on"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_deploy_by_their_own_words_with_options_before_them() {
        for text in [
            "helm upgrade --install shop ./chart",
            "kubectl --context live -n shop apply -f k8s/",
            "kubectl set image deploy/shop shop=x",
            "terraform -chdir=infra apply -auto-approve",
            "aws --region eu-west-1 ecs update-service --service shop",
            "cloud-sdk gcloud run deploy shop",
            "gcloud beta run deploy shop --image x",
            "az webapp config container set --name shop",
            "bundle exec cap production deploy",
            "vendor/bin/dep deploy production",
            "git push -f https://git.heroku.com/shop.git main",
            "mvn -B clean -DskipTests deploy -DmuleDeploy",
            "bash -c 'kubectl apply -f x'",
        ] {
            assert!(command(text), "{text}");
        }
        for text in [
            "# helm upgrade shop .",
            "helm upgrade shop . --dry-run",
            "kubectl get pods",
            "terraform plan",
            "mvn deploy",
            "git push origin main",
            "gcloud builds submit",
            "aws s3 sync dist s3://shop",
            "cap install",
            "echo \"kubectl apply is next\"",
            "ansible-playbook smoke-test.yml",
        ] {
            assert!(!command(text), "{text}");
        }
    }

    #[test]
    fn a_script_on_another_host_deploys_where_it_changes_what_runs_there() {
        for text in [
            "ssh root@$IP \"cd /srv && docker compose pull && docker compose up -d\"",
            "sshpass -p \"$P\" ssh -o StrictHostKeyChecking=no $U@$H \" docker pull x && docker run -d x \"",
            "ssh app@shop.example -T -p $PORT -i key \"cd /srv && docker-compose up -d\"",
            "ssh root@192.0.2.1 \"cd /var/www/ && sh deploy.sh\"",
            "ssh ${HOST} 'sudo systemctl restart shop'",
            "ssh app@shop.example \"cd ~ && ./deploy.sh\"",
        ] {
            assert!(command(text), "{text}");
        }
        for text in [
            "ssh-keyscan deploy.example >> ~/.ssh/known_hosts",
            "ssh -T git@forge.example || true",
            "ssh -fN -L 5432:db:5432 bastion",
            "ssh $OPTS \"$BOX\" bash <<EOF",
            "ssh app@shop.example \"ls /srv/deploy\"",
            "eval $(ssh-agent -s)",
            "docker-compose up -d",
        ] {
            assert!(!command(text), "{text}");
        }
    }

    #[test]
    fn in_a_job_named_so_what_runs_on_a_host_or_is_brought_there_deploys() {
        for text in [
            "ssh $USER@$HOST \"",
            "ssh \"$HOST\" bash <<EOF",
            "scp -P $PORT -i key build/app.jar app@shop.example:/srv/ROOT.jar",
            "rsync -r dist/ \"${HOST}:./\"",
            "aws s3 sync dist s3://shop --delete",
            "git push --force git@apps.example:shop/shop.git $SHA:main",
        ] {
            assert!(command_of("deploy-live", text) && !command_of("image", text), "{text}");
        }
        for text in
            ["rsync -a dist/ ../wwwroot/", "scp-keys install", "ssh -T git@forge.example", "git push origin main"]
        {
            assert!(!command_of("deploy-live", text), "{text}");
        }
    }

    #[test]
    fn actions_deploy_by_their_name_or_by_what_they_are_told() {
        assert!(action("Azure/webapps-deploy@v3") && action("azure/k8s-deploy@v5") && !action("azure/login@v2"));
        for (job, uses, told) in [
            ("x", "pulumi/actions@v6", "up ; live"),
            ("x", "appleboy/ssh-action@v1", "shop.example ; app ; cd /srv && docker compose up -d"),
            ("deploy", "appleboy/ssh-action@v1", "shop.example ; ./go.sh"),
            ("x", "azure/cli@v2", "latest ; az webapp up --name shop"),
        ] {
            assert!(action_of(job, uses, told), "{uses}: {told}");
        }
        for (uses, told) in [
            ("pulumi/actions@v6", "preview ; live"),
            ("superfly/flyctl-actions/setup-flyctl@master", "deploy"),
            ("appleboy/ssh-action@v1", "shop.example ; uptime"),
        ] {
            assert!(!action_of("x", uses, told), "{uses}: {told}");
        }
    }
}
