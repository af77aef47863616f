//! A future that blocks inside its poll, under two executors: one that relies on
//! the thread's park token, and one with a flag of its own.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use wakers::block_on;

/// Wakes a thread by `unpark` alone.
struct Unparks(Thread);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

// ANCHOR: plain
/// An executor that relies on `park` and `unpark` alone.
fn plain<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unparks(thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        thread::park();
    }
}
// ANCHOR_END: plain

// ANCHOR: greedy
/// Starts a device in its first poll, and then blocks until the device has sent a
/// message. The device wakes the task first, and sends later.
fn greedy() -> impl Future<Output = ()> {
    let mut messages: Option<Receiver<()>> = None;
    poll_fn(move |cx| {
        if messages.is_some() {
            return Poll::Ready(());
        }
        let (waker, (sender, receiver)) = (cx.waker().clone(), channel());
        thread::spawn(move || {
            waker.wake();
            thread::sleep(Duration::from_millis(50));
            sender.send(())
        });
        receiver.recv().expect("the device sends a message");
        messages = Some(receiver);
        Poll::Pending
    })
}
// ANCHOR_END: greedy

/// Runs the future on a thread of its own, and waits one second for it.
fn try_for_a_second(name: &str, executor: fn(Pin<&mut dyn Future<Output = ()>>)) {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        executor(pin!(greedy()));
        sender.send(())
    });
    let ended = receiver.recv_timeout(Duration::from_secs(1)).is_ok();
    println!("{name}: {}", if ended { "ready" } else { "still asleep after a second" });
}

fn main() {
    try_for_a_second("park alone", |future| plain(future));
    try_for_a_second("block_on  ", |future| block_on(future));
}
