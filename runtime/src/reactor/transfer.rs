//! Bytes in and out of what is registered: the operations of `futures-io`,
//! for everything that reads and writes as `std` does.

use super::{Direction, Registered};
use crate::trace::ResourceName;
use mio::event;
use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    ops::Deref,
    task::{Context, Poll},
};

impl<S: event::Source + ResourceName> Registered<S>
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
        let wanted = wanted(buffers);
        self.poll_transfer(context, Direction::Read, wanted, |mut io| {
            io.read_vectored(buffers)
        })
    }
}

impl<S: event::Source + ResourceName> Registered<S>
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
        let wanted = wanted(buffers);
        self.poll_transfer(context, Direction::Write, wanted, |mut io| {
            io.write_vectored(buffers)
        })
    }
}

/// How many bytes these have room for, if all of them can go at once. If not, a
/// transfer that moved fewer says nothing: 0, which is always reached.
fn wanted<B: Deref<Target = [u8]>>(buffers: &[B]) -> usize {
    // The least that POSIX lets a system be able to do.
    const SURE: usize = 16;
    match buffers {
        few if few.len() <= SURE => few.iter().map(|buffer| buffer.len()).sum(),
        _ => 0,
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
