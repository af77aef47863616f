//! Names of hosts, and every other type that names an address.

use crate::support::{mute, run};
use std::{io::ErrorKind, net::SocketAddr};
use wakeful::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket, lookup_host};

async fn all(name: impl ToSocketAddrs) -> Vec<SocketAddr> {
    lookup_host(name).await.unwrap().collect()
}

#[test]
fn addresses_are_resolved_without_the_blocking_pool() {
    run("addresses that need no lookup", async {
        let address: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let text = address.to_string();
        let host = "127.0.0.1".to_owned();
        assert_eq!(all(address).await, [address]);
        assert_eq!(all(&address).await, [address]);
        assert_eq!(all((address.ip(), 80)).await, [address]);
        assert_eq!(all(([127, 0, 0, 1], 80)).await, [address]);
        assert_eq!(all(text.as_str()).await, [address]);
        assert_eq!(all(&text).await, [address]);
        assert_eq!(all(text).await, [address]);
        assert_eq!(all((host.as_str(), 80)).await, [address]);
        assert_eq!(all((host, 80)).await, [address]);
        assert_eq!(all(&[address, address][..]).await, [address, address]);
        assert_eq!(all(("::1", 80)).await[0].to_string(), "[::1]:80");
        // None of these lookups used the blocking pool.
        assert_eq!(wakeful::inspect().unwrap().blocking.threads, 0);
    });
}

#[test]
fn a_borrowed_name_is_resolved() {
    run("a connection to a name", async {
        let listener = TcpListener::bind(&"127.0.0.1:0".to_owned()).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let name = format!("localhost:{port}");
        TcpStream::connect(&name).await.unwrap();
        TcpStream::connect(("localhost", port)).await.unwrap();
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
        socket.send_to(b"hello", &name).await.unwrap();
    });
}

#[test]
fn connect_tries_the_addresses_in_turn() {
    run("a connection to the second of two addresses", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let mute = mute();
        let closed = mute.local_addr().unwrap();
        let stream = TcpStream::connect(&[closed, open][..]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        let refused = TcpStream::connect(&[closed, closed][..]).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_name_without_an_address_gives_invalid_input() {
    run("errors", async {
        let nothing: &[SocketAddr] = &[];
        for error in [
            TcpStream::connect(nothing).await.unwrap_err(),
            UdpSocket::bind("127.0.0.1:0")
                .await
                .unwrap()
                .send_to(b"", nothing)
                .await
                .unwrap_err(),
            TcpListener::bind("no port").await.unwrap_err(),
            TcpListener::bind("127.0.0.1:65536").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
    });
}

/// The future of `connect` is `Send`, so it can be spawned. That holds even if it
/// borrows, and for every type of name.
#[test]
fn the_future_of_connect_is_send() {
    fn check<T: Send>(_: T) {}
    let (name, addresses) = (String::new(), Vec::new());
    check(TcpStream::connect(&name));
    check(TcpStream::connect(&addresses[..]));
    check(TcpStream::connect((name, 0)));
}
