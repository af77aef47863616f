//! Bytes in and out of what is registered: the operations of `futures-io`,
//! for everything that reads and writes as `std` does.

use super::{Direction, Registered};
use crate::trace::Named;
use mio::event;
use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    task::{Context, Poll},
};

impl<S: event::Source + Named> Registered<S>
where
    for<'a> &'a S: Read,
{
    pub(crate) fn poll_read(
        &self,
        context: &Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffer.len();
        self.poll_transfer(context, Direction::Read, wanted, |mut io| io.read(buffer))
    }

    pub(crate) fn poll_read_vectored(
        &self,
        context: &Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffers.iter().map(|buffer| buffer.len()).sum();
        self.poll_transfer(context, Direction::Read, wanted, |mut io| {
            io.read_vectored(buffers)
        })
    }
}

impl<S: event::Source + Named> Registered<S>
where
    for<'a> &'a S: Write,
{
    pub(crate) fn poll_write(
        &self,
        context: &Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffer.len();
        self.poll_transfer(context, Direction::Write, wanted, |mut io| io.write(buffer))
    }

    pub(crate) fn poll_write_vectored(
        &self,
        context: &Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffers.iter().map(|buffer| buffer.len()).sum();
        self.poll_transfer(context, Direction::Write, wanted, |mut io| {
            io.write_vectored(buffers)
        })
    }
}

/// `AsyncRead` for types with a [`Registered`] as their field `io`.
macro_rules! async_read {
    ($($reader:ty),+) => {$(
        impl futures_io::AsyncRead for $reader {
            fn poll_read(
                self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
                buffer: &mut [u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io.poll_read(context, buffer)
            }

            fn poll_read_vectored(
                self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
                buffers: &mut [std::io::IoSliceMut<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.io.poll_read_vectored(context, buffers)
            }
        }
    )+};
}

pub(crate) use async_read;
