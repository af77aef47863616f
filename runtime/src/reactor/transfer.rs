//! Reads and writes of registered objects by the traits of `futures-io`. The
//! objects themselves read and write by the traits of `std`.

use super::{Direction, Registered};
use crate::taskdump::NamedResource;
use mio::event;
use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    ops::Deref,
    task::{Context, Poll},
};

impl<S: event::Source + NamedResource> Registered<S>
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

impl<S: event::Source + NamedResource> Registered<S>
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

/// The length of all buffers together, or 0 if one system call may not take
/// them all. With 0, no transfer counts as short.
fn wanted<B: Deref<Target = [u8]>>(buffers: &[B]) -> usize {
    // POSIX lets a system limit a call to this many buffers.
    const POSIX_IOV_MAX: usize = 16;
    match buffers {
        few if few.len() <= POSIX_IOV_MAX => few.iter().map(|buffer| buffer.len()).sum(),
        _ => 0,
    }
}

/// Implements `AsyncRead` for types whose field `io` is a [`Registered`].
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
