//! Pitfall 15: the limits of the wheel. `fuzz` tests everything between them.

use super::{
    fuzz::{LAST, Log, Note, Pair},
    wheel::Wheel,
};
use std::{sync::Arc, task::Waker};

#[test]
fn pitfall_15_the_wheel_fires_a_timer_on_the_last_tick() {
    let mut pair = Pair::new();
    for deadline in [LAST, LAST - 1, 1, LAST >> 1, (LAST >> 1) + 1] {
        pair.insert(deadline);
    }
    for to in [1, LAST >> 1, (LAST >> 1) + 1, LAST - 2, LAST - 1, LAST] {
        pair.advance(to);
    }
    assert_eq!(pair.waiting(), 0);
}

#[test]
fn pitfall_15_timers_of_one_tick_fire_in_the_order_in_which_they_were_set() {
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
