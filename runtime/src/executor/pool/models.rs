//! Loom models of sleeping and waking in the pool, trap 1, and of who drives a
//! worker.

use super::{doorbell::Doorbell, idle::Idle, seat::Seat};
use loom::{
    cell::UnsafeCell,
    model,
    sync::{
        Arc, Mutex, Notify,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

/// A worker's queue, its bell, and the word through which it sleeps.
struct Member {
    queue: Mutex<usize>,
    doorbell: Doorbell,
    reactor: Notify,
}

struct Pool {
    idle: Idle,
    members: Vec<Member>,
}

impl Pool {
    fn new(workers: usize) -> Arc<Self> {
        let member = |_| Member {
            queue: Mutex::new(0),
            doorbell: Doorbell::new(),
            reactor: Notify::new(),
        };
        Arc::new(Self {
            idle: Idle::new(workers),
            members: (0..workers).map(member).collect(),
        })
    }

    fn push(&self, queue: usize) {
        *self.members[queue].queue.lock().unwrap() += 1;
        self.notify();
    }

    fn notify(&self) {
        if let Some(worker) = self.idle.whom_to_wake() {
            self.ring(worker);
        }
    }

    fn ring(&self, worker: usize) {
        if self.members[worker].doorbell.ring() {
            self.members[worker].reactor.notify();
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
            self.idle.fall_asleep(index, searching);
            let member = &self.members[index];
            if !self.has_work() && member.doorbell.lie_down() {
                // Should the work be queued and nobody woken, loom reports
                // that nobody can go on.
                member.reactor.wait();
            }
            member.doorbell.get_up();
            searching = self.idle.wake_up(index);
        }
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
    model(|| {
        let pool = Pool::new(1);
        let ringer = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.ring(0))
        };
        let member = &pool.members[0];
        if member.doorbell.lie_down() {
            member.reactor.wait();
        }
        member.doorbell.get_up();
        ringer.join().unwrap();
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
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.store(true, SeqCst);
                shared.0.ring(0);
            })
        };
        let (pool, due) = &*shared;
        let member = &pool.members[0];
        while !(due.load(SeqCst) && due.swap(false, SeqCst)) {
            pool.idle.fall_asleep(0, false);
            if !due.load(SeqCst) && member.doorbell.lie_down() {
                member.reactor.wait();
            }
            member.doorbell.get_up();
            let _ = pool.idle.wake_up(0);
        }
        other.join().unwrap();
    });
}
