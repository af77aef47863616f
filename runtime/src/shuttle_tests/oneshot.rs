//! The channel of one value: both halves agree on whether it was handed over.

use super::{Rng, Threads, attempt, explore, poll_once, run, yield_some};
use crate::sync::oneshot::{self, Receiver, Sender, error::TryRecvError};
use std::sync::{Arc, Mutex, OnceLock};

#[test]
fn both_halves_agree_on_whether_the_value_was_handed_over() {
    explore(one_value);
}

fn one_value(rng: &Rng) {
    let (tx, rx) = oneshot::channel();
    let value = Arc::new(());
    let sent = Arc::new(OnceLock::new());
    let came = Arc::new(Mutex::new(None));
    let mut threads = Threads::default();
    {
        let (sent, value) = (Arc::clone(&sent), Arc::clone(&value));
        threads.spawn(rng, move |rng| sent.set(send(rng, tx, value)).unwrap());
    }
    {
        let came = Arc::clone(&came);
        threads.spawn(rng, move |rng| *came.lock().unwrap() = receive(rng, rx));
    }
    threads.join();
    let came = came.lock().unwrap().take();
    // A receiver that left may have been sent a value.
    if let Some(came) = came {
        assert_eq!(sent.get(), Some(&came.is_some()), "the halves disagree");
    }
    assert_eq!(Arc::strong_count(&value), 1, "the value is never dropped");
}

/// Whether the value was taken.
fn send(rng: &Rng, mut tx: Sender<Arc<()>>, value: Arc<()>) -> bool {
    if rng.one_in(3) && poll_once(rng, tx.closed()).is_some() {
        assert!(tx.is_closed());
    }
    yield_some(rng);
    if rng.one_in(4) {
        return false;
    }
    let closed = tx.is_closed();
    let sent = tx.send(value).is_ok();
    assert!(!(closed && sent), "sent to a closed receiver");
    rng.say(format_args!("sent: {sent}"));
    sent
}

/// The value, `Some(None)` if there will be none, `None` if it left before.
fn receive(rng: &Rng, mut rx: Receiver<Arc<()>>) -> Option<Option<Arc<()>>> {
    loop {
        match rng.below(8) {
            0 | 1 => return Some(run(rng, rx).ok()),
            2 | 3 => {
                if let Some(came) = attempt(rng, &mut rx) {
                    assert!(rx.is_terminated());
                    return Some(came.ok());
                }
            }
            4 => match rx.try_recv() {
                Ok(value) => return Some(Some(value)),
                Err(TryRecvError::Closed) => return Some(None),
                Err(TryRecvError::Empty) => {}
            },
            5 => {
                rx.close();
                rng.say("close");
                if rng.one_in(2) {
                    // What it finds now is the end: nothing can come later.
                    return Some(rx.try_recv().ok());
                }
            }
            6 => return Some(rx.blocking_recv().ok()),
            _ if rng.one_in(4) => return None,
            _ => yield_some(rng),
        }
    }
}

#[test]
fn a_sender_that_waits_hears_that_the_receiver_is_gone() {
    explore(|rng| {
        let (mut tx, mut rx) = oneshot::channel::<()>();
        let mut threads = Threads::default();
        threads.spawn(rng, move |rng| {
            let _ = poll_once(rng, &mut rx);
            if rng.one_in(2) {
                rx.close();
            }
        });
        let _ = attempt(rng, tx.closed());
        run(rng, tx.closed());
        assert!(tx.is_closed() && tx.send(()).is_err());
        threads.join();
    });
}
