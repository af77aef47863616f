//! Counts the allocations of a conversation of ten readings, and the bytes of what takes part.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use places::dyn_traits::{self, Boxing, Cached};
use places::{DynLine, End, InCaller, Inline, Line, OnSideStack, serve, with_side_stack};

#[path = "../../allocations.rs"]
mod counting;
use counting::allocations;

#[path = "../../13-dyn-traits/ready_line.rs"]
mod ready_line;
use ready_line::ReadyLine;

fn run<F: Future<Output = Result<(), End>>>(future: F) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Err(End::Closed))), "the bytes are there");
}

fn row(name: &str, object: usize, line: &mut (impl Line + ?Sized)) {
    let talk = size_of_val(&serve(line));
    let made = allocations(|| run(with_side_stack(serve(line))));
    // The stack itself is two allocations, its bytes and its counters.
    println!("{name:<24}{:>11}{object:>10}{talk:>10}", made - 2);
}

fn first_page<O: dyn_traits::DynLine>(name: &str, mut object: O) {
    let line: &mut dyn dyn_traits::DynLine = &mut object;
    row(name, size_of::<O>(), line);
}

fn this_page<O: DynLine>(name: &str, object: O) {
    let mut object: Pin<&mut dyn DynLine> = pin!(object);
    row(name, size_of::<O>(), &mut object);
}

fn main() {
    let line = || ReadyLine::new(10);
    println!(
        "{:<24}{:>11}{:>10}{:>10}",
        "ten readings", "allocations", "object", "serve"
    );
    row("a line of a known type", size_of::<ReadyLine>(), &mut line());
    first_page("Boxing", Boxing(line()));
    first_page("Cached", Cached::new(line()));
    this_page("Inline<_, 64>", Inline::<_, 64>::new(line()));
    this_page("InCaller", InCaller(line()));
    this_page("OnSideStack", OnSideStack(line()));
}
