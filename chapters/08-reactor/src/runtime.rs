// ANCHOR: head
//! An executor that sleeps in a reactor.

use std::cell::RefCell;
use std::io;

use executor::{Executor, JoinHandle, Spawner};

use crate::Reactor;
// ANCHOR_END: head

// ANCHOR: runtime
/// Runs tasks that wait for sockets, on the thread that created it.
pub struct Runtime {
    executor: Executor,
    reactor: Reactor,
}

impl Runtime {
    /// Creates a runtime without tasks on the current thread.
    ///
    /// # Errors
    ///
    /// If the system has no more descriptors.
    pub fn new() -> io::Result<Runtime> {
        let reactor = Reactor::new()?;
        Ok(Runtime { executor: Executor::with_unpark(reactor.waker()), reactor })
    }

    // ANCHOR: block_on
    /// Runs `root` to its end on this thread, and all tasks beside it. Between two
    /// rounds of polls, the thread waits for sockets.
    ///
    /// # Panics
    ///
    /// Inside of a task of this runtime, and if the selector of the system fails.
    pub fn block_on<F: Future>(&self, root: F) -> F::Output {
        let _reactor = self.reactor.enter();
        let _spawner = Running::begin(self.spawner());
        self.executor.block_on_with(root, || {
            self.reactor.turn(None).expect("the selector works");
        })
    }
    // ANCHOR_END: block_on
}
// ANCHOR_END: runtime

// ANCHOR: spawn
thread_local! {
    static SPAWNER: RefCell<Option<Spawner>> = const { RefCell::new(None) };
}

/// Adds a task to the runtime that is running on this thread.
///
/// # Panics
///
/// If no runtime is running here.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let spawner = SPAWNER.with_borrow(Clone::clone);
    spawner.expect("there is no runtime here: call `Runtime::block_on`").spawn(future)
}
// ANCHOR_END: spawn

// ANCHOR: rest
/// Until it is dropped, `spawn` adds tasks to this executor.
#[must_use]
pub struct Running {
    before: Option<Spawner>,
}

impl Running {
    /// Lets `spawn` use this spawner on this thread. For runtimes that are built on this
    /// one.
    pub fn begin(spawner: Spawner) -> Running {
        Running { before: SPAWNER.replace(Some(spawner)) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        SPAWNER.replace(self.before.take());
    }
}

impl Runtime {
    /// A handle that adds tasks to this runtime.
    pub fn spawner(&self) -> Spawner {
        self.executor.spawner()
    }

    /// The reactor in which the thread sleeps.
    pub fn reactor(&self) -> &Reactor {
        &self.reactor
    }
}
// ANCHOR_END: rest
