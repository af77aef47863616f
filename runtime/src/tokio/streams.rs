//! This crate's streams, as streams of tokio's without a wrapper.

use super::{poll_read, tokio_io};
use crate::{fs, io, net, process};
use futures_io::AsyncWrite;
use std::{
    io::{IoSlice, Result, SeekFrom},
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::ReadBuf;

macro_rules! reads {
    ($($Stream:ty),+) => {$(
        impl tokio_io::AsyncRead for $Stream {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<Result<()>> {
                poll_read(self, context, buffer)
            }
        }
    )+};
}

/// `$vectored` is whether several buffers at once are worth their while.
macro_rules! writes {
    ($vectored:literal: $($Stream:ty),+) => {$(
        impl tokio_io::AsyncWrite for $Stream {
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &[u8],
            ) -> Poll<Result<usize>> {
                AsyncWrite::poll_write(self, context, buffer)
            }

            fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
                AsyncWrite::poll_flush(self, context)
            }

            fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
                AsyncWrite::poll_close(self, context)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffers: &[IoSlice<'_>],
            ) -> Poll<Result<usize>> {
                AsyncWrite::poll_write_vectored(self, context, buffers)
            }

            fn is_write_vectored(&self) -> bool {
                $vectored
            }
        }
    )+};
}

reads!(net::TcpStream, &net::TcpStream, net::tcp::OwnedReadHalf);
writes!(true: net::TcpStream, &net::TcpStream, net::tcp::OwnedWriteHalf);

#[cfg(unix)]
reads!(net::UnixStream, &net::UnixStream, net::unix::OwnedReadHalf);
#[cfg(unix)]
writes!(true: net::UnixStream, &net::UnixStream, net::unix::OwnedWriteHalf);
#[cfg(unix)]
reads!(net::unix::pipe::Receiver);
#[cfg(unix)]
writes!(true: net::unix::pipe::Sender);

reads!(
    fs::File,
    io::Stdin,
    process::ChildStdout,
    process::ChildStderr
);
writes!(false: fs::File, io::Stdout, io::Stderr, process::ChildStdin);

impl tokio_io::AsyncSeek for fs::File {
    fn start_seek(mut self: Pin<&mut Self>, to: SeekFrom) -> Result<()> {
        self.start_tokio_seek(to);
        Ok(())
    }

    fn poll_complete(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<u64>> {
        self.poll_tokio_seek(context)
    }
}
