//! compio, on its epoll driver.

use super::{Contender, Stays, Timed, Unwrapped};
use compio::{
    driver::{DriverType, ProactorBuilder},
    runtime::{JoinHandle, Runtime},
};
use std::{future::Future, time::Duration};

pub struct Compio(Runtime);

impl Contender for Compio {
    const NAME: &'static str = "compio";
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let mut driver = ProactorBuilder::new();
        driver.driver_type(DriverType::Poll);
        let runtime = Runtime::builder().with_proactor(driver).build();
        Self(runtime.expect("a selector"))
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Unwrapped(compio::runtime::spawn(future))
    }

    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        join.0.detach();
    }

    /// It has none of its own; its users take that of the futures crates.
    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl Timed for Compio {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        Stays(compio::time::sleep(duration))
    }
}
