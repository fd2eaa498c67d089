//! A server of gRPC that knows the health checking protocol, or does not, in this process.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};

/// What it says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// State `SERVING` of the server, `NOT_SERVING` of service `shop.v1.Orders`, no other service.
    Serves,
    /// State `NOT_SERVING`.
    Stopping,
    /// It has no service for health.
    WithoutHealth,
}

/// Starts it; returns the port. It ends with the test binary.
pub(crate) fn start(manner: Manner) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let service = service_fn(move |request| answer(manner, request));
                tokio::spawn(http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service));
            }
        });
    });
    port
}

async fn answer(
    manner: Manner,
    request: Request<Incoming>,
) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = Infallible>>, Infallible> {
    let health = request.uri().path() == "/grpc.health.v1.Health/Check";
    let asked = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let service = asked.get(7..).map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    let (message, status) = match (manner, health, service.as_str()) {
        (Manner::WithoutHealth, _, _) | (_, false, _) => (Vec::new(), "12"),
        (Manner::Serves, _, "") => (vec![0, 0, 0, 0, 2, 8, 1], "0"),
        (Manner::Serves, _, "shop.v1.Orders") | (Manner::Stopping, _, "") => (vec![0, 0, 0, 0, 2, 8, 2], "0"),
        (_, _, _) => (Vec::new(), "5"),
    };
    let trailers = HeaderMap::from_iter([
        (hyper::header::HeaderName::from_static("grpc-status"), HeaderValue::from_static(status)),
        (hyper::header::HeaderName::from_static("grpc-message"), HeaderValue::from_static("as asked")),
    ]);
    let body = Full::new(Bytes::from(message)).with_trailers(async move { Some(Ok(trailers)) });
    Ok(Response::builder().header("content-type", "application/grpc").body(body).unwrap())
}
