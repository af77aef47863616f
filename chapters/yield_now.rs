//! A yield for examples, benches and tests, which include this file by its path.

use std::future::poll_fn;
use std::mem;
use std::task::Poll;

/// Lets all other woken tasks run. It wakes its own task at once, as in chapter 07.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
