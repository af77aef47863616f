//! smol: a `LocalExecutor` under `smol::block_on`, which is where its reactor
//! is polled.

use super::{Contender, Serve, Timed};
use crate::network::{CAPACITY, Protocol};
use smol::{
    Async, LocalExecutor, Task, Timer,
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use std::{cell::Cell, future::Future, io, net, time::Duration};

type Executor = &'static LocalExecutor<'static>;

thread_local! {
    /// Where a task finds the executor to spawn the next on.
    static CURRENT: Cell<Option<Executor>> = const { Cell::new(None) };
}

pub struct Smol(Executor);

impl Contender for Smol {
    const NAME: &'static str = "smol";
    type Join<T: Send + 'static> = Task<T>;

    fn new() -> Self {
        // Leaked, as its own examples do with a static one: tasks want to
        // reach it for as long as they like.
        let executor: Executor = Box::leak(Box::new(LocalExecutor::new()));
        CURRENT.set(Some(executor));
        Self(executor)
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        smol::block_on(self.0.run(future))
    }

    fn block_on_alone<F: Future>(&mut self, future: F) -> F::Output {
        smol::block_on(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        CURRENT.get().expect("inside of an executor").spawn(future)
    }

    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        join.detach();
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl Timed for Smol {
    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }
}

impl Serve for Smol {
    const NAME: &'static str = <Self as Contender>::NAME;

    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(async {
            let listener = match Async::new(listener) {
                Ok(listener) => TcpListener::from(listener),
                Err(error) => return error,
            };
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => Self::detach(Self::spawn(converse(stream, protocol))),
                    Err(error) => return error,
                }
            }
        })
    }
}

/// Reads, answers, and so on until the peer is done.
async fn converse(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = vec![0; CAPACITY];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Ok(()),
            read => filled += read,
        }
        if let Some(answer) = protocol.answer(&buffer[..filled]) {
            stream.write_all(answer).await?;
            filled = 0;
        }
    }
}
