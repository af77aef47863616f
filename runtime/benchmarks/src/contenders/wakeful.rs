//! `wakeful`: `current_thread`, `multi_thread`, `thread_per_core` and its channels.

use super::{
    Channel, Contender, DATAGRAM, LAST, Named, Networked, Pool, Serve, Timed, Unbounded, Unwrapped,
    WORKERS,
};
use crate::network::{CAPACITY, Protocol, compute};
use smol::io::{AsyncReadExt, AsyncWriteExt};
use std::{convert::Infallible, future::Future, io, net, time::Duration};
use wakeful::{
    Runtime,
    net::{TcpListener, TcpStream, UdpSocket},
    runtime::{Builder, Handle},
    sync::mpsc,
    task::JoinHandle,
};

pub struct Wakeful(Runtime);

impl Named for Wakeful {
    const NAME: &'static str = "wakeful";
}

impl Contender for Wakeful {
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let builder = Builder::new_current_thread();
        #[cfg(feature = "taskdump-enabled")]
        let builder = builder.enable_taskdump();
        Self(builder.build().expect("a reactor"))
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

impl Networked for Wakeful {
    async fn receive(socket: net::UdpSocket, arrived: impl Fn() + Send) {
        receive(socket, arrived).await;
    }
}

impl Networked for WakefulPool {
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

impl Serve for Wakeful {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept::<Self>(listener, protocol))
    }
}

impl Serve for WakefulPool {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept::<Self>(listener, protocol))
    }
}

async fn accept<C: Contender>(listener: net::TcpListener, protocol: Protocol) -> io::Error {
    let listener = match TcpListener::from_std(listener) {
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

/// Its `multi_thread`: the thread in `block_on` is one of the workers.
pub struct WakefulPool(Runtime);

impl Named for WakefulPool {
    const NAME: &'static str = "wakeful-2";
}

impl Contender for WakefulPool {
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(WORKERS).build();
        Self(runtime.expect("reactors and threads"))
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Unwrapped(wakeful::spawn(future))
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        wakeful::task::yield_now()
    }
}

impl Timed for WakefulPool {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        wakeful::time::sleep(duration)
    }
}

impl Pool for WakefulPool {
    type Handle = Handle;

    fn handle(&self) -> Handle {
        self.0.handle().clone()
    }

    fn spawn_foreign(handle: &Handle, future: impl Future<Output = ()> + Send + 'static) {
        drop(handle.spawn(future));
    }
}

/// Its `thread_per_core`. Core 0, which is the thread in `block_on`, accepts and
/// distributes the connections.
pub struct WakefulCores;

impl Named for WakefulCores {
    const NAME: &'static str = "wakeful cores";
}

impl Serve for WakefulCores {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        let runtime = Builder::new_thread_per_core()
            .worker_threads(WORKERS)
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return error,
        };
        runtime.block_on(async {
            match distribute(listener, protocol).await {
                Err(error) => error,
                Ok(never) => match never {},
            }
        })
    }
}

async fn distribute(listener: net::TcpListener, protocol: Protocol) -> io::Result<Infallible> {
    let listener = TcpListener::from_std(listener)?;
    let cores = Handle::current();
    loop {
        let (stream, _) = listener.accept().await?;
        // It was registered on this core, but it belongs to another.
        let stream = stream.into_std()?;
        let there = move || async move {
            converse::<Wakeful>(TcpStream::from_std(stream)?, protocol).await
        };
        drop(cores.spawn_on(cores.next_core(), there));
    }
}

pub struct WakefulChannel;

impl Channel for WakefulChannel {
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

pub struct WakefulUnbounded;

impl Channel for WakefulUnbounded {
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

impl Unbounded for WakefulUnbounded {
    fn send_now(sender: &mut Self::Sender, message: u32) {
        sender.send(message).expect("a receiver");
    }
}
