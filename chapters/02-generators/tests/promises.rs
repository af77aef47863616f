//! Each test holds one claim that the chapter makes.

use std::pin::Pin;

use generators::CoroutineState::{self, Complete, Yielded};
use generators::{
    Coroutine, Corrupt, Decoder, Exchange, Folder, Line, Message, Walk, Yields,
};

/// A message of kind 7 with the body `hi` and the correct check byte.
const MESSAGE: [u8; 5] = [7, 2, b'h', b'i', 4];

/// Resumes the coroutine once for each byte and collects what comes out.
fn feed<C>(coroutine: &mut C, bytes: &[u8]) -> Vec<CoroutineState<C::Yield, C::Return>>
where
    C: Coroutine<u8> + Unpin,
{
    bytes.iter().map(|&byte| Pin::new(&mut *coroutine).resume(byte)).collect()
}

/// Decodes the bytes of exactly one message.
fn decode(bytes: &[u8]) -> Result<Message, Corrupt> {
    match feed(&mut Decoder::Start, bytes).pop() {
        Some(Complete(message)) => message,
        other => panic!("the decoder did not complete, the last resume gave {other:?}"),
    }
}

/// Four lines, 98 bytes in total.
fn home() -> Folder {
    let thesis = Folder::new("thesis.tex", 90, vec![]);
    let letters = Folder::new("letters", 2, vec![Folder::new("aunt.txt", 5, vec![])]);
    Folder::new("home", 1, vec![letters, thesis])
}

/// Builds a random tree. A larger `budget` allows more levels, and the same seed
/// always gives the same tree.
fn random_folder(seed: &mut u64, budget: usize) -> Folder {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    let size = *seed % 100;
    let children = usize::try_from(*seed >> 32).unwrap_or(0) % 4;
    let children = if budget == 0 { 0 } else { children };
    let children = (0..children).map(|_| random_folder(seed, budget / 2)).collect();
    Folder::new(&format!("folder {size}"), size, children)
}

#[test]
fn nothing_runs_before_the_first_resume() {
    let home = home();
    let walk = Walk::new(&home);
    assert!(
        matches!(walk, Walk::Children { rest, total: 1, child: None, .. } if rest.len() == 2)
    );
}

#[test]
fn each_resume_runs_to_the_next_yield() {
    let mut decoder = Decoder::Start;
    assert_eq!(feed(&mut decoder, &MESSAGE[..2]), [Yielded(2), Yielded(3)]);
    assert_eq!(decoder, Decoder::Body { kind: 7, len: 2, at: 0, body: [0; 4] });
    assert_eq!(feed(&mut decoder, &MESSAGE[2..4]), [Yielded(2), Yielded(1)]);
    assert_eq!(decoder, Decoder::Check { kind: 7, len: 2, body: [b'h', b'i', 0, 0] });
}

#[test]
fn the_last_byte_makes_the_decoder_return_the_message() {
    let message = decode(&MESSAGE).expect("the message is valid");
    assert_eq!((message.kind(), message.body()), (7, &b"hi"[..]));
}

#[test]
fn a_message_may_have_an_empty_body() {
    let message = decode(&[9, 0, 9]).expect("an empty body is valid");
    assert_eq!((message.kind(), message.body()), (9, &[][..]));
}

#[test]
fn invalid_bytes_make_the_decoder_return_an_error() {
    assert_eq!(decode(&[7, 5]), Err(Corrupt::TooLong(5)));
    assert_eq!(decode(&[7, 1, 1, 0]), Err(Corrupt::Check { expected: 7, found: 0 }));
}

#[test]
fn a_copy_of_a_paused_decoder_continues_independently() {
    let mut decoder = Decoder::Start;
    feed(&mut decoder, &[7, 1]);
    let mut copy = decoder;
    assert_eq!(feed(&mut decoder, b"ag").len(), 2);
    assert_eq!(decoder, Decoder::Done);
    let Some(Complete(Ok(message))) = feed(&mut copy, b"bd").pop() else {
        panic!("the copy should complete with its own message");
    };
    assert_eq!(message.body(), b"b");
}

#[test]
#[should_panic = "`Decoder` resumed after completion"]
fn a_finished_decoder_panics_when_resumed() {
    let mut decoder = Decoder::Start;
    feed(&mut decoder, &MESSAGE);
    feed(&mut decoder, &[7]);
}

#[test]
#[should_panic = "`Decoder` resumed after completion"]
fn a_decoder_that_returned_an_error_panics_when_resumed() {
    let mut decoder = Decoder::Start;
    feed(&mut decoder, &[7, 5]);
    feed(&mut decoder, &[7]);
}

#[test]
#[should_panic = "`Exchange` resumed after completion"]
fn a_finished_exchange_panics_when_resumed() {
    let mut exchange = Exchange::new();
    feed(&mut exchange, &[7, 5]);
    feed(&mut exchange, &[7]);
}

#[test]
#[should_panic = "`Walk` resumed after completion"]
fn a_finished_walk_panics_when_resumed() {
    let file = Folder::new("file", 1, vec![]);
    let mut walk = Walk::new(&file);
    for _ in 0..3 {
        let _ = Pin::new(&mut walk).resume(());
    }
}

#[test]
fn a_child_yields_to_the_caller_and_returns_to_its_parent() {
    let mut exchange = Exchange::new();
    let question = feed(&mut exchange, &MESSAGE);
    assert_eq!(question, [2, 3, 2, 1, 3].map(Yielded));
    let answer = feed(&mut exchange, &[8, 0, 8]);
    assert_eq!(answer[..2], [Yielded(2), Yielded(1)]);
    let expected = (decode(&MESSAGE), decode(&[8, 0, 8]));
    let Complete(Ok((question, answer))) = answer[2] else {
        panic!("both messages are valid, but the exchange returned {answer:?}");
    };
    assert_eq!((Ok(question), Ok(answer)), expected);
}

#[test]
fn a_corrupt_question_ends_the_exchange_with_an_error() {
    let states = feed(&mut Exchange::new(), &[7, 5]);
    assert_eq!(states, [Yielded(2), Complete(Err(Corrupt::TooLong(5)))]);
}

#[test]
fn callback_iterator_and_generator_report_the_same_lines() {
    let mut seed = 0x2545_F491_4F6C_DD1D;
    for budget in [0, 1, 2, 3, 8, 8, 8, 30, 30, 60] {
        let folder = random_folder(&mut seed, budget);
        let mut called = Vec::new();
        folder.for_each(&mut |line| called.push(line));
        assert_eq!(folder.lines().collect::<Vec<_>>(), called);
        assert_eq!(Yields::new(Walk::new(&folder)).collect::<Vec<_>>(), called);
    }
}

#[test]
fn a_walk_returns_the_total_size() {
    let home = home();
    let mut walk = Walk::new(&home);
    let total = loop {
        if let Complete(total) = Pin::new(&mut walk).resume(()) {
            break total;
        }
    };
    assert_eq!(total, home.for_each(&mut |_| ()));
    assert_eq!(total, 98);
}

#[test]
fn a_walk_can_be_dropped_halfway() {
    // Under Miri this test fails if the walk of a child leaks.
    let home = home();
    let mut lines = Yields::new(Walk::new(&home));
    assert_eq!(lines.next(), Some(Line { name: "aunt.txt", total: 5 }));
}

#[test]
fn two_walks_can_be_resumed_in_turn() {
    let (left, right) = (home(), home());
    let pairs = Yields::new(Walk::new(&left)).zip(Yields::new(Walk::new(&right)));
    assert_eq!(pairs.filter(|(left, right)| left == right).count(), 4);
}

#[test]
fn the_iterator_never_resumes_a_finished_generator() {
    let file = Folder::new("file", 1, vec![]);
    let mut lines = Yields::new(Walk::new(&file));
    assert!(lines.next().is_some());
    assert_eq!([lines.next(), lines.next()], [None, None]);
}
