//! A descriptor as a source of events, and an `AsyncFd` as a descriptor.

use super::AsyncFd;
use mio::{Interest, Registry, Token, event, unix::SourceFd};
use std::{
    fmt, io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd},
};

pub(super) struct Descriptor<T> {
    pub(super) inner: T,
    /// The registered descriptor, to be deregistered. `inner` may return
    /// another descriptor by then.
    pub(super) number: RawFd,
}

#[cfg(feature = "taskdump")]
impl<T> crate::taskdump::NamedResource for Descriptor<T> {
    fn name(&self) -> Option<String> {
        Some(self.number.to_string())
    }
}

impl<T> event::Source for Descriptor<T> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        SourceFd(&self.number).register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        SourceFd(&self.number).reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        SourceFd(&self.number).deregister(registry)
    }
}

impl<T: AsFd> AsFd for AsyncFd<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<T: AsFd> AsRawFd for AsyncFd<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl<T: AsFd + fmt::Debug> fmt::Debug for AsyncFd<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsyncFd").field(self.get_ref()).finish()
    }
}
