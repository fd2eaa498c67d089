//! How a value travels: in the query, in the path, as a field of a form or of JSON; and where it is shown again.

use indexmap::IndexMap;
use serde::Serialize;

use crate::model::{Unknown, percent_encoded};
use crate::probe::http::fetch::{Choice, Fetched};
use crate::probe::http::login::form;
use crate::probe::http::round::{Request, Round};

/// Where values are put.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Carrier {
    /// Path without query; `{name}` stands for the parameter of that name.
    pub(super) path: String,
    /// All parameters with their usual values, in order.
    pub(super) fields: IndexMap<String, String>,
    pub(super) kind: Kind,
    /// Where the value is shown, if not in the answer itself.
    pub(super) read: Option<String>,
}

/// As what fields are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Kind {
    Query,
    Form,
    Json,
}

impl Kind {
    pub(super) fn method(self) -> &'static str {
        if self == Kind::Query { "GET" } else { "POST" }
    }
}

impl Carrier {
    /// Sends a value for one parameter, the others as usual; returns the answer that shows it.
    pub(super) async fn send(
        &self,
        parameter: &str,
        value: &str,
        credentials: &Choice,
        round: &mut Round<'_>,
    ) -> Result<Fetched, Unknown> {
        let mut fields = self.fields.clone();
        fields.insert(parameter.to_owned(), value.to_owned());
        let path = self.filled(&fields);
        let rest: IndexMap<String, String> =
            fields.into_iter().filter(|(name, _)| !self.path.contains(&format!("{{{name}}}"))).collect();
        let sent = match self.kind {
            Kind::Query => {
                let path = if rest.is_empty() { path } else { format!("{path}?{}", form(&rest)) };
                round.ask(Request::get(&path, credentials)).await?
            }
            Kind::Form => {
                let headers = [("content-type", "application/x-www-form-urlencoded")];
                let body = form(&rest);
                round
                    .ask(Request { method: "POST", path: &path, credentials, headers: &headers, body: Some(&body) })
                    .await?
            }
            Kind::Json => {
                let headers = [("content-type", "application/json")];
                let body = serde_json::to_string(&rest).unwrap_or_default();
                round
                    .ask(Request { method: "POST", path: &path, credentials, headers: &headers, body: Some(&body) })
                    .await?
            }
        };
        let is_taken = sent.reply.as_ref().is_ok_and(|reply| reply.status < 400);
        match &self.read {
            Some(read) if is_taken => round.ask(Request::get(read, credentials)).await,
            _ => Ok(sent),
        }
    }

    fn filled(&self, fields: &IndexMap<String, String>) -> String {
        fields.iter().fold(self.path.clone(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), &percent_encoded(value))
        })
    }
}
