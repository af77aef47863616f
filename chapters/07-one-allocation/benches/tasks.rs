//! Prints the "Measured" tables of both pages: `cargo bench -p one-allocation`.
//!
//! The two executors take turns, and each time is a median.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Poll, Waker};
use std::time::Instant;

/// Counts what the whole program allocates.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Relaxed: this program has one thread.
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROUNDS: usize = 11;

/// The operations that both executors have.
trait Runs: Default {
    fn start(&self, future: impl Future<Output = ()> + 'static);
    fn spawn_and_join(&self);
    fn run_woken(&self);
}

impl Runs for executor::Executor {
    fn start(&self, future: impl Future<Output = ()> + 'static) {
        drop(self.spawner().spawn(future));
    }

    fn spawn_and_join(&self) {
        let task = self.spawner().spawn(async {});
        self.block_on(task).expect("the task ends");
    }

    fn run_woken(&self) {
        self.run_woken();
    }
}

impl Runs for one_allocation::Executor {
    fn start(&self, future: impl Future<Output = ()> + 'static) {
        drop(self.spawn(future));
    }

    fn spawn_and_join(&self) {
        let task = self.spawn(async {});
        self.block_on(task).expect("the task ends");
    }

    fn run_woken(&self) {
        self.run_woken();
    }
}

/// A task that gives its waker away at the first poll, and wakes itself at each later one.
fn turns(wakers: &Rc<RefCell<Vec<Waker>>>) -> impl Future<Output = ()> + use<> {
    let mut wakers = Some(Rc::clone(wakers));
    poll_fn(move |cx| {
        match wakers.take() {
            Some(wakers) => wakers.borrow_mut().push(cx.waker().clone()),
            None => cx.waker().wake_by_ref(),
        }
        Poll::<()>::Pending
    })
}

/// Wakes the tasks in a random order. In their own order, the processor would guess where
/// the next task is.
fn wake_in_random_order(mut wakers: Vec<Waker>) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    while !wakers.is_empty() {
        // Marsaglia's xorshift.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let index =
            usize::try_from(random % wakers.len() as u64).expect("it is an index");
        wakers.swap_remove(index).wake();
    }
}

/// Nanoseconds for one poll, with so many tasks that all wake themselves.
fn turn<E: Runs>(tasks: usize) -> f64 {
    let executor = E::default();
    let wakers = Rc::default();
    for _ in 0..tasks {
        executor.start(turns(&wakers));
    }
    executor.run_woken();
    wake_in_random_order(wakers.take());
    let rounds = (200_000 / tasks).max(2);
    let begun = Instant::now();
    for _ in 0..rounds {
        executor.run_woken();
    }
    per(begun, rounds * tasks)
}

fn spawn_and_join<E: Runs>() -> f64 {
    const TIMES: usize = 20_000;
    let executor = E::default();
    let begun = Instant::now();
    for _ in 0..TIMES {
        executor.spawn_and_join();
    }
    per(begun, TIMES)
}

#[expect(clippy::cast_precision_loss)]
fn per(begun: Instant, times: usize) -> f64 {
    begun.elapsed().as_nanos() as f64 / times as f64
}

/// Allocations and bytes of one more task that waits.
fn memory<E: Runs>() -> (usize, usize) {
    let executor = E::default();
    executor.start(pending());
    let before = (ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed));
    executor.start(pending());
    (ALLOCATIONS.load(Relaxed) - before.0, BYTES.load(Relaxed) - before.1)
}

fn row(name: &str, measure: [fn() -> f64; 2]) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (measure, times) in measure.iter().zip(&mut times) {
            times.push(measure());
        }
    }
    let [several, one] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    println!("{name:<36}{several:>8.0} ns {one:>9.0} ns");
}

fn main() {
    type Several = executor::Executor;
    type One = one_allocation::Executor;
    println!("{:<36}{:>11} {:>12}", "", "executor", "one alloc.");
    let (several, one) = (memory::<Several>(), memory::<One>());
    println!("{:<36}{:>8}    {:>9}", "allocations for one task", several.0, one.0);
    println!("{:<36}{:>8}    {:>9}", "bytes for one task", several.1, one.1);
    row("spawn a task and join it", [spawn_and_join::<Several>, spawn_and_join::<One>]);
    row("wake and poll, 10 tasks", [|| turn::<Several>(10), || turn::<One>(10)]);
    row("wake and poll, 1,000 tasks", [|| turn::<Several>(1000), || turn::<One>(1000)]);
    row(
        "wake and poll, 200,000 tasks",
        [|| turn::<Several>(200_000), || turn::<One>(200_000)],
    );
}
