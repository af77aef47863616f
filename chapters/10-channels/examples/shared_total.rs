//! Meters send readings, and one task waits for their total. First it polls a shared
//! `RefCell`, and then it receives from a channel.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use channels::mpsc::{self, Receiver, Sender};
use channels::{Executor, JoinHandle};
use wakers::Flag;

const READINGS: u32 = 12;
const LITRES: u32 = 40;

// ANCHOR: shared
#[derive(Default)]
struct Totals {
    readings: u32,
    litres: u32,
}

/// Adds one reading, as soon as the meter sends it.
async fn add(reading: Arc<Flag>, totals: Rc<RefCell<Totals>>) {
    reading.wait().await;
    let mut totals = totals.borrow_mut();
    totals.readings += 1;
    totals.litres += LITRES;
}

/// Waits until all readings are there.
async fn wait_for_all(totals: Rc<RefCell<Totals>>) -> u32 {
    poll_fn(|cx| {
        if totals.borrow().readings == READINGS {
            return Poll::Ready(());
        }
        // Nothing will wake this task, so it asks for its next poll itself.
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    totals.borrow().litres
}
// ANCHOR_END: shared

// ANCHOR: channel
/// Sends one reading on, as soon as the meter sends it.
async fn pass_on(reading: Arc<Flag>, sender: Sender<u32>) {
    reading.wait().await;
    sender.send(LITRES).await.expect("the receiver is there");
}

/// Receives readings until all senders are gone.
async fn receive_all(mut receiver: Receiver<u32>) -> u32 {
    let mut litres = 0;
    while let Some(reading) = receiver.recv().await {
        litres += reading;
    }
    litres
}
// ANCHOR_END: channel

/// Runs a future, and counts its polls.
async fn counted<F: Future>(future: F, polls: Rc<Cell<u32>>) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        polls.set(polls.get() + 1);
        future.as_mut().poll(cx)
    })
    .await
}

/// One task for each reading, and a device that sends a reading every ten milliseconds.
fn run(
    name: &str,
    executor: &Executor,
    task: impl Fn(Arc<Flag>) -> JoinHandle<()>,
    total: impl Future<Output = u32>,
) {
    let readings: Vec<_> = (0..READINGS).map(|_| Arc::new(Flag::new())).collect();
    for reading in &readings {
        drop(task(Arc::clone(reading)));
    }
    drop(task);
    let device = thread::spawn(move || {
        for reading in readings {
            thread::sleep(Duration::from_millis(10));
            reading.raise();
        }
    });
    let polls = Rc::new(Cell::new(0));
    let litres = executor.block_on(counted(total, Rc::clone(&polls)));
    println!("{name} {litres} litres, {:>7} polls", polls.get());
    device.join().expect("the device ends");
}

fn main() {
    let (executor, totals) = (Executor::new(), Rc::<RefCell<Totals>>::default());
    let shared = Rc::clone(&totals);
    let task = |reading| executor.spawner().spawn(add(reading, Rc::clone(&shared)));
    run("RefCell", &executor, task, wait_for_all(totals));

    let (sender, receiver) = mpsc::channel(4);
    let spawner = executor.spawner();
    let task = move |reading| spawner.spawn(pass_on(reading, sender.clone()));
    run("channel", &executor, task, receive_all(receiver));
}
