//! A server waits for readings and for a clock. One channel hands its messages to the
//! waiting receiver. The other one leaves them in its queue.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use locks::{Either, Executor, Notify, mpsc, oneshot, race};

// ANCHOR: channel
/// The receiver waits with a oneshot, and the sender puts the message into it.
#[derive(Default)]
pub struct Channel {
    messages: RefCell<VecDeque<Option<u32>>>,
    waiting: RefCell<Option<oneshot::Sender<Option<u32>>>>,
}

impl Channel {
    pub fn send(&self, message: Option<u32>) {
        let sent = match self.waiting.take() {
            Some(receiver) => receiver.send(message),
            None => Err(message),
        };
        // No receiver waits, or it has gone away.
        if let Err(message) = sent {
            self.messages.borrow_mut().push_back(message);
        }
    }

    pub async fn recv(&self) -> Option<u32> {
        let first = self.messages.borrow_mut().pop_front();
        if let Some(message) = first {
            return message;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.replace(Some(sender));
        receiver.await.expect("the channel keeps the sender")
    }
}
// ANCHOR_END: channel

// ANCHOR: serve
/// Counts readings and ticks, until `recv` returns `None`.
async fn serve(mut recv: impl AsyncFnMut() -> Option<u32>, tick: Notify) -> (u32, u32) {
    let (mut readings, mut ticks) = (0, 0);
    loop {
        match race(tick.notified(), recv()).await {
            Either::Left(()) => ticks += 1,
            Either::Right(Some(_)) => readings += 1,
            Either::Right(None) => return (readings, ticks),
        }
    }
}
// ANCHOR_END: serve

/// Lets all other tasks run.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Sends nine readings. After every third one, the clock ticks at the same moment.
async fn meter(mut send: impl FnMut(u32), tick: Notify) {
    for reading in 1..=9 {
        send(reading);
        if reading % 3 == 0 {
            tick.notify_one();
        }
        yield_now().await;
    }
}

fn print(name: &str, (readings, ticks): (u32, u32)) {
    println!("{name}  9 readings sent, {readings} received, {ticks} ticks");
}

fn main() {
    let (executor, tick) = (Executor::new(), Notify::new());
    let channel = Rc::<Channel>::default();
    let (sends, clock) = (Rc::clone(&channel), tick.clone());
    drop(executor.spawner().spawn(async move {
        yield_now().await;
        meter(|reading| sends.send(Some(reading)), clock).await;
        sends.send(None);
    }));
    print("handed over", executor.block_on(serve(async || channel.recv().await, tick)));

    let (executor, tick) = (Executor::new(), Notify::new());
    let (sender, mut receiver) = mpsc::channel(9);
    let clock = tick.clone();
    drop(executor.spawner().spawn(async move {
        yield_now().await;
        let send = |reading| sender.try_send(reading).expect("there is room");
        meter(send, clock).await;
    }));
    print("our mpsc   ", executor.block_on(serve(async || receiver.recv().await, tick)));
}
