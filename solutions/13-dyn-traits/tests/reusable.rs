//! The promises of the exercise `reusable`.

use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::{Context, Poll, Waker};
use std::thread;

use dyn_traits_exercises::reusable::Reusable;

mod counting;
use counting::count;

fn poll<T>(future: &mut Reusable<T>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

thread_local! {
    /// How many `Traced` were dropped on this thread. Each test has its own thread.
    static TRACED: Cell<u32> = const { Cell::new(0) };
}

/// Counts its destructors. It owns nothing, so that a second destructor does no harm.
struct Traced;

impl Drop for Traced {
    fn drop(&mut self) {
        TRACED.set(TRACED.get() + 1);
    }
}

/// Counts its destructors, and panics in each. A panic during another one would end the
/// program.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        TRACED.set(TRACED.get() + 1);
        assert!(thread::panicking(), "boom");
    }
}

/// Never ready. Holds a value, and `size` bytes.
fn holding<H: 'static, const SIZE: usize>(held: H) -> impl Future<Output = u32> {
    let bytes = [0_u64; SIZE];
    async move {
        let _held = (held, bytes);
        pending().await
    }
}

#[test]
fn it_polls_the_future_that_was_set_last() {
    let mut future = Reusable::new(ready(1));
    assert_eq!(poll(&mut future), Poll::Ready(1));
    future.set(pending());
    assert_eq!(poll(&mut future), Poll::Pending);
    future.set(async { 20 + 22 });
    assert_eq!(poll(&mut future), Poll::Ready(42));
}

#[test]
fn a_future_that_fits_does_not_allocate() {
    let mut future = Reusable::new(holding::<_, 20>(()));
    let counted = count(|| {
        future.set(ready(7));
        future.set(holding::<_, 20>(()));
        future.set(ready(8));
    });
    assert_eq!(counted, (0, 0), "allocated and freed by `set`");
    assert_eq!(poll(&mut future), Poll::Ready(8));
}

#[test]
fn every_box_is_freed() {
    let (made, freed) = count(|| {
        let mut future = Reusable::new(ready(7));
        future.set(holding::<_, 20>(()));
        future.set(holding::<_, 40>(()));
    });
    assert_eq!((made, freed), (3, 3), "allocated and freed");
}

#[test]
fn the_old_future_is_dropped_if_the_new_one_is_larger() {
    let mut future = Reusable::new(holding::<_, 1>(Traced));
    future.set(holding::<_, 40>(()));
    assert_eq!(TRACED.get(), 1, "destructors of the old future");
}

/// Writes down where its destructor runs.
#[expect(dead_code, reason = "only its address matters")]
struct Located(u8);

thread_local! {
    /// Where the last `Located` of this thread was dropped.
    static DROPPED_AT: Cell<usize> = const { Cell::new(0) };
}

impl Drop for Located {
    fn drop(&mut self) {
        DROPPED_AT.set((&raw const *self).addr());
    }
}

#[test]
fn the_old_future_is_dropped_in_its_own_box() {
    let located = Located(7);
    let at = move |_: &mut Context<'_>| Poll::Ready((&raw const located).addr());
    let mut future = Reusable::new(poll_fn(at));
    let Poll::Ready(polled_at) = poll(&mut future) else {
        panic!("this future is ready at once")
    };
    let large = [7_usize; 1000];
    future.set(poll_fn(move |_| Poll::Ready(large[999])));
    assert_eq!(DROPPED_AT.get(), polled_at, "the destructor ran in other memory");
    assert_eq!(poll(&mut future), Poll::Ready(7));
}

#[test]
fn the_old_future_is_dropped_once_if_the_new_one_fits() {
    let mut future = Reusable::new(holding::<_, 40>(Traced));
    future.set(ready(7));
    assert_eq!(TRACED.get(), 1, "destructors of the old future after `set`");
    drop(future);
    assert_eq!(TRACED.get(), 1, "destructors of the old future at the end");
}

#[test]
fn a_future_with_a_large_alignment_is_at_its_alignment() {
    #[repr(align(4096))]
    struct Page(u8);

    // Boxes that are large enough, and not aligned. All of them are there at once.
    let mut futures: [_; 4] = std::array::from_fn(|_| {
        Reusable::new(poll_fn({
            let large = [7_u8; 10_000];
            move |_| Poll::Ready((0, large[9_999]))
        }))
    });
    for future in &mut futures {
        assert_eq!(poll(future), Poll::Ready((0, 7)), "what the large future returns");
        let page = Page(8);
        future.set(poll_fn(move |_| {
            Poll::Ready(((&raw const page).addr() % 4096, page.0))
        }));
        assert_eq!(
            poll(future),
            Poll::Ready((0, 8)),
            "the address modulo 4096, and the value"
        );
    }
}

#[test]
fn a_destructor_that_panics_in_set_runs_once() {
    let mut future = Reusable::new(holding::<_, 40>(Bomb));
    let panic = catch_unwind(AssertUnwindSafe(|| future.set(ready(7))));
    assert!(panic.is_err(), "the panic goes to the caller of `set`");
    assert_eq!(TRACED.get(), 1, "destructors of the old future");
    // The box has no future. Dropping it must not drop the old one again.
    let panic = catch_unwind(AssertUnwindSafe(|| drop(future)));
    assert!(panic.is_ok() && TRACED.get() == 1, "the old future was dropped again");
}

#[test]
fn after_a_destructor_that_panics_the_box_takes_another_future() {
    let mut future = Reusable::new(holding::<_, 40>(Bomb));
    let panic = catch_unwind(AssertUnwindSafe(|| future.set(ready(7))));
    assert!(panic.is_err(), "the panic goes to the caller of `set`");
    let counted = count(|| {
        let set = catch_unwind(AssertUnwindSafe(|| future.set(ready(8))));
        assert!(set.is_ok(), "there is no future to drop");
    });
    assert_eq!(counted, (0, 0), "allocated and freed by the second `set`");
    assert_eq!(poll(&mut future), Poll::Ready(8));
}

#[test]
fn a_panic_of_other_code_drops_the_future() {
    let panic = catch_unwind(|| {
        let _future = Reusable::new(holding::<_, 1>(Traced));
        resume_unwind(Box::new(()));
    });
    assert!(panic.is_err(), "the panic must go on");
    assert_eq!(TRACED.get(), 1, "destructors of the future");
}

#[test]
fn a_future_without_bytes_is_a_future_too() {
    let mut future = Reusable::new(poll_fn(|_| Poll::Ready(7)));
    assert_eq!(poll(&mut future), Poll::Ready(7));
}
