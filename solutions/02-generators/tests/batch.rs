//! The promises of `Batch`.

use std::pin::Pin;

use generators::CoroutineState::{self, Complete, Yielded};
use generators::{Coroutine, Corrupt, Message};
use generators_exercises::batch::Batch;

type State = CoroutineState<u8, Result<Vec<Message>, Corrupt>>;

fn feed(batch: &mut Batch, bytes: &[u8]) -> Vec<State> {
    bytes.iter().map(|&byte| Pin::new(&mut *batch).resume(byte)).collect()
}

/// The bytes of a message of kind 9.
fn message(body: &[u8]) -> Vec<u8> {
    let len = u8::try_from(body.len()).expect("a body is short");
    let check = body.iter().fold(9 ^ len, |check, byte| check ^ byte);
    [&[9, len][..], body, &[check]].concat()
}

fn bodies(state: Option<State>) -> Vec<Vec<u8>> {
    match state {
        Some(Complete(Ok(messages))) => {
            messages.iter().map(|m| m.body().to_vec()).collect()
        }
        other => panic!("all messages have arrived, but `resume` returned {other:?}"),
    }
}

#[test]
fn it_continues_after_a_yield_inside_a_message() {
    let states = feed(&mut Batch::new(), &message(&[1, 0])[..4]);
    assert_eq!(
        states,
        [Yielded(2), Yielded(3), Yielded(2), Yielded(1)],
        "what it yields: how many bytes are still missing, at least"
    );
}

#[test]
fn between_two_messages_it_yields_the_length_of_the_shortest() {
    let states = feed(&mut Batch::new(), &message(&[1]));
    assert_eq!(
        states.last(),
        Some(&Yielded(3)),
        "what it yields after the announcement: the shortest message has 3 bytes"
    );
}

#[test]
fn it_returns_the_announced_messages_in_order() {
    let mut batch = Batch::new();
    let bytes = [message(&[3]), message(b"one"), message(b"two"), message(&[])].concat();
    let bodies = bodies(feed(&mut batch, &bytes).pop());
    assert_eq!(bodies, [&b"one"[..], b"two", b""]);
}

#[test]
fn the_announcement_is_not_one_of_the_messages() {
    let mut batch = Batch::new();
    let bytes = [message(&[1, 99]), message(b"one")].concat();
    assert_eq!(bodies(feed(&mut batch, &bytes).pop()), [b"one"]);
}

#[test]
fn a_batch_of_zero_messages_completes_at_once() {
    assert!(
        bodies(feed(&mut Batch::new(), &message(&[0])).pop()).is_empty(),
        "the announcement says 0, so there are no messages"
    );
    assert!(
        bodies(feed(&mut Batch::new(), &message(&[])).pop()).is_empty(),
        "the announcement is empty, so there are no messages"
    );
}

#[test]
fn the_first_corrupt_message_ends_the_batch() {
    let mut batch = Batch::new();
    let bytes = [message(&[3]), message(b"one"), vec![9, 5]].concat();
    assert_eq!(feed(&mut batch, &bytes).pop(), Some(Complete(Err(Corrupt::TooLong(5)))));
}

// The test accepts the name with or without backticks. The panic of a decoder does
// not contain it.
#[test]
#[should_panic(expected = "Batch")]
fn a_batch_that_returned_an_error_is_finished() {
    feed(&mut Batch::new(), &[9, 5, 9]);
}

#[test]
#[should_panic(expected = "Batch")]
fn a_batch_with_a_corrupt_message_is_finished() {
    feed(&mut Batch::new(), &[message(&[2]), vec![9, 5, 9]].concat());
}

#[test]
#[should_panic(expected = "Batch")]
fn a_finished_batch_panics_when_resumed() {
    feed(&mut Batch::new(), &[message(&[1]), message(b"one"), vec![9]].concat());
}

#[test]
#[should_panic(expected = "Batch")]
fn a_batch_of_zero_messages_panics_when_resumed() {
    feed(&mut Batch::new(), &[message(&[]), vec![9]].concat());
}
