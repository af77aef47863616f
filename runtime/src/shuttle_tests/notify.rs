//! `Notify`: a notification reaches a waiter that stays, in the order of the
//! queue.

use super::{Rng, Threads, attempt, explore, run, yield_some};
use crate::sync::{
    Notify,
    testing::{Count, poll, poll_once},
};
use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

struct Work {
    items: AtomicUsize,
    taken: AtomicUsize,
    all: usize,
    more: Notify,
    end: Notify,
}

#[test]
fn no_worker_sleeps_while_there_is_an_item() {
    explore(workers);
}

fn workers(rng: &Rng) {
    let (givers, each) = (rng.up_to(2), rng.up_to(3));
    let work = Arc::new(Work {
        items: AtomicUsize::new(0),
        taken: AtomicUsize::new(0),
        all: givers * each,
        more: Notify::new(),
        end: Notify::new(),
    });
    let mut threads = Threads::default();
    for worker in 0..rng.up_to(3) {
        let work = Arc::clone(&work);
        // One stays, so that every item is taken.
        let leaves = worker > 0 && rng.one_in(2);
        threads.spawn(rng, move |rng| take(rng, &work, leaves));
    }
    for _ in 0..givers {
        let work = Arc::clone(&work);
        threads.spawn(rng, move |rng| {
            for _ in 0..each {
                work.items.fetch_add(1, SeqCst);
                work.more.notify_one();
                yield_some(rng);
            }
        });
    }
    run(rng, async {
        let mut end = pin!(work.end.notified());
        end.as_mut().enable();
        if work.taken.load(SeqCst) < work.all {
            end.await;
        }
    });
    work.more.notify_waiters();
    threads.join();
}

/// Takes items until all are taken. One that leaves does so where it waits, and
/// does not look for items again.
fn take(rng: &Rng, work: &Work, leaves: bool) {
    loop {
        let mut more = pin!(work.more.notified());
        // Two notifications between the look and the wait would be one.
        more.as_mut().enable();
        let took = work
            .items
            .fetch_update(SeqCst, SeqCst, |items| items.checked_sub(1));
        if took.is_ok() {
            rng.say("took one");
            if work.taken.fetch_add(1, SeqCst) + 1 == work.all {
                work.end.notify_one();
            }
        } else if work.taken.load(SeqCst) == work.all {
            return;
        } else if !leaves {
            run(rng, more);
        } else if attempt(rng, more).is_none() {
            rng.say("leaves");
            return;
        }
    }
}

#[test]
fn those_who_have_waited_longest_are_notified_first() {
    explore(queue);
}

fn queue(rng: &Rng) {
    let notify = Arc::new(Notify::new());
    let length = rng.up_to(5);
    let mut waiters: Vec<_> = (0..length)
        .map(|_| {
            let (waker, count) = Count::waker();
            // The waiters borrow it for longer than this closure.
            let notified = Box::pin(notified(Arc::clone(&notify)));
            (notified, waker, count)
        })
        .collect();
    for (notified, waker, _) in &mut waiters {
        assert!(poll(notified.as_mut(), waker).is_pending());
    }
    let mut threads = Threads::default();
    let (thread_count, calls) = (rng.up_to(2), rng.up_to(2));
    for _ in 0..thread_count {
        let notify = Arc::clone(&notify);
        threads.spawn(rng, move |_| (0..calls).for_each(|_| notify.notify_one()));
    }
    // Some leave while the others are notified.
    waiters.retain(|_| !rng.one_in(3));
    threads.join();
    let woken: Vec<_> = waiters.iter().map(|waiter| waiter.2.wakes()).collect();
    rng.say(format_args!(
        "{} of {length} stayed, {woken:?} were woken",
        woken.len()
    ));
    assert!(
        woken.is_sorted_by(|first, second| first >= second),
        "out of order: {woken:?}"
    );
    // One who leaves hands its notification on, so none is lost.
    let all: usize = woken.iter().sum();
    let served = (thread_count * calls).min(waiters.len());
    assert_eq!(all, served, "lost or doubled: {woken:?}");
    for (notified, _, count) in &mut waiters {
        assert_eq!(poll_once(notified.as_mut()).is_ready(), count.wakes() == 1);
    }
}

async fn notified(notify: Arc<Notify>) {
    notify.notified().await;
}

#[test]
fn notify_waiters_reaches_all_that_were_made_before() {
    explore(|rng| {
        let notify = Arc::new(Notify::new());
        let length = rng.up_to(5);
        let mut waiters: Vec<_> = (0..length).map(|_| Box::pin(notify.notified())).collect();
        for waiter in &mut waiters {
            // Some are in the list, the others are not.
            if rng.one_in(2) {
                let _: Pin<&mut _> = waiter.as_mut();
                assert!(!waiter.as_mut().enable());
            }
        }
        let mut threads = Threads::default();
        for _ in 0..rng.below(3) {
            let notify = Arc::clone(&notify);
            threads.spawn(rng, move |_| notify.notify_one());
        }
        {
            let notify = Arc::clone(&notify);
            threads.spawn(rng, move |_| notify.notify_waiters());
        }
        waiters.retain(|_| !rng.one_in(4));
        for waiter in waiters {
            run(rng, waiter);
        }
        threads.join();
    });
}
