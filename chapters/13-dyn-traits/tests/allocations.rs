//! How many allocations the calls of an object make.

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
    let mut cx = Context::from_waker(Waker::noop());
    assert!(matches!(pin!(serve(line)).poll(&mut cx), Poll::Ready(Err(End::Closed))));
}

#[test]
fn a_static_call_allocates_nothing() {
    let mut line = ReadyLine::new(10);
    assert_eq!(allocations(|| talk(&mut line)), 0);
}

#[test]
fn boxing_allocates_for_each_call() {
    let mut object: Box<dyn DynLine> = Box::new(Boxing(ReadyLine::new(10)));
    // Six bytes and an answer for each reading, and the end.
    assert_eq!(allocations(|| talk(&mut *object)), 7 * 10 + 1);
}

#[test]
fn a_cached_box_is_allocated_once_for_each_new_size() {
    let mut object: Box<dyn DynLine> = Box::new(Cached::new(ReadyLine::new(10)));
    // The future of `send` is larger than that of `byte`.
    assert_eq!(allocations(|| talk(&mut *object)), 2);
}
