//! smol: a `LocalExecutor` or an `Executor` under `smol::block_on`, which polls
//! the reactor. And its channels.

use super::{
    Channel, Contender, DATAGRAM, LAST, Named, Networked, Pool, Serve, Timed, Unbounded, WORKERS,
};
use crate::network::{CAPACITY, Protocol, compute};
use smol::{
    Async, Executor, LocalExecutor, Task, Timer,
    channel::{self, Sender},
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
};
use std::{cell::Cell, future::Future, io, net, thread, time::Duration};

type Local = &'static LocalExecutor<'static>;

thread_local! {
    /// The executor of this thread, so that a task can spawn another.
    static CURRENT: Cell<Option<Local>> = const { Cell::new(None) };
}

pub struct Smol(Local);

impl Named for Smol {
    const NAME: &'static str = "smol";
}

impl Contender for Smol {
    type Join<T: Send + 'static> = Task<T>;

    fn new() -> Self {
        // Leaked, because tasks may use it for ever. smol's own examples use a
        // static executor.
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
        CURRENT.get().expect("inside an executor").spawn(future)
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

impl Networked for Smol {
    async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
        receive(socket, arrived).await;
    }
}

impl Networked for SmolPool {
    async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
        receive(socket, arrived).await;
    }
}

async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
    let socket = Async::new(socket).map(UdpSocket::from).expect("a reactor");
    let mut datagram = [0];
    loop {
        socket.recv(&mut datagram).await.expect(DATAGRAM);
        arrived();
        if datagram == [LAST] {
            return;
        }
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

/// Reads, computes and answers until the peer closes the connection.
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

/// Its `Executor`. The thread in `block_on` and one more thread run it.
pub struct SmolPool {
    executor: &'static Executor<'static>,
    /// Dropping this ends the other threads.
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
                // The result is an error because the sender is dropped.
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
        SHARED.get().expect("inside an executor").spawn(future)
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
            other.join().expect("the thread does not panic");
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

    fn spawn_foreign(handle: &Self::Handle, future: impl Future<Output = ()> + Send + 'static) {
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

pub struct SmolUnbounded;

impl Channel for SmolUnbounded {
    type Sender = Sender<u32>;
    type Receiver = channel::Receiver<u32>;

    fn new(_: usize) -> (Self::Sender, Self::Receiver) {
        channel::unbounded()
    }

    async fn send(sender: &mut Self::Sender, message: u32) {
        Self::send_now(sender, message);
    }

    async fn receive(receiver: &mut Self::Receiver) -> u32 {
        receiver.recv().await.expect("a sender")
    }
}

impl Unbounded for SmolUnbounded {
    fn send_now(sender: &mut Self::Sender, message: u32) {
        sender.try_send(message).expect("a receiver");
    }
}
