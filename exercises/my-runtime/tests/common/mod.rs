//! Helpers for the tests. Each test file uses a part of them.

#![allow(dead_code)]

pub mod anchored;
pub mod clock;
pub mod counter;
pub mod foreign;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls once, with a waker that does nothing.
pub fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    poll_with(future, Waker::noop())
}

/// Polls once, with this waker.
pub fn poll_with<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Polls once from a deeper stack frame, where the local variables of the polled
/// function have other addresses.
#[inline(never)]
pub fn poll_deeper<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    let frame = [0_u8; 512];
    std::hint::black_box(&frame);
    poll(future)
}
