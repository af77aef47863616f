//! A child's pipes, non-blocking and on the reactor.

use crate::reactor::{Flags, Registered, async_read};
use futures_io::AsyncWrite;
use mio::{Interest, unix::pipe};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    process,
    task::{Context, Poll},
};

/// The child's input, to write to.
#[derive(Debug)]
pub struct ChildStdin {
    /// `None` once closed.
    pipe: Option<Registered<pipe::Sender>>,
}

/// What the child prints, to read.
#[derive(Debug)]
pub struct ChildStdout {
    io: Registered<pipe::Receiver>,
}

/// What the child prints to its error output, to read.
#[derive(Debug)]
pub struct ChildStderr {
    io: Registered<pipe::Receiver>,
}

fn receiver(pipe: pipe::Receiver) -> io::Result<Registered<pipe::Receiver>> {
    pipe.set_nonblocking(true)?;
    Registered::new(pipe, "pipe", Interest::READABLE, Flags::READABLE)
}

impl ChildStdin {
    pub(super) fn new(stdin: process::ChildStdin) -> io::Result<Self> {
        let pipe = pipe::Sender::from(stdin);
        pipe.set_nonblocking(true)?;
        let pipe = Registered::new(pipe, "pipe", Interest::WRITABLE, Flags::WRITABLE)?;
        Ok(Self { pipe: Some(pipe) })
    }
}

impl ChildStdout {
    pub(super) fn new(stdout: process::ChildStdout) -> io::Result<Self> {
        receiver(stdout.into()).map(|io| Self { io })
    }
}

impl ChildStderr {
    pub(super) fn new(stderr: process::ChildStderr) -> io::Result<Self> {
        receiver(stderr.into()).map(|io| Self { io })
    }
}

async_read!(ChildStdout, ChildStderr);

impl AsyncWrite for ChildStdin {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(pipe) = &self.pipe else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        pipe.poll_write(context, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Some(pipe) = &self.pipe else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        pipe.poll_write_vectored(context, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What was written is the kernel's; there is no buffer here.
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A pipe has no half to close but itself.
        self.pipe = None;
        Poll::Ready(Ok(()))
    }
}
