//! What the tests share: the four recyclers under one name, and futures that watch.

#![allow(dead_code, reason = "each file of tests uses a part")]

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use recycling::{DynFuture, counted, layouts, packed, slot};

/// Makes calls in the memory of the call before.
pub trait Recycles: Default {
    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output>;
}

macro_rules! recycles {
    ($($name:ty),*) => {$(
        impl Recycles for $name {
            fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output> {
                self.fill(future)
            }
        }
    )*};
}

recycles!(counted::Recycler, packed::Recycler, layouts::Recycler);

impl Recycles for slot::Slot {
    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output> {
        self.fill(|| future)
    }
}

/// The three whose calls may live as long as they like.
pub trait Counts: Recycles {
    fn fill_freely<'d, F: Future + 'd>(&mut self, future: F) -> DynFuture<'d, F::Output>;
}

macro_rules! counts {
    ($($name:ty),*) => {$(
        impl Counts for $name {
            fn fill_freely<'d, F: Future + 'd>(
                &mut self,
                future: F,
            ) -> DynFuture<'d, F::Output> {
                self.fill(future)
            }
        }
    )*};
}

counts!(counted::Recycler, packed::Recycler, layouts::Recycler);

/// Polls once, with a waker that does nothing.
pub fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls until the future is ready.
pub fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

/// Adds two numbers, and is pending once before. The future holds `N` bytes.
pub async fn add<const N: usize>(a: u32, b: u32) -> u32 {
    let bytes = [1_u8; N];
    let mut waited = false;
    poll_fn(|_| {
        if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    a + b + u32::from(std::hint::black_box(&bytes).iter().any(|byte| *byte != 1))
}

/// Counts its destructors.
pub struct Dropped<'a>(pub &'a Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Runs its function when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Its destructor panics.
pub struct Bad;

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("this panic is part of the test");
    }
}

#[repr(align(64))]
pub struct Wide(pub u8);

#[repr(align(4096))]
pub struct Page(pub u8);

/// Says whether a value in the future is at its alignment, after one wait.
pub async fn is_aligned<A>(value: A) -> bool {
    add::<0>(0, 0).await;
    (&raw const value).addr().is_multiple_of(align_of::<A>())
}

/// Runs one generic test for each of the types.
#[macro_export]
macro_rules! for_each {
    ($test:ident: $($recycler:ty),*) => {$( $test::<$recycler>(); )*};
}
