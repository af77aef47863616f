//! The adapters: one type for each place where a future can live.

#[cfg(feature = "alloc")]
mod boxing;
#[cfg(feature = "alloc")]
mod cached;
mod inline;
mod no_alloc;
mod scratch;
#[cfg(feature = "alloc")]
mod scratch_or_box;

#[cfg(feature = "alloc")]
pub use boxing::Boxing;
#[cfg(feature = "alloc")]
pub use cached::Cached;
pub use inline::Inline;
pub use no_alloc::NoAlloc;
pub use scratch::Scratch;
#[cfg(feature = "alloc")]
pub use scratch_or_box::ScratchOrBox;
