//! Prints the chapter's "Measured" table: `cargo bench -p wakers`.
//!
//! Figures are medians of interleaved rounds, but for the first block: it depends on
//! what else the machine has to do, and shows the best round and the worst.

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
const BALL_ROUNDS: usize = 101;

/// Whose turn it is, of two who play ball.
#[derive(Default)]
struct Ball {
    turn: AtomicU32,
    players: [AtomicWaker; 2],
}

impl Ball {
    async fn play(&self, me: u32, times: u32) {
        for _ in 0..times {
            poll_fn(|cx| {
                self.players[me as usize].register(cx.waker());
                // Acquire: pairs with the store of the other.
                let mine = self.turn.load(Acquire) % 2 == me;
                if mine { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            // Release: pairs with the load of the other.
            self.turn.fetch_add(1, Release);
            self.players[1 - me as usize].wake();
        }
    }
}

/// Polls until it is ready.
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

/// From one wake to the poll of the other, in nanoseconds.
fn there_and_back(times: u32, parked: bool) -> f64 {
    let ball = Arc::new(Ball::default());
    let other = Arc::clone(&ball);
    let run = move |ball: &Ball, me| {
        if parked {
            block_on(ball.play(me, times));
        } else {
            busy(ball.play(me, times));
        }
    };
    let begun = Instant::now();
    let other = thread::spawn(move || run(&other, 1));
    run(&ball, 0);
    other.join().expect("it plays to the end");
    #[expect(clippy::cast_precision_loss)]
    let time = begun.elapsed().as_nanos() as f64;
    time / (2.0 * f64::from(times))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The waker of `std`, from the trait.
struct Std(Arc<Parker>);

impl Wake for Std {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What it is called, and what does it once.
type Way<'w> = (&'w str, Box<dyn FnMut()>);

fn measure(what: &str, ways: &mut [Way<'_>]) {
    const REPEAT: u32 = 100_000;
    println!("{what}");
    let mut times = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for ((_, run), times) in ways.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            for _ in 0..REPEAT {
                run();
            }
            #[expect(clippy::cast_precision_loss)]
            times.push(begun.elapsed().as_nanos() as f64 / f64::from(REPEAT));
        }
    }
    for ((name, _), times) in ways.iter().zip(times) {
        println!("  {name:<38}{:>8.1} ns", median(times));
    }
}

fn ball() {
    println!("from a wake on one thread to the poll on another");
    let ways = [("both ask again and again", false), ("both sleep", true)];
    let mut rounds = ways.map(|_| Vec::new());
    let begun = Instant::now();
    // Not for ever, if somebody else wants the processors.
    while rounds[0].len() < BALL_ROUNDS && begun.elapsed() < Duration::from_secs(10) {
        for ((_, parked), rounds) in ways.iter().zip(&mut rounds) {
            rounds.push(there_and_back(250, *parked));
        }
    }
    for ((name, _), mut rounds) in ways.iter().zip(rounds) {
        rounds.sort_by(f64::total_cmp);
        let (best, worst) = (rounds[0], rounds[rounds.len() - 1]);
        println!("  {name:<38}{best:>8.0} ns at best, {worst:>9.0} ns at worst");
    }
}

fn a_waker() {
    let parker = Parker::new();
    let (by_hand, std) =
        (waker(Arc::clone(&parker)), Waker::from(Arc::new(Std(Arc::clone(&parker)))));
    let (cloned, same, other) = (by_hand.clone(), by_hand.clone(), std.clone());
    let borrowed = Arc::clone(&parker);
    measure(
        "a waker",
        &mut [
            (
                "made as a reference, and dropped",
                Box::new(move || drop(black_box(waker(Arc::clone(&parker))))),
            ),
            (
                "made as a borrow",
                Box::new(move || {
                    black_box(&*waker_ref(&borrowed));
                }),
            ),
            (
                "cloned and dropped, by hand",
                Box::new(move || drop(black_box(cloned.clone()))),
            ),
            (
                "cloned and dropped, by `Wake`",
                Box::new(move || drop(black_box(std.clone()))),
            ),
            (
                "asked whether it wakes the same",
                Box::new(move || {
                    black_box(same.will_wake(black_box(&other)));
                }),
            ),
        ],
    );
}

fn a_place() {
    let place = |waker: &Waker| {
        let place = AtomicWaker::new();
        place.register(waker);
        place
    };
    let wakers = [Waker::from(Arc::new(Nobody)), Waker::from(Arc::new(Nobody))];
    let [one, two] = wakers.clone();
    let (same, turns, woken) = (place(&one), place(&one), place(&one));
    let (locked, lock_woken) = (Mutex::new(Some(one.clone())), Mutex::new(None));
    let (again, lock_again, to_wake, lock_to_wake) =
        (one.clone(), one.clone(), one.clone(), one.clone());
    measure(
        "a place for a waker, without anybody else",
        &mut [
            ("the same one registered again", Box::new(move || same.register(&again))),
            (
                "the same, with a lock",
                Box::new(move || {
                    let mut place = locked.lock().expect("nobody panics with it");
                    if !place
                        .as_ref()
                        .is_some_and(|old: &Waker| old.will_wake(&lock_again))
                    {
                        *place = Some(lock_again.clone());
                    }
                }),
            ),
            (
                "two in turn: each",
                Box::new({
                    let mut first = true;
                    move || {
                        first = !first;
                        turns.register(if first { &one } else { &two });
                    }
                }),
            ),
            (
                "registered and woken",
                Box::new(move || {
                    woken.register(&to_wake);
                    woken.wake();
                }),
            ),
            (
                "the same, with a lock",
                Box::new(move || {
                    *lock_woken.lock().expect("nobody panics with it") =
                        Some(lock_to_wake.clone());
                    let woken: Option<Waker> =
                        lock_woken.lock().expect("nobody panics with it").take();
                    if let Some(waker) = woken {
                        waker.wake();
                    }
                }),
            ),
        ],
    );
}

fn main() {
    ball();
    a_waker();
    a_place();
    measure(
        "block_on",
        &mut [("of a future that is ready", Box::new(|| block_on(ready(()))))],
    );
}

/// Wakes nobody.
struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}
