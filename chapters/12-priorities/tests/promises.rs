//! The promises of chapter 12, second page.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use priorities::{Lock, Rank, Scheduler, rank, set_policy, set_rank, spawn};
use timers::{Clock, sleep};
use turns::{Runtime, yield_now};

#[path = "../../yield_now.rs"]
mod yield_now;
use yield_now::yield_now as yield_to_tasks;

const MS: Duration = Duration::from_millis(1);

fn paused() -> Runtime {
    Runtime::with_clock(Clock::paused()).expect("a descriptor is free")
}

fn priority(priority: u8) -> Rank {
    Rank { priority, deadline: None }
}

/// Notes who ran.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    fn note(&self, name: &'static str) {
        self.0.borrow_mut().push(name);
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

/// Notes its name in `count` polls.
async fn turns(log: Log, name: &'static str, count: u32) {
    for _ in 0..count {
        log.note(name);
        yield_now().await;
    }
}

#[test]
fn the_higher_priority_runs_first_and_equals_in_their_order() {
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let tasks = [("low", 1), ("high", 3), ("middle", 2), ("high too", 3)];
        let tasks = tasks.map(|(name, height)| {
            scheduler.spawn(priority(height), turns(log.clone(), name, 1))
        });
        for task in tasks {
            task.await.expect("the task ends");
        }
        assert_eq!(log.take(), ["high", "high too", "middle", "low"]);
    });
}

#[test]
fn among_equal_priorities_the_earliest_deadline_runs_first() {
    let now = Instant::now();
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let tasks =
            [("none", None), ("late", Some(9)), ("early", Some(2)), ("mid", Some(5))];
        let tasks = tasks.map(|(name, late)| {
            let rank = Rank { priority: 0, deadline: late.map(|late| now + late * MS) };
            scheduler.spawn(rank, turns(log.clone(), name, 2))
        });
        for task in tasks {
            task.await.expect("the task ends");
        }
        let order = ["early", "early", "mid", "mid", "late", "late", "none", "none"];
        assert_eq!(log.take(), order);
    });
}

#[test]
fn an_urgent_task_that_a_timer_wakes_runs_before_the_next_poll_of_the_others() {
    let runtime = paused();
    let clock = runtime.clock().clone();
    runtime.block_on(async {
        let scheduler = Scheduler::start();
        let computing = clock.clone();
        // It wakes itself, and does not yield. So only the scheduler asks for a look.
        let report = poll_fn(move |cx| {
            computing.advance(5 * MS);
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        drop(scheduler.spawn(priority(0), report));
        let urgent = scheduler.spawn(priority(1), async move {
            sleep(MS).await;
            clock.elapsed()
        });
        assert_eq!(urgent.await.expect("the task ends"), 5 * MS);
    });
}

#[test]
fn children_inherit_the_rank_or_get_it_from_the_policy() {
    paused().block_on(async {
        let scheduler = Scheduler::start();
        let parent = scheduler.spawn(priority(7), async {
            let child = spawn(async { rank().priority });
            set_policy(|rank| Rank { priority: rank.priority - 1, ..rank });
            let lower = spawn(async {
                let grandchild = spawn(async { rank().priority });
                (rank().priority, grandchild.await.expect("the task ends"))
            });
            (child.await.expect("the task ends"), lower.await.expect("the task ends"))
        });
        assert_eq!(parent.await.expect("the task ends"), (7, (6, 5)));
    });
}

#[test]
fn a_task_may_change_its_own_rank() {
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let lowered = log.clone();
        let task = scheduler.spawn(priority(3), async move {
            lowered.note("a");
            set_rank(priority(1));
            yield_now().await;
            lowered.note("a");
        });
        let other = scheduler.spawn(priority(2), turns(log.clone(), "b", 2));
        task.await.expect("the task ends");
        other.await.expect("the task ends");
        assert_eq!(log.take(), ["a", "b", "b", "a"]);
    });
}

/// A low task gets the lock, and a high task waits for it, while a task in the middle has
/// always something to do. Returns who ran.
fn inversion() -> Vec<&'static str> {
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let lock = Rc::new(Lock::new(()));
        let (low, high) = (Rc::clone(&lock), Rc::clone(&lock));
        let (low_log, high_log) = (log.clone(), log.clone());
        let low = scheduler.spawn(priority(1), async move {
            let guard = low.lock().await;
            turns(low_log.clone(), "low", 3).await;
            drop(guard);
            yield_now().await;
            turns(low_log, "low without lock", 1).await;
        });
        yield_now().await;
        yield_now().await;
        let high = scheduler.spawn(priority(3), async move {
            let _guard = high.lock().await;
            high_log.note("high");
        });
        let middle = scheduler.spawn(priority(2), turns(log.clone(), "middle", 5));
        for task in [low, high, middle] {
            task.await.expect("the task ends");
        }
        log.take()
    })
}

#[test]
fn the_owner_of_a_lock_is_as_urgent_as_the_task_that_waits_for_it() {
    let order = inversion();
    let position = |name| order.iter().position(|ran| *ran == name).expect("it ran");
    assert!(position("high") < position("middle"), "{order:?}");
    assert!(position("middle") < position("low without lock"), "{order:?}");
}

#[test]
fn a_task_that_gives_a_rank_back_is_again_behind_its_equals() {
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let (a, others, lock) = (log.clone(), scheduler.clone(), Rc::new(Lock::new(())));
        let owner = scheduler.spawn(priority(1), async move {
            let guard = lock.lock().await;
            let equal = others.spawn(priority(1), turns(a.clone(), "equal", 1));
            let waits = Rc::clone(&lock);
            let urgent = others.spawn(priority(2), async move {
                drop(waits.lock().await);
            });
            // In the queue, the owner comes before both of them. Then it is lent a rank.
            yield_to_tasks().await;
            drop(guard);
            a.note("owner unlocks");
            yield_to_tasks().await;
            a.note("owner again");
            (equal, urgent)
        });
        let (equal, urgent) = owner.await.expect("the task ends");
        equal.await.expect("the task ends");
        urgent.await.expect("the task ends");
        assert_eq!(log.take(), ["owner unlocks", "equal", "owner again"]);
    });
}

#[test]
fn a_task_that_waits_for_a_lock_leaves_one_waker() {
    struct Ignore;
    impl Wake for Ignore {
        fn wake(self: Arc<Self>) {}
    }
    let lock = Lock::new(());
    let guard = pin!(lock.lock()).poll(&mut Context::from_waker(Waker::noop()));
    let count = Arc::new(Ignore);
    let waker = Waker::from(Arc::clone(&count));
    let mut waiting = pin!(lock.lock());
    for _ in 0..10 {
        let polled = waiting.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
    }
    assert_eq!(Arc::strong_count(&count), 3, "ours, the waker, and the one in the lock");
    drop(guard);
    assert_eq!(Arc::strong_count(&count), 2);
}

#[test]
fn the_most_urgent_of_the_waiting_tasks_gets_the_lock() {
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let lock = Rc::new(Lock::new(()));
        let guard = lock.lock().await;
        let tasks = [("low", 1), ("high", 3), ("middle", 2)].map(|(name, height)| {
            let (lock, log) = (Rc::clone(&lock), log.clone());
            scheduler.spawn(priority(height), async move {
                let _guard = lock.lock().await;
                turns(log, name, 2).await;
            })
        });
        for _ in 0..10 {
            yield_now().await;
        }
        drop(guard);
        for task in tasks {
            task.await.expect("the task ends");
        }
        assert_eq!(log.take(), ["high", "high", "middle", "middle", "low", "low"]);
    });
}

#[test]
fn a_task_that_is_aborted_in_the_queue_does_not_stop_the_scheduler() {
    paused().block_on(async {
        let (scheduler, log) = (Scheduler::start(), Log::default());
        let busy = scheduler.spawn(priority(2), turns(log.clone(), "busy", 5));
        let aborted = scheduler.spawn(priority(1), turns(log.clone(), "aborted", 1));
        yield_now().await;
        aborted.abort();
        assert!(aborted.await.is_err());
        busy.await.expect("the task ends");
        let last = scheduler.spawn(priority(0), turns(log.clone(), "last", 1));
        last.await.expect("the task ends");
        assert_eq!(log.take(), ["busy", "busy", "busy", "busy", "busy", "last"]);
    });
}

#[test]
fn a_task_that_panics_in_its_turn_does_not_stop_the_scheduler() {
    paused().block_on(async {
        let scheduler = Scheduler::start();
        let bad = scheduler.spawn(priority(1), async { panic!("a bug of one task") });
        let good = scheduler.spawn(priority(1), async { 42 });
        assert!(bad.await.is_err());
        assert_eq!(good.await.expect("the task ends"), 42);
    });
}

#[test]
fn another_thread_may_wake_a_ranked_task() {
    let runtime = Runtime::new().expect("a descriptor is free");
    runtime.block_on(async {
        let scheduler = Scheduler::start();
        let (sends, waker) = mpsc::channel::<Waker>();
        let device =
            thread::spawn(move || waker.recv().expect("the task is polled").wake());
        let polls = Cell::new(0);
        let task = scheduler.spawn(
            priority(1),
            poll_fn(move |cx| {
                polls.set(polls.get() + 1);
                if polls.get() == 2 {
                    return Poll::Ready(());
                }
                sends.send(cx.waker().clone()).expect("the device waits");
                Poll::Pending
            }),
        );
        task.await.expect("the task ends");
        device.join().expect("the device ends");
    });
}

#[test]
fn a_wake_after_the_end_of_a_ranked_task_does_nothing() {
    paused().block_on(async {
        let scheduler = Scheduler::start();
        let kept = Rc::new(RefCell::new(None::<Waker>));
        let keeps = Rc::clone(&kept);
        let task = scheduler.spawn(
            priority(1),
            poll_fn(move |cx| {
                keeps.replace(Some(cx.waker().clone()));
                Poll::Ready(())
            }),
        );
        task.await.expect("the task ends");
        kept.take().expect("the task was polled").wake();
        let next = scheduler.spawn(priority(0), async { 42 });
        assert_eq!(next.await.expect("the task ends"), 42);
        drop(scheduler.spawn(priority(0), pending::<()>()));
    });
}
