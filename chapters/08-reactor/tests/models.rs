//! Every interleaving of a thread that sleeps in a poll with threads that wake it.

use std::sync::Arc;

use loom::sync::Notify;
use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use loom::thread;
use reactor::Sleep;

/// A thread that sleeps in `selector`, and the work that other threads add.
struct Model {
    sleep: Sleep,
    work: AtomicUsize,
    /// Stands for the poll and its signal.
    selector: Notify,
}

impl Model {
    fn new() -> Arc<Model> {
        let (sleep, work) = (Sleep::new(), AtomicUsize::new(0));
        Arc::new(Model { sleep, work, selector: Notify::new() })
    }

    fn add_work(&self) {
        // Relaxed is enough, because `Sleep` makes the work visible.
        self.work.fetch_add(1, Relaxed);
        if self.sleep.wake() {
            self.selector.notify();
        }
    }

    /// The loop of the runtime, until it has seen this much work.
    fn run(&self, until: usize) {
        while self.work.load(Relaxed) < until {
            if self.sleep.begin() {
                self.selector.wait();
            }
            self.sleep.interrupt();
            self.sleep.end();
        }
    }
}

#[test]
fn a_wake_while_the_thread_goes_to_sleep_is_not_lost() {
    loom::model(|| {
        let model = Model::new();
        let device = Arc::clone(&model);
        thread::spawn(move || device.add_work());
        model.run(1);
    });
}

#[test]
fn two_threads_may_wake_a_sleeping_thread_at_the_same_time() {
    loom::model(|| {
        let model = Model::new();
        for _ in 0..2 {
            let device = Arc::clone(&model);
            thread::spawn(move || device.add_work());
        }
        model.run(2);
    });
}
