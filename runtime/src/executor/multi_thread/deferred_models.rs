//! Loom models of tasks, and of a `block_on` task, that have yielded: a sibling takes
//! such a task if its worker is long in coming to it, and the `block_on` task's turn comes
//! although siblings take the tasks that it waits for.

use super::{idle::Idle, parker::Parker};
use loom::{
    model,
    sync::{
        Arc, Mutex, Notify,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

/// Two workers with what the models need of them. Nothing is ever stolen from
/// worker 1.
struct SharedModel {
    idle: Idle,
    parkers: [Parker; 2],
    /// Worker 0's deque and the tasks of it that have yielded.
    queued: Mutex<usize>,
    deferred: Mutex<usize>,
    block_on_is_woken: AtomicBool,
}

fn take(queue: &Mutex<usize>) -> bool {
    let mut tasks = queue.lock().unwrap();
    let found = *tasks > 0;
    *tasks -= usize::from(found);
    found
}

impl SharedModel {
    fn new(queued: usize) -> Self {
        Self {
            idle: Idle::new(2),
            parkers: [Parker::new(), Parker::new()],
            queued: Mutex::new(queued),
            deferred: Mutex::new(0),
            block_on_is_woken: AtomicBool::new(false),
        }
    }

    fn queued(&self) -> usize {
        *self.queued.lock().unwrap()
    }

    fn notify(&self) {
        if let Some(worker) = self.idle.worker_to_notify() {
            let _ = self.parkers[worker].unpark();
        }
    }

    /// `Worker::push_after_turn` of a task that yielded.
    fn defer(&self) {
        *self.deferred.lock().unwrap() += 1;
        if self.queued() > 0 {
            self.notify();
        }
    }

    fn has_work(&self) -> bool {
        self.queued() > 0 || *self.deferred.lock().unwrap() > 0
    }

    /// `Worker::park`, without the driver, which another thread has.
    fn park(&self, worker: usize, searched: bool, must_not_park: impl Fn() -> bool) -> bool {
        self.idle.announce_park(worker, searched, false);
        let has_work = self.has_work();
        if has_work || must_not_park() {
            if has_work && searched {
                self.notify();
            }
        } else if self.parkers[worker].prepare_park() {
            self.parkers[worker].park(None);
        }
        self.parkers[worker].reset();
        self.idle.withdraw_park(worker)
    }

    /// Worker 1 looks for one task: in the queue first, and then among those
    /// that have yielded. `Some(true)` is one of the latter. `None` if `until`
    /// came true before.
    fn steal(&self, until: impl Fn() -> bool) -> Option<bool> {
        let mut searching = false;
        while !until() {
            searching = searching || self.idle.start_search();
            let found = if take(&self.queued) {
                Some(false)
            } else {
                (searching && take(&self.deferred)).then_some(true)
            };
            if found.is_some() {
                if searching && self.idle.end_search() {
                    self.notify();
                }
                return found;
            }
            searching = self.park(1, searching, &until);
        }
        None
    }
}

/// The queued task waits for the task that has yielded. Its worker
/// takes the yielded task, or the sibling does. The other worker runs the other task.
#[test]
fn a_task_that_has_yielded_is_run_while_its_worker_is_busy() {
    model(|| {
        let shared = Arc::new((SharedModel::new(1), Notify::new()));
        let run = |(_, ended): &(SharedModel, Notify), has_yielded: bool| {
            if has_yielded {
                ended.notify();
            } else {
                // If no worker takes the other task, loom reports a deadlock.
                ended.wait();
            }
        };
        let sibling = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let stolen = shared.0.steal(|| false);
                run(&shared, stolen.unwrap());
            })
        };
        let model = &shared.0;
        model.defer();
        if take(&model.queued) {
            run(&shared, false);
        } else if take(&model.deferred) {
            // `Worker::take_after_look`: nothing else is queued here.
            run(&shared, true);
        }
        sibling.join().unwrap();
        assert!(!model.has_work());
    });
}

/// The `block_on` task yielded to a task that a sibling steals before the worker comes to
/// it, or does not.
#[test]
fn a_block_on_task_that_has_yielded_is_polled_although_what_it_waits_for_is_stolen() {
    model(|| {
        let shared = Arc::new((SharedModel::new(1), AtomicBool::new(false)));
        let sibling = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (model, ended) = &*shared;
                let _ = model.steal(|| ended.load(SeqCst));
            })
        };
        let (model, ended) = &*shared;
        // `Worker::requeue`.
        let mut waits = model.queued().min(1);
        model.block_on_is_woken.store(true, SeqCst);
        let mut steps = 0;
        loop {
            // `Worker::take_block_on`.
            let has_to_wait = model.block_on_is_woken.load(SeqCst) && waits > 0;
            waits -= usize::from(has_to_wait);
            if !has_to_wait && model.block_on_is_woken.swap(false, SeqCst) {
                break;
            }
            // `Worker::step`.
            steps += 1;
            if !take(&model.queued) {
                waits = 0;
                if !model.block_on_is_woken.load(SeqCst) {
                    model.park(0, false, || model.block_on_is_woken.load(SeqCst));
                }
            }
        }
        assert!(steps <= 1, "it yielded to one task");
        ended.store(true, SeqCst);
        let _ = model.parkers[1].unpark();
        sibling.join().unwrap();
    });
}
