//! Each test holds one claim that the chapter makes. All sockets are on loopback.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use reactor::{Runtime, spawn};
use socket2::SockRef;
use sockets::{Line, TcpListener, TcpStream, run, serve};
use waiting::{End, Message};

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

fn block_on<T>(future: impl Future<Output = T>) -> T {
    Runtime::new().expect("there are descriptors").block_on(future)
}

fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

/// Sends a reading of one litre, and returns the total that the server answers.
fn round_trip(meter: &mut std::net::TcpStream) -> io::Result<Option<Message>> {
    meter.write_all(&bytes(Message::Reading(1)))?;
    answer(meter)
}

fn answer(meter: &mut std::net::TcpStream) -> io::Result<Option<Message>> {
    let mut answer = [0; 6];
    meter.read_exact(&mut answer)?;
    Ok(Message::decode(answer[0], &answer[2..]).ok())
}

#[test]
fn two_tasks_of_one_runtime_talk_over_a_connection() {
    block_on(async {
        let (listener, address) = listen();
        let server = spawn(async move {
            let (mut stream, peer) = listener.accept().await?;
            let mut question = [0; 4];
            stream.read_exact(&mut question).await?;
            stream.write_all(b"pong").await?;
            io::Result::Ok((question, peer))
        });
        let mut client = TcpStream::connect(address).await.expect("it listens");
        client.write_all(b"ping").await.expect("it is connected");
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.expect("it is connected");
        let (question, peer) = server.await.expect("no panic").expect("no error");
        assert_eq!((&question, &*answer), (b"ping", &b"pong"[..]));
        assert_eq!(peer, client.local_addr().expect("it is connected"));
        assert_eq!(client.peer_addr().expect("it is connected"), address);
    });
}

#[test]
fn a_refused_connection_is_an_error() {
    block_on(async {
        let (listener, address) = listen();
        drop(listener);
        let error = TcpStream::connect(address).await.err().expect("no server listens");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_large_write_continues_when_the_peer_has_read() {
    const LEN: usize = 8 << 20;
    block_on(async {
        let (mut stream, mut peer) = pair().await;
        let writer = spawn(async move { stream.write_all(&vec![7; LEN]).await });
        let reader = thread::spawn(move || {
            let mut all = Vec::new();
            peer.read_to_end(&mut all).map(|_| all)
        });
        assert!(matches!(writer.await, Ok(Ok(()))));
        let all = reader.join().expect("no panic").expect("it is connected");
        assert!(all.len() == LEN && all.iter().all(|&byte| byte == 7));
    });
}

#[test]
fn a_meter_that_has_closed_its_direction_still_gets_its_answers() {
    block_on(async {
        let (stream, mut meter) = pair().await;
        for litres in [2, 3] {
            meter.write_all(&bytes(Message::Reading(litres))).expect("it is connected");
        }
        meter.shutdown(Shutdown::Write).expect("it is connected");
        let mut line = Line::new(stream).expect("it is connected");
        assert!(matches!(serve(&mut line).await, Err(End::Closed)));
        for total in [2, 5] {
            let answer = answer(&mut meter).expect("it is connected");
            assert_eq!(answer, Some(Message::Total(total)));
        }
    });
}

#[test]
fn close_ends_only_our_direction() {
    block_on(async {
        let (mut stream, mut peer) = pair().await;
        stream.close().await.expect("it is connected");
        assert_eq!(peer.read(&mut [0]).expect("it is connected"), 0);
        peer.write_all(b"x").expect("it is connected");
        assert_eq!(stream.read(&mut [0]).await.expect("it is connected"), 1);
        drop(peer);
        assert_eq!(stream.read(&mut [0]).await.expect("it is connected"), 0);
        stream.close().await.expect("the second close does no harm");
    });
}

#[test]
fn two_tasks_share_a_stream() {
    block_on(async {
        let (stream, mut peer) = pair().await;
        let stream = Rc::new(stream);
        let (reading, writing) = (Rc::clone(&stream), stream);
        let reader = spawn(async move {
            let mut bytes = [0; 5];
            (&*reading).read_exact(&mut bytes).await.map(|()| bytes)
        });
        let writer = spawn(async move { (&*writing).write_all(b"ready").await });
        assert!(matches!(writer.await, Ok(Ok(()))));
        let mut heard = [0; 5];
        peer.read_exact(&mut heard).expect("it is connected");
        peer.write_all(&heard).expect("it is connected");
        assert!(matches!(reader.await, Ok(Ok(bytes)) if bytes == *b"ready"));
    });
}

#[test]
fn a_dropped_accept_loses_no_connection() {
    block_on(async {
        let (listener, address) = listen();
        {
            let accept = pin!(listener.accept());
            let cx = &mut Context::from_waker(Waker::noop());
            assert!(accept.poll(cx).is_pending());
        }
        let client = TcpStream::connect(address).await.expect("it listens");
        let (_, peer) = listener.accept().await.expect("there are descriptors");
        assert_eq!(peer, client.local_addr().expect("it is connected"));
    });
}

#[test]
fn a_connection_that_was_reset_in_the_queue_does_not_stop_the_listener() {
    block_on(async {
        let (listener, address) = listen();
        let gone = std::net::TcpStream::connect(address).expect("it listens");
        let gone = socket2::Socket::from(gone);
        // Its end is sent as a reset.
        gone.set_linger(Some(Duration::ZERO)).expect("the system allows it");
        drop(gone);
        spawn(async move { run(&listener).await });
        let device = thread::spawn(move || {
            let mut meter = std::net::TcpStream::connect(address)?;
            round_trip(&mut meter)
        });
        wait_for(&device).await;
        let answer = device.join().expect("no panic").expect("it is connected");
        assert_eq!(answer, Some(Message::Total(1)));
    });
}

/// Waits for the end of a thread, without stopping the other tasks.
async fn wait_for<T>(thread: &thread::JoinHandle<T>) {
    while !thread.is_finished() {
        sockets::pause(Duration::from_millis(1)).await;
    }
}

#[test]
fn the_server_ends_a_conversation_for_the_reasons_of_chapter_01() {
    let ends = |sent: Vec<u8>| {
        block_on(async move {
            let (stream, mut meter) = pair().await;
            meter.write_all(&sent).expect("it is connected");
            meter.shutdown(Shutdown::Write).expect("it is connected");
            serve(&mut Line::new(stream).expect("it is connected")).await
        })
    };
    assert!(matches!(ends(vec![]), Err(End::Closed)));
    assert!(matches!(ends(vec![1, 4, 0]), Err(End::Closed)), "half a message");
    assert!(matches!(ends(vec![1, 5]), Err(End::Corrupt)), "too long");
    assert!(matches!(ends(vec![9, 0]), Err(End::Corrupt)), "no such kind");
    let unexpected = ends(bytes(Message::Ping));
    assert!(matches!(unexpected, Err(End::Unexpected(Message::Ping))));
    let mut pong = bytes(Message::Pong);
    pong.extend([1]);
    assert!(matches!(ends(pong), Err(End::Closed)), "a pong is no reason");
}

#[test]
fn a_meter_that_does_not_read_stops_only_its_own_task() {
    block_on(async {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.expect("loopback works");
        let address = listener.local_addr().expect("it is bound");
        // Small buffers are full sooner. Accepted sockets have the same ones.
        let sizes = SockRef::from(&listener);
        sizes.set_send_buffer_size(4096).expect("the system allows it");
        sizes.set_recv_buffer_size(4096).expect("the system allows it");
        let listener = TcpListener::from_std(listener).expect("there are descriptors");
        spawn(async move { run(&listener).await });
        let device = thread::spawn(move || {
            let mut silent = std::net::TcpStream::connect(address)?;
            SockRef::from(&silent).set_send_buffer_size(4096)?;
            // A write that waits longer than this stands still.
            silent.set_write_timeout(Some(Duration::from_millis(300)))?;
            let (block, mut sent) = (bytes(Message::Reading(1)).repeat(1000), 0);
            while let Ok(len) = silent.write(&block[sent % block.len()..]) {
                sent += len;
            }
            let total = round_trip(&mut std::net::TcpStream::connect(address)?)?;
            // All answers were kept: read as many as there are complete readings.
            let mut answers = vec![0; sent / 6 * 6];
            silent.read_exact(&mut answers)?;
            let last = &answers[answers.len() - 6..];
            io::Result::Ok((total, sent / 6, Message::decode(last[0], &last[2..]).ok()))
        });
        wait_for(&device).await;
        let (other, readings, last) =
            device.join().expect("no panic").expect("it is connected");
        assert_eq!(other, Some(Message::Total(1)));
        let readings = u32::try_from(readings).expect("the buffers are not that large");
        assert_eq!(last, Some(Message::Total(readings)));
    });
}

#[test]
fn a_pause_lets_other_tasks_run() {
    block_on(async {
        let log = Rc::new(RefCell::new(Vec::new()));
        let noted = Rc::clone(&log);
        let pausing = spawn(async move {
            sockets::pause(Duration::from_millis(20)).await;
            noted.borrow_mut().push("after the pause");
        });
        let noted = Rc::clone(&log);
        drop(spawn(async move { noted.borrow_mut().push("beside it") }));
        pausing.await.expect("no panic");
        assert_eq!(*log.borrow(), ["beside it", "after the pause"]);
    });
}
