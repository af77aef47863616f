//! The promises of `Recycler`.

mod memory;

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;

use memory::{Aligned, OnDrop, address, bad, count, keep, poll, run};
use recycling_exercises::lost::Recycler;

#[test]
fn many_calls_of_one_size_allocate_once() {
    let (made, freed) = count(|| {
        let mut recycler = Recycler::default();
        for number in 0..10_u64 {
            assert_eq!(run(recycler.fill(ready(number))), number);
        }
    });
    assert_eq!((made, freed), (1, 1), "allocated and freed");
}

#[test]
fn a_destructor_that_panics_gives_the_memory_back() {
    let mut recycler = Recycler::default();
    let mut call = recycler.fill(bad());
    assert!(poll(Pin::new(&mut call)).is_pending());
    let panic = catch_unwind(AssertUnwindSafe(|| drop(call)));
    assert!(panic.is_err(), "the panic goes to the owner of the call");
    let next = count(|| drop(recycler.fill(bad())));
    assert_eq!(next, (0, 0), "allocated and freed by the next call");
}

#[test]
fn a_smaller_future_uses_larger_memory() {
    let mut recycler = Recycler::default();
    let larger = || ready([7_u64; 20]);
    assert_eq!(run(recycler.fill(larger())), [7; 20]);
    let (made, _) = count(|| assert_eq!(run(recycler.fill(ready(7_u8))), 7));
    assert_eq!(made, 0, "allocations of a smaller future");
    let (made, _) = count(|| assert_eq!(run(recycler.fill(larger())), [7; 20]));
    assert_eq!(made, 0, "allocations of the larger future after it");
}

#[test]
fn a_larger_future_replaces_the_memory() {
    let mut recycler = Recycler::default();
    drop(recycler.fill(ready(7_u8)));
    let larger = || ready([7_u64; 20]);
    let first = count(|| drop(recycler.fill(larger())));
    assert_eq!(first, (1, 1), "allocated and freed by the first larger future");
    let second = count(|| drop(recycler.fill(larger())));
    assert_eq!(second, (0, 0), "allocated and freed by the second larger future");
}

#[test]
fn memory_has_room_for_the_header_too() {
    let mut recycler = Recycler::default();
    drop(recycler.fill(ready([7_u64; 8])));
    // One word more than before. Without the header, the memory would hold it.
    let larger = count(|| drop(recycler.fill(ready([7_u64; 9]))));
    assert_eq!(
        larger,
        (1, 1),
        "allocated and freed by a future that is larger by a word"
    );
}

#[test]
fn a_future_uses_memory_of_a_larger_alignment() {
    let mut recycler = Recycler::default();
    drop(recycler.fill(address(Aligned(0))));
    let (made, _) = count(|| assert_eq!(run(recycler.fill(ready(7_u8))), 7));
    assert_eq!(made, 0, "allocations of a future with a smaller alignment");
}

#[test]
fn a_future_with_a_large_alignment_is_at_its_alignment() {
    let mut other_memory = Vec::new();
    // Larger than the aligned future, so only its alignment does not fit.
    for _ in 0..4 {
        let mut recycler = Recycler::default();
        drop(recycler.fill(ready([7_u64; 200])));
        let address = run(recycler.fill(address(Aligned(0))));
        assert!(address.is_multiple_of(256), "{address:#x} is not a multiple of 256");
        // The next recycler gets memory at another address.
        other_memory.push(vec![0_u8; 40]);
    }
}

#[test]
fn a_call_that_finds_the_memory_busy_gets_a_box() {
    let mut recycler = Recycler::default();
    let first = recycler.fill(address(1_u64));
    let second = recycler.fill(address(2_u64));
    assert_ne!(run(first), run(second), "two calls had the same memory");
    let third = count(|| drop(recycler.fill(address(3_u64))));
    assert_eq!(third, (0, 0), "allocated and freed after the first call has ended");
}

#[test]
fn the_memory_is_busy_until_the_destructor_has_ended() {
    thread_local! {
        static RECYCLER: RefCell<Recycler> = RefCell::default();
        static MADE: Cell<usize> = const { Cell::new(9) };
    }
    let fill_again = || {
        let again = || drop(RECYCLER.with_borrow_mut(|it| it.fill(ready([0_u8; 8]))));
        MADE.set(count(again).0);
    };
    let call =
        |recycler: &mut Recycler| recycler.fill(keep((OnDrop(fill_again), [0_u8; 64])));
    let mut call = RECYCLER.with_borrow_mut(call);
    assert!(poll(Pin::new(&mut call)).is_pending());
    drop(call);
    assert_eq!(MADE.get(), 1, "a call in the destructor needs memory of its own");
}

#[test]
fn the_last_owner_frees_the_memory_also_if_it_is_a_call() {
    let (made, freed) = count(|| {
        let mut recycler = Recycler::default();
        let call = recycler.fill(ready(7));
        drop(recycler);
        assert_eq!(run(call), 7);
    });
    assert_eq!((made, freed), (1, 1), "allocated and freed");
}

#[test]
fn a_call_that_is_the_last_owner_frees_the_memory_after_a_panic_too() {
    let (made, freed) = count(|| {
        let mut recycler = Recycler::default();
        // Without the message of a panic, which would allocate.
        let mut call = recycler.fill(keep(OnDrop(|| resume_unwind(Box::new(())))));
        assert!(poll(Pin::new(&mut call)).is_pending());
        drop(recycler);
        assert!(
            catch_unwind(AssertUnwindSafe(|| drop(call))).is_err(),
            "the panic goes to the owner of the call"
        );
    });
    assert_eq!(made, freed, "allocated and freed");
}
