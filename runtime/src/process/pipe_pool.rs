//! A child's pipes on systems where the reactor cannot watch them. Each
//! operation runs on the blocking pool.

use crate::io::Blocking;
use futures_io::AsyncWrite;
use std::{
    io,
    pin::Pin,
    process,
    task::{Context, Poll, ready},
};

/// A child's input. Write to it.
#[derive(Debug)]
pub struct ChildStdin(Blocking<process::ChildStdin>);

/// A child's output. Read from it.
#[derive(Debug)]
pub struct ChildStdout(Blocking<process::ChildStdout>);

/// A child's error output. Read from it.
#[derive(Debug)]
pub struct ChildStderr(Blocking<process::ChildStderr>);

impl ChildStdin {
    /// Takes a pipe of `std`'s.
    ///
    /// # Errors
    /// None on this system.
    #[expect(clippy::unnecessary_wraps, reason = "the signature on Unix")]
    pub fn from_std(stdin: process::ChildStdin) -> io::Result<Self> {
        Ok(Self(Blocking::new(stdin)))
    }
}

impl ChildStdout {
    /// Takes a pipe of `std`'s.
    ///
    /// # Errors
    /// None on this system.
    #[expect(clippy::unnecessary_wraps, reason = "the signature on Unix")]
    pub fn from_std(stdout: process::ChildStdout) -> io::Result<Self> {
        Ok(Self(Blocking::new(stdout)))
    }
}

impl ChildStderr {
    /// Takes a pipe of `std`'s.
    ///
    /// # Errors
    /// None on this system.
    #[expect(clippy::unnecessary_wraps, reason = "the signature on Unix")]
    pub fn from_std(stderr: process::ChildStderr) -> io::Result<Self> {
        Ok(Self(Blocking::new(stderr)))
    }
}

/// Implements `AsyncRead` for types around a [`Blocking`].
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
