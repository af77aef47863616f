//! What `Pairs` promises.

use std::pin::pin;

use futures_by_hand::{Clock, Either, race};
use futures_exercises::pairs::{Pairs, Source};

/// The pairs of `bytes`, waited for with so much patience, one time after the other.
fn pairs(bytes: &[u8], every: u64, patience: &[u64]) -> Vec<(u8, u8)> {
    let clock = Clock::new();
    let mut pairs = Pairs::new(Source::new(&clock, every, bytes));
    let all = clock.run(async {
        let mut all = Vec::new();
        for &patience in patience.iter().cycle().take(100) {
            match race(pin!(pairs.pair()), clock.sleep(patience)).await {
                Either::Left(Some(pair)) => all.push(pair),
                Either::Left(None) => return all,
                Either::Right(()) => {}
            }
        }
        panic!("it goes on for ever, with {all:?}")
    });
    all.expect("the clock has alarms to the end")
}

#[test]
fn with_patience_all_pairs_come() {
    assert_eq!(pairs(b"abcd", 10, &[1000]), [(b'a', b'b'), (b'c', b'd')]);
}

#[test]
fn dropped_between_the_two_it_loses_nothing() {
    // 15 ticks are enough for one byte and not for two.
    assert_eq!(pairs(b"abcd", 10, &[15]), [(b'a', b'b'), (b'c', b'd')]);
}

#[test]
fn dropped_twice_between_the_two_it_loses_nothing() {
    // The second time, nothing comes at all.
    assert_eq!(pairs(b"abcd", 10, &[15, 5]), [(b'a', b'b'), (b'c', b'd')]);
}

#[test]
fn each_byte_is_in_one_pair() {
    for patience in 10..60 {
        assert_eq!(
            pairs(b"abcdef", 10, &[patience]),
            [(b'a', b'b'), (b'c', b'd'), (b'e', b'f')]
        );
    }
}

#[test]
fn half_a_pair_is_none() {
    assert_eq!(pairs(b"abc", 10, &[1000]), [(b'a', b'b')]);
    assert_eq!(pairs(b"", 10, &[1000]), []);
}

#[test]
fn a_zero_is_a_byte() {
    assert_eq!(pairs(&[0, 0, 0, 1], 10, &[15]), [(0, 0), (0, 1)]);
}
