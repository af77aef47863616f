//! monoio on its epoll driver. Its servers also run on `io_uring` and on two
//! threads.

use super::{
    Contender, DATAGRAM, LAST, Named, Networked, Serve, Stays, Timed,
    cores::{Connections, distribute},
};
use crate::network::{CAPACITY, Protocol, RESPONSE, compute};
use monoio::{
    IoUringDriver, LegacyDriver, Runtime, RuntimeBuilder,
    buf::IoBufMut,
    io::{AsyncReadRent, AsyncWriteRentExt},
    net::{TcpListener, TcpStream, udp::UdpSocket},
    task::JoinHandle,
    time::TimeDriver,
};
use std::{future::Future, io, net, time::Duration};

pub struct Monoio(Runtime<TimeDriver<LegacyDriver>>);

impl Named for Monoio {
    const NAME: &'static str = "monoio";
}

impl Contender for Monoio {
    type Join<T: Send + 'static> = JoinHandle<T>;

    fn new() -> Self {
        let builder = RuntimeBuilder::<LegacyDriver>::new().enable_timer();
        Self(builder.build().expect("a reactor"))
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

    /// monoio has no `yield_now`. Its users take that of the futures crates.
    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl Timed for Monoio {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        Stays(monoio::time::sleep(duration))
    }
}

impl Networked for Monoio {
    fn receive(
        socket: net::UdpSocket,
        arrived: impl Fn() + Send,
    ) -> impl Future<Output = ()> + Send {
        // The epoll driver of monoio expects a non-blocking socket.
        socket.set_nonblocking(true).expect("a socket");
        let socket = UdpSocket::from_std(socket).expect("a reactor");
        Stays(async move {
            let mut datagram = vec![0];
            loop {
                let (received, back) = socket.recv(datagram).await;
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

impl Serve for Monoio {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        // The epoll driver of monoio expects a non-blocking listener.
        match listener.set_nonblocking(true) {
            Ok(()) => Self::new().block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

pub struct MonoioUring;

impl MonoioUring {
    /// # Errors
    /// If the kernel has no `io_uring`.
    pub fn start() -> io::Result<Runtime<IoUringDriver>> {
        RuntimeBuilder::<IoUringDriver>::new().build()
    }
}

impl Named for MonoioUring {
    const NAME: &'static str = "monoio uring";
}

impl Serve for MonoioUring {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        match Self::start() {
            Ok(mut runtime) => runtime.block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

/// Several threads, each with its own runtime.
pub struct MonoioCores;

impl Named for MonoioCores {
    const NAME: &'static str = "monoio cores";
}

impl Serve for MonoioCores {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        distribute(&listener, move |connections| {
            Monoio::new().block_on(serve_all(connections, protocol))
        })
    }
}

async fn serve_all(connections: Connections, protocol: Protocol) -> io::Result<()> {
    while let Ok(stream) = connections.recv().await {
        drop(monoio::spawn(converse(
            TcpStream::from_std(stream)?,
            protocol,
        )));
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
            Ok((stream, _)) => drop(monoio::spawn(converse(stream, protocol))),
            Err(error) => return error,
        }
    }
}

/// Reads, computes and answers until the peer closes the connection. The buffers
/// are passed by value.
async fn converse(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = vec![0; CAPACITY];
    let mut filled = 0;
    loop {
        let (read, back) = stream.read(buffer.slice_mut(filled..)).await;
        // The length of the buffer is now the number of bytes in it.
        buffer = back.into_inner();
        match read? {
            0 => return Ok(()),
            read => filled += read,
        }
        if protocol.answer(&buffer).is_some() {
            for _ in 0..protocol.pieces() {
                compute();
                Monoio::yield_now().await;
            }
            match protocol {
                Protocol::Echo => {
                    let (written, back) = stream.write_all(buffer).await;
                    written?;
                    buffer = back;
                }
                Protocol::Http | Protocol::Uneven => drop(stream.write_all(RESPONSE).await.0?),
            }
            filled = 0;
        }
    }
}
