//! glommio, which always runs on `io_uring`.

use super::{Contender, DATAGRAM, LAST, Named, Networked, Serve, Stays, Timed};
use crate::network::{CAPACITY, Protocol, compute};
use ::glommio::{
    LocalExecutor, LocalExecutorBuilder, Placement, Task,
    net::{TcpListener, TcpStream, UdpSocket},
};
use smol::io::{AsyncReadExt, AsyncWriteExt};
use std::{
    future::Future,
    io, net,
    os::fd::{FromRawFd, IntoRawFd},
    time::Duration,
};

pub struct Glommio(LocalExecutor);

impl Glommio {
    /// # Errors
    /// If the kernel has no `io_uring`, or allows too little locked memory.
    pub fn start() -> io::Result<Self> {
        let builder = LocalExecutorBuilder::new(Placement::Unbound);
        builder.make().map(Self).map_err(io::Error::from)
    }
}

impl Named for Glommio {
    const NAME: &'static str = "glommio";
}

impl Contender for Glommio {
    type Join<T: Send + 'static> = Stays<Task<T>>;

    fn new() -> Self {
        Self::start().expect("`missing` has started one before")
    }

    fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.0.run(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Stays(::glommio::spawn_local(future))
    }

    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        drop(join.0.detach());
    }

    /// glommio's own functions yield to other queues of tasks, so its users take
    /// that of the futures crates.
    fn yield_now() -> impl Future<Output = ()> + Send {
        smol::future::yield_now()
    }
}

impl Timed for Glommio {
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
        Stays(async move {
            ::glommio::timer::sleep(duration).await;
        })
    }
}

impl Networked for Glommio {
    fn receive(
        socket: net::UdpSocket,
        arrived: impl Fn() + Send,
    ) -> impl Future<Output = ()> + Send {
        // SAFETY: the descriptor is open, and nothing else owns it.
        let socket = unsafe { UdpSocket::from_raw_fd(socket.into_raw_fd()) };
        Stays(async move {
            let mut datagram = [0];
            loop {
                socket.recv_from(&mut datagram).await.expect(DATAGRAM);
                arrived();
                if datagram == [LAST] {
                    return;
                }
            }
        })
    }
}

impl Serve for Glommio {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        match Self::start() {
            Ok(mut runtime) => runtime.block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

async fn accept(listener: net::TcpListener, protocol: Protocol) -> io::Error {
    // SAFETY: the descriptor is open, and nothing else owns it.
    let listener = unsafe { TcpListener::from_raw_fd(listener.into_raw_fd()) };
    loop {
        match listener.accept().await {
            Ok(stream) => drop(::glommio::spawn_local(converse(stream, protocol)).detach()),
            Err(error) => return error.into(),
        }
    }
}

/// Reads, computes and answers until the peer closes the connection.
async fn converse(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
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
                Glommio::yield_now().await;
            }
            stream.write_all(answer).await?;
            filled = 0;
        }
    }
}
