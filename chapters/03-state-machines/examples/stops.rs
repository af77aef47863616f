//! The function run to its end, and left at every stop; then as callbacks.

use std::task::Poll;

use state_machines::{Disk, Full, poll, save, save_then};

// ANCHOR: left
/// Polls `future` so many times, then drops it. Says what the disk saw.
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

    println!("as callbacks");
    let disk = Disk::new(100);
    save_then(disk.clone(), "to do".into(), |result| println!("  done  {result:?}"));
    println!("  call  {}", disk.diary().join(", "));
    while disk.answer() {
        println!("  answer {}", disk.diary().join(", "));
    }
}
