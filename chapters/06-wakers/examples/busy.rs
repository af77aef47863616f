//! Two executors wait for the same device: one polls again and again, the other
//! sleeps until it is woken.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use wakers::{Flag, block_on};

// ANCHOR: busy
/// Polls a future again and again until it is ready.
fn busy<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}
// ANCHOR_END: busy

/// Waits for a flag that a device raises after 100 ms, and counts the polls.
fn measure(name: &str, executor: impl FnOnce(Pin<&mut dyn Future<Output = ()>>)) {
    let (flag, polls) = (Arc::new(Flag::new()), Cell::new(0));
    let device = thread::spawn({
        let flag = Arc::clone(&flag);
        move || {
            thread::sleep(Duration::from_millis(100));
            flag.raise();
        }
    });
    let begin = Instant::now();
    let mut wait = pin!(flag.wait());
    executor(pin!(poll_fn(|cx| {
        polls.set(polls.get() + 1);
        wait.as_mut().poll(cx)
    })));
    println!("{name:8} {:3} ms {:9} polls", begin.elapsed().as_millis(), polls.get());
    device.join().expect("the device does not panic");
}

fn main() {
    measure("busy", |future| busy(future));
    measure("block_on", |future| block_on(future));
}
