//! Prints the chapter's "Measured" table: `cargo bench -p generators`.
//!
//! Rounds are interleaved, so that a slow moment of the machine slows every
//! row; a figure is the median of its rounds, a ratio is to the first row.

#![cfg_attr(feature = "nightly", feature(coroutines, coroutine_trait))]

use std::hint::black_box;
use std::pin::Pin;
use std::sync::mpsc;
use std::time::Instant;
use std::{iter, thread};

use generators::CoroutineState::{Complete, Yielded};
use generators::{Coroutine, Decoder, Folder, Line, Walk, Yields};

// In a file of its own: a stable compiler cannot even read it.
#[cfg(feature = "nightly")]
mod compiled;

const ROUNDS: usize = 25;

/// Does some work and says how many items it was.
type Work<'w> = Box<dyn FnMut() -> usize + 'w>;

/// Runs all rows in turn, `ROUNDS` times; prints nanoseconds an item.
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
        println!("  {name:<30} {median:>9.1} ns  {ratio:>7.2}");
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
            ("generator", Box::new(move || count(Yields::new(Walk::new(folder))))),
        ];
        #[cfg(feature = "nightly")]
        rows.push((
            "generator by the compiler",
            Box::new(move || compiled::count(folder)),
        ));
        rows
    };
    table("a line, 11111 lines, five levels", walks(&wide));
    table("a line, 1000 lines, each inside the next", walks(&chain));

    table(
        "a line, 1111 lines, four levels",
        vec![
            ("generator", Box::new(|| count(Yields::new(Walk::new(&small))))),
            ("thread, 128 lines ahead", Box::new(|| threaded(&small, 128))),
            ("thread, in step", Box::new(|| threaded(&small, 0))),
        ],
    );

    let bytes = [7, 4, b'a', b'b', b'c', b'd', 7].repeat(2000);
    table(
        "a byte, 2000 messages of 7 bytes",
        vec![
            ("loop over a slice", Box::new(|| decode_slice(black_box(&bytes)))),
            ("decoder, a resume a byte", Box::new(|| decode(black_box(&bytes)))),
        ],
    );
}

/// Ten children to a folder.
fn wide(levels: u32) -> Folder {
    let children = if levels == 0 { 0 } else { 10 };
    Folder::new("wide", 1, (0..children).map(|_| wide(levels - 1)).collect())
}

/// One child to a folder.
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

/// The callback on a thread of its own, which waits when it is too far ahead.
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
