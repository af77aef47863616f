//! The promises of `Varint`.

use std::pin::Pin;

use generators::Coroutine;
use generators::CoroutineState::{self, Complete, Yielded};
use generators_exercises::varint::{Overflow, Varint};

fn feed(
    varint: &mut Varint,
    bytes: &[u8],
) -> Vec<CoroutineState<(), Result<u32, Overflow>>> {
    bytes.iter().map(|&byte| Pin::new(&mut *varint).resume(byte)).collect()
}

#[test]
fn one_small_byte_completes_at_once() {
    assert_eq!(feed(&mut Varint::Start, &[0]), [Complete(Ok(0))]);
    assert_eq!(feed(&mut Varint::Start, &[127]), [Complete(Ok(127))]);
}

#[test]
fn the_top_bit_is_not_part_of_the_number() {
    let states = feed(&mut Varint::Start, &[0b1000_0001, 0b0000_0000]);
    assert_eq!(states, [Yielded(()), Complete(Ok(1))]);
}

#[test]
fn the_first_group_is_the_lowest() {
    let states = feed(&mut Varint::Start, &[0b1010_1100, 0b0000_0010]);
    assert_eq!(states, [Yielded(()), Complete(Ok(300))]);
}

#[test]
fn the_largest_number_takes_five_bytes() {
    let states = feed(&mut Varint::Start, &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
    assert_eq!(states[3..], [Yielded(()), Complete(Ok(u32::MAX))]);
}

#[test]
fn a_number_that_does_not_fit_is_an_error() {
    let states = feed(&mut Varint::Start, &[0xFF, 0xFF, 0xFF, 0xFF, 0x10]);
    assert_eq!(states[4], Complete(Err(Overflow)));
    let states = feed(&mut Varint::Start, &[0x80, 0x80, 0x80, 0x80, 0x80]);
    assert_eq!(states[4], Complete(Err(Overflow)));
}

#[test]
fn a_copy_continues_on_its_own() {
    let mut varint = Varint::Start;
    feed(&mut varint, &[0b1000_0001]);
    let mut copy = varint;
    assert_eq!(feed(&mut varint, &[1]), [Complete(Ok(129))]);
    assert_eq!(feed(&mut copy, &[2]), [Complete(Ok(257))]);
}

#[test]
// The test accepts the name with or without backticks.
#[should_panic(expected = "resumed after completion")]
fn a_finished_varint_panics_when_resumed() {
    let mut varint = Varint::Start;
    feed(&mut varint, &[1, 1]);
}

#[test]
#[should_panic(expected = "resumed after completion")]
fn a_varint_is_finished_after_an_error() {
    feed(&mut Varint::Start, &[0xFF, 0xFF, 0xFF, 0xFF, 0x10, 0]);
}
