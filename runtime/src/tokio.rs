//! The I/O traits of tokio, so that crates that read and write by them run on
//! this runtime. Feature `tokio`; of tokio itself it takes the traits alone,
//! and no runtime.
//!
//! With it this crate's streams are streams of tokio's, too. A program that was
//! written for tokio can keep its `use tokio::io::…`, and of tokio the feature
//! `io-util`, which has no runtime either:
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
//!     // The methods are those of tokio's traits.
//!     here.write_all(b"hello\n").await?;
//!     here.write_u8(b'!').await?;
//!     // But for this one: a connection has its own of that name.
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
//! A method that both tokio's traits and those of `futures-util` have is called
//! of the one that is imported; where both are, the compiler asks which.
//!
//! [`TokioIo`] is for the streams of other crates. It translates both ways: around a stream of `futures-io` it is one of
//! tokio's, around one of tokio's it is one of `futures-io`.
//!
//! ```
//! use futures_util::{AsyncReadExt, io::Cursor};
//! use wakeful::tokio::TokioIo;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     // Two ends in memory, which tokio has, and streams of `futures-io`.
//!     let (here, there) = tokio::io::duplex(64);
//!     let (mut here, mut there) = (TokioIo::new(here), TokioIo::new(there));
//!     futures_util::io::copy(Cursor::new("hello"), &mut here).await?;
//!     drop(here);
//!     let mut heard = String::new();
//!     there.read_to_string(&mut heard).await?;
//!     assert_eq!(heard, "hello");
//!     Ok::<(), std::io::Error>(())
//! })?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! What also sets timers or spawns through tokio (`tokio::time`,
//! `tokio::spawn`) needs tokio's runtime all the same; most crates that wrap a
//! stream do not.

mod streams;

use futures_io::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite};
use pin_project_lite::pin_project;
use std::{
    io::{self, IoSlice, SeekFrom},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{self as theirs, ReadBuf};

pin_project! {
    /// A stream, seen through the other traits. Dropping a read, a write or a
    /// flush is as safe as it is for the stream inside.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct TokioIo<T> {
        #[pin]
        inner: T,
        // What a seek of tokio's, which comes in two steps, has begun.
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

    /// The stream.
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The stream.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The stream, back again.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T> TokioIo<T> {
    /// A read or a write goes on from where the stream is: a seek that was given
    /// up is not to be gone on with.
    fn goes_on(self: Pin<&mut Self>) -> Pin<&mut T> {
        let this = self.project();
        *this.seeking = None;
        this.inner
    }
}

impl<T: AsyncRead> theirs::AsyncRead for TokioIo<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        poll_read(self.goes_on(), context, buffer)
    }
}

/// Reads as `futures-io` does, into a buffer as tokio has it.
fn poll_read(
    reader: Pin<&mut impl AsyncRead>,
    context: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    // `futures-io` reads into bytes that are initialized: this zeroes them, the
    // first time that the buffer is used.
    let read = ready!(reader.poll_read(context, buffer.initialize_unfilled()))?;
    buffer.advance(read);
    Poll::Ready(Ok(()))
}

impl<T: AsyncBufRead> theirs::AsyncBufRead for TokioIo<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.goes_on().poll_fill_buf(context)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<T: AsyncWrite> theirs::AsyncWrite for TokioIo<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.goes_on().poll_write(context, buffer)
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
        self.goes_on().poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        // `futures-io` cannot say; a stream without a vectored write takes
        // the first buffer, which is right, if slower.
        true
    }
}

impl<T: AsyncSeek> theirs::AsyncSeek for TokioIo<T> {
    fn start_seek(self: Pin<&mut Self>, to: SeekFrom) -> io::Result<()> {
        *self.project().seeking = Some(to);
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let this = self.project();
        // With nothing begun, tokio asks where the stream is.
        let to = this.seeking.unwrap_or(SeekFrom::Current(0));
        let place = ready!(this.inner.poll_seek(context, to));
        *this.seeking = None;
        Poll::Ready(place)
    }
}

impl<T: theirs::AsyncRead> AsyncRead for TokioIo<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(self.goes_on().poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl<T: theirs::AsyncBufRead> AsyncBufRead for TokioIo<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.goes_on().poll_fill_buf(context)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.project().inner.consume(amount);
    }
}

impl<T: theirs::AsyncWrite> AsyncWrite for TokioIo<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.goes_on().poll_write(context, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.goes_on().poll_write_vectored(context, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(context)
    }
}

impl<T: theirs::AsyncSeek> AsyncSeek for TokioIo<T> {
    fn poll_seek(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        let mut this = self.project();
        if *this.seeking != Some(to) {
            // One that was given up must be over before the next begins.
            let over = ready!(this.inner.as_mut().poll_complete(context));
            *this.seeking = None;
            over?;
            this.inner.as_mut().start_seek(to)?;
            *this.seeking = Some(to);
        }
        let place = ready!(this.inner.poll_complete(context));
        *this.seeking = None;
        Poll::Ready(place)
    }
}
