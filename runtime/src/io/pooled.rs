//! A blocking stream that the blocking pool borrows for each operation.
//!
//! Reads run ahead of the caller, and writes run behind it. A write is done as soon
//! as its bytes are copied, and the next operation reports whether it succeeded. So
//! dropping a future between two operations loses nothing.

use crate::{budget, runtime::spawn::spawn_blocking, task::JoinHandle};
use std::{
    fmt,
    future::Future,
    io::{self, IoSlice, Read, Seek, SeekFrom, Write},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A read asks for at least this many bytes, because a trip through the pool
/// costs more than the copy.
const MIN_READ: usize = 16 * 1024;
/// One operation reads or writes at most this many bytes.
const MAX_CHUNK: usize = 256 * 1024;

pub(crate) struct Pooled<T> {
    state: StreamState<T>,
    /// The part of the buffer that was read and not yet returned is
    /// `taken..filled`.
    taken: usize,
    filled: usize,
}

enum StreamState<T> {
    Idle(Buffered<T>),
    /// An operation runs in the pool.
    Busy(JoinHandle<(Buffered<T>, io::Result<Completed>)>),
    /// Closed, or lost when an operation panicked or the runtime ended.
    Gone,
}

/// The part that moves to the pool and back.
struct Buffered<T> {
    stream: T,
    bytes: Vec<u8>,
}

/// The operation that has ended since the last look.
enum Completed {
    Nothing,
    Read(usize),
    Write,
    Seek { to: SeekFrom, position: u64 },
}

impl<T: Send + 'static> Pooled<T> {
    pub(crate) fn new(stream: T) -> Self {
        let bytes = Vec::new();
        Self {
            state: StreamState::Idle(Buffered { stream, bytes }),
            taken: 0,
            filled: 0,
        }
    }

    /// Waits for the operation under way. If it failed, this caller gets the error.
    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Completed>> {
        let StreamState::Busy(operation) = &mut self.state else {
            // Returning bytes that were read ahead never waits, nor does a flush with
            // nothing to flush. So they spend budget here. Otherwise the join handle
            // does.
            ready!(budget::poll_proceed(context));
            budget::spend();
            return Poll::Ready(Ok(Completed::Nothing));
        };
        let joined = ready!(Pin::new(operation).poll(context));
        self.state = StreamState::Gone;
        let (buffered, done) = joined?;
        self.state = StreamState::Idle(buffered);
        match done {
            Ok(Completed::Read(count)) => (self.taken, self.filled) = (0, count),
            Ok(Completed::Seek { .. }) => (self.taken, self.filled) = (0, 0),
            // A failed seek has moved nothing.
            _ => {}
        }
        Poll::Ready(done)
    }

    /// Begins an operation. None may be under way.
    fn begin(
        &mut self,
        operation: impl FnOnce(&mut Buffered<T>) -> io::Result<Completed> + Send + 'static,
    ) -> io::Result<()> {
        match mem::replace(&mut self.state, StreamState::Gone) {
            StreamState::Idle(mut buffered) => {
                self.state = StreamState::Busy(spawn_blocking(move || {
                    let done = operation(&mut buffered);
                    (buffered, done)
                }));
                Ok(())
            }
            state => {
                debug_assert!(matches!(state, StreamState::Gone), "nothing is under way");
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
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
            if let StreamState::Idle(buffered) = &self.state
                && ahead > 0
            {
                let count = buffer.len().min(ahead);
                buffer[..count].copy_from_slice(&buffered.bytes[self.taken..][..count]);
                self.taken += count;
                return Poll::Ready(Ok(count));
            }
            if matches!(done, Completed::Read(0)) || buffer.is_empty() {
                return Poll::Ready(Ok(0));
            }
            let wanted = buffer.len().clamp(MIN_READ, MAX_CHUNK);
            self.begin(move |buffered| {
                buffered.bytes.resize(wanted, 0);
                loop {
                    match buffered.stream.read(&mut buffered.bytes) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        read => return read.map(Completed::Read),
                    }
                }
            })?;
        }
    }

    /// Accepts bytes to write. Bytes that were read ahead are dropped.
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

    /// Like [`poll_write`](Self::poll_write), for several buffers in a row.
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
        if let StreamState::Idle(buffered) = &mut self.state {
            (self.taken, self.filled) = (0, 0);
            buffered.bytes.clear();
            for buffer in buffers {
                let taken = buffer.len().min(MAX_CHUNK - count);
                buffered.bytes.extend_from_slice(&buffer[..taken]);
                count += taken;
            }
        }
        self.begin(|buffered| {
            buffered.stream.write_all(&buffered.bytes)?;
            buffered.stream.flush()?;
            Ok(Completed::Write)
        })?;
        Poll::Ready(Ok(count))
    }

    /// Waits until the accepted bytes are written, and returns the error if not.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_done(context).map_ok(drop)
    }

    /// Waits for the operation under way, and returns how many bytes the stream is
    /// ahead of its reader.
    pub(crate) fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        ready!(self.poll_done(context))?;
        Poll::Ready(Ok(self.filled - self.taken))
    }

    /// Seeks, relative to what the reader has seen. A second poll with the same `to`
    /// continues the same seek.
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
                Completed::Seek {
                    to: asked,
                    position,
                } if asked == to => {
                    return Poll::Ready(Ok(position));
                }
                _ => {}
            }
            let ahead = i64::try_from(self.filled - self.taken).unwrap_or(i64::MAX);
            let target = match to {
                SeekFrom::Current(offset) => SeekFrom::Current(offset.saturating_sub(ahead)),
                absolute => absolute,
            };
            self.begin(move |buffered| {
                let position = buffered.stream.seek(target)?;
                Ok(Completed::Seek { to, position })
            })?;
        }
    }

    /// Drops the stream. No operation may be under way.
    #[cfg(not(unix))]
    pub(crate) fn close(&mut self) {
        self.state = StreamState::Gone;
    }
}

impl<T> fmt::Debug for Pooled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pooled").finish_non_exhaustive()
    }
}
