//! One connection: hyper on a socket of `wakeful`.

use std::{convert::Infallible, time::Duration};

use async_channel::Receiver;
use axum::{Router, body::Body};
use futures_util::future::{Either, select};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use tower_service::Service;
use wakeful::{
    hyper::{HyperIo, HyperTimer},
    net::TcpStream,
};

/// The largest head of a request.
const MAX_HEAD: usize = 32 * 1024;

/// Serves one connection until it ends. `head_time` limits how long a client may take for the head
/// of a request, and how long it may stay idle between two requests. When `ending` closes, the
/// connection finishes its current request and ends.
pub async fn serve(
    stream: TcpStream,
    router: Router,
    head_time: Duration,
    ending: Receiver<Infallible>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        // A router is always ready.
        let mut router = router.clone();
        router.call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(HyperTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(MAX_HEAD)
        .serve_connection(HyperIo::new(stream), service);
    let connection = std::pin::pin!(connection);
    let ended = std::pin::pin!(ending.recv());
    // We ignore the error of a client. It received an answer already, or it closed the connection.
    if let Either::Right((_, mut connection)) = select(connection, ended).await {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
