use deadlines_exercises::lost_deadline::DecimalWheel;

/// The tick at which a deadline that was set at tick `from` is due.
fn due_at(from: u32, deadline: u32) -> u32 {
    let mut wheel = DecimalWheel::new();
    wheel.advance(from);
    wheel.set("meter", deadline);
    while wheel.now() < 9999 {
        let next = wheel.now() + 1;
        if wheel.advance(next) == ["meter"] {
            return next;
        }
    }
    panic!("the deadline {deadline}, set at {from}, is lost");
}

#[test]
fn a_deadline_of_one_digit_is_due_at_its_tick() {
    for deadline in 1..10 {
        assert_eq!(due_at(0, deadline), deadline, "the tick at which it was due");
    }
}

#[test]
fn a_deadline_at_the_border_of_a_slot_is_not_late() {
    for deadline in [10, 20, 90] {
        assert_eq!(due_at(0, deadline), deadline, "the tick at which it was due");
    }
}

#[test]
fn a_deadline_falls_through_all_levels() {
    for deadline in [100, 101, 110, 111, 999, 1000, 1234, 2000, 9999] {
        assert_eq!(
            due_at(0, deadline),
            deadline,
            "the tick at which it was due, set at tick 0"
        );
        assert_eq!(
            due_at(deadline - 1, deadline),
            deadline,
            "the tick at which it was due, set one tick before it"
        );
        assert_eq!(
            due_at(deadline / 2, deadline),
            deadline,
            "the tick at which it was due, set at half of it"
        );
    }
}

#[test]
fn a_deadline_that_was_moved_is_due_once() {
    let mut wheel = DecimalWheel::new();
    wheel.set("cellar", 30);
    wheel.set("roof", 30);
    wheel.set("cellar", 500);
    assert_eq!(wheel.advance(499), ["roof"], "due at tick 499");
    assert_eq!(wheel.advance(500), ["cellar"], "due at tick 500");
    wheel.set("cellar", 900);
    wheel.set("cellar", 600);
    assert_eq!(wheel.advance(600), ["cellar"], "due at tick 600");
    assert!(wheel.advance(1000).is_empty(), "`cellar` was due a second time");
}

#[test]
fn a_deadline_that_was_cleared_is_never_due() {
    let mut wheel = DecimalWheel::new();
    wheel.set("cellar", 130);
    wheel.advance(110);
    wheel.clear(&"cellar");
    assert!(wheel.advance(9999).is_empty(), "`cellar` was cleared");
}

#[test]
fn a_long_step_loses_nothing_and_keeps_the_order() {
    let mut wheel = DecimalWheel::new();
    let deadlines = [5000, 7, 70, 71, 4999, 1000, 100];
    for deadline in deadlines {
        wheel.set(deadline, deadline);
    }
    assert_eq!(
        wheel.advance(9999),
        [7, 70, 71, 100, 1000, 4999, 5000],
        "the keys in the order of their deadlines"
    );
}

#[test]
fn the_wheel_agrees_with_a_list() {
    let (mut wheel, mut list) = (DecimalWheel::new(), Vec::new());
    // The constants of a well-known generator of random numbers.
    let mut random = 1_u32;
    let mut below = |n: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % n
    };
    while wheel.now() < 8000 {
        let (key, deadline) = (below(20), wheel.now() + 1 + below(1500));
        list.retain(|&(_, other)| other != key);
        if below(4) == 0 {
            wheel.clear(&key);
        } else {
            wheel.set(key, deadline);
            list.push((deadline, key));
        }
        let to = wheel.now() + below(30);
        let mut due = wheel.advance(to);
        let (passed, later): (Vec<_>, Vec<_>) =
            list.into_iter().partition(|&(deadline, _)| deadline <= to);
        list = later;
        let mut expected: Vec<u32> = passed.into_iter().map(|(_, key)| key).collect();
        // Deadlines of the same tick have no order here.
        due.sort_unstable();
        expected.sort_unstable();
        assert_eq!(due, expected, "at tick {to}");
    }
}
