//! Pitfall 15: the wheel, compared with a list that is searched from end to end.

use super::{
    TICK_BITS,
    wheel::{Key, Wheel},
};
use crate::fuzzing::Choices;
use std::{
    mem,
    sync::{Arc, Mutex},
    task::{Wake, Waker},
};

/// The last tick of the clock.
pub(super) const LAST: u64 = u64::MAX >> TICK_BITS;

pub(super) type Log = Arc<Mutex<Vec<usize>>>;

/// A waker that logs its number.
pub(super) struct Note(pub(super) usize, pub(super) Log);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// A timer in the list.
struct Timer {
    deadline: u64,
    /// Counts all settings of timers, so it gives their order.
    number: usize,
    key: Key,
}

/// A wheel and the list it must agree with.
pub(super) struct Pair {
    wheel: Wheel,
    now: u64,
    set: Vec<Timer>,
    fired: Vec<Timer>,
    log: Log,
    numbers: usize,
}

impl Pair {
    pub(super) fn new() -> Self {
        Self {
            wheel: Wheel::new(),
            now: 0,
            set: Vec::new(),
            fired: Vec::new(),
            log: Log::default(),
            numbers: 0,
        }
    }

    /// The number of timers that have not fired.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.set.len()
    }

    pub(super) fn insert(&mut self, deadline: u64) {
        let key = self.wheel.insert(deadline);
        let number = self.numbers;
        self.numbers += 1;
        let timer = Timer {
            deadline,
            number,
            key,
        };
        assert_eq!(self.wheel.has_fired(&timer.key), deadline <= self.now);
        if deadline <= self.now {
            self.fired.push(timer);
            return;
        }
        let note = Note(number, Arc::clone(&self.log));
        *self.wheel.waker(&timer.key) = Some(Waker::from(Arc::new(note)));
        self.set.push(timer);
    }

    /// Another task polls the timer, so its waker changes.
    fn change_waker(&mut self, index: usize) {
        let Timer {
            number, ref key, ..
        } = self.set[index];
        let note = Note(number, Arc::clone(&self.log));
        let waker = Waker::from(Arc::new(note));
        assert!(self.wheel.waker(key).replace(waker).is_some());
    }

    /// Resets a timer. It then comes after all others of its new tick.
    fn reset(&mut self, mut timer: Timer, deadline: u64) {
        timer.deadline = deadline;
        timer.number = self.numbers;
        self.numbers += 1;
        self.wheel.reset(&timer.key, deadline);
        assert_eq!(self.wheel.has_fired(&timer.key), deadline <= self.now);
        let waker = self.wheel.waker(&timer.key);
        if deadline <= self.now {
            *waker = None;
            return self.fired.push(timer);
        }
        let note = Note(timer.number, Arc::clone(&self.log));
        *waker = Some(Waker::from(Arc::new(note)));
        self.set.push(timer);
    }

    fn remove(&mut self, index: usize) {
        let timer = self.set.swap_remove(index);
        assert!(!self.wheel.has_fired(&timer.key));
        assert!(self.wheel.remove(&timer.key).is_some());
    }

    fn remove_fired(&mut self, index: usize) {
        let timer = self.fired.swap_remove(index);
        assert!(self.wheel.has_fired(&timer.key));
        assert!(
            self.wheel.remove(&timer.key).is_none(),
            "a fired timer has no waker"
        );
    }

    pub(super) fn advance(&mut self, to: u64) {
        let mut fired = Vec::new();
        self.wheel.advance(to, &mut fired);
        fired.into_iter().for_each(Waker::wake);
        self.now = self.now.max(to);

        let now = self.now;
        let mut due: Vec<_> = self
            .set
            .extract_if(.., |timer| timer.deadline <= now)
            .collect();
        due.sort_by_key(|timer| (timer.deadline, timer.number));
        let expected: Vec<_> = due.iter().map(|timer| timer.number).collect();
        let woken = mem::take(&mut *self.log.lock().unwrap());
        assert_eq!(woken, expected, "every due timer fires once, in order");
        assert!(due.iter().all(|timer| self.wheel.has_fired(&timer.key)));
        self.fired.append(&mut due);
    }

    /// Compares what the wheel reports about itself with the list.
    pub(super) fn check(&self) {
        let earliest = self.set.iter().map(|timer| timer.deadline).min();
        match (self.wheel.next(), earliest) {
            (None, None) => {}
            (Some(next), Some(earliest)) => {
                assert!(self.now < next && next <= earliest, "{next} for {earliest}");
            }
            other => panic!("next and earliest are {other:?}"),
        }
        let mut seen: Vec<_> = self.wheel.deadlines().collect();
        let mut expected: Vec<_> = self.set.iter().map(|timer| timer.deadline).collect();
        seen.sort_unstable();
        expected.sort_unstable();
        assert_eq!(seen, expected, "the deadlines that the inspector shows");
    }

    fn empty(mut self) {
        while !self.set.is_empty() {
            self.remove(0);
        }
        while !self.fired.is_empty() {
            self.remove_fired(0);
        }
        assert_eq!(self.wheel.next(), None);
        self.advance(LAST);
    }
}

/// Runs the program that `input` encodes on a wheel and on a list.
///
/// # Panics
/// If the two disagree.
pub fn wheel(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut pair = Pair::new();
    while let Some(choice) = choices.next() {
        // From one tick to the whole clock, with the same chance for each level.
        let distance = |choices: &mut Choices| {
            let bits = choices.bits(8) % 49;
            choices.bits(u32::try_from(bits).expect("fewer than 49"))
        };
        match choice % 9 {
            0..=2 => {
                let deadline = (pair.now + distance(&mut choices)).min(LAST);
                pair.insert(deadline);
            }
            3 => {
                if let Some(index) = choices.index(pair.set.len()) {
                    pair.remove(index);
                }
            }
            4 => {
                if let Some(index) = choices.index(pair.fired.len()) {
                    pair.remove_fired(index);
                }
            }
            5 => {
                if let Some(index) = choices.index(pair.set.len()) {
                    pair.change_waker(index);
                    // Advance exactly to the deadline, or to the tick before it.
                    let deadline = pair.set[index].deadline;
                    pair.advance(deadline - u64::from(choice >> 7));
                }
            }
            6 => {
                let fired = choice >> 7 == 1;
                let from = if fired {
                    &mut pair.fired
                } else {
                    &mut pair.set
                };
                if let Some(index) = choices.index(from.len()) {
                    let timer = from.swap_remove(index);
                    let deadline = (pair.now + distance(&mut choices)).min(LAST);
                    // Sometimes the new deadline has passed already.
                    let deadline = deadline.saturating_sub(u64::from(choice & 0x40));
                    pair.reset(timer, deadline);
                }
            }
            7 => {
                // Advance to the tick at which the runtime would wake by itself.
                if let Some(next) = pair.wheel.next() {
                    pair.advance(next);
                }
            }
            _ => {
                let to = (pair.now + distance(&mut choices)).min(LAST);
                pair.advance(to);
            }
        }
        pair.check();
    }
    pair.empty();
}

#[cfg(test)]
mod tests {
    #[test]
    fn pitfall_15_the_wheel_agrees_with_a_list() {
        crate::fuzzing::over_many_inputs(super::wheel);
    }
}
