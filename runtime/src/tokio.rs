//! Implements tokio's I/O traits, so that crates that use them run on this
//! runtime. Needs the feature `tokio`. It depends only on tokio's traits, and not on
//! its runtime.
//!
//! With this feature, the streams of this crate implement tokio's traits, too. A
//! program written for tokio can keep its `use tokio::io::…` and tokio's feature
//! `io-util`, which contains no runtime either:
//!
//! ```toml
//! tokio = { version = "1", features = ["io-util"] }
//! ```
//!
//! ```
//! use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
//! use wakeful::net::{TcpListener, TcpStream};
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let listener = TcpListener::bind("127.0.0.1:0").await?;
//!     let mut here = TcpStream::connect(listener.local_addr()?).await?;
//!     let (there, _) = listener.accept().await?;
//!     // These methods come from tokio's traits.
//!     here.write_all(b"hello\n").await?;
//!     here.write_u8(b'!').await?;
//!     // This one does not: `TcpStream` has a method of the same name.
//!     here.shutdown(std::net::Shutdown::Write)?;
//!     let mut lines = BufReader::new(there).lines();
//!     assert_eq!(lines.next_line().await?.as_deref(), Some("hello"));
//!     assert_eq!(lines.next_line().await?.as_deref(), Some("!"));
//!     assert_eq!(lines.next_line().await?, None);
//!     Ok::<(), std::io::Error>(())
//! })?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Some methods exist in tokio's traits and in those of `futures-util`. A call uses
//! the trait that you import. If you import both, the compiler asks you to choose.
//!
//! [`TokioIo`] is for the streams of other crates. It translates in both
//! directions: it gives a stream of `futures-io` the traits of tokio, and a stream
//! of tokio the traits of `futures-io`.
//!
//! ```
//! use futures_util::{AsyncReadExt, io::Cursor};
//! use wakeful::tokio::TokioIo;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     // tokio's pipe in memory, as two streams of `futures-io`.
//!     let (here, there) = tokio::io::duplex(64);
//!     let (mut here, mut there) = (TokioIo::new(here), TokioIo::new(there));
//!     futures_util::io::copy(Cursor::new("hello"), &mut here).await?;
//!     drop(here);
//!     let mut text = String::new();
//!     there.read_to_string(&mut text).await?;
//!     assert_eq!(text, "hello");
//!     Ok::<(), std::io::Error>(())
//! })?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A crate that also sets timers or spawns through tokio (`tokio::time`,
//! `tokio::spawn`) still needs tokio's runtime. Most crates that wrap a stream do
//! not.

mod streams;

use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
use pin_project_lite::pin_project;
use std::{
    io::{self, IoSlice, SeekFrom},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{self as tokio_io, ReadBuf};

pin_project! {
    /// Wraps a stream and gives it the other traits. Dropping a read, a write or a
    /// flush is as safe as it is for the wrapped stream.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct TokioIo<T> {
        #[pin]
        inner: T,
        // The seek in progress. tokio seeks in two steps.
        seeking: Option<SeekFrom>,
    }
}

impl<T> TokioIo<T> {
    /// Wraps a stream.
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            seeking: None,
        }
    }

    /// The wrapped stream.
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The wrapped stream, mutably.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Unwraps the stream.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T> TokioIo<T> {
    /// Returns the stream for a read or a write. These start where the stream is
    /// now, so a seek that the caller gave up must not continue.
    fn abandon_seek(self: Pin<&mut Self>) -> Pin<&mut T> {
        let this = self.project();
        *this.seeking = None;
        this.inner
    }
}

impl<T: AsyncRead> tokio_io::AsyncRead for TokioIo<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        poll_read(self.abandon_seek(), context, buffer)
    }
}

/// Reads with `futures-io` into a buffer of tokio's type.
fn poll_read(
    reader: Pin<&mut impl AsyncRead>,
    context: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    // `futures-io` reads into initialized bytes, so this zeroes them when the
    // buffer is used for the first time.
    let read = ready!(reader.poll_read(context, buffer.initialize_unfilled()))?;
    buffer.advance(read);
    Poll::Ready(Ok(()))
}

impl<T: AsyncBufRead> tokio_io::AsyncBufRead for TokioIo<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.abandon_seek().poll_fill_buf(context)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<T: AsyncWrite> tokio_io::AsyncWrite for TokioIo<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.abandon_seek().poll_write(context, buffer)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_close(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.abandon_seek().poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        // `futures-io` does not tell. A stream without vectored writes takes only
        // the first buffer. That is correct, but slower.
        true
    }
}

impl<T: AsyncSeek> tokio_io::AsyncSeek for TokioIo<T> {
    fn start_seek(self: Pin<&mut Self>, to: SeekFrom) -> io::Result<()> {
        *self.project().seeking = Some(to);
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let this = self.project();
        // Without a seek in progress, tokio asks for the position.
        let to = this.seeking.unwrap_or(SeekFrom::Current(0));
        let position = ready!(this.inner.poll_seek(context, to));
        *this.seeking = None;
        Poll::Ready(position)
    }
}

impl<T: tokio_io::AsyncRead> AsyncRead for TokioIo<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(self.abandon_seek().poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl<T: tokio_io::AsyncBufRead> AsyncBufRead for TokioIo<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.abandon_seek().poll_fill_buf(context)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<T: tokio_io::AsyncWrite> AsyncWrite for TokioIo<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.abandon_seek().poll_write(context, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.abandon_seek().poll_write_vectored(context, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(context)
    }
}

impl<T: tokio_io::AsyncSeek> AsyncSeek for TokioIo<T> {
    fn poll_seek(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        let mut this = self.project();
        if *this.seeking != Some(to) {
            // A seek that the caller gave up must end before the next one begins.
            let over = ready!(this.inner.as_mut().poll_complete(context));
            *this.seeking = None;
            over?;
            this.inner.as_mut().start_seek(to)?;
            *this.seeking = Some(to);
        }
        let position = ready!(this.inner.poll_complete(context));
        *this.seeking = None;
        Poll::Ready(position)
    }
}
