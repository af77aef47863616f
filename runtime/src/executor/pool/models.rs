//! Loom models of sleeping and waking in the pool, trap 1, of the watch that
//! stands empty, and of who drives a worker.

use super::{deputy::Deputy, doorbell::Doorbell, idle::Idle, seat::Seat};
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
struct Watch(AtomicBool);

struct Watcher<'a>(&'a Watch);

impl Watch {
    fn take(&self) -> Option<Watcher<'_>> {
        let taken = self.0.compare_exchange(false, true, Acquire, Relaxed);
        taken.is_ok().then(|| Watcher(self))
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Release);
    }
}

/// A worker's queue and its bell.
struct Member {
    queue: Mutex<usize>,
    doorbell: Doorbell,
}

struct Pool {
    idle: Idle,
    members: Vec<Member>,
    watch: Watch,
    deputy: Deputy,
    /// What ends the sleep of who is on watch.
    reactor: Notify,
}

impl Pool {
    fn new(workers: usize) -> Arc<Self> {
        let member = |_| Member {
            queue: Mutex::new(0),
            doorbell: Doorbell::new(),
        };
        Arc::new(Self {
            idle: Idle::new(workers),
            members: (0..workers).map(member).collect(),
            watch: Watch::default(),
            deputy: Deputy::new(),
            reactor: Notify::new(),
        })
    }

    fn push(&self, queue: usize) {
        *self.members[queue].queue.lock().unwrap() += 1;
        self.notify();
    }

    fn let_go(&self, watch: Option<Watcher<'_>>) {
        let was_held = watch.is_some();
        drop(watch);
        if was_held {
            self.deputy.note_change();
        }
    }

    fn relieve(&self) {
        if self.deputy.is_missing()
            && self.watch.take().is_some()
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
        if self.members[worker].doorbell.ring() {
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
        let watch = self.watch.take();
        self.idle.fall_asleep(index, searching, watch.is_some());
        let watch = watch.or_else(|| self.watch.take());
        let doorbell = &self.members[index].doorbell;
        let has_work = has_work();
        if has_work || must_stay_up() {
            self.let_go(watch);
            if has_work && searching {
                self.notify();
            }
        } else {
            match watch {
                Some(watch) if doorbell.go_on_watch() => {
                    self.reactor.wait();
                    self.let_go(Some(watch));
                }
                None if doorbell.lie_down() => self.sleep_at_door(index),
                rung_for => self.let_go(rung_for),
            }
        }
        doorbell.get_up();
        self.idle.wake_up(index)
    }

    /// As [`rest`](Self::rest), by one that goes away when it gets the watch.
    fn lie_at_door(&self, index: usize) {
        self.idle.fall_asleep(index, false, false);
        let doorbell = &self.members[index].doorbell;
        if self.watch.take().is_none() && doorbell.lie_down() {
            self.sleep_at_door(index);
        }
        doorbell.get_up();
        let _ = self.idle.wake_up(index);
    }

    /// Loom's time does not pass, so each patrol ends at once.
    fn sleep_at_door(&self, index: usize) {
        let mut duty = self.deputy.begin();
        while let Some(on_duty) = duty {
            if self.watch.take().is_some() {
                return;
            }
            duty = on_duty.goes_on();
        }
        self.members[index].doorbell.sleep(None);
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
            let _watch = watch_is_taken.then(|| pool.watch.take());
            let ringer = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || pool.ring(0))
            };
            let doorbell = &pool.members[0].doorbell;
            match pool.watch.take() {
                Some(_) if doorbell.go_on_watch() => pool.reactor.wait(),
                None if doorbell.lie_down() => assert!(doorbell.sleep(None)),
                _ => {}
            }
            doorbell.get_up();
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
        let shared = Arc::new((Watch::default(), Deputy::new(), Doorbell::new()));
        let left = shared.0.take();
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (watch, deputy, doorbell) = &*shared;
                let may_lie = watch.take().is_none() && doorbell.lie_down();
                let mut duty = may_lie.then(|| deputy.begin().expect("the first"));
                while let Some(on_duty) = duty {
                    if watch.take().is_some() {
                        break;
                    }
                    // Loom's time does not pass, so each patrol ends at once.
                    duty = on_duty.goes_on();
                    if duty.is_none() {
                        doorbell.sleep(None);
                    }
                }
                doorbell.get_up();
                assert!(watch.take().is_some(), "it is empty");
            })
        };
        let (_, deputy, doorbell) = &*shared;
        drop(left);
        deputy.note_change();
        if deputy.is_missing() {
            let on_watch = doorbell.ring();
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
        let shared = Arc::new((Seat::new(), Notify::new(), worker));
        let left = shared.0.leave();
        let substitute = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (seat, bell, worker) = &*shared;
                let seated = seat.substitute(left);
                if seated {
                    // SAFETY: what the model is about.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    if !seat.is_wanted() {
                        bell.wait();
                    }
                    seat.leave();
                }
                usize::from(seated)
            })
        };
        let (seat, bell, worker) = &*shared;
        seat.come_back(|| bell.notify());
        // SAFETY: as above.
        let turns = worker.with(|turns| unsafe { *turns });
        assert_eq!(turns, substitute.join().unwrap());
    });
}

#[test]
fn trap_16_an_end_waits_until_nobody_drives_and_then_nobody_begins_to() {
    model(|| {
        let shared = Arc::new((Seat::new(), UnsafeCell::new(0)));
        let owner = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (seat, worker) = &*shared;
                let left = seat.leave();
                assert_eq!(left, 1);
                seat.come_back(|| ());
                // SAFETY: what the model is about.
                worker.with_mut(|turns| unsafe { *turns += 1 });
                seat.end();
            })
        };
        let substitute = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (seat, worker) = &*shared;
                if seat.substitute(1) {
                    // SAFETY: as above.
                    worker.with_mut(|turns| unsafe { *turns += 1 });
                    seat.leave();
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
        let seat = Seat::new();
        let first = seat.leave();
        seat.come_back(|| {});
        let second = seat.leave();
        assert!(!seat.substitute(first), "that time is over");
        assert!(seat.substitute(second));
        assert!(!seat.substitute(second), "the seat is taken");
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
                while pool.watch.take().is_none() {
                    pool.lie_at_door(1);
                }
            })
        };
        let waker = wake_the_root(&shared);
        let (pool, due) = &*shared;
        while !(due.load(SeqCst) && due.swap(false, SeqCst)) {
            pool.rest(0, false, || false, || due.load(SeqCst));
        }
        pool.relieve();
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
