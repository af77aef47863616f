//! A task that wakes itself, under two run queues.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: greedy
/// Never ready, and wakes itself during each poll.
fn greedy(polls: &Cell<u32>) -> impl Future<Output = ()> {
    poll_fn(|cx| {
        polls.set(polls.get() + 1);
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Polls a thousand times, and puts each woken task to the front or to the back.
fn run(to_the_front: bool) -> (u32, u32) {
    let (one, other) = (Cell::new(0), Cell::new(0));
    let mut queue: VecDeque<Pin<Box<dyn Future<Output = ()> + '_>>> = VecDeque::new();
    queue.push_back(Box::pin(greedy(&one)));
    queue.push_back(Box::pin(greedy(&other)));
    for _ in 0..1000 {
        let Some(mut task) = queue.pop_front() else { break };
        let _ = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        // We know that the task has woken itself.
        if to_the_front { queue.push_front(task) } else { queue.push_back(task) }
    }
    drop(queue);
    (one.get(), other.get())
}
// ANCHOR_END: greedy

fn main() {
    for (name, to_the_front) in [("to the front", true), ("to the back", false)] {
        let (one, other) = run(to_the_front);
        println!("{name:13} {one} and {other} polls");
    }
}
