//! Copying between two streams in both directions at once. For one direction,
//! use `futures_util::io::copy`.

use crate::budget;
use futures_io::{AsyncRead, AsyncWrite};
use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// The size of the buffer for each direction. tokio uses the same.
const BUFFER_SIZE: usize = 8 << 10;

/// Copies bytes from each of two streams to the other, until both have ended.
/// Returns how many bytes went from `a` to `b`, and how many from `b` to `a`. A
/// proxy does this.
///
/// When one stream ends, the writing direction of the other is closed, and its
/// reading direction goes on. This allocates two buffers of 8 KiB.
///
/// # Errors
/// The first error of either direction. Bytes in the buffers are lost.
///
/// # Cancel safety
/// If the future is dropped, bytes that were read but not written are lost.
/// Both streams stay open.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use wakeful::{io::copy_bidirectional, net::{TcpListener, TcpStream}};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let upstream = TcpListener::bind("127.0.0.1:0").await?;
///     let proxy = TcpListener::bind("127.0.0.1:0").await?;
///     let (from, to) = (proxy.local_addr()?, upstream.local_addr()?);
///     let proxied = wakeful::spawn_local(async move {
///         let (mut client, _) = proxy.accept().await?;
///         let mut server = TcpStream::connect(to).await?;
///         copy_bidirectional(&mut client, &mut server).await
///     });
///
///     let mut client = TcpStream::connect(from).await?;
///     client.write_all(b"ping").await?;
///     client.close().await?;
///     let (mut server, _) = upstream.accept().await?;
///     let mut heard = String::new();
///     server.read_to_string(&mut heard).await?;
///     server.write_all(b"and pong").await?;
///     drop(server);
///     client.read_to_string(&mut heard).await?;
///     assert_eq!(heard, "pingand pong");
///     assert_eq!(proxied.await??, (4, 8));
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn copy_bidirectional<A, B>(a: &mut A, b: &mut B) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    let (mut there, mut back) = (Direction::new(), Direction::new());
    poll_fn(|context| {
        let there = there.poll(context, Pin::new(&mut *a), Pin::new(&mut *b))?;
        // The second direction gets its turn even if the first has spent the
        // budget.
        let poll = || back.poll(context, Pin::new(&mut *b), Pin::new(&mut *a));
        let back = budget::poll_subfuture(poll)?;
        Poll::Ready(Ok((ready!(there), ready!(back))))
    })
    .await
}

/// One of the two directions.
struct Direction {
    buffer: Box<[u8]>,
    /// The bytes `from..to` of the buffer were read but not written.
    from: usize,
    to: usize,
    copied: u64,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Copying,
    /// The reader has ended.
    Closing,
    Done,
}

impl Direction {
    fn new() -> Self {
        Self {
            buffer: vec![0; BUFFER_SIZE].into(),
            from: 0,
            to: 0,
            copied: 0,
            phase: Phase::Copying,
        }
    }

    /// Ready after everything was copied and the writer was closed.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        mut reader: Pin<&mut (impl AsyncRead + ?Sized)>,
        mut writer: Pin<&mut (impl AsyncWrite + ?Sized)>,
    ) -> Poll<io::Result<u64>> {
        // First the bytes of the last poll.
        ready!(self.poll_write(context, writer.as_mut()))?;
        while self.phase == Phase::Copying {
            // A stream of another crate may be ready every time and spend no
            // budget.
            ready!(budget::poll_proceed(context));
            match reader.as_mut().poll_read(context, &mut self.buffer)? {
                Poll::Ready(0) => self.phase = Phase::Closing,
                Poll::Ready(read) => {
                    budget::spend();
                    (self.from, self.to) = (0, read);
                }
                Poll::Pending => {
                    // The next bytes may never come, so flush what was written.
                    ready!(writer.as_mut().poll_flush(context))?;
                    return Poll::Pending;
                }
            }
            ready!(self.poll_write(context, writer.as_mut()))?;
        }
        if self.phase == Phase::Closing {
            ready!(writer.poll_close(context))?;
            self.phase = Phase::Done;
        }
        Poll::Ready(Ok(self.copied))
    }

    /// Writes the bytes that were read.
    fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        mut writer: Pin<&mut (impl AsyncWrite + ?Sized)>,
    ) -> Poll<io::Result<()>> {
        while self.from < self.to {
            let rest = &self.buffer[self.from..self.to];
            let written = ready!(writer.as_mut().poll_write(context, rest))?;
            if written == 0 {
                let error = "the stream takes no more bytes, but some are left to copy";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::WriteZero, error)));
            }
            self.from += written;
            self.copied += written as u64;
        }
        Poll::Ready(Ok(()))
    }
}
