//! One connection: hyper on a socket of `wakeful`.

use std::{convert::Infallible, pin::pin, time::Duration};

use async_channel::Receiver;
use axum::{Router, body::Body};
use futures_util::future::{Either, select};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use tower_service::Service;
use wakeful::{
    hyper::{HyperIo, HyperTimer},
    net::TcpStream,
};

use super::slots::Slot;

/// The largest head of a request.
const MAX_HEAD: usize = 32 * 1024;

/// How a connection ends if its client does not end it.
enum End {
    AfterTheRequest,
    Now,
}

/// Serves one connection until it ends. `head_time` limits how long a client may take for the head
/// of a request, and how long it may stay idle between two requests. When `ending` closes, the
/// connection finishes its current request and ends. If it loses its slot, it ends at once.
pub async fn serve(
    stream: TcpStream,
    router: Router,
    head_time: Duration,
    ending: Receiver<Infallible>,
    slot: Slot,
) {
    let service = service_fn(|request: Request<Incoming>| {
        slot.has_asked();
        // A router is always ready.
        let mut router = router.clone();
        router.call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(HyperTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(MAX_HEAD)
        .serve_connection(HyperIo::new(stream), service);
    let connection = pin!(connection);
    let ended = pin!(async {
        match select(pin!(ending.recv()), pin!(slot.evicted())).await {
            Either::Left(_) => End::AfterTheRequest,
            Either::Right(_) => End::Now,
        }
    });
    // We ignore the error of a client. It received an answer already, or it closed the connection.
    if let Either::Right((End::AfterTheRequest, mut connection)) = select(connection, ended).await {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
