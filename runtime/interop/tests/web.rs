//! axum on hyper on wakeful, over HTTP/1.1 and HTTP/2, with clients of other authors.

use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::{http1, http2},
    server::conn,
};
use hyper_util::service::TowerToHyperService;
use std::{net::SocketAddr, time::Duration};
use wakeful::{
    hyper::{HyperExecutor, HyperIo, HyperTimer},
    net::{TcpListener, TcpStream},
    runtime::Builder,
    spawn, spawn_local,
    time::sleep,
};
use wakeful_interop::{printed_by, run, run_on};

fn router() -> Router {
    Router::new()
        .route("/hello/{name}", get(hello))
        .route("/slow", get(slow))
        .route("/length", post(length))
}

async fn hello(Path(name): Path<String>) -> String {
    format!("hello, {name}\n")
}

/// A handler may await any future of wakeful, because they are `Send`.
async fn slow() -> &'static str {
    sleep(Duration::from_millis(5)).await;
    "at last\n"
}

async fn length(body: Bytes) -> String {
    format!("{}\n", body.len())
}

#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
}

/// Serves the router for ever, and returns its address.
async fn serve(version: Version) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router();
    drop(spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (io, service) = (
                HyperIo::new(stream),
                TowerToHyperService::new(router.clone()),
            );
            drop(spawn(async move {
                // A client that leaves is not an error of the server.
                let _ = match version {
                    Version::One => {
                        let mut http = conn::http1::Builder::new();
                        let http = http.timer(HyperTimer::new());
                        http.serve_connection(io, service).await
                    }
                    Version::Two => {
                        let mut http = conn::http2::Builder::new(HyperExecutor::new());
                        let http = http.timer(HyperTimer::new());
                        http.serve_connection(io, service).await
                    }
                };
            }));
        }
    }));
    address
}

fn request(path: &str) -> Request<Full<Bytes>> {
    let uri = format!("http://localhost{path}");
    Request::get(uri).body(Full::default()).unwrap()
}

#[test]
fn hypers_client_gets_answers_from_axum_over_http_1() {
    run("answers over one connection", async {
        let stream = TcpStream::connect(serve(Version::One).await).await.unwrap();
        let (mut sender, connection) = http1::handshake(HyperIo::new(stream)).await.unwrap();
        drop(spawn_local(connection));
        for (path, answer) in [("/hello/reader", "hello, reader\n"), ("/slow", "at last\n")] {
            let response = sender.send_request(request(path)).await.unwrap();
            assert_eq!(response.status(), 200);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, answer);
        }
    });
}

#[test]
fn hypers_client_gets_many_answers_at_once_over_http_2() {
    run("answers over one connection", async {
        let stream = TcpStream::connect(serve(Version::Two).await).await.unwrap();
        let handshake = http2::handshake(HyperExecutor::new(), HyperIo::new(stream)).await;
        let (sender, connection) = handshake.unwrap();
        drop(spawn_local(connection));
        let answers: Vec<_> = (0..50)
            .map(|number| {
                let mut sender = sender.clone();
                spawn_local(async move {
                    let path = format!("/hello/{number}");
                    let response = sender.send_request(request(&path)).await.unwrap();
                    response.into_body().collect().await.unwrap().to_bytes()
                })
            })
            .collect();
        for (number, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.await.unwrap(), format!("hello, {number}\n"));
        }
    });
}

#[test]
fn curl_gets_answers_over_http_1_and_http_2() {
    run("curl", async {
        for (version, option) in [
            (Version::One, "--http1.1"),
            (Version::Two, "--http2-prior-knowledge"),
        ] {
            let address = serve(version).await;
            let hello = format!("http://{address}/hello/curl");
            let Some(printed) = printed_by("curl", &["-sS", option, &hello]).await else {
                return;
            };
            assert_eq!(printed, "hello, curl\n");
            // A body that is larger than the sockets buffer, from curl's input.
            let length = format!("http://{address}/length");
            let zeros =
                format!("head -c 1500000 /dev/zero | curl -sS {option} --data-binary @- {length}");
            assert_eq!(
                printed_by("sh", &["-c", &zeros]).await.unwrap(),
                "1500000\n"
            );
        }
    });
}

#[test]
fn h2load_sees_no_failure_in_ten_thousand_requests() {
    run("h2load", ten_thousand_requests());
}

#[test]
fn h2load_sees_no_failure_in_ten_thousand_requests_to_a_pool() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    run_on(&runtime, "h2load", ten_thousand_requests());
}

async fn ten_thousand_requests() {
    let address = serve(Version::Two).await;
    let url = format!("http://{address}/hello/load");
    let load = ["-n10000", "-c20", "-m10", &url];
    let Some(printed) = printed_by("h2load", &load).await else {
        return;
    };
    let summary = "10000 succeeded, 0 failed, 0 errored, 0 timeout";
    assert!(printed.contains(summary), "{printed}");
}
