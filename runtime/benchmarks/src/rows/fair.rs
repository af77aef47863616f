//! Fairness: how late a timer fires and a datagram arrives while other tasks
//! compute and yield.
//!
//! Each of the busy tasks computes for a millisecond, yields, and starts again.
//! In a fair runtime an event waits for about one turn of each busy task. In an
//! unfair runtime it may wait until the busy tasks end.

use crate::{
    contenders::{
        Contender, LAST, Networked, NetworkedWork, Pool, PoolWork, Timed, WORKERS,
        one_thread_networked, two_threads,
    },
    harness::{Goal, Row, Scale, stats::median},
    network::compute,
};
use std::{
    net::{Ipv4Addr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// The number of busy tasks of each thread.
const BUSY: usize = 2;
/// How long a busy task computes before it yields.
const TURN: Duration = Duration::from_millis(1);
/// The number of events of a sample.
const EVENTS: u32 = 30;
/// The busy tasks end after this time, so that an unfair sample ends too.
const LIMIT: Duration = Duration::from_millis(250);

/// The rows for one thread.
pub fn rows() -> Vec<Row> {
    vec![
        row("fair-timer", "a timer", one_thread_networked(Timer)),
        row("fair-socket", "a datagram", one_thread_networked(Socket)),
    ]
}

/// The rows for two threads.
pub fn pool_rows() -> Vec<Row> {
    vec![
        row("pool-fair-timer", "a timer", two_threads(Timer)),
        row("pool-fair-socket", "a datagram", two_threads(Socket)),
    ]
}

fn row(key: &str, event: &str, entries: Vec<crate::harness::Entry>) -> Row {
    Row {
        key: key.into(),
        title: format!("lateness of {event} beside busy tasks"),
        unit: "µs",
        goal: Goal::Ratio(1.0),
        entries,
    }
}

/// Tasks that compute and yield until they are stopped, or until [`LIMIT`].
struct Busy<J> {
    stop: Arc<AtomicBool>,
    end: Instant,
    tasks: Vec<J>,
}

fn keep_busy<C: Contender>(threads: usize) -> Busy<C::Join<()>> {
    let stop = Arc::new(AtomicBool::new(false));
    let end = Instant::now() + LIMIT;
    let task = |_| {
        let stop = Arc::clone(&stop);
        C::spawn(async move {
            // Ordering: Relaxed. The flag publishes nothing else.
            while !stop.load(Relaxed) && Instant::now() < end {
                let turn = Instant::now();
                while turn.elapsed() < TURN {
                    compute();
                }
                C::yield_now().await;
            }
        })
    };
    let tasks = (0..BUSY * threads).map(task).collect();
    Busy { stop, end, tasks }
}

impl<J: Future<Output = ()>> Busy<J> {
    async fn stop(self) {
        // Ordering: Relaxed, as in the tasks.
        self.stop.store(true, Relaxed);
        for task in self.tasks {
            task.await;
        }
    }
}

/// The time before an event: one to six milliseconds, in no regular order. A
/// constant pause could always end in the same part of a turn.
fn pause(event: u32) -> Duration {
    Duration::from_micros(1_000 + u64::from(event * 7919 % 5_000))
}

fn micros(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1000.0
}

#[derive(Clone, Copy)]
struct Timer;

impl Timer {
    fn on<C: Timed>(scale: Scale, threads: usize) -> f64 {
        C::new().block_on(async {
            let busy = keep_busy::<C>(threads);
            let (events, end) = (scale.of(EVENTS), busy.end);
            let measured = C::spawn(async move {
                let mut lateness = Vec::new();
                for event in 0..events {
                    let due = Instant::now() + pause(event);
                    C::sleep(pause(event)).await;
                    lateness.push(micros(due.elapsed()));
                    if Instant::now() >= end {
                        break;
                    }
                }
                lateness
            });
            let mut lateness = measured.await;
            busy.stop().await;
            median(&mut lateness)
        })
    }
}

#[derive(Clone, Copy)]
struct Socket;

impl Socket {
    fn on<C: Networked>(scale: Scale, threads: usize) -> f64 {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = socket.local_addr().expect("the address of a bound socket");
        let mut lateness = Vec::new();
        C::new().block_on(async {
            let busy = keep_busy::<C>(threads);
            let (events, end) = (scale.of(EVENTS), busy.end);
            let (arrived, arrivals) = mpsc::channel();
            let received = C::spawn(async move {
                let arrived = || arrived.send(Instant::now()).expect("the sender waits");
                C::receive(socket, arrived).await;
            });
            let sender = thread::spawn(move || {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
                let mut lateness = Vec::new();
                for left in (0..events).rev() {
                    thread::sleep(pause(left));
                    let sent = Instant::now();
                    let is_last = left == 0 || sent >= end;
                    let datagram = [if is_last { LAST } else { 0 }];
                    socket.send_to(&datagram, address).expect("a datagram");
                    let arrival: Instant = arrivals.recv().expect("a receiver");
                    // After the end the busy tasks are gone. An event of that
                    // time counts only if the sample has no other.
                    if sent < end || lateness.is_empty() {
                        lateness.push(micros(arrival - sent));
                    }
                    if is_last {
                        break;
                    }
                }
                lateness
            });
            received.await;
            busy.stop().await;
            lateness = sender.join().expect("sending does not panic");
        });
        median(&mut lateness)
    }
}

impl NetworkedWork for Timer {
    fn sample<C: Networked>(self, scale: Scale) -> f64 {
        Self::on::<C>(scale, 1)
    }
}

impl PoolWork for Timer {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        Self::on::<C>(scale, WORKERS)
    }
}

impl NetworkedWork for Socket {
    fn sample<C: Networked>(self, scale: Scale) -> f64 {
        Self::on::<C>(scale, 1)
    }
}

impl PoolWork for Socket {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        Self::on::<C>(scale, WORKERS)
    }
}
