//! The channels of `mpsc`: what senders hand over arrives once and in order,
//! room comes back, and the receiver ends.

use super::{Rng, Threads, attempt, explore, poll_once, run, yield_some};
use crate::sync::mpsc::{
    self, Receiver, Sender, UnboundedReceiver, UnboundedSender, error::TryRecvError,
    error::TrySendError,
};
use std::{
    mem,
    sync::{Arc, Mutex},
};

/// Which sender sent it, and its number among all of that sender.
type Name = (usize, usize);

/// A message that counts how many of it there are.
struct Message {
    name: Name,
    _alive: Arc<()>,
}

/// What the scenario knows of its messages.
#[derive(Clone, Default)]
struct Ledger {
    /// The messages that were sent, those of each sender in their order.
    sent: Arc<Mutex<Vec<Name>>>,
    alive: Arc<()>,
}

/// The messages of one sender.
struct Writer {
    ledger: Ledger,
    name: Name,
}

impl Ledger {
    fn writer(&self, sender: usize) -> Writer {
        let ledger = self.clone();
        let name = (sender, 0);
        Writer { ledger, name }
    }

    /// Compares with what was received, once all senders are done.
    fn check(&self, received: &[Message], to_the_end: bool) {
        let sent = mem::take(&mut *self.sent.lock().unwrap());
        let received: Vec<_> = received.iter().map(|message| message.name).collect();
        let of = |names: &[Name], sender| -> Vec<_> {
            let names = names.iter().filter(|name| name.0 == sender);
            names.copied().collect()
        };
        for sender in 0..SENDERS {
            let (sent, received) = (of(&sent, sender), of(&received, sender));
            assert!(
                sent.starts_with(&received),
                "lost, doubled or out of order: of {sent:?} came {received:?}"
            );
            if to_the_end {
                assert_eq!(sent, received, "lost at the end");
            }
        }
    }

    /// Compares when everything is gone.
    fn check_dropped(self) {
        let left = Arc::strong_count(&self.alive) - 1;
        assert_eq!(left, 0, "messages that are never dropped");
    }
}

impl Writer {
    fn next(&mut self) -> Message {
        self.name.1 += 1;
        Message {
            name: self.name,
            _alive: Arc::clone(&self.ledger.alive),
        }
    }

    /// The message is about to be handed over, or has been.
    fn note(&self) {
        self.ledger.sent.lock().unwrap().push(self.name);
    }
}

const SENDERS: usize = 3;

#[test]
fn a_bounded_channel_hands_on_each_message_once_in_order() {
    explore(bounded);
}

fn bounded(rng: &Rng) {
    let capacity = rng.up_to(3);
    let (tx, mut rx) = mpsc::channel(capacity);
    let (ledger, mut threads) = (Ledger::default(), Threads::default());
    for sender in 0..rng.up_to(SENDERS) {
        let (tx, mut writer) = (tx.clone(), ledger.writer(sender));
        threads.spawn(rng, move |rng| {
            let mut tx = Some(tx);
            for _ in 0..rng.up_to(4) {
                tx = tx.and_then(|tx| send_one(rng, tx, &mut writer));
            }
        });
    }
    let weak = tx.downgrade();
    // A sender that stays shows whether the channel's close alone ends the
    // receiver.
    let stays = rng.one_in(2).then_some(tx);
    let mut received = Vec::new();
    if stays.is_some() {
        receive_and_close(rng, &mut rx, &mut received);
    }
    let ended = receive(rng, &mut rx, &mut received);
    drop(stays);
    if !ended {
        // Nothing makes room any more, so the senders have to hear of it.
        rx.close();
    }
    let kept = (ended || rng.one_in(2)).then_some(rx);
    threads.join();
    assert!(weak.upgrade().is_none(), "a sender is left");
    if let Some(rx) = &kept {
        assert_eq!(rx.capacity() + rx.len(), capacity, "room is lost");
    }
    ledger.check(&received, ended);
    drop((received, kept, weak));
    ledger.check_dropped();
}

/// One thing that a sender does.
fn send_one(rng: &Rng, tx: Sender<Message>, writer: &mut Writer) -> Option<Sender<Message>> {
    let message = writer.next();
    match rng.below(12) {
        0 => {
            let sent = run(rng, tx.send(message));
            rng.say(format_args!("send: {}", sent.is_ok()));
            sent.is_ok().then(|| writer.note());
        }
        1 => {
            let sent = attempt(rng, tx.send(message)).map(|sent| sent.is_ok());
            rng.say(format_args!("send: {sent:?}"));
            (sent == Some(true)).then(|| writer.note());
        }
        2 => {
            let sent = tx.try_send(message);
            rng.say(format_args!("try_send: {}", sent.is_ok()));
            match sent {
                Ok(()) => writer.note(),
                Err(TrySendError::Closed(_)) => assert!(tx.is_closed()),
                Err(TrySendError::Full(_)) => {}
            }
        }
        3 => {
            let sent = tx.blocking_send(message);
            rng.say(format_args!("blocking_send: {}", sent.is_ok()));
            sent.is_ok().then(|| writer.note());
        }
        4 | 5 => {
            let permit = if rng.one_in(2) {
                attempt(rng, tx.reserve()).and_then(Result::ok)
            } else {
                tx.try_reserve().ok()
            };
            rng.say(format_args!("reserve: {}", permit.is_some()));
            yield_some(rng);
            if let Some(permit) = permit
                && rng.one_in(2)
            {
                permit.send(message);
                writer.note();
            }
        }
        6 | 7 => {
            let wanted = rng.below(tx.max_capacity() + 2);
            let permits = if rng.one_in(2) {
                attempt(rng, tx.reserve_many(wanted)).and_then(Result::ok)
            } else {
                tx.try_reserve_many(wanted).ok()
            };
            rng.say(format_args!("reserve {wanted}: {}", permits.is_some()));
            yield_some(rng);
            let mut message = Some(message);
            for permit in permits.into_iter().flatten() {
                if rng.one_in(4) {
                    break;
                }
                permit.send(message.take().unwrap_or_else(|| writer.next()));
                writer.note();
            }
        }
        8 => {
            let permit = attempt(rng, tx.clone().reserve_owned()).and_then(Result::ok);
            rng.say(format_args!("reserve_owned: {}", permit.is_some()));
            drop(tx);
            yield_some(rng);
            let permit = permit?;
            return match rng.below(3) {
                0 => {
                    writer.note();
                    Some(permit.send(message))
                }
                1 => Some(permit.release()),
                _ => None,
            };
        }
        9 => {
            let weak = tx.downgrade();
            drop(tx);
            yield_some(rng);
            return weak.upgrade();
        }
        10 => {
            if poll_once(rng, tx.closed()).is_some() {
                rng.say("closed");
                assert!(tx.is_closed());
            }
        }
        _ => yield_some(rng),
    }
    Some(tx)
}

/// What the receivers of both channels do in the same way.
trait Receive {
    fn recv(&mut self) -> impl Future<Output = Option<Message>>;
    fn recv_many(&mut self, buffer: &mut Vec<Message>, limit: usize)
    -> impl Future<Output = usize>;
    fn try_recv(&mut self) -> Result<Message, TryRecvError>;
    fn blocking_recv(&mut self) -> Option<Message>;
    fn close(&mut self);
    fn len(&self) -> usize;
}

macro_rules! receive {
    ($receiver:ident) => {
        impl Receive for $receiver<Message> {
            fn recv(&mut self) -> impl Future<Output = Option<Message>> {
                $receiver::recv(self)
            }
            fn recv_many(
                &mut self,
                buffer: &mut Vec<Message>,
                limit: usize,
            ) -> impl Future<Output = usize> {
                $receiver::recv_many(self, buffer, limit)
            }
            fn try_recv(&mut self) -> Result<Message, TryRecvError> {
                $receiver::try_recv(self)
            }
            fn blocking_recv(&mut self) -> Option<Message> {
                $receiver::blocking_recv(self)
            }
            fn close(&mut self) {
                $receiver::close(self);
            }
            fn len(&self) -> usize {
                $receiver::len(self)
            }
        }
    };
}
receive!(Receiver);
receive!(UnboundedReceiver);

/// Receives without waiting for what may not come, and closes.
fn receive_and_close(rng: &Rng, rx: &mut impl Receive, received: &mut Vec<Message>) {
    for _ in 0..rng.below(6) {
        received.extend(poll_once(rng, rx.recv()).flatten());
    }
    rx.close();
    rng.say(format_args!("close after {}", received.len()));
}

/// Receives to the end, unless the rng say that this receiver leaves before.
/// Whether it came to the end.
fn receive(rng: &Rng, rx: &mut impl Receive, received: &mut Vec<Message>) -> bool {
    let leaves = rng.one_in(4);
    loop {
        match rng.below(10) {
            0..=2 => match run(rng, rx.recv()) {
                Some(message) => received.push(message),
                None => break,
            },
            3 | 4 => match attempt(rng, rx.recv()) {
                Some(Some(message)) => received.push(message),
                Some(None) => break,
                None => {}
            },
            5 => match rx.try_recv() {
                Ok(message) => received.push(message),
                Err(TryRecvError::Disconnected) => break,
                Err(TryRecvError::Empty) => {}
            },
            6 => {
                let before = received.len();
                let got = attempt(rng, rx.recv_many(received, rng.up_to(3)));
                assert_eq!(received.len() - before, got.unwrap_or(0));
                if got == Some(0) {
                    break;
                }
            }
            7 => match rx.blocking_recv() {
                Some(message) => received.push(message),
                None => break,
            },
            8 => {
                for _ in 0..rx.len() {
                    let message = rx.try_recv();
                    received.push(message.expect("`len` has counted it"));
                }
            }
            _ if rng.one_in(4) => {
                rng.say("close");
                rx.close();
            }
            _ if leaves => return false,
            _ => yield_some(rng),
        }
        rng.say(format_args!("{} came", received.len()));
    }
    rng.say("came to the end");
    assert!(matches!(rx.try_recv(), Err(TryRecvError::Disconnected)));
    true
}

#[test]
fn an_unbounded_channel_hands_on_each_message_once_in_order() {
    explore(unbounded);
}

fn unbounded(rng: &Rng) {
    let (tx, mut rx) = mpsc::unbounded_channel();
    let (ledger, mut threads) = (Ledger::default(), Threads::default());
    for sender in 0..rng.up_to(SENDERS) {
        let (tx, mut writer) = (tx.clone(), ledger.writer(sender));
        threads.spawn(rng, move |rng| {
            let mut tx = Some(tx);
            for _ in 0..rng.up_to(6) {
                tx = tx.and_then(|tx| send_freely(rng, tx, &mut writer));
            }
        });
    }
    let weak = tx.downgrade();
    // A sender that stays shows whether the channel's close alone ends the
    // receiver.
    let stays = rng.one_in(2).then_some(tx);
    let mut received = Vec::new();
    if stays.is_some() {
        receive_and_close(rng, &mut rx, &mut received);
    }
    let ended = receive(rng, &mut rx, &mut received);
    drop(stays);
    let kept = (ended || rng.one_in(2)).then_some(rx);
    threads.join();
    assert!(weak.upgrade().is_none(), "a sender is left");
    ledger.check(&received, ended);
    drop((received, kept, weak));
    ledger.check_dropped();
}

/// One thing that a sender without a limit does.
fn send_freely(
    rng: &Rng,
    tx: UnboundedSender<Message>,
    writer: &mut Writer,
) -> Option<UnboundedSender<Message>> {
    match rng.below(8) {
        0 => {
            let weak = tx.downgrade();
            drop(tx);
            yield_some(rng);
            return weak.upgrade();
        }
        1 => {
            if poll_once(rng, tx.closed()).is_some() {
                assert!(tx.is_closed());
            }
        }
        2 => yield_some(rng),
        _ => {
            if tx.send(writer.next()).is_ok() {
                writer.note();
            } else {
                assert!(tx.is_closed());
            }
        }
    }
    Some(tx)
}
