//! Prints the chapter's "Measured" table: `cargo bench -p pinning`.
//!
//! The rows of a block take turns, and each time is a median. An allocator that wraps
//! the system's counts the allocations.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_by_hand::Clock;
use pinning::{Notified, Notify, join};

#[path = "../../allocations.rs"]
mod allocations;
use allocations::allocations;

const ROUNDS: usize = 15;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Sleeps four times.
async fn nap(clock: &Clock, ticks: u64) {
    for _ in 0..4 {
        clock.sleep(ticks).await;
    }
}

fn inside(repeat: usize) {
    for _ in 0..repeat {
        let clock = Clock::new();
        assert!(clock.run(join(nap(&clock, 3), nap(&clock, 5))).is_ok());
    }
}

fn boxed(repeat: usize) {
    for _ in 0..repeat {
        let clock = Clock::new();
        let both = (Box::pin(nap(&clock, 3)), Box::pin(nap(&clock, 5)));
        assert!(clock.run(futures_by_hand::join(both.0, both.1)).is_ok());
    }
}

/// A collection of waiters.
trait Waiters: Default {
    type Wait: Future<Output = ()>;
    fn wait(&self) -> Self::Wait;
    fn notify_one(&self);
}

impl Waiters for Notify {
    type Wait = Notified;
    fn wait(&self) -> Notified {
        self.notified()
    }
    fn notify_one(&self) {
        Notify::notify_one(self);
    }
}

/// The number given last, and the waiters.
type Shared<T> = Rc<RefCell<(u64, T)>>;

/// Numbered wakers in a queue. A waiter that leaves searches for its number.
#[derive(Clone, Default)]
struct Queue(Shared<VecDeque<(u64, Waker)>>);

/// Numbered wakers in a tree, ordered by number.
#[derive(Clone, Default)]
struct Tree(Shared<BTreeMap<u64, Waker>>);

struct Numbered<P: Store> {
    waiters: P,
    number: Option<u64>,
}

trait Store: Unpin {
    fn insert(&self, waker: Waker) -> u64;
    fn contains(&self, number: u64) -> bool;
    fn remove(&self, number: u64);
}

impl Store for Queue {
    fn insert(&self, waker: Waker) -> u64 {
        let (next, queue) = &mut *self.0.borrow_mut();
        *next += 1;
        queue.push_back((*next, waker));
        *next
    }
    fn contains(&self, number: u64) -> bool {
        // The queue is in the order of the numbers.
        self.0.borrow().1.front().is_some_and(|(first, _)| *first <= number)
    }
    fn remove(&self, number: u64) {
        let queue = &mut self.0.borrow_mut().1;
        if let Some(at) = queue.iter().position(|(other, _)| *other == number) {
            queue.remove(at);
        }
    }
}

impl Store for Tree {
    fn insert(&self, waker: Waker) -> u64 {
        let (next, tree) = &mut *self.0.borrow_mut();
        *next += 1;
        tree.insert(*next, waker);
        *next
    }
    fn contains(&self, number: u64) -> bool {
        self.0.borrow().1.contains_key(&number)
    }
    fn remove(&self, number: u64) {
        self.0.borrow_mut().1.remove(&number);
    }
}

impl<P: Store> Future for Numbered<P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.number {
            Some(number) if self.waiters.contains(number) => return Poll::Pending,
            Some(_) => self.number = None,
            None => {
                self.number = Some(self.waiters.insert(cx.waker().clone()));
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }
}

impl<P: Store> Drop for Numbered<P> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.waiters.remove(number);
        }
    }
}

impl Waiters for Queue {
    type Wait = Numbered<Queue>;
    fn wait(&self) -> Numbered<Queue> {
        Numbered { waiters: self.clone(), number: None }
    }
    fn notify_one(&self) {
        let first = self.0.borrow_mut().1.pop_front();
        first.expect("there is a waiter").1.wake();
    }
}

impl Waiters for Tree {
    type Wait = Numbered<Tree>;
    fn wait(&self) -> Numbered<Tree> {
        Numbered { waiters: self.clone(), number: None }
    }
    fn notify_one(&self) {
        let first = self.0.borrow_mut().1.pop_first();
        first.expect("there is a waiter").1.wake();
    }
}

/// One waiter after another waits, is notified and finishes.
fn served<P: Waiters>(repeat: usize) {
    let waiters = P::default();
    for _ in 0..repeat {
        let mut wait = pin!(waiters.wait());
        assert!(poll(wait.as_mut()).is_pending());
        waiters.notify_one();
        assert!(poll(wait.as_mut()).is_ready());
    }
}

/// The waiter in the middle of a thousand leaves and waits again.
fn leaves<P: Waiters>(repeat: usize) {
    let waiters = P::default();
    let mut others: VecDeque<_> = (0..1000).map(|_| Box::pin(waiters.wait())).collect();
    for other in &mut others {
        assert!(poll(other.as_mut()).is_pending());
    }
    for _ in 0..repeat {
        // `set` drops the old wait, and the new one is appended at the end.
        let mut middle = others.remove(500).expect("there are a thousand waiters");
        middle.set(waiters.wait());
        assert!(poll(middle.as_mut()).is_pending());
        others.push_back(middle);
    }
}

/// A thousand waiters wait, are notified in order, and finish.
fn in_order<P: Waiters>(repeat: usize) {
    let rounds = repeat / 1000;
    let waiters = P::default();
    let mut waits: Vec<_> = (0..1000).map(|_| Box::pin(waiters.wait())).collect();
    for _ in 0..rounds {
        for wait in &mut waits {
            wait.set(waiters.wait());
            assert!(poll(wait.as_mut()).is_pending());
        }
        for _ in 0..1000 {
            waiters.notify_one();
        }
        for wait in &mut waits {
            assert!(poll(wait.as_mut()).is_ready());
        }
    }
}

/// A row: its label, and a function that does its work `repeat` times.
type Row<'r> = (&'r str, fn(usize));

/// Prints the time and the allocations of one turn for each row.
fn measure(title: &str, repeat: usize, rows: &[Row<'_>]) {
    println!("{title}");
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); rows.len()];
    let mut counts = vec![0; rows.len()];
    for _ in 0..ROUNDS {
        for (n, (_, run)) in rows.iter().enumerate() {
            let begun = Instant::now();
            counts[n] = allocations(|| run(black_box(repeat))) / repeat;
            #[expect(clippy::cast_precision_loss)]
            times[n].push(begun.elapsed().as_nanos() as f64 / repeat as f64);
        }
    }
    for (n, (name, _)) in rows.iter().enumerate() {
        times[n].sort_by(f64::total_cmp);
        let (time, count) = (times[n][ROUNDS / 2], counts[n]);
        println!("  {name:<34}{time:>8.0} ns {count:>4} allocations");
    }
}

fn main() {
    measure(
        "two sleeps in a join: time for one join",
        2_000,
        &[
            ("each sleep in a box (chapter 04)", boxed),
            ("both sleeps inside the join", inside),
        ],
    );
    measure(
        "one waiter waits and is notified: time for one wait",
        100_000,
        &[
            ("intrusive list", served::<Notify>),
            ("queue of wakers (VecDeque)", served::<Queue>),
            ("tree of wakers (BTreeMap)", served::<Tree>),
        ],
    );
    measure(
        "1,000 waiters, notified in order: time for one waiter",
        20_000,
        &[
            ("intrusive list", in_order::<Notify>),
            ("queue of wakers (VecDeque)", in_order::<Queue>),
            ("tree of wakers (BTreeMap)", in_order::<Tree>),
        ],
    );
    measure(
        "1,000 waiters, the middle one leaves and waits again: time for one turn",
        20_000,
        &[
            ("intrusive list", leaves::<Notify>),
            ("queue of wakers (VecDeque)", leaves::<Queue>),
            ("tree of wakers (BTreeMap)", leaves::<Tree>),
        ],
    );
    println!("size of a waiting future");
    println!("  {:<34}{:>8} bytes", "with its list node", size_of::<Notified>());
    println!(
        "  {:<34}{:>8} bytes",
        "with a number in a queue or tree",
        size_of::<Numbered<Queue>>()
    );
}
