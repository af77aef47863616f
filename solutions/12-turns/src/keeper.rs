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
        // hole: begin
        let (requests, received) = mpsc::channel::<Request<T>>();
        let thread = thread::spawn(move || {
            let mut value = open();
            for request in received {
                request(&mut value);
            }
        });
        Keeper { requests: Some(requests), thread: Some(thread) }
        // hole: instead
        //| let _ = (open, mpsc::channel::<Request<T>>);
        //| todo!("start a thread that opens the value, and runs the requests in their order")
        // hole: end
    }

    /// Runs `request` on the thread of the value. If you drop the receiver before the
    /// request begins, it does not run. If the request panics, the receiver gets `Dropped`,
    /// and the thread goes on.
    pub fn call<R: Send + 'static>(
        &self,
        request: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> oneshot::Receiver<R> {
        let (sender, receiver) = oneshot::channel::<R>();
        // hole: begin
        let request = move |value: &mut T| {
            if sender.is_closed() {
                return;
            }
            let request = std::panic::AssertUnwindSafe(|| request(value));
            let unused = match std::panic::catch_unwind(request) {
                Ok(answer) => sender.send(answer).err(),
                Err(panic) => return executor::discard(panic),
            };
            executor::discard(unused);
        };
        if let Some(requests) = &self.requests {
            // If `open` has panicked, the thread is gone. Then the request is dropped.
            let _ = requests.send(Box::new(request));
        }
        receiver
        // hole: instead
        //| let _ = (request, sender, receiver, &self.requests);
        //| todo!("send a request that runs `request` and then sends the answer")
        // hole: end
    }
}

impl<T> Drop for Keeper<T> {
    /// Waits for the requests that were sent, and for the drop of the value.
    fn drop(&mut self) {
        // hole: begin
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            // If `open` has panicked, the thread has printed it already.
            let _ = thread.join();
        }
        // hole: instead
        //| let _ = (&self.requests, &self.thread);
        // hole: end
    }
}
