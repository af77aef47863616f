//! The promises of `Batches`.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use locks::{Executor, mpsc};
use locks_exercises::lost_batch::Batches;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Receives a batch that is there.
fn received(batches: &mut mpsc::Receiver<Vec<u32>>) -> Vec<u32> {
    match poll(pin!(batches.recv())) {
        Poll::Ready(Some(batch)) => batch,
        _ => panic!("no batch was passed on"),
    }
}

#[test]
fn readings_are_passed_on_in_batches() {
    let (sender, readings) = mpsc::channel(8);
    let (out, mut received) = mpsc::channel(8);
    for reading in 1..=5 {
        sender.try_send(reading).expect("there is room");
    }
    drop(sender);
    let all = Executor::new().block_on(async {
        let mut batches = Batches::new(readings, out, 2);
        while batches.pass_on().await {}
        drop(batches);
        let mut all = Vec::new();
        while let Some(batch) = received.recv().await {
            all.push(batch);
        }
        all
    });
    assert_eq!(all, [vec![1, 2], vec![3, 4], vec![5]], "five readings in batches of two");
}

#[test]
fn readings_of_an_unfinished_batch_survive_a_lost_race() {
    let (sender, readings) = mpsc::channel(8);
    let (out, mut batches) = mpsc::channel(8);
    let mut passing = Batches::new(readings, out, 3);
    sender.try_send(1).expect("there is room");
    sender.try_send(2).expect("there is room");
    assert!(poll(pin!(passing.pass_on())).is_pending(), "it has to wait here");
    sender.try_send(3).expect("there is room");
    let passed = poll(pin!(passing.pass_on()));
    assert_eq!(passed, Poll::Ready(true), "the batch is full, and there is room");
    assert_eq!(received(&mut batches), [1, 2, 3], "no reading is lost");
}

#[test]
fn a_full_batch_survives_a_lost_race_for_room() {
    let (sender, readings) = mpsc::channel(8);
    let (out, mut batches) = mpsc::channel(1);
    out.try_send(vec![0]).expect("there is room");
    let mut passing = Batches::new(readings, out, 2);
    sender.try_send(1).expect("there is room");
    sender.try_send(2).expect("there is room");
    assert!(poll(pin!(passing.pass_on())).is_pending(), "it has to wait here");
    assert_eq!(received(&mut batches), [0], "the batch that was there before");
    let passed = poll(pin!(passing.pass_on()));
    assert_eq!(passed, Poll::Ready(true), "the batch is full, and there is room");
    assert_eq!(received(&mut batches), [1, 2], "no reading is lost");
}

#[test]
fn no_reading_is_received_twice_after_a_lost_race() {
    let (sender, readings) = mpsc::channel(8);
    let (out, mut batches) = mpsc::channel(1);
    out.try_send(vec![0]).expect("there is room");
    let mut passing = Batches::new(readings, out, 2);
    for reading in 1..=4 {
        sender.try_send(reading).expect("there is room");
    }
    for _ in 0..3 {
        assert!(poll(pin!(passing.pass_on())).is_pending(), "it has to wait here");
    }
    assert_eq!(received(&mut batches), [0], "the batch that was there before");
    let passed = poll(pin!(passing.pass_on()));
    assert_eq!(passed, Poll::Ready(true), "the batch is full, and there is room");
    assert_eq!(received(&mut batches), [1, 2], "a batch has its size");
    let passed = poll(pin!(passing.pass_on()));
    assert_eq!(passed, Poll::Ready(true), "the batch is full, and there is room");
    assert_eq!(received(&mut batches), [3, 4], "the readings after the first batch");
}

#[test]
fn the_last_batch_survives_a_lost_race() {
    let (sender, readings) = mpsc::channel(8);
    let (out, mut batches) = mpsc::channel(1);
    out.try_send(vec![0]).expect("there is room");
    let mut passing = Batches::new(readings, out, 2);
    sender.try_send(1).expect("there is room");
    drop(sender);
    assert!(poll(pin!(passing.pass_on())).is_pending(), "it has to wait here");
    assert_eq!(received(&mut batches), [0], "the batch that was there before");
    let passed = poll(pin!(passing.pass_on()));
    assert_eq!(passed, Poll::Ready(true), "the last batch is ready, and there is room");
    assert_eq!(received(&mut batches), [1], "the last batch may be smaller");
    let passed = poll(pin!(passing.pass_on()));
    assert_eq!(passed, Poll::Ready(false), "no reading is left");
}
