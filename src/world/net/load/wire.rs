//! One connection of a load: opened when it is needed, kept open, opened again when the target closed it.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::alarm::Alarm;
use super::{Ending, Load};
use crate::model::target::Route;
use crate::world::Deadline;
use crate::world::net::dial::dial;
use crate::world::net::exchange::{Ask, HEAD_CAP, HEADERS_CAP, line_to, request};
use crate::world::net::failure::{Failure, FailureKind};

/// How one request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) ending: Ending,
    pub(super) status: Option<u16>,
    pub(super) bytes: u64,
}

impl Answer {
    fn without(ending: Ending) -> Answer {
        Answer { ending, status: None, bytes: 0 }
    }
}

/// What all connections of a load share.
pub(super) struct Template {
    load: Load,
    request: Request<Full<Bytes>>,
    route: Route,
    /// A request that came over a connection which the target closed meanwhile may be sent again.
    repeatable: bool,
}

impl Template {
    pub(super) fn new(load: &Load) -> Result<Template, Failure> {
        // through a proxy the peer is the proxy's
        let mut route = load.route.clone();
        if route.proxy.is_none() {
            let host = load.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            route.resolve.insert(host.to_owned(), load.peer.to_string());
        }
        let load = Load { trust: load.trust.http1(), ..load.clone() };
        let request = request(&ask(&load, &route), false)?;
        let repeatable = matches!(load.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        Ok(Template { request, route, repeatable, load })
    }
}

fn ask<'a>(load: &'a Load, route: &'a Route) -> Ask<'a> {
    Ask {
        method: &load.method,
        url: &load.url,
        headers: &load.headers,
        body: load.body.clone(),
        route,
        only_public: false,
        trust: &load.trust,
        body_cap: 0,
    }
}

/// A connection.
pub(super) struct Wire<'a> {
    template: &'a Template,
    sender: Option<SendRequest<Full<Bytes>>>,
    alarm: Alarm,
    /// Times it was opened.
    pub(super) opened: u64,
    /// Requests that were sent again because the target had closed the connection.
    pub(super) repeated: u64,
    /// What this machine itself could not do.
    pub(super) own_trouble: Option<String>,
}

impl<'a> Wire<'a> {
    pub(super) fn new(template: &'a Template) -> Wire<'a> {
        Wire { template, sender: None, alarm: Alarm::new(), opened: 0, repeated: 0, own_trouble: None }
    }

    /// Sends the request and reads the answer to its end, or gives up at `until`.
    pub(super) async fn ask(&mut self, until: Instant) -> Answer {
        let mut alarm = std::mem::take(&mut self.alarm);
        let answer = alarm.before(until, self.converse(until)).await;
        self.alarm = alarm;
        answer.unwrap_or(Err(Ending::Timeout)).unwrap_or_else(|ending| {
            self.sender = None;
            Answer::without(ending)
        })
    }

    async fn converse(&mut self, until: Instant) -> Result<Answer, Ending> {
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
        {
            match sender.send_request(self.template.request.clone()).await {
                Ok(response) => return self.receive(sender, response).await,
                Err(_) if self.template.repeatable => self.repeated += 1,
                Err(_) => return Err(Ending::Broken),
            }
        }
        let mut sender = self.open(until).await?;
        let response = sender.send_request(self.template.request.clone()).await.map_err(|_| Ending::Broken)?;
        self.receive(sender, response).await
    }

    async fn open(&mut self, until: Instant) -> Result<SendRequest<Full<Bytes>>, Ending> {
        let line = line_to(&ask(&self.template.load, &self.template.route)).map_err(|_| Ending::Broken)?;
        let left = until.saturating_duration_since(Instant::now());
        let dialed = dial(line, Deadline::after(left)).await.map_err(|failure| self.blame(&failure))?;
        self.opened += 1;
        let mut builder = Builder::new();
        builder.max_buf_size(HEAD_CAP).max_headers(HEADERS_CAP);
        let (sender, connection) = builder.handshake(TokioIo::new(dialed.stream)).await.map_err(|_| Ending::Broken)?;
        // ends when the sender is dropped, or with the runtime
        tokio::spawn(connection);
        Ok(sender)
    }

    fn blame(&mut self, failure: &Failure) -> Ending {
        match failure.kind {
            FailureKind::Timeout => Ending::Timeout,
            FailureKind::TlsExpired
            | FailureKind::TlsNotYetValid
            | FailureKind::TlsWrongName
            | FailureKind::TlsUntrusted
            | FailureKind::TlsFailed => Ending::Tls,
            FailureKind::Ours => {
                self.own_trouble = Some(failure.detail.clone());
                Ending::Connect
            }
            _ => Ending::Connect,
        }
    }

    async fn receive(
        &mut self,
        sender: SendRequest<Full<Bytes>>,
        response: Response<Incoming>,
    ) -> Result<Answer, Ending> {
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                return Ok(Answer { ending: Ending::Broken, status: Some(status), bytes });
            };
            bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        if !sender.is_closed() {
            self.sender = Some(sender);
        }
        let ending = if self.template.load.is_good(status) { Ending::Ok } else { Ending::Status };
        Ok(Answer { ending, status: Some(status), bytes })
    }
}
