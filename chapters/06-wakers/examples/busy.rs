//! Somebody who asks again and again, and somebody who sleeps.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use wakers::{Flag, block_on};

// ANCHOR: busy
/// Polls until it is ready.
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

// ANCHOR: waits
/// Waits for a device that takes 100 ms, and says how often it was polled.
fn waits(name: &str, run: impl FnOnce(Pin<&mut dyn Future<Output = ()>>)) {
    let (flag, polls) = (Arc::new(Flag::new()), Cell::new(0));
    let device = thread::spawn({
        let flag = Arc::clone(&flag);
        move || {
            thread::sleep(Duration::from_millis(100));
            flag.raise();
        }
    });
    let begun = Instant::now();
    let mut wait = pin!(flag.wait());
    run(pin!(poll_fn(|cx| {
        polls.set(polls.get() + 1);
        wait.as_mut().poll(cx)
    })));
    println!("{name:8} {:3} ms {:9} polls", begun.elapsed().as_millis(), polls.get());
    device.join().expect("it raises a flag");
}

fn main() {
    waits("busy", |future| busy(future));
    waits("block_on", |future| block_on(future));
}
// ANCHOR_END: waits
