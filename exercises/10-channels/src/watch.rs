//! Exercise `channels/watch`: a channel that keeps only the newest value.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;
// You will also need `std::future::poll_fn` and `std::task::Poll`.

struct Shared<T> {
    value: RefCell<T>,
    /// Grows with each new value.
    version: Cell<u64>,
    sender_dropped: Cell<bool>,
    /// The tasks that wait for a change, each of them once. If a wait is dropped, its waker
    /// stays here until the next change.
    waiting: RefCell<Vec<Waker>>,
}

impl<T> Shared<T> {
    fn wake_all(&self) {
        // Empty so far. A panic here would end the tests, because `drop` calls this.
        let _ = &self.waiting;
    }
}

/// Makes a channel with a first value. The receiver has seen it already.
pub fn channel<T>(first: T) -> (Sender<T>, Receiver<T>) {
    let shared = Rc::new(Shared {
        value: RefCell::new(first),
        version: Cell::new(0),
        sender_dropped: Cell::new(false),
        waiting: RefCell::default(),
    });
    (Sender { shared: Rc::clone(&shared) }, Receiver { shared, seen: 0 })
}

/// Replaces the value.
pub struct Sender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Replaces the value, and wakes all receivers that wait. Never waits.
    pub fn send(&self, value: T) {
        let _ = (&self.shared.version, value);
        todo!("replace the value, count the change, and wake all receivers")
    }
}

impl<T> Drop for Sender<T> {
    /// The receivers hear that no value will come any more.
    fn drop(&mut self) {
        self.shared.sender_dropped.set(true);
        self.shared.wake_all();
    }
}

/// The sender was dropped, and the receiver has seen its last value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

/// Sees the newest value. Its clones see it, too.
#[derive(Clone)]
pub struct Receiver<T> {
    shared: Rc<Shared<T>>,
    /// The version that this receiver has seen.
    seen: u64,
}

impl<T: Clone> Receiver<T> {
    /// A copy of the newest value.
    pub fn get(&self) -> T {
        self.shared.value.borrow().clone()
    }

    /// Waits until there is a value that this receiver has not seen, and returns it. Older
    /// values are skipped.
    ///
    /// Cancel safe: a change is seen only by the poll that returns it.
    ///
    /// # Errors
    ///
    /// [`Dropped`], if no new value can come.
    pub async fn changed(&mut self) -> Result<T, Dropped> {
        std::future::ready(()).await;
        let _ = (&self.shared.sender_dropped, Dropped);
        todo!("wait for a version after {}", self.seen)
    }
}
