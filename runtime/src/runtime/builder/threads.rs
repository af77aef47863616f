//! The threads that run tasks, as the system sees them; and settings of tokio's
//! that there is no choice about here.

use super::Builder;
use crate::primitives::of_workers as thread;
use std::{fmt, ops::Range, sync::Arc};

/// What the threads are called, and how large their stacks are.
#[derive(Clone, Default)]
pub(super) struct Threads {
    name: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    stack: Option<usize>,
}

impl Threads {
    /// The threads of these numbers, called `usual` and the number unless told.
    /// All of them before the first is started, for a stranger names them: its
    /// panic is to leave none behind.
    ///
    /// # Panics
    /// If there is a zero byte in a name.
    #[track_caller]
    pub(super) fn make(&self, usual: &str, numbers: Range<usize>) -> Vec<thread::Builder> {
        numbers.map(|number| self.one(usual, number)).collect()
    }

    #[track_caller]
    fn one(&self, usual: &str, number: usize) -> thread::Builder {
        let name = self.name.as_ref();
        let name = name.map_or_else(|| format!("{usual}-{number}"), |name| name());
        assert!(
            !name.contains('\0'),
            "the name of a thread has a zero byte: {name:?}"
        );
        let thread = thread::Builder::new().name(name);
        match self.stack {
            Some(bytes) => thread.stack_size(bytes),
            None => thread,
        }
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("named", &self.name.is_some())
            .field("stack", &self.stack)
            .finish()
    }
}

impl Builder {
    /// What the threads that the runtime starts to run tasks are called: all of
    /// them the same. Without it they are `wakeful-worker-1` and so on, or
    /// `wakeful-core-1`. The thread in [`block_on`](crate::Runtime::block_on)
    /// keeps the name that it has, and those of the blocking pool are
    /// `wakeful-blocking` in any case.
    ///
    /// # Panics
    /// [`build`](Self::build) does, if there is a zero byte in it.
    pub fn thread_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.thread_name_fn(move || name.clone())
    }

    /// As [`thread_name`](Self::thread_name), with a name for each, in the order
    /// in which they are started.
    ///
    /// ```
    /// use std::{sync::atomic::{AtomicUsize, Ordering::Relaxed}, thread};
    /// use wakeful::runtime::{Builder, Handle};
    ///
    /// let started = AtomicUsize::new(0);
    /// let runtime = Builder::new_thread_per_core()
    ///     .worker_threads(3)
    ///     .thread_name_fn(move || format!("shard-{}", started.fetch_add(1, Relaxed)))
    ///     .build()?;
    /// let name = runtime.block_on(async {
    ///     Handle::current().spawn_on(2, async || thread::current().name().map(str::to_owned)).await
    /// })?;
    /// assert_eq!(name.as_deref(), Some("shard-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn thread_name_fn<F>(mut self, name: F) -> Self
    where
        F: Fn() -> String + Send + Sync + 'static,
    {
        self.threads.name = Some(Arc::new(name));
        self
    }

    /// How many bytes the stacks of the threads that the runtime starts to run
    /// tasks have; as `std` has it unless told. The system may round up. The
    /// thread in [`block_on`](crate::Runtime::block_on) has the stack that it
    /// has, and those of the blocking pool that of `std`.
    pub fn thread_stack_size(mut self, bytes: usize) -> Self {
        self.threads.stack = Some(bytes);
        self
    }

    /// Does nothing: sockets and timers work in every runtime, and cost nothing
    /// while there are none. Here so that what was written for tokio reads the
    /// same.
    pub fn enable_all(self) -> Self {
        self
    }

    /// Does nothing; see [`enable_all`](Self::enable_all).
    pub fn enable_io(self) -> Self {
        self
    }

    /// Does nothing; see [`enable_all`](Self::enable_all).
    pub fn enable_time(self) -> Self {
        self
    }
}
