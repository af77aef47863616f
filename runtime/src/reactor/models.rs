//! Loom models of a `ScheduledIo`: the race between waiting and events, and between
//! clearing and events (pitfall 13).

use super::{Direction, Interest, Ready, scheduled_io::ScheduledIo};
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

fn set(scheduled_io: &ScheduledIo, ready: Ready) {
    let mut wakers = Vec::new();
    scheduled_io.set_ready(ready, &mut wakers);
    wakers.into_iter().for_each(Waker::wake);
}

#[test]
fn a_wait_sees_the_event_or_the_event_wakes_it() {
    model(|| {
        let scheduled_io = Arc::new(ScheduledIo::new("model", Ready::EMPTY));
        let reactor = {
            let scheduled_io = Arc::clone(&scheduled_io);
            thread::spawn(move || set(&scheduled_io, Ready::READABLE))
        };
        let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(std::sync::Arc::clone(&count));
        let first = scheduled_io.poll_ready(&Context::from_waker(&waker), Direction::Read);
        reactor.join().unwrap();
        assert!(first.is_ready() || count.0.load(SeqCst) == 1);
        let second = scheduled_io.poll_ready(&Context::from_waker(&waker), Direction::Read);
        assert!(second.is_ready());
    });
}

#[test]
fn an_event_reaches_a_listed_waiter_whose_waker_changes() {
    model(|| {
        let scheduled_io = Arc::new(ScheduledIo::new("model", Ready::EMPTY));
        let mut key = None;
        let mut wait = |waker: &Waker| {
            scheduled_io.poll_ready_listed(
                &Context::from_waker(waker),
                Interest::READABLE,
                &mut key,
            )
        };
        assert!(wait(Waker::noop()).is_pending());
        let reactor = {
            let scheduled_io = Arc::clone(&scheduled_io);
            thread::spawn(move || set(&scheduled_io, Ready::READABLE))
        };
        let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(std::sync::Arc::clone(&count));
        let second = wait(&waker);
        reactor.join().unwrap();
        assert!(second.is_ready() || count.0.load(SeqCst) == 1);
        scheduled_io.remove_waiter(key.expect("the first wait assigns it"));
    });
}

#[test]
fn pitfall_13_clearing_never_loses_an_event_that_came_after_the_read() {
    model(|| {
        let scheduled_io = Arc::new(ScheduledIo::new("model", Ready::READABLE));
        // The bytes in the socket, which readiness reports.
        let bytes = Arc::new(AtomicUsize::new(0));
        let reactor = {
            let (scheduled_io, bytes) = (Arc::clone(&scheduled_io), Arc::clone(&bytes));
            thread::spawn(move || {
                bytes.store(1, SeqCst);
                set(&scheduled_io, Ready::READABLE);
            })
        };
        let context = Context::from_waker(Waker::noop());
        if let Poll::Ready(event) = scheduled_io.poll_ready(&context, Direction::Read) {
            let event = event.unwrap();
            if bytes.load(SeqCst) == 0 {
                // A read returns `WouldBlock`.
                scheduled_io.clear_would_block(event, Interest::READABLE);
            }
        }
        reactor.join().unwrap();
        assert!(
            scheduled_io
                .poll_ready(&context, Direction::Read)
                .is_ready()
        );
    });
}
