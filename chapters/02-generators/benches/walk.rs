//! Prints the chapter's "Measured" table: `cargo bench -p generators`.
//!
//! The rows take turns, so a slow moment of the machine slows all of them. Each time is
//! a median, and each ratio compares it with the first row of its block.

#![cfg_attr(feature = "nightly", feature(coroutines, coroutine_trait))]

use std::hint::black_box;
use std::pin::Pin;
use std::sync::mpsc;
use std::time::Instant;
use std::{iter, thread};

use generators::CoroutineState::{Complete, Yielded};
use generators::{Coroutine, Decoder, Folder, Line, Walk, Yields};

// This needs a file of its own, because a stable compiler cannot parse it.
#[cfg(feature = "nightly")]
mod compiled;

const ROUNDS: usize = 25;

/// Does some work and returns the number of items.
type Work<'w> = Box<dyn FnMut() -> usize + 'w>;

/// Runs all rows in turn, `ROUNDS` times. Prints the time for one item.
fn table(title: &str, mut rows: Vec<(&str, Work<'_>)>) {
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((_, work), times) in iter::zip(&mut rows, &mut times) {
            let begun = Instant::now();
            let items = black_box(work());
            #[expect(clippy::cast_precision_loss)]
            times.push(begun.elapsed().as_nanos() as f64 / items as f64);
        }
    }
    println!("{title}");
    let mut first = None;
    for ((name, _), times) in iter::zip(&rows, &mut times) {
        times.sort_by(f64::total_cmp);
        let median = times[ROUNDS / 2];
        let ratio = median / *first.get_or_insert(median);
        println!("  {name:<32} {median:>9.1} ns {ratio:>8.2} x");
    }
}

fn main() {
    let wide = wide(4);
    let small = self::wide(3);
    let chain = chain(1000);
    let walks = |folder| {
        #[cfg_attr(not(feature = "nightly"), expect(unused_mut))]
        let mut rows: Vec<(&str, Work<'_>)> = vec![
            ("callback", Box::new(move || callback(folder))),
            ("iterator with its own stack", Box::new(move || count(folder.lines()))),
            (
                "generator by hand",
                Box::new(move || count(Yields::new(Walk::new(folder)))),
            ),
        ];
        #[cfg(feature = "nightly")]
        rows.push((
            "generator by the compiler",
            Box::new(move || compiled::count(folder)),
        ));
        rows
    };
    table("walk 11,111 lines, 5 levels deep: time for a line", walks(&wide));
    table("walk 1,000 lines, 1,000 levels deep: time for a line", walks(&chain));

    table(
        "walk 1,111 lines, 4 levels deep: time for a line",
        vec![
            ("generator by hand", Box::new(|| count(Yields::new(Walk::new(&small))))),
            ("thread, channel for 128 lines", Box::new(|| threaded(&small, 128))),
            ("thread, channel without buffer", Box::new(|| threaded(&small, 0))),
        ],
    );

    let bytes = [7, 4, b'a', b'b', b'c', b'd', 7].repeat(2000);
    table(
        "decode 2,000 messages of 7 bytes: time for a byte",
        vec![
            ("loop over a slice", Box::new(|| decode_slice(black_box(&bytes)))),
            ("decoder, one resume per byte", Box::new(|| decode(black_box(&bytes)))),
        ],
    );
}

/// A tree in which each folder has ten children.
fn wide(levels: u32) -> Folder {
    let children = if levels == 0 { 0 } else { 10 };
    Folder::new("wide", 1, (0..children).map(|_| wide(levels - 1)).collect())
}

/// A tree in which each folder has one child.
fn chain(levels: u32) -> Folder {
    (1..levels).fold(Folder::new("file", 1, vec![]), |folder, _| {
        Folder::new("folder", 1, vec![folder])
    })
}

fn callback(folder: &Folder) -> usize {
    let mut lines = 0;
    folder.for_each(&mut |line| lines += usize::from(black_box(line).total > 0));
    lines
}

fn count<'t>(lines: impl Iterator<Item = Line<'t>>) -> usize {
    lines.filter(|line| black_box(line).total > 0).count()
}

/// Runs the callback on a thread of its own, which blocks when the channel is full.
fn threaded(folder: &Folder, ahead: usize) -> usize {
    let (give, take) = mpsc::sync_channel(ahead);
    thread::scope(|scope| {
        scope.spawn(move || folder.for_each(&mut |line| give.send(line).unwrap_or(())));
        count(take.into_iter())
    })
}

fn decode_slice(mut bytes: &[u8]) -> usize {
    let all = bytes.len();
    while let [kind, len, rest @ ..] = bytes {
        let (body, rest) = rest.split_at(usize::from(*len));
        let check = body.iter().fold(kind ^ len, |sum, byte| sum ^ byte);
        assert_eq!(check, rest[0]);
        black_box(body);
        bytes = &rest[1..];
    }
    all
}

fn decode(bytes: &[u8]) -> usize {
    let mut decoder = Decoder::Start;
    for &byte in bytes {
        match Pin::new(&mut decoder).resume(byte) {
            Yielded(missing) => _ = black_box(missing),
            Complete(message) => {
                assert!(black_box(message).is_ok());
                decoder = Decoder::Start;
            }
        }
    }
    bytes.len()
}
