//! monoio, on its epoll driver; its servers on `io_uring` and on two threads too.

use super::{
    Contender, Named, Serve, Stays, Timed,
    cores::{Dealt, deal_out},
};
use crate::network::{CAPACITY, Protocol, RESPONSE, compute};
use monoio::{
    IoUringDriver, LegacyDriver, Runtime, RuntimeBuilder,
    buf::IoBufMut,
    io::{AsyncReadRent, AsyncWriteRentExt},
    net::{TcpListener, TcpStream},
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

impl Serve for Monoio {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        // Its epoll driver takes this for done.
        match listener.set_nonblocking(true) {
            Ok(()) => Self::new().block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

pub struct MonoioUring;

impl Named for MonoioUring {
    const NAME: &'static str = "monoio uring";
}

impl Serve for MonoioUring {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        match RuntimeBuilder::<IoUringDriver>::new().build() {
            Ok(mut runtime) => runtime.block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

/// A thread for each core.
pub struct MonoioCores;

impl Named for MonoioCores {
    const NAME: &'static str = "monoio cores";
}

impl Serve for MonoioCores {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        deal_out(&listener, move |dealt| {
            Monoio::new().block_on(take_on(dealt, protocol))
        })
    }
}

async fn take_on(dealt: Dealt, protocol: Protocol) -> io::Result<()> {
    while let Ok(stream) = dealt.recv().await {
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

/// Reads, computes if it must, answers, and so on until the peer is done. Its
/// buffers go in and out by value.
async fn converse(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = vec![0; CAPACITY];
    let mut filled = 0;
    loop {
        let (read, back) = stream.read(buffer.slice_mut(filled..)).await;
        // Its length is now what has been read.
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
