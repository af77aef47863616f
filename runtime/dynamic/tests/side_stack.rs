//! The side stack: calls that end in another order, in another task, or not at all. Under Miri the
//! tests of leaked calls need `-Zmiri-ignore-leaks`, so they are in `leaks`.

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
};

use common::*;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[dyn_async(Send)]
trait Place: Send + Sync {
    /// Waits this many times, and returns an address inside of the call's future.
    async fn address(&self, waits: usize) -> usize;
}

struct Local;

impl Place for Local {
    async fn address(&self, waits: usize) -> usize {
        let local = AtomicUsize::new(7);
        let address = std::ptr::from_ref(&local).addr();
        for _ in 0..waits {
            yield_now().await;
        }
        assert_eq!(local.load(Ordering::Relaxed), 7);
        address
    }
}

#[test]
fn a_task_allocates_its_stack_once() {
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    let task = with_side_stack(async {
        let first = place.address(1).await;
        for waits in 0..5 {
            assert_eq!(place.address(waits).await, first);
        }
    });
    assert_eq!(allocations(|| block_on(task)), 1);
}

#[test]
fn a_call_outside_of_a_task_has_a_box() {
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    let counted = allocations(|| {
        block_on(place.address(1));
        block_on(place.address(1));
    });
    assert_eq!(counted, 2);
}

#[test]
fn calls_that_end_in_the_order_in_which_they_began_keep_their_memory_apart() {
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    let task = with_side_stack(async {
        let mut first = Box::pin(place.address(1));
        let mut second = Box::pin(place.address(2));
        assert!(first.as_mut().poll(&mut noop()).is_pending());
        assert!(second.as_mut().poll(&mut noop()).is_pending());
        let one = first.await;
        // The first frame lies below the second one, so it is not used again yet.
        let third = place.address(1).await;
        let two = second.await;
        assert!(one < two && two < third);
        // Now both are gone.
        assert_eq!(place.address(1).await, one);
    });
    block_on(task);
}

#[test]
fn a_stack_grows_while_calls_are_on_it_and_frees_what_it_outgrew() {
    // The stack outgrows its first chunk either way.
    const COUNT: usize = if cfg!(miri) { 30 } else { 100 };
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    let task = with_side_stack(async {
        for _ in 0..3 {
            let mut calls: Vec<_> = (0..COUNT).map(|_| Box::pin(place.address(1))).collect();
            for call in &mut calls {
                assert!(call.as_mut().poll(&mut noop()).is_pending());
            }
            let mut addresses = Vec::new();
            for call in calls {
                addresses.push(call.await);
            }
            addresses.sort_unstable();
            addresses.dedup();
            assert_eq!(addresses.len(), COUNT);
        }
    });
    block_on(task);
}

#[test]
fn a_call_may_move_to_another_task_and_thread_and_outlive_its_task() {
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    let mut call = None;
    block_on(with_side_stack(async {
        let mut started = Box::pin(async { place.address(2).await });
        assert!(started.as_mut().poll(&mut noop()).is_pending());
        call = Some(started);
        assert!(place.address(0).await > 0);
    }));
    std::thread::scope(|scope| {
        let call = call.take().unwrap();
        scope.spawn(move || assert!(block_on(with_side_stack(call)) > 0));
    });
}

#[test]
fn a_call_that_ends_on_another_thread_gives_its_frame_back() {
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    block_on(with_side_stack(async {
        let mut call = Box::pin(async { place.address(1).await });
        assert!(call.as_mut().poll(&mut noop()).is_pending());
        let address =
            std::thread::scope(|scope| scope.spawn(move || block_on(call)).join().unwrap());
        // The join orders the end of that call before this one.
        assert_eq!(place.address(1).await, address);
    }));
}

#[test]
fn stacks_may_be_nested_and_a_panic_restores_the_outer_one() {
    let adapter = SideStack::new(Local);
    let place = PlaceRef::new(&adapter);
    let mut outer = Stack::new();
    outer.enter(|| {
        let first = block_on(place.address(1));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            Stack::new().enter(|| {
                assert_ne!(block_on(place.address(1)), first);
                panic!("inside");
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(block_on(place.address(1)), first);
    });
}

#[test]
fn an_over_aligned_future_on_a_stack_is_aligned() {
    #[repr(align(256))]
    struct Block([u8; 256]);
    let adapter = SideStack::new(From(async || {
        let block = Block([1; 256]);
        yield_now().await;
        Some(std::ptr::from_ref(&block).addr() + usize::from(block.0[7] - 1))
    }));
    let mut source = pin!(adapter);
    block_on(with_side_stack(async {
        let mut source = SourceMut::pin(source.as_mut());
        for _ in 0..3 {
            assert_eq!(source.next().await.unwrap() % 256, 0);
        }
    }));
}
