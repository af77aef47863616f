//! The promises of `copy` and `forward`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use futures_util::AsyncWrite;
use reactor::Runtime;
use sockets::{TcpListener, TcpStream};
use sockets_exercises::forward::{copy, forward};

type Peer = std::net::TcpStream;

async fn pair() -> io::Result<(TcpStream, Peer)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let peer = Peer::connect(listener.local_addr()?)?;
    // A test that would wait for ever fails instead.
    peer.set_read_timeout(Some(Duration::from_secs(3)))?;
    Ok((listener.accept().await?.0, peer))
}

/// Runs `forward` between two peers, each of which is a thread.
fn between<C: Send + 'static, S: Send + 'static>(
    client: impl FnOnce(Peer) -> io::Result<C> + Send + 'static,
    server: impl FnOnce(Peer) -> io::Result<S> + Send + 'static,
) -> (io::Result<(u64, u64)>, C, S) {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let (near, client_end) = pair().await.expect("there are descriptors");
        let (far, server_end) = pair().await.expect("there are descriptors");
        let client = thread::spawn(move || client(client_end));
        let server = thread::spawn(move || server(server_end));
        let copied = forward(near, far).await;
        let client = client.join().expect("no panic").expect("the client was served");
        let server = server.join().expect("no panic").expect("the server was reached");
        (copied, client, server)
    })
}

#[test]
fn bytes_pass_in_both_directions() {
    let (copied, heard, asked) = between(
        |mut client| {
            client.write_all(b"question")?;
            let mut answer = [0; 6];
            client.read_exact(&mut answer).map(|()| answer)
        },
        |mut server| {
            let mut question = [0; 8];
            server.read_exact(&mut question)?;
            server.write_all(b"answer").map(|()| question)
        },
    );
    assert_eq!(
        (&heard, &asked),
        (b"answer", b"question"),
        "what the client and the server have received"
    );
    assert_eq!(copied.expect("both have closed"), (8, 6), "the numbers of bytes");
}

/// A stream that takes one byte of each write.
#[derive(Default)]
struct Narrow {
    taken: Vec<u8>,
    closed: bool,
}

impl AsyncWrite for Narrow {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.taken.extend(bytes.first());
        Poll::Ready(Ok(bytes.len().min(1)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.closed = true;
        Poll::Ready(Ok(()))
    }
}

#[test]
fn a_write_that_takes_one_byte_loses_no_byte() {
    let runtime = Runtime::new().expect("there are descriptors");
    let mut narrow = Narrow::default();
    let copied = runtime.block_on(copy(&b"all that I have"[..], &mut narrow));
    assert_eq!(String::from_utf8_lossy(&narrow.taken), "all that I have");
    assert_eq!(copied.expect("no write fails"), 15, "the number of bytes");
    assert!(narrow.closed, "the peer must see the end");
}

#[test]
fn an_error_of_one_direction_ends_both() {
    let (copied, waited_in_vain, ()) = between(
        |mut client| {
            client.write_all(b"question")?;
            // The client keeps its own direction open, and waits for an end or a reset.
            let kind = client.read(&mut [0]).map_err(|error| error.kind());
            Ok(matches!(kind, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)))
        },
        |server| {
            // A close with unread bytes resets the connection.
            while server.peek(&mut [0; 8])? < 8 {
                thread::yield_now();
            }
            Ok(())
        },
    );
    let error = copied.expect_err("the server has reset its connection");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(!waited_in_vain, "the direction of the client is still open");
}

#[test]
fn a_client_that_closes_its_direction_still_gets_the_answer() {
    let (copied, heard, asked) = between(
        |mut client| {
            client.write_all(b"all that I have")?;
            client.shutdown(Shutdown::Write)?;
            let mut answer = String::new();
            client.read_to_string(&mut answer).map(|_| answer)
        },
        |mut server| {
            // The server answers only after the end of the question.
            let mut question = String::new();
            server.read_to_string(&mut question)?;
            server.write_all(b"thank you").map(|()| question)
        },
    );
    assert_eq!((&*heard, &*asked), ("thank you", "all that I have"));
    assert_eq!(copied.expect("both have closed"), (15, 9), "the numbers of bytes");
}

#[test]
fn each_byte_arrives_once_and_in_order() {
    const LEN: usize = 300_000;
    let bytes = || (0..LEN).map(|at| at.to_le_bytes()[0]).collect::<Vec<u8>>();
    let (copied, heard, ()) = between(
        |mut client| {
            let mut all = Vec::new();
            client.read_to_end(&mut all).map(|_| all)
        },
        move |mut server| {
            for part in bytes().chunks(1000) {
                server.write_all(part)?;
            }
            server.shutdown(Shutdown::Write)
        },
    );
    assert!(heard == bytes(), "the bytes have changed on their way");
    let copied = copied.expect("both have closed");
    assert_eq!(copied, (0, LEN as u64), "the numbers of bytes");
}

#[test]
fn both_directions_flow_at_the_same_time() {
    const LEN: usize = 8 << 20;
    let send_and_receive = |mut peer: Peer| {
        let mut writer = peer.try_clone()?;
        let sender = thread::spawn(move || {
            writer.write_all(&vec![7; LEN])?;
            writer.shutdown(Shutdown::Write)
        });
        let mut all = Vec::new();
        peer.read_to_end(&mut all)?;
        sender.join().expect("no panic")?;
        io::Result::Ok(all.len())
    };
    let (copied, heard, asked) = between(send_and_receive, send_and_receive);
    assert_eq!((heard, asked), (LEN, LEN), "the bytes that each peer has received");
    let copied = copied.expect("both have closed");
    assert_eq!(copied, (LEN as u64, LEN as u64), "the numbers of bytes");
}
