//! Pitfalls 14, 16 and 22 for datagrams, over UDP and over Unix sockets.

use crate::support::{assert_waits, run, settle, settle_reactor, watched};
use std::{future::poll_fn, io, rc::Rc, thread};
use wakeful::{Runtime, net::UdpSocket, spawn_local};

async fn pair() -> (UdpSocket, UdpSocket) {
    let here = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let there = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    here.connect(there.local_addr().unwrap()).await.unwrap();
    there.connect(here.local_addr().unwrap()).await.unwrap();
    (here, there)
}

#[test]
fn pitfall_14_a_short_datagram_does_not_hide_the_next() {
    run("three datagrams", async {
        let (here, there) = pair().await;
        for word in ["one", "", "three"] {
            here.send(word.as_bytes()).await.unwrap();
        }
        settle_reactor().await;
        // All have arrived, and no event comes for the second and the third.
        let mut buffer = [0; 64];
        for word in ["one", "", "three"] {
            let length = poll_fn(|context| there.poll_recv(context, &mut buffer));
            let length = length.await.unwrap();
            assert_eq!(&buffer[..length], word.as_bytes());
        }
        let more = poll_fn(|context| there.poll_recv(context, &mut buffer));
        assert_waits(more, "no further datagram was sent").await;
    });
}

#[test]
fn pitfall_16_a_udp_socket_that_outlives_its_runtime_returns_an_error() {
    let runtime = Runtime::new().unwrap();
    let (here, _there) = runtime.block_on(pair());
    runtime.block_on(assert_waits(here.recv(&mut [0]), "nothing was sent"));
    let waiting = thread::spawn(move || {
        watched("the error", || {
            wakeful::block_on(async { here.recv(&mut [0]).await })
        })
    });
    drop(runtime);
    let error = waiting.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
}

#[cfg(unix)]
#[test]
fn pitfall_22_a_datagram_to_a_missing_peer_gives_an_error_and_the_socket_survives() {
    run("the refusal", async {
        let (here, there) = pair().await;
        // The peer's socket is connected to another address, so its kernel rejects our
        // datagrams as if the port were free. Yet no other process can take the port.
        let (other, _) = pair().await;
        there.connect(other.local_addr().unwrap()).await.unwrap();
        here.send(b"anyone?").await.unwrap();
        let error = here.recv(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        // The socket still works: the peer comes back, and we receive from it.
        there.connect(here.local_addr().unwrap()).await.unwrap();
        assert_eq!(there.send(b"here").await.unwrap(), 4);
        let mut buffer = [0; 8];
        assert_eq!(here.recv(&mut buffer).await.unwrap(), 4);
    });
}

#[test]
fn each_datagram_goes_to_exactly_one_waiting_task() {
    run("two datagrams for two tasks", async {
        let (here, there) = pair().await;
        let there = Rc::new(there);
        let tasks = [(); 2].map(|()| {
            let there = Rc::clone(&there);
            spawn_local(async move {
                let mut buffer = [0; 8];
                let length = there.recv(&mut buffer).await.unwrap();
                buffer[..length].to_vec()
            })
        });
        settle().await;
        here.send(b"1").await.unwrap();
        here.send(b"2").await.unwrap();
        let mut received = Vec::new();
        for task in tasks {
            received.push(task.await.unwrap());
        }
        received.sort();
        assert_eq!(received, [b"1", b"2"]);
    });
}

#[test]
fn a_receive_that_is_dropped_loses_no_datagram() {
    run("the datagram", async {
        let (here, there) = pair().await;
        let mut buffer = [0; 8];
        assert_waits(there.recv(&mut buffer), "nothing was sent").await;
        here.send(b"kept").await.unwrap();
        settle_reactor().await;
        assert_eq!(there.peek(&mut buffer).await.unwrap(), 4);
        let (length, sender) = there.recv_from(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..length], b"kept");
        assert_eq!(sender, here.local_addr().unwrap());
        let error = there.try_recv(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    });
}

#[test]
fn send_to_resolves_a_name() {
    run("a datagram sent by name", async {
        let (here, there) = (
            UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        );
        let name = format!("127.0.0.1:{}", there.local_addr().unwrap().port());
        here.send_to(b"hello", name).await.unwrap();
        let mut buffer = [0; 8];
        assert_eq!(there.recv(&mut buffer).await.unwrap(), 5);
        // A datagram larger than UDP allows gives an error, and the socket still works.
        let address = there.local_addr().unwrap();
        assert!(here.send_to(&vec![0; 70_000], address).await.is_err());
        here.send_to(b"still", address).await.unwrap();
        assert_eq!(there.recv(&mut buffer).await.unwrap(), 5);
    });
}

#[cfg(unix)]
mod unix {
    use super::*;
    use wakeful::net::UnixDatagram;

    #[test]
    fn pitfall_14_a_sender_blocked_by_a_full_queue_is_woken_when_it_drains() {
        run("a thousand datagrams", async {
            let (here, there) = UnixDatagram::pair().unwrap();
            let sender = spawn_local(async move {
                for _ in 0..1000 {
                    here.send(&[7; 1024]).await.unwrap();
                }
            });
            // The sender blocks before we receive the first datagram.
            settle_reactor().await;
            assert!(!sender.is_finished());
            let mut buffer = [0; 2048];
            for _ in 0..1000 {
                assert_eq!(there.recv(&mut buffer).await.unwrap(), 1024);
            }
            sender.await.unwrap();
        });
    }

    #[test]
    fn pitfall_22_sending_to_a_closed_receiver_returns_an_error() {
        run("the error", async {
            let (here, there) = UnixDatagram::pair().unwrap();
            drop(there);
            let error = here.send(b"x").await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        });
    }

    #[test]
    fn sockets_with_a_path_send_and_answer() {
        run("question and answer", async {
            let folder = tempfile::tempdir().unwrap();
            let (one, two) = (folder.path().join("one"), folder.path().join("two"));
            let here = UnixDatagram::bind(&one).unwrap();
            let there = UnixDatagram::bind(&two).unwrap();
            here.send_to(b"question", &two).await.unwrap();
            let mut buffer = [0; 16];
            let (length, sender) = there.recv_from(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..length], b"question");
            let path = sender.as_pathname().unwrap();
            there.send_to(b"answer", path).await.unwrap();
            assert_eq!(here.recv(&mut buffer).await.unwrap(), 6);
            assert!(UnixDatagram::bind(&one).is_err(), "the path is taken");
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_name_is_an_address() {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
        run("a datagram", async {
            let name = format!("wakeful-datagram-{}", std::process::id());
            let address = SocketAddr::from_abstract_name(name).unwrap();
            let there = UnixDatagram::bind_addr(&address).unwrap();
            assert_eq!(
                there.local_addr().unwrap().as_abstract_name(),
                address.as_abstract_name()
            );
        });
    }
}
