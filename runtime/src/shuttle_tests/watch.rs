//! `watch`: no receiver sleeps past a change, and none misses the last value.

use super::{Rng, Threads, attempt, explore, poll_once, run, yield_some};
use crate::sync::watch::{self, Receiver};

#[test]
fn every_receiver_sees_the_value_grow_and_ends_with_the_last() {
    explore(growing);
}

fn growing(rng: &Rng) {
    let (tx, rx) = watch::channel(0);
    let (senders, sends) = (rng.up_to(2), rng.up_to(3));
    let last = senders * sends;
    let mut threads = Threads::default();
    for _ in 0..rng.up_to(3) {
        let rx = if rng.one_in(3) {
            tx.subscribe()
        } else {
            rx.clone()
        };
        threads.spawn(rng, move |rng| follow(rng, rx, last));
    }
    drop(rx);
    for _ in 0..senders {
        let tx = tx.clone();
        threads.spawn(rng, move |rng| {
            for _ in 0..sends {
                let mut before = 0;
                let mut grow = |value: &mut usize| {
                    before = *value;
                    *value += 1;
                };
                if rng.one_in(2) {
                    tx.send_modify(&mut grow);
                } else {
                    tx.send_if_modified(|value| {
                        grow(value);
                        true
                    });
                }
                assert!(*tx.borrow() > before);
                // Not a change that anyone should hear of.
                tx.send_if_modified(|_| false);
                yield_some(rng);
            }
        });
    }
    run(rng, tx.closed());
    assert_eq!((tx.receiver_count(), tx.is_closed()), (0, true));
    drop(tx);
    threads.join();
}

/// Follows the value to its end, which is `last`, or leaves before.
fn follow(rng: &Rng, mut rx: Receiver<usize>, last: usize) {
    let mut seen = 0;
    while seen < last {
        match rng.below(8) {
            0..=2 => {
                let changed = run(rng, rx.changed());
                changed.expect("a sender stays until all receivers have gone");
                let now = *rx.borrow_and_update();
                assert!(now > seen, "woken for {now} after {seen}");
                seen = now;
            }
            3 => {
                if attempt(rng, rx.changed()).is_some() {
                    let now = *rx.borrow_and_update();
                    assert!(now > seen, "woken for {now} after {seen}");
                    seen = now;
                }
            }
            4 => {
                let wanted = seen + rng.up_to(last - seen);
                if let Some(found) = attempt(rng, rx.wait_for(|value| *value >= wanted)) {
                    let now = *found.expect("a sender stays");
                    assert!(now >= wanted, "{now} is not {wanted}");
                    seen = now;
                }
            }
            5 => {
                let changed = rx.has_changed().expect("a sender stays");
                let now = *rx.borrow_and_update();
                assert!(now > seen || !changed, "{now} has not changed");
                assert!(now >= seen);
                seen = now;
            }
            6 => rx = rx.clone(),
            _ if rng.one_in(8) => return,
            _ => yield_some(rng),
        }
        rng.say(format_args!("saw {seen} of {last}"));
    }
    assert!(
        poll_once(rng, rx.changed()).is_none(),
        "a change after the last"
    );
}

#[test]
fn a_receiver_hears_of_the_last_value_before_it_hears_of_the_end() {
    explore(|rng| {
        let (tx, mut rx) = watch::channel(0);
        let mut threads = Threads::default();
        let (sends, replaces) = (rng.below(3), rng.one_in(2));
        threads.spawn(rng, move |rng| {
            for value in 1..=sends {
                if replaces {
                    assert_eq!(tx.send_replace(value), value - 1);
                } else {
                    assert!(tx.send(value).is_ok());
                }
                yield_some(rng);
            }
        });
        let _ = attempt(rng, rx.changed());
        let mut seen = *rx.borrow_and_update();
        while run(rng, rx.changed()).is_ok() {
            let now = *rx.borrow_and_update();
            assert!(now > seen, "woken for {now} after {seen}");
            seen = now;
        }
        assert_eq!((seen, *rx.borrow()), (sends, sends));
        threads.join();
    });
}
