//! Prints the chapter's "Measured" table: `cargo bench -p wakers`.
//!
//! The rows of a block take turns, and each time is a median. The first block depends
//! on the load of the machine, so it shows the best and the worst round instead.

use std::future::{poll_fn, ready};
use std::hint::{black_box, spin_loop};
use std::pin::pin;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use wakers::{AtomicWaker, Parker, block_on, waker, waker_ref};

const ROUNDS: usize = 15;
const TURN_ROUNDS: usize = 101;

/// Two threads take turns. Each one ends its turn by waking the other.
#[derive(Default)]
struct Turns {
    turn: AtomicU32,
    wakers: [AtomicWaker; 2],
}

impl Turns {
    async fn take(&self, me: u32, times: u32) {
        for _ in 0..times {
            poll_fn(|cx| {
                self.wakers[me as usize].register(cx.waker());
                // Acquire: pairs with the other thread's `fetch_add`.
                let mine = self.turn.load(Acquire) % 2 == me;
                if mine { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            // Release: pairs with the other thread's load.
            self.turn.fetch_add(1, Release);
            self.wakers[1 - me as usize].wake();
        }
    }
}

/// Polls in a loop until the future is ready.
fn busy<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        spin_loop();
    }
}

/// The time from a wake to the poll on the other thread, in nanoseconds.
fn time_of_a_wake(times: u32, parked: bool) -> f64 {
    let turns = Arc::new(Turns::default());
    let other = Arc::clone(&turns);
    let run = move |turns: &Turns, me| {
        if parked {
            block_on(turns.take(me, times));
        } else {
            busy(turns.take(me, times));
        }
    };
    let begun = Instant::now();
    let other = thread::spawn(move || run(&other, 1));
    run(&turns, 0);
    other.join().expect("the other thread takes all its turns");
    #[expect(clippy::cast_precision_loss)]
    let time = begun.elapsed().as_nanos() as f64;
    time / (2.0 * f64::from(times))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A waker from the `Wake` trait of std.
struct Std(Arc<Parker>);

impl Wake for Std {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A row: its label, and a function that does its work once.
type Row<'r> = (&'r str, Box<dyn FnMut()>);

fn measure(title: &str, rows: &mut [Row<'_>]) {
    const REPEAT: u32 = 100_000;
    println!("{title}");
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((_, run), times) in rows.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            for _ in 0..REPEAT {
                run();
            }
            #[expect(clippy::cast_precision_loss)]
            times.push(begun.elapsed().as_nanos() as f64 / f64::from(REPEAT));
        }
    }
    for ((name, _), times) in rows.iter().zip(times) {
        println!("  {name:<38}{:>8.1} ns", median(times));
    }
}

fn two_threads() {
    println!("from a wake on one thread to the poll on another");
    let rows = [("both threads poll in a loop", false), ("both threads park", true)];
    let mut rounds = rows.map(|_| Vec::new());
    let begun = Instant::now();
    // Stop early if other programs keep the processors busy.
    while rounds[0].len() < TURN_ROUNDS && begun.elapsed() < Duration::from_secs(10) {
        for ((_, parked), rounds) in rows.iter().zip(&mut rounds) {
            rounds.push(time_of_a_wake(250, *parked));
        }
    }
    for ((name, _), mut rounds) in rows.iter().zip(rounds) {
        rounds.sort_by(f64::total_cmp);
        let (best, worst) = (rounds[0], rounds[rounds.len() - 1]);
        println!("  {name:<38}best {best:>5.0} ns, worst {worst:>8.0} ns");
    }
}

fn one_waker() {
    let parker = Parker::new();
    let (by_hand, std) =
        (waker(Arc::clone(&parker)), Waker::from(Arc::new(Std(Arc::clone(&parker)))));
    let (cloned, same, other) = (by_hand.clone(), by_hand.clone(), std.clone());
    let borrowed = Arc::clone(&parker);
    measure(
        "a waker: one operation",
        &mut [
            (
                "create and drop a counted waker",
                Box::new(move || drop(black_box(waker(Arc::clone(&parker))))),
            ),
            (
                "create a borrowed waker",
                Box::new(move || {
                    black_box(&*waker_ref(&borrowed));
                }),
            ),
            (
                "clone and drop, vtable by hand",
                Box::new(move || drop(black_box(cloned.clone()))),
            ),
            (
                "clone and drop, vtable by `Wake`",
                Box::new(move || drop(black_box(std.clone()))),
            ),
            (
                "compare two wakers with `will_wake`",
                Box::new(move || {
                    black_box(same.will_wake(black_box(&other)));
                }),
            ),
        ],
    );
}

fn one_slot() {
    let slot = |waker: &Waker| {
        let slot = AtomicWaker::new();
        slot.register(waker);
        slot
    };
    let wakers = [Waker::from(Arc::new(Idle)), Waker::from(Arc::new(Idle))];
    let [one, two] = wakers.clone();
    let (same, turns, woken) = (slot(&one), slot(&one), slot(&one));
    let (locked, lock_woken) = (Mutex::new(Some(one.clone())), Mutex::new(None));
    let (again, lock_again, to_wake, lock_to_wake) =
        (one.clone(), one.clone(), one.clone(), one.clone());
    measure(
        "a slot for a waker, one thread: one operation",
        &mut [
            ("register the same waker again", Box::new(move || same.register(&again))),
            (
                "the same with a Mutex",
                Box::new(move || {
                    let mut slot =
                        locked.lock().expect("no thread panics while it holds the lock");
                    if !slot
                        .as_ref()
                        .is_some_and(|old: &Waker| old.will_wake(&lock_again))
                    {
                        *slot = Some(lock_again.clone());
                    }
                }),
            ),
            (
                "register two wakers in turn",
                Box::new({
                    let mut first = true;
                    move || {
                        first = !first;
                        turns.register(if first { &one } else { &two });
                    }
                }),
            ),
            (
                "register a waker and wake it",
                Box::new(move || {
                    woken.register(&to_wake);
                    woken.wake();
                }),
            ),
            (
                "the same with a Mutex",
                Box::new(move || {
                    *lock_woken
                        .lock()
                        .expect("no thread panics while it holds the lock") =
                        Some(lock_to_wake.clone());
                    let woken: Option<Waker> = lock_woken
                        .lock()
                        .expect("no thread panics while it holds the lock")
                        .take();
                    if let Some(waker) = woken {
                        waker.wake();
                    }
                }),
            ),
        ],
    );
}

fn main() {
    two_threads();
    one_waker();
    one_slot();
    measure(
        "block_on: one call",
        &mut [("a future that is ready", Box::new(|| block_on(ready(()))))],
    );
}

/// A waker that does nothing.
struct Idle;

impl Wake for Idle {
    fn wake(self: Arc<Self>) {}
}
