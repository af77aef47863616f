//! Where the futures of each adapter live, and how often it allocates.

mod common;

use std::{
    ops::Range,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
};

use common::*;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The addresses of a value.
fn addresses<T>(value: &T) -> Range<usize> {
    let start = std::ptr::from_ref(value).addr();
    start..start + size_of::<T>()
}

/// Each item is the address of a local variable of the future that returns it. The variable is
/// in use before and after the future waits, so it is part of the future.
struct Addresses;

impl Source for Addresses {
    type Item = usize;

    async fn next(&mut self) -> Option<usize> {
        let local = AtomicUsize::new(7);
        let address = addresses(&local).start;
        yield_now().await;
        assert_eq!(local.load(Ordering::Relaxed), 7);
        Some(address)
    }
}

#[test]
fn scratch_keeps_the_future_inside_the_future_of_the_caller() {
    async fn caller(mut source: SourceMut<'_, usize, Space<64>>) -> Option<usize> {
        source.next().await
    }
    let mut adapter = Scratch::<64, _>::new(Addresses);
    let caller = pin!(caller(SourceMut::new_with(&mut adapter, Space::new())));
    let mut inside = addresses(&*caller);
    let address = block_on(caller).unwrap();
    assert!(inside.contains(&address), "{address} is not in {inside:?}");
    inside.end = inside.start + 1;
    assert!(
        !inside.contains(&address),
        "this test would accept any address"
    );
}

#[test]
fn inline_keeps_the_future_inside_the_adapter() {
    let adapter = pin!(Inline::<64, _>::new(Addresses));
    let inside = addresses(&*adapter);
    let address = block_on(SourceMut::pin(adapter).next()).unwrap();
    assert!(inside.contains(&address), "{address} is not in {inside:?}");
}

#[test]
fn cached_keeps_each_future_in_the_same_box() {
    let mut adapter = Cached::new(Addresses);
    let mut source = SourceMut::new(&mut adapter);
    let first = block_on(source.next());
    for _ in 0..3 {
        assert_eq!(block_on(source.next()), first);
    }
}

/// The allocations of three calls.
fn of_three_calls(source: &mut impl Source) -> usize {
    allocations(|| {
        for _ in 0..3 {
            block_on(source.next());
        }
    })
}

#[test]
fn the_table_of_allocations_is_right() {
    let mut boxing = Boxing::new(Addresses);
    assert_eq!(of_three_calls(&mut SourceMut::new(&mut boxing)), 3);
    let mut cached = Cached::new(Addresses);
    assert_eq!(of_three_calls(&mut SourceMut::new(&mut cached)), 1);
    let inline = pin!(Inline::<64, _>::new(Addresses));
    assert_eq!(of_three_calls(&mut SourceMut::pin(inline)), 0);
    let mut scratch = Scratch::<64, _>::new(Addresses);
    let mut source = SourceMut::new_with(&mut scratch, Space::<64>::new());
    assert_eq!(of_three_calls(&mut source), 0);
    let mut either = ScratchOrBox::new(Addresses);
    let mut large = SourceMut::new_with(&mut either, Space::<64>::new());
    assert_eq!(of_three_calls(&mut large), 0);
    let mut small = SourceMut::new_with(&mut either, Space::<8>::new());
    assert_eq!(of_three_calls(&mut small), 3);
    assert_eq!(of_three_calls(&mut SourceMut::new(&mut either)), 3);
    let mut source = SourceMut::new_with(&mut either, CachedSpace::new());
    assert_eq!(of_three_calls(&mut source), 1);
    let mut boxing_in = BoxingIn::new(Addresses, TestAllocator);
    assert_eq!(of_three_calls(&mut SourceMut::new(&mut boxing_in)), 3);
    for (recycle, expected) in [(true, 1), (false, 3)] {
        let mut choice = CachedIf::new(Addresses, recycle);
        assert_eq!(of_three_calls(&mut SourceMut::new(&mut choice)), expected);
    }
    let mut pool = Pool::new(Addresses);
    assert_eq!(of_three_calls(&mut SourceMut::new(&mut pool)), 1);
    // Another object finds the block of this thread.
    assert_eq!(
        of_three_calls(&mut SourceMut::new(&mut Pool::new(Addresses))),
        0
    );
    Stack::new().enter(|| {
        let mut side_stack = SideStack::new(Addresses);
        assert_eq!(of_three_calls(&mut SourceMut::new(&mut side_stack)), 1);
    });
    assert_eq!(
        of_three_calls(&mut SourceMut::new(&mut SideStack::new(Addresses))),
        3
    );
}

#[test]
fn a_caller_takes_its_box_from_one_object_to_the_next() {
    let mut space = CachedSpace::new();
    let counted = allocations(|| {
        for _ in 0..3 {
            let mut scratch = Scratch::<64, _>::new(Addresses);
            let mut source = SourceMut::new_with(&mut scratch, space);
            assert!(block_on(source.next()).is_some());
            space = source.into_caller();
        }
    });
    assert_eq!(counted, 1);
}

#[test]
#[should_panic(expected = "has no")]
fn an_allocator_without_memory_makes_a_call_panic() {
    struct Empty;
    // SAFETY: AL1 to AL3: it returns no memory.
    unsafe impl FutureAllocator for Empty {
        type Threads = AnyThread;

        fn allocate(&self, _: std::alloc::Layout) -> Option<std::ptr::NonNull<u8>> {
            None
        }

        unsafe fn free(&self, _: std::ptr::NonNull<u8>, _: std::alloc::Layout) {}
    }
    let mut adapter = BoxingIn::new(Addresses, Empty);
    block_on(SourceMut::new(&mut adapter).next());
}

#[test]
fn a_static_call_allocates_nothing() {
    assert_eq!(of_three_calls(&mut Addresses), 0);
}

#[test]
fn a_call_without_space_is_two_words() {
    assert_eq!(size_of::<DynFuture<'_, String>>(), 2 * size_of::<usize>());
    let mut boxing = Boxing::new(Addresses);
    let mut source = SourceMut::new(&mut boxing);
    assert_eq!(size_of_val(&source.next()), 2 * size_of::<usize>());
}

#[test]
fn the_slot_of_cached_is_one_word() {
    assert_eq!(size_of::<Cached<()>>(), size_of::<usize>());
}

#[dyn_async]
trait Client {
    #[dyn_async(once)]
    async fn connect(&mut self);
    async fn send(&mut self);
    async fn ping(&self);
}

struct Echo;

impl Client for Echo {
    async fn connect(&mut self) {
        yield_now().await;
    }

    async fn send(&mut self) {
        yield_now().await;
    }

    async fn ping(&self) {
        yield_now().await;
    }
}

#[test]
fn a_method_that_is_called_once_keeps_no_memory() {
    let mut cached = Cached::new(Echo);
    let mut client = ClientMut::new(&mut cached);
    assert_eq!(allocations(|| block_on(client.connect())), 1);
    // The box of `connect` is gone, so `send` allocates its own, and keeps that.
    assert_eq!(allocations(|| block_on(client.send())), 1);
    assert_eq!(allocations(|| block_on(client.send())), 0);
    // And `connect` leaves it in the slot.
    assert_eq!(allocations(|| block_on(client.connect())), 1);
    assert_eq!(allocations(|| block_on(client.send())), 0);
}

#[test]
fn shared_calls_of_cached_have_boxes_of_their_own() {
    let mut cached = Cached::new(Echo);
    let client = ClientMut::new(&mut cached);
    let counted = allocations(|| {
        let (one, two) = (client.ping(), client.ping());
        block_on(one);
        block_on(two);
    });
    assert_eq!(counted, 2);
}

/// The second call needs a larger future than the first.
#[dyn_async]
trait Growing {
    async fn small(&mut self) -> u8;
    async fn large(&mut self) -> u8;
}

struct Bytes;

impl Growing for Bytes {
    async fn small(&mut self) -> u8 {
        1
    }

    async fn large(&mut self) -> u8 {
        let many = [2; 100];
        yield_now().await;
        many[99]
    }
}

#[test]
fn cached_replaces_a_box_that_is_too_small_and_keeps_one_that_is_too_large() {
    let mut cached = Cached::new(Bytes);
    let mut bytes = GrowingMut::new(&mut cached);
    assert_eq!(allocations(|| assert_eq!(block_on(bytes.small()), 1)), 1);
    assert_eq!(allocations(|| assert_eq!(block_on(bytes.large()), 2)), 1);
    assert_eq!(allocations(|| assert_eq!(block_on(bytes.small()), 1)), 0);
    assert_eq!(allocations(|| assert_eq!(block_on(bytes.large()), 2)), 0);
}

#[test]
fn only_space_accepts_adapters_that_do_not_allocate() {
    let space = OnlySpace::<64>::new();
    let mut scratch = Scratch::<64, _>::new(Addresses);
    assert_eq!(
        of_three_calls(&mut SourceMut::new_with(&mut scratch, space)),
        0
    );
    let inline = pin!(Inline::<64, _>::new(Addresses));
    assert_eq!(of_three_calls(&mut SourceMut::pin_with(inline, space)), 0);
    let mut either = NoAlloc::new(ScratchOrBox::new(Addresses));
    assert_eq!(
        of_three_calls(&mut SourceMut::new_with(&mut either, space)),
        0
    );
}

#[test]
#[should_panic(expected = "bytes of the heap for its future, and this object must not allocate")]
fn no_alloc_refuses_to_allocate() {
    let mut adapter = NoAlloc::new(ScratchOrBox::new(Addresses));
    let mut source = SourceMut::new_with(&mut adapter, Space::<8>::new());
    block_on(source.next());
}

#[test]
fn no_alloc_passes_the_space_of_the_caller_on() {
    let mut adapter = NoAlloc::new(ScratchOrBox::new(Addresses));
    let mut source = SourceMut::new_with(&mut adapter, Space::<64>::new());
    assert_eq!(of_three_calls(&mut source), 0);
}
