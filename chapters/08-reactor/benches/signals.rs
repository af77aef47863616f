//! Prints the chapter's "Measured" table: `cargo bench -p reactor`.
//!
//! Three executors differ only in how a wake reaches their thread: `park`, a reactor
//! that gets a signal with each wake, and our reactor, which gets one only if its thread
//! sleeps. The three take turns, and each figure is the median of all rounds.

use std::cell::Cell;
use std::future::poll_fn;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use executor::Executor;
use mio::{Events, Token};
use reactor::{Runtime, mio};

const ROUNDS: usize = 41;
const OWN_WAKES: u32 = 5_000;
const TRIPS: u32 = 300;

/// Sends the signal with each wake.
struct Always(mio::Waker);

impl Wake for Always {
    fn wake(self: Arc<Self>) {
        self.0.wake().expect("the signal works");
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake().expect("the signal works");
    }
}

/// One way to sleep: runs a future to its end.
trait Sleeper {
    fn run(&mut self, future: impl Future<Output = ()>);
}

struct Park(Executor);

impl Sleeper for Park {
    fn run(&mut self, future: impl Future<Output = ()>) {
        self.0.block_on(future);
    }
}

struct AlwaysSignal(Executor, mio::Poll, Events);

impl Sleeper for AlwaysSignal {
    fn run(&mut self, future: impl Future<Output = ()>) {
        let AlwaysSignal(executor, poll, events) = self;
        executor.block_on_with(future, || {
            let timeout = executor.has_woken().then_some(Duration::ZERO);
            poll.poll(events, timeout).expect("the selector works");
        });
    }
}

struct Ours(Runtime);

impl Sleeper for Ours {
    fn run(&mut self, future: impl Future<Output = ()>) {
        self.0.block_on(future);
    }
}

/// Nanoseconds of a wake by the thread itself. Reading the clock is a part of them.
fn own(sleeper: &mut impl Sleeper) -> f64 {
    let (spent, wakes) = (Rc::new(Cell::new(Duration::ZERO)), Cell::new(0));
    let timed = Rc::clone(&spent);
    sleeper.run(poll_fn(move |cx| {
        let begin = Instant::now();
        black_box(cx.waker()).wake_by_ref();
        timed.set(timed.get() + begin.elapsed());
        wakes.set(wakes.get() + 1);
        if wakes.get() == OWN_WAKES { Poll::Ready(()) } else { Poll::Pending }
    }));
    spent.get().as_secs_f64() * 1e9 / f64::from(OWN_WAKES)
}

/// Microseconds for a round trip: the task gives its waker to another thread, sleeps, and
/// is woken.
fn trip(sleeper: &mut impl Sleeper) -> f64 {
    let (sender, receiver) = mpsc::channel::<Waker>();
    let device = thread::spawn(move || receiver.into_iter().for_each(Waker::wake));
    let begin = Instant::now();
    let mut trips = 0;
    sleeper.run(poll_fn(|cx| {
        if trips == TRIPS {
            return Poll::Ready(());
        }
        trips += 1;
        sender.send(cx.waker().clone()).expect("the device listens");
        Poll::Pending
    }));
    let spent = begin.elapsed();
    drop(sender);
    device.join().expect("the device ends");
    spent.as_secs_f64() * 1e6 / f64::from(TRIPS)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    let poll = mio::Poll::new().expect("there are descriptors");
    let signal = mio::Waker::new(poll.registry(), Token(0)).expect("it registers");
    let executor = Executor::with_unpark(Arc::new(Always(signal)).into());
    let mut always = AlwaysSignal(executor, poll, Events::with_capacity(8));
    let mut park = Park(Executor::new());
    let mut ours = Ours(Runtime::new().expect("there are descriptors"));
    let mut figures: [[Vec<f64>; 3]; 2] = Default::default();
    for _ in 0..ROUNDS {
        figures[0][0].push(own(&mut park));
        figures[0][1].push(own(&mut always));
        figures[0][2].push(own(&mut ours));
        figures[1][0].push(trip(&mut park));
        figures[1][1].push(trip(&mut always));
        figures[1][2].push(trip(&mut ours));
    }
    let header = ["park", "signal always", "signal if asleep"];
    println!("{:<36}{:>12}{:>16}{:>18}", "", header[0], header[1], header[2]);
    let names = ["a wake on its own thread, ns", "to another thread and back, us"];
    for (name, row) in names.iter().zip(figures) {
        let [park, always, ours] = row.map(median);
        println!("{name:<36}{park:>12.1}{always:>16.1}{ours:>18.1}");
    }
}
