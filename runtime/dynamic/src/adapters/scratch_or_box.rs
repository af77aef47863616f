//! [`ScratchOrBox`]: the caller's memory if the future fits, and otherwise a box.

use super::{boxing::boxed, scratch::in_space, value_adapter::value_adapter};

/// Keeps the future of a call in memory that the caller offers, and boxes it if it does not fit.
///
/// Callers offer memory with [`Space`](crate::Space). Any number of bytes works, so you can begin
/// with a guess. With [`NoSpace`](crate::NoSpace), this adapter is [`Boxing`](crate::Boxing).
#[derive(Clone, Copy, Debug, Default)]
pub struct ScratchOrBox<T> {
    inner: T,
}

value_adapter! {
    impl ScratchOrBox;
    // AD1: as written. AD2: `in_space` uses the memory once and returns its owner. AD4: both places
    // may be released on any thread.
    call<K>(request, make) =
        in_space(request, make).unwrap_or_else(|make| boxed(request, make));
}
