//! `wakeful`, on the thread that makes it.

use super::{Contender, Serve, Timed, Unwrapped};
use crate::network::{CAPACITY, Protocol};
use smol::io::{AsyncReadExt, AsyncWriteExt};
use std::{future::Future, io, net, time::Duration};
use wakeful::{
    Runtime,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub struct Wakeful(Runtime);

impl Contender for Wakeful {
    const NAME: &'static str = "wakeful";
    type Join<T: Send + 'static> = Unwrapped<JoinHandle<T>>;

    fn new() -> Self {
        Self(Runtime::new().expect("a selector"))
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

impl Serve for Wakeful {
    const NAME: &'static str = <Self as Contender>::NAME;

    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        Self::new().block_on(async {
            let listener = match TcpListener::from_std(listener) {
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
