//! The whole meter server, on your runtime.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::time::Duration;

use my_runtime::channel::{Receiver, Sender, channel};
use my_runtime::dyn_line::{Cached, DynLine, Line};
use my_runtime::executor::{Executor, JoinHandle, Spawner};
use my_runtime::join_all::join_all;
use my_runtime::net::{TcpListener, TcpStream};
use my_runtime::notify::Notify;
use my_runtime::time::Time;
use my_runtime::timeout::timeout;

const READING: u8 = 1;
const TOTAL: u8 = 2;
const PING: u8 = 3;
const PONG: u8 = 4;

/// A silent meter gets a ping after this time, and is late after twice this time.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// A message must be complete this long after its first byte.
const DEADLINE: Duration = Duration::from_secs(1);
/// A meter must take an answer within this time.
const PATIENCE: Duration = Duration::from_secs(1);
/// After the stop, conversations may take this long.
const GRACE: Duration = Duration::from_secs(2);

/// Why a conversation ended.
enum Error {
    Closed,
    Broken,
    Nonsense,
    Late,
    Stalled,
    /// The task that stores readings has ended, so the server is about to stop.
    Stopping,
}

/// What all tasks of the server share.
struct Server {
    time: Time,
    /// The lines of the meters are objects of your `dyn_line`.
    objects: bool,
    stopped: Cell<bool>,
    stop: Notify,
    counters: RefCell<BTreeMap<&'static str, usize>>,
}

impl Server {
    fn count(&self, name: &'static str, more: usize) {
        *self.counters.borrow_mut().entry(name).or_default() += more;
    }

    fn stop(&self) {
        self.stopped.set(true);
        self.stop.notify_waiters();
    }

    async fn stopping(&self) {
        while !self.stopped.get() {
            self.stop.notified().await;
        }
    }
}

/// A connection, and the bytes that are not part of a message yet.
struct Connection<L> {
    line: L,
    received: Vec<u8>,
    server: Rc<Server>,
}

impl<L: Line> Connection<L> {
    /// Waits for some bytes and keeps them. Cancel safe.
    async fn fill(&mut self) -> Result<(), Error> {
        let mut bytes = [0; 64];
        match self.line.read(&mut bytes).await {
            Ok(0) if self.received.is_empty() => Err(Error::Closed),
            Ok(0) | Err(_) => Err(Error::Broken),
            Ok(len) => {
                self.received.extend(&bytes[..len]);
                self.server.count("bytes in", len);
                Ok(())
            }
        }
    }

    /// Waits for the rest of a message. Cancel safe. `None` is a pong.
    async fn rest(&mut self) -> Result<Option<u32>, Error> {
        loop {
            match self.received[..] {
                [READING, 4, a, b, c, d, ..] => {
                    self.received.drain(..6);
                    return Ok(Some(u32::from_be_bytes([a, b, c, d])));
                }
                [PONG, 0, ..] => {
                    self.received.drain(..2);
                    return Ok(None);
                }
                [] | [READING | PONG] | [READING, 4, ..] => self.fill().await?,
                _ => return Err(Error::Nonsense),
            }
        }
    }

    /// Waits for the next reading. `None` means that the server stops.
    async fn reading(&mut self) -> Result<Option<u32>, Error> {
        let server = Rc::clone(&self.server);
        loop {
            let mut pinged = false;
            while self.received.is_empty() {
                let arrival = server.time.timeout(HEARTBEAT, self.fill());
                match timeout(arrival, server.stopping()).await {
                    Err(_) => return Ok(None),
                    Ok(Ok(filled)) => filled?,
                    Ok(Err(_)) if pinged => return Err(Error::Late),
                    Ok(Err(_)) => {
                        self.send(&[PING, 0]).await?;
                        pinged = true;
                    }
                }
            }
            let message = server.time.timeout(DEADLINE, self.rest()).await;
            if let Some(litres) = message.unwrap_or(Err(Error::Late))? {
                return Ok(Some(litres));
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self.server.time.timeout(PATIENCE, self.line.write_all(bytes)).await {
            Ok(Ok(())) => self.server.count("bytes out", bytes.len()),
            Ok(Err(_)) => return Err(Error::Broken),
            Err(_) => return Err(Error::Stalled),
        }
        Ok(())
    }
}

/// A reading, and the way to say that it is stored.
type Reading = (u32, Sender<()>);

/// Stores the readings of all conversations, until the last of them has ended. An error
/// of the journal stops the server.
async fn collect(
    mut readings: Receiver<Reading>,
    mut journal: impl Write,
) -> io::Result<u64> {
    let mut sum = 0;
    while let Some((litres, stored)) = readings.recv().await {
        writeln!(journal, "{litres}")?;
        sum += u64::from(litres);
        // The conversation may have ended.
        let _ = stored.send(()).await;
    }
    Ok(sum)
}

async fn talk(
    meter: &mut Connection<impl Line>,
    readings: Sender<Reading>,
) -> Result<(), Error> {
    let mut total: u32 = 0;
    while let Some(litres) = meter.reading().await? {
        let (stored, mut answer) = channel(1);
        readings.send((litres, stored)).await.map_err(|_| Error::Stopping)?;
        answer.recv().await.ok_or(Error::Stopping)?;
        total = total.wrapping_add(litres);
        let [a, b, c, d] = total.to_be_bytes();
        meter.send(&[TOTAL, 4, a, b, c, d]).await?;
    }
    Ok(())
}

/// Talks to a meter, and counts how that ends.
async fn attend(line: impl Line, server: Rc<Server>, readings: Sender<Reading>) {
    let mut meter = Connection { line, received: Vec::new(), server };
    let end = match talk(&mut meter, readings).await {
        Ok(()) => "drained",
        Err(Error::Closed) => "closed",
        Err(Error::Broken) => "broken",
        Err(Error::Nonsense) => "nonsense",
        Err(Error::Late) => "late",
        Err(Error::Stalled) => "stalled",
        Err(Error::Stopping) => "stopping",
    };
    meter.server.count(end, 1);
}

/// Accepts meters until the server stops, and ends all conversations.
async fn accept(
    server: Rc<Server>,
    listener: TcpListener,
    readings: Sender<Reading>,
    spawner: Spawner,
) {
    let mut tasks = Vec::new();
    while let Ok(accepted) = timeout(listener.accept(), server.stopping()).await {
        let Ok((stream, _)) = accepted else {
            server.count("accept failed", 1);
            server.time.sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (readings, server) = (readings.clone(), Rc::clone(&server));
        tasks.push(if server.objects {
            let line: Box<dyn DynLine> = Box::new(Cached::new(stream));
            spawner.spawn(attend(line, server, readings))
        } else {
            spawner.spawn(attend(stream, server, readings))
        });
        tasks.retain(|task| !task.is_finished());
    }
    drop(readings);
    let all: Vec<_> = tasks.into_iter().map(Abort).collect();
    drop(server.time.timeout(GRACE, join_all(all)).await);
}

/// Aborts its task when it is dropped. That is too late for a task that has ended.
struct Abort<T>(JoinHandle<T>);

impl<T> Future for Abort<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs your executor and your timers until `task` has ended.
pub fn run<T: 'static>(
    executor: &Executor,
    time: &Time,
    task: impl Future<Output = T> + 'static,
) -> Option<T> {
    let result = Rc::new(Cell::new(None));
    let slot = Rc::clone(&result);
    let task = executor.spawner().spawn(async move { slot.set(Some(task.await)) });
    loop {
        executor.queue().run_woken();
        time.fire();
        if task.is_finished() {
            return result.take();
        }
        executor.queue().park_until(time.next());
        time.fire();
    }
}

/// What the server knows at its end: its counters, and the sum of all stored readings.
pub struct Report {
    pub counters: BTreeMap<&'static str, usize>,
    pub sum: Result<u64, String>,
}

/// Runs a server on this thread, and sends its address. It stops when the connection to
/// `control` ends.
pub fn serve(
    journal: impl Write + 'static,
    address: &mpsc::Sender<SocketAddr>,
    control: SocketAddr,
    objects: bool,
) -> io::Result<Report> {
    let (executor, time) = (Executor::new(), Time::new());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // If the receiver is gone, no meter will come.
    let _ = address.send(listener.local_addr()?);
    let server = Rc::new(Server {
        time: time.clone(),
        objects,
        stopped: Cell::new(false),
        stop: Notify::new(),
        counters: RefCell::default(),
    });
    let (sender, readings) = channel(64);
    let spawner = executor.spawner();
    let (controlled, collecting) = (Rc::clone(&server), Rc::clone(&server));
    spawner.spawn(async move {
        if let Ok(control) = TcpStream::connect(control).await {
            drop(control.read(&mut [0]).await);
        }
        controlled.stop();
    });
    let storing = spawner.spawn(async move {
        let sum = collect(readings, journal).await;
        collecting.stop();
        sum
    });
    let accepting = accept(Rc::clone(&server), listener, sender, spawner);
    let sum = run(&executor, &time, async move {
        accepting.await;
        storing.await
    });
    let sum = match sum {
        Some(Ok(sum)) => {
            sum.map_err(|error| format!("cannot write the journal: {error}"))
        }
        _ => Err("a task of the server has panicked".into()),
    };
    Ok(Report { counters: server.counters.take(), sum })
}
