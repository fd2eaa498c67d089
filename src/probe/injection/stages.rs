//! One parameter, at most four values: a word, the characters that break out, what closes the places where those mean
//! nothing, and a scheme.

use super::canary::Canary;
use super::carrier::Carrier;
use super::database;
use super::markup::{Context, ScriptPart, Sight, look};
use crate::model::Unknown;
use crate::model::report::Evidence;
use crate::probe::http::fetch::{Choice, Fetched};
use crate::probe::http::round::{Round, body_text, evidence};
use crate::world::net::Reply;

/// What one parameter came to.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) parameter: String,
    pub(super) verdict: Verdict,
    /// Whether the word came back at all.
    pub(super) reflected: bool,
    /// Whether a database complained of its statement.
    pub(super) database: bool,
    /// The server error that special characters led to.
    pub(super) broken: Option<u16>,
    pub(super) evidence: Evidence,
}

/// Whether a stranger's markup or script can be planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Through this parameter; how.
    Planted(String),
    /// Not by any of the values.
    Clean(String),
    /// It cannot be said; why.
    Unclear(String),
}

/// Asks all that is needed for one parameter.
pub(super) async fn judge(
    parameter: &str,
    carrier: &Carrier,
    credentials: &Choice,
    round: &mut Round<'_>,
) -> Result<Judged, Unknown> {
    let canary = Canary::of(&carrier.path, parameter);
    let mut trial = Trial { parameter, carrier, credentials, canary, last: Evidence::default() };
    let mut judged = trial.begin(round).await?;
    let note = match &judged.verdict {
        Verdict::Planted(how) => format!("`{parameter}`: {how}"),
        Verdict::Clean(how) => format!("`{parameter}`: {how}"),
        Verdict::Unclear(why) => format!("`{parameter}`: cannot be judged: {why}"),
    };
    let database = if judged.database { "; a database complains of its statement" } else { "" };
    let broken = judged.broken.map(|status| format!("; special characters lead to {status}")).unwrap_or_default();
    judged.evidence = Evidence { note: Some(format!("{note}{database}{broken}")), ..trial.last };
    Ok(judged)
}

struct Trial<'a> {
    parameter: &'a str,
    carrier: &'a Carrier,
    credentials: &'a Choice,
    canary: Canary,
    /// Where the last answer was seen.
    last: Evidence,
}

impl Trial<'_> {
    async fn begin(&mut self, round: &mut Round<'_>) -> Result<Judged, Unknown> {
        let word = self.canary.word.clone();
        let plain = match self.answer(&word, round).await? {
            Ok(plain) => plain,
            Err(why) => return Ok(self.judged(Verdict::Unclear(why), false)),
        };
        let before = body_text(&plain);
        let reflected = before.to_ascii_lowercase().contains(&word);
        if !reflected && self.is_elsewhere(plain.status) {
            let why = format!("plain letters are answered {}: nothing of them was looked at", plain.status);
            return Ok(self.judged(Verdict::Unclear(why), false));
        }
        let first = seen(&plain, &before, &self.canary);
        let raw = self.answer(&self.canary.breaking(), round).await?;
        let mut judged = match raw {
            Ok(answer) => {
                let body = body_text(&answer);
                let verdict = self.verdict(&first, &answer, &body, round).await?;
                let mut judged = self.judged(verdict, reflected);
                judged.database = database::complains(&body, &before);
                judged.broken = (answer.status >= 500 && plain.status < 500).then_some(answer.status);
                judged
            }
            Err(why) => self.judged(Verdict::Unclear(why), reflected),
        };
        if !reflected && matches!(judged.verdict, Verdict::Clean(_)) {
            judged.verdict = Verdict::Clean("does not come back".to_owned());
        }
        Ok(judged)
    }

    fn judged(&self, verdict: Verdict, reflected: bool) -> Judged {
        Judged {
            parameter: self.parameter.to_owned(),
            verdict,
            reflected,
            database: false,
            broken: None,
            evidence: Evidence::default(),
        }
    }

    /// What the characters that break out did, and if nothing, what else may.
    async fn verdict(
        &mut self,
        first: &Option<Sight>,
        answer: &Reply,
        body: &str,
        round: &mut Round<'_>,
    ) -> Result<Verdict, Unknown> {
        let Some(first) = first else {
            let kind = answer.header("content-type").unwrap_or("an answer without a type");
            return Ok(Verdict::Clean(format!("comes back in {kind}, which no browser takes for a page")));
        };
        if let Some(what) = seen(answer, body, &self.canary).and_then(|sight| sight.escaped) {
            return Ok(Verdict::Planted(planted(&what, answer)));
        }
        if blocks(answer.status) {
            return Ok(firewall(answer.status));
        }
        for value in self.further(&first.contexts) {
            let answer = match self.answer(&value, round).await? {
                Ok(answer) if blocks(answer.status) => return Ok(firewall(answer.status)),
                Ok(answer) => answer,
                Err(why) => return Ok(Verdict::Unclear(why)),
            };
            let Some(sight) = seen(&answer, &body_text(&answer), &self.canary) else { continue };
            let scheme = sight.scheme.then(|| "the scheme of a link".to_owned());
            if let Some(what) = sight.escaped.or(scheme) {
                return Ok(Verdict::Planted(planted(&what, &answer)));
            }
        }
        Ok(Verdict::Clean("comes back encoded, or where it means nothing".to_owned()))
    }

    /// Whether an answer is about something else than the value: the address, the caller, the service itself. A part of the
    /// path that is not found was looked at.
    fn is_elsewhere(&self, status: u16) -> bool {
        let in_path = self.carrier.path.contains(&format!("{{{}}}", self.parameter));
        matches!(status, 401 | 403 | 405 | 500..) || (status == 404 && !in_path)
    }

    /// What else may do it, by where the word stands.
    fn further(&self, contexts: &[Context]) -> Vec<String> {
        let closers = closers(contexts);
        let closing = (!closers.is_empty()).then(|| self.canary.closing(&closers));
        let scheme = contexts.contains(&Context::Url).then(|| self.canary.scheme());
        closing.into_iter().chain(scheme).collect()
    }

    /// Sends a value; the error says why nothing was learned from it.
    async fn answer(&mut self, value: &str, round: &mut Round<'_>) -> Result<Result<Reply, String>, Unknown> {
        let fetched: Fetched = self.carrier.send(self.parameter, value, self.credentials, round).await?;
        self.last = evidence(&fetched, self.carrier.kind.method());
        if let Some(failure) = fetched.failure() {
            return Ok(Err(failure.to_string()));
        }
        Ok(match fetched.reply {
            Ok(reply) if reply.status == 429 => Err("the service limits requests (429)".to_owned()),
            Ok(reply) => Ok(reply),
            Err(failure) => Err(failure.to_string()),
        })
    }
}

fn firewall(status: u16) -> Verdict {
    Verdict::Unclear(format!("special characters are answered {status}, as a firewall does"))
}

/// What firewalls answer.
fn blocks(status: u16) -> bool {
    matches!(status, 403 | 406 | 501 | 999)
}

/// What a page makes of the mark; `None` when a browser takes the answer for no page.
fn seen(reply: &Reply, body: &str, canary: &Canary) -> Option<Sight> {
    if matches!(reply.status, 300..=399) {
        return None;
    }
    let kind = reply.header("content-type").map(str::to_ascii_lowercase).unwrap_or_default();
    let sniffed = reply.header("x-content-type-options").is_none() && body.trim_start().starts_with('<');
    let is_page = ["html", "svg", "xml"].iter().any(|word| kind.contains(word)) || (kind.is_empty() && sniffed);
    is_page.then(|| look(body, canary))
}

fn planted(what: &str, reply: &Reply) -> String {
    let policy = reply.header("content-security-policy").map(str::to_ascii_lowercase).unwrap_or_default();
    let guards =
        (policy.contains("script-src") || policy.contains("default-src")) && !policy.contains("'unsafe-inline'");
    let softened = if guards { "; a Content-Security-Policy softens that" } else { "" };
    format!("becomes {what}{softened}")
}

/// What ends the places where the breaking characters mean nothing.
fn closers(contexts: &[Context]) -> Vec<&'static str> {
    let mut closers: Vec<&'static str> = contexts.iter().filter_map(closer).collect();
    // A script's own ends come before the end of its element.
    closers.sort_by_key(|closer| closer.starts_with("</"));
    closers.dedup();
    closers
}

fn closer(context: &Context) -> Option<&'static str> {
    Some(match context {
        Context::Comment => "-->",
        Context::Script(ScriptPart::LineComment) => "\n",
        Context::Script(ScriptPart::BlockComment) => "*/</script>",
        Context::Script(ScriptPart::Template) => "${</script>",
        Context::Script(ScriptPart::Text | ScriptPart::Pattern) => "\\'\\\"</script>",
        Context::Script(ScriptPart::Code | ScriptPart::Data) => "</script>",
        Context::Raw(name) => match name.as_str() {
            "title" => "</title>",
            "textarea" => "</textarea>",
            "style" => "</style>",
            "xmp" => "</xmp>",
            "iframe" => "</iframe>",
            "noembed" => "</noembed>",
            "noframes" => "</noframes>",
            "noscript" => "</noscript>",
            _ => return None,
        },
        Context::Text | Context::Attribute | Context::Url | Context::Name => return None,
    })
}
