//! Pitfall 15: timers, on a paused clock.

mod clock;

use crate::support::{Count, settle, watched};
use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread,
};
use wakeful::{
    runtime::Builder,
    spawn_blocking, spawn_local,
    time::{Duration, Instant, Sleep, advance, sleep, sleep_until},
};

const MS: Duration = Duration::from_millis(1);

/// Timers fire on ticks of 2^16 ns.
const TICK: Duration = Duration::from_nanos(1 << 16);

fn paused<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread()
        .start_paused(true)
        .build()
        .unwrap();
    watched("the paused clock", || runtime.block_on(future))
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn pitfall_15_a_sleep_is_never_early_and_at_most_one_tick_late() {
    paused(async {
        for nanos in [
            1,
            999,
            65_535,
            65_536,
            65_537,
            1_000_000,
            123_456_789,
            98_765_432_100,
        ] {
            let duration = Duration::from_nanos(nanos);
            let start = Instant::now();
            sleep(duration).await;
            let slept = start.elapsed();
            assert!(slept >= duration, "{duration:?} took {slept:?}");
            assert!(slept <= duration + TICK, "{duration:?} took {slept:?}");
        }
    });
}

#[test]
fn pitfall_15_a_sleep_of_zero_length_is_ready_at_once() {
    paused(async {
        let start = Instant::now();
        assert!(poll(&mut sleep(Duration::ZERO)).is_ready());
        assert!(poll(&mut sleep_until(start - MS)).is_ready());
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

#[test]
fn pitfall_15_a_sleep_for_ever_can_be_set_and_dropped() {
    paused(async {
        let mut forever = sleep(Duration::MAX);
        assert!(poll(&mut forever).is_pending());
        let mut centuries = sleep(Duration::from_hours(24 * 365 * 500));
        assert!(poll(&mut centuries).is_pending());
        // This exceeds 64 bits of nanoseconds, but not the range of `std`'s `Instant`.
        let mut beyond = sleep(Duration::from_hours(24 * 365 * 600));
        assert!(poll(&mut beyond).is_pending());
        sleep(MS).await;
        assert!(poll(&mut forever).is_pending());
        assert!(poll(&mut beyond).is_pending());
        drop((forever, centuries, beyond));
    });
}

#[test]
fn pitfall_15_timers_fire_in_the_order_of_their_deadlines() {
    paused(async {
        let fired = Rc::new(RefCell::new(Vec::new()));
        let naps = [500, 3, 70_000, 40, 3_600_000, 1].map(|ms| {
            let fired = Rc::clone(&fired);
            spawn_local(async move {
                sleep(Duration::from_millis(ms)).await;
                fired.borrow_mut().push(ms);
            })
        });
        for nap in naps {
            nap.await.unwrap();
        }
        assert_eq!(*fired.borrow(), [1, 3, 40, 500, 70_000, 3_600_000]);
    });
}

#[test]
fn pitfall_15_a_dropped_timer_wakes_no_task() {
    paused(async {
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut nap = sleep(MS);
        assert!(
            Pin::new(&mut nap)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        drop(nap);
        sleep(MS * 2).await;
        assert_eq!(count.wakes(), 0);
    });
}

#[test]
fn pitfall_15_a_timer_that_fired_can_be_dropped_without_another_poll() {
    paused(async {
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut nap = sleep(MS);
        assert!(
            Pin::new(&mut nap)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        advance(MS * 2).await;
        assert_eq!(count.wakes(), 1);
        drop(nap);
    });
}

#[test]
fn pitfall_15_advancing_the_clock_by_the_length_of_a_sleep_ends_it() {
    paused(async {
        for by in [Duration::from_nanos(1), TICK, MS, MS * 10, MS * 1000] {
            // At several positions of the clock inside its tick.
            for odd in [0, 1, 7, 65_535] {
                advance(Duration::from_nanos(odd)).await;
                let start = Instant::now();
                let nap = spawn_local(sleep(by));
                let later = spawn_local(sleep(by + TICK * 2));
                settle().await;
                advance(by).await;
                assert!(nap.is_finished());
                assert!(!later.is_finished());
                assert!((by..by + TICK).contains(&start.elapsed()));
                later.abort();
                settle().await;
            }
        }
    });
}

#[test]
fn pitfall_15_a_timer_may_be_dropped_by_the_waker_of_another_that_fires_with_it() {
    /// When woken, each of two drops the other's timer.
    struct Duel(usize);

    thread_local! {
        static NAPS: RefCell<[Option<Sleep>; 2]> = const { RefCell::new([None, None]) };
    }

    impl Wake for Duel {
        fn wake(self: Arc<Self>) {
            let other = NAPS.with_borrow_mut(|naps| naps[1 - self.0].take());
            drop(other);
        }
    }

    paused(async {
        for at in [MS, MS * 500] {
            let naps = [0, 1].map(|number| {
                let mut nap = sleep(at);
                let waker = Waker::from(Arc::new(Duel(number)));
                let mut context = Context::from_waker(&waker);
                assert!(Pin::new(&mut nap).poll(&mut context).is_pending());
                Some(nap)
            });
            NAPS.set(naps);
            advance(at * 2).await;
            let left = NAPS.replace([None, None]);
            assert!(left.iter().flatten().count() < 2);
        }
        assert!(wakeful::inspect().unwrap().timers.is_empty());
    });
}

#[test]
fn pitfall_15_a_reset_moves_a_timer_earlier_and_later() {
    paused(async {
        let mut nap = sleep(MS * 10);
        assert!(poll(&mut nap).is_pending());
        nap.reset(Instant::now() + MS);
        assert!(poll(&mut nap).is_pending());
        advance(MS * 2).await;
        assert!(nap.is_elapsed());
        assert!(poll(&mut nap).is_ready());

        // A timer that has fired can be set again.
        nap.reset(Instant::now() + MS * 5);
        assert!(poll(&mut nap).is_pending());
        // A timer that is about to fire can be moved later.
        nap.reset(Instant::now() + MS * 50);
        advance(MS * 20).await;
        assert!(poll(&mut nap).is_pending());
        advance(MS * 40).await;
        assert!(poll(&mut nap).is_ready());
    });
}

#[test]
fn pitfall_15_a_reset_keeps_the_waker_and_wakes_it_at_the_new_deadline() {
    paused(async {
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut nap = sleep(MS * 10);
        let wait = |nap: &mut Sleep| {
            let polled = Pin::new(nap).poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
        };
        wait(&mut nap);
        nap.reset(Instant::now() + MS * 20);
        advance(MS * 15).await;
        assert_eq!(count.wakes(), 0, "not at the old deadline");
        nap.reset(Instant::now() + MS);
        advance(MS * 2).await;
        assert_eq!(count.wakes(), 1, "at an earlier deadline");

        nap.reset(Instant::now() + MS);
        wait(&mut nap);
        nap.reset(Instant::now() - MS);
        assert_eq!(count.wakes(), 2, "at once for a deadline in the past");
        assert!(poll(&mut nap).is_ready());
    });
}

#[test]
fn pitfall_15_a_reset_from_another_thread_unparks_the_runtime() {
    let nap = Arc::new(Mutex::new(None));
    let (parked, has_parked) = mpsc::channel();
    let parked = Mutex::new(parked);
    let runtime = Builder::new_current_thread()
        .on_thread_park(move || {
            let _ = parked.lock().unwrap().send(());
        })
        .build()
        .unwrap();
    let elsewhere = {
        let nap: Arc<Mutex<Option<Sleep>>> = Arc::clone(&nap);
        thread::spawn(move || {
            has_parked.recv().unwrap();
            nap.lock().unwrap().as_mut().unwrap().reset(Instant::now());
        })
    };
    watched("a sleep of an hour, cut short", || {
        runtime.block_on(async {
            *nap.lock().unwrap() = Some(sleep(Duration::from_hours(1)));
            poll_fn(|context| Pin::new(nap.lock().unwrap().as_mut().unwrap()).poll(context)).await;
        });
    });
    elsewhere.join().unwrap();
}

#[test]
fn pitfall_15_a_sleep_wakes_the_task_that_polled_it_last() {
    paused(async {
        let (first, last) = (Arc::new(Count::default()), Arc::new(Count::default()));
        let mut nap = sleep(MS);
        for count in [&first, &last] {
            let waker = Arc::clone(count).into();
            assert!(
                Pin::new(&mut nap)
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
        }
        advance(MS * 2).await;
        assert_eq!((first.wakes(), last.wakes()), (0, 1));
    });
}

#[test]
fn pitfall_15_a_timer_set_by_another_thread_unparks_the_runtime() {
    // On a real clock, the runtime is parked until the other thread sets its timer.
    let runtime = wakeful::Runtime::new().unwrap();
    watched("the other thread's timer", || {
        runtime.block_on(async {
            let mut nap = sleep(MS);
            let far = spawn_local(sleep(Duration::from_hours(1)));
            settle().await;
            let nap = spawn_blocking(move || {
                assert!(poll(&mut nap).is_pending() || nap.is_elapsed());
                nap
            });
            nap.await.unwrap().await;
            far.abort();
        });
    });
}
