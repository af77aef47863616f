// ANCHOR: block_on
//! An executor for one future on one thread.

use std::pin::pin;
use std::task::{Context, Poll};

use crate::{Parker, waker_ref};

/// Runs `future` to its end on this thread.
///
/// Polls it once, and then once after each wake. Several wakes may cause one
/// poll. If nothing ever wakes the future, this never returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // ANCHOR: loop
    let parker = Parker::new();
    let waker = waker_ref(&parker);
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        parker.park();
    }
    // ANCHOR_END: loop
}
// ANCHOR_END: block_on
