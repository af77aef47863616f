//! What happens if a call is leaked. Some of these tests leak memory on purpose.

use std::cell::RefCell;
use std::env;
use std::future::{pending, poll_fn};
use std::hint::black_box;
use std::marker::PhantomPinned;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::process::Command;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use places::{DynLine, End, Inline, Line, Message, OnSideStack, Room, with_side_stack};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_room_with_a_leaked_call_is_never_used_again() {
    // The room must not be dropped, so it is leaked too.
    // SAFETY: it is never moved.
    let room: Pin<&Room<64>> = unsafe { Pin::new_unchecked(Box::leak(Box::default())) };
    let mut list: Vec<*const u32> = Vec::new();
    let node = (7, PhantomPinned);
    let mut call = room.fill(poll_fn(|_| {
        let node = &node;
        list.push(&raw const node.0);
        Poll::<()>::Pending
    }));
    assert!(poll(Pin::new(&mut call)).is_pending());
    mem::forget(call);
    assert!(room.try_fill(pending::<()>()).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(room.fill(pending::<()>())))).is_err());
}

/// Its calls never end. Each leaves the address of a number in its future.
struct Node(u32, Rc<RefCell<Vec<*const u32>>>);

impl Line for Node {
    async fn byte(&mut self) -> Result<u8, End> {
        let node = (self.0, PhantomPinned);
        poll_fn(|_| {
            self.1.borrow_mut().push(&raw const node.0);
            Poll::<()>::Pending
        })
        .await;
        Err(End::Closed)
    }

    async fn send(&mut self, _: Message) -> Result<(), End> {
        Ok(())
    }
}

#[test]
fn the_piece_of_a_leaked_call_stays_on_the_side_stack() {
    let list = Rc::default();
    let mut objects =
        [1, 2, 3].map(|value| Box::pin(OnSideStack(Node(value, Rc::clone(&list)))));
    let room = pin!(Room::default());
    let room = room.as_ref();
    let mut task = Box::pin(with_side_stack(async {
        for object in &mut objects {
            let mut call = object.as_mut().byte(room);
            let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut call).poll(cx))).await;
            assert!(polled.is_pending());
            mem::forget(call);
        }
    }));
    assert!(poll(task.as_mut()).is_ready());
    drop(task);
    // If the stack was freed, this probably gets its memory. Miri is sure.
    black_box(vec![9_u32; 1024]);
    let list = list.borrow();
    assert_eq!(list.len(), 3);
    for (value, node) in (1..).zip(&*list) {
        // SAFETY: D2. The leaked future is still there, and its node in it.
        assert_eq!(unsafe { **node }, value);
    }
}

/// The program that the next test starts: this one.
const LEAK: &str = "LEAK_A_CALL_OF_AN_OBJECT";

#[test]
#[cfg_attr(miri, ignore = "Miri starts no programs")]
fn dropping_an_object_with_a_leaked_call_ends_the_program() {
    if env::var_os(LEAK).is_some() {
        let mut object = pin!(Inline::<_, 96>::new(Node(7, Rc::default())));
        let room = pin!(Room::default());
        mem::forget(object.as_mut().byte(room.as_ref()));
        return;
    }
    let program = env::current_exe().expect("this program has a path");
    let ended = Command::new(program)
        .args([
            "--exact",
            "dropping_an_object_with_a_leaked_call_ends_the_program",
            "--nocapture",
        ])
        .env(LEAK, "1")
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("a room was dropped while a future was in it"), "{said}");
    assert!(!ended.status.success());
}
