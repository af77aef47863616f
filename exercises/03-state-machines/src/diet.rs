//! Exercise `state-machines/diet`: three futures that are larger than necessary.
//!
//! All three are correct. Rewrite each one so that it does the same steps in the same
//! order, and its future is no larger than the test allows. Do not use the heap:
//! that would hide the bytes instead of saving them.

use std::cell::Cell;

use state_machines::shapes::{Page, pause};

/// Adds up a page, stores the sum in `note`, waits, and returns the sum.
pub async fn noted(note: &Cell<u32>) -> u32 {
    let page = Page::new();
    let sum = page.sum();
    note.set(sum);
    drop(page);
    pause().await;
    sum
}

/// Waits, and adds up the page that its caller passed.
pub async fn given(page: Page) -> u32 {
    pause().await;
    page.sum()
}

/// Holds one page during its first wait, and another page during its second.
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
