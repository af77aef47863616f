//! Trap 15: the wheel, against a list that is searched from end to end.

use super::wheel::{Key, Wheel};
use crate::fuzzing::Choices;
use std::{
    mem,
    sync::{Arc, Mutex},
    task::{Wake, Waker},
};

/// The last tick of the clock.
const LAST: u64 = u64::MAX >> 16;

pub(super) type Log = Arc<Mutex<Vec<usize>>>;

/// Notes its number when it is woken.
pub(super) struct Note(pub(super) usize, pub(super) Log);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// A timer, as the list has it.
struct Timer {
    deadline: u64,
    /// When it was set, among all.
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

    /// How many have not fired.
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

    /// Another task waits for the timer now.
    fn change_waker(&mut self, place: usize) {
        let Timer {
            number, ref key, ..
        } = self.set[place];
        let note = Note(number, Arc::clone(&self.log));
        let waker = Waker::from(Arc::new(note));
        assert!(self.wheel.waker(key).replace(waker).is_some());
    }

    /// Sets one again, which stands behind all others of its tick then.
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

    fn remove(&mut self, place: usize) {
        let timer = self.set.swap_remove(place);
        assert!(!self.wheel.has_fired(&timer.key));
        assert!(self.wheel.remove(&timer.key).is_some());
    }

    fn remove_fired(&mut self, place: usize) {
        let timer = self.fired.swap_remove(place);
        assert!(self.wheel.has_fired(&timer.key));
        assert!(self.wheel.remove(&timer.key).is_none(), "its waker is gone");
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
        assert_eq!(woken, expected, "all that is due, once, in order");
        assert!(due.iter().all(|timer| self.wheel.has_fired(&timer.key)));
        self.fired.append(&mut due);
    }

    /// What the wheel says about itself.
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
        assert_eq!(seen, expected, "what the inspector shows");
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

/// Runs the program in `input` on a wheel and on the list.
///
/// # Panics
/// If they disagree.
pub fn wheel(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut pair = Pair::new();
    while let Some(choice) = choices.next() {
        // A distance of one tick up to the whole clock, all levels alike.
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
                if let Some(place) = choices.place(pair.set.len()) {
                    pair.remove(place);
                }
            }
            4 => {
                if let Some(place) = choices.place(pair.fired.len()) {
                    pair.remove_fired(place);
                }
            }
            5 => {
                if let Some(place) = choices.place(pair.set.len()) {
                    pair.change_waker(place);
                    // To the very tick of the deadline, or the one before.
                    let deadline = pair.set[place].deadline;
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
                if let Some(place) = choices.place(from.len()) {
                    let timer = from.swap_remove(place);
                    let deadline = (pair.now + distance(&mut choices)).min(LAST);
                    // Or to what has been.
                    let deadline = deadline.saturating_sub(u64::from(choice & 0x40));
                    pair.reset(timer, deadline);
                }
            }
            7 => {
                // To where the runtime would wake up by itself.
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
    fn trap_15_the_wheel_agrees_with_a_list() {
        crate::fuzzing::over_many_inputs(super::wheel);
    }
}
