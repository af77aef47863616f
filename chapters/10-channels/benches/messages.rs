//! Prints the page's "Measured" table: `cargo bench -p channels`.
//!
//! The channels of a row take turns, and each time is a median.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant;

use channels::{Executor, mpsc};
use pinning::Notify;
use wakers::block_on;

const ROUNDS: usize = 11;
const MESSAGES: u32 = 20_000;

/// The small channel of the page: for one thread, on chapter 05's `Notify`.
struct Small {
    messages: RefCell<VecDeque<u32>>,
    capacity: usize,
    news: Notify,
    room: Notify,
}

impl Small {
    fn new(capacity: usize) -> Rc<Small> {
        let messages = RefCell::new(VecDeque::new());
        let (news, room) = (Notify::new(), Notify::new());
        Rc::new(Small { messages, capacity, news, room })
    }

    async fn send(&self, message: u32) {
        while self.messages.borrow().len() == self.capacity {
            self.room.notified().await;
        }
        self.messages.borrow_mut().push_back(message);
        self.news.notify_one();
    }

    async fn recv(&self) -> u32 {
        loop {
            let first = self.messages.borrow_mut().pop_front();
            if let Some(message) = first {
                self.room.notify_one();
                return message;
            }
            self.news.notified().await;
        }
    }
}

/// Nanoseconds for one message, from one task to another.
fn tasks<S, R>(send: S, receive: R) -> f64
where
    S: Future<Output = ()> + 'static,
    R: Future<Output = u64>,
{
    let executor = Executor::new();
    let begun = Instant::now();
    drop(executor.spawner().spawn(send));
    check(executor.block_on(receive));
    per_message(begun)
}

/// Nanoseconds for one message, from one thread to another.
fn threads<S, R>(send: S, receive: R) -> f64
where
    S: FnOnce() + Send + 'static,
    R: FnOnce() -> u64,
{
    let begun = Instant::now();
    let other = thread::spawn(send);
    check(receive());
    other.join().expect("the sender ends");
    per_message(begun)
}

fn check(total: u64) {
    assert_eq!(total, (0..u64::from(MESSAGES)).sum::<u64>());
}

fn per_message(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(MESSAGES)
}

fn small(capacity: usize) -> f64 {
    let channel = Small::new(capacity);
    let sends = Rc::clone(&channel);
    let send = async move {
        for message in 0..MESSAGES {
            sends.send(message).await;
        }
    };
    tasks(send, async {
        let mut total = 0;
        for _ in 0..MESSAGES {
            total += u64::from(channel.recv().await);
        }
        total
    })
}

async fn send_ours(sender: mpsc::Sender<u32>) {
    for message in 0..MESSAGES {
        sender.send(message).await.expect("the receiver is there");
    }
}

async fn receive_ours(mut receiver: mpsc::Receiver<u32>) -> u64 {
    let mut total = 0;
    while let Some(message) = receiver.recv().await {
        total += u64::from(message);
    }
    total
}

fn ours(capacity: usize) -> f64 {
    let (sender, receiver) = mpsc::channel(capacity);
    tasks(send_ours(sender), receive_ours(receiver))
}

fn ours_between_threads(capacity: usize) -> f64 {
    let (sender, receiver) = mpsc::channel(capacity);
    threads(move || block_on(send_ours(sender)), || block_on(receive_ours(receiver)))
}

/// The crate async-channel, whose queue has no lock.
async fn send_async(sender: async_channel::Sender<u32>) {
    for message in 0..MESSAGES {
        sender.send(message).await.expect("the receiver is there");
    }
}

async fn receive_async(receiver: async_channel::Receiver<u32>) -> u64 {
    let mut total = 0;
    while let Ok(message) = receiver.recv().await {
        total += u64::from(message);
    }
    total
}

fn async_channel(capacity: usize) -> f64 {
    let (sender, receiver) = async_channel::bounded(capacity);
    tasks(send_async(sender), receive_async(receiver))
}

fn async_between_threads(capacity: usize) -> f64 {
    let (sender, receiver) = async_channel::bounded(capacity);
    threads(move || block_on(send_async(sender)), || block_on(receive_async(receiver)))
}

fn std_between_threads(capacity: usize) -> f64 {
    let (sender, receiver) = sync_channel(capacity);
    let send = move || {
        for message in 0..MESSAGES {
            sender.send(message).expect("the receiver is there");
        }
    };
    threads(send, || receiver.iter().map(u64::from).sum())
}
/// Nanoseconds for one message, in a channel of this capacity.
type Measure = fn(usize) -> f64;

/// Measures in turns, and prints the median of each.
fn row(name: &str, capacity: usize, measures: [Option<Measure>; 4]) {
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        for (measure, times) in measures.iter().zip(&mut times) {
            times.extend(measure.map(|measure| measure(capacity)));
        }
    }
    print!("{name:<31}");
    for mut times in times {
        times.sort_by(f64::total_cmp);
        match times.get(times.len() / 2) {
            Some(time) => print!("{time:>9.0} ns"),
            None => print!("{:>12}", "-"),
        }
    }
    println!();
}

fn main() {
    let tasks: [Option<Measure>; 4] =
        [Some(small), Some(ours), Some(async_channel), None];
    let threads: [Option<Measure>; 4] = [
        None,
        Some(ours_between_threads),
        Some(async_between_threads),
        Some(std_between_threads),
    ];
    println!("{:<31}{:>12}{:>12}{:>12}{:>12}", "", "small", "mpsc", "async-ch.", "std");
    row("two tasks, room for 64", 64, tasks);
    row("two tasks, room for 1", 1, tasks);
    row("two threads, room for 64", 64, threads);
    row("two threads, room for 1", 1, threads);
}
