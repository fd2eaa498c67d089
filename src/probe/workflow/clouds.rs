//! How jobs log in to AWS, Google Cloud, Azure and Vault, after the documentation of their command lines, and of the orbs, pipes,
//! plugins and tasks that use them.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::variable::{Source, Variable};
use crate::probe::pipelines::{Run, System};

use super::identity_elsewhere::{How, Job, Login};

/// The logins of a job.
pub(super) fn logins(job: &Job<'_>) -> Vec<Login> {
    [aws(job), google(job), azure(job), vault(job)].concat()
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Whether what an action is told is a secret, or a text.
fn is_given(one: &Variable) -> bool {
    one.source != Source::File || !one.value.trim().is_empty()
}

/// The variable that a value names.
fn referred(value: &str) -> &str {
    value.trim().trim_matches(['$', '{', '}', '(', ')'])
}

/// Whether a command only prints.
fn only_prints(run: &Run) -> bool {
    ["echo ", "printf "].iter().any(|word| run.text.trim_start().starts_with(word))
}

/// What uses AWS: orbs, pipes, plugins, tasks.
const OF_AWS: &[&str] = &[
    "circleci/aws-",
    "atlassian/aws-",
    "plugins/ecr",
    "plugins/s3",
    "plugins/ecs",
    "plugin-s3",
    "plugin-ecr",
    "drone-ecs",
];
/// Keys that tell them a stored key.
const KEYS_OF_AWS: &[&str] = &[
    "AWS_SECRET_ACCESS_KEY",
    "aws_secret_access_key",
    "aws-secret-access-key",
    "secret_key",
    "aws_secret_access_key_id",
];
/// Keys that tell them the role to take by their identity.
const ROLES_OF_AWS: &[&str] = &["AWS_OIDC_ROLE_ARN", "role_arn", "role-arn"];

fn aws(job: &Job<'_>) -> Vec<Login> {
    static USED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(concat!(
            r#"(?:^|[\s;&|(`"'/])aws\s+(?:--[\w-]+(?:[=\s][^\s-]\S*)?\s+)*(?:s3|s3api|ecr|ecr-public|ecs|eks|lambda|cloudformation"#,
            r"|cloudfront|sts|ssm|secretsmanager|elasticbeanstalk|deploy|codeartifact|codedeploy|codepipeline|apigateway|ec2",
            r"|apprunner|amplify|autoscaling|route53|rds|dynamodb|sns|sqs|stepfunctions|batch|iam|events|logs)\s",
        ))
    });
    static BY_IDENTITY: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"(?i)assume-role-with-web-identity|\bAWS_WEB_IDENTITY_TOKEN_FILE\b|web_identity_token_file")
    });
    static BY_KEY: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r#"(?i)\baws_secret_access_key(?:\s*=\s*|\s+)["']?(?:\$+\{?([a-z_]\w*)\}?|\$\(([a-z][\w.-]*)\)|%(\w+)%)["']?(?:[\s;&]|$)"#,
        )
    });
    // An emulator takes any key.
    let is_emulated = |run: &Run| ["--endpoint-url", "--no-sign-request"].iter().any(|word| run.text.contains(word));
    if job.variable(&["AWS_SECRET_ACCESS_KEY"]).is_some_and(Variable::is_written) {
        return Vec::new();
    }
    // With a session's token a key ends with that session; one that a command gives is not told.
    let is_of_session = job.has("AWS_SESSION_TOKEN");
    let is_stored = |one: &Variable| !is_of_session && !job.fetches(referred(&one.value));
    let set = job.set.iter().filter(|one| one.name == "AWS_SECRET_ACCESS_KEY" && one.is_kept() && is_stored(one));
    let mut stored: Vec<Login> = set.map(|one| job.by_variable(How::Stored, one)).collect();
    let told = job.told(OF_AWS).filter(|(_, one)| KEYS_OF_AWS.contains(&one.name.as_str()) && is_given(one));
    stored.extend(told.filter(|(_, one)| is_stored(one)).map(|told| job.by_told(How::Stored, told)));
    let by_role = job.told(OF_AWS).find(|(_, one)| ROLES_OF_AWS.contains(&one.name.as_str()) && is_given(one));
    let by_plugin = job.told(&[""]).find(|(_, one)| one.name.contains("aws-assume-role-with-web-identity"));
    let by_command = job.command(&BY_IDENTITY);
    let by_variable = job.variable(&["AWS_WEB_IDENTITY_TOKEN_FILE"]);
    let has_identity = by_role.is_some() || by_plugin.is_some() || by_command.is_some() || by_variable.is_some();
    if !has_identity {
        let keyed = job.commands.iter().filter(|run| {
            let Some(found) = BY_KEY.captures(&run.text) else { return false };
            let name = found.iter().skip(1).flatten().next().map_or("", |name| name.as_str());
            let is_macro = found.get(2).is_some();
            // That a key is handed on under its own name does not tell whose it is.
            let is_handed_on = name.eq_ignore_ascii_case("AWS_SECRET_ACCESS_KEY");
            !is_handed_on && !is_of_session && !job.fetches(name) && (!is_macro || job.system == System::Azure)
        });
        stored.extend(keyed.map(|run| job.by_command(How::Stored, run)));
    }
    if !stored.is_empty() {
        return stored;
    }
    let identity = by_command.map(|run| job.by_command(How::Identity, run));
    let identity = identity.or_else(|| by_role.or(by_plugin).map(|told| job.by_told(How::Identity, told)));
    let identity = identity.or_else(|| by_variable.map(|one| job.by_variable(How::Identity, one)));
    let used = || job.commands.iter().find(|run| USED.is_match(&run.text) && !only_prints(run) && !is_emulated(run));
    // A build of CodeBuild runs as its own role (documentation, "Allow CodeBuild to interact with other AWS services").
    let how = if job.system == System::CodeBuild { How::Identity } else { How::Untold };
    let used = || used().map(|run| job.by_command(how, run));
    let by_action = || {
        let action = job.uses.iter().find(|run| OF_AWS.iter().any(|word| run.text.contains(word)));
        action.map(|run| job.by_command(How::Untold, run))
    };
    identity.or_else(used).or_else(by_action).into_iter().collect()
}

/// What uses Google Cloud.
const OF_GOOGLE: &[&str] =
    &["circleci/gcp-", "atlassian/google-", "plugins/gcr", "plugins/gar", "plugins/gcs", "plugins/gke"];
/// Keys that tell them a stored key.
const KEYS_OF_GOOGLE: &[&str] = &["KEY_FILE", "gcloud_service_key", "gcloud-service-key", "json_key", "token"];

fn google(job: &Job<'_>) -> Vec<Login> {
    static BY_KEY: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"\bgcloud(?:\.cmd)?\s+(?:-\S+\s+)*auth\s+activate-service-account\b|\blogin\b[^;|&]*\b_json_key(?:_base64)?\b",
        )
    });
    static BY_IDENTITY: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"\bworkload-identity-pools\s+create-cred-config\b|/workloadIdentityPools/"));
    static BY_FILE: LazyLock<Regex> = LazyLock::new(|| fixed(r"\bgcloud\s+auth\s+login\b.*--cred-file"));
    static USED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(concat!(
            r#"(?:^|[\s;&|(`"'/])(?:gcloud\s+(?:-\S+\s+)*(?:(?:alpha|beta)\s+)?(?:run|app|functions|container|compute|builds|deploy|artifacts"#,
            r"|secrets|storage|sql|iam|projects|services|firebase|docker|pubsub|kms)|gsutil\s+(?:-\S+\s+)*(?:cp|rsync|mv|ls|cat|rm|stat))\s",
        ))
    });
    let told = job.told(OF_GOOGLE).filter(|(_, one)| KEYS_OF_GOOGLE.contains(&one.name.as_str()) && is_given(one));
    let mut stored: Vec<Login> = told.map(|told| job.by_told(How::Stored, told)).collect();
    let keyed = job.commands.iter().filter(|run| BY_KEY.is_match(&run.text));
    stored.extend(keyed.map(|run| job.by_command(How::Stored, run)));
    if !stored.is_empty() {
        return stored;
    }
    let by_command = job.command(&BY_IDENTITY).map(|run| job.by_command(How::Identity, run));
    let by_orb = job.told(OF_GOOGLE).find(|(_, one)| one.name == "use_oidc" && one.value == "true");
    let by_orb = || by_orb.map(|told| job.by_told(How::Identity, told));
    // The file may be a key as well.
    let how = if job.has_identity() { How::Identity } else { How::Untold };
    let by_file = || job.command(&BY_FILE).map(|run| job.by_command(how, run));
    // A build of Cloud Build runs as its own service account (documentation, "Cloud Build service account").
    let how = if job.system == System::CloudBuild { How::Identity } else { How::Untold };
    let used = || {
        let found = job.commands.iter().find(|run| USED.is_match(&run.text) && !only_prints(run));
        found.map(|run| job.by_command(how, run))
    };
    let by_action = || {
        let action = job.uses.iter().find(|run| OF_GOOGLE.iter().any(|word| run.text.contains(word)));
        action.map(|run| job.by_command(How::Untold, run))
    };
    by_command.or_else(by_orb).or_else(by_file).or_else(used).or_else(by_action).into_iter().collect()
}

/// Inputs of tasks of Azure Pipelines that name a service connection, which is kept outside of the file.
const CONNECTIONS: &[&str] = &[
    "azureSubscription",
    "connectedServiceName",
    "connectedServiceNameARM",
    "ConnectedServiceName",
    "ConnectedServiceNameARM",
    "azureResourceManagerConnection",
    "azureSubscriptionEndpoint",
    "awsCredentials",
    "backendServiceArm",
    "environmentServiceNameAzureRM",
];

fn azure(job: &Job<'_>) -> Vec<Login> {
    static LOGIN: LazyLock<Regex> = LazyLock::new(|| fixed(r"\baz(?:\.cmd)?\s+login\b|\bConnect-AzAccount\b"));
    static BY_IDENTITY: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"(?i)--federated-token|--identity\b|-FederatedToken|-Identity\b"));
    static BY_KEY: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"(?i)--service-principal\b|\s-p[\s=]|--password\b|-Credential\b|-ServicePrincipal\b"));
    static REGISTRY: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"\blogin\b[^;|&]*\.azurecr\.io|\.azurecr\.io\b[^;|&]*\blogin\b"));
    static BY_PASSWORD: LazyLock<Regex> = LazyLock::new(|| fixed(r"\s(?:-p|--password|--password-stdin)\b"));
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)\$(?:env:)?\{?idToken\b"));
    let mut found = Vec::new();
    for run in &job.commands {
        let how = match run.text.as_str() {
            text if LOGIN.is_match(text) && BY_IDENTITY.is_match(text) => How::Identity,
            text if LOGIN.is_match(text) && BY_KEY.is_match(text) => How::Stored,
            // A token of the registry that an identity got goes by this name.
            text if REGISTRY.is_match(text) && text.contains("00000000-0000-0000-0000-000000000000") => continue,
            text if REGISTRY.is_match(text) && BY_PASSWORD.is_match(text) => How::Stored,
            _ => continue,
        };
        found.push(job.by_command(how, run));
    }
    let of_pipe = job.told(&["atlassian/azure-"]).filter(|(_, one)| one.name == "AZURE_PASSWORD" && is_given(one));
    found.extend(of_pipe.map(|told| job.by_told(How::Stored, told)));
    if job.system == System::Azure {
        let is_connection = |one: &Variable| CONNECTIONS.contains(&one.name.as_str()) && is_given(one);
        let connected = job.told(&["@"]).filter(|(_, one)| is_connection(one));
        found.extend(connected.map(|(run, one)| {
            // Only a connection without a secret gives its scripts this token.
            let commands = job.commands.iter().filter(|command| command.step == run.step);
            let has_token = commands.into_iter().any(|command| TOKEN.is_match(&command.text));
            job.by_told(if has_token { How::Identity } else { How::Untold }, (run, one))
        }));
    }
    found
}

fn vault(job: &Job<'_>) -> Vec<Login> {
    static BY_IDENTITY: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"\bvault\s+write\b.*\bjwt=|\bvault\s+login\b.*-method[\s=]+(?:jwt|oidc|aws|gcp|azure)\b")
    });
    static BY_KEY: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r#"\bvault\s+write\b.*\bauth/[\w/-]+/login\b.*\bsecret_id=|\bvault\s+login\s+(?:-\S+\s+)*(?:token=)?["']?\$"#,
        )
    });
    if let Some(run) = job.command(&BY_IDENTITY) {
        return vec![job.by_command(How::Identity, run)];
    }
    let set = job.variable(&["VAULT_TOKEN"]).filter(|one| one.is_kept() && !job.fetches("VAULT_TOKEN"));
    let by_command = || job.command(&BY_KEY).map(|run| job.by_command(How::Stored, run));
    set.map(|one| job.by_variable(How::Stored, one)).or_else(by_command).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::logins_seen::{KEYLESS, NONE, STORED, UNTOLD, seen};

    fn circle(steps: &str) -> String {
        format!(
            "orbs: {{aws-cli: circleci/aws-cli@5.1, gcp-cli: circleci/gcp-cli@3, aws-ecr: circleci/aws-ecr@9}}\njobs: {{t: {{steps: {steps}}}}}\nworkflows: {{w: {{jobs: [t]}}}}\n"
        )
    }

    #[test]
    fn keys_of_aws_are_told_from_roles_and_from_what_the_settings_hold() {
        let web = "aws sts assume-role-with-web-identity --role-arn $R --web-identity-token $T";
        for (path, text, expected) in [
            (".gitlab-ci.yml", "t: {script: [aws s3 sync a s3://b], variables: {AWS_SECRET_ACCESS_KEY: $PROD_SECRET}}\n".to_owned(), STORED),
            (".gitlab-ci.yml", "t: {script: ['export AWS_SECRET_ACCESS_KEY=$PROD', aws s3 sync a s3://b]}\n".to_owned(), STORED),
            (".gitlab-ci.yml", "t: {script: ['aws configure set aws_secret_access_key \"$PROD\"', aws s3 sync a s3://b]}\n".to_owned(), STORED),
            (".gitlab-ci.yml", format!("t: {{id_tokens: {{T: {{aud: x}}}}, script: ['{web} > c', 'export AWS_SECRET_ACCESS_KEY=$S', aws s3 sync a s3://b]}}\n"), KEYLESS),
            (".gitlab-ci.yml", "t: {script: ['docker build --build-arg AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY .', aws s3 sync a s3://b]}\n".to_owned(), UNTOLD),
            (".gitlab-ci.yml", "t: {script: ['export AWS_SECRET_ACCESS_KEY=$S', 'export AWS_SESSION_TOKEN=$T', aws s3 sync a s3://b]}\n".to_owned(), UNTOLD),
            (".gitlab-ci.yml", "t: {script: [aws s3 sync a s3://b]}\n".to_owned(), UNTOLD),
            (".gitlab-ci.yml", "t: {script: [aws s3 ls --endpoint-url http://minio, pip install aws s3]}\n".to_owned(), NONE),
            (".gitlab-ci.yml", "t: {script: [aws s3 ls s3://x], variables: {AWS_SECRET_ACCESS_KEY: foo}}\n".to_owned(), NONE),
            (".circleci/config.yml", circle("[aws-cli/setup: {role_arn: $R}, run: aws s3 sync a s3://b]"), KEYLESS),
            (".circleci/config.yml", circle("[aws-cli/setup: {aws_secret_access_key: KEY}, run: aws s3 sync a s3://b]"), STORED),
            (".circleci/config.yml", circle("[aws-ecr/build_and_push_image: {auth: [aws-cli/setup: {role_arn: $R}]}]"), KEYLESS),
            (".circleci/config.yml", circle("[aws-cli/setup]"), UNTOLD),
            ("bitbucket-pipelines.yml", "pipelines: {default: [{step: {oidc: true, script: [{pipe: 'atlassian/aws-s3-deploy:1.1.0', variables: {AWS_OIDC_ROLE_ARN: $R}}]}}]}\n".to_owned(), KEYLESS),
            ("bitbucket-pipelines.yml", "pipelines: {default: [{step: {script: [{pipe: 'atlassian/aws-s3-deploy:1.1.0', variables: {AWS_SECRET_ACCESS_KEY: $K}}]}}]}\n".to_owned(), STORED),
            (".buildkite/pipeline.yml", "steps: [{command: aws s3 sync a s3://b, plugins: [aws-assume-role-with-web-identity#v1.4.0: {role-arn: x}]}]\n".to_owned(), KEYLESS),
            (".drone.yml", "kind: pipeline\nsteps: [{name: p, image: plugins/ecr, settings: {secret_key: {from_secret: k}}}]\n".to_owned(), STORED),
            ("Jenkinsfile", "withCredentials([usernamePassword(credentialsId: 'ecs', passwordVariable: 'AWS_SECRET_ACCESS_KEY', usernameVariable: 'A')]) {\n  sh '/usr/local/bin/aws ecs update-service --cluster x'\n}\n".to_owned(), STORED),
            ("buildspec.yml", "phases: {build: {commands: [aws s3 sync a s3://b]}}\n".to_owned(), KEYLESS),
            ("buildspec.yml", "env: {secrets-manager: {AWS_SECRET_ACCESS_KEY: a}}\nphases: {build: {commands: [aws s3 sync a s3://b]}}\n".to_owned(), STORED),
            (".travis.yml", "env: ['AWS_SECRET_ACCESS_KEY=$X']\nscript: [aws s3 sync a s3://b]\n".to_owned(), NONE),
        ] {
            assert_eq!(seen(path, &text), expected, "{path}: {text}");
        }
    }

    #[test]
    fn keys_of_google_are_told_from_pools_and_from_the_account_of_a_build() {
        for (path, text, expected) in [
            (".gitlab-ci.yml", "t: {script: [gcloud auth activate-service-account --key-file=$KEY, gcloud run deploy x]}\n".to_owned(), STORED),
            (".gitlab-ci.yml", "t: {id_tokens: {T: {aud: x}}, script: [gcloud iam workload-identity-pools create-cred-config $P --output-file=c, gcloud auth login --cred-file=c, gcloud run deploy x]}\n".to_owned(), KEYLESS),
            (".gitlab-ci.yml", "t: {script: [gcloud auth login --cred-file=$FILE, gcloud run deploy x]}\n".to_owned(), UNTOLD),
            (".gitlab-ci.yml", "t: {script: ['cat k | docker login -u _json_key --password-stdin https://gcr.io']}\n".to_owned(), STORED),
            (".circleci/config.yml", circle("[gcp-cli/setup: {use_oidc: true}]"), KEYLESS),
            ("cloudbuild.yaml", "steps: [{name: gcr.io/cloud-builders/gcloud, args: [run, deploy, x]}]\n".to_owned(), KEYLESS),
            ("cloudbuild.yaml", "steps: [{name: gcr.io/cloud-builders/docker, args: [build, .]}]\n".to_owned(), NONE),
        ] {
            assert_eq!(seen(path, &text), expected, "{path}: {text}");
        }
    }

    #[test]
    fn passwords_of_azure_and_tokens_of_vault_are_told_from_what_lasts_minutes() {
        for (path, text, expected) in [
            (".gitlab-ci.yml", "t: {script: [az login --service-principal -u $U -p $P --tenant $T]}\n", STORED),
            (".gitlab-ci.yml", "t: {script: [az login --service-principal -u $U --federated-token $T]}\n", KEYLESS),
            (
                "azure-pipelines.yml",
                "trigger: [main]\nsteps: [{task: AzureCLI@2, inputs: {azureSubscription: x, inlineScript: az group list}}]\n",
                UNTOLD,
            ),
            (
                "azure-pipelines.yml",
                "trigger: [main]\nsteps: [{task: AzureCLI@2, inputs: {azureSubscription: x, addSpnToEnvironment: true, inlineScript: 'echo $idToken > f'}}]\n",
                KEYLESS,
            ),
            (
                ".gitlab-ci.yml",
                "t: {id_tokens: {T: {aud: x}}, script: ['export VAULT_TOKEN=\"$(vault write -field=token $PATH_OF_LOGIN role=r jwt=$T)\"']}\n",
                KEYLESS,
            ),
            ("Jenkinsfile", "sh 'az login --service-principal -u $U -p $P --tenant $T'\n", STORED),
            (
                ".gitlab-ci.yml",
                "t: {id_tokens: {T: {aud: x}}, script: ['export VAULT_TOKEN=\"$(vault write -field=token auth/jwt/login role=r jwt=$T)\"']}\n",
                KEYLESS,
            ),
            (
                ".drone.yml",
                "kind: pipeline\nsteps: [{name: p, environment: {VAULT_TOKEN: {from_secret: v}}, commands: [vault kv get x]}]\n",
                STORED,
            ),
        ] {
            assert_eq!(seen(path, text), expected, "{path}: {text}");
        }
    }
}
