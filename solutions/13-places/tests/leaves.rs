//! The promises of the exercise `leaves`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

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
    /// The meter hangs up, so the call gives no byte.
    closed: Cell<bool>,
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
            match polls {
                3 if log.closed.get() => Poll::Ready(Err(End::Closed)),
                3 => Poll::Ready(Ok(polls)),
                _ => Poll::Pending,
            }
        })
    }

    async fn send(&mut self, _: Message) -> Result<(), End> {
        Ok(())
    }
}

/// Whether its waker was used.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        // Relaxed: there is one thread.
        self.0.store(true, Relaxed);
    }
}

/// A line whose calls wake their task and wait.
struct Wakes;

impl Line for Wakes {
    fn byte(&mut self) -> impl Future<Output = Result<u8, End>> {
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Pending
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
    let third = poll(call.as_mut());
    assert!(matches!(third, Poll::Ready(Ok(3))), "the third poll: {third:?}");
}

#[test]
fn the_call_begins_once_and_at_the_first_poll() {
    let (log, object) = line();
    let object = pin!(object);
    let mut call = pin!(leave(object));
    assert_eq!(log.begun.get(), 0, "calls that have begun before the first poll");
    finish(call.as_mut());
    assert_eq!(log.begun.get(), 1, "calls that have begun");
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
    let inside = start..start + size_of::<ByteCall<'_>>();
    assert!(inside.contains(&log.address.get()), "the future is not in the `ByteCall`");
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
        let expected = u32::from(polls > 0);
        assert_eq!(log.dropped.get(), expected, "futures dropped, after {polls} polls");
    }
}

#[test]
fn the_future_is_gone_when_the_call_is_ready() {
    let (log, object) = line();
    let object = pin!(object);
    let mut call = pin!(leave(object));
    finish(call.as_mut());
    assert_eq!(log.dropped.get(), 1, "futures dropped");
    let again = catch_unwind(AssertUnwindSafe(|| poll(call.as_mut()).is_ready()));
    assert!(again.is_err(), "a poll after completion panics");
}

#[test]
fn the_future_is_gone_when_the_call_has_failed() {
    let (log, object) = line();
    log.closed.set(true);
    let object = pin!(object);
    let mut call = pin!(leave(object));
    for _ in 0..2 {
        assert!(poll(call.as_mut()).is_pending());
    }
    let third = poll(call.as_mut());
    assert!(matches!(third, Poll::Ready(Err(End::Closed))), "the third poll: {third:?}");
    assert_eq!(log.dropped.get(), 1, "futures dropped");
}

#[test]
fn the_future_gets_the_waker_of_the_poll() {
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let object = pin!(InCaller(Wakes));
    let mut call = pin!(leave(object));
    let polled = call.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    // Relaxed: there is one thread.
    assert!(woken.0.load(Relaxed), "the future has woken another task");
}

/// `IS_UNPIN` says whether a type is `Unpin`. If it is, the constant of `Probe` comes first.
struct Probe<T>(PhantomData<T>);

#[allow(dead_code, reason = "unused if `ByteCall` is `Unpin`")]
trait Pinned {
    const IS_UNPIN: bool = false;
}

impl<T> Pinned for Probe<T> {}

#[allow(dead_code, reason = "unused if `ByteCall` is not `Unpin`")]
impl<T: Unpin> Probe<T> {
    const IS_UNPIN: bool = true;
}

#[test]
fn a_call_does_not_move_after_its_first_poll() {
    let is_unpin = Probe::<ByteCall<'static>>::IS_UNPIN;
    assert!(!is_unpin, "`ByteCall` is `Unpin`, so it may move after its first poll");
}
