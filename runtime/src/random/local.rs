//! The channel and the notification of one thread.

use super::{Dice, attempt_async, explore};
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

async fn wait(dice: &Dice) {
    for _ in 0..dice.below(3) {
        yield_now().await;
    }
}

#[test]
fn a_channel_of_one_thread_hands_on_each_message_once_in_order() {
    explore(|dice| {
        on_one_thread(async {
            let capacity = dice.up_to(3);
            let (tx, mut rx) = mpsc::channel(capacity);
            let sent = Rc::new(RefCell::new(Vec::new()));
            let held = Rc::new(());
            let senders: Vec<_> = (0..dice.up_to(3))
                .map(|sender| {
                    let (tx, sent, dice) = (tx.clone(), Rc::clone(&sent), dice.split());
                    let held = Rc::clone(&held);
                    spawn_local(async move {
                        for number in 0..dice.up_to(4) {
                            let message = (sender, number, Rc::clone(&held));
                            let done = match dice.below(3) {
                                0 => tx.try_send(message).is_ok(),
                                1 => attempt_async(&dice, tx.send(message))
                                    .await
                                    .is_some_and(|sent| sent.is_ok()),
                                _ => tx.send(message).await.is_ok(),
                            };
                            if done {
                                sent.borrow_mut().push((sender, number));
                            }
                            wait(&dice).await;
                        }
                    })
                })
                .collect();
            // A sender that stays shows whether the close alone ends the receiver.
            let closes = dice.one_in(3);
            let stays = closes.then(|| tx.clone());
            drop(tx);
            let mut received: Vec<(usize, usize, Rc<()>)> = Vec::new();
            if closes {
                wait(dice).await;
                received.extend(
                    attempt_async(dice, async { rx.try_recv().ok() })
                        .await
                        .flatten(),
                );
                rx.close();
            }
            loop {
                match attempt_async(dice, rx.recv()).await {
                    Some(Some(message)) => received.push(message),
                    Some(None) => break,
                    None => wait(dice).await,
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
    explore(|dice| {
        on_one_thread(async {
            let shared = Rc::new((Notify::new(), Cell::new(0), Cell::new(0), Notify::new()));
            let items = dice.up_to(4);
            let workers: Vec<_> = (0..dice.up_to(3))
                .map(|worker| {
                    let (shared, dice) = (Rc::clone(&shared), dice.split());
                    let leaves = worker > 0 && dice.one_in(2);
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
                            } else if attempt_async(&dice, more.notified()).await.is_none() {
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
                wait(dice).await;
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
