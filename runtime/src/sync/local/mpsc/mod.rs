//! Many values to one task, on one thread. It behaves as
//! [`sync::mpsc`](crate::sync::mpsc), with a plain queue inside.
//!
//! ```
//! use wakeful::sync::local::mpsc;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let (sender, mut receiver) = mpsc::channel(1);
//!     wakeful::spawn_local(async move {
//!         for number in 0..3 {
//!             sender.send(number).await.expect("the receiver is there");
//!         }
//!     });
//!     let mut received = Vec::new();
//!     while let Some(number) = receiver.recv().await {
//!         received.push(number);
//!     }
//!     assert_eq!(received, [0, 1, 2]);
//! });
//! # Ok::<(), std::io::Error>(())
//! ```

mod receiver;
mod reserve;
mod sender;

pub use receiver::Receiver;
pub use sender::{Sender, UnboundedSender};

use super::wait_list::LocalWaitList;
use crate::{taskdump::Resource, unwind};
use std::{cell::RefCell, collections::VecDeque, rc::Rc, task::Waker};

/// A channel. No user code runs while its `RefCell` is borrowed: wakers and
/// messages are dropped, and wakers are woken, after the borrow.
struct LocalChannel<T> {
    messages: VecDeque<T>,
    max_capacity: usize,
    /// Space that is neither used nor given to a waiting sender.
    capacity: usize,
    waiting: LocalWaitList<Space>,
    receiver: Option<Waker>,
    senders: usize,
    closed: bool,
    send_resource: Resource,
    receive_resource: Resource,
}

/// What a sender gets that asks for space.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    /// None yet.
    Full,
    /// Space for one message.
    Reserved,
    Closed,
}

impl<T> LocalChannel<T> {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn new(max_capacity: usize) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            messages: VecDeque::new(),
            max_capacity,
            capacity: max_capacity,
            waiting: LocalWaitList::new(),
            receiver: None,
            senders: 1,
            closed: false,
            send_resource: Resource::new("local mpsc send"),
            receive_resource: Resource::new("local mpsc receive"),
        }))
    }

    /// Reserves space for one message if there is some.
    fn reserve(&mut self) -> Space {
        if self.closed {
            Space::Closed
        } else if self.capacity > 0 {
            self.capacity -= 1;
            Space::Reserved
        } else {
            Space::Full
        }
    }

    /// Adds a message for which space was reserved. The caller wakes the
    /// receiver's waker.
    #[must_use]
    fn push(&mut self, message: T) -> Option<Waker> {
        self.messages.push_back(message);
        self.receiver.take()
    }

    /// Gives space for one message to the sender that has waited longest, or
    /// makes it free. The caller wakes the waker.
    #[must_use]
    fn free_space(&mut self) -> Option<Waker> {
        if self.waiting.first().is_none() {
            self.capacity += 1;
            return None;
        }
        self.waiting.dequeue_first(Space::Reserved)
    }

    /// Whether no messages will come besides those that are there.
    fn is_over(&self) -> bool {
        let unreserved = || self.capacity + self.messages.len() >= self.max_capacity;
        self.senders == 0 || self.closed && unreserved()
    }
}

/// Creates a channel that holds at most `capacity` messages.
///
/// # Panics
/// If `capacity` is 0.
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel has room for at least one message");
    let channel = LocalChannel::new(capacity);
    (Sender::new(&channel), Receiver::new(&channel))
}

/// Creates a channel without a limit.
#[cfg_attr(feature = "taskdump", track_caller)]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, Receiver<T>) {
    let (sender, receiver) = channel(usize::MAX);
    (UnboundedSender::new(sender), receiver)
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        unwind::wake(waker);
    }
}
