//! Timeouts, intervals and the paused clock.

use super::{MS, paused};
use crate::support::watched;
use std::sync::{Mutex, mpsc};
use wakeful::{
    runtime::Builder,
    spawn_blocking,
    time::{Duration, Instant, Interval, MissedTickBehavior, advance, interval, sleep, timeout},
};

#[test]
fn a_timeout_returns_the_output_in_time_or_an_error() {
    paused(async {
        assert_eq!(timeout(MS, async { 1 }).await, Ok(1));
        assert_eq!(timeout(Duration::ZERO, async { 1 }).await, Ok(1));
        let start = Instant::now();
        let error = timeout(MS, sleep(MS * 9)).await.unwrap_err();
        assert_eq!(error.to_string(), "the time limit has passed");
        assert!(start.elapsed() < MS * 2);
        assert_eq!(
            std::io::Error::from(error).kind(),
            std::io::ErrorKind::TimedOut
        );
    });
}

async fn tick_at(ticks: &mut Interval, start: Instant) -> u128 {
    ticks.tick().await;
    // Round, because ticks of the wheel are shorter than a millisecond.
    (start.elapsed() + MS / 2).as_millis()
}

async fn after_missing(behavior: MissedTickBehavior) -> Vec<u128> {
    let start = Instant::now();
    let mut ticks = interval(MS * 10);
    ticks.set_missed_tick_behavior(behavior);
    let mut seen = vec![tick_at(&mut ticks, start).await];
    advance(MS * 35).await;
    for _ in 0..5 {
        seen.push(tick_at(&mut ticks, start).await);
    }
    seen
}

#[test]
fn an_interval_follows_its_missed_tick_behavior() {
    paused(async {
        let burst = after_missing(MissedTickBehavior::Burst).await;
        assert_eq!(burst, [0, 35, 35, 35, 40, 50]);
    });
    paused(async {
        let delay = after_missing(MissedTickBehavior::Delay).await;
        assert_eq!(delay, [0, 35, 45, 55, 65, 75]);
    });
    paused(async {
        let skip = after_missing(MissedTickBehavior::Skip).await;
        assert_eq!(skip, [0, 35, 40, 50, 60, 70]);
    });
}

#[test]
fn the_period_of_an_interval_may_exceed_the_range_of_the_clock() {
    paused(async {
        for behavior in [
            MissedTickBehavior::Burst,
            MissedTickBehavior::Delay,
            MissedTickBehavior::Skip,
        ] {
            let mut ticks = interval(Duration::MAX);
            ticks.set_missed_tick_behavior(behavior);
            ticks.tick().await;
            let next = timeout(Duration::from_hours(24 * 365 * 29), ticks.tick());
            assert!(next.await.is_err());
        }
    });
}

#[test]
#[should_panic(expected = "must not be zero")]
fn an_interval_with_a_period_of_zero_panics_with_the_reason() {
    paused(async {
        let _ = interval(Duration::ZERO);
    });
}

#[test]
fn a_paused_clock_waits_for_blocking_work_instead_of_jumping() {
    paused(async {
        let start = Instant::now();
        let work = timeout(Duration::from_hours(1), spawn_blocking(|| 4));
        assert_eq!(work.await.unwrap().unwrap(), 4);
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_paused_clock_jumps_after_detached_blocking_work_is_done() {
    let (parks, parked) = mpsc::channel();
    let parks = Mutex::new(parks);
    let runtime = Builder::new_current_thread()
        .start_paused(true)
        // The test may have ended before the last park, so ignore the error.
        .on_thread_park(move || {
            let _ = parks.lock().unwrap().send(());
        })
        .build()
        .unwrap();
    watched("a jump over the rest of an hour", || {
        runtime.block_on(async {
            drop(spawn_blocking(move || parked.recv()));
            sleep(Duration::from_hours(1)).await;
        });
    });
}

#[test]
fn a_resumed_clock_continues_from_the_time_it_shows() {
    paused(async {
        let start = Instant::now();
        advance(Duration::from_hours(1)).await;
        wakeful::time::resume();
        let shown = start.elapsed();
        assert!(shown >= Duration::from_hours(1), "{shown:?}");
        assert!(shown < Duration::from_hours(2), "{shown:?}");
        sleep(MS).await;
        assert!(start.elapsed() >= shown + MS);
    });
}
