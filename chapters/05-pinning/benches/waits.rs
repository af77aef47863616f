//! Prints the chapter's "Measured" table: `cargo bench -p pinning`.
//!
//! Figures are medians of interleaved rounds; allocations are counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_by_hand::Clock;
use pinning::{Notified, Notify, join};

const ROUNDS: usize = 15;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Two naps, one inside the other's frame or each in a box of its own.
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

/// Somewhere to wait.
trait Place: Default {
    type Wait: Future<Output = ()>;
    fn wait(&self) -> Self::Wait;
    fn notify_one(&self);
}

impl Place for Notify {
    type Wait = Notified;
    fn wait(&self) -> Notified {
        self.notified()
    }
    fn notify_one(&self) {
        Notify::notify_one(self);
    }
}

/// The last number, and who waits.
type Shared<T> = Rc<RefCell<(u64, T)>>;

/// Numbered wakers in a queue: who leaves is looked for.
#[derive(Clone, Default)]
struct Queue(Shared<VecDeque<(u64, Waker)>>);

/// Numbered wakers in a tree.
#[derive(Clone, Default)]
struct Tree(Shared<BTreeMap<u64, Waker>>);

struct Numbered<P: Keep> {
    place: P,
    number: Option<u64>,
}

trait Keep: Unpin {
    fn put(&self, waker: Waker) -> u64;
    fn has(&self, number: u64) -> bool;
    fn take(&self, number: u64);
}

impl Keep for Queue {
    fn put(&self, waker: Waker) -> u64 {
        let (next, queue) = &mut *self.0.borrow_mut();
        *next += 1;
        queue.push_back((*next, waker));
        *next
    }
    fn has(&self, number: u64) -> bool {
        // Numbers come in order.
        self.0.borrow().1.front().is_some_and(|(first, _)| *first <= number)
    }
    fn take(&self, number: u64) {
        let queue = &mut self.0.borrow_mut().1;
        if let Some(at) = queue.iter().position(|(other, _)| *other == number) {
            queue.remove(at);
        }
    }
}

impl Keep for Tree {
    fn put(&self, waker: Waker) -> u64 {
        let (next, tree) = &mut *self.0.borrow_mut();
        *next += 1;
        tree.insert(*next, waker);
        *next
    }
    fn has(&self, number: u64) -> bool {
        self.0.borrow().1.contains_key(&number)
    }
    fn take(&self, number: u64) {
        self.0.borrow_mut().1.remove(&number);
    }
}

impl<P: Keep> Future for Numbered<P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.number {
            Some(number) if self.place.has(number) => return Poll::Pending,
            Some(_) => self.number = None,
            None => {
                self.number = Some(self.place.put(cx.waker().clone()));
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }
}

impl<P: Keep> Drop for Numbered<P> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.place.take(number);
        }
    }
}

impl Place for Queue {
    type Wait = Numbered<Queue>;
    fn wait(&self) -> Numbered<Queue> {
        Numbered { place: self.clone(), number: None }
    }
    fn notify_one(&self) {
        let first = self.0.borrow_mut().1.pop_front();
        first.expect("somebody waits").1.wake();
    }
}

impl Place for Tree {
    type Wait = Numbered<Tree>;
    fn wait(&self) -> Numbered<Tree> {
        Numbered { place: self.clone(), number: None }
    }
    fn notify_one(&self) {
        let first = self.0.borrow_mut().1.pop_first();
        first.expect("somebody waits").1.wake();
    }
}

/// One after the other: waits, is notified, is ready.
fn served<P: Place>(repeat: usize) {
    let place = P::default();
    for _ in 0..repeat {
        let mut wait = pin!(place.wait());
        assert!(poll(wait.as_mut()).is_pending());
        place.notify_one();
        assert!(poll(wait.as_mut()).is_ready());
    }
}

/// Waits among a thousand others, in the middle of whom it then leaves.
fn leaves<P: Place>(repeat: usize) {
    let place = P::default();
    let mut others: VecDeque<_> = (0..1000).map(|_| Box::pin(place.wait())).collect();
    for other in &mut others {
        assert!(poll(other.as_mut()).is_pending());
    }
    for _ in 0..repeat {
        // The one in the middle goes, and comes again at the end.
        let mut middle = others.remove(500).expect("there are a thousand");
        middle.set(place.wait());
        assert!(poll(middle.as_mut()).is_pending());
        others.push_back(middle);
    }
}

/// A thousand who wait are notified in a row.
fn row<P: Place>(repeat: usize) {
    let rows = repeat / 1000;
    let place = P::default();
    let mut waits: Vec<_> = (0..1000).map(|_| Box::pin(place.wait())).collect();
    for _ in 0..rows {
        for wait in &mut waits {
            wait.set(place.wait());
            assert!(poll(wait.as_mut()).is_pending());
        }
        for _ in 0..1000 {
            place.notify_one();
        }
        for wait in &mut waits {
            assert!(poll(wait.as_mut()).is_ready());
        }
    }
}

/// What it is called, and what does so many turns of it.
type Way<'w> = (&'w str, fn(usize));

/// Prints one line for each of `ways`: the time and the allocations of one turn.
fn measure(what: &str, repeat: usize, ways: &[Way<'_>]) {
    println!("{what}");
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); ways.len()];
    let mut allocations = vec![0; ways.len()];
    for _ in 0..ROUNDS {
        for (n, (_, run)) in ways.iter().enumerate() {
            let (before, begun) = (ALLOCATIONS.get(), Instant::now());
            run(black_box(repeat));
            #[expect(clippy::cast_precision_loss)]
            times[n].push(begun.elapsed().as_nanos() as f64 / repeat as f64);
            allocations[n] = (ALLOCATIONS.get() - before) / repeat;
        }
    }
    for (n, (name, _)) in ways.iter().enumerate() {
        times[n].sort_by(f64::total_cmp);
        let (time, count) = (times[n][ROUNDS / 2], allocations[n]);
        println!("  {name:<34}{time:>8.0} ns {count:>4} allocated");
    }
}

fn main() {
    measure(
        "two naps joined",
        2_000,
        &[("each in a box, as in chapter 04", boxed), ("inside the join", inside)],
    );
    measure(
        "a wait that is notified",
        100_000,
        &[
            ("a list in the futures", served::<Notify>),
            ("a queue", served::<Queue>),
            ("a tree", served::<Tree>),
        ],
    );
    measure(
        "a thousand wait, and are notified in a row: each",
        20_000,
        &[
            ("a list in the futures", row::<Notify>),
            ("a queue", row::<Queue>),
            ("a tree", row::<Tree>),
        ],
    );
    measure(
        "one of a thousand leaves and comes again",
        20_000,
        &[
            ("a list in the futures", leaves::<Notify>),
            ("a queue", leaves::<Queue>),
            ("a tree", leaves::<Tree>),
        ],
    );
    println!("a future that waits");
    println!("  {:<34}{:>8} bytes", "with its node", size_of::<Notified>());
    println!("  {:<34}{:>8} bytes", "with its number", size_of::<Numbered<Queue>>());
}
