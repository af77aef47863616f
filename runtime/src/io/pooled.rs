//! A stream whose operations block, lent to the pool for each of them.
//!
//! Reads run ahead of their reader, and writes behind their writer: a write is
//! done when its bytes were copied, and what became of it is heard at the next
//! operation. So a future that is dropped in between loses nothing.

use crate::{budget, runtime::spawn::spawn_blocking, task::JoinHandle};
use std::{
    fmt,
    future::Future,
    io::{self, IoSlice, Read, Seek, SeekFrom, Write},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// How much is read at once, however little is asked for; a way through the
/// pool costs more than the copy.
const LEAST: usize = 16 * 1024;
/// How much is read or written at once, however much is asked for.
const MOST: usize = 256 * 1024;

pub(crate) struct Pooled<T> {
    place: Place<T>,
    /// What was read and not handed out yet, as a part of the lent bytes.
    taken: usize,
    filled: usize,
}

enum Place<T> {
    Here(Lent<T>),
    Away(JoinHandle<(Lent<T>, io::Result<Done>)>),
    /// Closed, or lost to a panic or to the end of the runtime.
    Gone,
}

/// What goes to the pool and comes back.
struct Lent<T> {
    stream: T,
    bytes: Vec<u8>,
}

/// What has come to its end since the last look.
enum Done {
    Nothing,
    Read(usize),
    Wrote,
    Sought { to: SeekFrom, place: u64 },
}

impl<T: Send + 'static> Pooled<T> {
    pub(crate) fn new(stream: T) -> Self {
        let bytes = Vec::new();
        Self {
            place: Place::Here(Lent { stream, bytes }),
            taken: 0,
            filled: 0,
        }
    }

    /// Waits for the operation under way. Its error is the error of whoever
    /// waits for it.
    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Done>> {
        let Place::Away(operation) = &mut self.place else {
            // Reading what was read ahead never waits, nor does flushing
            // nothing, so these spend here. Else the handle spends.
            ready!(budget::poll_proceed(context));
            budget::spend();
            return Poll::Ready(Ok(Done::Nothing));
        };
        let joined = ready!(Pin::new(operation).poll(context));
        self.place = Place::Gone;
        let (lent, done) = joined?;
        self.place = Place::Here(lent);
        match done {
            Ok(Done::Read(count)) => (self.taken, self.filled) = (0, count),
            Ok(Done::Sought { .. }) => (self.taken, self.filled) = (0, 0),
            // A seek that has failed has moved nothing.
            _ => {}
        }
        Poll::Ready(done)
    }

    /// Begins an operation; nothing is under way.
    fn begin(
        &mut self,
        operation: impl FnOnce(&mut Lent<T>) -> io::Result<Done> + Send + 'static,
    ) -> io::Result<()> {
        match mem::replace(&mut self.place, Place::Gone) {
            Place::Here(mut lent) => {
                self.place = Place::Away(spawn_blocking(move || {
                    let done = operation(&mut lent);
                    (lent, done)
                }));
                Ok(())
            }
            place => {
                debug_assert!(matches!(place, Place::Gone), "nothing is under way");
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
            if let Place::Here(lent) = &self.place
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
            let wanted = buffer.len().clamp(LEAST, MOST);
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

    /// Takes bytes to write. What was read ahead is lost.
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

    /// [`poll_write`](Self::poll_write), of several buffers after each other.
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
        if let Place::Here(lent) = &mut self.place {
            (self.taken, self.filled) = (0, 0);
            lent.bytes.clear();
            for buffer in buffers {
                let taken = buffer.len().min(MOST - count);
                lent.bytes.extend_from_slice(&buffer[..taken]);
                count += taken;
            }
        }
        self.begin(|lent| {
            lent.stream.write_all(&lent.bytes)?;
            lent.stream.flush()?;
            Ok(Done::Wrote)
        })?;
        Poll::Ready(Ok(count))
    }

    /// Waits until what was written has been, and says if it was not.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_done(context).map_ok(drop)
    }

    /// Waits for the operation under way, and says how many bytes the stream is
    /// ahead of its reader.
    pub(crate) fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        ready!(self.poll_done(context))?;
        Poll::Ready(Ok(self.filled - self.taken))
    }

    /// Seeks, as the reader sees it. Polled again with the same `to`, it is the
    /// same seek.
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
                Done::Sought { to: asked, place } if asked == to => {
                    return Poll::Ready(Ok(place));
                }
                _ => {}
            }
            let ahead = i64::try_from(self.filled - self.taken).unwrap_or(i64::MAX);
            let target = match to {
                SeekFrom::Current(offset) => SeekFrom::Current(offset.saturating_sub(ahead)),
                absolute => absolute,
            };
            self.begin(move |lent| {
                let place = lent.stream.seek(target)?;
                Ok(Done::Sought { to, place })
            })?;
        }
    }

    /// Drops the stream; nothing is under way.
    #[cfg(not(unix))]
    pub(crate) fn close(&mut self) {
        self.place = Place::Gone;
    }
}

impl<T> fmt::Debug for Pooled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pooled").finish_non_exhaustive()
    }
}
