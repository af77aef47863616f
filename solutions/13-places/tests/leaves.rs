//! The promises of the exercise `leaves`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use places::{DynLine, End, InCaller, Line, Message};
use places_exercises::leaves::ByteCall;

thread_local! {
    /// How many allocations this thread has made.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn poll(call: Pin<&mut ByteCall<'_>>) -> Poll<Result<u8, End>> {
    call.poll(&mut Context::from_waker(Waker::noop()))
}

/// What happened to a line.
#[derive(Default)]
struct Log {
    begun: Cell<u32>,
    dropped: Cell<u32>,
    address: Cell<usize>,
}

/// A line whose calls wait twice.
struct Logged(Rc<Log>);

/// Counts its destructors.
struct Counted(Rc<Log>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dropped.set(self.0.dropped.get() + 1);
    }
}

impl Line for Logged {
    fn byte(&mut self) -> impl Future<Output = Result<u8, End>> {
        let (log, mut counted, mut polls) = (Rc::clone(&self.0), None, 0_u8);
        poll_fn(move |_| {
            counted.get_or_insert_with(|| {
                log.begun.set(log.begun.get() + 1);
                Counted(Rc::clone(&log))
            });
            log.address.set((&raw const polls).addr());
            polls += 1;
            if polls == 3 { Poll::Ready(Ok(polls)) } else { Poll::Pending }
        })
    }

    async fn send(&mut self, _: Message) -> Result<(), End> {
        Ok(())
    }
}

fn line() -> (Rc<Log>, InCaller<Logged>) {
    let log = Rc::new(Log::default());
    (Rc::clone(&log), InCaller(Logged(log)))
}

/// Polls until the call is ready, which is the third poll.
fn finish(mut call: Pin<&mut ByteCall<'_>>) {
    let ready = (0..3).any(|_| poll(call.as_mut()).is_ready());
    assert!(ready, "three polls are enough");
}

/// Makes a call in its own frame, and returns it.
fn leave<'o>(object: Pin<&'o mut (dyn DynLine + 'o)>) -> ByteCall<'o> {
    ByteCall::new(object)
}

#[test]
fn a_call_that_has_left_its_function_gives_the_byte() {
    let (_, object) = line();
    let object = pin!(object);
    let mut call = Box::pin(leave(object));
    assert!(poll(call.as_mut()).is_pending());
    assert!(poll(call.as_mut()).is_pending());
    assert!(matches!(poll(call.as_mut()), Poll::Ready(Ok(3))));
}

#[test]
fn the_call_begins_once_and_at_the_first_poll() {
    let (log, object) = line();
    let object = pin!(object);
    let mut call = pin!(leave(object));
    assert_eq!(log.begun.get(), 0);
    finish(call.as_mut());
    assert_eq!(log.begun.get(), 1);
}

#[test]
fn the_future_lies_in_the_call_and_nothing_is_allocated() {
    let (log, object) = line();
    let object = pin!(object);
    let mut call = pin!(leave(object));
    let before = ALLOCATIONS.get();
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(ALLOCATIONS.get() - before, 0, "allocations");
    let start = std::ptr::from_ref(&*call).addr();
    assert!((start..start + size_of::<ByteCall<'_>>()).contains(&log.address.get()));
}

#[test]
fn a_call_that_is_dropped_drops_its_future_first() {
    for polls in 0..3 {
        let (log, object) = line();
        let object = pin!(object);
        let mut call = Box::pin(leave(object));
        for _ in 0..polls {
            assert!(poll(call.as_mut()).is_pending());
        }
        drop(call);
        assert_eq!(log.dropped.get(), u32::from(polls > 0));
    }
}

#[test]
fn the_future_is_gone_when_the_call_is_ready() {
    let (log, object) = line();
    let object = pin!(object);
    let mut call = pin!(leave(object));
    finish(call.as_mut());
    assert_eq!(log.dropped.get(), 1);
    let again = catch_unwind(AssertUnwindSafe(|| poll(call.as_mut()).is_ready()));
    assert!(again.is_err(), "a poll after completion panics");
}
