//! The channel and the notification of one thread.

use super::{Rng, attempt_async, explore};
use crate::{
    runtime::Builder,
    spawn_local,
    sync::local::{Notify, mpsc},
    task::yield_now,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

fn on_one_thread(future: impl Future<Output = ()>) {
    Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future);
}

async fn wait(rng: &Rng) {
    for _ in 0..rng.below(3) {
        yield_now().await;
    }
}

#[test]
fn a_channel_of_one_thread_hands_on_each_message_once_in_order() {
    explore(|rng| {
        on_one_thread(async {
            let capacity = rng.up_to(3);
            let (tx, mut rx) = mpsc::channel(capacity);
            let sent = Rc::new(RefCell::new(Vec::new()));
            let held = Rc::new(());
            let senders: Vec<_> = (0..rng.up_to(3))
                .map(|sender| {
                    let (tx, sent, rng) = (tx.clone(), Rc::clone(&sent), rng.split());
                    let held = Rc::clone(&held);
                    spawn_local(async move {
                        for number in 0..rng.up_to(4) {
                            let message = (sender, number, Rc::clone(&held));
                            let done = match rng.below(3) {
                                0 => tx.try_send(message).is_ok(),
                                1 => attempt_async(&rng, tx.send(message))
                                    .await
                                    .is_some_and(|sent| sent.is_ok()),
                                _ => tx.send(message).await.is_ok(),
                            };
                            if done {
                                sent.borrow_mut().push((sender, number));
                            }
                            wait(&rng).await;
                        }
                    })
                })
                .collect();
            // A sender that stays shows whether the close alone ends the receiver.
            let closes = rng.one_in(3);
            let stays = closes.then(|| tx.clone());
            drop(tx);
            let mut received: Vec<(usize, usize, Rc<()>)> = Vec::new();
            if closes {
                wait(rng).await;
                received.extend(
                    attempt_async(rng, async { rx.try_recv().ok() })
                        .await
                        .flatten(),
                );
                rx.close();
            }
            loop {
                match attempt_async(rng, rx.recv()).await {
                    Some(Some(message)) => received.push(message),
                    Some(None) => break,
                    None => wait(rng).await,
                }
            }
            drop(stays);
            for sender in senders {
                sender.await.unwrap();
            }
            let received: Vec<_> = received
                .into_iter()
                .map(|(sender, number, _)| (sender, number))
                .collect();
            let of = |names: &[(usize, usize)], sender| -> Vec<_> {
                names
                    .iter()
                    .copied()
                    .filter(|name| name.0 == sender)
                    .collect()
            };
            for sender in 0..3 {
                assert_eq!(of(&sent.borrow(), sender), of(&received, sender));
            }
            drop(rx);
            assert_eq!(Rc::strong_count(&held), 1, "a message is left");
        });
    });
}

#[test]
fn no_task_of_one_thread_sleeps_while_there_is_an_item() {
    explore(|rng| {
        on_one_thread(async {
            let shared = Rc::new((Notify::new(), Cell::new(0), Cell::new(0), Notify::new()));
            let items = rng.up_to(4);
            let workers: Vec<_> = (0..rng.up_to(3))
                .map(|worker| {
                    let (shared, rng) = (Rc::clone(&shared), rng.split());
                    let leaves = worker > 0 && rng.one_in(2);
                    spawn_local(async move {
                        let (more, left, taken, end) = &*shared;
                        loop {
                            if left.get() > 0 {
                                left.set(left.get() - 1);
                                taken.set(taken.get() + 1);
                                end.notify_one();
                            } else if taken.get() == items {
                                return;
                            } else if !leaves {
                                more.notified().await;
                            } else if attempt_async(&rng, more.notified()).await.is_none() {
                                return;
                            }
                        }
                    })
                })
                .collect();
            let (more, left, taken, end) = &*shared;
            for _ in 0..items {
                left.set(left.get() + 1);
                more.notify_one();
                wait(rng).await;
            }
            while taken.get() < items {
                end.notified().await;
            }
            more.notify_waiters();
            for worker in workers {
                worker.await.unwrap();
            }
        });
    });
}
