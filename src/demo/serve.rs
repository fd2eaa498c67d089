//! Runs the service on a loopback port of its own thread: a real socket, whoever calls.

use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::{fmt, io};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::harbour::Harbour;
use super::scripted::Scripted;

/// What can be run.
pub(super) enum Service {
    Harbour(Harbour),
    Scripted(Box<Scripted>),
}

impl Service {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match self {
            Service::Harbour(harbour) => harbour.answer(&request).await,
            Service::Scripted(scripted) => scripted.answer(request).await,
        }
    }
}

/// A running service; it stops when dropped.
pub struct Running {
    /// Where it answers: `http://127.0.0.1:<port>`.
    pub base_url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Stops the service and waits for its thread; the same as dropping it.
    pub fn stop(self) {
        drop(self);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A receiver that is gone means that the service has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic in the service was its own; there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// Starts a service on a free loopback port.
///
/// # Errors
/// When no port, thread or runtime is to be had.
pub(super) fn start(service: Service) -> io::Result<Running> {
    let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (stop, stopped) = oneshot::channel();
    let thread = Builder::new().name("sample".into()).spawn(move || {
        runtime.block_on(async move {
            if let Ok(listener) = TcpListener::from_std(listener) {
                accept(listener, Arc::new(service), stopped).await;
            }
        });
    })?;
    Ok(Running { base_url, stop: Some(stop), thread: Some(thread) })
}

async fn accept(listener: TcpListener, service: Arc<Service>, mut stopped: oneshot::Receiver<()>) {
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let service = service.clone();
                    tokio::spawn(async move {
                        let answer = service_fn(|request| {
                            let service = service.clone();
                            async move { Ok::<_, Infallible>(service.answer(request).await) }
                        });
                        // A caller that hangs up early is the caller's business.
                        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
                        let _ = connection.with_upgrades().await;
                    });
                }
            }
        }
    }
}
