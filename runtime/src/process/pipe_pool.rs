//! A child's pipes where the reactor cannot watch them: each operation is a
//! piece of work for the blocking pool.

use crate::io::Pooled;
use futures_io::AsyncWrite;
use std::{
    io,
    pin::Pin,
    process,
    task::{Context, Poll, ready},
};

/// The child's input, to write to.
#[derive(Debug)]
pub struct ChildStdin(Pooled<process::ChildStdin>);

/// What the child prints, to read.
#[derive(Debug)]
pub struct ChildStdout(Pooled<process::ChildStdout>);

/// What the child prints to its error output, to read.
#[derive(Debug)]
pub struct ChildStderr(Pooled<process::ChildStderr>);

impl ChildStdin {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn new(stdin: process::ChildStdin) -> io::Result<Self> {
        Ok(Self(Pooled::new(stdin)))
    }
}

impl ChildStdout {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn new(stdout: process::ChildStdout) -> io::Result<Self> {
        Ok(Self(Pooled::new(stdout)))
    }
}

impl ChildStderr {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn new(stderr: process::ChildStderr) -> io::Result<Self> {
        Ok(Self(Pooled::new(stderr)))
    }
}

/// `AsyncRead` for types around a [`Pooled`].
macro_rules! pooled_read {
    ($($reader:ty),+) => {$(
        impl futures_io::AsyncRead for $reader {
            fn poll_read(
                mut self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
                buffer: &mut [u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.0.poll_read(context, buffer)
            }
        }
    )+};
}

pooled_read!(ChildStdout, ChildStderr);

impl AsyncWrite for ChildStdin {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.0.poll_flush(context))?;
        self.0.close();
        Poll::Ready(Ok(()))
    }
}
