//! Loom models of the inbox: trap 1, and the end of the runtime; and of the
//! gate through which tasks find it, beyond that end.

use super::{
    Local, SharedCore,
    inject::{InjectQueue, Pushed},
    spawn,
};
use crate::{
    executor::owned_tasks,
    reactor::Reactor,
    sync::testing::Count,
    task::{Schedule, State, Task},
    time::Timers,
};
use loom::{
    model,
    sync::{
        Arc, Notify,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};
use std::{
    future::{Future, poll_fn},
    panic::Location,
    ptr,
    task::{Context, Poll, Waker},
};

struct Nowhere;

impl Schedule for Nowhere {
    unsafe fn schedule(_: *const Self, _: Task) {}
    fn release(&self, _: &Task) -> Option<Task> {
        None
    }
}

fn task() -> Task {
    Task::new(async {}, Nowhere, State::idle(), Location::caller(), 0)
}

/// Drops what a task holds: it is in no queue.
fn cancel(task: Task) {
    // SAFETY: the futures of these models are `Send`.
    unsafe { task.cancel() }
}

/// What is in the inbox, by name.
fn take(inject: &InjectQueue) -> Vec<u64> {
    let mut ids = Vec::new();
    inject.take(|task| ids.push(task.header().id.get()));
    ids
}

/// The owner sleeps on a bell, as it does on the reactor's.
#[test]
fn trap_01_who_pushes_is_seen_before_the_sleep_or_rings() {
    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let bell = Arc::new(Notify::new());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let (inject, bell) = (Arc::clone(&inject), Arc::clone(&bell));
                thread::spawn(move || {
                    if matches!(inject.push(task()), Pushed::Ring) {
                        bell.notify();
                    }
                })
            })
            .collect();
        let mut got = 0;
        while got < 2 {
            got += take(&inject).len();
            if got < 2 && inject.park() {
                // Should a push neither be seen nor ring, loom reports that
                // nobody can go on.
                bell.wait();
                inject.unpark();
            }
        }
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(got, 2);
    });
}

#[test]
fn one_threads_tasks_come_out_in_the_order_they_went_in() {
    // Who takes is the other thread: else loom has it look before all pushes.
    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let owner = {
            let inject = Arc::clone(&inject);
            thread::spawn(move || take(&inject))
        };
        for _ in 0..3 {
            let _ = inject.push(task());
        }
        let mut ids = owner.join().unwrap();
        ids.extend(take(&inject));
        assert_eq!(ids.len(), 3);
        assert!(ids.is_sorted());
    });
}

#[test]
fn trap_08_a_push_that_races_the_end_leaks_nothing() {
    /// Loom reports it if its `Arc` is leaked, and knows nothing of tasks.
    fn holder() -> Task {
        let held = Arc::new(());
        let future = async move { drop(held) };
        Task::new(future, Nowhere, State::idle(), Location::caller(), 0)
    }

    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let other = {
            let inject = Arc::clone(&inject);
            thread::spawn(move || {
                if let Pushed::Closed(task) = inject.push(holder()) {
                    cancel(task);
                }
            })
        };
        inject.close(cancel);
        other.join().unwrap();
        match inject.push(holder()) {
            Pushed::Closed(task) => cancel(task),
            _ => panic!("the inject is closed"),
        }
    });
}

#[test]
fn an_owner_that_wakes_by_itself_misses_nothing() {
    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let other = {
            let inject = Arc::clone(&inject);
            thread::spawn(move || drop(inject.push(task())))
        };
        // A timer or an event, not the bell, ends this sleep.
        if inject.park() {
            inject.unpark();
        }
        let early = take(&inject).len();
        other.join().unwrap();
        assert_eq!(early + take(&inject).len(), 1);
    });
}

/// What of an executor other threads reach, and what they do to it.
struct Executor {
    shared: std::sync::Arc<SharedCore>,
    reactor: Reactor,
}

impl Executor {
    fn begin() -> Self {
        let reactor = Reactor::new().unwrap();
        let shared = SharedCore::new(std::sync::Arc::clone(reactor.shared()), None);
        let shared = std::sync::Arc::new(shared);
        shared.home().open(std::sync::Arc::clone(&shared));
        Self { shared, reactor }
    }

    /// A task that waits, polled once, as one that is in the list.
    fn listed(&self, future: impl Future + Send + 'static) -> Task {
        let scheduler = Local(self.shared.home());
        let task = Task::new(
            future,
            scheduler,
            State::scheduled(2),
            Location::caller(),
            0,
        );
        owned_tasks::set_key(&task, 0);
        // SAFETY: the second reference, and a `Send` future.
        unsafe { Task::from_raw(task.as_raw()).run() };
        task
    }

    /// Runs what has come. Returns how many that were.
    fn run(&self) -> usize {
        let mut runs = 0;
        self.shared.inject().take(|task| {
            // SAFETY: taken from the queue; the futures are `Send`.
            unsafe { task.run() };
            runs += 1;
        });
        runs
    }

    /// As `Core::shut_down`.
    fn end(self, tasks: impl IntoIterator<Item = Task>) {
        tasks.into_iter().for_each(cancel);
        self.shared.inject().close(cancel);
        self.shared.home().shut();
    }
}

/// The owner sleeps as in `Core::sleep`, with one bell for both.
#[test]
fn trap_01_a_timer_and_a_task_that_come_as_the_owner_falls_asleep_both_reach_it() {
    model(|| {
        let owner = Executor::begin();
        let timers = Timers::new(std::sync::Arc::clone(owner.reactor.shared()), true);
        let timers = Arc::new(timers);
        let (waker, count) = Count::waker();
        let polls = Arc::new(AtomicUsize::new(0));
        let other = {
            let (timers, polls) = (Arc::clone(&timers), Arc::clone(&polls));
            let shared = std::sync::Arc::clone(&owner.shared);
            thread::spawn(move || {
                let deadline = timers.clock().instant(1);
                let _ = timers.insert(deadline, &Context::from_waker(&waker));
                let future = async move { polls.fetch_add(1, SeqCst) };
                drop(spawn(&shared, future, Location::caller()));
            })
        };
        let inject = owner.shared.inject();
        while polls.load(SeqCst) + count.wakes() < 2 {
            if owner.run() == 0 && inject.park() {
                match timers.before_sleep() {
                    Some(left) => timers.advance(left),
                    // Should neither ring, loom reports that nobody can go on.
                    None => owner.reactor.shared().wait(),
                }
                inject.unpark();
            }
            let mut due = Vec::new();
            timers.fire(&mut due);
            due.into_iter().for_each(Waker::wake);
        }
        other.join().unwrap();
        assert_eq!((polls.load(SeqCst), count.wakes()), (1, 1));
        owner.end([]);
    });
}

/// Waits for ever, and counts its polls. Its waker, for another thread.
fn waits(
    polls: &Arc<AtomicUsize>,
    out: &std::sync::Arc<std::sync::Mutex<Option<Waker>>>,
) -> impl Future<Output = ()> + Send + 'static + use<> {
    let (polls, out) = (Arc::clone(polls), std::sync::Arc::clone(out));
    poll_fn(move |context| {
        polls.fetch_add(1, SeqCst);
        *out.lock().unwrap() = Some(context.waker().clone());
        Poll::Pending
    })
}

/// Runs both at once. Of two threads loom lets the one that is there go first,
/// and looks at what else could have been by the last access alone: what a
/// loop of a load and an exchange could have met, it finds from one side only.
/// So a model is run with either as the one that is there.
fn at_once(swapped: bool, one: impl FnOnce() + 'static, other: impl FnOnce() + 'static) {
    if swapped {
        let one = thread::spawn(one);
        other();
        one.join().unwrap();
    } else {
        let other = thread::spawn(other);
        one();
        other.join().unwrap();
    }
}

#[test]
fn trap_08_a_waker_of_an_executor_that_ends_disturbs_no_other_behind_its_gate() {
    for swapped in [false, true] {
        model(move || {
            let (polls, out) = (Arc::new(AtomicUsize::new(0)), std::sync::Arc::default());
            let first = Executor::begin();
            let task = first.listed(waits(&polls, &out));
            let late: Waker = out.lock().unwrap().take().unwrap();
            let known = std::sync::Arc::downgrade(&first.shared);
            let second = std::sync::Arc::new(std::sync::Mutex::new(None));
            let end = {
                let (polls, out) = (Arc::clone(&polls), std::sync::Arc::clone(&out));
                let (known, second) = (known.clone(), std::sync::Arc::clone(&second));
                move || {
                    let home: *const _ = first.shared.home();
                    first.end([task]);
                    // The waker may be inside of the first still. Else its gate
                    // is the next one's.
                    let is_given_back = known.strong_count() == 0;
                    let next = Executor::begin();
                    assert!(!is_given_back || ptr::eq(next.shared.home(), home));
                    let own = next.listed(waits(&polls, &out));
                    out.lock().unwrap().take().unwrap().wake();
                    next.run();
                    *second.lock().unwrap() = Some((next, own));
                }
            };
            at_once(swapped, end, move || late.wake());
            let (next, own) = second.lock().unwrap().take().unwrap();
            next.run();
            assert_eq!(polls.load(SeqCst), 3, "the first's is not polled again");
            assert!(known.upgrade().is_none(), "nobody keeps the first");
            drop(out.lock().unwrap().take());
            next.end([own]);
        });
    }
}

#[test]
fn trap_16_what_is_spawned_as_an_executor_ends_is_not_the_next_ones() {
    for swapped in [false, true] {
        model(move || {
            let first = Executor::begin();
            let polls = Arc::new(AtomicUsize::new(0));
            // As a handle holds it.
            let shared = std::sync::Arc::clone(&first.shared);
            let polled = Arc::clone(&polls);
            let (spawned, second) = (
                std::sync::Arc::new(std::sync::Mutex::new(None)),
                std::sync::Arc::new(std::sync::Mutex::new(None)),
            );
            let spawn_late = {
                let spawned = std::sync::Arc::clone(&spawned);
                move || {
                    let future = async move { polled.fetch_add(1, SeqCst) };
                    let task = spawn(&shared, future, Location::caller());
                    *spawned.lock().unwrap() = Some(task);
                }
            };
            let end = {
                let second = std::sync::Arc::clone(&second);
                move || {
                    first.end([]);
                    let next = Executor::begin();
                    assert_eq!(next.run(), 0);
                    *second.lock().unwrap() = Some(next);
                }
            };
            at_once(swapped, end, spawn_late);
            let task = spawned.lock().unwrap().take().unwrap();
            assert!(task.is_finished(), "it came too late");
            let next = second.lock().unwrap().take().unwrap();
            assert_eq!(next.run() + polls.load(SeqCst), 0);
            next.end([]);
        });
    }
}
