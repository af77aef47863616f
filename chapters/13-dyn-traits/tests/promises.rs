//! The promises of the page.

use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::marker::PhantomPinned;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use dyn_traits::futures_by_hand::Clock;
use dyn_traits::{Boxing, Cached, DynFuture, DynLine, End, Line, Message, Slot, serve};

#[path = "../../allocations.rs"]
mod counting;
use counting::allocations;

#[path = "../lent_line.rs"]
mod lent_line;
use lent_line::{Lent, TOTALS, two_readings};

fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Returns the address of a variable of its own. Larger than the other futures.
fn address() -> impl Future<Output = usize> {
    let anchored = ([0_u8; 100], PhantomPinned);
    let mut waited = false;
    poll_fn(move |_| {
        let here = (&raw const anchored).addr();
        if mem::replace(&mut waited, true) { Poll::Ready(here) } else { Poll::Pending }
    })
}

fn run<T>(mut future: DynFuture<'_, T>) -> T {
    loop {
        if let Poll::Ready(output) = poll_once(&mut future) {
            return output;
        }
    }
}

/// Counts its destructors.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("boom");
    }
}

#[test]
fn the_same_server_takes_a_line_and_every_object_made_of_it() {
    let clock = Clock::new();
    let mut line = two_readings(&clock);
    let end = clock.run(serve(&mut line)).expect("the script ends");
    assert!(matches!(end, Err(End::Closed)));
    assert_eq!(line.sent(), TOTALS);

    let objects: [fn(Lent<'_>) -> Box<dyn DynLine + '_>; 2] =
        [|line| Box::new(Boxing(line)), |line| Box::new(Cached::new(line))];
    for object in objects {
        let clock = Clock::new();
        let mut line = two_readings(&clock);
        let end = clock.run(serve(&mut *object(Lent(&mut line))));
        assert!(matches!(end, Ok(Err(End::Closed))));
        assert_eq!(line.sent(), TOTALS);
    }
}

#[test]
fn the_handle_may_move_and_the_future_stays() {
    let slot = Slot::default();
    let (mut seen, anchored) = (None, PhantomPinned);
    let mut future = slot.fill(poll_fn(move |_| {
        let here = (&raw const anchored).addr();
        assert_eq!(*seen.get_or_insert(here), here, "the future has moved");
        Poll::<()>::Pending
    }));
    assert!(poll_once(&mut future).is_pending());
    let mut moved = Box::new(future);
    assert!(poll_deeper(&mut moved).is_pending());
}

/// Polls from a deeper place of the stack.
#[inline(never)]
fn poll_deeper<T>(future: &mut DynFuture<'_, T>) -> Poll<T> {
    let below = std::hint::black_box([0_u8; 4096]);
    let polled = poll_once(future);
    assert_eq!(below[0], 0);
    polled
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
            assert!(poll_once(&mut call).is_pending());
        }
        drop(call);
        assert_eq!(drops.get(), 1);
    }
}

#[test]
fn a_call_that_was_ready_is_dropped_once() {
    let (slot, drops) = (Slot::default(), Rc::new(Cell::new(0)));
    let counted = Counted(Rc::clone(&drops));
    let mut call = slot.fill(poll_fn(move |_| {
        let _counted = &counted;
        Poll::Ready(7)
    }));
    assert_eq!(poll_once(&mut call), Poll::Ready(7));
    drop(call);
    assert_eq!(drops.get(), 1);
}

#[test]
fn the_next_call_uses_the_same_box() {
    let slot = Slot::default();
    let first = run(slot.fill(address()));
    assert_in_the_slot(&slot, first);
}

/// The next call uses this box. It allocates nothing, so the box was not freed and
/// allocated again.
#[track_caller]
fn assert_in_the_slot(slot: &Slot, earlier: usize) {
    let mut next = 0;
    assert_eq!(allocations(|| next = run(slot.fill(address()))), 0, "allocations");
    assert_eq!(next, earlier, "the box is in the slot");
}

#[test]
fn two_calls_at_the_same_time_have_two_boxes() {
    let slot = Slot::default();
    let (mut first, mut second) = (slot.fill(address()), slot.fill(address()));
    assert!(poll_once(&mut first).is_pending());
    assert!(poll_once(&mut second).is_pending());
    let (one, other) = (poll_once(&mut first), poll_once(&mut second));
    assert_ne!(one, other);
    drop(first);
    drop(second);
    let third = Poll::Ready(run(slot.fill(address())));
    assert_eq!(third, other, "the slot has the box of the call that ended last");
}

#[test]
fn a_destructor_that_panics_gives_the_box_back() {
    let slot = Slot::default();
    let first = run(slot.fill(address()));
    for polls in 0..2 {
        let bomb = Bomb;
        let mut call = slot.fill(async move {
            let _bomb = bomb;
            pending::<()>().await;
        });
        for _ in 0..polls {
            assert!(poll_once(&mut call).is_pending());
        }
        let panic = catch_unwind(AssertUnwindSafe(|| drop(call)));
        assert!(panic.is_err(), "the panic of the destructor goes on");
    }
    assert_in_the_slot(&slot, first);
}

/// Runs its function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn a_call_in_a_destructor_has_a_box_of_its_own() {
    let slot = Slot::default();
    let first = run(slot.fill(address()));
    let inner = Cell::new(first);
    let guard = OnDrop(|| inner.set(run(slot.fill(address()))));
    drop(slot.fill(async move {
        let _guard = guard;
        pending::<()>().await;
    }));
    assert_ne!(inner.get(), first, "the box was free while its future was dropped");
}

#[test]
fn a_panic_of_the_future_goes_to_the_caller() {
    let (slot, drops) = (Slot::default(), Rc::new(Cell::new(0)));
    let first = run(slot.fill(address()));
    let counted = Counted(Rc::clone(&drops));
    let mut call = slot.fill(async move {
        let _counted = counted;
        panic!("the meter is on fire");
    });
    let panic =
        catch_unwind(AssertUnwindSafe(|| poll_once::<DynFuture<'_, ()>>(&mut call)));
    assert!(panic.is_err());
    drop(call);
    assert_eq!(drops.get(), 1);
    assert_in_the_slot(&slot, first);
}

#[test]
fn a_future_with_a_large_alignment_gets_a_box_that_fits() {
    #[repr(align(4096))]
    struct Page(u8);

    let slots: [Slot; 4] = Default::default();
    // Boxes that are large enough, and not aligned. All of them are there at once.
    for slot in &slots {
        let large = [7_u8; 10_000];
        assert_eq!(run(slot.fill(poll_fn(move |_| Poll::Ready(large[9_999])))), 7);
    }
    for slot in &slots {
        let page = Page(8);
        let call = slot.fill(poll_fn(move |_| {
            Poll::Ready(((&raw const page).addr() % 4096, page.0))
        }));
        assert_eq!(run(call), (0, 8));
    }
}

#[test]
fn a_larger_future_replaces_the_box() {
    let slot = Slot::default();
    assert_eq!(run(slot.fill(ready(1))), 1);
    let large = [3_u8; 500];
    assert_eq!(run(slot.fill(poll_fn(move |_| Poll::Ready(large[499])))), 3);
    assert_eq!(run(slot.fill(ready(2))), 2);
}

#[test]
fn a_future_without_size_works() {
    let slot = Slot::default();
    run(slot.fill(poll_fn(|_| Poll::Ready(()))));
    run(slot.fill(poll_fn(|_| Poll::Ready(()))));
}

/// A line whose calls wait once, and use what they borrow.
struct Once(Vec<u8>);

impl Line for Once {
    async fn byte(&mut self) -> Result<u8, End> {
        let last = self.0.last_mut().ok_or(End::Closed)?;
        *last += 1;
        let mut waited = false;
        poll_fn(|_| {
            let ready = mem::replace(&mut waited, true);
            if ready { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        *last += 1;
        self.0.pop().ok_or(End::Closed)
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        message.encode(&mut self.0);
        Ok(())
    }
}

#[test]
fn a_call_may_borrow_the_object_until_it_is_dropped() {
    let objects: [Box<dyn DynLine>; 2] =
        [Box::new(Boxing(Once(vec![3, 5]))), Box::new(Cached::new(Once(vec![3, 5])))];
    for mut object in objects {
        let mut cancelled = object.byte();
        assert!(poll_once(&mut cancelled).is_pending());
        drop(cancelled);
        assert_eq!(run(object.byte()).expect("a byte"), 8);
        run(object.send(Message::Ping)).expect("sent");
        assert_eq!(run(object.byte()).expect("a byte"), 2);
    }
}
