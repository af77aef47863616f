//! Each test holds one claim that the chapter makes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use state_machines::shapes::{count, pause};
use state_machines::{Disk, Full, Save, poll, save, save_then};

type Saving = Pin<Box<dyn Future<Output = Result<usize, Full>>>>;

/// The compiler's machine and the hand-written one.
const BOTH: [fn(Disk, String) -> Saving; 2] = [
    |disk, text| Box::pin(save(disk, text)),
    |disk, text| Box::pin(Save::new(disk, text)),
];

/// Polls one of [`BOTH`] up to `polls` times and drops it. Returns the disk's
/// diary of each step.
fn poll_then_drop(which: usize, space: usize, text: &str, polls: usize) -> Vec<String> {
    let disk = Disk::new(space);
    let mut future = BOTH[which](disk.clone(), text.to_string());
    let mut steps = Vec::new();
    for _ in 0..polls {
        let polled = poll(future.as_mut());
        steps.push(format!("{polled:?}: {}", disk.diary().join(", ")));
        if polled.is_ready() {
            break;
        }
    }
    drop(future);
    steps.push(format!("dropped: {}", disk.diary().join(", ")));
    steps
}

#[test]
fn calling_an_async_fn_runs_none_of_its_body() {
    for which in [0, 1] {
        assert_eq!(poll_then_drop(which, 100, "to do", 0), ["dropped: "]);
    }
}

#[test]
fn a_poll_runs_to_the_next_pending_await() {
    for which in [0, 1] {
        let expected = [
            "Pending: locked, draft made",
            "Pending: written, draft kept",
            "Ready(Ok(5)): synced, unlocked",
            "dropped: ",
        ];
        assert_eq!(poll_then_drop(which, 100, "to do", 3), expected);
    }
}

#[test]
fn dropping_a_future_at_an_await_drops_its_live_locals_newest_first() {
    for which in [0, 1] {
        let at_write = poll_then_drop(which, 100, "to do", 1);
        assert_eq!(at_write[1], "dropped: draft deleted, unlocked");
        let at_sync = poll_then_drop(which, 100, "to do", 2);
        assert_eq!(at_sync[2], "dropped: unlocked");
    }
}

#[test]
fn a_drop_flag_records_whether_a_local_was_moved_away() {
    for which in [0, 1] {
        let kept = poll_then_drop(which, 100, "to do", 2);
        assert_eq!(kept[2], "dropped: unlocked");
        let not_kept = poll_then_drop(which, 100, "", 2);
        assert_eq!(not_kept[2], "dropped: draft deleted, unlocked");
    }
}

#[test]
fn returning_an_error_drops_the_live_locals_newest_first() {
    for which in [0, 1] {
        let failed = poll_then_drop(which, 3, "to do", 2);
        let expected = "Ready(Err(Full)): no space left, draft deleted, unlocked";
        assert_eq!(failed[1..], [expected, "dropped: "]);
    }
}

#[test]
fn both_machines_do_the_same_wherever_they_are_dropped() {
    for (space, text) in [(100, "to do"), (100, ""), (3, "to do"), (0, "")] {
        for polls in 0..4 {
            assert_eq!(
                poll_then_drop(0, space, text, polls),
                poll_then_drop(1, space, text, polls)
            );
        }
    }
}

/// Polls a future to completion and once more, and returns the panic's message.
fn panic_of_a_late_poll(which: usize) -> String {
    let mut future = BOTH[which](Disk::new(100), String::new());
    while poll(future.as_mut()).is_pending() {}
    let again = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()).is_ready()));
    let Err(message) = again else { panic!("polling a finished future should panic") };
    message.downcast_ref::<&str>().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_finished_future_panics_when_polled() {
    assert_eq!(panic_of_a_late_poll(0), "`async fn` resumed after completion");
    assert_eq!(panic_of_a_late_poll(1), "`Save` polled after completion");
}

#[test]
fn a_panic_drops_the_locals_and_finishes_the_future() {
    async fn panics(disk: Disk) {
        let _lock = disk.lock();
        pause().await;
        panic!("half way");
    }
    let disk = Disk::new(0);
    let mut future = pin!(panics(disk.clone()));
    assert!(poll(future.as_mut()).is_pending());
    for (message, diary) in [
        ("half way", &["locked", "unlocked"][..]),
        ("`async fn` resumed after panicking", &[]),
    ] {
        let again = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
        let Err(said) = again else { panic!("this poll should panic") };
        assert_eq!(said.downcast_ref::<&str>(), Some(&message));
        assert_eq!(disk.diary(), diary);
    }
}

/// Runs the callbacks to the end. Returns the disk's diary of each call.
fn run_callbacks(space: usize, text: &str) -> Vec<String> {
    let disk = Disk::new(space);
    save_then(disk.clone(), text.to_string(), |_| ());
    let mut calls = vec![disk.diary().join(", ")];
    while disk.answer() {
        calls.push(disk.diary().join(", "));
    }
    calls
}

#[test]
fn the_callbacks_do_the_same_but_cannot_be_cancelled() {
    let stored = ["locked, draft made", "written, draft kept", "synced, unlocked"];
    assert_eq!(run_callbacks(100, "to do"), stored);
    let failed = ["locked, draft made", "no space left, draft deleted, unlocked"];
    assert_eq!(run_callbacks(0, "to do"), failed);

    // The caller has no value that it could drop, so the disk answers both requests.
    let disk = Disk::new(100);
    save_then(disk.clone(), "to do".to_string(), |_| ());
    assert_eq!(disk.diary(), ["locked", "draft made"]);
    assert!(disk.answer() && disk.answer() && !disk.answer());
}

#[test]
fn a_recursive_async_fn_works_through_a_box() {
    let mut future = pin!(count(10));
    let mut polls = 1;
    let counted = loop {
        match poll(future.as_mut()) {
            Poll::Ready(counted) => break counted,
            Poll::Pending => polls += 1,
        }
    };
    assert_eq!((counted, polls), (10, 11));
}
