//! Loom models of sleeping and waking in the pool, trap 1, of the watch that
//! stands empty, and of who drives a worker.

use super::{backup_poller::BackupPoller, handoff::Handoff, idle::Idle, parker::Parker};
use loom::{
    cell::UnsafeCell,
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

/// What `try_lock` does. (Loom's own blocks a thread that is about to try when
/// another gets the lock.)
#[derive(Default)]
struct DriverLock(AtomicBool);

struct DriverGuard<'a>(&'a DriverLock);

impl DriverLock {
    fn take(&self) -> Option<DriverGuard<'_>> {
        let taken = self.0.compare_exchange(false, true, Acquire, Relaxed);
        taken.is_ok().then(|| DriverGuard(self))
    }
}

impl Drop for DriverGuard<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Release);
    }
}

/// A worker's queue and its bell.
struct Member {
    queue: Mutex<usize>,
    parker: Parker,
}

struct Pool {
    idle: Idle,
    members: Vec<Member>,
    driver: DriverLock,
    backup_poller: BackupPoller,
    /// What ends the sleep of who is on watch.
    reactor: Notify,
}

impl Pool {
    fn new(workers: usize) -> Arc<Self> {
        let member = |_| Member {
            queue: Mutex::new(0),
            parker: Parker::new(),
        };
        Arc::new(Self {
            idle: Idle::new(workers),
            members: (0..workers).map(member).collect(),
            driver: DriverLock::default(),
            backup_poller: BackupPoller::new(),
            reactor: Notify::new(),
        })
    }

    fn push(&self, queue: usize) {
        *self.members[queue].queue.lock().unwrap() += 1;
        self.notify();
    }

    fn let_go(&self, driver: Option<DriverGuard<'_>>) {
        let was_held = driver.is_some();
        drop(driver);
        if was_held {
            self.backup_poller.note_change();
        }
    }

    fn wake_backup_poller(&self) {
        if self.backup_poller.is_missing()
            && self.driver.take().is_some()
            && let Some(worker) = self.idle.somebody_asleep()
        {
            self.ring(worker);
        }
    }

    fn notify(&self) {
        if let Some(worker) = self.idle.whom_to_wake() {
            self.ring(worker);
        }
    }

    fn ring(&self, worker: usize) {
        if self.members[worker].parker.ring() {
            self.reactor.notify();
        }
    }

    fn pop(&self) -> bool {
        self.members.iter().any(|member| {
            let mut queue = member.queue.lock().unwrap();
            let found = *queue > 0;
            *queue -= usize::from(found);
            found
        })
    }

    fn has_work(&self) -> bool {
        self.members
            .iter()
            .any(|member| *member.queue.lock().unwrap() > 0)
    }

    /// The worker's loop, until it has found one piece of work.
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
            searching = self.rest(index, searching, || self.has_work(), || false);
        }
    }

    /// Sleeps, as `Worker::rest` does; true if it was woken to search. Should
    /// there be work and nobody woken, loom reports that nobody can go on.
    fn rest(
        &self,
        index: usize,
        searching: bool,
        has_work: impl Fn() -> bool,
        must_stay_up: impl Fn() -> bool,
    ) -> bool {
        let driver = self.driver.take();
        self.idle.fall_asleep(index, searching, driver.is_some());
        let driver = driver.or_else(|| self.driver.take());
        let parker = &self.members[index].parker;
        let has_work = has_work();
        if has_work || must_stay_up() {
            self.let_go(driver);
            if has_work && searching {
                self.notify();
            }
        } else {
            match driver {
                Some(driver) if parker.prepare_drive() => {
                    self.reactor.wait();
                    self.let_go(Some(driver));
                }
                None if parker.prepare_park() => self.park_without_driver(index),
                rung_for => self.let_go(rung_for),
            }
        }
        parker.unparked();
        self.idle.wake_up(index)
    }

    /// As [`rest`](Self::rest), by one that goes away when it gets the driver.
    fn lie_at_door(&self, index: usize) {
        self.idle.fall_asleep(index, false, false);
        let parker = &self.members[index].parker;
        if self.driver.take().is_none() && parker.prepare_park() {
            self.park_without_driver(index);
        }
        parker.unparked();
        let _ = self.idle.wake_up(index);
    }

    /// Loom's time does not pass, so each patrol ends at once.
    fn park_without_driver(&self, index: usize) {
        let mut duty = self.backup_poller.begin();
        while let Some(on_duty) = duty {
            if self.driver.take().is_some() {
                return;
            }
            duty = on_duty.goes_on();
        }
        self.members[index].parker.sleep(None);
    }
}

#[test]
fn trap_01_work_that_is_queued_as_a_worker_falls_asleep_is_found() {
    model(|| {
        let pool = Pool::new(2);
        let worker = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.work(1))
        };
        pool.push(0);
        worker.join().unwrap();
        assert!(!pool.has_work());
    });
}

#[test]
fn trap_01_two_pieces_of_work_wake_two_workers() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let pool = Pool::new(3);
        let workers = [1, 2].map(|index| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.work(index))
        });
        pool.push(0);
        pool.push(0);
        for worker in workers {
            worker.join().unwrap();
        }
        assert!(!pool.has_work());
    });
}

#[test]
fn a_ring_is_heard_before_the_sleep_or_ends_it() {
    for watch_is_taken in [false, true] {
        model(move || {
            let pool = Pool::new(1);
            let _watch = watch_is_taken.then(|| pool.driver.take());
            let ringer = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.ring(0))
            };
            let parker = &pool.members[0].parker;
            match pool.driver.take() {
                Some(_) if parker.prepare_drive() => pool.reactor.wait(),
                None if parker.prepare_park() => assert!(parker.sleep(None)),
                _ => {}
            }
            parker.unparked();
            ringer.join().unwrap();
        });
    }
}

/// One worker lets go of the watch and is busy from then on; the other, at its
/// door, ends its patrols or has ended them. It takes the watch, be it after a
/// patrol or because it was called.
#[test]
fn a_watch_that_is_left_empty_is_taken() {
    model(|| {
        let shared = Arc::new((DriverLock::default(), BackupPoller::new(), Parker::new()));
        let left = shared.0.take();
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (driver, backup_poller, parker) = &*shared;
                let may_lie = driver.take().is_none() && parker.prepare_park();
                let mut duty = may_lie.then(|| backup_poller.begin().expect("the first"));
                while let Some(on_duty) = duty {
                    if driver.take().is_some() {
                        break;
                    }
                    // Loom's time does not pass, so each patrol ends at once.
                    duty = on_duty.goes_on();
                    if duty.is_none() {
                        parker.sleep(None);
                    }
                }
                parker.unparked();
                assert!(driver.take().is_some(), "it is empty");
            })
        };
        let (_, backup_poller, parker) = &*shared;
        drop(left);
        backup_poller.note_change();
        if backup_poller.is_missing() {
            let on_watch = parker.ring();
            assert!(!on_watch);
        }
        other.join().unwrap();
    });
}

#[test]
fn one_thread_at_a_time_has_the_worker_and_the_owner_gets_it_back() {
    model(|| {
        // Loom reports it if two threads are at the worker at once, or if one
        // does not see what the other did.
        let worker = UnsafeCell::new(0);
        let shared = Arc::new((Handoff::new(), Notify::new(), worker));
        let left = shared.0.leave();
        let substitute = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, bell, worker) = &*shared;
                let seated = handoff.substitute(left);
                if seated {
                    // SAFETY: what the model is about.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    if !handoff.is_wanted() {
                        bell.wait();
                    }
                    handoff.leave();
                }
                usize::from(seated)
            })
        };
        let (handoff, bell, worker) = &*shared;
        handoff.come_back(|| bell.notify());
        // SAFETY: as above.
        let turns = worker.with(|turns| unsafe { *turns });
        assert_eq!(turns, substitute.join().unwrap());
    });
}

#[test]
fn trap_16_an_end_waits_until_nobody_drives_and_then_nobody_begins_to() {
    model(|| {
        let shared = Arc::new((Handoff::new(), UnsafeCell::new(0)));
        let owner = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, worker) = &*shared;
                let left = handoff.leave();
                assert_eq!(left, 1);
                handoff.come_back(|| ());
                // SAFETY: what the model is about.
                worker.with_mut(|turns| unsafe { *turns += 1 });
                handoff.end();
            })
        };
        let substitute = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (handoff, worker) = &*shared;
                if handoff.substitute(1) {
                    // SAFETY: as above.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    handoff.leave();
                }
            })
        };
        // Should nobody say that the seat is left, loom reports that nobody can
        // go on.
        shared.0.wait_until_left();
        assert!(!shared.0.substitute(1), "the pool has ended");
        owner.join().unwrap();
        substitute.join().unwrap();
    });
}

#[test]
fn a_substitute_is_for_the_time_that_it_was_called_for() {
    model(|| {
        let handoff = Handoff::new();
        let first = handoff.leave();
        handoff.come_back(|| {});
        let second = handoff.leave();
        assert!(!handoff.substitute(first), "that time is over");
        assert!(handoff.substitute(second));
        assert!(!handoff.substitute(second), "the handoff is taken");
    });
}

#[test]
fn trap_01_a_wake_of_the_root_as_its_worker_falls_asleep_is_heard() {
    model(|| {
        let shared = Arc::new((Pool::new(1), AtomicBool::new(false)));
        let other = wake_the_root(&shared);
        let (pool, due) = &*shared;
        while !(due.load(SeqCst) && due.swap(false, SeqCst)) {
            pool.rest(0, false, || false, || due.load(SeqCst));
        }
        other.join().unwrap();
    });
}

/// The root is woken from elsewhere, as its worker lies down, and blocks until
/// the other worker has the watch.
#[test]
fn a_root_that_blocks_leaves_the_watch_to_who_sleeps() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let shared = Arc::new((Pool::new(2), AtomicBool::new(false)));
        let sibling = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let pool = &shared.0;
                // It lies down once or twice, and then has what it wants.
                while pool.driver.take().is_none() {
                    pool.lie_at_door(1);
                }
            })
        };
        let waker = wake_the_root(&shared);
        let (pool, due) = &*shared;
        while !(due.load(SeqCst) && due.swap(false, SeqCst)) {
            pool.rest(0, false, || false, || due.load(SeqCst));
        }
        pool.wake_backup_poller();
        sibling.join().unwrap();
        waker.join().unwrap();
    });
}

fn wake_the_root(shared: &Arc<(Arc<Pool>, AtomicBool)>) -> thread::JoinHandle<()> {
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        shared.1.store(true, SeqCst);
        shared.0.ring(0);
    })
}
