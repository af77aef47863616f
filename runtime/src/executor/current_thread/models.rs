//! Loom models of the inject queue (pitfall 1), of the end of the executor, and of the
//! weak executor that outlives it.

use super::{
    Shared,
    inject::{InjectQueue, Pushed},
    queue::{RunQueue, WeakHandle},
};
use crate::{
    executor::owned_tasks,
    reactor::Reactor,
    sync::testing::Count,
    task::{Schedule, StateWord, Task, waker_ref},
    timers::Timers,
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
    future::{Future, pending, poll_fn},
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
    Task::new(async {}, Nowhere, StateWord::idle(), Location::caller(), 0)
}

/// Drops the future of a task that is in no queue.
fn cancel(task: Task) {
    // SAFETY: the futures of these models are `Send`.
    unsafe { task.cancel() }
}

/// Takes the tasks in the queue, and returns their ids.
fn take(inject: &InjectQueue) -> Vec<u64> {
    let mut ids = Vec::new();
    inject.take(|task| ids.push(task.header().id.get()));
    ids
}

/// The consumer parks on a `Notify`, as it parks on the reactor.
#[test]
fn pitfall_01_a_push_is_seen_before_the_consumer_parks_or_unparks_it() {
    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let notify = Arc::new(Notify::new());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let (inject, notify) = (Arc::clone(&inject), Arc::clone(&notify));
                thread::spawn(move || {
                    if matches!(inject.push(task()), Pushed::Unpark) {
                        notify.notify();
                    }
                })
            })
            .collect();
        let mut got = 0;
        while got < 2 {
            got += take(&inject).len();
            if got < 2 && inject.park() {
                // If a push is neither seen nor unparks, loom reports a deadlock.
                notify.wait();
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
    // The other thread takes. Otherwise loom would only try it before all pushes.
    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let consumer = {
            let inject = Arc::clone(&inject);
            thread::spawn(move || take(&inject))
        };
        for _ in 0..3 {
            let _ = inject.push(task());
        }
        let mut ids = consumer.join().unwrap();
        ids.extend(take(&inject));
        assert_eq!(ids.len(), 3);
        assert!(ids.is_sorted());
    });
}

#[test]
fn pitfall_08_a_push_that_races_the_end_leaks_nothing() {
    /// Loom reports it if its `Arc` is leaked, and knows nothing of tasks.
    fn holder() -> Task {
        let held = Arc::new(());
        let future = async move { drop(held) };
        Task::new(future, Nowhere, StateWord::idle(), Location::caller(), 0)
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
fn a_consumer_that_wakes_by_itself_misses_nothing() {
    model(|| {
        let inject = Arc::new(InjectQueue::new());
        let other = {
            let inject = Arc::clone(&inject);
            thread::spawn(move || drop(inject.push(task())))
        };
        // A timer or an event ends this wait.
        if inject.park() {
            inject.unpark();
        }
        let early = take(&inject).len();
        other.join().unwrap();
        assert_eq!(early + take(&inject).len(), 1);
    });
}

/// Queues each woken task in this inject queue.
struct Injects(Arc<InjectQueue>);

impl Schedule for Injects {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: `this` may be read until `task` is given away.
        let inject = unsafe { (*this).0.clone() };
        assert!(matches!(inject.push(task), Pushed::ConsumerIsAwake));
    }

    fn release(&self, _: &Task) -> Option<Task> {
        None
    }
}

/// Both queues use the link in the header. Only the state word orders the two.
#[test]
fn a_queue_has_read_the_link_of_a_task_before_another_queue_writes_it() {
    for aborts in [false, true] {
        model(move || {
            let (queue, inject) = (RunQueue::new(), Arc::new(InjectQueue::new()));
            let (scheduler, state) = (Injects(Arc::clone(&inject)), StateWord::idle());
            let task = Task::new(pending::<()>(), scheduler, state, Location::caller(), 0);
            let waker = Waker::clone(&waker_ref(&task));
            waker.wake_by_ref();
            inject.take(|task| queue.push(task));
            let other = {
                let task = task.clone();
                thread::spawn(move || {
                    if aborts {
                        task.abort();
                    } else {
                        waker.wake();
                    }
                })
            };
            // SAFETY: the task was in a queue, and its future is `Send`.
            unsafe { queue.pop().unwrap().run() };
            other.join().unwrap();
            inject.take(drop);
            cancel(task);
        });
    }
}

/// The part of an executor that other threads reach.
struct Executor {
    shared: std::sync::Arc<Shared>,
    reactor: Reactor,
}

impl Executor {
    fn begin() -> Self {
        let reactor = Reactor::new().unwrap();
        let shared = Shared::new(std::sync::Arc::clone(reactor.handle()), None);
        let shared = std::sync::Arc::new(shared);
        shared.weak().set(std::sync::Arc::clone(&shared));
        Self { shared, reactor }
    }

    /// A task that waits, polled once, as if it was in the list.
    fn listed(&self, future: impl Future + Send + 'static) -> Task {
        let scheduler = WeakHandle(self.shared.weak());
        let task = Task::new(
            future,
            scheduler,
            StateWord::scheduled(2),
            Location::caller(),
            0,
        );
        owned_tasks::set_key(&task, 0);
        // SAFETY: this is the second reference, and the future is `Send`.
        unsafe { Task::from_raw(task.as_raw()).run() };
        task
    }

    /// Runs the injected tasks. Returns how many there were.
    fn run(&self) -> usize {
        let mut runs = 0;
        self.shared.inject().take(|task| {
            // SAFETY: the task comes from the queue, and its future is `Send`.
            unsafe { task.run() };
            runs += 1;
        });
        runs
    }

    /// Ends the executor as `LocalExecutor::shut_down` does.
    fn end(self, tasks: impl IntoIterator<Item = Task>) {
        tasks.into_iter().for_each(cancel);
        self.shared.inject().close(cancel);
        self.shared.weak().clear();
    }
}

/// The consumer parks as in `LocalExecutor::park`. A timer and a task end that in the same way.
#[test]
fn pitfall_01_a_timer_and_a_task_that_come_as_the_consumer_parks_both_reach_it() {
    model(|| {
        let consumer = Executor::begin();
        let timers = Timers::new(std::sync::Arc::clone(consumer.reactor.handle()), true);
        let timers = Arc::new(timers);
        let (waker, count) = Count::waker();
        let polls = Arc::new(AtomicUsize::new(0));
        let other = {
            let (timers, polls) = (Arc::clone(&timers), Arc::clone(&polls));
            let shared = std::sync::Arc::clone(&consumer.shared);
            thread::spawn(move || {
                let deadline = timers.clock().instant(1);
                let _ = timers.insert(deadline, &Context::from_waker(&waker));
                let future = async move { polls.fetch_add(1, SeqCst) };
                drop(shared.spawn_remote(future, Location::caller()));
            })
        };
        let inject = consumer.shared.inject();
        while polls.load(SeqCst) + count.wakes() < 2 {
            if consumer.run() == 0 && inject.park() {
                match timers.before_park() {
                    Some(left) => timers.advance(left),
                    // If neither unparks, loom reports a deadlock.
                    None => consumer.reactor.handle().wait(),
                }
                inject.unpark();
            }
            let mut due = Vec::new();
            timers.fire(&mut due);
            due.into_iter().for_each(Waker::wake);
        }
        other.join().unwrap();
        assert_eq!((polls.load(SeqCst), count.wakes()), (1, 1));
        consumer.end([]);
    });
}

/// A future that is never ready. It counts its polls, and gives its waker away.
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

/// Runs both closures at the same time. loom runs the main thread first, and finds some
/// interleavings of a load and an exchange from one side only. So a model runs twice,
/// with each closure on the main thread once.
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
fn pitfall_08_a_late_waker_does_not_disturb_the_next_executor_in_its_slot() {
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
                    let weak: *const _ = first.shared.weak();
                    first.end([task]);
                    // The waker may still be inside the first executor. Otherwise the
                    // next executor gets its weak executor.
                    let is_given_back = known.strong_count() == 0;
                    let next = Executor::begin();
                    assert!(!is_given_back || ptr::eq(next.shared.weak(), weak));
                    let own = next.listed(waits(&polls, &out));
                    out.lock().unwrap().take().unwrap().wake();
                    next.run();
                    *second.lock().unwrap() = Some((next, own));
                }
            };
            at_once(swapped, end, move || late.wake());
            let (next, own) = second.lock().unwrap().take().unwrap();
            next.run();
            assert_eq!(
                polls.load(SeqCst),
                3,
                "the task of the first executor is not polled again"
            );
            assert!(known.upgrade().is_none(), "the first executor is freed");
            drop(out.lock().unwrap().take());
            next.end([own]);
        });
    }
}

#[test]
fn pitfall_16_a_task_that_is_spawned_during_a_shutdown_does_not_run_on_the_next_executor() {
    for swapped in [false, true] {
        model(move || {
            let first = Executor::begin();
            let polls = Arc::new(AtomicUsize::new(0));
            // A handle holds this.
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
                    let task = shared.spawn_remote(future, Location::caller());
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
