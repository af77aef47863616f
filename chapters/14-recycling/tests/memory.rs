//! How often the versions allocate.

#[path = "../../allocations.rs"]
mod allocations;
mod common;

use std::cell::{Cell, RefCell};
use std::future::{Ready, pending, poll_fn, ready};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use allocations::allocations;
use common::{Bad, Counts, OnDrop, Page, Recycles, Wide, add, finish, is_aligned, poll};
use recycling::handles::{ThinFuture, WideFuture};
use recycling::{DynFuture, boxed, counted, layouts, packed, slot::Slot};

#[test]
fn only_the_first_of_many_calls_allocates() {
    fn check<R: Recycles>() {
        let made = allocations(|| {
            let mut recycler = R::default();
            for number in 0..20 {
                assert_eq!(finish(recycler.fill(add::<20>(number, 0))), number);
            }
        });
        assert_eq!(made, 1);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}

#[test]
fn without_a_recycler_each_call_allocates() {
    fn check<F: Future>(call: impl Fn() -> F) {
        let made = allocations(|| {
            for _ in 0..20 {
                finish(call());
            }
        });
        assert_eq!(made, 20);
    }
    check(|| boxed(add::<20>(1, 2)));
    check(|| ThinFuture::new(add::<20>(1, 2)));
    check(|| WideFuture::new(add::<20>(1, 2)));
}

#[test]
fn a_call_that_finds_the_memory_busy_gets_a_box() {
    fn check<R: Counts>() {
        let mut recycler = R::default();
        let first = recycler.fill_freely(add::<20>(1, 2));
        let made = allocations(|| drop(recycler.fill_freely(add::<20>(1, 2))));
        assert_eq!(made, 1);
        drop(first);
        let made = allocations(|| drop(recycler.fill_freely(add::<20>(1, 2))));
        assert_eq!(made, 0, "the memory of the first call is free again");
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler);
}

#[test]
fn the_first_recycler_boxes_each_future_of_another_size() {
    let mut recycler = counted::Recycler::default();
    drop(recycler.fill(add::<20>(1, 2)));
    for _ in 0..2 {
        assert_eq!(allocations(|| drop(recycler.fill(add::<300>(1, 2)))), 1);
        assert_eq!(allocations(|| drop(recycler.fill(ready(1)))), 1);
    }
}

#[test]
fn memory_that_is_too_small_is_replaced_and_larger_memory_is_used() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        drop(recycler.fill(add::<20>(1, 2)));
        assert_eq!(allocations(|| drop(recycler.fill(add::<300>(1, 2)))), 1);
        assert_eq!(allocations(|| drop(recycler.fill(add::<300>(1, 2)))), 0);
        assert_eq!(allocations(|| drop(recycler.fill(add::<20>(1, 2)))), 0);
        assert_eq!(allocations(|| drop(recycler.fill(is_aligned(Wide(0))))), 1);
    }
    for_each!(check: packed::Recycler, Slot);
}

#[test]
fn without_a_layout_in_the_memory_only_the_same_layout_is_recycled() {
    let mut recycler = layouts::Recycler::default();
    drop(recycler.fill(add::<300>(1, 2)));
    assert_eq!(allocations(|| drop(recycler.fill(add::<20>(1, 2)))), 1);
    assert_eq!(allocations(|| drop(recycler.fill(add::<20>(3, 4)))), 0);
}

/// A future that is as large as `V`. It is ready at once.
struct Holds<V>(V);

impl<V> Future for Holds<V> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

#[test]
fn memory_of_the_same_size_and_another_alignment_is_not_recycled() {
    let mut recycler = layouts::Recycler::default();
    // With the byte of the header, both take 8,192 bytes.
    drop(recycler.fill(Holds([0_u8; 8191])));
    assert_eq!(allocations(|| drop(recycler.fill(Holds(Page(0))))), 1);
}

#[test]
fn a_slot_gets_its_memory_back_where_it_is_now() {
    let mut slot = Slot::default();
    drop(slot.fill(|| ready(1)));
    let mut moved = Box::new(slot);
    drop(moved.fill(|| ready(1)));
    assert_eq!(allocations(|| drop(moved.fill(|| ready(1)))), 0);
}

#[test]
fn the_memory_comes_back_from_a_destructor_that_panics() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        let bad = || async {
            let _bad = Bad;
            pending::<()>().await;
        };
        let drop_it = |recycler: &mut R| {
            let mut call = recycler.fill(bad());
            assert!(poll(Pin::new(&mut call)).is_pending());
            assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_err());
        };
        drop_it(&mut recycler);
        assert_eq!(allocations(|| drop(recycler.fill(bad()))), 0);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}

#[test]
fn the_memory_is_busy_until_the_destructor_has_ended() {
    fn check<R: Counts>() {
        let (recycler, made) = (RefCell::new(R::default()), Cell::new(9));
        let again = OnDrop(|| {
            // As large as this future itself, which is two references.
            let other = || recycler.borrow_mut().fill_freely(Holds([0_usize; 2]));
            made.set(allocations(|| drop(other())));
        });
        let call = recycler.borrow_mut().fill_freely(Holds(again));
        drop(call);
        assert_eq!(made.get(), 1, "the memory was free while its future was dropped");
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler);
}

#[test]
fn a_slot_is_empty_after_the_making_of_a_future_has_panicked() {
    let mut slot = Slot::default();
    drop(slot.fill(|| ready(1)));
    let make = || -> Ready<u32> { panic!("this panic is part of the test") };
    let made = catch_unwind(AssertUnwindSafe(|| drop(slot.fill(make))));
    assert!(made.is_err());
    assert_eq!(allocations(|| drop(slot.fill(|| ready(1)))), 1);
    assert_eq!(allocations(|| drop(slot.fill(|| ready(1)))), 0);
}

/// Keeps a call for ever, at a place where Miri finds it. So Miri does not report a leak.
fn leak(call: DynFuture<'_, u32>) {
    struct Kept(
        #[allow(dead_code, reason = "it is never used again")] DynFuture<'static, u32>,
    );
    static KEPT: [AtomicPtr<Kept>; 6] =
        [const { AtomicPtr::new(std::ptr::null_mut()) }; 6];
    // SAFETY: the handle is never used again. The futures of this test borrow nothing.
    let call =
        unsafe { mem::transmute::<DynFuture<'_, u32>, DynFuture<'static, u32>>(call) };
    let call: *mut Kept = Box::leak(Box::new(Kept(call)));
    // Relaxed: the pointer is never read.
    let free = KEPT.iter().any(|kept| {
        kept.compare_exchange(std::ptr::null_mut(), call, Relaxed, Relaxed).is_ok()
    });
    assert!(free, "there is room for each leaked call");
}

#[test]
fn the_memory_of_a_leaked_call_is_never_used_again() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        leak(recycler.fill(add::<20>(1, 2)));
        let next = || assert_eq!(finish(recycler.fill(add::<20>(3, 4))), 7);
        assert_eq!(allocations(next), 1);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}

#[test]
fn a_cancelled_call_gives_its_memory_back() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        let five =
            |ready| poll_fn(move |_| if ready { Poll::Ready(5) } else { Poll::Pending });
        let mut call = recycler.fill(five(false));
        assert!(poll(pin!(&mut call)).is_pending());
        drop(call);
        let next = || assert_eq!(finish(recycler.fill(five(true))), 5);
        assert_eq!(allocations(next), 0);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}

#[test]
fn after_a_leaked_call_a_slot_allocates_once_and_a_count_stays_at_two() {
    let mut slot = Slot::default();
    leak(slot.fill(|| ready(1)));
    assert_eq!(allocations(|| drop(slot.fill(|| ready(1)))), 1);
    assert_eq!(allocations(|| drop(slot.fill(|| ready(1)))), 0);
    let mut recycler = packed::Recycler::default();
    leak(recycler.fill(ready(1)));
    for _ in 0..2 {
        assert_eq!(allocations(|| drop(recycler.fill(ready(1)))), 1);
    }
}
