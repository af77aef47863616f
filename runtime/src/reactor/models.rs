//! Loom models of a source: trap 13, and the race between waiting and events.

use super::{Direction, Flags, source::Source};
use loom::{
    model,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};
use std::task::{Context, Poll, Waker};

struct Count(AtomicUsize);

impl std::task::Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn set(source: &Source, flags: Flags) {
    let mut wakers = Vec::new();
    source.set(flags, &mut wakers);
    wakers.into_iter().for_each(Waker::wake);
}

#[test]
fn an_event_is_seen_by_the_wait_or_wakes_it() {
    model(|| {
        let source = Arc::new(Source::new("model", Flags::NONE));
        let reactor = {
            let source = Arc::clone(&source);
            thread::spawn(move || set(&source, Flags::READABLE))
        };
        let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(std::sync::Arc::clone(&count));
        let first = source.poll_ready(&Context::from_waker(&waker), Direction::Read);
        reactor.join().unwrap();
        assert!(first.is_ready() || count.0.load(SeqCst) == 1);
        let second = source.poll_ready(&Context::from_waker(&waker), Direction::Read);
        assert!(second.is_ready());
    });
}

#[test]
fn an_event_reaches_a_listed_waiter_whose_waker_changes() {
    model(|| {
        let source = Arc::new(Source::new("model", Flags::NONE));
        let mut ticket = None;
        let mut wait = |waker: &Waker| {
            source.poll_ready_listed(&Context::from_waker(waker), Direction::Read, &mut ticket)
        };
        assert!(wait(Waker::noop()).is_pending());
        let reactor = {
            let source = Arc::clone(&source);
            thread::spawn(move || set(&source, Flags::READABLE))
        };
        let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(std::sync::Arc::clone(&count));
        let second = wait(&waker);
        reactor.join().unwrap();
        assert!(second.is_ready() || count.0.load(SeqCst) == 1);
        source.forget(ticket.expect("drawn at the first wait"));
    });
}

#[test]
fn trap_13_clearing_never_loses_an_event_that_came_after_the_look() {
    model(|| {
        let source = Arc::new(Source::new("model", Flags::READABLE));
        // What the socket holds: the truth that readiness reports.
        let bytes = Arc::new(AtomicUsize::new(0));
        let reactor = {
            let (source, bytes) = (Arc::clone(&source), Arc::clone(&bytes));
            thread::spawn(move || {
                bytes.store(1, SeqCst);
                set(&source, Flags::READABLE);
            })
        };
        let context = Context::from_waker(Waker::noop());
        if let Poll::Ready(seen) = source.poll_ready(&context, Direction::Read) {
            let seen = seen.unwrap();
            if bytes.load(SeqCst) == 0 {
                // It would block.
                source.clear(seen, Direction::Read);
            }
        }
        reactor.join().unwrap();
        assert!(source.poll_ready(&context, Direction::Read).is_ready());
    });
}
