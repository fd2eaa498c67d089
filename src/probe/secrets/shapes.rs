//! Token shapes that identify themselves: prefix, alphabet, length. No generic high-entropy rule: it would guess.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;

use super::checksum;
use crate::model::Certainty;

/// A shape of token.
pub(super) struct Shape {
    /// Stable id, part of fingerprints.
    pub(super) id: &'static str,
    /// What it opens, for a person.
    pub(super) title: &'static str,
    /// One of these occurs in every match.
    literals: &'static [&'static str],
    /// The first group is the token.
    regex: &'static str,
    /// Least entropy in bits per character; real ones are random.
    entropy: f64,
    /// How sure a match is.
    pub(super) certainty: Certainty,
}

const fn certain(
    id: &'static str,
    title: &'static str,
    literals: &'static [&'static str],
    regex: &'static str,
) -> Shape {
    Shape { id, title, literals, regex, entropy: 3.0, certainty: Certainty::Certain }
}

const fn likely(
    id: &'static str,
    title: &'static str,
    literals: &'static [&'static str],
    regex: &'static str,
) -> Shape {
    Shape { id, title, literals, regex, entropy: 3.5, certainty: Certainty::Likely }
}

/// Shapes as their publishers document them (prefix and length as in gitleaks' rule set).
pub(super) const SHAPES: &[Shape] = &[
    certain(
        "aws-access-key-id",
        "AWS access key id",
        &["AKIA", "ASIA", "ABIA", "ACCA"],
        r"(?-u:\b)((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?-u:\b)",
    ),
    Shape {
        entropy: 3.5,
        ..certain(
            "telegram-bot-token",
            "Telegram bot token",
            &["0:AA", "1:AA", "2:AA", "3:AA", "4:AA", "5:AA", "6:AA", "7:AA", "8:AA", "9:AA"],
            r"(?-u:\b)([0-9]{8,10}:AA[0-9A-Za-z_-]{33})(?:[^0-9A-Za-z_-]|$)",
        )
    },
    certain(
        "github-token",
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"(?-u:\b)(gh[pousr]_[0-9A-Za-z]{36})(?-u:\b)",
    ),
    certain(
        "github-pat",
        "GitHub fine-grained token",
        &["github_pat_"],
        r"(?-u:\b)(github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59})(?-u:\b)",
    ),
    certain("gitlab-token", "GitLab token", &["glpat-"], r"(?-u:\b)(glpat-[0-9A-Za-z_-]{20,})"),
    certain(
        "slack-token",
        "Slack token",
        &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"],
        r"(?-u:\b)(xox[bpars]-[0-9]{8,}-[0-9A-Za-z-]{20,})",
    ),
    certain(
        "slack-webhook",
        "Slack webhook",
        &["hooks.slack.com"],
        r"(hooks\.slack\.com/services/T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/[0-9A-Za-z]{20,})",
    ),
    certain("stripe-key", "Stripe live key", &["k_live_"], r"(?-u:\b)([sr]k_live_[0-9A-Za-z]{20,})"),
    likely("google-api-key", "Google API key", &["AIza"], r"(?-u:\b)(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$)"),
    certain("azure-storage-key", "Azure storage account key", &["AccountKey="], r"AccountKey=([0-9A-Za-z+/]{86}==)"),
    certain("npm-token", "npm token", &["npm_"], r"(?-u:\b)(npm_[0-9A-Za-z]{36})(?-u:\b)"),
    certain("pypi-token", "PyPI token", &["pypi-AgEIcHlwaS5vcmc"], r"(pypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,})"),
    likely("crates-token", "crates.io token", &["cio"], r"(?-u:\b)(cio[0-9A-Za-z]{32})(?-u:\b)"),
    certain(
        "openai-key",
        "OpenAI key",
        &["T3BlbkFJ"],
        r"(?-u:\b)(sk-(?:(?:proj|svcacct|admin)-[0-9A-Za-z_-]{20,}|[0-9A-Za-z]{20})T3BlbkFJ[0-9A-Za-z_-]{20,})",
    ),
    certain(
        "anthropic-key",
        "Anthropic key",
        &["sk-ant-"],
        r"(?-u:\b)(sk-ant-(?:api03|admin01)-[0-9A-Za-z_-]{93}AA)(?-u:\b)",
    ),
    certain("huggingface-token", "Hugging Face token", &["hf_"], r"(?-u:\b)(hf_[A-Za-z]{34})(?-u:\b)"),
    certain(
        "sendgrid-key",
        "SendGrid key",
        &["SG."],
        r"(?-u:\b)(SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$)",
    ),
    likely(
        "twilio-key",
        "Twilio key",
        &["twilio", "TWILIO", "Twilio"],
        r"(?i-u:twilio)[^\n]{0,40}(?-u:\b)(SK[0-9a-f]{32})(?-u:\b)",
    ),
    certain(
        "digitalocean-token",
        "DigitalOcean token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        r"(?-u:\b)(do[por]_v1_[a-f0-9]{64})(?-u:\b)",
    ),
    certain("vault-token", "Vault token", &["hvs."], r"(?-u:\b)(hvs\.[0-9A-Za-z_-]{90,})"),
    certain(
        "age-key",
        "age secret key",
        &["AGE-SECRET-KEY-1"],
        r"(AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})",
    ),
    certain(
        "shopify-token",
        "Shopify token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"(?-u:\b)(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})(?-u:\b)",
    ),
    certain("linear-key", "Linear key", &["lin_api_"], r"(?-u:\b)(lin_api_[0-9A-Za-z]{40})(?-u:\b)"),
    certain("postman-key", "Postman key", &["PMAK-"], r"(?-u:\b)(PMAK-[a-f0-9]{24}-[a-f0-9]{34})(?-u:\b)"),
    likely("databricks-token", "Databricks token", &["dapi"], r"(?-u:\b)(dapi[a-f0-9]{32})(?-u:\b)"),
    certain(
        "grafana-token",
        "Grafana service account token",
        &["glsa_"],
        r"(?-u:\b)(glsa_[0-9A-Za-z]{32}_[a-f0-9]{8})(?-u:\b)",
    ),
    certain("newrelic-key", "New Relic user key", &["NRAK-"], r"(?-u:\b)(NRAK-[A-Z0-9]{27})(?-u:\b)"),
    certain("gitlab-runner-token", "GitLab runner token", &["glrt-"], r"(?-u:\b)(glrt-[0-9A-Za-z_-]{20,})"),
    certain("gitlab-deploy-token", "GitLab deploy token", &["gldt-"], r"(?-u:\b)(gldt-[0-9A-Za-z_-]{20,})"),
    certain(
        "slack-app-token",
        "Slack app token",
        &["xapp-"],
        r"(?-u:\b)(xapp-[0-9]-[A-Z0-9]{8,}-[0-9]{8,}-[a-f0-9]{40,})",
    ),
    certain(
        "gcp-service-account",
        "Google Cloud service account key",
        &["private_key_id"],
        r#""private_key_id"\s*:\s*"([a-f0-9]{40})""#,
    ),
    certain("doppler-token", "Doppler token", &["dp.pt.", "dp.st."], r"(?-u:\b)(dp\.(?:pt|st)\.[0-9A-Za-z.]{40,})"),
    certain("pulumi-token", "Pulumi token", &["pul-"], r"(?-u:\b)(pul-[a-f0-9]{40})(?-u:\b)"),
    certain(
        "terraform-token",
        "HCP Terraform token",
        &[".atlasv1."],
        r"(?-u:\b)([0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,70})",
    ),
    certain(
        "mailgun-key",
        "Mailgun key",
        &["mailgun", "Mailgun", "MAILGUN"],
        r"(?i-u:mailgun)[^\n]{0,40}(?-u:\b)(key-[a-f0-9]{32})(?-u:\b)",
    ),
    likely(
        "mailchimp-key",
        "Mailchimp key",
        &["mailchimp", "Mailchimp", "MAILCHIMP"],
        r"(?i-u:mailchimp)[^\n]{0,40}(?-u:\b)([a-f0-9]{32}-us[0-9]{1,2})(?-u:\b)",
    ),
    certain(
        "sentry-token",
        "Sentry token",
        &["sntrys_", "sntryu_"],
        r"(?-u:\b)(sntry(?:s_eyJ[0-9A-Za-z+/=_-]{60,}|u_[a-f0-9]{64}))",
    ),
    certain("dockerhub-token", "Docker Hub token", &["dckr_pat_"], r"(?-u:\b)(dckr_pat_[0-9A-Za-z_-]{27,})"),
    certain("figma-token", "Figma token", &["figd_"], r"(?-u:\b)(figd_[0-9A-Za-z_-]{40,})"),
    certain(
        "supabase-key",
        "Supabase secret key",
        &["sbp_", "sb_secret_"],
        r"(?-u:\b)(sbp_[a-f0-9]{40}|sb_secret_[0-9A-Za-z_-]{30,})",
    ),
    certain(
        "discord-webhook",
        "Discord webhook",
        &["/api/webhooks/"],
        r"(discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[0-9A-Za-z_-]{60,})",
    ),
    certain(
        "square-token",
        "Square secret",
        &["sq0csp-", "sq0atp-"],
        r"(?-u:\b)(sq0(?:csp-[0-9A-Za-z_-]{43}|atp-[0-9A-Za-z_-]{22}))(?:[^0-9A-Za-z_-]|$)",
    ),
];

/// A token that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Id of its shape.
    pub(crate) id: &'static str,
    /// What it opens.
    pub(crate) title: &'static str,
    /// The token.
    pub(crate) value: String,
    /// Where it starts in the text.
    pub(crate) offset: usize,
    /// How sure it is.
    pub(crate) certainty: Certainty,
}

/// Compiled one by one, where a literal of the shape was seen: most never are.
static COMPILED: [OnceLock<Regex>; SHAPES.len()] = [const { OnceLock::new() }; SHAPES.len()];

fn compiled(shape: usize) -> &'static Regex {
    COMPILED[shape].get_or_init(|| Regex::new(SHAPES[shape].regex).expect("a fixed pattern"))
}

/// For each shape the literals of which one is in every token.
pub(super) fn questions() -> impl Iterator<Item = Vec<Vec<u8>>> {
    SHAPES.iter().map(|shape| shape.literals.iter().map(|literal| literal.as_bytes().to_vec()).collect())
}

/// Tokens in a text, in order, each once per place.
pub(crate) fn tokens(text: &[u8]) -> Vec<Token> {
    tokens_of(text, |shape| {
        SHAPES[shape].literals.iter().any(|literal| memmem::find(text, literal.as_bytes()).is_some())
    })
}

/// The same, where it is known which shapes the text may hold.
pub(super) fn tokens_of(text: &[u8], may_hold: impl Fn(usize) -> bool) -> Vec<Token> {
    let mut found = Vec::new();
    for (number, shape) in SHAPES.iter().enumerate().filter(|(number, _)| may_hold(*number)) {
        let regex = compiled(number);
        for token in regex.captures_iter(text).filter_map(|captures| captures.get(1)) {
            let value = String::from_utf8_lossy(token.as_bytes()).into_owned();
            if entropy(&value) >= shape.entropy && !is_documented(&value) {
                // A wrong checksum means that nobody ever issued it.
                let issued = checksum::holds(shape.id, &value);
                let certainty = if issued { shape.certainty } else { Certainty::Hint };
                found.push(Token { id: shape.id, title: shape.title, value, offset: token.start(), certainty });
            }
        }
    }
    found.sort_by(|a, b| a.offset.cmp(&b.offset).then(a.id.cmp(b.id)));
    found
}

/// Values that documentation prints, emulators share, or that say themselves that they are not real.
fn is_documented(value: &str) -> bool {
    const AZURITE: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    const SEQUENCES: &[&str] = &["1234567890", "0123456789", "abcdefghij", "xxxxxx", "000000000", "aaaaaaa"];
    let lower = value.to_ascii_lowercase();
    value == AZURITE
        || value.ends_with("EXAMPLE")
        || crate::probe::secret_name::is_placeholder(value)
        || SEQUENCES.iter().any(|sequence| lower.contains(sequence))
}

/// Shannon entropy in bits per character. Only compared with a fixed bound, never shown.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    #[allow(clippy::cast_precision_loss, reason = "lengths of tokens")]
    let length = value.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Tokens are put together at run time, so that no scanner meets one in this file.
    fn ids(parts: &[&str]) -> Vec<&'static str> {
        tokens(parts.concat().as_bytes()).iter().map(|token| token.id).collect()
    }

    #[test]
    fn every_shape_has_a_pattern_and_literals() {
        assert!((0..SHAPES.len()).all(|shape| compiled(shape).captures_len() == 2));
        assert!(SHAPES.iter().all(|shape| !shape.literals.is_empty()));
    }

    #[test]
    fn tokens_are_known_by_their_shape() {
        assert_eq!(ids(&["key = AKIA", "Q3EGRTZ5WXYLM2PA"]), vec!["aws-access-key-id"]);
        assert_eq!(ids(&["gh", "p_", "Zk3vQ9sLr2TnXw8YbHd5JfGm7PcVq42TB4fg"]), vec!["github-token"]);
        assert_eq!(ids(&["sk_", "live_", "Zk3vQ9sLr2TnXw8YbHd5JfGm"]), vec!["stripe-key"]);
        assert_eq!(
            ids(&["url: https://hooks.slack", ".com/services/T02KQ7ZNB/B03LR8YMC/", "Zk3vQ9sLr2TnXw8YbHd5JfGm"]),
            vec!["slack-webhook"]
        );
    }

    #[test]
    fn a_token_with_a_wrong_checksum_is_a_hint() {
        let certainty = |parts: &[&str]| tokens(parts.concat().as_bytes())[0].certainty;
        assert_eq!(certainty(&["gh", "p_", "Zk3vQ9sLr2TnXw8YbHd5JfGm7PcVq42TB4fg"]), Certainty::Certain);
        assert_eq!(certainty(&["gh", "p_", "Zk3vQ9sLr2TnXw8YbHd5JfGm7PcVq42TB4fh"]), Certainty::Hint);
    }

    #[test]
    fn more_shapes_are_known() {
        assert_eq!(ids(&["dckr_", "pat_", "Zk3vQ9sLr2TnXw8YbHd5JfGm7Pc"]), vec!["dockerhub-token"]);
        assert_eq!(ids(&["glrt", "-", "Zk3vQ9sLr2TnXw8YbHd5"]), vec!["gitlab-runner-token"]);
        assert_eq!(
            ids(&["\"private_key_id\": \"", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b\""]),
            vec!["gcp-service-account"]
        );
        assert_eq!(ids(&["pul", "-", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"]), vec!["pulumi-token"]);
    }

    #[test]
    fn documented_and_invented_values_are_left_alone() {
        assert!(ids(&["AKIA", "IOSFODNN7EXAMPLE"]).is_empty());
        assert!(ids(&["ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]).is_empty());
        assert!(ids(&["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"]).is_empty());
        assert!(
            ids(&[
                "AccountKey=",
                "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
            ])
            .is_empty()
        );
        assert!(ids(&["npm_config_registry and hf_transfer and dapi"]).is_empty());
    }
}
