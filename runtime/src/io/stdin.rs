//! The standard input, read by a thread of its own.
//!
//! A read of a terminal lasts until somebody types, and nothing interrupts it.
//! A thread of the blocking pool would hold up the end of the runtime for as
//! long; so one thread of the process reads, when it is asked to and not
//! before, and nobody ever waits for it.

use crate::{trace, unwind};
use futures_io::AsyncRead;
use std::{
    io::{self, Read},
    pin::Pin,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread,
};

const CHUNK: usize = 8 * 1024;

/// The standard input of the process. See [`stdin`].
#[derive(Debug)]
pub struct Stdin(());

/// The standard input. The first read starts a thread that reads for the whole
/// process, each time when it is asked to; a runtime can end while it waits for
/// somebody to type.
///
/// There is one input, however many of these: what is read by one is not read
/// by another, and of the tasks that wait, the last to poll is the one that is
/// woken.
///
/// # Cancel safety
/// What comes for a read that was dropped is there for the next.
///
/// ```no_run
/// use futures_util::{AsyncBufReadExt, TryStreamExt, io::BufReader};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut lines = BufReader::new(wakeful::io::stdin()).lines();
///     while let Some(line) = lines.try_next().await? {
///         println!("{line}");
///     }
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stdin() -> Stdin {
    Stdin(())
}

struct Input {
    state: Mutex<State>,
    wanted: Condvar,
}

struct State {
    has_thread: bool,
    /// Somebody waits for more.
    wanted: bool,
    /// The last read's result, until it has been handed out.
    read: Option<io::Result<usize>>,
    bytes: [u8; CHUNK],
    taken: usize,
    waker: Option<Waker>,
}

static INPUT: Input = Input {
    state: Mutex::new(State {
        has_thread: false,
        wanted: false,
        read: None,
        bytes: [0; CHUNK],
        taken: 0,
        waker: None,
    }),
    wanted: Condvar::new(),
};

impl Input {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No stranger's code runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) -> ! {
        let mut bytes = [0; CHUNK];
        loop {
            let state = self.lock();
            let state = self.wanted.wait_while(state, |state| !state.wanted);
            drop(state);
            let read = io::stdin().read(&mut bytes);
            let mut state = self.lock();
            state.wanted = false;
            state.bytes = bytes;
            state.taken = 0;
            state.read = Some(read);
            let waker = state.waker.take();
            drop(state);
            waker.into_iter().for_each(unwind::wake);
        }
    }
}

impl State {
    /// Hands out what has been read, if anything has.
    fn take(&mut self, buffer: &mut [u8]) -> Option<io::Result<usize>> {
        match self.read.take()? {
            Ok(filled) => {
                let count = buffer.len().min(filled - self.taken);
                buffer[..count].copy_from_slice(&self.bytes[self.taken..][..count]);
                self.taken += count;
                if self.taken < filled {
                    self.read = Some(Ok(filled));
                }
                Some(Ok(count))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            failed => Some(failed),
        }
    }
}

impl AsyncRead for Stdin {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let waker = context.waker().clone();
        let mut state = INPUT.lock();
        if let Some(read) = state.take(buffer) {
            return Poll::Ready(read);
        }
        if !state.has_thread {
            thread::Builder::new()
                .name("wakeful-stdin".to_owned())
                .spawn(|| INPUT.serve())?;
            state.has_thread = true;
        }
        state.wanted = true;
        let old = state.waker.replace(waker);
        drop(state);
        drop(old);
        INPUT.wanted.notify_one();
        trace::note_input();
        Poll::Pending
    }
}
