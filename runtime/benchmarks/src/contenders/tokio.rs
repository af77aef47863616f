//! tokio's `current_thread`.

use super::{Contender, Timed, Unwrapped};
use std::{future::Future, time::Duration};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

pub struct Tokio(Runtime);

impl Contender for Tokio {
    const NAME: &'static str = "tokio";
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self(runtime.expect("a selector"))
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Unwrapped(tokio::spawn(future))
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        tokio::task::yield_now()
    }
}

impl Timed for Tokio {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}
