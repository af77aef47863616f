//! `broadcast`: all receivers see the same sequence, each value once, and know
//! how many they have missed.

use super::{Rng, Threads, attempt, explore, run, yield_some};
use crate::sync::broadcast::{
    self, Receiver,
    error::{RecvError, TryRecvError},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Its sender and number, and a count of the copies.
type Value = ((usize, usize), Arc<()>);

/// Where in the whole sequence each value stands, as the first receiver has it.
type Sequence = Arc<Mutex<BTreeMap<usize, (usize, usize)>>>;

#[test]
fn all_receivers_see_one_sequence_and_count_what_they_miss() {
    explore(sequence);
}

fn sequence(rng: &Rng) {
    let (tx, rx) = broadcast::channel(rng.up_to(4));
    let alive = Arc::new(());
    let sequence = Sequence::default();
    let (senders, sends) = (rng.up_to(2), rng.up_to(5));
    let mut threads = Threads::default();
    for _ in 0..rng.up_to(3) {
        let (rx, sequence) = (tx.subscribe(), Arc::clone(&sequence));
        threads.spawn(rng, move |rng| {
            follow(rng, rx, Some((sequence, senders * sends)));
        });
    }
    for sender in 0..senders {
        let (tx, alive) = (tx.clone(), Arc::clone(&alive));
        threads.spawn(rng, move |rng| {
            for number in 0..sends {
                let sent = tx.send(((sender, number), Arc::clone(&alive)));
                assert!(sent.is_ok_and(|receivers| receivers >= 1));
                yield_some(rng);
            }
        });
    }
    // The first receiver keeps the channel open, and starts others late.
    let weak = tx.downgrade();
    drop(tx);
    for _ in 0..rng.below(3) {
        yield_some(rng);
        let late = match weak.upgrade() {
            Some(tx) if rng.one_in(2) => tx.subscribe(),
            _ => rx.resubscribe(),
        };
        threads.spawn(rng, move |rng| follow(rng, late, None));
    }
    follow(rng, rx, Some((sequence, senders * sends)));
    threads.join();
    assert!(weak.upgrade().is_none(), "a sender is left");
    drop(weak);
    assert_eq!(
        Arc::strong_count(&alive),
        1,
        "values that are never dropped"
    );
}

/// Receives to the end, and compares with what the others have received, if
/// this receiver was there from the beginning.
fn follow(rng: &Rng, mut rx: Receiver<Value>, whole: Option<(Sequence, usize)>) {
    let mut at = 0;
    let mut last = BTreeMap::new();
    let mut take = |at: &mut usize, value: Value| {
        let (sender, number) = value.0;
        rng.say(format_args!("{} is {:?}", *at, value.0));
        let before = last.insert(sender, number);
        assert!(
            before.is_none_or(|before| before < number),
            "doubled, or out of order"
        );
        if let Some((sequence, _)) = &whole {
            let same = *sequence.lock().unwrap().entry(*at).or_insert(value.0);
            assert_eq!(same, value.0, "another receiver has another value at {at}");
        }
        *at += 1;
    };
    let leaves = rng.one_in(4);
    loop {
        let received = match rng.below(8) {
            0..=2 => run(rng, rx.recv()),
            3 | 4 => match attempt(rng, rx.recv()) {
                Some(received) => received,
                None => continue,
            },
            5 => match rx.try_recv() {
                Ok(value) => Ok(value),
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Closed) => Err(RecvError::Closed),
                Err(TryRecvError::Empty) => continue,
            },
            6 => rx.blocking_recv(),
            // The last to leave would make a send fail.
            _ if leaves && whole.is_none() => return,
            _ => {
                yield_some(rng);
                continue;
            }
        };
        match received {
            Ok(value) => take(&mut at, value),
            Err(RecvError::Lagged(missed)) => {
                assert!(missed > 0);
                rng.say(format_args!("missed {missed} at {at}"));
                at += usize::try_from(missed).expect("few were sent");
            }
            Err(RecvError::Closed) => break,
        }
    }
    if let Some((_, sent)) = whole {
        assert_eq!(at, sent, "received and missed are not all");
    }
}

#[test]
fn a_sender_that_waits_hears_that_all_receivers_are_gone() {
    explore(|rng| {
        let (tx, rx) = broadcast::channel(2);
        let mut threads = Threads::default();
        for rx in [tx.subscribe(), rx] {
            threads.spawn(rng, move |rng| {
                yield_some(rng);
                drop(rx);
            });
        }
        let _ = tx.send(1);
        let _ = attempt(rng, tx.closed());
        run(rng, tx.closed());
        assert_eq!((tx.receiver_count(), tx.send(2).is_err()), (0, true));
        threads.join();
    });
}
