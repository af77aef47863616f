//! A child's pipes, non-blocking and on the reactor.

use crate::{
    reactor::{Interest, Ready, Registered, async_read},
    runtime::Handle,
};
use futures_io::AsyncWrite;
use mio::unix::pipe;
use std::{
    io::{self, IoSlice},
    os::fd::AsFd,
    pin::Pin,
    process::{self, Stdio},
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
    // The child may write packets (`O_DIRECT`), at whose ends a read ends.
    let flags = Ready::READABLE | Ready::SHORT_READ_OK;
    Registered::new(
        Handle::current().reactor(),
        pipe,
        "pipe",
        Interest::READABLE,
        flags,
    )
}

impl ChildStdin {
    pub(super) fn new(stdin: process::ChildStdin) -> io::Result<Self> {
        let pipe = pipe::Sender::from(stdin);
        pipe.set_nonblocking(true)?;
        let pipe = Registered::new(
            Handle::current().reactor(),
            pipe,
            "pipe",
            Interest::WRITABLE,
            Ready::WRITABLE,
        )?;
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

/// A pipe for another child, which expects one that blocks.
macro_rules! handed_on {
    ($pipe:expr) => {{
        let pipe = $pipe;
        pipe.set_nonblocking(false)?;
        Ok(pipe.as_fd().try_clone_to_owned()?.into())
    }};
}

/// For another child to print to. Unix only.
///
/// # Errors
/// `BrokenPipe` if it has been closed. And when the system has no descriptor
/// left, for the pipe has two for a moment.
impl TryFrom<ChildStdin> for Stdio {
    type Error = io::Error;

    fn try_from(stdin: ChildStdin) -> io::Result<Self> {
        handed_on!(stdin.pipe.ok_or(io::ErrorKind::BrokenPipe)?)
    }
}

/// For another child to read, as in a shell's `first | second`. Unix only.
///
/// # Errors
/// When the system has no descriptor left, for the pipe has two for a moment.
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
        handed_on!(stdout.io)
    }
}

/// As [`ChildStdout`]'s.
impl TryFrom<ChildStderr> for Stdio {
    type Error = io::Error;

    fn try_from(stderr: ChildStderr) -> io::Result<Self> {
        handed_on!(stderr.io)
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
        // What was written is the kernel's; there is no buffer here.
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A pipe has no half to close but itself.
        self.pipe = None;
        Poll::Ready(Ok(()))
    }
}
