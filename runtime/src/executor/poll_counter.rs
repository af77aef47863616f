//! When a loop polls the driver, and when it looks at the tasks of other threads.

use super::Settings;
use std::cell::Cell;

/// Set in `left` if the driver is due at once.
const DRIVER_NEXT: u32 = 1 << 31;

/// Counts polls of tasks until the driver or the queue of other threads' tasks is due.
/// The loop pays for one countdown, even if the two have different intervals.
pub(super) struct PollCounter {
    /// The polls until something is due, plus one.
    left: Cell<u32>,
    /// The value from which `left` counts down. So `start - left` polls have been counted
    /// since `begin`.
    start: Cell<u32>,
    /// The polls from then until the driver is due. Unused without a `queue_interval`.
    driver_in: Cell<u32>,
    /// The same for the queue.
    queue_in: Cell<u32>,
    driver_interval: u32,
    /// `None` if the queue is always due together with the driver.
    queue_interval: Option<u32>,
}

/// What the loop must do now.
pub(super) struct Due {
    pub(super) driver: bool,
    pub(super) queue: bool,
}

impl PollCounter {
    pub(super) fn new(settings: &Settings) -> Self {
        // A greater interval would reach `DRIVER_NEXT`.
        let limit = |interval: u32| interval.min(DRIVER_NEXT - 2);
        let driver_interval = limit(settings.event_interval);
        let queue_interval = settings.global_queue_interval.map(limit);
        let counter = Self {
            // `begin` sets these two.
            left: Cell::new(0),
            start: Cell::new(0),
            driver_in: Cell::new(driver_interval),
            queue_in: Cell::new(queue_interval.unwrap_or(driver_interval)),
            driver_interval,
            queue_interval,
        };
        counter.begin();
        counter
    }

    pub(super) fn driver_interval(&self) -> u32 {
        self.driver_interval
    }

    pub(super) fn is_due(&self) -> bool {
        // `DRIVER_NEXT` is the sign, so this is one comparison.
        self.left.get().cast_signed() <= 1
    }

    /// Counts a poll. Nothing is due.
    pub(super) fn count(&self) {
        debug_assert!(!self.is_due());
        self.left.set(self.left.get() - 1);
    }

    /// Makes the driver due at once.
    pub(super) fn poll_driver_next(&self) {
        self.left.set(self.left.get() | DRIVER_NEXT);
    }

    /// Makes the driver due after this many polls, unless it is due earlier.
    pub(super) fn poll_driver_within(&self, polls: u32) {
        let polls = polls.min(self.driver_interval);
        if self.queue_interval.is_none() {
            // As signed numbers, because `DRIVER_NEXT` is the least of them.
            let left = self.left.get().cast_signed();
            let within = (polls + 1).cast_signed();
            self.left.set(left.min(within).cast_unsigned());
        } else {
            self.settle();
            self.driver_in.set(self.driver_in.get().min(polls));
            self.begin();
        }
    }

    /// Something is due. The loop asks what it is, does it and restarts its count.
    pub(super) fn due(&self) -> Due {
        if self.queue_interval.is_none() {
            return Due {
                driver: true,
                queue: true,
            };
        }
        self.settle();
        self.begin();
        Due {
            driver: self.driver_in.get() == 0,
            queue: self.queue_in.get() == 0,
        }
    }

    /// The driver was polled, or the thread was parked on it.
    pub(super) fn restart_driver(&self) {
        if self.queue_interval.is_none() {
            self.left.set(self.driver_interval + 1);
        } else {
            self.settle();
            self.driver_in.set(self.driver_interval);
            self.begin();
        }
    }

    /// The tasks of other threads were taken.
    pub(super) fn restart_queue(&self) {
        if let Some(interval) = self.queue_interval {
            self.settle();
            self.queue_in.set(interval);
            self.begin();
        }
    }

    /// Subtracts the polls since the last call from both counts.
    fn settle(&self) {
        let left = self.left.get();
        let polls = self.start.get() - (left & !DRIVER_NEXT);
        self.driver_in
            .set(self.driver_in.get().saturating_sub(polls));
        self.queue_in.set(self.queue_in.get().saturating_sub(polls));
        if left & DRIVER_NEXT != 0 {
            self.driver_in.set(0);
        }
    }

    /// Counts down to the first of the two, after [`settle`](Self::settle).
    fn begin(&self) {
        let next = self.driver_in.get().min(self.queue_in.get()) + 1;
        self.left.set(next);
        self.start.set(next);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{PollCounter, Settings};

    fn counter(event_interval: u32, global_queue_interval: Option<u32>) -> PollCounter {
        PollCounter::new(&Settings {
            event_interval,
            global_queue_interval,
            ..Settings::default()
        })
    }

    /// Runs a loop for 24 polls. Returns before which polls it polled the driver, and
    /// before which it took the queue.
    fn run(counter: &PollCounter, mut poll: impl FnMut(u32)) -> [Vec<u32>; 2] {
        let [mut driver, mut queue] = [vec![], vec![]];
        for number in 0..24 {
            if counter.is_due() {
                let due = counter.due();
                if due.driver {
                    driver.push(number);
                    counter.restart_driver();
                }
                if due.queue {
                    queue.push(number);
                    counter.restart_queue();
                }
            }
            counter.count();
            poll(number);
        }
        [driver, queue]
    }

    #[test]
    fn without_an_interval_of_its_own_the_queue_is_due_with_the_driver() {
        let [driver, queue] = run(&counter(7, None), |_| ());
        assert_eq!(driver, [7, 14, 21]);
        assert_eq!(queue, driver);
    }

    #[test]
    fn the_driver_and_the_queue_keep_their_own_intervals() {
        let [driver, queue] = run(&counter(7, Some(4)), |_| ());
        assert_eq!(driver, [7, 14, 21]);
        assert_eq!(queue, [4, 8, 12, 16, 20]);
        let [driver, queue] = run(&counter(4, Some(9)), |_| ());
        assert_eq!(driver, [4, 8, 12, 16, 20]);
        assert_eq!(queue, [9, 18]);
    }

    #[test]
    fn an_early_poll_of_the_driver_does_not_delay_the_queue() {
        let early = counter(10, Some(8));
        let [driver, queue] = run(&early, |number| {
            if number % 3 == 0 {
                early.poll_driver_next();
            }
        });
        assert_eq!(driver, [1, 4, 7, 10, 13, 16, 19, 22]);
        assert_eq!(queue, [8, 16]);
    }

    #[test]
    fn the_driver_is_due_within_the_polls_that_it_is_asked_for() {
        for queue_interval in [None, Some(20)] {
            let soon = counter(10, queue_interval);
            let [driver, _] = run(&soon, |number| {
                if number == 2 {
                    soon.poll_driver_within(2);
                    soon.poll_driver_within(5);
                }
            });
            assert_eq!(driver, [5, 15], "{queue_interval:?}");
        }
    }

    #[test]
    fn a_driver_that_is_due_at_once_stays_due() {
        for queue_interval in [None, Some(20)] {
            let early = counter(10, queue_interval);
            let [driver, _] = run(&early, |number| {
                if number == 2 {
                    early.poll_driver_next();
                    early.poll_driver_within(5);
                }
            });
            assert_eq!(driver, [3, 13, 23], "{queue_interval:?}");
        }
    }

    #[test]
    fn the_longest_interval_never_ends() {
        let [driver, queue] = run(&counter(u32::MAX, Some(u32::MAX)), |_| ());
        assert!(driver.is_empty() && queue.is_empty());
    }
}
