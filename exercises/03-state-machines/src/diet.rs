//! Exercise `state-machines/diet`: three futures that hold more than they need.
//!
//! All three do what they should. Each is to be written anew so that it does
//! the same in the same order and its future is no larger than the test
//! allows. Nothing may go on the heap: that would hide the bytes, not save them.

use std::cell::Cell;

use state_machines::shapes::{Page, pause};

/// Adds up a page, notes the sum, waits, and returns the sum.
pub async fn noted(note: &Cell<u32>) -> u32 {
    let page = Page::new();
    let sum = page.sum();
    note.set(sum);
    drop(page);
    pause().await;
    sum
}

/// Waits, and adds up the page that it was given.
pub async fn given(page: Page) -> u32 {
    pause().await;
    page.sum()
}

/// Holds one page while it waits, then another while it waits again.
pub async fn in_turn(note: &Cell<u32>) -> u32 {
    let first = Page::new();
    pause().await;
    let sum = first.sum();
    note.set(sum);
    let second = Page::new();
    pause().await;
    let sum = sum + second.sum();
    note.set(sum);
    sum
}
