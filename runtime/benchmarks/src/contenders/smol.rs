//! smol: a `LocalExecutor` or an `Executor` under `smol::block_on`, which is
//! where its reactor is polled; and its channel.

use super::{Channel, Contender, Named, Pool, Serve, Timed, WORKERS};
use crate::network::{CAPACITY, Protocol, compute};
use smol::{
    Async, Executor, LocalExecutor, Task, Timer,
    channel::{self, Sender},
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use std::{cell::Cell, future::Future, io, net, thread, time::Duration};

type Local = &'static LocalExecutor<'static>;

thread_local! {
    /// Where a task finds the executor to spawn the next on.
    static CURRENT: Cell<Option<Local>> = const { Cell::new(None) };
}

pub struct Smol(Local);

impl Named for Smol {
    const NAME: &'static str = "smol";
}

impl Contender for Smol {
    type Join<T: Send + 'static> = Task<T>;

    fn new() -> Self {
        // Leaked, as its own examples do with a static one: tasks want to
        // reach it for as long as they like.
        let executor: Local = Box::leak(Box::new(LocalExecutor::new()));
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
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept::<Self>(listener, protocol))
    }
}

impl Serve for SmolPool {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept::<Self>(listener, protocol))
    }
}

async fn accept<C: Contender>(listener: net::TcpListener, protocol: Protocol) -> io::Error {
    let listener = match Async::new(listener) {
        Ok(listener) => TcpListener::from(listener),
        Err(error) => return error,
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => C::detach(C::spawn(converse::<C>(stream, protocol))),
            Err(error) => return error,
        }
    }
}

/// Reads, computes if it must, answers, and so on until the peer is done.
async fn converse<C: Contender>(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = vec![0; CAPACITY];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Ok(()),
            read => filled += read,
        }
        if let Some(answer) = protocol.answer(&buffer[..filled]) {
            for _ in 0..protocol.pieces() {
                compute();
                C::yield_now().await;
            }
            stream.write_all(answer).await?;
            filled = 0;
        }
    }
}

/// Its `Executor`, run by the thread in `block_on` and by one more.
pub struct SmolPool {
    executor: &'static Executor<'static>,
    /// The other threads run until this is gone.
    running: Option<Sender<()>>,
    others: Vec<thread::JoinHandle<()>>,
}

thread_local! {
    static SHARED: Cell<Option<&'static Executor<'static>>> = const { Cell::new(None) };
}

impl Named for SmolPool {
    const NAME: &'static str = "smol-2";
}

impl Contender for SmolPool {
    type Join<T: Send + 'static> = Task<T>;

    fn new() -> Self {
        let executor: &'static Executor<'static> = Box::leak(Box::new(Executor::new()));
        let (running, stopped) = channel::bounded::<()>(1);
        let other = || {
            let stopped = stopped.clone();
            thread::spawn(move || {
                SHARED.set(Some(executor));
                // An error says that nobody is left who could send.
                let _ = smol::block_on(executor.run(stopped.recv()));
            })
        };
        SHARED.set(Some(executor));
        Self {
            executor,
            running: Some(running),
            others: (1..WORKERS).map(|_| other()).collect(),
        }
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        smol::block_on(self.executor.run(future))
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        SHARED.get().expect("inside of an executor").spawn(future)
    }

    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        join.detach();
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl Drop for SmolPool {
    fn drop(&mut self) {
        drop(self.running.take());
        for other in self.others.drain(..) {
            other.join().expect("a thread that does not panic");
        }
    }
}

impl Timed for SmolPool {
    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }
}

impl Pool for SmolPool {
    type Handle = &'static Executor<'static>;

    fn handle(&self) -> Self::Handle {
        self.executor
    }

    fn spawn_from_afar(handle: &Self::Handle, future: impl Future<Output = ()> + Send + 'static) {
        handle.spawn(future).detach();
    }
}

pub struct SmolChannel;

impl Channel for SmolChannel {
    type Sender = Sender<u32>;
    type Receiver = channel::Receiver<u32>;

    fn new(room: usize) -> (Self::Sender, Self::Receiver) {
        channel::bounded(room)
    }

    async fn send(sender: &mut Self::Sender, message: u32) {
        sender.send(message).await.expect("a receiver");
    }

    async fn receive(receiver: &mut Self::Receiver) -> u32 {
        receiver.recv().await.expect("a sender")
    }
}
