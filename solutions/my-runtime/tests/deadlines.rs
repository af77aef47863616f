//! What `Deadlines` promises.

use std::time::{Duration, Instant};

use my_runtime::deadlines::Deadlines;

fn ms(begin: Instant, ms: u64) -> Instant {
    begin + Duration::from_millis(ms)
}

/// All that are due by `now`, in order.
fn due(deadlines: &mut Deadlines<&'static str>, now: Instant) -> Vec<&'static str> {
    std::iter::from_fn(|| deadlines.take_due(now)).collect()
}

#[test]
fn nobody_is_due_when_nothing_was_set() {
    let mut deadlines = Deadlines::new();
    assert_eq!(deadlines.next(), None);
    assert_eq!(due(&mut deadlines, Instant::now()), [""; 0]);
    assert!(!deadlines.clear(&"mill"));
}

#[test]
fn the_earliest_is_due_first() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for (key, at) in [("b", 20), ("a", 10), ("c", 30)] {
        deadlines.set(key, ms(begin, at));
    }
    assert_eq!(deadlines.next(), Some(ms(begin, 10)));
    assert_eq!(due(&mut deadlines, ms(begin, 25)), ["a", "b"]);
    assert_eq!(deadlines.next(), Some(ms(begin, 30)));
}

#[test]
fn who_is_due_now_is_due() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    deadlines.set("a", ms(begin, 10));
    assert_eq!(deadlines.take_due(ms(begin, 9)), None);
    assert_eq!(deadlines.take_due(ms(begin, 10)), Some("a"));
    assert_eq!(deadlines.take_due(ms(begin, 10)), None);
}

#[test]
fn many_can_be_due_at_the_same_instant() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for key in ["quay", "mill", "north", "farm"] {
        deadlines.set(key, ms(begin, 10));
    }
    assert_eq!(due(&mut deadlines, ms(begin, 10)), ["quay", "mill", "north", "farm"]);
}

#[test]
fn setting_it_again_puts_it_off() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    deadlines.set("a", ms(begin, 10));
    deadlines.set("a", ms(begin, 30));
    assert_eq!(deadlines.next(), Some(ms(begin, 30)));
    assert_eq!(due(&mut deadlines, ms(begin, 20)), [""; 0]);
    assert_eq!(due(&mut deadlines, ms(begin, 40)), ["a"]);
    deadlines.set("a", ms(begin, 30));
    deadlines.set("a", ms(begin, 10));
    assert_eq!(due(&mut deadlines, ms(begin, 40)), ["a"]);
}

#[test]
fn what_is_cleared_is_never_due() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    deadlines.set("a", ms(begin, 10));
    deadlines.set("b", ms(begin, 20));
    assert!(deadlines.clear(&"a"));
    assert!(!deadlines.clear(&"a"));
    assert_eq!(deadlines.next(), Some(ms(begin, 20)));
    assert_eq!(due(&mut deadlines, ms(begin, 40)), ["b"]);
}

#[test]
fn what_was_due_can_be_set_again() {
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for at in [10, 20, 30] {
        deadlines.set("a", ms(begin, at));
        assert_eq!(due(&mut deadlines, ms(begin, at)), ["a"]);
        assert!(!deadlines.clear(&"a"), "it was taken out");
    }
}

#[test]
fn twenty_thousand_are_no_trouble() {
    // An hour in each direction, all set twice; a list that is searched from
    // the front for each of them would take many seconds.
    let (begin, mut deadlines) = (Instant::now(), Deadlines::new());
    for round in 0..2_u64 {
        for key in 0..20_000_u64 {
            deadlines.set(key, ms(begin, (key * 7919 + round) % 3_600_000));
        }
    }
    let (mut last, mut taken) = (begin, 0);
    while let Some(next) = deadlines.next() {
        assert!(next >= last, "they are due in order");
        last = next;
        assert!(deadlines.take_due(next).is_some());
        taken += 1;
    }
    assert_eq!(taken, 20_000);
}
