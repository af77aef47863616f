//! The strategies: where the future of a call lives, and what its handle is.

use std::pin::Pin;

use recycling::handles::{ThinFuture, WideFuture};
use recycling::{DynFuture, boxed, counted, layouts, packed, slot};

use super::unlocked;

/// Where the futures of an object live.
pub trait Memory: Default + 'static {
    /// The future of a call.
    type Handle<'d, T: 'd>: Future<Output = T>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> Self::Handle<'d, F::Output>
    where
        F: Future + 'd;
}

/// `Pin<Box<dyn Future>>`, as in the crate async-trait.
#[derive(Default)]
pub struct BoxDyn;

impl Memory for BoxDyn {
    type Handle<'d, T: 'd> = Pin<Box<dyn Future<Output = T> + 'd>>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> Self::Handle<'d, F::Output>
    where
        F: Future + 'd,
    {
        Box::pin(make())
    }
}

/// The same, but the compiler makes the future in the box. For `Box::pin`, this compiler
/// makes it on the stack, and copies it.
#[derive(Default)]
pub struct BoxDynInPlace;

impl Memory for BoxDynInPlace {
    type Handle<'d, T: 'd> = Pin<Box<dyn Future<Output = T> + 'd>>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> Self::Handle<'d, F::Output>
    where
        F: Future + 'd,
    {
        let mut memory = Box::<F>::new_uninit();
        memory.write(make());
        // SAFETY: the line above has initialized it.
        Box::into_pin(unsafe { memory.assume_init() })
    }
}

/// A box without a `dyn`: the handle has our two functions.
#[derive(Default)]
pub struct Boxed;

impl Memory for Boxed {
    type Handle<'d, T: 'd> = DynFuture<'d, T>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
        boxed(make())
    }
}

/// The same with one word in the handle.
#[derive(Default)]
pub struct Thin;

impl Memory for Thin {
    type Handle<'d, T: 'd> = ThinFuture<'d, T>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> ThinFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
        ThinFuture::new(make())
    }
}

/// The same with three words in the handle.
#[derive(Default)]
pub struct Wide;

impl Memory for Wide {
    type Handle<'d, T: 'd> = WideFuture<'d, T>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> WideFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
        WideFuture::new(make())
    }
}

macro_rules! recyclers {
    ($($name:ty),*) => {$(
        impl Memory for $name {
            type Handle<'d, T: 'd> = DynFuture<'d, T>;

            fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
                self.fill(make())
            }
        }
    )*};
}

recyclers!(counted::Recycler, unlocked::Recycler, packed::Recycler, layouts::Recycler);

impl Memory for slot::Slot {
    type Handle<'d, T: 'd> = DynFuture<'d, T>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
        self.fill(make)
    }
}

/// A [`slot::Slot`] that gets a future which is already somewhere else. Its bytes are
/// copied.
#[derive(Default)]
pub struct Moved(slot::Slot);

impl Memory for Moved {
    type Handle<'d, T: 'd> = DynFuture<'d, T>;

    fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
        let future = std::hint::black_box(make());
        self.0.fill(|| future)
    }
}
