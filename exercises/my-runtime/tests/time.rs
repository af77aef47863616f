//! The promises of `Time`. The tests run on your executor, and their clock is paused.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use my_runtime::executor::Executor;
use my_runtime::time::Time;
use my_runtime::timeout::Elapsed;

mod common;

use common::foreign;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs a future on your executor. When all tasks wait, the clock moves to the next
/// deadline.
fn run<F>(root: impl FnOnce(Time) -> F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (time, executor) = (Time::paused(), Executor::new());
    let root = executor.spawner().spawn(root(time.clone()));
    while !root.is_finished() {
        let polls = executor.queue().run_woken();
        assert!(polls > 0 || time.skip(), "all tasks wait for ever");
    }
    match executor.block_on(root) {
        Ok(output) => output,
        Err(error) => panic!("the task has failed: {error:?}"),
    }
}

/// A waker that counts its wakes. Relaxed is enough: each test has one thread.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn counting() -> (Arc<Wakes>, Waker) {
    let wakes = Arc::new(Wakes::default());
    (Arc::clone(&wakes), Waker::from(wakes))
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[test]
fn a_sleep_ends_at_its_deadline() {
    run(|time| async move {
        let begun = time.now();
        time.sleep(ms(10)).await;
        assert_eq!(time.now() - begun, ms(10), "the time that has passed");
        time.sleep_until(begun + ms(15)).await;
        assert_eq!(time.now() - begun, ms(15), "the time that has passed");
    });
}

#[test]
fn a_sleep_is_never_early() {
    let (time, (wakes, waker)) = (Time::paused(), counting());
    let mut sleep = pin!(time.sleep(ms(10)));
    assert!(poll(sleep.as_mut(), &waker).is_pending());
    time.advance(Duration::from_nanos(9_999_999));
    time.fire();
    assert_eq!(wakes.0.load(Relaxed), 0, "the deadline is one nanosecond away");
    assert!(poll(sleep.as_mut(), &waker).is_pending());
    time.advance(Duration::from_nanos(1));
    time.fire();
    assert_eq!(wakes.0.load(Relaxed), 1, "the deadline has come");
    assert!(poll(sleep.as_mut(), &waker).is_ready());
}

#[test]
fn a_sleep_that_was_never_polled_sets_no_deadline() {
    let time = Time::paused();
    let _sleep = time.sleep(ms(10));
    assert_eq!(time.next(), None, "the next deadline");
}

#[test]
fn zero_and_the_farthest_deadline_work() {
    run(|time| async move {
        let begun = time.now();
        time.sleep(Duration::ZERO).await;
        let far = time.timeout(ms(1), time.sleep(Duration::MAX));
        assert_eq!(far.await, Err(Elapsed));
        assert_eq!(time.now() - begun, ms(1), "the time that has passed");
    });
}

#[test]
fn sleeps_end_in_the_order_of_their_deadlines() {
    let (time, executor) = (Time::paused(), Executor::new());
    let order = Rc::new(RefCell::new(Vec::new()));
    for duration in [30, 10, 20, 11] {
        let (sleep, order) = (time.sleep(ms(duration)), Rc::clone(&order));
        drop(executor.spawner().spawn(async move {
            sleep.await;
            order.borrow_mut().push(duration);
        }));
    }
    executor.queue().run_woken();
    time.advance(ms(40));
    time.fire();
    executor.queue().run_woken();
    assert_eq!(
        *order.borrow(),
        [10, 11, 20, 30],
        "the sleeps in the order of their ends"
    );
}

#[test]
fn the_waker_of_the_latest_poll_is_woken() {
    let (time, (first, one), (second, two)) = (Time::paused(), counting(), counting());
    let mut sleep = pin!(time.sleep(ms(10)));
    assert!(poll(sleep.as_mut(), &one).is_pending());
    assert!(poll(sleep.as_mut(), &two).is_pending());
    time.skip();
    let wakes = (first.0.load(Relaxed), second.0.load(Relaxed));
    assert_eq!(wakes, (0, 1), "the wakes of the first and of the latest waker");
}

#[test]
fn a_sleep_that_is_dropped_is_forgotten() {
    let (time, (wakes, waker)) = (Time::paused(), counting());
    let mut sleep = Box::pin(time.sleep(ms(10)));
    assert!(poll(sleep.as_mut(), &waker).is_pending());
    drop((sleep, waker));
    assert_eq!(time.next(), None, "its deadline is gone");
    assert_eq!(Arc::strong_count(&wakes), 1, "its waker is gone");
}

#[test]
fn a_sleep_that_is_ready_leaves_no_deadline() {
    let (time, (_, waker)) = (Time::paused(), counting());
    let mut sleep = pin!(time.sleep(ms(10)));
    assert!(poll(sleep.as_mut(), &waker).is_pending());
    time.advance(ms(10));
    assert!(poll(sleep.as_mut(), &waker).is_ready());
    assert_eq!(time.next(), None, "the next deadline");
    assert!(poll(sleep.as_mut(), &waker).is_ready());
}

#[test]
fn a_waker_may_drop_other_sleeps() {
    type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;
    thread_local! {
        static VICTIM: Cell<Option<BoxFuture>> = const { Cell::new(None) };
    }
    struct DropsVictim;
    impl Wake for DropsVictim {
        fn wake(self: Arc<Self>) {
            drop(VICTIM.take());
        }
    }
    let (time, (wakes, waker)) = (Time::paused(), counting());
    let mut first = pin!(time.sleep(ms(10)));
    assert!(poll(first.as_mut(), &Waker::from(Arc::new(DropsVictim))).is_pending());
    let mut victim = Box::pin(time.sleep(ms(10)));
    assert!(poll(victim.as_mut(), &waker).is_pending());
    VICTIM.set(Some(victim));
    time.advance(ms(10));
    time.fire();
    assert_eq!(wakes.0.load(Relaxed), 0, "a sleep that was dropped wakes no task");
}

/// A waker that begins another sleep in each of its functions.
fn sleeper(time: &Time) -> Waker {
    let time = time.clone();
    foreign::waker(move || {
        // This sleep is never dropped, because its destructor could panic, too.
        let sleep = Box::leak(Box::new(time.sleep(ms(50))));
        assert!(poll(Pin::new(sleep), Waker::noop()).is_pending());
    })
}

#[test]
fn a_waker_may_use_the_timers() {
    let time = Time::paused();
    let waker = sleeper(&time);
    let mut sleep = Box::pin(time.sleep(ms(10)));
    for _ in 0..2 {
        assert!(poll(sleep.as_mut(), &waker).is_pending());
    }
    time.skip();
    foreign::check("the timers");
    assert!(poll(sleep.as_mut(), Waker::noop()).is_ready(), "the deadline has come");
}

#[test]
fn the_waker_of_a_dropped_sleep_may_use_the_timers() {
    let time = Time::paused();
    let waker = sleeper(&time);
    let mut sleep = Box::pin(time.sleep(ms(10)));
    assert!(poll(sleep.as_mut(), &waker).is_pending());
    drop(sleep);
    foreign::check("the timers");
}

#[test]
fn a_timeout_counts_from_its_call() {
    run(|time| async move {
        let begun = time.now();
        let limited = time.timeout(ms(10), pending::<()>());
        time.advance(ms(8));
        assert_eq!(limited.await, Err(Elapsed));
        assert_eq!(time.now() - begun, ms(10), "the time that has passed");
    });
}

#[test]
fn a_timeout_gives_the_output_of_a_future_that_is_in_time() {
    run(|time| async move {
        let sleeper = time.clone();
        let limited = time.timeout(ms(10), async move {
            sleeper.sleep(ms(10)).await;
            42
        });
        assert_eq!(limited.await, Ok(42));
    });
}

/// The milliseconds at which five ticks come. The task is busy before the third.
fn ticks(busy: u64) -> Vec<u128> {
    run(move |time| async move {
        let (begun, mut times) = (time.now(), Vec::new());
        let mut interval = time.interval(ms(10));
        for tick in 1..=5 {
            if tick == 3 {
                time.sleep(ms(busy)).await;
            }
            interval.tick().await;
            times.push((time.now() - begun).as_millis());
        }
        times
    })
}

#[test]
fn an_interval_keeps_its_schedule() {
    assert_eq!(ticks(0), [0, 10, 20, 30, 40], "the ticks in ms, without a delay");
    assert_eq!(
        ticks(7),
        [0, 10, 20, 30, 40],
        "the ticks in ms, with 7 ms of work before the third"
    );
    assert_eq!(
        ticks(12),
        [0, 10, 22, 30, 40],
        "the ticks in ms, with 12 ms of work before the third"
    );
}

#[test]
fn an_interval_leaves_missed_ticks_out() {
    assert_eq!(
        ticks(35),
        [0, 10, 45, 50, 60],
        "the ticks in ms, with 35 ms of work before the third"
    );
}

#[test]
fn an_interval_may_have_the_longest_period() {
    run(|time| async move {
        let begun = time.now();
        let mut interval = time.interval(Duration::MAX);
        assert_eq!(interval.tick().await, begun, "the first tick comes at once");
        assert!(
            time.timeout(ms(1), Box::pin(interval.tick())).await.is_err(),
            "the second tick came"
        );
    });
}

#[test]
fn a_late_tick_returns_the_instant_for_which_it_was_planned() {
    run(|time| async move {
        let begun = time.now();
        let mut interval = time.interval(ms(10));
        assert_eq!(interval.tick().await, begun, "the first tick comes at once");
        time.sleep(ms(12)).await;
        let planned = interval.tick().await - begun;
        assert_eq!(planned, ms(10), "the tick for 10 ms, which comes at 12 ms");
    });
}

#[test]
fn a_tick_that_was_given_up_comes_again() {
    run(|time| async move {
        let begun = time.now();
        let mut interval = time.interval(ms(10));
        assert_eq!(interval.tick().await, begun, "the first tick comes at once");
        assert!(
            time.timeout(ms(4), Box::pin(interval.tick())).await.is_err(),
            "the second tick came after 4 ms"
        );
        assert_eq!(
            interval.tick().await,
            begun + ms(10),
            "the second tick comes 10 ms after the first"
        );
    });
}

#[test]
fn the_thread_may_sleep_until_the_next_deadline() {
    let (time, executor) = (Time::new(), Executor::new());
    let (begun, sleep) = (Instant::now(), time.sleep(ms(3)));
    let task = executor.spawner().spawn(sleep);
    while !task.is_finished() {
        executor.queue().run_woken();
        executor.queue().park_until(time.next());
        time.fire();
    }
    assert!(
        begun.elapsed() >= ms(3),
        "the thread has slept for {:?} instead of 3 ms",
        begun.elapsed()
    );
}

#[test]
fn every_poll_leaves_one_deadline() {
    let (time, (wakes, waker)) = (Time::paused(), counting());
    let mut sleep = pin!(time.sleep(ms(10)));
    let mut polls = pin!(poll_fn(|cx| sleep.as_mut().poll(cx)));
    for _ in 0..3 {
        assert!(poll(polls.as_mut(), &waker).is_pending());
    }
    time.advance(ms(10));
    time.fire();
    time.fire();
    assert_eq!(
        (wakes.0.load(Relaxed), time.next()),
        (1, None),
        "wakes after three polls, and the next deadline"
    );
}
