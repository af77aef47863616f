//! Each test is one promise of the page. All of them use a paused clock.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use executor::Spawner;
use pinning::{Either, race};
use timers::{
    Clock, Elapsed, Missed, Runtime, Timers, interval, interval_at, sleep, sleep_until,
    timeout,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs a future on a paused clock. When all tasks wait, the clock moves to the next
/// deadline.
fn run<F: Future>(root: impl FnOnce(Spawner, Clock) -> F) -> F::Output {
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    let (spawner, clock) = (runtime.spawner(), runtime.clock().clone());
    runtime.block_on(async { root(spawner, clock).await })
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_sleep_takes_exactly_its_time_on_a_paused_clock() {
    let elapsed = run(|_, clock| async move {
        sleep(ms(10)).await;
        sleep(Duration::from_micros(1)).await;
        clock.elapsed()
    });
    assert_eq!(elapsed, Duration::from_micros(10_001));
}

#[test]
fn a_year_of_sleep_takes_no_time_on_a_paused_clock() {
    let begun = Instant::now();
    let year = Duration::from_hours(365 * 24);
    assert_eq!(
        run(|_, clock| async move {
            sleep(year).await;
            clock.elapsed()
        }),
        year
    );
    assert!(begun.elapsed() < year);
}

#[test]
fn a_sleep_is_never_early() {
    run(|_, clock| async move {
        for nanos in [1, 999, 1000, 1001, 1_000_001] {
            let (begun, duration) = (clock.elapsed(), Duration::from_nanos(nanos));
            sleep(duration).await;
            let slept =
                clock.elapsed().checked_sub(begun).expect("time does not go back");
            assert!(duration <= slept && slept < duration + Duration::from_micros(1));
            // The next sleep does not begin at the border of a tick.
            clock.advance(Duration::from_nanos(1));
        }
    });
}

#[test]
fn a_sleep_does_not_end_in_the_middle_of_the_tick_before() {
    let timers = Timers::new(Clock::paused());
    let _entered = timers.enter();
    let mut sleep = pin!(sleep(Duration::from_micros(1)));
    for nanos in [1, 998] {
        timers.clock().advance(Duration::from_nanos(nanos));
        timers.fire();
        assert!(poll(sleep.as_mut()).is_pending());
    }
    timers.clock().advance(Duration::from_nanos(1));
    timers.fire();
    assert!(poll(sleep).is_ready());
}

#[test]
fn a_sleep_of_zero_takes_no_time() {
    let elapsed = run(|_, clock| async move {
        sleep(Duration::ZERO).await;
        sleep_until(clock.now()).await;
        clock.elapsed()
    });
    assert_eq!(elapsed, Duration::ZERO);
}

#[test]
fn a_deadline_before_the_last_turn_is_ready_at_the_first_poll() {
    let timers = Timers::new(Clock::paused());
    let _entered = timers.enter();
    let earlier = timers.clock().now();
    timers.clock().advance(ms(5));
    assert!(poll(pin!(sleep_until(earlier))).is_ready());
}

#[test]
fn the_farthest_deadline_is_a_deadline_like_any_other() {
    run(|_, clock| async move {
        // The first is too far for an `Instant`, and the second for a tick.
        for far in [Duration::MAX, Duration::from_secs(1 << 62)] {
            assert_eq!(race(sleep(far), sleep(ms(1))).await, Either::Right(()));
        }
        assert_eq!(clock.elapsed(), ms(2));
    });
}

#[test]
fn sleeps_end_in_the_order_of_their_deadlines() {
    let order = run(|spawner, _| async move {
        let order = Rc::new(RefCell::new(Vec::new()));
        let sleeps = [30, 10, 20, 10].map(|duration| {
            let order = Rc::clone(&order);
            spawner.spawn(async move {
                sleep(ms(duration)).await;
                order.borrow_mut().push(duration);
            })
        });
        for sleep in sleeps {
            sleep.await.expect("the task ends");
        }
        order.take()
    });
    assert_eq!(order, [10, 10, 20, 30]);
}

#[test]
fn a_sleep_counts_from_its_call_and_not_from_its_first_poll() {
    let elapsed = run(|_, clock| async move {
        let (first, second) = (sleep(ms(10)), timeout(ms(10), pending::<()>()));
        clock.advance(ms(8));
        first.await;
        assert_eq!(second.await, Err(Elapsed));
        clock.elapsed()
    });
    assert_eq!(elapsed, ms(10));
}

#[test]
fn a_reset_moves_the_deadline_of_a_task_that_waits() {
    for new in [5, 20] {
        let elapsed = run(|_, clock| async move {
            let (begun, mut sleep) = (clock.now(), pin!(sleep(ms(10))));
            assert!(futures_poll(sleep.as_mut()).await.is_pending());
            sleep.as_mut().reset(begun + ms(new));
            assert_eq!(sleep.deadline(), begun + ms(new));
            sleep.await;
            clock.elapsed()
        });
        assert_eq!(elapsed, ms(new));
    }
}

/// Polls a future once, with the waker of the task.
async fn futures_poll<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[test]
fn a_sleep_may_be_dropped_by_a_task_that_wakes_at_the_same_instant() {
    let polled = run(|spawner, _| async move {
        let (polls, counted) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let count = Rc::clone(&polls);
        let victim = Rc::new(spawner.spawn(async move {
            let mut sleep = pin!(sleep(ms(10)));
            poll_fn(|cx| {
                count.set(count.get() + 1);
                sleep.as_mut().poll(cx)
            })
            .await;
        }));
        let aborted = Rc::clone(&victim);
        let first = async move {
            sleep(ms(10)).await;
            aborted.abort();
        };
        first.await;
        counted.set(polls.get());
        while !victim.is_finished() {
            sleep(ms(1)).await;
        }
        (counted.get(), polls.get())
    });
    assert_eq!(polled, (1, 1), "the second poll never happens");
}

#[test]
fn a_timeout_gives_the_output_of_a_future_that_is_in_time() {
    run(|_, clock| async move {
        let in_time = timeout(ms(10), async {
            sleep(ms(9)).await;
            42
        });
        assert_eq!((in_time.await, clock.elapsed()), (Ok(42), ms(9)));
    });
}

#[test]
fn a_timeout_drops_a_future_that_is_late() {
    struct Noted(Rc<Cell<bool>>);
    impl Drop for Noted {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    run(|_, clock| async move {
        let dropped = Rc::new(Cell::new(false));
        let noted = Noted(Rc::clone(&dropped));
        let late = timeout(ms(10), async move {
            let _noted = noted;
            sleep(ms(11)).await;
        });
        assert_eq!(
            (late.await, clock.elapsed(), dropped.get()),
            (Err(Elapsed), ms(10), true)
        );
    });
}

#[test]
fn a_future_that_is_ready_at_the_deadline_wins() {
    run(|_, _| async {
        assert_eq!(timeout(ms(10), sleep(ms(10))).await, Ok(()));
        assert_eq!(timeout(Duration::ZERO, ready(1)).await, Ok(1));
    });
}

/// The times at which five ticks come. The task is busy after the second tick.
fn ticks(missed: Missed, busy: u64) -> Vec<u128> {
    run(|_, clock| async move {
        let (mut interval, mut times) = (interval(ms(10)).on_missed(missed), Vec::new());
        for tick in 1..=5 {
            interval.tick().await;
            times.push(clock.elapsed().as_millis());
            if tick == 2 {
                sleep(ms(busy)).await;
            }
        }
        times
    })
}

#[test]
fn an_interval_bursts_delays_or_skips_after_missed_ticks() {
    assert_eq!(ticks(Missed::Burst, 25), [0, 10, 35, 35, 40]);
    assert_eq!(ticks(Missed::Delay, 25), [0, 10, 35, 45, 55]);
    assert_eq!(ticks(Missed::Skip, 25), [0, 10, 35, 40, 50]);
}

#[test]
fn a_tick_that_is_due_together_with_a_late_one_is_missed() {
    assert_eq!(ticks(Missed::Burst, 20), [0, 10, 30, 30, 40]);
    assert_eq!(ticks(Missed::Delay, 20), [0, 10, 30, 40, 50]);
    assert_eq!(ticks(Missed::Skip, 20), [0, 10, 30, 40, 50]);
}

#[test]
fn a_tick_is_the_planned_instant_and_not_the_present() {
    run(|_, clock| async move {
        let start = clock.now() + ms(3);
        let mut interval = interval_at(start, ms(10));
        assert_eq!(interval.tick().await, start);
        clock.advance(ms(15));
        assert_eq!((interval.tick().await, clock.elapsed()), (start + ms(10), ms(18)));
    });
}

#[test]
fn a_tick_that_was_given_up_comes_again() {
    run(|_, clock| async move {
        let mut interval = interval(ms(10));
        interval.tick().await;
        assert_eq!(timeout(ms(4), interval.tick()).await, Err(Elapsed));
        interval.tick().await;
        assert_eq!(clock.elapsed(), ms(10));
    });
}

#[test]
fn an_interval_with_the_longest_period_ticks_once() {
    run(|_, clock| async move {
        let mut interval = interval(Duration::MAX);
        interval.tick().await;
        assert_eq!(timeout(ms(1), interval.tick()).await, Err(Elapsed));
        assert_eq!(clock.elapsed(), ms(1));
    });
}

#[test]
#[should_panic(expected = "must not be zero")]
fn an_interval_without_a_period_panics() {
    run(|_, _| async { interval(Duration::ZERO).tick().await });
}

#[test]
#[should_panic(expected = "there are no timers on this thread")]
fn a_sleep_outside_of_a_runtime_panics() {
    drop(sleep(ms(1)));
}

#[test]
fn the_inner_timers_are_current_until_their_guard_is_dropped() {
    let (outer, inner) = (Timers::new(Clock::paused()), Timers::new(Clock::paused()));
    inner.clock().advance(ms(7));
    let _outer = outer.enter();
    let guard = inner.enter();
    assert_eq!(Timers::current().clock().elapsed(), ms(7));
    drop(guard);
    assert_eq!(Timers::current().clock().elapsed(), ms(0));
}

#[test]
fn the_real_clock_moves_by_itself() {
    let clock = Clock::real();
    let (before, now) = (clock.elapsed(), Instant::now());
    while Instant::now() == now {}
    assert!(!clock.is_paused() && clock.elapsed() > before && clock.now() > now);
}

#[test]
#[should_panic(expected = "only a paused clock")]
fn the_real_clock_cannot_be_moved() {
    Clock::real().advance(ms(1));
}
