//! Exercise `turns/keeper`: a thread that owns a library.

use std::sync::mpsc;
use std::thread;

use channels::oneshot;

/// A value that stays on a thread of its own. It does not have to be `Send`, and its
/// methods may block. Tasks send requests to the thread.
pub struct Keeper<T> {
    /// `None` when the keeper is being dropped.
    requests: Option<mpsc::Sender<Request<T>>>,
    thread: Option<thread::JoinHandle<()>>,
}

type Request<T> = Box<dyn FnOnce(&mut T) + Send>;

impl<T: 'static> Keeper<T> {
    /// Starts the thread, which opens the value with `open`.
    pub fn new(open: impl FnOnce() -> T + Send + 'static) -> Keeper<T> {
        let _ = (open, mpsc::channel::<Request<T>>);
        todo!("start a thread that opens the value, and runs the requests in their order")
    }

    /// Runs `request` on the thread of the value. If you drop the receiver before the
    /// request begins, it does not run. If the request panics, the receiver gets `Dropped`,
    /// and the thread goes on.
    pub fn call<R: Send + 'static>(
        &self,
        request: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> oneshot::Receiver<R> {
        let (sender, receiver) = oneshot::channel::<R>();
        let _ = (request, sender, receiver, &self.requests);
        todo!("send a request that runs `request` and then sends the answer")
    }
}

impl<T> Drop for Keeper<T> {
    /// Waits for the requests that were sent, and for the drop of the value.
    fn drop(&mut self) {
        let _ = (&self.requests, &self.thread);
    }
}
