//! Each test holds one claim that the chapter makes. Miri runs them too.

use std::cell::Cell;
use std::future::{poll_fn, ready};
use std::marker::PhantomPinned;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::ptr;
use std::sync::Arc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use futures_by_hand::{Clock, Either, Sleep, Stuck};
use pinning::{Notify, join, race};

/// Sleeps. After its first poll it panics if it is polled or dropped at another
/// address.
struct Anchored<'d> {
    sleep: Sleep,
    polls: Cell<u32>,
    address: Cell<*const ()>,
    dropped: &'d Cell<bool>,
    _pinned: PhantomPinned,
}

fn anchored<'d>(clock: &Clock, ticks: u64, dropped: &'d Cell<bool>) -> Anchored<'d> {
    let (polls, address) = (Cell::new(0), Cell::new(ptr::null()));
    Anchored {
        sleep: clock.sleep(ticks),
        polls,
        address,
        dropped,
        _pinned: PhantomPinned,
    }
}

impl Anchored<'_> {
    fn is_in_place(&self) -> bool {
        self.address.get() == ptr::from_ref(self).cast()
    }
}

impl Future for Anchored<'_> {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        if self.polls.replace(self.polls.get() + 1) == 0 {
            self.address.set(ptr::from_ref(&*self).cast());
        }
        assert!(self.is_in_place(), "the future was moved after its first poll");
        // SAFETY: nothing is moved out of `self`. The sleep is `Unpin`, so a plain
        // reference to it is enough.
        let this = unsafe { self.get_unchecked_mut() };
        Pin::new(&mut this.sleep).poll(cx).map(|()| this.polls.get())
    }
}

impl Drop for Anchored<'_> {
    fn drop(&mut self) {
        let moved = self.polls.get() > 0 && !self.is_in_place();
        assert!(!moved, "the future was moved before it was dropped");
        self.dropped.set(true);
    }
}

/// A waker that counts its wakes.
#[derive(Default)]
struct Wakes(std::sync::atomic::AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: the test has only one thread.
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: the test has only one thread.
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn poll_with<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(wakes));
    future.poll(&mut Context::from_waker(&waker))
}

fn is_unpin<T: Unpin>(_: &T) -> bool {
    true
}

#[test]
fn moving_a_pinned_box_does_not_move_its_future() {
    let (clock, dropped) = (Clock::new(), Cell::new(false));
    let mut boxed = Box::pin(anchored(&clock, 5, &dropped));
    assert_eq!(poll(boxed.as_mut()), Poll::Pending);
    let moved = boxed;
    let mut moved_again = vec![moved];
    moved_again.reserve(100);
    assert_eq!(clock.run(moved_again.remove(0)), Ok(3));
    assert!(dropped.get());
}

#[test]
fn join_and_race_accept_the_future_of_an_async_fn() {
    let clock = Clock::new();
    let errand = async |what, ticks| {
        clock.sleep(ticks).await;
        what
    };
    let both = join(errand("letter", 30), errand("parcel", 40));
    assert_eq!((clock.run(both), clock.now()), (Ok(("letter", "parcel")), 40));
    let first = race(errand("letter", 30), errand("parcel", 20));
    assert_eq!((clock.run(first), clock.now()), (Ok(Either::Right("parcel")), 60));
}

#[test]
fn join_and_race_never_move_a_child_and_drop_it_in_place() {
    let (clock, dropped) = (Clock::new(), [const { Cell::new(false) }; 4]);
    let [a, b, c, d] = &dropped;
    let both = join(anchored(&clock, 30, a), anchored(&clock, 10, b));
    assert_eq!(clock.run(both), Ok((3, 2)));
    let first = race(anchored(&clock, 30, c), anchored(&clock, 10, d));
    assert_eq!(clock.run(first), Ok(Either::Right(2)));
    assert_eq!(dropped, [const { Cell::new(true) }; 4]);
}

#[test]
fn join_and_race_dropped_halfway_drop_their_children_in_place() {
    let (clock, dropped) = (Clock::new(), [const { Cell::new(false) }; 4]);
    let [a, b, c, d] = &dropped;
    {
        let mut both = pin!(join(anchored(&clock, 30, a), anchored(&clock, 10, b)));
        let mut first = pin!(race(anchored(&clock, 30, c), anchored(&clock, 10, d)));
        assert!(poll(both.as_mut()).is_pending() && poll(first.as_mut()).is_pending());
    }
    assert_eq!(dropped, [const { Cell::new(true) }; 4]);
}

#[test]
fn join_and_race_drop_finished_children_and_losers_at_once() {
    let (clock, dropped) = (Clock::new(), [const { Cell::new(false) }; 4]);
    let [a, b, c, d] = &dropped;
    let mut both = pin!(join(anchored(&clock, 30, a), anchored(&clock, 10, b)));
    let mut first = pin!(race(anchored(&clock, 30, c), anchored(&clock, 10, d)));
    let mut poll_both = poll_fn(|cx| {
        let _ = (both.as_mut().poll(cx), first.as_mut().poll(cx));
        if clock.now() == 10 { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(clock.run(&mut poll_both), Ok(()));
    assert_eq!(dropped.each_ref().map(Cell::get), [false, true, true, true]);
}

#[test]
fn join_and_race_are_unpin_when_their_children_are() {
    struct NotUnpin(PhantomPinned);
    // Outputs are never pinned, so an output that is not `Unpin` changes nothing.
    let both = join(ready(NotUnpin(PhantomPinned)), ready(1));
    assert!(is_unpin(&both));
    assert!(is_unpin(&race(ready(1), ready(2))));
}

#[test]
fn join_race_and_notified_panic_when_polled_after_completion() {
    let notify = Notify::new();
    notify.notify_one();
    let mut both = pin!(join(ready(1), ready(2)));
    let mut first = pin!(race(ready(1), ready(2)));
    let mut notified = pin!(notify.notified());
    assert_eq!(poll(both.as_mut()), Poll::Ready((1, 2)));
    assert_eq!(poll(first.as_mut()), Poll::Ready(Either::Left(1)));
    assert_eq!(poll(notified.as_mut()), Poll::Ready(()));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(both))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(first))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(notified))).is_err());
}

#[test]
fn the_first_waiter_is_notified_first() {
    let (notify, wakes) = (Notify::new(), [(); 3].map(|()| Arc::<Wakes>::default()));
    let mut waits = [(); 3].map(|()| Box::pin(notify.notified()));
    for (wait, wakes) in waits.iter_mut().zip(&wakes) {
        assert!(poll_with(wait.as_mut(), wakes).is_pending());
    }
    for woken in 1..=3 {
        notify.notify_one();
        let counts = wakes.each_ref().map(|wakes| wakes.count());
        assert_eq!(counts, [1, u32::from(woken > 1), u32::from(woken > 2)]);
    }
    assert!(waits.iter_mut().all(|wait| poll(wait.as_mut()).is_ready()));
}

#[test]
fn notifications_without_a_waiter_leave_one_for_the_next_waiter() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    assert_eq!(poll(pin!(notify.notified())), Poll::Ready(()));
    assert_eq!(poll(pin!(notify.notified())), Poll::Pending);
}

#[test]
fn each_list_node_lies_inside_its_waiting_future() {
    let notify = Notify::new();
    let mut waits = [(); 3].map(|()| Box::pin(notify.notified()));
    let ranges = waits.each_mut().map(|wait| {
        assert!(poll(wait.as_mut()).is_pending());
        let start: *const _ = &raw const **wait;
        start.cast::<u8>()..start.wrapping_add(1).cast()
    });
    let nodes = notify.waiting();
    assert_eq!(nodes.len(), 3);
    assert!(ranges.iter().zip(nodes).all(|(range, node)| range.contains(&node.cast())));
}

#[test]
fn a_dropped_waiter_leaves_the_list_from_any_position() {
    for leaves in 0..3 {
        let notify = Notify::new();
        let mut waits = [(); 3].map(|()| Some(Box::pin(notify.notified())));
        for wait in &mut waits {
            assert!(poll(wait.as_mut().unwrap().as_mut()).is_pending());
        }
        let before = notify.waiting();
        waits[leaves] = None;
        let mut after = before.clone();
        after.remove(leaves);
        assert_eq!(notify.waiting(), after);
        notify.notify_one();
        notify.notify_one();
        let left = waits.iter_mut().flatten();
        assert!(left.map(|wait| poll(wait.as_mut())).all(|polled| polled.is_ready()));
        assert_eq!(notify.waiting().len(), 0);
    }
}

#[test]
fn a_dropped_waiter_passes_its_notification_to_the_next() {
    let (notify, wakes) = (Notify::new(), Arc::<Wakes>::default());
    let mut first = Box::pin(notify.notified());
    let mut second = Box::pin(notify.notified());
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &wakes).is_pending());
    notify.notify_one();
    assert_eq!(wakes.count(), 0);
    drop(first);
    assert_eq!((wakes.count(), poll(second.as_mut())), (1, Poll::Ready(())));
}

#[test]
fn notify_one_wakes_the_waker_of_the_last_poll() {
    let (notify, old, new) =
        (Notify::new(), Arc::<Wakes>::default(), Arc::<Wakes>::default());
    let mut wait = pin!(notify.notified());
    assert!(poll_with(wait.as_mut(), &old).is_pending());
    assert!(poll_with(wait.as_mut(), &new).is_pending());
    notify.notify_one();
    assert_eq!((old.count(), new.count()), (0, 1));
    assert_eq!(Arc::strong_count(&old), 1, "the replaced waker was dropped");
}

#[test]
fn a_forgotten_waiter_stays_in_the_list_and_takes_one_notification() {
    let (notify, wakes) = (Notify::new(), Arc::<Wakes>::default());
    let mut forgotten = ManuallyDrop::new(Box::pin(notify.notified()));
    let mut other = Box::pin(notify.notified());
    assert!(poll(forgotten.as_mut()).is_pending());
    assert!(poll_with(other.as_mut(), &wakes).is_pending());
    // The forgotten future is never dropped, so its node stays in the list. Its memory
    // is neither freed nor reused, so the list may still point to it.
    notify.notify_one();
    assert_eq!(poll_with(other.as_mut(), &wakes), Poll::Pending);
    assert_eq!(wakes.count(), 0, "the notification went to the forgotten waiter");
    notify.notify_one();
    assert_eq!((wakes.count(), poll(other.as_mut())), (1, Poll::Ready(())));
    // Free the memory, because Miri reports leaks.
    drop(ManuallyDrop::into_inner(forgotten));
}

#[test]
fn a_notification_during_the_wakers_clone_is_not_lost() {
    // The clone function of a waker can run any code. This one calls `notify_one`.
    static VTABLE: RawWakerVTable = RawWakerVTable::new(
        |data| {
            // SAFETY: `data` points to the `Notify` of this test, which outlives the waker.
            unsafe { &*data.cast::<Notify>() }.notify_one();
            RawWaker::new(ptr::null(), Waker::noop().vtable())
        },
        |_| (),
        |_| (),
        |_| (),
    );
    let notify = Notify::new();
    let raw = RawWaker::new(ptr::from_ref(&notify).cast(), &VTABLE);
    // SAFETY: `clone` gets the pointer to a `Notify` that it expects, and the other
    // functions ignore it.
    let waker = unsafe { Waker::from_raw(raw) };
    let mut wait = pin!(notify.notified());
    let polled = wait.as_mut().poll(&mut Context::from_waker(&waker));
    assert_eq!(polled, Poll::Ready(()));
}

#[test]
fn a_notified_waiter_may_outlive_the_last_handle() {
    let notify = Notify::new();
    let wait = notify.notified();
    notify.notify_one();
    drop(notify);
    assert_eq!(Clock::new().run(wait), Ok(()));
    assert_eq!(Clock::new().run(Notify::new().notified()), Err(Stuck));
}

#[test]
fn pinned_futures_read_their_own_letters() {
    // The examples `moved` and `swapped` break this function. Here it stays pinned.
    async fn read_out(letter: [u8; 8]) -> String {
        let mut said = String::new();
        let mut rest = &letter[..];
        while let [next, others @ ..] = rest {
            said.push(char::from(*next));
            rest = others;
            let mut paused = false;
            poll_fn(|_| {
                let ready = mem::replace(&mut paused, true);
                if ready { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        said
    }
    let mut both = pin!(join(read_out(*b"buy milk"), read_out(*b"sell tea")));
    let read = loop {
        if let Poll::Ready(read) = poll(both.as_mut()) {
            break read;
        }
    };
    assert_eq!(read, ("buy milk".to_string(), "sell tea".to_string()));
}
