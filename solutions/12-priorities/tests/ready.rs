//! The promises of `ReadyQueue`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use priorities_exercises::ready::{Rank, ReadyQueue};

fn rank(priority: u8, deadline: impl Into<Option<u64>>) -> Rank {
    Rank { priority, deadline: deadline.into() }
}

/// A queue of these tasks. The first one has the number 0.
fn queue(ranks: impl IntoIterator<Item = Rank>) -> ReadyQueue {
    let mut queue = ReadyQueue::default();
    for (task, rank) in (0..).zip(ranks) {
        queue.push(task, rank);
    }
    queue
}

fn order(mut queue: ReadyQueue) -> Vec<u32> {
    std::iter::from_fn(|| queue.pop()).collect()
}

#[test]
fn the_highest_priority_runs_first() {
    let queue = queue([rank(1, None), rank(3, None), rank(0, 5), rank(2, None)]);
    assert_eq!(
        order(queue),
        [1, 3, 0, 2],
        "the tasks in the order of `pop`: their priorities are 3, 2, 1 and 0"
    );
}

#[test]
fn among_equal_priorities_the_earliest_deadline_runs_first() {
    let queue = queue([rank(1, 9), rank(1, 2), rank(1, 5)]);
    assert_eq!(
        order(queue),
        [1, 2, 0],
        "the tasks in the order of `pop`: their deadlines are 2, 5 and 9"
    );
}

#[test]
fn a_task_without_a_deadline_runs_after_those_that_have_one() {
    let queue = queue([rank(1, None), rank(1, u64::MAX), rank(1, 7)]);
    assert_eq!(
        order(queue),
        [2, 1, 0],
        "the tasks in the order of `pop`: their deadlines are 7, the latest, and none"
    );
}

#[test]
fn equal_ranks_keep_their_order() {
    let queue = queue((0..20).map(|_| rank(1, 5)));
    assert_eq!(
        order(queue),
        (0..20).collect::<Vec<_>>(),
        "the tasks in the order of `pop`"
    );
}

#[test]
fn a_task_is_in_the_queue_once() {
    let mut queue = queue([rank(1, None), rank(1, None)]);
    queue.push(0, rank(1, None));
    assert_eq!(queue.pop(), Some(0), "the task that was pushed first");
    queue.push(0, rank(1, None));
    assert_eq!(
        order(queue),
        [1, 0],
        "the tasks in the order of `pop`, each of them once"
    );
}

#[test]
fn a_raised_task_moves_and_is_popped_once() {
    let mut queue = queue([rank(3, None), rank(2, None), rank(1, None)]);
    queue.raise(2, rank(3, None));
    assert_eq!(
        order(queue),
        [0, 2, 1],
        "the tasks in the order of `pop`: their priorities are 3, 3 and 2"
    );
}

#[test]
fn a_raised_task_keeps_its_order_among_equals() {
    let mut queue = queue([rank(1, None), rank(3, None)]);
    queue.raise(0, rank(3, None));
    assert_eq!(
        order(queue),
        [0, 1],
        "the tasks in the order of `pop`: task 0 was pushed first"
    );
}

#[test]
fn an_earlier_deadline_raises_a_task_too() {
    let mut queue = queue([rank(1, 5), rank(1, 9), rank(1, None)]);
    queue.raise(1, rank(1, 2));
    queue.raise(2, rank(1, 3));
    assert_eq!(order(queue), [1, 2, 0], "their deadlines are 2, 3 and 5");
}

#[test]
fn a_raised_task_has_the_whole_new_rank() {
    let mut queue = queue([rank(3, 5), rank(1, None), rank(1, 2)]);
    queue.raise(1, rank(3, 4));
    // A higher priority is more urgent, also with a later deadline.
    queue.raise(2, rank(3, 9));
    assert_eq!(order(queue), [1, 0, 2], "their deadlines are 4, 5 and 9");
}

#[test]
fn raise_never_lowers_a_task_and_adds_none() {
    let mut queue = queue([rank(3, None), rank(2, None)]);
    queue.raise(0, rank(1, None));
    queue.raise(7, rank(9, None));
    assert_eq!(
        order(queue),
        [0, 1],
        "the tasks in the order of `pop`: their priorities are still 3 and 2"
    );
}

#[test]
fn raise_with_a_later_deadline_or_none_changes_nothing() {
    let mut queue = queue([rank(1, 2), rank(1, 3), rank(1, 5)]);
    queue.raise(0, rank(1, 9));
    queue.raise(1, rank(1, None));
    assert_eq!(order(queue), [0, 1, 2], "their deadlines are still 2, 3 and 5");
}

#[test]
fn a_wake_of_a_queued_task_does_not_change_its_rank() {
    let mut queue = queue([rank(1, None), rank(2, None), rank(3, None)]);
    queue.push(0, rank(9, None));
    queue.push(2, rank(0, None));
    assert_eq!(order(queue), [2, 1, 0], "only `raise` moves a task in the queue");
}

thread_local! {
    /// The bytes that this thread has allocated and not freed.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// Counts the bytes of each thread.
struct Counting;

// SAFETY: both methods pass their arguments to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get().wrapping_add(layout.size()));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.set(HELD.get().wrapping_sub(layout.size()));
        // SAFETY: the caller keeps the contract of `dealloc`, and `alloc` used `System`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_task_that_is_raised_often_does_not_fill_the_memory() {
    let before = HELD.get();
    let mut queue = queue([rank(1, 10_000)]);
    for deadline in (0..10_000).rev() {
        queue.raise(0, rank(1, deadline));
    }
    let held = HELD.get().wrapping_sub(before);
    assert!(
        held < 4096,
        "one task was raised 10,000 times, and the queue has {held} bytes. The limit is 4096"
    );
    assert_eq!(order(queue), [0], "the only task, once");
}
