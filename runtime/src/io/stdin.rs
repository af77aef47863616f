//! The standard input, which a thread of its own reads.
//!
//! A read of a terminal lasts until the user types, and nothing interrupts it.
//! On the blocking pool, it would delay the end of the runtime for that long.
//! So one thread of the process reads, only when a task asks for input, and no
//! runtime waits for this thread.

use crate::{taskdump, unwind};
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
/// process. A runtime can shut down while this thread waits for the user.
///
/// All handles share one input, so each byte goes to one of them. If several
/// tasks wait, only the last one that polled is woken.
///
/// # Cancel safety
/// If a read is dropped, the next read gets its bytes.
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
    state: Mutex<InputState>,
    wanted: Condvar,
}

struct InputState {
    has_thread: bool,
    /// A task waits for input.
    wanted: bool,
    /// The result of the last read, until a task has taken all of it.
    read: Option<io::Result<usize>>,
    bytes: [u8; CHUNK],
    taken: usize,
    waker: Option<Waker>,
}

static INPUT: Input = Input {
    state: Mutex::new(InputState {
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
    fn lock(&self) -> MutexGuard<'_, InputState> {
        // No user code runs under this lock, so a poisoned lock is intact.
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

impl InputState {
    /// Returns bytes of the last read, if any are left.
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
        taskdump::record_input();
        Poll::Pending
    }
}
