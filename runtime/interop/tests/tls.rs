//! TLS with rustls, through futures-rustls.

use futures_rustls::pki_types::ServerName;
use futures_util::{AsyncReadExt, AsyncWriteExt, io::copy};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use std::{convert::Infallible, fs};
use wakeful::{
    hyper::HyperIo,
    net::{TcpListener, TcpStream},
    spawn_local,
};
use wakeful_interop::{Trust, printed_by, run};

#[test]
fn both_ends_exchange_bytes_and_see_the_end() {
    run("an echo", async {
        let trust = Trust::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn_local(async move {
            let (stream, _) = listener.accept().await?;
            let (from, mut to) = trust.acceptor.accept(stream).await?.split();
            let copied = copy(from, &mut to).await?;
            to.close().await?;
            Ok::<_, std::io::Error>(copied)
        });
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = trust.connector.connect(name, stream).await.unwrap();
        let (mut from, mut to) = stream.split();
        // This is more than the sockets buffer, so reads and writes alternate.
        let writer = spawn_local(async move {
            to.write_all(&vec![7; 2 << 20]).await.unwrap();
            to.close().await.unwrap();
        });
        let mut all = Vec::new();
        from.read_to_end(&mut all).await.unwrap();
        writer.await.unwrap();
        assert!(all == vec![7; 2 << 20]);
        assert_eq!(server.await.unwrap().unwrap(), 2 << 20);
    });
}

#[test]
fn an_unknown_certificate_is_rejected() {
    run("the error", async {
        let (ours, theirs) = (Trust::new(), Trust::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn_local(async move {
            let (stream, _) = listener.accept().await.unwrap();
            theirs.acceptor.accept(stream).await.map(drop)
        });
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        assert!(ours.connector.connect(name, stream).await.is_err());
        assert!(server.await.unwrap().is_err());
    });
}

#[test]
fn curl_is_served_over_https() {
    run("curl", async {
        let trust = Trust::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(spawn_local(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let stream = trust.acceptor.accept(stream).await.unwrap();
            let hello = service_fn(async |_: Request<Incoming>| {
                Ok::<_, Infallible>(Response::new("hello in secret\n".to_owned()))
            });
            let connection = http1::Builder::new().serve_connection(HyperIo::new(stream), hello);
            connection.await.unwrap();
        }));
        let path = std::env::temp_dir().join(format!("wakeful-{}.pem", std::process::id()));
        fs::write(&path, trust.certificate).unwrap();
        let url = format!("https://localhost:{}/", address.port());
        let resolve = format!("localhost:{}:127.0.0.1", address.port());
        let certificate = path.to_str().unwrap();
        let arguments = ["-sS", "--cacert", certificate, "--resolve", &resolve, &url];
        let printed = printed_by("curl", &arguments).await;
        fs::remove_file(&path).unwrap();
        if let Some(printed) = printed {
            assert_eq!(printed, "hello in secret\n");
        }
    });
}
