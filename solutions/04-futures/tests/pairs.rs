//! The promises of `Pairs`.

use std::pin::pin;

use futures_by_hand::{Clock, Either, race};
use futures_exercises::pairs::{Pairs, Source};

/// Reads the pairs of `bytes`, as characters. Each call of `pair` is dropped after some ticks, which
/// `patience` lists, from its front again after the last one.
fn pairs(bytes: &[u8], every: u64, patience: &[u64]) -> Vec<(char, char)> {
    let clock = Clock::new();
    let mut pairs = Pairs::new(Source::new(&clock, every, bytes));
    let all = clock.run(async {
        let mut all = Vec::new();
        for &patience in patience.iter().cycle().take(100) {
            match race(pin!(pairs.pair()), clock.sleep(patience)).await {
                Either::Left(Some((a, b))) => all.push((a.into(), b.into())),
                Either::Left(None) => return all,
                Either::Right(()) => {}
            }
        }
        panic!("no end after 100 calls: {all:?}")
    });
    all.expect("the clock never runs out of alarms")
}

#[test]
fn without_a_drop_every_pair_arrives() {
    assert_eq!(pairs(b"abcd", 10, &[1000]), [('a', 'b'), ('c', 'd')]);
}

#[test]
fn a_drop_between_two_bytes_loses_nothing() {
    // 15 ticks are enough for one byte, but not for two.
    assert_eq!(pairs(b"abcd", 10, &[15]), [('a', 'b'), ('c', 'd')]);
}

#[test]
fn a_second_drop_between_two_bytes_loses_nothing() {
    // No byte arrives in the second call.
    assert_eq!(pairs(b"abcd", 10, &[15, 5]), [('a', 'b'), ('c', 'd')]);
}

#[test]
fn each_byte_is_in_exactly_one_pair() {
    for patience in 10..60 {
        assert_eq!(
            pairs(b"abcdef", 10, &[patience]),
            [('a', 'b'), ('c', 'd'), ('e', 'f')],
            "each call was dropped after {patience} ticks"
        );
    }
}

#[test]
fn half_a_pair_is_not_returned() {
    assert_eq!(pairs(b"abc", 10, &[1000]), [('a', 'b')]);
    assert_eq!(pairs(b"", 10, &[1000]), []);
}

#[test]
fn a_zero_byte_is_kept_too() {
    assert_eq!(pairs(&[0, 0, 0, 1], 10, &[15]), [('\0', '\0'), ('\0', '\x01')]);
}
