//! monoio, on its epoll driver.

use super::{Contender, Stays, Timed};
use monoio::{LegacyDriver, Runtime, RuntimeBuilder, task::JoinHandle, time::TimeDriver};
use std::{future::Future, time::Duration};

pub struct Monoio(Runtime<TimeDriver<LegacyDriver>>);

impl Contender for Monoio {
    const NAME: &'static str = "monoio";
    type Join<T: Send + 'static> = JoinHandle<T>;

    fn new() -> Self {
        let builder = RuntimeBuilder::<LegacyDriver>::new().enable_timer();
        Self(builder.build().expect("a selector"))
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        monoio::spawn(future)
    }

    /// It has none of its own; its users take that of the futures crates.
    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl Timed for Monoio {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        Stays(monoio::time::sleep(duration))
    }
}
