//! What goes between two streams, in both directions at once. (In one it is
//! `futures_util::io::copy`.)

use crate::budget;
use futures_io::{AsyncRead, AsyncWrite};
use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// How much of a direction is under way at most: tokio's number.
const UNDER_WAY: usize = 8 << 10;

/// Copies what comes from each of two streams to the other, until both have
/// come to their ends; says how many bytes went from the first to the second,
/// and how many back. This is what a proxy does.
///
/// When one has come to its end, the other is closed to writing, and goes on to
/// be read. Two buffers of 8 KiB are allocated.
///
/// # Errors
/// The first of either direction. What the other has under way is lost.
///
/// # Cancel safety
/// Dropped, it loses what was read and not yet written, and leaves both streams
/// open.
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
        // What the first has spent is none of its fault.
        let poll = || back.poll(context, Pin::new(&mut *b), Pin::new(&mut *a));
        let back = budget::among_siblings(poll)?;
        Poll::Ready(Ok((ready!(there), ready!(back))))
    })
    .await
}

/// One of the two.
struct Direction {
    buffer: Box<[u8]>,
    /// Of the buffer, what was read and not yet written.
    from: usize,
    to: usize,
    copied: u64,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Copying,
    /// The reader has come to its end.
    Closing,
    Over,
}

impl Direction {
    fn new() -> Self {
        Self {
            buffer: vec![0; UNDER_WAY].into(),
            from: 0,
            to: 0,
            copied: 0,
            phase: Phase::Copying,
        }
    }

    /// Ready when all has been copied and the writer closed, and from then on.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        mut reader: Pin<&mut (impl AsyncRead + ?Sized)>,
        mut writer: Pin<&mut (impl AsyncWrite + ?Sized)>,
    ) -> Poll<io::Result<u64>> {
        // What it was pending with.
        ready!(self.poll_write(context, writer.as_mut()))?;
        while self.phase == Phase::Copying {
            // Streams that are always ready may not know of budgets.
            ready!(budget::poll_proceed(context));
            match reader.as_mut().poll_read(context, &mut self.buffer)? {
                Poll::Ready(0) => self.phase = Phase::Closing,
                Poll::Ready(read) => {
                    budget::spend();
                    (self.from, self.to) = (0, read);
                }
                Poll::Pending => {
                    // What was written must not wait for what may never come.
                    ready!(writer.as_mut().poll_flush(context))?;
                    return Poll::Pending;
                }
            }
            ready!(self.poll_write(context, writer.as_mut()))?;
        }
        if self.phase == Phase::Closing {
            ready!(writer.poll_close(context))?;
            self.phase = Phase::Over;
        }
        Poll::Ready(Ok(self.copied))
    }

    /// Writes what was read.
    fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        mut writer: Pin<&mut (impl AsyncWrite + ?Sized)>,
    ) -> Poll<io::Result<()>> {
        while self.from < self.to {
            let rest = &self.buffer[self.from..self.to];
            let written = ready!(writer.as_mut().poll_write(context, rest))?;
            if written == 0 {
                let error = "the stream takes no more, with bytes left to copy";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::WriteZero, error)));
            }
            self.from += written;
            self.copied += written as u64;
        }
        Poll::Ready(Ok(()))
    }
}
