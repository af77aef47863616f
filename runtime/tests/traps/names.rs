//! Names of hosts, and other things that are asked for an address.

use crate::support::{mute, run};
use std::{io::ErrorKind, net::SocketAddr};
use wakeful::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket, lookup_host};

async fn all(name: impl ToSocketAddrs) -> Vec<SocketAddr> {
    lookup_host(name).await.unwrap().collect()
}

#[test]
fn whatever_is_an_address_is_taken_as_one() {
    run("addresses that nobody has to be asked for", async {
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
        // None of it went to the blocking pool.
        assert_eq!(wakeful::inspect().unwrap().blocking.threads, 0);
    });
}

#[test]
fn a_borrowed_name_is_resolved_and_connected_to() {
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
fn the_addresses_are_tried_in_turn() {
    run("a connection to the second of two addresses", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let mute = mute();
        let shut = mute.local_addr().unwrap();
        let stream = TcpStream::connect(&[shut, open][..]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        let refused = TcpStream::connect(&[shut, shut][..]).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn what_has_no_address_says_so() {
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

/// The future of a connection can be spawned although it borrows, and whatever
/// the name is.
#[test]
fn a_connection_in_the_making_goes_to_other_threads() {
    fn check<T: Send>(_: T) {}
    let (name, addresses) = (String::new(), Vec::new());
    check(TcpStream::connect(&name));
    check(TcpStream::connect(&addresses[..]));
    check(TcpStream::connect((name, 0)));
}
