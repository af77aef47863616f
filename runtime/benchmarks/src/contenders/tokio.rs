//! tokio's `current_thread`.

use super::{Contender, Serve, Timed, Unwrapped};
use crate::network::{CAPACITY, Protocol};
use std::{future::Future, io, net, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

pub struct Tokio(Runtime);

impl Contender for Tokio {
    const NAME: &'static str = "tokio";
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self(runtime.expect("a selector"))
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

impl Serve for Tokio {
    const NAME: &'static str = <Self as Contender>::NAME;

    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(async {
            let listener = listener
                .set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(listener));
            let listener = match listener {
                Ok(listener) => listener,
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
