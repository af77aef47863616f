//! The standard output and the standard error, through the blocking pool.

use super::Pooled;
use futures_io::AsyncWrite;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

/// The standard output of the process. See [`stdout`].
#[derive(Debug)]
pub struct Stdout(Pooled<io::Stdout>);

/// The standard error of the process. See [`stderr`].
#[derive(Debug)]
pub struct Stderr(Pooled<io::Stderr>);

/// The standard output. Nobody knows whether a write to it would block, so each
/// goes through the blocking pool: ask for large ones, or use a `BufWriter`.
///
/// A write is done when its bytes were copied; flush to know that they are out,
/// and before the runtime goes. Several of these write in no certain order, and
/// neither do they and `println!`, which is quicker where blocking for a moment
/// does no harm.
///
/// Writing panics outside a runtime.
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
    Stdout(Pooled::new(io::stdout()))
}

/// The standard error. See [`stdout`].
pub fn stderr() -> Stderr {
    Stderr(Pooled::new(io::stderr()))
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
                // The stream is the process's: it stays open.
                self.0.poll_flush(context)
            }
        }
    )+};
}

writes!(Stdout, Stderr);
