//! The promises of the page.

mod common;

use std::cell::Cell;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::thread;

use common::{Bad, Counts, Dropped, Page, Recycles, Wide, add, finish, is_aligned, poll};
use recycling::handles::{ThinFuture, WideFuture};
use recycling::{DynFuture, boxed, counted, layouts, packed, slot::Slot};

#[test]
fn a_call_returns_the_output_of_its_future() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        for number in 0..3 {
            assert_eq!(finish(recycler.fill(add::<20>(number, 10))), number + 10);
        }
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
    assert_eq!(finish(boxed(add::<20>(1, 2))), 3);
    assert_eq!(finish(ThinFuture::new(add::<20>(1, 2))), 3);
    assert_eq!(finish(WideFuture::new(add::<20>(1, 2))), 3);
}

#[test]
fn a_future_is_dropped_once_whether_it_was_polled_or_not() {
    fn check(start: &mut dyn FnMut(Dropped, bool)) {
        for ended in [false, true] {
            let drops = Cell::new(0);
            start(Dropped(&drops), ended);
            assert_eq!(drops.get(), 1);
        }
    }
    async fn hold(_dropped: Dropped<'_>) {
        add::<0>(1, 2).await;
    }
    fn end(call: impl Future, ended: bool) {
        if ended {
            finish(call);
        }
    }
    fn recycler<R: Recycles>() {
        let mut recycler = R::default();
        check(&mut |dropped, ended| end(recycler.fill(hold(dropped)), ended));
    }
    for_each!(recycler: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
    check(&mut |dropped, ended| end(boxed(hold(dropped)), ended));
    check(&mut |dropped, ended| end(ThinFuture::new(hold(dropped)), ended));
    check(&mut |dropped, ended| end(WideFuture::new(hold(dropped)), ended));
}

#[test]
fn two_calls_at_the_same_time_do_not_share_memory() {
    fn check<R: Counts>() {
        let mut recycler = R::default();
        let mut first = pin!(recycler.fill_freely(add::<20>(1, 2)));
        let mut second = pin!(recycler.fill_freely(add::<20>(30, 40)));
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        assert_eq!(poll(first.as_mut()), Poll::Ready(3));
        assert_eq!(poll(second.as_mut()), Poll::Ready(70));
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler);
}

#[test]
fn a_call_may_outlive_the_recycler_that_counts() {
    fn check<R: Counts>() {
        let mut recycler = R::default();
        let call = recycler.fill_freely(add::<20>(1, 2));
        drop(recycler);
        assert_eq!(finish(call), 3);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler);
}

#[test]
fn the_first_header_refuses_a_larger_alignment() {
    let mut recycler = counted::Recycler::default();
    let refused =
        catch_unwind(AssertUnwindSafe(|| drop(recycler.fill(is_aligned(Wide(0))))));
    assert!(refused.is_err());
}

#[test]
fn a_future_is_at_its_alignment_in_new_and_in_used_memory() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        for _ in 0..2 {
            assert!(finish(recycler.fill(is_aligned(Wide(1)))));
            assert!(finish(recycler.fill(is_aligned(Page(1)))));
            assert!(finish(recycler.fill(is_aligned(1_u64))));
        }
    }
    for_each!(check: packed::Recycler, layouts::Recycler, Slot);
    assert!(finish(ThinFuture::new(is_aligned(Page(1)))));
}

#[test]
fn futures_of_many_sizes_may_follow_each_other() {
    fn check<R: Recycles>() {
        let mut recycler = R::default();
        for _ in 0..2 {
            assert_eq!(finish(recycler.fill(add::<8>(1, 2))), 3);
            assert_eq!(finish(recycler.fill(add::<300>(1, 2))), 3);
            assert_eq!(finish(recycler.fill(ready(5))), 5);
            assert_eq!(finish(recycler.fill(async {})), ());
        }
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}

#[test]
fn a_poll_that_panics_leaves_a_future_that_is_dropped_once() {
    fn check<R: Recycles>() {
        let (mut recycler, drops) = (R::default(), Cell::new(0));
        let dropped = Dropped(&drops);
        let call = recycler.fill(async move {
            let _dropped = dropped;
            add::<0>(1, 2).await;
            panic!("this panic is part of the test")
        });
        let ended = catch_unwind(AssertUnwindSafe(|| finish::<DynFuture<()>>(call)));
        assert!(ended.is_err());
        assert_eq!(drops.get(), 1);
        assert_eq!(finish(recycler.fill(add::<20>(1, 2))), 3);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}

/// A handle that may go to another thread. The futures in these tests may.
struct Sent<T>(T);

// SAFETY: the tests send only futures that own numbers, and the recyclers that made them.
unsafe impl<T> Send for Sent<T> {}

impl<T> Sent<T> {
    fn into_inner(self) -> T {
        self.0
    }
}

#[test]
fn a_call_and_its_recycler_may_end_on_two_threads_at_once() {
    fn check<R: Counts>() {
        let mut recycler = R::default();
        let call = Sent(recycler.fill_freely(add::<20>(1, 2)));
        let other = thread::spawn(move || finish(call.into_inner()));
        drop(recycler);
        assert_eq!(other.join().expect("the thread ends"), 3);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler);
}

#[test]
fn memory_that_another_thread_gave_back_is_used_again() {
    fn check<R: Counts>() {
        let mut recycler = R::default();
        let call = Sent(recycler.fill_freely(add::<20>(1, 2)));
        let other = thread::spawn(move || finish(call.into_inner()));
        // Some of these calls find the memory busy, and a later one finds it free.
        while !other.is_finished() {
            assert_eq!(finish(recycler.fill_freely(add::<20>(1, 2))), 3);
            thread::yield_now();
        }
        assert_eq!(finish(recycler.fill_freely(add::<20>(1, 2))), 3);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler);
}

#[test]
fn a_slot_takes_its_memory_back_from_another_thread() {
    let mut slot = Slot::default();
    for _ in 0..2 {
        let call = Sent(slot.fill(|| add::<20>(1, 2)));
        let output = thread::scope(|scope| {
            scope
                .spawn(move || finish(call.into_inner()))
                .join()
                .expect("the thread ends")
        });
        assert_eq!(output, 3);
    }
}

#[test]
fn a_handle_has_one_two_or_three_words() {
    let word = size_of::<usize>();
    assert_eq!(size_of::<ThinFuture<u32>>(), word);
    assert_eq!(size_of::<DynFuture<u32>>(), 2 * word);
    assert_eq!(size_of::<WideFuture<u32>>(), 3 * word);
}

#[test]
fn a_future_whose_destructor_panics_is_not_dropped_again() {
    fn check<R: Recycles>() {
        let (mut recycler, drops) = (R::default(), Cell::new(0));
        let both = (Dropped(&drops), Bad);
        let call = recycler.fill(async move {
            let _both = &both;
            pending::<()>().await;
        });
        assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_err());
        assert_eq!(drops.get(), 1);
    }
    for_each!(check: counted::Recycler, packed::Recycler, layouts::Recycler, Slot);
}
