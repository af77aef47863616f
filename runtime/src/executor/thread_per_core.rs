//! Several current-thread executors, each on a thread of its own, that share
//! nothing. A task stays on the core where it began.
//!
//! Only closures cross from core to core. A [`LazyFuture`] calls its closure on the
//! core that polls it first. So the future that the closure makes need not be
//! `Send`, and neither need the values that the future shares with its core.

use super::{
    Driver, Settings,
    context::{self, ExecutorContext},
    current_thread::{self, LocalExecutor},
};
use crate::{
    primitives::{Mutex, lock, std_thread as thread},
    taskdump::Resource,
    timers::Timers,
    unwind::wake,
};
use pin_project_lite::pin_project;
use std::{
    future::{Future, poll_fn},
    io, mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
};

/// The executors of a runtime, one for each core. A current-thread runtime has one.
pub(crate) struct LocalExecutors {
    remotes: Box<[RemoteExecutor]>,
    settings: Settings,
    /// The next core in the round of [`next`](Self::next).
    next: AtomicUsize,
    closing: Closing,
}

/// The executor of a core, as the other threads see it.
pub(crate) struct RemoteExecutor {
    pub(crate) shared: Arc<current_thread::Shared>,
    pub(crate) timers: Arc<Timers>,
}

impl LocalExecutors {
    pub(crate) fn new(remotes: Vec<RemoteExecutor>, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            remotes: remotes.into(),
            settings,
            next: AtomicUsize::new(0),
            closing: Closing::new(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.remotes.len()
    }

    pub(crate) fn remotes(&self) -> &[RemoteExecutor] {
        &self.remotes
    }

    pub(crate) fn shared(&self, core: usize) -> &Arc<current_thread::Shared> {
        &self.remotes[core].shared
    }

    /// Returns the index of each core in turn.
    pub(crate) fn next(&self) -> usize {
        // Relaxed: the count publishes nothing.
        self.next.fetch_add(1, Relaxed) % self.len()
    }

    /// Tells the other cores to end. The caller joins their threads next.
    pub(crate) fn close(&self) {
        self.closing.close();
    }

    /// Starts the thread of a core other than the first.
    pub(crate) fn start(
        self: &Arc<Self>,
        index: usize,
        driver: Driver,
        thread: thread::Builder,
    ) -> io::Result<thread::JoinHandle<()>> {
        let executors = Arc::clone(self);
        thread.spawn(move || executors.run_executor(index, driver))
    }

    fn run_executor(&self, index: usize, driver: Driver) {
        let shared = self.shared(index);
        let hooks = shared.hooks().clone();
        let executor = LocalExecutor::new(driver, Arc::clone(shared), self.settings.clone());
        context::enter(ExecutorContext::Local(&executor), || {
            if let Some(hooks) = &hooks {
                hooks.thread_start();
            }
            executor.block_on(self.closing.wait());
            executor.shut_down();
            if let Some(hooks) = &hooks {
                hooks.thread_stop();
            }
        });
    }
}

/// Tells the threads of the cores that the runtime ends.
struct Closing {
    state: Mutex<ClosingState>,
    /// Dumps show this as the thing that the `block_on` tasks of these cores wait for.
    resource: Resource,
}

#[derive(Default)]
struct ClosingState {
    closed: bool,
    /// The wakers of the cores' `block_on` tasks.
    wakers: Vec<Waker>,
}

impl Closing {
    fn new() -> Self {
        Self {
            state: Mutex::default(),
            resource: Resource::new("the end of the runtime"),
        }
    }

    fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let wakers = mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(wake);
    }

    async fn wait(&self) {
        poll_fn(|context| {
            let polled = self.poll(context.waker());
            self.resource.record(&polled);
            polled
        })
        .await;
    }

    fn poll(&self, waker: &Waker) -> Poll<()> {
        let mut state = lock(&self.state);
        if state.closed {
            return Poll::Ready(());
        }
        if !state.wakers.iter().any(|known| known.will_wake(waker)) {
            state.wakers.push(waker.clone());
        }
        Poll::Pending
    }
}

pin_project! {
    /// A future that is made at its first poll, and stays on that thread.
    ///
    /// Invariant **TC1**: until the first poll it holds only the closure. It is polled
    /// only as a task of a current-thread executor. That executor polls and drops
    /// its tasks on its own thread, except those that it never polled.
    #[project = Projected]
    pub(crate) enum LazyFuture<M, F> {
        Closure { make: Option<M> },
        Future {
            #[pin]
            future: F,
        },
    }
}

// SAFETY: TC1. Another thread can hold or drop it only before its first poll, when it
// holds `make` alone, and `M` is `Send`.
unsafe impl<M: Send, F> Send for LazyFuture<M, F> {}

impl<M, F> LazyFuture<M, F> {
    pub(crate) fn new(make: M) -> Self {
        Self::Closure { make: Some(make) }
    }
}

impl<M, F> Future for LazyFuture<M, F>
where
    M: FnOnce() -> F,
    F: Future,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Projected::Closure { make } = self.as_mut().project() {
            let make = make.take().expect("a panic in `make` ends the task");
            let future = make();
            self.set(Self::Future { future });
        }
        match self.project() {
            Projected::Future { future } => future.poll(context),
            Projected::Closure { .. } => unreachable!("the future was made above"),
        }
    }
}
