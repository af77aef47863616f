// ANCHOR: pause
//! Small async functions, for measuring their futures.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Pending at the first poll, ready at the second.
pub struct Pause(bool);

/// Makes the function that awaits it stop exactly once.
pub fn pause() -> Pause {
    Pause(false)
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

/// 1,024 bytes: easy to see in the size of a future that contains it.
pub struct Page([u8; 1024]);

impl Page {
    /// A page full of ones.
    pub fn new() -> Page {
        Page([1; 1024])
    }

    /// The sum of its bytes.
    pub fn sum(&self) -> u32 {
        self.0.iter().map(|&byte| u32::from(byte)).sum()
    }

    /// The sum of its bytes. Consumes the page.
    pub fn into_sum(self) -> u32 {
        self.sum()
    }
}

impl Default for Page {
    fn default() -> Page {
        Page::new()
    }
}
// ANCHOR_END: pause

// ANCHOR: live
/// The page is made after the await.
pub async fn after() -> u32 {
    pause().await;
    let page = Page::new();
    page.sum()
}

/// The page is read after the await.
pub async fn held() -> u32 {
    let page = Page::new();
    pause().await;
    page.sum()
}

/// The page is moved away before the await.
pub async fn moved() -> u32 {
    let page = Page::new();
    let sum = page.into_sum();
    pause().await;
    sum
}
// ANCHOR_END: live

// ANCHOR: borrowed
/// The page is read before the await, and not after it.
pub async fn earlier() -> u32 {
    let page = Page::new();
    let sum = page.sum();
    pause().await;
    sum
}

/// The page is read and dropped before the await.
#[expect(clippy::drop_non_drop, reason = "the example is about this drop")]
pub async fn dropped() -> u32 {
    let page = Page::new();
    let sum = page.sum();
    drop(page);
    pause().await;
    sum
}

/// The page's scope ends before the await.
pub async fn scoped() -> u32 {
    let sum = {
        let page = Page::new();
        page.sum()
    };
    pause().await;
    sum
}
// ANCHOR_END: borrowed

// ANCHOR: temporary
/// The page is a temporary. It lives to the end of the `match`.
pub async fn matched() -> u32 {
    match Page::new().sum() {
        0 => 0,
        sum => {
            pause().await;
            sum
        }
    }
}
// ANCHOR_END: temporary

// ANCHOR: arguments
/// The page is an argument.
pub async fn taken(page: Page) -> u32 {
    pause().await;
    page.sum()
}

/// The same as a function that returns an async block.
#[expect(clippy::manual_async_fn, reason = "this future is half as large")]
pub fn handed(page: Page) -> impl Future<Output = u32> {
    async move {
        pause().await;
        page.sum()
    }
}
// ANCHOR_END: arguments

// ANCHOR: passed
/// Takes a future by value and awaits it.
pub async fn by_value<F: Future<Output = u32>>(future: F) -> u32 {
    future.await
}

/// The same with an async block.
#[expect(clippy::manual_async_fn, clippy::redundant_async_block, reason = "measured")]
pub fn by_block<F: Future<Output = u32>>(future: F) -> impl Future<Output = u32> {
    async move { future.await }
}

/// Takes a future by pinned reference.
pub async fn by_reference(future: Pin<&mut impl Future<Output = u32>>) -> u32 {
    future.await
}
// ANCHOR_END: passed

// ANCHOR: nested
/// Awaits a future that holds a page.
pub async fn outer() -> u32 {
    held().await
}

/// Awaits a future that awaits a future that holds a page.
pub async fn outermost() -> u32 {
    outer().await
}

/// Awaits a future in a box.
pub async fn boxed() -> u32 {
    Box::pin(held()).await
}
// ANCHOR_END: nested

// ANCHOR: shared
/// One page or the other.
pub async fn either(left: bool) -> u32 {
    if left { held().await } else { 1 + held().await }
}

/// Two pages, one after the other.
pub async fn in_turn() -> u32 {
    held().await + held().await
}

/// Two pages, one after the other, in one scope.
pub async fn flat() -> u32 {
    let page = Page::new();
    pause().await;
    let sum = page.sum();
    let page = Page::new();
    pause().await;
    sum + page.sum()
}
// ANCHOR_END: shared

// ANCHOR: count
/// Counts by calling itself, and waits once at each level.
pub async fn count(depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    let below = Box::pin(count(depth - 1)).await;
    pause().await;
    below + 1
}
// ANCHOR_END: count
