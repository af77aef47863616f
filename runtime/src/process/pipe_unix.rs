//! A child's pipes on Unix: non-blocking, on the reactor.

use crate::{
    reactor::{Interest, Ready, Registered, async_read},
    runtime::Handle,
};
use futures_io::AsyncWrite;
use mio::unix::pipe;
use std::{
    io::{self, IoSlice},
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
    pin::Pin,
    process::{self, Stdio},
    task::{Context, Poll},
};

/// A child's input. Write to it.
#[derive(Debug)]
pub struct ChildStdin {
    /// `None` after it was closed.
    pipe: Option<Registered<pipe::Sender>>,
}

/// A child's output. Read from it.
#[derive(Debug)]
pub struct ChildStdout {
    io: Registered<pipe::Receiver>,
}

/// A child's error output. Read from it.
#[derive(Debug)]
pub struct ChildStderr {
    io: Registered<pipe::Receiver>,
}

#[track_caller]
fn receiver(pipe: pipe::Receiver) -> io::Result<Registered<pipe::Receiver>> {
    pipe.set_nonblocking(true)?;
    // The child may write packets (`O_DIRECT`), and a read ends after each.
    let ready = Ready::READABLE | Ready::SHORT_READ_MAY_LEAVE_DATA;
    let runtime = Handle::current();
    Registered::new(runtime.reactor(), pipe, "pipe", Interest::READABLE, ready)
}

impl ChildStdin {
    /// Takes a pipe of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(stdin: process::ChildStdin) -> io::Result<Self> {
        let pipe = pipe::Sender::from(stdin);
        pipe.set_nonblocking(true)?;
        let runtime = Handle::current();
        let (interest, ready) = (Interest::WRITABLE, Ready::WRITABLE);
        let pipe = Registered::new(runtime.reactor(), pipe, "pipe", interest, ready)?;
        Ok(Self { pipe: Some(pipe) })
    }

    /// Takes the pipe off this runtime and makes it blocking.
    ///
    /// # Errors
    /// `BrokenPipe` if it was closed.
    pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
        let pipe = self.pipe.ok_or(io::ErrorKind::BrokenPipe)?.into_inner();
        pipe.set_nonblocking(false)?;
        // SAFETY: `into_raw_fd` gives the open descriptor to us.
        Ok(unsafe { OwnedFd::from_raw_fd(pipe.into_raw_fd()) })
    }
}

/// What `ChildStdout` and `ChildStderr` have in common.
macro_rules! output {
    ($Output:ident) => {
        impl $Output {
            /// Takes a pipe of `std`'s, and makes it non-blocking.
            ///
            /// # Errors
            /// When the runtime is shutting down.
            ///
            /// # Panics
            /// Outside a runtime.
            #[track_caller]
            pub fn from_std(output: process::$Output) -> io::Result<Self> {
                receiver(output.into()).map(|io| Self { io })
            }

            /// Takes the pipe off this runtime and makes it blocking.
            ///
            /// # Errors
            /// When the system refuses to change it.
            pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
                let pipe = self.io.into_inner();
                pipe.set_nonblocking(false)?;
                // SAFETY: `into_raw_fd` gives the open descriptor to us.
                Ok(unsafe { OwnedFd::from_raw_fd(pipe.into_raw_fd()) })
            }
        }

        impl AsFd for $Output {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.io.as_fd()
            }
        }

        impl AsRawFd for $Output {
            fn as_raw_fd(&self) -> RawFd {
                self.io.as_raw_fd()
            }
        }
    };
}

output!(ChildStdout);
output!(ChildStderr);
async_read!(ChildStdout, ChildStderr);

/// Panics if the pipe was closed.
impl AsFd for ChildStdin {
    fn as_fd(&self) -> BorrowedFd<'_> {
        let pipe = self.pipe.as_ref();
        pipe.expect("the child's input was closed, so it has no descriptor")
            .as_fd()
    }
}

/// Panics if the pipe was closed.
impl AsRawFd for ChildStdin {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// Makes another child write to this one. Unix only.
///
/// # Errors
/// `BrokenPipe` if the pipe was closed.
impl TryFrom<ChildStdin> for Stdio {
    type Error = io::Error;

    fn try_from(stdin: ChildStdin) -> io::Result<Self> {
        stdin.into_owned_fd().map(Self::from)
    }
}

/// Makes another child read from this one, as a shell's `first | second` does.
/// Unix only.
///
/// # Errors
/// When the system refuses to make the pipe blocking.
///
/// ```
/// use std::process::Stdio;
/// use wakeful::process::Command;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut first = Command::new("echo").arg("hello").stdout(Stdio::piped()).spawn()?;
///     let piped = first.stdout.take().expect("it is piped");
///     let second = Command::new("cat").stdin(Stdio::try_from(piped)?).output().await?;
///     assert_eq!(second.stdout, b"hello\n");
///     first.wait().await
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
impl TryFrom<ChildStdout> for Stdio {
    type Error = io::Error;

    fn try_from(stdout: ChildStdout) -> io::Result<Self> {
        stdout.into_owned_fd().map(Self::from)
    }
}

/// Makes another child read from this one. Unix only.
///
/// # Errors
/// When the system refuses to make the pipe blocking.
impl TryFrom<ChildStderr> for Stdio {
    type Error = io::Error;

    fn try_from(stderr: ChildStderr) -> io::Result<Self> {
        stderr.into_owned_fd().map(Self::from)
    }
}

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
        // The kernel has every byte that was written. There is no buffer here.
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Only closing the descriptor closes a pipe.
        self.pipe = None;
        Poll::Ready(Ok(()))
    }
}
