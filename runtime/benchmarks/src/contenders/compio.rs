//! compio, on its epoll driver; its servers on `io_uring` and on two threads too.

use super::{
    Contender, Named, Serve, Stays, Timed, Unwrapped,
    cores::{Dealt, deal_out},
};
use crate::network::{CAPACITY, Protocol, RESPONSE, compute};
use compio::{
    buf::BufResult,
    driver::{DriverType, ProactorBuilder},
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{JoinHandle, Runtime},
};
use std::{future::Future, io, net, time::Duration};

pub struct Compio(Runtime);

fn runtime(driver: DriverType) -> io::Result<Runtime> {
    let mut proactor = ProactorBuilder::new();
    proactor.driver_type(driver);
    Runtime::builder().with_proactor(proactor).build()
}

impl Named for Compio {
    const NAME: &'static str = "compio";
}

impl Contender for Compio {
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        Self(runtime(DriverType::Poll).expect("a selector"))
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

impl Serve for Compio {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(accept(listener, protocol))
    }
}

pub struct CompioUring;

impl Named for CompioUring {
    const NAME: &'static str = "compio uring";
}

impl Serve for CompioUring {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        match runtime(DriverType::IoUring) {
            Ok(runtime) => runtime.block_on(accept(listener, protocol)),
            Err(error) => error,
        }
    }
}

/// A thread for each core.
pub struct CompioCores;

impl Named for CompioCores {
    const NAME: &'static str = "compio cores";
}

impl Serve for CompioCores {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        deal_out(&listener, move |dealt| {
            Compio::new().block_on(take_on(dealt, protocol))
        })
    }
}

async fn take_on(dealt: Dealt, protocol: Protocol) -> io::Result<()> {
    while let Ok(stream) = dealt.recv().await {
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

/// Reads, computes if it must, answers, and so on until the peer is done. Its
/// buffers go in and out by value.
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
