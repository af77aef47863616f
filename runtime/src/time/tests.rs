//! The rules of pausing, and of ticks that were missed.

use super::{Duration, Instant, MissedTickBehavior};
use crate::runtime::Builder;

/// Runs `code` in a runtime whose clock is paused.
fn paused(code: impl FnOnce()) {
    let builder = Builder::new_current_thread().start_paused(true);
    let runtime = builder.build().expect("a reactor");
    runtime.block_on(async { code() });
}

#[test]
#[should_panic(expected = "the clock is paused already: call `wakeful::time::resume()`")]
fn pausing_a_paused_clock_panics() {
    paused(super::pause);
}

#[test]
#[should_panic(expected = "only a paused clock can be resumed: call `wakeful::time::pause()`")]
fn resuming_a_running_clock_panics() {
    paused(|| {
        super::resume();
        super::resume();
    });
}

#[test]
fn a_clock_that_is_paused_and_resumed_goes_on_from_where_it_stood() {
    paused(|| {
        let start = Instant::now();
        assert_eq!(Instant::now(), start);
        super::resume();
        let running = Instant::now();
        assert!(running >= start);
        super::pause();
        assert!(Instant::now() >= running);
        assert_eq!(Instant::now(), Instant::now());
    });
}

/// The moments of three ticks of a second each. A task asks for the second
/// tick `late` after it was due.
fn ticks_after(late: Duration, behavior: MissedTickBehavior) -> Vec<Duration> {
    let builder = Builder::new_current_thread().start_paused(true);
    let runtime = builder.build().expect("a reactor");
    runtime.block_on(async {
        let start = Instant::now();
        let mut ticks = super::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(behavior);
        ticks.tick().await;
        super::advance(Duration::from_secs(1) + late).await;
        ticks.tick().await;
        let asked = Instant::now();
        let mut moments = vec![asked - start];
        for _ in 0..2 {
            moments.push(ticks.tick().await - start);
        }
        moments
    })
}

#[test]
fn an_interval_that_delays_moves_its_schedule_after_a_tick_that_was_very_late() {
    let moments = ticks_after(Duration::from_millis(300), MissedTickBehavior::Delay);
    assert_eq!(moments[1], moments[0] + Duration::from_secs(1));
    assert_eq!(moments[2], moments[0] + Duration::from_secs(2));
}

#[test]
fn an_interval_that_delays_keeps_its_schedule_after_a_tick_that_was_slightly_late() {
    let moments = ticks_after(Duration::from_millis(2), MissedTickBehavior::Delay);
    assert_eq!(moments[1..], [2, 3].map(Duration::from_secs));
}

#[test]
fn an_interval_that_skips_keeps_its_schedule_after_a_tick_that_was_very_late() {
    let moments = ticks_after(Duration::from_millis(300), MissedTickBehavior::Skip);
    assert_eq!(moments[1..], [2, 3].map(Duration::from_secs));
}
