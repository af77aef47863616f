//! Exercise `state-machines/diet`: three futures that hold more than they need.
//!
//! All three do what they should. Each is to be written anew so that it does
//! the same in the same order and its future is no larger than the test
//! allows. Nothing may go on the heap: that would hide the bytes, not save them.

use std::cell::Cell;

use state_machines::shapes::{Page, pause};

/// Adds up a page, notes the sum, waits, and returns the sum.
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

/// Waits, and adds up the page that it was given.
// hole: begin
#[expect(clippy::manual_async_fn, reason = "it is half as large")]
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

/// Holds one page while it waits, then another while it waits again.
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
