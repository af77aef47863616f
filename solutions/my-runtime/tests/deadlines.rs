//! The promises of `Deadlines`.

use std::time::{Duration, Instant};

use my_runtime::deadlines::Deadlines;

fn ms(begin: Instant, ms: u64) -> Instant {
    begin + Duration::from_millis(ms)
}

/// Takes all keys that are due at `now`, in order.
fn take_all(deadlines: &mut Deadlines<&'static str>, now: Instant) -> Vec<&'static str> {
    std::iter::from_fn(|| deadlines.take_due(now)).collect()
}

#[test]
fn an_empty_set_has_nothing_due() {
    let mut deadlines = Deadlines::new();
    assert_eq!(deadlines.next(), None);
    assert_eq!(
        take_all(&mut deadlines, Instant::now()),
        [""; 0],
        "the keys that are due"
    );
    assert!(!deadlines.clear(&"mill"), "`mill` was never set");
}

#[test]
fn the_earliest_key_is_taken_first() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for (key, at) in [("b", 20), ("a", 10), ("c", 30)] {
        deadlines.set(key, ms(begin, at));
    }
    assert_eq!(deadlines.next(), Some(ms(begin, 10)));
    assert_eq!(
        take_all(&mut deadlines, ms(begin, 25)),
        ["a", "b"],
        "the keys that are due after 25 ms"
    );
    assert_eq!(deadlines.next(), Some(ms(begin, 30)));
}

#[test]
fn a_key_is_due_exactly_at_its_deadline() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    deadlines.set("a", ms(begin, 10));
    assert_eq!(
        deadlines.take_due(ms(begin, 9)),
        None,
        "the key that is due one millisecond early"
    );
    assert_eq!(deadlines.take_due(ms(begin, 10)), Some("a"));
    assert_eq!(deadlines.take_due(ms(begin, 10)), None, "the only key was taken");
}

#[test]
fn keys_with_equal_deadlines_are_all_kept_in_the_order_of_set() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for key in ["quay", "mill", "north", "farm"] {
        deadlines.set(key, ms(begin, 10));
    }
    let taken = take_all(&mut deadlines, ms(begin, 10));
    assert_eq!(taken, ["quay", "mill", "north", "farm"]);
}

#[test]
fn setting_a_key_again_replaces_its_deadline() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    deadlines.set("a", ms(begin, 10));
    deadlines.set("a", ms(begin, 30));
    assert_eq!(deadlines.next(), Some(ms(begin, 30)));
    assert_eq!(
        take_all(&mut deadlines, ms(begin, 20)),
        [""; 0],
        "the keys that are due before the new deadline"
    );
    assert_eq!(
        take_all(&mut deadlines, ms(begin, 40)),
        ["a"],
        "the keys that are due after the new deadline"
    );
    deadlines.set("a", ms(begin, 30));
    deadlines.set("a", ms(begin, 10));
    assert_eq!(
        take_all(&mut deadlines, ms(begin, 40)),
        ["a"],
        "the keys that are due: each of them once"
    );
}

#[test]
fn a_cleared_key_is_never_due() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    deadlines.set("a", ms(begin, 10));
    deadlines.set("b", ms(begin, 20));
    assert!(deadlines.clear(&"a"), "`a` had a deadline");
    assert!(!deadlines.clear(&"a"), "`a` was cleared already");
    assert_eq!(deadlines.next(), Some(ms(begin, 20)));
    assert_eq!(
        take_all(&mut deadlines, ms(begin, 40)),
        ["b"],
        "the keys that are due: `a` was cleared"
    );
}

#[test]
fn a_key_that_was_taken_can_be_set_again() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for at in [10, 20, 30] {
        deadlines.set("a", ms(begin, at));
        assert_eq!(
            take_all(&mut deadlines, ms(begin, at)),
            ["a"],
            "the keys that are due after {at} ms"
        );
        assert!(!deadlines.clear(&"a"), "`a` was taken, so it has no deadline");
    }
}

#[test]
fn twenty_thousand_keys_are_not_searched_one_by_one() {
    // Each key is set twice, and half of them are cleared. A list that is searched from the front for each call
    // needs many seconds for this.
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for round in 0..2_u64 {
        for key in 0..20_000_u64 {
            deadlines.set(key, ms(begin, (key * 7919 + round) % 3_600_000));
        }
    }
    for key in (0..20_000_u64).step_by(2) {
        assert!(deadlines.clear(&key), "key {key} had a deadline");
    }
    let (mut last, mut taken) = (begin, 0);
    while let Some(next) = deadlines.next() {
        assert!(next >= last, "the deadlines come in order");
        last = next;
        assert!(
            deadlines.take_due(next).is_some(),
            "the earliest key is not due at the time that `next` returned"
        );
        taken += 1;
    }
    assert_eq!(taken, 10_000, "keys that were due");
}
