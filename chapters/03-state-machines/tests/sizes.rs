//! The sizes of the futures, as today's compiler makes them on a 64-bit machine.
//! The language does not promise these numbers.

#![cfg(target_pointer_width = "64")]

use state_machines::shapes::{self, Page};
use state_machines::{Disk, Save, save};

const PAGE: usize = size_of::<Page>();

#[test]
fn a_future_stores_the_locals_that_are_read_after_an_await() {
    assert_eq!(size_of_val(&shapes::pause()), 1);
    assert_eq!(size_of_val(&shapes::after()), 2);
    assert_eq!(size_of_val(&shapes::held()), PAGE + 2);
    assert_eq!(size_of_val(&shapes::moved()), 8);
}

#[test]
fn a_borrowed_local_is_stored_until_its_scope_ends() {
    assert_eq!(size_of_val(&shapes::earlier()), PAGE + 8);
    assert_eq!(size_of_val(&shapes::dropped()), PAGE + 8);
    assert_eq!(size_of_val(&shapes::scoped()), 8);
}

#[test]
fn a_temporary_in_the_matched_expression_is_stored_for_the_whole_match() {
    assert_eq!(size_of_val(&shapes::matched()), PAGE + 8);
}

#[test]
fn an_async_fn_stores_its_argument_twice() {
    assert_eq!(size_of_val(&shapes::taken(Page::new())), 2 * PAGE + 2);
    assert_eq!(size_of_val(&shapes::handed(Page::new())), PAGE + 2);
}

#[test]
fn a_future_contains_the_futures_that_it_awaits() {
    let held = size_of_val(&shapes::held());
    assert_eq!(size_of_val(&shapes::outer()), held + 1);
    assert_eq!(size_of_val(&shapes::outermost()), held + 2);
    assert_eq!(size_of_val(&shapes::boxed()), 16);
}

#[test]
fn values_that_are_never_alive_together_share_memory() {
    let held = size_of_val(&shapes::held());
    assert_eq!(size_of_val(&shapes::either(true)), held + 2);
    assert_eq!(size_of_val(&shapes::in_turn()), held + 10);
    assert_eq!(size_of_val(&shapes::flat()), 2 * PAGE + 8);
}

#[test]
fn the_hand_written_machine_is_smaller_than_the_compilers() {
    let disk = Disk::new(0);
    assert_eq!(size_of_val(&save(disk.clone(), String::new())), 120);
    assert_eq!(size_of_val(&Save::new(disk, String::new())), 88);
}

#[test]
fn passing_a_future_by_value_doubles_its_size_at_each_level() {
    use state_machines::shapes::{by_block, by_reference, by_value, held};

    let one = size_of_val(&held());
    let two = size_of_val(&by_value(held()));
    assert_eq!(two, 2 * one + 1);
    assert_eq!(size_of_val(&by_value(by_value(held()))), 2 * two + 1);
    assert_eq!(size_of_val(&by_block(held())), two, "an async block moves it as well");
    let mut future = std::pin::pin!(held());
    assert!(size_of_val(&by_reference(future.as_mut())) < one / 10);
}
