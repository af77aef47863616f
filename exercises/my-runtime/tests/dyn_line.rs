//! The promises of `dyn_line`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use my_runtime::dyn_line::{Cached, Call, DynLine, Line, Slot};
use my_runtime::recycle;

mod common;
use common::counter::Counter;
use common::{poll, poll_with};

thread_local! {
    /// How many allocations this thread has made, and how many of them it has freed.
    static ALLOCATED: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

struct Counting;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (made, freed) = ALLOCATED.get();
        ALLOCATED.set((made + 1, freed));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (made, freed) = ALLOCATED.get();
        ALLOCATED.set((made, freed + 1));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `action` makes, and how many it frees.
fn count(action: impl FnOnce()) -> (usize, usize) {
    let (made, freed) = ALLOCATED.get();
    action();
    let (made_now, freed_now) = ALLOCATED.get();
    (made_now - made, freed_now - freed)
}

fn run<T>(mut call: Call<'_, T>) -> T {
    match poll(Pin::new(&mut call)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("this future is ready at once"),
    }
}

/// Returns the address of a part of the future. Larger than the futures of other tests.
fn address() -> impl Future<Output = usize> {
    let part = [0_u64; 30];
    poll_fn(move |_| Poll::Ready((&raw const part).addr()))
}

/// Counts its destructors.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// A line that counts its bytes, and uses what it borrows.
#[derive(Default)]
struct Echo(Vec<u8>);

impl Line for Echo {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.0.len().min(buffer.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0.drain(..len);
        Ok(len)
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend(bytes);
        Ok(())
    }
}

#[test]
fn an_object_is_a_line_again() {
    async fn talk(line: &mut impl Line) -> io::Result<[u8; 4]> {
        let mut buffer = [0; 4];
        line.write_all(&[1, 2, 3, 4, 5]).await?;
        let len = line.read(&mut buffer).await?;
        buffer[..len].reverse();
        Ok(buffer)
    }
    let mut object: Box<dyn DynLine> = Box::new(Cached::new(Echo::default()));
    let Poll::Ready(Ok(bytes)) = poll(std::pin::pin!(talk(&mut object))) else {
        panic!("the line is ready at once")
    };
    assert_eq!(
        bytes,
        [4, 3, 2, 1],
        "the four bytes that were read, from the last to the first"
    );
}

#[test]
fn each_call_polls_its_own_future() {
    let slot = Slot::default();
    let mut waited = false;
    let mut call = slot.fill(poll_fn(move |_| {
        if mem::replace(&mut waited, true) { Poll::Ready("text") } else { Poll::Pending }
    }));
    assert_eq!(poll(Pin::new(&mut call)), Poll::Pending);
    assert_eq!(poll(Pin::new(&mut call)), Poll::Ready("text"));
    drop(call);
    assert_eq!(run(slot.fill(async { 20 + 22 })), 42);
}

#[test]
fn the_calls_of_a_slot_share_one_box_that_is_freed_at_the_end() {
    recycle::clear();
    let (made, freed) = count(|| {
        let slot = Slot::default();
        run(slot.fill(address()));
        let later = count(|| {
            for _ in 0..10 {
                run(slot.fill(ready(1)));
                run(slot.fill(address()));
            }
        });
        assert_eq!(later, (0, 0), "the first call has allocated the box of all");
        drop(slot);
        recycle::clear();
    });
    assert_eq!(made, freed, "allocated and freed");
}

#[test]
fn a_larger_future_replaces_the_box() {
    recycle::clear();
    let (made, freed) = count(|| {
        let slot = Slot::default();
        assert_eq!(run(slot.fill(ready(7_u64))), 7);
        let (made, _) = count(|| drop(slot.fill(address())));
        assert!(made > 0, "the larger future has a box of its own");
        // A box that is not in the slot is freed here.
        recycle::clear();
        let last = count(|| {
            assert_eq!(run(slot.fill(ready(8_u64))), 8);
            run(slot.fill(address()));
        });
        assert_eq!(last, (0, 0), "the larger box is in the slot");
        drop(slot);
        recycle::clear();
    });
    assert_eq!(made, freed, "allocated and freed");
}

#[test]
fn a_future_with_a_large_alignment_is_at_its_alignment() {
    #[repr(align(4096))]
    struct Page(u8);

    let slots: [Slot; 4] = Default::default();
    // Boxes that are large enough, and not aligned. All of them are there at once.
    for slot in &slots {
        let large = [7_u8; 10_000];
        assert_eq!(run(slot.fill(poll_fn(move |_| Poll::Ready(large[9_999])))), 7);
    }
    for slot in &slots {
        let page = Page(7);
        let call = slot.fill(poll_fn(move |_| {
            Poll::Ready(((&raw const page).addr() % 4096, page.0))
        }));
        assert_eq!(run(call), (0, 7), "the address modulo 4096, and the value");
    }
}

#[test]
fn a_future_without_bytes_is_a_future_too() {
    let slot = Slot::default();
    for _ in 0..3 {
        run(slot.fill(poll_fn(|_| Poll::Ready(()))));
    }
}

#[test]
fn two_calls_at_the_same_time_have_two_boxes() {
    let slot = Slot::default();
    run(slot.fill(address()));
    let (mut first, mut second) = (slot.fill(address()), slot.fill(address()));
    let at = [poll(Pin::new(&mut first)), poll(Pin::new(&mut second))];
    // If both have the same memory, two destructors would end the program here.
    mem::forget((first, second));
    assert_ne!(at[0], at[1], "two calls had the same memory");
}

#[test]
fn the_memory_of_a_leaked_call_is_not_used_again() {
    let (slot, list) = (Slot::default(), Rc::new(RefCell::new(Vec::new())));
    for value in 0..4 {
        let (list, node) = (Rc::clone(&list), [value; 40]);
        let mut call = slot.fill(poll_fn(move |_| {
            list.borrow_mut().push(&raw const node);
            Poll::<()>::Pending
        }));
        assert!(poll(Pin::new(&mut call)).is_pending());
        mem::forget(call);
    }
    drop(Box::new(slot));
    for (value, node) in (0..4).zip(&*list.borrow()) {
        // SAFETY: a leaked future stays where it is, with everything in it.
        let node = unsafe { **node };
        assert_eq!(node, [value; 40], "the memory of leaked call {value} was used again");
    }
}

#[test]
fn a_dropped_call_drops_its_future_once() {
    for polls in 0..2 {
        let (slot, drops) = (Slot::default(), Rc::new(Cell::new(0)));
        let counted = Counted(Rc::clone(&drops));
        let mut call = slot.fill(async move {
            let _counted = counted;
            pending::<()>().await;
        });
        for _ in 0..polls {
            assert!(poll(Pin::new(&mut call)).is_pending());
        }
        drop(call);
        assert_eq!(drops.get(), 1, "destructors after {polls} polls");
    }
}

thread_local! {
    /// How many `Traced` were dropped on this thread.
    static TRACED: Cell<u32> = const { Cell::new(0) };
}

/// Counts its destructors, and owns nothing, so that a second destructor does no harm.
struct Traced;

impl Drop for Traced {
    fn drop(&mut self) {
        TRACED.set(TRACED.get() + 1);
    }
}

#[test]
fn a_call_that_was_ready_is_dropped_once() {
    let (slot, traced) = (Slot::default(), Traced);
    let mut call = slot.fill(poll_fn(move |_| {
        let _traced = &traced;
        Poll::Ready(7)
    }));
    assert_eq!(poll(Pin::new(&mut call)), Poll::Ready(7));
    drop(call);
    assert_eq!(TRACED.get(), 1, "destructors of the future");
}

thread_local! {
    /// Where the last `Located` of this thread was dropped.
    static DROPPED_AT: Cell<usize> = const { Cell::new(0) };
}

/// Writes down where its destructor runs.
#[expect(dead_code, reason = "only its address matters")]
struct Located(u8);

impl Drop for Located {
    fn drop(&mut self) {
        DROPPED_AT.set((&raw const *self).addr());
    }
}

#[test]
fn a_future_is_dropped_where_it_was_polled() {
    let (slot, located) = (Slot::default(), Located(7));
    let at = move |_: &mut Context<'_>| Poll::Ready((&raw const located).addr());
    let polled_at = run(slot.fill(poll_fn(at)));
    assert_eq!(DROPPED_AT.get(), polled_at, "the future was moved before its destructor");
}

/// Makes another call with the same slot when it is dropped.
#[repr(C)]
struct CallsAgain<'a> {
    /// The other call would overwrite this, and do no harm.
    first: u64,
    slot: &'a Slot,
    other_at: &'a Cell<usize>,
}

impl Drop for CallsAgain<'_> {
    fn drop(&mut self) {
        let small = 7_u8;
        let other = poll_fn(move |_| Poll::Ready((&raw const small).addr()));
        self.other_at.set(run(self.slot.fill(other)));
    }
}

#[test]
fn the_box_is_busy_until_the_destructor_has_ended() {
    let (slot, other_at) = (Slot::default(), Cell::new(0));
    let again = CallsAgain { first: 7, slot: &slot, other_at: &other_at };
    let at = run(slot.fill(poll_fn(move |_| {
        assert_eq!(again.first, 7, "the first word of the future was overwritten");
        Poll::Ready((&raw const again).addr())
    })));
    assert_ne!(other_at.get(), at, "the destructor's call got the box of its own future");
}

#[test]
fn the_future_gets_the_waker_of_the_poll() {
    let (slot, counter) = (Slot::default(), Counter::new());
    let mut call = slot.fill(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    assert!(poll_with(Pin::new(&mut call), &counter.waker()).is_pending());
    assert_eq!(counter.wakes(), 1, "wakes of the task that has polled");
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("boom");
    }
}

#[test]
fn a_destructor_that_panics_gives_the_box_back() {
    let slot = Slot::default();
    let first = run(slot.fill(address()));
    let bomb = Bomb;
    let call = slot.fill(async move {
        let _bomb = bomb;
        pending::<()>().await;
    });
    let panic = catch_unwind(AssertUnwindSafe(|| drop(call)));
    assert!(panic.is_err(), "the panic goes on");
    // A box that is not in the slot is freed here.
    recycle::clear();
    let between = count(|| {
        assert_eq!(run(slot.fill(address())), first, "the memory of the next call");
    });
    assert_eq!(between, (0, 0), "the box is in the slot");
}

#[test]
fn a_panic_of_the_future_leaves_the_call_whole() {
    let (slot, drops) = (Slot::default(), Rc::new(Cell::new(0)));
    let counted = Counted(Rc::clone(&drops));
    let mut call: Call<'_, ()> = slot.fill(poll_fn(move |_| {
        let _counted = &counted;
        panic!("the meter is on fire")
    }));
    let panic = catch_unwind(AssertUnwindSafe(|| poll(Pin::new(&mut call))));
    assert!(panic.is_err(), "the panic goes on");
    assert_eq!(drops.get(), 0, "destructors while the call is there");
    drop(call);
    assert_eq!(drops.get(), 1, "destructors of the future");
}
