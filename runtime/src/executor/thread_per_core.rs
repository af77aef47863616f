//! Several local executors, each on a thread of its own, that share nothing:
//! a thread per core. A task never leaves the core that it was begun on.
//!
//! What crosses from core to core is a closure, which makes the task's future
//! when it has arrived. So the future need not be `Send`, and all that is
//! reached from it may be as single-threaded as on a runtime of one thread.

use super::{
    Driver,
    context::{self, Current},
    current_thread::{Core, SharedCore},
};
use crate::{primitives::of_workers as thread, sync::CancellationToken, time::Timers};
use pin_project_lite::pin_project;
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

/// The cores of a runtime, as they reach each other. A runtime of one thread
/// is a core alone.
pub(crate) struct Cores {
    members: Box<[Member]>,
    /// Whether they rank their tasks.
    ranked: bool,
    /// Whose turn it is to be dealt something.
    next: AtomicUsize,
    closed: CancellationToken,
}

/// A core, as the others see it.
pub(crate) struct Member {
    pub(crate) shared: Arc<SharedCore>,
    pub(crate) timers: Arc<Timers>,
}

impl Cores {
    pub(crate) fn new(members: Vec<Member>, ranked: bool) -> Arc<Self> {
        Arc::new(Self {
            members: members.into(),
            ranked,
            next: AtomicUsize::new(0),
            closed: CancellationToken::new(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(crate) fn shared(&self, core: usize) -> &Arc<SharedCore> {
        &self.members[core].shared
    }

    /// The cores in turn.
    pub(crate) fn next(&self) -> usize {
        // Ordering: Relaxed; a number that orders nothing.
        self.next.fetch_add(1, Relaxed) % self.len()
    }

    /// Tells the other cores to end. Their threads are to be joined next.
    pub(crate) fn close(&self) {
        self.closed.cancel();
    }

    /// Starts the thread of a core that is not the first.
    pub(crate) fn start(
        self: &Arc<Self>,
        index: usize,
        driver: Driver,
        thread: thread::Builder,
    ) -> io::Result<thread::JoinHandle<()>> {
        let cores = Arc::clone(self);
        thread.spawn(move || cores.live(index, driver))
    }

    fn live(&self, index: usize, driver: Driver) {
        let shared = self.shared(index);
        let hooks = shared.hooks().clone();
        let core = Core::new(driver, Arc::clone(shared), self.ranked);
        context::enter(Current::Local(&core), || {
            if let Some(hooks) = &hooks {
                hooks.thread_start();
            }
            core.block_on(self.closed.cancelled());
            core.shut_down();
            if let Some(hooks) = &hooks {
                hooks.thread_stop();
            }
        });
    }
}

pin_project! {
    /// A future that is made where it is first polled, and stays there.
    #[project = Projected]
    pub(crate) enum MadeThere<M, F> {
        Making { make: Option<M> },
        Made {
            #[pin]
            future: F,
        },
    }
}

// SAFETY: until its first poll it holds `make` alone, which is `Send`. Who
// polls it is a local executor, whose tasks, once begun, are polled and dropped
// on its own thread; one that was not begun may be dropped by the thread that
// was late to bring it, and then holds no future.
unsafe impl<M: Send, F> Send for MadeThere<M, F> {}

impl<M, F> MadeThere<M, F> {
    pub(crate) fn by(make: M) -> Self {
        Self::Making { make: Some(make) }
    }
}

impl<M, F> Future for MadeThere<M, F>
where
    M: FnOnce() -> F,
    F: Future,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Projected::Making { make } = self.as_mut().project() {
            let make = make.take().expect("a panic in it was the task's end");
            let future = make();
            self.set(Self::Made { future });
        }
        match self.project() {
            Projected::Made { future } => future.poll(context),
            Projected::Making { .. } => unreachable!("it has been made"),
        }
    }
}
