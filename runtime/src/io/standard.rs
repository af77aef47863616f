//! The standard output and the standard error, on the blocking pool.

use super::Blocking;
use futures_io::AsyncWrite;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

/// The standard output of the process. See [`stdout`].
#[derive(Debug)]
pub struct Stdout(Blocking<io::Stdout>);

/// The standard error of the process. See [`stderr`].
#[derive(Debug)]
pub struct Stderr(Blocking<io::Stderr>);

/// The standard output. A write may block, so each write runs on the blocking
/// pool. Prefer large writes, or use a `BufWriter`.
///
/// A write is done when its bytes are copied. Flush to know that they are
/// written, and before the runtime shuts down. Several handles, and `println!`,
/// write in no particular order. `println!` is faster where blocking for a
/// moment is fine.
///
/// # Panics
/// A write panics outside a runtime.
///
/// ```
/// use futures_util::AsyncWriteExt;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut out = wakeful::io::stdout();
///     out.write_all(b"hello\n").await?;
///     out.flush().await
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stdout() -> Stdout {
    Stdout(Blocking::new(io::stdout()))
}

/// The standard error. See [`stdout`].
pub fn stderr() -> Stderr {
    Stderr(Blocking::new(io::stderr()))
}

macro_rules! writes {
    ($($stream:ty),+) => {$(
        impl AsyncWrite for $stream {
            fn poll_write(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write(context, buffer)
            }

            fn poll_flush(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                self.0.poll_flush(context)
            }

            fn poll_close(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                // The stream belongs to the process, so it stays open.
                self.0.poll_flush(context)
            }
        }
    )+};
}

writes!(Stdout, Stderr);
