//! `FuturesUnordered`: each future's output comes once, whichever thread wakes.

use super::{Crew, Dice, attempt, explore, glance, linger, run};
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

fn group(dice: &Dice) {
    let mut futures = FuturesUnordered::<Member>::new();
    let mut open = BTreeSet::new();
    let mut crew = Crew::default();
    let held = Arc::new(());
    for number in 0..dice.up_to(6) {
        futures.push(member(dice, &mut crew, number, &held));
        open.insert(number);
        linger(dice);
        match dice.below(4) {
            0 => {
                if let Some(Some(ended)) = attempt(dice, futures.next()) {
                    assert!(open.remove(&ended), "{ended} has ended twice");
                }
            }
            1 => {
                if let Some(Some(ended)) = glance(dice, futures.next()) {
                    assert!(open.remove(&ended), "{ended} has ended twice");
                }
            }
            2 if dice.one_in(4) => {
                futures.clear();
                open.clear();
            }
            _ => {}
        }
        assert_eq!(futures.len(), open.len());
    }
    if dice.one_in(4) {
        drop(futures);
    } else {
        while let Some(ended) = run(dice, futures.next()) {
            assert!(open.remove(&ended), "{ended} has ended twice");
        }
        assert!(open.is_empty(), "{open:?} have not ended");
    }
    crew.join();
    assert_eq!(Arc::strong_count(&held), 1, "a future is left");
}

/// A future that another thread completes.
fn member(dice: &Dice, crew: &mut Crew, number: usize, held: &Arc<()>) -> Member {
    let held = Arc::clone(held);
    let (sender, receiver) = oneshot::channel();
    let notify = Arc::new(Notify::new());
    let notifier = Arc::clone(&notify);
    let notices = dice.below(3);
    crew.spawn(dice, move |dice| {
        for _ in 0..notices {
            notifier.notify_one();
            linger(dice);
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
