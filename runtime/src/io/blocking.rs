//! A blocking stream whose operations run on the blocking pool.
//!
//! The stream and a buffer move into the pool for each operation and come back
//! with the result. Reads run ahead of the reader. Writes run behind the
//! writer: a write is done when its bytes are copied, and the next operation
//! returns its error. So a future that is dropped in between loses nothing.

use crate::{budget, runtime::spawn::spawn_blocking, sync::oneshot, task::JoinHandle};
use std::{
    fmt,
    future::{Future, poll_fn},
    io::{self, IoSlice, Read, Seek, SeekFrom, Write},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// The least to read at once. A round trip through the blocking pool takes longer than
/// copying this many bytes, so smaller reads would gain nothing.
const MIN_READ: usize = 16 * 1024;
/// The most to read or write at once.
pub(crate) const DEFAULT_MAX: usize = 256 * 1024;

pub(crate) struct Blocking<T> {
    stage: Stage<T>,
    /// The bytes `taken..filled` of the buffer were read ahead.
    taken: usize,
    filled: usize,
    max: usize,
}

enum Stage<T> {
    Idle(Lent<T>),
    Busy(JoinHandle<(Lent<T>, io::Result<Done>)>),
    /// Closed, or lost to a panic or to the end of the runtime.
    Gone,
}

/// The stream and its buffer, which move into the pool and back.
struct Lent<T> {
    stream: T,
    bytes: Vec<u8>,
}

/// The operation that has ended since the last poll.
enum Done {
    Nothing,
    Read(usize),
    Sought { to: SeekFrom, position: u64 },
}

impl<T: Send + 'static> Blocking<T> {
    pub(crate) fn new(stream: T) -> Self {
        let bytes = Vec::new();
        Self {
            stage: Stage::Idle(Lent { stream, bytes }),
            taken: 0,
            filled: 0,
            max: DEFAULT_MAX,
        }
    }

    /// Sets the most to read or write at once, which must not be 0.
    pub(crate) fn set_max(&mut self, max: usize) {
        self.max = max;
    }

    /// Waits for the current operation, and returns its error.
    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Done>> {
        let Stage::Busy(operation) = &mut self.stage else {
            // A read from the buffer and a flush without bytes never wait, so they spend
            // budget here. The other operations wait for their `JoinHandle`, which
            // spends it.
            ready!(budget::poll_proceed(context));
            budget::spend();
            return Poll::Ready(Ok(Done::Nothing));
        };
        let joined = ready!(Pin::new(operation).poll(context));
        self.stage = Stage::Gone;
        let (lent, done) = joined?;
        self.stage = Stage::Idle(lent);
        match done {
            Ok(Done::Read(count)) => (self.taken, self.filled) = (0, count),
            Ok(Done::Sought { .. }) => (self.taken, self.filled) = (0, 0),
            // A seek that has failed has not moved the position.
            _ => {}
        }
        Poll::Ready(done)
    }

    /// Starts an operation. The stage must not be `Busy`.
    fn begin(
        &mut self,
        operation: impl FnOnce(&mut Lent<T>) -> io::Result<Done> + Send + 'static,
    ) -> io::Result<()> {
        match mem::replace(&mut self.stage, Stage::Gone) {
            Stage::Idle(mut lent) => {
                self.stage = Stage::Busy(spawn_blocking(move || {
                    let done = operation(&mut lent);
                    (lent, done)
                }));
                Ok(())
            }
            stage => {
                debug_assert!(matches!(stage, Stage::Gone), "an operation is running");
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
    }

    /// Runs an operation of the caller's after those before it.
    ///
    /// # Errors
    /// Those of the writes before it, too.
    pub(crate) async fn run<R: Send + 'static>(
        &mut self,
        operation: impl FnOnce(&mut T) -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        poll_fn(|context| self.poll_done(context)).await?;
        let (sender, result) = oneshot::channel();
        self.begin(move |lent| {
            // If the caller has given up, the result has no receiver.
            let _ = sender.send(operation(&mut lent.stream));
            Ok(Done::Nothing)
        })?;
        poll_fn(|context| self.poll_done(context)).await?;
        result.await.expect("the operation has sent its result")
    }

    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>>
    where
        T: Read,
    {
        loop {
            let done = ready!(self.poll_done(context))?;
            let ahead = self.filled - self.taken;
            if let Stage::Idle(lent) = &self.stage
                && ahead > 0
            {
                let count = buffer.len().min(ahead);
                buffer[..count].copy_from_slice(&lent.bytes[self.taken..][..count]);
                self.taken += count;
                return Poll::Ready(Ok(count));
            }
            if matches!(done, Done::Read(0)) || buffer.is_empty() {
                return Poll::Ready(Ok(0));
            }
            let wanted = buffer.len().max(MIN_READ).min(self.max);
            self.begin(move |lent| {
                lent.bytes.resize(wanted, 0);
                loop {
                    match lent.stream.read(&mut lent.bytes) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        read => return read.map(Done::Read),
                    }
                }
            })?;
        }
    }

    /// Takes bytes to write. Bytes that were read ahead are lost.
    pub(crate) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>>
    where
        T: Write,
    {
        self.poll_write_vectored(context, &[IoSlice::new(buffer)])
    }

    /// [`poll_write`](Self::poll_write) of several buffers, one after the
    /// other.
    pub(crate) fn poll_write_vectored(
        &mut self,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>
    where
        T: Write,
    {
        ready!(self.poll_done(context))?;
        let mut count = 0;
        if let Stage::Idle(lent) = &mut self.stage {
            (self.taken, self.filled) = (0, 0);
            lent.bytes.clear();
            for buffer in buffers {
                let taken = buffer.len().min(self.max - count);
                lent.bytes.extend_from_slice(&buffer[..taken]);
                count += taken;
            }
        }
        self.begin(|lent| {
            lent.stream.write_all(&lent.bytes)?;
            lent.stream.flush()?;
            Ok(Done::Nothing)
        })?;
        Poll::Ready(Ok(count))
    }

    /// Waits until the bytes are written, and returns the error of the write.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_done(context).map_ok(drop)
    }

    /// Waits for the current operation, and returns how many bytes the stream
    /// is ahead of the reader.
    pub(crate) fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        ready!(self.poll_done(context))?;
        Poll::Ready(Ok(self.filled - self.taken))
    }

    /// Whether no operation is running and no bytes were read ahead.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Idle(_)) && self.filled == self.taken
    }

    /// Seeks relative to the reader's position. Polling again with the same
    /// `to` continues the same seek.
    pub(crate) fn poll_seek(
        &mut self,
        context: &mut Context<'_>,
        to: SeekFrom,
    ) -> Poll<io::Result<u64>>
    where
        T: Seek,
    {
        loop {
            match ready!(self.poll_done(context))? {
                Done::Sought {
                    to: sought,
                    position,
                } if sought == to => {
                    return Poll::Ready(Ok(position));
                }
                _ => {}
            }
            let ahead = i64::try_from(self.filled - self.taken).unwrap_or(i64::MAX);
            let target = match to {
                SeekFrom::Current(offset) => SeekFrom::Current(offset.saturating_sub(ahead)),
                absolute => absolute,
            };
            self.begin(move |lent| {
                let position = lent.stream.seek(target)?;
                Ok(Done::Sought { to, position })
            })?;
        }
    }

    /// Drops the stream. The stage must not be `Busy`.
    #[cfg(not(unix))]
    pub(crate) fn close(&mut self) {
        self.stage = Stage::Gone;
    }
}

impl<T> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}
