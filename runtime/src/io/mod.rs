//! Readiness of any descriptor, and the standard streams.
//!
//! What copies, buffers and splits streams is not here, but for what copies in
//! both directions at once: `futures-util` has it, or `futures-lite`, for
//! everything that speaks the traits of `futures-io`, and that is every stream
//! of this crate.

#[cfg(unix)]
mod async_fd;
mod copy;
mod pooled;
mod standard;
mod stdin;

pub use crate::reactor::{Interest, Ready};
#[cfg(unix)]
pub use async_fd::{
    AsyncFd, AsyncFdReadyGuard, AsyncFdReadyMutGuard, AsyncFdRegisterError, TryIoError,
};
pub use copy::copy_bidirectional;
pub use standard::{Stderr, Stdout, stderr, stdout};
pub use stdin::{Stdin, stdin};

pub(crate) use pooled::Pooled;

/// Descriptors of Unix, by tokio's names.
#[cfg(unix)]
pub mod unix {
    pub use super::{
        AsyncFd, AsyncFdReadyGuard, AsyncFdReadyMutGuard, AsyncFdRegisterError, TryIoError,
    };
}
