// ANCHOR: head
//! The server: it accepts meters, limits them, and ends in order.

use std::io::{self, Write};
use std::net;
use std::rc::Rc;
use std::time::Duration;

use socket2::SockRef;

use crate::connection::Connection;
use crate::conversation::talk;
use crate::runtime::{
    Either, Semaphore, TcpListener, TcpStream, give_back, race, sleep, spawn, timeout,
};
use crate::totals::{self, Totals};
use crate::{Error, Metrics, Reaction, Signal, metrics};
// ANCHOR_END: head

// ANCHOR: limits
/// How much and how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A silent meter gets a ping after this time, and is disconnected after twice this
    /// time.
    pub heartbeat: Duration,
    /// A message must be complete this long after its first byte.
    pub deadline: Duration,
    /// A meter must take an answer within this time.
    pub patience: Duration,
    /// After the signal to stop, conversations may take this long to end.
    pub grace: Duration,
    /// At most this many meters are connected. More wait in the queue of the kernel.
    pub meters: usize,
}

/// What all tasks of the server share.
pub struct Server {
    limits: Limits,
    metrics: Rc<Metrics>,
    /// A permit for each meter that may be connected.
    places: Semaphore,
    /// The server stops: begin nothing new.
    drain: Signal,
    /// The grace period is over: end now.
    cut: Signal,
}
// ANCHOR_END: limits

// ANCHOR: accept
impl Server {
    /// Accepts meters and starts their conversations. Returns only with an error that
    /// stops the server.
    async fn accept(self: &Rc<Self>, listener: &TcpListener, totals: Totals) -> Error {
        let mut pause = FIRST_PAUSE;
        loop {
            let place = self.place().await;
            let error = match listener.accept().await {
                Ok((stream, _)) => {
                    pause = FIRST_PAUSE;
                    drop(spawn(place.serve(stream, totals.clone())));
                    continue;
                }
                Err(error) => self.note(Error::from_accept(error)),
            };
            match error.reaction() {
                Reaction::Disconnect => {}
                Reaction::BackOff => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
                Reaction::Stop => return error,
            }
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LAST_PAUSE: Duration = Duration::from_secs(1);
// ANCHOR_END: accept

// ANCHOR: place
/// The right to one conversation. Dropping it makes room for the next meter.
struct Place(Rc<Server>);

impl Server {
    /// Waits until fewer than `limits.meters` are connected.
    async fn place(self: &Rc<Self>) -> Place {
        let permit = self.places.acquire().await;
        permit.expect("it is never closed").forget();
        Place(Rc::clone(self))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        give_back(&self.0.places);
    }
}
// ANCHOR_END: place

// ANCHOR: serve
impl Place {
    /// The task of one meter.
    async fn serve(self, stream: TcpStream, totals: Totals) {
        let Server { limits, metrics, drain, cut, .. } = &*self.0;
        metrics.add("accepted", 1);
        let number = metrics.get("accepted");
        let conversation = async {
            let meter = Connection::new(stream, *limits, Rc::clone(metrics))
                .map_err(Error::Broken)?;
            talk(meter, number, totals, drain).await
        };
        match race(conversation, cut.raised()).await {
            Either::Left(Ok(())) => metrics.add("drained", 1),
            Either::Left(Err(error)) => drop(self.0.note(error)),
            Either::Right(()) => drop(self.0.note(Error::Cut)),
        }
        metrics.add("ended", 1);
    }
}

impl Server {
    /// Counts an error.
    fn note(&self, error: Error) -> Error {
        self.metrics.add(error.name(), 1);
        error
    }
}
// ANCHOR_END: serve

// ANCHOR: run
impl Server {
    /// Serves meters until `stop` is ready, or until an error stops the server. Returns
    /// the sum of all readings that are in the journal.
    ///
    /// # Errors
    ///
    /// The error that stopped it.
    pub async fn run(
        self: Rc<Self>,
        listeners: Listeners,
        journal: impl Write + 'static,
        stop: impl Future<Output = ()>,
    ) -> Result<u64, Error> {
        let (meters, reports) = listeners.into_async().map_err(Error::Listen)?;
        let reporter = spawn(metrics::report(reports, Rc::clone(&self.metrics)));
        let (handle, readings) = totals::channel(ROOM);
        let collect = totals::collect(readings, journal, Rc::clone(&self.metrics));
        let mut totals = spawn(collect);
        let mut sum = None;
        let reason =
            match race(self.accept(&meters, handle), race(stop, &mut totals)).await {
                Either::Left(error) => Err(error),
                Either::Right(Either::Left(())) => Ok(()),
                Either::Right(Either::Right(ended)) => {
                    sum = Some(ended);
                    Ok(())
                }
            };
        drop(meters);
        self.drain().await;
        let sum = match sum {
            Some(sum) => sum,
            None => totals.await,
        };
        reporter.abort();
        reason?;
        sum.unwrap_or_else(|_| Err(Error::Journal(io::Error::other("the task panicked"))))
            .map_err(|error| self.note(error))
    }
}

/// How many readings may wait to be stored.
const ROOM: usize = 64;
// ANCHOR_END: run

// ANCHOR: drain
impl Server {
    /// Ends all conversations: first those between two messages, the others when they
    /// have finished their message, and after the grace period all that are left.
    async fn drain(&self) {
        self.drain.raise();
        if timeout(self.limits.grace, self.empty()).await.is_err() {
            self.cut.raise();
            self.empty().await;
        }
    }

    /// Waits until every place is free. Cancel safe: it gives the places back.
    async fn empty(&self) {
        let mut places = Vec::new();
        for _ in 0..self.limits.meters {
            places.push(self.places.acquire().await);
        }
    }
}
// ANCHOR_END: drain

// ANCHOR: rest
impl Server {
    /// A server that has not begun.
    pub fn new(limits: Limits) -> Rc<Server> {
        let (drain, cut) = (Signal::new(), Signal::new());
        let places = Semaphore::new(limits.meters);
        Rc::new(Server { limits, metrics: Rc::default(), places, drain, cut })
    }

    /// The numbers that it also answers at its second port.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

/// Limits for meters on a slow line.
impl Default for Limits {
    fn default() -> Limits {
        let seconds = Duration::from_secs;
        let (heartbeat, deadline, patience) = (seconds(30), seconds(5), seconds(5));
        Limits { heartbeat, deadline, patience, grace: seconds(10), meters: 10_000 }
    }
}

/// The sockets that meters and other programs connect to.
pub struct Listeners {
    /// For the meters.
    pub meters: net::TcpListener,
    /// For programs that ask for the metrics.
    pub metrics: net::TcpListener,
}

impl Listeners {
    fn into_async(self) -> io::Result<(TcpListener, TcpListener)> {
        self.meters.set_nonblocking(true)?;
        SockRef::from(&self.meters).set_send_buffer_size(UNSENT)?;
        self.metrics.set_nonblocking(true)?;
        Ok((TcpListener::from_std(self.meters)?, TcpListener::from_std(self.metrics)?))
    }
}

/// About this many bytes of answers may wait in the kernel for a meter that does not
/// read. The sockets of all meters inherit it.
const UNSENT: usize = 4096;
// ANCHOR_END: rest
