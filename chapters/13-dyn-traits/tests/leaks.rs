//! What happens if a call is leaked. These tests leak memory on purpose.

use std::cell::RefCell;
use std::future::poll_fn;
use std::marker::PhantomPinned;
use std::mem;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use dyn_traits::Slot;

/// Leaves a pointer to itself in `list`, as a waiting future of chapter 05 does.
fn waiting(list: &Rc<RefCell<Vec<*const u32>>>, value: u32) -> impl Future<Output = ()> {
    let (list, node) = (Rc::clone(list), (value, PhantomPinned));
    async move {
        let node = node;
        poll_fn(|_| {
            list.borrow_mut().push(&raw const node.0);
            Poll::<()>::Pending
        })
        .await;
    }
}

#[test]
fn the_memory_of_a_leaked_call_is_never_used_again() {
    let (list, slot) = (Rc::default(), Slot::default());
    let mut leaked = slot.fill(waiting(&list, 7));
    assert!(pin!(&mut leaked).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    mem::forget(leaked);
    for value in 0..3 {
        let mut next = slot.fill(waiting(&list, value));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(pin!(&mut next).poll(&mut cx).is_pending());
    }
    // The slot may move, because no call borrows it any more.
    drop(Box::new(slot));
    let node = list.borrow()[0];
    // SAFETY: D2. The leaked future is still there, and its node in it.
    assert_eq!(unsafe { *node }, 7);
}
