//! The adapters: one type for each place where a future can live.

#[cfg(feature = "alloc")]
mod boxing;
mod boxing_in;
#[cfg(feature = "alloc")]
mod cached;
#[cfg(feature = "alloc")]
mod cached_if;
mod inline;
mod no_alloc;
#[cfg(feature = "std")]
mod pool;
mod scratch;
#[cfg(feature = "alloc")]
mod scratch_or_box;
#[cfg(feature = "std")]
mod side_stack;
#[cfg(feature = "alloc")]
mod value_adapter;

#[cfg(feature = "alloc")]
pub use boxing::Boxing;
pub use boxing_in::{BoxingIn, FutureAllocator};
#[cfg(feature = "alloc")]
pub use cached::Cached;
#[cfg(feature = "alloc")]
pub use cached_if::CachedIf;
pub use inline::Inline;
pub use no_alloc::NoAlloc;
#[cfg(feature = "std")]
pub use pool::Pool;
pub use scratch::Scratch;
#[cfg(feature = "alloc")]
pub use scratch_or_box::ScratchOrBox;
#[cfg(feature = "std")]
pub use side_stack::SideStack;
