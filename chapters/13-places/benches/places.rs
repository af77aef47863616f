//! Prints the page's "Measured" table: `cargo bench -p places`.
//!
//! The contenders take turns, and each time is a median. `-- Inline` runs only the contender
//! of this name, so that a profiler can count its instructions.

use std::env;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use places::dyn_traits::{self, Boxing, Cached};
use places::{DynLine, End, InCaller, Inline, Line, OnSideStack, serve, with_side_stack};

#[path = "../../13-dyn-traits/ready_line.rs"]
mod ready_line;
use ready_line::ReadyLine;

const ROUNDS: usize = 301;
const READINGS: usize = 1_000;
/// Six bytes and an answer for each reading, and the end.
const CALLS: f64 = 7_001.0;

/// A name, and a conversation over a line of this kind.
type Contender = (&'static str, fn() -> f64);

/// Nanoseconds for one call, in this conversation.
fn time(task: impl Future<Output = Result<(), End>>) -> f64 {
    let mut task = pin!(task);
    let begun = Instant::now();
    let polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let taken = begun.elapsed();
    assert!(matches!(polled, Poll::Ready(Err(End::Closed))), "the bytes are there");
    taken.as_secs_f64() * 1e9 / CALLS
}

fn line() -> ReadyLine {
    ReadyLine::new(READINGS)
}

fn talk(line: &mut (impl Line + ?Sized)) -> f64 {
    time(serve(black_box(line)))
}

fn first_page(object: Box<dyn dyn_traits::DynLine>) -> f64 {
    let mut object = black_box(object);
    talk(&mut *object)
}

fn this_page(object: Pin<Box<dyn DynLine>>) -> f64 {
    let mut object = black_box(object);
    talk(&mut object.as_mut())
}

fn side_stack() -> f64 {
    let object: Pin<Box<dyn DynLine>> = Box::pin(OnSideStack(line()));
    let mut object = black_box(object);
    time(with_side_stack(serve(&mut object.as_mut())))
}

fn main() {
    let contenders: [Contender; 6] = [
        ("a line of a known type", || talk(&mut line())),
        ("Boxing", || first_page(Box::new(Boxing(line())))),
        ("Cached", || first_page(Box::new(Cached::new(line())))),
        ("Inline", || this_page(Box::pin(Inline::<_, 64>::new(line())))),
        ("InCaller", || this_page(Box::pin(InCaller(line())))),
        ("OnSideStack", side_stack),
    ];
    if let Some(name) = env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        for (_, run) in contenders.iter().filter(|contender| contender.0 == name) {
            for _ in 0..ROUNDS {
                run();
            }
        }
        return;
    }
    let mut measured = [const { Vec::new() }; 6];
    for _ in 0..ROUNDS {
        for ((_, run), measured) in contenders.iter().zip(&mut measured) {
            measured.push(run());
        }
    }
    println!(
        "{:<25}{:>9}{:>20}",
        "one call, ready at once", "time", "relative to Boxing"
    );
    let median = measured.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    for ((name, _), time) in contenders.iter().zip(median) {
        println!("{name:<25}{time:>6.1} ns{:>20.2}", time / median[1]);
    }
}
