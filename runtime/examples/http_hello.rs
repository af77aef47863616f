//! An HTTP server with hyper on wakeful.
//!
//! `cargo run -p wakeful --features hyper --example http_hello` sends itself one
//! request and ends. With an address, it serves until Ctrl-C. Try it with `curl`:
//!
//! ```text
//! cargo run -p wakeful --features hyper --example http_hello -- 127.0.0.1:8000
//! curl -i http://127.0.0.1:8000/reader
//! ```

use futures_util::{AsyncReadExt, AsyncWriteExt};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use std::convert::Infallible;
use wakeful::{
    hyper::{HyperIo, HyperTimer},
    net::{TcpListener, TcpStream},
};

fn main() -> std::io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        if let Some(address) = std::env::args().nth(1) {
            let listener = TcpListener::bind(address).await?;
            println!("serving http://{}/, until Ctrl-C", listener.local_addr()?);
            drop(wakeful::spawn_local(serve(listener)));
            return wakeful::signal::ctrl_c().await;
        }

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut stream = TcpStream::connect(listener.local_addr()?).await?;
        drop(wakeful::spawn_local(serve(listener)));
        let request = b"GET /reader HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        for line in response.lines().filter(|line| !line.starts_with("date")) {
            println!("{line}");
        }
        Ok(())
    })
}

/// Accepts connections for ever, and spawns a task for each.
async fn serve(listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(wakeful::spawn_local(async {
                let connection = http1::Builder::new()
                    .timer(HyperTimer::new())
                    .serve_connection(HyperIo::new(stream), service_fn(hello));
                if let Err(error) = connection.await {
                    eprintln!("connection: {error}");
                }
            })),
            // If the system has no descriptors left, `accept` has waited already.
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

async fn hello(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let name = request.uri().path().trim_start_matches('/');
    let name = if name.is_empty() { "world" } else { name };
    Ok(Response::new(format!("hello, {name}\n")))
}
