//! Trap 15: the wheel, against a list that is searched from end to end.

use super::wheel::{Key, Wheel};
use std::{
    sync::{Arc, Mutex},
    task::{Wake, Waker},
};

type Log = Arc<Mutex<Vec<usize>>>;

/// Notes its number when it is woken.
struct Note(usize, Log);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// xorshift64*: the same numbers every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A wheel and the list it must agree with.
struct Pair {
    wheel: Wheel,
    now: u64,
    /// Number, deadline and key of what has neither fired nor been removed.
    set: Vec<(usize, u64, Key)>,
    fired: Vec<Key>,
    log: Log,
    numbers: usize,
}

impl Pair {
    fn new() -> Self {
        Self {
            wheel: Wheel::new(),
            now: 0,
            set: Vec::new(),
            fired: Vec::new(),
            log: Log::default(),
            numbers: 0,
        }
    }

    fn insert(&mut self, deadline: u64) {
        let key = self.wheel.insert(deadline);
        assert_eq!(self.wheel.has_fired(&key), deadline <= self.now);
        if deadline <= self.now {
            self.fired.push(key);
            return;
        }
        let note = Note(self.numbers, Arc::clone(&self.log));
        *self.wheel.waker(&key) = Some(Waker::from(Arc::new(note)));
        self.set.push((self.numbers, deadline, key));
        self.numbers += 1;
    }

    fn remove(&mut self, place: usize) {
        let (_, _, key) = self.set.swap_remove(place);
        assert!(!self.wheel.has_fired(&key));
        assert!(self.wheel.remove(&key).is_some());
    }

    fn advance(&mut self, to: u64) {
        let mut fired = Vec::new();
        self.wheel.advance(to, &mut fired);
        fired.into_iter().for_each(Waker::wake);
        self.now = self.now.max(to);

        let (due, set): (Vec<_>, _) = self.set.drain(..).partition(|(_, at, _)| *at <= self.now);
        self.set = set;
        let log = std::mem::take(&mut *self.log.lock().unwrap());
        let mut expected: Vec<_> = due.iter().map(|(number, at, _)| (*at, *number)).collect();
        let deadline_of = |number: &usize| {
            let found = due.iter().find(|(other, ..)| other == number);
            found.expect("only what is due fires").1
        };
        assert!(
            log.is_sorted_by_key(deadline_of),
            "in the order of the deadlines"
        );
        let mut woken: Vec<_> = log
            .iter()
            .map(|number| (deadline_of(number), *number))
            .collect();
        woken.sort_unstable();
        expected.sort_unstable();
        assert_eq!(woken, expected, "all that is due, once");
        for (_, _, key) in due {
            assert!(self.wheel.has_fired(&key));
            self.fired.push(key);
        }
        for key in self.fired.drain(..) {
            assert!(self.wheel.remove(&key).is_none(), "its waker is gone");
        }

        let earliest = self.set.iter().map(|(_, at, _)| *at).min();
        match (self.wheel.next(), earliest) {
            (None, None) => {}
            (Some(next), Some(earliest)) => {
                assert!(self.now < next && next <= earliest, "{next} for {earliest}");
            }
            other => panic!("next and earliest are {other:?}"),
        }
    }
}

#[test]
fn trap_15_the_wheel_agrees_with_a_list() {
    let rounds = if cfg!(miri) { 200 } else { 60_000 };
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut pair = Pair::new();
    for _ in 0..rounds {
        // Distances from one tick to years, all levels alike.
        let distance = |random: &mut Random| {
            let bits = random.below(44);
            random.below(1 << bits) + u64::from(random.below(8) != 0)
        };
        match random.below(8) {
            0..=3 => {
                let deadline = pair.now + distance(&mut random);
                pair.insert(deadline);
            }
            4 | 5 if !pair.set.is_empty() => {
                let place = random.below(pair.set.len() as u64);
                pair.remove(usize::try_from(place).unwrap());
            }
            6 => {
                // To the very tick of somebody's deadline, or the one before.
                if let Some((_, deadline, _)) = pair.set.first() {
                    let to = deadline - random.below(2);
                    pair.advance(to);
                }
            }
            _ => {
                let to = pair.now + distance(&mut random);
                pair.advance(to);
            }
        }
        if pair.now > 1 << 47 {
            pair = Pair::new();
        }
    }
}

#[test]
fn trap_15_the_wheel_holds_the_last_tick_there_is() {
    let last = u64::MAX >> 16;
    let mut pair = Pair::new();
    for deadline in [last, last - 1, 1, last >> 1, (last >> 1) + 1] {
        pair.insert(deadline);
    }
    for to in [1, last >> 1, (last >> 1) + 1, last - 2, last - 1, last] {
        pair.advance(to);
    }
    assert!(pair.set.is_empty());
}

#[test]
fn trap_15_timers_of_one_tick_fire_in_the_order_they_were_set() {
    let mut wheel = Wheel::new();
    let log = Log::default();
    // Far enough to move down through three levels on the way.
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
fn a_wheel_that_is_used_again_and_again_does_not_grow() {
    let mut wheel = Wheel::new();
    let rounds = if cfg!(miri) { 30 } else { 1000 };
    for round in 1..rounds {
        let keys: Vec<_> = (0..10).map(|n| wheel.insert(round * 100 + n)).collect();
        for key in &keys {
            wheel.remove(key);
        }
        wheel.advance(round * 50, &mut Vec::new());
    }
    assert!(wheel.capacity() <= 16, "places are used again");
}
