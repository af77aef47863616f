//! A server and its meters in one runtime. The test moves the clock.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, Write};
use std::mem::replace;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use channels::oneshot;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use server::{Error, Limits, Listeners, Server};
use sockets::TcpStream;
use timers::{Clock, Runtime, spawn};
use waiting::Message;

/// Times that no test waits for, because it moves the clock.
pub const LIMITS: Limits = Limits {
    heartbeat: Duration::from_mins(10),
    deadline: Duration::from_mins(1),
    patience: Duration::from_mins(2),
    grace: Duration::from_mins(5),
    meters: 3,
};

/// A journal that the test can read.
#[derive(Clone, Default)]
pub struct Journal(Rc<RefCell<Vec<u8>>>);

impl Journal {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("the journal is text")
    }
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a test knows of the server.
pub struct Running {
    pub meters: SocketAddr,
    pub metrics: SocketAddr,
    pub server: Rc<Server>,
    pub clock: Clock,
    stop: Cell<Option<oneshot::Sender<()>>>,
}

/// Runs a server until `test` stops it or returns. Returns what the server returned.
pub fn serve(
    limits: Limits,
    journal: impl Write + 'static,
    test: impl AsyncFnOnce(Running),
) -> Result<u64, Error> {
    let meters = listen();
    serve_at(meters, limits, journal, test)
}

pub fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the loopback is free")
}

pub fn serve_at(
    meters: TcpListener,
    limits: Limits,
    journal: impl Write + 'static,
    test: impl AsyncFnOnce(Running),
) -> Result<u64, Error> {
    let clock = Clock::paused();
    let runtime = Runtime::with_clock(clock.clone()).expect("a descriptor is free");
    let server = Server::new(limits);
    let (stop, stopped) = oneshot::channel();
    let listeners = Listeners { meters, metrics: listen() };
    let running = Running {
        meters: listeners.meters.local_addr().expect("it is bound"),
        metrics: listeners.metrics.local_addr().expect("it is bound"),
        server: Rc::clone(&server),
        clock,
        stop: Cell::new(Some(stop)),
    };
    runtime.block_on(async {
        let stopped = async { stopped.await.unwrap_or(()) };
        let server = spawn(server.run(listeners, journal, stopped));
        busy(pin!(test(running))).await;
        server.await.expect("the server does not panic")
    })
}

impl Running {
    /// Asks the server to stop, and lets it begin.
    pub async fn stop(&self) {
        drop(self.stop.take());
        yield_now().await;
        yield_now().await;
    }

    /// The value of a counter of the server.
    pub fn count(&self, name: &str) -> u64 {
        self.server.metrics().get(name)
    }

    /// Waits until a counter of the server has this value. The clock stands still.
    pub async fn until(&self, name: &str, value: u64) {
        while self.count(name) < value {
            yield_now().await;
        }
        assert_eq!(self.count(name), value, "{name}");
    }

    /// Moves the clock, and gives each task that is woken a turn.
    pub async fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
        // After this round, the runtime wakes the tasks whose timers are due.
        yield_now().await;
        yield_now().await;
        yield_now().await;
    }
}

/// Ends in the next round of the executor.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(
        |_| if replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

/// Polls a future in each round. So the runtime always has work, and never moves its
/// paused clock by itself. Even a loopback takes some time, and the clock must not run
/// ahead of bytes that are on their way.
///
/// # Panics
///
/// After 20 seconds, so that a test which waits for nothing fails.
async fn busy<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    let begun = Instant::now();
    poll_fn(|cx| {
        assert!(begun.elapsed() < Duration::from_secs(20), "the test does not end");
        cx.waker().wake_by_ref();
        future.as_mut().poll(cx)
    })
    .await
}

/// A meter.
pub struct Meter(pub TcpStream);

impl Meter {
    pub async fn connect(server: &Running) -> Meter {
        Meter(TcpStream::connect(server.meters).await.expect("the server listens"))
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the connection stands");
    }

    /// The next message of the server. `None` if the server has hung up.
    pub async fn receive(&mut self) -> Option<Message> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).await.ok()?;
        let mut body = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut body).await.ok()?;
        Some(Message::decode(head[0], &body).expect("the server sends messages"))
    }

    /// Sends a reading of one litre, and receives the answer.
    pub async fn round_trip(&mut self) -> Option<Message> {
        self.send(&bytes(Message::Reading(1))).await;
        self.receive().await
    }
}

pub fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}
