//! `FuturesUnordered`: each future's output comes once, whichever thread wakes.

use super::{Rng, Threads, attempt, explore, poll_once, run, yield_some};
use crate::{
    group::FuturesUnordered,
    sync::{Notify, oneshot},
};
use std::{collections::BTreeSet, future::Future, pin::Pin, sync::Arc};

type Member = Pin<Box<dyn Future<Output = usize> + Send>>;

#[test]
fn each_member_of_a_group_ends_once() {
    explore(group);
}

fn group(rng: &Rng) {
    let mut futures = FuturesUnordered::<Member>::new();
    let mut open = BTreeSet::new();
    let mut threads = Threads::default();
    let held = Arc::new(());
    for number in 0..rng.up_to(6) {
        futures.push(member(rng, &mut threads, number, &held));
        open.insert(number);
        yield_some(rng);
        match rng.below(4) {
            0 => {
                if let Some(Some(ended)) = attempt(rng, futures.next()) {
                    assert!(open.remove(&ended), "{ended} has ended twice");
                }
            }
            1 => {
                if let Some(Some(ended)) = poll_once(rng, futures.next()) {
                    assert!(open.remove(&ended), "{ended} has ended twice");
                }
            }
            2 if rng.one_in(4) => {
                futures.clear();
                open.clear();
            }
            _ => {}
        }
        assert_eq!(futures.len(), open.len());
    }
    if rng.one_in(4) {
        drop(futures);
    } else {
        while let Some(ended) = run(rng, futures.next()) {
            assert!(open.remove(&ended), "{ended} has ended twice");
        }
        assert!(open.is_empty(), "{open:?} have not ended");
    }
    threads.join();
    assert_eq!(Arc::strong_count(&held), 1, "a future is left");
}

/// A future that another thread completes.
fn member(rng: &Rng, threads: &mut Threads, number: usize, held: &Arc<()>) -> Member {
    let held = Arc::clone(held);
    let (sender, receiver) = oneshot::channel();
    let notify = Arc::new(Notify::new());
    let notifier = Arc::clone(&notify);
    let notices = rng.below(3);
    threads.spawn(rng, move |rng| {
        for _ in 0..notices {
            notifier.notify_one();
            yield_some(rng);
        }
        // The group may be gone.
        let _ = sender.send(number);
    });
    Box::pin(async move {
        if notices > 0 {
            notify.notified().await;
        }
        let number = receiver.await.expect("it sends in any case");
        drop(held);
        number
    })
}
