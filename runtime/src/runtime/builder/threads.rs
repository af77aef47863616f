//! The names and stacks of the threads that run tasks, and tokio's settings that have
//! no effect here.

use super::Builder;
use crate::primitives::std_thread as thread;
use std::{fmt, ops::Range, sync::Arc};

/// The names and the stack size of the threads.
#[derive(Clone, Default)]
pub(super) struct Threads {
    name: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    stack: Option<usize>,
}

impl Threads {
    /// Builders for the threads of these numbers. The default name is `prefix` and the
    /// number. The names come from user code that may panic, so all names are made
    /// before the first thread starts.
    ///
    /// # Panics
    /// If a name has a zero byte.
    #[track_caller]
    pub(super) fn make(&self, prefix: &str, numbers: Range<usize>) -> Vec<thread::Builder> {
        numbers.map(|number| self.builder(prefix, number)).collect()
    }

    #[track_caller]
    fn builder(&self, prefix: &str, number: usize) -> thread::Builder {
        let name = self.name.as_ref();
        let name = name.map_or_else(|| format!("{prefix}-{number}"), |name| name());
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
    /// Sets one name for all threads that the runtime starts to run tasks. The default
    /// names are `wakeful-worker-1` and so on, or `wakeful-core-1` and so on. The thread
    /// in [`block_on`](crate::Runtime::block_on) keeps its name, and the threads of the
    /// blocking pool are always called `wakeful-blocking`.
    ///
    /// # Panics
    /// [`build`](Self::build) panics if the name has a zero byte.
    pub fn thread_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.thread_name_fn(move || name.clone())
    }

    /// [`thread_name`](Self::thread_name) with a name for each thread, in the order in
    /// which the threads start.
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

    /// Sets the stack size, in bytes, of the threads that the runtime starts to run
    /// tasks. The default is that of `std`, and the system may round up. The thread in
    /// [`block_on`](crate::Runtime::block_on) keeps its stack, and the threads of the
    /// blocking pool have the default.
    pub fn thread_stack_size(mut self, bytes: usize) -> Self {
        self.threads.stack = Some(bytes);
        self
    }

    /// Has no effect: sockets and timers work in every runtime, and cost nothing until
    /// they are used. Code that was written for tokio calls this.
    pub fn enable_all(self) -> Self {
        self
    }

    /// Has no effect. See [`enable_all`](Self::enable_all).
    pub fn enable_io(self) -> Self {
        self
    }

    /// Has no effect. See [`enable_all`](Self::enable_all).
    pub fn enable_time(self) -> Self {
        self
    }
}
