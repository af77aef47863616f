//! The promises of `Publish`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use state_machines::{Disk, Full, poll};
use state_machines_exercises::publish::Publish;

/// The function that `Publish` imitates.
async fn publish(disk: Disk, pages: Vec<String>) -> Result<usize, Full> {
    let _lock = disk.lock();
    let mut published = 0;
    for page in pages {
        let draft = disk.draft();
        disk.write(page.len()).await?;
        draft.keep();
        published += 1;
    }
    disk.sync().await?;
    Ok(published)
}

fn pages(pages: &[&str]) -> Vec<String> {
    pages.iter().map(ToString::to_string).collect()
}

type Saved = Pin<Box<dyn Future<Output = Result<usize, Full>>>>;

/// Polls a future `polls` times and drops it. Returns what the disk saw at each step.
fn seen(disk: &Disk, mut future: Saved, polls: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..polls {
        let polled = poll(future.as_mut());
        seen.push(format!("{polled:?}: {}", disk.diary().join(", ")));
        if polled.is_ready() {
            break;
        }
    }
    drop(future);
    seen.push(format!("dropped: {}", disk.diary().join(", ")));
    seen
}

fn by_hand(space: usize, texts: &[&str], polls: usize) -> Vec<String> {
    let disk = Disk::new(space);
    seen(&disk, Box::pin(Publish::new(disk.clone(), pages(texts))), polls)
}

fn compiled(space: usize, texts: &[&str], polls: usize) -> Vec<String> {
    let disk = Disk::new(space);
    seen(&disk, Box::pin(publish(disk.clone(), pages(texts))), polls)
}

#[test]
fn nothing_happens_before_the_first_poll() {
    assert_eq!(by_hand(9, &["one"], 0), ["dropped: "]);
}

#[test]
fn each_page_is_written_before_it_is_kept() {
    let expected = [
        "Pending: locked, draft made",
        "Pending: written, draft kept, draft made",
        "Pending: written, draft kept",
        "Ready(Ok(2)): synced, unlocked",
        "dropped: ",
    ];
    assert_eq!(by_hand(9, &["one", "two"], 9), expected);
}

#[test]
fn a_drop_in_the_middle_deletes_the_draft_and_then_unlocks() {
    assert_eq!(by_hand(9, &["one", "two"], 2)[2], "dropped: draft deleted, unlocked");
    assert_eq!(by_hand(9, &["one", "two"], 3)[3], "dropped: unlocked");
}

#[test]
fn an_error_deletes_the_draft_and_then_unlocks() {
    let failed = by_hand(3, &["one", "three"], 3);
    assert_eq!(failed[2], "Ready(Err(Full)): no space left, draft deleted, unlocked");
}

#[test]
fn without_pages_it_still_locks_and_syncs() {
    let expected = ["Pending: locked", "Ready(Ok(0)): synced, unlocked", "dropped: "];
    assert_eq!(by_hand(9, &[], 3), expected);
}

#[test]
fn it_behaves_like_the_async_fn_wherever_it_is_dropped() {
    for texts in [&[][..], &["one"], &["one", "three", "five"]] {
        for (space, polls) in (0..6).flat_map(|polls| [(9, polls), (4, polls)]) {
            assert_eq!(
                by_hand(space, texts, polls),
                compiled(space, texts, polls),
                "with pages {texts:?}, space for {space} bytes, and {polls} polls"
            );
        }
    }
}

#[test]
fn a_poll_after_the_end_panics() {
    let mut future = Publish::new(Disk::new(9), vec![]);
    while poll(Pin::new(&mut future)) == Poll::Pending {}
    let again = catch_unwind(AssertUnwindSafe(|| poll(Pin::new(&mut future)).is_ready()));
    let message = again.expect_err("a poll after the end must panic");
    let message = message.downcast_ref::<&str>().copied().unwrap_or_default();
    assert_eq!(message, "`Publish` polled after completion");
}
