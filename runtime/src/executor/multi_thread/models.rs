//! Loom models of parking and waking in a multi-thread runtime (pitfall 1), and of the
//! driver lock.

mod handoff;

use super::{backup_poller::BackupPoller, idle::Idle, parker::Parker};
use loom::{
    model,
    sync::{
        Arc, Mutex, Notify,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Relaxed, Release, SeqCst},
        },
    },
    thread,
};

/// A lock with `try_lock` only. loom's own blocks a thread that is about to try while
/// another thread takes the lock.
#[derive(Default)]
struct DriverLock(AtomicBool);

struct DriverGuard<'a>(&'a DriverLock);

impl DriverLock {
    fn try_take(&self) -> Option<DriverGuard<'_>> {
        let taken = self.0.compare_exchange(false, true, Acquire, Relaxed);
        taken.is_ok().then(|| DriverGuard(self))
    }
}

impl Drop for DriverGuard<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Release);
    }
}

/// A worker's queue and its parker.
struct RemoteWorker {
    queue: Mutex<usize>,
    parker: Parker,
}

struct SharedModel {
    idle: Idle,
    remotes: Vec<RemoteWorker>,
    driver: DriverLock,
    backup_poller: BackupPoller,
    /// Wakes the worker that is parked on the driver.
    reactor: Notify,
}

impl SharedModel {
    fn new(workers: usize) -> Arc<Self> {
        let remote = |_| RemoteWorker {
            queue: Mutex::new(0),
            parker: Parker::new(),
        };
        Arc::new(Self {
            idle: Idle::new(workers),
            remotes: (0..workers).map(remote).collect(),
            driver: DriverLock::default(),
            backup_poller: BackupPoller::new(),
            reactor: Notify::new(),
        })
    }

    fn push(&self, queue: usize) {
        *self.remotes[queue].queue.lock().unwrap() += 1;
        self.notify();
    }

    fn release(&self, driver: Option<DriverGuard<'_>>) {
        let was_held = driver.is_some();
        drop(driver);
        if was_held {
            self.backup_poller.count_release();
        }
    }

    fn wake_backup_poller(&self) {
        if self.backup_poller.is_missing()
            && self.driver.try_take().is_some()
            && let Some(worker) = self.idle.any_parked()
        {
            self.unpark(worker);
        }
    }

    fn notify(&self) {
        if let Some(worker) = self.idle.worker_to_notify() {
            self.unpark(worker);
        }
    }

    fn unpark(&self, worker: usize) {
        if self.remotes[worker].parker.unpark() {
            self.reactor.notify();
        }
    }

    fn pop(&self) -> bool {
        self.remotes.iter().any(|remote| {
            let mut queue = remote.queue.lock().unwrap();
            let found = *queue > 0;
            *queue -= usize::from(found);
            found
        })
    }

    fn has_work(&self) -> bool {
        self.remotes
            .iter()
            .any(|remote| *remote.queue.lock().unwrap() > 0)
    }

    /// The loop of a worker, until it has found one task.
    fn work(&self, index: usize) {
        let mut searching = false;
        loop {
            searching = searching || self.idle.start_search();
            if self.pop() {
                if searching && self.idle.end_search() {
                    self.notify();
                }
                return;
            }
            searching = self.park(index, searching, || self.has_work(), || false);
        }
    }

    /// Parks as `Worker::park` does. True if the worker was woken to search. If there is
    /// work and no worker is woken, loom reports a deadlock.
    fn park(
        &self,
        index: usize,
        searching: bool,
        has_work: impl Fn() -> bool,
        must_not_park: impl Fn() -> bool,
    ) -> bool {
        let driver = self.driver.try_take();
        self.idle.announce_park(index, searching, driver.is_some());
        let driver = driver.or_else(|| self.driver.try_take());
        let parker = &self.remotes[index].parker;
        let has_work = has_work();
        if has_work || must_not_park() {
            self.release(driver);
            if has_work && searching {
                self.notify();
            }
        } else {
            match driver {
                Some(driver) if parker.prepare_park_on_driver() => {
                    self.reactor.wait();
                    self.release(Some(driver));
                }
                None if parker.prepare_park() => self.park_without_driver(index),
                was_unparked => self.release(was_unparked),
            }
        }
        parker.reset();
        self.idle.withdraw_park(index)
    }

    /// [`park`](Self::park) of a worker that leaves when it gets the driver.
    fn park_on_condvar(&self, index: usize) {
        self.idle.announce_park(index, false, false);
        let parker = &self.remotes[index].parker;
        if self.driver.try_take().is_none() && parker.prepare_park() {
            self.park_without_driver(index);
        }
        parker.reset();
        let _ = self.idle.withdraw_park(index);
    }

    /// Time does not pass in loom, so each interval ends at once.
    fn park_without_driver(&self, index: usize) {
        let mut backup = self.backup_poller.try_begin();
        while let Some(guard) = backup {
            if self.driver.try_take().is_some() {
                return;
            }
            backup = guard.continue_if_released();
        }
        self.remotes[index].parker.park(None);
    }
}

#[test]
fn pitfall_01_work_that_is_queued_while_a_worker_parks_is_found() {
    model(|| {
        let model = SharedModel::new(2);
        let worker = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.work(1))
        };
        model.push(0);
        worker.join().unwrap();
        assert!(!model.has_work());
    });
}

#[test]
fn pitfall_01_two_pieces_of_work_wake_two_workers() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let model = SharedModel::new(3);
        let workers = [1, 2].map(|index| {
            let model = Arc::clone(&model);
            thread::spawn(move || model.work(index))
        });
        model.push(0);
        model.push(0);
        for worker in workers {
            worker.join().unwrap();
        }
        assert!(!model.has_work());
    });
}

#[test]
fn an_unpark_keeps_the_worker_from_parking_or_wakes_it() {
    for driver_is_taken in [false, true] {
        model(move || {
            let model = SharedModel::new(1);
            let _driver = driver_is_taken.then(|| model.driver.try_take());
            let other = {
                let model = Arc::clone(&model);
                thread::spawn(move || model.unpark(0))
            };
            let parker = &model.remotes[0].parker;
            match model.driver.try_take() {
                Some(_) if parker.prepare_park_on_driver() => model.reactor.wait(),
                None if parker.prepare_park() => assert!(parker.park(None)),
                _ => {}
            }
            parker.reset();
            other.join().unwrap();
        });
    }
}

/// One worker releases the driver and is busy from then on. The other is parked on its
/// condition variable, as the backup poller or without a timeout. It takes the driver,
/// after an interval or because it was woken.
#[test]
fn a_driver_that_is_released_is_taken() {
    model(|| {
        let shared = Arc::new((DriverLock::default(), BackupPoller::new(), Parker::new()));
        let left = shared.0.try_take();
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (driver, backup_poller, parker) = &*shared;
                let may_park = driver.try_take().is_none() && parker.prepare_park();
                let mut backup =
                    may_park.then(|| backup_poller.try_begin().expect("there is no other"));
                while let Some(guard) = backup {
                    if driver.try_take().is_some() {
                        break;
                    }
                    // Time does not pass in loom, so each interval ends at once.
                    backup = guard.continue_if_released();
                    if backup.is_none() {
                        parker.park(None);
                    }
                }
                parker.reset();
                assert!(driver.try_take().is_some(), "it is free");
            })
        };
        let (_, backup_poller, parker) = &*shared;
        drop(left);
        backup_poller.count_release();
        if backup_poller.is_missing() {
            let on_driver = parker.unpark();
            assert!(!on_driver);
        }
        other.join().unwrap();
    });
}

#[test]
fn pitfall_01_a_wake_of_the_block_on_task_while_its_worker_parks_is_seen() {
    model(|| {
        let shared = Arc::new((SharedModel::new(1), AtomicBool::new(false)));
        let other = wake_block_on_task(&shared);
        let (model, due) = &*shared;
        while !(due.load(SeqCst) && due.swap(false, SeqCst)) {
            model.park(0, false, || false, || due.load(SeqCst));
        }
        other.join().unwrap();
    });
}

/// Another thread wakes the `block_on` task while its worker parks. The `block_on` task
/// blocks until the other worker has the driver.
#[test]
fn a_block_on_task_that_blocks_leaves_the_driver_to_a_parked_worker() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let shared = Arc::new((SharedModel::new(2), AtomicBool::new(false)));
        let sibling = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let model = &shared.0;
                // It parks once or twice, and then holds the driver.
                while model.driver.try_take().is_none() {
                    model.park_on_condvar(1);
                }
            })
        };
        let waker = wake_block_on_task(&shared);
        let (model, due) = &*shared;
        while !(due.load(SeqCst) && due.swap(false, SeqCst)) {
            model.park(0, false, || false, || due.load(SeqCst));
        }
        model.wake_backup_poller();
        sibling.join().unwrap();
        waker.join().unwrap();
    });
}

fn wake_block_on_task(shared: &Arc<(Arc<SharedModel>, AtomicBool)>) -> thread::JoinHandle<()> {
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        shared.1.store(true, SeqCst);
        shared.0.unpark(0);
    })
}
