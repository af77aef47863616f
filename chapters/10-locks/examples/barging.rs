//! Three tasks take the same lock again and again. One lock is handed over, and the other
//! one is free until some task takes it.

use std::cell::Cell;
use std::rc::Rc;

use locks::{Executor, Mutex, Notify};

#[path = "../../yield_now.rs"]
mod yield_now;
use yield_now::yield_now;

// ANCHOR: barging
/// A lock that becomes free before it wakes a task.
#[derive(Default)]
struct Barging {
    locked: Cell<bool>,
    free: Notify,
}

impl Barging {
    async fn lock(&self) {
        while self.locked.replace(true) {
            self.free.notified().await;
        }
    }

    fn unlock(&self) {
        self.locked.set(false);
        self.free.notify_one();
    }
}
// ANCHOR_END: barging

/// Runs three tasks until they have had the lock 900 times together. Each step takes the
/// lock, waits once, and gives the lock back.
fn run<S: Future<Output = ()> + 'static>(name: &str, step: impl Fn() -> S) {
    let (executor, left) = (Executor::new(), Rc::new(Cell::new(900)));
    let counts = Rc::new([const { Cell::new(0) }; 3]);
    let tasks: Vec<_> = (0..3)
        .map(|task| {
            let (left, counts) = (Rc::clone(&left), Rc::clone(&counts));
            let steps: Vec<S> = (0..900).map(|_| step()).collect();
            executor.spawner().spawn(async move {
                for step in steps {
                    step.await;
                    if left.get() == 0 {
                        return;
                    }
                    left.set(left.get() - 1);
                    counts[task].set(counts[task].get() + 1);
                }
            })
        })
        .collect();
    executor.block_on(async {
        for task in tasks {
            task.await.expect("the task ends");
        }
    });
    let [a, b, c] = [0, 1, 2].map(|task| counts[task].get());
    println!("{name}  {a:>3}, {b:>3} and {c:>3} times");
}

fn main() {
    let barging = Rc::new(Barging::default());
    run("barging    ", || {
        let barging = Rc::clone(&barging);
        async move {
            barging.lock().await;
            yield_now().await;
            barging.unlock();
        }
    });
    let mutex = Rc::new(Mutex::new(()));
    run("handed over", || {
        let mutex = Rc::clone(&mutex);
        async move {
            let _guard = mutex.lock().await;
            yield_now().await;
        }
    });
}
