//! Pitfalls 12 and 22 on real sockets, and behaviour of TCP alone.

use crate::support::{assert_waits, mute, run, settle, settle_reactor};
use futures_util::{AsyncReadExt, AsyncWriteExt, future::join};
use std::{
    io::{self, Read, Write},
    time::Duration,
};
use wakeful::{
    net::{TcpListener, TcpSocket, TcpStream},
    spawn_local,
};

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connect = TcpStream::connect(listener.local_addr().unwrap());
    let (here, there) = join(listener.accept(), connect).await;
    (here.unwrap().0, there.unwrap())
}

#[test]
fn pitfall_12_dropping_a_socket_deregisters_it_even_if_a_duplicate_stays_open() {
    run("sockets that share an open file", async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let duplicate = accepted.try_clone().unwrap();
        drop(TcpStream::from_std(accepted).unwrap());
        // A new socket reuses the slot in the reactor. It must not get the events
        // of the old file.
        let (fresh, _other_end) = pair().await;
        peer.write_all(b"for the duplicate").unwrap();
        let mut byte = [0];
        assert_waits((&mut &fresh).read(&mut byte), "no byte was sent to it").await;
        // The duplicate still has the bytes.
        let mut again = TcpStream::from_std(duplicate).unwrap();
        let mut text = [0; 17];
        again.read_exact(&mut text).await.unwrap();
        assert_eq!(&text, b"for the duplicate");
    });
}

#[test]
fn pitfall_12_a_slot_reused_within_a_batch_gets_no_event_of_the_old_socket() {
    run("sockets that are replaced in one batch", async {
        // One batch of events wakes both tasks. Each drops its socket and opens
        // another, which reuses a slot.
        for _ in 0..20 {
            let (mut a, mut b) = pair().await;
            let (mut c, mut d) = pair().await;
            let replace = |mut old: TcpStream| async move {
                let mut byte = [0];
                old.read_exact(&mut byte).await.unwrap();
                drop(old);
                let (new, _end) = pair().await;
                assert_waits((&mut &new).read(&mut byte), "no byte was sent to it").await;
            };
            b.write_all(b"x").await.unwrap();
            d.write_all(b"x").await.unwrap();
            a.flush().await.unwrap();
            c.flush().await.unwrap();
            join(replace(a), replace(c)).await;
        }
    });
}

#[test]
fn pitfall_22_reading_and_writing_a_reset_connection_returns_an_error() {
    run("the reset", async {
        let (mut here, there) = pair().await;
        // Closing with bytes unread resets the connection.
        here.write_all(b"unread").await.unwrap();
        there.readable().await.unwrap();
        (&there).write_all(b"x").await.unwrap();
        drop(there);
        let mut buffer = [0; 8];
        let error = loop {
            match here.read(&mut buffer).await {
                Ok(0) => panic!("a reset is not an orderly end"),
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let error = here.write_all(b"y").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    });
}

#[test]
fn pitfall_22_a_refused_connection_returns_the_error() {
    run("the refusal", async {
        let mute = mute();
        let address = mute.local_addr().unwrap();
        let error = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn several_tasks_may_accept_from_one_listener() {
    run("three connections for three tasks", async {
        let listener = std::rc::Rc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = listener.local_addr().unwrap();
        let tasks = [(); 3].map(|()| {
            let listener = std::rc::Rc::clone(&listener);
            spawn_local(async move { listener.accept().await.map(drop) })
        });
        settle().await;
        for _ in 0..3 {
            TcpStream::connect(address).await.unwrap();
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
}

#[test]
fn an_accept_that_is_dropped_loses_no_connection() {
    run("the connection", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        assert_waits(listener.accept(), "no client has connected").await;
        let mut client = std::net::TcpStream::connect(address).unwrap();
        settle_reactor().await;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"hi").await.unwrap();
        drop(stream);
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hi");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn pitfall_14_a_read_cut_short_by_urgent_data_does_not_hide_the_rest() {
    run("the bytes after the urgent byte", async {
        let (here, mut there) = pair().await;
        here.set_nodelay(true).unwrap();
        (&here).write_all(b"a").await.unwrap();
        socket2::SockRef::from(&here)
            .send_out_of_band(b"!")
            .unwrap();
        (&here).write_all(b"b").await.unwrap();
        settle_reactor().await;
        // A read ends before the urgent byte, even if more bytes follow.
        let mut all = Vec::new();
        let mut buffer = [0; 64];
        while all.len() < 2 {
            let count = there.read(&mut buffer).await.unwrap();
            all.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(all, b"ab");
    });
}

#[test]
fn poll_accept_waits_for_a_connection() {
    run("a connection", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let accept = || std::future::poll_fn(|context| listener.poll_accept(context));
        assert_waits(accept(), "no client has connected").await;
        let client = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (_, peer) = accept().await.unwrap();
        assert_eq!(peer, client.unwrap().local_addr().unwrap());
    });
}

#[test]
fn a_tcp_socket_takes_options_before_it_listens_or_connects() {
    run("a connection between sockets made by hand", async {
        let any = "127.0.0.1:0".parse().unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(any).unwrap();
        let listener = socket.listen(16).unwrap();
        let address = listener.local_addr().unwrap();

        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(any).unwrap();
        let from = socket.local_addr().unwrap();
        let (stream, accepted) = join(socket.connect(address), listener.accept()).await;
        assert_eq!(accepted.unwrap().1, from);
        let stream = stream.unwrap();
        stream.set_linger(Some(Duration::ZERO)).unwrap();
        assert_eq!(stream.linger().unwrap(), Some(Duration::ZERO));
        stream.set_ttl(9).unwrap();
        assert_eq!(stream.ttl().unwrap(), 9);

        let mute = mute();
        let address = mute.local_addr().unwrap();
        let refused = TcpSocket::new_v4().unwrap().connect(address).await;
        assert_eq!(
            refused.unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
    });
}
