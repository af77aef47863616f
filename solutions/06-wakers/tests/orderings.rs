//! The promises of `CHOSEN`. Loom tries every order in which the threads can meet.
//!
//! `Causality violation` means that two threads use the value at the same time, as
//! far as the memory model can tell. `deadlock` means that a wake was lost.
//!
//! With cargo alone: `cargo test --features loom --test orderings`.

use std::panic::{catch_unwind, set_hook, take_hook};
use std::sync::Arc;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release};

use loom::model::Builder;
use loom::thread;
use wakers_exercises::orderings::{CHOSEN, Handover, Orderings};

/// Runs `model` in every order of its threads.
fn in_every_order(orderings: Orderings, model: fn(&Arc<Handover>)) {
    let mut builder = Builder::new();
    // The report names the lines that meet.
    builder.location = true;
    builder.check(move || model(&Handover::new(orderings)));
}

/// One device sends, and the receiver waits.
fn one_device(handover: &Arc<Handover>) {
    let device = Arc::clone(handover);
    thread::spawn(move || assert!(device.send(7), "no other device claims it"));
    assert_eq!(handover.receive(), 7, "the value that was received");
}

/// Two devices send. One of them wins.
fn two_devices(handover: &Arc<Handover>) {
    let device = Arc::clone(handover);
    let other = thread::spawn(move || device.send(7));
    let won = handover.send(8);
    let value = handover.receive();
    let other_won = other.join().expect("the other device sends");
    assert!(won != other_won, "exactly one device wins");
    assert_eq!(value, if won { 8 } else { 7 }, "the value of the device that has won");
}

#[test]
fn the_value_arrives_in_every_order() {
    in_every_order(CHOSEN, one_device);
}

#[test]
fn of_two_devices_one_wins_in_every_order() {
    in_every_order(CHOSEN, two_devices);
}

/// The orderings that are weaker than `ordering` and possible at the same operation.
fn weaker(ordering: Ordering) -> &'static [Ordering] {
    match ordering {
        Relaxed => &[],
        Acquire | Release => &[Relaxed],
        AcqRel => &[Relaxed, Acquire, Release],
        _ => &[Relaxed, Acquire, Release, AcqRel],
    }
}

/// Fails if loom finds no mistake with a weaker ordering of one operation. `with`
/// changes that ordering, and `possible` are the orderings that the operation can have.
fn is_as_weak_as_possible(
    name: &str,
    chosen: Ordering,
    possible: &[Ordering],
    with: fn(Ordering) -> Orderings,
) {
    for &weaker in weaker(chosen).iter().filter(|weaker| possible.contains(weaker)) {
        // Loom's reports are expected here, so they are not printed.
        let hook = take_hook();
        set_hook(Box::new(|_| ()));
        let one = catch_unwind(|| in_every_order(with(weaker), one_device));
        let two = catch_unwind(|| in_every_order(with(weaker), two_devices));
        set_hook(hook);
        assert!(
            one.is_err() || two.is_err(),
            "`{name}`: `{chosen:?}` is stronger than needed here",
        );
    }
}

const SWAP: &[Ordering] = &[Relaxed, Acquire, Release, AcqRel];
const LOAD: &[Ordering] = &[Relaxed, Acquire];
const STORE: &[Ordering] = &[Relaxed, Release];

#[test]
fn publish_is_as_weak_as_possible() {
    let with = |publish| Orderings { publish, ..CHOSEN };
    is_as_weak_as_possible("publish", CHOSEN.publish, STORE, with);
}

#[test]
fn check_is_as_weak_as_possible() {
    let with = |check| Orderings { check, ..CHOSEN };
    is_as_weak_as_possible("check", CHOSEN.check, LOAD, with);
}

#[test]
fn unpark_is_as_weak_as_possible() {
    let with = |unpark| Orderings { unpark, ..CHOSEN };
    is_as_weak_as_possible("unpark", CHOSEN.unpark, SWAP, with);
}

#[test]
fn park_is_as_weak_as_possible() {
    let with = |park| Orderings { park, ..CHOSEN };
    is_as_weak_as_possible("park", CHOSEN.park, SWAP, with);
}

#[test]
fn claim_is_as_weak_as_possible() {
    let with = |claim| Orderings { claim, ..CHOSEN };
    is_as_weak_as_possible("claim", CHOSEN.claim, SWAP, with);
}
