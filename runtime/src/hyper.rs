//! The traits of `hyper::rt`, so that hyper runs on this runtime. Feature
//! `hyper`.
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

/// A stream of `futures-io` for hyper.
#[derive(Debug)]
pub struct HyperIo<T> {
    inner: T,
}

impl<T> HyperIo<T> {
    /// Wraps a stream.
    pub fn new(inner: T) -> Self {
        Self { inner }
    }

    /// The stream.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The stream, back again.
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
        // `futures-io` reads into bytes that are initialized: this zeroes them.
        let unfilled = buffer.initialize_unfilled();
        let room = unfilled.len();
        let read = ready!(Pin::new(&mut self.inner).poll_read(context, unfilled))?;
        assert!(
            read <= room,
            "the stream says it read more than there was room for"
        );
        // SAFETY: the whole unfilled part was initialized above, and `read` is
        // within it.
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
        // `futures-io` cannot say; a stream without a vectored write takes
        // the first buffer, which is right, if slower.
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

/// The runtime's timers for hyper. Each of its functions panics outside a
/// runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperTimer;

impl HyperTimer {
    /// The timers of whatever runtime the thread is inside of.
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

/// Spawns hyper's own tasks (HTTP/2 has one for each request) with
/// [`spawn`](crate::spawn), on runtimes of one thread and of several. Panics
/// outside a runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperExecutor;

impl HyperExecutor {
    /// Spawns on whatever runtime the thread is inside of.
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

/// Spawns hyper's own tasks with [`spawn_local`](crate::spawn_local), for
/// services whose futures are not `Send`. Panics outside a runtime, and on one
/// of several threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperLocalExecutor;

impl HyperLocalExecutor {
    /// Spawns on whatever runtime the thread is inside of.
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
    fn a_read_fills_so_much_of_a_raw_buffer_as_came() {
        let mut room = [MaybeUninit::uninit(); 8];
        let mut buffer = ReadBuf::uninit(&mut room);
        for word in [&b"three"[..], b"two", b"none"] {
            assert!(read_into(&mut buffer, word).is_ready());
        }
        assert_eq!(buffer.filled(), b"threetwo");
    }

    #[test]
    #[should_panic(expected = "more than there was room for")]
    fn a_stream_that_lies_about_its_length_is_found_out() {
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
        let mut room = [MaybeUninit::uninit(); 8];
        let _ = read_into(&mut ReadBuf::uninit(&mut room), Lies);
    }
}
