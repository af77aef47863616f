//! One connection: hyper on top of `wakeful`'s socket.

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

/// How long the head may be.
const MAX_HEAD: usize = 32 * 1024;

/// Serves a connection to its end. `head_time` is how long a client may take for the head of a
/// request, and how long it may idle between two; when `ending` closes, to the end of the request at hand.
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
    // What a client does wrong is its own affair: it has been answered, or it has gone.
    if let Either::Right((_, mut connection)) = select(connection, ended).await {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
