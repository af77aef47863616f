//! The smallest channels for one thread: without a limit, and with room for a few
//! messages. The second one has a flaw.
//!
//! `cargo run -p channels --example small_channel -- flood`

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;

use channels::{Executor, mpsc};
use pinning::Notify;

#[path = "../../yield_now.rs"]
mod yield_now;
use yield_now::yield_now;

// ANCHOR: unbounded
/// A queue of messages, and a notification for the receiver.
#[derive(Default)]
struct Unbounded<T> {
    messages: RefCell<VecDeque<T>>,
    news: Notify,
}

impl<T> Unbounded<T> {
    fn send(&self, message: T) {
        self.messages.borrow_mut().push_back(message);
        self.news.notify_one();
    }

    async fn recv(&self) -> T {
        loop {
            let first = self.messages.borrow_mut().pop_front();
            if let Some(message) = first {
                return message;
            }
            self.news.notified().await;
        }
    }
}
// ANCHOR_END: unbounded

// ANCHOR: bounded
/// The same with room for a few messages.
struct Bounded<T> {
    channel: Unbounded<T>,
    capacity: usize,
    /// A message was received, so there is room.
    room: Notify,
}

impl<T> Bounded<T> {
    async fn send(&self, message: T) {
        while self.len() == self.capacity {
            self.room.notified().await;
        }
        self.channel.send(message);
    }

    async fn recv(&self) -> T {
        let message = self.channel.recv().await;
        self.room.notify_one();
        message
    }
}
// ANCHOR_END: bounded

impl<T> Bounded<T> {
    fn new(capacity: usize) -> Rc<Bounded<T>> {
        let (messages, news) = (RefCell::new(VecDeque::new()), Notify::new());
        let channel = Unbounded { messages, news };
        Rc::new(Bounded { channel, capacity, room: Notify::new() })
    }

    fn len(&self) -> usize {
        self.channel.messages.borrow().len()
    }
}

/// A meter that sends as fast as it can, and a slow receiver.
fn flood() {
    let (executor, queue) = (Executor::new(), Rc::<Unbounded<u32>>::default());
    let (sends, most) = (Rc::clone(&queue), Rc::new(Cell::new(0)));
    drop(executor.spawner().spawn(async move {
        for reading in 0..100_000 {
            sends.send(reading);
        }
    }));
    executor.block_on(async {
        for _ in 0..100_000 {
            yield_now().await;
            most.set(most.get().max(queue.messages.borrow().len()));
            queue.recv().await;
        }
    });
    println!("without a limit    at most {:>6} messages in the queue", most.get());

    let (executor, queue) = (Executor::new(), Bounded::new(8));
    let (sends, most) = (Rc::clone(&queue), Rc::new(Cell::new(0)));
    drop(executor.spawner().spawn(async move {
        for reading in 0..100_000 {
            sends.send(reading).await;
        }
    }));
    executor.block_on(async {
        for _ in 0..100_000 {
            yield_now().await;
            most.set(most.get().max(queue.len()));
            queue.recv().await;
        }
    });
    println!("with room for 8    at most {:>6} messages in the queue", most.get());
}

/// The channel is full, and a patient sender waits for room. A busy one comes later, and
/// sends again and again. Returns how many of its messages arrive first, up to 100.
fn overtaken<S, R>(send: impl Fn(&'static str) -> S + 'static, recv: R) -> usize
where
    S: Future<Output = ()> + 'static,
    R: AsyncFn() -> &'static str,
{
    let executor = Executor::new();
    drop(executor.spawner().spawn(send("first")));
    drop(executor.spawner().spawn(send("patient")));
    drop(executor.spawner().spawn(async move {
        for _ in 0..1000 {
            yield_now().await;
            send("busy").await;
        }
    }));
    executor.block_on(async {
        assert_eq!(recv().await, "first");
        let mut overtook = 0;
        yield_now().await;
        while recv().await != "patient" && overtook < 100 {
            yield_now().await;
            overtook += 1;
        }
        overtook
    })
}

fn main() {
    if std::env::args().any(|argument| argument == "flood") {
        return flood();
    }
    let small = Bounded::new(1);
    let sends = Rc::clone(&small);
    let send = move |message| {
        let channel = Rc::clone(&sends);
        async move { channel.send(message).await }
    };
    let before = overtaken(send, async || small.recv().await);
    println!("our small channel  {before:>3} messages overtake the patient one");

    let (sender, receiver) = mpsc::channel(1);
    let receiver = RefCell::new(receiver);
    let send = move |message| {
        let sender = sender.clone();
        async move { sender.send(message).await.expect("the receiver is there") }
    };
    let recv = async || {
        poll_fn(|cx| receiver.borrow_mut().poll_recv(cx)).await.expect("it is open")
    };
    let before = overtaken(send, recv);
    println!("mpsc::channel      {before:>3} messages overtake the patient one");
}
