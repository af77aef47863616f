//! Each test holds one claim that the chapter makes. All sockets are on loopback.
#![cfg(not(feature = "loom"))]

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use reactor::{Direction, Reactor, Registered, Runtime, Sleep, mio, spawn};

/// A wait that must end at once. If it does not, the test fails instead of hanging.
const SOON: Option<Duration> = Some(Duration::from_secs(20));

type Socket = Registered<mio::net::TcpStream>;

/// Two ends of one connection: a plain socket, and a non-blocking one.
fn pair() -> (TcpStream, mio::net::TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it binds");
    let address = listener.local_addr().expect("it has an address");
    let meter = TcpStream::connect(address).expect("it connects");
    let (stream, _) = listener.accept().expect("it accepts");
    stream.set_nonblocking(true).expect("the system allows it");
    (meter, mio::net::TcpStream::from_std(stream))
}

fn registered() -> (TcpStream, Socket) {
    let (meter, stream) = pair();
    (meter, Registered::new(stream).expect("it registers"))
}

async fn read(socket: &Socket, bytes: &mut [u8]) -> io::Result<usize> {
    socket.io(Direction::Read, |mut io| io.read(bytes)).await
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

/// Polls once for one byte.
fn poll_byte(socket: &Socket, waker: &Waker) -> Poll<io::Result<u8>> {
    let mut byte = [0];
    let read =
        socket.poll_io(&mut Context::from_waker(waker), Direction::Read, |mut io| {
            io.read(&mut byte)
        });
    read.map_ok(|_| byte[0])
}

/// Fills the buffers of a connection, so that the socket takes no more bytes. Returns how
/// many bytes it has taken.
fn fill(socket: &Socket) -> usize {
    let (mut io, mut sent) = (socket.get_ref(), 0);
    loop {
        match io.write(&[0; 4096]) {
            Ok(len) => sent += len,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return sent,
            Err(error) => panic!("cannot write: {error}"),
        }
    }
}

#[test]
fn a_task_is_polled_again_only_after_its_socket_has_news() {
    let runtime = Runtime::new().expect("there are descriptors");
    let polls = runtime.block_on(async {
        let (mut meter, socket) = registered();
        let device = thread::spawn(move || meter.write_all(b"x").map(|()| meter));
        let (mut polls, mut byte) = (0, [0]);
        let read = poll_fn(|cx| {
            polls += 1;
            socket.poll_io(cx, Direction::Read, |mut io| io.read(&mut byte))
        });
        assert_eq!(read.await.expect("it is connected"), 1);
        drop(device.join());
        polls
    });
    // The first event of a new socket says that it is ready to write, and wakes no reader.
    assert!(polls <= 2, "{polls} polls");
}

#[test]
fn an_event_that_comes_before_the_poll_is_not_lost() {
    let reactor = Reactor::new().expect("there are descriptors");
    let _entered = reactor.enter();
    let (mut meter, socket) = registered();
    meter.write_all(b"x").expect("it is connected");
    let count = Arc::new(Count::default());
    while poll_byte(&socket, Waker::noop()).is_pending() {
        let waker = Waker::from(Arc::clone(&count));
        if poll_byte(&socket, &waker).is_ready() {
            return;
        }
        reactor.turn(SOON).expect("the selector works");
    }
}

#[test]
fn a_wake_that_changes_the_sources_sends_no_old_event_to_a_new_socket() {
    /// Closes one socket, and opens another in its place.
    struct Replace(Mutex<Option<Socket>>, Mutex<Option<Socket>>, Arc<Count>);
    impl Wake for Replace {
        fn wake(self: Arc<Self>) {
            let old = self.0.lock().expect("no panic").take();
            drop(old);
            let (meter, socket) = registered();
            let waker = Waker::from(Arc::clone(&self.2));
            assert!(poll_byte(&socket, &waker).is_pending());
            // The peer stays open, so the new socket has no event to read.
            std::mem::forget(meter);
            *self.1.lock().expect("no panic") = Some(socket);
        }
    }
    let reactor = Reactor::new().expect("there are descriptors");
    let _entered = reactor.enter();
    let ((mut roof, first), (mut garden, second)) = (registered(), registered());
    while reactor.turn(Some(Duration::ZERO)).is_ok() {
        // The first events say that both can be written to.
        if writable(&first) && writable(&second) {
            break;
        }
    }
    let count = Arc::new(Count::default());
    let replace =
        Arc::new(Replace(Mutex::new(Some(second)), Mutex::new(None), Arc::clone(&count)));
    assert!(poll_byte(&first, &Waker::from(Arc::clone(&replace))).is_pending());
    roof.write_all(b"x").expect("it is connected");
    arrived(&first);
    garden.write_all(b"x").expect("it is connected");
    if let Some(second) = &*replace.0.lock().expect("no panic") {
        arrived(second);
    }
    reactor.turn(SOON).expect("the selector works");
    assert_eq!(count.get(), 0, "the new socket was woken by an event of the old one");
}

/// Waits until the bytes of the meter are in the kernel.
fn arrived(socket: &Socket) {
    while socket.get_ref().peek(&mut [0]).is_err() {
        thread::yield_now();
    }
}

fn writable(socket: &Socket) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    socket.poll_io(&mut cx, Direction::Write, |_| Ok(())).is_ready()
}

#[test]
fn an_interrupted_operation_is_tried_again() {
    let reactor = Reactor::new().expect("there are descriptors");
    let _entered = reactor.enter();
    let (_meter, socket) = registered();
    while !writable(&socket) {
        reactor.turn(SOON).expect("the selector works");
    }
    let (mut cx, mut tries) = (Context::from_waker(Waker::noop()), 0);
    let polled = socket.poll_io(&mut cx, Direction::Write, |_| {
        tries += 1;
        if tries == 1 { Err(ErrorKind::Interrupted.into()) } else { Ok(tries) }
    });
    let again = matches!(polled, Poll::Ready(Ok(2)));
    assert!(again, "a signal has interrupted the first try: {polled:?}");
}

#[test]
fn bytes_that_are_left_are_read_without_a_new_event() {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let (mut meter, socket) = registered();
        meter.write_all(b"0123456789").expect("it is connected");
        let (mut all, mut part) = (Vec::<u8>::new(), [0; 4]);
        while all.len() < 10 {
            let len = read(&socket, &mut part).await.expect("it is connected");
            all.extend(&part[..len]);
        }
        assert_eq!(all, b"0123456789");
    });
}

#[test]
fn an_event_during_the_operation_is_not_cleared() {
    let reactor = Reactor::new().expect("there are descriptors");
    let _entered = reactor.enter();
    let (mut meter, socket) = registered();
    meter.write_all(b"1").expect("it is connected");
    while poll_byte(&socket, Waker::noop()).is_pending() {
        reactor.turn(SOON).expect("the selector works");
    }
    let (mut byte, mut tries) = ([0], 0);
    let polled = socket.poll_io(
        &mut Context::from_waker(Waker::noop()),
        Direction::Read,
        |mut io| {
            tries += 1;
            let result = io.read(&mut byte);
            if tries == 1 {
                assert!(result.is_err(), "there was only one byte");
                // Between this answer and the clearing, the next byte arrives.
                meter.write_all(b"2")?;
                reactor.turn(SOON)?;
            }
            result
        },
    );
    assert!(matches!(polled, Poll::Ready(Ok(1))));
    assert_eq!(byte, *b"2");
}

#[test]
fn two_tasks_wait_for_the_two_directions_of_one_socket() {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let (mut meter, socket) = registered();
        let socket = Rc::new(socket);
        let sent = fill(&socket);
        let (reading, writing) = (Rc::clone(&socket), Rc::clone(&socket));
        let reader = spawn(async move {
            let mut byte = [0];
            read(&reading, &mut byte).await.expect("it is connected");
            byte
        });
        let writer = spawn(async move {
            writing.io(Direction::Write, |mut io| io.write(b"x")).await
        });
        let device = thread::spawn(move || {
            let mut all = vec![0; sent + 1];
            meter.read_exact(&mut all).expect("it is connected");
            meter.write_all(b"y").expect("it is connected");
        });
        assert!(matches!(writer.await, Ok(Ok(1))));
        assert!(matches!(reader.await, Ok([b'y'])));
        device.join().expect("the device ends");
    });
}

#[test]
fn the_end_of_the_stream_wakes_its_reader() {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let (meter, socket) = registered();
        let reader = spawn(async move { read(&socket, &mut [0]).await });
        spawn(async move { meter.shutdown(Shutdown::Write).map(|()| meter) });
        assert!(matches!(reader.await, Ok(Ok(0))));
    });
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
    let _entered = reactor.enter();
    let (mut meters, sockets): (Vec<_>, Vec<_>) = (0..3).map(|_| registered()).unzip();
    // The first events say that the sockets can be written to.
    reactor.turn(SOON).expect("the selector works");
    let count = Arc::new(Count::default());
    let bad = Waker::from(Arc::new(Bad));
    // One of the bad wakers comes before the good one, in any order of the events.
    for (socket, waker) in
        sockets.iter().zip([&bad, &Waker::from(Arc::clone(&count)), &bad])
    {
        assert!(poll_byte(socket, waker).is_pending());
    }
    for (meter, socket) in meters.iter_mut().zip(&sockets) {
        meter.write_all(b"x").expect("it is connected");
        arrived(socket);
    }
    reactor.turn(SOON).expect("the selector works");
    assert_eq!(count.get(), 1);
    let read = |socket| matches!(poll_byte(socket, Waker::noop()), Poll::Ready(Ok(b'x')));
    assert!(sockets.iter().all(read), "an event was lost");
}

#[test]
fn a_dropped_registration_drops_its_wakers_and_gives_its_place_back() {
    let reactor = Reactor::new().expect("there are descriptors");
    let _entered = reactor.enter();
    let count = Arc::new(Count::default());
    for _ in 0..100 {
        let (_meter, socket) = registered();
        assert!(poll_byte(&socket, &Waker::from(Arc::clone(&count))).is_pending());
        assert_eq!(Arc::strong_count(&count), 2);
        drop(socket);
        assert_eq!(Arc::strong_count(&count), 1);
    }
}

#[test]
fn a_socket_that_the_system_refuses_is_an_error() {
    /// A source that no selector accepts.
    struct Refused;
    impl mio::event::Source for Refused {
        fn register(
            &mut self,
            _: &mio::Registry,
            _: mio::Token,
            _: mio::Interest,
        ) -> io::Result<()> {
            Err(io::Error::other("refused"))
        }

        fn reregister(
            &mut self,
            _: &mio::Registry,
            _: mio::Token,
            _: mio::Interest,
        ) -> io::Result<()> {
            Ok(())
        }

        fn deregister(&mut self, _: &mio::Registry) -> io::Result<()> {
            panic!("it was never registered")
        }
    }
    let _entered = Reactor::new().expect("there are descriptors").enter();
    let refused = Registered::new(Refused);
    assert!(refused.is_err_and(|error| error.to_string() == "refused"));
}

#[test]
fn a_wake_from_another_thread_ends_the_sleep() {
    let runtime = Runtime::new().expect("there are descriptors");
    let mut device = None;
    runtime.block_on(poll_fn(|cx| {
        if device.is_some() {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        device = Some(thread::spawn(move || waker.wake()));
        Poll::Pending
    }));
}

#[test]
fn a_wake_before_the_turn_lets_it_return_at_once() {
    let reactor = Reactor::new().expect("there are descriptors");
    reactor.waker().wake();
    reactor.turn(None).expect("the selector works");
}

#[test]
fn only_a_sleeping_thread_needs_the_signal() {
    let sleep = Sleep::new();
    assert!(!sleep.wake(), "awake");
    assert!(!sleep.begin(), "a wake has come, so the thread must not sleep");
    sleep.end();
    assert!(sleep.begin());
    assert!(sleep.wake(), "asleep");
    assert!(!sleep.wake(), "one signal is enough");
    sleep.interrupt();
    sleep.end();
    assert!(sleep.begin());
    sleep.interrupt();
    assert!(!sleep.wake(), "the thread hands out events, and looks at its work next");
}

#[test]
fn sockets_are_served_while_a_task_wakes_itself_again_and_again() {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let greedy = spawn(poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        }));
        let (mut meter, socket) = registered();
        meter.write_all(b"x").expect("it is connected");
        read(&socket, &mut [0]).await.expect("it is connected");
        greedy.abort();
    });
}

#[test]
fn a_socket_needs_a_current_reactor() {
    let (_meter, stream) = pair();
    assert!(catch_unwind(AssertUnwindSafe(|| Registered::new(stream))).is_err());
    assert!(catch_unwind(|| spawn(async {})).is_err());
}

#[test]
fn the_reactor_before_is_the_current_one_again_after_a_guard() {
    let outer = Reactor::new().expect("there are descriptors");
    let inner = Reactor::new().expect("there are descriptors");
    let _outer = outer.enter();
    drop(inner.enter());
    let (mut meter, socket) = registered();
    meter.write_all(b"x").expect("it is connected");
    while poll_byte(&socket, Waker::noop()).is_pending() {
        outer.turn(SOON).expect("the selector works");
    }
}

#[test]
fn a_socket_works_under_the_executor_of_another_crate() {
    let reactor = Reactor::new().expect("there are descriptors");
    let (turning, ended) = (reactor.clone(), Arc::new(Mutex::new(false)));
    let end = Arc::clone(&ended);
    let turner = thread::spawn(move || {
        while !*ended.lock().expect("no panic") {
            turning.turn(None).expect("the selector works");
        }
    });
    let _entered = reactor.enter();
    let (mut meter, socket) = registered();
    let device = thread::spawn(move || meter.write_all(b"x").map(|()| meter));
    let len = futures_executor::block_on(read(&socket, &mut [0]));
    assert_eq!(len.expect("it is connected"), 1);
    *end.lock().expect("no panic") = true;
    reactor.waker().wake();
    turner.join().expect("it ends");
    drop(device.join());
}

#[test]
fn tasks_that_wait_are_dropped_with_their_runtime() {
    struct Noted(Rc<Cell<bool>>);
    impl Drop for Noted {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let runtime = Runtime::new().expect("there are descriptors");
    let dropped = Rc::new(Cell::new(false));
    let noted = Noted(Rc::clone(&dropped));
    runtime.block_on(async {
        let (meter, socket) = registered();
        spawn(async move {
            let _keep = (noted, meter);
            read(&socket, &mut [0]).await
        });
    });
    runtime.block_on(poll_fn(|_| Poll::Ready(())));
    drop(runtime);
    assert!(dropped.get());
}

#[test]
fn if_two_tasks_wait_in_one_direction_the_last_one_is_woken() {
    let reactor = Reactor::new().expect("there are descriptors");
    let _entered = reactor.enter();
    let (mut meter, socket) = registered();
    let counts = [(); 2].map(|()| Arc::new(Count::default()));
    for count in &counts {
        assert!(poll_byte(&socket, &Waker::from(Arc::clone(count))).is_pending());
    }
    meter.write_all(b"x").expect("it is connected");
    while counts[1].get() == 0 {
        reactor.turn(SOON).expect("the selector works");
    }
    assert_eq!(counts[0].get(), 0);
}

#[test]
fn a_dropped_read_has_read_nothing() {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let (mut meter, socket) = registered();
        let bytes = RefCell::new([0; 2]);
        {
            let mut read = pin!(
                socket
                    .io(Direction::Read, |mut io| { io.read(&mut *bytes.borrow_mut()) })
            );
            let polled = read.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
        }
        meter.write_all(b"xy").expect("it is connected");
        let mut both = [0; 2];
        assert_eq!(read(&socket, &mut both).await.expect("it is connected"), 2);
        assert_eq!((both, *bytes.borrow()), (*b"xy", [0; 2]));
    });
}
