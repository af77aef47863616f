//! The strategies: where the future of a call lives, and what its handle is.

use std::pin::Pin;

use recycling::handles::{ThinFuture, WideFuture};
use recycling::{DynFuture, boxed, counted, layouts, packed, slot};

use super::unlocked;

/// Where the futures of an object live.
pub trait Memory: Default + 'static {
    /// The future of a call.
    type Handle<'d, T: 'd>: Future<Output = T>;

    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> Self::Handle<'d, F::Output>;
}

/// `Pin<Box<dyn Future>>`, as in the crate async-trait.
#[derive(Default)]
pub struct BoxDyn;

impl Memory for BoxDyn {
    type Handle<'d, T: 'd> = Pin<Box<dyn Future<Output = T> + 'd>>;

    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> Self::Handle<'d, F::Output> {
        Box::pin(future)
    }
}

/// A box without a `dyn`: the handle has our two functions.
#[derive(Default)]
pub struct Boxed;

impl Memory for Boxed {
    type Handle<'d, T: 'd> = DynFuture<'d, T>;

    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output> {
        boxed(future)
    }
}

/// The same with one word in the handle.
#[derive(Default)]
pub struct Thin;

impl Memory for Thin {
    type Handle<'d, T: 'd> = ThinFuture<'d, T>;

    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> ThinFuture<'d, F::Output> {
        ThinFuture::new(future)
    }
}

/// The same with three words in the handle.
#[derive(Default)]
pub struct Wide;

impl Memory for Wide {
    type Handle<'d, T: 'd> = WideFuture<'d, T>;

    fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> WideFuture<'d, F::Output> {
        WideFuture::new(future)
    }
}

macro_rules! recyclers {
    ($($name:ty),*) => {$(
        impl Memory for $name {
            type Handle<'d, T: 'd> = DynFuture<'d, T>;

            fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output> {
                self.fill(future)
            }
        }
    )*};
}

recyclers!(
    counted::Recycler,
    unlocked::Recycler,
    packed::Recycler,
    layouts::Recycler,
    slot::Slot
);
