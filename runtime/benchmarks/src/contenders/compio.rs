//! compio on one thread, on epoll and on `io_uring`. Its servers also run on two
//! threads.

use super::{
    Contender, DATAGRAM, LAST, Named, Networked, Serve, Stays, Timed, Unwrapped,
    cores::{Connections, distribute},
};
use crate::network::{CAPACITY, Protocol, RESPONSE, compute};
use compio::{
    buf::BufResult,
    driver::{DriverType, ProactorBuilder},
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    runtime::{JoinHandle, Runtime},
};
use std::{future::Future, io, net, time::Duration};

/// compio on `io_uring` if `URING`, else on epoll.
pub struct CompioOn<const URING: bool>(Runtime);

pub type Compio = CompioOn<false>;
pub type CompioUring = CompioOn<true>;

impl<const URING: bool> CompioOn<URING> {
    /// # Errors
    /// If the kernel has no such driver.
    pub fn start() -> io::Result<Self> {
        let mut proactor = ProactorBuilder::new();
        proactor.driver_type(if URING {
            DriverType::IoUring
        } else {
            DriverType::Poll
        });
        Runtime::builder().with_proactor(proactor).build().map(Self)
    }
}

impl<const URING: bool> Named for CompioOn<URING> {
    const NAME: &'static str = if URING { "compio uring" } else { "compio" };
}

impl<const URING: bool> Contender for CompioOn<URING> {
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        Self::start().expect("a driver")
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

    /// compio has no `yield_now`. Its users take that of the futures crates.
    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl<const URING: bool> Timed for CompioOn<URING> {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        Stays(compio::time::sleep(duration))
    }
}

impl<const URING: bool> Networked for CompioOn<URING> {
    fn receive(
        socket: net::UdpSocket,
        arrived: impl Fn() + Send,
    ) -> impl Future<Output = ()> + Send {
        let socket = UdpSocket::from_std(socket).expect("a driver");
        Stays(async move {
            let mut datagram = vec![0];
            loop {
                let BufResult(received, back) = socket.recv(datagram).await;
                received.expect(DATAGRAM);
                datagram = back;
                arrived();
                if datagram == [LAST] {
                    return;
                }
            }
        })
    }
}

impl<const URING: bool> Serve for CompioOn<URING> {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        match Self::start() {
            Ok(mut runtime) => runtime.block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

/// Several threads, each with its own runtime.
pub struct CompioCores;

impl Named for CompioCores {
    const NAME: &'static str = "compio cores";
}

impl Serve for CompioCores {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        distribute(&listener, move |connections| {
            Compio::new().block_on(serve_all(connections, protocol))
        })
    }
}

async fn serve_all(connections: Connections, protocol: Protocol) -> io::Result<()> {
    while let Ok(stream) = connections.recv().await {
        compio::runtime::spawn(converse(TcpStream::from_std(stream)?, protocol)).detach();
    }
    Ok(())
}

async fn accept(listener: net::TcpListener, protocol: Protocol) -> io::Error {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => compio::runtime::spawn(converse(stream, protocol)).detach(),
            Err(error) => return error,
        }
    }
}

/// Reads, computes and answers until the peer closes the connection. The buffers
/// are passed by value.
async fn converse(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(CAPACITY);
    loop {
        let BufResult(read, back) = stream.append(buffer).await;
        buffer = back;
        if read? == 0 {
            return Ok(());
        }
        if protocol.answer(&buffer).is_some() {
            for _ in 0..protocol.pieces() {
                compute();
                Compio::yield_now().await;
            }
            match protocol {
                Protocol::Echo => {
                    let BufResult(written, back) = stream.write_all(buffer).await;
                    written?;
                    buffer = back;
                }
                Protocol::Http | Protocol::Uneven => stream.write_all(RESPONSE).await.0?,
            }
            buffer.clear();
        }
    }
}
