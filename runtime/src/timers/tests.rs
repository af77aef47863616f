//! Trap 15: the limits of the wheel. `fuzz` tests everything between them. And
//! the rules of pausing.

use super::{
    Duration, Instant, MissedTickBehavior,
    fuzz::{Log, Note, Pair},
    wheel::Wheel,
};
use crate::runtime::Builder;
use std::{sync::Arc, task::Waker};

#[test]
fn trap_15_the_wheel_fires_a_timer_on_the_last_tick() {
    let last = u64::MAX >> 16;
    let mut pair = Pair::new();
    for deadline in [last, last - 1, 1, last >> 1, (last >> 1) + 1] {
        pair.insert(deadline);
    }
    for to in [1, last >> 1, (last >> 1) + 1, last - 2, last - 1, last] {
        pair.advance(to);
    }
    assert_eq!(pair.waiting(), 0);
}

#[test]
fn trap_15_timers_of_one_tick_fire_in_the_order_in_which_they_were_set() {
    let mut wheel = Wheel::new();
    let log = Log::default();
    // Far enough away to fall through three levels.
    let keys: Vec<_> = (0..50)
        .map(|number| {
            let key = wheel.insert(70_000);
            let note = Note(number, Arc::clone(&log));
            *wheel.waker(&key) = Some(Waker::from(Arc::new(note)));
            key
        })
        .collect();
    let mut fired = Vec::new();
    wheel.advance(70_000, &mut fired);
    fired.into_iter().for_each(Waker::wake);
    assert_eq!(*log.lock().unwrap(), (0..50).collect::<Vec<_>>());
    for key in &keys {
        wheel.remove(key);
    }
    assert_eq!(wheel.deadlines().count(), 0);
}

#[test]
fn a_wheel_reuses_the_entries_of_removed_timers() {
    let mut wheel = Wheel::new();
    let rounds = if cfg!(miri) { 30 } else { 1000 };
    for round in 1..rounds {
        let keys: Vec<_> = (0..10).map(|n| wheel.insert(round * 100 + n)).collect();
        for key in &keys {
            wheel.remove(key);
        }
        wheel.advance(round * 50, &mut Vec::new());
    }
    assert!(wheel.capacity() <= 16, "removed entries are reused");
}

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
