//! Readiness of any descriptor, the standard streams, and copying in both
//! directions.
//!
//! All streams of this crate implement the traits of `futures-io`. So the
//! functions that copy, buffer and split streams come from `futures-util` or
//! `futures-lite`.

#[cfg(unix)]
mod async_fd;
mod blocking;
mod copy;
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

pub(crate) use blocking::{Blocking, DEFAULT_MAX};

/// Unix descriptors, under tokio's path.
#[cfg(unix)]
pub mod unix {
    pub use super::{
        AsyncFd, AsyncFdReadyGuard, AsyncFdReadyMutGuard, AsyncFdRegisterError, TryIoError,
    };
}
