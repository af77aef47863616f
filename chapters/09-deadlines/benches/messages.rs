//! Prints the "Measured" table of the page: `cargo bench -p deadlines`.
//!
//! The designs take turns, and each time is a median.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use deadlines::{List, Position, Set, Timer, Wheel};

#[path = "../../allocations.rs"]
mod allocations;
use allocations::allocations;

const ROUNDS: usize = 9;
/// A tick is a microsecond. A deadline is 30 seconds after its message.
const LIMIT: u64 = 30_000_000;
/// Between two messages.
const PAUSE: u64 = 10;

/// A set of deadlines, one for each connection.
trait Deadlines {
    /// Sets the first deadline of each connection.
    fn new(connections: usize) -> Self;
    /// A message has come: moves the deadline of its connection.
    fn message(&mut self, connection: usize, deadline: u64);
    /// The loop asks how long it may sleep.
    fn next(&self) -> Option<u64>;
    /// Takes out all deadlines up to `now`.
    fn fire(&mut self, now: u64) -> usize;
}

impl Deadlines for List<usize> {
    fn new(connections: usize) -> Self {
        let mut list = List::default();
        for connection in 0..connections {
            list.set(first(connection), connection);
        }
        list
    }

    fn message(&mut self, connection: usize, deadline: u64) {
        self.set(deadline, connection);
    }

    fn next(&self) -> Option<u64> {
        self.next()
    }

    fn fire(&mut self, now: u64) -> usize {
        std::iter::from_fn(|| self.take_due(now)).count()
    }
}

struct Sorted {
    set: Set<usize>,
    positions: Vec<Position>,
}

impl Deadlines for Sorted {
    fn new(connections: usize) -> Self {
        let mut set = Set::default();
        let positions = (0..connections).map(|c| set.set(first(c), c)).collect();
        Sorted { set, positions }
    }

    fn message(&mut self, connection: usize, deadline: u64) {
        self.set.clear(self.positions[connection]);
        self.positions[connection] = self.set.set(deadline, connection);
    }

    fn next(&self) -> Option<u64> {
        self.set.next()
    }

    fn fire(&mut self, now: u64) -> usize {
        std::iter::from_fn(|| self.set.take_due(now)).count()
    }
}

struct Turning {
    wheel: Wheel,
    timers: Vec<Pin<Box<Timer>>>,
}

impl Deadlines for Turning {
    fn new(connections: usize) -> Self {
        let wheel = Wheel::new();
        let mut cx = Context::from_waker(Waker::noop());
        let timers = (0..connections).map(|connection| {
            let mut timer = Box::pin(wheel.timer(first(connection)));
            assert!(timer.as_mut().poll(&mut cx).is_pending());
            timer
        });
        let timers = timers.collect();
        Turning { wheel, timers }
    }

    fn message(&mut self, connection: usize, deadline: u64) {
        self.timers[connection].as_mut().reset(deadline);
    }

    fn next(&self) -> Option<u64> {
        self.wheel.next()
    }

    fn fire(&mut self, now: u64) -> usize {
        self.wheel.advance(now);
        0
    }
}

/// The deadlines of all connections are spread over the 30 seconds.
fn first(connection: usize) -> u64 {
    1 + (connection as u64 * 7919) % LIMIT
}

/// Nanoseconds and allocations for one message.
fn messages<D: Deadlines>(connections: usize, messages: usize) -> (f64, f64) {
    let mut deadlines = D::new(connections);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let begun = Instant::now();
    let count = allocations(|| {
        for message in 1..=messages as u64 {
            // Marsaglia's xorshift.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let connection = usize::try_from(random % connections as u64);
            let deadline = LIMIT + message * PAUSE;
            deadlines.message(connection.expect("it is an index"), deadline);
            black_box(deadlines.next());
        }
    });
    let each = per(begun.elapsed(), messages);
    #[expect(clippy::cast_precision_loss)]
    let allocated = count as f64 / messages as f64;
    (each, allocated)
}

/// Nanoseconds for one deadline that passes, and the microseconds of the longest turn. The
/// loop makes a turn every millisecond.
fn fires<D: Deadlines>(connections: usize) -> (f64, f64) {
    let mut deadlines = D::new(connections);
    let (mut longest, mut all) = (Duration::ZERO, Duration::ZERO);
    for now in (0..=LIMIT).step_by(1000) {
        let begun = processor_time();
        black_box(deadlines.fire(now));
        let turn = processor_time().saturating_sub(begun);
        longest = longest.max(turn);
        all += turn;
    }
    (per(all, connections), longest.as_secs_f64() * 1e6)
}

/// The time that this thread has had a processor. So another program that interrupts a turn
/// does not make it longer.
#[cfg(unix)]
fn processor_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(not(unix))]
fn processor_time() -> Duration {
    use std::sync::LazyLock;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

#[expect(clippy::cast_precision_loss)]
fn per(time: Duration, times: usize) -> f64 {
    time.as_nanos() as f64 / times as f64
}

/// The median and the smallest of the figures.
fn summary(mut figures: Vec<f64>) -> (f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[figures.len() / 2], figures[0])
}

/// Measures the designs in turn. Returns the median of the first figure. Returns the
/// smallest of the second one, because a long turn may also be a busy machine.
fn measure<const N: usize>(designs: [&dyn Fn() -> (f64, f64); N]) -> [(f64, f64); N] {
    let mut figures = designs.map(|_| (Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        for (design, (one, two)) in designs.iter().zip(&mut figures) {
            let (first, second) = design();
            one.push(first);
            two.push(second);
        }
    }
    figures.map(|(one, two)| (summary(one).0, summary(two).1))
}

fn main() {
    println!("{:<34}{:>12}{:>12}{:>12}", "", "list", "ordered set", "wheel");
    for (connections, for_list) in [(1000, 2000), (100_000, 20)] {
        let [list, set, wheel] = measure([
            &|| messages::<List<usize>>(connections, for_list),
            &|| messages::<Sorted>(connections, 200_000),
            &|| messages::<Turning>(connections, 200_000),
        ]);
        let name = format!("a message, {connections} connections");
        println!("{name:<34}{:>9.0} ns{:>9.0} ns{:>9.0} ns", list.0, set.0, wheel.0);
        if connections == 100_000 {
            let name = "allocations for 100 messages";
            let [list, set, wheel] = [list, set, wheel].map(|figures| 100.0 * figures.1);
            println!("{name:<34}{list:>12.0}{set:>12.0}{wheel:>12.0}");
        }
    }
    let [set, wheel] =
        measure([&|| fires::<Sorted>(100_000), &|| fires::<Turning>(100_000)]);
    println!(
        "{:<34}{:>12}{:>9.0} ns{:>9.0} ns",
        "a deadline that passes", "", set.0, wheel.0
    );
    println!("{:<34}{:>12}{:>9.0} µs{:>9.0} µs", "the longest turn", "", set.1, wheel.1);
}
