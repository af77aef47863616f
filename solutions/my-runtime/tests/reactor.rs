//! The promises of `Reactor` and `Registered`.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use my_runtime::executor::Executor;
use my_runtime::reactor::{Direction, Reactor, Registered};
use my_runtime::waker::block_on;

mod common;

use common::foreign;

/// A wait that must end at once. If it does not, the test fails instead of hanging.
const SOON: Option<Duration> = Some(Duration::from_secs(2));

type Socket = Registered<mio::net::TcpStream>;

/// A connection. Our end is registered with `reactor`.
fn connection(reactor: &Reactor) -> (TcpStream, Socket) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it binds");
    let address = listener.local_addr().expect("it has an address");
    let meter = TcpStream::connect(address).expect("it connects");
    let (stream, _) = listener.accept().expect("it accepts");
    stream.set_nonblocking(true).expect("the system allows it");
    let io = mio::net::TcpStream::from_std(stream);
    (meter, reactor.register(io).expect("it registers"))
}

/// Counts its wakes.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Count {
    fn get(&self) -> u32 {
        self.0.load(SeqCst)
    }
}

/// Polls once, to read up to four bytes.
fn poll_read(socket: &Socket, waker: &Waker) -> Poll<io::Result<usize>> {
    let cx = &mut Context::from_waker(waker);
    socket.poll_io(cx, Direction::Read, |mut io| io.read(&mut [0; 4]))
}

/// Turns the reactor until the socket has something to read. Returns the result.
fn read(reactor: &Reactor, socket: &Socket) -> io::Result<usize> {
    for _ in 0..10 {
        if let Poll::Ready(result) = poll_read(socket, Waker::noop()) {
            return result;
        }
        reactor.turn(SOON).expect("the selector works");
    }
    panic!("no event came for these bytes");
}

/// Waits until the bytes of the meter are in the kernel.
fn arrived(socket: &Socket) {
    while socket.get_ref().peek(&mut [0]).is_err() {
        thread::yield_now();
    }
}

/// Turns the reactor until it has woken the task of `count`.
fn turn_until_woken(reactor: &Reactor, count: &Count) {
    let before = count.get();
    for _ in 0..10 {
        reactor.turn(SOON).expect("the selector works");
        if count.get() > before {
            return;
        }
    }
    panic!("no event has woken the task");
}

/// Whether this test ends within this many seconds. A test that hangs does not.
fn ends(seconds: u64, test: impl FnOnce() + Send + 'static) -> bool {
    let (ended, result) = mpsc::channel();
    thread::spawn(move || {
        test();
        ended.send(())
    });
    match result.recv_timeout(Duration::from_secs(seconds)) {
        Ok(()) => true,
        Err(mpsc::RecvTimeoutError::Timeout) => false,
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the test has panicked"),
    }
}

/// Runs a test that would wait for ever if an event is lost.
fn soon(test: impl FnOnce() + Send + 'static) {
    assert!(ends(10, test), "an event was lost: the test still waits for it");
}

#[test]
fn an_event_wakes_the_task_that_waits_for_it() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    let count = Arc::new(Count::default());
    assert!(poll_read(&socket, &Waker::from(Arc::clone(&count))).is_pending());
    meter.write_all(b"1234").expect("it is connected");
    turn_until_woken(&reactor, &count);
    assert_eq!(count.get(), 1, "one event causes one wake");
    assert!(matches!(poll_read(&socket, Waker::noop()), Poll::Ready(Ok(4))));
}

#[test]
fn an_event_before_the_poll_is_remembered() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    meter.write_all(b"12").expect("it is connected");
    arrived(&socket);
    reactor.turn(SOON).expect("the selector works");
    assert!(matches!(poll_read(&socket, Waker::noop()), Poll::Ready(Ok(2))));
}

#[test]
fn bytes_that_are_left_need_no_new_event() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    meter.write_all(b"0123456789").expect("it is connected");
    assert_eq!(
        read(&reactor, &socket).expect("it is connected"),
        4,
        "bytes of the first read"
    );
    assert!(matches!(poll_read(&socket, Waker::noop()), Poll::Ready(Ok(4))));
    assert!(matches!(poll_read(&socket, Waker::noop()), Poll::Ready(Ok(2))));
    assert!(poll_read(&socket, Waker::noop()).is_pending());
}

#[test]
fn an_event_between_would_block_and_the_clearing_is_not_lost() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    meter.write_all(b"1").expect("it is connected");
    assert_eq!(
        read(&reactor, &socket).expect("it is connected"),
        1,
        "bytes of the first read"
    );
    let mut tries = 0;
    let cx = &mut Context::from_waker(Waker::noop());
    let polled = socket.poll_io(cx, Direction::Read, |mut io| {
        tries += 1;
        let result = io.read(&mut [0; 4]);
        if tries == 1 {
            // At this moment the other thread notes the event of the next byte.
            meter.write_all(b"2")?;
            reactor.turn(SOON)?;
        }
        result
    });
    assert!(matches!(polled, Poll::Ready(Ok(1))), "it would wait for ever: {polled:?}");
}

#[test]
fn an_old_event_reaches_no_new_socket() {
    /// Closes one socket, and opens another in its place.
    struct Replace(Reactor, Mutex<Option<Socket>>, Mutex<Vec<Socket>>, Arc<Count>);
    impl Wake for Replace {
        fn wake(self: Arc<Self>) {
            let old = self.1.lock().expect("no panic").take();
            drop(old);
            let (meter, socket) = connection(&self.0);
            let waker = Waker::from(Arc::clone(&self.3));
            assert!(poll_read(&socket, &waker).is_pending());
            // The peer stays open, so the new socket has nothing to read.
            std::mem::forget(meter);
            self.2.lock().expect("no panic").push(socket);
        }
    }
    let reactor = Reactor::new().expect("there are descriptors");
    let ((mut roof, first), (mut garden, second)) =
        (connection(&reactor), connection(&reactor));
    // The first events say that the sockets can be written to.
    reactor.turn(SOON).expect("the selector works");
    let count = Arc::new(Count::default());
    let replace = Arc::new(Replace(
        reactor.clone(),
        Mutex::new(Some(second)),
        Mutex::default(),
        Arc::clone(&count),
    ));
    assert!(poll_read(&first, &Waker::from(Arc::clone(&replace))).is_pending());
    roof.write_all(b"x").expect("it is connected");
    arrived(&first);
    garden.write_all(b"x").expect("it is connected");
    if let Some(second) = &*replace.1.lock().expect("no panic") {
        arrived(second);
    }
    reactor.turn(SOON).expect("the selector works");
    assert!(!replace.2.lock().expect("no panic").is_empty(), "no socket was replaced");
    assert_eq!(count.get(), 0, "an event of the old socket woke the new one");
}

#[test]
fn the_two_directions_have_their_own_tasks() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    // The first event says that the socket can be written to.
    reactor.turn(SOON).expect("the selector works");
    let [reader, writer] = [(); 2].map(|()| Arc::new(Count::default()));
    assert!(poll_read(&socket, &Waker::from(Arc::clone(&reader))).is_pending());
    let (mut io, mut sent) = (socket.get_ref(), 0);
    while let Ok(len) = io.write(&[0; 4096]) {
        sent += len;
    }
    let waker = Waker::from(Arc::clone(&writer));
    let cx = &mut Context::from_waker(&waker);
    // Only the operation finds out that the buffer is full.
    let full = socket.poll_io(cx, Direction::Write, |mut io| io.write(b"x"));
    assert!(full.is_pending());
    meter.write_all(b"y").expect("it is connected");
    turn_until_woken(&reactor, &reader);
    assert_eq!((reader.get(), writer.get()), (1, 0), "a byte has arrived");
    meter.read_exact(&mut vec![0; sent]).expect("it is connected");
    turn_until_woken(&reactor, &writer);
    assert_eq!((reader.get(), writer.get()), (1, 1), "there is room again");
}

#[test]
fn an_event_of_one_direction_wakes_no_task_of_the_other() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    let count = Arc::new(Count::default());
    assert!(poll_read(&socket, &Waker::from(Arc::clone(&count))).is_pending());
    // The first event says that the socket can be written to.
    reactor.turn(SOON).expect("the selector works");
    assert_eq!(count.get(), 0, "an event for the writer has woken the reader");
    meter.write_all(b"x").expect("it is connected");
    turn_until_woken(&reactor, &count);
    assert_eq!(count.get(), 1, "the wakes of the reader");
}

#[test]
fn an_interrupted_operation_is_tried_again() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (_meter, socket) = connection(&reactor);
    // The first event says that the socket can be written to.
    reactor.turn(SOON).expect("the selector works");
    let mut tries = 0;
    let cx = &mut Context::from_waker(Waker::noop());
    let polled = socket.poll_io(cx, Direction::Write, |_| {
        tries += 1;
        if tries == 1 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(tries) }
    });
    let again = matches!(polled, Poll::Ready(Ok(2)));
    assert!(again, "a signal has interrupted the first try: {polled:?}");
}

/// A socket, and a waker that polls another one. Under the lock, it would wait for ever.
fn foreign_waker(reactor: &Reactor) -> (TcpStream, Socket, Waker) {
    let ((meter, socket), (_, other)) = (connection(reactor), connection(reactor));
    let other: &'static Socket = Box::leak(Box::new(other));
    let waker = foreign::waker(|| drop(poll_read(other, Waker::noop())));
    (meter, socket, waker)
}

#[test]
fn a_waker_may_use_the_reactor_when_it_is_cloned_or_replaced() {
    let ended = ends(3, || {
        let reactor = Reactor::new().expect("there are descriptors");
        let (_meter, socket, waker) = foreign_waker(&reactor);
        for _ in 0..2 {
            assert!(poll_read(&socket, &waker).is_pending());
        }
    });
    assert!(ended, "the code of a waker waits for the lock that `poll_io` has");
}

#[test]
fn a_waker_may_use_the_reactor_when_it_is_woken() {
    let ended = ends(3, || {
        let reactor = Reactor::new().expect("there are descriptors");
        let (mut meter, socket, waker) = foreign_waker(&reactor);
        assert!(poll_read(&socket, &waker).is_pending());
        meter.write_all(b"x").expect("it is connected");
        arrived(&socket);
        reactor.turn(SOON).expect("the selector works");
    });
    assert!(ended, "the code of a waker waits for the lock that `turn` has");
}

#[test]
fn the_waker_of_the_latest_poll_is_woken() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meter, socket) = connection(&reactor);
    let counts = [(); 2].map(|()| Arc::new(Count::default()));
    for count in &counts {
        assert!(poll_read(&socket, &Waker::from(Arc::clone(count))).is_pending());
    }
    meter.write_all(b"x").expect("it is connected");
    turn_until_woken(&reactor, &counts[1]);
    let wakes = counts.map(|count| count.get());
    assert_eq!(wakes, [0, 1], "the wakes of the first and of the latest waker");
}

#[test]
fn a_waker_that_panics_loses_no_other_event() {
    struct Bad;
    impl Wake for Bad {
        fn wake(self: Arc<Self>) {
            panic!("this panic is part of the test");
        }
    }
    let reactor = Reactor::new().expect("there are descriptors");
    let (mut meters, sockets): (Vec<_>, Vec<_>) =
        (0..3).map(|_| connection(&reactor)).unzip();
    // The first events say that the sockets can be written to.
    reactor.turn(SOON).expect("the selector works");
    let (bad, count) = (Waker::from(Arc::new(Bad)), Arc::new(Count::default()));
    let good = Waker::from(Arc::clone(&count));
    // One of the bad wakers comes before the good one, in any order of the events.
    for (socket, waker) in sockets.iter().zip([&bad, &good, &bad]) {
        assert!(poll_read(socket, waker).is_pending());
    }
    for (meter, socket) in meters.iter_mut().zip(&sockets) {
        meter.write_all(b"x").expect("it is connected");
        arrived(socket);
    }
    reactor.turn(SOON).expect("the selector works");
    assert_eq!(count.get(), 1, "the waker that does not panic was not woken");
    let read = |socket| matches!(poll_read(socket, Waker::noop()), Poll::Ready(Ok(1)));
    assert!(sockets.iter().all(read), "an event was lost");
}

#[test]
fn a_dropped_socket_drops_its_waker() {
    let reactor = Reactor::new().expect("there are descriptors");
    let count = Arc::new(Count::default());
    let (_meter, socket) = connection(&reactor);
    assert!(poll_read(&socket, &Waker::from(Arc::clone(&count))).is_pending());
    assert_eq!(
        Arc::strong_count(&count),
        2,
        "references to the waker: that of the test and that of the reactor"
    );
    drop(socket);
    assert_eq!(
        Arc::strong_count(&count),
        1,
        "references to the waker after the drop of the socket"
    );
}

#[test]
fn tasks_of_your_executor_wait_for_sockets() {
    soon(|| {
        let reactor = Reactor::global();
        let executor = Executor::new();
        let (meters, sockets): (Vec<_>, Vec<_>) =
            (0..20).map(|_| connection(reactor)).unzip();
        let device = thread::spawn(move || {
            for (number, mut meter) in (0..).zip(meters) {
                meter.write_all(&[number]).expect("it is connected");
            }
        });
        let spawner = executor.spawner();
        let tasks: Vec<_> = sockets
            .into_iter()
            .map(|socket| {
                spawner.spawn(async move {
                    let mut byte = [0];
                    socket.io(Direction::Read, |mut io| io.read(&mut byte)).await?;
                    io::Result::Ok(u32::from(byte[0]))
                })
            })
            .collect();
        let sum = executor.block_on(async move {
            let mut sum = 0;
            for task in tasks {
                sum += task.await.expect("no panic").expect("it is connected");
            }
            sum
        });
        assert_eq!(sum, 190, "the sum of the bytes 0 to 19");
        device.join().expect("no panic");
    });
}

#[test]
fn your_block_on_waits_for_a_socket_that_two_futures_share() {
    soon(|| {
        let (mut meter, socket) = connection(Reactor::global());
        let socket = Rc::new(socket);
        let device = thread::spawn(move || {
            let mut bytes = [0; 4];
            meter.read_exact(&mut bytes)?;
            meter.write_all(&bytes)
        });
        let answer = block_on(async {
            let mut answer = [0; 4];
            socket.io(Direction::Write, |mut io| io.write(b"ping")).await?;
            socket.io(Direction::Read, |mut io| io.read(&mut answer)).await?;
            io::Result::Ok(answer)
        });
        assert_eq!(
            &answer.expect("it is connected"),
            b"ping",
            "the bytes that came back"
        );
        device.join().expect("no panic").expect("it is connected");
    });
}
