//! `wakeful`, on the thread that makes it.

use super::{Contender, Timed, Unwrapped};
use std::{future::Future, time::Duration};
use wakeful::{Runtime, task::JoinHandle};

pub struct Wakeful(Runtime);

impl Contender for Wakeful {
    const NAME: &'static str = "wakeful";
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        Self(Runtime::new().expect("a selector"))
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Unwrapped(wakeful::spawn_local(future))
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        wakeful::task::yield_now()
    }
}

impl Timed for Wakeful {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        wakeful::time::sleep(duration)
    }
}
