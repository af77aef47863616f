//! Polls the function zero to three times, then drops its future.

use std::task::Poll;

use state_machines::{Disk, Full, poll, save};

// ANCHOR: left
/// Polls `future` as often as `polls` says, then drops it, and prints the diary.
fn left_after(
    polls: usize,
    disk: &Disk,
    future: impl Future<Output = Result<usize, Full>>,
) {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        let said = match poll(future.as_mut()) {
            Poll::Pending => "Pending".to_string(),
            Poll::Ready(result) => format!("{result:?}"),
        };
        println!("  poll  {:22} {said}", disk.diary().join(", "));
    }
    drop(future);
    println!("  drop  {}", disk.diary().join(", "));
}
// ANCHOR_END: left

fn main() {
    for polls in 0..4 {
        let disk = Disk::new(100);
        println!("polls before the drop: {polls}");
        left_after(polls, &disk, save(disk.clone(), "to do".into()));
    }
    println!("an empty text, polls before the drop: 2");
    let disk = Disk::new(100);
    left_after(2, &disk, save(disk.clone(), String::new()));
}
