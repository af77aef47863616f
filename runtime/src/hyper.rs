//! Implements the traits of `hyper::rt`, so that hyper runs on this runtime. Needs
//! the feature `hyper`.
//!
//! ```no_run
//! # use std::{convert::Infallible, io};
//! use hyper::{Request, Response, server::conn::http1, service::service_fn};
//! use wakeful::{hyper::{HyperIo, HyperTimer}, net::TcpListener};
//!
//! # async fn serve() -> io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:8080").await?;
//! loop {
//!     let (stream, _) = listener.accept().await?;
//!     let hello = service_fn(async |_: Request<hyper::body::Incoming>| {
//!         Ok::<_, Infallible>(Response::new("hello\n".to_owned()))
//!     });
//!     let mut http = http1::Builder::new();
//!     http.timer(HyperTimer::new());
//!     let connection = http.serve_connection(HyperIo::new(stream), hello);
//!     drop(wakeful::spawn_local(connection));
//! }
//! # }
//! ```

use crate::time::{self, Instant};
use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{Executor, Read, ReadBufCursor, Sleep, Timer, Write};
use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// Makes a stream of `futures-io` usable by hyper.
#[derive(Debug)]
pub struct HyperIo<T> {
    inner: T,
}

impl<T> HyperIo<T> {
    /// Wraps a stream.
    pub fn new(inner: T) -> Self {
        Self { inner }
    }

    /// The wrapped stream.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// Unwraps the stream.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: AsyncRead + Unpin> Read for HyperIo<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // `futures-io` reads into initialized bytes, so this zeroes them first.
        let unfilled = buffer.initialize_unfilled();
        let capacity = unfilled.len();
        let read = ready!(Pin::new(&mut self.inner).poll_read(context, unfilled))?;
        assert!(
            read <= capacity,
            "the stream claims that it read {read} bytes into a buffer of {capacity}"
        );
        // SAFETY: `initialize_unfilled` initialized the whole unfilled part, and the
        // assertion above keeps `read` within it.
        unsafe { buffer.advance(read) };
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> Write for HyperIo<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }

    fn is_write_vectored(&self) -> bool {
        // `futures-io` does not tell. A stream without vectored writes takes only
        // the first buffer. That is correct, but slower.
        true
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, buffers)
    }
}

/// The runtime's timers for hyper. All its methods panic outside a runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperTimer;

impl HyperTimer {
    /// Uses the timers of the runtime that the calling thread is inside.
    pub fn new() -> Self {
        Self
    }
}

impl Timer for HyperTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(time::sleep(duration))
    }

    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(time::sleep_until(deadline.into()))
    }

    fn now(&self) -> std::time::Instant {
        Instant::now().into_std()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, deadline: std::time::Instant) {
        match sleep.as_mut().downcast_mut_pin::<time::Sleep>() {
            Some(sleep) => sleep.get_mut().reset(deadline.into()),
            None => *sleep = self.sleep_until(deadline),
        }
    }
}

impl Sleep for time::Sleep {}

/// Spawns hyper's own tasks with [`spawn`](crate::spawn). HTTP/2 spawns one for
/// each request. Works on runtimes with one thread and with several. Panics outside
/// a runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperExecutor;

impl HyperExecutor {
    /// Spawns on the runtime that the calling thread is inside.
    pub fn new() -> Self {
        Self
    }
}

impl<F> Executor<F> for HyperExecutor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        drop(crate::spawn(future));
    }
}

/// Spawns hyper's own tasks with [`spawn_local`](crate::spawn_local), so the
/// futures of a service need not be `Send`. Panics outside a runtime, and on a
/// runtime with several threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperLocalExecutor;

impl HyperLocalExecutor {
    /// Spawns on the runtime that the calling thread is inside.
    pub fn new() -> Self {
        Self
    }
}

impl<F> Executor<F> for HyperLocalExecutor
where
    F: Future + 'static,
    F::Output: 'static,
{
    fn execute(&self, future: F) {
        drop(crate::spawn_local(future));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use hyper::rt::ReadBuf;
    use std::{
        mem::MaybeUninit,
        task::{Context, Waker},
    };

    fn read_into(buffer: &mut ReadBuf<'_>, stream: impl AsyncRead + Unpin) -> Poll<io::Result<()>> {
        let mut context = Context::from_waker(Waker::noop());
        Pin::new(&mut HyperIo::new(stream)).poll_read(&mut context, buffer.unfilled())
    }

    #[test]
    fn a_read_fills_exactly_the_bytes_that_arrived() {
        let mut storage = [MaybeUninit::uninit(); 8];
        let mut buffer = ReadBuf::uninit(&mut storage);
        for word in [&b"three"[..], b"two", b"none"] {
            assert!(read_into(&mut buffer, word).is_ready());
        }
        assert_eq!(buffer.filled(), b"threetwo");
    }

    #[test]
    #[should_panic(expected = "claims that it read 9 bytes into a buffer of 8")]
    fn a_stream_that_claims_to_have_read_too_much_causes_a_panic() {
        struct Lies;
        impl AsyncRead for Lies {
            fn poll_read(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                Poll::Ready(Ok(buffer.len() + 1))
            }
        }
        let mut storage = [MaybeUninit::uninit(); 8];
        let _ = read_into(&mut ReadBuf::uninit(&mut storage), Lies);
    }
}
