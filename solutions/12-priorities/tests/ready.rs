//! The promises of `ReadyQueue`.

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
    assert_eq!(order(queue), [1, 3, 0, 2]);
}

#[test]
fn among_equal_priorities_the_earliest_deadline_runs_first() {
    let queue = queue([rank(1, 9), rank(1, 2), rank(1, 5)]);
    assert_eq!(order(queue), [1, 2, 0]);
}

#[test]
fn a_task_without_a_deadline_runs_after_those_that_have_one() {
    let queue = queue([rank(1, None), rank(1, u64::MAX), rank(1, 7)]);
    assert_eq!(order(queue), [2, 1, 0]);
}

#[test]
fn equal_ranks_keep_their_order() {
    let queue = queue((0..20).map(|_| rank(1, 5)));
    assert_eq!(order(queue), (0..20).collect::<Vec<_>>());
}

#[test]
fn a_task_is_in_the_queue_once() {
    let mut queue = queue([rank(1, None), rank(1, None)]);
    queue.push(0, rank(1, None));
    assert_eq!(queue.pop(), Some(0));
    queue.push(0, rank(1, None));
    assert_eq!(order(queue), [1, 0]);
}

#[test]
fn a_raised_task_moves_and_is_popped_once() {
    let mut queue = queue([rank(3, None), rank(2, None), rank(1, None)]);
    queue.raise(2, rank(3, None));
    assert_eq!(order(queue), [0, 2, 1]);
}

#[test]
fn a_raised_task_keeps_its_order_among_equals() {
    let mut queue = queue([rank(1, None), rank(3, None)]);
    queue.raise(0, rank(3, None));
    assert_eq!(order(queue), [0, 1]);
}

#[test]
fn raise_never_lowers_a_task_and_adds_none() {
    let mut queue = queue([rank(3, None), rank(2, None)]);
    queue.raise(0, rank(1, None));
    queue.raise(7, rank(9, None));
    assert_eq!(order(queue), [0, 1]);
}
