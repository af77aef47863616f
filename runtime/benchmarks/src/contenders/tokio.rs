//! tokio: `current_thread`, `multi_thread` and its channels.

use super::{
    Channel, Contender, DATAGRAM, LAST, Named, Networked, Pool, Serve, Timed, Unbounded, Unwrapped,
    WORKERS,
};
use crate::network::{CAPACITY, Protocol, compute};
use std::{future::Future, io, net, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    runtime::{Builder, Handle, Runtime},
    sync::mpsc,
    task::JoinHandle,
};

pub struct Tokio(Runtime);

impl Named for Tokio {
    const NAME: &'static str = "tokio";
}

impl Contender for Tokio {
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self(runtime.expect("a reactor"))
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

impl Networked for Tokio {
    async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
        receive(socket, arrived).await;
    }
}

impl Networked for TokioPool {
    async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
        receive(socket, arrived).await;
    }
}

async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
    let socket = UdpSocket::from_std(socket).expect("a reactor");
    let mut datagram = [0];
    loop {
        socket.recv(&mut datagram).await.expect(DATAGRAM);
        arrived();
        if datagram == [LAST] {
            return;
        }
    }
}

impl Serve for Tokio {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept::<Self>(listener, protocol))
    }
}

impl Serve for TokioPool {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept::<Self>(listener, protocol))
    }
}

async fn accept<C: Contender>(listener: net::TcpListener, protocol: Protocol) -> io::Error {
    let listener = listener
        .set_nonblocking(true)
        .and_then(|()| TcpListener::from_std(listener));
    let listener = match listener {
        Ok(listener) => listener,
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

/// Its `multi_thread`. The thread in `block_on` comes on top of the workers.
pub struct TokioPool(Runtime);

impl Named for TokioPool {
    const NAME: &'static str = "tokio-2";
}

impl Contender for TokioPool {
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(WORKERS).enable_all().build();
        Self(runtime.expect("a selector and threads"))
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

impl Timed for TokioPool {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

impl Pool for TokioPool {
    type Handle = Handle;

    fn handle(&self) -> Handle {
        self.0.handle().clone()
    }

    fn spawn_foreign(handle: &Handle, future: impl Future<Output = ()> + Send + 'static) {
        drop(handle.spawn(future));
    }
}

pub struct TokioChannel;

impl Channel for TokioChannel {
    type Sender = mpsc::Sender<u32>;
    type Receiver = mpsc::Receiver<u32>;

    fn new(room: usize) -> (Self::Sender, Self::Receiver) {
        mpsc::channel(room)
    }

    async fn send(sender: &mut Self::Sender, message: u32) {
        sender.send(message).await.expect("a receiver");
    }

    async fn receive(receiver: &mut Self::Receiver) -> u32 {
        receiver.recv().await.expect("a sender")
    }
}

pub struct TokioUnbounded;

impl Channel for TokioUnbounded {
    type Sender = mpsc::UnboundedSender<u32>;
    type Receiver = mpsc::UnboundedReceiver<u32>;

    fn new(_: usize) -> (Self::Sender, Self::Receiver) {
        mpsc::unbounded_channel()
    }

    async fn send(sender: &mut Self::Sender, message: u32) {
        Self::send_now(sender, message);
    }

    async fn receive(receiver: &mut Self::Receiver) -> u32 {
        receiver.recv().await.expect("a sender")
    }
}

impl Unbounded for TokioUnbounded {
    fn send_now(sender: &mut Self::Sender, message: u32) {
        sender.send(message).expect("a receiver");
    }
}
