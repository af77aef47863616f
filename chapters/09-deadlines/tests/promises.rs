//! Each test is one promise of the page. Miri runs them too.

use std::cell::RefCell;
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use deadlines::{List, Set, Timer, Wheel};

/// A waker that counts its wakes. Relaxed is enough: each test has one thread.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A waker that notes a number in a log.
struct Note(usize, Arc<Mutex<Vec<usize>>>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("no test panics here").push(self.0);
    }
}

fn poll(timer: &mut Pin<Box<Timer>>, waker: &Waker) -> Poll<()> {
    timer.as_mut().poll(&mut Context::from_waker(waker))
}

/// A timer that was polled once.
fn set(wheel: &Wheel, deadline: u64, waker: &Waker) -> Pin<Box<Timer>> {
    let mut timer = Box::pin(wheel.timer(deadline));
    assert!(poll(&mut timer, waker).is_pending());
    timer
}

fn counting() -> (Arc<Wakes>, Waker) {
    let wakes = Arc::new(Wakes::default());
    (Arc::clone(&wakes), Waker::from(wakes))
}

/// Deadlines around the border of every level.
fn borders() -> Vec<u64> {
    let mut borders = vec![1, 2, u64::MAX - 1, u64::MAX];
    let step = if cfg!(miri) { 4 } else { 1 };
    for level in (1..11).step_by(step) {
        let start = 1_u64 << (6 * level);
        borders.extend([start - 1, start, start + 1, 17 * (start / 16) + 3]);
    }
    borders
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("it is below an usize")
    }

    /// Each number of bits is as likely as every other, so all levels get entries.
    fn distance(&mut self) -> u64 {
        let bits = self.below(65);
        self.next().checked_shr(64 - u32::try_from(bits).expect("small")).unwrap_or(0)
    }
}

#[test]
fn a_timer_fires_at_its_deadline_and_not_a_tick_before() {
    for deadline in borders() {
        let starts = [deadline - deadline.min(70), 0, deadline / 2];
        for from in starts.into_iter().take(if cfg!(miri) { 1 } else { 3 }) {
            let ((wakes, waker), wheel) = (counting(), Wheel::new());
            wheel.advance(from);
            let mut timer = set(&wheel, deadline, &waker);
            wheel.advance(deadline - 1);
            assert_eq!(wakes.count(), 0, "{deadline} from {from} is early");
            assert!(poll(&mut timer, &waker).is_pending());
            wheel.advance(deadline);
            assert_eq!(wakes.count(), 1, "{deadline} from {from} is late");
            assert!(poll(&mut timer, &waker).is_ready());
        }
    }
}

#[test]
fn one_long_step_fires_every_timer_once_and_in_order() {
    let (wheel, log) = (Wheel::new(), Arc::new(Mutex::new(Vec::new())));
    let mut deadlines = borders();
    deadlines.sort_unstable();
    deadlines.dedup();
    let mut timers = Vec::new();
    for (index, &deadline) in deadlines.iter().enumerate().rev() {
        timers.push(set(
            &wheel,
            deadline,
            &Waker::from(Arc::new(Note(index, log.clone()))),
        ));
    }
    wheel.advance(u64::MAX);
    wheel.advance(u64::MAX);
    let expected: Vec<usize> = (0..deadlines.len()).collect();
    assert_eq!(*log.lock().expect("no test panics here"), expected);
}

#[test]
fn timers_of_one_tick_fire_in_the_order_of_their_first_polls() {
    let (wheel, log) = (Wheel::new(), Arc::new(Mutex::new(Vec::new())));
    let mut timers = Vec::new();
    // The first two come to the slot of tick 5000 through two cascades, the third one
    // through one, and the last one directly.
    for (number, now) in [(0, 0), (1, 1), (2, 4096), (3, 4992)] {
        wheel.advance(now);
        timers.push(set(&wheel, 5000, &Waker::from(Arc::new(Note(number, log.clone())))));
    }
    wheel.advance(5000);
    assert_eq!(*log.lock().expect("no test panics here"), [0, 1, 2, 3]);
}

#[test]
fn a_deadline_that_has_passed_is_ready_at_once() {
    let wheel = Wheel::new();
    wheel.advance(100);
    for deadline in [0, 99, 100] {
        let mut timer = Box::pin(wheel.timer(deadline));
        assert!(poll(&mut timer, Waker::noop()).is_ready());
        assert!(poll(&mut timer, Waker::noop()).is_ready(), "and stays ready");
    }
    assert_eq!(wheel.next(), None);
}

#[test]
fn a_dropped_timer_leaves_the_wheel_from_any_position() {
    for dropped in 0..3 {
        let ((wakes, waker), wheel) = (counting(), Wheel::new());
        let mut timers: Vec<_> = (0..3).map(|_| set(&wheel, 70, &waker)).collect();
        drop(timers.remove(dropped));
        wheel.advance(70);
        assert_eq!(wakes.count(), 2);
        assert!(wheel.occupied().is_empty());
    }
}

#[test]
fn a_dropped_timer_wakes_no_task() {
    let ((wakes, waker), wheel) = (counting(), Wheel::new());
    drop(set(&wheel, 5, &waker));
    assert_eq!((wheel.next(), Arc::strong_count(&wakes)), (None, 2));
    wheel.advance(5);
    assert_eq!(wakes.count(), 0);
}

#[test]
fn the_waker_of_the_latest_poll_is_woken() {
    let ((first, one), (second, two)) = (counting(), counting());
    let wheel = Wheel::new();
    let mut timer = set(&wheel, 5, &one);
    assert!(poll(&mut timer, &two).is_pending());
    wheel.advance(5);
    assert_eq!((first.count(), second.count()), (0, 1));
}

#[test]
fn a_reset_moves_the_deadline_in_both_directions() {
    for new in [10, 63, 64, 90, 110, 5000] {
        let ((wakes, waker), wheel) = (counting(), Wheel::new());
        let mut timer = set(&wheel, 100, &waker);
        timer.as_mut().reset(new);
        wheel.advance(new - 1);
        assert_eq!(wakes.count(), 0);
        wheel.advance(new);
        assert_eq!(wakes.count(), 1);
        assert!(poll(&mut timer, &waker).is_ready());
        wheel.advance(6000);
        assert_eq!(wakes.count(), 1, "the old deadline is forgotten");
    }
}

#[test]
fn a_reset_to_the_past_wakes_the_task_at_once() {
    let ((wakes, waker), wheel) = (counting(), Wheel::new());
    wheel.advance(50);
    let mut timer = set(&wheel, 100, &waker);
    timer.as_mut().reset(50);
    assert_eq!((wakes.count(), wheel.next()), (1, None));
    assert!(poll(&mut timer, &waker).is_ready());
}

#[test]
fn a_reset_after_firing_makes_the_timer_wait_again() {
    let ((wakes, waker), wheel) = (counting(), Wheel::new());
    let mut timer = set(&wheel, 5, &waker);
    wheel.advance(5);
    timer.as_mut().reset(10);
    assert!(poll(&mut timer, &waker).is_pending());
    wheel.advance(10);
    assert_eq!(wakes.count(), 2);
}

thread_local! {
    static TIMERS: RefCell<Vec<Pin<Box<Timer>>>> = const { RefCell::new(Vec::new()) };
    static WHEEL: RefCell<Option<Wheel>> = const { RefCell::new(None) };
    static TIMES: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// A waker that drops all timers of `TIMERS`.
struct DropsThem;

impl Wake for DropsThem {
    fn wake(self: Arc<Self>) {
        let timers = TIMERS.take();
        drop(timers);
    }
}

#[test]
fn a_waker_may_drop_the_timers_that_are_due_at_the_same_tick() {
    let ((wakes, waker), wheel) = (counting(), Wheel::new());
    let first = set(&wheel, 70, &Waker::from(Arc::new(DropsThem)));
    let others = (0..3).map(|n| set(&wheel, 70 + n, &waker)).collect();
    TIMERS.set(others);
    wheel.advance(100);
    assert_eq!((wakes.count(), wheel.now()), (0, 100));
    assert!(wheel.occupied().is_empty());
    drop(first);
}

/// A waker that notes the time, sets a timer and then advances the wheel.
struct SetsAndAdvances(Waker);

impl Wake for SetsAndAdvances {
    fn wake(self: Arc<Self>) {
        let wheel = WHEEL.with_borrow(|wheel| wheel.clone().expect("the test set it"));
        let note = || TIMES.with_borrow_mut(|times| times.push(wheel.now()));
        note();
        let timer = set(&wheel, wheel.now() + 1, &self.0);
        TIMERS.with_borrow_mut(|timers| timers.push(timer));
        wheel.advance(wheel.now() + 3);
        note();
    }
}

#[test]
fn a_waker_may_set_a_timer_and_advance_the_wheel() {
    let ((wakes, waker), wheel) = (counting(), Wheel::new());
    WHEEL.set(Some(wheel.clone()));
    let due = [64, 64, 66].map(|deadline| {
        let waker = Waker::from(Arc::new(SetsAndAdvances(waker.clone())));
        set(&wheel, deadline, &waker)
    });
    wheel.advance(64);
    assert_eq!(wakes.count(), 3);
    let times = TIMES.take();
    assert!(times.is_sorted() && times.len() == 6, "time went back: {times:?}");
    assert!(wheel.now() >= 67);
    drop((due, TIMERS.take(), WHEEL.take()));
}

/// Advances the wheel of `WHEEL` far ahead whenever it is cloned.
fn advances_when_cloned() -> Waker {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, ignore, ignore, ignore);
    unsafe fn clone(_: *const ()) -> RawWaker {
        let wheel = WHEEL.with_borrow(Clone::clone);
        wheel.expect("the test set it").advance(1000);
        RawWaker::new(ptr::null(), &VTABLE)
    }
    unsafe fn ignore(_: *const ()) {}
    // SAFETY: the waker has no data, so its functions keep the contract of `RawWaker`.
    unsafe { Waker::new(ptr::null(), &VTABLE) }
}

#[test]
fn a_deadline_that_passes_while_the_waker_is_cloned_is_not_lost() {
    let wheel = Wheel::new();
    WHEEL.set(Some(wheel.clone()));
    let mut timer = Box::pin(wheel.timer(10));
    assert!(poll(&mut timer, &advances_when_cloned()).is_ready());
    WHEEL.take();
}

#[test]
fn a_forgotten_timer_fires_and_does_no_harm() {
    // Miri reports no leak if a static points to the memory.
    static FORGOTTEN: AtomicPtr<Pin<Box<Timer>>> = AtomicPtr::new(ptr::null_mut());
    let ((wakes, waker), wheel) = (counting(), Wheel::new());
    let timer = set(&wheel, 5, &waker);
    let forgotten = Box::leak(Box::new(timer));
    FORGOTTEN.store(forgotten, Relaxed);
    wheel.advance(5);
    assert_eq!(wakes.count(), 1);
    drop(wheel);
}

#[test]
fn next_is_never_later_than_the_earliest_deadline() {
    let wheel = Wheel::new();
    let _far = set(&wheel, 5000, Waker::noop());
    let mut works = 0;
    while let Some(next) = wheel.next() {
        assert!(wheel.now() < next && next <= 5000);
        wheel.advance(next);
        works += 1;
    }
    assert_eq!((wheel.now(), works), (5000, 3), "two cascades, and the deadline");
}

/// Sets, resets, drops and fires timers at random, and does the same with a list.
fn agrees_with_a_list(seed: u64, steps: usize) {
    let (mut random, wheel, log) = (Random(seed), Wheel::new(), Arc::default());
    let (mut list, mut timers) = (List::default(), Vec::new());
    for number in 0..steps {
        let now = wheel.now();
        let deadline = now.saturating_add(random.distance()).max(1);
        match random.below(5) {
            0 | 1 if deadline > now => {
                let waker = Waker::from(Arc::new(Note(number, Arc::clone(&log))));
                timers.push((number, set(&wheel, deadline, &waker)));
                list.set(deadline, number);
            }
            2 if !timers.is_empty() => {
                let (number, timer) = timers.swap_remove(random.below(timers.len()));
                drop(timer);
                list.clear(&number);
            }
            3 if !timers.is_empty() && deadline > now => {
                let index = random.below(timers.len());
                let (number, timer) = &mut timers[index];
                timer.as_mut().reset(deadline);
                list.set(deadline, *number);
            }
            _ => {
                let to = if random.below(2) == 0 {
                    deadline
                } else {
                    wheel.next().unwrap_or(now)
                };
                // ANCHOR: compare
                wheel.advance(to);
                let mut expected = Vec::new();
                while let Some(number) = list.take_due(to) {
                    timers.retain(|(other, _)| *other != number);
                    expected.push(number);
                }
                let mut log = log.lock().expect("no test panics here");
                assert_eq!(std::mem::take(&mut *log), expected, "seed {seed}");
                // ANCHOR_END: compare
            }
        }
        match (wheel.next(), list.next()) {
            (None, None) => {}
            (Some(next), Some(earliest)) => {
                assert!(wheel.now() < next && next <= earliest, "seed {seed}");
            }
            other => panic!("next and earliest are {other:?}, seed {seed}"),
        }
    }
}

#[test]
fn the_wheel_agrees_with_a_list_of_deadlines() {
    let (seeds, steps) = if cfg!(miri) { (2, 100) } else { (200, 1000) };
    for seed in 1..=seeds {
        agrees_with_a_list(seed * 0x9e37_79b9, steps);
    }
}

#[test]
fn the_set_gives_the_earliest_deadline_first() {
    let mut set = Set::default();
    let positions = [30, 10, 20, 10].map(|deadline| set.set(deadline, deadline + 1));
    set.clear(positions[2]);
    assert_eq!((set.next(), set.take_due(9)), (Some(10), None));
    assert_eq!([(); 4].map(|()| set.take_due(30)), [Some(11), Some(11), Some(31), None]);
}
