//! The promises of `TcpListener` and `TcpStream`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use my_runtime::executor::Executor;
use my_runtime::net::{TcpListener, TcpStream};
use my_runtime::waker::block_on;

mod common;

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback works");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// A connection: our end, and a plain socket on the other side.
async fn pair() -> (TcpStream, std::net::TcpStream) {
    let (listener, address) = listen();
    let peer = std::net::TcpStream::connect(address).expect("it listens");
    peer.set_read_timeout(Some(Duration::from_secs(20))).expect("it is not zero");
    (listener.accept().await.expect("there are descriptors").0, peer)
}

/// Runs a test that would wait for ever if an event is lost. Then it fails instead.
fn soon(test: impl FnOnce() + Send + 'static) {
    let (ended, result) = mpsc::channel();
    thread::spawn(move || {
        test();
        ended.send(()).expect("the test waits");
    });
    let result = result.recv_timeout(Duration::from_secs(10));
    result.expect("the test has panicked, or waits for ever");
}

#[test]
fn a_listener_waits_for_a_connection() {
    soon(|| {
        let (listener, address) = listen();
        let client = thread::spawn(move || std::net::TcpStream::connect(address));
        let (stream, peer) = block_on(listener.accept()).expect("there are descriptors");
        let client = client.join().expect("no panic").expect("it listens");
        assert_eq!(
            peer,
            client.local_addr().expect("it is connected"),
            "the address of the peer"
        );
        assert_eq!(
            stream.peer_addr().expect("it is connected"),
            peer,
            "the address of the peer"
        );
    });
}

#[test]
fn two_tasks_talk_over_a_connection() {
    soon(|| {
        let executor = Executor::new();
        let (listener, address) = listen();
        let server = executor.spawner().spawn(async move {
            let (stream, _) = listener.accept().await?;
            let mut question = [0; 4];
            let len = stream.read(&mut question).await?;
            stream.write_all(&question[..len]).await
        });
        let echoed = executor.block_on(async move {
            let stream = TcpStream::connect(address).await?;
            stream.write_all(b"ping").await?;
            let mut echoed = Vec::new();
            let mut buffer = [0; 3];
            loop {
                match stream.read(&mut buffer).await? {
                    0 => return io::Result::Ok(echoed),
                    len => echoed.extend_from_slice(&buffer[..len]),
                }
            }
        });
        assert_eq!(echoed.expect("it is connected"), b"ping", "the bytes that came back");
        assert!(server.is_finished(), "the task of the server has not ended");
    });
}

#[test]
fn a_refused_connection_is_an_error() {
    soon(|| {
        let (listener, address) = listen();
        drop(listener);
        let error =
            block_on(TcpStream::connect(address)).err().expect("no server listens");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_large_write_is_sent_in_parts() {
    soon(|| {
        const LEN: usize = 8 << 20;
        let received = block_on(async {
            let (stream, mut peer) = pair().await;
            let reader = thread::spawn(move || {
                let mut all = Vec::new();
                peer.read_to_end(&mut all).map(|_| all)
            });
            let bytes: Vec<u8> = (0..LEN).map(|at| at.to_le_bytes()[0]).collect();
            stream.write_all(&bytes).await.expect("it is connected");
            drop(stream);
            let received = reader.join().expect("no panic").expect("it is connected");
            received == bytes
        });
        assert!(received, "some bytes are missing or twice there");
    });
}

#[test]
fn a_closed_direction_is_an_end_and_the_other_direction_works() {
    soon(|| {
        block_on(async {
            let (stream, mut peer) = pair().await;
            peer.write_all(b"x").expect("it is connected");
            peer.shutdown(Shutdown::Write).expect("it is connected");
            let mut buffer = [0; 8];
            assert_eq!(
                stream.read(&mut buffer).await.expect("it is connected"),
                1,
                "bytes that were read"
            );
            assert_eq!(
                stream.read(&mut buffer).await.expect("it is connected"),
                0,
                "bytes that were read at the end"
            );
            assert_eq!(
                stream.read(&mut buffer).await.expect("it is connected"),
                0,
                "bytes that were read after the end"
            );
            stream.write_all(b"bye").await.expect("the other direction is open");
            stream.close().expect("it is connected");
            let mut answer = Vec::new();
            peer.read_to_end(&mut answer).expect("it is connected");
            assert_eq!(answer, b"bye", "the bytes that the peer has received");
        });
    });
}

#[test]
fn a_dropped_accept_loses_no_connection() {
    soon(|| {
        let (listener, address) = listen();
        assert!(common::poll(pin!(listener.accept())).is_pending());
        let client = std::net::TcpStream::connect(address).expect("it listens");
        let (_, peer) = block_on(listener.accept()).expect("there are descriptors");
        assert_eq!(
            peer,
            client.local_addr().expect("it is connected"),
            "the address of the peer"
        );
    });
}

#[test]
fn two_tasks_use_the_two_directions() {
    soon(|| {
        let executor = Executor::new();
        let (listener, address) = listen();
        let mut peer = std::net::TcpStream::connect(address).expect("it listens");
        let (stream, _) = block_on(listener.accept()).expect("there are descriptors");
        let stream = Rc::new(stream);
        let (reading, writing) = (Rc::clone(&stream), stream);
        let reader = executor.spawner().spawn(async move {
            let mut byte = [0];
            reading.read(&mut byte).await.map(|_| byte)
        });
        let writer =
            executor.spawner().spawn(async move { writing.write_all(b"ready").await });
        let device = thread::spawn(move || {
            let mut heard = [0; 5];
            peer.read_exact(&mut heard)?;
            peer.write_all(b"!").map(|()| heard)
        });
        assert!(
            matches!(executor.block_on(writer), Ok(Ok(()))),
            "the task that writes has failed"
        );
        assert!(
            matches!(executor.block_on(reader), Ok(Ok([b'!']))),
            "the task that reads has not received one `!`"
        );
        assert_eq!(
            &device.join().expect("no panic").expect("it is connected"),
            b"ready",
            "the bytes that the peer has received"
        );
    });
}
