//! What the generated code uses. It is not part of the API.

#[cfg(feature = "alloc")]
pub use alloc::boxed::Box;

pub use crate::fused::{Fused, start};
use crate::{Adapter, Caller};

/// Stops the compilation if the callers of an object offer less than its adapter needs.
pub const fn check_space<A: Adapter, S: Caller>() {
    assert!(
        A::SPACE.0 <= S::SPACE.0,
        "the callers of this object offer too few bytes for its adapter: make it with `new_with` \
         or `pin_with`, and a `Space` of at least the adapter's `N`"
    );
    assert!(
        S::MAY_ALLOCATE || !A::ALLOCATES,
        "the callers of this object accept no adapter that allocates: use `Scratch`, `Inline` or \
         `NoAlloc`"
    );
    assert!(
        A::SPACE.1 <= S::SPACE.1,
        "the callers of this object offer memory with a smaller alignment than its adapter needs: \
         give both the same `A`"
    );
}

/// Stops the compilation if the adapter of a trait with a fused method needs the callers' memory.
pub const fn check_fused<A: Adapter>() {
    assert!(
        A::SPACE.0 == 0,
        "calls of a method with `#[dyn_async(fused)]` offer no memory of the caller, and this \
         adapter needs it: use `Inline` or `Pool`"
    );
}

/// Keeps items only if this crate has the feature `alloc`.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_alloc {
    ($($items:tt)*) => { $($items)* };
}

/// Keeps items only if this crate has the feature `alloc`.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_alloc {
    ($($items:tt)*) => {};
}
