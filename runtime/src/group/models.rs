//! Loom models of the wakers and the list of woken members: other threads wake, and
//! one thread polls the group.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::Group;
use crate::sync::testing::{Count, block_on};
use loom::{
    cell::UnsafeCell,
    model,
    sync::{
        Arc,
        atomic::{
            AtomicBool,
            Ordering::{Relaxed, SeqCst},
        },
    },
    thread,
};
use std::{
    future::poll_fn,
    task::{Context, Poll, Waker},
};

/// A member that gives its waker away, and is ready when its flag is set.
struct Member {
    flag: Arc<AtomicBool>,
    out: Arc<loom::sync::Mutex<Option<Waker>>>,
    polls: usize,
}

impl Member {
    fn new() -> (Self, impl FnOnce() + Send + 'static) {
        let (flag, out) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let member = Self {
            flag: Arc::clone(&flag),
            out: Arc::clone(&out),
            polls: 0,
        };
        // Another thread calls this. It sets the flag and wakes the member.
        let raise = move || {
            flag.store(true, SeqCst);
            let waker = out.lock().unwrap().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        };
        (member, raise)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        self.polls += 1;
        *self.out.lock().unwrap() = Some(context.waker().clone());
        if self.flag.load(SeqCst) {
            Poll::Ready(self.polls)
        } else {
            Poll::Pending
        }
    }
}

async fn next(group: &mut Group<Member>) -> Option<usize> {
    let next = poll_fn(|context| group.poll_next(context, Member::poll));
    next.await.map(|(_, polls)| polls)
}

#[test]
fn a_wake_from_another_thread_causes_a_poll() {
    model(|| {
        let mut group = Group::new();
        let (member, raise) = Member::new();
        group.insert(member);
        let other = thread::spawn(raise);
        // If the wake is lost, loom reports a deadlock.
        let polls = block_on(next(&mut group)).unwrap();
        assert!(polls <= 2, "a poll for each wake, and the first");
        other.join().unwrap();
        assert!(group.is_empty());
    });
}

#[test]
fn two_threads_wake_two_members_and_both_are_polled() {
    model(|| {
        let mut group = Group::new();
        let others = [(); 2].map(|()| {
            let (member, raise) = Member::new();
            group.insert(member);
            thread::spawn(raise)
        });
        for _ in 0..2 {
            assert!(block_on(next(&mut group)).unwrap() <= 2);
        }
        assert_eq!(block_on(next(&mut group)), None);
        for other in others {
            other.join().unwrap();
        }
    });
}

/// Checks the order of `MemberWaker::queued` itself. A wake that finds the member
/// queued does not touch the list, and the poll must still see what its thread
/// wrote. Otherwise the member is not polled again, and loom reports a deadlock.
#[test]
fn pitfall_03_two_threads_wake_one_member_and_the_poll_sees_what_both_did() {
    model(|| {
        let flags = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let mut group = Group::new();
        group.insert(Arc::clone(&flags));
        let mut waker = None;
        let context = Context::from_waker(Waker::noop());
        let first = group.poll_next(&context, |_, context| {
            waker = Some(context.waker().clone());
            Poll::<()>::Pending
        });
        assert!(first.is_pending());
        let others = [0, 1].map(|index| {
            let (flags, waker) = (Arc::clone(&flags), waker.clone().unwrap());
            thread::spawn(move || {
                // Relaxed: only the wake orders this store.
                flags[index].store(true, Relaxed);
                waker.wake();
            })
        });
        let both = poll_fn(|context| {
            group.poll_next(context, |flags, _| {
                if flags.iter().all(|flag| flag.load(Relaxed)) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
        });
        assert!(block_on(both).is_some());
        for other in others {
            other.join().unwrap();
        }
    });
}

#[test]
fn pitfall_03_two_threads_wake_one_member_and_the_waiter_is_woken_once() {
    model(|| {
        let mut group = Group::new();
        group.insert(());
        let mut waker = None;
        let (count, wakes) = Count::waker();
        let context = Context::from_waker(&count);
        let first = group.poll_next(&context, |(), context| {
            waker = Some(context.waker().clone());
            Poll::<()>::Pending
        });
        assert!(first.is_pending());
        let others = [(); 2].map(|()| {
            let waker = waker.clone().unwrap();
            thread::spawn(move || waker.wake())
        });
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(wakes.wakes(), 1);
        let mut polls = 0;
        for _ in 0..2 {
            let second = group.poll_next(&context, |(), _| {
                polls += 1;
                Poll::<()>::Pending
            });
            assert!(second.is_pending());
        }
        assert_eq!(polls, 1, "one poll for two wakes");
    });
}

#[test]
fn a_wake_orders_what_was_written_before_the_poll() {
    model(|| {
        let mut group = Group::new();
        group.insert(());
        let mut waker = None;
        let context = Context::from_waker(Waker::noop());
        let _ = group.poll_next(&context, |(), context| {
            waker = Some(context.waker().clone());
            Poll::<()>::Pending
        });
        let cell = Arc::new(UnsafeCell::new(0));
        let other = {
            let (cell, waker) = (Arc::clone(&cell), waker.unwrap());
            thread::spawn(move || {
                // SAFETY: this is the only write, and the member reads after the wake.
                cell.with_mut(|cell| unsafe { *cell = 1 });
                waker.wake();
            })
        };
        // Before the join, which would order everything.
        let _ = group.poll_next(&context, |(), _| {
            // SAFETY: the write came before the wake that caused this poll.
            cell.with(|cell| assert_eq!(unsafe { *cell }, 1));
            Poll::<()>::Pending
        });
        other.join().unwrap();
    });
}

fn poll_twice(group: &mut Group<usize>, polls: &mut usize) {
    for _ in 0..2 {
        let context = &Context::from_waker(Waker::noop());
        let _ = group.poll_next(context, |member, _| {
            assert_eq!(*member, 2);
            *polls += 1;
            Poll::<()>::Pending
        });
    }
}

#[test]
fn pitfall_02_a_late_wake_does_not_poll_the_next_member_with_the_same_key() {
    model(|| {
        let mut group = Group::new();
        group.insert(1);
        let context = Context::from_waker(Waker::noop());
        let mut waker = None;
        let ready = group.poll_next(&context, |_, context| {
            waker = Some(context.waker().clone());
            Poll::Ready(())
        });
        assert!(ready.is_ready());
        // The other thread polls. Otherwise loom polls only before the wake.
        let polling = thread::spawn(move || {
            group.insert(2);
            let mut polls = 0;
            poll_twice(&mut group, &mut polls);
            (group, polls)
        });
        waker.unwrap().wake();
        let (mut group, mut polls) = polling.join().unwrap();
        poll_twice(&mut group, &mut polls);
        assert_eq!(polls, 1, "its first poll alone");
    });
}
