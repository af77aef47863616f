//! Exercise `state-machines/diet`: three futures that are larger than necessary.
//!
//! All three are correct. Rewrite each one so that it does the same steps in the same
//! order, and its future is no larger than the test allows. Do not use the heap:
//! that would hide the bytes instead of saving them.

use std::cell::Cell;

use state_machines::shapes::{Page, pause};

/// Adds up a page, stores the sum in `note`, waits, and returns the sum.
pub async fn noted(note: &Cell<u32>) -> u32 {
    // hole: begin
    let sum = {
        let page = Page::new();
        page.sum()
    };
    // hole: instead
    //| let page = Page::new();
    //| let sum = page.sum();
    // hole: end
    note.set(sum);
    // hole: begin
    // hole: instead
    //| drop(page);
    // hole: end
    pause().await;
    sum
}

/// Waits, and adds up the page that its caller passed.
// hole: begin
#[expect(clippy::manual_async_fn, reason = "the future is half as large")]
pub fn given(page: Page) -> impl Future<Output = u32> {
    async move {
        pause().await;
        page.sum()
    }
}
// hole: instead
//| pub async fn given(page: Page) -> u32 {
//|     pause().await;
//|     page.sum()
//| }
// hole: end

/// Holds one page during its first wait, and another page during its second.
pub async fn in_turn(note: &Cell<u32>) -> u32 {
    // hole: begin
    let mut sum = 0;
    for _ in 0..2 {
        let page = Page::new();
        pause().await;
        sum += page.sum();
        note.set(sum);
    }
    sum
    // hole: instead
    //| let first = Page::new();
    //| pause().await;
    //| let sum = first.sum();
    //| note.set(sum);
    //| let second = Page::new();
    //| pause().await;
    //| let sum = sum + second.sum();
    //| note.set(sum);
    //| sum
    // hole: end
}
