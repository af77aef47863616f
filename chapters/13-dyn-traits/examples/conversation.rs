//! Counts the allocations of a conversation of ten readings, and of a hundred.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use dyn_traits::{Boxing, Cached, DynLine, End, Line, serve};

#[path = "../../allocations.rs"]
mod counting;
use counting::allocations;

#[path = "../ready_line.rs"]
mod ready_line;
use ready_line::ReadyLine;

fn talk(line: &mut (impl Line + ?Sized)) {
    let polled = pin!(serve(line)).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Err(End::Closed))), "the bytes are there");
}

fn main() {
    let mut known = ReadyLine::new(10);
    println!(
        "a line of a known type   {:>3} allocations",
        allocations(|| talk(&mut known))
    );
    let mut boxing: Box<dyn DynLine> = Box::new(Boxing(ReadyLine::new(10)));
    println!("Boxing                   {:>3}", allocations(|| talk(&mut *boxing)));
    let mut cached: Box<dyn DynLine> = Box::new(Cached::new(ReadyLine::new(10)));
    println!("Cached                   {:>3}", allocations(|| talk(&mut *cached)));
    let mut cached: Box<dyn DynLine> = Box::new(Cached::new(ReadyLine::new(100)));
    println!("Cached, 100 readings     {:>3}", allocations(|| talk(&mut *cached)));
}
