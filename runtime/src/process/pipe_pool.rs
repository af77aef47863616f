//! A child's pipes where the reactor cannot watch them: each operation is a
//! piece of work for the blocking pool.

use crate::task::{JoinHandle, spawn_blocking};
use futures_io::{AsyncRead, AsyncWrite};
use std::{
    fmt,
    future::Future,
    io::{self, Read, Write},
    pin::Pin,
    process,
    task::{Context, Poll, ready},
};

const CHUNK: usize = 16 * 1024;

/// The child's input, to write to.
#[derive(Debug)]
pub struct ChildStdin(Writer);

/// What the child prints, to read.
#[derive(Debug)]
pub struct ChildStdout(Reader<process::ChildStdout>);

/// What the child prints to its error output, to read.
#[derive(Debug)]
pub struct ChildStderr(Reader<process::ChildStderr>);

/// A pipe and what was read of it, or the read that is under way with both.
enum Reader<P> {
    Here {
        pipe: P,
        bytes: Vec<u8>,
        taken: usize,
    },
    Away(JoinHandle<(P, io::Result<Vec<u8>>)>),
    Lost,
}

impl<P> fmt::Debug for Reader<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl<P: Read + Send + Unpin + 'static> Reader<P> {
    fn new(pipe: P) -> Self {
        let bytes = Vec::new();
        Self::Here {
            pipe,
            bytes,
            taken: 0,
        }
    }

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self {
                Self::Here { bytes, taken, .. } if *taken < bytes.len() => {
                    let count = buffer.len().min(bytes.len() - *taken);
                    buffer[..count].copy_from_slice(&bytes[*taken..][..count]);
                    *taken += count;
                    return Poll::Ready(Ok(count));
                }
                Self::Away(read) => {
                    let (pipe, bytes) = ready!(Pin::new(read).poll(context))?;
                    let bytes = match bytes {
                        Ok(bytes) => bytes,
                        Err(error) => {
                            *self = Self::new(pipe);
                            return Poll::Ready(Err(error));
                        }
                    };
                    let ended = bytes.is_empty();
                    *self = Self::Here {
                        pipe,
                        bytes,
                        taken: 0,
                    };
                    if ended {
                        return Poll::Ready(Ok(0));
                    }
                }
                Self::Lost => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
                Self::Here { .. } => {
                    if let Self::Here { mut pipe, .. } = std::mem::replace(self, Self::Lost) {
                        *self = Self::Away(spawn_blocking(move || {
                            let mut bytes = vec![0; CHUNK];
                            let read = pipe.read(&mut bytes);
                            (pipe, read.map(|count| bytes[..count].to_vec()))
                        }));
                    }
                }
            }
        }
    }
}

/// The pipe, or the write that is under way with it.
enum Writer {
    Here(process::ChildStdin),
    Away(JoinHandle<(process::ChildStdin, io::Result<()>)>),
    Closed,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    /// Waits for the write under way.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Away(write) = self {
            let (pipe, written) = ready!(Pin::new(write).poll(context))?;
            *self = Self::Here(pipe);
            written?;
        }
        Poll::Ready(Ok(()))
    }
}

impl ChildStdin {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn new(stdin: process::ChildStdin) -> io::Result<Self> {
        Ok(Self(Writer::Here(stdin)))
    }
}

impl ChildStdout {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn new(stdout: process::ChildStdout) -> io::Result<Self> {
        Ok(Self(Reader::new(stdout)))
    }
}

impl ChildStderr {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn new(stderr: process::ChildStderr) -> io::Result<Self> {
        Ok(Self(Reader::new(stderr)))
    }
}

impl AsyncRead for ChildStdout {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_read(context, buffer)
    }
}

impl AsyncRead for ChildStderr {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_read(context, buffer)
    }
}

impl AsyncWrite for ChildStdin {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.0.poll_idle(context))?;
        match std::mem::replace(&mut self.0, Writer::Closed) {
            Writer::Here(mut pipe) => {
                let bytes = buffer[..buffer.len().min(CHUNK)].to_vec();
                let count = bytes.len();
                self.0 = Writer::Away(spawn_blocking(move || {
                    let written = pipe.write_all(&bytes);
                    (pipe, written)
                }));
                Poll::Ready(Ok(count))
            }
            _ => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_idle(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.0.poll_idle(context))?;
        self.0 = Writer::Closed;
        Poll::Ready(Ok(()))
    }
}
