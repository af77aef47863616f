// ANCHOR: modules
//! Chapter 14: asynchronous calls that use the memory of the call before.
//!
//! - `future`: a handle for a future of any type, and the version that boxes each call.
//! - `counted`: a recycler whose memory counts its owners. There are one or two.
//! - `placed`: a header and a future in one piece of memory, each at its alignment.
//! - `packed`: the recycler with a header of 8 bytes, for every alignment.
//! - `layouts`: a header without a layout, and what the recycler pays for it.
//! - `handles`: two other places for the functions of a future.
//! - `slot`: memory that the call hands back, without a count.

#![warn(missing_docs)]

pub mod counted;
mod future;
pub mod handles;
pub mod layouts;
pub mod packed;
mod placed;
pub mod slot;

pub use future::{DynFuture, Functions, boxed};
// ANCHOR_END: modules
